//! Agents on Telegram: a group with topics, one topic for each conversation that waits for a person or has one. When and
//! what is the same on every platform (`channel/agents`); here is how a topic is made and written in.

mod staff;

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::Telegram;
use super::wire::{Answer, Refusal};
use crate::app::App;
use crate::app::channels::{Adapter as _, Announced, ConversationRow};
use crate::channel::agents::{self, Buttons, Rooms, Trouble, card};
use crate::channel::render;
use crate::conversation::Channel;

pub use staff::{message_came, pressed};

/// What a topic's name may have: <https://core.telegram.org/bots/api#createforumtopic>.
const TITLE: usize = 128;
/// A card is one message, with room for what replaces it.
const CARD: usize = 3_500;

#[derive(Debug)]
pub struct Desk {
    pub group: i64,
    /// Names of agents by their numbers on Telegram.
    pub agents: BTreeMap<u64, String>,
    gate: tokio::sync::Mutex<()>,
}

impl Desk {
    pub fn new(group: i64, agents: BTreeMap<u64, String>) -> Self {
        Self { group, agents, gate: tokio::sync::Mutex::default() }
    }
}

/// Keeps the topics up to date until `stop` is cancelled.
pub async fn run(telegram: &Telegram, desk: &Desk, app: &App, stop: &CancellationToken) {
    agents::run(&Topics { telegram, desk }, app, stop).await;
}

/// Says something in the group, outside of the topics.
pub async fn announce(telegram: &Telegram, desk: &Desk, app: &App, text: &str) -> Announced {
    let topics = Topics { telegram, desk };
    for part in render::telegram::plain(text) {
        if let Err(trouble) = topics.call(app, "sendMessage", json!({ "text": part.text })).await {
            return agents::announced(trouble);
        }
    }
    Announced::Done
}

/// The topics of the group.
struct Topics<'a> {
    telegram: &'a Telegram,
    desk: &'a Desk,
}

#[async_trait]
impl Rooms for Topics<'_> {
    fn channel(&self) -> Channel {
        Channel::Telegram
    }

    fn bot(&self) -> &str {
        self.telegram.bot()
    }

    fn card(&self) -> usize {
        CARD
    }

    fn notes(&self) -> bool {
        false
    }

    fn gate(&self) -> &tokio::sync::Mutex<()> {
        &self.desk.gate
    }

    async fn open(&self, app: &App, row: &ConversationRow) -> Result<String, Trouble> {
        let name = card::title(row, TITLE);
        let made = self.call(app, "createForumTopic", json!({ "name": name })).await?;
        made["message_thread_id"].as_i64().map(|topic| topic.to_string()).ok_or(Trouble::Later)
    }

    async fn put(
        &self,
        app: &App,
        room: &str,
        text: &str,
        buttons: Buttons,
    ) -> Result<Option<String>, Trouble> {
        let parts = render::telegram::plain(text);
        let last = parts.len().saturating_sub(1);
        let mut put = None;
        for (nth, part) in parts.iter().enumerate() {
            let mut body = json!({ "message_thread_id": topic(room), "text": part.text });
            if nth == last && !buttons.is_empty() {
                body["reply_markup"] = keyboard(&buttons);
            }
            put = self.call(app, "sendMessage", body).await?["message_id"].as_i64();
        }
        Ok(put.map(|message| message.to_string()))
    }

    async fn change(
        &self,
        app: &App,
        _room: &str,
        message: &str,
        text: &str,
        buttons: Buttons,
    ) -> Result<(), Trouble> {
        let message = message.parse::<i64>().map_err(|_| Trouble::Later)?;
        let body = json!({ "message_id": message, "text": text, "reply_markup": keyboard(&buttons) });
        self.call(app, "editMessageText", body).await.map(drop)
    }

    async fn put_file(&self, app: &App, room: &str, name: &str, content: Vec<u8>) -> Result<(), Trouble> {
        self.paced(app).await?;
        let chat = self.group(app).await?;
        match self.telegram.wire.upload(chat, topic(room), name, content).await {
            Answer::Ok(_) | Answer::Unreadable => Ok(()),
            Answer::No(refusal) => Err(trouble(refusal)),
        }
    }

    async fn close(&self, app: &App, room: &str) {
        drop(self.call(app, "closeForumTopic", json!({ "message_thread_id": topic(room) })).await);
    }
}

fn topic(room: &str) -> i64 {
    room.parse().unwrap_or_default()
}

fn keyboard(buttons: &Buttons) -> Value {
    let button = |(label, data): &(&str, String)| json!({ "text": label, "callback_data": data });
    let rows: Vec<Vec<Value>> = buttons.iter().map(|row| row.iter().map(button).collect()).collect();
    json!({ "inline_keyboard": rows })
}

impl Topics<'_> {
    async fn paced(&self, app: &App) -> Result<(), Trouble> {
        app.in_turn(self.telegram, &self.desk.group.to_string()).await.map_err(|_| Trouble::Later)
    }

    async fn group(&self, app: &App) -> Result<i64, Trouble> {
        let now = self.telegram.kept(app, &format!("now:{}", self.desk.group)).await?;
        Ok(now.and_then(|now| now.parse().ok()).unwrap_or(self.desk.group))
    }

    /// A call about the group, in its turn, wherever the group is now.
    async fn call(&self, app: &App, method: &str, mut body: Value) -> Result<Value, Trouble> {
        for _ in 0..2 {
            self.paced(app).await?;
            body["chat_id"] = json!(self.group(app).await?);
            match self.telegram.wire.send(method, &body).await {
                Answer::Ok(done) => return Ok(done),
                Answer::Unreadable => return Ok(Value::Null),
                Answer::No(Refusal::Told { moved_to: Some(new), .. }) => {
                    self.telegram.moved(app, self.desk.group, new).await?
                }
                Answer::No(refusal) => return Err(trouble(refusal)),
            }
        }
        Err(Trouble::Later)
    }
}

fn trouble(refusal: Refusal) -> Trouble {
    match refusal {
        Refusal::Told { status: 400, description, .. }
            if ["thread not found", "topic_deleted", "topic_id_invalid"]
                .iter()
                .any(|words| description.to_lowercase().contains(words)) =>
        {
            Trouble::NoRoom
        }
        Refusal::Told { description, .. } => Trouble::Never(description),
        Refusal::RetryAfter(_) | Refusal::NotSent(_) | Refusal::Unknown(_) => Trouble::Later,
    }
}
