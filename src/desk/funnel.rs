//! The funnel of flows: how many conversations came to each step, went on from it or stopped there, and what
//! was said where an answer failed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::deflection::share;

/// Different wordings that are kept of a step; beyond that, the rarest goes first.
const KEPT: usize = 1_000;
/// Wordings that are told of a step.
const TOLD: usize = 5;
/// Characters that are kept of a wording.
const LONGEST: usize = 200;

/// What became of a conversation at a step. Those of one conversation stand in the order in which they
/// happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub flow: String,
    pub step: String,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The step ran and was left.
    Passed,
    /// An answer was not understood or refused, or (without a wording) nothing was heard.
    Failed { wording: Option<String> },
    /// The conversation ended, or was left, while it stood there.
    Stopped,
}

/// A step of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepRow {
    pub flow: String,
    pub step: String,
    /// Conversations that came there at least once.
    pub entered: u64,
    /// Conversations that went on from there at least once. One that comes back may also stop there.
    pub passed: u64,
    /// Answers that failed, however many of one conversation.
    pub failed: u64,
    /// Conversations that ended there, or were left there and did not go on.
    pub stopped: u64,
    /// What failed most often; at most five, the most frequent first, then by text.
    pub wordings: Vec<Wording>,
}

impl StepRow {
    /// Stopped ÷ entered; `None` where nobody came.
    pub fn drop(&self) -> Option<f64> {
        share(self.stopped, self.entered)
    }
}

/// In small letters, with single spaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wording {
    pub text: String,
    /// How often it failed. Too low where it was so rare for a while that it was not kept.
    pub count: u64,
}

/// Grows with the steps that were seen, and not with the conversations.
#[derive(Debug, Clone, Default)]
pub struct Funnel {
    /// By flow and step.
    flows: BTreeMap<String, BTreeMap<String, Tally>>,
}

#[derive(Debug, Clone, Default)]
struct Tally {
    entered: u64,
    passed: u64,
    failed: u64,
    stopped: u64,
    /// How often each failed, and as which failure of the step it did last.
    wordings: BTreeMap<String, (u64, u64)>,
}

impl Funnel {
    /// Adds one conversation, whole: what is added in parts counts as several.
    pub fn add(&mut self, conversation: &[Seen]) {
        let mut came = BTreeSet::new();
        let mut passed = BTreeSet::new();
        for seen in conversation {
            let place = (seen.flow.as_str(), seen.step.as_str());
            let tally = self.tally(seen);
            tally.entered += u64::from(came.insert(place));
            match &seen.what {
                What::Passed => tally.passed += u64::from(passed.insert(place)),
                What::Failed { wording } => tally.fail(wording.as_deref()),
                What::Stopped => {}
            }
        }
        // What stopped and then went on did not stop. It may stand at a step of each flow that is under way.
        let mut stopped = BTreeSet::new();
        for seen in conversation.iter().rev().take_while(|seen| seen.what == What::Stopped) {
            let new = stopped.insert((seen.flow.as_str(), seen.step.as_str()));
            self.tally(seen).stopped += u64::from(new);
        }
    }

    fn tally(&mut self, seen: &Seen) -> &mut Tally {
        self.flows.entry(seen.flow.clone()).or_default().entry(seen.step.clone()).or_default()
    }

    /// A row for each (flow, step) of `order`, also where nobody came; then those that are not in it, by flow
    /// and step.
    pub fn rows(&self, order: &[(String, String)]) -> Vec<StepRow> {
        let known = order.iter().map(|(flow, step)| (flow.as_str(), step.as_str()));
        let seen =
            self.flows.iter().flat_map(|(flow, steps)| steps.keys().map(move |step| (&**flow, &**step)));
        let mut told = BTreeSet::new();
        known.chain(seen).filter(|place| told.insert(*place)).map(|place| self.row(place)).collect()
    }

    fn row(&self, (flow, step): (&str, &str)) -> StepRow {
        let nothing = Tally::default();
        let tally = self.flows.get(flow).and_then(|steps| steps.get(step)).unwrap_or(&nothing);
        StepRow {
            flow: flow.to_owned(),
            step: step.to_owned(),
            entered: tally.entered,
            passed: tally.passed,
            failed: tally.failed,
            stopped: tally.stopped,
            wordings: tally.most(),
        }
    }
}

impl Tally {
    fn fail(&mut self, wording: Option<&str>) {
        self.failed += 1;
        let text = normal(wording.unwrap_or_default());
        if text.is_empty() {
            return;
        }
        if self.wordings.len() >= KEPT && !self.wordings.contains_key(&text) {
            self.forget();
        }
        let (count, last) = self.wordings.entry(text).or_default();
        *count += 1;
        *last = self.failed;
    }

    /// The rarest; of several, the one that was not heard for longest.
    fn forget(&mut self) {
        let rarest = self.wordings.iter().min_by_key(|(_, heard)| **heard).map(|(text, _)| text.clone());
        if let Some(text) = rarest {
            self.wordings.remove(&text);
        }
    }

    fn most(&self) -> Vec<Wording> {
        let mut all: Vec<(&String, u64)> =
            self.wordings.iter().map(|(text, (count, _))| (text, *count)).collect();
        // They come by text, and stay so among those of one count.
        all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        all.into_iter().take(TOLD).map(|(text, count)| Wording { text: text.clone(), count }).collect()
    }
}

fn normal(wording: &str) -> String {
    let words: Vec<String> = wording.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").chars().take(LONGEST).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests;
