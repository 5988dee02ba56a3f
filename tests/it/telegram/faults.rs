//! What the platform does to us: each class of answer leads where the table says.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::small;
use crate::support::tg::{Fault, Person, Tg};

#[tokio::test(flavor = "multi_thread")]
async fn too_many_is_waited_for_and_counts_no_try() {
    let tg = Tg::start();
    let _server = small(&tg, &[]);
    let mut ada = Person::new(&tg, 601, "en");
    let slow = || Fault::Refused(429, "Too Many Requests: retry after 2".into(), json!({ "retry_after": 2 }));
    tg.fault("sendMessage", 601, 3, slow());
    let begun = Instant::now();
    ada.says("hello", "What is it about?").await;
    assert!(begun.elapsed() >= Duration::from_secs(6), "{:?}", begun.elapsed());
    assert_eq!(ada.all().len(), 2, "{:#?}", ada.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_is_not_sent_again_and_what_may_be_is_sent_once_more() {
    let tg = Tg::start();
    let _server = small(&tg, &[]);
    let mut ada = Person::new(&tg, 602, "en");
    // Done, and the answer cannot be read: sent.
    tg.fault("sendMessage", 602, 1, Fault::DoneUnreadable);
    ada.says("hello", "What is it about?").await;
    assert_eq!(ada.all().len(), 2, "{:#?}", ada.all());
    // Done, and then a 502: once more, and no oftener.
    tg.fault("sendMessage", 602, 1, Fault::DoneThen(502));
    ada.press("A fault");
    wait_for(&ada, "Tell me what happened.", 2).await;
    tg.fault("sendMessage", 602, 5, Fault::DoneThen(502));
    ada.write("a leak in the roof");
    wait_for(&ada, "Your six-digit number?", 2).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    let asked = ada.all().iter().filter(|text| text.contains("Your six-digit number?")).count();
    assert_eq!(asked, 2, "nobody knows after the second: it is left at that");
}

async fn wait_for(person: &Person, words: &str, times: usize) {
    let until = Instant::now() + Duration::from_secs(20);
    while person.all().iter().filter(|text| text.contains(words)).count() < times {
        assert!(Instant::now() < until, "{words}: {:#?}", person.all());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_blocked_us_is_left_alone_until_they_are_back() {
    let tg = Tg::start();
    let server = small(&tg, &[]);
    let mut ada = Person::new(&tg, 603, "en");
    ada.says("hello", "What is it about?").await;
    tg.block(603, true);
    ada.press("A fault");
    let mut bob = Person::new(&tg, 604, "en");
    bob.says("hello", "What is it about?").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    tg.block(603, false);
    ada.says("a leak in the roof", "Your six-digit number?").await;
    assert!(!ada.all().iter().any(|text| text.contains("Tell me what happened.")), "it was not sent later");
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_refused_is_mended() {
    let tg = Tg::start();
    let _server = small(&tg, &[]);
    let mut ada = Person::new(&tg, 605, "en");
    let refused = Fault::Refused(400, "Bad Request: can't parse entities: x".into(), Value::Null);
    tg.fault("sendMessage", 605, 1, refused);
    let odd = Fault::Refused(400, "Bad Request: something that nobody has seen".into(), Value::Null);
    ada.says("hello", "What is it about?").await;
    // What is never taken fails by itself, and the conversation goes on.
    tg.fault("sendMessage", 605, 1, odd);
    ada.press("A fault");
    tokio::time::sleep(Duration::from_secs(1)).await;
    ada.says("a leak in the roof", "Your six-digit number?").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_an_alarm_and_the_rest_goes_on() {
    let tg = Tg::start();
    let server = small(&tg, &[("VESTIBULE_CHANNELS__TELEGRAM__TOKEN", "4242:AAsome-other-token")]);
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let ready = reqwest::get(format!("{}/readyz", server.url())).await.expect("an answer");
        if ready.status() == 503 {
            let told = ready.text().await.expect("a body");
            assert!(told.contains("channel_stopped") && told.contains("Unauthorized"), "{told}");
            break;
        }
        assert!(Instant::now() < until, "it says that it is ready");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(reqwest::get(server.url()).await.expect("the page").status(), 200);
    assert!(!server.log().contains("AAsome-other"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_slow_chat_delays_nobody_else() {
    let tg = Tg::start();
    let _server = small(&tg, &[]);
    tg.slow(606, Duration::from_secs(5));
    let slow = Person::new(&tg, 606, "en");
    slow.write("hello");
    let mut took = Vec::new();
    for id in 610..620 {
        let mut other = Person::new(&tg, id, "en");
        let begun = Instant::now();
        other.says("hello", "What is it about?").await;
        took.push(begun.elapsed());
    }
    let most = took.iter().max().expect("some");
    assert!(*most < Duration::from_secs(2), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_twice_late_and_out_of_order_have_no_effect_twice() {
    let tg = Tg::start();
    let _server = small(&tg, &[]);
    let mut ada = Person::new(&tg, 607, "en");
    ada.says("hello", "What is it about?").await;
    let words = |id: i64, text: &str| {
        let mut update = json!({ "update_id": id });
        update["message"] = ada.message(json!({ "text": text, "date": 1_800_000_000 }));
        update
    };
    let (fault, leak) = (words(5_000, "a fault"), words(5_001, "a leak in the roof"));
    tg.push_raw(fault.clone());
    tg.push_raw(fault.clone());
    ada.hears("Tell me what happened.").await;
    tg.push_raw(leak.clone());
    ada.hears("Your six-digit number?").await;
    let before = ada.all().len();
    for late in [fault, leak.clone(), leak] {
        tg.push_raw(late);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert_eq!(ada.all().len(), before, "{:#?}", ada.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn telegrams_calls_need_the_secret_and_are_taken_once() {
    const SECRET: &str = "a-secret-of-letters-and-digits-32";
    let tg = Tg::start();
    let server = small(
        &tg,
        &[
            ("VESTIBULE_CHANNELS__TELEGRAM__MODE", "webhook"),
            ("VESTIBULE_CHANNELS__TELEGRAM__SECRET", SECRET),
        ],
    );
    let until = Instant::now() + Duration::from_secs(10);
    while tg.calls("setWebhook").is_empty() {
        assert!(Instant::now() < until, "it does not say where it is");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told = tg.calls("setWebhook")[0].body.clone();
    assert_eq!(told["url"], "https://desk.example.org/telegram/4242");
    assert_eq!(told["secret_token"], SECRET);
    assert!(told["allowed_updates"].to_string().contains("message_reaction"), "{told}");
    let mut ada = Person::new(&tg, 608, "en");
    let mut update = json!({ "update_id": 9 });
    update["message"] = ada.message(json!({ "text": "hello" }));
    let http = reqwest::Client::new();
    let post = async |secret: &str| {
        let request = http.post(format!("{}/telegram/4242", server.url())).json(&update);
        let request = request.header("x-telegram-bot-api-secret-token", secret);
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(post("").await, 403);
    assert_eq!(post("a-secret-of-letters-and-digits-33").await, 403);
    assert_eq!((post(SECRET).await, post(SECRET).await), (200, 200));
    ada.hears("What is it about?").await;
    assert_eq!(post(SECRET).await, 200);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(ada.all().len(), 2, "{:#?}", ada.all());
    assert!(!server.log().contains(SECRET), "the secret is in the log");
}
