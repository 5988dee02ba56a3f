//! Agents on a chat platform: a room (a topic, a thread) for each conversation that waits for a person or has one. Its
//! card says who and what, what is said is mirrored there from the journal by its last row, and what agents write there
//! goes through the same acts, and the same lease, as at the desk's own page. Shared by the platforms; what a room is,
//! they know.

pub mod acts;
pub mod card;

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::app::channels::{Announced, ConversationFilter, ConversationRow};
use crate::app::{App, DoorError};
use crate::conversation::{Channel, ConversationId};

/// Conversations are looked through so often, for what nobody told of.
const TICK: Duration = Duration::from_secs(3);
/// An agent can be given conversations for so long after the last word in a room, in seconds,
const THERE: i64 = 8 * 60 * 60;
/// and keeps one for so long.
const AT_IT: i64 = 15 * 60;
/// So often it is told that an agent is there.
const PRESENT_EVERY: u32 = 5;

/// Rows of labels, each with what it brings back.
pub type Buttons = Vec<Vec<(&'static str, String)>>;

/// Where agents work on a platform.
#[async_trait]
pub trait Rooms: Send + Sync {
    fn channel(&self) -> Channel;

    /// Which of our accounts there it is.
    fn bot(&self) -> &str;

    /// The most characters of a card.
    fn card(&self) -> usize;

    /// Whether notes have a button of their own.
    fn notes(&self) -> bool;

    /// One at a time, so that what an agent wrote is known as theirs before it is mirrored.
    fn gate(&self) -> &tokio::sync::Mutex<()>;

    /// Makes a room; its name there.
    async fn open(&self, app: &App, row: &ConversationRow) -> Result<String, Trouble>;

    /// Writes into a room; the message's name, where it is told. Long texts go in parts.
    async fn put(
        &self,
        app: &App,
        room: &str,
        text: &str,
        buttons: Buttons,
    ) -> Result<Option<String>, Trouble>;

    /// Changes the card.
    async fn change(
        &self,
        app: &App,
        room: &str,
        message: &str,
        text: &str,
        buttons: Buttons,
    ) -> Result<(), Trouble>;

    /// Sends a file that the contact sent.
    async fn put_file(&self, app: &App, room: &str, name: &str, content: Vec<u8>) -> Result<(), Trouble>;

    /// Closes a room; it stays readable.
    async fn close(&self, app: &App, room: &str);
}

/// A conversation's room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Room {
    room: String,
    card: Option<String>,
    /// The text of the card, so that it is changed only where it says something else.
    shown: String,
    /// The last row of the journal that stands in the room.
    mirrored: i64,
    open: bool,
}

/// Why something did not get into a room.
#[derive(Debug)]
pub enum Trouble {
    /// Somebody deleted the room.
    NoRoom,
    Later,
    Never(String),
}

impl From<DoorError> for Trouble {
    fn from(_: DoorError) -> Self {
        Self::Later
    }
}

/// What becomes of something that the agents are told, where it did not get to them.
pub fn announced(trouble: Trouble) -> Announced {
    match trouble {
        Trouble::Later => Announced::Later,
        Trouble::NoRoom => Announced::Never("the agents' place is not there".to_owned()),
        Trouble::Never(why) => Announced::Never(why),
    }
}

/// An agent wrote or pressed something: they are there, whether a page of the desk is open or not.
///
/// # Errors
/// The store's.
pub async fn there(rooms: &dyn Rooms, app: &App, agent: &str) -> Result<(), DoorError> {
    let now = jiff::Timestamp::now().as_second().to_string();
    note(rooms, app, &format!("there:{agent}"), Some(&now)).await?;
    Ok(app.store.set_presence(agent, "online").await?)
}

/// The conversation of a room.
///
/// # Errors
/// The store's.
pub async fn conversation_of(
    rooms: &dyn Rooms,
    app: &App,
    room: &str,
) -> Result<Option<ConversationId>, DoorError> {
    let of = app.store.note(rooms.channel(), rooms.bot(), &format!("conv:{room}")).await?;
    Ok(of.and_then(|of| of.parse().ok()))
}

