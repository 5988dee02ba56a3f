//! Changes to files of answers: a phrasing more, an article more, and every other byte as it was. What comes of a change
//! is read again and compared: where it says anything but what was meant, the change is not made.

use std::ops::Range;

use super::parse::node::{self, Data, Node};
use super::translation::Value;
use super::translation::edit::spans::{list_range, value_range};
use super::translation::edit::{self, Edit};
use crate::faq::import::{one, scalar};
use crate::faq::{Article, parse_yaml};
use crate::source::Diagnostic;

const BY_HAND: &str = "the file is written in a way that cannot be changed safely; change it by hand";

/// The file with more phrasings of an article in a locale; those that it has already are passed over. `default` is the
/// locale of plain strings.
///
/// # Errors
/// Why that cannot be done, for people.
pub fn with_phrasings(
    file: &str,
    text: &str,
    default: &str,
    id: &str,
    locale: &str,
    more: &[String],
) -> Result<String, String> {
    let before = read(file, text, default)?;
    let article = before.iter().find(|article| article.id == id);
    let article = article.ok_or_else(|| format!("there is no article `{id}` in {file}"))?;
    let has = article.questions.get(locale).map(Vec::as_slice).unwrap_or_default();
    let known = |one: &String| has.iter().any(|old| same(old, one));
    let mut new: Vec<String> = Vec::new();
    for one in more {
        let one = one.split_whitespace().collect::<Vec<_>>().join(" ");
        if !one.is_empty() && !known(&one) && !new.iter().any(|other| same(other, &one)) {
            new.push(one);
        }
    }
    if new.is_empty() {
        return Err(format!("`{id}` has these phrasings already"));
    }
    let mut meant = before.clone();
    for article in meant.iter_mut().filter(|article| article.id == id) {
        article.questions.entry(locale.to_owned()).or_default().extend(new.iter().cloned());
    }
    let edited = inserted(file, text, default, id, locale, &new)
        .or_else(|| replaced(file, text, default, id, locale, has.iter().chain(&new).cloned().collect()));
    edited.filter(|text| says(file, text, default, &meant)).ok_or_else(|| BY_HAND.to_owned())
}

/// The file with an article more, at its end.
///
/// # Errors
/// Why that cannot be done, for people.
pub fn with_article(file: &str, text: &str, default: &str, article: &Article) -> Result<String, String> {
    let mut meant = read(file, text, default)?;
    if meant.iter().any(|old| old.id == article.id) {
        return Err(format!("there is an article `{}` in {file} already", article.id));
    }
    meant.push(article.clone());
    let indent = indent(text);
    let lines = one(article);
    let lines: Vec<String> = lines
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(indent)) })
        .collect();
    let kept = text.trim_end_matches(['\n', ' ', '\r']);
    let gap = if kept.is_empty() { "" } else { "\n\n" };
    let edited = format!("{kept}{gap}{}\n", lines.join("\n"));
    if says(file, &edited, default, &meant) { Ok(edited) } else { Err(BY_HAND.to_owned()) }
}

fn same(left: &str, right: &str) -> bool {
    crate::faq::normalize::words(left) == crate::faq::normalize::words(right)
}

fn read(file: &str, text: &str, default: &str) -> Result<Vec<Article>, String> {
    let (articles, found) = parse_yaml(file, text, default);
    match found.iter().find(|one| Diagnostic::is_error(one)) {
        Some(wrong) => Err(format!("{file}:{}: {}", wrong.at.line, wrong.message)),
        None => Ok(articles),
    }
}

/// Whether a text says these articles and no more, wherever they stand in it.
fn says(file: &str, text: &str, default: &str, meant: &[Article]) -> bool {
    let plain = |article: &Article| Article {
        at: crate::source::Place::start_of(""),
        places: Default::default(),
        ..article.clone()
    };
    let Ok(found) = read(file, text, default) else { return false };
    found.len() == meant.len() && found.iter().zip(meant).all(|(found, meant)| plain(found) == plain(meant))
}

/// How far in the articles of a file begin.
fn indent(text: &str) -> usize {
    let first = text.lines().find(|line| line.trim_start().starts_with("- ") || line.trim() == "-");
    first.map_or(0, |line| line.len() - line.trim_start().len())
}

/// Puts phrasings after the last one of a list, in the way of the list.
fn inserted(file: &str, text: &str, default: &str, id: &str, locale: &str, new: &[String]) -> Option<String> {
    let root = node::read(&file.into(), text).ok()?;
    let Data::List(articles) = &root.data else { return None };
    let article = articles.iter().find(|article| article.get("id").and_then(Node::text) == Some(id))?;
    let (key, value) = pair(article, "questions")?;
    let (key, list) = match &value.data {
        Data::Map(_) => pair(value, locale)?,
        Data::List(_) if locale == default => (key, value),
        Data::List(_) | Data::Scalar { .. } | Data::Null => return None,
    };
    let Data::List(items) = &list.data else { return None };
    let (at, more) = if text[list.at.offset..].starts_with('[') {
        in_brackets(text, key, list, new)?
    } else {
        in_lines(text, items, new)?
    };
    let mut edited = text.to_owned();
    edited.replace_range(at, &more);
    Some(edited)
}

fn pair<'n>(map: &'n Node, name: &str) -> Option<(&'n Node, &'n Node)> {
    let Data::Map(pairs) = &map.data else { return None };
    pairs.iter().find(|(key, _)| key.text() == Some(name)).map(|(key, value)| (key, value))
}

