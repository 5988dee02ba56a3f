//! Rule 4, types: what a text compares or sets can be, and some value of the slots makes it evaluate.

use std::collections::{BTreeMap, BTreeSet};

use super::names::yields;
use super::set::Set;
use super::texts::Expr;
use super::typing::{self, Type};
use crate::flow::parse::draft::Draft;
use crate::flow::parse::reader::suggest;
use crate::flow::step::Kind;
use crate::flow::template::{Names, OriginNames, Scope, TicketNames};
use crate::flow::{Flow, Slot, SlotKind, SlotValue, Template};
use crate::source::{Diagnostic, Placed};

/// Values of all slots of a flow to try its texts with.
pub struct Trials {
    slots: Vec<BTreeMap<String, SlotValue>>,
    scopes: Vec<Scope>,
}

impl Trials {
    pub fn of(flow: &Flow) -> Self {
        let slots: Vec<_> = SAMPLES.iter().map(|sample| filled(flow, sample)).collect();
        let scopes = slots.iter().map(|slots| scope(slots, &[])).collect();
        Self { slots, scopes }
    }

    /// Scopes in which each of `areas` has an incident, with those slots only that are read.
    fn with_incidents(&self, expr: Expr<'_>, areas: &BTreeSet<String>) -> Vec<Scope> {
        let incident = |area: &String| {
            let pairs =
                [("area", area.as_str()), ("title", "an incident"), ("since", "2026-11-24T09:00:00Z")];
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect()
        };
        let incidents: Vec<BTreeMap<String, String>> = areas.iter().map(incident).collect();
        let read = |all: &BTreeMap<String, SlotValue>| {
            let names = expr.reads().iter().filter_map(|path| path.strip_prefix("slots."));
            let read: BTreeMap<String, SlotValue> =
                names.filter_map(|name| Some((name.to_owned(), all.get(name)?.clone()))).collect();
            scope(&read, &incidents)
        };
        self.slots.iter().map(read).collect()
    }
}

