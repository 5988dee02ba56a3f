//! Agents: on the web's desk and in a channel's threads, under one lease.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::small;
use crate::support::dc::{Dc, Person};
use crate::support::server::Server;

const PASSWORD: &str = "correct horse battery staple";

/// Two accounts.
pub fn agents(server: &Server) {
    for name in ["anna", "ugo"] {
        let added = server.run_with(&["agent", "add", name, "--role", "agent"], &format!("{PASSWORD}\n"));
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    }
}

/// An agent at the web's desk.
pub struct Web {
    http: reqwest::Client,
    base: String,
    csrf: String,
}

impl Web {
    pub async fn login(server: &Server, name: &str) -> Self {
        let http = reqwest::Client::builder().cookie_store(true).build().expect("a client");
        let base = server.url();
        let login = json!({ "name": name, "password": PASSWORD });
        let told = http.post(format!("{base}/api/login")).json(&login).send().await.expect("an answer");
        let told: Value = told.json().await.expect("JSON");
        let csrf = told["csrf"].as_str().expect("a token").to_owned();
        Self { http, base, csrf }
    }

    /// The flows know that somebody is there.
    pub async fn online(&self) {
        let url = format!("{}/api/presence", self.base);
        let told =
            self.http.post(url).header("x-csrf-token", &self.csrf).json(&json!({ "presence": "online" }));
        assert_eq!(told.send().await.expect("an answer").status(), 200);
    }

    pub async fn get(&self, what: &str) -> Value {
        let told = self.http.get(format!("{}/api/{what}", self.base)).send().await.expect("an answer");
        told.json().await.expect("JSON")
    }

    /// The first conversation of a view, with all that is known of it.
    pub async fn first(&self, view: &str) -> Value {
        let list = self.get(&format!("conversations?view={view}")).await;
        let id = list["conversations"][0]["id"].as_str().expect("a conversation").to_owned();
        let mut whole = self.get(&format!("conversations/{id}")).await;
        whole["id"] = json!(id);
        whole
    }

    pub async fn act(&self, id: &str, what: &str, body: Value) -> u16 {
        let url = format!("{}/api/conversations/{id}/{what}", self.base);
        let told = self.http.post(url).header("x-csrf-token", &self.csrf).json(&body).send().await;
        told.expect("an answer").status().as_u16()
    }
}

/// The agents' channel with two agents, and somebody who waits: the agents' thread, and they.
struct Scene {
    dc: Dc,
    server: Server,
    anna: Person,
    ugo: Person,
    ada: Person,
}

async fn scene() -> Scene {
    let dc = Dc::start().await;
    let anna = Person::new(&dc, "anna", "en-US").await;
    let ugo = Person::new(&dc, "ugo", "en-US").await;
    let who = format!("anna={},ugo={}", anna.id, ugo.id);
    let server = small(
        &dc,
        &[("VESTIBULE_DESK__DISCORD__CHANNEL", &dc.channel), ("VESTIBULE_DESK__DISCORD__AGENTS", &who)],
    )
    .await;
    agents(&server);
    let web = Web::login(&server, "anna").await;
    web.online().await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    ada.says("hello", "What is it about?").await;
    ada.presses("A colleague", "Please hold the line.").await;
    let room = thread(&dc, "").await;
    let (anna, ugo) = (anna.within(&room), ugo.within(&room));
    Scene { dc, server, anna, ugo, ada }
}

