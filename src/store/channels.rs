//! What chat channels keep: updates as the platform sent them, until they were dealt with; and the outbox, whose messages
//! go out in parts, each a row.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Outgoing, Reads, Store, StoreError, chore, raw};
use crate::conversation::{Channel, ConversationId};

/// An update that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpdate {
    pub channel: Channel,
    /// Which of our accounts on the platform got it.
    pub bot: String,
    /// The platform's own id of it, unique for the bot.
    pub id: String,
    /// Updates of one address are taken one after the other.
    pub address: String,
    /// Their order.
    pub position: i64,
    /// As it came.
    pub body: String,
}

/// An update that waits, or was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateRow {
    pub num: i64,
    pub update: NewUpdate,
    pub received: Timestamp,
    /// Tries that ended in a fault of ours.
    pub attempts: u32,
    /// Why it was given up.
    pub parked: Option<String>,
}

/// A message of the outbox that is due.
#[derive(Debug, Clone, PartialEq)]
pub struct DueMessage {
    pub message: Outgoing,
    /// Tries that failed.
    pub attempts: u32,
    /// Tries of which nobody knows whether they failed.
    pub doubts: u32,
    /// When it was first tried.
    pub begun: Option<Timestamp>,
}

/// A piece of a message, to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRow {
    pub outbox: Uuid,
    pub nth: u32,
    pub body: String,
}

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartState {
    Sent,
    /// Sent, and nobody knows whether it arrived.
    Maybe,
    Refused,
    /// Not sent, because a person took over before.
    Dropped,
}

impl PartState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Maybe => "maybe",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
        }
    }
}

/// Where a part of a message stands on its platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    pub conversation: ConversationId,
    pub address: String,
    pub seq: u64,
    pub nth: u32,
    /// The platform's own id.
    pub platform: String,
}

#[derive(Debug, Clone)]
pub(super) enum Chore {
    AddUpdates { updates: Vec<NewUpdate>, now: Timestamp, due: Timestamp },
    ClaimUpdates { nums: Vec<i64>, taker: String, now: Timestamp, until: Timestamp },
    UpdatesDone { nums: Vec<i64> },
    UpdateLater { num: i64, due: Timestamp, counted: bool },
    ParkUpdate { num: i64, why: String },
    ReplayUpdate { num: i64, now: Timestamp },
    FreeLeases,
    ClaimOutbox { rows: Vec<(Outgoing, Vec<String>)>, taker: String, now: Timestamp, until: Timestamp },
    PartDone { outbox: Uuid, nth: u32, state: PartState, platform: Option<String>, at: Timestamp, last: bool },
    PartMended { outbox: Uuid, nth: u32, body: String },
    OutboxLater { id: Uuid, again: Timestamp, failed: bool, doubted: bool },
    OutboxDone { id: Uuid, state: PartState, at: Timestamp },
    Note { channel: Channel, bot: String, key: String, value: Option<String> },
}

