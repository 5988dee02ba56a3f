//! Agents on Telegram: a group with topics, one topic for each conversation that waits for a person or has one. Its card
//! says who and what, what is said is mirrored there from the journal by its last row, and what agents write there goes
//! through the same acts, and the same lease, as at the desk's own page.

mod card;
mod staff;

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::Telegram;
use super::wire::{Answer, Refusal};
use crate::app::channels::{ConversationFilter, ConversationRow};
use crate::app::{App, DoorError};
use crate::conversation::{Channel, ConversationId};

pub use staff::{message_came, pressed};

/// Conversations are looked through so often, for what nobody told of.
const TICK: Duration = Duration::from_secs(3);
/// An agent can be given conversations for so long after the last word in the group, in seconds,
const THERE: i64 = 8 * 60 * 60;
/// and keeps one for so long.
const AT_IT: i64 = 15 * 60;
/// So often it is told that an agent is there.
const PRESENT_EVERY: u32 = 5;

#[derive(Debug)]
pub struct Desk {
    pub group: i64,
    /// Names of agents by their numbers on Telegram.
    pub agents: BTreeMap<u64, String>,
    /// One at a time, so that what an agent wrote is known as theirs before it is mirrored.
    gate: tokio::sync::Mutex<()>,
}

/// A conversation's topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Room {
    topic: i64,
    card: Option<i64>,
    /// The text of the card, so that it is changed only where it says something else.
    shown: String,
    /// The last row of the journal that stands in the topic.
    mirrored: i64,
    open: bool,
}

/// Why something did not get into the group.
enum Trouble {
    /// Somebody deleted the topic.
    NoTopic,
    Later,
    Never(String),
}

impl From<DoorError> for Trouble {
    fn from(_: DoorError) -> Self {
        Self::Later
    }
}

impl Desk {
    pub fn new(group: i64, agents: BTreeMap<u64, String>) -> Self {
        Self { group, agents, gate: tokio::sync::Mutex::default() }
    }
}

/// An agent wrote or pressed something: they are there, whether a page of the desk is open or not.
async fn there(telegram: &Telegram, app: &App, agent: &str) -> Result<(), DoorError> {
    let now = jiff::Timestamp::now().as_second().to_string();
    telegram.keep(app, &format!("there:{agent}"), &now).await?;
    Ok(app.store.set_presence(agent, "online").await?)
}

/// Keeps the topics up to date until `stop` is cancelled.
pub async fn run(telegram: &Telegram, desk: &Desk, app: &App, stop: &CancellationToken) {
    let mut told = app.live.listen();
    let mut tick = tokio::time::interval(TICK);
    let mut ticks = 0;
    loop {
        let looked = tokio::select! {
            () = stop.cancelled() => return,
            notice = told.recv() => match notice {
                Ok(notice) => look(telegram, desk, app, notice.conversation).await,
                Err(RecvError::Lagged(_)) => look_at_all(telegram, desk, app).await,
                Err(RecvError::Closed) => return,
            },
            _ = tick.tick() => {
                if ticks % PRESENT_EVERY == 0
                    && let Err(error) = present(telegram, app).await
                {
                    tracing::warn!(%error, "agents' presence could not be told");
                }
                ticks += 1;
                look_at_all(telegram, desk, app).await
            }
        };
        if let Err(error) = looked {
            tracing::warn!(%error, "the agents' topics could not be kept up; trying again");
        }
    }
}

