//! A person on Discord, in their direct messages or in a channel.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Dc;

#[derive(Clone)]
pub struct Person {
    pub dc: Dc,
    pub id: String,
    pub channel: String,
    pub locale: String,
    /// Messages of the bot that were seen.
    seen: usize,
}

impl Person {
    /// Somebody of the server, in their direct messages.
    pub async fn new(dc: &Dc, name: &str, locale: &str) -> Self {
        let made = dc.control("user", json!({ "name": name, "guild": dc.guild })).await;
        let text = |key: &str| made[key].as_str().expect("a number").to_owned();
        Self {
            dc: dc.clone(),
            id: text("user"),
            channel: text("channel"),
            locale: locale.to_owned(),
            seen: 0,
        }
    }

    pub fn within(&self, channel: &str) -> Self {
        Self { channel: channel.to_owned(), seen: 0, ..self.clone() }
    }

    pub async fn write(&self, text: &str) -> String {
        self.send(json!({ "text": text })).await
    }

    /// Writes with what `more` holds; the message's number.
    pub async fn send(&self, more: Value) -> String {
        let made = self.act("send", more).await;
        made["id"].as_str().expect("a number").to_owned()
    }

    /// Does something in the person's name.
    pub async fn act(&self, verb: &str, more: Value) -> Value {
        let mut told = json!({ "channel": self.channel, "user": self.id, "locale": self.locale });
        for (key, value) in more.as_object().expect("an object") {
            told[key] = value.clone();
        }
        self.dc.control(verb, told).await
    }

    /// A command; the interaction's number.
    pub async fn slash(&self, name: &str) -> String {
        self.act("slash", json!({ "name": name })).await["id"].as_str().expect("a number").to_owned()
    }

    /// What the bot said here, as it stands now.
    pub async fn told(&self) -> Vec<Value> {
        self.of_the_bot(self.dc.messages(&self.channel).await)
    }

    fn of_the_bot(&self, mut messages: Vec<Value>) -> Vec<Value> {
        messages.retain(|message| message["author"]["id"] == self.dc.bot.as_str());
        messages
    }

    pub async fn all(&self) -> Vec<String> {
        texts(&self.told().await)
    }

    /// A button or an entry of a menu by its label, on the last message that has it: the message, and what it brings back.
    pub async fn button(&self, label: &str) -> Option<(Value, Value)> {
        self.told().await.into_iter().rev().find_map(|message| {
            let rows = message["components"].as_array().cloned().unwrap_or_default();
            let all = rows.iter().flat_map(|row| row["components"].as_array().cloned().unwrap_or_default());
            let press = all.clone().find_map(|one| {
                if one["label"] == label {
                    return Some(json!({ "custom_id": one["custom_id"] }));
                }
                let options = one["options"].as_array()?;
                let option = options.iter().find(|option| option["label"] == label)?;
                Some(json!({ "custom_id": one["custom_id"], "type": 3, "values": [option["value"]] }))
            })?;
            Some((message.clone(), press))
        })
    }

    /// Presses it; the interaction's number.
    pub async fn press(&self, label: &str) -> String {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some((message, press)) = self.button(label).await {
                return self.press_on(&message, press).await;
            }
            assert!(Instant::now() < until, "no button {label:?} in {:#?}", self.all().await);
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    pub async fn press_on(&self, message: &Value, mut press: Value) -> String {
        press["message"] = message["id"].clone();
        self.act("click", press).await["id"].as_str().expect("a number").to_owned()
    }

    /// Waits until a message holds `words`, one that was seen before and is changed now too.
    pub async fn sees(&self, words: &str) {
        let until = Instant::now() + Duration::from_secs(25);
        while !self.all().await.iter().any(|text| text.contains(words)) {
            assert!(
                Instant::now() < until,
                "{} looks for {words:?} and has {:#?}",
                self.id,
                self.all().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for a new message that holds `words`, and has then seen all up to it.
    pub async fn hears(&mut self, words: &str) -> String {
        self.hears_within(words, Duration::from_secs(25)).await
    }

    pub async fn hears_within(&mut self, words: &str, time: Duration) -> String {
        let until = Instant::now() + time;
        let mut known = 0;
        loop {
            let (count, messages) = self.dc.news(&self.channel, known).await;
            known = count;
            let all = texts(&self.of_the_bot(messages));
            if let Some(at) = all.iter().skip(self.seen).position(|text| text.contains(words)) {
                self.seen += at + 1;
                return all[self.seen - 1].clone();
            }
            assert!(
                Instant::now() < until,
                "{} waits for {words:?} and has {all:#?}, wrongs: {:#?}",
                self.id,
                self.dc.wrongs().await
            );
        }
    }

    /// Writes, and waits for an answer.
    pub async fn says(&mut self, text: &str, answer: &str) -> String {
        self.write(text).await;
        self.hears(answer).await
    }

    /// Presses, and waits for an answer.
    pub async fn presses(&mut self, label: &str, answer: &str) -> String {
        self.press(label).await;
        self.hears(answer).await
    }

    /// How the interaction stands.
    pub async fn interaction(&self, id: &str) -> Value {
        self.dc.control("interaction", json!({ "id": id })).await
    }
}

fn texts(messages: &[Value]) -> Vec<String> {
    messages.iter().filter_map(|message| message["content"].as_str()).map(unescaped).collect()
}

/// As a person reads it.
fn unescaped(content: &str) -> String {
    let mut out = String::new();
    let mut letters = content.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '\\' => out.extend(letters.next()),
            '`' => {}
            '*' if letters.peek() == Some(&'*') => drop(letters.next()),
            c => out.push(c),
        }
    }
    out
}
