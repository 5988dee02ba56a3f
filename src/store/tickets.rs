//! Tickets beside the turns: what agents and the clock do to them, each act with its facts in one transaction.

use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::raw::{json, time, uuid};
use super::{HistoryRow, Reads, Store, StoreError, TicketRow, chore};
use crate::conversation::News;
use crate::desk::agent::SEEN_FOR;
use crate::desk::history::{Change, Relation};
use crate::desk::{State, Ticket, TicketType};

/// What one act makes of a ticket.
#[derive(Debug, Clone)]
pub struct TicketAct {
    pub code: String,
    /// The version that it was decided on.
    pub version: i64,
    /// As it stands after the facts.
    pub ticket: Ticket,
    pub at: Timestamp,
    /// An agent's name or `clock`.
    pub by: String,
    pub facts: Vec<Change>,
    /// When the clock looks at it next; `None`: never.
    pub clock: Option<Timestamp>,
    /// Another ticket that is made of it.
    pub opens: Option<Box<Part>>,
    /// Its contact is asked how satisfied they are.
    pub survey: Option<Asks>,
}

/// What the contact of a closed ticket is asked.
#[derive(Debug, Clone)]
pub struct Asks {
    /// Whether they would recommend us, too.
    pub nps: bool,
    /// Not where the contact was asked since then.
    pub rested: Timestamp,
}

/// A ticket that is made of another: it has its conversation, contact, slots and queue, and what is said here.
#[derive(Debug, Clone)]
pub struct Part {
    pub id: Uuid,
    pub code: String,
    pub kind: TicketType,
    pub subject: String,
    pub body: String,
    pub category: String,
    /// How it begins.
    pub facts: Vec<Change>,
}

/// When the clock looks at a ticket next, as long as it is at that version; `None`: never.
#[derive(Debug, Clone)]
pub struct Look {
    pub code: String,
    pub version: i64,
    pub clock: Option<Timestamp>,
}

/// An agent who is online.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandRow {
    pub name: String,
    pub skills: Vec<String>,
    /// What the agent can hold,
    pub capacity: u32,
    /// and holds: tickets, less those that wait for somebody else, and live conversations.
    pub tickets: u32,
    pub conversations: u32,
}

#[derive(Debug, Clone)]
pub(super) enum Chore {
    /// All of them or none: none where one of the tickets has changed meanwhile, or a code is taken.
    Act(Vec<TicketAct>),
    /// Nothing happened; the clock looks again then.
    Look(Vec<Look>),
    /// The clock looks at all that are not over, as after other settings.
    LookAtAll { now: Timestamp },
    /// Nothing is promised: what is due is looked at only where it is resolved, to be closed.
    LookAtResolved { now: Timestamp },
}

const VERSION: [&str; 2] =
    ["SELECT version FROM tickets WHERE code = $1", "SELECT version FROM tickets WHERE code = $1 FOR UPDATE"];
const PART: [&str; 2] = [
    "INSERT INTO tickets (id, code, conversation, contact, channel, external_id, locale, flow, category, type, urgency,
        impact, priority, state, queue, subject, body, fields, slots, answers, without_faq, unreached, created, updated, clock)
     SELECT $1, $2, conversation, contact, channel, external_id, locale, flow, $3, $8, urgency, impact, priority, 'new',
        queue, $4, $5, fields, slots, answers, without_faq, unreached, $6, $6, $6
     FROM tickets WHERE code = $7 ON CONFLICT (code) DO NOTHING",
    "INSERT INTO tickets (id, code, conversation, contact, channel, external_id, locale, flow, category, type, urgency,
        impact, priority, state, queue, subject, body, fields, slots, answers, without_faq, unreached, created, updated, clock)
     SELECT CAST($1 AS UUID), $2, conversation, contact, channel, external_id, locale, flow, $3, $8, urgency, impact, priority,
        'new', queue, $4, $5, fields, slots, answers, without_faq, unreached, $6, $6, $6
     FROM tickets WHERE code = $7 ON CONFLICT (code) DO NOTHING",
];
const ACT: &str =
    "UPDATE tickets SET state = $1, agent = $2, category = $3, type = $4, urgency = $5, impact = $6,
    priority = $7, queue = $8, tier = $9, updated = $10, clock = $11, version = version + 1 WHERE code = $12";
