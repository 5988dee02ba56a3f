//! Texts made comparable.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, no accents, `ß` as `ss`, no punctuation, single spaces.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        if c.is_alphanumeric() {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            match c {
                'ß' | 'ẞ' => out.push_str("ss"),
                _ => out.extend(c.to_lowercase()),
            }
        } else if c != '\'' && c != '’' {
            gap = true;
        } else {
            // An apostrophe parts words in Italian and French, and joins them in English: "l'ordine", "don't".
            gap =
                out.rsplit(' ').next().is_some_and(|word| word.chars().count() <= 5 && !word.ends_with('n'));
        }
    }
    out
}

/// Whether a word is near enough to be a slip of the other: one slip from 4 letters, two from 8; swaps count as one.
pub fn is_slip(word: &str, of: &str) -> bool {
    let letters = of.chars().count().min(word.chars().count());
    let allowed = match letters {
        0..=3 => return false,
        4..=7 => 1,
        _ => 2,
    };
    strsim::osa_distance(word, of) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_punctuation_do_not_matter() {
        assert_eq!(plain("  Perché NO?! "), "perche no");
        assert_eq!(plain("l'ordine"), "l ordine");
        assert_eq!(plain("don't"), "dont");
    }

    #[test]
    fn short_words_are_no_slips_of_each_other() {
        assert!(is_slip("biling", "billing"));
        assert!(is_slip("netwrok", "network"));
        assert!(!is_slip("no", "on"));
        assert!(!is_slip("sit", "set"));
    }
}
