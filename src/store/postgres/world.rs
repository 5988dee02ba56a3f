//! Requests, incidents, watches and files.

use sqlx::postgres::PgConnection;

use super::Reads;
use crate::store::StoreError;
use crate::store::raw;
use crate::store::world::{
    Chore, DueNotice, FileRow, IncidentRow, RawFile, RawIncidentRow, RawNotice, RawRequest, RequestRow,
};
use crate::store::writes::{CopyWrite, NewsWrite, RequestWrite, WatchWrite};

const REQUESTS: &str = "
INSERT INTO requests (id, conversation, body, created, due)
SELECT id, conversation, body, now, now
FROM unnest($1::text[]::uuid[], $2::text[]::uuid[], $3::text[], $4::bigint[]) AS v (id, conversation, body, now)
ON CONFLICT (id) DO NOTHING";

pub(super) const ANSWERED: &str = "DELETE FROM requests WHERE id = ANY ($1::text[]::uuid[])";

const WATCHES: &str = "
INSERT INTO watches (contact, what, subject, conversation, created)
SELECT DISTINCT ON (what, subject, contact) contact, what, subject, conversation, now
FROM unnest($1::text[]::uuid[], $2::text[], $3::text[], $4::text[]::uuid[], $5::bigint[])
    AS v (contact, what, subject, conversation, now)
ON CONFLICT (what, subject, contact) DO UPDATE SET conversation = excluded.conversation";

const NEWS: &str = "
WITH n AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[]) WITH ORDINALITY AS n (code, news, now, public, nth)
)
INSERT INTO notices (id, contact, conversation, news, created, kind)
SELECT 'ticket:' || n.code || ':' || n.now || ':' || n.nth || ':' || w.contact, w.contact, w.conversation, n.news, n.now, 'news'
FROM n JOIN watches AS w ON w.what = 'ticket' AND w.subject = n.code
UNION ALL
SELECT * FROM (
    SELECT DISTINCT ON (t.code) 'public:' || t.code, t.contact, t.conversation, n.news, n.now, 'public'
    FROM n JOIN tickets AS t ON t.code = n.code WHERE n.public
        AND NOT EXISTS (SELECT 1 FROM watches AS w WHERE w.what = 'ticket' AND w.subject = t.code AND w.contact = t.contact)
    AND (t.channel NOT IN ('twilio', 'signalwire', 'telnyx', 'jambonz', 'phone', 'terminal_voice') OR EXISTS (SELECT 1 FROM links AS k WHERE k.contact = t.contact))
    ORDER BY t.code, n.nth DESC
) AS own
ON CONFLICT (id) DO UPDATE SET news = excluded.news, created = excluded.created, told = NULL
WHERE excluded.kind = 'public'";

/// To the chat on the web that the contact was in last.
const COPIES: &str = "
INSERT INTO notices (id, contact, conversation, news, created)
SELECT v.id, v.contact, chat.id, v.news, v.now
FROM unnest($1::text[], $2::text[]::uuid[], $3::text[], $4::bigint[]) AS v (id, contact, news, now)
CROSS JOIN LATERAL (
    SELECT c.id FROM web_tokens AS w
    JOIN conversations AS c ON c.channel = 'web' AND c.address = w.address AND c.current
    WHERE w.contact = v.contact ORDER BY c.touched DESC, c.num DESC LIMIT 1
) AS chat
ON CONFLICT (id) DO NOTHING";

const TOLD: &str = "
UPDATE notices SET told = t.now FROM unnest($1::text[], $2::bigint[]) AS t (id, now) WHERE notices.id = t.id";

const NOTICES_OF_INCIDENT: &str = "
INSERT INTO notices (id, contact, conversation, news, created, kind)
SELECT 'incident:' || i.id || ':' || w.contact, w.contact, w.conversation,
       json_build_object('news', 'incident_closed', 'area', i.area, 'title', i.title)::text, i.closed, 'news'
FROM incidents AS i JOIN watches AS w ON w.what = 'incident' AND w.subject = i.area
WHERE i.id = $1 ON CONFLICT (id) DO NOTHING";

pub(super) async fn write(
    connection: &mut PgConnection,
    requests: Vec<RequestWrite>,
    watches: Vec<WatchWrite>,
    news: Vec<NewsWrite>,
    copies: Vec<CopyWrite>,
    told: Vec<(String, i64)>,
) -> Result<(), sqlx::Error> {
    fn column<'a, R, T>(rows: &'a [R], of: impl FnMut(&'a R) -> T) -> Vec<T> {
        rows.iter().map(of).collect()
    }
    if !requests.is_empty() {
        sqlx::query(REQUESTS)
            .bind(column(&requests, |row| row.id.as_str()))
            .bind(column(&requests, |row| row.conversation.as_str()))
            .bind(column(&requests, |row| row.body.as_str()))
            .bind(column(&requests, |row| row.now))
            .execute(&mut *connection)
            .await?;
    }
    if !watches.is_empty() {
        sqlx::query(WATCHES)
            .bind(column(&watches, |row| row.contact.as_str()))
            .bind(column(&watches, |row| row.what))
            .bind(column(&watches, |row| row.subject.as_str()))
            .bind(column(&watches, |row| row.conversation.as_str()))
            .bind(column(&watches, |row| row.now))
            .execute(&mut *connection)
            .await?;
    }
    if !news.is_empty() {
        sqlx::query(NEWS)
            .bind(column(&news, |row| row.code.as_str()))
            .bind(column(&news, |row| row.news.as_str()))
            .bind(column(&news, |row| row.now))
            .bind(column(&news, |row| row.public))
            .execute(&mut *connection)
            .await?;
    }
    if !copies.is_empty() {
        sqlx::query(COPIES)
            .bind(column(&copies, |row| row.id.as_str()))
            .bind(column(&copies, |row| row.contact.as_str()))
            .bind(column(&copies, |row| row.news.as_str()))
            .bind(column(&copies, |row| row.now))
            .execute(&mut *connection)
            .await?;
    }
    if !told.is_empty() {
        let (ids, times): (Vec<String>, Vec<i64>) = told.into_iter().unzip();
        sqlx::query(TOLD).bind(ids).bind(times).execute(connection).await?;
    }
    Ok(())
}

