//! JSON: a line an article, or a help centre's export in one document.

use serde_json::{Map, Value};

use super::{Draft, Note, Read, markup};

/// A field by the names that exports give it, the first that is there first.
const ID: [&str; 3] = ["id", "slug", "key"];
const LOCALE: [&str; 3] = ["locale", "language", "lang"];
const CATEGORY: [&str; 5] = ["category", "category_name", "section", "section_name", "topic"];
const QUESTION: [&str; 4] = ["question", "title", "name", "subject"];
const ALTERNATIVES: [&str; 3] = ["alternatives", "phrasings", "variants"];
const ANSWER: [&str; 5] = ["answer", "body", "content", "html", "description"];
const TAGS: [&str; 3] = ["tags", "label_names", "labels"];

fn field<'v>(object: &'v Map<String, Value>, names: &[&str]) -> Option<&'v Value> {
    names.iter().find_map(|name| object.get(*name).filter(|value| !value.is_null()))
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
    match article(&place, &value) {
        Ok(draft) => read.drafts.push(draft),
        Err(why) => read.notes.push(Note::out(&place, why)),
    }
}

fn article(place: &str, value: &Value) -> Result<Draft, String> {
    let Value::Object(object) = value else { return Err("it is no object".to_owned()) };
    let text = |names: &[&str]| match field(object, names) {
        None => Ok(None),
        Some(value) => word(value).map(Some).ok_or_else(|| format!("`{}` is no text", names[0])),
    };
    let list = |names: &[&str]| match field(object, names) {
        None => Ok(Vec::new()),
        Some(Value::Array(list)) => Ok(list.iter().filter_map(word).collect::<Vec<String>>()),
        Some(Value::String(text)) => Ok(super::parts(text, &[','])),
        Some(_) => Err(format!("`{}` is no list", names[0])),
    };
    let title = text(&QUESTION)?;
    if object.get("draft") == Some(&Value::Bool(true)) {
        return Err(format!("“{}” is a draft", title.unwrap_or_default()));
    }
    let more = list(&ALTERNATIVES)?;
    let questions = title.iter().chain(&more).map(|text| markup::line(text));
    Ok(Draft {
        place: place.to_owned(),
        id: text(&ID)?,
        locale: text(&LOCALE)?,
        category: field(object, &CATEGORY).and_then(named).map(|name| markup::line(&name)),
        tags: list(&TAGS)?,
        questions: questions.filter(|text| !text.is_empty()).collect(),
        answer: markup::text(&text(&ANSWER)?.unwrap_or_default()),
    })
}

/// A name, or the name of an object.
fn named(value: &Value) -> Option<String> {
    value.get("name").or_else(|| value.get("title")).map_or_else(|| word(value), word)
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
