//! Reads values out of a tree and collects what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regex::Regex;

use super::node::{Data, Node};
use super::spot;
use crate::flow::step::Target;
use crate::flow::{Condition, Expression, Locale, Template, Templates};
use crate::source::{Diagnostic, Place, Placed};

/// A key with its value.
#[derive(Clone, Copy)]
pub struct Entry<'n> {
    pub key: &'n Node,
    pub value: &'n Node,
}

/// The reading of one file.
pub struct Reader<'a> {
    pub file: Arc<str>,
    pub source: &'a str,
    pub locales: &'a [Locale],
    pub system: bool,
    /// Compiled in: a locale that it lacks is not the operator's mistake.
    pub built_in: bool,
    pub templates: &'a mut Templates,
    pub found: &'a mut Vec<Diagnostic>,
    /// Locales of texts that the settings do not list, told once a file.
    pub unlisted: BTreeMap<Locale, (Place, usize)>,
    /// How many maps have the default locale.
    pub listed: usize,
    /// Configured locales that a file compiled in does not have.
    pub lacking: BTreeSet<Locale>,
    /// Patterns of the file that are compiled: the same one tends to stand in many slots, and compiling takes long.
    pub patterns: BTreeMap<String, Regex>,
    /// False once a problem leaves the order of steps uncertain, so that proofs about it would mislead.
    pub whole: bool,
}

