//! The articles of one locale, ready to be searched. Built in `index`, asked in `query` and `ranking`.

use std::sync::Arc;

use rust_stemmers::Stemmer;

use super::features::{Gram, Map};
use super::frequency::{self, Background};
use super::margin::Machine;
use super::postings::Postings;
use super::related::Kinship;
use super::semantic::Encoder;

/// A word as common as this on the Zipf scale is one that sentences are built of.
const FILLER: f64 = 6.2;

/// A word that some phrasing holds.
#[derive(Debug)]
pub(super) struct Word {
    pub text: Box<str>,
    pub stem: u32,
    /// In how many phrasings.
    pub phrasings: u32,
    /// The background's part in its weight, see [`Shelf::emphasis`].
    pub emphasis: f32,
    /// See [`Shelf::is_filler`].
    pub filler: bool,
}

#[derive(Debug)]
pub(super) struct Phrasing {
    pub entry: u32,
}

/// An article in this locale.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its place in the base.
    pub article: u32,
    /// Its phrasings, which lie side by side.
    pub first: u32,
    pub end: u32,
    /// One over the norms of the sum of its phrasings' unit vectors, by words and by letters; 0 if it has none.
    pub centroid_inverse: [f32; 2],
}

impl Entry {
    pub fn phrasings(&self) -> std::ops::Range<usize> {
        self.first as usize..self.end as usize
    }
}

/// How a feature is weighed: by how few entries hold it.
#[derive(Debug, Default)]
pub(super) struct Weights {
    /// Entries that hold each feature.
    pub entries: Vec<u32>,
}

/// What a shelf is asked to forget, when one of its own phrasings is the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forget {
    Nothing,
    /// This phrasing.
    Phrasing(usize),
    /// This entry, to whom the phrasing belongs.
    Entry(usize),
}

/// The phrasings' vectors, one after the other, and what made them.
pub(super) struct Meaning {
    pub encoder: Arc<Encoder>,
    pub vectors: Vec<f32>,
}

impl Meaning {
    pub fn of(&self, row: usize) -> &[f32] {
        &self.vectors[row * self.encoder.width()..][..self.encoder.width()]
    }
}

pub(super) struct Shelf {
    pub locale: String,
    pub stemmer: Option<Stemmer>,
    pub background: Option<Background>,
    pub word_ids: Map<Box<str>, u32>,
    pub words: Vec<Word>,
    /// Norms of the words' gram weights.
    pub word_norms: Vec<f32>,
    pub stem_ids: Map<Box<str>, u32>,
    pub stem_emphasis: Vec<f32>,
    /// What its stems are related to, where the locale has a list.
    pub kinship: Option<Kinship>,
    pub pair_ids: Map<(u32, u32), u32>,
    pub gram_ids: Map<Gram, u32>,
    pub stem_weights: Weights,
    pub pair_weights: Weights,
    pub gram_weights: Weights,
    pub stem_rows: Postings,
    pub pair_rows: Postings,
    pub word_rows: Postings,
    pub gram_words: Postings,
    pub phrasings: Vec<Phrasing>,
    /// By phrasing, one over the norm of its stems and pairs, and of its grams; 0 if it has none. Filled up
    /// with zeros to whole lines, see `look`.
    pub inverses: Vec<[f32; 2]>,
    pub entries: Vec<Entry>,
    /// By entry, its tags in lower case.
    pub tags: Vec<Vec<Box<str>>>,
    /// Entries whose answer holds a stem, with the part of BM25 that it adds.
    pub answer_rows: Postings,
    pub answer_ids: Map<Box<str>, u32>,
    pub machine: Machine,
    /// Where a semantic model joins.
    pub meaning: Option<Meaning>,
    /// Phrasings an entry, on average.
    pub depth: f64,
    /// A score that may be suggested, and one that may interrupt a form.
    pub threshold: f64,
    pub sure: f64,
}

impl Shelf {
    /// idf of a feature that `held` of the shelf's entries hold; one that none holds counts as half an entry's.
    pub fn idf(&self, held: u32) -> f32 {
        let entries = self.entries.len().max(1) as f32;
        let held = if held == 0 { 0.5 } else { held as f32 };
        (1.0 + entries / held).ln()
    }

    /// The mean of a plain weight and one scaled by how rare the word is in the language.
    pub fn emphasis(&self, zipf: Option<f64>) -> f32 {
        if self.background.is_none() { 1.0 } else { ((1.0 + frequency::factor(zipf)) / 2.0) as f32 }
    }

    /// Whether a word is one of those that a sentence is built of (`the`, `my`, `is`) and not what it is about.
    pub fn is_filler(&self, word: &str) -> bool {
        self.zipf(word).is_some_and(|zipf| zipf >= FILLER)
    }

    pub fn zipf(&self, word: &str) -> Option<f64> {
        self.background.as_ref().and_then(|list| list.zipf(word))
    }
}
