//! What reaches beyond the conversation: requests of `http` steps, known incidents and who watches them, files.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use super::{Reads, Store, StoreError, chore, raw};
use crate::conversation::{Channel, ConversationId, HttpRequest, Notice};

/// A request that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    pub id: Uuid,
    pub conversation: ConversationId,
    pub request: HttpRequest,
    pub created: Timestamp,
    /// Tries that came to an end.
    pub tries: u32,
}

/// A known incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IncidentRow {
    pub id: String,
    pub area: String,
    pub title: String,
    pub opened: Timestamp,
    /// Who opened it.
    pub by: String,
    pub closed: Option<Timestamp>,
    /// The ticket under which its reports are collected.
    pub master: Option<String>,
}

/// Something to tell, and the chat in which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueNotice {
    pub notice: Notice,
    pub channel: Channel,
    pub address: String,
}

/// A file that a contact sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    pub id: String,
    pub channel: Channel,
    pub address: String,
    pub name: String,
    /// Its media type.
    pub kind: String,
    pub created: Timestamp,
    pub content: Vec<u8>,
}

#[derive(Debug, Clone)]
pub(super) enum Chore {
    Claim {
        id: Uuid,
        now: Timestamp,
        until: Timestamp,
    },
    Later {
        id: Uuid,
        due: Timestamp,
    },
    OpenIncident(IncidentRow),
    /// What was reported of it was seen to.
    SettleIncident {
        id: String,
        now: Timestamp,
    },
    CloseIncident {
        id: String,
        closed: Timestamp,
    },
    AddFile(FileRow),
}

impl Store {
    /// Requests that are due and that nobody is at, the oldest first.
    pub async fn due_requests(&self, now: Timestamp, limit: u32) -> Result<Vec<RequestRow>, StoreError> {
        reads!(self, reads => reads.due_requests(now.as_microsecond(), i64::from(limit)).await)
    }

    /// Takes a request for oneself for a time; false where somebody else was quicker, or it was answered.
    pub async fn claim_request(
        &self,
        id: Uuid,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<bool, StoreError> {
        let until = now.checked_add(lease).unwrap_or(now);
        Ok(self.of_world(Chore::Claim { id, now, until }).await? > 0)
    }

    /// A try failed; the next one is due then.
    pub async fn request_later(&self, id: Uuid, due: Timestamp) -> Result<(), StoreError> {
        self.of_world(Chore::Later { id, due }).await.map(drop)
    }

    /// False where there is one with that id.
    pub async fn open_incident(&self, incident: &IncidentRow) -> Result<bool, StoreError> {
        Ok(self.of_world(Chore::OpenIncident(incident.clone())).await? > 0)
    }

    /// Closes an incident and makes a notice for each contact who watches its area; they watch no longer. False where
    /// there is no open one of that id.
    pub async fn close_incident(&self, id: &str, closed: Timestamp) -> Result<bool, StoreError> {
        Ok(self.of_world(Chore::CloseIncident { id: id.to_owned(), closed }).await? > 0)
    }

    /// Closed ones with a master whose reports were not seen to yet.
    ///
    /// # Errors
    /// The database's.
    pub async fn ended_masters(&self) -> Result<Vec<(String, String, String)>, StoreError> {
        const ENDED: &str = "SELECT id, title, master FROM incidents
            WHERE closed IS NOT NULL AND master IS NOT NULL AND settled IS NULL ORDER BY closed";
        Ok(reads!(self, reads => sqlx::query_as(ENDED).fetch_all(&reads.pool).await)?)
    }

    /// What was reported of it was seen to.
    ///
    /// # Errors
    /// The database's.
    pub async fn settle_incident(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        self.of_world(Chore::SettleIncident { id: id.to_owned(), now }).await.map(drop)
    }

    /// Open ones, oldest first; with `closed` the closed ones after them, the last closed first.
    pub async fn incidents(&self, closed: bool) -> Result<Vec<IncidentRow>, StoreError> {
        reads!(self, reads => reads.incidents(closed).await)
    }

    /// Notices that can be told in a chat now: the bot has it, or it is over. While it is `quiet` only what the contact did
    /// something for; nothing that is not newer than `since`.
    pub async fn due_notices(
        &self,
        limit: u32,
        quiet: bool,
        since: Timestamp,
    ) -> Result<Vec<DueNotice>, StoreError> {
        let since = since.as_microsecond();
        reads!(self, reads => reads.due_notices(i64::from(limit), quiet, since).await)
    }

    /// False where there is one with that id, which is then left as it is.
    pub async fn add_file(&self, file: FileRow) -> Result<bool, StoreError> {
        Ok(self.of_world(Chore::AddFile(file)).await? > 0)
    }

    pub async fn file(&self, id: &str) -> Result<Option<FileRow>, StoreError> {
        reads!(self, reads => reads.file(id).await)
    }

    async fn of_world(&self, chore: Chore) -> Result<u64, StoreError> {
        self.chore(chore::Chore::OfWorld(chore)).await
    }
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct RawRequest {
    id: String,
    conversation: String,
    body: String,
    created: i64,
    tries: i64,
}

impl TryFrom<RawRequest> for RequestRow {
    type Error = StoreError;

    fn try_from(raw: RawRequest) -> Result<Self, StoreError> {
        Ok(Self {
            id: raw::uuid(&raw.id)?,
            conversation: raw::uuid(&raw.conversation)?,
            request: raw::json("a request", &raw.body)?,
            created: raw::time(raw.created)?,
            tries: u32::try_from(raw.tries).unwrap_or(u32::MAX),
        })
    }
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct RawIncidentRow {
    id: String,
    area: String,
    title: String,
    opened: i64,
    opener: String,
    closed: Option<i64>,
    master: Option<String>,
}

impl TryFrom<RawIncidentRow> for IncidentRow {
    type Error = StoreError;

    fn try_from(raw: RawIncidentRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: raw.id,
            area: raw.area,
            title: raw.title,
            opened: raw::time(raw.opened)?,
            by: raw.opener,
            closed: raw.closed.map(raw::time).transpose()?,
            master: raw.master,
        })
    }
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct RawNotice {
    id: String,
    news: String,
    channel: String,
    address: String,
}

impl TryFrom<RawNotice> for DueNotice {
    type Error = StoreError;

    fn try_from(raw: RawNotice) -> Result<Self, StoreError> {
        Ok(Self {
            notice: Notice { id: raw.id, news: raw::json("a notice", &raw.news)? },
            channel: raw::channel(&raw.channel)?,
            address: raw.address,
        })
    }
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct RawFile {
    id: String,
    channel: String,
    address: String,
    name: String,
    kind: String,
    created: i64,
    content: Vec<u8>,
}

impl TryFrom<RawFile> for FileRow {
    type Error = StoreError;

    fn try_from(raw: RawFile) -> Result<Self, StoreError> {
        Ok(Self {
            id: raw.id,
            channel: raw::channel(&raw.channel)?,
            address: raw.address,
            name: raw.name,
            kind: raw.kind,
            created: raw::time(raw.created)?,
            content: raw.content,
        })
    }
}
