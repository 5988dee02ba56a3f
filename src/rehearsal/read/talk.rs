//! `talk:`, line for line. `voice:` and `chat:` beside a line make it differ there.

use super::super::script::{Act, AgentAct, Bot, CallAct, ChannelKind, Line, Pattern, Silence};
use super::{expect, given, wanted_list};
use crate::flow::parse::fields::Fields;
use crate::flow::parse::node::{Data, Node};
use crate::flow::parse::reader::{Entry, Reader};
use crate::source::{Diagnostic, Place};

/// Each kind of line, by the key that makes it.
const KINDS: [&str; 12] = [
    "user", "bot", "key", "button", "file", "silence", "leaves", "agent", "call", "expect", "given",
    "changed",
];
/// The name of an agent where the test gives none.
const AGENT: &str = "Ada";

pub fn lines(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    match &entry.value.data {
        Data::List(items) => items.iter().for_each(|item| line(reader, item, None, &mut lines)),
        Data::Null => {}
        Data::Scalar { .. } | Data::Map(_) => reader.wrong_shape(entry.value, "a list of lines"),
    }
    lines
}

fn line(reader: &mut Reader<'_>, item: &Node, on: Option<ChannelKind>, lines: &mut Vec<Line>) {
    let Some(mut fields) = Fields::open(reader, item, "a line of a talk", &item.at) else { return };
    let mut found: Vec<(&'static str, Entry<'_>)> = Vec::new();
    for kind in KINDS {
        found.extend(fields.take(kind).map(|entry| (kind, entry)));
    }
    let others: Vec<(ChannelKind, Entry<'_>)> = ChannelKind::ALL
        .into_iter()
        .filter(|_| on.is_none())
        .filter_map(|kind| fields.take(kind.word()).map(|entry| (kind, entry)))
        .collect();
    fields.close(reader);
    if found.len() > 1 || (found.is_empty() && others.is_empty()) {
        let message = match found.as_slice() {
            [(first, _), (second, _), ..] => {
                format!("a line is one thing, but here are `{first}` and `{second}`")
            }
            _ => "this line says nothing".to_owned(),
        };
        let at = found.get(1).map_or(&item.at, |(_, entry)| &entry.key.at);
        let help =
            "begin each line of a talk with `-` and one of `user`, `bot`, `key`, `silence`, `expect` …";
        return reader.report(Diagnostic::error("V901", at.clone(), message).help(help));
    }
    let main = found.first().copied();
    for kind in ChannelKind::ALL {
        match others.iter().find(|(other, _)| *other == kind) {
            Some((_, entry)) => differing(reader, *entry, main.map(|(word, _)| word), kind, lines),
            None if others.is_empty() => {}
            None => {
                if let Some((word, entry)) = main {
                    push(reader, word, entry, Some(kind), lines);
                }
            }
        }
    }
    if others.is_empty()
        && let Some((word, entry)) = main
    {
        push(reader, word, entry, on, lines);
    }
}

/// What stands at `voice:` or `chat:`: a line, several lines, or another text for the line beside it.
fn differing(
    reader: &mut Reader<'_>,
    entry: Entry<'_>,
    main: Option<&'static str>,
    kind: ChannelKind,
    lines: &mut Vec<Line>,
) {
    let texts = |items: &[Node]| !items.is_empty() && items.iter().all(|item| item.text().is_some());
    match (&entry.value.data, main) {
        (Data::Null, _) => {}
        (Data::List(items), Some(word)) if texts(items) => push(reader, word, entry, Some(kind), lines),
        (Data::List(items), _) => items.iter().for_each(|item| line(reader, item, Some(kind), lines)),
        (Data::Map(_), _) => line(reader, entry.value, Some(kind), lines),
        (Data::Scalar { .. }, Some(word)) => push(reader, word, entry, Some(kind), lines),
        (Data::Scalar { .. }, None) => reader.wrong_shape(entry.value, "a line, or a list of lines"),
    }
}

fn push(
    reader: &mut Reader<'_>,
    word: &'static str,
    entry: Entry<'_>,
    on: Option<ChannelKind>,
    lines: &mut Vec<Line>,
) {
    if let Some(act) = act(reader, word, entry) {
        lines.push(Line { at: entry.key.at.clone(), on, act });
    }
}

fn act(reader: &mut Reader<'_>, word: &str, entry: Entry<'_>) -> Option<Act> {
    let text = |reader: &mut Reader<'_>| reader.name(entry).map(|name| name.value);
    match word {
        "user" => text(reader).map(Act::User),
        "key" => keys(reader, entry).map(Act::Key),
        "button" => text(reader).map(Act::Button),
        "file" => text(reader).map(Act::File),
        "silence" => silence(reader, entry).map(Act::Silence),
        "leaves" => Some(Act::Leaves),
        "changed" => Some(Act::Changed),
        "call" => {
            let word = reader.word(entry, &CallAct::ALL.map(|(word, _)| word))?;
            CallAct::ALL.into_iter().find(|(known, _)| *known == word.value).map(|(_, act)| Act::Call(act))
        }
        "agent" => agent(reader, entry).map(Act::Agent),
        "bot" => bot(reader, entry).map(|bot| Act::Bot(Box::new(bot))),
        "expect" => Some(Act::Expect(expect::all(reader, entry))),
        _ => given::map(reader, entry).map(|given| Act::Given(Box::new(given))),
    }
}

fn keys(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<String> {
    let keys = reader.name(entry)?;
    let good = keys.value.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '#'));
    if !good {
        let message = format!("`{}` are no keys of a phone", keys.value);
        let found = Diagnostic::error("V903", keys.at.clone(), message);
        reader.report(found.help("keys are 0 to 9, \"*\" and \"#\"; for words write `user:` or `button:`"));
    }
    good.then_some(keys.value)
}

