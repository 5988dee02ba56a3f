//! What a text may read.

use std::collections::BTreeMap;

use minijinja::value::{Serde, Value};

use super::{CODE_CLOSE, CODE_OPEN};
use crate::flow::SlotValue;

/// What a text may read, built once for a step and thrown away.
#[derive(Debug, Clone)]
pub struct Scope {
    pub(super) value: Value,
}

/// The contents of a [`Scope`].
#[derive(Debug, Default)]
pub struct Names<'a> {
    pub slots: Option<&'a BTreeMap<String, SlotValue>>,
    /// name, profile, locale; `verified`.
    pub contact_name: Option<&'a str>,
    pub contact_profile: Option<&'a str>,
    pub contact_verified: bool,
    /// Other addresses are linked with this one.
    pub contact_linked: bool,
    pub locale: &'a str,
    /// discord, telegram, web, twilio, jambonz, terminal…
    pub channel: &'a str,
    pub voice: bool,
    pub ticket: Option<TicketNames<'a>>,
    /// ISO 8601 with offset.
    pub now: &'a str,
    pub business_open: bool,
    /// When the desk opens and closes next; empty where it never does.
    pub opens_at: &'a str,
    pub closes_at: &'a str,
    /// area, title, since.
    pub incidents: &'a [BTreeMap<String, String>],
    /// Only for flows of the system: what the conversation was about when they were called.
    pub origin: Option<OriginNames<'a>>,
    /// Only for the mappings of an `http` step.
    pub answer: Option<AnswerNames<'a>>,
    /// Names for one built-in text: `label`, `key`, `answer`, …
    pub extra: &'a [(&'a str, String)],
}

/// What a flow of the system may read of the flow that it interrupts.
#[derive(Debug, Clone, Copy, Default)]
pub struct OriginNames<'a> {
    pub flow: &'a str,
    /// The first choice made there; empty where none was.
    pub category: &'a str,
    /// What the contact asked or described; empty where nothing was.
    pub question: &'a str,
}

/// What a service answered.
#[derive(Debug, Clone, Copy)]
pub struct AnswerNames<'a> {
    pub status: u16,
    /// Names in lower case.
    pub headers: &'a BTreeMap<String, String>,
    pub body: &'a serde_json::Value,
}

#[derive(Debug, Clone, Copy)]
pub struct TicketNames<'a> {
    /// Bare digits.
    pub code: &'a str,
    pub category: &'a str,
    pub r#type: &'a str,
    /// Whether the text was added to a ticket that was open already.
    pub added: bool,
}

impl Scope {
    pub fn new(names: &Names<'_>) -> Self {
        let mut all: BTreeMap<&str, Value> = BTreeMap::new();
        if let Some(slots) = names.slots {
            all.insert("slots", map(slots.iter().map(|(name, value)| (name.as_str(), slot_value(value)))));
        }
        all.insert(
            "contact",
            object([
                ("name", Value::from(names.contact_name)),
                ("profile", Value::from(names.contact_profile)),
                ("verified", Value::from(names.contact_verified)),
                ("linked", Value::from(names.contact_linked)),
                ("locale", Value::from(names.locale)),
            ]),
        );
        all.insert(
            "channel",
            object([("kind", Value::from(names.channel)), ("voice", Value::from(names.voice))]),
        );
        if let Some(ticket) = &names.ticket {
            let code = format!("{CODE_OPEN}{}{CODE_CLOSE}", ticket.code);
            all.insert(
                "ticket",
                object([
                    ("code", Value::from(code)),
                    ("category", Value::from(ticket.category)),
                    ("type", Value::from(ticket.r#type)),
                    ("added", Value::from(ticket.added)),
                ]),
            );
        }
        if let Some(origin) = &names.origin {
            all.insert(
                "origin",
                object([
                    ("flow", Value::from(origin.flow)),
                    ("category", Value::from(origin.category)),
                    ("question", Value::from(origin.question)),
                ]),
            );
        }
        all.insert("now", Value::from(names.now));
        all.insert(
            "business",
            object([
                ("open", Value::from(names.business_open)),
                ("opens_at", Value::from(names.opens_at)),
                ("closes_at", Value::from(names.closes_at)),
            ]),
        );
        if let Some(answer) = &names.answer {
            all.insert("status", Value::from(answer.status));
            all.insert("headers", Value::from(Serde(answer.headers)));
            all.insert("body", Value::from(Serde(answer.body)));
        }
        let incident = |one: &BTreeMap<String, String>| -> Value {
            map(one.iter().map(|(name, value)| (name.as_str(), Value::from(value.as_str()))))
        };
        all.insert("__incidents", names.incidents.iter().map(incident).collect::<Vec<Value>>().into());
        for (name, value) in names.extra {
            all.insert(name, Value::from(value.as_str()));
        }
        Self { value: map(all) }
    }
}

fn object<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    map(pairs)
}

/// A map; collecting pairs into a `Value` would make a list of pairs.
fn map<'a>(pairs: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::from(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>())
}

fn slot_value(value: &SlotValue) -> Value {
    match value {
        SlotValue::Bool(value) => Value::from(*value),
        SlotValue::Number(value) if value.fract() == 0.0 && value.abs() < 9e15 => {
            #[expect(clippy::cast_possible_truncation, reason = "whole and in range, checked in the guard")]
            let whole = *value as i64;
            Value::from(whole)
        }
        SlotValue::Number(value) => Value::from(*value),
        SlotValue::Text(value) => Value::from(value.as_str()),
    }
}
