//! Web chats that know at which step they stand by the text in brackets.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// The steps at which the crowd stands, evenly.
const WAITS: [&str; 6] = ["v1 topic", "v1 device", "v1 size", "any extra", "v1 problem", "v1 sure"];
pub const STEPS: u64 = WAITS.len() as u64;
/// Chats that talk at once.
const AT_ONCE: usize = 32;
/// Turns after which a chat goes round in circles.
const TURNS: usize = 20;

pub struct Chat {
    http: reqwest::Client,
    base: String,
    id: String,
    token: String,
    said: u32,
    /// The texts of the last turn.
    heard: Vec<String>,
}

impl Chat {
    pub async fn open(base: &str) -> Self {
        Self::open_with(reqwest::Client::new(), base).await
    }

    async fn open_with(http: reqwest::Client, base: &str) -> Self {
        let body = json!({ "locale": "en" });
        let answer =
            http.post(format!("{base}/chat/conversations")).json(&body).send().await.expect("opened");
        let opened: Value = answer.json().await.expect("JSON");
        let text = |key: &str| opened[key].as_str().unwrap_or_else(|| panic!("{opened}")).to_owned();
        let heard = texts(&opened["messages"]);
        Self { http, base: base.to_owned(), id: text("conversation"), token: text("token"), said: 0, heard }
    }

    pub fn was_told(&self, what: &str) -> bool {
        self.heard.iter().any(|text| text.contains(what))
    }

    /// Where the last text says that it stands.
    pub fn place(&self) -> &str {
        let last = self.heard.last().map_or("nothing", String::as_str);
        if last.contains("How would you like to go on?") {
            return "changed";
        }
        last.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or(last, |(place, _)| place)
    }

    pub fn stands_at(&self, place: &str) {
        assert_eq!(self.place(), place, "{}: {:?}", self.id, self.heard);
    }

    async fn say(&mut self, text: &str) {
        self.said += 1;
        let body = json!({ "client_id": format!("m{}", self.said), "text": text });
        let url = format!("{}/chat/messages", self.base);
        let sent = self.http.post(url).bearer_auth(&self.token).json(&body).send().await.expect("answered");
        let status = sent.status();
        let answer: Value = sent.json().await.expect("JSON");
        assert_eq!(status, 200, "{answer}");
        self.heard = texts(&answer["messages"]);
        assert!(!self.heard.is_empty(), "{}: nothing was said", self.id);
    }

    /// What is asked is answered.
    async fn answer(&mut self) {
        let answer = match self.place() {
            "v1 topic" | "v2 topic" => "billing",
            "v1 device" | "v2 machine" => "a grey router",
            "v1 size" => "42",
            "v2 size" => "large",
            "any extra" => "nothing more",
            "v1 problem" => "it smells of smoke",
            "v1 sure" | "v2 sure" => "yes",
            "changed" => "start again",
            place => panic!("{}: at {place}: {:?}", self.id, self.heard),
        };
        self.say(answer).await;
    }

    pub async fn goes_to_the_end(mut self) {
        for _ in 0..TURNS {
            if matches!(self.place(), "v1 ticket" | "v2 ticket") {
                let code = self.heard.last().map(String::as_str).unwrap_or_default();
                assert!(code.ends_with(|c: char| c.is_ascii_digit()), "{code}");
                return;
            }
            self.answer().await;
        }
        panic!("{}: no end: {:?}", self.id, self.heard);
    }
}

fn texts(messages: &Value) -> Vec<String> {
    let text = |message: &Value| message["text"].as_str().unwrap_or_default().to_owned();
    messages.as_array().unwrap_or_else(|| panic!("{messages}")).iter().map(text).collect()
}

/// Chats at every step.
pub struct Crowd(Vec<(usize, Chat)>);

impl Crowd {
    pub async fn gather(base: &str, size: usize) -> Self {
        let size = size / WAITS.len() * WAITS.len();
        let http = reqwest::Client::new();
        let room = Arc::new(Semaphore::new(AT_ONCE));
        let coming: Vec<_> = (0..size)
            .map(|number| {
                let (http, base, room) = (http.clone(), base.to_owned(), room.clone());
                tokio::spawn(async move {
                    let _room = room.acquire().await.expect("open");
                    let mut chat = Chat::open_with(http, &base).await;
                    for wait in &WAITS[..number % WAITS.len()] {
                        chat.stands_at(wait);
                        chat.answer().await;
                    }
                    chat.stands_at(WAITS[number % WAITS.len()]);
                    (number, chat)
                })
            })
            .collect();
        let mut all = Vec::new();
        for one in coming {
            all.push(one.await.expect("it came"));
        }
        Self(all)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Each answers what it was asked, must then stand where `expected` says, and is brought to its end.
    pub async fn go_on(self, expected: &[(&'static str, &'static str)]) {
        let room = Arc::new(Semaphore::new(AT_ONCE));
        let going: Vec<_> = self
            .0
            .into_iter()
            .map(|(number, mut chat)| {
                let room = room.clone();
                let (before, after) = expected[number % WAITS.len()];
                tokio::spawn(async move {
                    let _room = room.acquire().await.expect("open");
                    chat.stands_at(before);
                    chat.answer().await;
                    chat.stands_at(after);
                    chat.goes_to_the_end().await;
                })
            })
            .collect();
        for one in going {
            one.await.expect("it goes on");
        }
    }
}