/// A message of an agent went to the contact from a room: it is not mirrored there, and known when it is changed.
pub async fn said(rooms: &dyn Rooms, app: &App, id: ConversationId, room: &str, message: &str, seq: u64) {
    let kept = async {
        note(rooms, app, &format!("mine:{id}:{seq}"), Some("1")).await?;
        note(rooms, app, &format!("said:{room}:{message}"), Some(&seq.to_string())).await
    };
    if kept.await.is_err() {
        tracing::warn!("it is not kept which message of a room said what: it may be mirrored there");
    }
}

/// The number in its conversation of what a message of a room said.
///
/// # Errors
/// The store's.
pub async fn seq_of(
    rooms: &dyn Rooms,
    app: &App,
    room: &str,
    message: &str,
) -> Result<Option<u64>, DoorError> {
    let seq = app.store.note(rooms.channel(), rooms.bot(), &format!("said:{room}:{message}")).await?;
    Ok(seq.and_then(|seq| seq.parse().ok()))
}

/// The room is gone: the next look makes another, and says everything again.
///
/// # Errors
/// The store's.
pub async fn gone(rooms: &dyn Rooms, app: &App, id: ConversationId) -> Result<(), DoorError> {
    note(rooms, app, &format!("room:{id}"), None).await
}

async fn note(rooms: &dyn Rooms, app: &App, key: &str, value: Option<&str>) -> Result<(), DoorError> {
    Ok(app.store.keep_note(rooms.channel(), rooms.bot(), key, value).await?)
}

/// Keeps the rooms up to date until `stop` is cancelled.
pub async fn run(rooms: &dyn Rooms, app: &App, stop: &CancellationToken) {
    let mut told = app.live.listen();
    let mut tick = tokio::time::interval(TICK);
    let mut ticks = 0;
    loop {
        let looked = tokio::select! {
            () = stop.cancelled() => return,
            notice = told.recv() => match notice {
                Ok(notice) => look(rooms, app, notice.conversation).await,
                Err(RecvError::Lagged(_)) => look_at_all(rooms, app).await,
                Err(RecvError::Closed) => return,
            },
            _ = tick.tick() => {
                if ticks % PRESENT_EVERY == 0
                    && let Err(error) = present(rooms, app).await
                {
                    tracing::warn!(%error, "agents' presence could not be told");
                }
                ticks += 1;
                look_at_all(rooms, app).await
            }
        };
        if let Err(error) = looked {
            tracing::warn!(%error, "the agents' rooms could not be kept up; trying again");
        }
    }
}

/// Agents are there as long as they wrote not long ago, and keep a conversation under the lease of the desk as long as
/// they are at it.
async fn present(rooms: &dyn Rooms, app: &App) -> Result<(), DoorError> {
    let now = jiff::Timestamp::now().as_second();
    let filter = ConversationFilter { limit: 500, ..ConversationFilter::default() };
    let rows = app.store.conversations(&filter).await?;
    let holding: HashSet<String> =
        rows.into_iter().filter(|row| row.owner == "agent").filter_map(|row| row.owner_name).collect();
    let agents = app.store.agents().await?;
    for (key, value) in app.store.notes(rooms.channel(), rooms.bot(), "there:").await? {
        let name = key.trim_start_matches("there:");
        let since = value.parse().map_or(i64::MAX, |at: i64| now - at);
        let most = if holding.contains(name) { AT_IT } else { THERE };
        // Who said on the page that they are busy or away is left so.
        let open = |known: &crate::app::channels::AgentRow| {
            known.name == name && !known.disabled && matches!(known.presence.as_str(), "online" | "offline")
        };
        if since < most && agents.iter().any(open) {
            app.store.set_presence(name, "online").await?;
        }
    }
    Ok(())
}

async fn look_at_all(rooms: &dyn Rooms, app: &App) -> Result<(), DoorError> {
    let filter = ConversationFilter { limit: 500, ..ConversationFilter::default() };
    let waiting = app.store.conversations(&filter).await?;
    let mut all: Vec<ConversationId> =
        waiting.iter().filter(|row| row.owner != "bot").map(|row| row.id).collect();
    for (key, value) in app.store.notes(rooms.channel(), rooms.bot(), "room:").await? {
        let open = serde_json::from_str::<Room>(&value).is_ok_and(|room| room.open);
        let id = key.trim_start_matches("room:").parse::<ConversationId>().ok();
        all.extend(id.filter(|id| open && !all.contains(id)));
    }
    for id in all {
        look(rooms, app, id).await?;
    }
    Ok(())
}

