//! How likely a target of an open ticket is to be missed. A logistic regression learns it from tickets whose outcome is known,
//! is calibrated on later ones (by Platt's line: the steps of an isotonic fit did worse, with 300 examples as with 20 000),
//! and is scored (Brier) on later ones still, which it never saw. It is of use only where it does better there than
//! always saying how often targets are missed.

use std::collections::BTreeMap;

use serde::Serialize;

use regression::{linear, logistic, regression};

/// What is known of a ticket at a moment of its life.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Features {
    /// The share of the target's time that is used: 0 at its beginning, 1 where it is missed.
    pub used: f64,
    /// Hours of working time until it is missed.
    pub hours_left: f64,
    pub queue: String,
    pub priority: String,
    /// 1 to 3.
    pub tier: u8,
    /// How often it came up again.
    pub reopened: u32,
    /// Whether it has an agent.
    pub assigned: bool,
    /// Open tickets for each agent who is online.
    pub load: f64,
}

/// A moment of a ticket, and whether its target was missed in the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    pub features: Features,
    pub missed: bool,
}

/// How a model did on the examples that were held out, the last fifth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    pub n: usize,
    /// The mean of (risk − outcome)²: 0 is perfect.
    pub brier: f64,
    /// That of always saying `rate`, the best that one number for all could do.
    pub brier_of_base_rate: f64,
    /// The share of them that was missed.
    pub rate: f64,
}

/// The examples held out whose risk lay from `from` up to, and without, `to` (the last bin with 1).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    pub from: f64,
    pub to: f64,
    pub n: usize,
    /// Their mean risk; `None` where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicted: Option<f64>,
    /// The share of them that was missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<f64>,
}

/// A model learns from no fewer examples than this,
pub const NEEDED: usize = 200;
/// and from no fewer of either outcome.
pub const NEEDED_OF_EACH: usize = 20;
/// Of those, so many must be among the first three fifths, from which the weights are learnt.
const LEARNT_OF_EACH: usize = 10;
/// A queue counts as if it had so many examples more that went as all do: one that is seldom seen says little.
const SMOOTHING: f64 = 20.0;
/// How much weights are held back, in examples.
const RIDGE: f64 = 1.0;
/// How many numbers are made of features.
const WIDTH: usize = 10;
/// The first of them grow as time passes: their weights may not be negative, so that no ticket is safer for having used more
/// or having less time left.
const RISING: usize = 4;

type Row = [f64; WIDTH];

/// What was learnt for one target, such as the first response.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    encoding: Encoding,
    weights: Vec<f64>,
    /// Platt's calibration: slope and offset on the scale of log odds.
    slope: f64,
    offset: f64,
    score: Score,
    reliability: Vec<Bin>,
}

impl Model {
    /// Learns from examples of one target, in the order in which they happened: weights from the first three fifths, their
    /// calibration from the next, the score from the last. Moments at which the target was already missed say nothing
    /// and are to be left out.
    ///
    /// `None` where there are fewer than [`NEEDED`], fewer than [`NEEDED_OF_EACH`] of either outcome, or hardly any of one
    /// among those that weights are learnt from.
    pub fn train(examples: &[Example]) -> Option<Self> {
        let n = examples.len();
        let (learnt, rest) = examples.split_at(n * 3 / 5);
        let (calibrated, held_out) = rest.split_at(n * 4 / 5 - learnt.len());
        if n < NEEDED || of_rarer(examples) < NEEDED_OF_EACH || of_rarer(learnt) < LEARNT_OF_EACH {
            return None;
        }
        let encoding = Encoding::of(learnt);
        let rows: Vec<Vec<f64>> =
            learnt.iter().map(|example| encoding.row(&example.features).to_vec()).collect();
        let outcomes: Vec<f64> = learnt.iter().map(outcome).collect();
        let weights = rising(&rows, &outcomes)?;
        let mut model = Self {
            encoding,
            weights,
            slope: 1.0,
            offset: 0.0,
            score: Score { n: 0, brier: 0.0, brier_of_base_rate: 0.0, rate: 0.0 },
            reliability: Vec::new(),
        };
        (model.slope, model.offset) = platt(&model, calibrated);
        let told: Vec<(f64, f64)> =
            held_out.iter().map(|example| (model.risk(&example.features), outcome(example))).collect();
        model.score = score(&told);
        model.reliability = reliability(&told);
        Some(model)
    }

    /// How likely the target is to be missed, 0 to 1. What is no number counts as nothing, and a queue or priority that was
    /// never seen as the mean of all.
    pub fn risk(&self, features: &Features) -> f64 {
        logistic(self.slope * self.log_odds(features) + self.offset)
    }

    fn log_odds(&self, features: &Features) -> f64 {
        linear(&self.weights, &self.encoding.row(features))
    }

    /// Whether it did better than the base rate on the examples held out.
    pub fn usable(&self) -> bool {
        self.score.brier < self.score.brier_of_base_rate
    }

    /// Of this very model, on examples that it learnt nothing from.
    pub fn score(&self) -> Score {
        self.score
    }

    /// Ten bins of risk, the lowest first: where it is calibrated, `observed` is near `predicted`.
    pub fn reliability(&self) -> &[Bin] {
        &self.reliability
    }
}

fn outcome(example: &Example) -> f64 {
    f64::from(u8::from(example.missed))
}

fn of_rarer(examples: &[Example]) -> usize {
    let missed = examples.iter().filter(|example| example.missed).count();
    missed.min(examples.len() - missed)
}

