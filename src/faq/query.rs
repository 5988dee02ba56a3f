//! A question as weights over a shelf's features. What the shelf has never seen counts too, in the norm: a question
//! that is mostly about something else is similar to nothing.

use super::features::{self, Gram, distinct, grams};
use super::index::PAIR;
use super::normalize;
use super::shelf::Shelf;

pub(super) struct Probe {
    pub stems: Vec<(u32, f32)>,
    /// With the weight in the query and the one in a phrasing.
    pub pairs: Vec<(u32, f32, f32)>,
    pub word_norm: f32,
    pub grams: Vec<(u32, f32)>,
    pub gram_norm: f32,
    /// Stems that answers hold, for the weak answer field.
    pub answer_stems: Vec<u32>,
}

impl Shelf {
    /// The question, read with this shelf's words. `left_out`: it is a phrasing of the shelf, to be treated as if
    /// its own entry did not exist.
    pub fn probe(&self, text: &str, left_out: bool) -> Probe {
        let mut words = normalize::words(text);
        if !left_out {
            words = self.mend(words);
        }
        let mut probe = Probe {
            stems: vec![],
            pairs: vec![],
            word_norm: 0.0,
            grams: vec![],
            gram_norm: 0.0,
            answer_stems: vec![],
        };
        let emphases: Vec<f32> = words.iter().map(|word| self.word_emphasis(word)).collect();
        self.read_words(&mut probe, &words, &emphases, left_out);
        self.read_grams(&mut probe, &words, &emphases, left_out);
        probe
    }

    fn word_emphasis(&self, word: &str) -> f32 {
        match self.word_ids.get(word) {
            Some(&id) => self.words[id as usize].emphasis,
            None => self.emphasis(self.zipf(word)),
        }
    }

    fn read_words(&self, probe: &mut Probe, words: &[String], emphases: &[f32], left_out: bool) {
        let mut square = 0.0;
        let stems: Vec<_> = words.iter().map(|word| features::stem(self.stemmer.as_ref(), word)).collect();
        let ids: Vec<Option<u32>> =
            stems.iter().map(|stem| self.stem_ids.get(stem.as_ref()).copied()).collect();
        for (at, id) in ids.iter().enumerate() {
            if stems[..at].contains(&stems[at]) {
                continue;
            }
            let weight = match id {
                Some(id) => self.stem_weight(*id, left_out),
                None => self.idf(0, false) * emphases[at],
            };
            square += weight * weight;
            probe.stems.extend(id.map(|id| (id, weight)));
            probe.answer_stems.extend(self.answer_ids.get(stems[at].as_ref()));
        }
        let emphasis = |at: usize| ids[at].map_or(emphases[at], |id| self.stem_emphasis[id as usize]);
        for at in 1..ids.len() {
            if (1..at).any(|before| stems[before - 1..=before] == stems[at - 1..=at]) {
                continue;
            }
            let two = ids[at - 1].zip(ids[at]);
            let pair = two.and_then(|two| self.pair_ids.get(&two).map(|&pair| (pair, two)));
            let weight = match pair {
                Some((pair, two)) => self.pair_weight(pair, two, left_out),
                None => PAIR * self.idf(0, false) * (emphasis(at - 1) + emphasis(at)) / 2.0,
            };
            square += weight * weight;
            probe.pairs.extend(pair.map(|(pair, two)| (pair, weight, self.pair_weight(pair, two, false))));
        }
        probe.answer_stems = distinct(&probe.answer_stems);
        probe.word_norm = square.sqrt();
    }

    fn read_grams(&self, probe: &mut Probe, words: &[String], emphases: &[f32], left_out: bool) {
        let mut all: Vec<(Gram, f32)> = Vec::new();
        for (word, &emphasis) in words.iter().zip(emphases) {
            all.extend(grams(word).into_iter().map(|gram| (gram, emphasis)));
        }
        all.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut square = 0.0;
        for same in all.chunk_by(|a, b| a.0 == b.0) {
            let amount: f32 = same.iter().map(|&(_, emphasis)| emphasis).sum();
            let id = self.gram_ids.get(&same[0].0);
            let weight = amount * id.map_or(self.idf(0, false), |&id| self.gram_weight(id, left_out));
            square += weight * weight;
            probe.grams.extend(id.map(|&id| (id, weight)));
        }
        probe.gram_norm = square.sqrt();
    }
}
