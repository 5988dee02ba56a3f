//! What agents do in a thread: the desk's own acts, under the name that their number on Discord stands for.

use serde_json::json;

use super::super::Discord;
use super::super::address::number;
use super::super::talk::{tell, typed};
use super::super::update::Told;
use super::super::wire::{Answer, silent};
use super::{Desk, Threads};
use crate::app::desk::DeskError;
use crate::app::{App, DoorError};
use crate::channel::agents::acts::{self, Acted, sentence};
use crate::channel::agents::{self, Rooms as _, card};
use crate::channel::render;
use crate::conversation::{Channel, ConversationId, utterance};

/// A message in a thread, new or edited.
pub async fn message_came(
    discord: &Discord,
    desk: &Desk,
    app: &App,
    told: &Told,
    edited: bool,
) -> Result<(), DoorError> {
    let (Some(user), Some(room)) = (number(&told.user()["id"]), told.channel()) else { return Ok(()) };
    let room = room.to_string();
    let threads = Threads { discord, desk };
    let Some(id) = agents::conversation_of(&threads, app, &room).await? else { return Ok(()) };
    let words = utterance::clean(told.held["content"].as_str().unwrap_or_default());
    let files = told.held["attachments"].as_array().is_some_and(|files| !files.is_empty());
    if words.is_empty() && !files {
        return Ok(());
    }
    let Some(agent) = desk.agents.get(&user) else {
        say(&threads, app, &room, &stranger(user)).await;
        return Ok(());
    };
    agents::there(&threads, app, agent).await?;
    let _gate = desk.gate.lock().await;
    let staff = Staff { threads, app, agent, id, room };
    if edited {
        return staff.edited(told, &words).await;
    }
    let done = staff.act(told, &words, files).await;
    staff.tell(done).await
}

fn stranger(number: u64) -> String {
    format!("Nobody knows you as an agent: add NAME={number} to desk.discord.agents.")
}

/// A button or form of a card.
pub async fn pressed(discord: &Discord, desk: &Desk, app: &App, told: &Told) -> Result<(), DoorError> {
    let data = &told.held["data"];
    discord.acks.acknowledged(told.held["id"].as_str().unwrap_or_default()).await;
    let Some((id, act)) = data["custom_id"].as_str().and_then(card::read) else { return Ok(()) };
    let user = number(&told.user()["id"]).unwrap_or_default();
    let Some(agent) = desk.agents.get(&user) else {
        tell(discord, &told.held, &stranger(user)).await;
        return Ok(());
    };
    agents::there(&Threads { discord, desk }, app, agent).await?;
    let done = match act {
        "note" => {
            let client = format!("discord{}", told.held["id"].as_str().unwrap_or_default());
            app.note(agent, id, &client, &typed(data)).await
        }
        _ => acts::pressed(app, agent, id, act).await,
    };
    match done {
        Ok(()) => Ok(()),
        Err(DeskError::Store(error)) => Err(error.into()),
        Err(why) => {
            tell(discord, &told.held, &sentence(&why)).await;
            Ok(())
        }
    }
}

/// A thread was deleted: another is made at the next look.
pub async fn gone(discord: &Discord, desk: &Desk, app: &App, room: u64) -> Result<(), DoorError> {
    let threads = Threads { discord, desk };
    match agents::conversation_of(&threads, app, &room.to_string()).await? {
        Some(id) => agents::gone(&threads, app, id).await,
        None => Ok(()),
    }
}

async fn say(threads: &Threads<'_>, app: &App, room: &str, text: &str) {
    if threads.put(app, room, text, Vec::new()).await.is_err() {
        tracing::warn!("an agent could not be told in the thread");
    }
}

struct Staff<'a> {
    threads: Threads<'a>,
    app: &'a App,
    agent: &'a str,
    id: ConversationId,
    room: String,
}

