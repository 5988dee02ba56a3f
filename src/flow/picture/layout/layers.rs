//! Which ways lead back, and in which row each box stands.

use super::{Cell, Layered, Link};

/// The row of each box, from 0. Ways that close a circle do not count.
pub fn rows(boxes: usize, links: &[(usize, usize)]) -> Vec<usize> {
    let back = backward(boxes, links);
    let forward: Vec<(usize, usize)> =
        links.iter().zip(&back).map(|(link, back)| if *back { (link.1, link.0) } else { *link }).collect();
    let mut rows = longest(boxes, &forward);
    // A box that only begins ways stands just above where they lead.
    let mut coming = vec![0; boxes];
    forward.iter().for_each(|(_, to)| coming[*to] += 1);
    for at in (1..boxes).filter(|at| coming[*at] == 0) {
        let next = forward.iter().filter(|(from, _)| *from == at).map(|(_, to)| rows[*to]).min();
        rows[at] = next.map_or(rows[at], |next| next.saturating_sub(1));
    }
    rows
}

/// Which links close a circle, found from the first box on, then from each that is left.
fn backward(boxes: usize, links: &[(usize, usize)]) -> Vec<bool> {
    let mut out = vec![Vec::new(); boxes];
    for (at, (from, to)) in links.iter().enumerate() {
        out[*from].push((at, *to));
    }
    let mut back = vec![false; links.len()];
    // 0: not seen, 1: on the way here, 2: done.
    let mut state = vec![0_u8; boxes];
    for root in 0..boxes {
        if state[root] != 0 {
            continue;
        }
        let mut way = vec![(root, 0)];
        state[root] = 1;
        while let Some((at, next)) = way.last_mut() {
            let Some((link, to)) = out[*at].get(*next) else {
                state[*at] = 2;
                way.pop();
                continue;
            };
            *next += 1;
            match state[*to] {
                0 => {
                    state[*to] = 1;
                    way.push((*to, 0));
                }
                1 => back[*link] = true,
                _ => {}
            }
        }
    }
    back
}

/// The longest way to each box over links without a circle.
fn longest(boxes: usize, links: &[(usize, usize)]) -> Vec<usize> {
    let mut out = vec![Vec::new(); boxes];
    let mut coming = vec![0_usize; boxes];
    for (from, to) in links {
        out[*from].push(*to);
        coming[*to] += 1;
    }
    let mut rows = vec![0; boxes];
    let mut ready: Vec<usize> = (0..boxes).filter(|at| coming[*at] == 0).collect();
    while let Some(at) = ready.pop() {
        for to in &out[at] {
            rows[*to] = rows[*to].max(rows[at] + 1);
            coming[*to] -= 1;
            if coming[*to] == 0 {
                ready.push(*to);
            }
        }
    }
    rows
}

/// Boxes in even layers, a place in every layer between for each line.
pub fn layered(sizes: &[(f64, f64)], links: &[Link]) -> Layered {
    let pairs: Vec<(usize, usize)> = links.iter().map(|link| (link.from, link.to)).collect();
    let rows = rows(sizes.len(), &pairs);
    let mut graph = Layered::default();
    for (size, row) in sizes.iter().zip(&rows) {
        graph.cells.push(Cell { layer: row * 2, width: size.0, height: size.1, real: true });
    }
    for link in links {
        let back = rows[link.from] > rows[link.to];
        let (upper, lower) = if back { (link.to, link.from) } else { (link.from, link.to) };
        let (first, last) = (rows[upper] * 2 + 1, rows[lower] * 2);
        // The label stands next to the box that the way comes from.
        let labelled = if back { last.saturating_sub(1) } else { first };
        let mut chain = vec![upper];
        for layer in first..last {
            let (width, height) = if layer == labelled { link.label } else { (0.0, 0.0) };
            graph.cells.push(Cell { layer, width, height, real: false });
            chain.push(graph.cells.len() - 1);
        }
        chain.push(lower);
        graph.chains.push(chain);
        graph.back.push(back);
    }
    join(&mut graph);
    graph
}

fn join(graph: &mut Layered) {
    let count = graph.cells.len();
    graph.up = vec![Vec::new(); count];
    graph.down = vec![Vec::new(); count];
    for chain in &graph.chains {
        for pair in chain.windows(2) {
            graph.down[pair[0]].push(pair[1]);
            graph.up[pair[1]].push(pair[0]);
        }
    }
    let last = graph.cells.iter().map(|cell| cell.layer).max().unwrap_or(0);
    graph.layers = vec![Vec::new(); last + 1];
    // In the order in which the ways are walked from the top, so that options stay as they are written.
    let mut seen = vec![false; count];
    for root in 0..count {
        let mut left = vec![root];
        while let Some(at) = left.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            graph.layers[graph.cells[at].layer].push(at);
            left.extend(graph.down[at].iter().rev().filter(|next| !seen[**next]));
        }
    }
}
