//! `handoff`: queues the conversation for an agent; a call may be put through instead.

use super::Target;
use crate::flow::{Template, Text};
use crate::source::Placed;

#[derive(Debug, Clone)]
pub struct Handoff {
    /// `None`: the queue `default`.
    pub queue: Option<Placed<String>>,
    /// low, normal, high or urgent.
    pub priority: Placed<String>,
    /// What is said while waiting; built-in words otherwise.
    pub say: Option<Text>,
    /// Where it goes when nobody comes. `None`: the next step.
    pub on_unreached: Option<Target>,
    /// On a call it is put through.
    pub transfer: Option<Box<Transfer>>,
}

/// Whom a call is put through to, and where it goes when that comes to nothing.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// A number in E.164 or a SIP address.
    pub to: Template,
    /// Told to whoever answers before the two are joined; built-in words otherwise.
    pub whisper: Option<Text>,
    /// Seconds for which it rings.
    pub ring: u32,
    /// `None`: where it goes when nobody comes.
    pub on_busy: Option<Target>,
    pub on_no_answer: Option<Target>,
    pub on_failed: Option<Target>,
}

impl Transfer {
    /// Where it goes by each end but a talk.
    pub fn targets(&self) -> [&Option<Target>; 3] {
        [&self.on_busy, &self.on_no_answer, &self.on_failed]
    }

    pub fn targets_mut(&mut self) -> [&mut Option<Target>; 3] {
        [&mut self.on_busy, &mut self.on_no_answer, &mut self.on_failed]
    }
}
