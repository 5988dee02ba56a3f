//! Deflection: how many who asked were helped by an answer, so that nobody had to. Counted so that it cannot flatter:
//! beside every figure stands how many asked at all, and a mean over nothing is no figure.

use std::ops::AddAssign;
use std::time::Duration;

use serde::Serialize;

/// Who comes back on the same matter within this time was not helped for good.
pub const RETURN_WITHIN: Duration = Duration::from_secs(7 * 24 * 3600);

/// Conversations, by what came of their last question. `asked` is the sum of confirmed, assumed, failed and open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// A question was put to the FAQ.
    pub asked: u64,
    /// An answer, or titles of answers, were shown.
    pub offered: u64,
    /// The contact said that an answer solved it, and no ticket or person followed.
    pub confirmed: u64,
    /// The contact left after an answer and said nothing; no ticket or person followed.
    pub assumed: u64,
    /// A ticket or a person followed, or there was no answer, or all were refused.
    pub failed: u64,
    /// Still under way.
    pub open: u64,
    /// Of the confirmed and assumed: those of at least [`RETURN_WITHIN`] ago.
    pub due: u64,
    /// Of the due: those who did not come back on the matter.
    pub durable: u64,
}

impl Tally {
    /// Those of which it is known how it ended.
    pub fn ended(&self) -> u64 {
        self.asked - self.open.min(self.asked)
    }

    /// Confirmed ÷ ended; `None` where nothing ended.
    pub fn confirmed_share(&self) -> Option<f64> {
        share(self.confirmed, self.ended())
    }

    /// Confirmed and assumed ÷ ended.
    pub fn deflected_share(&self) -> Option<f64> {
        share(self.confirmed + self.assumed, self.ended())
    }

    /// Durable ÷ due.
    pub fn durable_share(&self) -> Option<f64> {
        share(self.durable, self.due)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.asked += other.asked;
        self.offered += other.offered;
        self.confirmed += other.confirmed;
        self.assumed += other.assumed;
        self.failed += other.failed;
        self.open += other.open;
        self.due += other.due;
        self.durable += other.durable;
    }
}

/// `part ÷ whole`, or nothing of nothing.
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_no_figure() {
        let mut tally = Tally::default();
        assert_eq!((tally.confirmed_share(), tally.durable_share()), (None, None));
        tally +=
            Tally { asked: 10, open: 2, confirmed: 2, assumed: 4, due: 4, durable: 3, ..Tally::default() };
        assert_eq!(tally.confirmed_share(), Some(0.25));
        assert_eq!(tally.deflected_share(), Some(0.75));
        assert_eq!(tally.durable_share(), Some(0.75));
    }
}
