//! Calls of Discord's API, and what became of each. The sending is ours: the library's own limiter waits within a call,
//! and cannot tell an answer of success that cannot be read from one of failure.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::channels::Delivery;
use crate::config::Secret;

const TIME: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(5);
/// A file may be this long in coming.
const FILE_TIME: Duration = Duration::from_secs(60);
/// Hosts that files of messages are on: <https://discord.com/developers/docs/reference#cdn-formatting>.
const FILES: [&str; 2] = ["https://cdn.discordapp.com/", "https://media.discordapp.net/"];

#[derive(Debug, Clone)]
pub struct Wire {
    client: reqwest::Client,
    origin: String,
    token: Secret,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Ok(Value),
    /// The platform did it, and what it said of it cannot be read.
    Unreadable,
    No(Refusal),
}

/// Why a call was not answered with success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The platform's own words, and its number for them:
    /// <https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>.
    Told {
        status: u16,
        code: u64,
        description: String,
    },
    RetryAfter(Duration),
    /// It did not leave.
    NotSent(String),
    /// It left, and nobody knows.
    Unknown(String),
}

impl Wire {
    pub fn new(origin: &str, token: Secret) -> Self {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            // The form is prescribed: <https://discord.com/developers/docs/reference#user-agent>.
            .user_agent(concat!("DiscordBot (https://github.com/vestibule, ", env!("CARGO_PKG_VERSION"), ")"))
            .build();
        // Only a TLS library that cannot start fails here; the plain client says so at each call.
        Self { client: client.unwrap_or_default(), origin: origin.to_owned(), token }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PATCH, path, Some(body)).await
    }

    /// `path` without the version: `/channels/1/messages`.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.begin(method, path).timeout(TIME);
        if let Some(body) = body {
            request = request.json(body);
        }
        answered(request.send().await).await
    }

    fn begin(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/api/v10{path}", self.origin);
        self.client.request(method, url).header("authorization", format!("Bot {}", self.token.expose()))
    }

    /// Sends a message with a file.
    pub async fn upload(&self, path: &str, body: &Value, name: &str, content: Vec<u8>) -> Answer {
        let file = reqwest::multipart::Part::bytes(content).file_name(name.to_owned());
        let form =
            reqwest::multipart::Form::new().text("payload_json", body.to_string()).part("files[0]", file);
        answered(self.begin(Method::POST, path).timeout(FILE_TIME).multipart(form).send().await).await
    }

    /// A file's content, as long as it is no longer than `most` bytes; `None` where it is, or does not come, or is
    /// anywhere but at Discord.
    pub async fn file(&self, url: &str, most: usize) -> Option<Vec<u8>> {
        use futures::StreamExt as _;
        let own = format!("{}/", self.origin);
        if !FILES.iter().any(|host| url.starts_with(host)) && !url.starts_with(&own) {
            return None;
        }
        let reply = self.client.get(url).timeout(FILE_TIME).send().await.ok()?;
        if !reply.status().is_success() {
            return None;
        }
        let mut whole = Vec::new();
        let mut chunks = reply.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            whole.extend_from_slice(&chunk.ok()?);
            if whole.len() > most {
                return None;
            }
        }
        Some(whole)
    }
}

async fn answered(sent: reqwest::Result<reqwest::Response>) -> Answer {
    let reply = match sent {
        Ok(reply) => reply,
        Err(error) if error.is_connect() || error.is_builder() => {
            return Answer::No(Refusal::NotSent("no connection".to_owned()));
        }
        Err(error) if error.is_timeout() => {
            return Answer::No(Refusal::Unknown("no answer in time".to_owned()));
        }
        Err(_) => return Answer::No(Refusal::Unknown("the connection broke".to_owned())),
    };
    let status = reply.status().as_u16();
    let after = reply.headers().get("retry-after").and_then(|after| after.to_str().ok()?.parse().ok());
    let body = reply.bytes().await.unwrap_or_default();
    read(status, after, &body)
}

