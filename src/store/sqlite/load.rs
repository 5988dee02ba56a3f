//! What a batch reads, in its transaction.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::Connection;
use super::write::{padded, tuples};
use crate::conversation::{ContactId, OpenTicket};
use crate::desk::agent::SEEN_FOR;
use crate::store::batch::{Ask, Found};
use crate::store::job::Outgoing;
use crate::store::raw::{self, RawFound, RawOpenTicket, RawOutgoing, RawTimer};
use crate::store::{DueTimer, StoreError};

/// One statement: each job's recorded reply, conversation and contact, and whether there is more to load for it.
const LOAD: &str = "
SELECT job.n, inbox.num IS NOT NULL AS replayed, inbox.conversation AS inbox_conversation, inbox.reply,
       conversation.id, conversation.body,
       contact.id AS contact, contact.name, contact.profile, contact.locale, contact.verified, contact.phone,
       (SELECT links.person FROM links WHERE links.contact = contact.id AND contact.verified) AS person,
       EXISTS (SELECT 1 FROM outbox WHERE outbox.conversation = conversation.id) AS has_unsent,
       coalesce(contact.verified, 0) AND EXISTS (
           SELECT 1 FROM tickets WHERE tickets.contact = contact.id AND tickets.state NOT IN ('closed', 'cancelled')
               AND tickets.type IN ('incident', 'service_request')
       ) AS has_open,
       (SELECT count(*) FROM agents
        WHERE agents.presence = 'online' AND agents.disabled = 0 AND agents.seen > ?
          AND agents.capacity > (
              SELECT count(*) FROM conversations AS held
              WHERE held.owner = 'agent' AND held.owner_name = agents.name
                AND held.life <> 'closed')
       ) AS agents_free,
       (SELECT json_group_array(json_object('area', area, 'title', title, 'since', opened))
        FROM (SELECT * FROM incidents WHERE closed IS NULL ORDER BY opened)) AS incidents,
       (SELECT json_group_array(json_object('id', notices.id, 'news', json(notices.news)))
        FROM notices WHERE notices.contact = coalesce(conversation.contact, contact.id) AND notices.told IS NULL) AS notices,
       coalesce(job.channel <> 'web', 0) AND EXISTS (
           SELECT 1 FROM web_tokens AS w JOIN conversations AS c
               ON c.channel = 'web' AND c.address = w.address AND c.current = 1
           WHERE w.contact = contact.id
       ) AS chat,
       (SELECT count(*) FROM queued AS q WHERE q.since < coalesce(
           (SELECT mine.since FROM queued AS mine WHERE mine.conversation = conversation.id), 9223372036854775807)
       ) AS waiting,
       (SELECT cut.body FROM dropped JOIN conversations AS cut ON cut.id = dropped.conversation
        WHERE (conversation.id IS NULL OR conversation.life = 'closed')
            AND dropped.contact = coalesce(contact.id, job.contact)) AS dropped
FROM job
LEFT JOIN inbox ON inbox.key = job.key
LEFT JOIN conversations AS conversation ON conversation.num = coalesce(
    (SELECT num FROM conversations AS c
     WHERE c.channel = job.channel AND c.address = job.address AND c.current = 1),
    (SELECT num FROM conversations AS c WHERE c.id = job.id))
LEFT JOIN contacts AS contact ON contact.id = coalesce(
    conversation.contact, job.contact,
    (SELECT w.contact FROM web_tokens AS w WHERE job.channel = 'web' AND w.address = job.address LIMIT 1),
    job.derived)
WHERE job.n IS NOT NULL";

impl Connection {
    pub(in crate::store) async fn load(
        &mut self,
        asks: &[Ask<'_>],
        now: Timestamp,
    ) -> Result<Vec<Found>, StoreError> {
        let size = padded(asks.len());
        let sql = format!(
            "BEGIN IMMEDIATE; WITH job (n, key, channel, address, id, contact, derived) AS (VALUES {}) {LOAD}",
            tuples(size, 7)
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for (n, ask) in (0_i64..).zip(asks) {
            query = query.bind(n).bind(ask.key).bind(ask.channel).bind(ask.address);
            query = query.bind(ask.id.as_deref()).bind(ask.contact.as_deref()).bind(ask.derived.as_deref());
        }
        for _ in asks.len() * 7..size * 7 {
            query = query.bind(None::<i64>);
        }
        query = query.bind(now.as_microsecond() - SEEN_FOR * 1_000_000);
        let mut rows: Vec<RawFound> = query.fetch_all(self.sql()?).await?;
        rows.sort_by_key(|row| row.n);
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
            "SELECT id, conversation, channel, address, turn, seq, epoch, who, body FROM outbox
             WHERE conversation IN (SELECT value FROM json_each(?)) ORDER BY conversation, seq",
        )
        .bind(list(ids))
        .fetch_all(self.sql()?)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn open_tickets(
        &mut self,
        contacts: &[Uuid],
    ) -> Result<Vec<(ContactId, OpenTicket)>, StoreError> {
        let rows: Vec<RawOpenTicket> = sqlx::query_as(
            "SELECT contact, code, category, flow, state, subject, type FROM tickets
             WHERE contact IN (SELECT value FROM json_each(?)) AND state NOT IN ('closed', 'cancelled')
                 AND type IN ('incident', 'service_request')
             ORDER BY created DESC, num DESC",
        )
        .bind(list(contacts))
        .fetch_all(self.sql()?)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn timers(&mut self, ids: &[Uuid]) -> Result<Vec<DueTimer>, StoreError> {
        let rows: Vec<RawTimer> = sqlx::query_as(
            "SELECT conversation, kind, due FROM timers WHERE conversation IN (SELECT value FROM json_each(?))",
        )
        .bind(list(ids))
        .fetch_all(self.sql()?)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn standing(
        &mut self,
        codes: &[String],
    ) -> Result<Vec<(String, String, String, Option<String>)>, StoreError> {
        let codes = serde_json::to_string(codes).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        Ok(sqlx::query_as(
            "SELECT code, type, state, agent FROM tickets WHERE code IN (SELECT value FROM json_each(?))",
        )
        .bind(codes)
        .fetch_all(self.sql()?)
        .await?)
    }
}

/// Ids as a JSON array; they need no escaping.
pub(super) fn list(ids: &[Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    format!("[{}]", ids.join(","))
}
