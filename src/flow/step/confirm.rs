//! `confirm`: yes or no, to `yes:` and `no:` or into a bool slot.

use super::{Handlers, Target};
use crate::flow::{SlotName, Text};
use crate::source::Placed;

#[derive(Debug, Clone)]
pub struct Confirm {
    pub slot: Option<Placed<SlotName>>,
    pub prompt: Text,
    pub yes: Option<Target>,
    pub no: Option<Target>,
    pub reprompts: Vec<Text>,
    pub on_failure: Option<Target>,
    pub handlers: Handlers,
}
