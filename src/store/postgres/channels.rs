//! Updates, and the outbox of chat channels with its parts.

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::Reads;
use crate::store::channels::{
    Chore, DueMessage, NewUpdate, PartRow, Placed, RawDue, RawPart, RawPlaced, RawUpdate, UpdateRow,
};
use crate::store::{Outgoing, StoreError, raw};

const UPDATE: &str = "num, channel, bot, id, address, position, body, received, attempts, parked";

const CLAIM: &str = "
UPDATE outbox SET lease = $2, taker = $3, begun = CASE begun WHEN 0 THEN $1 ELSE begun END
WHERE id = ANY ($4::text[]::uuid[]) AND due <= $1 AND lease <= $1";

const PARTS: &str = "
INSERT INTO parts (outbox, nth, conversation, channel, address, seq, body, state, at)
SELECT o.id, p.nth, o.conversation, o.channel, o.address, o.seq, p.body, 'waiting', $1
FROM unnest($3::text[]::uuid[], $4::bigint[], $5::text[]) AS p (id, nth, body)
JOIN outbox AS o ON o.id = p.id AND o.taker = $2
ON CONFLICT (outbox, nth) DO NOTHING";

/// Gives how many rows were changed.
pub(super) async fn run(connection: &mut PgConnection, chore: &Chore) -> Result<u64, sqlx::Error> {
    let query = match chore {
        Chore::AddUpdates { updates, now, due } => {
            let column = |of: fn(&NewUpdate) -> &str| updates.iter().map(of).collect::<Vec<_>>();
            sqlx::query(
                "INSERT INTO updates (channel, bot, id, address, position, body, received, due)
                 SELECT v.*, $1, $2
                 FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[]) AS v
                 ON CONFLICT (channel, bot, id) DO NOTHING",
            )
            .bind(now.as_microsecond())
            .bind(due.as_microsecond())
            .bind(column(|update| update.channel.word()))
            .bind(column(|update| &update.bot))
            .bind(column(|update| &update.id))
            .bind(column(|update| &update.address))
            .bind(updates.iter().map(|update| update.position).collect::<Vec<_>>())
            .bind(column(|update| &update.body))
        }
        Chore::ClaimUpdates { nums, taker, now, until } => sqlx::query(
            "UPDATE updates SET lease = $1, taker = $2
             WHERE num = ANY ($3) AND lease <= $4 AND parked IS NULL",
        )
        .bind(until.as_microsecond())
        .bind(taker)
        .bind(nums)
        .bind(now.as_microsecond()),
        Chore::UpdatesDone { nums } => {
            sqlx::query("DELETE FROM updates WHERE num = ANY ($1)")
                .bind(nums)
        }
        Chore::UpdateLater { num, due, counted } => {
            sqlx::query("UPDATE updates SET due = $1, lease = 0, attempts = attempts + $2 WHERE num = $3")
                .bind(due.as_microsecond())
                .bind(i64::from(*counted))
                .bind(num)
        }
        Chore::ParkUpdate { num, why } => {
            sqlx::query("UPDATE updates SET parked = $1, lease = 0, attempts = attempts + 1 WHERE num = $2")
                .bind(why)
                .bind(num)
        }
        Chore::ReplayUpdate { num, now } => sqlx::query(
            "UPDATE updates SET parked = NULL, attempts = 0, lease = 0, due = $1 WHERE num = $2 AND parked IS NOT NULL",
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
                .bind(ids)
                .execute(&mut *connection)
                .await?
                .rows_affected();
            let parts: Vec<(String, i64, &str)> = rows.iter().flat_map(parts).collect();
            sqlx::query(PARTS)
                .bind(now.as_microsecond())
                .bind(taker)
                .bind(parts.iter().map(|part| part.0.as_str()).collect::<Vec<_>>())
                .bind(parts.iter().map(|part| part.1).collect::<Vec<_>>())
                .bind(parts.iter().map(|part| part.2).collect::<Vec<_>>())
                .execute(connection)
                .await?;
            return Ok(claimed);
        }
        Chore::PartDone { outbox, nth, state, platform, at, last } => {
            let done = sqlx::query(
                "UPDATE parts SET state = $1, platform = $2, at = $3, body = '' WHERE outbox = $4::uuid AND nth = $5",
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
            sqlx::query("DELETE FROM outbox WHERE id = $1::uuid").bind(outbox.to_string())
        }
        Chore::PartMended { outbox, nth, body } => {
            sqlx::query("UPDATE parts SET body = $1 WHERE outbox = $2::uuid AND nth = $3 AND state = 'waiting'")
                .bind(body)
                .bind(outbox.to_string())
                .bind(i64::from(*nth))
        }
        Chore::OutboxLater { id, again, failed, doubted } => sqlx::query(
            "UPDATE outbox SET due = $1, lease = 0, attempts = attempts + $2, doubts = doubts + $3 WHERE id = $4::uuid",
        )
        .bind(again.as_microsecond())
        .bind(i64::from(*failed))
        .bind(i64::from(*doubted))
        .bind(id.to_string()),
        Chore::OutboxDone { id, state, at } => {
            sqlx::query("UPDATE parts SET state = $1, at = $2, body = '' WHERE outbox = $3::uuid AND state = 'waiting'")
                .bind(state.word())
                .bind(at.as_microsecond())
                .bind(id.to_string())
                .execute(&mut *connection)
                .await?;
            sqlx::query("DELETE FROM outbox WHERE id = $1::uuid").bind(id.to_string())
        }
        Chore::Note { channel, bot, key, value: Some(value) } => sqlx::query(
            "INSERT INTO channel_notes (channel, bot, key, value) VALUES ($1, $2, $3, $4)
             ON CONFLICT (channel, bot, key) DO UPDATE SET value = excluded.value",
        )
        .bind(channel.word())
        .bind(bot)
        .bind(key)
        .bind(value),
        Chore::Note { channel, bot, key, value: None } => {
            sqlx::query("DELETE FROM channel_notes WHERE channel = $1 AND bot = $2 AND key = $3")
                .bind(channel.word())
                .bind(bot)
                .bind(key)
        }
    };
    Ok(query.execute(connection).await?.rows_affected())
}