const FACT: &str =
    "INSERT INTO ticket_history (ticket, at, who, what, text, facts) VALUES ($1, $2, $3, $4, $5, $6)";
/// Those who asked to be told of the ticket.
const NEWS: &str = "INSERT INTO notices (id, contact, conversation, news, created, kind)
SELECT $1 || w.contact, w.contact, w.conversation, $2, $3, 'news' FROM watches AS w
WHERE w.what = 'ticket' AND w.subject = $4 ON CONFLICT (id) DO NOTHING";
/// Its own contact, unless they asked: once, of how it stands then. A caller hears it only in a linked chat.
const PUBLIC: &str = "INSERT INTO notices (id, contact, conversation, news, created, kind)
SELECT 'public:' || t.code, t.contact, t.conversation, $1, $2, 'public' FROM tickets AS t
WHERE t.code = $3
    AND NOT EXISTS (SELECT 1 FROM watches AS w WHERE w.what = 'ticket' AND w.subject = t.code AND w.contact = t.contact)
    AND (t.channel NOT IN ('twilio', 'signalwire', 'telnyx', 'jambonz', 'phone', 'terminal_voice') OR EXISTS (SELECT 1 FROM links AS k WHERE k.contact = t.contact))
ON CONFLICT (id) DO UPDATE SET news = excluded.news, created = excluded.created, told = NULL";
const SURVEY: &str = "INSERT INTO notices (id, contact, conversation, news, created, kind)
SELECT 'survey:' || t.code, t.contact, t.conversation, $1, $2,
    CASE WHEN t.channel IN ('twilio', 'signalwire', 'telnyx', 'jambonz', 'phone', 'terminal_voice') THEN 'call_survey' ELSE 'survey' END FROM tickets AS t
WHERE t.code = $3
    AND NOT EXISTS (SELECT 1 FROM notices AS n WHERE n.contact = t.contact AND n.kind IN ('survey', 'call_survey') AND n.created > $4)
ON CONFLICT (id) DO NOTHING";
/// The last ticket on the same matter that a (proven) contact had before this one, closed since `$2`.
const BEFORE: &str = "SELECT old.code FROM tickets AS new
    JOIN contacts AS c ON c.id = new.contact AND c.verified
    JOIN tickets AS old ON old.contact = new.contact AND old.category = new.category AND old.flow = new.flow
        AND old.state = 'closed' AND old.updated > $2 AND old.num < new.num
    WHERE new.code = $1 ORDER BY old.updated DESC, old.num DESC LIMIT 1";
const CHANGED: &str = "UPDATE tickets SET version = version + 1 WHERE code = $1";
/// A matter that comes up again within so many days after its ticket was closed is a follow-up of that.
const FOLLOWS_FOR: i64 = 30;
const LOOK: &str = "UPDATE tickets SET clock = $1 WHERE code = $2 AND version = $3";
const LOOK_AT_ALL: &str = "UPDATE tickets SET clock = $1 WHERE state NOT IN ('closed', 'cancelled')";
const LOOK_AT_RESOLVED: &str = "UPDATE tickets SET clock = NULL WHERE clock <= $1 AND state <> 'resolved'";
/// In the order of `desk::routing`, as far as the row tells it: a step of priority for each hour of waiting.
const WAITING: &str =
    "SELECT code FROM tickets WHERE agent IS NULL AND state IN ('new', 'assigned', 'in_progress', 'reopened')
    ORDER BY CASE priority WHEN 'urgent' THEN 3 WHEN 'high' THEN 2 WHEN 'normal' THEN 1 ELSE 0 END
        + ($1 - created) / 3600000000 DESC, created, num LIMIT $2";
/// What a person gave out or took stays with its agent.
const UNBEGUN: &str = "SELECT code FROM tickets WHERE agent IS NOT NULL AND state NOT IN ('resolved', 'closed', 'cancelled')
    AND state = 'assigned' AND updated <= $1
    AND (SELECT h.who FROM ticket_history AS h WHERE h.ticket = tickets.code AND h.what IN ('assigned', 'claimed')
        ORDER BY h.num DESC LIMIT 1) = $2
    ORDER BY updated, num LIMIT $3";
