//! Reads `system/words.yaml`: what the engine says by itself, and the words that it understands.

use std::collections::BTreeMap;

use super::fields::Fields;
use super::node::{Data, Node};
use super::reader::{Entry, Reader, listed, shown, suggest};
use crate::flow::{Locale, Template, Words, format};
use crate::source::{Diagnostic, Place};

/// Reads a words file over what is known already: a text overrides one of the same key and locale.
pub fn read(reader: &mut Reader<'_>, node: &Node, words: &mut Words) {
    let Some(mut fields) = Fields::open(reader, node, "a words file", &node.at) else { return };
    if let Some(entry) = fields.take("words") {
        texts(reader, entry, words);
    }
    if let Some(entry) = fields.take("lists") {
        lists(reader, entry, words);
    }
    fields.close(reader);
}

fn entries<'n>(reader: &mut Reader<'_>, entry: Entry<'n>) -> &'n [(Node, Node)] {
    let Data::Map(pairs) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a map of key to words");
        return &[];
    };
    reader.duplicates(pairs);
    pairs
}

fn texts(reader: &mut Reader<'_>, entry: Entry<'_>, words: &mut Words) {
    for (key, value) in entries(reader, entry) {
        let name = shown(key);
        if !reader.built_in && !words.texts.contains_key(&name) {
            unknown(reader, key, words.texts.keys());
        }
        let (written, spoken) = reader.locale_map(value, true);
        written.values().chain(spoken.values()).for_each(|text| pattern(reader, &name, text));
        let text = words.texts.entry(name).or_default();
        text.at = value.at.clone();
        for (locale, template) in written {
            // A new text for a locale makes the spoken form of the old one stale.
            text.spoken.remove(&locale);
            text.written.insert(locale, template);
        }
        text.spoken.extend(spoken);
    }
}

/// `V413`: a place in braces that the pattern of a date or an hour does not have.
fn pattern(reader: &mut Reader<'_>, name: &str, text: &Template) {
    let Some((_, known)) = format::PATTERNS.iter().find(|(key, _)| *key == name) else { return };
    for place in format::places(&text.source).into_iter().filter(|place| !known.contains(place)) {
        let message = format!("the pattern `{name}` has no place `{{{place}}}`");
        let help = format!("its places are {}", listed(known));
        reader.report(Diagnostic::error("V413", text.at.clone(), message).help(help));
    }
}

fn lists(reader: &mut Reader<'_>, entry: Entry<'_>, words: &mut Words) {
    for (key, value) in entries(reader, entry) {
        let name = shown(key);
        if !reader.built_in && !words.lists.contains_key(&name) {
            unknown(reader, key, words.lists.keys());
        }
        let by_locale = reader.words(Entry { key, value });
        words.lists.entry(name).or_default().extend(by_locale);
    }
}

fn unknown<'k>(reader: &mut Reader<'_>, key: &Node, known: impl Iterator<Item = &'k String>) {
    let name = shown(key);
    let problem = Diagnostic::error("V002", key.at.clone(), format!("the system has no words `{name}`"));
    reader.report(suggest(problem, &name, known.map(String::as_str)));
}

/// One warning for each configured locale that some words lack; they are said in the default locale then, or in
/// another that there is.
pub fn lacking(words: &Words, locales: &[Locale], file: &str) -> Vec<Diagnostic> {
    let mut lacking: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for locale in locales {
        for (key, text) in &words.texts {
            if words.own(key, locale).is_none() && !text.written.is_empty() {
                lacking.entry(locale).or_default().push(key);
            }
        }
        for (key, list) in &words.lists {
            if words.list(key, locale).is_empty() && !list.is_empty() {
                lacking.entry(locale).or_default().push(key);
            }
        }
    }
    let told = lacking.into_iter().map(|(locale, keys)| {
        let message = format!(
            "{} of the system's words are missing in `{locale}`: {}{}",
            keys.len(),
            keys[..keys.len().min(5)].join(", "),
            if keys.len() > 5 { ", …" } else { "" }
        );
        Diagnostic::warning("V503", Place::start_of(file), message)
            .help("give them in `system/words.yaml` in the folder of flows")
    });
    told.collect()
}
