//! The web chat, the desk's API and the operators' addresses, asked from outside on the real program.

mod alerts;
mod as_test;
mod chat;
mod closing;
mod desk;
mod flows;
mod insight;
mod limits;
mod operations;
mod people;
mod socket;
mod tickets;
mod world;

use serde_json::Value;

use crate::support::server::Server;

/// A server without a public address, as on the demo, and a client that follows nothing by itself.
fn start(environment: &[(&str, &str)]) -> Server {
    let mut all = vec![("VESTIBULE_PUBLIC_URL", ""), ("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", "")];
    all.extend(environment);
    Server::start("", &all)
}

/// What came back.
struct Told {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Told {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The code of a refusal, which has the form that all refusals have.
    fn refusal(&self) -> String {
        let json = self.json();
        assert!(json["error"]["message"].as_str().is_some_and(|message| message.len() > 5), "{}", self.text);
        assert!(self.header("x-request-id").len() >= 16, "every answer has an id");
        for inside in ["src/", ".rs", "sqlx", "SELECT", "panicked", "stack backtrace"] {
            assert!(!self.text.contains(inside), "our insides show: {}", self.text);
        }
        json["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

async fn ask(request: reqwest::RequestBuilder) -> Told {
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Told { status, headers, text: answer.text().await.expect("a body") }
}

/// A visitor with an open chat.
struct Visitor {
    http: reqwest::Client,
    base: String,
    conversation: String,
    token: String,
    first: Value,
}

impl Visitor {
    async fn open(server: &Server, opening: Value) -> Self {
        let (http, base) = (reqwest::Client::new(), server.url());
        let told = ask(http.post(format!("{base}/chat/conversations")).json(&opening)).await;
        assert_eq!(told.status, 201, "{}", told.text);
        let json = told.json();
        Self {
            http,
            base,
            conversation: json["conversation"].as_str().expect("an id").to_owned(),
            token: json["token"].as_str().expect("a token").to_owned(),
            first: json["messages"].clone(),
        }
    }

    async fn post(&self, saying: Value) -> Told {
        ask(self.http.post(format!("{}/chat/messages", self.base)).bearer_auth(&self.token).json(&saying))
            .await
    }

    async fn after(&self, query: &str) -> Value {
        let request = self.http.get(format!("{}/chat/messages?{query}", self.base)).bearer_auth(&self.token);
        let told = ask(request).await;
        assert_eq!(told.status, 200, "{}", told.text);
        told.json()["messages"].clone()
    }
}

fn texts(messages: &Value) -> Vec<String> {
    let list = messages.as_array().expect("a list of messages");
    list.iter().map(|message| message["text"].as_str().unwrap_or_default().to_owned()).collect()
}

/// An agent with a log-in.
struct Agent {
    http: reqwest::Client,
    base: String,
    csrf: String,
}

const PASSWORD: &str = "a long enough password";

impl Agent {
    /// Adds the account and logs in.
    async fn new(server: &Server, name: &str) -> Self {
        add(server, name);
        let http = reqwest::Client::builder().cookie_store(true).build().expect("a client");
        let mut agent = Self { http, base: server.url(), csrf: String::new() };
        let told = agent.log_in(name, PASSWORD).await;
        assert_eq!(told.status, 200, "{}", told.text);
        agent
    }

    async fn log_in(&mut self, name: &str, password: &str) -> Told {
        let given = serde_json::json!({ "name": name, "password": password });
        let told = ask(self.http.post(format!("{}/api/login", self.base)).json(&given)).await;
        if told.status == 200 {
            self.csrf = told.json()["csrf"].as_str().expect("a token").to_owned();
        }
        told
    }

    async fn get(&self, path: &str) -> Told {
        ask(self.http.get(format!("{}/api/{path}", self.base))).await
    }

    async fn post(&self, path: &str, body: Value) -> Told {
        let request = self.http.post(format!("{}/api/{path}", self.base));
        ask(request.header("x-csrf-token", &self.csrf).json(&body)).await
    }

    /// The desk's id of a chat.
    async fn find(&self, external_id: &str) -> String {
        let told = self.get("conversations?view=all").await.json();
        let rows = told["conversations"].as_array().expect("a list");
        let row = rows.iter().find(|row| row["external_id"] == external_id);
        row.unwrap_or_else(|| panic!("{external_id} is not in {told}"))["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    }
}

fn add(server: &Server, name: &str) {
    let done = server.run_with(&["agent", "add", name, "--role", "agent"], &format!("{PASSWORD}\n"));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
