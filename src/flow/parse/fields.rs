//! A map of known keys: takes each by its name, and tells which are missing, unknown or there twice.

use super::cut;
use super::node::{Data, Node};
use super::reader::{Entry, Reader, nearest, shown};
use crate::source::{Diagnostic, Place};

pub struct Fields<'n> {
    /// For messages: "an `ask` step".
    what: String,
    /// Where a missing key is told.
    at: Place,
    pairs: &'n [(Node, Node)],
    asked: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// `None` and a finding where `node` is no map.
    pub fn open(reader: &mut Reader<'_>, node: &'n Node, what: &str, at: &Place) -> Option<Self> {
        let Data::Map(pairs) = &node.data else {
            let message = format!("{what} is a map of keys, but this is {}", node.data.word());
            let place = if node.is_null() { at.clone() } else { node.at.clone() };
            reader.report(Diagnostic::error("V004", place, message));
            return None;
        };
        reader.duplicates(pairs);
        Some(Self { what: what.to_owned(), at: at.clone(), pairs, asked: Vec::new() })
    }

    /// The value of a key, if it is there.
    pub fn take(&mut self, name: &'static str) -> Option<Entry<'n>> {
        self.asked.push(name);
        let pair = self.pairs.iter().find(|(key, _)| key.text() == Some(name));
        pair.map(|(key, value)| Entry { key, value })
    }

    /// The value of a key that must be there (`V003`).
    pub fn need(&mut self, reader: &mut Reader<'_>, name: &'static str) -> Option<Entry<'n>> {
        let entry = self.take(name);
        let is_near = |key: &str| nearest(key, std::iter::once(name)).is_some();
        // A slip in the key is one finding, not two.
        if entry.is_none() && !self.pairs.iter().any(|(key, _)| key.text().is_some_and(is_near)) {
            let message = format!("{} needs `{name}`", self.what);
            reader.report(Diagnostic::error("V003", self.at.clone(), message));
        }
        entry
    }

    /// Reports the keys that nobody asked for.
    pub fn close(self, reader: &mut Reader<'_>) {
        let mut before: Option<&Node> = None;
        for (key, value) in self.pairs {
            if !key.text().is_some_and(|name| self.asked.contains(&name)) {
                let found = cut::by_comma(key, value, before).unwrap_or_else(|| self.unknown(key));
                reader.report(found);
            }
            before = Some(value);
        }
    }

    fn unknown(&self, key: &Node) -> Diagnostic {
        let name = shown(key);
        let found = Diagnostic::error("V002", key.at.clone(), format!("{} has no key `{name}`", self.what));
        match nearest(&name, self.asked.iter().copied()) {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found.help(format!("its keys are {}", super::reader::listed(&self.asked))),
        }
    }
}
