//! `http` steps against a real service: slow, failing, good at the third try, and a program that is killed meanwhile.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::caller::Caller;
use super::support::server::Server;

/// A service that notes what it is asked, and answers by the path: `/slow/…` never, `/down/…` 503, `/flaps/…` good at the
/// third time, else good.
struct Service {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

#[derive(Debug, Clone)]
struct Asked {
    path: String,
    key: String,
    authorization: String,
    body: String,
}

impl Service {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its number").to_string();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let notes = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let notes = notes.clone();
                std::thread::spawn(move || serve(stream, &notes));
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("the notes").clone()
    }

    async fn wait_for(&self, count: usize) -> Vec<Asked> {
        let begun = Instant::now();
        while self.asked().len() < count {
            assert!(begun.elapsed() < Duration::from_secs(20), "asked {:?}", self.asked());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.asked()
    }
}

fn serve(mut stream: TcpStream, notes: &Mutex<Vec<Asked>>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let header = |name: &str| {
        let found = head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        found.unwrap_or_default()
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut body).expect("a body");
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let times = {
        let mut notes = notes.lock().expect("the notes");
        notes.push(Asked {
            path: path.clone(),
            key: header("idempotency-key"),
            authorization: header("authorization"),
            body: String::from_utf8_lossy(&body).into_owned(),
        });
        notes.iter().filter(|asked| asked.path == path).count()
    };
    let (status, body) = match path.split('/').nth(1).unwrap_or_default() {
        "slow" => {
            std::thread::sleep(Duration::from_secs(30));
            return;
        }
        "late" => {
            std::thread::sleep(Duration::from_millis(1_500));
            ("200 OK", r#"{"state": "sent"}"#)
        }
        "down" => ("503 Service Unavailable", "{}"),
        "flaps" if times < 3 => ("503 Service Unavailable", "{}"),
        "wrong" => ("404 Not Found", r#"{"state": "sent"}"#),
        "elsewhere" => ("302 Found\r\nlocation: http://127.0.0.1:9/stolen", ""),
        _ => ("200 OK", r#"{"state": "sent"}"#),
    };
    let length = body.len();
    let reply = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    let _ = stream.write_all(reply.as_bytes());
}

/// A desk whose only flow asks for a path, calls it, and tells what came.
fn desk(service: &Service) -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let flow = format!(
        r#"flow: main
start: {{ default: true }}
slots:
  path: {{ type: choice, options: [good, slow, late, down, flaps, wrong, elsewhere] }}
  state: text
steps:
  - id: path
    ask: {{ slot: path, prompt: {{ en: "Which path?", it: "Quale?", de: "Welcher?" }} }}
  - http:
      method: POST
      url: "http://{}/{{{{ slots.path }}}}/x"
      headers: {{ Authorization: "Bearer {{{{ secret('orders') }}}}" }}
      json: {{ id: "{{{{ slots.path }}}}" }}
      timeout: 2s
      retries: 2
      into: {{ state: body.state }}
      on_error: sorry
  - say: {{ en: "It is {{{{ slots.state }}}}.", it: "È {{{{ slots.state }}}}.", de: "Es ist {{{{ slots.state }}}}." }}
    goto: path
  - id: sorry
    say: {{ en: "No answer.", it: "Nessuna risposta.", de: "Keine Antwort." }}
    goto: path
"#,
        service.address
    );
    std::fs::write(folder.path().join("main.yaml"), flow).expect("a flow");
    let flows = folder.path().display().to_string();
    let environment = [
        ("VESTIBULE_FLOWS", flows.as_str()),
        ("VESTIBULE_HTTP__SECRETS__ORDERS", "s3cret-of-orders"),
        ("VESTIBULE_CHANNELS__TWILIO__LANGUAGE_MENU", "false"),
    ];
    let server = Server::small("", &environment);
    (folder, server)
}

struct Chat {
    http: reqwest::Client,
    base: String,
    token: String,
    said: u32,
}

impl Chat {
    async fn open(server: &Server) -> Self {
        // A connection each: one that is kept is dead after a kill, and a client finds that out by failing.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("a client");
        let base = server.url();
        let opened = http.post(format!("{base}/chat/conversations")).json(&json!({ "locale": "en" }));
        let opened: Value = opened.send().await.expect("it answers").json().await.expect("JSON");
        Self { http, base, token: opened["token"].as_str().expect("a token").to_owned(), said: 0 }
    }

    async fn say(&mut self, text: &str) -> String {
        self.said += 1;
        let saying = json!({ "client_id": format!("m{}", self.said), "text": text });
        let post =
            self.http.post(format!("{}/chat/messages", self.base)).bearer_auth(&self.token).json(&saying);
        post.send().await.expect("it answers").text().await.expect("a text")
    }

    async fn all(&self) -> Vec<String> {
        let get = self.http.get(format!("{}/chat/messages?after=0", self.base)).bearer_auth(&self.token);
        let told: Value = get.send().await.expect("it answers").json().await.expect("JSON");
        let texts = told["messages"].as_array().unwrap_or_else(|| panic!("{told}")).iter();
        texts.map(|message| message["text"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Waits until `text` was told.
    async fn hears(&self, text: &str) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let all = self.all().await;
            if all.iter().any(|told| told == text) {
                return all;
            }
            assert!(begun.elapsed() < Duration::from_secs(25), "{text:?} is not among {all:?}");
            // A visitor may come 5 times a second.
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }
}

#[tokio::test]
async fn an_answer_comes_live_and_a_service_that_flaps_is_tried_again_with_one_key() {
    let service = Service::start();
    let (_folder, server) = desk(&service);
    let mut chat = Chat::open(&server).await;
    let said = chat.say("good").await;
    assert!(!said.contains("It is"), "the turn does not wait for the service: {said}");
    chat.hears("It is sent.").await;
    let asked = service.asked();
    assert_eq!((asked.len(), asked[0].authorization.as_str()), (1, "Bearer s3cret-of-orders"));
    assert_eq!(asked[0].body, r#"{"id":"good"}"#);
    chat.say("flaps").await;
    let asked = service.wait_for(4).await;
    let keys: std::collections::BTreeSet<&str> = asked[1..].iter().map(|asked| asked.key.as_str()).collect();
    assert!(keys.len() == 1 && !keys.contains("") && !keys.contains(asked[0].key.as_str()), "{asked:?}");
    chat.say("elsewhere").await;
    chat.hears("No answer.").await;
    // Neither the journal nor the log holds the secret.
    assert!(!server.log().contains("s3cret-of-orders"));
    let shown = String::from_utf8_lossy(&server.database()).into_owned();
    assert!(shown.contains("/flaps/x") && !shown.contains("s3cret-of-orders"));
}

#[tokio::test]
async fn what_fails_goes_its_way_and_what_will_not_mend_is_not_tried_again() {
    let service = Service::start();
    let (_folder, server) = desk(&service);
    let mut chat = Chat::open(&server).await;
    chat.say("wrong").await;
    chat.hears("No answer.").await;
    assert_eq!(service.asked().len(), 1, "a 404 stays one");
    let mut other = Chat::open(&server).await;
    other.say("down").await;
    other.hears("No answer.").await;
    assert_eq!(service.asked().len(), 4, "three tries");
    let mut third = Chat::open(&server).await;
    third.say("slow").await;
    assert!(third.say("hello?").await.contains("One moment"), "words meanwhile are answered");
    third.hears("No answer.").await;
    assert_eq!(service.asked().iter().filter(|asked| asked.path.contains("slow")).count(), 3);
}

#[tokio::test]
async fn a_request_outlives_a_kill_and_is_answered_once() {
    let service = Service::start();
    let (_folder, mut server) = desk(&service);
    let mut chat = Chat::open(&server).await;
    chat.say("late").await;
    service.wait_for(1).await;
    server.kill();
    server.again();
    let all = chat.hears("It is sent.").await;
    let asked = service.asked();
    assert_eq!(asked.len(), 2, "taken up again");
    assert_eq!(asked[0].key, asked[1].key, "as the same request");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(chat.all().await, all, "and gone on with once");
}

#[tokio::test]
async fn a_caller_is_asked_for_a_moment_and_hears_the_answer() {
    let service = Service::start();
    let (_folder, server) = desk(&service);
    let mut caller = Caller::new(reqwest::Client::new(), &server.url(), "CA-http", "+390200000001");
    caller.begin().await.expect("a call");
    caller.speak("late", "0.9").await.expect("heard");
    assert!(caller.last().contains("One moment"), "{:?}", caller.heard);
    let begun = Instant::now();
    while !caller.heard.iter().any(|line| line.contains("It is sent")) {
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", caller.heard);
        tokio::time::sleep(Duration::from_millis(300)).await;
        caller.silence().await.expect("it waits on");
    }
    assert!(caller.last().contains("Which path"), "and the flow goes on: {:?}", caller.heard);
    assert_eq!(service.asked().len(), 1);
}
