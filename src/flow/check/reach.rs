//! Rule 1, the ways: each step can be reached, and no flow that was begun runs out of steps.

use std::collections::BTreeSet;

use super::ways::Summary;
use crate::flow::graph::{Graph, To};
use crate::flow::parse::draft::Draft;
use crate::flow::step::Kind;
use crate::source::Diagnostic;

/// The steps that are reached from `entries`, and whether the flow runs past its last step.
pub fn reached(
    graph: &Graph<'_>,
    entries: impl IntoIterator<Item = usize>,
    returns: &dyn Fn(&str) -> Summary,
) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let mut seen = BTreeSet::new();
    let mut past = BTreeSet::new();
    let mut left: Vec<usize> = entries.into_iter().filter(|entry| *entry < graph.edges.len()).collect();
    while let Some(step) = left.pop() {
        if !seen.insert(step) {
            continue;
        }
        for edge in &graph.edges[step] {
            if edge.calls.is_some_and(|call| !returns(&call.flow.value).returns) {
                continue;
            }
            match edge.to {
                To::Step(next) => left.push(next),
                // What was settled by a person needs no further word.
                To::Past if edge.handed_back => {}
                To::Past => {
                    past.insert(step);
                }
                To::Closed => {}
            }
        }
    }
    (seen, past)
}

pub fn check(
    draft: &Draft,
    graph: &Graph<'_>,
    returns: &dyn Fn(&str) -> Summary,
    found: &mut Vec<Diagnostic>,
) {
    if graph.uncertain {
        return;
    }
    let (seen, past) = reached(graph, [0], returns);
    unreachable(draft, graph, &seen, returns, found);
    if draft.flow.start.is_some() {
        found.extend(past.into_iter().map(|step| dead_end(draft, step)));
    }
    for (step, head) in draft.heads.iter().enumerate() {
        let taken = graph.edges[step].iter().any(|edge| edge.own_goto);
        if let Some(at) = &head.goto
            && !taken
        {
            let message = "this `goto` is never taken: every way out of the step leads elsewhere";
            found.push(Diagnostic::warning("V113", at.clone(), message));
        }
    }
}

/// Of steps that lead to each other only the first is told.
fn unreachable(
    draft: &Draft,
    graph: &Graph<'_>,
    seen: &BTreeSet<usize>,
    returns: &dyn Fn(&str) -> Summary,
    found: &mut Vec<Diagnostic>,
) {
    let lost: BTreeSet<usize> = (0..graph.edges.len()).filter(|step| !seen.contains(step)).collect();
    let led_to: BTreeSet<usize> = lost
        .iter()
        .flat_map(|step| graph.edges[*step].iter().map(move |edge| (*step, edge.to)))
        .filter_map(|(from, to)| match to {
            To::Step(step) if step != from => Some(step),
            To::Step(_) | To::Past | To::Closed => None,
        })
        .collect();
    let firsts = lost.iter().filter(|step| !led_to.contains(step)).chain(lost.iter());
    let mut told = BTreeSet::new();
    for step in firsts {
        if told.contains(step) {
            continue;
        }
        behind(graph, *step, returns, &mut told);
        let found_here =
            Diagnostic::error("V103", draft.heads[*step].place().clone(), "no way leads to this step");
        found.push(found_here.help("lead to it with a `goto`, or take it out"));
    }
}

/// Adds the steps that a step leads to; what is there already was followed before.
fn behind(graph: &Graph<'_>, step: usize, returns: &dyn Fn(&str) -> Summary, told: &mut BTreeSet<usize>) {
    let mut left = vec![step];
    while let Some(step) = left.pop() {
        if !told.insert(step) {
            continue;
        }
        let edges = graph.edges[step].iter();
        let passed = edges.filter(|edge| edge.calls.is_none_or(|call| returns(&call.flow.value).returns));
        left.extend(passed.filter_map(|edge| match edge.to {
            To::Step(next) => Some(next),
            To::Past | To::Closed => None,
        }));
    }
}

fn dead_end(draft: &Draft, step: usize) -> Diagnostic {
    let message = "the flow runs out of steps here, and the contact is left without an end";
    let found = Diagnostic::error("V104", draft.heads[step].kind.clone(), message);
    found.help(match draft.flow.steps[step].kind {
        Kind::Handoff(_) => "say where it goes when nobody comes: `on_unreached:`, or a step after it",
        Kind::Faq(_) => "say where it goes when no answer fits: `on_unresolved:`, or a step after it",
        _ => "close with `end: { outcome: … }`, or go on with `goto`",
    })
}
