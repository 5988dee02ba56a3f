//! Rule 3: every way to a `ticket` step passes an answer that did not settle the matter.

use std::collections::VecDeque;

use super::cycles::named;
use super::ways::{States, Summaries, summary_of};
use crate::flow::graph::{Edge, Graph, To};
use crate::flow::parse::draft::Draft;
use crate::flow::step::Kind;
use crate::source::Diagnostic;

pub fn check(
    draft: &Draft,
    graph: &Graph<'_>,
    states: &States,
    summaries: &Summaries<'_>,
    found: &mut Vec<Diagnostic>,
) {
    for (index, step) in draft.flow.steps.iter().enumerate() {
        let Kind::Ticket(ticket) = &step.kind else { continue };
        let exempt = ticket.without_faq.is_some() || ticket.unreached;
        let answered = states.before[index].as_ref().is_none_or(|state| state.answered);
        if exempt || answered {
            continue;
        }
        let message = "this ticket can be opened before an answer was offered and did not settle it";
        let passes = |edge: &Edge<'_>| {
            edge.unresolved || edge.calls.is_some_and(|call| summary_of(summaries, &call.flow.value).answered)
        };
        let way = way(graph, index, passes);
        let help = format!(
            "{}put a `faq` step on every way to it, or say why not: `without_faq: \"…\"`",
            told(draft, &way)
        );
        found.push(Diagnostic::error("V301", draft.heads[index].kind.clone(), message).help(help));
    }
}

/// A way from the first step to `goal` that takes no edge of which `avoid` holds; the steps in order.
pub fn way(graph: &Graph<'_>, goal: usize, avoid: impl Fn(&Edge<'_>) -> bool) -> Vec<usize> {
    let mut from: Vec<Option<usize>> = vec![None; graph.edges.len()];
    let mut left = VecDeque::from([0]);
    while let Some(step) = left.pop_front() {
        if step == goal {
            break;
        }
        for edge in graph.edges[step].iter().filter(|edge| !avoid(edge)) {
            if let To::Step(next) = edge.to
                && next != 0
                && from[next].is_none()
            {
                from[next] = Some(step);
                left.push_back(next);
            }
        }
    }
    let mut way = vec![goal];
    let mut at = goal;
    while let Some(before) = from[at] {
        way.push(before);
        at = before;
        if way.len() > graph.edges.len() {
            break;
        }
    }
    way.reverse();
    way
}

/// A way in words: its last steps, before the one it is about.
pub fn told(draft: &Draft, way: &[usize]) -> String {
    let before = &way[..way.len().saturating_sub(1)];
    if before.is_empty() {
        return String::new();
    }
    let last = before.len().saturating_sub(5);
    let names: Vec<String> = before[last..].iter().map(|step| named(&draft.flow, *step)).collect();
    let more = if last > 0 { "… → " } else { "" };
    format!("it is reached by {more}{}; ", names.join(" → "))
}
