//! What agents are told of tickets: facts after a place that is kept, and what is to be delivered of them.

use jiff::Timestamp;
use sqlx::FromRow;

use super::{Reads, Store, StoreError, chore};

/// A row of a history with the ticket that it is about.
#[derive(Debug, Clone, FromRow)]
pub struct FactRow {
    pub num: i64,
    pub ticket: String,
    pub at: i64,
    pub who: String,
    pub what: String,
    pub text: Option<String>,
    /// JSON: what it did to the ticket.
    pub facts: Option<String>,
    pub subject: String,
    pub queue: String,
    pub category: String,
    #[sqlx(rename = "type")]
    pub kind: String,
    pub priority: String,
    pub state: String,
    pub channel: String,
    pub agent: Option<String>,
}

/// Something to deliver.
#[derive(Debug, Clone, FromRow)]
pub struct AlertRow {
    pub id: String,
    /// `mail:ADDRESS`, `webhook:URL`, `telegram` or `discord`.
    pub sink: String,
    /// JSON.
    pub body: String,
    pub created: i64,
    pub due: i64,
    pub tries: i64,
}

#[derive(Debug, Clone)]
pub(super) enum Chore {
    /// From this row of the histories on facts are told.
    Begin {
        from: i64,
    },
    /// New ones, and up to which row of the histories it was looked.
    Add {
        rows: Vec<(String, String, String)>,
        after: i64,
        now: Timestamp,
    },
    /// One is about to deliver it; until then nobody else does.
    Claim {
        id: String,
        due: i64,
        until: Timestamp,
    },
    Done {
        id: String,
        now: Timestamp,
        error: Option<String>,
    },
    Later {
        id: String,
        due: Timestamp,
        error: String,
    },
}

const FACTS: &str =
    "SELECT h.num, h.ticket, h.at, h.who, h.what, h.text, h.facts, t.subject, t.queue, t.category, t.type,
        t.priority, t.state, t.channel, t.agent
    FROM ticket_history AS h JOIN tickets AS t ON t.code = h.ticket WHERE h.num > $1 ORDER BY h.num LIMIT $2";
const LAST: &str = "SELECT coalesce(max(num), 0) FROM ticket_history";
const PLACES: &str = "SELECT name, value FROM notes WHERE name IN ('alerts_from', 'alerts_after')";
const BEGIN: &str = "INSERT INTO notes (name, value) VALUES ('alerts_from', $1), ('alerts_after', $1)
    ON CONFLICT (name) DO NOTHING";
const LOOKED: &str = "INSERT INTO notes (name, value) VALUES ('alerts_after', $1)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";
const ADD: &str = "INSERT INTO alerts (id, sink, body, created, due) VALUES ($1, $2, $3, $4, $4) ON CONFLICT (id) DO NOTHING";
const DUE: &str = "SELECT id, sink, body, created, due, tries FROM alerts WHERE done IS NULL AND due <= $1 ORDER BY due LIMIT $2";
const CLAIM: &str = "UPDATE alerts SET due = $1 WHERE id = $2 AND due = $3 AND done IS NULL";
const DONE: &str =
    "UPDATE alerts SET done = $1, error = $2, tries = tries + 1 WHERE id = $3 AND done IS NULL";
const LATER: &str =
    "UPDATE alerts SET due = $1, error = $2, tries = tries + 1 WHERE id = $3 AND done IS NULL";

macro_rules! run {
    ($connection:expr, $chore:expr) => {{
        let mut done = 0;
        match $chore {
            Chore::Begin { from } => {
                let query = sqlx::query(BEGIN).bind(from.to_string());
                done += query.execute(&mut *$connection).await?.rows_affected();
            }
            Chore::Add { rows, after, now } => {
                for (id, sink, body) in rows {
                    let query = sqlx::query(ADD).bind(id).bind(sink).bind(body).bind(now.as_microsecond());
                    done += query.execute(&mut *$connection).await?.rows_affected();
                }
                sqlx::query(LOOKED).bind(after.to_string()).execute(&mut *$connection).await?;
            }
            Chore::Claim { id, due, until } => {
                let query = sqlx::query(CLAIM).bind(until.as_microsecond()).bind(id).bind(due);
                done += query.execute(&mut *$connection).await?.rows_affected();
            }
            Chore::Done { id, now, error } => {
                let query = sqlx::query(DONE).bind(now.as_microsecond()).bind(error).bind(id);
                done += query.execute(&mut *$connection).await?.rows_affected();
            }
            Chore::Later { id, due, error } => {
                let query = sqlx::query(LATER).bind(due.as_microsecond()).bind(error).bind(id);
                done += query.execute(&mut *$connection).await?.rows_affected();
            }
        }
        done
    }};
}

