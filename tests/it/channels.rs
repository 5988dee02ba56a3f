//! The ground of chat channels, on an adapter made for the test: what comes in is taken in order and once, what cannot be
//! dealt with is put aside as it came, and the conversation goes on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use vestibule::app::channels::{Adapter, Delivery, Limits, NewUpdate, Outgoing, Place, UpdateRow};
use vestibule::app::checkup::Checked;
use vestibule::app::{App, Arrival, DoorError, Opens, Who};
use vestibule::conversation::{Channel, Prompt, Said, Utterance};
use vestibule::flow::Playbook;

use crate::ivr::desk::Desk;

/// Takes `{"text", "boom"}`, and breaks down over the latter as often as it says.
#[derive(Default)]
struct Frail {
    tries: Mutex<HashMap<String, u64>>,
    sent: Mutex<Vec<String>>,
}

#[async_trait]
impl Adapter for Frail {
    fn channel(&self) -> Channel {
        Channel::Telegram
    }

    fn bot(&self) -> &str {
        "frail"
    }

    fn limits(&self) -> Limits {
        let many = (1_000, Duration::from_millis(1));
        Limits { all: many, chat: many, group: many }
    }

    fn place(&self, address: &str) -> Place {
        Place { key: address.to_owned(), group: false }
    }

    fn together(&self, _: &str) -> Option<String> {
        None
    }

    async fn take(&self, app: &App, updates: &[UpdateRow]) -> Result<(), DoorError> {
        let update = &updates[0].update;
        let told: Value = serde_json::from_str(&update.body).expect("JSON");
        let tried = {
            let mut tries = self.tries.lock().expect("nobody holds it");
            let tried = tries.entry(update.id.clone()).or_default();
            *tried += 1;
            *tried
        };
        assert!(tried > told["boom"].as_u64().unwrap_or_default(), "it breaks down");
        let arrival = Arrival {
            channel: Channel::Telegram,
            address: update.address.clone(),
            key: Some(format!("frail:{}", update.id)),
            who: Who { verified: true, ..Who::default() },
            locale: None,
            utterance: Utterance {
                said: Said::Text { text: told["text"].as_str().unwrap_or_default().to_owned() },
                answers_turn: None,
            },
            opens: Opens::IfOver,
        };
        app.take(arrival, Box::new(|_| String::new())).await.map(drop)
    }

    fn parts(&self, _: &App, message: &Outgoing) -> Vec<String> {
        let prompt: Prompt = serde_json::from_str(&message.body).expect("a prompt");
        vec![prompt.plain()]
    }

    async fn send(&self, _: &App, address: &str, part: &str) -> Delivery {
        self.sent.lock().expect("nobody holds it").push(format!("{address}: {part}"));
        Delivery::Sent(Some("1".to_owned()))
    }

    async fn alive(&self) -> Delivery {
        Delivery::Sent(None)
    }

    async fn checkup(&self, _: &Playbook, _: Option<&str>) -> Vec<Checked> {
        Vec::new()
    }

    async fn run(self: Arc<Self>, _: App, stop: CancellationToken) {
        stop.cancelled().await;
    }
}

fn update(id: i64, address: &str, told: &Value) -> NewUpdate {
    NewUpdate {
        channel: Channel::Telegram,
        bot: "frail".to_owned(),
        id: id.to_string(),
        address: address.to_owned(),
        position: id,
        body: told.to_string(),
    }
}

async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let late = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < late, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_down_thrice_is_put_aside_and_the_chat_goes_on() {
    let desk = Desk::open().await;
    let app = desk.app.clone();
    let frail = Arc::new(Frail::default());
    app.channels.add(frail.clone());
    let stop = CancellationToken::new();
    let world = tokio::spawn({
        let (app, stop) = (app.clone(), stop.clone());
        async move { app.run_world(stop).await }
    });
    let heard = |words: &'static str| {
        let frail = frail.clone();
        move || {
            let sent = frail.sent.lock().expect("nobody holds it").clone();
            sent.iter().any(|line| line.contains(words))
        }
    };
    // In order of their numbers, whatever the order in which they came; twice is once.
    let first = update(1, "ada", &json!({ "text": "hello" }));
    app.arrived(vec![first.clone()]).await.expect("written down");
    until("she is greeted", async || heard("What is it about?")()).await;
    let bad = update(3, "ada", &json!({ "text": "a fault", "boom": 4 }));
    let shaky = update(5, "bob", &json!({ "text": "hello", "boom": 2 }));
    app.arrived(vec![update(4, "ada", &json!({ "text": "a fault" })), bad, first, shaky])
        .await
        .expect("written down");
    until("one is put aside", async || !app.store.parked_updates().await.expect("a list").is_empty()).await;
    until("the chat goes on", async || heard("ada: Tell me what happened.")()).await;
    until("bob is answered at the third try", async || heard("bob: What is it about?")()).await;
    let parked = app.store.parked_updates().await.expect("a list");
    assert_eq!(parked.len(), 1);
    assert_eq!((parked[0].update.id.as_str(), parked[0].attempts), ("3", 3));
    assert!(parked[0].update.body.contains("boom"), "as it came");
    // Once more, by hand: this time it is taken.
    assert!(app.replay_update(parked[0].num).await.expect("the store answers"));
    until("it is put aside again, or taken", async || {
        frail.tries.lock().expect("nobody holds it").get("3").is_some_and(|tries| *tries > 4)
    })
    .await;
    assert!(!app.replay_update(parked[0].num + 1_000).await.expect("the store answers"));
    let greeted = frail
        .sent
        .lock()
        .expect("nobody holds it")
        .iter()
        .filter(|line| line.contains("ada: What is it"))
        .count();
    assert_eq!(greeted, 1);
    stop.cancel();
    world.await.expect("it ends");
}
