//! JSON: a line an article, or a help centre's export in one document.

use serde::Deserialize;
use serde_json::Value;

use super::{Draft, Note, Read, markup};

/// An article as help centres and our own JSON lines name its fields.
#[derive(Deserialize)]
struct Object {
    #[serde(default, alias = "slug", alias = "key")]
    id: Option<Value>,
    #[serde(default, alias = "language", alias = "lang")]
    locale: Option<String>,
    #[serde(default, alias = "section", alias = "section_name", alias = "topic", alias = "category_name")]
    category: Option<Value>,
    #[serde(default, alias = "title", alias = "name", alias = "subject")]
    question: Option<String>,
    #[serde(default, alias = "phrasings", alias = "variants")]
    alternatives: Option<Vec<String>>,
    #[serde(default, alias = "body", alias = "content", alias = "html", alias = "description")]
    answer: Option<String>,
    #[serde(default, alias = "label_names", alias = "labels")]
    tags: Option<Vec<String>>,
    #[serde(default)]
    draft: bool,
}

pub(super) fn read_lines(name: &str, text: &str) -> Read {
    let mut read = Read::default();
    for (nth, line) in text.lines().enumerate() {
        let place = format!("{name}:{}", nth + 1);
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str(line) {
            Ok(value) => take(&mut read, place, value),
            Err(error) => read.notes.push(Note::out(&place, format!("it is no JSON: {error}"))),
        }
    }
    read
}

pub(super) fn read_document(name: &str, text: &str) -> Result<Read, String> {
    let document: Value = match serde_json::from_str(text) {
        Ok(document) => document,
        // Lines under another name.
        Err(_)
            if text.lines().filter(|line| !line.trim().is_empty()).nth(1).is_some()
                && looks_like_lines(text) =>
        {
            return Ok(read_lines(name, text));
        }
        Err(error) => {
            return Err(format!("{name}:{}:{}: it is no JSON: {error}", error.line(), error.column()));
        }
    };
    let listed = ["articles", "results", "items", "faq", "data"].iter().find_map(|key| document.get(key));
    let list = match (listed, &document) {
        (Some(Value::Array(list)), _) | (None, Value::Array(list)) => list.clone(),
        (None, Value::Object(_)) => vec![document.clone()],
        _ => return Err(format!("{name}: it holds no list of `articles`")),
    };
    let mut read = Read::default();
    for (nth, value) in list.into_iter().enumerate() {
        take(&mut read, format!("{name} article {}", nth + 1), value);
    }
    Ok(read)
}

fn looks_like_lines(text: &str) -> bool {
    text.lines()
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| serde_json::from_str::<Value>(line).is_ok())
}

fn take(read: &mut Read, place: String, value: Value) {
    let object: Object = match serde_json::from_value(value) {
        Ok(object) => object,
        Err(error) => return read.notes.push(Note::out(&place, format!("it is no article: {error}"))),
    };
    if object.draft {
        let title = object.question.unwrap_or_default();
        return read.notes.push(Note::out(&place, format!("“{title}” is a draft")));
    }
    let more = object.alternatives.unwrap_or_default();
    let questions = object.question.iter().chain(&more).map(|text| markup::line(text));
    let questions: Vec<String> = questions.filter(|text| !text.is_empty()).collect();
    read.drafts.push(Draft {
        place,
        id: object.id.and_then(word),
        locale: object.locale,
        category: object.category.and_then(|category| match category {
            Value::Object(named) => named.get("name").cloned().and_then(word),
            other => word(other),
        }),
        tags: object.tags.unwrap_or_default(),
        questions,
        answer: markup::text(&object.answer.unwrap_or_default()),
    });
}

fn word(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