fn parts((message, parts): &(Outgoing, Vec<String>)) -> impl Iterator<Item = (String, i64, &str)> {
    let id = message.id.to_string();
    parts.iter().zip(0..).map(move |(body, nth)| (id.clone(), nth, body.as_str()))
}

impl Reads {
    pub(in crate::store) async fn due_updates(
        &self,
        now: i64,
        limit: i64,
    ) -> Result<Vec<UpdateRow>, StoreError> {
        let rows: Vec<RawUpdate> = sqlx::query_as(
            "SELECT num, channel, bot, id, address, position, body, received, attempts, parked FROM updates AS u
             WHERE parked IS NULL AND due <= $1 AND lease <= $1
               AND NOT EXISTS (SELECT 1 FROM updates AS p
                               WHERE p.parked IS NULL AND p.channel = u.channel AND p.bot = u.bot
                                 AND p.address = u.address AND (p.position, p.num) < (u.position, u.num))
             ORDER BY num LIMIT $2",
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
             WHERE parked IS NULL AND channel = $1 AND bot = $2 AND address = $3 ORDER BY position, num LIMIT 100"
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
        Ok(sqlx::query_scalar("SELECT num FROM updates WHERE taker = $1")
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
            "SELECT id::text, conversation::text, channel, address, turn, seq, epoch, who, body, attempts, doubts, begun
             FROM outbox AS o
             WHERE due <= $1 AND lease <= $1 AND channel = ANY ($2)
               AND NOT EXISTS (SELECT 1 FROM outbox AS p WHERE p.channel = o.channel AND p.address = o.address
                               AND (p.seq, p.num) < (o.seq, o.num))
             ORDER BY due, num LIMIT $3",
        )
        .bind(now)
        .bind(channels)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn outbox_of(&self, taker: &str) -> Result<Vec<Uuid>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar("SELECT id::text FROM outbox WHERE taker = $1")
            .bind(taker)
            .fetch_all(&self.pool)
            .await?;
        ids.iter().map(|id| raw::uuid(id)).collect()
    }

    pub(in crate::store) async fn waiting_parts(&self, of: &[Uuid]) -> Result<Vec<PartRow>, StoreError> {
        let ids: Vec<String> = of.iter().map(Uuid::to_string).collect();
        let rows: Vec<RawPart> = sqlx::query_as(
            "SELECT outbox::text, nth, body FROM parts
             WHERE outbox = ANY ($1::text[]::uuid[]) AND state = 'waiting' ORDER BY outbox, nth",
        )
        .bind(ids)
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
            "SELECT conversation::text, address, seq, nth, platform FROM parts
             WHERE conversation = $1::uuid AND seq = $2 AND platform IS NOT NULL ORDER BY nth",
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
            "SELECT conversation::text, address, seq, nth, platform FROM parts
             WHERE channel = $1 AND address = $2 AND platform = $3 LIMIT 1",
        )
        .bind(channel)
        .bind(address)
        .bind(platform)
        .fetch_optional(&self.pool)
        .await?;
        raw::one(row)
    }

    pub(in crate::store) async fn epoch(&self, conversation: Uuid) -> Result<Option<u64>, StoreError> {
        let epoch: Option<i64> = sqlx::query_scalar("SELECT epoch FROM conversations WHERE id = $1::uuid")
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
            "SELECT locale FROM conversations WHERE channel = $1 AND address = $2 AND current",
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
            "SELECT key, value FROM channel_notes WHERE channel = $1 AND bot = $2 AND starts_with(key, $3) ORDER BY key",
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
        Ok(sqlx::query_scalar("SELECT value FROM channel_notes WHERE channel = $1 AND bot = $2 AND key = $3")
            .bind(channel)
            .bind(bot)
            .bind(key)
            .fetch_optional(&self.pool)
            .await?)
    }
}
