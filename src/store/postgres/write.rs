//! What a batch writes: one statement a table (one for the three that every turn touches), each column an array.

use std::collections::HashSet;

use sqlx::postgres::PgConnection;

use super::{before_commit, people, world};
use crate::store::StoreError;
use crate::store::questions::rows as of_questions;
use crate::store::tickets;
use crate::store::writes::{
    ContactWrite, ConversationWrite, HistoryWrite, InboxWrite, JournalWrite, OutboxWrite, TicketMove,
    TicketWrite, TimerWrite, Writes,
};

pub(super) async fn write(connection: &mut PgConnection, writes: Writes) -> Result<(), StoreError> {
    let Writes {
        contacts,
        retired,
        conversations,
        journal,
        inbox,
        tickets,
        moves,
        history,
        cleared,
        fired,
        timers,
        outbox,
        sent,
        requests,
        answered,
        watches,
        news,
        copies,
        told,
        links,
        calls,
        questions,
        offers,
        touched_questions,
    } = writes;
    if !contacts.is_empty() {
        write_contacts(connection, contacts).await?;
    }
    by_id(connection, RETIRED, retired).await?;
    if !conversations.is_empty() || !inbox.is_empty() {
        write_hot(connection, conversations, journal, inbox).await?;
    }
    let opened: Vec<(String, i64)> = tickets.iter().map(|ticket| (ticket.code.clone(), ticket.now)).collect();
    if !tickets.is_empty() {
        write_tickets(connection, tickets).await?;
    }
    if !moves.is_empty() {
        move_tickets(connection, moves).await?;
    }
    if !history.is_empty() {
        write_history(connection, history).await?;
    }
    for (code, now) in opened {
        tickets::follow_up_postgres(connection, &code, now).await.map_err(before_commit)?;
    }
    by_id(connection, CLEARED, cleared).await?;
    if !fired.is_empty() {
        let (conversations, kinds): (Vec<_>, Vec<_>) =
            fired.into_iter().map(|(conversation, kind)| (conversation, kind.word())).unzip();
        let fired = sqlx::query(FIRED).bind(conversations).bind(kinds);
        fired.execute(&mut *connection).await.map_err(before_commit)?;
    }
    if !timers.is_empty() {
        write_timers(connection, timers).await?;
    }
    if !outbox.is_empty() {
        write_outbox(connection, outbox).await?;
    }
    by_id(connection, SENT, sent).await?;
    let none = requests.is_empty() && watches.is_empty() && news.is_empty() && copies.is_empty();
    if !(none && told.is_empty()) {
        world::write(connection, requests, watches, news, copies, told).await.map_err(before_commit)?;
    }
    by_id(connection, world::ANSWERED, answered).await?;
    if !links.is_empty() {
        people::write(connection, links).await.map_err(before_commit)?;
    }
    for chore in &calls {
        crate::store::calls::write_postgres(connection, chore).await.map_err(before_commit)?;
    }
    for (sql, rows) in of_questions(questions, offers, touched_questions) {
        if rows.as_array().is_some_and(|rows| !rows.is_empty()) {
            let query = sqlx::query(sql.postgres).bind(rows.to_string());
            query.execute(&mut *connection).await.map_err(before_commit)?;
        }
    }
    Ok(())
}

