//! `faq`, `status`, `handoff` and `survey`.

use super::handler;
use crate::flow::Template;
use crate::flow::parse::fields::Fields;
use crate::flow::parse::node::{Data, Node};
use crate::flow::parse::reader::{Entry, Reader};
use crate::flow::step::{Faq, Handoff, Lists, Status, Survey, SurveyKind, Transfer};
use crate::source::{Diagnostic, Placed};

pub const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];
/// How answers are offered.
const WAYS: [&str; 2] = ["list", "one_by_one"];
pub const SURVEYS: [&str; 2] = ["csat", "nps"];

pub fn faq(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Faq> {
    let mut fields = Fields::open(reader, entry.value, "a `faq` step", &entry.key.at)?;
    let query = fields.need(reader, "query").map(|entry| template_or_dash(reader, entry.value));
    let context = fields.take("context").map(|entry| context(reader, entry)).unwrap_or_default();
    let max = fields.take("max").map_or(3, |entry| max(reader, entry));
    let list = fields.take("as").map(|entry| lists(reader, entry)).unwrap_or_default();
    let reasons = fields.take("reasons").and_then(|entry| reader.flag(entry)).unwrap_or(false);
    let ask = fields.take("ask");
    let voice = fields.take("voice");
    let ask = ask.map(|entry| reader.text(Some(entry), voice));
    let on_resolved = fields.take("on_resolved").and_then(|entry| reader.target(entry));
    let on_unresolved = fields.take("on_unresolved").and_then(|entry| reader.target(entry));
    let on_failure = fields.take("on_failure").and_then(|entry| reader.target(entry));
    let handlers = handler::read(reader, &mut fields);
    fields.close(reader);
    let query = match query {
        Some(query) => query?,
        // The missing key is told; the step still stands in the graph.
        None => reader.compile("-", &entry.key.at)?,
    };
    Some(Faq { query, context, max, list, reasons, ask, on_resolved, on_unresolved, on_failure, handlers })
}

/// `as: list`, or by kind of channel: `as: { chat: list, voice: one_by_one }`.
fn lists(reader: &mut Reader<'_>, entry: Entry<'_>) -> Lists {
    if entry.value.text().is_some() {
        let list = reader.word(entry, &WAYS).is_some_and(|word| word.value == "list");
        return Lists { chat: list, voice: list };
    }
    let Some(mut fields) = Fields::open(reader, entry.value, "`as`", &entry.key.at) else {
        return Lists::default();
    };
    let [chat, voice] = ["chat", "voice"].map(|channel| fields.take(channel));
    let mut listed = |entry: Option<Entry<'_>>| {
        entry.and_then(|entry| reader.word(entry, &WAYS)).is_some_and(|word| word.value == "list")
    };
    let lists = Lists { chat: listed(chat), voice: listed(voice) };
    fields.close(reader);
    lists
}

/// A template; where it is refused, plain words in its place, so that the step is not lost.
fn template_or_dash(reader: &mut Reader<'_>, node: &Node) -> Option<Template> {
    reader.template(node).or_else(|| reader.compile("-", &node.at))
}

