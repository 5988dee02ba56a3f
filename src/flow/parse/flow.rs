//! Reads one flow file.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::fields::Fields;
use super::node::{Data, Node};
use super::reader::{Entry, Reader};
use super::{moved, slots, step};
use crate::flow::{Flow, Locale, Start, Text};
use crate::source::{Diagnostic, Placed};

/// Steps that one flow may have.
const MAX_STEPS: usize = 20_000;

/// `stem` is the file's name without folder and ending: it names a flow of the system.
pub fn read(reader: &mut Reader<'_>, node: &Node, stem: &str) -> Option<Draft> {
    let mut fields = Fields::open(reader, node, "a flow file", &node.at)?;
    let name = fields.need(reader, "flow").and_then(|entry| name(reader, entry));
    let title_entry = fields.take("title");
    let voice = fields.take("voice");
    let mut title = reader.text(title_entry, voice);
    let tags = fields.take("tags").map(|entry| tags(reader, entry)).unwrap_or_default();
    let start = fields.take("start").map(|entry| start(reader, entry));
    let slots = slots::read(reader, fields.take("slots"));
    let on_failure = fields.take("on_failure").and_then(|entry| reader.target(entry));
    let moved = fields.take("moved").map(|entry| moved::steps(reader, entry)).unwrap_or_default();
    let moved_from = fields.take("moved_from").map(|entry| moved::names(reader, entry)).unwrap_or_default();
    let gather = fields.take("gather").and_then(|entry| reader.pause(entry));
    let on_error = fields.take("on_error").and_then(|entry| reader.target(entry));
    let handlers = step::handler::read(reader, &mut fields);
    let steps_entry = fields.need(reader, "steps");
    let (steps, heads) = steps_entry.map(|entry| steps(reader, entry)).unwrap_or_default();
    fields.close(reader);
    let name = name?;
    let name_value = if reader.system { format!("system/{stem}") } else { name.value };
    if title_entry.is_none() {
        title = untitled(reader, &name_value);
    }
    let begun = start.is_some();
    let Started { start, default_at, commands, phrases } = start.unwrap_or_default();
    let start = begun.then_some(start);
    let whole = reader.whole && !steps.is_empty();
    let system = reader.system;
    let (slots_known, untyped, slots) = (!slots.lost, slots.untyped, slots.by_name);
    let flow = Flow {
        name: name_value,
        at: name.at,
        title,
        tags,
        start,
        slots,
        steps,
        on_failure,
        moved,
        moved_from,
        gather,
        on_error,
        handlers,
        system,
    };
    let built_in = reader.built_in;
    Some(Draft { flow, heads, default_at, commands, phrases, whole, slots_known, untyped, built_in })
}

