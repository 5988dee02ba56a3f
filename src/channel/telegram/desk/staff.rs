//! What agents do in a topic: the desk's own acts, under the name that their number on Telegram stands for.

use serde_json::{Value, json};
use teloxide_core::types::{CallbackQuery, Message};

use super::super::Telegram;
use super::super::wire::Answer;
use super::{Desk, Topics};
use crate::app::desk::DeskError;
use crate::app::{App, DoorError};
use crate::channel::agents::acts::{self, Acted, sentence};
use crate::channel::agents::{self, Rooms as _, card};
use crate::conversation::{Channel, ConversationId, utterance};

/// A message in the group, new or edited.
pub async fn message_came(
    telegram: &Telegram,
    desk: &Desk,
    app: &App,
    message: &Message,
    edited: bool,
) -> Result<(), DoorError> {
    let Some(from) = message.from.as_ref().filter(|from| !from.is_bot) else { return Ok(()) };
    let agent = desk.agents.get(&from.id.0);
    let topics = Topics { telegram, desk };
    if let Some(agent) = agent {
        agents::there(&topics, app, agent).await?;
    }
    let topic = message.thread_id.filter(|_| message.is_topic_message).map(|topic| i64::from(topic.0.0));
    let Some(topic) = topic else { return Ok(()) };
    let topic = topic.to_string();
    let Some(id) = agents::conversation_of(&topics, app, &topic).await? else { return Ok(()) };
    let words = utterance::clean(message.text().or_else(|| message.caption()).unwrap_or_default());
    let bears_file = super::super::files::of(message).is_some();
    if words.is_empty() && !bears_file {
        return Ok(());
    }
    let Some(agent) = agent else {
        let number = from.id.0;
        let text = format!("Nobody knows you as an agent: add NAME={number} to desk.telegram.agents.");
        say(&topics, app, &topic, &text).await;
        return Ok(());
    };
    let _gate = desk.gate.lock().await;
    let staff = Staff { topics, app, agent, id, topic };
    if edited {
        return staff.edited(message.id.0, &words).await;
    }
    let done = staff.act(message, &words, bears_file).await;
    staff.tell(done).await
}

/// A button of a card.
pub async fn pressed(
    telegram: &Telegram,
    desk: &Desk,
    app: &App,
    query: &CallbackQuery,
) -> Result<(), DoorError> {
    let Some((id, act)) = query.data.as_deref().and_then(card::read) else {
        telegram.answer_query(&query.id.0, None).await;
        return Ok(());
    };
    let Some(agent) = desk.agents.get(&query.from.id.0) else {
        let number = query.from.id.0;
        let text = format!("Nobody knows you as an agent: add NAME={number} to desk.telegram.agents.");
        telegram.answer_query(&query.id.0, Some(&text)).await;
        return Ok(());
    };
    agents::there(&Topics { telegram, desk }, app, agent).await?;
    match acts::pressed(app, agent, id, act).await {
        Err(DeskError::Store(error)) => Err(error.into()),
        Err(why) => {
            telegram.answer_query(&query.id.0, Some(&sentence(&why))).await;
            Ok(())
        }
        Ok(()) => {
            telegram.answer_query(&query.id.0, None).await;
            Ok(())
        }
    }
}

async fn say(topics: &Topics<'_>, app: &App, topic: &str, text: &str) {
    if topics.put(app, topic, text, Vec::new()).await.is_err() {
        tracing::warn!("an agent could not be told in the topic");
    }
}

struct Staff<'a> {
    topics: Topics<'a>,
    app: &'a App,
    agent: &'a str,
    id: ConversationId,
    topic: String,
}

impl Staff<'_> {
    async fn act(&self, message: &Message, words: &str, bears_file: bool) -> Result<(), DeskError> {
        // The same message again does nothing twice.
        let client = format!("telegram{}", message.id.0);
        if bears_file && !acts::is_act(words) {
            return self.file(message, words, &client).await;
        }
        if let Acted::Said(seq) = acts::written(self.app, self.agent, self.id, &client, words).await? {
            let message = message.id.0.to_string();
            agents::said(&self.topics, self.app, self.id, &self.topic, &message, seq).await;
        }
        Ok(())
    }

    async fn say(&self, text: &str) {
        say(&self.topics, self.app, &self.topic, text).await;
    }

    /// A file goes as it is where the contact is on Telegram; its words are a reply like any other.
    async fn file(&self, message: &Message, words: &str, client: &str) -> Result<(), DeskError> {
        let row = self.app.store.conversation_row(self.id).await?.ok_or(DeskError::Unknown)?;
        if row.owner_name.as_deref() != Some(self.agent) || row.owner != "agent" {
            return Err(DeskError::NotYours);
        }
        if row.channel != Channel::Telegram.word() {
            let text = "Files can only be sent to people on Telegram.";
            self.say(text).await;
            return Ok(());
        }
        let part = json!({ "method": "copyMessage", "body": { "from_chat_id": message.chat.id.0, "message_id": message.id.0 } });
        let sent = self.app.send_to(Channel::Telegram, &row.address, &part.to_string()).await;
        let name = super::super::files::of(message).map(|found| found.name).unwrap_or_default();
        match sent {
            Ok(()) if words.is_empty() => {
                self.app.note(self.agent, self.id, client, &format!("sent the file {name}")).await
            }
            Ok(()) => {
                self.app.note(self.agent, self.id, client, &format!("sent the file {name}: {words}")).await
            }
            Err(why) => {
                let text = format!("The file did not arrive: {why}");
                self.say(&text).await;
                Ok(())
            }
        }
    }

    /// What an agent changed is changed where it arrived.
    async fn edited(&self, message: i32, words: &str) -> Result<(), DoorError> {
        let seq = agents::seq_of(&self.topics, self.app, &self.topic, &message.to_string()).await?;
        let Some(seq) = seq else { return Ok(()) };
        let placed = self.app.store.placed(self.id, seq).await?;
        let row = self.app.store.conversation_row(self.id).await?;
        let here = row.filter(|row| row.channel == Channel::Telegram.word());
        let changed = match (placed.as_slice(), here) {
            ([one], Some(row)) => self.change(&row.address, &one.platform, words).await,
            _ => false,
        };
        if !changed {
            self.say("That could not be changed where it arrived.").await;
            return Ok(());
        }
        let client = format!("telegram{message}:edited:{}", words.len());
        let note = format!("changed message {seq} into: {words}");
        let noted = self.app.note(self.agent, self.id, &client, &note).await;
        self.tell(noted).await
    }

    async fn change(&self, address: &str, platform: &str, words: &str) -> bool {
        let chat = address.split('/').next().and_then(|chat| chat.parse::<i64>().ok());
        let message = platform.parse::<i64>().ok();
        let body = json!({ "chat_id": chat, "message_id": message, "text": words });
        matches!(self.topics.telegram.wire.send("editMessageText", &body).await, Answer::Ok(Value::Object(_)))
    }

    /// Why it was refused stands in the topic: nothing that an agent writes is lost without a word.
    async fn tell(&self, done: Result<(), DeskError>) -> Result<(), DoorError> {
        match done {
            Ok(()) => Ok(()),
            Err(DeskError::Store(error)) => Err(error.into()),
            Err(why) => {
                let text = format!("Not sent. {}", sentence(&why));
                self.say(&text).await;
                Ok(())
            }
        }
    }
}
