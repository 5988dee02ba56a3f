//! What readers ask, each a statement of its own.

use uuid::Uuid;

use super::Reads;
use crate::store::raw::{self, RawAgent, RawConversation, RawDepths, RawJournal, RawLogin, RawTimer};
use crate::store::tickets::{RawHistory, RawTicket};
use crate::store::{
    AgentRow, ConversationFilter, ConversationRow, Depths, DueTimer, HistoryRow, JournalRow, LoginRow,
    StoreError, TicketRow,
};

macro_rules! conversations {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.channel, c.address, c.contact, k.name AS contact_name, c.locale, c.life, c.outcome,
                    c.owner, c.owner_name, c.epoch, c.flow, c.created, c.updated, c.seq, c.last_text, c.tickets
             FROM conversations AS c LEFT JOIN contacts AS k ON k.id = c.contact ",
            $rest
        )
    };
}

macro_rules! tickets {
    ($rest:literal) => {
        concat!(
            "SELECT id, code, conversation, contact, channel, external_id, locale, flow, category, type, urgency,
                    impact, priority, state, queue, agent, subject, body, fields, slots, answers, without_faq,
                    unreached, created, updated, tier, version
             FROM tickets ",
            $rest
        )
    };
}

impl Reads {
    pub(in crate::store) async fn close(&self) {
        self.pool.close().await;
    }

