//! A strict stand-in for the Bot API (<https://core.telegram.org/bots/api>): the real server's long poll and offset, its
//! limits, its words of refusal, and faults on demand. What breaks a rule of the API is kept as a `wrong`, and refused.

mod person;
mod rules;

pub use person::Person;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use serde_json::{Value, json};

pub const BOT: u64 = 4_242;
pub const TOKEN: &str = "4242:AAtest-token_of-a-stand-in";
pub const NAME: &str = "vestibule_test_bot";

/// What goes wrong with the next calls of a method.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Refused: status, description, parameters.
    Refused(u16, String, Value),
    /// Done, and then the answer is a 5xx.
    DoneThen(u16),
    /// Done, and the answer is no JSON.
    DoneUnreadable,
}

#[derive(Debug, Clone)]
pub struct Call {
    pub method: String,
    pub body: Value,
    pub at: Instant,
}

#[derive(Default)]
struct Inner {
    updates: VecDeque<(i64, Value)>,
    next_update: i64,
    next_message: i64,
    /// What was done, in order.
    calls: Vec<Call>,
    /// What stands in a chat, by number.
    messages: BTreeMap<(i64, i64), Value>,
    faults: Vec<(String, i64, usize, Fault)>,
    wrongs: Vec<String>,
    /// Chats that wrote to the bot or have it as a member.
    chats: HashSet<i64>,
    blocked: HashSet<i64>,
    moved: HashMap<i64, i64>,
    topics: HashMap<(i64, i64), String>,
    slow: HashMap<i64, Duration>,
    presses: HashSet<String>,
    files: HashMap<String, Vec<u8>>,
    polls: usize,
    webhook: String,
    /// By language; empty: those of no language.
    commands: BTreeMap<String, Value>,
    /// Groups in which the bot has no right to manage topics.
    powerless: HashSet<i64>,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Tg {
    inner: Arc<Mutex<Inner>>,
    bell: Arc<tokio::sync::Notify>,
    url: String,
}

impl Tg {
    /// Starts one on a thread of its own.
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener for the runtime");
        let url = format!("http://{}", listener.local_addr().expect("its number"));
        let inner = Inner { next_update: 1_000, next_message: 1, ..Inner::default() };
        let tg = Self { inner: Arc::new(Mutex::new(inner)), bell: Arc::default(), url };
        let router = Router::new()
            .route("/bot{token}/{method}", any(call))
            .route("/file/bot{token}/{*path}", any(file))
            .with_state(tg.clone());
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                axum::serve(listener, router).await.expect("it serves");
            });
        });
        tg
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next `times` calls of `method` to `chat` (0: any) go wrong.
    pub fn fault(&self, method: &str, chat: i64, times: usize, fault: Fault) {
        self.lock().faults.push((method.to_owned(), chat, times, fault));
    }

    pub fn slow(&self, chat: i64, time: Duration) {
        self.lock().slow.insert(chat, time);
    }

    pub fn block(&self, chat: i64, blocked: bool) {
        let mut inner = self.lock();
        if blocked {
            inner.blocked.insert(chat)
        } else {
            inner.blocked.remove(&chat)
        };
    }

    /// A group becomes a supergroup.
    pub fn migrate(&self, old: i64, new: i64) {
        let mut inner = self.lock();
        inner.moved.insert(old, new);
        inner.chats.insert(new);
    }

    pub fn add_chat(&self, chat: i64) {
        self.lock().chats.insert(chat);
    }

    /// The bot's right to manage topics of a group.
    pub fn allow_topics(&self, chat: i64, allowed: bool) {
        let mut inner = self.lock();
        if allowed {
            inner.powerless.remove(&chat)
        } else {
            inner.powerless.insert(chat)
        };
    }

    pub fn add_topic(&self, chat: i64, topic: i64) {
        self.lock().topics.insert((chat, topic), "a topic".to_owned());
    }

    pub fn drop_topic(&self, chat: i64, topic: i64) {
        self.lock().topics.remove(&(chat, topic));
    }

    pub fn topics(&self) -> Vec<(i64, String)> {
        self.lock().topics.iter().map(|((_, topic), name)| (*topic, name.clone())).collect()
    }

    pub fn put_file(&self, id: &str, content: &[u8]) {
        self.lock().files.insert(id.to_owned(), content.to_vec());
    }

    /// Puts an update in; its number.
    pub fn push(&self, kind: &str, body: Value) -> i64 {
        let mut inner = self.lock();
        inner.next_update += 1;
        let id = inner.next_update;
        let mut update = json!({ "update_id": id });
        update[kind] = body;
        inner.updates.push_back((id, update));
        drop(inner);
        self.bell.notify_waiters();
        id
    }

    /// Puts updates in as they are: twice, out of order, late.
    pub fn push_raw(&self, update: Value) {
        let id = update["update_id"].as_i64().expect("a number");
        self.lock().updates.push_back((id, update));
        self.bell.notify_waiters();
    }

    pub fn next_message(&self) -> i64 {
        let mut inner = self.lock();
        inner.next_message += 1;
        inner.next_message
    }

    pub fn calls(&self, method: &str) -> Vec<Call> {
        self.lock().calls.iter().filter(|call| method.is_empty() || call.method == method).cloned().collect()
    }

    /// What the bot put into a chat, in order, as it stands now.
    pub fn messages(&self, chat: i64) -> Vec<Value> {
        let inner = self.lock();
        inner.messages.range((chat, 0)..(chat, i64::MAX)).map(|(_, message)| message.clone()).collect()
    }

    /// What was said in a chat is looked at no more.
    pub fn forget(&self, chat: i64) {
        let mut inner = self.lock();
        let gone: Vec<_> = inner.messages.range((chat, 0)..(chat, i64::MAX)).map(|(key, _)| *key).collect();
        for key in gone {
            inner.messages.remove(&key);
        }
    }

    pub fn wrongs(&self) -> Vec<String> {
        self.lock().wrongs.clone()
    }

    pub fn answered(&self, press: &str) -> bool {
        self.lock().presses.contains(press)
    }

    /// Updates that were not fetched and confirmed yet.
    pub fn waiting(&self) -> usize {
        self.lock().updates.len()
    }

    /// Settings of a program that is to work with this.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("VESTIBULE_CHANNELS__TELEGRAM__TOKEN", TOKEN.to_owned()),
            ("VESTIBULE_CHANNELS__TELEGRAM__API_URL", self.url.clone()),
        ]
    }
}

