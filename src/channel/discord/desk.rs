//! Agents on Discord: a text channel, in which each conversation that waits for a person or has one gets a private
//! thread. When and what is the same on every platform (`channel/agents`); here is how a thread is made and written in.

mod staff;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::wire::{Answer, Refusal, silent};
use super::{Discord, ack};
use crate::app::App;
use crate::app::channels::{Announced, ConversationRow};
use crate::channel::agents::{self, Buttons, Rooms, Trouble, card};
use crate::channel::render;
use crate::conversation::Channel;
use crate::flow::limits::discord::{INPUT_LENGTH, THREAD_NAME};

pub use staff::{gone, message_came, pressed};

/// A card is one message, with a backslash before each mark in it.
const CARD: usize = 1_200;
/// A week without a word hides a thread: <https://discord.com/developers/docs/resources/channel#start-thread-without-message>.
const ARCHIVED_AFTER: u64 = 10_080;
const PRIVATE_THREAD: u64 = 12;
/// Agents that are brought into each thread; more must have the right to manage threads.
const BROUGHT: usize = 50;
/// A thread that is not there any more.
const UNKNOWN_CHANNEL: u64 = 10_003;
/// No more threads, channels or members.
const FULL: [u64; 4] = [160_006, 30_013, 30_033, 30_001];

pub struct Desk {
    /// The text channel.
    pub channel: u64,
    /// Names of agents by their numbers on Discord.
    pub agents: BTreeMap<u64, String>,
    gate: tokio::sync::Mutex<()>,
    /// Threads that are rooms, so that what is written there is known without a look.
    rooms: Mutex<HashSet<u64>>,
    /// What was said in the channel because there was no room for it.
    told: Mutex<HashSet<String>>,
}

impl Desk {
    pub fn new(channel: u64, agents: BTreeMap<u64, String>) -> Self {
        Self {
            channel,
            agents,
            gate: tokio::sync::Mutex::default(),
            rooms: Mutex::default(),
            told: Mutex::default(),
        }
    }

    /// Whether a channel is a room of agents.
    pub fn has(&self, channel: u64) -> bool {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).contains(&channel)
    }

    fn add(&self, room: &str) {
        if let Ok(room) = room.parse() {
            self.rooms.lock().unwrap_or_else(PoisonError::into_inner).insert(room);
        }
    }
}

/// Keeps the threads up to date until `stop` is cancelled.
pub async fn run(discord: &Discord, desk: &Desk, app: &App, stop: &CancellationToken) {
    agents::run(&Threads { discord, desk }, app, stop).await;
}

/// Remembers which threads are rooms; before anything is heard.
pub async fn know_rooms(discord: &Discord, desk: &Desk, app: &App) {
    loop {
        match app.store.notes(Channel::Discord, discord.bot_name(), "conv:").await {
            Ok(notes) => {
                notes.iter().for_each(|(key, _)| desk.add(key.trim_start_matches("conv:")));
                return;
            }
            Err(error) => {
                tracing::warn!(%error, "it cannot be read which threads there are; trying again");
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        }
    }
}

/// Whether a button or form is one of a card.
pub fn is_ours(data: &str) -> bool {
    card::read(data).is_some()
}

/// The form for a note, where a button opens that.
pub fn note_form(data: &str) -> Option<Value> {
    let (_, act) = card::read(data)?;
    (act == "note").then(|| ack::modal(data, "Note", "For colleagues only", INPUT_LENGTH))
}

/// Says something in the channel, outside of the threads.
pub async fn announce(discord: &Discord, desk: &Desk, app: &App, text: &str) -> Announced {
    let threads = Threads { discord, desk };
    match threads.put(app, &desk.channel.to_string(), text, Vec::new()).await {
        Ok(_) => Announced::Done,
        Err(trouble) => agents::announced(trouble),
    }
}

/// The threads of the channel.
struct Threads<'a> {
    discord: &'a Discord,
    desk: &'a Desk,
}

