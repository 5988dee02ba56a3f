//! What calls need beyond the conversation: who waits since when, calls that were cut off, and what a telephony platform is
//! to do for us.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Reads, Store, StoreError, chore, raw};
use crate::conversation::{Channel, ConversationId};

/// Something that a telephony platform is to do or to give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "errand")]
pub enum Errand {
    /// To call a number, and to go on there with the conversation of an address.
    Call { channel: Channel, address: String, number: String },
    /// To send a text message.
    Message { channel: Channel, number: String, text: String },
    /// To give a recording, which becomes a file.
    Recording { channel: Channel, address: String, file: Uuid, url: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrandRow {
    pub id: String,
    pub conversation: ConversationId,
    pub errand: Errand,
    pub created: Timestamp,
    pub due: Timestamp,
    /// Tries that failed.
    pub tries: u32,
}

#[derive(Debug, Clone)]
pub(super) enum Chore {
    /// Waits since then.
    Queued {
        conversation: String,
        since: i64,
    },
    Unqueued {
        conversation: String,
    },
    /// A call was cut off; the last one of a contact counts.
    Dropped {
        contact: String,
        conversation: String,
        at: i64,
    },
    /// It is gone on with, or anew.
    Resumed {
        conversation: String,
    },
    Add {
        id: String,
        conversation: String,
        body: String,
        now: i64,
    },
    /// One is at it; until then nobody else is.
    Claim {
        id: String,
        due: i64,
        until: i64,
    },
    Later {
        id: String,
        due: i64,
    },
    Done {
        id: String,
    },
}

const QUEUED: &str = "INSERT INTO queued (conversation, since) VALUES ($1, $2)
    ON CONFLICT (conversation) DO UPDATE SET since = excluded.since";
const UNQUEUED: &str = "DELETE FROM queued WHERE conversation = $1";
const DROPPED: &str = "INSERT INTO dropped (contact, conversation, at) VALUES ($1, $2, $3)
    ON CONFLICT (contact) DO UPDATE SET conversation = excluded.conversation, at = excluded.at";
const RESUMED: &str = "DELETE FROM dropped WHERE conversation = $1";
const ADD: &str = "INSERT INTO errands (id, conversation, body, created, due) VALUES ($1, $2, $3, $4, $4)
    ON CONFLICT (id) DO NOTHING";
const DUE: &str =
    "SELECT id, conversation, body, created, due, tries FROM errands WHERE due <= $1 ORDER BY due LIMIT $2";
const CLAIM: &str = "UPDATE errands SET due = $1 WHERE id = $2 AND due = $3";
const LATER: &str = "UPDATE errands SET due = $1, tries = tries + 1 WHERE id = $2";
const DONE: &str = "DELETE FROM errands WHERE id = $1";

macro_rules! run {
    ($connection:expr, $chore:expr) => {{
        let query = match $chore {
            Chore::Queued { conversation, since } => sqlx::query(QUEUED).bind(conversation).bind(since),
            Chore::Unqueued { conversation } => sqlx::query(UNQUEUED).bind(conversation),
            Chore::Dropped { contact, conversation, at } => {
                sqlx::query(DROPPED).bind(contact).bind(conversation).bind(at)
            }
            Chore::Resumed { conversation } => sqlx::query(RESUMED).bind(conversation),
            Chore::Add { id, conversation, body, now } => {
                sqlx::query(ADD).bind(id).bind(conversation).bind(body).bind(now)
            }
            Chore::Claim { id, due, until } => sqlx::query(CLAIM).bind(until).bind(id).bind(due),
            Chore::Later { id, due } => sqlx::query(LATER).bind(due).bind(id),
            Chore::Done { id } => sqlx::query(DONE).bind(id),
        };
        query.execute(&mut *$connection).await?.rows_affected()
    }};
}

runs!(run);

/// Within a turn's transaction.
#[cfg(feature = "postgres")]
pub(super) async fn write_postgres(
    connection: &mut sqlx::postgres::PgConnection,
    chore: &Chore,
) -> Result<u64, sqlx::Error> {
    Ok(run!(connection, chore))
}

#[derive(Debug, FromRow)]
struct RawErrand {
    id: String,
    conversation: String,
    body: String,
    created: i64,
    due: i64,
    tries: i64,
}

impl TryFrom<RawErrand> for ErrandRow {
    type Error = StoreError;

    fn try_from(raw: RawErrand) -> Result<Self, StoreError> {
        Ok(Self {
            conversation: raw::uuid(&raw.conversation)?,
            errand: raw::json("an errand", &raw.body)?,
            created: raw::time(raw.created)?,
            due: raw::time(raw.due)?,
            tries: u32::try_from(raw.tries).unwrap_or(u32::MAX),
            id: raw.id,
        })
    }
}

impl Store {
    /// What is due for the telephony platforms, the longest due first.
    ///
    /// # Errors
    /// The database's.
    pub async fn due_errands(&self, now: Timestamp, limit: u32) -> Result<Vec<ErrandRow>, StoreError> {
        let (now, limit) = (now.as_microsecond(), i64::from(limit));
        let rows: Vec<RawErrand> =
            reads!(self, reads => sqlx::query_as(DUE).bind(now).bind(limit).fetch_all(&reads.pool).await)?;
        raw::all(rows)
    }

    /// Takes an errand for oneself until then; false where somebody else was quicker.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim_errand(&self, row: &ErrandRow, until: Timestamp) -> Result<bool, StoreError> {
        let (due, until) = (row.due.as_microsecond(), until.as_microsecond());
        Ok(self.of_calls(Chore::Claim { id: row.id.clone(), due, until }).await? > 0)
    }

    /// It is tried again then.
    ///
    /// # Errors
    /// The database's.
    pub async fn errand_later(&self, id: &str, due: Timestamp) -> Result<(), StoreError> {
        self.of_calls(Chore::Later { id: id.to_owned(), due: due.as_microsecond() }).await.map(drop)
    }

    /// It was done, or given up.
    ///
    /// # Errors
    /// The database's.
    pub async fn errand_done(&self, id: &str) -> Result<(), StoreError> {
        self.of_calls(Chore::Done { id: id.to_owned() }).await.map(drop)
    }

    async fn of_calls(&self, chore: Chore) -> Result<u64, StoreError> {
        self.chore(chore::Chore::OfCalls(chore)).await
    }
}
