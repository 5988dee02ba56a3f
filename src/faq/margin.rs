//! A linear support vector machine for each entry against all others, on the same unit vectors that the cosines use.
//! Kept as weights on phrasings, so that at query time it is a sum over cosines that are known anyway.
//!
//! Dual coordinate descent for the squared hinge loss (Hsieh et al. 2008), C = 1. Each round visits the samples in an order
//! of its own, which converges in a few rounds where one order for all does not in forty; the orders are the same at
//! every run.

use super::look::Cosines;
use super::postings::Postings;
use super::shelf::{Entry, Shelf};
use super::threads::side_by_side;
use super::vectors::{Draft, Maker, Vector};

const C: f32 = 1.0;

/// Machines trained side by side, so that a sample's features are read once for all of them.
const BLOCK: usize = 64;
/// A support that weighs less is dropped.
const SLIGHT: f32 = 0.01;
const ROUNDS: usize = 12;
/// Multiplications that training may take; beyond, an entry meets a sample of the others' phrasings.
const BUDGET: usize = 500_000_000;
/// Below this many phrasings an entry on average there is nothing to learn from.
pub(super) const LEAST_DEPTH: f64 = 2.0;

/// The decision of entry `e` is `bias[e]` + the sum of weight × similarity over its supports.
#[derive(Debug, Default)]
pub(super) struct Machine {
    starts: Vec<u32>,
    supports: Vec<(u32, f32)>,
    bias: Vec<f32>,
}

impl Machine {
    pub fn is_trained(&self) -> bool {
        !self.bias.is_empty()
    }

    /// Adds the machines of the entries that follow; a part's `starts` has no leading 0.
    fn append(&mut self, part: Self) {
        let before = self.supports.len() as u32;
        self.starts.extend(part.starts.iter().map(|start| before + start));
        self.supports.extend(part.supports);
        self.bias.extend(part.bias);
    }

    /// Positive when the cosines look like entry `entry`; phrasings in `without` are passed over.
    pub fn decide(&self, entry: usize, cosines: &Cosines, without: &std::ops::Range<usize>) -> f32 {
        let supports = &self.supports[self.starts[entry] as usize..self.starts[entry + 1] as usize];
        let mut sum = self.bias[entry];
        for &(row, weight) in supports {
            if !without.contains(&(row as usize)) {
                let [words, letters] = cosines[row as usize];
                sum += weight * (words + letters) / 2.0;
            }
        }
        sum
    }
}

/// Trains a machine for each entry, or none if the base is too thin. `width`: features of a phrasing, on average.
pub(super) fn train(shelf: &Shelf, draft: &Draft, width: usize) -> Machine {
    let (entries, rows) = (&shelf.entries, shelf.phrasings.len());
    if entries.len() < 2 || shelf.depth < LEAST_DEPTH {
        return Machine::default();
    }
    let all = rows * entries.len() * width.max(1) * ROUNDS;
    let stride = all.div_ceil(BUDGET).max(1);
    let blocks: Vec<(usize, &[Entry])> = entries.chunks(BLOCK).enumerate().collect();
    let mut machine = Machine { starts: vec![0], ..Machine::default() };
    for part in side_by_side(&blocks, |blocks| {
        let mut part = Machine::default();
        let mut maker = Maker::new(shelf, draft);
        let mut slots = vec![u32::MAX; maker.dimensions()];
        for (number, block) in blocks {
            let own = block[0].first as usize..block[block.len() - 1].end as usize;
            let others = (number % stride..rows).step_by(stride);
            let before = others.clone().take_while(|&row| row < own.start);
            let after = others.clone().skip_while(|&row| row < own.end);
            let samples: Vec<usize> = before.chain(own.clone()).chain(after).collect();
            let mut trainer = Trainer::new(block, &samples, &mut maker, &mut slots);
            for _ in 0..ROUNDS {
                trainer.round();
            }
            trainer.keep(&mut part);
        }
        part
    }) {
        machine.append(part);
    }
    machine.supports.shrink_to_fit();
    machine
}