fn name(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Placed<String>> {
    let name = reader.name(entry)?;
    let bad = |c: char| c == '/' || c.is_whitespace() || c.is_control();
    if !reader.system && name.value.contains(bad) {
        let found =
            Diagnostic::error("V011", name.at.clone(), format!("`{}` cannot name a flow", name.value));
        reader.report(found.help("no spaces and no `/`: names with `/` belong to the system"));
    }
    Some(name)
}

/// `tags: TAG` or a list of them.
fn tags(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<Placed<String>> {
    let single = std::slice::from_ref(entry.value);
    let items = if let Data::List(items) = &entry.value.data { items.as_slice() } else { single };
    let mut tags = Vec::new();
    for item in items {
        if let Some(tag) = reader.scalar(item, "a tag") {
            tags.push(Placed::new(tag.trim().to_owned(), item.at.clone()));
        }
    }
    tags
}

/// A flow without a title goes by its name in every locale.
fn untitled(reader: &mut Reader<'_>, name: &str) -> Text {
    let mut title = Text::default();
    for locale in reader.locales {
        if let Ok(template) = reader.templates.text(name, &title.at) {
            title.written.insert(locale.clone(), template);
        }
    }
    title
}

/// What `start:` says, with its places.
#[derive(Default)]
struct Started {
    start: Start,
    default_at: Option<crate::source::Place>,
    commands: Vec<Placed<String>>,
    phrases: Vec<(Locale, Placed<String>)>,
}

fn start(reader: &mut Reader<'_>, entry: Entry<'_>) -> Started {
    let mut started = Started::default();
    let Some(mut fields) = Fields::open(reader, entry.value, "`start`", &entry.key.at) else {
        return started;
    };
    if let Some(entry) = fields.take("default") {
        started.start.default = reader.flag(entry).unwrap_or(false);
        started.default_at = started.start.default.then(|| entry.key.at.clone());
    }
    if let Some(entry) = fields.take("commands") {
        started.commands = read_commands(reader, entry);
        started.start.commands = started.commands.iter().map(|command| command.value.clone()).collect();
    }
    if let Some(entry) = fields.take("phrases") {
        started.start.phrases = reader.words(entry);
        started.phrases = phrases(entry.value, &reader.default_locale());
    }
    fields.close(reader);
    started
}

/// The phrases with their places; what is wrong with them is told already.
fn phrases(node: &Node, default_locale: &Locale) -> Vec<(Locale, Placed<String>)> {
    let listed = |locale: &str, node: &Node| -> Vec<(Locale, Placed<String>)> {
        let single = std::slice::from_ref(node);
        let items = if let Data::List(items) = &node.data { items.as_slice() } else { single };
        let texts =
            items.iter().filter_map(|item| Some(Placed::new(item.text()?.to_owned(), item.at.clone())));
        texts.map(|text| (locale.to_owned(), text)).collect()
    };
    match &node.data {
        Data::Map(pairs) => {
            let named = pairs.iter().filter_map(|(key, value)| Some((key.text()?.to_lowercase(), value)));
            named.flat_map(|(locale, value)| listed(&locale, value)).collect()
        }
        Data::List(_) | Data::Scalar { .. } | Data::Null => listed(&default_locale.to_lowercase(), node),
    }
}

fn read_commands(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<Placed<String>> {
    let single = std::slice::from_ref(entry.value);
    let items = match &entry.value.data {
        Data::List(items) => items.as_slice(),
        Data::Scalar { .. } => single,
        Data::Null | Data::Map(_) => {
            reader.wrong_shape(entry.value, "a list of commands");
            return Vec::new();
        }
    };
    let mut commands = Vec::new();
    for item in items {
        let Some(text) = reader.scalar(item, "a command") else { continue };
        let command = text.trim_start_matches('/');
        // The shape that both Telegram and Discord take.
        let fits = (1..=32).contains(&command.len())
            && command.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !fits {
            let found = Diagnostic::error("V011", item.at.clone(), format!("`{text}` cannot be a command"));
            reader.report(found.help("1 to 32 of a to z, 0 to 9 and `_`"));
        }
        commands.push(Placed::new(command.to_owned(), item.at.clone()));
    }
    commands
}

type Steps = (Vec<crate::flow::Step>, Vec<super::draft::Head>);

fn steps(reader: &mut Reader<'_>, entry: Entry<'_>) -> Steps {
    let mut steps = Vec::new();
    let mut heads = Vec::new();
    let Data::List(items) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a list of steps");
        return (steps, heads);
    };
    if items.is_empty() {
        reader.report(Diagnostic::error("V003", entry.value.at.clone(), "a flow needs a step"));
    }
    if let Some(extra) = items.get(MAX_STEPS) {
        let message = format!("a flow has at most {MAX_STEPS} steps");
        reader.report(Diagnostic::error("V010", extra.at.clone(), message).help("split it with `call`"));
        reader.whole = false;
    }
    let mut ids: BTreeMap<String, crate::source::Place> = BTreeMap::new();
    for (index, item) in items.iter().take(MAX_STEPS).enumerate() {
        let Some((step, head)) = step::read(reader, item, index) else { continue };
        if let Some(at) = &head.id {
            if let Some(first) = ids.get(&step.id) {
                let message = format!("another step above has the id `{}` too", step.id);
                reader.report(
                    Diagnostic::error("V012", at.clone(), message).related(first, "first defined here"),
                );
            } else {
                ids.insert(step.id.clone(), at.clone());
            }
        }
        steps.push(step);
        heads.push(head);
    }
    (steps, heads)
}
