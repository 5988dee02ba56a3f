//! A person on Telegram, in their own chat or in a group.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Tg, rules};

#[derive(Clone)]
pub struct Person {
    pub tg: Tg,
    pub id: i64,
    pub tongue: String,
    /// A group, and a topic of it.
    pub group: Option<(i64, Option<i64>)>,
    /// Messages of the bot that were seen.
    seen: usize,
}

impl Person {
    pub fn new(tg: &Tg, id: i64, tongue: &str) -> Self {
        tg.add_chat(id);
        Self { tg: tg.clone(), id, tongue: tongue.to_owned(), group: None, seen: 0 }
    }

    pub fn in_group(&self, group: i64, topic: Option<i64>) -> Self {
        self.tg.add_chat(group);
        Self { group: Some((group, topic)), seen: 0, ..self.clone() }
    }

    pub fn chat(&self) -> i64 {
        self.group.map_or(self.id, |(group, _)| group)
    }

    pub fn from(&self) -> Value {
        json!({ "id": self.id, "is_bot": false, "first_name": format!("P{}", self.id), "language_code": self.tongue })
    }

    pub fn chat_json(&self) -> Value {
        match self.group {
            None => json!({ "id": self.id, "type": "private", "first_name": "P" }),
            Some((group, topic)) => {
                json!({ "id": group, "type": "supergroup", "title": "A group", "is_forum": topic.is_some() })
            }
        }
    }

    /// A message of the person, with what `more` holds.
    pub fn message(&self, more: Value) -> Value {
        let mut message = json!({
            "message_id": self.tg.next_message(), "date": rules::now(), "from": self.from(), "chat": self.chat_json(),
        });
        if let Some((_, Some(topic))) = self.group {
            message["message_thread_id"] = json!(topic);
            message["is_topic_message"] = json!(true);
        }
        for (key, value) in more.as_object().expect("an object") {
            message[key] = value.clone();
        }
        message
    }

    pub fn write(&self, text: &str) -> i64 {
        self.tg.push("message", self.message(json!({ "text": text })))
    }

    pub fn send(&self, more: Value) -> i64 {
        self.tg.push("message", self.message(more))
    }

    /// Presses a button by its label, on the last message that has it; the press's id.
    pub fn press(&self, label: &str) -> String {
        let (message, data) =
            self.button(label).unwrap_or_else(|| panic!("no button {label:?} in {:#?}", self.all()));
        self.press_on(message, &data)
    }

    pub fn button(&self, label: &str) -> Option<(Value, String)> {
        self.tg.messages(self.chat()).into_iter().rev().find_map(|message| {
            let rows = message["reply_markup"]["inline_keyboard"].as_array().cloned().unwrap_or_default();
            let buttons = rows.iter().flat_map(|row| row.as_array().into_iter().flatten());
            let found = buttons.clone().find(|button| button["text"] == label)?;
            Some((message.clone(), found["callback_data"].as_str()?.to_owned()))
        })
    }

    pub fn press_on(&self, mut message: Value, data: &str) -> String {
        message.as_object_mut().expect("a message").remove("sent");
        message["chat"] = self.chat_json();
        let id = format!("press{}", self.tg.next_message());
        self.tg.push(
            "callback_query",
            json!({ "id": id, "from": self.from(), "message": message, "chat_instance": "1", "data": data }),
        );
        id
    }

    /// The texts that the bot put into the chat.
    pub fn all(&self) -> Vec<String> {
        let text =
            |message: &Value| message["text"].as_str().or(message["caption"].as_str()).map(str::to_owned);
        let topic = self.group.and_then(|(_, topic)| topic);
        let mine = |message: &Value| topic.is_none() || message["message_thread_id"].as_i64() == topic;
        self.tg.messages(self.chat()).iter().filter(|message| mine(message)).filter_map(text).collect()
    }

    /// Waits until a message holds `words`, one that was seen before and is edited now too.
    pub async fn sees(&self, words: &str) {
        let until = Instant::now() + Duration::from_secs(20);
        while !self.all().iter().any(|text| text.contains(words)) {
            assert!(Instant::now() < until, "{} looks for {words:?} and has {:#?}", self.id, self.all());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for a new message that holds `words`, and has then seen all up to it.
    pub async fn hears(&mut self, words: &str) -> String {
        self.hears_within(words, Duration::from_secs(20)).await
    }

    pub async fn hears_within(&mut self, words: &str, time: Duration) -> String {
        let until = Instant::now() + time;
        loop {
            let all = self.all();
            if let Some(at) = all.iter().skip(self.seen).position(|text| text.contains(words)) {
                self.seen += at + 1;
                return all[self.seen - 1].clone();
            }
            assert!(
                Instant::now() < until,
                "{} waits for {words:?} and has {all:#?}, wrongs: {:?}",
                self.id,
                self.tg.wrongs()
            );
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }

    /// Writes, and waits for an answer.
    pub async fn says(&mut self, text: &str, answer: &str) -> String {
        self.write(text);
        self.hears(answer).await
    }

    /// Presses, and waits for an answer.
    pub async fn presses(&mut self, label: &str, answer: &str) -> String {
        self.press(label);
        self.hears(answer).await
    }
}