runs!(run);

impl Store {
    /// From which row of the histories on facts are told, and up to which it was looked; `None`: never.
    ///
    /// # Errors
    /// The database's.
    pub async fn alerts_places(&self) -> Result<Option<(i64, i64)>, StoreError> {
        let kept: Vec<(String, String)> =
            reads!(self, reads => sqlx::query_as(PLACES).fetch_all(&reads.pool).await)?;
        let place = |wanted: &str| {
            let found = kept.iter().find(|(name, _)| name == wanted);
            found.and_then(|(_, value)| value.parse::<i64>().ok())
        };
        Ok(place("alerts_from").zip(place("alerts_after")))
    }

    /// From after this row of the histories on facts are told; where it was said before, that stands.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin_alerts(&self, from: i64) -> Result<(), StoreError> {
        self.of_alerts(Chore::Begin { from }).await
    }

    /// The last row of the histories.
    ///
    /// # Errors
    /// The database's.
    pub async fn last_fact(&self) -> Result<i64, StoreError> {
        let (last,): (i64,) = reads!(self, reads => sqlx::query_as(LAST).fetch_one(&reads.pool).await)?;
        Ok(last)
    }

    /// Rows of the histories after row number `after`, in order.
    ///
    /// # Errors
    /// The database's.
    pub async fn facts_after(&self, after: i64, limit: u32) -> Result<Vec<FactRow>, StoreError> {
        let limit = i64::from(limit);
        Ok(reads!(self, reads => sqlx::query_as(FACTS).bind(after).bind(limit).fetch_all(&reads.pool).await)?)
    }

    /// Adds alerts (id, sink, body); one that is there already is left as it is. It was looked up to row `after`.
    ///
    /// # Errors
    /// The database's.
    pub async fn add_alerts(
        &self,
        rows: Vec<(String, String, String)>,
        after: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.of_alerts(Chore::Add { rows, after, now }).await
    }

    /// What is to be delivered, the longest due first.
    ///
    /// # Errors
    /// The database's.
    pub async fn due_alerts(&self, now: Timestamp, limit: u32) -> Result<Vec<AlertRow>, StoreError> {
        let (now, limit) = (now.as_microsecond(), i64::from(limit));
        Ok(reads!(self, reads => sqlx::query_as(DUE).bind(now).bind(limit).fetch_all(&reads.pool).await)?)
    }

    /// Takes an alert for oneself until then; false where somebody else was quicker.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim_alert(&self, row: &AlertRow, until: Timestamp) -> Result<bool, StoreError> {
        let chore = Chore::Claim { id: row.id.clone(), due: row.due, until };
        Ok(self.chore(chore::Chore::OfAlerts(chore)).await? > 0)
    }

    /// It was told, or given up with an error.
    ///
    /// # Errors
    /// The database's.
    pub async fn alert_done(
        &self,
        id: &str,
        now: Timestamp,
        error: Option<String>,
    ) -> Result<(), StoreError> {
        self.of_alerts(Chore::Done { id: id.to_owned(), now, error }).await
    }

    /// It is tried again then.
    ///
    /// # Errors
    /// The database's.
    pub async fn alert_later(&self, id: &str, due: Timestamp, error: String) -> Result<(), StoreError> {
        self.of_alerts(Chore::Later { id: id.to_owned(), due, error }).await
    }

    async fn of_alerts(&self, chore: Chore) -> Result<(), StoreError> {
        self.chore(chore::Chore::OfAlerts(chore)).await.map(drop)
    }
}
