//! Guarded spelling: only a word that the base does not know and the language hardly does is ever changed, and only
//! into a word of the base. Words that a recogniser split or a writer ran together are mended the same way.

use super::features::{self, grams};
use super::frequency::UNCOMMON;
use super::shelf::Shelf;

/// Shorter words are left alone.
const SHORTEST: usize = 4;
/// From this length two edits are forgiven, below it one.
const TWO_EDITS: usize = 8;
/// Words of the base that are compared letter by letter, the ones with most grams in common.
const COMPARED: usize = 24;

impl Shelf {
    /// The words of a query with misspellings of the base's words put right.
    pub(super) fn mend(&self, words: Vec<String>) -> Vec<String> {
        let strange: Vec<bool> = words.iter().map(|word| self.is_strange(word)).collect();
        if !strange.contains(&true) {
            return words;
        }
        let mut mended = Vec::with_capacity(words.len());
        let mut at = 0;
        while at < words.len() {
            if let Some(joined) = self.join(&words, &strange, at) {
                mended.push(joined);
                at += 2;
                continue;
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
        self.word_ids.contains_key(word)
            || self.stem_ids.contains_key(features::stem(self.stemmer.as_ref(), word).as_ref())
    }

    fn join(&self, words: &[String], strange: &[bool], at: usize) -> Option<String> {
        let next = at + 1;
        if next >= words.len() || !(strange[at] || strange[next]) {
            return None;
        }
        let joined = format!("{}{}", words[at], words[next]);
        (joined.chars().count() >= SHORTEST && self.word_ids.contains_key(joined.as_str())).then_some(joined)
    }

    fn split<'w>(&self, word: &'w str) -> Option<(&'w str, &'w str)> {
        let cuts = word.char_indices().map(|(at, _)| at).skip(3);
        cuts.map(|at| word.split_at(at)).find(|(left, right)| {
            right.chars().count() >= 3
                && self.word_ids.contains_key(*left)
                && self.word_ids.contains_key(*right)
        })
    }

    /// The base's word within one edit (two for a long word), the nearest first, then the most frequent.
    fn nearest(&self, word: &str) -> Option<&str> {
        let length = word.chars().count();
        if length < SHORTEST || word.chars().any(|c| c.is_ascii_digit()) {
            return None;
        }
        let allowed = if length >= TWO_EDITS { 2 } else { 1 };
        let near = |&id: &u32| {
            let candidate = &self.words[id as usize];
            let other = candidate.text.chars().count();
            if other.abs_diff(length) > allowed || other < SHORTEST - 1 {
                return None;
            }
            let distance = strsim::osa_distance(word, &candidate.text);
            (distance <= allowed).then_some((distance, u32::MAX - candidate.phrasings, id))
        };
        let best = self.alike(word).iter().filter_map(near).min()?;
        Some(&self.words[best.2 as usize].text)
    }

    /// The words of the base that share most grams with `word`.
    fn alike(&self, word: &str) -> Vec<u32> {
        let mut shared: Vec<u32> = Vec::new();
        for gram in grams(word) {
            if let Some(&id) = self.gram_ids.get(&gram) {
                shared.extend(self.gram_words.of(id).iter().map(|&(word, _)| word));
            }
        }
        shared.sort_unstable();
        let mut counts: Vec<(usize, u32)> =
            shared.chunk_by(|a, b| a == b).map(|same| (usize::MAX - same.len(), same[0])).collect();
        counts.sort_unstable();
        counts.into_iter().take(COMPARED).map(|(_, word)| word).collect()
    }
}
