//! The lines of tickets, from which figures are told: kept in step with the tickets, and read by period.

use jiff::Timestamp;

use super::{Reads, Store, StoreError, chore};

/// A line to be kept.
#[derive(Debug, Clone)]
pub struct LineWrite {
    pub code: String,
    /// The ticket's, from which the line was made.
    pub version: i64,
    /// Microseconds: the first and the last moment that it speaks of.
    pub span: (i64, i64),
    pub is_over: bool,
    /// When it changes though nothing happens to the ticket.
    pub due: Option<Timestamp>,
    pub text: String,
}

#[derive(Debug, Clone)]
pub(super) enum Chore {
    Keep(Vec<LineWrite>),
    /// All lines are to be made anew, by other rules than before.
    Renew {
        rules: String,
    },
}

const KEEP: &str = "INSERT INTO ticket_lines (ticket, opened, last, is_over, due, line) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (ticket) DO UPDATE SET opened = excluded.opened, last = excluded.last, is_over = excluded.is_over,
        due = excluded.due, line = excluded.line";
const KEPT: &str = "UPDATE tickets SET lined = $1 WHERE code = $2";
const RENEW: &str = "UPDATE tickets SET lined = -1";
const NOTE: &str = "INSERT INTO notes (name, value) VALUES ('line_rules', $1)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";
const RULES: &str = "SELECT value FROM notes WHERE name = 'line_rules'";
const UNLINED: &str =
    "SELECT code, num FROM tickets WHERE lined < version AND num > $1 ORDER BY num LIMIT $2";
const DUE: &str = "SELECT ticket FROM ticket_lines WHERE due <= $1 ORDER BY due LIMIT $2";
const ALL: &str =
    "SELECT l.ticket, l.line, t.num FROM tickets AS t JOIN ticket_lines AS l ON l.ticket = t.code
    WHERE t.num > $1 ORDER BY t.num LIMIT $2";

const BY_HOUR: &str = "SELECT created / 3600000000 AS hour, count(*) FROM tickets
    WHERE created >= $1 AND ($2 IS NULL OR queue = $2) AND type IN ('incident', 'service_request') GROUP BY created / 3600000000 ORDER BY hour";
const ENDED: &str = "SELECT code FROM tickets WHERE state IN ('resolved', 'closed', 'cancelled')
    AND type IN ('incident', 'service_request') ORDER BY num DESC LIMIT $1";
const OPEN: &str =
    "SELECT code FROM tickets WHERE state NOT IN ('resolved', 'closed', 'cancelled') ORDER BY num";

macro_rules! run {
    ($connection:expr, $chore:expr) => {{
        let mut done = 0;
        match $chore {
            Chore::Keep(rows) => {
                for row in rows {
                    let query = sqlx::query(KEEP)
                        .bind(&row.code)
                        .bind(row.span.0)
                        .bind(row.span.1)
                        .bind(row.is_over)
                        .bind(row.due.map(Timestamp::as_microsecond))
                        .bind(&row.text);
                    done += query.execute(&mut *$connection).await?.rows_affected();
                    let query = sqlx::query(KEPT).bind(row.version).bind(&row.code);
                    query.execute(&mut *$connection).await?;
                }
            }
            Chore::Renew { rules } => {
                done = sqlx::query(RENEW).execute(&mut *$connection).await?.rows_affected();
                sqlx::query(NOTE).bind(rules).execute(&mut *$connection).await?;
            }
        }
        done
    }};
}

runs!(run);