    pub(in crate::store) async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1 FROM meta LIMIT 1").execute(&self.pool).await?;
        Ok(())
    }

    pub(in crate::store) async fn body(&self, id: Uuid) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar("SELECT body FROM conversations WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await?)
    }

    pub(in crate::store) async fn conversations(
        &self,
        filter: &ConversationFilter,
    ) -> Result<Vec<ConversationRow>, StoreError> {
        let query = match filter.view.as_deref() {
            None => {
                sqlx::query_as(conversations!("WHERE c.life <> 'closed' ORDER BY c.updated DESC LIMIT ?"))
            }
            Some("active") => sqlx::query_as(conversations!(
                "WHERE c.life <> 'closed' AND c.life = 'active' ORDER BY c.updated DESC LIMIT ?"
            )),
            Some("closed") => {
                sqlx::query_as(conversations!("WHERE c.life = 'closed' ORDER BY c.updated DESC LIMIT ?"))
            }
            Some("queue") => sqlx::query_as(conversations!(
                "WHERE c.owner <> 'bot' AND c.owner = 'queue' AND c.life <> 'closed' ORDER BY c.updated DESC LIMIT ?"
            )),
            Some("mine") => sqlx::query_as(conversations!(
                "WHERE c.owner = 'agent' AND c.owner_name = ? AND c.life <> 'closed'
                 ORDER BY c.updated DESC LIMIT ?"
            ))
            .bind(filter.agent.clone().unwrap_or_default()),
            Some(_) => return Err(filter.unknown()),
        };
        let rows: Vec<RawConversation> = query.bind(filter.limit()).fetch_all(&self.pool).await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn conversation_row(
        &self,
        id: Uuid,
    ) -> Result<Option<ConversationRow>, StoreError> {
        let row: Option<RawConversation> = sqlx::query_as(conversations!("WHERE c.id = ?"))
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await?;
        raw::one(row)
    }

    pub(in crate::store) async fn journal(&self, id: Uuid) -> Result<Vec<JournalRow>, StoreError> {
        let rows: Vec<RawJournal> = sqlx::query_as(
            "SELECT c.id AS conversation, j.id, j.turn, j.at, j.events
             FROM conversations AS c JOIN journal AS j ON j.conversation = c.num
             WHERE c.id = ? ORDER BY j.id",
        )
        .bind(id.to_string())
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn journal_after(
        &self,
        channel: &str,
        address: &str,
        after: i64,
    ) -> Result<Vec<JournalRow>, StoreError> {
        let rows: Vec<RawJournal> = sqlx::query_as(
            "SELECT c.id AS conversation, j.id, j.turn, j.at, j.events
             FROM conversations AS c JOIN journal AS j ON j.conversation = c.num
             WHERE c.address = ? AND c.channel = ? AND c.seq > ? AND j.seq > ? ORDER BY j.id",
        )
        .bind(address)
        .bind(channel)
        .bind(after)
        .bind(after)
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn tickets(&self, limit: i64) -> Result<Vec<TicketRow>, StoreError> {
        let rows: Vec<RawTicket> =
            sqlx::query_as(tickets!("ORDER BY num DESC LIMIT ?")).bind(limit).fetch_all(&self.pool).await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn incidents_since(&self, since: i64) -> Result<Vec<TicketRow>, StoreError> {
        let rows: Vec<RawTicket> =
            sqlx::query_as(tickets!("WHERE type = 'incident' AND created >= ? ORDER BY num"))
                .bind(since)
                .fetch_all(&self.pool)
                .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn ticket(&self, code: &str) -> Result<Option<TicketRow>, StoreError> {
        let row: Option<RawTicket> =
            sqlx::query_as(tickets!("WHERE code = ?")).bind(code).fetch_optional(&self.pool).await?;
        raw::one(row)
    }

    pub(in crate::store) async fn ticket_history(&self, code: &str) -> Result<Vec<HistoryRow>, StoreError> {
        let rows: Vec<RawHistory> = sqlx::query_as(
            "SELECT at, who, what, text, facts FROM ticket_history WHERE ticket = ? ORDER BY num",
        )
        .bind(code)
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn agent(&self, name: &str) -> Result<Option<AgentRow>, StoreError> {
        let row: Option<RawAgent> = sqlx::query_as(
            "SELECT name, role, skills, password, disabled, presence, created FROM agents WHERE name = ?",
        )
        .bind(name)
        .fetch_optional(&self.pool)
        .await?;
        raw::one(row)
    }

    pub(in crate::store) async fn agents(&self) -> Result<Vec<AgentRow>, StoreError> {
        let rows: Vec<RawAgent> = sqlx::query_as(
            "SELECT name, role, skills, password, disabled, presence, created FROM agents ORDER BY name",
        )
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn login(&self, token_hash: &str) -> Result<Option<LoginRow>, StoreError> {
        let row: Option<RawLogin> = sqlx::query_as(
            "SELECT token_hash, agent, csrf, created, seen, expires FROM logins WHERE token_hash = ?",
        )
        .bind(token_hash)
        .fetch_optional(&self.pool)
        .await?;
        raw::one(row)
    }

    /// The address and the contact.
    pub(in crate::store) async fn web_token(
        &self,
        token_hash: &str,
    ) -> Result<Option<(String, String)>, StoreError> {
        Ok(sqlx::query_as("SELECT address, contact FROM web_tokens WHERE token_hash = ?")
            .bind(token_hash)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub(in crate::store) async fn due_timers(
        &self,
        now: i64,
        limit: i64,
    ) -> Result<Vec<DueTimer>, StoreError> {
        let rows: Vec<RawTimer> =
            sqlx::query_as("SELECT conversation, kind, due FROM timers WHERE due <= ? ORDER BY due LIMIT ?")
                .bind(now)
                .bind(limit)
                .fetch_all(&self.pool)
                .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn depths(&self) -> Result<Depths, StoreError> {
        let row: RawDepths = sqlx::query_as(
            "SELECT (SELECT count(*) FROM outbox) AS outbox,
                    (SELECT count(*) FROM timers) AS timers,
                    (SELECT count(*) FROM conversations
                     WHERE owner <> 'bot' AND owner = 'queue' AND life <> 'closed') AS queued,
                    (SELECT count(*) FROM conversations WHERE life <> 'closed' AND life = 'active') AS active,
                    (SELECT count(*) FROM tickets WHERE state NOT IN ('closed', 'cancelled')) AS open_tickets",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(row.into())
    }
}
