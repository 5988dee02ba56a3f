//! What must be filled for a conversation to go on at a step: slots that some way from there reads before it fills
//! them. (In a checked flow every way to the step fills them; who comes from another version came another way.)

use std::collections::BTreeSet;

use super::filled::fillable;
use super::scan::uses;
use super::texts::{self, Expr};
use super::token;
use crate::flow::Flow;
use crate::flow::graph::{Graph, TICKET, To, filled, slot_path};
use crate::flow::step::{Kind, Step};

/// For each step of a flow, what must be filled where it runs, and where it is past.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    before: Vec<BTreeSet<String>>,
    after: Vec<BTreeSet<String>>,
}

impl Needs {
    pub fn of(flow: &Flow) -> Self {
        let graph = Graph::of(flow);
        let reads: Vec<BTreeSet<String>> = flow.steps.iter().map(reads).collect();
        let mut needs = Self { before: reads.clone(), after: vec![BTreeSet::new(); flow.steps.len()] };
        // Needs come down against the way of the steps, so going backwards settles most in the first round.
        let mut changed = true;
        while changed {
            changed = false;
            for index in (0..flow.steps.len()).rev() {
                let after = needs.after_of(&graph, index);
                if after.len() > needs.after[index].len() {
                    needs.before[index].extend(after.iter().cloned());
                    needs.after[index] = after;
                    changed = true;
                }
            }
        }
        needs
    }

    fn after_of(&self, graph: &Graph<'_>, index: usize) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for edge in &graph.edges[index] {
            let To::Step(to) = edge.to else { continue };
            let filled: BTreeSet<&str> =
                edge.fills.iter().map(|number| graph.fillable.names[*number].as_str()).collect();
            let returned = returned(&graph.flow.steps[index]);
            let open = |path: &&String| !filled.contains(path.as_str()) && !returned.contains(*path);
            all.extend(self.before[to].iter().filter(open).cloned());
        }
        all
    }

    /// Slots that must be filled where the step is about to run, or is being asked.
    pub fn slots_at(&self, step: usize) -> impl Iterator<Item = &str> {
        self.before.get(step).into_iter().flatten().filter_map(|path| path.strip_prefix("slots."))
    }

    /// Slots that must be filled where the step is done, as a `call` that comes back is.
    pub fn slots_after(&self, step: usize) -> impl Iterator<Item = &str> {
        self.after.get(step).into_iter().flatten().filter_map(|path| path.strip_prefix("slots."))
    }

    /// Whether a ticket must have been opened.
    pub fn ticket_at(&self, step: usize) -> bool {
        self.before.get(step).is_some_and(|paths| paths.contains(TICKET))
    }
}

/// What the callee gives back.
fn returned(step: &Step) -> BTreeSet<String> {
    match &step.kind {
        Kind::Call(call) => call.into.iter().map(|(mine, _)| slot_path(&mine.value)).collect(),
        _ => BTreeSet::new(),
    }
}

/// What a step reads before it fills it itself.
fn reads(step: &Step) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    let guard = step.when.iter().map(Expr::Condition);
    for expr in guard.chain(texts::of(step)) {
        let pieces = match expr {
            Expr::Text(text) | Expr::Header(text) => token::pieces(&text.source),
            Expr::Condition(condition) => token::condition(&condition.source),
            Expr::Value(expression) | Expr::Mapping(expression) => token::condition(&expression.source),
        };
        for read in uses(&pieces).reads.iter().filter(|read| !read.safe) {
            all.extend(fillable(&read.path).filter(|path| !known.contains(path)));
        }
        if let Expr::Condition(condition) = expr {
            let guards = step.when.as_ref().is_some_and(|when| std::ptr::eq(when, condition));
            known.extend(filled(condition, guards));
        }
        if let (Kind::Set(set), Expr::Text(text)) = (&step.kind, expr) {
            let of = set.assignments.iter().find(|(_, value)| std::ptr::eq(value, text));
            known.extend(of.map(|(slot, _)| slot_path(&slot.value)));
        }
    }
    all
}
