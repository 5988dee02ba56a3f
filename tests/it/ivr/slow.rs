//! A database that stands still: the caller is kept on the line, and what was keyed is neither lost nor done twice.

use std::time::{Duration, Instant};

use sqlx::Connection as _;
use vestibule::conversation::Event;

use super::desk::{Desk, gather};
use crate::support::twiml::Verb;

#[tokio::test]
async fn a_late_turn_is_answered_by_its_own_reply() {
    let desk = Desk::open().await;
    let menu = desk.post("/ivr/twilio", "").await;
    let mut other = sqlx::SqliteConnection::connect(&desk.database_url()).await.expect("a connection");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.expect("the only writer");

    let begun = Instant::now();
    let moment = desk.post(&gather(&menu).0.action, "&Digits=1").await;
    let [Verb::Say(english), Verb::Say(italian), Verb::Redirect(again)] = moment.as_slice() else {
        panic!("{moment:?}")
    };
    assert!((Duration::from_secs(3)..Duration::from_secs(5)).contains(&begun.elapsed()));
    assert_eq!(
        (english.text.as_str(), italian.text.as_str()),
        ("One moment, please.", "Un momento, per favore.")
    );
    sqlx::query("ROLLBACK").execute(&mut other).await.expect("let go");

    let reply = desk.post(again, "").await;
    assert!(gather(&reply).2.contains("Tell me what happened."), "{reply:?}");
    assert_eq!(desk.post(again, "").await, reply);
    let id = desk.conversation().await;
    let rows = desk.app.store.journal(id).await.expect("a journal");
    let heard =
        rows.iter().flat_map(|row| &row.events).filter(|event| matches!(event, Event::Heard { .. })).count();
    assert_eq!(heard, 1, "{rows:?}");
    desk.app.store.close().await;
}

#[tokio::test]
async fn twice_one_moment_and_then_sorry() {
    let desk = Desk::open().await;
    desk.app.store.close().await;
    let mut target = "/ivr/twilio".to_owned();
    for _ in 0..2 {
        let moment = desk.post(&target, "").await;
        let [.., Verb::Pause(2), Verb::Redirect(again)] = moment.as_slice() else { panic!("{moment:?}") };
        target = again.clone();
    }
    let sorry = desk.post(&target, "").await;
    assert!(matches!(sorry.as_slice(), [Verb::Say(_), .., Verb::Hangup]), "{sorry:?}");
}
