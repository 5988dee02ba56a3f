//! The phrasings of a shelf as vectors. Made when they are needed, since all of them together take more memory than the
//! shelf.

use super::postings::{Lists, Postings};
use super::shelf::Shelf;

/// What is known of the phrasings only while building.
#[derive(Default)]
pub(super) struct Draft {
    /// The words of each phrasing, in order.
    pub words: Lists<u32>,
    /// The distinct stems and pairs of each phrasing.
    pub stems: Lists<u32>,
    pub pairs: Lists<u32>,
    /// The stems of each pair.
    pub pair_stems: Vec<(u32, u32)>,
    /// The grams of each word with their counts.
    pub grams: Postings,
}

/// A phrasing as two unit vectors with features numbered stems, then pairs, then grams.
#[derive(Default)]
pub(super) struct Vector {
    pub words: Vec<(u32, f32)>,
    pub grams: Vec<(u32, f32)>,
    /// One over the lengths that they had.
    pub inverse: [f32; 2],
}

/// Makes vectors.
pub(super) struct Maker<'s> {
    shelf: &'s Shelf,
    draft: &'s Draft,
    /// By gram; zero between two vectors.
    sums: Vec<f32>,
}

impl<'s> Maker<'s> {
    pub fn new(shelf: &'s Shelf, draft: &'s Draft) -> Self {
        Self { shelf, draft, sums: vec![0.0; shelf.gram_ids.len()] }
    }

    /// How many features there are.
    pub fn dimensions(&self) -> usize {
        self.shelf.stem_emphasis.len() + self.draft.pair_stems.len() + self.shelf.gram_ids.len()
    }

    /// Makes the vector of a phrasing in the place of another one's.
    pub fn make(&mut self, row: u32, vector: &mut Vector) {
        let (shelf, draft) = (self.shelf, self.draft);
        let pair_base = shelf.stem_emphasis.len() as u32;
        let gram_base = pair_base + draft.pair_stems.len() as u32;
        let weight = |pair: u32| shelf.pair_weight(pair, draft.pair_stems[pair as usize]);
        vector.words.clear();
        vector.words.extend(draft.stems.of(row).iter().map(|&stem| (stem, shelf.stem_weight(stem))));
        vector.words.extend(draft.pairs.of(row).iter().map(|&pair| (pair_base + pair, weight(pair))));
        vector.grams.clear();
        for &word in draft.words.of(row) {
            let emphasis = shelf.words[word as usize].emphasis;
            for &(gram, count) in draft.grams.of(word) {
                let sum = &mut self.sums[gram as usize];
                if *sum == 0.0 {
                    vector.grams.push((gram_base + gram, 0.0));
                }
                *sum += emphasis * count * shelf.gram_weight(gram);
            }
        }
        for (gram, value) in &mut vector.grams {
            *value = std::mem::take(&mut self.sums[(*gram - gram_base) as usize]);
        }
        vector.inverse = [normalise(&mut vector.words), normalise(&mut vector.grams)];
    }
}

/// Scales to length one; one over the length that it had.
fn normalise(vector: &mut [(u32, f32)]) -> f32 {
    let norm = vector.iter().map(|&(_, value)| value * value).sum::<f32>().sqrt();
    let inverse = if norm > 0.0 { 1.0 / norm } else { 0.0 };
    vector.iter_mut().for_each(|(_, value)| *value *= inverse);
    inverse
}
