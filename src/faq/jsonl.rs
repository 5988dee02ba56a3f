//! FAQ files as JSON lines: `{id, locale, category, question, alternatives[], answer}`, one article a line.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::article::{Article, Places};
use super::parse::MALFORMED;
use crate::source::{Diagnostic, Place};

/// A line; other fields are passed over.
#[derive(Deserialize)]
struct Line {
    id: String,
    #[serde(default)]
    locale: Option<String>,
    #[serde(default)]
    category: Option<String>,
    question: String,
    #[serde(default)]
    alternatives: Option<Vec<String>>,
    #[serde(default)]
    answer: Option<String>,
}

/// The articles of a JSON-lines file and all that is wrong with it (`V801`, one a line). The category becomes a tag;
/// a line without a locale is of `default_locale`; a line without an answer is an article without one.
pub fn parse_jsonl(file: &str, text: &str, default_locale: &str) -> (Vec<Article>, Vec<Diagnostic>) {
    let file: Arc<str> = file.into();
    let (mut articles, mut found) = (Vec::new(), Vec::new());
    let mut offset = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let at = Place { file: file.clone(), line: index + 1, column: 1, offset, len: line.trim_end().len() };
        offset += line.len();
        let line = line.trim_end();
        let object = line.trim_start_matches('\u{feff}').trim_start();
        if object.is_empty() {
            continue;
        }
        match article(object, &within(&at, line, line.len() - object.len(), object.len()), default_locale) {
            Ok(article) => articles.push(article),
            Err(Refused { byte, message }) => {
                let at = within(&at, line, line.len() - object.len() + byte, 1);
                found.push(Diagnostic::error(MALFORMED, at, message));
            }
        }
    }
    (articles, found)
}

/// The place of a part of a line that begins at `at`.
fn within(at: &Place, line: &str, byte: usize, len: usize) -> Place {
    let byte = (0..=byte.min(line.len())).rev().find(|byte| line.is_char_boundary(*byte)).unwrap_or_default();
    // A mark of the byte order is no column.
    let column = line[..byte].trim_start_matches('\u{feff}').chars().count() + 1;
    Place { column, offset: at.offset + byte, len: len.min(line.len() - byte), ..at.clone() }
}

/// Why a line is no article, and the byte of it where that shows.
struct Refused {
    byte: usize,
    message: String,
}

fn article(line: &str, at: &Place, default_locale: &str) -> Result<Article, Refused> {
    let read: Line = serde_json::from_str(line).map_err(|error| {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        Refused {
            byte: error.column().saturating_sub(1),
            message: format!("this line is no article: {message}"),
        }
    })?;
    let filled = |text: &str| !text.trim().is_empty();
    if !filled(&read.id) {
        return Err(Refused { byte: 0, message: "an article needs an `id`".to_owned() });
    }
    let questions: Vec<String> = [read.question]
        .into_iter()
        .chain(read.alternatives.unwrap_or_default())
        .filter(|question| filled(question))
        .collect();
    if questions.is_empty() {
        return Err(Refused { byte: 0, message: format!("`{}` has no question", read.id) });
    }
    let locale = read.locale.filter(|locale| filled(locale)).unwrap_or_else(|| default_locale.to_owned());
    let answer = read.answer.filter(|answer| filled(answer));
    let tags: Vec<String> = read.category.into_iter().filter(|tag| filled(tag)).collect();
    let places = Places {
        tags: tags.iter().map(|tag| place_of(at, line, tag)).collect(),
        questions: BTreeMap::from([(
            locale.clone(),
            questions.iter().map(|question| place_of(at, line, question)).collect(),
        )]),
        answer: answer.iter().map(|answer| (locale.clone(), place_of(at, line, answer))).collect(),
    };
    Ok(Article {
        id: read.id,
        tags,
        questions: BTreeMap::from([(locale.clone(), questions)]),
        answer: answer.into_iter().map(|answer| (locale.clone(), answer)).collect(),
        single_locale: true,
        at: at.clone(),
        places,
        ..Article::default()
    })
}

/// Where a text stands in a line: that of the line where it is written with other escapes.
fn place_of(at: &Place, line: &str, text: &str) -> Place {
    let Ok(written) = serde_json::to_string(text) else { return at.clone() };
    line.find(&written).map_or_else(|| at.clone(), |byte| within_from(at, line, byte, written.len()))
}

fn within_from(at: &Place, line: &str, byte: usize, len: usize) -> Place {
    Place { column: at.column + line[..byte].chars().count(), offset: at.offset + byte, len, ..at.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_lines_and_passes_over_other_fields() {
        let text = "{\"id\":\"a\",\"locale\":\"it\",\"category\":\"rete\",\"question\":\"Q\",\"alternatives\":[\"R\",\"\"],\"answer\":\"A\",\"x\":1}\n\n{\"id\":\"b\",\"question\":\"Q\"}";
        let (articles, found) = parse_jsonl("f.jsonl", text, "en");
        assert_eq!(found, []);
        assert_eq!(articles[0].questions["it"], ["Q", "R"]);
        assert_eq!((articles[0].tags[0].as_str(), articles[0].answer["it"].as_str()), ("rete", "A"));
        assert!(articles[1].questions.contains_key("en") && articles[1].tags.is_empty());
        assert_eq!(articles[1].at.line, 3);
    }

    #[test]
    fn reports_every_bad_line() {
        let (articles, found) = parse_jsonl(
            "f",
            "{\n{\"id\":\"\",\"question\":\"x\"}\n{\"id\":\"a\",\"question\":\" \"}\n",
            "en",
        );
        assert!(articles.is_empty());
        assert_eq!(found.iter().map(|f| f.at.line).collect::<Vec<_>>(), [1, 2, 3]);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            parse_jsonl("f", &text, "en");
        }
    }
}
