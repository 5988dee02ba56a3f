//! Intervals around what is expected, by how far counts were from it before. Counts are whole and often 0: distances are taken
//! on the scale of square roots, in which they are alike at every level, and hours of like level have a width of their own.

use super::Hour;

/// The share of hours that an interval is to hold.
const HELD: f64 = 0.8;
/// Classes of hours by what is expected of them; each has an interval of its own.
const CLASSES: usize = 5;

/// How far counts were from what was expected, on the scale of square roots, by classes of what was expected.
#[derive(Debug)]
pub struct Bands {
    /// The highest expected value of each class, rising, and the distance that held [`HELD`] of its hours.
    classes: Vec<(f64, f64)>,
}

/// Bounds that meet a count exactly hold it, however they were rounded.
const HAIR: f64 = 1e-9;

impl Bands {
    /// From what was expected and what came.
    pub fn of(pairs: &[(f64, u32)]) -> Self {
        let mut pairs = pairs.to_vec();
        pairs.sort_by(|one, other| one.0.total_cmp(&other.0));
        let size = pairs.len().div_ceil(CLASSES).max(1);
        let (mut classes, mut rest) = (Vec::with_capacity(CLASSES), pairs.as_slice());
        while let Some((highest, _)) = rest.get(size - 1).or(rest.last()) {
            // Those of whom the same is expected are of one class.
            let (class, others) = rest.split_at(rest.partition_point(|(expected, _)| expected <= highest));
            let mut distances: Vec<f64> =
                class.iter().map(|(expected, came)| distance(*expected, *came)).collect();
            distances.sort_by(f64::total_cmp);
            let n = distances.len();
            let at = (((n + 1) as f64 * HELD).ceil() as usize).clamp(1, n) - 1;
            classes.push((*highest, distances[at]));
            rest = others;
        }
        Self { classes }
    }

    /// What is to be expected with its interval; for a level never seen, as for the nearest.
    pub fn around(&self, expected: f64) -> Hour {
        let class = self.classes.iter().find(|(highest, _)| expected <= *highest).or(self.classes.last());
        let width = class.map_or(0.0, |(_, width)| *width);
        let root = expected.max(0.0).sqrt();
        let low = ((root - width).max(0.0).powi(2) - 0.5 - HAIR).ceil().max(0.0);
        let high = ((root + width).powi(2) + 0.5 + HAIR).floor();
        Hour { expected, low: low.min(expected), high: high.max(expected) }
    }
}

/// The width at which the interval around `expected` comes to hold `came`.
fn distance(expected: f64, came: u32) -> f64 {
    let (root, came) = (expected.max(0.0).sqrt(), f64::from(came));
    let up = (came - 0.5).max(0.0).sqrt() - root;
    let down = root - (came + 0.5).sqrt();
    up.max(down).max(0.0)
}
