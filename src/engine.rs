//! One turn. Pure: a function from a playbook, a conversation, facts and one utterance to the conversation after it
//! and what happened. It cannot fail and cannot wait; a fault is an event.

mod ahead;
mod answer;
mod aside;
mod asked;
mod back;
mod begin;
mod context;
mod correct;
mod digression;
pub mod elsewhere;
mod failure;
mod gather;
mod globals;
mod hear;
mod history;
pub mod moving;
mod notice;
mod onward;
mod person;
pub mod preview;
mod prompts;
mod question;
mod queue;
mod reason;
pub mod recognize;
mod resume;
mod run;
mod scope;
mod shown;
mod speak;
mod step;
mod sure;
mod telling;
mod tongue;
mod working;

pub use begin::{Beginning, fresh};
pub use digression::MAX_DIGRESSIONS;
pub use moving::{Versions, turn};

use jiff::Timestamp;

use crate::conversation::{Conversation, Event, Facts, Utterance};
use crate::flow::Playbook;

/// A conversation after a turn, and what happened in it, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    pub conversation: Conversation,
    pub events: Vec<Event>,
}

impl Turn {
    /// The code to link by that was entered: whoever takes the turn looks it up, and takes the turn again with what was
    /// found in [`Facts`].
    pub fn code_tried(&self) -> Option<&str> {
        self.events.iter().find_map(|event| match event {
            Event::CodeTried { code } => Some(code.as_str()),
            _ => None,
        })
    }
}

/// Three failures in a row at one prompt, and the engine stops asking.
pub const MAX_FAILURES: u32 = 3;
/// Inputs of one call after which a person or the way out is next.
pub const MAX_CALLBACKS: u32 = 60;

/// Takes one turn. The same arguments give the same turn.
pub fn take_turn(
    playbook: &Playbook,
    conversation: Conversation,
    facts: &Facts,
    utterance: &Utterance,
    now: Timestamp,
) -> Turn {
    let mut working = working::Working::new(playbook, conversation, facts, now);
    hear::hear(&mut working, utterance);
    working.finish()
}