/// Gives how many rows were changed.
pub(super) async fn run(connection: &mut PgConnection, chore: &Chore) -> Result<u64, sqlx::Error> {
    let query = match chore {
        Chore::Claim { id, now, until } => {
            sqlx::query("UPDATE requests SET lease = $1 WHERE id = $2::uuid AND due <= $3 AND lease <= $3")
                .bind(until.as_microsecond())
                .bind(id.to_string())
                .bind(now.as_microsecond())
        }
        Chore::Later { id, due } => {
            sqlx::query("UPDATE requests SET due = $1, lease = 0, tries = tries + 1 WHERE id = $2::uuid")
                .bind(due.as_microsecond())
                .bind(id.to_string())
        }
        Chore::OpenIncident(incident) => sqlx::query(
            "INSERT INTO incidents (id, area, title, opened, opener, master) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(&incident.id)
        .bind(&incident.area)
        .bind(&incident.title)
        .bind(incident.opened.as_microsecond())
        .bind(&incident.by)
        .bind(&incident.master),
        Chore::SettleIncident { id, now } => {
            sqlx::query("UPDATE incidents SET settled = $1 WHERE id = $2").bind(now.as_microsecond()).bind(id)
        }
        Chore::CloseIncident { id, closed } => return close(connection, id, closed.as_microsecond()).await,
        Chore::AddFile(file) => sqlx::query(
            "INSERT INTO files (id, channel, address, name, kind, size, created, content)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
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

/// In one transaction: chores come one by one.
async fn close(connection: &mut PgConnection, id: &str, closed: i64) -> Result<u64, sqlx::Error> {
    use sqlx::Connection as _;
    let mut all = connection.begin().await?;
    let done = sqlx::query("UPDATE incidents SET closed = $1 WHERE id = $2 AND closed IS NULL")
        .bind(closed)
        .bind(id)
        .execute(&mut *all)
        .await?
        .rows_affected();
    if done > 0 {
        sqlx::query(NOTICES_OF_INCIDENT).bind(id).execute(&mut *all).await?;
        let unwatched = "DELETE FROM watches WHERE what = 'incident' AND subject = (SELECT area FROM incidents WHERE id = $1)";
        sqlx::query(unwatched).bind(id).execute(&mut *all).await?;
    }
    all.commit().await?;
    Ok(done)
}

impl Reads {
    pub(in crate::store) async fn due_requests(
        &self,
        now: i64,
        limit: i64,
    ) -> Result<Vec<RequestRow>, StoreError> {
        let rows: Vec<RawRequest> = sqlx::query_as(
            "SELECT id::text, conversation::text, body, created, tries FROM requests
             WHERE due <= $1 AND lease <= $1 ORDER BY due LIMIT $2",
        )
        .bind(now)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn incidents(&self, closed: bool) -> Result<Vec<IncidentRow>, StoreError> {
        let rows: Vec<RawIncidentRow> = sqlx::query_as(
            "SELECT id, area, title, opened, opener, closed, master FROM incidents WHERE closed IS NULL OR $1
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
                 WHERE n.told IS NULL AND (n.kind = 'asked' OR NOT $2) AND n.kind <> 'call_survey' AND n.created > $3
             ), place AS (
                 SELECT id, kind, news, created, channel, address FROM due
                 UNION
                 SELECT due.id, due.kind, due.news, due.created, other.channel, other.address
                 FROM due JOIN links AS me ON me.contact = due.contact
                 JOIN links AS other ON other.person = me.person
                 WHERE due.id NOT LIKE 'link:%'
             ), free AS (
                 SELECT place.*, row_number() OVER (PARTITION BY place.id ORDER BY (c.body::json ->> 'heard_at')::timestamptz DESC) AS nth
                 FROM place
                 JOIN conversations AS c ON c.channel = place.channel AND c.address = place.address AND c.current
                 WHERE c.channel IN ('web', 'terminal', 'telegram', 'discord') AND (c.owner = 'bot' OR c.life = 'closed')
                     AND (place.kind <> 'survey' OR c.life = 'closed')
             )
             SELECT id, news, channel, address FROM free WHERE nth = 1 ORDER BY created LIMIT $1",
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
            "SELECT id, channel, address, name, kind, created, content FROM files WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        raw::one(row)
    }
}