/// Tickets that are worked on and live conversations count alike.
const HANDS: &str = "SELECT a.name, a.skills, CAST(a.capacity AS BIGINT) AS capacity,
    (SELECT count(*) FROM tickets AS t WHERE t.agent = a.name AND t.state NOT IN ('resolved', 'closed', 'cancelled')
        AND t.state NOT IN ('pending_contact', 'pending_vendor')) AS tickets,
    (SELECT count(*) FROM conversations AS c WHERE c.owner = 'agent' AND c.owner_name = a.name AND c.life <> 'closed')
    AS conversations FROM agents AS a WHERE a.presence = 'online' AND NOT a.disabled AND a.seen > $1 ORDER BY a.name";
const LINKS: &str = "SELECT ticket, text FROM ticket_history AS h WHERE what = 'linked' AND at >= $1 AND NOT EXISTS (
    SELECT 1 FROM ticket_history AS u WHERE u.ticket = h.ticket AND u.what = 'unlinked' AND u.text = h.text AND u.num > h.num)
    ORDER BY num";
const DUE: &str = "SELECT code FROM tickets WHERE clock <= $1 ORDER BY clock, num LIMIT $2";

macro_rules! write_fact {
    ($connection:expr, $code:expr, $at:expr, $by:expr, $fact:expr) => {{
        let facts = encoded(&[$fact])?;
        sqlx::query(FACT)
            .bind($code)
            .bind($at)
            .bind($by)
            .bind($fact.what())
            .bind($fact.text())
            .bind(facts)
            .execute(&mut *$connection)
            .await?;
    }};
}

macro_rules! write_act {
    ($connection:expr, $act:expr) => {{
        let (act, ticket, at) = ($act, &$act.ticket, $act.at.as_microsecond());
        sqlx::query(ACT)
            .bind(ticket.state.word())
            .bind(&ticket.agent)
            .bind(&ticket.category)
            .bind(ticket.kind.word())
            .bind(ticket.urgency.word())
            .bind(ticket.impact.word())
            .bind(ticket.priority.word())
            .bind(&ticket.queue)
            .bind(i64::from(ticket.tier))
            .bind(at)
            .bind(act.clock.map(Timestamp::as_microsecond))
            .bind(&act.code)
            .execute(&mut *$connection)
            .await?;
        for (n, fact) in act.facts.iter().enumerate() {
            write_fact!($connection, &act.code, at, &act.by, fact);
            if let Some(news) = news(&act.code, fact)? {
                sqlx::query(NEWS)
                    .bind(format!("ticket:{}:{at}:{}.{n}:", act.code, act.version))
                    .bind(&news)
                    .bind(at)
                    .bind(&act.code)
                    .execute(&mut *$connection)
                    .await?;
                if is_public(ticket, fact) {
                    let query = sqlx::query(PUBLIC).bind(&news).bind(at).bind(&act.code);
                    query.execute(&mut *$connection).await?;
                }
            }
        }
        if let Some(asks) = &act.survey {
            let news = encoded(&News::SurveyDue { code: act.code.clone(), nps: asks.nps })?;
            sqlx::query(SURVEY)
                .bind(news)
                .bind(at)
                .bind(&act.code)
                .bind(asks.rested.as_microsecond())
                .execute(&mut *$connection)
                .await?;
        }
    }};
}

