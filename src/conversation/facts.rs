//! What the engine may know of the world in one turn: a snapshot read in the turn's own transaction.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{LinkFacts, Notice, TicketDraft};

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Facts {
    pub contact: ContactFacts,
    /// Tickets of the contact that are not closed, newest first; empty where the identity is not proven.
    pub open_tickets: Vec<OpenTicket>,
    pub incidents: Vec<Incident>,
    pub business_open: bool,
    /// When the desk opens and closes next, as people of the desk read it; `None` where it always is open or never is.
    #[serde(default)]
    pub opens_at: Option<String>,
    #[serde(default)]
    pub closes_at: Option<String>,
    /// The moment of `opens_at`, for waits.
    #[serde(default)]
    pub opens: Option<Timestamp>,
    /// What the contact watched and was not told of yet.
    #[serde(default)]
    pub notices: Vec<Notice>,
    /// Whether an agent is there to take a conversation now.
    pub agent_free: bool,
    /// Who waits for a person before this conversation, or would if it began to wait now.
    #[serde(default)]
    pub waiting: u32,
    /// Minutes that a place in the queue takes to come up, times the place; `None` where too few were taken from it lately
    /// to tell.
    #[serde(default)]
    pub waiting_minutes: Option<u32>,
    /// Who waits on the phone is not offered a call back.
    #[serde(default)]
    pub no_callbacks: bool,
    /// Beginnings of numbers to which a call or a text message may leave; empty: none.
    #[serde(default)]
    pub callable: Vec<String>,
    /// The longest message that a caller can leave, in seconds.
    #[serde(default)]
    pub voicemail: u32,
    /// The last call of the same number, where it was cut off a moment ago.
    #[serde(default)]
    pub dropped: Option<Box<super::Dropped>>,
    /// Whether a call should begin with the choice of a language.
    pub ask_language: bool,
    #[serde(default)]
    pub link: LinkFacts,
    /// How many codes of this turn clashed with codes that exist.
    pub code_salt: u32,
    /// "Now" as people of the desk read it: ISO 8601 with the desk's offset.
    pub now_text: String,
    /// Today at the desk, `YYYY-MM-DD`.
    pub today: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ContactFacts {
    pub name: Option<String>,
    pub profile: Option<String>,
    /// Proven (a bearer token, a log-in, a code); an unproven caller id is not.
    pub verified: bool,
    /// Who calls has a chat too, where a copy of an answer reaches them.
    #[serde(default)]
    pub chat: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTicket {
    pub code: String,
    pub category: String,
    pub flow: String,
    pub state: String,
    pub subject: String,
    pub r#type: String,
}

impl OpenTicket {
    /// A ticket as it was just drafted.
    pub fn drafted(draft: &TicketDraft, state: &str) -> Self {
        Self {
            code: draft.code.clone(),
            category: draft.category.clone(),
            flow: draft.flow.clone(),
            state: state.to_owned(),
            subject: draft.subject.clone(),
            r#type: draft.r#type.clone(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub area: String,
    pub title: String,
    /// ISO 8601.
    pub since: String,
}
