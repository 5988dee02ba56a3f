//! Rule 2: no cycle of steps runs without waiting for the contact; and no flow calls itself.

use std::collections::{BTreeMap, BTreeSet};

use super::set::Set;
use super::ways::{Summaries, without_wait};
use crate::flow::Flow;
use crate::flow::graph::{Graph, To};
use crate::flow::parse::draft::Draft;
use crate::flow::step::Kind;
use crate::source::{Diagnostic, Place};

pub fn check(draft: &Draft, graph: &Graph<'_>, summaries: &Summaries<'_>, found: &mut Vec<Diagnostic>) {
    let next: Vec<Vec<usize>> = graph
        .edges
        .iter()
        .map(|edges| {
            let free = edges.iter().filter(|edge| without_wait(edge, summaries));
            free.filter_map(|edge| match edge.to {
                To::Step(step) => Some(step),
                To::Past | To::Closed => None,
            })
            .collect()
        })
        .collect();
    for component in components(&next) {
        let members: BTreeSet<usize> = component.into_iter().collect();
        // A jump back closes the cycle: from here to a step not below.
        let back = members.iter().find_map(|from| {
            let edges = graph.edges[*from].iter().filter(|edge| without_wait(edge, summaries));
            edges
                .filter(|edge| matches!(edge.to, To::Step(to) if to <= *from && members.contains(&to)))
                .find_map(|edge| edge.jump)
        });
        let first = members.first().copied().unwrap_or_default();
        let at = back.map_or_else(|| draft.heads[first].kind.clone(), |jump| jump.at.clone());
        let names: Vec<String> = members.iter().take(6).map(|step| named(&draft.flow, *step)).collect();
        let message =
            format!("these steps can run for ever without waiting for the contact: {}", names.join(", "));
        let help = "let a `choose`, `ask`, `confirm` or `survey` stand in the cycle; a `faq` that finds nothing and a \
                    `handoff` that nobody takes do not wait";
        found.push(Diagnostic::error("V201", at, message).help(help));
    }
}

/// A step for messages: its id, or its kind and line.
pub fn named(flow: &Flow, step: usize) -> String {
    let step = &flow.steps[step];
    if step.id.starts_with('#') {
        return format!("`{}` on line {}", step.kind.word(), step.at.line);
    }
    format!("`{}`", step.id)
}

/// The cycles of a graph: its strongly connected parts of more than one member, or with a way to itself (Tarjan,
/// without recursion for the sake of long flows).
fn components(next: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search {
        order: vec![None; next.len()],
        low: vec![0; next.len()],
        on_stack: vec![false; next.len()],
        stack: Vec::new(),
        count: 0,
        found: Vec::new(),
    };
    for root in 0..next.len() {
        if search.order[root].is_none() {
            search.from(root, next);
        }
    }
    search.found.retain(|part| part.len() > 1 || next[part[0]].contains(&part[0]));
    search.found
}

struct Search {
    order: Vec<Option<usize>>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    count: usize,
    found: Vec<Vec<usize>>,
}

impl Search {
    fn from(&mut self, root: usize, next: &[Vec<usize>]) {
        let mut work = vec![(root, 0)];
        self.enter(root);
        while let Some((node, tried)) = work.last_mut() {
            let node = *node;
            if let Some(to) = next[node].get(*tried).copied() {
                *tried += 1;
                match self.order[to] {
                    None => {
                        self.enter(to);
                        work.push((to, 0));
                    }
                    Some(order) if self.on_stack[to] => self.low[node] = self.low[node].min(order),
                    Some(_) => {}
                }
                continue;
            }
            work.pop();
            if let Some((parent, _)) = work.last() {
                self.low[*parent] = self.low[*parent].min(self.low[node]);
            }
            if Some(self.low[node]) == self.order[node] {
                self.leave(node);
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.order[node] = Some(self.count);
        self.low[node] = self.count;
        self.count += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    fn leave(&mut self, node: usize) {
        let mut part = Vec::new();
        while let Some(member) = self.stack.pop() {
            self.on_stack[member] = false;
            part.push(member);
            if member == node {
                break;
            }
        }
        self.found.push(part);
    }
}

/// Flow names, callees before callers, and a finding for each call that comes back to its own flow.
pub fn call_order<'a>(set: &Set<'a>, found: &mut Vec<Diagnostic>) -> CallOrder<'a> {
    let mut calls = CallOrder::default();
    let mut state: BTreeMap<&str, bool> = BTreeMap::new();
    for name in set.by_name.keys() {
        visit(set, name, &mut state, &mut calls, found);
    }
    calls
}

#[derive(Debug, Default)]
pub struct CallOrder<'a> {
    pub order: Vec<&'a str>,
    /// Flows that are called while they are under way: nothing sure can be said of what they bring.
    pub recursive: BTreeSet<&'a str>,
}

/// `state`: false while a flow is under way, true when it is done. A flow that calls no deeper than others call is
/// small, but a chain of calls may be long: the way is kept on the heap.
fn visit<'a>(
    set: &Set<'a>,
    root: &'a str,
    state: &mut BTreeMap<&'a str, bool>,
    done: &mut CallOrder<'a>,
    found: &mut Vec<Diagnostic>,
) {
    if state.contains_key(root) {
        return;
    }
    let mut work = vec![(root, calls(set, root), 0)];
    state.insert(root, false);
    while let Some((name, callees, tried)) = work.last_mut() {
        let name = *name;
        if let Some((callee, at)) = callees.get(*tried).copied() {
            *tried += 1;
            match state.get(callee) {
                None if set.by_name.contains_key(callee) => {
                    state.insert(callee, false);
                    let next = calls(set, callee);
                    work.push((callee, next, 0));
                }
                Some(false) => {
                    done.recursive.insert(callee);
                    let message = format!("this call comes back to the flow `{callee}`, which is under way");
                    let help = "a flow cannot call itself, nor through others; use `goto` within one flow";
                    found.push(Diagnostic::error("V202", at.clone(), message).help(help));
                }
                None | Some(true) => {}
            }
            continue;
        }
        state.insert(name, true);
        done.order.push(name);
        work.pop();
    }
}

/// Calls within calls that may be under way at once.
const DEEPEST: usize = 10;

/// A finding for each call with which calls within calls become too many. `order`: callees before callers.
pub fn depth(set: &Set<'_>, order: &[&str], found: &mut Vec<Diagnostic>) {
    let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
    for name in order {
        let mut deepest = 0;
        for (callee, at) in calls(set, name) {
            let depth = 1 + depths.get(callee).copied().unwrap_or_default();
            if depth == DEEPEST + 1 {
                let message =
                    format!("with this call {depth} flows call one another in a row; at most {DEEPEST} may");
                found.push(Diagnostic::error("V203", at.clone(), message));
            }
            deepest = deepest.max(depth);
        }
        depths.insert(name, deepest);
    }
}

fn calls<'a>(set: &Set<'a>, name: &str) -> Vec<(&'a str, &'a Place)> {
    let Some(draft) = set.draft(name) else { return Vec::new() };
    let steps = draft.flow.steps.iter();
    steps
        .filter_map(|step| match &step.kind {
            Kind::Call(call) => Some((call.flow.value.as_str(), &call.flow.at)),
            _ => None,
        })
        .collect()
}
