//! Calls of the Bot API, and what became of each. Payloads are the library's; the sending is ours, because its own waits
//! ten seconds within a call at 5xx and does not tell an answer of success that cannot be read from one of failure.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use teloxide_core::requests::Payload;

use crate::app::channels::Delivery;
use crate::config::Secret;

/// A call that sends or asks something small.
const TIME: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(5);
/// A file may be this long in coming.
const FILE_TIME: Duration = Duration::from_secs(60);

#[derive(Debug, Clone)]
pub struct Wire {
    client: reqwest::Client,
    api_url: String,
    token: Secret,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer<T> {
    Ok(T),
    /// The platform did it, and what it said of it cannot be read.
    Unreadable,
    No(Refusal),
}

/// Why a call was not answered with success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The platform's own words: status, description, and where the chat went.
    Told {
        status: u16,
        description: String,
        moved_to: Option<i64>,
    },
    RetryAfter(Duration),
    /// It did not leave.
    NotSent(String),
    /// It left, and nobody knows.
    Unknown(String),
}

impl Wire {
    pub fn new(api_url: &str, token: Secret) -> Self {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("Vestibule/", env!("CARGO_PKG_VERSION")))
            .build();
        // Only a TLS library that cannot start fails here; the plain client says so at each call.
        Self { client: client.unwrap_or_default(), api_url: api_url.to_owned(), token }
    }

    /// A call of the library's payload.
    pub async fn ask<P>(&self, payload: &P) -> Answer<P::Output>
    where
        P: Payload + Serialize + Sync,
        P::Output: DeserializeOwned,
    {
        let Ok(body) = serde_json::to_value(payload) else { return Answer::Unreadable };
        self.call(P::NAME, &body, TIME).await
    }

    pub async fn send(&self, method: &str, body: &Value) -> Answer<Value> {
        self.call(method, body, TIME).await
    }

    /// `time`: how long it may take in all.
    pub async fn call<T: DeserializeOwned>(&self, method: &str, body: &Value, time: Duration) -> Answer<T> {
        let url = format!("{}/bot{}/{method}", self.api_url, self.token.expose());
        answered(self.client.post(url).timeout(time).json(body).send().await).await
    }

    /// Sends a file into a topic.
    pub async fn upload(&self, chat: i64, topic: i64, name: &str, content: Vec<u8>) -> Answer<Value> {
        let url = format!("{}/bot{}/sendDocument", self.api_url, self.token.expose());
        let file = reqwest::multipart::Part::bytes(content).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new()
            .text("chat_id", chat.to_string())
            .text("message_thread_id", topic.to_string())
            .part("document", file);
        answered(self.client.post(url).timeout(FILE_TIME).multipart(form).send().await).await
    }

    /// A file's content, as long as it is no longer than `most` bytes; `None` where it is, or does not come.
    pub async fn file(&self, path: &str, most: usize) -> Option<Vec<u8>> {
        use futures::StreamExt as _;
        let url = format!("{}/file/bot{}/{path}", self.api_url, self.token.expose());
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

async fn answered<T: DeserializeOwned>(sent: reqwest::Result<reqwest::Response>) -> Answer<T> {
    let reply = match sent {
        Ok(reply) => reply,
        // Without the address, which holds the token.
        Err(error) if error.is_connect() || error.is_builder() => {
            return Answer::No(Refusal::NotSent("no connection".to_owned()));
        }
        Err(error) if error.is_timeout() => {
            return Answer::No(Refusal::Unknown("no answer in time".to_owned()));
        }
        Err(_) => return Answer::No(Refusal::Unknown("the connection broke".to_owned())),
    };
    let status = reply.status().as_u16();
    let body = reply.bytes().await.unwrap_or_default();
    read(status, &body)
}

fn read<T: DeserializeOwned>(status: u16, body: &[u8]) -> Answer<T> {
    let told: Option<Value> = serde_json::from_slice(body).ok();
    let accepted =
        told.as_ref().and_then(|told| told["ok"].as_bool()).unwrap_or((200..300).contains(&status));
    if accepted && (200..300).contains(&status) {
        let result = told.map(|mut told| told["result"].take());
        let read = result.and_then(|result| serde_json::from_value(result).ok());
        return read.map_or(Answer::Unreadable, Answer::Ok);
    }
    let told = told.unwrap_or_default();
    let status = told["error_code"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(status);
    if status == 429 {
        let seconds = told["parameters"]["retry_after"].as_u64().unwrap_or(1).clamp(1, 3_600);
        return Answer::No(Refusal::RetryAfter(Duration::from_secs(seconds)));
    }
    if status >= 500 {
        return Answer::No(Refusal::Unknown(format!("answered with {status}")));
    }
    let description = told["description"].as_str().unwrap_or("no reason given").to_owned();
    let moved_to = told["parameters"]["migrate_to_chat_id"].as_i64();
    Answer::No(Refusal::Told { status, description, moved_to })
}

impl Refusal {
    /// The class of it, where no other form of the same would do (see `parts` for those).
    pub fn class(self) -> Delivery {
        match self {
            Self::RetryAfter(time) => Delivery::RetryAfter(time),
            Self::NotSent(why) => Delivery::Transient(why),
            Self::Unknown(why) => Delivery::Unknown(why),
            Self::Told { status: 401 | 404 | 409, description, .. } => Delivery::Config(description),
            Self::Told { status: 403, description, .. } => Delivery::Unreachable(description),
            Self::Told { description, .. } if nobody_there(&description) => {
                Delivery::Unreachable(description)
            }
            Self::Told { description, .. } => Delivery::Bug(description),
        }
    }
}

/// 400, and yet about the contact. The words are the platform's; there are no codes.
fn nobody_there(description: &str) -> bool {
    let said = description.to_lowercase();
    [
        "chat not found",
        "user not found",
        "user is deactivated",
        "peer_id_invalid",
        "was kicked",
        "was blocked",
    ]
    .iter()
    .any(|words| said.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(status: u16, body: &str) -> Option<Delivery> {
        match read::<Value>(status, body.as_bytes()) {
            Answer::No(refusal) => Some(refusal.class()),
            Answer::Ok(_) | Answer::Unreadable => None,
        }
    }

    #[test]
    fn success_that_cannot_be_read_is_success() {
        assert_eq!(read::<Value>(200, b"<html>"), Answer::Unreadable);
        assert_eq!(read::<u64>(200, br#"{"ok":true,"result":"x"}"#), Answer::Unreadable);
        assert_eq!(read::<u64>(200, br#"{"ok":true,"result":7}"#), Answer::Ok(7));
    }

    #[test]
    fn each_refusal_has_its_class() {
        let told =
            |code: u16, what: &str| format!(r#"{{"ok":false,"error_code":{code},"description":"{what}"}}"#);
        let is = |code: u16, what: &str| class(code, &told(code, what)).expect("a refusal");
        assert!(matches!(is(401, "Unauthorized"), Delivery::Config(_)));
        assert!(matches!(is(404, "Not Found"), Delivery::Config(_)));
        assert!(matches!(is(409, "Conflict: terminated by other getUpdates request"), Delivery::Config(_)));
        assert!(matches!(is(403, "Forbidden: bot was blocked by the user"), Delivery::Unreachable(_)));
        assert!(matches!(is(400, "Bad Request: chat not found"), Delivery::Unreachable(_)));
        assert!(matches!(is(400, "Bad Request: message text is empty"), Delivery::Bug(_)));
        assert!(matches!(class(502, "<html>Bad Gateway"), Some(Delivery::Unknown(_))));
        let slow = r#"{"ok":false,"error_code":429,"parameters":{"retry_after":7}}"#;
        assert_eq!(class(429, slow), Some(Delivery::RetryAfter(Duration::from_secs(7))));
    }
}
