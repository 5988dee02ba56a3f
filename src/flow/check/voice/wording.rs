//! Words that a voice cannot speak, and keys named before what they are for.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::flow::Template;
use crate::flow::check::set::Set;
use crate::flow::check::token::{Segment, segments};
use crate::flow::check::voice::Role;
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

/// The words of a text at their places; what is filled in is blank.
fn fixed(template: &Template) -> String {
    if template.is_plain() {
        return template.source.clone();
    }
    let mut words = String::with_capacity(template.source.len());
    for segment in segments(&template.source) {
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

/// An address is one by its beginning, or by a common ending.
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(
        r"(?i)\b(?:https?://|www\.)\S+|\b(?:[a-z0-9-]+\.)+(?:com|org|net|info|io|eu|example|it|de|fr|es|uk|ch|at)\b(?:/\S*)?",
    )
});
static MAIL: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r"[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+"));
static MARKUP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(
        r"(?m)\*\*[^*\n]+\*\*|__[^_\n]+__|`[^`\n]+`|\[[^\]\n]+\]\([^)\s]+\)|^#{1,6} |^\s*[-*] \S|(?:^|\s)\*\p{L}[^*\n]*\*",
    )
});
static PICTOGRAPH: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex("[\u{2190}-\u{21FF}\u{2300}-\u{2BFF}\u{1F000}-\u{1FAFF}]"));

/// The first part of a text that is nothing to a voice, and what it is.
pub fn unspeakable(words: &str) -> Option<(Range<usize>, &'static str)> {
    let kinds = [
        (&MAIL, "an e-mail address"),
        (&MARKUP, "markup"),
        (&ADDRESS, "a web address"),
        (&PICTOGRAPH, "a pictograph"),
    ];
    let found = kinds.into_iter().filter_map(|(regex, what)| {
        let range = regex.as_ref()?.find(words)?.range();
        let blank = words[range.clone()].len() - words[range.clone()].trim_start().len();
        Some((range.start + blank..range.end, what))
    });
    found.min_by_key(|(range, _)| range.start)
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

fn key_first(words: &str) -> Option<Range<usize>> {
    KEY_FIRST.as_ref()?.find(words).map(|found| found.range())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_voice_cannot_speak() {
        let what = |text: &str| unspeakable(text).map(|(range, what)| (text[range].to_owned(), what));
        for text in [
            "Open the portal, e.g. at 10.30 a.m.",
            "Your bill (no. 5) is ready – 3 * 4 = 12.",
            "Acme's",
            "a_b_c",
        ] {
            assert_eq!(what(text), None, "{text}");
        }
        assert_eq!(
            what("See https://x.example/a now"),
            Some(("https://x.example/a".into(), "a web address"))
        );
        assert_eq!(what("Go to acme.com/help"), Some(("acme.com/help".into(), "a web address")));
        assert_eq!(
            what("Mail us: help@acme.example"),
            Some(("help@acme.example".into(), "an e-mail address"))
        );
        assert_eq!(what("Choose **Settings**"), Some(("**Settings**".into(), "markup")));
        assert_eq!(what("Say [yes](a)"), Some(("[yes](a)".into(), "markup")));
        assert_eq!(what("Done 🎉"), Some(("🎉".into(), "a pictograph")));
    }

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