impl Reader<'_> {
    pub fn report(&mut self, found: Diagnostic) {
        self.found.push(found);
    }

    /// `V004`: something else was expected here.
    pub fn wrong_shape(&mut self, node: &Node, expected: &str) {
        let message = format!("{expected} is expected here, but this is {}", node.data.word());
        self.report(Diagnostic::error("V004", node.at.clone(), message));
    }

    /// A name or a word: a scalar that is not blank.
    pub fn name(&mut self, entry: Entry<'_>) -> Option<Placed<String>> {
        self.scalar(entry.value, "a name").map(|text| Placed::new(text.to_owned(), entry.value.at.clone()))
    }

    pub fn scalar<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n str> {
        match node.text() {
            Some(text) if !text.trim().is_empty() => Some(text),
            Some(_) => {
                let message = format!("{expected} is expected here, but this is empty");
                self.report(Diagnostic::error("V004", node.at.clone(), message));
                None
            }
            None => {
                match super::cut::by_braces(node) {
                    Some(found) => self.report(found),
                    None => self.wrong_shape(node, expected),
                }
                None
            }
        }
    }

    /// One of a few words (`V009` otherwise).
    pub fn word(&mut self, entry: Entry<'_>, allowed: &[&'static str]) -> Option<Placed<String>> {
        let written = self.name(entry)?;
        if !allowed.contains(&written.value.as_str()) {
            let message = format!("`{}` is not {}", written.value, listed(allowed));
            let found = Diagnostic::error("V009", written.at, message);
            self.report(suggest(found, &written.value, allowed.iter().copied()));
            return None;
        }
        Some(written)
    }

    pub fn flag(&mut self, entry: Entry<'_>) -> Option<bool> {
        match entry.value.text() {
            Some("true" | "True" | "TRUE" | "yes") => Some(true),
            Some("false" | "False" | "FALSE" | "no") => Some(false),
            _ => {
                self.wrong_shape(entry.value, "true or false");
                None
            }
        }
    }

    /// A finite number.
    pub fn number(&mut self, entry: Entry<'_>) -> Option<f64> {
        let number = entry.value.text().and_then(|text| text.trim().parse::<f64>().ok());
        let number = number.filter(|number| number.is_finite());
        if number.is_none() {
            self.wrong_shape(entry.value, "a number");
        }
        number
    }

    /// A whole number from 0.
    pub fn count(&mut self, entry: Entry<'_>) -> Option<usize> {
        let count = entry.value.text().and_then(|text| text.trim().parse::<usize>().ok());
        if count.is_none() {
            self.wrong_shape(entry.value, "a whole number");
        }
        count
    }

    /// The name of a step to jump to.
    pub fn target(&mut self, entry: Entry<'_>) -> Option<Target> {
        let Some(name) = self.name(entry) else {
            self.whole = false;
            return None;
        };
        Some(Target { name: name.value, at: name.at, step: None })
    }

    /// A text that is no speech of the bot: a query, a category, a value.
    pub fn template(&mut self, node: &Node) -> Option<Template> {
        let text = self.scalar(node, "a text")?;
        self.cut_by_comment(node);
        self.compile(text, &node.at)
    }

    pub fn cut_by_comment(&mut self, node: &Node) {
        if let Some(found) = super::cut::by_comment(node, self.source) {
            self.report(found);
        }
    }

    pub fn compile(&mut self, text: &str, at: &Place) -> Option<Template> {
        match self.templates.text(text, at) {
            Ok(template) => Some(template),
            Err(found) => {
                self.refuse(found, text, at, false);
                None
            }
        }
    }

    pub fn condition(&mut self, entry: Entry<'_>) -> Option<Condition> {
        let text = self.scalar(entry.value, "a condition")?;
        match self.templates.condition(text, &entry.value.at) {
            Ok(condition) => Some(condition),
            Err(found) => {
                self.refuse(found, text, &entry.value.at, true);
                None
            }
        }
    }

    /// An expression that yields a value, with or without `{{ }}`.
    pub fn expression(&mut self, node: &Node) -> Option<Expression> {
        let text = self.scalar(node, "an expression")?;
        match self.templates.expression(text, &node.at) {
            Ok(expression) => Some(expression),
            Err(found) => {
                self.refuse(found, text, &node.at, true);
                None
            }
        }
    }

    /// A length of time in seconds: `30s`, `2m`, `1h`; a bare number is seconds.
    pub fn seconds(&mut self, entry: Entry<'_>) -> Option<u32> {
        let seconds = entry.value.text().and_then(seconds);
        if seconds.is_none() {
            self.wrong_shape(entry.value, "a time such as 30s, 2m or 1h");
        }
        seconds
    }

    /// Reports a text that does not compile, at the very place in it.
    fn refuse(&mut self, mut found: Diagnostic, text: &str, at: &Place, condition: bool) {
        found.at = match self.templates.error_range(text, condition) {
            Some(range) => spot::inside(self.source, at, text, range),
            None => at.clone(),
        };
        self.report(found);
    }

    /// Words by locale: `{ en: [a, b], it: c }`, or a list in the default locale.
    pub fn words(&mut self, entry: Entry<'_>) -> BTreeMap<Locale, Vec<String>> {
        let mut words = BTreeMap::new();
        match &entry.value.data {
            Data::Map(pairs) => {
                self.duplicates(pairs);
                for (key, value) in pairs {
                    if let Some(locale) = self.locale(key, value, None) {
                        let list = self.list(value);
                        words.insert(locale, list);
                    }
                }
            }
            Data::List(_) | Data::Scalar { .. } => {
                let list = self.list(entry.value);
                words.insert(self.default_locale(), list);
            }
            Data::Null => self.wrong_shape(entry.value, "a map of locale to words"),
        }
        words
    }

    /// A list of scalars; a single one stands for a list of one.
    pub fn list(&mut self, node: &Node) -> Vec<String> {
        match &node.data {
            Data::List(items) => {
                items.iter().filter_map(|item| self.scalar(item, "a text").map(str::to_owned)).collect()
            }
            Data::Scalar { .. } => self.scalar(node, "a text").map(str::to_owned).into_iter().collect(),
            Data::Null | Data::Map(_) => {
                self.wrong_shape(node, "a list");
                Vec::new()
            }
        }
    }

    pub fn default_locale(&self) -> Locale {
        self.locales.first().cloned().unwrap_or_else(|| "en".to_owned())
    }

    /// The locale that a key names, in the spelling of the settings.
    pub fn locale(&mut self, key: &Node, value: &Node, before: Option<&Node>) -> Option<Locale> {
        let name = key.text().unwrap_or_default();
        if let Some(at) = self.locales.iter().position(|locale| locale.eq_ignore_ascii_case(name)) {
            let listed = &self.locales[at];
            self.listed += usize::from(at == 0);
            return Some(listed.clone());
        }
        if let Some(found) = super::cut::by_comma(key, value, before) {
            self.report(found);
            return None;
        }
        if !is_tag(name) {
            let message = format!("`{}` is no locale", shown(key));
            let found = Diagnostic::error("V002", key.at.clone(), message);
            let locales: Vec<String> = self.locales.to_vec();
            let found = suggest(found, name, locales.iter().map(String::as_str));
            let help = found.help.is_none();
            self.report(if help {
                found.help("a text is a string, or a map of locale to string")
            } else {
                found
            });
            return None;
        }
        self.unlisted.entry(name.to_owned()).or_insert_with(|| (key.at.clone(), 0)).1 += 1;
        Some(name.to_owned())
    }

    /// `V502` for locales that nobody listed, but for those that a file has throughout: a translation that is kept for
    /// other settings is no slip.
    pub fn unlisted_locales(&mut self) {
        const FEW: usize = 3;
        for (name, (at, count)) in std::mem::take(&mut self.unlisted) {
            if self.built_in || (count >= FEW && count * 2 >= self.listed) {
                continue;
            }
            let message = format!("the settings list no locale `{name}`, so this is never said");
            self.report(Diagnostic::warning("V502", at, message).help("add it to `locales`"));
        }
    }

    /// `V005` for each key that stands twice.
    pub fn duplicates(&mut self, pairs: &[(Node, Node)]) {
        let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
        for (key, _) in pairs {
            let Some(name) = key.text() else { continue };
            match seen.get(name) {
                Some(first) => {
                    let message =
                        format!("`{name}` stands twice in this map; the first is on line {}", first.line);
                    let problem = Diagnostic::error("V005", key.at.clone(), message);
                    self.found.push(problem.related(first, "first defined here"));
                }
                None => {
                    seen.insert(name, &key.at);
                }
            }
        }
    }
}

