//! Coordinates: within a layer each cell as near as the order and the distances allow to the mean of its neighbours.

use std::collections::HashMap;

use super::{Cell, Layered, Layout, Link, Rect, Route, Station};

const ROUNDS: usize = 24;
/// Distances between neighbours in a row.
const BESIDE_BOX: f64 = 30.0;
const BESIDE_LINE: f64 = 14.0;
/// Between two layers at least, and how much more where a line runs far to the side.
const BETWEEN: f64 = 16.0;
const MOST_BETWEEN: f64 = 44.0;
const MARGIN: f64 = 16.0;
/// Lines leave and enter a box over this part of its width.
const PORTS: f64 = 0.6;
const PORT_STEP: f64 = 26.0;

pub fn place(graph: &Layered, links: &[Link]) -> Layout {
    let ports = Ports::of(graph);
    let mut x = first(graph);
    for round in 0..ROUNDS {
        let count = graph.layers.len();
        for step in 0..count {
            let layer = if round % 2 == 0 { step } else { count - 1 - step };
            // Both sides pull at the end; until then the side that was just placed.
            let sides = if round + 8 >= ROUNDS { (true, true) } else { (round % 2 == 0, round % 2 == 1) };
            settle(graph, layer, sides, &ports, &mut x);
        }
    }
    let left = graph.cells.iter().zip(&x).map(|(cell, x)| x - cell.width / 2.0).fold(f64::MAX, f64::min);
    x.iter_mut().for_each(|x| *x = (*x - left + MARGIN).round());
    let rows = heights(graph, &ports, &x);
    drawn(graph, links, &ports, &x, &rows)
}

/// Where lines leave and enter boxes, from the middle of the box.
struct Ports {
    /// By link: at the upper box, at the lower box.
    of_link: Vec<(f64, f64)>,
    /// By pair of cells, for the pull between them.
    of_pair: HashMap<(usize, usize), (f64, f64)>,
}

impl Ports {
    fn of(graph: &Layered) -> Self {
        let mut places = vec![0; graph.cells.len()];
        for layer in &graph.layers {
            layer.iter().enumerate().for_each(|(place, cell)| places[*cell] = place);
        }
        let count = graph.cells.len();
        let (mut below, mut above) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for (link, chain) in graph.chains.iter().enumerate() {
            below[chain[0]].push((places[chain[1]], link));
            above[chain[chain.len() - 1]].push((places[chain[chain.len() - 2]], link));
        }
        let mut of_link = vec![(0.0, 0.0); graph.chains.len()];
        for (cell, links) in below.iter_mut().enumerate() {
            spread(links, graph.cells[cell].width, |link, at| of_link[link].0 = at);
        }
        for (cell, links) in above.iter_mut().enumerate() {
            spread(links, graph.cells[cell].width, |link, at| of_link[link].1 = at);
        }
        let mut of_pair = HashMap::new();
        for (chain, ports) in graph.chains.iter().zip(&of_link) {
            let last = chain.len() - 2;
            for (at, pair) in chain.windows(2).enumerate() {
                let upper = if at == 0 { ports.0 } else { 0.0 };
                let lower = if at == last { ports.1 } else { 0.0 };
                of_pair.insert((pair[0], pair[1]), (upper, lower));
            }
        }
        Self { of_link, of_pair }
    }
}

fn spread(links: &mut [(usize, usize)], width: f64, mut put: impl FnMut(usize, f64)) {
    links.sort_unstable();
    let count = links.len() as f64;
    let step = if count > 1.0 { (width * PORTS / (count - 1.0)).min(PORT_STEP) } else { 0.0 };
    for (nth, (_, link)) in links.iter().enumerate() {
        put(*link, (nth as f64 - (count - 1.0) / 2.0) * step);
    }
}

/// The distance of the middles of two cells that stand side by side.
fn apart(graph: &Layered, left: usize, right: usize) -> f64 {
    let (left, right) = (&graph.cells[left], &graph.cells[right]);
    let gap = if left.real || right.real { BESIDE_BOX } else { BESIDE_LINE };
    (left.width + right.width) / 2.0 + gap
}

fn first(graph: &Layered) -> Vec<f64> {
    let mut x = vec![0.0; graph.cells.len()];
    for layer in &graph.layers {
        for pair in layer.windows(2) {
            x[pair[1]] = x[pair[0]] + apart(graph, pair[0], pair[1]);
        }
        let middle = layer.last().map_or(0.0, |last| x[*last] / 2.0);
        layer.iter().for_each(|cell| x[*cell] -= middle);
    }
    x
}

