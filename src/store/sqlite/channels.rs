//! Updates, and the outbox of chat channels with its parts.

use serde_json::json;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use super::Reads;
use crate::store::channels::{
    Chore, DueMessage, PartRow, Placed, RawDue, RawPart, RawPlaced, RawUpdate, UpdateRow,
};
use crate::store::{Outgoing, StoreError, raw};

const UPDATE: &str = "num, channel, bot, id, address, position, body, received, attempts, parked";

const CLAIM: &str = "
UPDATE outbox SET lease = ?2, taker = ?3, begun = CASE begun WHEN 0 THEN ?1 ELSE begun END
WHERE id IN (SELECT value FROM json_each(?4)) AND due <= ?1 AND lease <= ?1";

const PARTS: &str = "
INSERT INTO parts (outbox, nth, conversation, channel, address, seq, body, state, at)
SELECT o.id, p.value ->> 1, o.conversation, o.channel, o.address, o.seq, p.value ->> 2, 'waiting', ?1
FROM json_each(?3) AS p JOIN outbox AS o ON o.id = p.value ->> 0 AND o.taker = ?2 WHERE true
ON CONFLICT (outbox, nth) DO NOTHING";

/// Gives how many rows were changed.
pub(super) async fn run(connection: &mut SqliteConnection, chore: &Chore) -> Result<u64, StoreError> {
    let query = match chore {
        Chore::AddUpdates { updates, now, due } => {
            let rows: Vec<_> = updates
                .iter()
                .map(|u| json!([u.channel.word(), u.bot, u.id, u.address, u.position, u.body]))
                .collect();
            sqlx::query(
                "INSERT INTO updates (channel, bot, id, address, position, body, received, due)
                 SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, ?1, ?2
                 FROM json_each(?3) WHERE true ON CONFLICT (channel, bot, id) DO NOTHING",
            )
            .bind(now.as_microsecond())
            .bind(due.as_microsecond())
            .bind(json!(rows).to_string())
        }
        Chore::ClaimUpdates { nums, taker, now, until } => sqlx::query(
            "UPDATE updates SET lease = ?1, taker = ?2
             WHERE num IN (SELECT value FROM json_each(?3)) AND lease <= ?4 AND parked IS NULL",
        )
        .bind(until.as_microsecond())
        .bind(taker)
        .bind(json!(nums).to_string())
        .bind(now.as_microsecond()),
        Chore::UpdatesDone { nums } => {
            sqlx::query("DELETE FROM updates WHERE num IN (SELECT value FROM json_each(?))")
                .bind(json!(nums).to_string())
        }
        Chore::UpdateLater { num, due, counted } => {
            sqlx::query("UPDATE updates SET due = ?, lease = 0, attempts = attempts + ? WHERE num = ?")
                .bind(due.as_microsecond())
                .bind(i64::from(*counted))
                .bind(num)
        }
        Chore::ParkUpdate { num, why } => {
            sqlx::query("UPDATE updates SET parked = ?, lease = 0, attempts = attempts + 1 WHERE num = ?")
                .bind(why)
                .bind(num)
        }
        Chore::ReplayUpdate { num, now } => sqlx::query(
            "UPDATE updates SET parked = NULL, attempts = 0, lease = 0, due = ? WHERE num = ? AND parked IS NOT NULL",
        )
        .bind(now.as_microsecond())
        .bind(num),
        Chore::FreeLeases => {
            sqlx::query("UPDATE updates SET lease = 0 WHERE lease > 0").execute(&mut *connection).await?;
            sqlx::query("UPDATE outbox SET lease = 0 WHERE lease > 0")
        }
        Chore::ClaimOutbox { rows, taker, now, until } => {
            let ids: Vec<String> = rows.iter().map(|(message, _)| message.id.to_string()).collect();
            let claimed = sqlx::query(CLAIM)
                .bind(now.as_microsecond())
                .bind(until.as_microsecond())
                .bind(taker)
                .bind(json!(ids).to_string())
                .execute(&mut *connection)
                .await?
                .rows_affected();
            let query = sqlx::query(PARTS).bind(now.as_microsecond()).bind(taker).bind(parts(rows));
            query.execute(connection).await?;
            return Ok(claimed);
        }
        Chore::PartDone { outbox, nth, state, platform, at, last } => {
            let done = sqlx::query(
                "UPDATE parts SET state = ?, platform = ?, at = ?, body = '' WHERE outbox = ? AND nth = ?",
            )
            .bind(state.word())
            .bind(platform)
            .bind(at.as_microsecond())
            .bind(outbox.to_string())
            .bind(i64::from(*nth));
            if !*last {
                return Ok(done.execute(connection).await?.rows_affected());
            }
            done.execute(&mut *connection).await?;
            sqlx::query("DELETE FROM outbox WHERE id = ?").bind(outbox.to_string())
        }
        Chore::PartMended { outbox, nth, body } => {
            sqlx::query("UPDATE parts SET body = ? WHERE outbox = ? AND nth = ? AND state = 'waiting'")
                .bind(body)
                .bind(outbox.to_string())
                .bind(i64::from(*nth))
        }
        Chore::OutboxLater { id, again, failed, doubted } => sqlx::query(
            "UPDATE outbox SET due = ?, lease = 0, attempts = attempts + ?, doubts = doubts + ? WHERE id = ?",
        )
        .bind(again.as_microsecond())
        .bind(i64::from(*failed))
        .bind(i64::from(*doubted))
        .bind(id.to_string()),
        Chore::OutboxDone { id, state, at } => {
            sqlx::query("UPDATE parts SET state = ?, at = ?, body = '' WHERE outbox = ? AND state = 'waiting'")
                .bind(state.word())
                .bind(at.as_microsecond())
                .bind(id.to_string())
                .execute(&mut *connection)
                .await?;
            sqlx::query("DELETE FROM outbox WHERE id = ?").bind(id.to_string())
        }
        Chore::Note { channel, bot, key, value: Some(value) } => sqlx::query(
            "INSERT INTO channel_notes (channel, bot, key, value) VALUES (?, ?, ?, ?)
             ON CONFLICT (channel, bot, key) DO UPDATE SET value = excluded.value",
        )
        .bind(channel.word())
        .bind(bot)
        .bind(key)
        .bind(value),
        Chore::Note { channel, bot, key, value: None } => {
            sqlx::query("DELETE FROM channel_notes WHERE channel = ? AND bot = ? AND key = ?")
                .bind(channel.word())
                .bind(bot)
                .bind(key)
        }
    };
    Ok(query.execute(connection).await?.rows_affected())
}

