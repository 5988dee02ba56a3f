//! Scores a question against every entry of a shelf.

use std::ops::Range;

use super::context::Context;
use super::look::{Cosines, Look};
use super::query::Probe;
use super::shelf::{Forget, Shelf};

/// How many hits a ranking holds.
pub const HITS: usize = 10;
/// What the nearest three phrasings of an entry count.
const NEAREST: [f32; 3] = [1.0, 0.5, 0.25];
const CENTROID: f32 = 0.5;
const MARGIN: f32 = 1.0;
/// Entries that are scored in full, the nearest at a quick look.
const SCORED: usize = 60;
/// What a semantic model counts.
const SEMANTIC: f32 = 1.5;
/// How steeply a machine's decision turns into a score.
const STEEPNESS: f32 = 2.0;
/// What the answer counts, and how much more where an entry has one phrasing and little else tells what it is about.
const ANSWER: f32 = 0.1;
const ANSWER_ALONE: f32 = 0.2;
/// This part of the best rival's score is deducted: what two entries fit alike is less sure to be either.
const RIVAL: f64 = 0.1;
/// How much more the machine counts with each doubling of the phrasings from five up: the more it has learned from, the
/// more it is right where the nearest phrasings differ. No more than [`DEEPEST`] doublings count.
const DEEPER: f32 = 0.25;
const DEEPEST: f64 = 4.0;

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
    /// How near the meaning is to that of the nearest phrasings, where there is a semantic model.
    pub semantic: f64,
    /// Words shared with the answer.
    pub answer: f64,
    /// Deducted because another entry fits nearly as well; 0 or less.
    pub rival: f64,
    /// Raised because the context names a tag of the entry.
    pub context: f64,
}

impl Terms {
    pub fn total(&self) -> f64 {
        self.words
            + self.letters
            + self.centroid
            + self.margin
            + self.semantic
            + self.answer
            + self.rival
            + self.context
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

/// Deducts from each entry a part of its best rival's score, context aside: never more than half of its own, so that the
/// order stays and nothing is hidden.
fn deduct_rivals(scored: &mut [(usize, Terms)]) {
    let plain = |terms: &Terms| terms.total() - terms.context;
    let (mut first, mut second) = (0.0_f64, 0.0_f64);
    for (_, terms) in scored.iter() {
        let score = plain(terms);
        (first, second) = if score > first { (score, first) } else { (first, second.max(score)) };
    }
    for (_, terms) in scored.iter_mut() {
        let own = plain(terms);
        let rival = if own < first { first } else { second };
        terms.rival = -(RIVAL * rival).min(own / 2.0);
    }
}

/// An entry's nearness to a query.
#[derive(Default)]
struct Near {
    words: f32,
    letters: f32,
    centroid: f32,
}

/// How near a query is to each phrasing.
struct Nearness<'s> {
    look: Look<'s>,
    /// By meaning; empty without a semantic model.
    meaning: Vec<f32>,
    /// [`Shelf::depth_weight`] and [`Shelf::answer_weight`].
    depth_weight: f32,
    answer_weight: f32,
}

impl Nearness<'_> {
    fn answer(&self, at: usize) -> f32 {
        self.answer_weight * self.look.answer(at)
    }
}

