//! FAQ files as JSON lines: `{id, locale, category, question, alternatives[], answer}`, one article a line.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::article::Article;
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
    for line in text.split_inclusive('\n') {
        let at = Place::at(&file, text, offset, line.trim_end().len());
        offset += line.len();
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            continue;
        }
        match article(line, at.clone(), default_locale) {
            Ok(article) => articles.push(article),
            Err(message) => found.push(Diagnostic::error(MALFORMED, at, message)),
        }
    }
    (articles, found)
}

fn article(line: &str, at: Place, default_locale: &str) -> Result<Article, String> {
    let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let filled = |text: &str| !text.trim().is_empty();
    if !filled(&line.id) {
        return Err("an article needs an `id`".to_owned());
    }
    let questions: Vec<String> = [line.question]
        .into_iter()
        .chain(line.alternatives.unwrap_or_default())
        .filter(|q| filled(q))
        .collect();
    if questions.is_empty() {
        return Err(format!("`{}` has no question", line.id));
    }
    let locale = line.locale.filter(|locale| filled(locale)).unwrap_or_else(|| default_locale.to_owned());
    Ok(Article {
        id: line.id,
        tags: line.category.into_iter().filter(|tag| filled(tag)).collect(),
        questions: BTreeMap::from([(locale.clone(), questions)]),
        answer: line.answer.into_iter().filter(|a| filled(a)).map(|a| (locale.clone(), a)).collect(),
        single_locale: true,
        at,
        ..Article::default()
    })
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