/// One column of rows.
fn column<'a, R, T>(rows: &'a [R], of: impl FnMut(&'a R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

/// Runs a statement on ids, where there are any.
async fn by_id(connection: &mut PgConnection, sql: &'static str, ids: Vec<String>) -> Result<(), StoreError> {
    if !ids.is_empty() {
        sqlx::query(sql).bind(ids).execute(connection).await.map_err(before_commit)?;
    }
    Ok(())
}

/// The last of those rows that have the same key: a statement may write a row once only.
fn last_of_each<R, K: Eq + std::hash::Hash>(mut rows: Vec<R>, key: impl Fn(&R) -> K) -> Vec<R> {
    let mut seen = HashSet::new();
    rows.reverse();
    rows.retain(|row| seen.insert(key(row)));
    rows
}

async fn write_contacts(connection: &mut PgConnection, rows: Vec<ContactWrite>) -> Result<(), StoreError> {
    let rows = last_of_each(rows, |row| row.id.clone());
    sqlx::query(CONTACTS)
        .bind(column(&rows, |row| row.id.as_str()))
        .bind(column(&rows, |row| row.name.as_deref()))
        .bind(column(&rows, |row| row.profile.as_deref()))
        .bind(column(&rows, |row| row.locale.as_deref()))
        .bind(column(&rows, |row| row.verified))
        .bind(column(&rows, |row| row.now))
        .bind(column(&rows, |row| row.phone.as_deref()))
        .execute(connection)
        .await
        .map_err(before_commit)?;
    Ok(())
}

/// # Errors
/// [`StoreError::Raced`] where another node wrote one of the keys.
async fn write_hot(
    connection: &mut PgConnection,
    rows: Vec<ConversationWrite>,
    journal: Vec<JournalWrite>,
    inbox: Vec<InboxWrite>,
) -> Result<(), StoreError> {
    let done = sqlx::query(HOT)
        .bind(column(&rows, |row| row.id.as_str()))
        .bind(column(&rows, |row| row.channel))
        .bind(column(&rows, |row| row.address.as_str()))
        .bind(column(&rows, |row| row.contact.as_str()))
        .bind(column(&rows, |row| row.locale.as_str()))
        .bind(column(&rows, |row| row.life))
        .bind(column(&rows, |row| row.outcome.as_deref()))
        .bind(column(&rows, |row| row.owner))
        .bind(column(&rows, |row| row.owner_name.as_deref()))
        .bind(column(&rows, |row| row.epoch))
        .bind(column(&rows, |row| row.flow.as_str()))
        .bind(column(&rows, |row| row.now))
        .bind(column(&rows, |row| row.seq))
        .bind(column(&rows, |row| row.last_text.as_deref()))
        .bind(column(&rows, |row| row.tickets.as_str()))
        .bind(column(&rows, |row| row.body.as_str()))
        .bind(column(&rows, |row| row.revision.as_str()))
        .bind(column(&journal, |row| row.conversation.as_str()))
        .bind(column(&journal, |row| row.turn))
        .bind(column(&journal, |row| row.at))
        .bind(column(&journal, |row| row.seq))
        .bind(column(&journal, |row| row.events.as_str()))
        .bind(column(&inbox, |row| row.key.as_str()))
        .bind(column(&inbox, |row| row.conversation.as_deref()))
        .bind(column(&inbox, |row| row.reply.as_deref()))
        .bind(column(&inbox, |row| row.received))
        .execute(connection)
        .await
        .map_err(before_commit)?;
    let keys = u64::try_from(inbox.len()).unwrap_or(u64::MAX);
    if done.rows_affected() < keys { Err(StoreError::Raced) } else { Ok(()) }
}

async fn write_tickets(connection: &mut PgConnection, rows: Vec<TicketWrite>) -> Result<(), StoreError> {
    sqlx::query(TICKETS)
        .bind(column(&rows, |row| row.id.as_str()))
        .bind(column(&rows, |row| row.code.as_str()))
        .bind(column(&rows, |row| row.conversation.as_str()))
        .bind(column(&rows, |row| row.contact.as_str()))
        .bind(column(&rows, |row| row.channel))
        .bind(column(&rows, |row| row.external_id.as_str()))
        .bind(column(&rows, |row| row.locale.as_str()))
        .bind(column(&rows, |row| row.flow.as_str()))
        .bind(column(&rows, |row| row.category.as_str()))
        .bind(column(&rows, |row| row.kind.as_str()))
        .bind(column(&rows, |row| row.urgency.as_str()))
        .bind(column(&rows, |row| row.impact.as_str()))
        .bind(column(&rows, |row| row.priority))
        .bind(column(&rows, |row| row.state))
        .bind(column(&rows, |row| row.queue.as_str()))
        .bind(column(&rows, |row| row.subject.as_str()))
        .bind(column(&rows, |row| row.body.as_str()))
        .bind(column(&rows, |row| row.fields.as_str()))
        .bind(column(&rows, |row| row.slots.as_str()))
        .bind(column(&rows, |row| row.answers.as_str()))
        .bind(column(&rows, |row| row.without_faq.as_deref()))
        .bind(column(&rows, |row| row.unreached))
        .bind(column(&rows, |row| row.now))
        .execute(connection)
        .await
        .map_err(before_commit)?;
    Ok(())
}

async fn move_tickets(connection: &mut PgConnection, rows: Vec<TicketMove>) -> Result<(), StoreError> {
    sqlx::query(MOVES)
        .bind(column(&rows, |row| row.code.as_str()))
        .bind(column(&rows, |row| row.state))
        .bind(column(&rows, |row| row.agent.as_deref()))
        .bind(column(&rows, |row| row.now))
        .execute(connection)
        .await
        .map_err(before_commit)?;
    Ok(())
}

async fn write_history(connection: &mut PgConnection, rows: Vec<HistoryWrite>) -> Result<(), StoreError> {
    sqlx::query(HISTORY)
        .bind(column(&rows, |row| row.code.as_str()))
        .bind(column(&rows, |row| row.at))
        .bind(column(&rows, |row| row.by.as_str()))
        .bind(column(&rows, |row| row.what))
        .bind(column(&rows, |row| row.text.as_deref()))
        .bind(column(&rows, |row| row.facts.as_str()))
        .execute(connection)
        .await
        .map_err(before_commit)?;
    Ok(())
}

async fn write_timers(connection: &mut PgConnection, rows: Vec<TimerWrite>) -> Result<(), StoreError> {
    let rows = last_of_each(rows, |row| (row.conversation.clone(), row.kind));
    sqlx::query(TIMERS)
        .bind(column(&rows, |row| row.conversation.as_str()))
        .bind(column(&rows, |row| row.kind.word()))
        .bind(column(&rows, |row| row.due))
        .execute(connection)
        .await
        .map_err(before_commit)?;
    Ok(())
}

async fn write_outbox(connection: &mut PgConnection, rows: Vec<OutboxWrite>) -> Result<(), StoreError> {
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    sqlx::query(OUTBOX)
        .bind(column(&rows, |row| row.message.id.to_string()))
        .bind(column(&rows, |row| row.message.conversation.to_string()))
        .bind(column(&rows, |row| row.message.channel.word()))
        .bind(column(&rows, |row| row.message.address.as_str()))
        .bind(column(&rows, |row| number(row.message.seq)))
        .bind(column(&rows, |row| number(row.message.epoch)))
        .bind(column(&rows, |row| row.message.from.as_str()))
        .bind(column(&rows, |row| row.message.body.as_str()))
        .bind(column(&rows, |row| row.due))
        .bind(column(&rows, |row| number(row.message.turn)))
        .execute(connection)
        .await
        .map_err(before_commit)?;
    Ok(())
}

const CONTACTS: &str = "
INSERT INTO contacts (id, name, profile, locale, verified, created, updated, phone)
SELECT id, name, profile, locale, verified, now, now, phone
FROM unnest($1::text[]::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::bigint[], $7::text[])
    AS v (id, name, profile, locale, verified, now, phone) ORDER BY id
ON CONFLICT (id) DO UPDATE SET name = excluded.name, profile = excluded.profile, locale = excluded.locale,
    verified = excluded.verified, updated = excluded.updated, phone = excluded.phone";

const RETIRED: &str = "UPDATE conversations SET current = false WHERE id = ANY ($1::text[]::uuid[])";

const HOT: &str = "
WITH saved AS (
    INSERT INTO conversations (id, channel, address, current, contact, locale, life, outcome, owner, owner_name,
                               epoch, flow, created, updated, touched, seq, last_text, tickets, body,
                               revision)
    SELECT id, channel, address, true, contact, locale, life, outcome, owner, owner_name,
           epoch, flow, now, now, now / 600000000, seq, last_text, tickets, body, revision
    FROM unnest($1::text[]::uuid[], $2::text[], $3::text[], $4::text[]::uuid[], $5::text[], $6::text[], $7::text[],
                $8::text[], $9::text[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[], $14::text[],
                $15::text[], $16::text[], $17::text[])
        AS v (id, channel, address, contact, locale, life, outcome, owner, owner_name, epoch, flow, now, seq,
              last_text, tickets, body, revision)
    ON CONFLICT (id) DO UPDATE SET
        contact = excluded.contact, locale = excluded.locale, life = excluded.life, outcome = excluded.outcome,
        owner = excluded.owner, owner_name = excluded.owner_name, epoch = excluded.epoch,
        updated = excluded.updated, touched = excluded.touched, seq = excluded.seq,
        last_text = coalesce(excluded.last_text, conversations.last_text),
        tickets = excluded.tickets, body = excluded.body, revision = excluded.revision
    RETURNING num, id
), told AS (
    INSERT INTO journal (conversation, turn, at, seq, events)
    SELECT saved.num, v.turn, v.at, v.seq, v.events
    FROM unnest($18::text[]::uuid[], $19::bigint[], $20::bigint[], $21::bigint[], $22::text[])
        AS v (id, turn, at, seq, events)
    JOIN saved ON saved.id = v.id
)
INSERT INTO inbox (key, conversation, reply, received)
SELECT key, conversation, reply, received
FROM unnest($23::text[], $24::text[]::uuid[], $25::text[], $26::bigint[]) AS v (key, conversation, reply, received)
ORDER BY key
ON CONFLICT (key) DO NOTHING";

const TICKETS: &str = "
INSERT INTO tickets (id, code, conversation, contact, channel, external_id, locale, flow, category, type, urgency,
    impact, priority, state, queue, subject, body, fields, slots, answers, without_faq, unreached, created, updated,
    clock)
SELECT v.*, v.now, v.now
FROM unnest($1::text[]::uuid[], $2::text[], $3::text[]::uuid[], $4::text[]::uuid[], $5::text[], $6::text[],
            $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
            $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[],
            $22::boolean[], $23::bigint[])
    AS v (id, code, conversation, contact, channel, external_id, locale, flow, category, type, urgency,
          impact, priority, state, queue, subject, body, fields, slots, answers, without_faq, unreached, now)";

const MOVES: &str = "
UPDATE tickets SET state = m.state, agent = coalesce(m.agent, tickets.agent), updated = m.now,
    clock = m.now, version = version + 1
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS m (code, state, agent, now)
WHERE tickets.code = m.code";

const HISTORY: &str = "
INSERT INTO ticket_history (ticket, at, who, what, text, facts)
SELECT v.* FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
    WITH ORDINALITY AS o (ticket, at, who, what, text, facts, n)
CROSS JOIN LATERAL (SELECT o.ticket, o.at, o.who, o.what, o.text, o.facts) AS v
ORDER BY o.n";

const CLEARED: &str = "DELETE FROM timers WHERE conversation = ANY ($1::text[]::uuid[])";

const FIRED: &str = "
DELETE FROM timers WHERE (conversation, kind) IN (SELECT * FROM unnest($1::text[]::uuid[], $2::text[]))";

const TIMERS: &str = "
INSERT INTO timers (conversation, kind, due)
SELECT * FROM unnest($1::text[]::uuid[], $2::text[], $3::bigint[])
ON CONFLICT (conversation, kind) DO UPDATE SET due = excluded.due";

const OUTBOX: &str = "
INSERT INTO outbox (id, conversation, channel, address, seq, epoch, who, body, due, turn, attempts)
SELECT v.*, 0
FROM unnest($1::text[]::uuid[], $2::text[]::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[],
            $8::text[], $9::bigint[], $10::bigint[]) AS v
ON CONFLICT (id) DO NOTHING";

const SENT: &str = "DELETE FROM outbox WHERE id = ANY ($1::text[]::uuid[])";
