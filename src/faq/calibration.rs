//! The threshold of a base, fitted to the base itself, since no fixed one transfers. A sample of its phrasings is asked
//! twice: as if the phrasing had not been written (what a question with an answer scores, and whether the right
//! entry comes first), and as if its whole entry did not exist (what a question without an answer scores).
//! The threshold is where right suggestions outweigh wrong and false ones most.

use super::shelf::{Forget, Shelf};
use super::threads::side_by_side;

/// How sure the base must be before it suggests, 0 to 100. Higher suggests less and errs less. At most this percentage
/// of the questions that the base is known not to answer has to stay below the threshold, and the higher the dial,
/// the more a false suggestion weighs against a right one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dial(pub f64);

impl Default for Dial {
    fn default() -> Self {
        Self(90.0)
    }
}

impl Dial {
    /// What a false suggestion costs in right ones: 0.55 at 90, 1.1 at 95.
    fn cost(self) -> f64 {
        5.5 / (100.0 - self.0).clamp(0.5, 100.0)
    }

    /// The percentiles of unanswerable questions' scores between which the threshold lies. Of few scores a percentile is
    /// uncertain: the upper one is taken half a standard error higher.
    fn bounds(self, scores: usize) -> (f64, f64) {
        let part = (self.0 / 100.0).clamp(0.0, 1.0);
        let error = 100.0 * (part * (1.0 - part) / scores.max(1) as f64).sqrt();
        ((self.0 - 50.0).max(0.0), self.0 + error / 2.0)
    }
}

/// Phrasings that are asked, evenly spread over the base.
const ASKED: usize = 600;
/// Below so many answers found or missed, there is nothing to weigh.
const FEWEST: usize = 12;
/// Scores this near count as alike; a base's few phrasings stand for many wordings.
const BLUR: f64 = 0.03;
/// The threshold stays within these, whatever the base.
const FLOOR: f64 = 0.15;
const CEILING: f64 = 0.75;
/// A base of fewer entries says little about what it cannot answer: its threshold is at least `CAREFUL`.
const FEW_ENTRIES: usize = 8;
const CAREFUL: f64 = 0.3;
/// The percentile of unanswerable questions' scores for a question amid a form, and the least step above the threshold.
const SURE: f64 = 95.0;
const STEP: f64 = 0.08;

/// Scores of the sample, each list lowest first.
#[derive(Debug, Default)]
pub(super) struct Sample {
    /// Without the phrasing: the right entry came first.
    pub right: Vec<f64>,
    /// Without the phrasing: another one did.
    pub wrong: Vec<f64>,
    /// Without the entry.
    pub without: Vec<f64>,
}

impl Shelf {
    /// Fits the thresholds. `texts` are the phrasings in the order of the shelf.
    pub(super) fn calibrate(&mut self, dial: Dial, texts: &[&str]) {
        let sample = self.sample(texts);
        let floor = if self.entries.len() < FEW_ENTRIES { CAREFUL } else { FLOOR };
        self.threshold = threshold(&sample, dial).clamp(floor, CEILING);
        self.sure =
            percentile(&sample.without, SURE.max(dial.0)).clamp(self.threshold + STEP, CEILING + STEP);
    }

    pub(super) fn sample(&self, texts: &[&str]) -> Sample {
        let mut sample = Sample::default();
        if self.entries.len() < 2 {
            return sample;
        }
        let stride = self.phrasings.len().div_ceil(ASKED).max(1);
        let rows: Vec<usize> = (0..self.phrasings.len()).step_by(stride).collect();
        let asked = side_by_side(&rows, |rows| rows.iter().map(|&row| self.ask(row, texts[row])).collect());
        for (without, own) in asked.into_iter().flat_map(|asked: Vec<_>| asked) {
            sample.without.push(without);
            if let Some((right, score)) = own {
                let list = if right { &mut sample.right } else { &mut sample.wrong };
                list.push(score);
            }
        }
        for list in [&mut sample.right, &mut sample.wrong, &mut sample.without] {
            list.sort_by(f64::total_cmp);
        }
        sample
    }

