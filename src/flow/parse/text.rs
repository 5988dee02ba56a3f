//! Reads what the bot says: a string, or a map of locale to string, each a template.

use std::collections::BTreeMap;

use super::cut;
use super::node::{Data, Node};
use super::reader::{Entry, Reader};
use crate::flow::{Locale, Template, Text};
use crate::source::{Diagnostic, Place};

type ByLocale = BTreeMap<Locale, Template>;

impl Reader<'_> {
    /// A text in every locale (`V501` where one is missing), with the `voice:` that stands beside it.
    pub fn text(&mut self, entry: Option<Entry<'_>>, voice: Option<Entry<'_>>) -> Text {
        let Some(entry) = entry else { return Text::default() };
        let at = near(entry);
        let mut spoken = voice.map(|voice| self.spoken(voice)).unwrap_or_default();
        let (written, within) = self.locale_map(entry.value, true);
        spoken.extend(within);
        self.missing_locales(&written, entry.value, &at);
        Text { at, written, spoken }
    }

    /// A text in a list (`reprompts:`).
    pub fn listed_text(&mut self, node: &Node) -> Text {
        self.text(Some(Entry { key: node, value: node }), None)
    }

    /// Texts one after the other; a single one stands for a list of one.
    pub fn texts(&mut self, entry: Option<Entry<'_>>) -> Vec<Text> {
        match entry.map(|entry| &entry.value.data) {
            Some(Data::List(items)) => items.iter().map(|item| self.listed_text(item)).collect(),
            Some(_) => vec![self.text(entry, None)],
            None => Vec::new(),
        }
    }

    /// What `voice:` says; it may leave locales out.
    pub fn spoken(&mut self, entry: Entry<'_>) -> ByLocale {
        self.locale_map(entry.value, false).0
    }

    /// The templates by locale, and those of a `voice:` within the map.
    pub fn locale_map(&mut self, node: &Node, voice_within: bool) -> (ByLocale, ByLocale) {
        let mut written = ByLocale::new();
        let mut spoken = ByLocale::new();
        if let Some(found) = cut::by_braces(node) {
            self.report(found);
            return (written, spoken);
        }
        match &node.data {
            Data::Scalar { text, .. } => {
                self.cut_by_comment(node);
                let locale = self.default_locale();
                self.put(&mut written, locale, text, &node.at);
            }
            Data::Map(pairs) => {
                self.duplicates(pairs);
                let mut before = None;
                for (key, value) in pairs {
                    if voice_within && key.text() == Some("voice") {
                        spoken = self.spoken(Entry { key, value });
                    } else if let Some(locale) = self.locale(key, value, before) {
                        self.one(&mut written, locale, value);
                    }
                    before = Some(value);
                }
            }
            Data::Null | Data::List(_) => self.wrong_shape(node, "a text, or a map of locale to text,"),
        }
        (written, spoken)
    }

    fn one(&mut self, written: &mut ByLocale, locale: Locale, value: &Node) {
        let Some(text) = self.scalar(value, "a text") else {
            // Told as a wrong shape; not as missing as well.
            self.put(written, locale, "-", &value.at);
            return;
        };
        self.cut_by_comment(value);
        self.put(written, locale, text, &value.at);
    }

    fn put(&mut self, written: &mut ByLocale, locale: Locale, text: &str, at: &Place) {
        // A text that does not compile is told, and stands as plain words so that nothing else is told of it.
        let template = self.compile(text, at).or_else(|| self.templates.text("-", at).ok());
        if let Some(mut template) = template {
            template.locale = Some(locale.clone());
            written.entry(locale).or_insert(template);
        }
    }

    fn missing_locales(&mut self, written: &ByLocale, node: &Node, at: &Place) {
        if written.is_empty() {
            return;
        }
        let missing: Vec<Locale> =
            self.locales.iter().filter(|locale| !written.contains_key(*locale)).cloned().collect();
        if missing.is_empty() {
            return;
        }
        if self.built_in {
            self.lacking.extend(missing);
            return;
        }
        let names: Vec<String> = missing.iter().map(|locale| format!("`{locale}`")).collect();
        let found =
            Diagnostic::error("V501", at.clone(), format!("this text is missing in {}", names.join(" and ")));
        self.report(match &node.data {
            Data::Scalar { .. } => {
                let default = self.default_locale();
                found.help(format!(
                    "a plain string is `{default}` only; write {{ {default}: …, {}: … }}",
                    missing[0]
                ))
            }
            Data::Null | Data::List(_) | Data::Map(_) => found,
        });
    }
}

/// Where to tell something about a text as a whole: the text, or its key where the text begins on a later line.
fn near(entry: Entry<'_>) -> Place {
    let same_line = entry.key.at.line == entry.value.at.line;
    if same_line { entry.value.at.clone() } else { entry.key.at.clone() }
}
