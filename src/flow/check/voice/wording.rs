//! Words that a voice cannot speak, and keys named before what they are for.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::faq::spoken::unspeakable;
use crate::flow::Template;
use crate::flow::check::set::Set;
use crate::flow::check::token::Segment;
use crate::flow::check::voice::Role;
use crate::flow::check::voice::parts::heard;
use crate::source::Diagnostic;

pub fn check(set: &Set<'_>, role: Role, template: &Template, found: &mut Vec<Diagnostic>) {
    let words = fixed(template);
    if let Some((range, what)) = unspeakable(&words) {
        let at = set.within(template, range.start, range.len());
        let message = format!("{what} cannot be spoken");
        let help = "say it in words for callers: give the text a `voice:`";
        found.push(Diagnostic::warning("V606", at, message).help(help));
    }
    if let Some(range) = key_first(&words).filter(|_| role != Role::Label) {
        let at = set.within(template, range.start, range.len());
        let message = "the key is named before what it is for, and callers forget it";
        let help = "first the purpose, then the key: “For billing, press 1.”; of a menu's options the phone says so by itself";
        found.push(Diagnostic::warning("V603", at, message).help(help));
    }
}

/// The words of a text that are said on a call, at their places; what is filled in is blank.
fn fixed(template: &Template) -> String {
    if template.is_plain() {
        return template.source.clone();
    }
    let mut words = String::with_capacity(template.source.len());
    for segment in heard(template) {
        if let Segment::Words(range) = segment {
            words.extend(std::iter::repeat_n(' ', range.start.saturating_sub(words.len())));
            words.push_str(&template.source[range]);
        }
    }
    words
}

fn regex(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

/// “Press 1 for …” in the languages that phone menus are commonly written in.
static KEY_FIRST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(
        r"(?ix)
        \b(?:press|dial|push|hit|key\ in)\s+(?:the\s+)?(?:key\s+|number\s+)?
            (?:[0-9*\#]|zero|one|two|three|four|five|six|seven|eight|nine|star|hash|pound)(?:\s+key)?\s+(?:for|to|if)\b
        | \b(?:premi|prema|premere|digita|digiti|digitare)\s+(?:il\s+)?(?:tasto\s+|numero\s+)?
            (?:[0-9*\#]|zero|uno|due|tre|quattro|cinque|sei|sette|otto|nove|asterisco|cancelletto)\s+(?:per|se)\b
        | \b(?:drücken|drücke|wählen|wähle)\s+(?:sie\s+)?(?:die\s+)?(?:taste\s+)?
            (?:[0-9*\#]|null|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|stern|raute)\s*,?\s+(?:für|um|wenn)\b
        | \b(?:pulse|marque|presione)\s+(?:el\s+|la\s+)?(?:tecla\s+|número\s+)?
            (?:[0-9*\#]|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|asterisco|almohadilla)\s+(?:para|si)\b
        | \b(?:appuyez\s+sur|tapez|composez)\s+(?:le\s+|la\s+)?(?:touche\s+)?
            (?:[0-9*\#]|zéro|un|deux|trois|quatre|cinq|six|sept|huit|neuf|étoile|dièse)\s+(?:pour|si)\b",
    )
});

/// One of these stands in each of them.
const PRESSED: [&str; 15] = [
    "ress", "ial", "ush", "it ", "ey in", "rem", "igit", "rück", "ähl", "uls", "arque", "resion", "ppuy",
    "apez", "omposez",
];

fn key_first(words: &str) -> Option<Range<usize>> {
    let lower = words.to_lowercase();
    if !PRESSED.iter().any(|part| lower.contains(part)) {
        return None;
    }
    KEY_FIRST.as_ref()?.find(words).map(|found| found.range())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_purpose_comes_before_the_key() {
        for text in
            ["Press 1 for billing.", "premi il tasto due per la rete", "Drücken Sie die 1 für Rechnungen"]
        {
            assert!(key_first(text).is_some(), "{text}");
        }
        for text in [
            "For billing, press 1.",
            "Press the hash key when you are done.",
            "Per la rete, premi 2.",
            "press on to the end",
        ] {
            assert!(key_first(text).is_none(), "{text}");
        }
    }
}
