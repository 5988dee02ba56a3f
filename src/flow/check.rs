//! What must hold of a set of flows before it may be served: the proofs of rules 1 to 7 over all ways through all
//! flows, calls included. (Rule 5, every text in every locale, is told while texts are read.)

pub mod bits;
pub mod targets;

mod answers;
pub(super) mod branches;
mod chat;
mod cycles;
mod filled;
mod forms;
pub mod meaning;
mod moved;
mod names;
pub mod needs;
mod reach;
pub(super) mod scan;
mod scope;
mod set;
mod starts;
mod syntax;
#[cfg(test)]
mod tests;
mod texts;
pub(super) mod token;
mod types;
mod typing;
mod voice;
mod ways;
pub mod world;

use std::collections::{BTreeMap, BTreeSet};

use texts::Expr;
use ways::{Entry, Summaries, summary_of};

pub use set::{Known, Set};

use super::graph::Graph;
use super::parse::draft::Draft;
use super::slot::SlotKind;
use super::step::Kind;
use crate::source::Diagnostic;

/// Steps from which on two threads share the work.
const MANY: usize = 1_000;

/// All findings about a set of flows, in no order.
pub fn check(set: &Set<'_>) -> Vec<Diagnostic> {
    let steps: usize = set.drafts.iter().map(|draft| draft.flow.steps.len()).sum();
    let over_ways = || {
        let mut found = Vec::new();
        ways(set, &mut found);
        found
    };
    if steps < MANY {
        let mut found = one_by_one(set);
        found.extend(over_ways());
        return found;
    }
    std::thread::scope(|scope| {
        let other = scope.spawn(over_ways);
        let mut found = one_by_one(set);
        found.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        found
    })
}

/// What each flow, step and text must be, whatever leads there.
fn one_by_one(set: &Set<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    starts::check(set, &mut found);
    for draft in set.drafts {
        names::check(set, draft, &mut found);
        world::check(set, draft, &mut found);
        texts_of(set, draft, &mut found);
        types::assignments(set, draft, &mut found);
        branches::check(set, draft, &mut found);
    }
    chat::check(set, &mut found);
    found
}

/// The tags that the place of a question can name (see `engine/context.rs`), profiles aside; `None` where one names what cannot be told.
pub fn context_tags(set: &Set<'_>) -> Option<BTreeSet<String>> {
    let mut tags = BTreeSet::from(["channel:chat", "channel:voice"].map(str::to_owned));
    for draft in set.drafts.iter() {
        tags.insert(draft.flow.name.clone());
        tags.extend(draft.flow.tags.iter().map(|tag| tag.value.clone()));
        for slot in draft.flow.slots.values().filter(|slot| !slot.sensitive) {
            if let SlotKind::Choice { options } = &slot.kind {
                tags.extend(options.iter().cloned());
            }
        }
        for step in &draft.flow.steps {
            let Kind::Faq(faq) = &step.kind else { continue };
            for tag in &faq.context {
                let named = names::yields(set, &draft.flow, tag);
                if named.is_empty() {
                    return None;
                }
                tags.extend(named.into_iter().map(|(tag, _)| tag));
            }
        }
    }
    Some(tags)
}

/// The names, then the types and a trial of each text.
fn texts_of(set: &Set<'_>, draft: &Draft, found: &mut Vec<Diagnostic>) {
    let flow = &draft.flow;
    let trials = types::Trials::of(flow);
    let mut titles = Vec::new();
    texts::text(&mut titles, &flow.title);
    flow.slots
        .values()
        .filter_map(|slot| slot.label.as_ref())
        .for_each(|label| texts::text(&mut titles, label));
    for expr in titles {
        scope::check(set, draft, expr, true, found);
    }
    let mut said = Vec::new();
    texts::handled(&mut said, &flow.handlers);
    for step in &flow.steps {
        said.extend(step.when.iter().map(Expr::Condition));
        said.extend(texts::of(step));
    }
    for expr in said {
        let before = found.len();
        scope::check(set, draft, expr, false, found);
        forms::check(set, expr, found);
        // What names nothing fails for that alone.
        if found.len() == before {
            types::check(set, draft, expr, &trials, found);
        }
    }
}

/// The proofs over ways: callees are summed up first, then what holds at the beginning of each flow comes down from
/// its callers.
fn ways(set: &Set<'_>, found: &mut Vec<Diagnostic>) {
    let cycles::CallOrder { order, recursive } = cycles::call_order(set, found);
    cycles::depth(set, &order, found);
    let graphs: BTreeMap<&str, Graph<'_>> =
        set.by_name.iter().map(|(name, index)| (*name, Graph::of(&set.drafts[*index].flow))).collect();
    let mut summaries = Summaries::new();
    for name in &order {
        let certain = set.draft(name).is_some_and(|draft| draft.whole);
        if let Some(graph) = graphs.get(name).filter(|graph| certain && !graph.uncertain) {
            summaries.insert(name, ways::summarize(graph, &summaries));
        }
    }
    summaries.retain(|name, _| !recursive.contains(name));
    let mut down = Down { set, summaries: &summaries, entries: BTreeMap::new(), unsure: BTreeSet::new() };
    for name in order.iter().rev() {
        if let (Some(draft), Some(graph)) = (set.draft(name), graphs.get(name)) {
            down.flow(draft, graph, found);
        }
    }
    voice::check(set, &graphs, &order, found);
}

/// What comes down from callers to the flows they call.
struct Down<'a, 's> {
    set: &'s Set<'a>,
    summaries: &'s Summaries<'a>,
    entries: BTreeMap<&'a str, Entry>,
    /// Flows with a caller of which not all is known.
    unsure: BTreeSet<&'a str>,
}

impl<'a> Down<'a, '_> {
    fn flow(&mut self, draft: &'a Draft, graph: &Graph<'a>, found: &mut Vec<Diagnostic>) {
        let flow = &draft.flow;
        let begun = flow.start.is_some() || flow.system;
        let called = self.entries.remove(flow.name.as_str());
        // Checked without the rest, a flow that others call is judged by what they would bring, so it is not judged.
        let orphan = !begun && called.is_none() && !self.set.known.whole;
        let unsure = orphan || self.unsure.contains(flow.name.as_str()) || !draft.whole || graph.uncertain;
        if draft.whole {
            reach::check(draft, graph, &|name| summary_of(self.summaries, name), found);
            cycles::check(draft, graph, self.summaries, found);
        }
        // A flow that is begun has nothing; one that only its callers know has what they all bring.
        let mut entry = called;
        if begun {
            Entry::join(&mut entry, Entry::default());
        }
        let states = ways::states(graph, &entry.unwrap_or_default(), self.summaries);
        for (index, step) in flow.steps.iter().enumerate() {
            let Kind::Call(call) = &step.kind else { continue };
            let callee = call.flow.value.as_str();
            if unsure {
                self.unsure.insert(callee);
            }
            if let Some(before) = &states.before[index] {
                let mut known = self.entries.remove(callee);
                Entry::join(&mut known, ways::entry(graph, call, before));
                self.entries.extend(known.map(|entry| (callee, entry)));
            }
        }
        if !unsure {
            answers::check(draft, graph, &states, self.summaries, found);
            filled::check(self.set, draft, graph, &states, found);
        }
    }
}