fn seconds(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let scale = match text[digits.len()..].trim() {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    digits.parse::<u32>().ok()?.checked_mul(scale)
}

/// A key for messages.
pub fn shown(key: &Node) -> String {
    key.text().map_or_else(|| key.data.word().to_owned(), str::to_owned)
}

/// `a, b or c`.
pub fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [rest @ .., last] => {
            let rest: Vec<String> = rest.iter().map(|word| format!("`{word}`")).collect();
            format!("{} or `{last}`", rest.join(", "))
        }
    }
}

/// Whether a key looks like a language tag: `de`, `pt-BR`, `zh-Hant`.
fn is_tag(name: &str) -> bool {
    let mut parts = name.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.chars().all(|c| c.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Adds "did you mean" where a candidate is near.
pub fn suggest<'c>(
    found: Diagnostic,
    written: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Diagnostic {
    match nearest(written, candidates) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found,
    }
}

/// Which letters and digits are in a word, as a set of bits.
fn letters(word: &str) -> u64 {
    word.chars().fold(0, |set, c| set | 1 << (u32::from(c.to_ascii_lowercase()) % 64))
}

/// The candidate that a slip of the finger away is.
pub fn nearest<'c>(written: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let lower = written.to_lowercase();
    let length = written.chars().count();
    let letters = letters(&lower);
    candidates
        .filter(|candidate| {
            // What surely is further away is not measured: there may be ten thousand steps.
            let longest = length.max(candidate.len());
            let limit = 1 + longest / 5;
            candidate.chars().count().abs_diff(length) <= limit
                && (self::letters(candidate) ^ letters).count_ones() as usize <= 2 * limit
        })
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            let longest = candidate.chars().count().max(written.chars().count());
            *distance <= 1 + longest / 5 && *distance < longest
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