struct Trainer<'a> {
    block: &'a [Entry],
    samples: &'a [usize],
    /// The samples' features, numbered by first use, at half the squared length each for words and letters.
    features: Postings,
    /// By feature, then machine.
    weights: Vec<[f32; BLOCK]>,
    bias: [f32; BLOCK],
    /// By sample, then machine.
    duals: Vec<[f32; BLOCK]>,
    order: Vec<usize>,
    seed: u64,
}

impl<'a> Trainer<'a> {
    /// `slots` is scratch: it comes and goes filled with `u32::MAX`.
    fn new(block: &'a [Entry], samples: &'a [usize], maker: &mut Maker, slots: &mut [u32]) -> Self {
        let half = std::f32::consts::FRAC_1_SQRT_2;
        let (mut features, mut vector, mut used) = (Postings::default(), Vector::default(), Vec::new());
        for &row in samples {
            maker.make(row as u32, &mut vector);
            features.push(vector.words.iter().chain(&vector.grams).map(|&(feature, value)| {
                let slot = &mut slots[feature as usize];
                if *slot == u32::MAX {
                    *slot = used.len() as u32;
                    used.push(feature);
                }
                (*slot, value * half)
            }));
        }
        used.iter().for_each(|&feature| slots[feature as usize] = u32::MAX);
        Self {
            block,
            samples,
            features,
            weights: vec![[0.0; BLOCK]; used.len()],
            bias: [0.0; BLOCK],
            duals: vec![[0.0; BLOCK]; samples.len()],
            order: (0..samples.len()).collect(),
            seed: 0x9E37_79B9_7F4A_7C15,
        }
    }

    fn round(&mut self) {
        for last in (1..self.order.len()).rev() {
            let at = self.random() % (last as u64 + 1);
            self.order.swap(last, at as usize);
        }
        for at in 0..self.order.len() {
            self.visit(self.order[at]);
        }
    }

    /// Xorshift: the same numbers at every run.
    fn random(&mut self) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed >> 11
    }

    fn visit(&mut self, at: usize) {
        let mut decisions = self.bias;
        let mut square = 1.0;
        for &(feature, value) in self.features.of(at as u32) {
            square += value * value;
            for (decision, weight) in decisions.iter_mut().zip(&self.weights[feature as usize]) {
                *decision += value * weight;
            }
        }
        let row = self.samples[at];
        let mut changes = [0.0_f32; BLOCK];
        let mut changed = false;
        for (c, entry) in self.block.iter().enumerate() {
            let sign = if entry.phrasings().contains(&row) { 1.0 } else { -1.0 };
            let dual = self.duals[at][c];
            let slope = sign * decisions[c] - 1.0 + dual / (2.0 * C);
            let next = (dual - slope / (square + 1.0 / (2.0 * C))).max(0.0);
            if next != dual {
                self.duals[at][c] = next;
                changes[c] = sign * (next - dual);
                self.bias[c] += changes[c];
                changed = true;
            }
        }
        if !changed {
            return;
        }
        for &(feature, value) in self.features.of(at as u32) {
            for (weight, change) in self.weights[feature as usize].iter_mut().zip(&changes) {
                *weight += value * change;
            }
        }
    }

    fn keep(&self, machine: &mut Machine) {
        for (c, entry) in self.block.iter().enumerate() {
            for (at, &row) in self.samples.iter().enumerate() {
                let dual = self.duals[at][c];
                if dual > SLIGHT {
                    let sign = if entry.phrasings().contains(&row) { 1.0 } else { -1.0 };
                    machine.supports.push((row as u32, sign * dual));
                }
            }
            machine.starts.push(machine.supports.len() as u32);
            machine.bias.push(self.bias[c]);
        }
    }
}