/// Brings one conversation's room up to date.
async fn look(rooms: &dyn Rooms, app: &App, id: ConversationId) -> Result<(), DoorError> {
    let _gate = rooms.gate().lock().await;
    let Some(row) = app.store.conversation_row(id).await? else { return Ok(()) };
    let room = kept(rooms, app, id).await?;
    let waits = row.owner != "bot" && row.life != "closed";
    let mut room = match room {
        Some(room) if room.open || waits => Room { open: true, ..room },
        None if waits => match opened(rooms, app, &row).await {
            Ok(room) => room,
            Err(Trouble::Never(why)) => {
                tracing::error!(why, "no room could be made for a conversation that waits");
                return Ok(());
            }
            Err(Trouble::NoRoom | Trouble::Later) => return Ok(()),
        },
        _ => return Ok(()),
    };
    match update(rooms, app, &row, &mut room).await {
        Ok(()) => keep(rooms, app, id, &room).await,
        Err(Trouble::NoRoom) => gone(rooms, app, id).await,
        Err(Trouble::Later) => keep(rooms, app, id, &room).await,
        Err(Trouble::Never(why)) => {
            tracing::error!(why, "a line could not be put into an agents' room");
            keep(rooms, app, id, &room).await
        }
    }
}

async fn kept(rooms: &dyn Rooms, app: &App, id: ConversationId) -> Result<Option<Room>, DoorError> {
    let value = app.store.note(rooms.channel(), rooms.bot(), &format!("room:{id}")).await?;
    Ok(value.and_then(|value| serde_json::from_str(&value).ok()))
}

async fn keep(rooms: &dyn Rooms, app: &App, id: ConversationId, room: &Room) -> Result<(), DoorError> {
    let value = serde_json::to_string(room).unwrap_or_default();
    note(rooms, app, &format!("room:{id}"), Some(&value)).await
}

async fn opened(rooms: &dyn Rooms, app: &App, row: &ConversationRow) -> Result<Room, Trouble> {
    let room = rooms.open(app, row).await?;
    note(rooms, app, &format!("conv:{room}"), Some(&row.id.to_string())).await?;
    let room = Room { room, card: None, shown: String::new(), mirrored: 0, open: true };
    keep(rooms, app, row.id, &room).await?;
    Ok(room)
}

/// The card, then what was said since, then the files; at the end the room is closed.
async fn update(rooms: &dyn Rooms, app: &App, row: &ConversationRow, room: &mut Room) -> Result<(), Trouble> {
    let journal = app.store.journal(row.id).await.map_err(|_| Trouble::Later)?;
    let target = app.target_of(row).await;
    let shown = card::text(rooms.card(), row, &journal, &app.sensitive_slots(), target.as_deref());
    if room.shown != shown {
        let buttons = card::buttons(row, rooms.notes());
        match &room.card {
            None => room.card = rooms.put(app, &room.room, &shown, buttons).await?,
            // A card that was deleted is no loss: the next change makes none either.
            Some(card) => drop(rooms.change(app, &room.room, card, &shown, buttons).await),
        }
        room.shown = shown;
    }
    let mut lines = Vec::new();
    let mut last = room.mirrored;
    for entry in journal.iter().filter(|entry| entry.id > room.mirrored) {
        last = last.max(entry.id);
        for line in card::lines(entry) {
            // In a room that was made anew all stands again.
            if let Some(seq) = line.agents_seq.filter(|_| room.mirrored > 0)
                && mine(rooms, app, row.id, seq).await?
            {
                continue;
            }
            lines.push(line.text);
        }
    }
    if !lines.is_empty() {
        rooms.put(app, &room.room, &lines.join("\n"), Vec::new()).await?;
    }
    for file in journal.iter().filter(|entry| entry.id > room.mirrored).flat_map(card::files) {
        if let Some(file) = app.store.file(&file).await.map_err(|_| Trouble::Later)? {
            rooms.put_file(app, &room.room, &file.name, file.content).await?;
        }
    }
    room.mirrored = last;
    if row.life == "closed" {
        room.open = false;
        rooms.close(app, &room.room).await;
    }
    Ok(())
}

async fn mine(rooms: &dyn Rooms, app: &App, id: ConversationId, seq: u64) -> Result<bool, DoorError> {
    let key = format!("mine:{id}:{seq}");
    Ok(app.store.note(rooms.channel(), rooms.bot(), &key).await?.is_some())
}
