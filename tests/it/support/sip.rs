//! Real calls on this machine: the telephony platform and the telephones of `tests/sip`, over SIP and RTP on loopback.
//! What a caller heard is told from the sound.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::{PUBLIC_URL, Server, TOKEN};

/// The platform's account.
pub const ACCOUNT: &str = "AC00000000000000000000000000000000";
/// The number of the desk.
pub const DESK: &str = "+18005550100";
/// Seconds that a caller waits for a phrase.
const PATIENCE: u64 = 40;

/// The interpreter of the environment that `scripts/test` makes. Without it there is no test, and that is said.
pub fn python() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../sip-venv/bin/python");
    let python = std::env::var_os("VESTIBULE_TEST_SIP").map_or(beside, PathBuf::from);
    if python.exists() {
        return Some(python);
    }
    eprintln!(
        "SKIPPED: no real calls, since {} is missing. `scripts/test sip::` makes it where pip has pjsua2-python.",
        python.display()
    );
    None
}

/// A child that takes a JSON a line and answers each with one.
struct Talker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Talker {
    fn start(python: &Path, script: &str, arguments: &[String]) -> (Self, Value) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sip").join(script);
        let mut child = Command::new(python)
            .arg(script)
            .args(arguments)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("OPENBLAS_NUM_THREADS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let input = child.stdin.take().expect("its input");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let mut whole = Self { child, input, output };
        let first = whole.read();
        (whole, first)
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    fn ask(&mut self, told: &Value) -> Value {
        writeln!(self.input, "{told}").expect("it listens");
        self.read()
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The telephony platform, at work for one server.
pub struct Gateway {
    python: PathBuf,
    process: RefCell<Talker>,
    folder: tempfile::TempDir,
    sip: String,
    /// The base of its API.
    pub api: String,
}

impl Gateway {
    /// `phrases` (language and text) are what it understands of speech, beside the hints of each question. None where the
    /// tests of real calls are skipped.
    pub fn start(server: &Server, phrases: &[(&str, &str)]) -> Option<Self> {
        Self::at(&server.url(), phrases)
    }

    /// For any application that answers at `url`.
    pub fn at(url: &str, phrases: &[(&str, &str)]) -> Option<Self> {
        let python = python()?;
        let folder = tempfile::tempdir().expect("a folder");
        let mut arguments: Vec<String> =
            ["--public", PUBLIC_URL, "--local", url, "--token", TOKEN].map(str::to_owned).to_vec();
        arguments.extend(["--folder".to_owned(), folder.path().display().to_string()]);
        for (language, text) in phrases {
            arguments.extend(["--phrase".to_owned(), format!("{language}={text}")]);
        }
        let (process, told) = Talker::start(&python, "gateway.py", &arguments);
        let text = |key: &str| told[key].as_str().expect("an address").to_owned();
        let (sip, api) = (text("sip"), text("api"));
        Some(Self { python, process: RefCell::new(process), folder, sip, api })
    }

    /// Somebody calls the desk from a number; the call is answered.
    pub fn call(&self, from: &str) -> Phone {
        let mut phone = self.phone(from, &["--call", &format!("sip:{DESK}@{}", self.sip)]);
        let told = phone.ask(&json!({ "wait_call": 20 }));
        assert_eq!(told["ok"], true, "{told}\n{:#?}", self.log());
        phone
    }

    /// A telephone with a number, to which the platform knows the way. `manner` is take, busy or ring.
    pub fn telephone(&self, number: &str, manner: &str) -> Phone {
        let phone = self.phone(number, &["--answer", manner]);
        let told = self.process.borrow_mut().ask(&json!({ "route": number, "to": phone.sip }));
        assert_eq!(told["ok"], true);
        phone
    }

    fn phone(&self, number: &str, more: &[&str]) -> Phone {
        let folder = self.folder.path().display().to_string();
        let mut arguments: Vec<String> = ["--from", number, "--folder", &folder].map(str::to_owned).to_vec();
        arguments.extend(more.iter().map(|word| (*word).to_owned()));
        let (process, told) = Talker::start(&self.python, "caller.py", &arguments);
        let sip = told["sip"].as_str().expect("an address").to_owned();
        Phone { process, sip, log: self.folder.path().join("log") }
    }

    /// All that it did: entries with `what`, `call` and more.
    pub fn log(&self) -> Vec<Value> {
        read(&self.folder.path().join("log"))
    }

    /// The calls' ids, in the order they came.
    pub fn calls(&self) -> Vec<String> {
        let incoming = self.log().into_iter().filter(|entry| entry["what"] == "incoming");
        incoming.map(|entry| entry["call"].as_str().expect("an id").to_owned()).collect()
    }

    /// Waits until so many calls are over and the server was told of it; nothing went wrong, and each key came as an event
    /// of its own and not as a sound.
    pub async fn settled(&self, calls: usize) {
        let until = Instant::now() + Duration::from_secs(20);
        let told = |entry: &Value| {
            entry["what"] == "post" && entry["url"].as_str().is_some_and(|url| url.ends_with("/status"))
        };
        while self.log().iter().filter(|entry| told(entry)).count() < calls {
            assert!(Instant::now() < until, "the end was not told: {:#?}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for entry in self.log() {
            match entry["what"].as_str() {
                Some("error") => panic!("{entry}\n{:#?}", self.log()),
                Some("key") => assert_eq!(entry["way"], "telephone-event", "{entry}"),
                Some("over") => assert_eq!(entry["in_band"], 0, "{entry}"),
                _ => {}
            }
        }
    }
}

/// A telephone in somebody's hand.
pub struct Phone {
    process: Talker,
    pub sip: String,
    log: PathBuf,
}

impl Phone {
    fn ask(&mut self, told: &Value) -> Value {
        self.process.ask(told)
    }

    fn does(&mut self, told: &Value) -> Value {
        let answer = self.ask(told);
        assert_eq!(answer["ok"], true, "{told}: {answer}\n{:#?}", read(&self.log));
        answer
    }

    /// Waits until the words were said, after those heard before.
    pub fn hears(&mut self, text: &str, language: &str) {
        self.does(&json!({ "hear": text, "language": language, "within": PATIENCE }));
    }

    /// How often the words were said in the whole call.
    pub fn count(&mut self, text: &str, language: &str) -> u64 {
        let told = self.does(&json!({ "count": text, "language": language, "least": 0.87 }));
        told["count"].as_u64().expect("a count")
    }

    pub fn presses(&mut self, keys: &str) {
        self.does(&json!({ "keys": keys }));
    }

    pub fn says(&mut self, text: &str, language: &str) {
        self.does(&json!({ "say": text, "language": language }));
    }

    /// Waits until nobody has spoken for so many seconds.
    pub fn waits_for_silence(&mut self, seconds: f64) {
        self.does(&json!({ "wait_silence": seconds, "within": PATIENCE }));
    }

    pub fn waits_for_a_call(&mut self) {
        self.does(&json!({ "wait_call": PATIENCE }));
    }

    pub fn hangs_up(&mut self) {
        self.does(&json!({ "hang_up": true }));
    }

    /// Waits until the other side hangs up; seconds of voice heard in the call.
    pub fn is_hung_up_on(&mut self) -> f64 {
        let told = self.does(&json!({ "wait_end": PATIENCE }));
        told["voice"].as_f64().expect("seconds")
    }
}

fn read(log: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