impl Staff<'_> {
    async fn act(&self, told: &Told, words: &str, files: bool) -> Result<(), DeskError> {
        let message = told.held["id"].as_str().unwrap_or_default();
        // The same message again does nothing twice.
        let client = format!("discord{message}");
        if files && !acts::is_act(words) {
            return self.files(told, words, &client).await;
        }
        if let Acted::Said(seq) = acts::written(self.app, self.agent, self.id, &client, words).await? {
            agents::said(&self.threads, self.app, self.id, &self.room, message, seq).await;
        }
        Ok(())
    }

    async fn say(&self, text: &str) {
        say(&self.threads, self.app, &self.room, text).await;
    }

    /// Files go as they are where the contact is on Discord.
    async fn files(&self, told: &Told, words: &str, client: &str) -> Result<(), DeskError> {
        let row = self.app.store.conversation_row(self.id).await?.ok_or(DeskError::Unknown)?;
        if row.owner_name.as_deref() != Some(self.agent) || row.owner != "agent" {
            return Err(DeskError::NotYours);
        }
        if row.channel != Channel::Discord.word() {
            self.say("Files can only be sent to people on Discord.").await;
            return Ok(());
        }
        if !words.is_empty() {
            self.app.reply(self.agent, self.id, &format!("{client}w"), words).await?;
        }
        let channel = row.address.split('/').next().unwrap_or_default();
        for (nth, file) in told.held["attachments"].as_array().into_iter().flatten().enumerate() {
            let name = file["filename"].as_str().unwrap_or("file");
            let note = match self.file(channel, name, file["url"].as_str().unwrap_or_default()).await {
                Ok(()) => format!("sent the file {name}"),
                Err(why) => {
                    self.say(&format!("The file did not arrive: {why}")).await;
                    continue;
                }
            };
            self.app.note(self.agent, self.id, &format!("{client}f{nth}"), &note).await?;
        }
        Ok(())
    }

    async fn file(&self, channel: &str, name: &str, url: &str) -> Result<(), String> {
        let discord = self.threads.discord;
        let most = self.app.settings.file_bytes;
        let content = discord.wire.file(url, most).await.ok_or("it is too large, or gone")?;
        self.app.in_turn(discord, channel).await.map_err(|_| "too many messages wait")?;
        match discord.wire.upload(&format!("/channels/{channel}/messages"), &silent(""), name, content).await
        {
            Answer::Ok(_) | Answer::Unreadable => Ok(()),
            Answer::No(refusal) => Err(refusal.words()),
        }
    }

    /// What an agent changed is changed where it arrived.
    async fn edited(&self, told: &Told, words: &str) -> Result<(), DoorError> {
        let message = told.held["id"].as_str().unwrap_or_default();
        let Some(seq) = agents::seq_of(&self.threads, self.app, &self.room, message).await? else {
            return Ok(());
        };
        let placed = self.app.store.placed(self.id, seq).await?;
        let row = self.app.store.conversation_row(self.id).await?;
        let here = row.filter(|row| row.channel == Channel::Discord.word());
        let changed = match (placed.as_slice(), here) {
            ([one], Some(row)) => self.change(&row.address, &one.platform, words).await,
            _ => false,
        };
        if !changed {
            self.say("That could not be changed where it arrived.").await;
            return Ok(());
        }
        let when = told.held["edited_timestamp"].as_str().unwrap_or_default();
        let note = format!("changed message {seq} into: {words}");
        let noted = self.app.note(self.agent, self.id, &format!("discord{message}:{when}"), &note).await;
        self.tell(noted).await
    }

    async fn change(&self, address: &str, platform: &str, words: &str) -> bool {
        let parts = render::discord::plain(words);
        let [part] = parts.as_slice() else { return false };
        let channel = address.split('/').next().unwrap_or_default();
        let mut body = silent(&part.content);
        body["components"] = json!([]);
        let path = format!("/channels/{channel}/messages/{platform}");
        matches!(self.threads.discord.wire.patch(&path, &body).await, Answer::Ok(_) | Answer::Unreadable)
    }

    /// Why it was refused stands in the thread: nothing that an agent writes is lost without a word.
    async fn tell(&self, done: Result<(), DeskError>) -> Result<(), DoorError> {
        match done {
            Ok(()) => Ok(()),
            Err(DeskError::Store(error)) => Err(error.into()),
            Err(why) => {
                self.say(&format!("Not sent. {}", sentence(&why))).await;
                Ok(())
            }
        }
    }
}
