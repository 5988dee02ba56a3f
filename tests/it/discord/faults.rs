//! What the platform does to us: each class of answer leads where the table says.

use std::time::{Duration, Instant};

use serde_json::json;

use super::small;
use crate::support::dc::{Dc, Person};
use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn too_many_is_waited_for_and_counts_no_try() {
    let dc = Dc::start().await;
    let _server = small(&dc, &[]).await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    let path = format!("/channels/{}/messages", ada.channel);
    dc.fault(&path, 3, json!({ "method": "POST", "status": 429, "after": 1.5 })).await;
    let begun = Instant::now();
    ada.says("hello", "What is it about?").await;
    assert!(begun.elapsed() >= Duration::from_millis(4_400), "{:?}", begun.elapsed());
    assert_eq!(ada.all().await.len(), 2, "{:#?}", ada.all().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_arrived_is_sent_again_and_seen_once() {
    let dc = Dc::start().await;
    let _server = small(&dc, &[]).await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    let path = format!("/channels/{}/messages", ada.channel);
    // Done, and the answer cannot be read: sent, and not again.
    dc.fault(&path, 1, json!({ "method": "POST", "status": 200, "done": true })).await;
    ada.says("hello", "What is it about?").await;
    assert_eq!(dc.calls(&path).await.len(), 2);
    // Done, and then a 502, or nothing at all: it is there, and not sent again.
    dc.fault(&path, 1, json!({ "method": "POST", "status": 502, "done": true })).await;
    ada.presses("A fault", "Tell me what happened.").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    dc.fault(&path, 1, json!({ "method": "POST", "status": 0, "done": true })).await;
    ada.says("a leak in the roof", "Your six-digit number?").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    // Where it may not be looked, Discord knows it again.
    dc.fault(&path, 1, json!({ "method": "POST", "status": 502, "done": true })).await;
    dc.fault(&path, 1, json!({ "method": "GET", "status": 403, "code": 50_001 })).await;
    ada.says("123456", "How many people are affected?").await;
    again(&dc, &path, 1).await;
    // Not done at all.
    dc.fault(&path, 2, json!({ "method": "POST", "status": 503 })).await;
    ada.says("7", "Your ticket is").await;
    let all = ada.all().await;
    let different: std::collections::HashSet<&String> = all.iter().collect();
    assert_eq!(different.len(), all.len(), "{all:#?}");
}

/// Waits until so many were sent that had arrived.
async fn again(dc: &Dc, path: &str, times: usize) {
    let until = Instant::now() + Duration::from_secs(20);
    while dc.calls(path).await.iter().filter(|call| call["same"] == true).count() < times {
        assert!(Instant::now() < until, "it is not sent again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_reached_is_left_alone_until_they_are_back() {
    let dc = Dc::start().await;
    let server = small(&dc, &[]).await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    ada.says("hello", "What is it about?").await;
    let path = format!("/channels/{}/messages", ada.channel);
    let shut = json!({ "method": "POST", "status": 403, "code": 50_007, "message": "Cannot send messages to this user" });
    dc.fault(&path, 1, shut).await;
    ada.press("A fault").await;
    let mut bob = Person::new(&dc, "bob", "en-US").await;
    bob.says("hello", "What is it about?").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    ada.says("a leak in the roof", "Your six-digit number?").await;
    let all = ada.all().await;
    assert!(!all.iter().any(|text| text.contains("Tell me what happened.")), "it was not sent later");
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_refused_is_mended() {
    let dc = Dc::start().await;
    let _server = small(&dc, &[]).await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    let path = format!("/channels/{}/messages", ada.channel);
    ada.says("hello", "What is it about?").await;
    let refused = |why: &str| json!({ "method": "POST", "status": 400, "code": 50_035, "message": why });
    dc.fault(&path, 1, refused("Invalid Form Body: components")).await;
    ada.presses("A fault", "Tell me what happened.").await;
    assert!(ada.button("Answer").await.is_none(), "it went without its buttons");
    // What is never taken fails by itself, and the conversation goes on.
    dc.fault(&path, 1, refused("something that nobody has seen")).await;
    ada.write("a leak in the roof").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    ada.says("123456", "How many people are affected?").await;
}

async fn stopped(server: &Server, why: &str) {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let ready = reqwest::get(format!("{}/readyz", server.url())).await.expect("an answer");
        if ready.status() == 503 {
            let told = ready.text().await.expect("a body");
            assert!(told.contains("channel_stopped") && told.contains(why), "{told}");
            break;
        }
        assert!(Instant::now() < until, "it says that it is ready");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(reqwest::get(server.url()).await.expect("the page").status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_an_alarm_and_the_rest_goes_on() {
    let dc = Dc::start().await;
    let settings = dc.settings();
    let mut all: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    all.push(("VESTIBULE_CHANNELS__DISCORD__TOKEN", "some-other-token"));
    let server = Server::small("", &all);
    stopped(&server, "Unauthorized").await;
    assert!(!server.log().contains("some-other-token"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn intents_that_it_may_not_have_are_an_alarm() {
    let dc = Dc::start().await;
    let server = small(&dc, &[]).await;
    dc.control("drop", json!({ "close": 4014 })).await;
    stopped(&server, "Message Content").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_slow_chat_delays_nobody_else() {
    let dc = Dc::start().await;
    let _server = small(&dc, &[]).await;
    let slow = Person::new(&dc, "slow", "en-US").await;
    let path = format!("/channels/{}/messages", slow.channel);
    dc.control("slow", json!({ "path": path, "seconds": 5 })).await;
    slow.write("hello").await;
    let mut took = Vec::new();
    for n in 0..8 {
        let mut other = Person::new(&dc, &format!("other{n}"), "en-US").await;
        let begun = Instant::now();
        other.says("hello", "What is it about?").await;
        took.push(begun.elapsed());
    }
    let most = took.iter().max().expect("some");
    assert!(*most < Duration::from_secs(3), "{took:?}");
}

/// The platform is away for a while: what was to be said is said, once, in order.
#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_refusals_loses_nothing() {
    let dc = Dc::start().await;
    let _server = small(&dc, &[]).await;
    dc.fault("/messages", 12, json!({ "method": "POST", "status": 429, "after": 0.4 })).await;
    dc.fault("/messages", 6, json!({ "method": "POST", "status": 503 })).await;
    let mut people = Vec::new();
    for n in 0..6 {
        let person = Person::new(&dc, &format!("p{n}"), "en-US").await;
        person.write("hello").await;
        people.push(person);
    }
    for mut person in people {
        person.hears_within("What is it about?", Duration::from_secs(60)).await;
        let all = person.all().await;
        assert_eq!(all.len(), 2, "{all:#?}");
        assert!(all[0].contains("this is the test desk"), "{all:#?}");
    }
}
