//! Finds the texts of a file. A map of locales is one wherever it stands, so that a new kind of step needs nothing here;
//! a plain string is one where its key says so.

use std::collections::{BTreeMap, BTreeSet};

use super::{Part, Unit, Value, Way};
use crate::flow::parse::node::{Data, Node};

/// Keys whose plain string is a text of the default locale.
const TEXTS: [&str; 7] = ["title", "say", "prompt", "label", "text", "voice", "reprompts"];
/// Keys whose plain list is words of the default locale.
const WORDS: [&str; 2] = ["phrases", "synonyms"];
/// Keys under which names stand that may look like locales, and no texts.
const NAMES: [&str; 12] = [
    "slots",
    "set",
    "fields",
    "with",
    "into",
    "branch",
    "headers",
    "body",
    "query",
    "map",
    "moved",
    "start_with",
];

pub(super) fn units(root: &Node, stem: &str, default: &str) -> Vec<Unit> {
    let mut walk = Walk { default, group: String::new(), way: Vec::new(), found: Vec::new() };
    match &root.data {
        Data::List(_) => walk.articles(root),
        Data::Map(_) if root.get("flow").is_some() || root.get("steps").is_some() => walk.flow(root, stem),
        Data::Map(_) => walk.words(root),
        Data::Null | Data::Scalar { .. } => {}
    }
    let mut seen = BTreeSet::new();
    walk.found.retain(|unit| seen.insert(unit.key.clone()));
    walk.found
}

struct Walk<'a> {
    default: &'a str,
    group: String,
    way: Vec<Way>,
    found: Vec<Unit>,
}

/// What is known of the place of a node.
#[derive(Clone)]
struct Spot {
    /// Names from the group on.
    path: Vec<String>,
    /// The last key.
    key: String,
    context: String,
}

impl Spot {
    fn then(&self, name: &str, key: &str) -> Self {
        let mut path = self.path.clone();
        path.push(name.to_owned());
        Self { path, key: key.to_owned(), context: self.context.clone() }
    }
}

