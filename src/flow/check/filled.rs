//! Rule 4, filled slots: a slot is filled on every way before it is read, a ticket opened before it is told of.

use std::collections::BTreeSet;

use super::answers::{told, way};
use super::bits::Bits;
use super::scan::{Read, uses};
use super::set::Set;
use super::texts::{self, Expr};
use super::token;
use super::ways::States;
use crate::flow::graph::{Graph, TICKET, filled, slot_path};
use crate::flow::parse::draft::Draft;
use crate::flow::step::{Kind, Miss, Step};
use crate::source::Diagnostic;

pub fn check(set: &Set<'_>, draft: &Draft, graph: &Graph<'_>, states: &States, found: &mut Vec<Diagnostic>) {
    let mut told = false;
    for (index, step) in draft.flow.steps.iter().enumerate() {
        let Some(before) = &states.before[index] else { continue };
        let mut at_step =
            AtStep { set, draft, graph, index, filled: before.filled.clone(), told: BTreeSet::new() };
        at_step.step(step, found);
        if !told {
            let before = found.len();
            at_step.inherited(step, found);
            // One prompt that it does not suit is enough.
            told = found.len() > before;
        }
    }
}

/// The reads of one step, as its evaluation goes on.
struct AtStep<'a> {
    set: &'a Set<'a>,
    draft: &'a Draft,
    graph: &'a Graph<'a>,
    index: usize,
    filled: Bits,
    /// One finding for a slot is enough, however often the step reads it.
    told: BTreeSet<String>,
}

impl AtStep<'_> {
    fn step(&mut self, step: &Step, found: &mut Vec<Diagnostic>) {
        if let Some(when) = &step.when {
            self.expr(Expr::Condition(when), found);
            self.fill(filled(when, true));
        }
        match &step.kind {
            Kind::Set(assigned) => {
                for (slot, value) in &assigned.assignments {
                    self.expr(Expr::Text(value), found);
                    self.fill([slot_path(&slot.value)]);
                }
            }
            Kind::Branch(branch) => {
                for when in branch.arms.iter().filter_map(|arm| arm.when.as_ref()) {
                    self.expr(Expr::Condition(when), found);
                    // The next entry is tried where this one does not hold.
                    self.fill(filled(when, false));
                }
            }
            _ => texts::of(step).into_iter().for_each(|expr| self.expr(expr, found)),
        }
    }

    /// What the flow says after failures at this step, where the step says nothing itself.
    fn inherited(&mut self, step: &Step, found: &mut Vec<Diagnostic>) {
        let Some(own) = step.kind.handlers() else { return };
        let flow = &self.draft.flow.handlers;
        let inherited = Miss::ALL.into_iter().filter(|miss| own.of(*miss).is_empty());
        let mut said = Vec::new();
        for handler in inherited.flat_map(|miss| flow.of(miss)) {
            handler.say.iter().for_each(|say| texts::text(&mut said, say));
        }
        said.into_iter().for_each(|expr| self.expr(expr, found));
    }

    fn fill(&mut self, paths: impl IntoIterator<Item = String>) {
        for number in paths.into_iter().filter_map(|path| self.graph.fillable.find(&path)) {
            self.filled.insert(number);
        }
    }

    fn expr(&mut self, expr: Expr<'_>, found: &mut Vec<Diagnostic>) {
        let watched = |path: &String| matches!(path.split('.').next(), Some("slots" | TICKET));
        if !expr.reads().iter().any(watched) {
            return;
        }
        let pieces = match expr {
            Expr::Text(text) | Expr::Header(text) => token::pieces(&text.source),
            Expr::Condition(condition) => token::condition(&condition.source),
            Expr::Value(value) | Expr::Mapping(value) => token::condition(&value.source),
        };
        for read in uses(&pieces).reads {
            self.read(expr, &read, found);
        }
    }

    fn read(&mut self, expr: Expr<'_>, read: &Read, found: &mut Vec<Diagnostic>) {
        let Some(path) = fillable(&read.path) else { return };
        let Some(number) = self.graph.fillable.find(&path) else { return };
        if read.safe || self.filled.contains(number) || !self.told.insert(path.clone()) {
            return;
        }
        let at = self.set.inside(expr.at(), expr.source(), read.at..read.at + read.len);
        let way = way(self.graph, self.index, |edge| edge.fills.contains(&number));
        let reached = told(self.draft, &way);
        found.push(if path == TICKET {
            let message =
                format!("`{}` is read here, but not every way to this step has opened a ticket", read.path);
            Diagnostic::error("V404", at, message).help(format!("{reached}open the ticket before it"))
        } else {
            let message = format!("`{path}` may be empty here: not every way to this step fills it");
            let help =
                format!("{reached}fill it before, or write `{path} | default('…')` or `{path} is defined`");
            Diagnostic::error("V403", at, message).help(help)
        });
    }
}

/// What must be filled for a path to be read: the slot, or the ticket.
pub(super) fn fillable(path: &str) -> Option<String> {
    let mut parts = path.split('.');
    match (parts.next(), parts.next()) {
        (Some("slots"), Some(slot)) => Some(slot_path(slot)),
        (Some("ticket"), _) => Some(TICKET.to_owned()),
        _ => None,
    }
}
