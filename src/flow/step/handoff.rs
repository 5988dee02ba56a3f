//! `handoff`: queues the conversation for an agent.

use super::Target;
use crate::flow::Text;
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
}
