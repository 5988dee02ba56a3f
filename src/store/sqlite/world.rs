//! Requests, incidents, watches and files.

use sqlx::sqlite::SqliteConnection;

use super::Reads;
use crate::store::StoreError;
use crate::store::raw;
use crate::store::world::{
    Chore, DueNotice, FileRow, IncidentRow, RawFile, RawIncidentRow, RawNotice, RawRequest, RequestRow,
};

pub(super) const REQUESTS: &str = "
INSERT INTO requests (id, conversation, body, created, due)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 3 FROM json_each(?) WHERE true
ON CONFLICT (id) DO NOTHING";

pub(super) const ANSWERED: &str = "DELETE FROM requests WHERE id IN (SELECT value FROM json_each(?))";

pub(super) const WATCHES: &str = "
INSERT INTO watches (contact, what, subject, conversation, created)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?) WHERE true
ON CONFLICT (what, subject, contact) DO UPDATE SET conversation = excluded.conversation";

pub(super) const NEWS: &str = "
INSERT INTO notices (id, contact, conversation, news, created, kind)
SELECT 'ticket:' || (n.value ->> 0) || ':' || (n.value ->> 2) || ':' || (n.key) || ':' || w.contact,
       w.contact, w.conversation, n.value ->> 1, n.value ->> 2, 'news'
FROM json_each(?1) AS n JOIN watches AS w ON w.what = 'ticket' AND w.subject = n.value ->> 0 WHERE true
UNION ALL
SELECT 'public:' || t.code, t.contact, t.conversation, n.value ->> 1, n.value ->> 2, 'public'
FROM json_each(?1) AS n JOIN tickets AS t ON t.code = n.value ->> 0 WHERE n.value ->> 3
    AND NOT EXISTS (SELECT 1 FROM watches AS w WHERE w.what = 'ticket' AND w.subject = t.code AND w.contact = t.contact)
    AND (t.channel NOT IN ('twilio', 'signalwire', 'telnyx', 'jambonz', 'phone', 'terminal_voice') OR EXISTS (SELECT 1 FROM links AS k WHERE k.contact = t.contact))
ON CONFLICT (id) DO UPDATE SET news = excluded.news, created = excluded.created, told = NULL
WHERE excluded.kind = 'public'";

/// To the chat on the web that the contact was in last.
pub(super) const COPIES: &str = "
INSERT INTO notices (id, contact, conversation, news, created)
SELECT v.value ->> 0, v.value ->> 1, (
    SELECT c.id FROM web_tokens AS w
    JOIN conversations AS c ON c.channel = 'web' AND c.address = w.address AND c.current = 1
    WHERE w.contact = v.value ->> 1 ORDER BY c.updated DESC, c.num DESC LIMIT 1
) AS chat, v.value ->> 2, v.value ->> 3
FROM json_each(?) AS v WHERE chat IS NOT NULL
ON CONFLICT (id) DO NOTHING";

pub(super) const TOLD: &str = "
UPDATE notices SET told = t.value ->> 1 FROM json_each(?) AS t WHERE notices.id = t.value ->> 0";

const NOTICES_OF_INCIDENT: &str = "
INSERT INTO notices (id, contact, conversation, news, created, kind)
SELECT 'incident:' || i.id || ':' || w.contact, w.contact, w.conversation,
       json_object('news', 'incident_closed', 'area', i.area, 'title', i.title), i.closed, 'news'
FROM incidents AS i JOIN watches AS w ON w.what = 'incident' AND w.subject = i.area
WHERE i.id = ? ON CONFLICT (id) DO NOTHING";

