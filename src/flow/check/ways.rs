//! What holds on every way: through a flow for its callers (a summary, callees first), and to each step (callers
//! first). Both the rule of answers before tickets and that of filled slots are read from it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::bits::Bits;
use crate::flow::graph::{Edge, Graph, TICKET, To, slot_path};
use crate::flow::step::Call;

/// What a caller may rely on when a flow comes back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Some way comes back at all.
    pub returns: bool,
    /// Some way comes back without waiting for the contact.
    pub without_wait: bool,
    /// Every way that comes back passed an unresolved answer.
    pub answered: bool,
    /// Paths that are filled on every way that comes back.
    pub filled: BTreeSet<String>,
    /// Its slots.
    pub slots: BTreeSet<String>,
}

impl Summary {
    /// A flow that is not there, or calls itself: told elsewhere, so nothing is held against its caller.
    pub fn unknown() -> Self {
        Self { returns: true, without_wait: false, answered: true, ..Self::default() }
    }
}

/// What holds on every way to a place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    pub answered: bool,
    /// Numbers of the flow's [`crate::flow::graph::Fillable`].
    pub filled: Bits,
}

impl State {
    fn meet(&mut self, other: &Self) -> bool {
        let lost = self.answered && !other.answered;
        self.answered &= other.answered;
        self.filled.keep(&other.filled) || lost
    }
}

/// What a flow begins with: as [`State`], by names, for its callers number differently.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    pub answered: bool,
    pub filled: BTreeSet<String>,
}

impl Entry {
    fn state(&self, graph: &Graph<'_>) -> State {
        let mut state = State { answered: self.answered, filled: Bits::default() };
        for number in self.filled.iter().filter_map(|name| graph.fillable.find(name)) {
            state.filled.insert(number);
        }
        state
    }

    /// Joins what another caller brings.
    pub fn join(known: &mut Option<Self>, other: Self) {
        match known {
            Some(entry) => {
                entry.answered &= other.answered;
                entry.filled = &entry.filled & &other.filled;
            }
            None => *known = Some(other),
        }
    }
}

pub struct States {
    /// Before each step; `None` where no way leads there.
    pub before: Vec<Option<State>>,
    /// When the flow comes back.
    pub past: Option<State>,
}

/// Summaries by flow name.
pub type Summaries<'a> = BTreeMap<&'a str, Summary>;

pub fn summary_of(summaries: &Summaries<'_>, flow: &str) -> Summary {
    summaries.get(flow).cloned().unwrap_or_else(Summary::unknown)
}

/// What holds before each step of a flow that begins with `entry`.
pub fn states(graph: &Graph<'_>, entry: &Entry, summaries: &Summaries<'_>) -> States {
    let mut states = States { before: vec![None; graph.edges.len()], past: None };
    if graph.edges.is_empty() {
        return states;
    }
    states.before[0] = Some(entry.state(graph));
    let mut left = VecDeque::from([0]);
    let mut waiting = vec![false; graph.edges.len()];
    waiting[0] = true;
    while let Some(step) = left.pop_front() {
        waiting[step] = false;
        let Some(before) = states.before[step].clone() else { continue };
        for edge in &graph.edges[step] {
            let Some(after) = after(graph, edge, &before, summaries) else { continue };
            let place = match edge.to {
                To::Step(next) => &mut states.before[next],
                To::Past => &mut states.past,
                To::Closed => continue,
            };
            let changed = match place {
                Some(state) => state.meet(&after),
                None => {
                    *place = Some(after);
                    true
                }
            };
            if let To::Step(next) = edge.to
                && changed
                && !waiting[next]
            {
                waiting[next] = true;
                left.push_back(next);
            }
        }
    }
    states
}

/// The state after a way; `None` where the flow it calls never comes back.
fn after(graph: &Graph<'_>, edge: &Edge<'_>, before: &State, summaries: &Summaries<'_>) -> Option<State> {
    let mut state = before.clone();
    state.answered |= edge.unresolved;
    edge.fills.iter().for_each(|number| state.filled.insert(*number));
    let Some(call) = edge.calls else { return Some(state) };
    let Some(callee) = summaries.get(call.flow.value.as_str()) else {
        // Not known: whatever it was to bring is taken as brought.
        state.answered = true;
        call.into.iter().for_each(|(mine, _)| fill(graph, &mut state, &slot_path(&mine.value)));
        return Some(state);
    };
    if !callee.returns {
        return None;
    }
    state.answered |= callee.answered;
    if callee.filled.contains(TICKET) {
        fill(graph, &mut state, TICKET);
    }
    for (mine, theirs) in &call.into {
        let passed = call.with.iter().any(|(slot, _)| slot.value == theirs.value);
        // A slot that it does not have is told elsewhere.
        let unknown = !callee.slots.contains(&theirs.value);
        if passed || unknown || callee.filled.contains(&slot_path(&theirs.value)) {
            fill(graph, &mut state, &slot_path(&mine.value));
        }
    }
    Some(state)
}

fn fill(graph: &Graph<'_>, state: &mut State, path: &str) {
    if let Some(number) = graph.fillable.find(path) {
        state.filled.insert(number);
    }
}

/// What the flow that `call` runs begins with, where the caller stands at `before`.
pub fn entry(graph: &Graph<'_>, call: &Call, before: &State) -> Entry {
    let mut filled: BTreeSet<String> = call.with.iter().map(|(slot, _)| slot_path(&slot.value)).collect();
    if graph.fillable.find(TICKET).is_some_and(|ticket| before.filled.contains(ticket)) {
        filled.insert(TICKET.to_owned());
    }
    Entry { answered: before.answered, filled }
}

/// The summary of a flow whose callees have theirs.
pub fn summarize(graph: &Graph<'_>, summaries: &Summaries<'_>) -> Summary {
    let past = states(graph, &Entry::default(), summaries).past;
    let returns = past.is_some();
    let past = past.unwrap_or_default();
    let names = graph.fillable.names.iter().enumerate();
    let filled = names.filter(|(number, _)| past.filled.contains(*number)).map(|(_, name)| name.clone());
    Summary {
        returns,
        without_wait: runs_through(graph, summaries),
        answered: past.answered,
        filled: filled.collect(),
        slots: graph.flow.slots.keys().cloned().collect(),
    }
}

/// Whether a way may be gone without waiting for the contact.
pub fn without_wait(edge: &Edge<'_>, summaries: &Summaries<'_>) -> bool {
    !edge.waits && edge.calls.is_none_or(|call| summary_of(summaries, &call.flow.value).without_wait)
}

fn runs_through(graph: &Graph<'_>, summaries: &Summaries<'_>) -> bool {
    let mut seen = vec![false; graph.edges.len()];
    let mut left = if graph.edges.is_empty() { Vec::new() } else { vec![0] };
    while let Some(step) = left.pop() {
        if std::mem::replace(&mut seen[step], true) {
            continue;
        }
        for edge in graph.edges[step].iter().filter(|edge| without_wait(edge, summaries)) {
            match edge.to {
                To::Step(next) => left.push(next),
                To::Past => return true,
                To::Closed => {}
            }
        }
    }
    false
}