macro_rules! run {
    ($connection:expr, $chore:expr, $version:expr, $part:expr) => {{
        match $chore {
            Chore::Look(looks) => {
                let mut done = 0;
                for Look { code, version, clock } in looks {
                    let clock = clock.map(Timestamp::as_microsecond);
                    let query = sqlx::query(LOOK).bind(clock).bind(code).bind(version);
                    done += query.execute(&mut *$connection).await?.rows_affected();
                }
                done
            }
            Chore::LookAtAll { now } => {
                let query = sqlx::query(LOOK_AT_ALL).bind(now.as_microsecond());
                query.execute(&mut *$connection).await?.rows_affected()
            }
            Chore::LookAtResolved { now } => {
                let query = sqlx::query(LOOK_AT_RESOLVED).bind(now.as_microsecond());
                query.execute(&mut *$connection).await?.rows_affected()
            }
            Chore::Act(acts) => {
                let mut fresh = true;
                for act in acts {
                    let found: Option<(i64,)> =
                        sqlx::query_as($version).bind(&act.code).fetch_optional(&mut *$connection).await?;
                    fresh &= found == Some((act.version,));
                }
                // First, so that nothing is written where its code is taken.
                for act in acts {
                    let Some(part) = act.opens.as_ref().filter(|_| fresh) else { continue };
                    let at = act.at.as_microsecond();
                    let done = sqlx::query($part)
                        .bind(part.id.to_string())
                        .bind(&part.code)
                        .bind(&part.category)
                        .bind(&part.subject)
                        .bind(&part.body)
                        .bind(at)
                        .bind(&act.code)
                        .bind(part.kind.word())
                        .execute(&mut *$connection)
                        .await?;
                    fresh &= done.rows_affected() == 1;
                    for fact in part.facts.iter().filter(|_| fresh) {
                        write_fact!($connection, &part.code, at, &act.by, fact);
                    }
                }
                if fresh {
                    for act in acts {
                        write_act!($connection, act);
                    }
                }
                if fresh { acts.len() as u64 } else { 0 }
            }
        }
    }};
}

macro_rules! follow_up {
    ($connection:expr, $code:expr, $at:expr) => {{
        let (code, at): (&str, i64) = ($code, $at);
        let since = at - FOLLOWS_FOR * 86_400_000_000;
        let before: Option<(String,)> =
            sqlx::query_as(BEFORE).bind(code).bind(since).fetch_optional(&mut *$connection).await?;
        if let Some((before,)) = before {
            let follows = Change::Linked { how: Relation::FollowUpOf, to: before.clone() };
            write_fact!($connection, code, at, "bot", &follows);
            let followed = Change::Linked { how: Relation::FollowedUpBy, to: code.to_owned() };
            write_fact!($connection, &before, at, "bot", &followed);
            sqlx::query(CHANGED).bind(&before).execute(&mut *$connection).await?;
        }
    }};
}

/// Links a ticket that was just opened with the one that it follows.
#[cfg(feature = "sqlite")]
pub(super) async fn follow_up_sqlite(
    connection: &mut sqlx::sqlite::SqliteConnection,
    code: &str,
    at: i64,
) -> Result<(), sqlx::Error> {
    follow_up!(connection, code, at);
    Ok(())
}

#[cfg(feature = "postgres")]
pub(super) async fn follow_up_postgres(
    connection: &mut sqlx::postgres::PgConnection,
    code: &str,
    at: i64,
) -> Result<(), sqlx::Error> {
    follow_up!(connection, code, at);
    Ok(())
}

/// What those who watch a ticket are told of a fact.
fn news(code: &str, fact: &Change) -> Result<Option<String>, sqlx::Error> {
    let Change::Moved { to, .. } = fact else { return Ok(None) };
    // That nobody has it any more, and that it is filed away, is no news to them.
    if matches!(to, State::New | State::Closed) {
        return Ok(None);
    }
    let news = News::TicketChanged { code: code.to_owned(), state: to.word().to_owned() };
    Ok(Some(encoded(&news)?))
}

/// Whether the ticket's contact is told without having asked: that it waits in other hands is ours to know.
fn is_public(ticket: &Ticket, fact: &Change) -> bool {
    let Change::Moved { to, .. } = fact else { return false };
    // Problems and changes are the desk's own.
    matches!(ticket.kind, TicketType::Incident | TicketType::ServiceRequest)
        && !matches!(to, State::New | State::Assigned | State::PendingVendor | State::Closed)
}

fn encoded<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

#[cfg(feature = "sqlite")]
pub(super) async fn run_sqlite(
    connection: &mut sqlx::sqlite::SqliteConnection,
    chore: &Chore,
) -> Result<u64, sqlx::Error> {
    Ok(run!(connection, chore, VERSION[0], PART[0]))
}

