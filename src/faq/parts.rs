//! A long answer in parts that a caller can follow.

use super::check::LONGEST_SPOKEN;

/// Characters of a part, as far as sentences allow: about 20 seconds at 150 words a minute.
const PART: usize = 320;

/// The text in one piece where it may be spoken so, else in parts of about the same length. They end where sentences
/// end, or, in a sentence longer than a part, between words. No word is lost.
pub fn parts(text: &str) -> Vec<String> {
    let whole = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = whole.chars().count();
    if length <= LONGEST_SPOKEN {
        return vec![whole];
    }
    // Of one length, so that the last is no remnant.
    let aim = length.div_ceil(length.div_ceil(PART));
    let mut parts: Vec<String> = Vec::new();
    for piece in sentences(&whole) {
        let size = |text: &str| text.chars().count();
        match parts.last_mut().filter(|last| size(last) + size(&piece) / 2 < aim) {
            Some(last) if size(last) + size(&piece) < LONGEST_SPOKEN => {
                last.push(' ');
                last.push_str(&piece);
            }
            _ => parts.push(piece),
        }
    }
    parts
}

/// Sentences; those that are longer than a part are cut between words.
fn sentences(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let last = pieces.len() - 1;
        let piece = &mut pieces[last];
        if !piece.is_empty() {
            piece.push(' ');
        }
        piece.push_str(word);
        if ends(word) || piece.chars().count() >= PART {
            pieces.push(String::new());
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// "e.g." and "no." end none; a number and its full stop ("3. Press …") do not either.
fn ends(word: &str) -> bool {
    let bare = word.trim_end_matches(['"', '”', '’', ')', '»']);
    let Some(stem) = bare.strip_suffix(['.', '!', '?', '…']) else { return false };
    stem.chars().filter(|c| c.is_alphabetic()).count() > 2 && !stem.contains('.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_answer_is_one_part_and_a_long_one_ends_at_sentences() {
        assert_eq!(parts(" Press  it.\nWait. "), ["Press it. Wait."]);
        let sentence = "Open the portal, choose the line that you mean, e.g. no. 2, and press the button. ";
        let long = parts(&sentence.repeat(12));
        assert_eq!(long.len(), 4);
        assert!(
            long.iter().all(|part| part.ends_with("the button.") && part.chars().count() <= LONGEST_SPOKEN)
        );
    }

    proptest! {
        #[test]
        fn no_word_is_lost(words in prop::collection::vec("[a-zè.!? 3]{1,12}", 0..400)) {
            let text = words.join(" ");
            let told = parts(&text);
            let again: Vec<&str> = told.iter().flat_map(|part| part.split_whitespace()).collect();
            prop_assert_eq!(again, text.split_whitespace().collect::<Vec<_>>());
            prop_assert!(told.iter().all(|part| part.chars().count() <= LONGEST_SPOKEN));
        }
    }
}
