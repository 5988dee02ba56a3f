//! Reads a file of tests. What is wrong with it are findings like those of a flow: with a place, a code and a hint.

mod expect;
mod given;
mod talk;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::script::{ChannelKind, Given, Pattern, Script, Test, Wanted};
use crate::flow::parse::fields::Fields;
use crate::flow::parse::node::{self, Data, Node};
use crate::flow::parse::reader::{Entry, Reader};
use crate::flow::{Locale, Playbook, Templates};
use crate::source::{Diagnostic, Placed};

pub use expect::OF_TICKET;
pub use given::{CODES, SURVEYS};
pub use verify::verify;

/// What may stand at the head of a file for all its tests, and in each test.
#[derive(Debug, Clone, Default)]
struct Setting {
    flow: Option<Placed<String>>,
    channels: Option<Vec<ChannelKind>>,
    locale: Option<Placed<Locale>>,
    given: Given,
}

/// Reads the tests of a file. A test with a finding is left out.
pub fn read(file: &str, source: &str, playbook: &Playbook) -> (Script, Vec<Diagnostic>) {
    let name: Arc<str> = file.into();
    let mut script = Script { file: name.clone(), source: source.to_owned(), tests: Vec::new() };
    let root = match node::read(&name, source) {
        Ok(root) => root,
        Err(found) => return (script, vec![found]),
    };
    let (mut templates, mut found) = (Templates::new(), Vec::new());
    let mut reader = Reader {
        file: name,
        source,
        locales: &playbook.locales,
        system: false,
        built_in: false,
        templates: &mut templates,
        found: &mut found,
        unlisted: BTreeMap::new(),
        listed: 0,
        lacking: BTreeSet::new(),
        patterns: BTreeMap::new(),
        whole: true,
    };
    script.tests = tests(&mut reader, &root);
    for test in &script.tests {
        verify(&mut reader, test, playbook);
    }
    found.sort_by_key(|one| (one.at.line, one.at.column));
    (script, found)
}

/// A list of tests; a map of settings with `tests:`; or one test alone.
fn tests(reader: &mut Reader<'_>, root: &Node) -> Vec<Test> {
    match &root.data {
        Data::Null => Vec::new(),
        Data::List(items) => list(reader, items, &Setting::default()),
        Data::Map(_) if root.get("tests").is_some() || root.get("talk").is_none() => {
            let Some(mut fields) = Fields::open(reader, root, "a file of tests", &root.at) else {
                return Vec::new();
            };
            let shared = setting(reader, &mut fields, &Setting::default());
            let tests = fields.need(reader, "tests");
            fields.close(reader);
            match tests.map(|entry| (&entry.value.data, entry.value)) {
                Some((Data::List(items), _)) => list(reader, items, &shared),
                Some((_, value)) => {
                    reader.wrong_shape(value, "a list of tests");
                    Vec::new()
                }
                None => Vec::new(),
            }
        }
        Data::Map(_) => test(reader, root, &Setting::default()).into_iter().collect(),
        Data::Scalar { .. } => {
            reader.wrong_shape(root, "a list of tests");
            Vec::new()
        }
    }
}

fn list(reader: &mut Reader<'_>, items: &[Node], shared: &Setting) -> Vec<Test> {
    let mut tests: Vec<Test> = Vec::new();
    for item in items {
        let Some(test) = test(reader, item, shared) else { continue };
        if let Some(before) = tests.iter().find(|before| before.name == test.name) {
            let message =
                format!("two tests are named `{}`; the first is on line {}", test.name, before.at.line);
            reader.report(Diagnostic::error("V005", test.at.clone(), message));
        }
        tests.push(test);
    }
    tests
}

fn test(reader: &mut Reader<'_>, node: &Node, shared: &Setting) -> Option<Test> {
    let before = reader.found.len();
    let mut fields = Fields::open(reader, node, "a test", &node.at)?;
    let named = fields.take("test");
    let name = named.and_then(|entry| reader.name(entry));
    let setting = setting(reader, &mut fields, shared);
    let talk = fields.take("talk").map(|entry| talk::lines(reader, entry)).unwrap_or_default();
    let expect = fields.take("expect").map(|entry| expect::all(reader, entry)).unwrap_or_default();
    fields.close(reader);
    let at = name.as_ref().map_or_else(|| node.at.clone(), |name| name.at.clone());
    let name = name.map_or_else(|| format!("on line {}", at.line), |name| name.value);
    (reader.found.len() == before).then(|| Test {
        name,
        at,
        channels: setting.channels.unwrap_or_else(|| ChannelKind::ALL.to_vec()),
        flow: setting.flow,
        locale: setting.locale,
        given: setting.given,
        talk,
        expect,
    })
}

fn setting(reader: &mut Reader<'_>, fields: &mut Fields<'_>, shared: &Setting) -> Setting {
    let flow = fields.take("flow").and_then(|entry| reader.name(entry));
    let channels = fields.take("channels").map(|entry| channels(reader, entry));
    let locale = fields.take("locale").and_then(|entry| reader.name(entry));
    let given = given::fields(reader, fields).over(&shared.given);
    Setting {
        flow: flow.or_else(|| shared.flow.clone()),
        channels: channels.or_else(|| shared.channels.clone()),
        locale: locale.or_else(|| shared.locale.clone()),
        given,
    }
}

fn channels(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<ChannelKind> {
    let items: Vec<&Node> = match &entry.value.data {
        Data::List(items) => items.iter().collect(),
        Data::Null | Data::Scalar { .. } | Data::Map(_) => vec![entry.value],
    };
    let mut kinds = Vec::new();
    for value in items {
        let word = reader.word(Entry { key: entry.key, value }, &["chat", "voice"]);
        kinds.extend(word.and_then(|word| ChannelKind::from_word(&word.value)));
    }
    kinds
}

/// A wanted text: a part of it, or `/a regular expression/`.
fn wanted(reader: &mut Reader<'_>, node: &Node, plain: fn(String) -> Pattern) -> Option<Wanted> {
    let text = match node.data {
        // `outcome: ~` is as good as `none`.
        Data::Null => "none",
        Data::Scalar { .. } => node.text().unwrap_or_default(),
        Data::List(_) | Data::Map(_) => {
            reader.wrong_shape(node, "a text");
            return None;
        }
    };
    let regex = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|_| text.len() > 2);
    let pattern = match regex {
        None => plain(text.to_owned()),
        Some(written) => match regex::RegexBuilder::new(written).size_limit(1 << 20).build() {
            Ok(regex) => Pattern::Regex(regex),
            Err(error) => {
                let message = format!("`/{written}/` is no regular expression: {error}");
                reader.report(Diagnostic::error("V903", node.at.clone(), message));
                return None;
            }
        },
    };
    Some(Wanted { pattern, at: node.at.clone() })
}

/// One or several wanted texts.
fn wanted_list(reader: &mut Reader<'_>, node: &Node, plain: fn(String) -> Pattern) -> Vec<Wanted> {
    match &node.data {
        Data::List(items) => items.iter().filter_map(|item| wanted(reader, item, plain)).collect(),
        Data::Null | Data::Scalar { .. } | Data::Map(_) => wanted(reader, node, plain).into_iter().collect(),
    }
}
