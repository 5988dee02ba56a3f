//! What a batch reads, in its transaction.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Connection, before_commit};
use crate::conversation::{ContactId, OpenTicket};
use crate::desk::agent::SEEN_FOR;
use crate::store::batch::{Ask, Found};
use crate::store::job::Outgoing;
use crate::store::raw::{self, RawFound, RawOpenTicket, RawOutgoing, RawTimer};
use crate::store::{DueTimer, StoreError};

/// One statement: locks the conversations (in one order, so that nodes do not wait for each other in a circle), and
/// gives each job's recorded reply, conversation and contact, and whether there is more to load for it. A reply that
/// another node records while this waits for a lock is not seen here; the insert of its key finds out.
const LOAD: &str = "
WITH job AS (
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[]::uuid[], $6::text[]::uuid[],
                         $7::text[]::uuid[])
        AS job (n, key, channel, address, id, contact, derived)
), of_job AS MATERIALIZED (
    SELECT job.n, coalesce(
        (SELECT c.num FROM conversations AS c
         WHERE c.channel = job.channel AND c.address = job.address AND c.current),
        (SELECT c.num FROM conversations AS c WHERE c.id = job.id)) AS num
    FROM job
), locked AS MATERIALIZED (
    SELECT c.num, c.id, c.contact, c.life, c.body FROM conversations AS c
    WHERE c.num = ANY (ARRAY(SELECT of_job.num FROM of_job)) ORDER BY c.num FOR UPDATE
)
SELECT job.n, inbox.key IS NOT NULL AS replayed, inbox.conversation::text AS inbox_conversation, inbox.reply,
       locked.id::text AS id, locked.body,
       contact.id::text AS contact, contact.name, contact.profile, contact.locale, contact.verified, contact.phone,
       (SELECT links.person::text FROM links WHERE links.contact = contact.id AND contact.verified) AS person,
       EXISTS (SELECT 1 FROM outbox WHERE outbox.conversation = locked.id) AS has_unsent,
       coalesce(contact.verified, false) AND EXISTS (
           SELECT 1 FROM tickets WHERE tickets.contact = contact.id AND tickets.state NOT IN ('closed', 'cancelled')
               AND tickets.type IN ('incident', 'service_request')
       ) AS has_open,
       (SELECT count(*) FROM agents
        WHERE agents.presence = 'online' AND NOT agents.disabled AND agents.seen > $8
          AND agents.capacity > (
              SELECT count(*) FROM conversations AS held
              WHERE held.owner = 'agent' AND held.owner_name = agents.name
                AND held.life <> 'closed')
       ) AS agents_free,
       (SELECT json_agg(json_build_object('area', area, 'title', title, 'since', opened) ORDER BY opened)::text
        FROM incidents WHERE closed IS NULL) AS incidents,
       (SELECT json_agg(json_build_object('id', notices.id, 'news', notices.news::json) ORDER BY notices.created)::text
        FROM notices WHERE notices.contact = coalesce(locked.contact, contact.id) AND notices.told IS NULL) AS notices,
       coalesce(job.channel <> 'web' AND EXISTS (
           SELECT 1 FROM web_tokens AS w JOIN conversations AS c
               ON c.channel = 'web' AND c.address = w.address AND c.current
           WHERE w.contact = contact.id
       ), false) AS chat,
       (SELECT count(*) FROM queued AS q WHERE q.since < coalesce(
           (SELECT mine.since FROM queued AS mine WHERE mine.conversation = locked.id::text), 9223372036854775807)
       ) AS waiting,
       (SELECT cut.body FROM dropped JOIN conversations AS cut ON cut.id = dropped.conversation::uuid
        WHERE (locked.id IS NULL OR locked.life = 'closed')
            AND dropped.contact = coalesce(contact.id, job.contact)::text) AS dropped