#[async_trait]
impl Rooms for Threads<'_> {
    fn channel(&self) -> Channel {
        Channel::Discord
    }

    fn bot(&self) -> &str {
        self.discord.bot_name()
    }

    fn card(&self) -> usize {
        CARD
    }

    fn notes(&self) -> bool {
        true
    }

    fn gate(&self) -> &tokio::sync::Mutex<()> {
        &self.desk.gate
    }

    async fn open(&self, app: &App, row: &ConversationRow) -> Result<String, Trouble> {
        let body = json!({
            "name": card::title(row, THREAD_NAME), "type": PRIVATE_THREAD, "invitable": false,
            "auto_archive_duration": ARCHIVED_AFTER,
        });
        let channel = self.desk.channel;
        let made = match self.call(app, Method::POST, &format!("/channels/{channel}/threads"), &body).await {
            Ok(made) => made,
            Err(Trouble::Never(why)) => {
                self.no_room(app, row, &why).await;
                return Err(Trouble::Never(why));
            }
            // The channel itself is gone: that is for the operator.
            Err(Trouble::NoRoom) => {
                return Err(Trouble::Never("the agents' channel is not there".to_owned()));
            }
            Err(Trouble::Later) => return Err(Trouble::Later),
        };
        let room = made["id"].as_str().ok_or(Trouble::Later)?.to_owned();
        self.desk.add(&room);
        for agent in self.desk.agents.keys().take(BROUGHT) {
            // Whoever is not in the server sees nothing of it.
            let path = format!("/channels/{room}/thread-members/{agent}");
            drop(self.call(app, Method::PUT, &path, &Value::Null).await);
        }
        Ok(room)
    }

    async fn put(
        &self,
        app: &App,
        room: &str,
        text: &str,
        buttons: Buttons,
    ) -> Result<Option<String>, Trouble> {
        let parts = render::discord::plain(text);
        let last = parts.len().saturating_sub(1);
        let mut put = None;
        for (nth, part) in parts.iter().enumerate() {
            let mut body = silent(&part.content);
            if nth == last && !buttons.is_empty() {
                body["components"] = components(&buttons);
            }
            let put_there =
                self.call(app, Method::POST, &format!("/channels/{room}/messages"), &body).await?;
            put = put_there["id"].as_str().map(str::to_owned);
        }
        Ok(put)
    }

    async fn change(
        &self,
        app: &App,
        room: &str,
        message: &str,
        text: &str,
        buttons: Buttons,
    ) -> Result<(), Trouble> {
        let parts = render::discord::plain(text);
        let mut body = silent(parts.first().map(|part| part.content.as_str()).unwrap_or_default());
        body["components"] = components(&buttons);
        self.call(app, Method::PATCH, &format!("/channels/{room}/messages/{message}"), &body).await.map(drop)
    }

    async fn put_file(&self, app: &App, room: &str, name: &str, content: Vec<u8>) -> Result<(), Trouble> {
        self.paced(app, room).await?;
        match self
            .discord
            .wire
            .upload(&format!("/channels/{room}/messages"), &silent(""), name, content)
            .await
        {
            Answer::Ok(_) | Answer::Unreadable => Ok(()),
            Answer::No(refusal) => Err(trouble(refusal)),
        }
    }

    async fn close(&self, app: &App, room: &str) {
        let body = json!({ "archived": true, "locked": true });
        drop(self.call(app, Method::PATCH, &format!("/channels/{room}"), &body).await);
    }
}

fn components(buttons: &Buttons) -> Value {
    let style = |data: &str| if data.ends_with(":claim") { 1 } else { 2 };
    let button = |(label, data): &(&str, String)| json!({ "type": 2, "style": style(data), "label": label, "custom_id": data });
    let row = |row: &Vec<(&str, String)>| json!({ "type": 1, "components": row.iter().map(button).collect::<Vec<_>>() });
    buttons.iter().map(row).collect()
}

impl Threads<'_> {
    async fn paced(&self, app: &App, room: &str) -> Result<(), Trouble> {
        app.in_turn(self.discord, room).await.map_err(|_| Trouble::Later)
    }

    /// A call in its turn.
    async fn call(&self, app: &App, method: Method, path: &str, body: &Value) -> Result<Value, Trouble> {
        let room = path.split('/').nth(2).unwrap_or_default().to_owned();
        self.paced(app, &room).await?;
        match self.discord.wire.call(method, path, Some(body).filter(|body| !body.is_null())).await {
            Answer::Ok(done) => Ok(done),
            Answer::Unreadable => Ok(Value::Null),
            Answer::No(refusal) => Err(trouble(refusal)),
        }
    }

    /// A conversation waits, and there can be no thread for it: that is said where the agents are, once.
    async fn no_room(&self, app: &App, row: &ConversationRow, why: &str) {
        let name = row.id.to_string();
        if !self.desk.told.lock().unwrap_or_else(PoisonError::into_inner).insert(name) {
            return;
        }
        let text = format!(
            "{} waits, and no thread can be made: {why}. Take the conversation at the desk's own page.",
            card::title(row, THREAD_NAME)
        );
        let channel = self.desk.channel.to_string();
        if self.put(app, &channel, &text, Vec::new()).await.is_err() {
            tracing::error!("agents could not be told that somebody waits");
        }
    }
}

fn trouble(refusal: Refusal) -> Trouble {
    match refusal {
        Refusal::Told { code: UNKNOWN_CHANNEL, .. } => Trouble::NoRoom,
        Refusal::Told { code, .. } if FULL.contains(&code) => {
            Trouble::Never("there are as many threads as Discord allows".to_owned())
        }
        Refusal::Told { description, .. } => Trouble::Never(description),
        Refusal::RetryAfter(_) | Refusal::NotSent(_) | Refusal::Unknown(_) => Trouble::Later,
    }
}
