//! The order within each layer, with few crossings: sweeps of barycentres, the best of which is kept.

use super::Layered;

const SWEEPS: usize = 14;

pub fn order(graph: &mut Layered) {
    let mut places = vec![0; graph.cells.len()];
    note(graph, &mut places);
    let mut best = graph.layers.clone();
    let mut fewest = crossings(graph, &places);
    for sweep in 0..SWEEPS {
        if fewest == 0 {
            break;
        }
        let downwards = sweep % 2 == 0;
        let count = graph.layers.len();
        for step in 1..count {
            let layer = if downwards { step } else { count - 1 - step };
            sort(graph, layer, downwards, &mut places);
        }
        let now = crossings(graph, &places);
        if now < fewest {
            fewest = now;
            best.clone_from(&graph.layers);
        }
    }
    graph.layers = best;
}

fn note(graph: &Layered, places: &mut [usize]) {
    for layer in &graph.layers {
        layer.iter().enumerate().for_each(|(place, cell)| places[*cell] = place);
    }
}

/// Sorts a layer by the mean place of the neighbours; those without stay where they are.
fn sort(graph: &mut Layered, layer: usize, downwards: bool, places: &mut [usize]) {
    let beside = if downwards { &graph.up } else { &graph.down };
    let mut keyed: Vec<(f64, usize)> = graph.layers[layer]
        .iter()
        .map(|cell| {
            let near = &beside[*cell];
            let sum: usize = near.iter().map(|other| places[*other]).sum();
            let mean = if near.is_empty() { places[*cell] as f64 } else { sum as f64 / near.len() as f64 };
            (mean, *cell)
        })
        .collect();
    // A stable sort: where nothing is to be gained, nothing moves.
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    graph.layers[layer] = keyed.into_iter().map(|(_, cell)| cell).collect();
    graph.layers[layer].iter().enumerate().for_each(|(place, cell)| places[*cell] = place);
}

/// How many pairs of lines cross, over all pairs of layers.
pub(super) fn crossings(graph: &Layered, places: &[usize]) -> usize {
    graph.layers.iter().map(|layer| between(graph, layer, places)).sum()
}

fn between(graph: &Layered, layer: &[usize], places: &[usize]) -> usize {
    let mut ends = Vec::new();
    for cell in layer {
        let mut below: Vec<usize> = graph.down[*cell].iter().map(|other| places[*other]).collect();
        below.sort_unstable();
        ends.extend(below);
    }
    // Inversions, by a tree of counts.
    let size = ends.iter().max().map_or(0, |most| most + 2);
    let mut tree = vec![0_usize; size + 1];
    let mut crossed = 0;
    for (seen, end) in ends.iter().enumerate() {
        let (mut at, mut before) = (end + 1, 0);
        while at > 0 {
            before += tree[at];
            at &= at - 1;
        }
        crossed += seen - before;
        let mut at = end + 1;
        while at <= size {
            tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    crossed
}
