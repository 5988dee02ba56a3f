//! What a renderer sees after a turn.

use crate::conversation::{Conversation, Event, Prompt, PromptKind};
use crate::store::Outgoing;

/// Where the conversation stands after the turn (`hope` says what to listen for), and what is to be said.
#[derive(Debug)]
pub struct Outcome<'a> {
    pub conversation: &'a Conversation,
    pub messages: &'a [Message],
}

/// One message, as a channel gets it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub seq: u64,
    pub from: From,
    pub prompt: Prompt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    Bot,
    Agent,
    System,
}

impl From {
    pub fn word(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Agent => "agent",
            Self::System => "system",
        }
    }
}

impl Message {
    /// The messages to the contact among a turn's events.
    pub fn of(events: &[Event]) -> Vec<Self> {
        let message = |event: &Event| match event {
            Event::Prompted { seq, prompt } => {
                Some(Self { seq: *seq, from: From::Bot, prompt: prompt.clone() })
            }
            Event::AgentWrote { seq, text, .. } => Some(Self::of_agent(*seq, text)),
            _ => None,
        };
        events.iter().filter_map(message).collect()
    }

    fn of_agent(seq: u64, text: &str) -> Self {
        Self { seq, from: From::Agent, prompt: Prompt::new(PromptKind::Say, "", text) }
    }

    /// A row of the outbox; `None` where its body cannot be read.
    pub fn from_row(row: &Outgoing) -> Option<Self> {
        let prompt = serde_json::from_str(&row.body).ok()?;
        let from = match row.from.as_str() {
            "agent" => From::Agent,
            "system" => From::System,
            _ => From::Bot,
        };
        Some(Self { seq: row.seq, from, prompt })
    }
}
