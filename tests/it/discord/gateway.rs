//! The connection breaks in each of its ways, and nothing is missing; the database is away, and presses are acknowledged.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::desk::Web;
use super::{settled, small};
use crate::support::dc::{Dc, Person};
use crate::support::server::Server;

/// Somebody who is asked what happened.
async fn asked(dc: &Dc) -> Person {
    let mut ada = Person::new(dc, "ada", "en-US").await;
    ada.says("hello", "What is it about?").await;
    ada.says("a fault", "Tell me what happened.").await;
    ada
}

/// All that they wrote, by the transcript.
async fn transcript(server: &Server, ada: &mut Person) -> Vec<String> {
    ada.says("123456", "How many people are affected?").await;
    let told = ada.says("7", "Your ticket is").await;
    let code: String = told.chars().filter(char::is_ascii_digit).collect();
    let shown = server.run(&["ticket", "show", &code, "--json"]);
    let ticket: Value = serde_json::from_slice(&shown.stdout).expect("a ticket");
    let lines = ticket["transcript"].as_array().expect("a transcript");
    let mine = lines.iter().filter(|line| line["from"] == "contact" || line["who"] == "contact");
    mine.filter_map(|line| line["text"].as_str().map(str::to_owned)).collect()
}

const SAID: [&str; 5] = ["hello", "a fault", "a leak in the roof", "123456", "7"];

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_session_is_taken_up() {
    for how in [json!({ "close": 4000 }), json!({ "abort": true }), json!({ "op": 7 })] {
        let dc = Dc::start().await;
        let server = small(&dc, &[]).await;
        let mut ada = asked(&dc).await;
        dc.control("drop", how.clone()).await;
        ada.write("a leak in the roof").await;
        ada.hears("Your six-digit number?").await;
        assert_eq!(transcript(&server, &mut ada).await, SAID, "{how}");
        settled(&dc, &server).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lost_session_missed_is_looked_for() {
    for how in [json!({ "op": 9, "d": false }), json!({ "close": 4009 }), json!({ "close": 4000 })] {
        let dc = Dc::start().await;
        let server = small(&dc, &[]).await;
        let mut ada = asked(&dc).await;
        dc.control("options", json!({ "refuse_resume": true, "closed": true })).await;
        dc.control("drop", how.clone()).await;
        dc.connected(0).await;
        ada.write("a leak in the roof").await;
        dc.control("options", json!({ "closed": false })).await;
        ada.hears("Your six-digit number?").await;
        assert_eq!(transcript(&server, &mut ada).await, SAID, "{how}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_heartbeat_and_a_restart_lose_nothing() {
    let dc = Dc::start().await;
    dc.control("options", json!({ "heartbeat": 1_500 })).await;
    let mut server = small(&dc, &[]).await;
    let mut ada = asked(&dc).await;
    dc.control("options", json!({ "ack": false, "refuse_resume": true })).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    dc.control("options", json!({ "ack": true })).await;
    server.kill();
    dc.connected(0).await;
    ada.write("a leak in the roof").await;
    server.again();
    ada.hears("Your six-digit number?").await;
    assert_eq!(transcript(&server, &mut ada).await, SAID);
}

/// More than one look holds, while nobody is there.
#[tokio::test(flavor = "multi_thread")]
async fn many_that_were_missed_come_in_order() {
    let dc = Dc::start().await;
    let mut server = small(&dc, &[]).await;
    super::desk::agents(&server);
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    ada.says("hello", "What is it about?").await;
    // A conversation that a person has: all that is said stands in it, and nothing is answered.
    let anna = Web::login(&server, "anna").await;
    let id = anna.first("all").await["id"].as_str().expect("a conversation").to_owned();
    anna.act(&id, "claim", json!({})).await;
    ada.hears("anna").await;
    tokio::time::sleep(Duration::from_millis(900)).await;
    server.kill();
    dc.connected(0).await;
    for n in 0..120 {
        ada.write(&format!("line {n}.")).await;
    }
    server.again();
    dc.connected(1).await;
    ada.write("and a last one").await;
    let anna = Web::login(&server, "anna").await;
    let until = Instant::now() + Duration::from_secs(60);
    let lines = loop {
        let told = anna.get(&format!("conversations/{id}")).await;
        let lines: Vec<String> = told["transcript"]
            .as_array()
            .expect("a transcript")
            .iter()
            .filter_map(|line| line["text"].as_str())
            .filter(|text| text.starts_with("line ") || text.contains("last one"))
            .map(str::to_owned)
            .collect();
        if lines.len() > 120 {
            break lines;
        }
        assert!(Instant::now() < until, "{lines:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let wanted: Vec<String> =
        (0..120).map(|n| format!("line {n}.")).chain(["and a last one".into()]).collect();
    assert_eq!(lines, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_twice_late_and_out_of_order_have_no_effect_twice() {
    let dc = Dc::start().await;
    let server = small(&dc, &[]).await;
    dc.control("options", json!({ "times": 3 })).await;
    let mut ada = asked(&dc).await;
    ada.says("a leak in the roof", "Your six-digit number?").await;
    let before = ada.all().await.len();
    let kinds = json!(["MESSAGE_CREATE", "INTERACTION_CREATE"]);
    dc.control("replay", json!({ "kinds": kinds, "count": 9, "reversed": true })).await;
    dc.control("replay", json!({ "kinds": kinds, "count": 30 })).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(ada.all().await.len(), before, "{:#?}", ada.all().await);
    assert_eq!(transcript(&server, &mut ada).await, SAID);
    settled(&dc, &server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_is_acknowledged_in_time_whatever_the_database_does() {
    let dc = Dc::start().await;
    let server = small(&dc, &[]).await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    ada.says("hello", "What is it about?").await;
    let held = server.hold_database(Duration::from_secs(5));
    let begun = Instant::now();
    let press = ada.press("A fault").await;
    while ada.interaction(&press).await["responded"] != true {
        assert!(begun.elapsed() < Duration::from_secs(3), "it is not acknowledged");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    held.join().expect("the database is free again");
    ada.hears("Tell me what happened.").await;
    // Neither late nor twice.
    let late = dc.calls("/callback").await.into_iter().filter(|call| call["status"] != 200).count();
    assert_eq!(late, 0);
    settled(&dc, &server).await;
}

/// The library leaves out what it cannot read: that is looked for.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_read_is_not_lost() {
    let dc = Dc::start().await;
    let server = small(&dc, &[]).await;
    let mut ada = asked(&dc).await;
    dc.control("options", json!({ "spoil": true })).await;
    ada.write("a leak in the roof").await;
    dc.control("options", json!({ "spoil": false })).await;
    ada.hears_within("Your six-digit number?", Duration::from_secs(80)).await;
    assert_eq!(transcript(&server, &mut ada).await, SAID);
    assert!(!server.log().contains("a leak in the roof"), "what people say is in the log");
    settled(&dc, &server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_button_is_known_and_answered() {
    let dc = Dc::start().await;
    let server = small(&dc, &[]).await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    ada.says("hello", "What is it about?").await;
    let (message, press) = ada.button("A fault").await.expect("a button");
    ada.says("a fault", "Tell me what happened.").await;
    let press = ada.press_on(&message, press).await;
    ada.hears("Tell me what happened.").await;
    assert_eq!(ada.interaction(&press).await["responded"], true);
    let until = Instant::now() + Duration::from_secs(5);
    while ada.button("A fault").await.is_some() {
        assert!(Instant::now() < until, "an old button goes when it was pressed");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    // Data that we never made has no effect and is answered.
    let strange = ada.press_on(&message, json!({ "custom_id": "DROP TABLE" })).await;
    ada.says("the roof leaks", "Your six-digit number?").await;
    assert_eq!(ada.interaction(&strange).await["responded"], true);
    settled(&dc, &server).await;
}
