//! Reads one entry of `steps:`. The kinds are read by the files of this folder.

mod answer;
mod ask;
mod choose;
mod connect;
pub(super) mod handler;
mod http;
mod route;
mod say;
pub(in crate::flow) mod ticket;
mod voicemail;
mod world;

use super::draft::Head;
use super::fields::Fields;
use super::node::{Data, Node};
use super::reader::{Entry, Reader, listed, nearest, shown};
use crate::flow::step::{Kind, Step};
use crate::flow::{StepId, Text};
use crate::source::Diagnostic;

pub const KINDS: [&str; 19] = [
    "say",
    "choose",
    "ask",
    "confirm",
    "faq",
    "set",
    "branch",
    "call",
    "http",
    "lookup",
    "wait",
    "watch",
    "connect",
    "voicemail",
    "ticket",
    "status",
    "handoff",
    "survey",
    "end",
];
/// What a `survey` asks, and the priorities of a `handoff`.
pub use answer::{PRIORITIES, SURVEYS};
/// The short forms of a `connect`.
pub use connect::WORDS as CONNECTS;

/// The step at `index` of the list. A step whose kind is lost stands as a `say` without words.
pub fn read(reader: &mut Reader<'_>, node: &Node, index: usize) -> Option<(Step, Head)> {
    let Some(mut fields) = Fields::open(reader, node, "a step", &node.at) else {
        reader.whole = false;
        return Some((placeholder(index, node), Head { kind: node.at.clone(), id: None, goto: None }));
    };
    let id_entry = fields.take("id");
    let id = id_entry.and_then(|entry| id(reader, entry));
    let when = fields.take("when").and_then(|entry| reader.condition(entry));
    let goto_entry = fields.take("goto");
    let goto = goto_entry.and_then(|entry| reader.target(entry));
    let (kind, kind_at) = match kind_entry(reader, node, &mut fields) {
        Some(entry) => (kind(reader, &mut fields, entry), entry.key.at.clone()),
        None => (None, node.at.clone()),
    };
    let lost = kind.is_none();
    if !lost || known_kind(node) {
        fields.close(reader);
    }
    let head = Head {
        kind: kind_at.clone(),
        id: id.as_ref().and(id_entry).map(|entry| entry.value.at.clone()),
        goto: goto_entry.map(|entry| entry.key.at.clone()),
    };
    let kind = kind.unwrap_or_else(|| Kind::Say(silence()));
    Some((Step { id: id.unwrap_or_else(|| by_place(index)), at: kind_at, when, goto, kind }, head))
}

fn by_place(index: usize) -> StepId {
    format!("#{}", index + 1)
}

fn placeholder(index: usize, node: &Node) -> Step {
    Step { id: by_place(index), at: node.at.clone(), when: None, goto: None, kind: Kind::Say(silence()) }
}

fn silence() -> crate::flow::step::Say {
    crate::flow::step::Say { text: Text::default(), image: None, link: None, legal: false }
}

fn id(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<StepId> {
    let name = reader.name(entry)?;
    if name.value.starts_with('#') || name.value.contains(char::is_control) {
        let found = Diagnostic::error("V011", name.at, format!("`{}` cannot name a step", name.value));
        reader.report(found.help("ids do not begin with `#`: steps without an id are numbered so"));
        return None;
    }
    Some(name.value)
}

fn known_kind(node: &Node) -> bool {
    KINDS.iter().any(|kind| node.get(kind).is_some())
}

/// The one key that names the kind.
fn kind_entry<'n>(reader: &mut Reader<'_>, node: &'n Node, fields: &mut Fields<'n>) -> Option<Entry<'n>> {
    let Data::Map(pairs) = &node.data else { return None };
    let is_kind = |name: &str| KINDS.contains(&name);
    let mut kinds = pairs.iter().filter(|(key, _)| key.text().is_some_and(is_kind));
    let Some((key, value)) = kinds.next() else {
        reader.whole = false;
        let found = no_kind(node, pairs);
        reader.report(found);
        return None;
    };
    for (other, _) in kinds {
        reader.whole = false;
        if other.text() == key.text() {
            continue;
        }
        let message = format!("a step has one kind, but this one is `{}` and `{}`", shown(key), shown(other));
        reader
            .report(Diagnostic::error("V006", other.at.clone(), message).help("begin another step with `-`"));
    }
    for kind in &KINDS {
        fields.take(kind);
    }
    Some(Entry { key, value })
}

fn no_kind(node: &Node, pairs: &[(Node, Node)]) -> Diagnostic {
    let unknown = pairs.iter().find(|(key, _)| {
        !matches!(key.text(), Some("id" | "when" | "goto" | "voice" | "image" | "link" | "legal"))
    });
    let Some((key, _)) = unknown else {
        let found = Diagnostic::error("V006", node.at.clone(), "this step has no kind");
        return found.help(format!("its kind is one of {}", listed(&KINDS)));
    };
    let name = shown(key);
    let found = Diagnostic::error("V006", key.at.clone(), format!("there is no kind of step `{name}`"));
    match nearest(&name, KINDS.into_iter()) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found.help(format!("a step is one of {}", listed(&KINDS))),
    }
}

fn kind(reader: &mut Reader<'_>, step: &mut Fields<'_>, entry: Entry<'_>) -> Option<Kind> {
    let kind = match entry.key.text()? {
        "say" => Some(Kind::Say(say::read(reader, step, entry))),
        "choose" => choose::read(reader, entry).map(Kind::Choose),
        "ask" => ask::ask(reader, entry).map(Kind::Ask),
        "confirm" => ask::confirm(reader, entry).map(Kind::Confirm),
        "faq" => answer::faq(reader, entry).map(Kind::Faq),
        "set" => route::set(reader, entry).map(Kind::Set),
        "branch" => route::branch(reader, entry).map(Kind::Branch),
        "call" => route::call(reader, entry).map(Kind::Call),
        "ticket" => ticket::read(reader, entry).map(Kind::Ticket),
        "status" => answer::status(reader, entry).map(Kind::Status),
        "handoff" => answer::handoff(reader, entry).map(Kind::Handoff),
        "survey" => answer::survey(reader, entry).map(Kind::Survey),
        "http" => http::read(reader, entry).map(|http| Kind::Http(Box::new(http))),
        "lookup" => world::lookup(reader, entry).map(Kind::Lookup),
        "wait" => world::wait(reader, entry).map(Kind::Wait),
        "watch" => world::watch(reader, entry).map(Kind::Watch),
        "connect" => connect::read(reader, entry).map(Kind::Connect),
        "voicemail" => voicemail::read(reader, entry).map(Kind::Voicemail),
        "end" => Some(Kind::End(route::end(reader, entry))),
        _ => None,
    };
    reader.whole &= kind.is_some();
    kind
}
