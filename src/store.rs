//! Rows. One behaviour over two databases: domain operations outside, hand-written SQL for each inside.
//! Knows nothing of the engine: a turn hands in a closure that decides, and the store loads, calls it and commits.

macro_rules! reads {
    ($store:ident, $reads:ident => $done:expr) => {
        match &*$store.reads {
            #[cfg(feature = "sqlite")]
            Reads::Sqlite($reads) => $done,
            #[cfg(feature = "postgres")]
            Reads::Postgres($reads) => $done,
        }
    };
}

/// The two ways in which a chore is run whose statements both databases take: `$run!(connection, chore)` gives how many rows
/// it changed. SQLite's writer has a transaction open already; on PostgreSQL it is one of its own.
macro_rules! runs {
    ($run:ident) => {
        #[cfg(feature = "sqlite")]
        pub(super) async fn run_sqlite(
            connection: &mut sqlx::sqlite::SqliteConnection,
            chore: &Chore,
        ) -> Result<u64, sqlx::Error> {
            Ok($run!(connection, chore))
        }

        /// In one transaction.
        #[cfg(feature = "postgres")]
        pub(super) async fn run_postgres(
            connection: &mut sqlx::postgres::PgConnection,
            chore: &Chore,
        ) -> Result<u64, sqlx::Error> {
            use sqlx::Connection as _;
            let mut all = connection.begin().await?;
            let done = $run!(all, chore);
            all.commit().await?;
            Ok(done)
        }
    };
}

pub mod alerts;
mod batch;
pub mod calls;
pub mod channels;
mod chore;
mod commit;
mod connection;
mod counted;
mod failure;
pub mod job;
mod lanes;
pub mod lines;
mod people;
#[cfg(feature = "postgres")]
mod postgres;
pub mod profiles;
pub mod proposals;
pub mod questions;
mod raw;
mod revisions;
pub mod rows;
#[cfg(feature = "sqlite")]
mod sqlite;
pub mod talks;
pub mod tickets;
pub mod world;
mod writer;
mod writes;

pub use counted::Since;
pub use job::{Contact, Decision, Loaded, Outgoing, TurnDone, TurnJob, Whose};
pub use rows::{
    AgentRow, ConversationRow, Depths, DueTimer, HistoryRow, JournalRow, LoginRow, RevisionRow, TicketRow,
};

use std::sync::Arc;

use jiff::Timestamp;

use crate::conversation::{Channel, ContactId, Conversation, ConversationId};
use chore::Chore;

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
    /// The batch that this turn was in failed. Where the turn has a key it is safe to hand it in again.
    #[error("the turn was not committed: {0}")]
    NotCommitted(String),
    /// The connection broke before anything was committed.
    #[error("the connection to the database was lost: {0}")]
    Lost(sqlx::Error),
    /// Another node took the same inbound at the same time.
    #[error("another node came first")]
    Raced,
    /// `decide` panicked; nothing of the turn was written.
    #[error("a fault within the turn")]
    Panicked,
    /// `decide` lacks something that it can only be given outside the transaction ([`Decision::deferred`]).
    /// Nothing was written.
    #[error("the turn waits for its playbook")]
    Deferred,
    #[error("no free ticket code was found")]
    CodesExhausted,
}

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    reads: Arc<Reads>,
    writer: writer::Handle,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

/// What is done beside the writer.
enum Reads {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Reads),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Reads),
}

/// Which conversations a list shows.
#[derive(Debug, Clone, Default)]
pub struct ConversationFilter {
    /// active, queue, mine (with `agent`), closed; `None`: all but closed.
    pub view: Option<String>,
    pub agent: Option<String>,
    /// 0: a hundred.
    pub limit: u32,
}

impl ConversationFilter {
    fn limit(&self) -> i64 {
        if self.limit == 0 { 100 } else { i64::from(self.limit) }
    }

    fn unknown(&self) -> StoreError {
        let view = self.view.as_deref().unwrap_or_default();
        StoreError::Settings(format!("there is no view {view:?}; there are active, queue, mine and closed"))
    }
}

