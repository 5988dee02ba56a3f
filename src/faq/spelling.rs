//! Guarded spelling: only a word that the base does not know and the language hardly does is ever changed, into a
//! word of the base, or into a common one of the language if that is nearer: it may be related to one of the base. Words that a recogniser split, or a writer ran together or cut at the wrong place, are
//! mended the same way.

use super::features::{self, grams};
use super::frequency::UNCOMMON;
use super::shelf::Shelf;

/// Shorter words are left alone; words of this length are forgiven two swapped letters and no more.
const SHORTEST: usize = 3;
/// From this length one edit is forgiven, from the next two if the first letter is right, from the last in any case.
const ONE_EDIT: usize = 4;
const TWO_CAREFUL: usize = 6;
const TWO_EDITS: usize = 8;
/// From this length a word may be put right into one of the language that is at least so common, on the Zipf scale.
const ONE_EDIT_AWAY: usize = 5;
const COMMON: f64 = 3.5;
/// Words of the base that are compared letter by letter, the ones with most grams in common.
const COMPARED: usize = 24;

impl Shelf {
    /// The words of a query with misspellings of the base's words put right.
    pub(super) fn mend(&self, words: Vec<String>) -> Vec<String> {
        let strange: Vec<bool> = words.iter().map(|word| self.is_strange(word)).collect();
        let mut mended = Vec::with_capacity(words.len());
        let mut at = 0;
        while at < words.len() {
            if let Some(next) = words.get(at + 1) {
                let odd = strange[at] || strange[at + 1];
                if let Some(joined) = self.join(&words[at], next, odd) {
                    mended.push(joined);
                    at += 2;
                    continue;
                }
                if let Some(two) = odd.then(|| self.shift(&words[at], next)).flatten() {
                    mended.extend(two);
                    at += 2;
                    continue;
                }
            }
            let word = &words[at];
            if !strange[at] {
                mended.push(word.clone());
            } else if let Some(near) = self.nearest(word) {
                mended.push(near.to_owned());
            } else if let Some((left, right)) = self.split(word) {
                mended.extend([left.to_owned(), right.to_owned()]);
            } else {
                mended.push(word.clone());
            }
            at += 1;
        }
        mended
    }

    /// Unknown to the base, by its stem too, and not common in the language.
    fn is_strange(&self, word: &str) -> bool {
        !self.knows(word) && self.zipf(word).is_none_or(|zipf| zipf < UNCOMMON)
    }

    pub(super) fn knows(&self, word: &str) -> bool {
        self.word_ids.contains_key(word) || self.stem_of(word).is_some()
    }

    fn stem_of(&self, word: &str) -> Option<u32> {
        self.stem_ids.get(features::stem(self.stemmer.as_ref(), word).as_ref()).copied()
    }

    /// Two words that are one in the base: `pass word`. Words that are no error apart must never stand so in the base.
    fn join(&self, left: &str, right: &str, odd: bool) -> Option<String> {
        let joined = format!("{left}{right}");
        let known = joined.chars().count() > SHORTEST && self.word_ids.contains_key(joined.as_str());
        (known && (odd || !self.in_a_row(left, right))).then_some(joined)
    }

    fn in_a_row(&self, left: &str, right: &str) -> bool {
        let two = self.stem_of(left).zip(self.stem_of(right));
        two.is_some_and(|two| self.pair_ids.contains_key(&two))
    }

    /// Two words cut one letter too early or too late: `fin dmy`.
    fn shift(&self, left: &str, right: &str) -> Option<[String; 2]> {
        let both = format!("{left}{right}");
        let early = left.char_indices().next_back().map(|(at, _)| at);
        let late = right.chars().next().map(|c| left.len() + c.len_utf8());
        early.into_iter().chain(late).filter(|&at| at > 0 && at < both.len()).find_map(|at| {
            let (left, right) = both.split_at(at);
            let known = self.word_ids.contains_key(left) && self.word_ids.contains_key(right);
            known.then(|| [left.to_owned(), right.to_owned()])
        })
    }

