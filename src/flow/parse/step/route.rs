//! `set`, `branch`, `call` and `end`.

use crate::flow::Template;
use crate::flow::parse::fields::Fields;
use crate::flow::parse::node::{Data, Node};
use crate::flow::parse::reader::{Entry, Reader, shown};
use crate::flow::step::{Arm, Branch, Call, End, Set};
use crate::source::{Diagnostic, Placed};

pub fn set(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Set> {
    let Data::Map(pairs) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a map of slot to value");
        return None;
    };
    reader.duplicates(pairs);
    Some(Set { assignments: assignments(reader, pairs) })
}

fn assignments(reader: &mut Reader<'_>, pairs: &[(Node, Node)]) -> Vec<(Placed<String>, Template)> {
    let mut assignments = Vec::new();
    for (key, value) in pairs {
        // A refused value still fills its slot, so that later reads are not told as well.
        let template = reader.template(value).or_else(|| reader.compile("{{ none }}", &value.at));
        if let Some(template) = template {
            assignments.push((Placed::new(shown(key), key.at.clone()), template));
        }
    }
    assignments
}

pub fn branch(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Branch> {
    let Data::List(items) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a list of `{ when, goto }`");
        return None;
    };
    if items.is_empty() {
        reader.report(Diagnostic::error("V003", entry.value.at.clone(), "a `branch` needs an entry"));
    }
    let mut arms = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(mut fields) = Fields::open(reader, item, "a branch entry", &item.at) else {
            reader.whole = false;
            continue;
        };
        let when_entry = fields.take("when");
        let when = when_entry.and_then(|entry| reader.condition(entry));
        let goto = fields.need(reader, "goto").and_then(|entry| reader.target(entry));
        fields.close(reader);
        if when_entry.is_none() && index + 1 < items.len() {
            let message = "an entry without `when` always holds, so those below it are never tried";
            reader.report(Diagnostic::error("V017", item.at.clone(), message).help("put it last"));
        }
        let Some(goto) = goto else {
            reader.whole = false;
            continue;
        };
        // A refused condition may hold or not; `none` keeps the arm one that may be passed by.
        let when = match (when_entry, when) {
            (Some(entry), None) => reader.templates.condition("none", &entry.value.at).ok(),
            (_, when) => when,
        };
        arms.push(Arm { when, goto });
    }
    Some(Branch { arms })
}

/// `call: FLOW`, or `call: { flow, with: { theirs: value }, into: { mine: theirs } }`.
pub fn call(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Call> {
    if entry.value.text().is_some() {
        let flow = reader.name(entry)?;
        return Some(Call { flow, with: Vec::new(), into: Vec::new() });
    }
    let mut fields = Fields::open(reader, entry.value, "a `call` step", &entry.key.at)?;
    let flow = fields.need(reader, "flow").and_then(|entry| reader.name(entry));
    let with = fields.take("with").map(|entry| passed(reader, entry)).unwrap_or_default();
    let into = fields.take("into").map(|entry| returned(reader, entry)).unwrap_or_default();
    fields.close(reader);
    Some(Call { flow: flow?, with, into })
}

fn passed(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<(Placed<String>, Template)> {
    let Data::Map(pairs) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a map of their slot to a value");
        return Vec::new();
    };
    reader.duplicates(pairs);
    assignments(reader, pairs)
}

fn returned(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<(Placed<String>, Placed<String>)> {
    let Data::Map(pairs) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a map of our slot to theirs");
        return Vec::new();
    };
    reader.duplicates(pairs);
    let mut returned = Vec::new();
    for (key, value) in pairs {
        if let Some(theirs) = reader.name(Entry { key, value }) {
            returned.push((Placed::new(shown(key), key.at.clone()), theirs));
        }
    }
    returned
}

/// `end:`, `end: OUTCOME` or `end: { outcome: … }`.
pub fn end(reader: &mut Reader<'_>, entry: Entry<'_>) -> End {
    let informed = || Placed::new("informed".to_owned(), entry.key.at.clone());
    let outcome = match &entry.value.data {
        Data::Null => None,
        Data::Scalar { .. } => reader.name(entry),
        Data::List(_) | Data::Map(_) => {
            let fields = Fields::open(reader, entry.value, "an `end` step", &entry.key.at);
            fields.and_then(|mut fields| {
                let outcome = fields.take("outcome").and_then(|entry| reader.name(entry));
                fields.close(reader);
                outcome
            })
        }
    };
    End { outcome: outcome.unwrap_or_else(informed) }
}