FROM job
JOIN of_job ON of_job.n = job.n
LEFT JOIN inbox ON inbox.key = job.key
LEFT JOIN locked ON locked.num = of_job.num
LEFT JOIN contacts AS contact ON contact.id = coalesce(
    locked.contact, job.contact,
    (SELECT w.contact FROM web_tokens AS w WHERE job.channel = 'web' AND w.address = job.address LIMIT 1),
    job.derived)
ORDER BY job.n";

impl Connection {
    pub(in crate::store) async fn load(
        &mut self,
        asks: &[Ask<'_>],
        now: Timestamp,
    ) -> Result<Vec<Found>, StoreError> {
        self.begin().await?;
        let numbers: Vec<i64> = (0..).take(asks.len()).collect();
        let rows: Vec<RawFound> = sqlx::query_as(LOAD)
            .bind(numbers)
            .bind(asks.iter().map(|ask| ask.key).collect::<Vec<_>>())
            .bind(asks.iter().map(|ask| ask.channel).collect::<Vec<_>>())
            .bind(asks.iter().map(|ask| ask.address).collect::<Vec<_>>())
            .bind(asks.iter().map(|ask| ask.id.as_deref()).collect::<Vec<_>>())
            .bind(asks.iter().map(|ask| ask.contact.as_deref()).collect::<Vec<_>>())
            .bind(asks.iter().map(|ask| ask.derived.as_deref()).collect::<Vec<_>>())
            .bind(now.as_microsecond() - SEEN_FOR * 1_000_000)
            .fetch_all(self.sql().await?)
            .await
            .map_err(before_commit)?;
        if rows.len() != asks.len() {
            return Err(StoreError::Corrupt(format!(
                "{} rows were loaded for {} jobs",
                rows.len(),
                asks.len()
            )));
        }
        raw::all(rows)
    }

    pub(in crate::store) async fn unsent(&mut self, ids: &[Uuid]) -> Result<Vec<Outgoing>, StoreError> {
        let rows: Vec<RawOutgoing> = sqlx::query_as(
            "SELECT id::text, conversation::text, channel, address, turn, seq, epoch, who, body FROM outbox
             WHERE conversation = ANY ($1::text[]::uuid[]) ORDER BY conversation, seq",
        )
        .bind(list(ids))
        .fetch_all(self.sql().await?)
        .await
        .map_err(before_commit)?;
        raw::all(rows)
    }

    pub(in crate::store) async fn open_tickets(
        &mut self,
        contacts: &[Uuid],
    ) -> Result<Vec<(ContactId, OpenTicket)>, StoreError> {
        let rows: Vec<RawOpenTicket> = sqlx::query_as(
            "SELECT contact::text, code, category, flow, state, subject, type FROM tickets
             WHERE contact = ANY ($1::text[]::uuid[]) AND state NOT IN ('closed', 'cancelled')
                 AND type IN ('incident', 'service_request')
             ORDER BY created DESC, num DESC",
        )
        .bind(list(contacts))
        .fetch_all(self.sql().await?)
        .await
        .map_err(before_commit)?;
        raw::all(rows)
    }

    pub(in crate::store) async fn timers(&mut self, ids: &[Uuid]) -> Result<Vec<DueTimer>, StoreError> {
        let rows: Vec<RawTimer> = sqlx::query_as(
            "SELECT conversation::text, kind, due FROM timers WHERE conversation = ANY ($1::text[]::uuid[])",
        )
        .bind(list(ids))
        .fetch_all(self.sql().await?)
        .await
        .map_err(before_commit)?;
        raw::all(rows)
    }

    pub(in crate::store) async fn standing(
        &mut self,
        codes: &[String],
    ) -> Result<Vec<(String, String, String, Option<String>)>, StoreError> {
        // Locked, since a state is written from what is read here.
        sqlx::query_as(
            "SELECT code, type, state, agent FROM tickets WHERE code = ANY ($1) ORDER BY code FOR UPDATE",
        )
        .bind(codes)
        .fetch_all(self.sql().await?)
        .await
        .map_err(before_commit)
    }
}

pub(super) fn list(ids: &[Uuid]) -> Vec<String> {
    ids.iter().map(Uuid::to_string).collect()
}
