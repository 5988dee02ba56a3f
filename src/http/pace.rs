//! How fast somebody may come: token buckets by key, in memory, bounded in number.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// More keys than this are never held at once.
const MAX_KEYS: usize = 50_000;

#[derive(Debug)]
pub struct Pace {
    burst: f64,
    /// Tokens that come back each second.
    rate: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Pace {
    /// `burst` at once, then `rate` a second.
    pub fn new(burst: u32, rate: f64) -> Self {
        Self { burst: f64::from(burst), rate, buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes one of the key's tokens.
    ///
    /// # Errors
    /// How long until there is one again.
    pub fn take(&self, key: &str, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.lock();
        if buckets.len() >= MAX_KEYS && !buckets.contains_key(key) {
            self.make_room(&mut buckets, now);
        }
        let bucket = buckets.entry(key.to_owned()).or_insert(Bucket { tokens: self.burst, at: now });
        *bucket = self.refilled(*bucket, now);
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - bucket.tokens) / self.rate))
    }

    /// Gives a token back: what it was taken for did no harm.
    pub fn give_back(&self, key: &str) {
        if let Some(bucket) = self.lock().get_mut(key) {
            bucket.tokens = (bucket.tokens + 1.0).min(self.burst);
        }
    }

    fn refilled(&self, bucket: Bucket, now: Instant) -> Bucket {
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        Bucket { tokens: (bucket.tokens + passed * self.rate).min(self.burst), at: now.max(bucket.at) }
    }

    /// Full buckets say nothing and go; if none is full, all start anew, which is the lesser evil.
    fn make_room(&self, buckets: &mut HashMap<String, Bucket>, now: Instant) {
        buckets.retain(|_, bucket| self.refilled(*bucket, now).tokens < self.burst);
        if buckets.len() >= MAX_KEYS {
            buckets.clear();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let pace = Pace::new(3, 2.0);
        let start = Instant::now();
        assert!((0..3).all(|_| pace.take("a", start).is_ok()));
        assert_eq!(pace.take("a", start), Err(Duration::from_millis(500)));
        assert!(pace.take("b", start).is_ok(), "another key has its own bucket");
        assert!(pace.take("a", start + Duration::from_millis(500)).is_ok());
        assert!(pace.take("a", start + Duration::from_millis(600)).is_err());
    }

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let pace = Pace::new(1, 0.1);
        let now = Instant::now();
        assert!(pace.take("a", now).is_ok());
        assert!(pace.take("a", now).is_err());
        pace.give_back("a");
        assert!(pace.take("a", now).is_ok());
    }

    #[test]
    fn the_number_of_keys_is_bounded() {
        let pace = Pace::new(1, 0.001);
        let now = Instant::now();
        for n in 0..MAX_KEYS + 10 {
            let _ = pace.take(&n.to_string(), now);
        }
        assert!(pace.lock().len() <= MAX_KEYS);
    }
}
