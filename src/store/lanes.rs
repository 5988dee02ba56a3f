//! Who waits for the writer: one lane for each conversation or address, in the order in which they came. A batch takes
//! at most one of a lane, since the second must see what the first wrote.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

#[derive(Debug)]
pub(super) struct Lanes<K, J> {
    ready: VecDeque<J>,
    /// A lane is here from its first job until [`Lanes::done`] finds it empty.
    behind: HashMap<K, VecDeque<J>>,
}

impl<K: Eq + Hash, J> Lanes<K, J> {
    pub(super) fn new() -> Self {
        Self { ready: VecDeque::new(), behind: HashMap::new() }
    }

    /// Whether nothing can be taken now.
    pub(super) fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }

    pub(super) fn ready(&self) -> usize {
        self.ready.len()
    }

    pub(super) fn push(&mut self, lane: K, job: J) {
        match self.behind.entry(lane) {
            std::collections::hash_map::Entry::Occupied(mut lane) => lane.get_mut().push_back(job),
            std::collections::hash_map::Entry::Vacant(lane) => {
                lane.insert(VecDeque::new());
                self.ready.push_back(job);
            }
        }
    }

    /// At most `most` jobs, each of another lane.
    pub(super) fn take(&mut self, most: usize) -> Vec<J> {
        let count = self.ready.len().min(most);
        self.ready.drain(..count).collect()
    }

    /// Gives back jobs that were taken and could not be done yet; they come first in the next batch, in this order.
    pub(super) fn give_back(&mut self, jobs: Vec<J>) {
        for job in jobs.into_iter().rev() {
            self.ready.push_front(job);
        }
    }

    /// The first of a lane was done: the next gets ready. `answered` takes those that need no turn of their own any
    /// more (twins of the one that was done), and gives back the first that does.
    pub(super) fn done(&mut self, lane: &K, mut answered: impl FnMut(J) -> Option<J>) {
        let Some(waiting) = self.behind.get_mut(lane) else { return };
        let next = loop {
            match waiting.pop_front() {
                None => break None,
                Some(job) => {
                    if let Some(job) = answered(job) {
                        break Some(job);
                    }
                }
            }
        };
        match next {
            Some(job) => self.ready.push_back(job),
            None => {
                self.behind.remove(lane);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_gives_one_at_a_time_in_order() {
        let mut lanes = Lanes::new();
        for (lane, job) in [("a", 1), ("a", 2), ("b", 3), ("a", 4)] {
            lanes.push(lane, job);
        }
        assert_eq!(lanes.take(10), [1, 3]);
        assert!(lanes.is_empty());
        lanes.done(&"b", Some);
        lanes.done(&"a", Some);
        assert_eq!(lanes.take(10), [2]);
        lanes.push("b", 5);
        lanes.done(&"a", Some);
        assert_eq!(lanes.take(10), [5, 4]);
    }

    #[test]
    fn what_is_given_back_comes_first_and_keeps_its_lane() {
        let mut lanes = Lanes::new();
        for (lane, job) in [("a", 1), ("b", 2), ("c", 3), ("a", 4)] {
            lanes.push(lane, job);
        }
        assert_eq!(lanes.take(2), [1, 2]);
        lanes.give_back(vec![1, 2]);
        assert_eq!(lanes.take(10), [1, 2, 3]);
    }

    #[test]
    fn twins_are_answered_on_the_way() {
        let mut lanes = Lanes::new();
        for job in [1, 1, 1, 2] {
            lanes.push("a", job);
        }
        assert_eq!(lanes.take(10), [1]);
        let mut twins = 0;
        lanes.done(&"a", |job| {
            if job == 1 {
                twins += 1;
                return None;
            }
            Some(job)
        });
        assert_eq!(twins, 2);
        assert_eq!(lanes.take(10), [2]);
    }
}
