//! What a batch writes. The three tables that every turn touches are bound row by row in one go (their texts are long,
//! and JSON would be read twice); the others take one JSON parameter each.

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Arguments, AssertSqlSafe};
use std::collections::HashMap;
use std::sync::Arc;

use super::{people, world};
use crate::store::StoreError;
use crate::store::questions::rows as of_questions;
use crate::store::tickets;
use crate::store::writes::{ConversationWrite, InboxWrite, JournalWrite, Writes};

/// The texts of the statements for the hot tables, by number of rows.
#[derive(Debug, Default)]
pub(super) struct Statements(HashMap<usize, Arc<str>>);

/// Rows that a statement is prepared for: few sizes, so that each is prepared once.
pub(super) fn padded(rows: usize) -> usize {
    rows.max(1).next_power_of_two()
}

/// `(?,?),(?,?)…`
pub(super) fn tuples(rows: usize, columns: usize) -> String {
    let tuple = format!("({})", vec!["?"; columns].join(","));
    vec![tuple; rows].join(",")
}

const CONVERSATION_COLUMNS: usize = 17;
const JOURNAL_COLUMNS: usize = 5;
const INBOX_COLUMNS: usize = 4;

impl Statements {
    fn hot(&mut self, rows: usize) -> Arc<str> {
        self.0.entry(rows).or_insert_with(|| hot(rows).into()).clone()
    }
}

fn hot(rows: usize) -> String {
    let conversations = tuples(rows, CONVERSATION_COLUMNS);
    let journal = tuples(rows, JOURNAL_COLUMNS);
    let inbox = tuples(rows, INBOX_COLUMNS);
    format!(
        "WITH v (id, channel, address, contact, locale, life, outcome, owner, owner_name, epoch, flow, now, seq,
                 last_text, tickets, body, revision) AS (VALUES {conversations})
         INSERT INTO conversations (id, channel, address, current, contact, locale, life, outcome, owner, owner_name,
                                    epoch, flow, created, updated, seq, last_text, tickets, body,
                                    revision)
         SELECT id, channel, address, 1, contact, locale, life, outcome, owner, owner_name,
                epoch, flow, now, now, seq, last_text, tickets, body, revision
         FROM v WHERE id IS NOT NULL
         ON CONFLICT (id) DO UPDATE SET
             contact = excluded.contact, locale = excluded.locale, life = excluded.life, outcome = excluded.outcome,
             owner = excluded.owner, owner_name = excluded.owner_name, epoch = excluded.epoch,
             updated = excluded.updated, seq = excluded.seq,
             last_text = coalesce(excluded.last_text, conversations.last_text),
             tickets = excluded.tickets, body = excluded.body, revision = excluded.revision;
         WITH v (id, turn, at, seq, events) AS (VALUES {journal})
         INSERT INTO journal (conversation, turn, at, seq, events)
         SELECT c.num, v.turn, v.at, v.seq, v.events FROM v CROSS JOIN conversations AS c ON c.id = v.id;
         WITH v (key, conversation, reply, received) AS (VALUES {inbox})
         INSERT INTO inbox (key, conversation, reply, received)
         SELECT key, conversation, reply, received FROM v WHERE key IS NOT NULL"
    )
}

