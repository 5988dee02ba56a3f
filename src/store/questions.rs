//! Questions put to the FAQ, and what came of them: a row a question, written in the turn's transaction, read for gaps
//! and deflection without looking into the journal.

pub(super) mod project;
mod reads;
mod sql;

pub use reads::{ArticleCounts, Counts, ReasonCount, Unanswered, UnansweredFilter};

use jiff::Timestamp;
use serde_json::{Value, json};
use sql::about;

use super::writes::{OfferWrite, QuestionTouch, QuestionWrite};
use super::{Store, StoreError, chore};

/// One statement for each database.
pub(super) struct Both {
    #[cfg_attr(not(feature = "sqlite"), expect(dead_code, reason = "of the other database"))]
    pub sqlite: &'static str,
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "of the other database"))]
    pub postgres: &'static str,
}

macro_rules! both {
    ($statement:ident) => {
        Both {
            sqlite: sql::$statement!("json_each($1) AS v", ""),
            postgres: sql::$statement!("jsonb_array_elements(CAST($1 AS JSONB)) AS v (value)", "::uuid"),
        }
    };
}

const PUT: Both = both!(put);
const OFFER: Both = both!(offer);
const TOUCH: Both = both!(touch);

/// The statements that write these rows, in order, each with its parameter.
pub(super) fn rows(
    questions: Vec<QuestionWrite>,
    offers: Vec<OfferWrite>,
    touched: Vec<QuestionTouch>,
) -> [(Both, Value); 3] {
    let questions = questions.into_iter().map(|q| {
        json!([
            q.conversation,
            q.turn,
            q.place,
            q.at,
            q.contact,
            q.channel,
            q.locale,
            q.flow,
            q.topic,
            q.wording,
            q.nearest,
            i64::from(q.aside),
            q.state
        ])
    });
    let offers = offers.into_iter().map(|o| {
        json!([o.conversation, o.turn, o.place, o.article, o.at, o.solved.map(i64::from), o.reason])
    });
    let touched = touched.into_iter().map(|t| {
        json!([t.conversation, t.turn, t.place, t.article, t.state, t.ticket, i64::from(t.handed), t.left])
    });
    [(PUT, questions.collect()), (TOUCH, touched.collect()), (OFFER, offers.collect())]
}

#[derive(Debug, Clone)]
pub(super) enum Chore {
    /// Empties the wordings of questions from before then.
    Forget { before: Timestamp },
}

const FORGET: &str = "UPDATE questions SET wording = '', nearest = '[]' WHERE at < $1 AND wording <> ''";

macro_rules! run {
    ($connection:expr, $chore:expr) => {
        match $chore {
            Chore::Forget { before } => {
                sqlx::query(FORGET).bind(before.as_microsecond()).execute($connection).await?.rows_affected()
            }
        }
    };
}

#[cfg(feature = "sqlite")]
pub(super) async fn run_sqlite(
    connection: &mut sqlx::sqlite::SqliteConnection,
    chore: &Chore,
) -> Result<u64, sqlx::Error> {
    Ok(run!(connection, chore))
}

#[cfg(feature = "postgres")]
pub(super) async fn run_postgres(
    connection: &mut sqlx::postgres::PgConnection,
    chore: &Chore,
) -> Result<u64, sqlx::Error> {
    Ok(run!(connection, chore))
}

impl Store {
    /// Forgets what was asked before then; that it was asked, and what came of it, is kept. How many were forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget_wordings(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.chore(chore::Chore::OfQuestions(Chore::Forget { before })).await
    }
}
