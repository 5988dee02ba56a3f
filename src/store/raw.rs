//! Rows as either database gives them (ids as text, times in microseconds), and how they become what readers get.

use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::batch::Found;
use super::job::{Contact, Outgoing};
use super::{AgentRow, ConversationRow, Depths, DueTimer, JournalRow, LoginRow, RevisionRow, StoreError};
use crate::conversation::{Channel, ContactId, Incident, OpenTicket, TimerKind};

fn corrupt(what: &str, value: &str) -> StoreError {
    StoreError::Corrupt(format!("{what}: {value:?}"))
}

pub(super) fn uuid(text: &str) -> Result<Uuid, StoreError> {
    Uuid::try_parse(text).map_err(|_| corrupt("an id", text))
}

pub(super) fn time(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| corrupt("a time", &micros.to_string()))
}

pub(super) fn json<T: serde::de::DeserializeOwned>(what: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("{what}: {error}")))
}

/// As both databases keep counters.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Counters were written from unsigned numbers.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

pub(super) fn channel(word: &str) -> Result<Channel, StoreError> {
    Channel::from_word(word).ok_or_else(|| corrupt("a channel", word))
}

/// What is loaded for a job.
#[derive(Debug, FromRow)]
pub(super) struct RawFound {
    /// Its place in the batch.
    #[cfg(feature = "sqlite")]
    pub n: i64,
    pub replayed: bool,
    pub inbox_conversation: Option<String>,
    pub reply: Option<String>,
    pub id: Option<String>,
    pub body: Option<String>,
    pub contact: Option<String>,
    pub name: Option<String>,
    pub profile: Option<String>,
    pub locale: Option<String>,
    pub verified: Option<bool>,
    pub phone: Option<String>,
    pub person: Option<String>,
    pub has_unsent: bool,
    pub has_open: bool,
    pub agents_free: i64,
    /// JSON arrays; none where there is nothing.
    pub incidents: Option<String>,
    pub notices: Option<String>,
    pub chat: bool,
    pub waiting: i64,
    pub dropped: Option<String>,
}

impl TryFrom<RawFound> for Found {
    type Error = StoreError;

    fn try_from(raw: RawFound) -> Result<Self, StoreError> {
        let replay = if raw.replayed {
            Some((raw.inbox_conversation.as_deref().map(uuid).transpose()?, raw.reply))
        } else {
            None
        };
        let contact = match raw.contact {
            Some(id) => Some(Contact {
                id: uuid(&id)?,
                name: raw.name,
                profile: raw.profile,
                locale: raw.locale,
                verified: raw.verified.unwrap_or_default(),
                phone: raw.phone,
            }),
            None => None,
        };
        Ok(Self {
            replay,
            id: raw.id.as_deref().map(uuid).transpose()?,
            body: raw.body,
            contact,
            person: raw.person.as_deref().map(uuid).transpose()?,
            has_unsent: raw.has_unsent,
            has_open: raw.has_open,
            agents_free: u32::try_from(raw.agents_free).unwrap_or_default(),
            incidents: match raw.incidents {
                Some(incidents) => all(json::<Vec<RawIncident>>("incidents", &incidents)?)?,
                None => Vec::new(),
            },
            notices: raw.notices.map_or(Ok(Vec::new()), |notices| json("notices", &notices))?,
            chat: raw.chat,
            waiting: u32::try_from(raw.waiting).unwrap_or_default(),
            dropped: raw.dropped,
        })
    }
}

/// A known incident within a JSON array.
#[derive(Debug, serde::Deserialize)]
pub(super) struct RawIncident {
    area: String,
    title: String,
    since: i64,
}

impl TryFrom<RawIncident> for Incident {
    type Error = StoreError;

    fn try_from(raw: RawIncident) -> Result<Self, StoreError> {
        Ok(Self { area: raw.area, title: raw.title, since: time(raw.since)?.to_string() })
    }
}

#[derive(Debug, FromRow)]
pub(super) struct RawOutgoing {
    pub id: String,
    pub conversation: String,
    pub channel: String,
    pub address: String,
    pub turn: i64,
    pub seq: i64,
    pub epoch: i64,
    pub who: String,
    pub body: String,
}

impl TryFrom<RawOutgoing> for Outgoing {
    type Error = StoreError;

    fn try_from(raw: RawOutgoing) -> Result<Self, StoreError> {
        Ok(Self {
            id: uuid(&raw.id)?,
            conversation: uuid(&raw.conversation)?,
            channel: channel(&raw.channel)?,
            address: raw.address,
            turn: count(raw.turn),
            seq: count(raw.seq),
            epoch: count(raw.epoch),
            from: raw.who,
            body: raw.body,
        })
    }
}

#[derive(Debug, FromRow)]
pub(super) struct RawOpenTicket {
    pub contact: String,
    pub code: String,
    pub category: String,
    pub flow: String,
    pub state: String,
    pub subject: String,
    pub r#type: String,
}

impl TryFrom<RawOpenTicket> for (ContactId, OpenTicket) {
    type Error = StoreError;

