//! The one door: every channel hands in an [`Arrival`] and gets the recorded answer.

use crate::conversation::{Channel, ContactId, Conversation, ConversationId, Prompt, Utterance};
use crate::store::StoreError;

/// What a channel adapter hands in, after it has verified where it comes from.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub channel: Channel,
    /// The call's or chat's own id.
    pub address: String,
    /// The dedupe key, unique on the channel; `None` for what comes from our own process.
    pub key: Option<String>,
    pub who: Who,
    /// The language asked for, where the channel knows one.
    pub locale: Option<String>,
    pub utterance: Utterance,
    pub opens: Opens,
}

#[derive(Debug, Clone, Default)]
pub struct Who {
    /// `None`: derived from the channel and address.
    pub contact: Option<ContactId>,
    pub name: Option<String>,
    /// The channel proved who it is.
    pub verified: bool,
}

/// Whether an arrival may begin a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    Never,
    /// Where there is none on the address (a call: once over, it stays over).
    IfNone,
    /// Where there is none, or the last one is over (chat).
    IfOver,
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

/// What a renderer sees: where the conversation stands after the turn (`hope` says what to listen for), and what is
/// to be said.
#[derive(Debug)]
pub struct Outcome<'a> {
    pub conversation: &'a Conversation,
    pub messages: &'a [Message],
}

/// Renders the reply that is recorded with the inbound.
pub type Render = Box<dyn Fn(&Outcome<'_>) -> String + Send>;

#[derive(Debug, Clone)]
pub struct Answer {
    /// What the renderer made, now or when it was first delivered.
    pub body: String,
    pub replayed: bool,
    pub conversation: Option<ConversationId>,
}

#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// There is no conversation there, and the arrival may not begin one.
    #[error("no such conversation")]
    Unknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl super::App {
    /// Takes one inbound: dedupe, turn, commit; then the answer.
    pub async fn take(&self, arrival: Arrival, render: Render) -> Result<Answer, DoorError> {
        let _ = (arrival, render);
        todo!()
    }
}
