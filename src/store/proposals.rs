//! Proposed changes to the files of answers, and who did what to them.

use jiff::Timestamp;

use super::{Reads, Store, StoreError, chore, raw};

/// A proposed change. `state` is open, applied or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalRow {
    pub id: String,
    /// phrasings or article.
    pub kind: String,
    pub title: String,
    /// As the settings name it.
    pub file: String,
    /// Hash of the file's text that the change was made from.
    pub base: String,
    /// The text of the file after it.
    pub result: String,
    /// Unified.
    pub diff: String,
    /// What is meant, as JSON.
    pub change: String,
    /// Questions that it answers.
    pub questions: Vec<i64>,
    pub state: String,
    pub proposer: String,
    pub created: Timestamp,
    pub reviewer: Option<String>,
    pub reviewed: Option<Timestamp>,
    pub note: Option<String>,
}

/// Something that was done to a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalAct {
    pub at: Timestamp,
    pub by: String,
    /// proposed, renewed, applied, refused, withdrawn or conflicted.
    pub what: String,
    pub text: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) enum Chore {
    Add(Box<ProposalRow>),
    /// Made anew from the file as it is.
    Renew {
        id: String,
        base: String,
        result: String,
        diff: String,
        act: Act,
    },
    /// Applied or refused; only where it is open.
    Settle {
        id: String,
        state: &'static str,
        note: Option<String>,
        act: Act,
    },
    /// Only written down.
    Note {
        id: String,
        act: Act,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Act {
    at: Timestamp,
    by: String,
    what: &'static str,
    text: Option<String>,
}

const ADD: &str = "INSERT INTO proposals (id, kind, title, file, base, result, diff, change, questions, state, proposer, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11) ON CONFLICT (id) DO NOTHING";
const RENEW: &str = "UPDATE proposals SET base = $1, result = $2, diff = $3 WHERE id = $4 AND state = 'open'";
const SETTLE: &str = "UPDATE proposals SET state = $1, note = $2, reviewer = $3, reviewed = $4 WHERE id = $5 AND state = 'open'";
const ACT: &str = "INSERT INTO proposal_history (proposal, at, who, what, text) VALUES ($1, $2, $3, $4, $5)";
const ANSWERED: [&str; 2] = [
    "UPDATE questions SET answered_by = $1 WHERE num IN
        (SELECT j.value FROM proposals AS p, json_each(p.questions) AS j WHERE p.id = $1)",
    "UPDATE questions SET answered_by = $1 WHERE num IN
        (SELECT CAST(j.value AS BIGINT) FROM proposals AS p, jsonb_array_elements_text(CAST(p.questions AS JSONB)) AS j (value)
         WHERE p.id = $1)",
];

/// Nothing more is done where the proposal was not in the state for it.
macro_rules! run {
    ($connection:expr, $chore:expr, $answered:expr) => {{
        let (id, act, done) = match $chore {
            Chore::Add(row) => {
                let questions = serde_json::to_string(&row.questions)
                    .map_err(|error| sqlx::Error::Encode(error.into()))?;
                let done = sqlx::query(ADD)
                    .bind(&row.id)
                    .bind(&row.kind)
                    .bind(&row.title)
                    .bind(&row.file)
                    .bind(&row.base)
                    .bind(&row.result)
                    .bind(&row.diff)
                    .bind(&row.change)
                    .bind(questions)
                    .bind(&row.proposer)
                    .bind(row.created.as_microsecond())
                    .execute(&mut *$connection)
                    .await?;
                let act = Act { at: row.created, by: row.proposer.clone(), what: "proposed", text: None };
                (&row.id, act, done.rows_affected())
            }
            Chore::Renew { id, base, result, diff, act } => {
                let query = sqlx::query(RENEW).bind(base).bind(result).bind(diff).bind(id);
                (id, act.clone(), query.execute(&mut *$connection).await?.rows_affected())
            }
            Chore::Settle { id, state, note, act } => {
                let query = sqlx::query(SETTLE)
                    .bind(*state)
                    .bind(note)
                    .bind(&act.by)
                    .bind(act.at.as_microsecond())
                    .bind(id);
                let done = query.execute(&mut *$connection).await?.rows_affected();
                if done > 0 && *state == "applied" {
                    sqlx::query($answered).bind(id).execute(&mut *$connection).await?;
                }
                (id, act.clone(), done)
            }
            Chore::Note { id, act } => (id, act.clone(), 1),
        };
        if done > 0 {
            sqlx::query(ACT)
                .bind(id)
                .bind(act.at.as_microsecond())
                .bind(&act.by)
                .bind(act.what)
                .bind(&act.text)
                .execute(&mut *$connection)
                .await?;
        }
        done
    }};
}

#[cfg(feature = "sqlite")]
pub(super) async fn run_sqlite(
    connection: &mut sqlx::sqlite::SqliteConnection,
    chore: &Chore,
) -> Result<u64, sqlx::Error> {
    Ok(run!(connection, chore, ANSWERED[0]))
}

/// In one transaction: chores come one by one.
#[cfg(feature = "postgres")]
pub(super) async fn run_postgres(
    connection: &mut sqlx::postgres::PgConnection,
    chore: &Chore,
) -> Result<u64, sqlx::Error> {
    use sqlx::Connection as _;
    let mut all = connection.begin().await?;
    let done = run!(all, chore, ANSWERED[1]);
    all.commit().await?;
    Ok(done)
}

const COLUMNS: &str =
    "SELECT id, kind, title, file, base, result, diff, change, questions, state, proposer, created,
    reviewer, reviewed, note FROM proposals WHERE ($1 = '' OR state = $1) AND ($2 = '' OR id = $2)
    ORDER BY created DESC, id DESC LIMIT $3";

#[derive(sqlx::FromRow)]
struct RawProposal {
    id: String,
    kind: String,
    title: String,
    file: String,
    base: String,
    result: String,
    diff: String,
    change: String,
    questions: String,
    state: String,
    proposer: String,
    created: i64,
    reviewer: Option<String>,
    reviewed: Option<i64>,
    note: Option<String>,
}

impl TryFrom<RawProposal> for ProposalRow {
    type Error = StoreError;

    fn try_from(raw: RawProposal) -> Result<Self, StoreError> {
        Ok(Self {
            questions: raw::json("the questions of a proposal", &raw.questions)?,
            created: raw::time(raw.created)?,
            reviewed: raw.reviewed.map(raw::time).transpose()?,
            id: raw.id,
            kind: raw.kind,
            title: raw.title,
            file: raw.file,
            base: raw.base,
            result: raw.result,
            diff: raw.diff,
            change: raw.change,
            state: raw.state,
            proposer: raw.proposer,
            reviewer: raw.reviewer,
            note: raw.note,
        })
    }
}

const HISTORY: &str = "SELECT at, who, what, text FROM proposal_history WHERE proposal = $1 ORDER BY num";

impl Store {
    /// # Errors
    /// The database's.
    pub async fn add_proposal(&self, row: ProposalRow) -> Result<(), StoreError> {
        self.of_proposals(Chore::Add(Box::new(row))).await.map(drop)
    }

    /// The newest first; of one state where it is named.
    ///
    /// # Errors
    /// The database's.
    pub async fn proposals(&self, state: &str, limit: u32) -> Result<Vec<ProposalRow>, StoreError> {
        self.read_proposals(state, "", i64::from(limit)).await
    }

    /// # Errors
    /// The database's.
    pub async fn proposal(&self, id: &str) -> Result<Option<ProposalRow>, StoreError> {
        if id.is_empty() {
            return Ok(None);
        }
        Ok(self.read_proposals("", id, 1).await?.into_iter().next())
    }

    async fn read_proposals(
        &self,
        state: &str,
        id: &str,
        limit: i64,
    ) -> Result<Vec<ProposalRow>, StoreError> {
        let rows = reads!(self, reads => sqlx::query_as::<_, RawProposal>(COLUMNS)
            .bind(state)
            .bind(id)
            .bind(limit)
            .fetch_all(&reads.pool)
            .await)?;
        rows.into_iter().map(ProposalRow::try_from).collect()
    }

    /// What was done to a proposal, in order.
    ///
    /// # Errors
    /// The database's.
    pub async fn proposal_history(&self, id: &str) -> Result<Vec<ProposalAct>, StoreError> {
        let rows: Vec<(i64, String, String, Option<String>)> =
            reads!(self, reads => sqlx::query_as(HISTORY).bind(id).fetch_all(&reads.pool).await)?;
        rows.into_iter()
            .map(|(at, by, what, text)| Ok(ProposalAct { at: raw::time(at)?, by, what, text }))
            .collect()
    }

    /// An open proposal was made anew from the file as it is. False where it is not open any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn renew_proposal(
        &self,
        row: &ProposalRow,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let act = Act { at: now, by: by.to_owned(), what: "renewed", text: None };
        let (id, base) = (row.id.clone(), row.base.clone());
        let (result, diff) = (row.result.clone(), row.diff.clone());
        Ok(self.of_proposals(Chore::Renew { id, base, result, diff, act }).await? > 0)
    }

    /// An open proposal is in the file now; its questions are answered. False where it is not open any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn apply_proposal(&self, id: &str, by: &str, now: Timestamp) -> Result<bool, StoreError> {
        let act = Act { at: now, by: by.to_owned(), what: "applied", text: None };
        Ok(self.of_proposals(Chore::Settle { id: id.to_owned(), state: "applied", note: None, act }).await?
            > 0)
    }

    /// An open proposal is refused, or `withdrawn` by who proposed it. False where it is not open any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn refuse_proposal(
        &self,
        id: &str,
        by: &str,
        note: Option<String>,
        withdrawn: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let what = if withdrawn { "withdrawn" } else { "refused" };
        let act = Act { at: now, by: by.to_owned(), what, text: note.clone() };
        Ok(self.of_proposals(Chore::Settle { id: id.to_owned(), state: "refused", note, act }).await? > 0)
    }

    /// Writes down that an approval met another file than the change was made from.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_conflict(
        &self,
        id: &str,
        by: &str,
        text: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let act = Act { at: now, by: by.to_owned(), what: "conflicted", text: Some(text.to_owned()) };
        self.of_proposals(Chore::Note { id: id.to_owned(), act }).await.map(drop)
    }

    async fn of_proposals(&self, chore: Chore) -> Result<u64, StoreError> {
        self.chore(chore::Chore::OfProposals(chore)).await
    }
}