    /// The best score without the phrasing's entry, and without the phrasing alone, if there are others: whether its entry came
    /// first, and with what score.
    fn ask(&self, row: usize, text: &str) -> (f64, Option<(bool, f64)>) {
        let entry = self.phrasings[row].entry as usize;
        let without = self.best(row, text, Forget::Entry(entry)).1;
        let others = self.entries[entry].phrasings().len() > 1;
        let own = others.then(|| self.best(row, text, Forget::Phrasing(row)));
        (without, own.map(|(first, score)| (first == entry, score)))
    }

    fn best(&self, row: usize, text: &str, forget: Forget) -> (usize, f64) {
        let mut probe = self.probe(text, forget);
        probe.vector = self.meaning.as_ref().map(|meaning| meaning.of(row).to_vec()).unwrap_or_default();
        let scores = self.scores(&probe, &[], forget);
        let totals = scores.iter().map(|(entry, terms)| (*entry, terms.total()));
        totals.fold((usize::MAX, 0.0), |best, next| if next.1 > best.1 { next } else { best })
    }
}

/// Where right suggestions less the wrong and the false ones are most, between the dial's bounds.
fn threshold(sample: &Sample, dial: Dial) -> f64 {
    let (low, high) = dial.bounds(sample.without.len());
    let (low, high) = (percentile(&sample.without, low), percentile(&sample.without, high));
    let asked = sample.right.len() + sample.wrong.len();
    if asked < FEWEST {
        return percentile(&sample.without, (dial.0 - 25.0).max(0.0));
    }
    let gain = |at: f64| {
        let found = (above(&sample.right, at) - above(&sample.wrong, at)) / asked as f64;
        found - dial.cost() * above(&sample.without, at) / sample.without.len() as f64
    };
    const STEPS: u32 = 100;
    let places = (0..=STEPS).map(|step| low + (high - low) * f64::from(step) / f64::from(STEPS));
    places
        .map(|at| (gain(at), at))
        .fold((f64::MIN, low), |best, next| if next.0 > best.0 { next } else { best })
        .1
}

/// How many scores lie above `at`, those near it in part.
fn above(scores: &[f64], at: f64) -> f64 {
    let far = 8.0 * BLUR;
    let (first, last) =
        (scores.partition_point(|&s| s < at - far), scores.partition_point(|&s| s <= at + far));
    let near: f64 = scores[first..last].iter().map(|score| 1.0 / (1.0 + ((at - score) / BLUR).exp())).sum();
    near + (scores.len() - last) as f64
}

/// The value below which `percent` of `sorted` lie; 0 if there are none.
fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = percent.clamp(0.0, 100.0) / 100.0 * last as f64;
    let (low, part) = (place.floor() as usize, place.fract());
    sorted[low] + (sorted[(low + 1).min(last)] - sorted[low]) * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_between_their_neighbours() {
        assert_eq!(percentile(&[], 80.0), 0.0);
        assert_eq!(percentile(&[0.3], 80.0), 0.3);
        assert!((percentile(&[0.0, 1.0], 25.0) - 0.25).abs() < 1e-12);
        assert_eq!(percentile(&[0.0, 1.0], 400.0), 1.0);
    }

    #[test]
    fn the_threshold_parts_what_can_be_parted_and_the_dial_moves_it() {
        let spread =
            |low: f64, high: f64| (0..100).map(|i| low + (high - low) * f64::from(i) / 99.0).collect();
        let sample = Sample { right: spread(0.5, 0.9), wrong: vec![], without: spread(0.1, 0.4) };
        assert!((0.3..0.5).contains(&threshold(&sample, Dial::default())));
        let mixed = Sample { right: spread(0.3, 0.9), wrong: spread(0.2, 0.5), without: spread(0.1, 0.6) };
        let at = |dial| threshold(&mixed, Dial(dial));
        assert!(at(60.0) < at(90.0) && at(90.0) < at(99.0));
        let thin = Sample { without: spread(0.0, 1.0), ..Sample::default() };
        assert!((threshold(&thin, Dial(90.0)) - 0.65).abs() < 1e-9);
    }

    #[test]
    fn counts_what_is_near_in_part() {
        assert!((above(&[0.5], 0.5) - 0.5).abs() < 1e-12);
        assert!((above(&[0.1, 0.9, 0.95], 0.5) - 2.0).abs() < 1e-2);
    }
}
