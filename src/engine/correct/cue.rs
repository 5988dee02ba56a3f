//! The words that announce a correction.

use crate::engine::recognize::text::plain;
use crate::engine::working::Working;

/// How a correction was announced, and what followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine) enum Cue {
    /// "I meant …": a value.
    Meant(String),
    /// "No, …": a value only where it is one to the letter.
    No(String),
    /// "Change …": the name of what was asked, a value perhaps.
    Change(String),
}

/// Words that may stand before a cue: "no, sorry, I meant".
const LEAD: usize = 3;

/// The cue at the beginning of a text.
pub(in crate::engine) fn cue(w: &Working<'_>, text: &str) -> Option<Cue> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let lead = words.iter().take(LEAD).take_while(|word| listed(w, &["no", "apology"], word)).count();
    for skipped in 0..=lead {
        let rest = &words[skipped..];
        if let Some(after) = after(w, "correct", rest) {
            return Some(Cue::Meant(after));
        }
        if let Some(after) = after(w, "change", rest) {
            return Some(Cue::Change(after));
        }
    }
    (lead > 0 && words.len() > lead).then(|| Cue::No(words[lead..].join(" ")))
}

fn listed(w: &Working<'_>, keys: &[&str], word: &str) -> bool {
    let said = plain(word);
    keys.iter().any(|key| w.playbook.words.list(key, &w.c.locale).iter().any(|listed| plain(listed) == said))
}

/// What follows the longest cue of a list, where one begins the words and something follows.
fn after(w: &Working<'_>, key: &str, words: &[&str]) -> Option<String> {
    const LONGEST: usize = 6;
    (1..=LONGEST.min(words.len().saturating_sub(1)))
        .rev()
        .find(|count| listed(w, &[key], &words[..*count].join(" ")))
        .map(|count| words[count..].join(" "))
}
