//! `expect: { slots, step, flow, ticket, outcome, … }`

use super::super::script::{Expectation, Pattern, What};
use super::{wanted, wanted_list};
use crate::flow::parse::fields::Fields;
use crate::flow::parse::node::{Data, Node};
use crate::flow::parse::reader::{Entry, Reader, shown};

/// What a ticket has that can be expected.
pub const OF_TICKET: [&str; 12] = [
    "category",
    "type",
    "priority",
    "urgency",
    "impact",
    "subject",
    "body",
    "queue",
    "flow",
    "unreached",
    "without_faq",
    "added",
];

pub fn all(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<Expectation> {
    let mut expected = Vec::new();
    let Some(mut fields) = Fields::open(reader, entry.value, "an expectation", &entry.key.at) else {
        return expected;
    };
    if let Some(entry) = fields.take("slots") {
        each(reader, entry, &mut expected, |name| What::Slot(name.to_owned()));
    }
    let single: [(&'static str, What); 11] = [
        ("step", What::Step),
        ("flow", What::Flow),
        ("locale", What::Locale),
        ("outcome", What::Outcome),
        ("with", What::With),
        ("state", What::State),
        ("tickets", What::Tickets),
        ("survey", What::Survey),
        ("queue", What::Queue),
        ("priority", What::Priority),
        ("reason", What::Reason),
    ];
    for (key, what) in single {
        if let Some(entry) = fields.take(key) {
            push(reader, entry.value, what, &mut expected);
        }
    }
    for (key, what) in [("answers", What::Answers), ("watching", What::Watching)] {
        let Some(entry) = fields.take(key) else { continue };
        let wanted = wanted_list(reader, entry.value, Pattern::Whole);
        let names: Vec<String> = wanted.iter().map(|wanted| wanted.pattern.source()).collect();
        let pattern = Pattern::Whole(if names.is_empty() { "none".into() } else { names.join(", ") });
        let want = super::Wanted { pattern, at: entry.value.at.clone() };
        expected.push(Expectation { what, want });
    }
    if let Some(entry) = fields.take("masked") {
        for name in reader.list(entry.value) {
            let want = super::Wanted { pattern: Pattern::Whole("true".into()), at: entry.value.at.clone() };
            expected.push(Expectation { what: What::Masked(name), want });
        }
    }
    if let Some(entry) = fields.take("ticket") {
        ticket(reader, entry, &mut expected);
    }
    fields.close(reader);
    expected
}

fn push(reader: &mut Reader<'_>, node: &Node, what: What, expected: &mut Vec<Expectation>) {
    if let Some(want) = wanted(reader, node, Pattern::Whole) {
        expected.push(Expectation { what, want });
    }
}

/// A map of names to values.
fn each(
    reader: &mut Reader<'_>,
    entry: Entry<'_>,
    expected: &mut Vec<Expectation>,
    what: impl Fn(&str) -> What,
) {
    let Data::Map(pairs) = &entry.value.data else {
        return reader.wrong_shape(entry.value, "a map of name to value");
    };
    reader.duplicates(pairs);
    for (key, value) in pairs {
        push(reader, value, what(&shown(key)), expected);
    }
}

/// `none`, or a map of what the last ticket holds.
fn ticket(reader: &mut Reader<'_>, entry: Entry<'_>, expected: &mut Vec<Expectation>) {
    if entry.value.text().is_some() || entry.value.is_null() {
        if let Some(word) = entry.value.text().filter(|word| !matches!(*word, "none" | "any")) {
            let message = format!("`{word}` is not `none`, `any` or a map of what the ticket holds");
            reader.report(crate::source::Diagnostic::error("V009", entry.value.at.clone(), message));
            return;
        }
        return push(reader, entry.value, What::Ticket, expected);
    }
    let Some(mut fields) = Fields::open(reader, entry.value, "an expected ticket", &entry.key.at) else {
        return;
    };
    for name in OF_TICKET {
        if let Some(entry) = fields.take(name) {
            push(reader, entry.value, What::Of(name.to_owned()), expected);
        }
    }
    if let Some(entry) = fields.take("fields") {
        each(reader, entry, expected, |name| What::Of(format!("fields.{name}")));
    }
    fields.close(reader);
}
