//! What comes into a chat from outside it: files of visitors, known incidents and the news of them.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Agent, Told, Visitor, ask, texts};
use crate::support::server::Server;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and the rest of a photo";

/// A desk on one flow.
fn desk(flow: &str, environment: &[(&str, &str)]) -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("main.yaml"), flow).expect("a flow");
    let flows = folder.path().display().to_string();
    let mut all = vec![
        ("VESTIBULE_FLOWS", flows.as_str()),
        ("VESTIBULE_PUBLIC_URL", ""),
        ("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", ""),
    ];
    all.extend(environment);
    let server = Server::small("", &all);
    (folder, server)
}

impl Visitor {
    async fn upload(&self, client: &str, name: &str, content: &[u8]) -> Told {
        let request = self.http.post(format!("{}/chat/files", self.base)).bearer_auth(&self.token);
        ask(request.query(&[("client_id", client), ("name", name)]).body(content.to_vec())).await
    }
}

const PHOTO: &str = r#"flow: main
start: { default: true }
slots:
  photo: file
steps:
  - branch:
      - { when: channel.voice, goto: caller }
      - { goto: photo }
  - id: photo
    ask: { slot: photo, prompt: { en: "Send a photo of it.", it: "Invia una foto." } }
  - say: { en: "I have {{ slots.photo }}.", it: "Ho {{ slots.photo }}." }
  - end: { outcome: informed }
  - id: caller
    say: { en: "Send it in the chat.", it: "Inviala in chat." }
  - end: { outcome: informed }
"#;

#[tokio::test]
async fn a_file_fills_its_slot_and_agents_can_save_it() {
    let (_folder, server) = desk(PHOTO, &[]);
    let visitor = Visitor::open(&server, json!({ "locale": "en" })).await;
    assert_eq!(texts(&visitor.first), ["Send a photo of it."]);
    let words = visitor.post(json!({ "client_id": "w", "text": "it is broken" })).await;
    assert!(words.text.contains("Please send a file."), "{}", words.text);
    let told = visitor.upload("f1", "../my desk.png", PNG).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let taken = told.json();
    let size = PNG.len();
    assert_eq!(
        (&taken["name"], &taken["kind"], &taken["size"]),
        (&json!("my desk.png"), &json!("image/png"), &json!(size))
    );
    let file = taken["file"].as_str().expect("a reference");
    assert!(texts(&taken["messages"]).contains(&format!("I have {file}.")), "{taken}");
    // The same again is the same file and the same words.
    assert_eq!(visitor.upload("f1", "../my desk.png", PNG).await.text, told.text);

    let path = format!("files/{file}");
    let stranger = ask(reqwest::Client::new().get(format!("{}/api/{path}", server.url()))).await;
    assert_eq!(stranger.status, 401, "files are for agents");
    let agent = Agent::new(&server, "maria").await;
    let saved = agent.http.get(format!("{}/api/{path}", server.url())).send().await.expect("an answer");
    let header = |name: &str| saved.headers()[name].to_str().expect("plain").to_owned();
    assert_eq!((saved.status().as_u16(), header("content-type")), (200, "image/png".to_owned()));
    assert_eq!(header("content-disposition"), "attachment; filename=\"my desk.png\"");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(saved.bytes().await.expect("a body"), PNG);
    assert_eq!(agent.get("files/0198c0de-0000-7000-8000-000000000000").await.refusal(), "not_found");
}

#[tokio::test]
async fn what_is_no_picture_or_too_large_is_refused_in_words_and_the_question_stands() {
    let (_folder, server) = desk(PHOTO, &[("VESTIBULE_CHANNELS__WEB__FILE_BYTES", "100000")]);
    let visitor = Visitor::open(&server, json!({ "locale": "en" })).await;
    let page = b"<!doctype html><script>alert(1)</script>";
    for (client, name, content) in [
        ("a", "photo.png", &page[..]),
        ("b", "photo.png", b"MZ\x90\0\x03\0\0\0"),
        ("c", "photo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("d", "photo.zip", b"PK\x03\x04\x14\0\0\0"),
    ] {
        let told = visitor.upload(client, name, content).await;
        assert_eq!((told.status, told.refusal().as_str()), (415, "wrong_kind"), "{name}: {}", told.text);
        assert!(told.text.contains("PNG"), "it says what is taken: {}", told.text);
    }
    let large = visitor.upload("e", "photo.png", &[PNG, &vec![0; 100_000]].concat()).await;
    assert_eq!((large.status, large.refusal().as_str()), (413, "too_large"), "{}", large.text);
    assert!(large.text.contains("100000"), "it says how much is: {}", large.text);
    let empty = visitor.upload("f", "photo.png", b"").await;
    assert_eq!((empty.status, empty.refusal().as_str()), (400, "empty"));
    let whole = visitor.upload("g", "photo.png", &[PNG, &vec![0; 99_000]].concat()).await;
    assert!(whole.text.contains("I have "), "nothing of this was counted as a try: {}", whole.text);
}

const OUTAGE: &str = r#"flow: main
start: { default: true }
slots:
  go: bool
steps:
  - id: check
    branch:
      - { when: "known_incidents('network') | length > 0", goto: known }
      - { goto: fine }
  - id: known
    say: { en: "Known: {{ known_incidents('network')[0].title }}.", it: "Noto." }
  - watch: { incident: network }
    goto: again
  - id: fine
    say: { en: "All is well.", it: "Tutto bene." }
  - id: again
    ask: { slot: go, prompt: { en: "Look again?", it: "Ancora?" } }
    goto: check
"#;

/// Runs the command with `--json`; the one object that it writes.
fn incident(server: &Server, arguments: &[&str]) -> Value {
    let done = server.run(&[&["incident"], arguments, &["--json"]].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("one JSON object")
}

#[tokio::test]
async fn an_incident_is_told_of_and_its_end_is_told_once() {
    let (_folder, server) = desk(OUTAGE, &[]);
    let visitor = Visitor::open(&server, json!({ "locale": "en" })).await;
    assert_eq!(texts(&visitor.first)[0], "All is well.");
    incident(&server, &["open", "printing", "--title", "Toner"]);
    let opened = incident(&server, &["open", "network", "--title", "No internet in the north"]);
    let told = visitor.post(json!({ "client_id": "1", "text": "yes" })).await;
    assert!(told.text.contains("Known: No internet in the north."), "{}", told.text);
    // Watched twice, told of once.
    let told = visitor.post(json!({ "client_id": "2", "text": "yes" })).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let id = opened["id"].as_str().expect("an id");
    assert_eq!(incident(&server, &["close", id])["closed"], json!(true));
    assert_eq!(server.run(&["incident", "close", id]).status.code(), Some(1), "there is no open one left");
    let news = "You asked me to tell you: “No internet in the north” (network) is fixed.";
    let count = async || {
        let all = texts(&visitor.after("after=0").await);
        all.iter().filter(|text| text.as_str() == news).count()
    };
    let begun = std::time::Instant::now();
    while count().await == 0 {
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", texts(&visitor.after("after=0").await));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(count().await, 1, "told once");
    let told = visitor.post(json!({ "client_id": "3", "text": "yes" })).await;
    assert!(told.text.contains("All is well."), "it is over, and the chat goes on: {}", told.text);
    let agent = Agent::new(&server, "maria").await;
    let open = agent.get("incidents").await.json();
    assert_eq!(open["incidents"].as_array().map(Vec::len), Some(1), "the other stays open: {open}");
}
