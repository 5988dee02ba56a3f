//! What is wrong with a set of articles as a whole.

use std::collections::BTreeMap;

use super::article::Article;
use super::normalize;
use crate::source::{Diagnostic, Place};

const DUPLICATE_ID: &str = "V802";
const MISSING_LOCALE: &str = "V803";
const SAME_QUESTION: &str = "V804";
const UNSPEAKABLE: &str = "V805";
const FEW_PHRASINGS: &str = "V806";

/// An answer of more characters is too long to be spoken.
pub const LONGEST_SPOKEN: usize = 600;
/// With fewer phrasings an article is hard to find.
pub const FEWEST_PHRASINGS: usize = 3;

/// Problems across files: duplicate ids (`V802`, errors) and, as warnings, articles that lack one of `locales`
/// (`V803`), two articles with one question (`V804`), answers too long to be spoken (`V805`).
pub fn check(articles: &[Article], locales: &[String]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    duplicate_ids(articles, &mut found);
    same_questions(articles, &mut found);
    for article in articles {
        missing_locales(article, locales, &mut found);
        too_long(article, &mut found);
    }
    found
}

/// Advice that does not belong in every check: few phrasings in a locale (`V806`).
pub fn lint(articles: &[Article]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for article in articles {
        for (locale, questions) in &article.questions {
            if questions.len() < FEWEST_PHRASINGS {
                let message = format!("`{}` has {} in `{locale}`", article.id, phrasings(questions.len()));
                let help = "add the ways in which people ask for it; from five on it is found far better";
                found.push(Diagnostic::warning(FEW_PHRASINGS, article.at.clone(), message).help(help));
            }
        }
    }
    found
}

fn phrasings(count: usize) -> String {
    if count == 1 { "1 phrasing".to_owned() } else { format!("{count} phrasings") }
}

fn seen_at(place: &Place) -> String {
    format!("the other is at {}:{}", place.file, place.line)
}

fn duplicate_ids(articles: &[Article], found: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&str, &Article> = BTreeMap::new();
    for article in articles {
        match first.get(article.id.as_str()) {
            Some(other) => found.push(
                Diagnostic::error(
                    DUPLICATE_ID,
                    article.at.clone(),
                    format!("`{}` is the id of two articles", article.id),
                )
                .help(seen_at(&other.at)),
            ),
            None => {
                first.insert(&article.id, article);
            }
        }
    }
}

fn same_questions(articles: &[Article], found: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for (at, article) in articles.iter().enumerate() {
        for (locale, questions) in &article.questions {
            for question in questions {
                let plain = normalize::words_in(question, locale).join(" ");
                let other = *first.entry((locale, plain)).or_insert(at);
                if articles[other].id != article.id {
                    let message =
                        format!("`{}` and `{}` both answer “{question}”", articles[other].id, article.id);
                    found.push(
                        Diagnostic::warning(SAME_QUESTION, article.at.clone(), message)
                            .help(seen_at(&articles[other].at)),
                    );
                }
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
            found.push(Diagnostic::warning(UNSPEAKABLE, article.at.clone(), message).help(help));
        }
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
        assert_eq!(codes(&same_question), [("V804", 4)]);
    }

    #[test]
    fn finds_what_is_missing_or_too_long() {
        let long = "x".repeat(LONGEST_SPOKEN + 1);
        assert_eq!(
            codes(&format!("- id: a\n  questions: How?\n  answer: {long}\n")),
            [("V803", 1), ("V805", 1)]
        );
        assert_eq!(
            codes(&format!("- id: a\n  questions: How?\n  answer: {long}\n  voice: Short.\n")),
            [("V803", 1)]
        );
    }

    #[test]
    fn lint_asks_for_phrasings() {
        let (articles, _) = parse_yaml("f", "- { id: a, questions: [one], answer: x }\n", "en");
        assert_eq!(lint(&articles)[0].code, "V806");
        assert_eq!(lint(&articles)[0].message, "`a` has 1 phrasing in `en`");
    }
}