fn context(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<Template> {
    match &entry.value.data {
        Data::List(items) => items.iter().filter_map(|item| reader.template(item)).collect(),
        Data::Scalar { .. } | Data::Null | Data::Map(_) => reader.template(entry.value).into_iter().collect(),
    }
}

fn max(reader: &mut Reader<'_>, entry: Entry<'_>) -> usize {
    let Some(max) = reader.count(entry) else { return 3 };
    if !(1..=3).contains(&max) {
        let message = "a `faq` step offers 1 to 3 answers";
        reader.report(Diagnostic::error("V015", entry.value.at.clone(), message));
        return 3;
    }
    max
}

/// `status:`, `status: all`, `status: CODE` or `status: { code: … }`.
pub fn status(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Status> {
    match &entry.value.data {
        Data::Null => Some(Status { code: None }),
        Data::Scalar { text, .. } if text == "all" => Some(Status { code: None }),
        Data::Scalar { .. } | Data::List(_) => {
            reader.template(entry.value).map(|code| Status { code: Some(code) })
        }
        Data::Map(_) => {
            let mut fields = Fields::open(reader, entry.value, "a `status` step", &entry.key.at)?;
            let code = fields.take("code").and_then(|entry| reader.template(entry.value));
            fields.close(reader);
            Some(Status { code })
        }
    }
}

/// `handoff:`, `handoff: QUEUE` or the long form.
pub fn handoff(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Handoff> {
    let mut handoff =
        Handoff { queue: None, priority: normal(entry), say: None, on_unreached: None, transfer: None };
    match &entry.value.data {
        Data::Null => {}
        Data::Scalar { .. } => handoff.queue = reader.name(entry),
        Data::List(_) | Data::Map(_) => {
            let mut fields = Fields::open(reader, entry.value, "a `handoff` step", &entry.key.at)?;
            handoff.queue = fields.take("queue").and_then(|entry| reader.name(entry));
            let priority = fields.take("priority");
            let priority = priority.and_then(|entry| reader.word(entry, &PRIORITIES));
            handoff.priority = priority.unwrap_or_else(|| normal(entry));
            let say = fields.take("say");
            let voice = fields.take("voice");
            handoff.say = say.map(|entry| reader.text(Some(entry), voice));
            handoff.on_unreached = fields.take("on_unreached").and_then(|entry| reader.target(entry));
            handoff.transfer =
                fields.take("transfer").and_then(|entry| transfer(reader, entry)).map(Box::new);
            fields.close(reader);
        }
    }
    Some(handoff)
}

/// `transfer: +39…` or the long form.
fn transfer(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Transfer> {
    const RING: u32 = 25;
    let plain =
        |to| Transfer { to, whisper: None, ring: RING, on_busy: None, on_no_answer: None, on_failed: None };
    if !matches!(entry.value.data, Data::Map(_)) {
        return reader.template(entry.value).map(plain);
    }
    let mut fields = Fields::open(reader, entry.value, "a `transfer`", &entry.key.at)?;
    let to = fields.need(reader, "to").and_then(|entry| reader.template(entry.value));
    let whisper = fields.take("whisper");
    let whisper = whisper.map(|entry| reader.text(Some(entry), None));
    let ring = fields.take("ring").and_then(|entry| ring(reader, entry)).unwrap_or(RING);
    let [on_busy, on_no_answer, on_failed] = ["on_busy", "on_no_answer", "on_failed"]
        .map(|key| fields.take(key).and_then(|entry| reader.target(entry)));
    fields.close(reader);
    Some(Transfer { whisper, ring, on_busy, on_no_answer, on_failed, ..plain(to?) })
}

fn ring(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<u32> {
    let seconds = reader.count(entry)?;
    if !(5..=120).contains(&seconds) {
        let message = "a transfer rings for 5 to 120 seconds";
        reader.report(Diagnostic::error("V015", entry.value.at.clone(), message));
        return None;
    }
    u32::try_from(seconds).ok()
}

fn normal(entry: Entry<'_>) -> Placed<String> {
    Placed::new("normal".to_owned(), entry.key.at.clone())
}

/// `survey: csat`, or `survey: { ask: csat, … }`.
pub fn survey(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Survey> {
    if entry.value.text().is_some() {
        let ask = kind(reader, entry)?;
        return Some(Survey { ask, comment: false, prompt: None });
    }
    let mut fields = Fields::open(reader, entry.value, "a `survey` step", &entry.key.at)?;
    let ask = fields.need(reader, "ask").and_then(|entry| kind(reader, entry));
    let comment = fields.take("comment").and_then(|entry| reader.flag(entry)).unwrap_or(false);
    let prompt = fields.take("prompt");
    let voice = fields.take("voice");
    let prompt = prompt.map(|entry| reader.text(Some(entry), voice));
    fields.close(reader);
    Some(Survey { ask: ask.unwrap_or(SurveyKind::Csat), comment, prompt })
}

fn kind(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<SurveyKind> {
    let word = reader.word(entry, &SURVEYS)?;
    Some(if word.value == "nps" { SurveyKind::Nps } else { SurveyKind::Csat })
}
