//! `faq`: ranks the FAQ, offers the best answers, asks whether that solved it.

use super::{Handlers, Target};
use crate::flow::{Template, Text};

#[derive(Debug, Clone)]
pub struct Faq {
    pub query: Template,
    /// Tags that raise entries which carry them.
    pub context: Vec<Template>,
    /// How many answers are offered at most, 1 to 3.
    pub max: usize,
    /// Titles first, instead of one answer after the other: in chat, and on a call.
    pub list: Lists,
    /// Ask once, after the last refused answer, why not.
    pub reasons: bool,
    /// Said in place of the built-in "did that solve it?".
    pub ask: Option<Text>,
    /// `None`: the conversation ends as deflected.
    pub on_resolved: Option<Target>,
    /// Nothing found, none fitted, or three failures. `None`: the next step.
    pub on_unresolved: Option<Target>,
    pub on_failure: Option<Target>,
    pub handlers: Handlers,
}

/// Where titles are shown first. `as: list` does so everywhere; `as: { chat: list }` in chat alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lists {
    pub chat: bool,
    pub voice: bool,
}

impl Faq {
    /// Whether titles come first on such a channel.
    pub fn lists(&self, voice: bool) -> bool {
        if voice { self.list.voice } else { self.list.chat }
    }
}
