//! The world of a test: the clock, the contact, who is free, what is wrong, which tickets there are.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::script::{Given, Moment, Stub};
use crate::conversation::link::Refused;
use crate::conversation::{Channel, HttpAnswer, Incident, OpenTicket, code, ids};
use crate::desk::State;
use crate::flow::parse::fields::Fields;
use crate::flow::parse::node::{Data, Node};
use crate::flow::parse::reader::{Entry, Reader, shown};
use crate::source::Diagnostic;

/// What may become of a code to link by; the first is that it links.
pub const CODES: [&str; 7] = ["links", "unknown", "own", "already", "too_many", "full", "unproven"];

/// What is asked about a ticket that was closed.
pub const SURVEYS: [&str; 2] = ["csat", "nps"];

pub fn fields(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Given {
    let mut given = Given {
        now: fields.take("now").and_then(|entry| moment(reader, entry)),
        agents: fields.take("agents").and_then(|entry| reader.count(entry)),
        open: fields.take("open").and_then(|entry| reader.flag(entry)),
        ..Given::default()
    };
    if let Some(entry) = fields.take("contact") {
        contact(reader, entry, &mut given);
    }
    if let Some(entry) = fields.take("incidents") {
        given.incidents = Some(incidents(reader, entry));
    }
    if let Some(entry) = fields.take("tickets") {
        given.tickets = Some(tickets(reader, entry));
    }
    if let Some(entry) = fields.take("http") {
        given.http = Some(stubs(reader, entry));
    }
    given.codes = fields.take("codes").and_then(|entry| codes(reader, entry));
    given.survey = fields.take("survey").and_then(|entry| survey(reader, entry));
    given.callback = fields.take("callback").and_then(|entry| reader.flag(entry));
    given
}

/// `survey: csat`, or `nps` where that is asked after it.
fn survey(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<bool> {
    reader.word(entry, &SURVEYS).map(|word| word.value == "nps")
}

/// `codes: links`, or why a code that is entered does not link.
fn codes(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Option<Refused>> {
    reader.word(entry, &CODES).map(|word| Refused::from_word(&word.value))
}

/// `given:` amid a talk.
pub fn map(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Given> {
    let mut open = Fields::open(reader, entry.value, "a `given` line", &entry.key.at)?;
    let given = fields(reader, &mut open);
    open.close(reader);
    Some(given)
}

fn moment(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Moment> {
    let written = reader.name(entry)?;
    let text = written.value.trim().replacen(' ', "T", 1);
    let at = text.parse().map(Moment::At).or_else(|_| text.parse().map(Moment::Local));
    if at.is_err() {
        let message = format!("`{}` is no time", written.value);
        let found = Diagnostic::error("V903", written.at, message);
        reader.report(found.help("such as 2026-11-24T10:00, or with an offset 2026-11-24T10:00+01:00"));
    }
    at.ok()
}

fn contact(reader: &mut Reader<'_>, entry: Entry<'_>, given: &mut Given) {
    let Some(mut fields) = Fields::open(reader, entry.value, "a contact", &entry.key.at) else { return };
    let text = |reader: &mut Reader<'_>, entry: Option<Entry<'_>>| {
        entry.and_then(|entry| reader.name(entry)).map(|name| name.value)
    };
    let name = fields.take("name");
    given.name = text(reader, name);
    let profile = fields.take("profile");
    given.profile = text(reader, profile);
    given.linked = fields.take("linked").map(|entry| linked(reader, entry));
    given.verified = fields.take("verified").and_then(|entry| reader.flag(entry));
    given.chat = fields.take("chat").and_then(|entry| reader.flag(entry));
    fields.close(reader);
}

fn linked(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<Channel> {
    let mut channels = Vec::new();
    for value in items(reader, entry, "a list of channels") {
        let word = reader.word(Entry { key: entry.key, value }, &Channel::ALL.map(Channel::word));
        channels.extend(word.and_then(|word| Channel::from_word(&word.value)));
    }
    channels
}

fn items<'n>(reader: &mut Reader<'_>, entry: Entry<'n>, what: &str) -> &'n [Node] {
    match &entry.value.data {
        Data::List(items) => items,
        Data::Null => &[],
        Data::Scalar { .. } | Data::Map(_) => {
            reader.wrong_shape(entry.value, what);
            &[]
        }
    }
}

fn incidents(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<Incident> {
    let mut incidents = Vec::new();
    for item in items(reader, entry, "a list of known incidents") {
        let Some(mut fields) = Fields::open(reader, item, "a known incident", &item.at) else { continue };
        let area = fields.need(reader, "area").and_then(|entry| reader.name(entry));
        let title = fields.take("title").and_then(|entry| reader.name(entry));
        let since = fields.take("since").and_then(|entry| reader.name(entry));
        fields.close(reader);
        let Some(area) = area else { continue };
        incidents.push(Incident {
            title: title.map_or_else(|| area.value.clone(), |title| title.value),
            since: since.map_or_else(|| "2026-11-24T09:00:00Z".to_owned(), |since| since.value),
            area: area.value,
        });
    }
    incidents
}

fn tickets(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<OpenTicket> {
    let mut tickets = Vec::new();
    for (nth, item) in items(reader, entry, "a list of tickets").iter().enumerate() {
        let Some(mut fields) = Fields::open(reader, item, "a ticket", &item.at) else { continue };
        let written = fields.take("code").and_then(|entry| reader.name(entry));
        let mut text = |reader: &mut Reader<'_>, key: &'static str, otherwise: &str| {
            let name = fields.take(key).and_then(|entry| reader.name(entry));
            name.map_or_else(|| otherwise.to_owned(), |name| name.value)
        };
        let (category, flow) = (text(reader, "category", "other"), text(reader, "flow", ""));
        let (subject, r#type) = (text(reader, "subject", ""), text(reader, "type", "incident"));
        let state = fields.take("state").and_then(|entry| reader.word(entry, &State::ALL.map(State::word)));
        fields.close(reader);
        let code = match written {
            None => code::of_turn(ids::conversation("test", "ticket", &nth.to_string()), 1, 0),
            Some(written) => match code::parse(&written.value) {
                Some(code) => code,
                None => {
                    let message =
                        format!("`{}` is no ticket's code: its check digit is wrong", written.value);
                    let found = Diagnostic::error("V903", written.at, message);
                    let right = code::of_turn(ids::conversation("test", "ticket", "code"), 1, 0);
                    reader.report(found.help(format!("such as {right}; or leave `code` out")));
                    continue;
                }
            },
        };
        let state = state.map_or_else(|| "new".to_owned(), |state| state.value);
        tickets.push(OpenTicket { code, category, flow, state, subject, r#type });
    }
    tickets
}

/// `http: [{ step, url, status, headers, body }, { step, fail: timeout }]`
fn stubs(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<Stub> {
    let mut stubs = Vec::new();
    for item in items(reader, entry, "a list of answers of HTTP services") {
        let Some(mut fields) = Fields::open(reader, item, "an answer of an HTTP service", &item.at) else {
            continue;
        };
        let mut text = |reader: &mut Reader<'_>, key: &'static str| {
            fields.take(key).and_then(|entry| reader.name(entry)).map(|name| name.value)
        };
        let (step, url, fail) = (text(reader, "step"), text(reader, "url"), text(reader, "fail"));
        let status = fields.take("status").and_then(|entry| reader.count(entry));
        let headers = fields.take("headers").map(|entry| headers(entry.value)).unwrap_or_default();
        let body = fields.take("body").map(|entry| json(entry.value)).unwrap_or_default();
        fields.close(reader);
        let answer = match fail {
            Some(reason) => HttpAnswer::Failed { reason },
            None => {
                let status = status.and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
                HttpAnswer::Reply { status, headers, body }
            }
        };
        stubs.push(Stub { step, url, answer });
    }
    stubs
}

fn headers(node: &Node) -> BTreeMap<String, String> {
    let Data::Map(pairs) = &node.data else { return BTreeMap::new() };
    let text = |node: &Node| node.text().unwrap_or_default().to_owned();
    pairs.iter().map(|(key, value)| (shown(key).to_lowercase(), text(value))).collect()
}

/// A body as JSON: bare numbers, `true` and `false` are such, all else is text.
fn json(node: &Node) -> Value {
    match &node.data {
        Data::Null => Value::Null,
        Data::Scalar { text, plain: true } => match serde_json::from_str(text) {
            Ok(value @ (Value::Bool(_) | Value::Number(_) | Value::Null)) => value,
            _ => Value::String(text.clone()),
        },
        Data::Scalar { text, .. } => Value::String(text.clone()),
        Data::List(items) => Value::Array(items.iter().map(json).collect()),
        Data::Map(pairs) => pairs.iter().map(|(key, value)| (shown(key), json(value))).collect(),
    }
}
