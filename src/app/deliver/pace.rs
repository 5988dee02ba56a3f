//! How fast a platform may be written to: a bucket for all, one for each chat or group. Counted here rather than learnt
//! from refusals, and the same in tests and in production.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::app::channels::{Limits, Place};

/// Places remembered before those that are free again are forgotten.
const MANY: usize = 10_000;

#[derive(Debug)]
pub struct Pace {
    limits: Limits,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    all: Bucket,
    places: HashMap<Place, Bucket>,
    /// Who was refused last, and when: two at once mean that it is not about them.
    refused: Option<(Place, Instant)>,
}

/// When the next one would be due if they came evenly (the virtual scheduling form of a leaky bucket, ITU-T I.371), and
/// until when there is a pause.
#[derive(Debug, Default, Clone, Copy)]
struct Bucket {
    even: Option<Instant>,
    paused: Option<Instant>,
}

impl Bucket {
    fn free_at(&self, (burst, every): (u32, Duration), now: Instant) -> Instant {
        let ahead = every.saturating_mul(burst.saturating_sub(1));
        let even = self.even.and_then(|even| even.checked_sub(ahead)).unwrap_or(now);
        even.max(self.paused.unwrap_or(now)).max(now)
    }

    fn take(&mut self, (_, every): (u32, Duration), at: Instant) {
        self.even = Some(self.even.map_or(at, |even| even.max(at)) + every);
    }

    fn pause(&mut self, until: Instant) {
        self.paused = Some(self.paused.map_or(until, |paused| paused.max(until)));
    }
}

impl Pace {
    pub fn new(limits: Limits) -> Self {
        Self { limits, inner: Mutex::default() }
    }

    /// Takes the next place in the line, if that comes within `most`: how long to wait for it. Else how long it would be.
    ///
    /// # Errors
    /// The time to wait, where that is more than `most`; nothing is taken then.
    pub fn reserve(&self, place: &Place, most: Duration, now: Instant) -> Result<Duration, Duration> {
        let own = if place.group { self.limits.group } else { self.limits.chat };
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.forget(now);
        let bucket = inner.places.get(place).copied().unwrap_or_default();
        let all = inner.all.free_at(self.limits.all, now);
        let at = bucket.free_at(own, all);
        let wait = at.saturating_duration_since(now);
        if wait > most {
            return Err(wait);
        }
        // Counted for all when they would have let it through: a chat that waits for its own turn holds up no other.
        inner.all.take(self.limits.all, all);
        inner.places.entry(place.clone()).or_default().take(own, at);
        Ok(wait)
    }

    /// The platform refused: this place waits, and all do where another was refused just before.
    pub fn pause(&self, place: &Place, time: Duration, now: Instant) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let just = |at: Instant| now.saturating_duration_since(at) < Duration::from_secs(1);
        if inner.refused.as_ref().is_some_and(|(other, at)| other != place && just(*at)) {
            inner.all.pause(now + time);
        }
        inner.refused = Some((place.clone(), now));
        inner.places.entry(place.clone()).or_default().pause(now + time);
    }
}

impl Inner {
    fn forget(&mut self, now: Instant) {
        if self.places.len() > MANY {
            let busy = |at: Option<Instant>| at.is_some_and(|at| at > now);
            self.places.retain(|_, bucket| busy(bucket.even) || busy(bucket.paused));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn place(key: &str, group: bool) -> Place {
        Place { key: key.to_owned(), group }
    }

    fn pace() -> Pace {
        Pace::new(Limits { all: (5, SECOND / 30), chat: (3, SECOND), group: (3, SECOND * 3) })
    }

    #[test]
    fn a_burst_then_one_a_second() {
        let (pace, now) = (pace(), Instant::now());
        let waits: Vec<u64> = (0..6)
            .map(|_| pace.reserve(&place("a", false), SECOND * 60, now).expect("a place").as_secs())
            .collect();
        assert_eq!(waits, [0, 0, 0, 1, 2, 3]);
        assert!(pace.reserve(&place("a", false), SECOND, now).is_err());
        assert!(pace.reserve(&place("b", false), SECOND, now).is_ok(), "another chat is not held up");
    }

    #[test]
    fn no_more_than_the_platform_allows_in_any_second_or_minute() {
        let (pace, now) = (pace(), Instant::now());
        let mut at: Vec<Duration> = (0..200)
            .map(|n| pace.reserve(&place(&n.to_string(), false), SECOND * 60, now).expect("one"))
            .collect();
        at.sort();
        for from in &at {
            let within = at.iter().filter(|other| **other >= *from && **other < *from + SECOND).count();
            assert!(within <= 35, "{within} messages in a second");
        }
        let at: Vec<Duration> =
            (0..40).map(|_| pace.reserve(&place("g", true), SECOND * 600, now).expect("one")).collect();
        for from in &at {
            let within = at.iter().filter(|other| **other >= *from && **other < *from + SECOND * 60).count();
            assert!(within <= 23, "{within} messages in a minute");
        }
    }

    #[test]
    fn a_refusal_pauses_its_place_and_two_pause_all() {
        let (pace, now) = (pace(), Instant::now());
        pace.pause(&place("a", false), SECOND * 9, now);
        assert_eq!(pace.reserve(&place("a", false), SECOND * 60, now), Ok(SECOND * 9));
        assert_eq!(pace.reserve(&place("c", false), SECOND * 60, now), Ok(Duration::ZERO));
        pace.pause(&place("b", false), SECOND * 5, now);
        let wait = pace.reserve(&place("d", false), SECOND * 60, now).expect("a place");
        assert!(wait >= SECOND * 5, "{wait:?}");
    }
}