    fn try_from(raw: RawOpenTicket) -> Result<Self, StoreError> {
        let RawOpenTicket { contact, code, category, flow, state, subject, r#type } = raw;
        Ok((uuid(&contact)?, OpenTicket { code, category, flow, state, subject, r#type }))
    }
}

#[derive(Debug, FromRow)]
pub(super) struct RawTimer {
    pub conversation: String,
    pub kind: String,
    pub due: i64,
}

impl TryFrom<RawTimer> for DueTimer {
    type Error = StoreError;

    fn try_from(raw: RawTimer) -> Result<Self, StoreError> {
        let timer = TimerKind::ALL.into_iter().find(|kind| kind.word() == raw.kind);
        Ok(Self {
            conversation: uuid(&raw.conversation)?,
            timer: timer.ok_or_else(|| corrupt("a timer", &raw.kind))?,
            due: time(raw.due)?,
        })
    }
}

#[derive(Debug, FromRow)]
pub(super) struct RawConversation {
    pub id: String,
    pub channel: String,
    pub address: String,
    pub contact: String,
    pub contact_name: Option<String>,
    pub locale: String,
    pub life: String,
    pub outcome: Option<String>,
    pub owner: String,
    pub owner_name: Option<String>,
    pub epoch: i64,
    pub flow: String,
    pub created: i64,
    pub updated: i64,
    pub seq: i64,
    pub last_text: Option<String>,
    pub tickets: String,
}

impl TryFrom<RawConversation> for ConversationRow {
    type Error = StoreError;

    fn try_from(raw: RawConversation) -> Result<Self, StoreError> {
        Ok(Self {
            id: uuid(&raw.id)?,
            channel: raw.channel,
            address: raw.address,
            contact: uuid(&raw.contact)?,
            contact_name: raw.contact_name,
            locale: raw.locale,
            life: raw.life,
            outcome: raw.outcome,
            owner: raw.owner,
            owner_name: raw.owner_name,
            epoch: count(raw.epoch),
            flow: raw.flow,
            created: time(raw.created)?,
            updated: time(raw.updated)?,
            seq: count(raw.seq),
            last_text: raw.last_text.unwrap_or_default(),
            tickets: json("codes of tickets", &raw.tickets)?,
        })
    }
}

#[derive(Debug, FromRow)]
pub(super) struct RawJournal {
    pub conversation: String,
    pub id: i64,
    pub turn: i64,
    pub at: i64,
    pub events: String,
}

impl TryFrom<RawJournal> for JournalRow {
    type Error = StoreError;

    fn try_from(raw: RawJournal) -> Result<Self, StoreError> {
        Ok(Self {
            conversation: uuid(&raw.conversation)?,
            id: raw.id,
            turn: count(raw.turn),
            at: time(raw.at)?,
            events: json("events", &raw.events)?,
        })
    }
}

#[derive(Debug, FromRow)]
pub(super) struct RawAgent {
    pub name: String,
    pub role: String,
    pub skills: String,
    pub password: String,
    pub disabled: bool,
    pub presence: String,
    pub created: i64,
}

impl TryFrom<RawAgent> for AgentRow {
    type Error = StoreError;

    fn try_from(raw: RawAgent) -> Result<Self, StoreError> {
        Ok(Self {
            name: raw.name,
            role: raw.role,
            skills: json("an agent's skills", &raw.skills)?,
            password: raw.password,
            disabled: raw.disabled,
            presence: raw.presence,
            created: time(raw.created)?,
        })
    }
}

#[derive(Debug, FromRow)]
pub(super) struct RawLogin {
    pub token_hash: String,
    pub agent: String,
    pub csrf: String,
    pub created: i64,
    pub seen: i64,
    pub expires: i64,
}

impl TryFrom<RawLogin> for LoginRow {
    type Error = StoreError;

    fn try_from(raw: RawLogin) -> Result<Self, StoreError> {
        Ok(Self {
            token_hash: raw.token_hash,
            agent: raw.agent,
            csrf: raw.csrf,
            created: time(raw.created)?,
            seen: time(raw.seen)?,
            expires: time(raw.expires)?,
        })
    }
}

#[derive(Debug, FromRow)]
pub(super) struct RawRevision {
    pub revision: String,
    pub size: i64,
    pub first_served: i64,
    pub last_served: i64,
}

impl TryFrom<RawRevision> for RevisionRow {
    type Error = StoreError;

    fn try_from(raw: RawRevision) -> Result<Self, StoreError> {
        Ok(Self {
            revision: raw.revision,
            size: count(raw.size),
            first_served: time(raw.first_served)?,
            last_served: time(raw.last_served)?,
        })
    }
}

#[derive(Debug, FromRow)]
pub(super) struct RawDepths {
    pub outbox: i64,
    pub timers: i64,
    pub queued: i64,
    pub active: i64,
    pub open_tickets: i64,
}

impl From<RawDepths> for Depths {
    fn from(raw: RawDepths) -> Self {
        Self {
            outbox: count(raw.outbox),
            timers: count(raw.timers),
            queued: count(raw.queued),
            active: count(raw.active),
            open_tickets: count(raw.open_tickets),
        }
    }
}

/// All of a kind, or the first that cannot be read.
pub(super) fn all<R, T>(rows: Vec<R>) -> Result<Vec<T>, StoreError>
where
    T: TryFrom<R, Error = StoreError>,
{
    rows.into_iter().map(T::try_from).collect()
}

pub(super) fn one<R, T>(row: Option<R>) -> Result<Option<T>, StoreError>
where
    T: TryFrom<R, Error = StoreError>,
{
    row.map(T::try_from).transpose()
}
