//! `ask`: fills a typed slot.

use super::{Handlers, Target};
use crate::flow::{SlotName, Text};
use crate::source::Placed;

#[derive(Debug, Clone)]
pub struct Ask {
    pub slot: Placed<SlotName>,
    pub prompt: Text,
    /// The second and third asking; built-in words otherwise.
    pub reprompts: Vec<Text>,
    pub on_failure: Option<Target>,
    /// In chat, messages that follow each other within this time are one answer.
    pub gather: Option<jiff::SignedDuration>,
    pub handlers: Handlers,
}
