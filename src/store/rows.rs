//! What the store gives back to readers: lists and single things, as they stand.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::conversation::{ContactId, ConversationId, Event, Offered};
use crate::desk::history::Change;
use crate::flow::SlotValue;

/// One conversation in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversationRow {
    pub id: ConversationId,
    pub channel: String,
    pub address: String,
    pub contact: ContactId,
    pub contact_name: Option<String>,
    pub locale: String,
    /// active, parked or closed.
    pub life: String,
    pub outcome: Option<String>,
    /// bot, queue or agent.
    pub owner: String,
    /// The agent's or queue's name.
    pub owner_name: Option<String>,
    pub epoch: u64,
    /// The flow that began it.
    pub flow: String,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// The last message's number.
    pub seq: u64,
    /// The beginning of the last message.
    pub last_text: String,
    /// Codes of its tickets.
    pub tickets: Vec<String>,
}

/// One turn of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JournalRow {
    pub conversation: ConversationId,
    /// Order over the whole journal.
    pub id: i64,
    pub turn: u64,
    pub at: Timestamp,
    pub events: Vec<Event>,
}

/// A ticket as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketRow {
    pub id: Uuid,
    /// Bare digits.
    pub code: String,
    pub conversation: ConversationId,
    pub contact: ContactId,
    pub channel: String,
    /// The call's or chat's own id.
    pub external_id: String,
    pub locale: String,
    pub flow: String,
    pub category: String,
    pub r#type: String,
    pub urgency: String,
    pub impact: String,
    /// low, normal, high or urgent.
    pub priority: String,
    pub state: String,
    pub queue: String,
    pub agent: Option<String>,
    pub subject: String,
    pub body: String,
    pub fields: BTreeMap<String, String>,
    pub slots: BTreeMap<String, SlotValue>,
    pub answers: Vec<Offered>,
    pub without_faq: Option<String>,
    pub unreached: bool,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// 1 to 3.
    pub tier: u8,
    /// How often it was changed.
    pub version: i64,
}

/// One change of a ticket: who, when, from, to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryRow {
    pub at: Timestamp,
    /// `contact`, `bot`, `clock` or an agent's name.
    pub by: String,
    /// opened, added, claimed, replied, closed, …
    pub what: String,
    pub text: Option<String>,
    /// What it did to the ticket; nothing where it was written before facts were kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Change>,
}

/// An agent's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentRow {
    pub name: String,
    /// agent, lead or admin.
    pub role: String,
    pub skills: Vec<String>,
    /// An argon2id PHC string.
    #[serde(skip_serializing, default)]
    pub password: String,
    pub disabled: bool,
    /// online, busy, away or offline.
    pub presence: String,
    pub created: Timestamp,
}

/// A log-in at the desk. Only the hash of the cookie's token is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRow {
    /// Hex SHA-256 of the token.
    pub token_hash: String,
    pub agent: String,
    pub csrf: String,
    pub created: Timestamp,
    pub seen: Timestamp,
    pub expires: Timestamp,
}

/// A playbook that was served and is stored. Times are of all processes on the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    pub revision: String,
    /// Bytes of its files.
    pub size: u64,
    pub first_served: Timestamp,
    pub last_served: Timestamp,
}

/// A timer that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueTimer {
    pub conversation: ConversationId,
    pub timer: crate::conversation::TimerKind,
    pub due: Timestamp,
}

/// Counts for `/metrics` and `/healthz`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Depths {
    pub outbox: u64,
    pub timers: u64,
    pub queued: u64,
    pub active: u64,
    pub open_tickets: u64,
}