pub(super) async fn write(
    connection: &mut SqliteConnection,
    statements: &mut Statements,
    writes: Writes,
) -> Result<(), StoreError> {
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
    let rows = |list: Vec<Value>| Value::Array(list);
    let contacts =
        contacts.into_iter().map(|c| json!([c.id, c.name, c.profile, c.locale, c.verified, c.now, c.phone]));
    each(connection, CONTACTS, rows(contacts.collect())).await?;
    each(connection, RETIRED, json!(retired)).await?;
    write_hot(connection, statements, conversations, journal, inbox).await?;
    let opened: Vec<(String, i64)> = tickets.iter().map(|ticket| (ticket.code.clone(), ticket.now)).collect();
    let tickets = tickets.into_iter().map(|t| {
        json!([
            t.id,
            t.code,
            t.conversation,
            t.contact,
            t.channel,
            t.external_id,
            t.locale,
            t.flow,
            t.category,
            t.kind,
            t.urgency,
            t.impact,
            t.priority,
            t.state,
            t.queue,
            t.subject,
            t.body,
            t.fields,
            t.slots,
            t.answers,
            t.without_faq,
            t.unreached,
            t.now
        ])
    });
    each(connection, TICKETS, rows(tickets.collect())).await?;
    let moves = moves.into_iter().map(|m| json!([m.code, m.state, m.agent, m.now]));
    each(connection, MOVES, rows(moves.collect())).await?;
    let history = history.into_iter().map(|h| json!([h.code, h.at, h.by, h.what, h.text, h.facts]));
    each(connection, HISTORY, rows(history.collect())).await?;
    for (code, now) in opened {
        tickets::follow_up_sqlite(connection, &code, now).await?;
    }
    each(connection, CLEARED, json!(cleared)).await?;
    let fired = fired.into_iter().map(|(conversation, kind)| json!([conversation, kind.word()]));
    each(connection, FIRED, rows(fired.collect())).await?;
    let timers = timers.into_iter().map(|t| json!([t.conversation, t.kind.word(), t.due]));
    each(connection, TIMERS, rows(timers.collect())).await?;
    let outbox = outbox.into_iter().map(|o| {
        let m = o.message;
        let (id, conversation, channel) = (m.id.to_string(), m.conversation.to_string(), m.channel.word());
        json!([id, conversation, channel, m.address, m.seq, m.epoch, m.from, m.body, o.due, m.turn])
    });
    each(connection, OUTBOX, rows(outbox.collect())).await?;
    each(connection, SENT, json!(sent)).await?;
    let requests = requests.into_iter().map(|r| json!([r.id, r.conversation, r.body, r.now]));
    each(connection, world::REQUESTS, rows(requests.collect())).await?;
    each(connection, world::ANSWERED, json!(answered)).await?;
    let watches = watches.into_iter().map(|w| json!([w.contact, w.what, w.subject, w.conversation, w.now]));
    each(connection, world::WATCHES, rows(watches.collect())).await?;
    let news = news.into_iter().map(|n| json!([n.code, n.news, n.now, n.public]));
    each(connection, world::NEWS, rows(news.collect())).await?;
    let copies = copies.into_iter().map(|c| json!([c.id, c.contact, c.news, c.now]));
    each(connection, world::COPIES, rows(copies.collect())).await?;
    each(connection, world::TOLD, rows(told.into_iter().map(|t| json!([t.0, t.1])).collect())).await?;
    people::write(connection, links).await?;
    for chore in &calls {
        crate::store::calls::run_sqlite(connection, chore).await?;
    }
    for (sql, rows) in of_questions(questions, offers, touched_questions) {
        each(connection, sql.sqlite, rows).await?;
    }
    Ok(())
}

async fn write_hot(
    connection: &mut SqliteConnection,
    statements: &mut Statements,
    conversations: Vec<ConversationWrite>,
    journal: Vec<JournalWrite>,
    inbox: Vec<InboxWrite>,
) -> Result<(), StoreError> {
    let most = conversations.len().max(journal.len()).max(inbox.len());
    if most == 0 {
        return Ok(());
    }
    let size = padded(most);
    let mut arguments = SqliteArguments::default();
    arguments.reserve(size * (CONVERSATION_COLUMNS + JOURNAL_COLUMNS + INBOX_COLUMNS), 0);
    bind(&mut arguments, conversations, size, conversation, CONVERSATION_COLUMNS)?;
    bind(&mut arguments, journal, size, journal_row, JOURNAL_COLUMNS)?;
    bind(&mut arguments, inbox, size, inbox_row, INBOX_COLUMNS)?;
    sqlx::query_with(AssertSqlSafe(statements.hot(size)), arguments).execute(connection).await?;
    Ok(())
}

type Bound = Result<(), sqlx::error::BoxDynError>;