fn parts(rows: &[(Outgoing, Vec<String>)]) -> String {
    let all = rows.iter().flat_map(|(message, parts)| {
        parts.iter().enumerate().map(|(nth, body)| json!([message.id.to_string(), nth, body]))
    });
    json!(all.collect::<Vec<_>>()).to_string()
}

impl Reads {
    pub(in crate::store) async fn due_updates(
        &self,
        now: i64,
        limit: i64,
    ) -> Result<Vec<UpdateRow>, StoreError> {
        let rows: Vec<RawUpdate> = sqlx::query_as(
            "SELECT num, channel, bot, id, address, position, body, received, attempts, parked FROM updates AS u
             WHERE parked IS NULL AND due <= ?1 AND lease <= ?1
               AND NOT EXISTS (SELECT 1 FROM updates AS p
                               WHERE p.parked IS NULL AND p.channel = u.channel AND p.bot = u.bot
                                 AND p.address = u.address AND (p.position, p.num) < (u.position, u.num))
             ORDER BY num LIMIT ?2",
        )
        .bind(now)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn waiting_updates(
        &self,
        channel: &str,
        bot: &str,
        address: &str,
    ) -> Result<Vec<UpdateRow>, StoreError> {
        let rows: Vec<RawUpdate> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {UPDATE} FROM updates
             WHERE parked IS NULL AND channel = ? AND bot = ? AND address = ? ORDER BY position, num LIMIT 100"
        )))
        .bind(channel)
        .bind(bot)
        .bind(address)
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn parked_updates(&self) -> Result<Vec<UpdateRow>, StoreError> {
        let rows: Vec<RawUpdate> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {UPDATE} FROM updates WHERE parked IS NOT NULL ORDER BY num LIMIT 500"
        )))
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn updates_of(&self, taker: &str) -> Result<Vec<i64>, StoreError> {
        Ok(sqlx::query_scalar("SELECT num FROM updates WHERE taker = ?")
            .bind(taker)
            .fetch_all(&self.pool)
            .await?)
    }

    pub(in crate::store) async fn due_outbox(
        &self,
        channels: Vec<String>,
        now: i64,
        limit: i64,
    ) -> Result<Vec<DueMessage>, StoreError> {
        let rows: Vec<RawDue> = sqlx::query_as(
            "SELECT id, conversation, channel, address, turn, seq, epoch, who, body, attempts, doubts, begun
             FROM outbox AS o
             WHERE due <= ?1 AND lease <= ?1 AND channel IN (SELECT value FROM json_each(?2))
               AND NOT EXISTS (SELECT 1 FROM outbox AS p WHERE p.channel = o.channel AND p.address = o.address
                               AND (p.seq, p.num) < (o.seq, o.num))
             ORDER BY due, num LIMIT ?3",
        )
        .bind(now)
        .bind(json!(channels).to_string())
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn outbox_of(&self, taker: &str) -> Result<Vec<Uuid>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM outbox WHERE taker = ?")
            .bind(taker)
            .fetch_all(&self.pool)
            .await?;
        ids.iter().map(|id| raw::uuid(id)).collect()
    }

    pub(in crate::store) async fn waiting_parts(&self, of: &[Uuid]) -> Result<Vec<PartRow>, StoreError> {
        let ids: Vec<String> = of.iter().map(Uuid::to_string).collect();
        let rows: Vec<RawPart> = sqlx::query_as(
            "SELECT outbox, nth, body FROM parts
             WHERE outbox IN (SELECT value FROM json_each(?)) AND state = 'waiting' ORDER BY outbox, nth",
        )
        .bind(json!(ids).to_string())
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn placed(
        &self,
        conversation: Uuid,
        seq: i64,
    ) -> Result<Vec<Placed>, StoreError> {
        let rows: Vec<RawPlaced> = sqlx::query_as(
            "SELECT conversation, address, seq, nth, platform FROM parts
             WHERE conversation = ? AND seq = ? AND platform IS NOT NULL ORDER BY nth",
        )
        .bind(conversation.to_string())
        .bind(seq)
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn message_at(
        &self,
        channel: &str,
        address: &str,
        platform: &str,
    ) -> Result<Option<Placed>, StoreError> {
        let row: Option<RawPlaced> = sqlx::query_as(
            "SELECT conversation, address, seq, nth, platform FROM parts
             WHERE channel = ? AND address = ? AND platform = ? LIMIT 1",
        )
        .bind(channel)
        .bind(address)
        .bind(platform)
        .fetch_optional(&self.pool)
        .await?;
        raw::one(row)
    }

    pub(in crate::store) async fn epoch(&self, conversation: Uuid) -> Result<Option<u64>, StoreError> {
        let epoch: Option<i64> = sqlx::query_scalar("SELECT epoch FROM conversations WHERE id = ?")
            .bind(conversation.to_string())
            .fetch_optional(&self.pool)
            .await?;
        Ok(epoch.map(|epoch| u64::try_from(epoch).unwrap_or_default()))
    }

    pub(in crate::store) async fn locale_at(
        &self,
        channel: &str,
        address: &str,
    ) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT locale FROM conversations WHERE channel = ? AND address = ? AND current = 1",
        )
        .bind(channel)
        .bind(address)
        .fetch_optional(&self.pool)
        .await?)
    }

    pub(in crate::store) async fn notes(
        &self,
        channel: &str,
        bot: &str,
        prefix: &str,
    ) -> Result<Vec<(String, String)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT key, value FROM channel_notes WHERE channel = ?1 AND bot = ?2 AND substr(key, 1, length(?3)) = ?3 ORDER BY key",
        )
        .bind(channel)
        .bind(bot)
        .bind(prefix)
        .fetch_all(&self.pool)
        .await?)
    }

    pub(in crate::store) async fn note(
        &self,
        channel: &str,
        bot: &str,
        key: &str,
    ) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar("SELECT value FROM channel_notes WHERE channel = ? AND bot = ? AND key = ?")
            .bind(channel)
            .bind(bot)
            .bind(key)
            .fetch_optional(&self.pool)
            .await?)
    }
}
