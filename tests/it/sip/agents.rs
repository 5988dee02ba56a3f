//! A person at the desk, who writes, and a caller, who hears it.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{EN, at_the_menu, demo, tickets, well};
use crate::discord::desk::{Web, agents};

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_words_are_heard_and_the_callers_are_read() {
    let reply = "Good morning, this is Anna. What can I do for you?";
    let words = "my parcel has not arrived";
    let Some((server, gateway)) = demo(&[("en", words)]) else { return };
    agents(&server);
    let web = Web::login(&server, "anna").await;
    web.online().await;
    let mut phone = at_the_menu(&gateway, "+14155550103");
    phone.presses("0");
    let call = waiting(&web).await;
    let id = call["id"].as_str().expect("an id");
    assert_eq!(web.act(id, "claim", json!({})).await, 200);
    assert_eq!(web.act(id, "reply", json!({ "client_id": "m1", "text": reply })).await, 200);
    phone.hears(reply, EN);
    phone.says(words, EN);
    heard_by(&web, id, words).await;
    let reply = "It comes on Tuesday.";
    assert_eq!(web.act(id, "reply", json!({ "client_id": "m2", "text": reply })).await, 200);
    phone.hears(reply, EN);
    phone.hangs_up();
    gateway.settled(1).await;
    assert!(tickets(&server).is_empty());
    well(&server);
}

/// The call, as soon as it waits for a person.
async fn waiting(web: &Web) -> serde_json::Value {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let list = web.get("conversations?view=waiting").await;
        if list["conversations"][0]["channel"] == "twilio" {
            return web.first("waiting").await;
        }
        assert!(Instant::now() < until, "nobody waits: {list}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn heard_by(web: &Web, id: &str, words: &str) {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let whole = web.get(&format!("conversations/{id}")).await;
        if whole["transcript"].to_string().contains(words) {
            return;
        }
        assert!(Instant::now() < until, "not written down: {whole:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
