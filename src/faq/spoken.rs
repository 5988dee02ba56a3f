//! What in a written text is nothing to a voice: addresses, markup, pictographs.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

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
    let has = |signs: &[u8]| words.bytes().any(|byte| signs.contains(&byte));
    // Most texts hold none of the signs, and are not looked through again.
    let kinds = [
        (&MAIL, "an e-mail address", has(b"@")),
        (&MARKUP, "markup", has(b"*_`[#-")),
        (&ADDRESS, "a web address", has(b".")),
        (&PICTOGRAPH, "a pictograph", words.chars().any(|c| c >= '\u{2190}')),
    ];
    let found = kinds.into_iter().filter(|(.., maybe)| *maybe).filter_map(|(regex, what, _)| {
        let range = regex.as_ref()?.find(words)?.range();
        let blank = words[range.clone()].len() - words[range.clone()].trim_start().len();
        Some((range.start + blank..range.end, what))
    });
    found.min_by_key(|(range, _)| range.start)
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
}
