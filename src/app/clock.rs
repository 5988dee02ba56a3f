//! What time it is: the machine's, or one that is set, where a life is played through in less time than it takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Cheap to clone; clones show the same time.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// One that stands at `at` until it is set on.
    pub fn set_to(at: Timestamp) -> Self {
        Self(Some(Arc::new(AtomicI64::new(at.as_microsecond()))))
    }

    pub fn now(&self) -> Timestamp {
        let set = self.0.as_ref().map(|at| at.load(Ordering::Relaxed));
        set.and_then(|at| Timestamp::from_microsecond(at).ok()).unwrap_or_else(Timestamp::now)
    }

    /// Moves one that is set; the machine's goes by itself.
    pub fn set(&self, at: Timestamp) {
        if let Some(shown) = &self.0 {
            shown.store(at.as_microsecond(), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_stands_and_its_clones_with_it() {
        let at: Timestamp = "2026-03-29T00:59:59Z".parse().expect("a time");
        let clock = Clock::set_to(at);
        let other = clock.clone();
        assert_eq!(clock.now(), at);
        let later = at.checked_add(jiff::SignedDuration::from_hours(2)).expect("a time");
        other.set(later);
        assert_eq!(clock.now(), later);
        assert!(Clock::default().now() > at);
    }
}
