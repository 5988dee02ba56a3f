//! Scores a question against every entry of a shelf.

use std::ops::Range;

use super::context::Context;
use super::query::Probe;
use super::shelf::{Forget, Shelf};

/// How many hits a ranking holds.
pub const HITS: usize = 10;
/// What the nearest three phrasings of an entry count.
const NEAREST: [f32; 3] = [1.0, 0.5, 0.25];
const CENTROID: f32 = 0.5;
const MARGIN: f32 = 1.0;
/// A word of the base less like the query than this (a cosine) is passed over.
const FAINT: f32 = 0.05;
/// A gram of so many words, and of an eighth of all words, tells nothing and is passed over.
const FEW_WORDS: usize = 200;
/// Entries that are scored in full, the nearest at a quick look.
const SCORED: usize = 60;
/// How steeply a machine's decision turns into a score.
const STEEPNESS: f32 = 2.0;
const ANSWER: f32 = 0.1;

/// A question.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<'a> {
    pub text: &'a str,
    /// The person's language, if it is known.
    pub locale: Option<&'a str>,
    /// Tags that the place in the flow suggests.
    pub context: &'a [String],
}

/// The parts of a score; they add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Terms {
    /// Stems and pairs of stems shared with the nearest phrasings.
    pub words: f64,
    /// Runs of letters shared with the nearest phrasings.
    pub letters: f64,
    /// Nearness to the entry's phrasings as a whole.
    pub centroid: f64,
    /// What was learned from the base about telling entries apart.
    pub margin: f64,
    /// Words shared with the answer.
    pub answer: f64,
    /// Raised because the context names a tag of the entry.
    pub context: f64,
}

impl Terms {
    pub fn total(&self) -> f64 {
        self.words + self.letters + self.centroid + self.margin + self.answer + self.context
    }
}

/// An entry that may fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Index for `Base::article`.
    pub article: usize,
    /// About 0 (nothing in common) to 1 (the very words); comparable across queries of one base.
    pub score: f64,
    pub terms: Terms,
}

/// The entries that may fit a question, best first, and whether the first is good enough to be shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ranking {
    /// The locale that was searched; empty for an empty base.
    pub locale: String,
    /// The ten best, those below the threshold too.
    pub hits: Vec<Hit>,
    /// The system's own decision: the first hit may be shown.
    pub suggest: bool,
    pub threshold: f64,
    /// The higher threshold of [`Ranking::sure`].
    pub sure_threshold: f64,
}

impl Ranking {
    /// Sure enough to answer a question that came in place of a form's answer.
    pub fn sure(&self) -> bool {
        self.suggest && self.hits.first().is_some_and(|hit| hit.score >= self.sure_threshold)
    }

    /// The hits that may be shown, best first.
    pub fn suggested(&self) -> impl Iterator<Item = &Hit> {
        self.hits.iter().filter(|hit| self.suggest && hit.score >= self.threshold)
    }
}

/// An entry's nearness to a query.
#[derive(Default)]
struct Near {
    words: f32,
    letters: f32,
    centroid: f32,
}

/// Cosines of a query with each phrasing: by words, and by letters.
pub(super) type Cosines = [[f32; 2]];