fn silence(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Silence> {
    if entry.value.is_null() {
        return Some(Silence::Times(1));
    }
    let written = reader.name(entry)?;
    let text = written.value.trim();
    let read = text.parse().map(Silence::Times).ok().or_else(|| text.parse().map(Silence::For).ok());
    if read.is_none() {
        let message = format!("`{text}` is neither how often nor how long");
        let found = Diagnostic::error("V903", written.at, message);
        reader.report(found.help("such as `silence: 2` (twice nothing is heard) or `silence: 10 minutes`"));
    }
    read
}

/// `claims`, `hands back`, `closes`, or words; `{ name, says | closes }` for another agent or a disposition.
fn agent(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<AgentAct> {
    if let Data::Map(_) = &entry.value.data {
        let mut fields = Fields::open(reader, entry.value, "an `agent` line", &entry.key.at)?;
        let mut text = |reader: &mut Reader<'_>, key: &'static str| {
            fields.take(key).and_then(|entry| reader.name(entry)).map(|name| name.value)
        };
        let (claims, says, closes) = (text(reader, "claims"), text(reader, "says"), text(reader, "closes"));
        fields.close(reader);
        let act = claims.map(AgentAct::Claims).or(says.map(AgentAct::Says)).or(closes.map(AgentAct::Closes));
        if act.is_none() {
            empty(reader, &entry.key.at);
        }
        return act;
    }
    let words = reader.name(entry)?.value;
    Some(match words.trim() {
        "claims" => AgentAct::Claims(AGENT.to_owned()),
        "hands back" => AgentAct::HandsBack,
        "closes" => AgentAct::Closes("solved".to_owned()),
        words => AgentAct::Says(words.to_owned()),
    })
}

fn empty(reader: &mut Reader<'_>, at: &Place) {
    let message = "an `agent` line says what the agent does: `claims: NAME`, `says: TEXT` or `closes: HOW`";
    reader.report(Diagnostic::error("V003", at.clone(), message));
}

fn bot(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Bot> {
    let mut bot = Bot { says: Vec::new(), never: Vec::new(), options: None, nothing: false };
    match &entry.value.data {
        Data::Null => bot.nothing = true,
        Data::Scalar { .. } | Data::List(_) => bot.says = wanted_list(reader, entry.value, Pattern::Part),
        Data::Map(_) => {
            let mut fields = Fields::open(reader, entry.value, "a `bot` line", &entry.key.at)?;
            if let Some(entry) = fields.take("says") {
                bot.says.extend(wanted_list(reader, entry.value, Pattern::Part));
            }
            if let Some(entry) = fields.take("exactly") {
                bot.says.extend(wanted_list(reader, entry.value, Pattern::Whole));
            }
            if let Some(entry) = fields.take("not") {
                bot.never = wanted_list(reader, entry.value, Pattern::Part);
            }
            if let Some(entry) = fields.take("options") {
                bot.options = Some(wanted_list(reader, entry.value, Pattern::Whole));
            }
            fields.close(reader);
        }
    }
    Some(bot)
}