/// Places one layer: the least sum of weighted squares of the distances from where each cell is pulled to, under the
/// order and the distances. That is isotonic regression, by pooling neighbours that want past each other.
fn settle(graph: &Layered, layer: usize, sides: (bool, bool), ports: &Ports, x: &mut [f64]) {
    let cells = &graph.layers[layer];
    let mut offset = 0.0;
    // Mean, weight and number of cells of each pool; `offset` takes the distances out.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    let mut offsets = Vec::with_capacity(cells.len());
    for (nth, cell) in cells.iter().enumerate() {
        if nth > 0 {
            offset += apart(graph, cells[nth - 1], *cell);
        }
        offsets.push(offset);
        let (wish, weight) = wish(graph, *cell, sides, ports, x);
        pools.push((wish - offset, weight, 1));
        while let [.., (left, left_weight, left_count), (right, right_weight, right_count)] = pools[..]
            && left > right
        {
            let weight = left_weight + right_weight;
            let mean = (left * left_weight + right * right_weight) / weight;
            pools.truncate(pools.len() - 2);
            pools.push((mean, weight, left_count + right_count));
        }
    }
    let means = pools.iter().flat_map(|(mean, _, count)| std::iter::repeat_n(*mean, *count));
    for ((cell, mean), offset) in cells.iter().zip(means).zip(offsets) {
        x[*cell] = mean + offset;
    }
}

/// Where a cell would stand, and how strongly. Long lines are pulled straight.
fn wish(graph: &Layered, cell: usize, sides: (bool, bool), ports: &Ports, x: &[f64]) -> (f64, f64) {
    let (mut sum, mut weight) = (0.0, 0.0);
    let mut pull = |other: usize, at: f64| {
        let strength = match (graph.cells[cell].real, graph.cells[other].real) {
            (false, false) => 6.0,
            (true, true) => 1.0,
            _ => 1.5,
        };
        sum += at * strength;
        weight += strength;
    };
    if sides.0 {
        for other in &graph.up[cell] {
            let (theirs, ours) = ports.of_pair.get(&(*other, cell)).copied().unwrap_or_default();
            pull(*other, x[*other] + theirs - ours);
        }
    }
    if sides.1 {
        for other in &graph.down[cell] {
            let (ours, theirs) = ports.of_pair.get(&(cell, *other)).copied().unwrap_or_default();
            pull(*other, x[*other] + theirs - ours);
        }
    }
    if weight == 0.0 { (x[cell], 0.1) } else { (sum / weight, weight) }
}

/// Top and bottom of each layer. More room lies between two where lines run far to the side.
fn heights(graph: &Layered, ports: &Ports, x: &[f64]) -> Vec<(f64, f64)> {
    let mut rows = Vec::with_capacity(graph.layers.len());
    let mut top = MARGIN;
    for layer in &graph.layers {
        let tallest = layer.iter().map(|cell| graph.cells[*cell].height).fold(0.0, f64::max);
        rows.push((top, top + tallest));
        let aside = layer.iter().flat_map(|cell| graph.down[*cell].iter().map(move |other| (*cell, *other)));
        let farthest = aside
            .map(|pair| {
                let (upper, lower) = ports.of_pair.get(&pair).copied().unwrap_or_default();
                (x[pair.0] + upper - x[pair.1] - lower).abs()
            })
            .fold(0.0, f64::max);
        top += tallest + (BETWEEN + farthest * 0.07).min(MOST_BETWEEN).round();
    }
    rows
}

fn drawn(graph: &Layered, links: &[Link], ports: &Ports, x: &[f64], rows: &[(f64, f64)]) -> Layout {
    let rect = |cell: usize| {
        let Cell { layer, width, height, .. } = graph.cells[cell];
        Rect { x: x[cell] - width / 2.0, y: rows[layer].0, width, height }
    };
    let boxes: Vec<Rect> = (0..graph.cells.len()).filter(|cell| graph.cells[*cell].real).map(rect).collect();
    let mut routes = Vec::with_capacity(links.len());
    for (nth, chain) in graph.chains.iter().enumerate() {
        let last = chain.len() - 1;
        let mut label = None;
        let station = |(at, cell): (usize, &usize)| {
            let (top, bottom) = rows[graph.cells[*cell].layer];
            if at == 0 {
                let from = rect(*cell).bottom();
                return Station { x: x[*cell] + ports.of_link[nth].0, top: from, bottom };
            }
            if at == last {
                return Station { x: x[*cell] + ports.of_link[nth].1, top, bottom: top };
            }
            if graph.cells[*cell].width > 0.0 {
                label =
                    Some(Rect { y: top + (bottom - top - graph.cells[*cell].height) / 2.0, ..rect(*cell) });
            }
            Station { x: x[*cell], top, bottom }
        };
        let stations = chain.iter().enumerate().map(station).collect();
        routes.push(Route { stations, label, back: graph.back[nth] });
    }
    let right = boxes.iter().map(Rect::right).chain(routes.iter().flat_map(|route: &Route| {
        route.label.iter().map(Rect::right).chain(route.stations.iter().map(|station| station.x))
    }));
    let width = right.fold(0.0, f64::max) + MARGIN;
    let height = rows.last().map_or(0.0, |row| row.1) + MARGIN;
    Layout { boxes, routes, width, height }
}