impl Shelf {
    /// The entries nearest to a query with their scores, in no order; never more than [`SCORED`]. What is forgotten
    /// is not among them and lends nothing to others.
    pub(super) fn scores(&self, probe: &Probe, context: &[String], forget: Forget) -> Vec<(usize, Terms)> {
        let cosines = self.cosines(probe);
        let answers = self.answers(probe);
        let without = match forget {
            Forget::Nothing => 0..0,
            Forget::Phrasing(row) => row..row + 1,
            Forget::Entry(entry) => self.entries[entry].phrasings(),
        };
        let context = Context::of(context);
        let mut nearest: Vec<(f32, usize)> = Vec::with_capacity(self.entries.len());
        for (at, answer) in answers.iter().enumerate() {
            let nearness = self.nearness(at, &cosines, &without) + answer;
            if nearness > 0.0 {
                nearest.push((nearness * (1.0 + context.raise(self, at)), at));
            }
        }
        if nearest.len() > SCORED {
            nearest.select_nth_unstable_by(SCORED, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            nearest.truncate(SCORED);
        }
        let full = |(_, at): (f32, usize)| {
            (at, self.terms(at, &cosines, &without, answers[at], context.raise(self, at)))
        };
        nearest.into_iter().map(full).collect()
    }

    /// How much more than the nearest phrasings counts: nothing where entries have one, all from five.
    fn depth_weight(&self) -> f32 {
        ((self.depth - 1.0) / 4.0).clamp(0.0, 1.0) as f32
    }

    /// The highest sum of terms, so that scores end near 1.
    fn scale(&self) -> f32 {
        1.0 + self.depth_weight() * (CENTROID + self.margin_weight()) + ANSWER
    }

    fn margin_weight(&self) -> f32 {
        if self.machine.is_trained() { MARGIN } else { 0.0 }
    }

    /// A quick look at an entry: its nearest phrasing and its centroid, unscaled; 0 if it is forgotten whole.
    fn nearness(&self, at: usize, cosines: &Cosines, without: &Range<usize>) -> f32 {
        let entry = &self.entries[at];
        let (mut best, mut words, mut letters) = (0.0_f32, 0.0, 0.0);
        for (row, cosine) in entry.phrasings().zip(&cosines[entry.phrasings()]) {
            if without.is_empty() || !without.contains(&row) {
                best = best.max(cosine[0] + cosine[1]);
                words += cosine[0];
                letters += cosine[1];
            }
        }
        let ratio = |sum: f32, norm: f32| if norm > 0.0 { sum / norm } else { 0.0 };
        let centroid = ratio(words, entry.word_centroid) + ratio(letters, entry.gram_centroid);
        (best + self.depth_weight() * CENTROID * centroid) / 2.0
    }

    fn terms(&self, at: usize, cosines: &Cosines, without: &Range<usize>, answer: f32, raise: f32) -> Terms {
        let near = self.near(at, cosines, without);
        let mut margin = 0.0;
        if self.machine.is_trained() {
            margin = MARGIN / (1.0 + (-STEEPNESS * self.machine.decide(at, cosines, without)).exp());
        }
        let (scale, weight) = (self.scale(), self.depth_weight());
        let mut terms = Terms {
            words: f64::from(near.words / scale),
            letters: f64::from(near.letters / scale),
            centroid: f64::from(weight * CENTROID * near.centroid / scale),
            margin: f64::from(weight * margin / scale),
            answer: f64::from(answer / scale),
            context: 0.0,
        };
        terms.context = f64::from(raise) * terms.total();
        terms
    }

    fn near(&self, at: usize, cosines: &Cosines, without: &Range<usize>) -> Near {
        let entry = &self.entries[at];
        let mut best = [[0.0_f32; 2]; 3];
        let mut sums = [0.0_f32; 2];
        let mut norms = [entry.word_centroid, entry.gram_centroid];
        let mut places = entry.phrasings().len();
        for row in entry.phrasings() {
            if without.contains(&row) {
                places -= 1;
                norms = norms.map(|norm| (norm - 1.0).max(1.0));
                continue;
            }
            let mut next = cosines[row];
            sums = [sums[0] + next[0], sums[1] + next[1]];
            for place in &mut best {
                if next[0] + next[1] > place[0] + place[1] {
                    std::mem::swap(place, &mut next);
                }
            }
        }
        if places == 0 {
            return Near::default();
        }
        let all: f32 = NEAREST[..places.min(3)].iter().sum();
        let mean = |part: usize| {
            best.iter().zip(NEAREST).map(|(cosine, of)| cosine[part] * of).sum::<f32>() / all / 2.0
        };
        let ratio = |part: usize| if norms[part] > 0.0 { sums[part] / norms[part] } else { 0.0 };
        Near { words: mean(0), letters: mean(1), centroid: (ratio(0) + ratio(1)) / 2.0 }
    }

    fn cosines(&self, probe: &Probe) -> Vec<[f32; 2]> {
        let mut sums = vec![[0.0_f32; 2]; self.phrasings.len()];
        for (id, weight) in &probe.stems {
            let own = self.stem_weight(*id) * weight;
            self.stem_rows.of(*id).iter().for_each(|&(row, _)| sums[row as usize][0] += own);
        }
        for (id, weight, own) in &probe.pairs {
            self.pair_rows.of(*id).iter().for_each(|&(row, _)| sums[row as usize][0] += own * weight);
        }
        let mut likeness = vec![0.0_f32; self.words.len()];
        let usual = (self.words.len() / 8).max(FEW_WORDS);
        for (id, weight) in probe.grams.iter().filter(|(id, _)| self.gram_words.of(*id).len() <= usual) {
            let own = self.gram_weight(*id) * weight;
            self.gram_words.of(*id).iter().for_each(|&(word, count)| likeness[word as usize] += own * count);
        }
        for (id, (&like, word)) in likeness.iter().zip(&self.words).enumerate() {
            if like > FAINT * word.norm * probe.gram_norm {
                let like = like * word.emphasis;
                let rows = self.word_rows.of(id as u32);
                rows.iter().for_each(|&(row, count)| sums[row as usize][1] += like * count);
            }
        }
        let inverse = |norm: f32| if norm > 0.0 { 1.0 / norm } else { 0.0 };
        let (words, grams) = (inverse(probe.word_norm), inverse(probe.gram_norm));
        for (sum, phrasing) in sums.iter_mut().zip(&self.phrasings) {
            *sum = [sum[0] * words * phrasing.word_inverse, sum[1] * grams * phrasing.gram_inverse];
        }
        sums
    }

    /// BM25 of the query over each entry's answer, as the part of a score that it is, unscaled.
    fn answers(&self, probe: &Probe) -> Vec<f32> {
        let mut sums = vec![0.0_f32; self.entries.len()];
        for &stem in &probe.answer_stems {
            let rows = self.answer_rows.of(stem);
            let held = rows.len() as f32;
            let idf = (1.0 + (self.entries.len() as f32 - held + 0.5) / (held + 0.5)).ln();
            for &(entry, count) in rows {
                let length = self.entries[entry as usize].answer_length / self.answer_mean.max(1.0);
                let part = count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length));
                sums[entry as usize] += idf * self.answer_emphasis[stem as usize] * part;
            }
        }
        let highest = sums.iter().copied().fold(0.0, f32::max);
        sums.iter().map(|sum| ANSWER * sum / (highest + 8.0)).collect()
    }
}