fn refuse(status: u16, description: &str, parameters: Value) -> Response {
    let mut body = json!({ "ok": false, "error_code": status, "description": description });
    if parameters.is_object() {
        body["parameters"] = parameters;
    }
    (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response()
}

fn ok(result: Value) -> Response {
    Json(json!({ "ok": true, "result": result })).into_response()
}

async fn file(State(tg): State<Tg>, Path((token, path)): Path<(String, String)>) -> Response {
    assert_eq!(token, TOKEN);
    match tg.lock().files.get(path.trim_start_matches("files/")) {
        Some(content) => content.clone().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn call(State(tg): State<Tg>, Path((token, method)): Path<(String, String)>, body: Bytes) -> Response {
    if token != TOKEN {
        return refuse(401, "Unauthorized", Value::Null);
    }
    let mut letters = method.chars();
    let method = letters.next().map(|first| first.to_ascii_lowercase().to_string()).unwrap_or_default()
        + letters.as_str();
    let body: Value = match body.first() {
        None => json!({}),
        // A file comes as a form.
        Some(b'-') => form(&String::from_utf8_lossy(&body)),
        Some(_) => serde_json::from_slice(&body).expect("JSON"),
    };
    if method == "getUpdates" {
        return poll(&tg, &body).await;
    }
    let chat = body["chat_id"].as_i64().unwrap_or_default();
    let (fault, slow) = {
        let mut inner = tg.lock();
        let slow = inner.slow.get(&chat).copied();
        let at =
            inner.faults.iter().position(|(of, whom, ..)| *of == method && (*whom == 0 || *whom == chat));
        let fault = at.map(|at| {
            let fault = inner.faults[at].3.clone();
            inner.faults[at].2 -= 1;
            if inner.faults[at].2 == 0 {
                inner.faults.remove(at);
            }
            fault
        });
        (fault, slow)
    };
    if let Some(time) = slow {
        tokio::time::sleep(time).await;
    }
    if let Some(Fault::Refused(status, description, parameters)) = fault {
        return refuse(status, &description, parameters);
    }
    let done = rules::act(&mut tg.lock(), &method, &body);
    match (done, fault) {
        (Err((status, description, parameters)), _) => refuse(status, &description, parameters),
        (Ok(_), Some(Fault::DoneThen(status))) => {
            (StatusCode::from_u16(status).expect("a status"), "<html>Bad Gateway</html>").into_response()
        }
        (Ok(_), Some(Fault::DoneUnreadable)) => "it is done".into_response(),
        (Ok(result), _) => ok(result),
    }
}

/// The numbers of a form.
fn form(body: &str) -> Value {
    let number = |name: &str| {
        let after = body.split(&format!("name=\"{name}\"\r\n\r\n")).nth(1)?;
        after.split("\r\n").next()?.parse::<i64>().ok()
    };
    json!({ "chat_id": number("chat_id"), "message_thread_id": number("message_thread_id"), "caption": "a file" })
}

/// Updates below the offset are forgotten; the others come again and again until they are. One at a time may ask.
async fn poll(tg: &Tg, body: &Value) -> Response {
    struct Place<'a>(&'a Tg);
    impl Drop for Place<'_> {
        fn drop(&mut self) {
            self.0.lock().polls -= 1;
        }
    }
    let offset = body["offset"].as_i64().unwrap_or_default();
    let limit = usize::try_from(body["limit"].as_i64().unwrap_or(100).clamp(1, 100)).expect("small");
    let until = Instant::now() + Duration::from_secs(body["timeout"].as_u64().unwrap_or_default());
    {
        let mut inner = tg.lock();
        inner.updates.retain(|(id, _)| *id >= offset);
        inner.polls += 1;
    }
    let _place = Place(tg);
    loop {
        let bell = tg.bell.notified();
        {
            let inner = tg.lock();
            let mut waiting: Vec<(i64, Value)> = inner.updates.iter().cloned().collect();
            waiting.sort_by_key(|(id, _)| *id);
            let found: Vec<Value> = waiting.into_iter().map(|(_, update)| update).take(limit).collect();
            if !found.is_empty() || Instant::now() >= until {
                return ok(Value::Array(found));
            }
        }
        let _ = tokio::time::timeout(Duration::from_millis(200).min(until - Instant::now()), bell).await;
    }
}