/// How features become numbers, each with mean 0 and deviation 1 over what was learnt from.
#[derive(Debug, Clone, PartialEq)]
struct Encoding {
    /// By queue and by priority: the log odds of a miss there, over those of all.
    queues: BTreeMap<String, f64>,
    priorities: BTreeMap<String, f64>,
    middle: Row,
    spread: Row,
}

impl Encoding {
    fn of(examples: &[Example]) -> Self {
        let mut encoding = Self {
            queues: rates(examples, |features| &features.queue),
            priorities: rates(examples, |features| &features.priority),
            middle: [0.0; WIDTH],
            spread: [1.0; WIDTH],
        };
        let rows: Vec<Row> = examples.iter().map(|example| encoding.row(&example.features)).collect();
        let n = rows.len().max(1) as f64;
        for at in 0..WIDTH {
            let middle = rows.iter().map(|row| row[at]).sum::<f64>() / n;
            let variance = rows.iter().map(|row| (row[at] - middle).powi(2)).sum::<f64>() / n;
            encoding.middle[at] = middle;
            // What is the same everywhere says nothing.
            encoding.spread[at] = if variance > 1e-12 { variance.sqrt() } else { f64::INFINITY };
        }
        encoding
    }

    fn row(&self, features: &Features) -> Row {
        let used = within(features.used, 2.0);
        let unassigned = if features.assigned { 0.0 } else { 1.0 };
        let of = |known: &BTreeMap<String, f64>, word: &String| known.get(word).copied().unwrap_or(0.0);
        let row = [
            used,
            used * used,
            used * unassigned,
            -within(features.hours_left, 1e4).ln_1p(),
            unassigned,
            of(&self.queues, &features.queue),
            of(&self.priorities, &features.priority),
            f64::from(features.tier),
            f64::from(features.reopened).ln_1p(),
            within(features.load, 1e4).ln_1p(),
        ];
        std::array::from_fn(|at| (row[at] - self.middle[at]) / self.spread[at])
    }
}

/// Between 0 and `most`; what is no number is 0.
fn within(value: f64, most: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, most) }
}

/// The log odds of a miss by word over those of all, drawn to 0 where there are few examples.
fn rates(examples: &[Example], word: impl Fn(&Features) -> &String) -> BTreeMap<String, f64> {
    let mut counts: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for example in examples {
        let count = counts.entry(word(&example.features).clone()).or_default();
        count.0 += outcome(example);
        count.1 += 1.0;
    }
    let rate = examples.iter().map(outcome).sum::<f64>() / examples.len().max(1) as f64;
    let log_odds = |rate: f64| (rate / (1.0 - rate)).ln();
    let over =
        |(missed, n): (f64, f64)| log_odds((missed + SMOOTHING * rate) / (n + SMOOTHING)) - log_odds(rate);
    counts.into_iter().map(|(word, count)| (word, over(count))).collect()
}

/// Weights of which the first [`RISING`] are not negative: those that would be are left out, the worst first.
fn rising(rows: &[Vec<f64>], outcomes: &[f64]) -> Option<Vec<f64>> {
    let mut rows = rows.to_vec();
    loop {
        let mut weights = regression(&rows, outcomes, RIDGE)?;
        let worst = (0..RISING).min_by(|one, other| weights[*one].total_cmp(&weights[*other]))?;
        if weights[worst] >= 0.0 {
            return Some(weights);
        }
        if weights[worst] > -1e-9 {
            weights[..RISING].iter_mut().for_each(|weight| *weight = weight.max(0.0));
            return Some(weights);
        }
        rows.iter_mut().for_each(|row| row[worst] = 0.0);
    }
}

/// Slope and offset that fit the model's log odds to examples it did not learn from; outcomes count as a little less than sure,
/// as Platt has it. A model whose order is wrong there is left as it is.
fn platt(model: &Model, examples: &[Example]) -> (f64, f64) {
    let missed = examples.iter().filter(|example| example.missed).count() as f64;
    let kept = examples.len() as f64 - missed;
    let (high, low) = ((missed + 1.0) / (missed + 2.0), 1.0 / (kept + 2.0));
    let rows: Vec<Vec<f64>> =
        examples.iter().map(|example| vec![model.log_odds(&example.features)]).collect();
    let outcomes: Vec<f64> = examples.iter().map(|example| if example.missed { high } else { low }).collect();
    match regression(&rows, &outcomes, 1e-6).as_deref() {
        Some([slope, offset]) if *slope > 0.0 => (*slope, *offset),
        _ => (1.0, 0.0),
    }
}

fn score(told: &[(f64, f64)]) -> Score {
    let n = told.len().max(1) as f64;
    let rate = told.iter().map(|(_, outcome)| outcome).sum::<f64>() / n;
    let brier = told.iter().map(|(risk, outcome)| (risk - outcome).powi(2)).sum::<f64>() / n;
    Score { n: told.len(), brier, brier_of_base_rate: rate * (1.0 - rate), rate }
}

fn reliability(told: &[(f64, f64)]) -> Vec<Bin> {
    let bin = |at: usize| {
        let here: Vec<_> = told.iter().filter(|(risk, _)| ((risk * 10.0) as usize).min(9) == at).collect();
        let n = here.len();
        let mean = |of: fn(&(f64, f64)) -> f64| {
            (n > 0).then(|| here.iter().map(|one| of(one)).sum::<f64>() / n as f64)
        };
        let (from, to) = (at as f64 / 10.0, (at + 1) as f64 / 10.0);
        Bin { from, to, n, predicted: mean(|one| one.0), observed: mean(|one| one.1) }
    };
    (0..10).map(bin).collect()
}

mod regression;
#[cfg(test)]
mod tests;
