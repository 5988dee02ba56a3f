//! Values that stand in a longer text: "my invoice 204417 of yesterday".

use super::number;
use super::slot::{self, Reading};
use super::text::plain;
use crate::flow::{Slot, SlotKind, SlotValue};

/// A value, and the words of the text that say it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub value: SlotValue,
    pub words: String,
}

/// Words of a number, code or date that belong together: `204 417`, `06 555 0199`.
const MAX_WORDS: usize = 5;

/// The one value of the slot that stands in the text; `None` where there is none, or more than one.
pub fn only(asked: &Slot, text: &str, reading: &Reading<'_>) -> Option<Found> {
    let mut found = all(asked, text, reading);
    found.dedup_by(|a, b| a.value == b.value);
    match found.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

fn all(asked: &Slot, text: &str, reading: &Reading<'_>) -> Vec<Found> {
    let words: Vec<&str> = text.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect();
    match &asked.kind {
        SlotKind::Pattern { pattern } if tells(pattern) => runs(asked, &words, reading, 1),
        SlotKind::Email => singles(asked, &words, reading, |word| word.contains('@')),
        SlotKind::Phone => runs(asked, &words, reading, 7),
        SlotKind::Number { .. } => {
            singles(asked, &words, reading, |word| number::written(word, reading.group_mark).is_some())
        }
        SlotKind::Date { .. } => dates(asked, text, &words, reading),
        SlotKind::Choice { options } => options
            .iter()
            .filter(|option| holds(text, option))
            .map(|option| Found { value: SlotValue::Text(option.clone()), words: option.clone() })
            .collect(),
        SlotKind::Pattern { .. } | SlotKind::Text { .. } | SlotKind::Bool | SlotKind::File => Vec::new(),
    }
}

/// Whether the words of `name` stand in the text, whole and in a row.
pub fn holds(text: &str, name: &str) -> bool {
    let name = plain(name);
    !name.is_empty() && format!(" {} ", plain(text)).contains(&format!(" {name} "))
}

/// A word without the marks around it.
fn bare(word: &str) -> &str {
    let marks =
        |c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '"' | '\'' | '«' | '»' | '“' | '”' | '„');
    word.trim_matches(marks)
}

/// Whether a pattern says more than "some words": one that takes these cannot be told from talk.
fn tells(pattern: &regex::Regex) -> bool {
    !["a", "something", "ABC", "the printer"].iter().any(|word| pattern.is_match(word))
}

fn singles(asked: &Slot, words: &[&str], reading: &Reading<'_>, like: impl Fn(&str) -> bool) -> Vec<Found> {
    words.iter().filter(|word| like(word)).filter_map(|word| value(asked, word, reading)).collect()
}

fn value(asked: &Slot, words: &str, reading: &Reading<'_>) -> Option<Found> {
    let value = slot::read(asked, words, reading).ok()?;
    Some(Found { value, words: words.to_owned() })
}

/// Words with digits in a row that make a value, the longest first; each word counts once.
fn runs(asked: &Slot, words: &[&str], reading: &Reading<'_>, digits: usize) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let like = words[at..].iter().take_while(|word| word.contains(|c: char| c.is_ascii_digit())).count();
        let taken = (1..=like.min(MAX_WORDS)).rev().find_map(|count| {
            let run = words[at..at + count].join(" ");
            let enough = run.chars().filter(char::is_ascii_digit).count() >= digits;
            value(asked, &run, reading).filter(|_| enough).map(|value| (count, value))
        });
        match taken {
            Some((count, value)) => {
                found.push(value);
                at += count;
            }
            None => at += 1,
        }
    }
    found
}

fn dates(asked: &Slot, text: &str, words: &[&str], reading: &Reading<'_>) -> Vec<Found> {
    // Two numbers may be "24/7" as well as a day: a date in a longer text has three.
    let parts =
        |word: &str| word.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).count();
    let written = singles(asked, words, reading, |word| parts(word) == 3);
    let named = reading.days.iter().flat_map(|day| day.iter()).filter(|day| holds(text, day));
    written.into_iter().chain(named.filter_map(|day| value(asked, day, reading))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: SlotKind, text: &str) -> Option<String> {
        let yesterday = ["yesterday".to_owned()];
        let reading = Reading {
            today: jiff::civil::Date::new(2026, 11, 24).ok(),
            yes: &[],
            no: &[],
            days: [&[], &yesterday, &[]],
            months: &[],
            alphabet: crate::engine::recognize::spelled::Alphabet::default(),
            numerals: &[],
            group_mark: Some(','),
            keyed: false,
            locale: "en",
        };
        let slot = Slot {
            name: "s".into(),
            at: Default::default(),
            kind,
            digits: false,
            sensitive: false,
            label: None,
        };
        only(&slot, text, &reading).map(|found| found.value.to_string())
    }

    fn pattern(source: &str) -> SlotKind {
        SlotKind::Pattern { pattern: regex::Regex::new(&format!("^(?:{source})$")).expect("a pattern") }
    }

    #[test]
    fn one_value_in_many_words() {
        assert_eq!(found(pattern("[0-9]{6}"), "my invoice 204417 is wrong"), Some("204417".into()));
        assert_eq!(found(pattern("[0-9]{6}"), "my invoice 204 417, please"), Some("204417".into()));
        assert_eq!(found(pattern("[A-Z]{2}[0-9]{4}"), "it is ab1234."), Some("AB1234".into()));
        assert_eq!(
            found(SlotKind::Email, "write to ada@example.org, thanks"),
            Some("ada@example.org".into())
        );
        assert_eq!(found(SlotKind::Phone, "call me at +39 06 555 0199 today"), Some("+39065550199".into()));
        let past = SlotKind::Date { past: true, future: false };
        assert_eq!(found(past.clone(), "broken since yesterday"), Some("2026-11-23".into()));
        assert_eq!(found(past, "broken since 3/11/2026"), Some("2026-11-03".into()));
    }

    #[test]
    fn none_where_it_might_be_another() {
        assert_eq!(found(pattern("[0-9]{6}"), "204417 or 204418"), None);
        assert_eq!(found(pattern(".+"), "my invoice 204417"), None);
        assert_eq!(found(pattern("[a-z]+"), "my invoice"), None);
        assert_eq!(found(SlotKind::Phone, "for 2 weeks"), None);
        let date = SlotKind::Date { past: false, future: false };
        assert_eq!(found(date, "it must work 24/7"), None);
        assert_eq!(found(SlotKind::Text { min: None, max: None }, "anything"), None);
    }
}
