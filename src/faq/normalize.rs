//! Text to plain words: NFKD without accents, `ß` as `ss`, lower case, `n't` to `not`, split at apostrophes and all that
//! is neither letter nor digit.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of a text that are read; what follows is ignored, so that a query's cost is bounded.
pub const LONGEST_TEXT: usize = 1_000;
/// Characters of one word; a longer run is cut into pieces of this size.
pub const LONGEST_WORD: usize = 32;
/// Words of a text that are read.
pub const MOST_WORDS: usize = 120;

/// The words of `text`, plain and in order. Never more than [`MOST_WORDS`], each 1 to [`LONGEST_WORD`] characters.
pub fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut after_apostrophe = false;
    let folded = text.chars().take(LONGEST_TEXT).nfkd().filter(|c| !('\u{300}'..='\u{36f}').contains(c));
    for c in folded.flat_map(char::to_lowercase).take(4 * LONGEST_TEXT).chain([' ']) {
        if c == 'ß' {
            word.push_str("ss");
            continue;
        }
        if c.is_alphanumeric() || (is_combining_mark(c) && !word.is_empty()) {
            word.push(c);
            continue;
        }
        let apostrophe = matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´');
        push(&mut found, std::mem::take(&mut word), after_apostrophe);
        after_apostrophe = apostrophe;
    }
    found.truncate(MOST_WORDS);
    found
}

/// The words of a text in `locale`: as [`words`], and letters that its language writes in two ways are written in one.
pub fn words_in(text: &str, locale: &str) -> Vec<String> {
    let mut found = words(text);
    if locale.split(['-', '_']).next() == Some("de") {
        found.iter_mut().for_each(|word| *word = without_umlauts(word));
    }
    found
}

/// German `ae`, `oe`, `ue` as `a`, `o`, `u`, which is what is left of ä, ö, ü; not the `ue` of `qu`. That some of them are
/// no umlauts (`neue`) does no harm: questions and queries lose the same letter. After Snowball's `german2`.
fn without_umlauts(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    let mut before = None;
    for c in word.chars() {
        let umlaut = c == 'e' && matches!(before, Some('a' | 'o' | 'u'));
        if !umlaut || plain.ends_with("qu") {
            plain.push(c);
        }
        before = Some(c);
    }
    plain
}

fn push(found: &mut Vec<String>, word: String, after_apostrophe: bool) {
    if word.is_empty() || found.len() >= MOST_WORDS {
        return;
    }
    if after_apostrophe && word == "t" && found.last().is_some_and(|last| last.ends_with('n')) {
        let verb = found.pop().unwrap_or_default();
        negated(found, &verb[..verb.len() - 1]);
    } else if let Some(verb) = word.strip_suffix("nt").filter(|verb| is_auxiliary(verb)) {
        negated(found, verb); // written or heard without its apostrophe
    } else if word == "cannot" {
        negated(found, "can");
    } else if word.len() <= LONGEST_WORD {
        found.push(word);
    } else {
        let letters: Vec<char> = word.chars().collect();
        found.extend(letters.chunks(LONGEST_WORD).map(|piece| piece.iter().collect::<String>()));
    }
}

fn negated(found: &mut Vec<String>, verb: &str) {
    let verb = match verb {
        "ca" => "can",
        "wo" => "will",
        "sha" => "shall",
        other => other,
    };
    if !verb.is_empty() {
        found.push(verb.to_owned());
    }
    found.push("not".to_owned());
}

fn is_auxiliary(verb: &str) -> bool {
    const VERBS: [&str; 14] = [
        "do", "does", "did", "ca", "wo", "is", "are", "was", "were", "has", "have", "had", "could", "should",
    ];
    VERBS.contains(&verb) || verb == "would"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folds_case_accents_and_width() {
        assert_eq!(words("Perché la Fattura nº １２?"), ["perche", "la", "fattura", "no", "12"]);
    }

    #[test]
    fn german_letters_are_written_in_one_way() {
        assert_eq!(words_in("Stoerung in der Straße", "de-AT"), words_in("Störung in der STRASSE", "de"));
        assert_eq!(words_in("quer über neue Quellen", "de"), ["quer", "uber", "neu", "quellen"]);
        assert_eq!(words_in("blue", "en"), ["blue"]);
    }

    #[test]
    fn splits_at_apostrophes_and_spells_out_not() {
        assert_eq!(words("l'account non c’è"), ["l", "account", "non", "c", "e"]);
        assert_eq!(words("I can't, won't and dont"), ["i", "can", "not", "will", "not", "and", "do", "not"]);
        assert_eq!(words("isn't't"), ["is", "not", "t"]);
    }

    #[test]
    fn bounds_long_text_and_long_words() {
        assert_eq!(words(&"a".repeat(10_000)).iter().map(String::len).sum::<usize>(), LONGEST_TEXT);
        assert_eq!(words(&"ab ".repeat(10_000)).len(), MOST_WORDS);
        assert!(words("").is_empty() && words("?!…").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_gives_bounded_words(text in any::<String>()) {
            let found = words(&text);
            prop_assert!(found.len() <= MOST_WORDS);
            prop_assert!(found.iter().all(|w| !w.is_empty() && w.chars().count() <= LONGEST_WORD));
        }
    }
}
