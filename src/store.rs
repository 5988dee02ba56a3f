//! Rows. One behaviour over two databases: domain operations outside, hand-written SQL for each inside.
//! Knows nothing of the engine: a turn hands in a closure that decides, and the store loads, calls it and commits.

pub mod job;
pub mod rows;

pub use job::{Contact, Decision, Loaded, Outgoing, TurnDone, TurnJob, Whose};
pub use rows::{AgentRow, ConversationRow, Depths, DueTimer, HistoryRow, JournalRow, LoginRow, TicketRow};

use jiff::Timestamp;
use uuid::Uuid;

use crate::conversation::{Conversation, ConversationId};

/// Why the store could not.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database refused: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the database's tables could not be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("a stored row cannot be read: {0}")]
    Corrupt(String),
    #[error("{0}")]
    Settings(String),
    /// More turns wait than the store takes in; try again later.
    #[error("too many turns wait")]
    Busy,
    #[error("the store has stopped")]
    Stopped,
}

/// A handle to the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store;

/// Which conversations a list shows.
#[derive(Debug, Clone, Default)]
pub struct ConversationFilter {
    /// active, queue, mine (with `agent`), closed; `None`: all but closed.
    pub view: Option<String>,
    pub agent: Option<String>,
    pub limit: u32,
}

impl Store {
    /// Opens (and creates) the database at `url`, `sqlite://path` or `postgres://…`, brings its tables up to date and
    /// starts the writer.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let _ = url;
        todo!()
    }
    /// Stops taking turns, finishes those under way, closes the database.
    pub async fn close(&self) {
        todo!()
    }
    /// One turn; see [`TurnJob`].
    pub async fn turn(&self, job: TurnJob) -> Result<TurnDone, StoreError> {
        let _ = job;
        todo!()
    }

    pub async fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        let _ = id;
        todo!()
    }
    pub async fn conversations(
        &self,
        filter: &ConversationFilter,
    ) -> Result<Vec<ConversationRow>, StoreError> {
        let _ = filter;
        todo!()
    }
    pub async fn conversation_row(&self, id: ConversationId) -> Result<Option<ConversationRow>, StoreError> {
        let _ = id;
        todo!()
    }
    /// The journal of one conversation, in order.
    pub async fn journal(&self, id: ConversationId) -> Result<Vec<JournalRow>, StoreError> {
        let _ = id;
        todo!()
    }
    /// The journal rows that hold messages numbered above `after`, of all conversations on an address, in order.
    pub async fn journal_after(
        &self,
        channel: crate::conversation::Channel,
        address: &str,
        after: u64,
    ) -> Result<Vec<JournalRow>, StoreError> {
        let _ = (channel, address, after);
        todo!()
    }

    pub async fn tickets(&self, limit: Option<u32>) -> Result<Vec<TicketRow>, StoreError> {
        let _ = limit;
        todo!()
    }
    pub async fn ticket(&self, code: &str) -> Result<Option<TicketRow>, StoreError> {
        let _ = code;
        todo!()
    }
    pub async fn ticket_history(&self, code: &str) -> Result<Vec<HistoryRow>, StoreError> {
        let _ = code;
        todo!()
    }

    pub async fn add_agent(&self, agent: &AgentRow) -> Result<bool, StoreError> {
        let _ = agent;
        todo!()
    }
    pub async fn agent(&self, name: &str) -> Result<Option<AgentRow>, StoreError> {
        let _ = name;
        todo!()
    }
    pub async fn agents(&self) -> Result<Vec<AgentRow>, StoreError> {
        todo!()
    }
    /// Disables an account and ends its log-ins; false where there is none.
    pub async fn disable_agent(&self, name: &str) -> Result<bool, StoreError> {
        let _ = name;
        todo!()
    }
    pub async fn set_presence(&self, name: &str, presence: &str) -> Result<(), StoreError> {
        let _ = (name, presence);
        todo!()
    }

    pub async fn add_login(&self, login: &LoginRow) -> Result<(), StoreError> {
        let _ = login;
        todo!()
    }
    pub async fn login(&self, token_hash: &str) -> Result<Option<LoginRow>, StoreError> {
        let _ = token_hash;
        todo!()
    }
    pub async fn touch_login(&self, token_hash: &str, seen: Timestamp) -> Result<(), StoreError> {
        let _ = (token_hash, seen);
        todo!()
    }
    pub async fn end_login(&self, token_hash: &str) -> Result<(), StoreError> {
        let _ = token_hash;
        todo!()
    }

    /// The web chat of a bearer token (by its hash): the address and contact.
    pub async fn web_token(
        &self,
        token_hash: &str,
    ) -> Result<Option<(String, crate::conversation::ContactId)>, StoreError> {
        let _ = token_hash;
        todo!()
    }
    pub async fn add_web_token(
        &self,
        token_hash: &str,
        address: &str,
        contact: crate::conversation::ContactId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let _ = (token_hash, address, contact, now);
        todo!()
    }

    /// Timers that are due, oldest first.
    pub async fn due_timers(&self, now: Timestamp, limit: u32) -> Result<Vec<DueTimer>, StoreError> {
        let _ = (now, limit);
        todo!()
    }
    /// A timer fired: its row goes, or waits until `again`; where it was set anew meanwhile (another due time), it stays.
    pub async fn timer_fired(&self, timer: &DueTimer, again: Option<Timestamp>) -> Result<(), StoreError> {
        let _ = (timer, again);
        todo!()
    }
    /// Whether an agent's page was not seen for `lease`.
    pub async fn agent_gone(
        &self,
        name: &str,
        now: Timestamp,
        lease: std::time::Duration,
    ) -> Result<bool, StoreError> {
        let _ = (name, now, lease);
        todo!()
    }
    /// Outbox rows of channels that we push to, whose time has come, at most one per conversation (the lowest seq).
    pub async fn due_outbox(
        &self,
        channels: &[crate::conversation::Channel],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Outgoing>, StoreError> {
        let _ = (channels, now, limit);
        todo!()
    }
    /// A row was delivered (deleted) or must wait until `again`.
    pub async fn outbox_done(&self, id: Uuid) -> Result<(), StoreError> {
        let _ = id;
        todo!()
    }
    pub async fn outbox_later(&self, id: Uuid, again: Timestamp) -> Result<(), StoreError> {
        let _ = (id, again);
        todo!()
    }

    pub async fn depths(&self) -> Result<Depths, StoreError> {
        todo!()
    }
    /// Answers when the database does; for `/readyz`.
    pub async fn ping(&self) -> Result<(), StoreError> {
        todo!()
    }
}
