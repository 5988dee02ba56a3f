//! `http`.

use serde_json::Value;

use crate::flow::parse::fields::Fields;
use crate::flow::parse::node::{Data, Node};
use crate::flow::parse::reader::{Entry, Reader, shown};
use crate::flow::step::{Body, Http, Json};
use crate::flow::{Expression, Template};
use crate::source::{Diagnostic, Place, Placed};

pub fn read(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Http> {
    let mut fields = Fields::open(reader, entry.value, "an `http` step", &entry.key.at)?;
    let method = fields.take("method").and_then(|entry| method(reader, entry));
    let url_entry = fields.need(reader, "url");
    let url = url_entry.and_then(|entry| reader.template(entry.value));
    let headers = fields.take("headers").map(|entry| headers(reader, entry)).unwrap_or_default();
    let query = fields.take("query").map(|entry| query(reader, entry)).unwrap_or_default();
    let (json_entry, body_entry) = (fields.take("json"), fields.take("body"));
    let body = body(reader, json_entry, body_entry);
    let timeout = fields.take("timeout").map_or(Http::TIMEOUT, |entry| timeout(reader, entry));
    let retries = fields.take("retries").map_or(Http::RETRIES, |entry| retries(reader, entry));
    let into = fields.take("into").map(|entry| into(reader, entry)).unwrap_or_default();
    let say = fields.take("say");
    let voice = fields.take("voice");
    let say = say.map(|say| reader.text(Some(say), voice));
    let on_error = fields.take("on_error").and_then(|entry| reader.target(entry));
    fields.close(reader);
    let get = || Placed::new("GET".to_owned(), entry.key.at.clone());
    // A lost url is told; the step still stands in the graph.
    let url = url.or_else(|| reader.compile("https://localhost/", &entry.key.at))?;
    Some(Http {
        method: method.unwrap_or_else(get),
        url,
        headers,
        query,
        body,
        timeout,
        retries,
        into,
        say,
        on_error,
    })
}

fn method(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Placed<String>> {
    // `get` is as good as `GET`.
    let upper = entry.value.text().map(str::to_uppercase);
    if let Some(upper) = upper.filter(|upper| Http::METHODS.contains(&upper.as_str())) {
        return Some(Placed::new(upper, entry.value.at.clone()));
    }
    reader.word(entry, &Http::METHODS)
}

fn headers(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<(Placed<String>, Template)> {
    let Data::Map(pairs) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a map of header to value");
        return Vec::new();
    };
    reader.duplicates(pairs);
    let mut headers = Vec::new();
    for (key, value) in pairs {
        let name = shown(key);
        if !is_header(&name) {
            let found = Diagnostic::error("V011", key.at.clone(), format!("`{name}` cannot name a header"));
            reader.report(found.help("letters, digits and `-`"));
        } else if OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
            let message = format!("the header `{name}` is set by Vestibule itself");
            reader.report(Diagnostic::error("V011", key.at.clone(), message).help("leave it out"));
        }
        if let Some(template) = reader.template(value) {
            headers.push((Placed::new(name, key.at.clone()), template));
        }
    }
    headers
}

/// Headers that say how a message is carried, or that tell one try from the next.
const OURS: [&str; 6] =
    ["host", "content-length", "transfer-encoding", "connection", "idempotency-key", "expect"];

/// RFC 9110, section 5.6.2: a token, without the signs that nobody uses.
fn is_header(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 100
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn query(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<(String, Template)> {
    let Data::Map(pairs) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a map of parameter to value");
        return Vec::new();
    };
    reader.duplicates(pairs);
    pairs.iter().filter_map(|(key, value)| Some((shown(key), reader.template(value)?))).collect()
}

fn body(reader: &mut Reader<'_>, json_entry: Option<Entry<'_>>, text: Option<Entry<'_>>) -> Option<Body> {
    if let (Some(_), Some(text)) = (json_entry, text) {
        let found =
            Diagnostic::error("V017", text.key.at.clone(), "a request has one body: `json` or `body`");
        reader.report(found.help("take one of them out"));
    }
    match (json_entry, text) {
        (Some(entry), _) => json(reader, entry.value).map(Body::Json),
        (None, Some(entry)) => reader.template(entry.value).map(Body::Text),
        (None, None) => None,
    }
}

fn json(reader: &mut Reader<'_>, node: &Node) -> Option<Json> {
    Some(match &node.data {
        Data::Null => Json::Literal(Value::Null),
        Data::Scalar { text, plain } => {
            if *plain && let Some(literal) = literal(text) {
                return Some(Json::Literal(literal));
            }
            if sole_expression(text) {
                return reader.expression(node).map(Json::Value);
            }
            reader.cut_by_comment(node);
            Json::Text(reader.compile(text, &node.at)?)
        }
        Data::List(items) => Json::List(items.iter().filter_map(|item| json(reader, item)).collect()),
        Data::Map(pairs) => {
            reader.duplicates(pairs);
            Json::Map(
                pairs.iter().filter_map(|(key, value)| Some((shown(key), json(reader, value)?))).collect(),
            )
        }
    })
}

/// What stands without quotes and is no text in JSON.
fn literal(text: &str) -> Option<Value> {
    serde_json::from_str::<Value>(text.trim()).ok().filter(|value| !value.is_string() && !value.is_object())
}

/// `{{ … }}` and nothing else.
fn sole_expression(text: &str) -> bool {
    let trimmed = text.trim();
    trimmed.starts_with("{{")
        && trimmed.ends_with("}}")
        && trimmed.matches("{{").count() == 1
        && trimmed.matches("}}").count() == 1
        && !trimmed.contains("{%")
}

fn timeout(reader: &mut Reader<'_>, entry: Entry<'_>) -> u32 {
    let Some(seconds) = reader.seconds(entry) else { return Http::TIMEOUT };
    bounded(reader, seconds, 1..=30, "a try takes 1 to 30 seconds", &entry.value.at)
}

fn retries(reader: &mut Reader<'_>, entry: Entry<'_>) -> u32 {
    let Some(count) = reader.count(entry) else { return Http::RETRIES };
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    bounded(reader, count, 0..=5, "a request is tried again 0 to 5 times", &entry.value.at)
}

fn bounded(
    reader: &mut Reader<'_>,
    number: u32,
    range: std::ops::RangeInclusive<u32>,
    message: &str,
    at: &Place,
) -> u32 {
    if !range.contains(&number) {
        reader.report(Diagnostic::error("V015", at.clone(), message));
    }
    number.clamp(*range.start(), *range.end())
}

fn into(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<(Placed<String>, Expression)> {
    let Data::Map(pairs) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a map of slot to expression");
        return Vec::new();
    };
    reader.duplicates(pairs);
    let mut into = Vec::new();
    for (key, value) in pairs {
        // A refused expression still fills its slot, so that later reads are not told as well.
        let expression =
            reader.expression(value).or_else(|| reader.templates.expression("none", &value.at).ok());
        if let Some(expression) = expression {
            into.push((Placed::new(shown(key), key.at.clone()), expression));
        }
    }
    into
}