    /// One word that is two in the base: both of three letters, or shorter if they stand in a row there.
    fn split<'w>(&self, word: &'w str) -> Option<(&'w str, &'w str)> {
        let cuts = word.char_indices().map(|(at, _)| at).skip(2);
        cuts.map(|at| word.split_at(at)).find(|(left, right)| {
            let known = self.word_ids.contains_key(*left) && self.word_ids.contains_key(*right);
            known && ((left.len() > 2 && right.len() > 2) || self.in_a_row(left, right))
        })
    }

    /// The word meant: the base's within the edits forgiven, the nearest first, then one with the same first letter, then
    /// the most frequent by its stem; the language's, if it is one edit away and none of the base is.
    fn nearest(&self, word: &str) -> Option<&str> {
        let length = word.chars().count();
        if length < SHORTEST || word.chars().any(|c| c.is_ascii_digit()) {
            return None;
        }
        let near = |&id: &u32| {
            let candidate = &self.words[id as usize];
            let other = candidate.text.chars().count();
            let same_start = candidate.text.chars().next() == word.chars().next();
            let allowed = match length {
                TWO_EDITS.. => 2,
                TWO_CAREFUL.. if same_start => 2,
                _ => 1,
            };
            let too_short = other < SHORTEST || (length < ONE_EDIT && other != length);
            if too_short || other.abs_diff(length) > allowed {
                return None;
            }
            let distance = strsim::osa_distance(word, &candidate.text);
            let swapped = length >= ONE_EDIT || same_letters(word, &candidate.text);
            let frequency = self.stem_rows.of(candidate.stem).len();
            (distance <= allowed && swapped).then_some((distance, !same_start, usize::MAX - frequency, id))
        };
        let best = self.alike(word).iter().filter_map(near).min();
        if best.is_none_or(|(distance, ..)| distance > 1) && length >= ONE_EDIT_AWAY {
            let common = self.background.and_then(|list| list.nearest(word, COMMON));
            if common.is_some() {
                return common;
            }
        }
        Some(&self.words[best?.3 as usize].text)
    }

    /// The words of the base that share most grams with `word`.
    fn alike(&self, word: &str) -> Vec<u32> {
        let mut counts = vec![0_u8; self.words.len()];
        let mut shared: Vec<u32> = Vec::new();
        let mut share = |word: u32| {
            let count = &mut counts[word as usize];
            if *count == 0 {
                shared.push(word);
            }
            *count = count.saturating_add(1);
        };
        for gram in grams(word) {
            if let Some(&id) = self.gram_ids.get(&gram) {
                self.gram_words.of(id).iter().for_each(|&(word, _)| share(word));
            }
        }
        if word.chars().count() < ONE_EDIT {
            swaps(word).filter_map(|swapped| self.word_ids.get(swapped.as_str()).copied()).for_each(share);
        }
        let order = |word: &u32| (u8::MAX - counts[*word as usize], *word);
        if shared.len() > COMPARED {
            shared.select_nth_unstable_by_key(COMPARED, order);
            shared.truncate(COMPARED);
        }
        shared
    }
}

fn same_letters(one: &str, other: &str) -> bool {
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(one) == sorted(other)
}

/// The word with each two letters in a row swapped.
fn swaps(word: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = word.chars().collect();
    (1..letters.len()).map(move |at| {
        let mut swapped = letters.clone();
        swapped.swap(at - 1, at);
        swapped.into_iter().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::super::Article;
    use super::super::normalize;
    use super::*;
    use std::collections::BTreeMap;

    fn mended(text: &str) -> String {
        let questions =
            ["I forgot my password", "find my pin", "log in to the account", "top up", "exchange prices"];
        let articles: Vec<Article> = questions
            .iter()
            .map(|&question| Article {
                questions: BTreeMap::from([("en".to_owned(), vec![question.to_owned()])]),
                ..Article::default()
            })
            .collect();
        Shelf::build("en", &articles).expect("a shelf").mend(normalize::words(text)).join(" ")
    }

    #[test]
    fn puts_right_what_is_near_a_word_of_the_base() {
        assert_eq!(mended("I forgto my pasword"), "i forgot my password");
        assert_eq!(mended("pasxwird acccount"), "password account");
        assert_eq!(mended("ipn"), "pin");
        assert_eq!(mended("pricess"), "prices");
        assert_eq!(mended("dimensiions of a matress"), "dimensions of a mattress");
    }

    #[test]
    fn leaves_alone_what_the_language_or_the_base_knows() {
        assert_eq!(mended("find my pen"), "find my pen");
        assert_eq!(mended("passwords"), "passwords");
        assert_eq!(mended("zqj xk 12345678 qwertyuiop"), "zqj xk 12345678 qwertyuiop");
        assert_eq!(mended(""), "");
    }

    #[test]
    fn joins_splits_and_shifts() {
        assert_eq!(mended("ex change my pass word"), "exchange my password");
        assert_eq!(mended("log in to the account"), "log in to the account");
        assert_eq!(mended("topup"), "top up");
        assert_eq!(mended("fin dmy"), "find my");
    }
}