impl Shelf {
    /// The entries nearest to a query with their scores, in no order; never more than [`SCORED`]. What is forgotten
    /// is not among them and lends nothing to others.
    pub(super) fn scores(&self, probe: &Probe, context: &[String], forget: Forget) -> Vec<(usize, Terms)> {
        let mut near = Nearness {
            look: Look::new(self, probe),
            meaning: self.likeness(probe),
            depth_weight: self.depth_weight(),
            answer_weight: self.answer_weight(),
        };
        let without = match forget {
            Forget::Nothing => 0..0,
            Forget::Phrasing(row) => row..row + 1,
            Forget::Entry(entry) => self.entries[entry].phrasings(),
        };
        let context = Context::of(context);
        let mut nearest = self.met(&near, &without, &context);
        if nearest.len() > SCORED {
            nearest.select_nth_unstable_by(SCORED, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            nearest.truncate(SCORED);
        }
        near.look.complete(nearest.iter().map(|&(_, at)| at));
        let full = |(_, at): (f32, usize)| (at, self.terms(at, &near, &without, context.raise(self, at)));
        let mut scored: Vec<(usize, Terms)> = nearest.into_iter().map(full).collect();
        deduct_rivals(&mut scored);
        scored
    }

    /// The entries that have anything in common with a query, and how near they are at a quick look.
    fn met(&self, near: &Nearness, without: &Range<usize>, context: &Context) -> Vec<(f32, usize)> {
        let nearness = |at: usize| {
            let nearness = self.nearness(at, near, without) + near.answer(at);
            (nearness > 0.0).then(|| (nearness * (1.0 + context.raise(self, at)), at))
        };
        if near.meaning.is_empty() {
            near.look.entries().filter_map(nearness).collect()
        } else {
            (0..self.entries.len()).filter_map(nearness).collect()
        }
    }

    /// How much more than the nearest phrasings counts: nothing where entries have one, all from five.
    fn depth_weight(&self) -> f32 {
        ((self.depth - 1.0) / 4.0).clamp(0.0, 1.0) as f32
    }

    /// The highest sum of terms, so that scores end near 1.
    fn scale(&self) -> f32 {
        let semantic = if self.meaning.is_some() { SEMANTIC } else { 0.0 };
        1.0 + self.depth_weight() * (CENTROID + self.margin_weight()) + self.answer_weight() + semantic
    }

    /// How near the meaning is to the three nearest phrasings, as the part of a score that it is, unscaled.
    fn semantic(&self, at: usize, near: &Nearness, without: &Range<usize>) -> f32 {
        let Some(own) = near.meaning.get(self.entries[at].phrasings()) else { return 0.0 };
        let mut best = [0.0_f32; 3];
        let mut places = 0;
        for (row, &like) in self.entries[at].phrasings().zip(own) {
            if without.contains(&row) {
                continue;
            }
            places += 1;
            let mut next = like;
            for place in &mut best {
                if next > *place {
                    std::mem::swap(place, &mut next);
                }
            }
        }
        let all: f32 = NEAREST[..places.min(3)].iter().sum();
        let sum: f32 = best.iter().zip(NEAREST).map(|(like, of)| like * of).sum();
        if places == 0 { 0.0 } else { SEMANTIC * sum / all }
    }

    /// Cosines by meaning with each phrasing; empty without a model.
    fn likeness(&self, probe: &Probe) -> Vec<f32> {
        let Some(meaning) = self.meaning.as_ref().filter(|_| !probe.vector.is_empty()) else { return vec![] };
        let cosine = |own: &[f32]| {
            let mut sums = [0.0_f32; 8];
            for (own, query) in own.chunks_exact(8).zip(probe.vector.chunks_exact(8)) {
                for ((sum, a), b) in sums.iter_mut().zip(own).zip(query) {
                    *sum += a * b;
                }
            }
            sums.iter().sum::<f32>().max(0.0)
        };
        meaning.vectors.chunks_exact(probe.vector.len()).map(cosine).collect()
    }

    fn margin_weight(&self) -> f32 {
        let doublings = (self.depth / 5.0).log2().clamp(0.0, DEEPEST) as f32;
        if self.machine.is_trained() { MARGIN + DEEPER * doublings } else { 0.0 }
    }

    fn answer_weight(&self) -> f32 {
        ANSWER + ANSWER_ALONE * (1.0 - self.depth_weight())
    }

    /// A quick look at an entry: its nearest phrasing and its centroid, unscaled; 0 if it is forgotten whole.
    fn nearness(&self, at: usize, near: &Nearness, without: &Range<usize>) -> f32 {
        let (entry, cosines) = (&self.entries[at], near.look.cosines());
        let (mut best, mut words, mut letters) = (0.0_f32, 0.0, 0.0);
        let whole = entry.end as usize <= without.start || without.end <= entry.first as usize;
        for (row, cosine) in entry.phrasings().zip(&cosines[entry.phrasings()]) {
            if whole || !without.contains(&row) {
                best = best.max(cosine[0] + cosine[1]);
                words += cosine[0];
                letters += cosine[1];
            }
        }
        let centroid = words * entry.centroid_inverse[0] + letters * entry.centroid_inverse[1];
        (best + near.depth_weight * CENTROID * centroid) / 2.0 + self.semantic(at, near, without)
    }

    fn terms(&self, at: usize, nearness: &Nearness, without: &Range<usize>, raise: f32) -> Terms {
        let cosines = nearness.look.cosines();
        let answer = nearness.answer(at);
        let near = self.near(at, cosines, without);
        let mut margin = 0.0;
        if self.machine.is_trained() {
            margin =
                self.margin_weight() / (1.0 + (-STEEPNESS * self.machine.decide(at, cosines, without)).exp());
        }
        let (scale, weight) = (self.scale(), nearness.depth_weight);
        let mut terms = Terms {
            words: f64::from(near.words / scale),
            letters: f64::from(near.letters / scale),
            centroid: f64::from(weight * CENTROID * near.centroid / scale),
            margin: f64::from(weight * margin / scale),
            semantic: f64::from(self.semantic(at, nearness, without) / scale),
            answer: f64::from(answer / scale),
            rival: 0.0,
            context: 0.0,
        };
        terms.context = f64::from(raise) * terms.total();
        terms
    }

    fn near(&self, at: usize, cosines: &Cosines, without: &Range<usize>) -> Near {
        let entry = &self.entries[at];
        let mut best = [[0.0_f32; 2]; 3];
        let mut sums = [0.0_f32; 2];
        let mut norms = entry.centroid_inverse.map(|inverse| if inverse > 0.0 { 1.0 / inverse } else { 0.0 });
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
}
