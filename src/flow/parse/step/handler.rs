//! `on_no_input`, `on_no_match` and `on_refused`, of a step or a flow.

use crate::flow::parse::fields::Fields;
use crate::flow::parse::node::{Data, Node};
use crate::flow::parse::reader::{Entry, Reader};
use crate::flow::step::{Handler, Handlers};
use crate::source::Diagnostic;

/// Entries that one list may have.
const MAX: usize = 9;

pub fn read(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Handlers {
    let mut list = |name: &'static str| match fields.take(name) {
        Some(entry) => entries(reader, entry),
        None => Vec::new(),
    };
    Handlers { no_input: list("on_no_input"), no_match: list("on_no_match"), refused: list("on_refused") }
}

fn entries(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<Handler> {
    let single = std::slice::from_ref(entry.value);
    let items = match &entry.value.data {
        Data::List(items) => items.as_slice(),
        Data::Scalar { .. } | Data::Map(_) => single,
        Data::Null => {
            reader.wrong_shape(entry.value, "a list of texts and jumps");
            return Vec::new();
        }
    };
    if let Some(extra) = items.get(MAX) {
        let message = format!("at most {MAX} failures have an entry each");
        reader.report(Diagnostic::error("V010", extra.at.clone(), message));
    }
    items.iter().take(MAX).map(|item| handler(reader, item)).collect()
}

/// A text, or `{ say, goto }`.
fn handler(reader: &mut Reader<'_>, item: &Node) -> Handler {
    let at = item.at.clone();
    let long = ["say", "goto"].iter().any(|key| item.get(key).is_some());
    if !long {
        return Handler { at, say: Some(reader.listed_text(item)), goto: None };
    }
    let Some(mut fields) = Fields::open(reader, item, "a handler", &item.at) else {
        return Handler { at, say: None, goto: None };
    };
    let say = fields.take("say");
    let voice = fields.take("voice");
    let say = say.map(|say| reader.text(Some(say), voice));
    let goto = fields.take("goto").and_then(|entry| reader.target(entry));
    fields.close(reader);
    Handler { at, say, goto }
}
