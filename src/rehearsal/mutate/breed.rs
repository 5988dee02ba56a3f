//! The mistakes that can be made in a flow file, each where its author would make it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::{Dice, Mutant, cut};
use crate::flow::parse::SourceFile;
use crate::flow::parse::node::{self, Data, Node};

/// Keys whose value is a step to go to.
const JUMPS: [&str; 10] = [
    "goto",
    "yes",
    "no",
    "on_resolved",
    "on_unresolved",
    "on_failure",
    "on_unreached",
    "on_error",
    "on_missing",
    "on_no_input",
];
/// Keys that change what happens where they are left out.
const DROPPED: [&str; 9] =
    ["when", "slot", "without_faq", "reasons", "comment", "fields", "urgency", "sensitive", "queue"];

/// Names of the flows in files, for calls that go astray.
pub fn flow_names(files: &[SourceFile]) -> Vec<String> {
    let name = |file: &SourceFile| {
        let root = node::read(&Arc::from(file.name.as_str()), &file.text).ok()?;
        root.get("flow").and_then(Node::text).map(str::to_owned)
    };
    files.iter().filter_map(name).collect()
}

/// All mistakes of one file, in the order of their places.
pub fn all(
    file: usize,
    source: &SourceFile,
    locales: &[String],
    flows: &[String],
    dice: &mut Dice,
) -> Vec<Mutant> {
    let Ok(root) = node::read(&Arc::from(source.name.as_str()), &source.text) else { return Vec::new() };
    if root.get("flow").is_none() {
        return Vec::new();
    }
    let mut breeder = Breeder {
        file,
        source: &source.text,
        locales,
        flows,
        steps: ids(&root),
        slots: slots(&root),
        dice,
        found: Vec::new(),
    };
    for key in ["slots", "steps"] {
        if let Some(value) = root.get(key) {
            breeder.node(value, &[key]);
        }
    }
    breeder.found
}

fn ids(root: &Node) -> Vec<String> {
    let Some(Node { data: Data::List(items), .. }) = root.get("steps") else { return Vec::new() };
    items.iter().filter_map(|item| item.get("id").and_then(Node::text)).map(str::to_owned).collect()
}

/// Slots with their types.
fn slots(root: &Node) -> BTreeMap<String, String> {
    let Some(Node { data: Data::Map(pairs), .. }) = root.get("slots") else { return BTreeMap::new() };
    let kind = |value: &Node| {
        let named = value.get("type").and_then(Node::text).or_else(|| value.text());
        named.unwrap_or_default().to_owned()
    };
    pairs.iter().filter_map(|(key, value)| Some((key.text()?.to_owned(), kind(value)))).collect()
}

struct Breeder<'a> {
    file: usize,
    source: &'a str,
    locales: &'a [String],
    flows: &'a [String],
    steps: Vec<String>,
    slots: BTreeMap<String, String>,
    dice: &'a mut Dice,
    found: Vec<Mutant>,
}