/// Binds rows, and empty ones up to `size`.
fn bind<R>(
    arguments: &mut SqliteArguments,
    rows: Vec<R>,
    size: usize,
    row: fn(&mut SqliteArguments, R) -> Bound,
    columns: usize,
) -> Result<(), StoreError> {
    let empty = (size - rows.len()) * columns;
    let all = || -> Bound {
        for one in rows {
            row(arguments, one)?;
        }
        for _ in 0..empty {
            arguments.add(None::<i64>)?;
        }
        Ok(())
    };
    all().map_err(|error| StoreError::Database(sqlx::Error::Encode(error)))
}

fn conversation(to: &mut SqliteArguments, row: ConversationWrite) -> Bound {
    to.add(row.id)?;
    to.add(row.channel)?;
    to.add(row.address)?;
    to.add(row.contact)?;
    to.add(row.locale)?;
    to.add(row.life)?;
    to.add(row.outcome)?;
    to.add(row.owner)?;
    to.add(row.owner_name)?;
    to.add(row.epoch)?;
    to.add(row.flow)?;
    to.add(row.now)?;
    to.add(row.seq)?;
    to.add(row.last_text)?;
    to.add(row.tickets)?;
    to.add(row.body)?;
    to.add(row.revision)
}

fn journal_row(to: &mut SqliteArguments, row: JournalWrite) -> Bound {
    to.add(row.conversation)?;
    to.add(row.turn)?;
    to.add(row.at)?;
    to.add(row.seq)?;
    to.add(row.events)
}

fn inbox_row(to: &mut SqliteArguments, row: InboxWrite) -> Bound {
    to.add(row.key)?;
    to.add(row.conversation)?;
    to.add(row.reply)?;
    to.add(row.received)
}

/// Runs a statement with one JSON array as its parameter, unless that is empty.
async fn each(connection: &mut SqliteConnection, sql: &'static str, rows: Value) -> Result<(), StoreError> {
    if rows.as_array().is_some_and(Vec::is_empty) {
        return Ok(());
    }
    sqlx::query(sql).bind(rows.to_string()).execute(connection).await?;
    Ok(())
}

const CONTACTS: &str = "
INSERT INTO contacts (id, name, profile, locale, verified, created, updated, phone)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 5, value ->> 6
FROM json_each(?) WHERE true
ON CONFLICT (id) DO UPDATE SET name = excluded.name, profile = excluded.profile, locale = excluded.locale,
    verified = excluded.verified, updated = excluded.updated, phone = excluded.phone";

const RETIRED: &str = "UPDATE conversations SET current = 0 WHERE id IN (SELECT value FROM json_each(?))";

const TICKETS: &str = "
INSERT INTO tickets (id, code, conversation, contact, channel, external_id, locale, flow, category, type, urgency,
    impact, priority, state, queue, subject, body, fields, slots, answers, without_faq, unreached, created, updated,
    clock)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
    value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14, value ->> 15,
    value ->> 16, value ->> 17, value ->> 18, value ->> 19, value ->> 20, value ->> 21, value ->> 22, value ->> 22,
    value ->> 22
FROM json_each(?)";

const MOVES: &str = "
UPDATE tickets SET state = m.value ->> 1, agent = coalesce(m.value ->> 2, agent), updated = m.value ->> 3,
    clock = m.value ->> 3, version = version + 1
FROM json_each(?) AS m WHERE tickets.code = m.value ->> 0";

const HISTORY: &str = "
INSERT INTO ticket_history (ticket, at, who, what, text, facts)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?)";

const CLEARED: &str = "DELETE FROM timers WHERE conversation IN (SELECT value FROM json_each(?))";

const FIRED: &str = "
DELETE FROM timers WHERE (conversation, kind) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))";

const TIMERS: &str = "
INSERT INTO timers (conversation, kind, due)
SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true
ON CONFLICT (conversation, kind) DO UPDATE SET due = excluded.due";

const OUTBOX: &str = "
INSERT INTO outbox (id, conversation, channel, address, seq, epoch, who, body, due, turn, attempts)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
    value ->> 8, value ->> 9, 0 FROM json_each(?) WHERE true
ON CONFLICT (id) DO NOTHING";

const SENT: &str = "DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?))";