/// In one transaction: chores come one by one.
#[cfg(feature = "postgres")]
pub(super) async fn run_postgres(
    connection: &mut sqlx::postgres::PgConnection,
    chore: &Chore,
) -> Result<u64, sqlx::Error> {
    use sqlx::Connection as _;
    let mut all = connection.begin().await?;
    let done = run!(all, chore, VERSION[1], PART[1]);
    all.commit().await?;
    Ok(done)
}

impl Store {
    /// The newest first.
    pub async fn tickets(&self, limit: Option<u32>) -> Result<Vec<TicketRow>, StoreError> {
        let limit = limit.map_or(i64::MAX, i64::from);
        reads!(self, reads => reads.tickets(limit).await)
    }

    /// Incidents opened since then, in order.
    ///
    /// # Errors
    /// The database's.
    pub async fn incidents_since(&self, since: Timestamp) -> Result<Vec<TicketRow>, StoreError> {
        reads!(self, reads => reads.incidents_since(since.as_microsecond()).await)
    }

    /// Links that were made since then and are there still: ticket, how, and to which.
    ///
    /// # Errors
    /// The database's.
    pub async fn links_since(&self, since: Timestamp) -> Result<Vec<(String, String)>, StoreError> {
        let since = since.as_microsecond();
        Ok(reads!(self, reads => sqlx::query_as(LINKS).bind(since).fetch_all(&reads.pool).await)?)
    }

    /// `code` in bare digits.
    pub async fn ticket(&self, code: &str) -> Result<Option<TicketRow>, StoreError> {
        reads!(self, reads => reads.ticket(code).await)
    }

    /// In order.
    pub async fn ticket_history(&self, code: &str) -> Result<Vec<HistoryRow>, StoreError> {
        reads!(self, reads => reads.ticket_history(code).await)
    }

    /// Writes acts on one or more tickets, all or none. False where one of them has changed since it was read: it is to be
    /// read and decided again.
    ///
    /// # Errors
    /// The database's.
    pub async fn act_on_tickets(&self, acts: Vec<TicketAct>) -> Result<bool, StoreError> {
        Ok(self.of_tickets(Chore::Act(acts)).await? > 0)
    }

    /// Codes of tickets that the clock is to look at, the longest due first.
    ///
    /// # Errors
    /// The database's.
    pub async fn due_tickets(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, StoreError> {
        let (now, limit) = (now.as_microsecond(), i64::from(limit));
        let due: Vec<(String,)> =
            reads!(self, reads => sqlx::query_as(DUE).bind(now).bind(limit).fetch_all(&reads.pool).await)?;
        Ok(due.into_iter().map(|(code,)| code).collect())
    }

    /// The clock looks at tickets again then; nothing is done for one that changed meanwhile, and is looked at anyway.
    ///
    /// # Errors
    /// The database's.
    pub async fn look_at_tickets(&self, looks: Vec<Look>) -> Result<(), StoreError> {
        if looks.is_empty() {
            return Ok(());
        }
        self.of_tickets(Chore::Look(looks)).await.map(drop)
    }

    /// The clock looks at every ticket that is not over: its promises may be others than they were.
    ///
    /// # Errors
    /// The database's.
    pub async fn look_at_all_tickets(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.of_tickets(Chore::LookAtAll { now }).await
    }

    /// Takes those that are due, but not resolved, from the clock: there are no promises to look after.
    ///
    /// # Errors
    /// The database's.
    pub async fn look_at_resolved_tickets(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.of_tickets(Chore::LookAtResolved { now }).await
    }

    /// Codes of tickets that nobody has, those first that are to be given out first.
    ///
    /// # Errors
    /// The database's.
    pub async fn waiting_tickets(&self, now: Timestamp, limit: u32) -> Result<Vec<String>, StoreError> {
        let (now, limit) = (now.as_microsecond(), i64::from(limit));
        let codes: Vec<(String,)> = reads!(self, reads => sqlx::query_as(WAITING)
            .bind(now)
            .bind(limit)
            .fetch_all(&reads.pool)
            .await)?;
        Ok(codes.into_iter().map(|(code,)| code).collect())
    }

    /// Codes of tickets that `by` gave to somebody, and that nothing happened to since `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn unbegun_tickets(
        &self,
        by: &str,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let (before, limit) = (before.as_microsecond(), i64::from(limit));
        let codes: Vec<(String,)> = reads!(self, reads => sqlx::query_as(UNBEGUN)
            .bind(before)
            .bind(by)
            .bind(limit)
            .fetch_all(&reads.pool)
            .await)?;
        Ok(codes.into_iter().map(|(code,)| code).collect())
    }