impl Store {
    /// Opens (and creates) the database at `url`, `sqlite://path` or `postgres://…`, brings its tables up to date and
    /// starts the writer.
    ///
    /// # Errors
    /// [`StoreError::Settings`] where the URL is of no database that this build knows; else what the database says.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let (reads, connection) = open(url).await?;
        Ok(Self { reads: Arc::new(reads), writer: writer::Handle::start(connection) })
    }

    /// Stops taking turns, finishes those under way, closes the database.
    pub async fn close(&self) {
        self.writer.close().await;
        reads!(self, reads => reads.close().await);
    }

    /// One turn; see [`TurnJob`].
    ///
    /// # Errors
    /// Where the turn was not committed, or nobody knows: then handing it in again with the same key is safe.
    pub async fn turn(&self, job: TurnJob) -> Result<TurnDone, StoreError> {
        self.writer.turn(job).await
    }

    pub async fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        let body = reads!(self, reads => reads.body(id).await)?;
        body.as_deref().map(batch::conversation).transpose()
    }

    /// The last changed first.
    pub async fn conversations(
        &self,
        filter: &ConversationFilter,
    ) -> Result<Vec<ConversationRow>, StoreError> {
        reads!(self, reads => reads.conversations(filter).await)
    }

    pub async fn conversation_row(&self, id: ConversationId) -> Result<Option<ConversationRow>, StoreError> {
        reads!(self, reads => reads.conversation_row(id).await)
    }

    /// The journal of one conversation, in order.
    pub async fn journal(&self, id: ConversationId) -> Result<Vec<JournalRow>, StoreError> {
        reads!(self, reads => reads.journal(id).await)
    }

    /// The journal rows that hold messages numbered above `after`, of all conversations on an address, in order.
    pub async fn journal_after(
        &self,
        channel: Channel,
        address: &str,
        after: u64,
    ) -> Result<Vec<JournalRow>, StoreError> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        reads!(self, reads => reads.journal_after(channel.word(), address, after).await)
    }

    /// False where the name is taken.
    pub async fn add_agent(&self, agent: &AgentRow) -> Result<bool, StoreError> {
        Ok(self.chore(Chore::AddAgent(agent.clone())).await? > 0)
    }

    pub async fn agent(&self, name: &str) -> Result<Option<AgentRow>, StoreError> {
        reads!(self, reads => reads.agent(name).await)
    }

    /// By name.
    pub async fn agents(&self) -> Result<Vec<AgentRow>, StoreError> {
        reads!(self, reads => reads.agents().await)
    }

    /// Disables an account and ends its log-ins; false where there is none.
    pub async fn disable_agent(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.chore(Chore::DisableAgent { name: name.to_owned() }).await? > 0)
    }

    /// Tells that the agent's page is there, and what the agent set. To be told again within
    /// [`SEEN_FOR`](crate::desk::agent::SEEN_FOR), or the agent counts as gone.
    pub async fn set_presence(&self, name: &str, presence: &str) -> Result<(), StoreError> {
        let (name, presence, seen) = (name.to_owned(), presence.to_owned(), Timestamp::now());
        self.chore(Chore::SetPresence { name, presence, seen }).await.map(drop)
    }

    pub async fn add_login(&self, login: &LoginRow) -> Result<(), StoreError> {
        self.chore(Chore::AddLogin(login.clone())).await.map(drop)
    }

    /// As stored; whether it has expired is the caller's to see.
    pub async fn login(&self, token_hash: &str) -> Result<Option<LoginRow>, StoreError> {
        reads!(self, reads => reads.login(token_hash).await)
    }

    pub async fn touch_login(&self, token_hash: &str, seen: Timestamp) -> Result<(), StoreError> {
        self.chore(Chore::TouchLogin { token_hash: token_hash.to_owned(), seen }).await.map(drop)
    }

    pub async fn end_login(&self, token_hash: &str) -> Result<(), StoreError> {
        self.chore(Chore::EndLogin { token_hash: token_hash.to_owned() }).await.map(drop)
    }

    /// The web chat of a bearer token (by its hash): the address and contact.
    pub async fn web_token(&self, token_hash: &str) -> Result<Option<(String, ContactId)>, StoreError> {
        let row = reads!(self, reads => reads.web_token(token_hash).await)?;
        row.map(|(address, contact)| Ok((address, raw::uuid(&contact)?))).transpose()
    }

    pub async fn add_web_token(
        &self,
        token_hash: &str,
        address: &str,
        contact: ContactId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (token_hash, address) = (token_hash.to_owned(), address.to_owned());
        self.chore(Chore::AddWebToken { token_hash, address, contact, now }).await.map(drop)
    }

    /// Timers that are due, oldest first. Each stays until a turn clears it; see [`TurnJob::timer`].
    pub async fn due_timers(&self, now: Timestamp, limit: u32) -> Result<Vec<DueTimer>, StoreError> {
        reads!(self, reads => reads.due_timers(now.as_microsecond(), i64::from(limit)).await)
    }

    pub async fn depths(&self) -> Result<Depths, StoreError> {
        reads!(self, reads => reads.depths().await)
    }

    /// Answers when the database does; for `/readyz`. After a batch that failed it writes, to see whether that works
    /// again.
    ///
    /// # Errors
    /// What is wrong with the database now.
    pub async fn ping(&self) -> Result<(), StoreError> {
        reads!(self, reads => reads.ping().await)?;
        if self.writer.trouble().is_some() {
            self.writer.chore(Chore::Probe { now: Timestamp::now() }).await?;
        }
        Ok(())
    }

    /// Why the last batch failed, where it did: for `/healthz`, without asking the database.
    pub fn trouble(&self) -> Option<String> {
        self.writer.trouble()
    }

    async fn chore(&self, chore: Chore) -> Result<u64, StoreError> {
        match &*self.reads {
            #[cfg(feature = "sqlite")]
            Reads::Sqlite(_) => self.writer.chore(chore).await,
            #[cfg(feature = "postgres")]
            Reads::Postgres(reads) => reads.chore(&chore).await,
        }
    }
}

async fn open(url: &str) -> Result<(Reads, connection::Connection), StoreError> {
    #[cfg(feature = "sqlite")]
    if url.starts_with("sqlite:") {
        let (reads, connection) = sqlite::open(url).await?;
        return Ok((Reads::Sqlite(reads), connection::Connection::Sqlite(connection)));
    }
    #[cfg(feature = "postgres")]
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        let (reads, connection) = postgres::open(url).await?;
        return Ok((Reads::Postgres(reads), connection::Connection::Postgres(connection)));
    }
    // The URL itself may hold a password.
    let scheme = url.split_once(':').map_or("none", |(scheme, _)| scheme);
    Err(StoreError::Settings(format!(
        "database_url has the scheme {scheme:?}; this build takes {}",
        [(cfg!(feature = "sqlite"), "sqlite://path"), (cfg!(feature = "postgres"), "postgres://…")]
            .into_iter()
            .filter_map(|(built, name)| built.then_some(name))
            .collect::<Vec<_>>()
            .join(" or ")
    )))
}
