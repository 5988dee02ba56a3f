//! `choose` and its options.

use super::handler;
use crate::flow::limits::{discord, voice};
use crate::flow::parse::fields::Fields;
use crate::flow::parse::node::{Data, Node};
use crate::flow::parse::reader::{Entry, Reader};
use crate::flow::step::{Choose, ChooseOption};
use crate::source::{Diagnostic, Place};

/// Options that a menu may have, keys or not.
const MAX_OPTIONS: usize = 100;

pub fn read(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Choose> {
    let mut fields = Fields::open(reader, entry.value, "a `choose` step", &entry.key.at)?;
    let slot_entry = fields.take("slot");
    let slot = slot_entry.and_then(|entry| reader.name(entry));
    let prompt = fields.need(reader, "prompt");
    let voice = fields.take("voice");
    let prompt = reader.text(prompt, voice);
    let reprompts = reader.texts(fields.take("reprompts"));
    let on_failure = fields.take("on_failure").and_then(|entry| reader.target(entry));
    let handlers = handler::read(reader, &mut fields);
    let listed = fields.need(reader, "options");
    let options = listed.map(|listed| options(reader, listed, slot_entry.is_some())).unwrap_or_default();
    fields.close(reader);
    if options.is_empty() {
        reader.whole = false;
    }
    Some(Choose { slot, prompt, options, reprompts, on_failure, handlers })
}

fn options(reader: &mut Reader<'_>, entry: Entry<'_>, fills: bool) -> Vec<ChooseOption> {
    let Data::List(items) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a list of options");
        return Vec::new();
    };
    if items.is_empty() {
        reader.report(Diagnostic::error("V003", entry.value.at.clone(), "a menu needs an option"));
    }
    if let Some(extra) = items.get(MAX_OPTIONS) {
        let message = format!("a menu has at most {MAX_OPTIONS} options");
        reader.report(Diagnostic::error("V010", extra.at.clone(), message));
    } else if let Some(extra) = items.get(discord::SELECT_OPTIONS) {
        let message = format!(
            "this menu has {} options: Discord shows at most {}, a caller keeps {} in mind",
            items.len(),
            discord::SELECT_OPTIONS,
            voice::OPTIONS
        );
        let found = Diagnostic::error("V703", extra.at.clone(), message);
        reader.report(found.help("lead to a second menu with `goto`, or ask for the answer as a text"));
    }
    let mut options = Vec::new();
    let mut keys: Vec<(String, Place)> = Vec::new();
    for (index, item) in items.iter().take(MAX_OPTIONS).enumerate() {
        if let Some(option) = option(reader, item, index, fills, &mut keys) {
            twice(reader, &options, &option);
            options.push(option);
        }
    }
    clashes(reader, &keys);
    options
}

fn option(
    reader: &mut Reader<'_>,
    item: &Node,
    index: usize,
    fills: bool,
    keys: &mut Vec<(String, Place)>,
) -> Option<ChooseOption> {
    let mut fields = Fields::open(reader, item, "an option", &item.at)?;
    let value_entry = if fills { fields.need(reader, "value") } else { fields.take("value") };
    let value = value_entry.and_then(|entry| reader.name(entry));
    let label = fields.need(reader, "label");
    let voice = fields.take("voice");
    let label = reader.text(label, voice);
    let synonyms = fields.take("synonyms").map(|entry| reader.words(entry)).unwrap_or_default();
    let goto_entry = fields.take("goto");
    let goto = goto_entry.and_then(|entry| reader.target(entry));
    let key_entry = fields.take("key");
    fields.close(reader);
    if !fills && goto_entry.is_none() {
        let message = "a `choose` without a `slot` only jumps, so each option needs a `goto`";
        reader.report(Diagnostic::error("V017", item.at.clone(), message));
    }
    let at = value.as_ref().map_or_else(|| item.at.clone(), |value| value.at.clone());
    let key = key(reader, key_entry, index, &at, keys);
    // Where nothing is stored, an option without a value goes by where it leads.
    let value = value.map(|value| value.value).or_else(|| goto.as_ref().map(|goto| goto.name.clone()));
    Some(ChooseOption { value: value.unwrap_or_else(|| key.clone()), at, label, synonyms, key, goto })
}

/// `key:` as written, else the place in the list.
fn key(
    reader: &mut Reader<'_>,
    entry: Option<Entry<'_>>,
    index: usize,
    at: &Place,
    keys: &mut Vec<(String, Place)>,
) -> String {
    let Some(entry) = entry else {
        let key = (index + 1).to_string();
        if index < 9 {
            keys.push((key.clone(), at.clone()));
        } else if index == 9 {
            let message = format!("the {key}th option has no key: only 1 to 9 are given by place");
            let found = Diagnostic::error("V016", at.clone(), message);
            reader.report(found.help("split the menu: a caller keeps five options in mind"));
        }
        return key;
    };
    let key = reader.name(entry).map(|key| key.value).unwrap_or_default();
    let one = key.chars().count() == 1 && key.chars().all(|c| c.is_ascii_digit() || c == '*' || c == '#');
    if one {
        keys.push((key.clone(), entry.value.at.clone()));
    } else if !key.is_empty() {
        let found =
            Diagnostic::error("V016", entry.value.at.clone(), format!("`{key}` is no key of a phone"));
        reader.report(found.help("one of 0 to 9, \"*\" and \"#\""));
    }
    key
}

fn clashes(reader: &mut Reader<'_>, keys: &[(String, Place)]) {
    for (index, (key, at)) in keys.iter().enumerate() {
        if let Some((_, first)) = keys[..index].iter().find(|(other, _)| other == key) {
            let message =
                format!("two options of this menu are on key {key}; the other is on line {}", first.line);
            let found = Diagnostic::error("V016", at.clone(), message).related(first, "the other option");
            reader
                .report(found.help("an option's key is its place in the list unless `key:` says otherwise"));
        }
    }
}

fn twice(reader: &mut Reader<'_>, options: &[ChooseOption], option: &ChooseOption) {
    let by_goto = |option: &ChooseOption| option.goto.as_ref().is_some_and(|goto| goto.name == option.value);
    if let Some(first) = options.iter().find(|first| first.value == option.value) {
        // Two ways to one step are fine where no value was written.
        if by_goto(first) && by_goto(option) {
            return;
        }
        let message = format!(
            "two options of this menu have the value `{}`; the other is on line {}",
            option.value, first.at.line
        );
        reader.report(
            Diagnostic::error("V005", option.at.clone(), message).related(&first.at, "the other option"),
        );
    }
}
