//! What is wrong with a set of articles as a whole.

mod same;

use std::collections::{BTreeMap, BTreeSet};

use super::article::Article;
use super::spoken::unspeakable;
use crate::source::Diagnostic;

const DUPLICATE_ID: &str = "V802";
const MISSING_LOCALE: &str = "V803";
const UNSPEAKABLE: &str = "V805";
const DEAD_TAG: &str = "V807";
const NOT_SPOKEN: &str = "V808";

/// An answer of more characters is too long to be spoken.
pub const LONGEST_SPOKEN: usize = 600;
/// With fewer phrasings an article is hard to find.
pub const FEWEST_PHRASINGS: usize = 3;

/// Problems across files: duplicate ids (`V802`, errors) and, as warnings, articles that lack one of `locales`
/// (`V803`), two articles that are asked alike (`V804`), answers too long to be spoken (`V805`).
pub fn check(articles: &[Article], locales: &[String]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    duplicate_ids(articles, &mut found);
    same::questions(articles, &mut found);
    for article in articles {
        missing_locales(article, locales, &mut found);
        too_long(article, &mut found);
        not_spoken(article, &mut found);
    }
    found
}

/// Tags that raise their articles nowhere (`V807`, warnings, each told once): no place of a question names them. `used`: the
/// tags that some context can name.
pub fn dead_tags(articles: &[Article], used: &BTreeSet<String>) -> Vec<Diagnostic> {
    let used: BTreeSet<String> = used.iter().map(|tag| tag.to_lowercase()).collect();
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    for article in articles {
        for (index, tag) in article.tags.iter().enumerate() {
            let plain = tag.trim().to_lowercase();
            // A contact's profile may be any.
            if used.contains(&plain) || plain.starts_with("profile:") || !told.insert(plain) {
                continue;
            }
            let at = article.places.tags.get(index).unwrap_or(&article.at).clone();
            let message = format!("no flow names the tag `{tag}`, so it raises nothing");
            let help = "name it in the `tags` of a flow or the `context` of a `faq` step, make it an option of a choice slot, or take it out";
            found.push(Diagnostic::warning(DEAD_TAG, at, message).help(help));
        }
    }
    found
}

fn duplicate_ids(articles: &[Article], found: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&str, &Article> = BTreeMap::new();
    for article in articles {
        match first.get(article.id.as_str()) {
            Some(other) => {
                let message = format!("`{}` is the id of two articles", article.id);
                let problem = Diagnostic::error(DUPLICATE_ID, article.at.clone(), message);
                let help = format!("the other is at {}:{}", other.at.file, other.at.line);
                found.push(problem.help(help).related(&other.at, "first defined here"));
            }
            None => {
                first.insert(&article.id, article);
            }
        }
    }
}

fn missing_locales(article: &Article, locales: &[String], found: &mut Vec<Diagnostic>) {
    if article.single_locale {
        return;
    }
    for locale in locales {
        let lacks = match (article.questions.contains_key(locale), article.answer.contains_key(locale)) {
            (true, true) => continue,
            (false, false) => "question and no answer",
            (false, true) => "question",
            (true, false) => "answer",
        };
        let message = format!("`{}` has no {lacks} in `{locale}`", article.id);
        found.push(Diagnostic::warning(MISSING_LOCALE, article.at.clone(), message));
    }
}

fn too_long(article: &Article, found: &mut Vec<Diagnostic>) {
    for (locale, answer) in &article.answer {
        let length = answer.chars().count();
        if length > LONGEST_SPOKEN && !article.voice.contains_key(locale) {
            let message =
                format!("the answer of `{}` in `{locale}` takes {length} characters to speak", article.id);
            let help = format!("give a `voice:` of at most {LONGEST_SPOKEN} characters");
            found.push(
                Diagnostic::warning(UNSPEAKABLE, article.answer_at(locale).clone(), message).help(help),
            );
        }
    }
}

/// What a call would leave out. A line of JSON has no place for a spoken form.
fn not_spoken(article: &Article, found: &mut Vec<Diagnostic>) {
    if article.single_locale {
        return;
    }
    for (locale, answer) in &article.answer {
        let Some((range, what)) = unspeakable(answer).filter(|_| !article.voice.contains_key(locale)) else {
            continue;
        };
        let message =
            format!("the answer of `{}` in `{locale}` holds {what}: {}", article.id, &answer[range]);
        let problem = Diagnostic::warning(NOT_SPOKEN, article.answer_at(locale).clone(), message);
        found.push(problem.help("say it in words for callers: give it a `voice:`"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_yaml;
    use super::*;

    fn codes(text: &str) -> Vec<(&'static str, usize)> {
        let (articles, found) = parse_yaml("f", text, "en");
        assert_eq!(found, []);
        check(&articles, &["en".to_owned(), "it".to_owned()]).iter().map(|f| (f.code, f.at.line)).collect()
    }

    #[test]
    fn finds_what_goes_wrong_between_articles() {
        let one = "- id: a\n  questions: { en: How?, it: Come? }\n  answer: { en: A, it: B }\n";
        assert_eq!(codes(one), []);
        let same_id =
            format!("{one}- id: a\n  questions: {{ en: Why?, it: Perché? }}\n  answer: {{ en: A, it: B }}\n");
        assert_eq!(codes(&same_id), [("V802", 4)]);
        let same_question =
            format!("{one}- id: b\n  questions: {{ en: HOW, it: Perché? }}\n  answer: {{ en: A, it: B }}\n");
        assert_eq!(codes(&same_question), [("V804", 5)]);
    }

    #[test]
    fn finds_what_is_missing_or_too_long() {
        let long = "x".repeat(LONGEST_SPOKEN + 1);
        assert_eq!(
            codes(&format!("- id: a\n  questions: How?\n  answer: {long}\n")),
            [("V803", 1), ("V805", 3)]
        );
        assert_eq!(
            codes(&format!("- id: a\n  questions: How?\n  answer: {long}\n  voice: Short.\n")),
            [("V803", 1)]
        );
    }
}
