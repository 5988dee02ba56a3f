//! What a text is compared by: stems, pairs of stems in a row, and 2 to 4 letters in a row within a word.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxHasher;

/// A map whose order does not change from run to run.
pub(super) type Map<K, V> = HashMap<K, V, BuildHasherDefault<FxHasher>>;

/// Two to four letters, filled with NUL.
pub(super) type Gram = [char; 4];

/// The Snowball stemmer of a locale, where there is one.
pub(super) fn stemmer(locale: &str) -> Option<Stemmer> {
    let algorithm = match locale.split(['-', '_']).next().unwrap_or_default() {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "nl" => Algorithm::Dutch,
        "en" => Algorithm::English,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "no" | "nb" | "nn" => Algorithm::Norwegian,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "es" => Algorithm::Spanish,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    };
    Some(Stemmer::create(algorithm))
}

pub(super) fn stem<'a>(stemmer: Option<&Stemmer>, word: &'a str) -> Cow<'a, str> {
    stemmer.map_or(Cow::Borrowed(word), |stemmer| stemmer.stem(word))
}

/// The grams of a word, its beginning and end marked by a space.
pub(super) fn grams(word: &str) -> Vec<Gram> {
    let letters: Vec<char> = [' '].into_iter().chain(word.chars()).chain([' ']).collect();
    let mut found = Vec::with_capacity(3 * letters.len());
    for n in 2..=4 {
        found.extend(letters.windows(n).map(|window| {
            let mut gram = ['\0'; 4];
            gram[..n].copy_from_slice(window);
            gram
        }));
    }
    found
}

/// Which of a text's words make pairs: neighbours, and the two nearest that are no fillers, with fillers in between.
/// So *reset my password* and *reset the password* have one in common.
pub(super) fn pairs(fillers: &[bool]) -> Vec<(usize, usize)> {
    let mut found = Vec::with_capacity(2 * fillers.len());
    let mut last = None;
    for (at, &filler) in fillers.iter().enumerate() {
        if at > 0 {
            found.push((at - 1, at));
        }
        if !filler {
            found.extend(last.filter(|&last| last + 1 < at).map(|last| (last, at)));
            last = Some(at);
        }
    }
    found
}

/// Each item once, in the order first met.
pub(super) fn distinct<T: PartialEq + Copy>(items: &[T]) -> Vec<T> {
    let mut seen = Vec::with_capacity(items.len());
    for &item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_by_locale() {
        let english = stemmer("en-US");
        assert_eq!(stem(english.as_ref(), "cancelled"), stem(english.as_ref(), "cancel"));
        assert_eq!(stem(None, "words"), "words");
        assert!(stemmer("ja").is_none());
    }

    #[test]
    fn grams_stay_within_the_word_and_mark_its_ends() {
        let found: Vec<String> =
            grams("ab").into_iter().map(|gram| gram.iter().filter(|&&c| c != '\0').collect()).collect();
        assert_eq!(found, [" a", "ab", "b ", " ab", "ab ", " ab "]);
    }

    #[test]
    fn pairs_bridge_fillers() {
        assert_eq!(pairs(&[false, true, true, false, false]), [(0, 1), (1, 2), (2, 3), (0, 3), (3, 4)]);
        assert!(pairs(&[]).is_empty() && pairs(&[true]).is_empty());
    }

    #[test]
    fn distinct_keeps_the_first_order() {
        assert_eq!(distinct(&[3, 1, 3, 2, 1]), [3, 1, 2]);
    }
}
