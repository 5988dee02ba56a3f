//! Reads `slots:`.

use std::collections::{BTreeMap, BTreeSet};

use regex::{Regex, RegexBuilder};

use super::fields::Fields;
use super::node::{Data, Node};
use super::reader::{Entry, Reader, shown};
use crate::flow::{Slot, SlotKind, SlotName, Text};
use crate::source::{Diagnostic, Placed};

/// The words after `type:`.
pub const TYPES: [&str; 9] =
    ["text", "number", "date", "email", "phone", "choice", "bool", "pattern", "file"];
/// Bytes that a compiled pattern may take.
const PATTERN_SIZE: usize = 256 * 1024;

/// What `slots:` says.
#[derive(Debug, Default)]
pub struct Slots {
    pub by_name: BTreeMap<SlotName, Slot>,
    /// Something else than slots stands there, so that any name may have been meant.
    pub lost: bool,
    /// Slots of which the type could not be read.
    pub untyped: BTreeSet<SlotName>,
}

pub fn read(reader: &mut Reader<'_>, entry: Option<Entry<'_>>) -> Slots {
    let mut slots = Slots::default();
    let Some(entry) = entry.filter(|entry| !entry.value.is_null()) else { return slots };
    let Data::Map(pairs) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a map of slot names");
        slots.lost = true;
        return slots;
    };
    reader.duplicates(pairs);
    for (key, value) in pairs {
        let name = shown(key);
        if !is_identifier(&name) {
            let message = format!("`{name}` cannot name a slot");
            let found = Diagnostic::error("V011", key.at.clone(), message);
            reader.report(
                found.help("letters, digits and `_`, and no digit first: texts read it as slots.name"),
            );
        }
        // A slot that is wrong in itself still exists, so that its uses are not told as well.
        let Written { kind, digits, sensitive, label } = slot(reader, key, value);
        if kind.is_none() {
            slots.untyped.insert(name.clone());
        }
        let kind = kind.unwrap_or(ANY_TEXT);
        let slot = Slot { name: name.clone(), at: key.at.clone(), kind, digits, sensitive, label };
        slots.by_name.entry(name).or_insert(slot);
    }
    slots
}

/// Whether texts can read `slots.name`.
pub fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

const ANY_TEXT: SlotKind = SlotKind::Text { min: None, max: None };

/// A slot as written; of a kind only where that could be read.
#[derive(Default)]
struct Written {
    kind: Option<SlotKind>,
    digits: bool,
    sensitive: bool,
    label: Option<Text>,
}

fn slot(reader: &mut Reader<'_>, key: &Node, value: &Node) -> Written {
    if value.text().is_some() {
        // `blocked: bool` in short.
        let word = reader.word(Entry { key, value }, &TYPES);
        let kind = word.and_then(|word| simple(&word.value));
        if kind.is_none() && matches!(value.text(), Some("choice" | "pattern")) {
            let message = format!("a `{}` slot needs more than its type", value.text().unwrap_or_default());
            let found = Diagnostic::error("V003", value.at.clone(), message);
            reader.report(found.help("{ type: choice, options: […] } or { type: pattern, pattern: '…' }"));
        }
        return Written { kind, ..Written::default() };
    }
    let Some(mut fields) = Fields::open(reader, value, "a slot", &key.at) else {
        return Written::default();
    };
    let word = fields.need(reader, "type").and_then(|entry| reader.word(entry, &TYPES));
    let kind = match &word {
        Some(word) => typed(reader, &mut fields, word),
        None => {
            for name in ["min", "max", "whole", "past", "future", "options", "pattern"] {
                fields.take(name);
            }
            None
        }
    };
    let digits = fields.take("voice").is_some_and(|entry| reader.word(entry, &["digits"]).is_some());
    let sensitive = fields.take("sensitive").and_then(|entry| reader.flag(entry)).unwrap_or(false);
    let label = fields.take("label").map(|entry| reader.text(Some(entry), None));
    fields.close(reader);
    Written { kind, digits, sensitive, label }
}

fn simple(word: &str) -> Option<SlotKind> {
    Some(match word {
        "text" => ANY_TEXT,
        "number" => SlotKind::Number { min: None, max: None, whole: false },
        "date" => SlotKind::Date { past: false, future: false },
        "email" => SlotKind::Email,
        "phone" => SlotKind::Phone,
        "bool" => SlotKind::Bool,
        "file" => SlotKind::File,
        _ => return None,
    })
}

