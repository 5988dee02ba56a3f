//! Agents: on the web's desk and in a group's topics, under one lease.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::small;
use crate::support::server::Server;
use crate::support::tg::{Fault, Person, Tg};

pub const GROUP: i64 = -100_777;
const PASSWORD: &str = "correct horse battery staple";

pub fn with_group(tg: &Tg) -> Server {
    tg.add_chat(GROUP);
    let server = small(
        tg,
        &[
            ("VESTIBULE_DESK__TELEGRAM__GROUP", "-100777"),
            ("VESTIBULE_DESK__TELEGRAM__AGENTS", "anna=71,ugo=72"),
        ],
    );
    for name in ["anna", "ugo"] {
        let added = server.run_with(&["agent", "add", name, "--role", "agent"], &format!("{PASSWORD}\n"));
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    }
    server
}

/// The topic of a conversation that waits.
async fn topic(tg: &Tg, nth: usize) -> i64 {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let mut all: Vec<i64> = tg.topics().into_iter().map(|(topic, _)| topic).collect();
        all.sort_unstable();
        if let Some(topic) = all.get(nth) {
            return *topic;
        }
        assert!(Instant::now() < until, "no topic: {:?}", tg.wrongs());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn waits_for_a_person(tg: &Tg, id: i64) -> Person {
    // A word in the group, and the flows know that somebody is there.
    Person::new(tg, 71, "en").in_group(GROUP, None).write("good morning");
    let until = Instant::now() + Duration::from_secs(10);
    while tg.waiting() > 0 {
        assert!(Instant::now() < until, "nobody fetches");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    let mut ada = Person::new(tg, id, "en");
    ada.says("hello", "What is it about?").await;
    ada.presses("A colleague", "Please hold the line.").await;
    ada
}

/// Through the small desk's form to a ticket.
async fn ticket(mut contact: Person) -> String {
    contact.says("hello", "What is it about?").await;
    contact.presses("A fault", "Tell me what happened.").await;
    contact.says("the roof leaks", "six-digit number").await;
    contact.says("123456", "How many people").await;
    contact.says("7", "Your ticket is").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_group_is_told_of_a_ticket_once() {
    let tg = Tg::start();
    tg.add_chat(GROUP);
    let alerts = r#"[{ "on": ["opened"], "chat": ["telegram"] }]"#;
    let _server =
        small(&tg, &[("VESTIBULE_DESK__TELEGRAM__GROUP", "-100777"), ("VESTIBULE_DESK__ALERTS", alerts)]);
    // The first time it does not get there.
    tg.fault(
        "sendMessage",
        GROUP,
        1,
        Fault::Refused(429, "Too Many Requests: retry after 1".into(), json!({ "retry_after": 1 })),
    );
    ticket(Person::new(&tg, 711, "en")).await;
    let mut anna = Person::new(&tg, 71, "en").in_group(GROUP, None);
    let told = anna.hears("New ticket").await;
    assert!(told.contains("the roof leaks") && told.contains("nobody"), "{told}");
    tokio::time::sleep(Duration::from_secs(3)).await;
    let all = tg.messages(GROUP);
    assert_eq!(
        all.iter().filter(|message| message.to_string().contains("New ticket")).count(),
        1,
        "{all:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_answers_from_a_topic() {
    let tg = Tg::start();
    let server = with_group(&tg);
    let mut ada = waits_for_a_person(&tg, 701).await;
    let room = topic(&tg, 0).await;
    let mut anna = Person::new(&tg, 71, "en").in_group(GROUP, Some(room));
    let mut ugo = Person::new(&tg, 72, "en").in_group(GROUP, Some(room));
    let card = anna.hears("Waits in the queue support").await;
    assert!(card.contains("P701") && card.contains("telegram"), "{card}");
    anna.hears("Please hold the line.").await;
    // Writing without claiming is said to be in vain.
    anna.says("hello?", "Not sent.").await;
    let press = anna.press("Claim");
    ada.hears("anna").await;
    // The other comes too late, and is told.
    let until = Instant::now() + Duration::from_secs(10);
    while !tg.answered(&press) {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    ugo.says("/claim", "Anna has this conversation").await;
    anna.write("Hello, this is **Anna** [x](https://evil.example)");
    let got = ada.hears("this is **Anna**").await;
    assert!(got.contains("[x](https://evil.example)"), "what people write is no markup: {got}");
    let sent = tg.messages(701).last().cloned().expect("a message");
    assert_eq!(sent["entities"], Value::Null);
    ada.write("my roof leaks");
    anna.hears("👤 my roof leaks").await;
    anna.write("note: she sounds worried");
    anna.write("We send somebody.");
    ada.hears("We send somebody.").await;
    assert!(!ada.all().iter().any(|text| text.contains("worried")), "{:#?}", ada.all());
    // An edit arrives where the words arrived.
    let said = anna.message(json!({ "text": "We send sombody today." }));
    tg.push("message", said.clone());
    ada.hears("We send sombody today.").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut better = said;
    better["text"] = json!("We send somebody today.");
    better["edit_date"] = json!(1_800_000_000);
    tg.push("edited_message", better);
    ada.sees("We send somebody today.").await;
    assert!(!ada.all().iter().any(|text| text.contains("sombody")), "{:#?}", ada.all());
    // Blocked: said in the topic.
    tg.block(701, true);
    anna.says("Are you there?", "Cannot be reached any more").await;
    tg.block(701, false);
    anna.says("/close solved", "Closed: solved").await;
    assert!(!server.log().contains("ERROR"), "{}", server.log());
    assert!(tg.wrongs().is_empty(), "{:#?}", tg.wrongs());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_topic_is_made_again_and_a_stranger_has_no_say() {
    let tg = Tg::start();
    let server = with_group(&tg);
    let mut ada = waits_for_a_person(&tg, 702).await;
    let room = topic(&tg, 0).await;
    let mut anna = Person::new(&tg, 71, "en").in_group(GROUP, Some(room));
    anna.hears("Please hold the line.").await;
    let mut stranger = Person::new(&tg, 79, "en").in_group(GROUP, Some(room));
    stranger.says("/claim", "Nobody knows you as an agent").await;
    tg.drop_topic(GROUP, room);
    ada.write("is anybody there?");
    let again = topic(&tg, 0).await;
    assert_ne!(again, room);
    let mut anna = Person::new(&tg, 71, "en").in_group(GROUP, Some(again));
    anna.hears("Please hold the line.").await;
    anna.press("Claim");
    ada.hears("anna").await;
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_on_the_web_answers_a_person_on_telegram() {
    let tg = Tg::start();
    let server = with_group(&tg);
    let mut ada = waits_for_a_person(&tg, 703).await;
    let http = reqwest::Client::builder().cookie_store(true).build().expect("a client");
    let base = server.url();
    let login = json!({ "name": "ugo", "password": PASSWORD });
    let told: Value = http
        .post(format!("{base}/api/login"))
        .json(&login)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let csrf = told["csrf"].as_str().expect("a token").to_owned();
    let list: Value = http
        .get(format!("{base}/api/conversations?view=queue"))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let id = list["conversations"][0]["id"].as_str().expect("a conversation").to_owned();
    let act = async |what: &str, body: Value| {
        let url = format!("{base}/api/conversations/{id}/{what}");
        let told = http.post(url).header("x-csrf-token", &csrf).json(&body).send().await.expect("an answer");
        assert_eq!(told.status(), 200, "{what}: {}", told.text().await.unwrap_or_default());
    };
    act("claim", json!({})).await;
    ada.hears("ugo").await;
    act("reply", json!({ "client_id": "a", "text": "Hello from the web" })).await;
    ada.hears("Hello from the web").await;
    ada.write("thank you");
    act("hand-back", json!({})).await;
    ada.hears("What is it about?").await;
    assert!(!ada.button("A fault").expect("buttons again").1.is_empty());
}