impl Store {
    /// Takes updates in, each once; true where one of them is new. `due`: when they may be taken.
    pub async fn add_updates(
        &self,
        updates: Vec<NewUpdate>,
        now: Timestamp,
        due: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.of_channels(Chore::AddUpdates { updates, now, due }).await? > 0)
    }

    /// Updates that are due and that nobody is at: the first of each address, the oldest first.
    pub async fn due_updates(&self, now: Timestamp, limit: u32) -> Result<Vec<UpdateRow>, StoreError> {
        reads!(self, reads => reads.due_updates(now.as_microsecond(), i64::from(limit)).await)
    }

    /// Those of an address that wait, in order.
    pub async fn waiting_updates(&self, of: &NewUpdate) -> Result<Vec<UpdateRow>, StoreError> {
        reads!(self, reads => reads.waiting_updates(of.channel.word(), &of.bot, &of.address).await)
    }

    /// Takes updates for oneself until `until`; which of them were got. `taker` is new for each call.
    pub async fn claim_updates(
        &self,
        nums: Vec<i64>,
        taker: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<i64>, StoreError> {
        let claim = Chore::ClaimUpdates { nums: nums.clone(), taker: taker.to_owned(), now, until };
        let got = self.of_channels(claim).await?;
        if usize::try_from(got) == Ok(nums.len()) {
            return Ok(nums);
        }
        reads!(self, reads => reads.updates_of(taker).await)
    }

    pub async fn updates_done(&self, nums: Vec<i64>) -> Result<(), StoreError> {
        self.of_channels(Chore::UpdatesDone { nums }).await.map(drop)
    }

    /// To be taken again at `due`; `counted` where the try was a fault of ours.
    pub async fn update_later(&self, num: i64, due: Timestamp, counted: bool) -> Result<(), StoreError> {
        self.of_channels(Chore::UpdateLater { num, due, counted }).await.map(drop)
    }

    /// Gives an update up; those behind it go on.
    pub async fn park_update(&self, num: i64, why: &str) -> Result<(), StoreError> {
        self.of_channels(Chore::ParkUpdate { num, why: why.to_owned() }).await.map(drop)
    }

    /// Takes an update that was given up once more; false where there is none of that number.
    pub async fn replay_update(&self, num: i64, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.of_channels(Chore::ReplayUpdate { num, now }).await? > 0)
    }

    /// Updates that were given up, the oldest first.
    pub async fn parked_updates(&self) -> Result<Vec<UpdateRow>, StoreError> {
        reads!(self, reads => reads.parked_updates().await)
    }

    /// At the start, where this is the only process on the database: what an earlier one took is free again.
    pub async fn free_leases(&self) -> Result<(), StoreError> {
        match &*self.reads {
            #[cfg(feature = "sqlite")]
            Reads::Sqlite(_) => self.of_channels(Chore::FreeLeases).await.map(drop),
            #[cfg(feature = "postgres")]
            Reads::Postgres(_) => Ok(()),
        }
    }

    /// Messages of these channels whose time has come and that nobody is at: at most one an address, the lowest seq.
    pub async fn due_outbox(
        &self,
        channels: &[Channel],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueMessage>, StoreError> {
        let channels: Vec<String> = channels.iter().map(|channel| channel.word().to_owned()).collect();
        reads!(self, reads => reads.due_outbox(channels, now.as_microsecond(), i64::from(limit)).await)
    }

    /// Takes messages for oneself until `until`, with their parts, which are written down where they are not yet. Which
    /// were got.
    pub async fn claim_outbox(
        &self,
        rows: Vec<(Outgoing, Vec<String>)>,
        taker: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Uuid>, StoreError> {
        let ids: Vec<Uuid> = rows.iter().map(|(message, _)| message.id).collect();
        let got = self.of_channels(Chore::ClaimOutbox { rows, taker: taker.to_owned(), now, until }).await?;
        if usize::try_from(got) == Ok(ids.len()) {
            return Ok(ids);
        }
        reads!(self, reads => reads.outbox_of(taker).await)
    }

    /// The parts of messages that are still to be sent, in order.
    pub async fn waiting_parts(&self, of: &[Uuid]) -> Result<Vec<PartRow>, StoreError> {
        reads!(self, reads => reads.waiting_parts(of).await)
    }

    /// A part is done with; with the `last` the message leaves the outbox.
    pub async fn part_done(
        &self,
        part: (Uuid, u32),
        state: PartState,
        platform: Option<String>,
        at: Timestamp,
        last: bool,
    ) -> Result<(), StoreError> {
        let (outbox, nth) = part;
        self.of_channels(Chore::PartDone { outbox, nth, state, platform, at, last }).await.map(drop)
    }

    /// A part is to be sent in another form.
    pub async fn part_mended(&self, part: (Uuid, u32), body: &str) -> Result<(), StoreError> {
        let (outbox, nth) = part;
        self.of_channels(Chore::PartMended { outbox, nth, body: body.to_owned() }).await.map(drop)
    }

    /// A message must wait until `again`: because a try failed, because nobody knows, or for its turn.
    pub async fn outbox_later(
        &self,
        id: Uuid,
        again: Timestamp,
        failed: bool,
        doubted: bool,
    ) -> Result<(), StoreError> {
        self.of_channels(Chore::OutboxLater { id, again, failed, doubted }).await.map(drop)
    }

    /// A message leaves the outbox, and its parts that were not sent are not.
    pub async fn outbox_done(&self, id: Uuid, state: PartState, at: Timestamp) -> Result<(), StoreError> {
        self.of_channels(Chore::OutboxDone { id, state, at }).await.map(drop)
    }

    /// What the parts of a message are called on its platform.
    pub async fn placed(&self, conversation: ConversationId, seq: u64) -> Result<Vec<Placed>, StoreError> {
        reads!(self, reads => reads.placed(conversation, raw::signed(seq)).await)
    }

    /// The message that a platform's id is of.
    pub async fn message_at(
        &self,
        channel: Channel,
        address: &str,
        platform: &str,
    ) -> Result<Option<Placed>, StoreError> {
        reads!(self, reads => reads.message_at(channel.word(), address, platform).await)
    }

    /// The owner's epoch of a conversation now.
    pub async fn epoch(&self, conversation: ConversationId) -> Result<Option<u64>, StoreError> {
        reads!(self, reads => reads.epoch(conversation).await)
    }

    /// The language of the conversation that an address talks in, or talked in last.
    pub async fn locale_at(&self, channel: Channel, address: &str) -> Result<Option<String>, StoreError> {
        reads!(self, reads => reads.locale_at(channel.word(), address).await)
    }

    /// Keeps something for a channel's adapter, or forgets it.
    pub async fn keep_note(
        &self,
        channel: Channel,
        bot: &str,
        key: &str,
        value: Option<&str>,
    ) -> Result<(), StoreError> {
        let (bot, key, value) = (bot.to_owned(), key.to_owned(), value.map(str::to_owned));
        self.of_channels(Chore::Note { channel, bot, key, value }).await.map(drop)
    }

    pub async fn note(&self, channel: Channel, bot: &str, key: &str) -> Result<Option<String>, StoreError> {
        reads!(self, reads => reads.note(channel.word(), bot, key).await)
    }

    /// Key and value of those whose key begins so.
    pub async fn notes(
        &self,
        channel: Channel,
        bot: &str,
        prefix: &str,
    ) -> Result<Vec<(String, String)>, StoreError> {
        reads!(self, reads => reads.notes(channel.word(), bot, prefix).await)
    }

    async fn of_channels(&self, chore: Chore) -> Result<u64, StoreError> {
        self.chore(chore::Chore::OfChannels(chore)).await
    }
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct RawUpdate {
    num: i64,
    channel: String,
    bot: String,
    id: String,
    address: String,
    position: i64,
    body: String,
    received: i64,
    attempts: i64,
    parked: Option<String>,
}

impl TryFrom<RawUpdate> for UpdateRow {
    type Error = StoreError;

    fn try_from(raw: RawUpdate) -> Result<Self, StoreError> {
        let RawUpdate { num, channel, bot, id, address, position, body, received, attempts, parked } = raw;
        let channel = raw::channel(&channel)?;
        Ok(Self {
            num,
            update: NewUpdate { channel, bot, id, address, position, body },
            received: raw::time(received)?,
            attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            parked,
        })
    }
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct RawDue {
    #[sqlx(flatten)]
    message: raw::RawOutgoing,
    attempts: i64,
    doubts: i64,
    begun: i64,
}

impl TryFrom<RawDue> for DueMessage {
    type Error = StoreError;

    fn try_from(raw: RawDue) -> Result<Self, StoreError> {
        let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
        let begun = if raw.begun == 0 { None } else { Some(raw::time(raw.begun)?) };
        let (attempts, doubts) = (number(raw.attempts), number(raw.doubts));
        Ok(Self { message: raw.message.try_into()?, attempts, doubts, begun })
    }
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct RawPart {
    outbox: String,
    nth: i64,
    body: String,
}

impl TryFrom<RawPart> for PartRow {
    type Error = StoreError;

    fn try_from(raw: RawPart) -> Result<Self, StoreError> {
        let nth = u32::try_from(raw.nth).unwrap_or(u32::MAX);
        Ok(Self { outbox: raw::uuid(&raw.outbox)?, nth, body: raw.body })
    }
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct RawPlaced {
    conversation: String,
    address: String,
    seq: i64,
    nth: i64,
    platform: String,
}

impl TryFrom<RawPlaced> for Placed {
    type Error = StoreError;

    fn try_from(raw: RawPlaced) -> Result<Self, StoreError> {
        Ok(Self {
            conversation: raw::uuid(&raw.conversation)?,
            address: raw.address,
            seq: u64::try_from(raw.seq).unwrap_or_default(),
            nth: u32::try_from(raw.nth).unwrap_or(u32::MAX),
            platform: raw.platform,
        })
    }
}