/// Gives how many rows were changed.
pub(super) async fn run(connection: &mut SqliteConnection, chore: &Chore) -> Result<u64, StoreError> {
    let query = match chore {
        Chore::Claim { id, now, until } => {
            sqlx::query("UPDATE requests SET lease = ? WHERE id = ? AND due <= ? AND lease <= ?")
                .bind(until.as_microsecond())
                .bind(id.to_string())
                .bind(now.as_microsecond())
                .bind(now.as_microsecond())
        }
        Chore::Later { id, due } => {
            sqlx::query("UPDATE requests SET due = ?, lease = 0, tries = tries + 1 WHERE id = ?")
                .bind(due.as_microsecond())
                .bind(id.to_string())
        }
        Chore::OpenIncident(incident) => sqlx::query(
            "INSERT INTO incidents (id, area, title, opened, opener, master) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(&incident.id)
        .bind(&incident.area)
        .bind(&incident.title)
        .bind(incident.opened.as_microsecond())
        .bind(&incident.by)
        .bind(&incident.master),
        Chore::SettleIncident { id, now } => {
            sqlx::query("UPDATE incidents SET settled = ? WHERE id = ?").bind(now.as_microsecond()).bind(id)
        }
        Chore::CloseIncident { id, closed } => {
            let done = sqlx::query("UPDATE incidents SET closed = ? WHERE id = ? AND closed IS NULL")
                .bind(closed.as_microsecond())
                .bind(id)
                .execute(&mut *connection)
                .await?
                .rows_affected();
            if done > 0 {
                sqlx::query(NOTICES_OF_INCIDENT).bind(id).execute(&mut *connection).await?;
                let unwatched = "DELETE FROM watches WHERE what = 'incident'
                                 AND subject = (SELECT area FROM incidents WHERE id = ?)";
                sqlx::query(unwatched).bind(id).execute(connection).await?;
            }
            return Ok(done);
        }
        Chore::AddFile(file) => sqlx::query(
            "INSERT INTO files (id, channel, address, name, kind, size, created, content)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        )
        .bind(&file.id)
        .bind(file.channel.word())
        .bind(&file.address)
        .bind(&file.name)
        .bind(&file.kind)
        .bind(i64::try_from(file.content.len()).unwrap_or(i64::MAX))
        .bind(file.created.as_microsecond())
        .bind(&file.content),
    };
    Ok(query.execute(connection).await?.rows_affected())
}

impl Reads {
    pub(in crate::store) async fn due_requests(
        &self,
        now: i64,
        limit: i64,
    ) -> Result<Vec<RequestRow>, StoreError> {
        let rows: Vec<RawRequest> = sqlx::query_as(
            "SELECT id, conversation, body, created, tries FROM requests
             WHERE due <= ? AND lease <= ? ORDER BY due LIMIT ?",
        )
        .bind(now)
        .bind(now)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn incidents(&self, closed: bool) -> Result<Vec<IncidentRow>, StoreError> {
        let rows: Vec<RawIncidentRow> = sqlx::query_as(
            "SELECT id, area, title, opened, opener, closed, master FROM incidents WHERE closed IS NULL OR ?
             ORDER BY closed IS NOT NULL, closed DESC, opened, id LIMIT 500",
        )
        .bind(closed)
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    /// A person on several addresses is told at the one that was used last, of those where it can be told.
    pub(in crate::store) async fn due_notices(
        &self,
        limit: i64,
        quiet: bool,
        since: i64,
    ) -> Result<Vec<DueNotice>, StoreError> {
        let rows: Vec<RawNotice> = sqlx::query_as(
            "WITH due AS (
                 SELECT n.id, n.contact, n.kind, n.news, n.created, asked.channel, asked.address
                 FROM notices AS n JOIN conversations AS asked ON asked.id = n.conversation
                 WHERE n.told IS NULL AND (n.kind = 'asked' OR NOT ?2) AND n.kind <> 'call_survey' AND n.created > ?3
             ), place AS (
                 SELECT id, kind, news, created, channel, address FROM due
                 UNION
                 SELECT due.id, due.kind, due.news, due.created, other.channel, other.address
                 FROM due JOIN links AS me ON me.contact = due.contact
                 JOIN links AS other ON other.person = me.person
                 WHERE due.id NOT LIKE 'link:%'
             ), free AS (
                 SELECT place.*, row_number() OVER (PARTITION BY place.id ORDER BY c.body ->> '$.heard_at' DESC) AS nth
                 FROM place
                 JOIN conversations AS c ON c.channel = place.channel AND c.address = place.address AND c.current = 1
                 WHERE c.channel IN ('web', 'terminal', 'telegram', 'discord') AND (c.owner = 'bot' OR c.life = 'closed')
                     AND (place.kind <> 'survey' OR c.life = 'closed')
             )
             SELECT id, news, channel, address FROM free WHERE nth = 1 ORDER BY created LIMIT ?1",
        )
        .bind(limit)
        .bind(quiet)
        .bind(since)
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn file(&self, id: &str) -> Result<Option<FileRow>, StoreError> {
        let row: Option<RawFile> = sqlx::query_as(
            "SELECT id, channel, address, name, kind, created, content FROM files WHERE id = ?",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        raw::one(row)
    }
}
