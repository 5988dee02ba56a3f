//! Discord on a port of this machine: simcord's rules, driven by `tests/discord/stand_in.py`. The program talks to it over
//! real sockets; a test acts in the name of people through its controls.

mod person;

pub use person::Person;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub const TOKEN: &str = "simtoken";

/// Cheap to clone; the stand-in ends with the last of them.
#[derive(Clone)]
pub struct Dc {
    http: reqwest::Client,
    url: String,
    /// A server, its text channel, and the bot.
    pub guild: String,
    pub channel: String,
    pub bot: String,
    _process: Arc<Process>,
}

struct Process(Mutex<Child>);

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(mut child) = self.0.lock() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The interpreter of the environment that `scripts/test` makes.
fn python() -> PathBuf {
    let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../discord-venv/bin/python");
    let python = std::env::var_os("VESTIBULE_TEST_DISCORD").map_or(beside, PathBuf::from);
    assert!(
        python.exists(),
        "{} is missing: tests of Discord need simcord. Run them by `scripts/test discord::` once, which makes it, or:\n  \
         python3 -m venv {venv} && {venv}/bin/pip install -r tests/discord/requirements.txt",
        python.display(),
        venv = python.parent().and_then(Path::parent).unwrap_or(&python).display(),
    );
    python
}

impl Dc {
    /// Starts one, with a server in it.
    pub async fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/discord/stand_in.py");
        let mut child = Command::new(python())
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the stand-in starts");
        let mut port = String::new();
        let out = child.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut port).expect("its port");
        let url = format!("http://127.0.0.1:{}", port.trim());
        assert!(!port.trim().is_empty(), "the stand-in did not start");
        let process = Arc::new(Process(Mutex::new(child)));
        let none = String::new;
        let http = reqwest::Client::new();
        let mut dc = Self { http, url, guild: none(), channel: none(), bot: none(), _process: process };
        let made = dc.control("guild", json!({ "name": "a server" })).await;
        let text = |key: &str| made[key].as_str().expect("a number").to_owned();
        (dc.guild, dc.channel, dc.bot) = (text("guild"), text("channel"), text("bot"));
        dc
    }

    pub async fn control(&self, verb: &str, told: Value) -> Value {
        let url = format!("{}/control/{verb}", self.url);
        let reply = self.http.post(url).json(&told).send().await.expect("the stand-in answers");
        let answer: Value = reply.json().await.expect("JSON");
        assert!(answer.get("error").is_none(), "{verb} {told}: {answer}");
        answer
    }

    /// Settings of a program that is to work with this.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("VESTIBULE_CHANNELS__DISCORD__TOKEN", TOKEN.to_owned()),
            ("VESTIBULE_CHANNELS__DISCORD__API_URL", self.url.clone()),
        ]
    }

    /// Waits until so many sessions are connected.
    pub async fn connected(&self, sessions: u64) {
        let until = Instant::now() + Duration::from_secs(30);
        while self.control("connected", json!({})).await["sessions"] != sessions {
            assert!(Instant::now() < until, "nobody connects");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// A fault of the next `times` calls whose path holds `path`.
    pub async fn fault(&self, path: &str, times: u64, more: Value) {
        let mut fault = json!({ "path": path, "times": times });
        for (key, value) in more.as_object().expect("an object") {
            fault[key] = value.clone();
        }
        self.control("fault", fault).await;
    }

    /// Calls of the program whose path holds `path`.
    pub async fn calls(&self, path: &str) -> Vec<Value> {
        self.control("calls", json!({ "path": path })).await.as_array().cloned().expect("a list")
    }

    pub async fn messages(&self, channel: &str) -> Vec<Value> {
        self.control("messages", json!({ "channel": channel })).await.as_array().cloned().expect("a list")
    }

    /// The messages of a channel as soon as it has changed since `known` changes, and how many it has had now; as it stands,
    /// if nothing changes for a second.
    pub async fn news(&self, channel: &str, known: u64) -> (u64, Vec<Value>) {
        let told = self.control("news", json!({ "channel": channel, "known": known, "seconds": 1 })).await;
        let messages = told["messages"].as_array().cloned().expect("a list");
        (told["known"].as_u64().expect("a count"), messages)
    }

    /// What broke a rule of the API; faults that were asked for are none.
    pub async fn wrongs(&self) -> Vec<Value> {
        let calls = self.calls("").await;
        let wrong = |call: &Value| call["status"].as_u64() >= Some(400) && call["faulted"] == false;
        calls.into_iter().filter(wrong).collect()
    }
}
