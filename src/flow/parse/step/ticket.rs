//! `ticket`.

use crate::flow::Template;
use crate::flow::parse::fields::Fields;
use crate::flow::parse::node::Data;
use crate::flow::parse::reader::{Entry, Reader, shown};
use crate::flow::step::Ticket;
use crate::source::{Diagnostic, Placed};

pub const TYPES: [&str; 4] = ["incident", "service_request", "problem", "change"];
pub const LEVELS: [&str; 3] = ["low", "medium", "high"];

pub fn read(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Ticket> {
    let mut fields = Fields::open(reader, entry.value, "a `ticket` step", &entry.key.at)?;
    let category = fields.need(reader, "category");
    let category = template(reader, category, "general", entry)?;
    let r#type = fields.take("type").and_then(|entry| reader.word(entry, &TYPES));
    let urgency = level(reader, fields.take("urgency"), entry)?;
    let impact = level(reader, fields.take("impact"), entry)?;
    let subject_entry = fields.need(reader, "subject");
    let subject = template(reader, subject_entry, "-", entry)?;
    let body = match fields.take("body") {
        Some(body) => template(reader, Some(body), "-", entry)?,
        None => subject.clone(),
    };
    let extra = fields.take("fields").map(|entry| extra(reader, entry)).unwrap_or_default();
    let queue = fields.take("queue").and_then(|entry| reader.name(entry));
    let without_faq = fields.take("without_faq").and_then(|entry| reason(reader, entry));
    let unreached = fields.take("unreached").is_some_and(|entry| unreached(reader, entry));
    fields.close(reader);
    let incident = || Placed::new("incident".to_owned(), entry.key.at.clone());
    Some(Ticket {
        category,
        r#type: r#type.unwrap_or_else(incident),
        urgency,
        impact,
        subject,
        body,
        fields: extra,
        queue,
        without_faq,
        unreached,
    })
}

/// A template; where there is none or it is refused, `instead`, so that the step is not lost.
fn template(
    reader: &mut Reader<'_>,
    entry: Option<Entry<'_>>,
    instead: &str,
    step: Entry<'_>,
) -> Option<Template> {
    let at = entry.map_or(&step.key.at, |entry| &entry.value.at);
    entry.and_then(|entry| reader.template(entry.value)).or_else(|| reader.compile(instead, at))
}

/// low, medium or high, or a template that yields one of them.
fn level(reader: &mut Reader<'_>, entry: Option<Entry<'_>>, step: Entry<'_>) -> Option<Template> {
    if let Some(entry) = entry
        && entry.value.text().is_some_and(|text| !text.contains("{{") && !text.contains("{%"))
    {
        reader.word(entry, &LEVELS);
    }
    template(reader, entry, "medium", step)
}

fn extra(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<(String, Template)> {
    let Data::Map(pairs) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a map of field to value");
        return Vec::new();
    };
    reader.duplicates(pairs);
    let mut extra = Vec::new();
    for (key, value) in pairs {
        if let Some(template) = reader.template(value) {
            extra.push((shown(key), template));
        }
    }
    extra
}

/// A reason that says nothing is none (`V302`), but the author's wish is clear: rule 3 is not told as well.
fn reason(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Placed<String>> {
    let said = entry.value.text().filter(|text| text.chars().any(char::is_alphabetic));
    let empty = matches!(said, None | Some("true" | "false" | "yes" | "no"));
    if empty {
        let found =
            Diagnostic::error("V302", entry.value.at.clone(), "`without_faq` needs a reason in words");
        reader.report(found.help("the audit shows it: without_faq: \"an outage report\""));
    }
    Some(Placed::new(said.unwrap_or_default().to_owned(), entry.value.at.clone()))
}

fn unreached(reader: &mut Reader<'_>, entry: Entry<'_>) -> bool {
    let unreached = reader.flag(entry).unwrap_or(false);
    if unreached && !reader.system {
        let message = "`unreached` belongs to the system's own flows";
        let found = Diagnostic::error("V303", entry.key.at.clone(), message);
        reader.report(found.help("a ticket that must open at once says why with `without_faq`"));
    }
    unreached
}