impl Store {
    /// Keeps lines, each in place of the ticket's last.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep_lines(&self, rows: Vec<LineWrite>) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.chore(chore::Chore::OfLines(Chore::Keep(rows))).await.map(drop)
    }

    /// From now on lines are made by these rules: all are to be made anew. Returns how many tickets there are.
    ///
    /// # Errors
    /// The database's.
    pub async fn renew_lines(&self, rules: &str) -> Result<u64, StoreError> {
        self.chore(chore::Chore::OfLines(Chore::Renew { rules: rules.to_owned() })).await
    }

    /// By which rules the lines are made.
    ///
    /// # Errors
    /// The database's.
    pub async fn line_rules(&self) -> Result<Option<String>, StoreError> {
        let rules: Option<(String,)> =
            reads!(self, reads => sqlx::query_as(RULES).fetch_optional(&reads.pool).await)?;
        Ok(rules.map(|(rules,)| rules))
    }

    /// Tickets after number `after` that changed since their line was made, with their numbers, in order.
    ///
    /// # Errors
    /// The database's.
    pub async fn unlined_tickets(&self, after: i64, limit: u32) -> Result<Vec<(String, i64)>, StoreError> {
        let limit = i64::from(limit);
        Ok(
            reads!(self, reads => sqlx::query_as(UNLINED).bind(after).bind(limit).fetch_all(&reads.pool).await)?,
        )
    }

    /// Tickets whose line changes by itself at `now` or did before.
    ///
    /// # Errors
    /// The database's.
    pub async fn due_lines(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, StoreError> {
        let (now, limit) = (now.as_microsecond(), i64::from(limit));
        let due: Vec<(String,)> =
            reads!(self, reads => sqlx::query_as(DUE).bind(now).bind(limit).fetch_all(&reads.pool).await)?;
        Ok(due.into_iter().map(|(code,)| code).collect())
    }

    /// Lines of tickets after number `after`: code, line and number, in order.
    ///
    /// # Errors
    /// The database's.
    pub async fn kept_lines(&self, after: i64, limit: u32) -> Result<Vec<(String, String, i64)>, StoreError> {
        let limit = i64::from(limit);
        Ok(reads!(self, reads => sqlx::query_as(ALL).bind(after).bind(limit).fetch_all(&reads.pool).await)?)
    }

    /// How many tickets were opened in each hour since `since`, by the beginning of the hour (UTC), in order; of one queue
    /// where it is named.
    ///
    /// # Errors
    /// The database's.
    pub async fn tickets_by_hour(
        &self,
        queue: Option<&str>,
        since: Timestamp,
    ) -> Result<Vec<(Timestamp, i64)>, StoreError> {
        let since = since.as_microsecond();
        let rows: Vec<(i64, i64)> = reads!(self, reads => sqlx::query_as(BY_HOUR)
            .bind(since)
            .bind(queue)
            .fetch_all(&reads.pool)
            .await)?;
        rows.into_iter().map(|(hour, count)| Ok((super::raw::time(hour * 3_600_000_000)?, count))).collect()
    }

    /// Codes of tickets that are resolved or over, the last changed first.
    ///
    /// # Errors
    /// The database's.
    pub async fn ended_tickets(&self, limit: u32) -> Result<Vec<String>, StoreError> {
        let limit = i64::from(limit);
        let codes: Vec<(String,)> =
            reads!(self, reads => sqlx::query_as(ENDED).bind(limit).fetch_all(&reads.pool).await)?;
        Ok(codes.into_iter().map(|(code,)| code).collect())
    }

    /// Codes of tickets that are not resolved and not over.
    ///
    /// # Errors
    /// The database's.
    pub async fn open_codes(&self) -> Result<Vec<String>, StoreError> {
        let codes: Vec<(String,)> = reads!(self, reads => sqlx::query_as(OPEN).fetch_all(&reads.pool).await)?;
        Ok(codes.into_iter().map(|(code,)| code).collect())
    }

    /// Lines of tickets opened from `opened.0` up to, and without, `opened.1`, that speak of something at `since` or later, or
    /// are not over: one under the other, parted by line feeds.
    ///
    /// # Errors
    /// The database's.
    pub async fn lines_between(
        &self,
        opened: (Timestamp, Timestamp),
        since: Timestamp,
    ) -> Result<String, StoreError> {
        let (from, until) = (opened.0.as_microsecond(), opened.1.as_microsecond());
        let since = since.as_microsecond();
        // In one value: rows of their own would take longer than all that is done with them.
        let lines: Option<String> = match &*self.reads {
            #[cfg(feature = "sqlite")]
            Reads::Sqlite(reads) => {
                sqlx::query_scalar(
                    "SELECT group_concat(line, char(10)) FROM ticket_lines
                     WHERE opened >= ?1 AND opened < ?2 AND (last >= ?3 OR NOT is_over)",
                )
                .bind(from)
                .bind(until)
                .bind(since)
                .fetch_one(&reads.pool)
                .await?
            }
            #[cfg(feature = "postgres")]
            Reads::Postgres(reads) => {
                sqlx::query_scalar(
                    "SELECT string_agg(line, chr(10)) FROM ticket_lines
                     WHERE opened >= $1 AND opened < $2 AND (last >= $3 OR NOT is_over)",
                )
                .bind(from)
                .bind(until)
                .bind(since)
                .fetch_one(&reads.pool)
                .await?
            }
        };
        Ok(lines.unwrap_or_default())
    }
}
