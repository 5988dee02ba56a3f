//! `lookup`, `wait` and `watch`.

use crate::flow::Template;
use crate::flow::parse::fields::Fields;
use crate::flow::parse::node::{Data, Node};
use crate::flow::parse::reader::{Entry, Reader, shown};
use crate::flow::step::{Lookup, Until, Wait, Watch, wait};
use crate::source::{Diagnostic, Placed};

pub fn lookup(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Lookup> {
    let mut fields = Fields::open(reader, entry.value, "a `lookup` step", &entry.key.at)?;
    let table = fields.need(reader, "table").and_then(|entry| reader.name(entry));
    let filters = fields.need(reader, "where").map(|entry| filters(reader, entry)).unwrap_or_default();
    let into = fields.take("into").map(|entry| into(reader, entry)).unwrap_or_default();
    let on_missing = fields.take("on_missing").and_then(|entry| reader.target(entry));
    fields.close(reader);
    Some(Lookup { table: table?, r#where: filters, into, on_missing })
}

fn filters(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<(Placed<String>, Template)> {
    let Data::Map(pairs) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a map of column to value");
        return Vec::new();
    };
    reader.duplicates(pairs);
    if pairs.is_empty() {
        let message = "a `lookup` needs a column to look in";
        reader.report(Diagnostic::error("V003", entry.value.at.clone(), message));
    }
    let column = |(key, value): &(Node, Node)| {
        Some((Placed::new(shown(key), key.at.clone()), reader.template(value)?))
    };
    pairs.iter().filter_map(column).collect()
}

fn into(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<(Placed<String>, Placed<String>)> {
    let Data::Map(pairs) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a map of slot to column");
        return Vec::new();
    };
    reader.duplicates(pairs);
    let slot = |(key, value): &(Node, Node)| {
        let column = reader.name(Entry { key, value })?;
        Some((Placed::new(shown(key), key.at.clone()), column))
    };
    pairs.iter().filter_map(slot).collect()
}

/// `wait: 30s`, `wait: { for: 2m, say: TEXT }` or `wait: { until: open }`.
pub fn wait(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Wait> {
    if entry.value.text().is_some() {
        return Some(Wait { until: after(reader, entry), say: None });
    }
    let mut fields = Fields::open(reader, entry.value, "a `wait` step", &entry.key.at)?;
    let until = fields.take("until");
    let length = if until.is_some() { fields.take("for") } else { fields.need(reader, "for") };
    let say = fields.take("say");
    let voice = fields.take("voice");
    let say = say.map(|say| reader.text(Some(say), voice));
    fields.close(reader);
    if let (Some(_), Some(length)) = (until, length) {
        let found =
            Diagnostic::error("V017", length.key.at.clone(), "a `wait` has `for` or `until`, not both");
        reader.report(found);
    }
    let until = match (until, length) {
        (Some(until), _) => {
            reader.word(until, &["open"]);
            Placed::new(Until::Open, until.value.at.clone())
        }
        (None, Some(length)) => after(reader, length),
        (None, None) => Placed::new(Until::After(1), entry.key.at.clone()),
    };
    Some(Wait { until, say })
}

fn after(reader: &mut Reader<'_>, entry: Entry<'_>) -> Placed<Until> {
    let seconds = reader.seconds(entry).unwrap_or(1);
    if !(1..=wait::MAX).contains(&seconds) {
        let message = "a wait takes one second to seven days";
        reader.report(Diagnostic::error("V015", entry.value.at.clone(), message));
    }
    Placed::new(Until::After(seconds.clamp(1, wait::MAX)), entry.value.at.clone())
}

/// `watch: { incident: AREA }` or `watch: { ticket: CODE }`.
pub fn watch(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Watch> {
    let mut fields = Fields::open(reader, entry.value, "a `watch` step", &entry.key.at)?;
    let ticket = fields.take("ticket");
    let incident = if ticket.is_some() { fields.take("incident") } else { fields.need(reader, "incident") };
    fields.close(reader);
    if let (Some(_), Some(ticket)) = (incident, ticket) {
        let message = "a `watch` is of an incident or of a ticket, not of both";
        reader.report(
            Diagnostic::error("V017", ticket.key.at.clone(), message).help("begin another step with `-`"),
        );
    }
    let or_dash = |reader: &mut Reader<'_>, node: &Node| {
        reader.template(node).or_else(|| reader.compile("-", &node.at))
    };
    match (incident, ticket) {
        (Some(area), _) => or_dash(reader, area.value).map(Watch::Incident),
        (None, Some(code)) => or_dash(reader, code.value).map(Watch::Ticket),
        (None, None) => reader.compile("-", &entry.key.at).map(Watch::Incident),
    }
}
