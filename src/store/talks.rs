//! Conversations with their journals, page by page, for figures.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::FromRow;

use super::raw::time;
use super::{Reads, Store, StoreError};
use crate::conversation::Event;

/// A conversation and what happened in each of its turns.
#[derive(Debug)]
pub struct TalkRow {
    pub num: i64,
    pub id: String,
    /// `None` where nobody proved who it is.
    pub contact: Option<String>,
    pub channel: String,
    pub locale: String,
    /// The flow that began it.
    pub flow: String,
    pub created: Timestamp,
    pub turns: Vec<(Timestamp, Vec<Event>)>,
}

#[derive(Debug, FromRow)]
struct RawTalk {
    num: i64,
    id: String,
    contact: String,
    proven: bool,
    channel: String,
    locale: String,
    flow: String,
    created: i64,
}

const TALKS: &str = "SELECT c.num, CAST(c.id AS TEXT) AS id, CAST(c.contact AS TEXT) AS contact, c.channel, c.locale, c.flow, c.created,
        EXISTS (SELECT 1 FROM contacts AS k WHERE k.id = c.contact AND k.verified) AS proven
    FROM conversations AS c WHERE c.num > $1 AND c.updated >= $2 AND c.created < $3 ORDER BY c.num LIMIT $4";
const JOURNAL: &str = "SELECT j.conversation, j.at, j.events FROM journal AS j
    WHERE j.conversation >= $1 AND j.conversation <= $2 ORDER BY j.conversation, j.id";

impl Store {
    /// Conversations after number `after` that something happened in since `since` and that began before `until`, in order.
    ///
    /// # Errors
    /// The database's.
    pub async fn talks(
        &self,
        after: i64,
        since: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<TalkRow>, StoreError> {
        let (since, until, limit) = (since.as_microsecond(), until.as_microsecond(), i64::from(limit));
        let rows: Vec<RawTalk> = reads!(self, reads => sqlx::query_as(TALKS)
            .bind(after)
            .bind(since)
            .bind(until)
            .bind(limit)
            .fetch_all(&reads.pool)
            .await)?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
        let turns: Vec<(i64, i64, String)> = reads!(self, reads => sqlx::query_as(JOURNAL)
            .bind(first.num)
            .bind(last.num)
            .fetch_all(&reads.pool)
            .await)?;
        let mut of: HashMap<i64, Vec<(Timestamp, Vec<Event>)>> = HashMap::new();
        for (num, at, events) in turns {
            // Of a journal that an older program wrote, what cannot be read any more is left out.
            let Ok(events) = serde_json::from_str(&events) else { continue };
            of.entry(num).or_default().push((time(at)?, events));
        }
        let whole = |row: RawTalk| {
            let RawTalk { num, id, contact, proven, channel, locale, flow, created } = row;
            let turns = of.remove(&num).unwrap_or_default();
            let contact = proven.then_some(contact);
            Ok(TalkRow { num, id, contact, channel, locale, flow, created: time(created)?, turns })
        };
        rows.into_iter().map(whole).collect()
    }
}