/// Agents are there as long as they wrote not long ago, and keep a conversation under the lease of the desk as long as
/// they are at it.
async fn present(telegram: &Telegram, app: &App) -> Result<(), DoorError> {
    let now = jiff::Timestamp::now().as_second();
    let filter = ConversationFilter { limit: 500, ..ConversationFilter::default() };
    let rows = app.store.conversations(&filter).await?;
    let holding: HashSet<String> =
        rows.into_iter().filter(|row| row.owner == "agent").filter_map(|row| row.owner_name).collect();
    let agents = app.store.agents().await?;
    for (key, value) in app.store.notes(Channel::Telegram, telegram.settings.bot(), "there:").await? {
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

async fn look_at_all(telegram: &Telegram, desk: &Desk, app: &App) -> Result<(), DoorError> {
    let filter = ConversationFilter { limit: 500, ..ConversationFilter::default() };
    let waiting = app.store.conversations(&filter).await?;
    let mut all: Vec<ConversationId> =
        waiting.iter().filter(|row| row.owner != "bot").map(|row| row.id).collect();
    for (key, value) in app.store.notes(Channel::Telegram, telegram.settings.bot(), "room:").await? {
        let open = serde_json::from_str::<Room>(&value).is_ok_and(|room| room.open);
        let id = key.trim_start_matches("room:").parse::<ConversationId>().ok();
        all.extend(id.filter(|id| open && !all.contains(id)));
    }
    for id in all {
        look(telegram, desk, app, id).await?;
    }
    Ok(())
}

/// Brings one conversation's topic up to date.
async fn look(telegram: &Telegram, desk: &Desk, app: &App, id: ConversationId) -> Result<(), DoorError> {
    let _gate = desk.gate.lock().await;
    let Some(row) = app.store.conversation_row(id).await? else { return Ok(()) };
    let room = kept(telegram, app, id).await?;
    let waits = row.owner != "bot" && row.life != "closed";
    let mut room = match room {
        Some(room) if room.open || waits => Room { open: true, ..room },
        None if waits => match open(telegram, desk, app, &row).await {
            Ok(room) => room,
            Err(Trouble::Never(why)) => {
                tracing::error!(why, "no topic could be made for a conversation that waits");
                return Ok(());
            }
            Err(Trouble::NoTopic | Trouble::Later) => return Ok(()),
        },
        _ => return Ok(()),
    };
    match update(telegram, desk, app, &row, &mut room).await {
        Ok(()) => keep(telegram, app, id, &room).await,
        Err(Trouble::NoTopic) => {
            // It was deleted: the next look makes another, and says everything again.
            telegram.forget(app, &format!("room:{id}")).await
        }
        Err(Trouble::Later) => keep(telegram, app, id, &room).await,
        Err(Trouble::Never(why)) => {
            tracing::error!(why, "a line could not be put into an agents' topic");
            keep(telegram, app, id, &room).await
        }
    }
}

async fn kept(telegram: &Telegram, app: &App, id: ConversationId) -> Result<Option<Room>, DoorError> {
    let value = telegram.kept(app, &format!("room:{id}")).await?;
    Ok(value.and_then(|value| serde_json::from_str(&value).ok()))
}

async fn keep(telegram: &Telegram, app: &App, id: ConversationId, room: &Room) -> Result<(), DoorError> {
    let value = serde_json::to_string(room).unwrap_or_default();
    telegram.keep(app, &format!("room:{id}"), &value).await
}

async fn open(telegram: &Telegram, desk: &Desk, app: &App, row: &ConversationRow) -> Result<Room, Trouble> {
    let name = card::title(row);
    let made = put(telegram, desk, app, "createForumTopic", json!({ "name": name })).await?;
    let topic = made["message_thread_id"].as_i64().ok_or(Trouble::Later)?;
    telegram.keep(app, &format!("conv:{topic}"), &row.id.to_string()).await?;
    let room = Room { topic, card: None, shown: String::new(), mirrored: 0, open: true };
    keep(telegram, app, row.id, &room).await?;
    Ok(room)
}

/// The card, then what was said since, then the end.
async fn update(
    telegram: &Telegram,
    desk: &Desk,
    app: &App,
    row: &ConversationRow,
    room: &mut Room,
) -> Result<(), Trouble> {
    let journal = app.store.journal(row.id).await.map_err(|_| Trouble::Later)?;
    let target = app.target_of(row).await;
    let shown = card::text(row, &journal, &app.sensitive_slots(), target.as_deref());
    if room.shown != shown {
        let mut body = json!({ "text": shown, "reply_markup": card::buttons(row) });
        match room.card {
            None => {
                body["message_thread_id"] = json!(room.topic);
                room.card = put(telegram, desk, app, "sendMessage", body).await?["message_id"].as_i64();
            }
            Some(card) => {
                body["message_id"] = json!(card);
                // A card that was deleted is no loss: the next change makes none either.
                drop(put(telegram, desk, app, "editMessageText", body).await);
            }
        }
        room.shown = shown;
    }
    let mut lines = Vec::new();
    let mut last = room.mirrored;
    for entry in journal.iter().filter(|entry| entry.id > room.mirrored) {
        last = last.max(entry.id);
        for line in card::lines(entry) {
            // In a topic that was made anew all stands again.
            if let Some(seq) = line.agents_seq.filter(|_| room.mirrored > 0)
                && telegram.kept(app, &format!("mine:{}:{seq}", row.id)).await?.is_some()
            {
                continue;
            }
            lines.push(line.text);
        }
    }
    for part in card::messages(&lines) {
        let body = json!({ "message_thread_id": room.topic, "text": part });
        put(telegram, desk, app, "sendMessage", body).await?;
    }
    for file in journal.iter().filter(|entry| entry.id > room.mirrored).flat_map(card::files) {
        send_file(telegram, desk, app, room.topic, &file).await?;
    }
    room.mirrored = last;
    if row.life == "closed" {
        room.open = false;
        drop(put(telegram, desk, app, "closeForumTopic", json!({ "message_thread_id": room.topic })).await);
    }
    Ok(())
}

async fn send_file(
    telegram: &Telegram,
    desk: &Desk,
    app: &App,
    topic: i64,
    file: &str,
) -> Result<(), Trouble> {
    let Some(file) = app.store.file(file).await.map_err(|_| Trouble::Later)? else { return Ok(()) };
    paced(telegram, desk, app).await?;
    let chat = group(telegram, desk, app).await?;
    match telegram.wire.upload(chat, topic, &file.name, file.content).await {
        Answer::Ok(_) | Answer::Unreadable => Ok(()),
        Answer::No(refusal) => Err(trouble(refusal)),
    }
}

async fn paced(telegram: &Telegram, desk: &Desk, app: &App) -> Result<(), Trouble> {
    app.in_turn(telegram, &desk.group.to_string()).await.map_err(|_| Trouble::Later)
}

async fn group(telegram: &Telegram, desk: &Desk, app: &App) -> Result<i64, Trouble> {
    let now = telegram.kept(app, &format!("now:{}", desk.group)).await?;
    Ok(now.and_then(|now| now.parse().ok()).unwrap_or(desk.group))
}

fn trouble(refusal: Refusal) -> Trouble {
    match refusal {
        Refusal::Told { status: 400, description, .. }
            if ["thread not found", "topic_deleted", "topic_id_invalid"]
                .iter()
                .any(|words| description.to_lowercase().contains(words)) =>
        {
            Trouble::NoTopic
        }
        Refusal::Told { description, .. } => Trouble::Never(description),
        Refusal::RetryAfter(_) | Refusal::NotSent(_) | Refusal::Unknown(_) => Trouble::Later,
    }
}

/// A call about the group, in its turn, wherever the group is now.
async fn put(
    telegram: &Telegram,
    desk: &Desk,
    app: &App,
    method: &str,
    mut body: Value,
) -> Result<Value, Trouble> {
    for _ in 0..2 {
        paced(telegram, desk, app).await?;
        body["chat_id"] = json!(group(telegram, desk, app).await?);
        match telegram.wire.send(method, &body).await {
            Answer::Ok(done) => return Ok(done),
            Answer::Unreadable => return Ok(Value::Null),
            Answer::No(Refusal::Told { moved_to: Some(new), .. }) => {
                telegram.moved(app, desk.group, new).await?
            }
            Answer::No(refusal) => return Err(trouble(refusal)),
        }
    }
    Err(Trouble::Later)
}
