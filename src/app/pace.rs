//! How fast conversations are taken from the queues: what a place in the queue is told from.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Takes that are remembered, those that it needs to tell anything, and how long they count.
const TAKES: usize = 20;
const LEAST: usize = 4;
const WINDOW: SignedDuration = SignedDuration::from_mins(60);

/// The last takes of this process.
#[derive(Debug, Default)]
pub struct Pace(Mutex<VecDeque<Timestamp>>);

impl Pace {
    /// An agent took a conversation from a queue.
    pub fn took(&self, now: Timestamp) {
        let mut takes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        takes.push_back(now);
        if takes.len() > TAKES {
            takes.pop_front();
        }
    }

    /// Minutes, rounded up, until the conversation at a place (from 1) is taken; `None` where too few were taken lately.
    pub fn minutes(&self, place: u32, now: Timestamp) -> Option<u32> {
        let takes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent: Vec<Timestamp> =
            takes.iter().copied().filter(|at| now.duration_since(*at) <= WINDOW).collect();
        let first = recent.first().filter(|_| recent.len() >= LEAST)?;
        // Up to now, so that a queue that stands still is told as slower.
        let seconds = now.duration_since(*first).as_secs();
        let takes = i64::try_from(recent.len()).ok()?;
        let wait = seconds.checked_mul(i64::from(place))?.checked_div(takes)?;
        u32::try_from(wait.div_euclid(60) + i64::from(wait % 60 > 0)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_from_what_was_taken() {
        let pace = Pace::default();
        let at = |minute: i64| Timestamp::from_second(minute * 60).expect("a time");
        for minute in [0, 3, 6] {
            pace.took(at(minute));
        }
        assert_eq!(pace.minutes(1, at(9)), None, "too few to tell");
        pace.took(at(9));
        // Four in twelve minutes: one every three.
        assert_eq!(pace.minutes(1, at(12)), Some(3));
        assert_eq!(pace.minutes(2, at(12)), Some(6));
        assert_eq!(pace.minutes(1, at(13)), Some(4), "begun minutes count");
        assert_eq!(pace.minutes(1, at(200)), None, "that was long ago");
    }
}