fn typed(reader: &mut Reader<'_>, fields: &mut Fields<'_>, word: &Placed<String>) -> Option<SlotKind> {
    Some(match word.value.as_str() {
        "text" => text(reader, fields),
        "number" => number(reader, fields),
        "date" => {
            let past = fields.take("past").and_then(|entry| reader.flag(entry)).unwrap_or(false);
            let future = fields.take("future").and_then(|entry| reader.flag(entry)).unwrap_or(false);
            SlotKind::Date { past, future }
        }
        "choice" => {
            SlotKind::Choice { options: Some(options(reader, fields)).filter(|options| !options.is_empty())? }
        }
        "pattern" => pattern(reader, fields)?,
        other => simple(other)?,
    })
}

fn text(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> SlotKind {
    let min = fields.take("min").and_then(|entry| reader.count(entry));
    let max_entry = fields.take("max");
    let max = max_entry.and_then(|entry| reader.count(entry));
    if let (Some(low), Some(high), Some(entry)) = (min, max, max_entry)
        && low > high
    {
        upside_down(reader, entry);
    }
    SlotKind::Text { min, max }
}

fn number(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> SlotKind {
    let min = fields.take("min").and_then(|entry| reader.number(entry));
    let max_entry = fields.take("max");
    let max = max_entry.and_then(|entry| reader.number(entry));
    let whole = fields.take("whole").and_then(|entry| reader.flag(entry)).unwrap_or(false);
    if let (Some(low), Some(high), Some(entry)) = (min, max, max_entry)
        && low > high
    {
        upside_down(reader, entry);
    }
    SlotKind::Number { min, max, whole }
}

fn upside_down(reader: &mut Reader<'_>, max: Entry<'_>) {
    let found = Diagnostic::error("V015", max.value.at.clone(), "`max` is below `min`, so no answer can fit");
    reader.report(found);
}

fn options(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Vec<String> {
    let Some(entry) = fields.need(reader, "options") else { return Vec::new() };
    let options = reader.list(entry.value);
    if options.is_empty() && matches!(entry.value.data, Data::List(_)) {
        reader.report(Diagnostic::error("V003", entry.value.at.clone(), "a `choice` slot needs an option"));
    }
    let Data::List(items) = &entry.value.data else { return options };
    let mut seen: Vec<&str> = Vec::new();
    for item in items {
        let Some(text) = item.text() else { continue };
        if seen.contains(&text) {
            reader.report(Diagnostic::error("V005", item.at.clone(), format!("`{text}` stands twice")));
        }
        seen.push(text);
    }
    options
}

fn pattern(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<SlotKind> {
    let entry = fields.need(reader, "pattern")?;
    let source = reader.scalar(entry.value, "a regular expression").map(str::to_owned)?;
    if let Some(pattern) = reader.patterns.get(&source) {
        return Some(SlotKind::Pattern { pattern: pattern.clone() });
    }
    match compiled(&source) {
        Ok(pattern) => {
            reader.patterns.insert(source, pattern.clone());
            Some(SlotKind::Pattern { pattern })
        }
        Err(error) => {
            reader.report(refused(entry, &error));
            None
        }
    }
}

/// Anchored at both ends. Parsed alone first: `a)(b` would be well formed between our brackets.
fn compiled(source: &str) -> Result<Regex, regex::Error> {
    let alone = regex_syntax::parse(source).map_err(|error| regex::Error::Syntax(error.to_string()));
    alone.and_then(|_| RegexBuilder::new(&format!("^(?:{source})$")).size_limit(PATTERN_SIZE).build())
}

fn refused(entry: Entry<'_>, error: &regex::Error) -> Diagnostic {
    let at = entry.value.at.clone();
    match error {
        regex::Error::CompiledTooBig(_) => {
            Diagnostic::error("V014", at, "this pattern is too large").help("use smaller repetitions")
        }
        _ => {
            let text = error.to_string();
            let why = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            Diagnostic::error("V014", at, format!("this pattern is no regular expression: {why}"))
                .help("look-around and back-references are not there: matching takes linear time")
        }
    }
}