fn scope(slots: &BTreeMap<String, SlotValue>, incidents: &[BTreeMap<String, String>]) -> Scope {
    Scope::new(&Names {
        slots: Some(slots),
        contact_name: Some("Ada"),
        contact_profile: Some("vip"),
        contact_verified: true,
        contact_linked: true,
        locale: "en",
        channel: "web",
        voice: false,
        ticket: Some(TicketNames { code: "123456789", category: "other", r#type: "incident", added: false }),
        now: "2026-11-24T09:00:00+01:00",
        business_open: true,
        opens_at: "2026-11-24 08:00",
        closes_at: "2026-11-24 18:00",
        incidents,
        origin: Some(OriginNames { flow: "support", category: "other", question: "a question" }),
        answer: None,
        extra: &[],
    })
}

/// The comparisons of one text, and whether it evaluates at all.
pub fn check(set: &Set<'_>, draft: &Draft, expr: Expr<'_>, trials: &Trials, found: &mut Vec<Diagnostic>) {
    let flow = &draft.flow;
    let slot = |path: &String| path.strip_prefix("slots.").is_some_and(|slot| draft.untyped.contains(slot));
    if expr.is_plain() || expr.reads().iter().any(slot) {
        return;
    }
    let before = found.len();
    found.extend(typing::check(set, flow, expr));
    if found.len() == before {
        found.extend(match expr.source().contains("known_incidents") {
            true => tried(set, expr, &trials.with_incidents(expr, &super::scope::of(expr).literals)),
            false => tried(set, expr, &trials.scopes),
        });
    }
}

/// The values that `set` and `call` put into slots.
pub fn assignments(set: &Set<'_>, draft: &Draft, found: &mut Vec<Diagnostic>) {
    let flow = &draft.flow;
    for step in &flow.steps {
        let given: Vec<(&Draft, &(Placed<String>, Template))> = match &step.kind {
            Kind::Set(assigned) => assigned.assignments.iter().map(|one| (draft, one)).collect(),
            Kind::Call(call) => match set.draft(&call.flow.value) {
                Some(callee) => call.with.iter().map(|one| (callee, one)).collect(),
                None => Vec::new(),
            },
            _ => Vec::new(),
        };
        for (owner, (slot, value)) in given {
            if let Some(slot) = owner.flow.slots.get(&slot.value)
                && !owner.untyped.contains(&slot.name)
            {
                found.extend(assigned(set, flow, slot, value));
            }
        }
    }
}

/// A value that is written out and that its slot cannot hold.
fn assigned(set: &Set<'_>, flow: &Flow, slot: &Slot, value: &Template) -> Option<Diagnostic> {
    let plain = value.is_plain();
    let only_slot = !plain && value.source.contains("slots.");
    for (text, at) in yields(set, flow, value) {
        let fits = match &slot.kind {
            SlotKind::Bool => matches!(
                text.to_lowercase().as_str(),
                "true" | "false" | "yes" | "no" | "1" | "0" | "" | "none"
            ),
            SlotKind::Number { .. } => text.parse::<f64>().is_ok_and(f64::is_finite),
            // Another choice slot may hold more than this one; only what is written out is told.
            SlotKind::Choice { options } => only_slot || options.contains(&text),
            SlotKind::Pattern { pattern } => only_slot || pattern.is_match(&text),
            SlotKind::Text { .. }
            | SlotKind::Date { .. }
            | SlotKind::Email
            | SlotKind::Phone
            | SlotKind::File => true,
        };
        if !fits {
            let message =
                format!("the slot `{}` of type `{}` cannot hold `{text}`", slot.name, slot.kind.word());
            let problem = Diagnostic::error("V406", at, message);
            return Some(match &slot.kind {
                SlotKind::Choice { options } => suggest(problem, &text, options.iter().map(String::as_str)),
                _ => problem,
            });
        }
    }
    let is = typing::of_text(set, flow, value);
    if !plain && never_fits(&is, &slot.kind) {
        let message =
            format!("the slot `{}` of type `{}` cannot hold {}", slot.name, slot.kind.word(), is.word());
        return Some(Diagnostic::error("V406", value.at.clone(), message));
    }
    None
}

/// Whether no value of a type is one that the slot takes.
fn never_fits(is: &Type, kind: &SlotKind) -> bool {
    let truth = |text: &String| matches!(text.as_str(), "true" | "false");
    match (is, kind) {
        (_, SlotKind::Text { .. } | SlotKind::File) | (Type::Any | Type::Nothing | Type::Text, _) => false,
        (Type::Choice(words), SlotKind::Choice { options }) => {
            !words.iter().any(|word| options.contains(word))
        }
        (Type::Choice(words), SlotKind::Number { .. }) => {
            words.iter().all(|word| word.parse::<f64>().is_err())
        }
        (Type::Choice(words), SlotKind::Bool) => !words.iter().any(truth),
        (Type::Choice(_), SlotKind::Pattern { .. }) => false,
        (Type::Number, SlotKind::Number { .. } | SlotKind::Pattern { .. } | SlotKind::Phone)
        | (Type::Bool, SlotKind::Bool)
        | (Type::Date, SlotKind::Date { .. } | SlotKind::Pattern { .. }) => false,
        (Type::Number, SlotKind::Choice { options }) => {
            options.iter().all(|option| option.parse::<f64>().is_err())
        }
        (Type::Bool, SlotKind::Choice { options }) => !options.iter().any(truth),
        (Type::Bool | Type::Number | Type::Date | Type::Choice(_) | Type::List, _) => true,
    }
}

/// Values for text slots to try a text with: words, a number, a date, an address.
const SAMPLES: [&str; 4] = ["example", "1234567", "2026-11-24", "ada@example.org"];

fn filled(flow: &Flow, sample: &str) -> BTreeMap<String, SlotValue> {
    let value = |slot: &Slot| match &slot.kind {
        SlotKind::Bool => SlotValue::Bool(sample.len().is_multiple_of(2)),
        SlotKind::Number { min, .. } => SlotValue::Number(min.unwrap_or(2.0)),
        SlotKind::Choice { options } => {
            SlotValue::Text(options.first().cloned().unwrap_or_else(|| sample.to_owned()))
        }
        SlotKind::Date { .. } => SlotValue::Text("2026-11-24".to_owned()),
        SlotKind::Text { .. }
        | SlotKind::Email
        | SlotKind::Phone
        | SlotKind::Pattern { .. }
        | SlotKind::File => SlotValue::Text(sample.to_owned()),
    };
    flow.slots.values().map(|slot| (slot.name.clone(), value(slot))).collect()
}

/// A text that fails whatever the slots hold.
fn tried(set: &Set<'_>, expr: Expr<'_>, scopes: &[Scope]) -> Option<Diagnostic> {
    let mut fault = None;
    for scope in scopes {
        let failed = match expr {
            Expr::Text(text) | Expr::Header(text) => set.templates.render(text, scope).err(),
            Expr::Value(value) => set.templates.value(value, scope).err(),
            // What a service answers is not known here.
            Expr::Mapping(_) => None,
            Expr::Condition(condition) => set.templates.holds(condition, scope).err(),
        };
        fault = Some(failed?);
    }
    let fault = fault?;
    let message = format!("this fails whatever the slots hold: {}", fault.message);
    Some(Diagnostic::error("V405", expr.at().clone(), message))
}
