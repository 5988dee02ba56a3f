//! The threshold of a base, fitted to the base itself: no fixed one transfers. Each phrasing is asked as if its own
//! entry did not exist; what the best of the others then scores is what a question without an answer scores.

use super::shelf::Shelf;

/// How sure the base must be before it suggests: the percentile (0 to 100) of the scores of questions that it cannot
/// answer. Higher suggests less and errs less.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dial(pub f64);

impl Default for Dial {
    fn default() -> Self {
        Self(82.5)
    }
}

/// Phrasings that are asked, evenly spread over the base.
const ASKED: usize = 1_500;
/// The threshold stays within these, whatever the base.
const FLOOR: f64 = 0.2;
const CEILING: f64 = 0.6;
/// The percentile for a question amid a form.
const SURE: f64 = 97.0;

impl Shelf {
    /// Fits the thresholds.
    pub(super) fn calibrate(&mut self, dial: Dial, texts: &[&str]) {
        let left_out = self.left_out_scores(texts);
        self.threshold = percentile(&left_out, dial.0).clamp(FLOOR, CEILING);
        self.sure = percentile(&left_out, SURE.max(dial.0)).clamp(self.threshold, CEILING + 0.15);
    }

    /// What a sample of phrasings scores with the other entries, lowest first.
    pub(super) fn left_out_scores(&self, texts: &[&str]) -> Vec<f64> {
        if self.entries.len() < 2 {
            return vec![];
        }
        let stride = self.phrasings.len().div_ceil(ASKED).max(1);
        let mut scores: Vec<f64> = (0..self.phrasings.len())
            .step_by(stride)
            .map(|row| {
                let entry = self.phrasings[row].entry as usize;
                let probe = self.probe(texts[row], true);
                let all = self.scores(&probe, &[], Some(entry));
                all.iter().map(super::ranking::Terms::total).fold(0.0, f64::max)
            })
            .collect();
        scores.sort_by(f64::total_cmp);
        scores
    }
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
}