fn in_brackets(text: &str, key: &Node, list: &Node, new: &[String]) -> Option<(Range<usize>, String)> {
    let end = value_range(text, key, list)?.end - 1;
    let inside = text[..end].trim_end();
    let comma = if inside.ends_with(['[', ',']) { "" } else { "," };
    let quoted = |one: &String| match scalar(one) {
        bare if bare.contains(',') && !bare.starts_with('"') => format!("\"{bare}\""),
        bare => bare,
    };
    let more: Vec<String> = new.iter().map(quoted).collect();
    Some((inside.len()..end, format!("{comma} {}", more.join(", "))))
}

fn in_lines(text: &str, items: &[Node], new: &[String]) -> Option<(Range<usize>, String)> {
    let range = list_range(text, items)?;
    let begins = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[begins..range.start];
    before.trim().is_empty().then_some(())?;
    // A remark on the last line stays there.
    let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at);
    let end = begins.max(end - usize::from(text[..end].ends_with('\r')));
    let line = if text[..end].contains("\r\n") { "\r\n" } else { "\n" };
    let more: String = new.iter().map(|one| format!("{line}{before}- {}", scalar(one))).collect();
    Some((end..end, more))
}

/// Writes all phrasings of the locale anew: where there is no list yet.
fn replaced(
    file: &str,
    text: &str,
    default: &str,
    id: &str,
    locale: &str,
    all: Vec<String>,
) -> Option<String> {
    let edit =
        Edit { key: format!("faq/{id}/questions"), locale: locale.to_owned(), value: Value::List(all) };
    let applied = edit::apply(file, text, default, &[edit]);
    applied.refused.is_empty().then_some(applied.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn more(text: &str, locale: &str, new: &[&str]) -> Result<String, String> {
        let new: Vec<String> = new.iter().map(|&one| one.to_owned()).collect();
        with_phrasings("f", text, "en", "a", locale, &new)
    }

    const LINES: &str = "# head\n- id: a   # first\n  questions:\n    en:\n      - How do I pay?  # the usual\n      - \"pay: how\"\n\n    # Italian\n    it:\n      - Come pago?\n  answer: { en: A, it: B }\n\n# second\n- id: b\n  questions: why\n  answer: C\n";

    #[test]
    fn phrasings_are_put_where_they_belong_and_nothing_else_changes() {
        let edited = more(LINES, "en", &["paying: the way", "HOW do I pay", "pay #1"]).expect("edited");
        let expected = LINES.replace(
            "      - \"pay: how\"\n",
            "      - \"pay: how\"\n      - \"paying: the way\"\n      - \"pay #1\"\n",
        );
        assert_eq!(edited, expected);
        let edited = more(LINES, "it", &["pagare"]).expect("edited");
        assert_eq!(edited, LINES.replace("      - Come pago?\n", "      - Come pago?\n      - pagare\n"));
        assert_eq!(more(LINES, "en", &["how do i pay!"]), Err("`a` has these phrasings already".to_owned()));
        assert!(with_phrasings("f", LINES, "en", "c", "en", &["x".into()]).is_err());
    }

    #[test]
    fn lists_in_brackets_texts_alone_and_new_locales() {
        let text = "- id: a\n  questions: { en: [one, \"two, or so\"], it: uno }\n  answer: x # y\n";
        let edited = more(text, "en", &["three, or four"]).expect("edited");
        assert_eq!(edited, text.replace("so\"]", "so\", \"three, or four\"]"));
        assert!(more(text, "it", &["due"]).expect("edited").contains("it: [uno, due]"));
        assert!(more(text, "de", &["eins"]).expect("edited").contains("de: [eins]"));
        let plain = "- id: a\n  questions: one\n  answer: x\n";
        assert!(more(plain, "en", &["two"]).expect("edited").contains("questions: [one, two]"));
        let list = "- id: a\n  questions:\n  - one\n  answer: x";
        assert_eq!(more(list, "en", &["two"]).expect("edited"), list.replace("- one", "- one\n  - two"));
        let lines = LINES.replace('\n', "\r\n");
        assert!(
            more(&lines, "it", &["pagare"])
                .expect("edited")
                .contains("      - Come pago?\r\n      - pagare\r\n")
        );
    }

    #[test]
    fn what_cannot_be_changed_safely_is_left() {
        let anchored =
            "- id: a\n  questions: &q\n    - one\n  answer: x\n- id: b\n  questions: *q\n  answer: y\n";
        assert!(more(anchored, "en", &["two"]).is_err(), "another article would change too");
        assert!(more("- id: a\n  questions: one\n", "en", &["two"]).is_err());
    }

    #[test]
    fn an_article_comes_at_the_end() {
        let article = Article {
            id: "new-one".into(),
            tags: vec!["billing".into()],
            questions: [("en".to_owned(), vec!["Can I pay in cash?".to_owned()])].into(),
            answer: [("en".to_owned(), "No.\n\n- card\n- transfer".to_owned())].into(),
            ..Article::default()
        };
        let edited = with_article("f", LINES, "en", &article).expect("edited");
        assert!(
            edited.starts_with(LINES) && edited[LINES.len()..].starts_with("\n- id: new-one\n"),
            "{edited}"
        );
        assert_eq!(with_article("f", "", "en", &article).expect("edited"), one(&article));
        let indented = "  - id: a\n    questions: x\n    answer: y\n";
        assert!(
            with_article("f", indented, "en", &article).expect("edited").contains("\n\n  - id: new-one\n")
        );
        assert!(with_article("f", &edited, "en", &article).is_err());
        assert!(with_article("f", "[]\n", "en", &article).is_err());
    }
}
