//! What `back` and corrections need: for each answer how the flows under way stood before it, as a difference.

use serde::{Deserialize, Serialize};

use super::{Frame, Wait};
use crate::flow::{FlowName, SlotName, SlotValue, StepId};

/// An answer that can be undone, or the beginning of a digression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    pub flow: FlowName,
    pub step: StepId,
    /// The answer in the form in which it can be given again; `None` where it cannot be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<SlotValue>,
    /// Slots that the same words filled ahead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ahead: Vec<(FlowName, SlotName)>,
    /// Another flow began over the question that waited here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub digression: bool,
    /// Before it: flows under way, tickets of the conversation, answers offered, changes of owner.
    pub depth: usize,
    pub tickets: usize,
    pub offered: usize,
    pub epoch: u64,
    /// Hashes of the texts that flows said after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<u64>,
    pub undo: Undo,
}

/// Turns the flows under way into what they were before an answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Undo {
    /// So many flows from the bottom stay; those above them end.
    pub keep: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<Changed>,
    /// Flows that come back on top.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Frame>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// The flow's place, from the bottom.
    pub depth: usize,
    /// All of it but its slots.
    pub husk: Frame,
    /// What these slots held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<(SlotName, Option<SlotValue>)>,
}

/// Answers kept from before a correction: each is taken again, unasked, where its step is reached as before.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reopened {
    pub kept: Vec<Kept>,
    /// Hashes of the texts that were said already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<u64>,
    /// What was being asked when the correction came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<(FlowName, StepId, Wait)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub flow: FlowName,
    pub step: StepId,
    pub given: SlotValue,
    /// What the same words filled ahead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ahead: Vec<Ahead>,
}

/// A flow's slot that was filled before it was asked for, and its value.
pub type Ahead = (FlowName, SlotName, SlotValue);

impl Undo {
    /// What turns `now` into `before`.
    pub fn between(now: &[Frame], before: &[Frame]) -> Self {
        let same = now.iter().zip(before).take_while(|(now, before)| now.flow == before.flow);
        let keep = same.count();
        let pairs = now.iter().zip(before).take(keep).enumerate();
        let changed =
            pairs.filter_map(|(depth, (now, before))| Changed::between(depth, now, before)).collect();
        Self { keep, changed, gone: before[keep..].to_vec() }
    }

    /// The flows as they were.
    pub fn apply(&self, now: &[Frame]) -> Vec<Frame> {
        let mut frames = now[..self.keep.min(now.len())].to_vec();
        for changed in &self.changed {
            if let Some(frame) = frames.get_mut(changed.depth) {
                let mut slots = std::mem::take(&mut frame.slots);
                for (name, value) in &changed.slots {
                    match value {
                        Some(value) => slots.insert(name.clone(), value.clone()),
                        None => slots.remove(name),
                    };
                }
                *frame = Frame { slots, ..changed.husk.clone() };
            }
        }
        frames.extend(self.gone.iter().cloned());
        frames
    }
}

impl Changed {
    fn between(depth: usize, now: &Frame, before: &Frame) -> Option<Self> {
        if now == before {
            return None;
        }
        let held = before
            .slots
            .iter()
            .filter(|(name, value)| now.slots.get(*name) != Some(value))
            .map(|(name, value)| (name.clone(), Some(value.clone())));
        let empty = now.slots.keys().filter(|name| !before.slots.contains_key(*name));
        let slots = held.chain(empty.map(|name| (name.clone(), None))).collect();
        Some(Self { depth, husk: Frame { slots: Default::default(), ..before.clone() }, slots })
    }
}