/// `after`: seconds, by the header.
fn read(status: u16, after: Option<f64>, body: &[u8]) -> Answer {
    let told: Option<Value> = serde_json::from_slice(body).ok();
    if (200..300).contains(&status) {
        return match told {
            Some(told) => Answer::Ok(told),
            None if status == 204 || body.is_empty() => Answer::Ok(Value::Null),
            None => Answer::Unreadable,
        };
    }
    let told = told.unwrap_or_default();
    if status == 429 {
        let seconds = told["retry_after"].as_f64().or(after).unwrap_or(1.0).clamp(0.05, 3_600.0);
        return Answer::No(Refusal::RetryAfter(Duration::from_secs_f64(seconds)));
    }
    if status >= 500 {
        return Answer::No(Refusal::Unknown(format!("answered with {status}")));
    }
    let mut description = told["message"].as_str().unwrap_or("no reason given").to_owned();
    if !told["errors"].is_null() {
        description = format!("{description}: {}", told["errors"]);
    }
    Answer::No(Refusal::Told { status, code: told["code"].as_u64().unwrap_or_default(), description })
}

impl Refusal {
    /// The class of it, where no other form of the same would do (see `parts` for those).
    pub fn class(self) -> Delivery {
        match self {
            Self::RetryAfter(time) => Delivery::RetryAfter(time),
            Self::NotSent(why) => Delivery::Transient(why),
            Self::Unknown(why) => Delivery::Unknown(why),
            Self::Told { status: 401, description, .. } => Delivery::Config(description),
            Self::Told { status: 403, description, .. } => Delivery::Unreachable(description),
            Self::Told { code, description, .. } if nobody_there(code) => Delivery::Unreachable(description),
            Self::Told { description, .. } => Delivery::Bug(description),
        }
    }

    pub fn code(&self) -> u64 {
        match self {
            Self::Told { code, .. } => *code,
            Self::RetryAfter(_) | Self::NotSent(_) | Self::Unknown(_) => 0,
        }
    }

    pub fn words(&self) -> String {
        match self {
            Self::Told { description, .. } => description.clone(),
            Self::RetryAfter(_) => "too many calls".to_owned(),
            Self::NotSent(why) | Self::Unknown(why) => why.clone(),
        }
    }
}

/// Unknown channel, server, member, user; no access; messages to this person not possible; the bot may not write there;
/// the thread is closed for good.
fn nobody_there(code: u64) -> bool {
    matches!(code, 10_003 | 10_004 | 10_007 | 10_013 | 50_001 | 50_007 | 50_013 | 50_083 | 50_278)
}

/// Words and nothing else, for who or what they name is not to be rung.
pub fn silent(content: &str) -> Value {
    json!({ "content": content, "allowed_mentions": { "parse": [] } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(status: u16, body: &str) -> Option<Delivery> {
        match read(status, None, body.as_bytes()) {
            Answer::No(refusal) => Some(refusal.class()),
            Answer::Ok(_) | Answer::Unreadable => None,
        }
    }

    #[test]
    fn success_that_cannot_be_read_is_success() {
        assert_eq!(read(200, None, b"<html>"), Answer::Unreadable);
        assert_eq!(read(204, None, b""), Answer::Ok(Value::Null));
        assert_eq!(read(200, None, b"{\"id\":\"7\"}"), Answer::Ok(json!({ "id": "7" })));
    }

    #[test]
    fn each_refusal_has_its_class() {
        let is = |status: u16, code: u64| {
            class(status, &json!({ "code": code, "message": "so" }).to_string()).expect("a refusal")
        };
        assert!(matches!(is(401, 0), Delivery::Config(_)));
        assert!(matches!(is(403, 50_007), Delivery::Unreachable(_)));
        assert!(matches!(is(404, 10_003), Delivery::Unreachable(_)));
        assert!(matches!(is(400, 50_035), Delivery::Bug(_)));
        assert!(matches!(class(502, "<html>Bad Gateway"), Some(Delivery::Unknown(_))));
        let slow = r#"{"retry_after":1.5,"global":false}"#;
        assert_eq!(class(429, slow), Some(Delivery::RetryAfter(Duration::from_millis(1_500))));
    }

    #[tokio::test]
    async fn files_are_fetched_from_discord_alone() {
        let wire = Wire::new("http://127.0.0.1:1", Secret::new("x".to_owned()));
        assert_eq!(wire.file("http://169.254.169.254/latest", 100).await, None);
        assert_eq!(wire.file("https://cdn.discordapp.com.evil.example/x", 100).await, None);
    }
}
