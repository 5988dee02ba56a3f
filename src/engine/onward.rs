//! The steps that a flow may still come to.

use std::collections::VecDeque;

use crate::flow::Flow;
use crate::flow::graph::{Graph, To};

/// Steps that can be reached from the step at `from`, itself among them, the nearest first.
pub(super) fn onward(flow: &Flow, from: usize) -> Vec<usize> {
    let graph = Graph::of(flow);
    let mut seen = vec![false; flow.steps.len()];
    let mut order = Vec::new();
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        if seen.get(at).is_none_or(|seen| *seen) {
            continue;
        }
        seen[at] = true;
        order.push(at);
        queue.extend(graph.edges[at].iter().filter_map(|edge| match edge.to {
            To::Step(next) => Some(next),
            To::Past | To::Closed => None,
        }));
    }
    order
}
