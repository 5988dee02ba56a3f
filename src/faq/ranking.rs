//! Scores a question against every entry of a shelf.

use super::query::Probe;
use super::shelf::{Forget, Shelf};

/// How many hits a ranking holds.
pub const HITS: usize = 10;
/// What the nearest three phrasings of an entry count.
const NEAREST: [f32; 3] = [1.0, 0.5, 0.25];
const CENTROID: f32 = 0.5;
const MARGIN: f32 = 1.0;
/// How steeply a machine's decision turns into a score.
const STEEPNESS: f32 = 2.0;
const ANSWER: f32 = 0.1;
/// A score is raised by this part for an entry that carries a tag of the context.
const CONTEXT: f64 = 0.15;

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

/// Cosines of a query with each phrasing.
struct Cosines {
    words: Vec<f32>,
    letters: Vec<f32>,
    /// Their mean.
    both: Vec<f32>,
}

impl Shelf {
    /// The score of each entry, by entry. A forgotten entry scores 0; what is forgotten lends nothing to others.
    pub(super) fn scores(&self, probe: &Probe, context: &[String], forget: Forget) -> Vec<Terms> {
        let cosines = self.cosines(probe);
        let answers = self.answers(probe);
        let highest = answers.iter().copied().fold(0.0, f32::max);
        let without = match forget {
            Forget::Nothing => 0..0,
            Forget::Phrasing(row) => row..row + 1,
            Forget::Entry(entry) => self.entries[entry].phrasings(),
        };
        let mut terms = vec![Terms::default(); self.entries.len()];
        for (at, terms) in terms.iter_mut().enumerate() {
            if self.entries[at].phrasings().all(|row| without.contains(&row)) {
                continue;
            }
            *terms = self.terms(at, &cosines, &without);
            terms.answer = f64::from(ANSWER * answers[at] / (highest + 8.0) / self.scale());
            let tagged = |tag: &String| self.entries[at].tags.iter().any(|own| **own == *tag.to_lowercase());
            if context.iter().any(tagged) {
                terms.context = CONTEXT * terms.total();
            }
        }
        terms
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

    fn terms(&self, at: usize, cosines: &Cosines, without: &std::ops::Range<usize>) -> Terms {
        let entry = &self.entries[at];
        let rows = entry.phrasings();
        let mut best: [(f32, usize); 3] = [(-1.0, 0); 3];
        let (mut words, mut letters) = (0.0, 0.0);
        let (mut word_norm, mut letter_norm) = (entry.word_centroid, entry.gram_centroid);
        let mut places = rows.len();
        for row in rows {
            if without.contains(&row) {
                places -= 1;
                word_norm = (word_norm - 1.0).max(1.0);
                letter_norm = (letter_norm - 1.0).max(1.0);
                continue;
            }
            words += cosines.words[row];
            letters += cosines.letters[row];
            let mut next = (cosines.both[row], row);
            for place in &mut best {
                if next.0 > place.0 {
                    std::mem::swap(place, &mut next);
                }
            }
        }
        let places = places.min(3);
        let all: f32 = NEAREST[..places].iter().sum();
        let near = |part: &[f32]| {
            let sum: f32 =
                best[..places].iter().zip(NEAREST).map(|(&(_, row), part_of)| part[row] * part_of).sum();
            sum / all / 2.0
        };
        let ratio = |sum: f32, norm: f32| if norm > 0.0 { sum / norm } else { 0.0 };
        let centroid = (ratio(words, word_norm) + ratio(letters, letter_norm)) / 2.0;
        let mut margin = 0.0;
        if self.machine.is_trained() {
            let decision = self.machine.decide(at, &cosines.both, without);
            margin = self.margin_weight() / (1.0 + (-STEEPNESS * decision).exp());
        }
        let weight = self.depth_weight();
        let scale = self.scale();
        Terms {
            words: f64::from(near(&cosines.words) / scale),
            letters: f64::from(near(&cosines.letters) / scale),
            centroid: f64::from(weight * CENTROID * centroid / scale),
            margin: f64::from(weight * margin / scale),
            answer: 0.0,
            context: 0.0,
        }
    }

    fn cosines(&self, probe: &Probe) -> Cosines {
        let mut words = vec![0.0_f32; self.phrasings.len()];
        for (id, weight) in &probe.stems {
            let own = self.stem_weight(*id) * weight;
            self.stem_rows.of(*id).iter().for_each(|&(row, _)| words[row as usize] += own);
        }
        for (id, weight, own) in &probe.pairs {
            self.pair_rows.of(*id).iter().for_each(|&(row, _)| words[row as usize] += own * weight);
        }
        let mut letters = vec![0.0_f32; self.phrasings.len()];
        let mut likeness = vec![0.0_f32; self.words.len()];
        for (id, weight) in &probe.grams {
            let own = self.gram_weight(*id) * weight;
            self.gram_words.of(*id).iter().for_each(|&(word, count)| likeness[word as usize] += own * count);
        }
        for (id, (&like, word)) in likeness.iter().zip(&self.words).enumerate() {
            if like > 0.0 {
                let like = like * word.emphasis;
                let rows = self.word_rows.of(id as u32);
                rows.iter().for_each(|&(row, count)| letters[row as usize] += like * count);
            }
        }
        let over = |sum: &mut f32, norm: f32| *sum = if norm > 0.0 { *sum / norm } else { 0.0 };
        let mut both = Vec::with_capacity(words.len());
        for (at, phrasing) in self.phrasings.iter().enumerate() {
            over(&mut words[at], phrasing.word_norm * probe.word_norm);
            over(&mut letters[at], phrasing.gram_norm * probe.gram_norm);
            both.push((words[at] + letters[at]) / 2.0);
        }
        Cosines { words, letters, both }
    }

    /// BM25 of the query over each entry's answer.
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
        sums
    }
}