impl Walk<'_> {
    fn flow(&mut self, root: &Node, stem: &str) {
        let name = root.get("flow").and_then(Node::text).unwrap_or(stem);
        self.group = name.to_owned();
        let Data::Map(pairs) = &root.data else { return };
        for (place, (key, value)) in pairs.iter().enumerate() {
            let Some(key) = key.text() else { continue };
            self.way.push(Way::Pair(place));
            match (key, &value.data) {
                ("steps", Data::List(items)) => self.steps(items),
                _ if NAMES.contains(&key) => {}
                _ => {
                    let spot =
                        Spot { path: vec![key.to_owned()], key: key.to_owned(), context: key.to_owned() };
                    self.node(value, &spot);
                }
            }
            self.way.pop();
        }
    }

    /// A step is named by its id, one without an id by the last id before it and how many steps it stands after it.
    fn steps(&mut self, items: &[Node]) {
        let (mut last, mut after) = (String::new(), 0);
        for (place, step) in items.iter().enumerate() {
            let id = step.get("id").and_then(Node::text);
            match id {
                Some(id) => (last, after) = (id.to_owned(), 0),
                None => after += 1,
            }
            let name = if after == 0 { last.clone() } else { format!("{last}+{after}") };
            self.way.push(Way::Item(place));
            self.step(step, &name);
            self.way.pop();
        }
    }

    fn step(&mut self, step: &Node, name: &str) {
        let Data::Map(pairs) = &step.data else { return };
        for (place, (key, value)) in pairs.iter().enumerate() {
            let Some(key) = key.text() else { continue };
            if NAMES.contains(&key) || matches!(key, "id" | "when" | "goto") {
                continue;
            }
            self.way.push(Way::Pair(place));
            let spot = Spot {
                path: vec![name.to_owned(), key.to_owned()],
                key: key.to_owned(),
                context: key.to_owned(),
            };
            self.node(value, &spot);
            self.way.pop();
        }
    }

    fn node(&mut self, node: &Node, spot: &Spot) {
        match &node.data {
            Data::Map(pairs) if is_locales(pairs) => self.text_map(node, pairs, spot),
            Data::Map(pairs) => {
                for (place, (key, value)) in pairs.iter().enumerate() {
                    let Some(key) = key.text().filter(|key| !NAMES.contains(key)) else { continue };
                    self.way.push(Way::Pair(place));
                    let mut inner = spot.then(key, key);
                    inner.context = format!("{} {key}", spot.context);
                    self.node(value, &inner);
                    self.way.pop();
                }
            }
            Data::List(items) if is_words(spot, items) => self.plain(node, spot),
            Data::List(items) => {
                for (place, item) in items.iter().enumerate() {
                    // An option is named by its value, anything else by its number.
                    let value = item.get("value").and_then(Node::text);
                    let name = value.map_or_else(|| (place + 1).to_string(), str::to_owned);
                    self.way.push(Way::Item(place));
                    self.node(item, &spot.then(&name, &spot.key));
                    self.way.pop();
                }
            }
            Data::Scalar { .. } if TEXTS.contains(&spot.key.as_str()) => self.plain(node, spot),
            Data::Scalar { .. } if spot.key == "ask" && spot.path.iter().any(|name| name == "faq") => {
                self.plain(node, spot);
            }
            Data::Scalar { .. } | Data::Null => {}
        }
    }

    /// `{ en: …, it: …, voice: { … } }`.
    fn text_map(&mut self, node: &Node, pairs: &[(Node, Node)], spot: &Spot) {
        let values: BTreeMap<_, _> = pairs
            .iter()
            .filter(|(key, _)| key.text() != Some("voice"))
            .filter_map(|(key, node)| Some((key.text()?.to_owned(), value(node)?)))
            .collect();
        self.put(node, spot, values);
        for (place, (key, inner)) in pairs.iter().enumerate() {
            if key.text() == Some("voice") {
                self.way.push(Way::Pair(place));
                let mut spoken = spot.then("voice", "voice");
                spoken.context = format!("{} voice", spot.context);
                self.node(inner, &spoken);
                self.way.pop();
            }
        }
    }

    fn plain(&mut self, node: &Node, spot: &Spot) {
        if let Some(value) = value(node) {
            self.put(node, spot, BTreeMap::from([(self.default.to_owned(), value)]));
        }
    }

    fn put(&mut self, node: &Node, spot: &Spot, values: BTreeMap<String, Value>) {
        let list = values.values().any(|value| matches!(value, Value::List(_)));
        let part = match spot.key.as_str() {
            _ if self.group == "faq" && spot.key != "voice" => Part::Faq,
            "voice" => Part::Voice,
            _ if list => Part::Words,
            _ => Part::Text,
        };
        self.found.push(Unit {
            key: format!("{}/{}", self.group, spot.path.join("/")),
            group: self.group.clone(),
            part,
            context: spot.context.clone(),
            at: node.at.clone(),
            values,
            template: !list && self.group != "faq",
            way: self.way.clone(),
        });
    }

    fn words(&mut self, root: &Node) {
        let Data::Map(pairs) = &root.data else { return };
        for (place, (section, node)) in pairs.iter().enumerate() {
            let (Some(section), Data::Map(entries)) = (section.text(), &node.data) else { continue };
            section.clone_into(&mut self.group);
            self.way.push(Way::Pair(place));
            for (place, (key, value)) in entries.iter().enumerate() {
                let Some(key) = key.text() else { continue };
                self.way.push(Way::Pair(place));
                let field = if section == "lists" { "synonyms" } else { "text" };
                let context = format!("{section} {key}");
                self.node(value, &Spot { path: vec![key.to_owned()], key: field.to_owned(), context });
                self.way.pop();
            }
            self.way.pop();
        }
    }

    fn articles(&mut self, root: &Node) {
        let Data::List(articles) = &root.data else { return };
        "faq".clone_into(&mut self.group);
        for (place, article) in articles.iter().enumerate() {
            let Some(id) = article.get("id").and_then(Node::text) else { continue };
            let Data::Map(pairs) = &article.data else { continue };
            self.way.push(Way::Item(place));
            for (place, (key, value)) in pairs.iter().enumerate() {
                let Some(key) = key.text().filter(|key| matches!(*key, "questions" | "answer" | "voice"))
                else {
                    continue;
                };
                self.way.push(Way::Pair(place));
                let spot = Spot {
                    path: vec![id.to_owned(), key.to_owned()],
                    key: key.to_owned(),
                    context: format!("faq {key}"),
                };
                match &value.data {
                    Data::Map(pairs) => self.text_map(value, pairs, &spot),
                    Data::Scalar { .. } | Data::List(_) => self.plain(value, &spot),
                    Data::Null => {}
                }
                self.way.pop();
            }
            self.way.pop();
        }
    }
}

/// A plain list of words, where words may stand.
fn is_words(spot: &Spot, items: &[Node]) -> bool {
    WORDS.contains(&spot.key.as_str()) && items.iter().all(|item| item.text().is_some())
}

/// Whether the keys are locales: language tags, and perhaps `voice`.
fn is_locales(pairs: &[(Node, Node)]) -> bool {
    let tags = pairs.iter().filter(|(key, _)| key.text().is_some_and(is_tag)).count();
    let voice = pairs.iter().filter(|(key, _)| key.text() == Some("voice")).count();
    let texts = pairs.iter().all(|(key, node)| key.text() == Some("voice") || value(node).is_some());
    tags > 0 && tags + voice == pairs.len() && texts
}

/// A language tag of two letters, or three that are no key of a flow (`say`, `set`, `faq`, `ask`), perhaps with a region.
fn is_tag(key: &str) -> bool {
    let mut parts = key.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    let known =
        matches!(key, "say" | "set" | "faq" | "ask" | "end" | "key" | "max" | "min" | "as" | "id" | "no");
    !known
        && (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// A text, or a list of texts.
fn value(node: &Node) -> Option<Value> {
    match &node.data {
        Data::Scalar { text, .. } => Some(Value::Text(text.trim().to_owned())),
        Data::List(items) => {
            let words: Option<Vec<String>> =
                items.iter().map(|item| item.text().map(|text| text.trim().to_owned())).collect();
            words.map(Value::List)
        }
        Data::Null | Data::Map(_) => None,
    }
}