    /// Agents who are online at `now`, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn hands(&self, now: Timestamp) -> Result<Vec<HandRow>, StoreError> {
        let seen = now.as_microsecond() - SEEN_FOR * 1_000_000;
        let rows: Vec<RawHand> =
            reads!(self, reads => sqlx::query_as(HANDS).bind(seen).fetch_all(&reads.pool).await)?;
        let row = |raw: RawHand| {
            let number = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
            let skills = json("skills of an agent", &raw.skills)?;
            Ok(HandRow {
                name: raw.name,
                skills,
                capacity: number(raw.capacity),
                tickets: number(raw.tickets),
                conversations: number(raw.conversations),
            })
        };
        rows.into_iter().map(row).collect()
    }

    async fn of_tickets(&self, chore: Chore) -> Result<u64, StoreError> {
        self.chore(chore::Chore::OfTickets(chore)).await
    }
}

#[derive(Debug, FromRow)]
pub(super) struct RawTicket {
    pub id: String,
    pub code: String,
    pub conversation: String,
    pub contact: String,
    pub channel: String,
    pub external_id: String,
    pub locale: String,
    pub flow: String,
    pub category: String,
    pub r#type: String,
    pub urgency: String,
    pub impact: String,
    pub priority: String,
    pub state: String,
    pub queue: String,
    pub agent: Option<String>,
    pub subject: String,
    pub body: String,
    pub fields: String,
    pub slots: String,
    pub answers: String,
    pub without_faq: Option<String>,
    pub unreached: bool,
    pub created: i64,
    pub updated: i64,
    pub tier: i64,
    pub version: i64,
}

impl TryFrom<RawTicket> for TicketRow {
    type Error = StoreError;

    fn try_from(raw: RawTicket) -> Result<Self, StoreError> {
        Ok(Self {
            id: uuid(&raw.id)?,
            code: raw.code,
            conversation: uuid(&raw.conversation)?,
            contact: uuid(&raw.contact)?,
            channel: raw.channel,
            external_id: raw.external_id,
            locale: raw.locale,
            flow: raw.flow,
            category: raw.category,
            r#type: raw.r#type,
            urgency: raw.urgency,
            impact: raw.impact,
            priority: raw.priority,
            state: raw.state,
            queue: raw.queue,
            agent: raw.agent,
            subject: raw.subject,
            body: raw.body,
            fields: json("a ticket's fields", &raw.fields)?,
            slots: json("a ticket's slots", &raw.slots)?,
            answers: json("a ticket's answers", &raw.answers)?,
            without_faq: raw.without_faq,
            unreached: raw.unreached,
            created: time(raw.created)?,
            updated: time(raw.updated)?,
            tier: u8::try_from(raw.tier).unwrap_or(1),
            version: raw.version,
        })
    }
}

#[derive(Debug, FromRow)]
struct RawHand {
    name: String,
    skills: String,
    capacity: i64,
    tickets: i64,
    conversations: i64,
}

#[derive(Debug, FromRow)]
pub(super) struct RawHistory {
    pub at: i64,
    pub who: String,
    pub what: String,
    pub text: Option<String>,
    pub facts: Option<String>,
}

impl TryFrom<RawHistory> for HistoryRow {
    type Error = StoreError;

    fn try_from(raw: RawHistory) -> Result<Self, StoreError> {
        let facts = raw.facts.map(|facts| json("facts of a ticket", &facts)).transpose()?.unwrap_or_default();
        Ok(Self { at: time(raw.at)?, by: raw.who, what: raw.what, text: raw.text, facts })
    }
}