/// The thread that is not `other`.
async fn thread(dc: &Dc, other: &str) -> String {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let threads = dc.control("threads", json!({})).await;
        let found = threads.as_array().into_iter().flatten().find(|thread| thread["id"] != other);
        if let Some(thread) = found {
            assert_eq!(thread["type"], 12, "it is private");
            return thread["id"].as_str().expect("a number").to_owned();
        }
        assert!(Instant::now() < until, "no thread: {:#?}", dc.wrongs().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_channel_is_told_of_a_ticket() {
    let dc = Dc::start().await;
    let alerts = r#"[{ "on": ["opened"], "chat": ["discord"] }]"#;
    let _server =
        small(&dc, &[("VESTIBULE_DESK__DISCORD__CHANNEL", &dc.channel), ("VESTIBULE_DESK__ALERTS", alerts)])
            .await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    ada.says("hello", "What is it about?").await;
    ada.presses("A fault", "Tell me what happened.").await;
    ada.says("the roof leaks", "six-digit number").await;
    ada.says("123456", "How many people").await;
    ada.says("7", "Your ticket is").await;
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let all = dc.messages(&dc.channel).await;
        let told: Vec<_> = all.iter().filter(|message| message.to_string().contains("New ticket")).collect();
        if let [one] = told.as_slice() {
            assert!(one.to_string().contains("the roof leaks"), "{one}");
            return;
        }
        assert!(Instant::now() < until, "{all:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_answers_from_a_thread() {
    let Scene { dc, server, mut anna, mut ugo, mut ada } = scene().await;
    let card = anna.hears("Waits in the queue support").await;
    assert!(card.contains("ada") && card.contains("discord"), "{card}");
    anna.hears("Please hold the line.").await;
    // Writing without claiming is said to be in vain.
    anna.says("hello?", "Not sent.").await;
    anna.press("Claim").await;
    ada.hears("anna").await;
    // The other comes too late, and is told.
    ugo.says("/claim", "Anna has this conversation").await;
    anna.write("Hello, this is **Anna** [x](https://evil.example) @everyone").await;
    let got = ada.hears("this is **Anna**").await;
    assert!(got.contains("[x](https://evil.example)"), "what people write is no markup: {got}");
    ada.write("my roof leaks").await;
    anna.hears("👤 my roof leaks").await;
    anna.write("note: she sounds worried").await;
    anna.says("We send somebody.", "").await;
    ada.hears("We send somebody.").await;
    // An edit arrives where the words arrived.
    let said = anna.write("We send sombody today.").await;
    ada.hears("We send sombody today.").await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    let edit = json!({ "channel": anna.channel, "message": said, "text": "We send somebody today." });
    dc.control("edit", edit).await;
    ada.sees("We send somebody today.").await;
    let all = ada.all().await;
    assert!(!all.iter().any(|text| text.contains("sombody") || text.contains("worried")), "{all:#?}");
    // Files go both ways.
    let picture = base64_of(b"\x89PNG\r\n\x1a\n....");
    anna.send(json!({ "files": [{ "name": "plan.png", "content": picture }] })).await;
    files(&ada, "plan.png").await;
    ada.send(json!({ "files": [{ "name": "roof.png", "content": picture }] })).await;
    files(&anna, "roof.png").await;
    // A note by its button and form.
    let note = anna.press("Note").await;
    let until = Instant::now() + Duration::from_secs(3);
    let modal = loop {
        let modal = anna.interaction(&note).await["modal"].clone();
        if modal.is_object() {
            break modal;
        }
        assert!(Instant::now() < until, "no form opens");
        tokio::time::sleep(Duration::from_millis(30)).await;
    };
    anna.act("modal", json!({ "custom_id": modal["custom_id"], "values": { "words": "call her back" } }))
        .await;
    anna.sees("📝 anna: call her back").await;
    // Not to be reached any more: said in the thread.
    let path = format!("/channels/{}/messages", ada.channel);
    dc.fault(&path, 1, json!({ "method": "POST", "status": 403, "code": 50_007, "message": "Cannot send messages to this user" })).await;
    anna.says("Are you there?", "Cannot be reached any more").await;
    anna.write("/close solved").await;
    anna.sees("Closed: solved").await;
    assert!(!server.log().contains("ERROR"), "{}", server.log());
    let wrongs = dc.wrongs().await;
    assert!(wrongs.is_empty(), "{wrongs:#?}");
}

fn base64_of(content: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(content)
}

async fn files(person: &Person, name: &str) {
    let until = Instant::now() + Duration::from_secs(15);
    while !person.told().await.iter().any(|one| one["attachments"].to_string().contains(name)) {
        assert!(Instant::now() < until, "{name} does not come: {:#?}", person.dc.wrongs().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_thread_is_made_again_and_a_stranger_has_no_say() {
    let Scene { dc, server, mut anna, mut ada, .. } = scene().await;
    anna.hears("Please hold the line.").await;
    let mut stranger = Person::new(&dc, "eve", "en-US").await.within(&anna.channel);
    stranger.says("/claim", "Nobody knows you as an agent").await;
    let room = anna.channel.clone();
    dc.control("delete_channel", json!({ "channel": room })).await;
    ada.write("is anybody there?").await;
    let again = thread(&dc, &room).await;
    assert_ne!(again, room);
    let mut anna = anna.within(&again);
    anna.hears("is anybody there?").await;
    anna.press("Claim").await;
    ada.hears("anna").await;
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_claim_at_once_and_one_wins() {
    let Scene { server, mut anna, ada, .. } = scene().await;
    anna.hears("Waits in the queue support").await;
    let ugo = Web::login(&server, "ugo").await;
    let id = ugo.first("queue").await["id"].as_str().expect("a conversation").to_owned();
    // At the same instant, from the thread and from the web.
    let (press, told) = tokio::join!(anna.press("Claim"), ugo.act(&id, "claim", json!({})));
    let owner = {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            let all = ada.all().await;
            let names = ["anna", "ugo"].map(|name| all.iter().any(|text| text.contains(name)));
            match names {
                [true, false] => break "anna",
                [false, true] => break "ugo",
                [true, true] => panic!("two have it: {all:#?}"),
                [false, false] => assert!(Instant::now() < until, "nobody has it: {all:#?}"),
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    };
    if owner == "ugo" {
        assert_eq!(told, 200);
        anna.sees("Ugo has this conversation").await;
    } else {
        assert_eq!(told, 409);
    }
    assert_eq!(anna.interaction(&press).await["responded"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_thread_can_be_made_agents_are_told() {
    let dc = Dc::start().await;
    let anna = Person::new(&dc, "anna", "en-US").await;
    let who = format!("anna={}", anna.id);
    let server = small(
        &dc,
        &[("VESTIBULE_DESK__DISCORD__CHANNEL", &dc.channel), ("VESTIBULE_DESK__DISCORD__AGENTS", &who)],
    )
    .await;
    agents(&server);
    let full = json!({ "method": "POST", "status": 400, "code": 160_006, "message": "Maximum number of active threads reached" });
    dc.fault("/threads", 3, full).await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    ada.says("hello", "What is it about?").await;
    let web = Web::login(&server, "anna").await;
    web.online().await;
    ada.presses("A colleague", "Please hold the line.").await;
    let mut anna = anna.within(&dc.channel);
    anna.hears("waits, and no thread can be made: there are as many threads as Discord allows").await;
    // Later there is room again.
    thread(&dc, "").await;
}
