//! A question as weights over a shelf's features. What the shelf has never seen counts too, in the norm: a question
//! that is mostly about something else is similar to nothing.

use std::borrow::Cow;

use super::features::{self, Gram, distinct, grams};
use super::index::PAIR;
use super::normalize;
use super::shelf::{Forget, Shelf};

/// What an unknown number counts beside an unknown word in the norm: dates, sizes and amounts do not say that a question is
/// about something else.
const NUMBER: f32 = 0.25;

pub(super) struct Probe {
    pub stems: Vec<(u32, f32)>,
    /// With the weight in the query and the one in a phrasing.
    pub pairs: Vec<(u32, f32, f32)>,
    pub word_norm: f32,
    pub grams: Vec<(u32, f32)>,
    /// Words of the shelf that are related to words of the query, and how much their letters count as the query's.
    pub kin: Vec<(u32, f32)>,
    pub gram_norm: f32,
    /// Stems that answers hold, for the weak answer field.
    pub answer_stems: Vec<u32>,
    /// What it means, where there is a semantic model; else empty.
    pub vector: Vec<f32>,
}

/// The words of a query, and what the shelf knows of each.
pub(super) struct Read<'w> {
    pub words: &'w [String],
    pub stems: Vec<Cow<'w, str>>,
    pub ids: Vec<Option<u32>>,
    pub emphases: Vec<f32>,
    pub fillers: Vec<bool>,
}

impl Shelf {
    /// The question, read with this shelf's words. With `forget`, it is a phrasing of the shelf.
    pub fn probe(&self, text: &str, forget: Forget) -> Probe {
        let mut words = normalize::words_in(text, &self.locale);
        let mut vector = vec![];
        if forget == Forget::Nothing {
            let mended = self.mend(words.clone());
            if let Some(meaning) = self.meaning.as_ref().filter(|_| !words.is_empty()) {
                // accents and case mean something to the model, misspelt words little
                let changed = (mended != words).then(|| mended.join(" "));
                vector = meaning.encoder.encode(changed.as_deref().unwrap_or(text));
            }
            words = mended;
        }
        let mut probe = Probe {
            stems: vec![],
            pairs: vec![],
            word_norm: 0.0,
            grams: vec![],
            kin: vec![],
            gram_norm: 0.0,
            answer_stems: vec![],
            vector,
        };
        let read = self.read(&words);
        self.read_words(&mut probe, &read, forget);
        self.read_grams(&mut probe, &read, forget);
        self.read_related(&mut probe, &read);
        probe
    }

    fn read<'w>(&self, words: &'w [String]) -> Read<'w> {
        let stems: Vec<_> = words.iter().map(|word| features::stem(self.stemmer.as_ref(), word)).collect();
        Read {
            words,
            ids: stems.iter().map(|stem| self.stem_ids.get(stem.as_ref()).copied()).collect(),
            stems,
            emphases: words.iter().map(|word| self.word_emphasis(word)).collect(),
            fillers: words.iter().map(|word| self.filler(word)).collect(),
        }
    }

    fn word_emphasis(&self, word: &str) -> f32 {
        match self.word_ids.get(word) {
            Some(&id) => self.words[id as usize].emphasis,
            None => self.emphasis(self.zipf(word)),
        }
    }

    fn filler(&self, word: &str) -> bool {
        match self.word_ids.get(word) {
            Some(&id) => self.words[id as usize].filler,
            None => self.is_filler(word),
        }
    }

    fn read_words(&self, probe: &mut Probe, read: &Read, forget: Forget) {
        let Read { words, stems, ids, emphases, fillers } = read;
        let mut square = 0.0;
        for (at, id) in ids.iter().enumerate() {
            if stems[..at].contains(&stems[at]) {
                continue;
            }
            let weight = match id {
                Some(id) => {
                    self.stem_weight(*id)
                        * self.novelty(
                            self.stem_weights.entries[*id as usize],
                            self.stem_rows.of(*id).len(),
                            forget,
                        )
                }
                None if words[at].chars().all(char::is_numeric) => NUMBER * self.idf(0) * emphases[at],
                None => self.idf(0) * emphases[at],
            };
            square += weight * weight;
            probe.stems.extend(id.map(|id| (id, weight)));
            probe.answer_stems.extend(self.answer_ids.get(stems[at].as_ref()));
        }
        let emphasis = |at: usize| ids[at].map_or(emphases[at], |id| self.stem_emphasis[id as usize]);
        let places = features::pairs(fillers);
        for (number, &(left, right)) in places.iter().enumerate() {
            let same = |&(l, r): &(usize, usize)| stems[l] == stems[left] && stems[r] == stems[right];
            if places[..number].iter().any(same) {
                continue;
            }
            let two = ids[left].zip(ids[right]);
            let pair = two.and_then(|two| self.pair_ids.get(&two).map(|&pair| (pair, two)));
            let weight = match pair {
                Some((pair, two)) => {
                    self.pair_weight(pair, two)
                        * self.novelty(
                            self.pair_weights.entries[pair as usize],
                            self.pair_rows.of(pair).len(),
                            forget,
                        )
                }
                None => PAIR * self.idf(0) * (emphasis(left) + emphasis(right)) / 2.0,
            };
            square += weight * weight;
            probe.pairs.extend(pair.map(|(pair, two)| (pair, weight, self.pair_weight(pair, two))));
        }
        probe.answer_stems = distinct(&probe.answer_stems);
        probe.word_norm = square.sqrt();
    }

    fn read_grams(&self, probe: &mut Probe, read: &Read, forget: Forget) {
        let mut all: Vec<(Gram, f32)> = Vec::new();
        for (word, &emphasis) in read.words.iter().zip(&read.emphases) {
            all.extend(grams(word).into_iter().map(|gram| (gram, emphasis)));
        }
        all.sort_unstable_by_key(|&(gram, _)| gram);
        let mut square = 0.0;
        for same in all.chunk_by(|a, b| a.0 == b.0) {
            let amount: f32 = same.iter().map(|&(_, emphasis)| emphasis).sum();
            let id = self.gram_ids.get(&same[0].0);
            let weight =
                amount * id.map_or(self.idf(0), |&id| self.gram_weight(id) * self.gram_novelty(id, forget));
            square += weight * weight;
            probe.grams.extend(id.map(|&id| (id, weight)));
        }
        probe.gram_norm = square.sqrt();
    }

    /// The length of a word's grams.
    pub(super) fn letters_norm(&self, word: &str) -> f32 {
        let weight = |gram| self.gram_ids.get(gram).map_or(self.idf(0), |&id| self.gram_weight(id));
        grams(word).iter().map(|gram| weight(gram).powi(2)).sum::<f32>().sqrt()
    }

    /// How much heavier a feature of `held` entries and `rows` phrasings gets when something is forgotten.
    fn novelty(&self, held: u32, rows: usize, forget: Forget) -> f32 {
        match forget {
            Forget::Entry(_) => self.idf(held - 1) / self.idf(held),
            Forget::Phrasing(_) if rows == 1 => self.idf(0) / self.idf(held),
            _ => 1.0,
        }
    }

    fn gram_novelty(&self, gram: u32, forget: Forget) -> f32 {
        let held = self.gram_weights.entries[gram as usize];
        let rows = || {
            let mut words = self
                .gram_words
                .of(gram)
                .iter()
                .map(|&(word, _)| self.words[word as usize].phrasings as usize);
            words.next().unwrap_or(0) + words.next().unwrap_or(0)
        };
        let rows = if held == 1 && forget != Forget::Nothing { rows() } else { 2 };
        self.novelty(held, rows, forget)
    }
}