impl Breeder<'_> {
    fn node(&mut self, node: &Node, path: &[&str]) {
        match &node.data {
            Data::Map(pairs) => {
                self.swapped(pairs, path);
                for (index, (key, value)) in pairs.iter().enumerate() {
                    let name = key.text().unwrap_or_default();
                    self.pair(pairs, index, name, path);
                    let inner: Vec<&str> = path.iter().copied().chain([name]).collect();
                    self.node(value, &inner);
                }
            }
            Data::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if path == ["steps"] {
                        self.dropped_entry(items, index, "drop a step");
                    } else if path.last() == Some(&"branch") {
                        self.dropped_entry(items, index, "drop a branch entry");
                    }
                    self.node(item, path);
                }
            }
            Data::Scalar { .. } => self.scalar(node, path),
            Data::Null => {}
        }
    }

    fn pair(&mut self, pairs: &[(Node, Node)], index: usize, name: &str, path: &[&str]) {
        let (key, value) = &pairs[index];
        let (within, in_steps) = (path.last().copied().unwrap_or_default(), path.first() == Some(&"steps"));
        if let (true, true, Some(text)) = (in_steps, JUMPS.contains(&name), value.text()) {
            let steps = self.steps.clone();
            if let Some(other) = self.dice.other(&steps, text).cloned() {
                self.replace("swap a target", value, &other);
            }
            if within != "branch" {
                self.drop(pairs, index, if name == "goto" { "drop a goto" } else { "drop a way out" });
            }
        }
        if name == "when" && in_steps {
            self.condition(value);
        }
        if DROPPED.contains(&name)
            && !(name == "when" && within == "branch")
            && !(name == "slot" && within == "ask")
        {
            let what = if name == "when" { "drop a guard" } else { "drop a key" };
            self.drop(pairs, index, what);
        }
        if ["set", "with", "into", "fields"].contains(&within) && in_steps {
            self.drop(pairs, index, "drop what is passed or computed");
        }
        let texts = pairs.iter().filter(|(key, _)| self.is_locale(key)).count() > 1;
        if self.is_locale(key) && texts && value.text().is_some() && within != "synonyms" && within != "voice"
        {
            self.drop(pairs, index, "remove a locale");
        }
        if name == "slot" && in_steps {
            self.slot(value);
        }
        if let Some(other) = self.word(name, within, value) {
            self.replace("change a word", value, &other);
        }
        if name == "call" && value.text().is_some() || (name == "flow" && within == "call") {
            let flows = self.flows.to_vec();
            if let Some(other) = self.dice.other(&flows, value.text().unwrap_or_default()).cloned() {
                self.replace("call another flow", value, &other);
            }
        }
    }

    fn is_locale(&self, key: &Node) -> bool {
        key.text().is_some_and(|name| self.locales.iter().any(|locale| locale == name))
    }

    /// Another word where one of a few stands.
    fn word(&mut self, name: &str, within: &str, value: &Node) -> Option<String> {
        let text = value.text()?;
        let words: &[&str] = match (name, within) {
            ("type", "ticket") => &["incident", "service_request", "problem"],
            ("urgency" | "impact", "ticket") if !text.contains("{{") => &["low", "medium", "high"],
            ("category", "ticket") if !text.contains("{{") => {
                &["billing", "network", "access", "other", "devices"]
            }
            ("outcome", "end") | ("end", _) => {
                &["deflected", "ticketed", "informed", "handed_over", "cancelled"]
            }
            ("ask", "survey") | ("survey", _) => &["csat", "nps"],
            ("priority", "handoff") => &["low", "normal", "high"],
            ("past", _) if text == "true" => &["false"],
            _ => return None,
        };
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        self.dice.other(&words, text).cloned()
    }

    /// `slot: topic` becomes a name that no slot has, or another slot of the same type.
    fn slot(&mut self, value: &Node) {
        let Some(name) = value.text() else { return };
        self.replace("rename a slot", value, &format!("{name}_2"));
        let kind = self.slots.get(name);
        let same: Vec<String> = self
            .slots
            .iter()
            .filter(|(_, other)| Some(*other) == kind)
            .map(|(slot, _)| slot.clone())
            .collect();
        if let Some(other) = self.dice.other(&same, name).cloned() {
            self.replace("fill another slot", value, &other);
        }
    }

    /// Yes and no the other way round; two options with each other's value.
    fn swapped(&mut self, pairs: &[(Node, Node)], path: &[&str]) {
        let of = |name: &str| pairs.iter().find(|(key, _)| key.text() == Some(name)).map(|(_, value)| value);
        if let (Some(yes), Some(no), Some(&"confirm")) = (of("yes"), of("no"), path.last()) {
            self.exchange("swap yes and no", yes, no);
        }
        let options = of("options").filter(|_| path.last() == Some(&"choose"));
        let Some(Node { data: Data::List(options), .. }) = options else { return };
        for two in options.windows(2) {
            let [first, second] = two else { continue };
            for key in ["value", "goto"] {
                if let (Some(first), Some(second)) = (first.get(key), second.get(key)) {
                    self.exchange("swap two options", first, second);
                }
            }
        }
    }

    fn condition(&mut self, value: &Node) {
        let Some(text) = value.text().filter(|text| !text.contains('"')) else { return };
        self.replace("negate a condition", value, &format!("not ({text})"));
        if text.contains(" and ") {
            self.replace("change a condition", value, &text.replacen(" and ", " or ", 1));
        }
        if text.contains(" > ") {
            self.replace("change a condition", value, &text.replacen(" > ", " < ", 1));
        }
    }

    fn scalar(&mut self, node: &Node, path: &[&str]) {
        let Some(text) = node.text() else { return };
        let written = self.written(node);
        if path.last() == Some(&"pattern")
            && let Some((at, digit)) = written.char_indices().rev().find(|(_, c)| c.is_ascii_digit())
        {
            let other = if digit == '4' { "5" } else { "4" };
            self.part("change a pattern", node, at..at + 1, other);
        }
        // A slot that is read: another name in one place.
        for (at, _) in written.match_indices("slots.") {
            let from = at + "slots.".len();
            let name: String =
                written[from..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let range = from..from + name.len();
            let names: Vec<String> = self.slots.keys().cloned().collect();
            self.part("rename a slot", node, range.clone(), &format!("{name}_2"));
            if let Some(other) = self.dice.other(&names, &name).cloned() {
                self.part("read another slot", node, range, &other);
            }
        }
        let computed = text.contains("{{") || path.last() == Some(&"when");
        if !computed || path.first() != Some(&"steps") {
            return;
        }
        let spoken = path.last().is_some_and(|key| self.locales.iter().any(|locale| locale == key));
        if !spoken {
            self.literals(node, &written);
        }
    }

    /// A word in quotes, or a comparison, within an expression.
    fn literals(&mut self, node: &Node, written: &str) {
        let mut from = 0;
        while let Some(open) = written[from..].find('\'').map(|at| from + at + 1) {
            let Some(close) = written[open..].find('\'').map(|at| open + at) else { break };
            let word = &written[open..close];
            let levels: Vec<String> = ["low", "medium", "high"].map(str::to_owned).to_vec();
            let other = match self.dice.other(&levels, word) {
                Some(other) if levels.iter().any(|level| level == word) => other.clone(),
                _ => format!("{word}_2"),
            };
            self.part("change an expression", node, open..close, &other);
            from = close + 1;
        }
        if let Some(at) = written.find(" >= ") {
            self.part("change an expression", node, at + 1..at + 3, "<");
        }
    }

    fn written(&self, node: &Node) -> String {
        self.source.get(node.at.offset..node.at.offset + node.at.len).unwrap_or_default().to_owned()
    }

    fn replace(&mut self, what: &'static str, node: &Node, text: &str) {
        let written = self.written(node);
        let quoted = written.starts_with(['"', '\'']);
        let text = if quoted { format!("\"{text}\"") } else { text.to_owned() };
        let end = node.at.offset + written.trim_end().len();
        self.push(what, node, vec![(node.at.offset..end, text)]);
    }

    fn part(&mut self, what: &'static str, node: &Node, range: Range<usize>, text: &str) {
        let range = node.at.offset + range.start..node.at.offset + range.end;
        self.push(what, node, vec![(range, text.to_owned())]);
    }

    fn exchange(&mut self, what: &'static str, first: &Node, second: &Node) {
        let (left, right) = (self.written(first), self.written(second));
        let range = |node: &Node, text: &str| node.at.offset..node.at.offset + text.len();
        if left != right && !left.contains('\n') && !right.contains('\n') {
            let edits = vec![(range(first, &left), right.clone()), (range(second, &right), left.clone())];
            self.push(what, first, edits);
        }
    }

    fn drop(&mut self, pairs: &[(Node, Node)], index: usize, what: &'static str) {
        if let Some(range) = cut::pair(self.source, pairs, index) {
            self.push(what, &pairs[index].0, vec![(range, String::new())]);
        }
    }

    fn dropped_entry(&mut self, items: &[Node], index: usize, what: &'static str) {
        if let Some(range) = cut::entry(self.source, items, index) {
            self.push(what, &items[index], vec![(range, String::new())]);
        }
    }

    fn push(&mut self, what: &'static str, node: &Node, mut edits: Vec<(Range<usize>, String)>) {
        edits.sort_by_key(|(range, _)| range.start);
        let one = |(range, text): &(Range<usize>, String)| {
            let before = self.source.get(range.clone()).unwrap_or_default();
            let short = |text: &str| {
                let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                if line.chars().count() > 60 { line.chars().take(59).chain(['…']).collect() } else { line }
            };
            if text.is_empty() {
                format!("without `{}`", short(before))
            } else {
                format!("`{}` -> `{}`", short(before), short(text))
            }
        };
        let shown = edits.iter().map(one).collect::<Vec<_>>().join(", ");
        self.found.push(Mutant { what, at: node.at.clone(), shown, file: self.file, edits });
    }
}
