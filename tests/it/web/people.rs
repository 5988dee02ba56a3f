//! One person on several addresses, from outside: two chats and a call.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Agent, Visitor, ask, texts};
use crate::support::caller::Caller;
use crate::support::server::{PUBLIC_URL, Server, TOKEN};

const ORDER: &str = r#"flow: main
title: { en: Your order, it: Il tuo ordine }
start: { default: true }
slots:
  what: { type: text, min: 3, max: 200 }
  size: { type: choice, options: [small, large] }
  more: { type: text, min: 3, max: 200 }
steps:
  - ask: { slot: what, prompt: { en: "What is it?", it: "Che cosa?" } }
  - choose:
      slot: size
      prompt: { en: "How big is it?", it: "Quanto grande?" }
      options:
        - { value: small, label: { en: Small, it: Piccolo } }
        - { value: large, label: { en: Large, it: Grande } }
  - ticket: { category: other, subject: "{{ slots.what }}, {{ slots.size }}", without_faq: "a test" }
  - watch: { ticket: "{{ ticket.code }}" }
  - say: { en: "Your ticket is {{ ticket.code }}.", it: "Il tuo ticket è {{ ticket.code }}." }
  - ask: { slot: more, prompt: { en: "Anything else?", it: "Altro?" } }
  - end: { outcome: ticketed }
"#;

const STATE: &str = r#"flow: state
title: { en: State of your tickets, it: Stato dei ticket }
start: { commands: [state] }
steps:
  - status:
  - end: { outcome: informed }
"#;

fn desk(environment: &[(&str, &str)]) -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, flow) in [("main.yaml", ORDER), ("state.yaml", STATE)] {
        std::fs::write(folder.path().join(name), flow).expect("a flow");
    }
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

/// Says something, with a client id of its own, and gives what came back.
async fn say(visitor: &Visitor, text: &str) -> Vec<String> {
    let client = uuid::Uuid::now_v7().to_string();
    let told = visitor.post(json!({ "client_id": client, "text": text })).await;
    assert_eq!(told.status, 200, "{}", told.text);
    texts(&told.json()["messages"])
}

async fn code_of(visitor: &Visitor) -> String {
    say(visitor, "link").await;
    say(visitor, "yes").await;
    let said = say(visitor, "I need a code").await.join(" ");
    said.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 9).expect("a code").to_owned()
}

async fn enters(visitor: &Visitor, code: &str) -> String {
    say(visitor, "link").await;
    say(visitor, "yes").await;
    say(visitor, "I have a code").await;
    say(visitor, code).await.join(" ")
}

async fn eventually(visitor: &Visitor, wanted: &str) -> Vec<String> {
    for _ in 0..100 {
        let said = texts(&visitor.after("after=0").await);
        if said.iter().any(|text| text.contains(wanted)) {
            return said;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{wanted:?} was not said: {:?}", texts(&visitor.after("after=0").await));
}

async fn ordered(visitor: &Visitor) -> String {
    say(visitor, "a new chair").await;
    let said = say(visitor, "large").await.join(" ");
    said.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 9).expect("a code").to_owned()
}

#[tokio::test]
async fn tickets_and_news_follow_the_person_until_they_part() {
    let (_folder, mut server) = desk(&[]);
    let (mut web, mut other) =
        (Visitor::open(&server, json!({ "locale": "en" })).await, Visitor::open(&server, json!({})).await);
    let ticket = ordered(&web).await;
    assert!(say(&other, "/state").await.join(" ").contains("no open tickets"));
    let code = code_of(&web).await;
    // What was shown is still good after the program was killed.
    server.kill();
    server.again();
    for visitor in [&mut web, &mut other] {
        // The old connection went with the program.
        visitor.http = reqwest::Client::new();
    }
    let linked = enters(&other, &code).await;
    assert!(linked.contains("this channel and the web page are linked"), "{linked}");
    eventually(&web, "This chat was linked with the web page").await;
    assert!(enters(&other, &code).await.contains("That code does not work"), "a code is good once");
    say(&other, "cancel").await;
    let told = say(&other, "/state").await.join(" ");
    assert!(told.contains(&ticket) && told.contains("a new chair"), "{told}");
    // The desk shows both, and that the code is nobody's business.
    let agent = Agent::new(&server, "Ada").await;
    let id = agent.find(&web.conversation).await;
    let shown = agent.get(&format!("conversations/{id}")).await;
    assert!(!shown.text.contains(&code), "{}", shown.text);
    // News of the ticket go to the chat that was used last.
    agent.post(&format!("conversations/{id}/claim"), json!({})).await;
    agent.post(&format!("conversations/{id}/reply"), json!({ "client_id": "1", "text": "on it" })).await;
    let said = eventually(&other, "News of your ticket").await.join(" ");
    assert!(said.contains(&ticket), "{said}");
    // Parting is exact.
    say(&other, "hello").await;
    say(&other, "unlink").await;
    assert!(say(&other, "yes").await.join(" ").contains("stands by itself again"));
    say(&other, "cancel").await;
    assert!(!say(&other, "/state").await.join(" ").contains(&ticket));
    agent.post(&format!("conversations/{id}/hand-back"), json!({})).await;
    eventually(&web, "No longer linked with this chat").await;
}

#[tokio::test]
async fn what_was_left_on_one_chat_goes_on_in_the_other() {
    let (_folder, server) = desk(&[("VESTIBULE_DESK__REMINDER", "1"), ("VESTIBULE_DESK__PARK", "1")]);
    let (web, other) = (
        Visitor::open(&server, json!({ "locale": "en" })).await,
        Visitor::open(&server, json!({ "locale": "en" })).await,
    );
    let code = code_of(&web).await;
    enters(&other, &code).await;
    say(&other, "cancel").await;
    let asked = say(&web, "a new chair").await;
    assert!(asked.iter().any(|text| text.contains("How big")), "{asked:?}");
    let before = web.after("after=0").await;
    let button = before.as_array().and_then(|all| all.last()).expect("a message").clone();
    eventually(&web, "Are you still there?").await;
    tokio::time::sleep(Duration::from_millis(2_000)).await;
    let offered = say(&other, "hello there").await.join(" ");
    assert!(
        offered.contains("You were in the middle of something on the web page: “Your order”"),
        "{offered}"
    );
    let moved = say(&other, "yes").await;
    assert!(moved.iter().any(|text| text.contains("How big")), "{moved:?}");
    eventually(&web, "This goes on elsewhere now").await;
    let done = say(&other, "large").await.join(" ");
    assert!(done.contains("Your ticket is"), "with what was said on the other side: {done}");
    // A button of what went away is an old one.
    let press = json!({
        "client_id": "old", "choice": "small", "turn": button["turn"], "conversation": button["conversation"],
    });
    let told = web.post(press).await;
    assert!(told.text.contains("belonged to an earlier question"), "{}", told.text);
}

#[tokio::test]
async fn what_was_left_stays_where_the_contact_does_not_want_it() {
    let (_folder, server) = desk(&[("VESTIBULE_DESK__REMINDER", "1"), ("VESTIBULE_DESK__PARK", "1")]);
    let (web, other) = (
        Visitor::open(&server, json!({ "locale": "en" })).await,
        Visitor::open(&server, json!({ "locale": "en" })).await,
    );
    let code = code_of(&web).await;
    enters(&other, &code).await;
    say(&other, "cancel").await;
    say(&web, "a new chair").await;
    tokio::time::sleep(Duration::from_millis(3_000)).await;
    assert!(say(&other, "hello").await.join(" ").contains("You were in the middle"));
    let anew = say(&other, "no").await.join(" ");
    assert!(anew.contains("What is it?"), "{anew}");
    assert!(say(&web, "large").await.join(" ").contains("Your ticket is"), "it stayed as it was");
}

#[tokio::test]
async fn guesses_are_few() {
    let (_folder, server) = desk(&[]);
    let (web, other) =
        (Visitor::open(&server, json!({})).await, Visitor::open(&server, json!({ "locale": "en" })).await);
    let code = code_of(&web).await;
    say(&other, "link").await;
    say(&other, "yes").await;
    say(&other, "I have a code").await;
    for _ in 0..5 {
        let told = say(&other, "123456789").await.join(" ");
        assert!(told.contains("That code does not work"), "{told}");
    }
    assert!(say(&other, &code).await.join(" ").contains("Too many codes did not work"));
    assert!(enters(&other, &code).await.contains("Too many codes did not work"), "nor anew");
}

#[tokio::test]
async fn a_caller_keys_in_the_code() {
    let (_folder, server) = desk(&[]);
    let web = Visitor::open(&server, json!({ "locale": "en" })).await;
    let ticket = ordered(&web).await;
    let code = code_of(&web).await;
    let http = reqwest::Client::new();
    let begun =
        ask(http.post(format!("{}/phone/calls", server.url())).json(&json!({ "locale": "en" }))).await;
    let call = begun.json();
    let (id, token) = (call["call"].as_str().expect("an id"), call["token"].as_str().expect("a token"));
    let steps = format!("{}/phone/calls/{id}/steps", server.url());
    let mut step = call["step"].clone();
    let mut heard = Vec::new();
    let says = |speech: &str| json!({ "speech": speech });
    let keys = |keys: &str| json!({ "keys": keys });
    let script = [says("link"), keys("1"), keys(&code), says("/state")];
    for (nth, mut what) in script.into_iter().enumerate() {
        what["client_id"] = json!(nth.to_string());
        what["step"] = step.clone();
        let told = ask(http.post(&steps).bearer_auth(token).json(&what)).await;
        assert_eq!(told.status, 200, "{}", told.text);
        let document: Value = told.json();
        step = document["step"].clone();
        heard.push(document["says"].to_string());
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    assert!(heard[2].contains("For this call I know who you are"), "{heard:?}");
    assert!(digits(&heard[3]).contains(&ticket), "{heard:?}");
    eventually(&web, "This chat was linked with the phone").await;
    // Another call is nobody in particular.
    let begun =
        ask(http.post(format!("{}/phone/calls", server.url())).json(&json!({ "locale": "en" }))).await;
    let call = begun.json();
    let (id, token) = (call["call"].as_str().expect("an id"), call["token"].as_str().expect("a token"));
    let what = json!({ "client_id": "a", "step": call["step"], "speech": "/state" });
    let told =
        ask(http.post(format!("{}/phone/calls/{id}/steps", server.url())).bearer_auth(token).json(&what))
            .await;
    assert!(told.text.contains("no open tickets"), "{}", told.text);
}

/// A caller who said by a code which chat is theirs goes on there after the line was cut.
#[tokio::test]
async fn a_call_that_was_cut_off_goes_on_in_the_chat_that_was_proven() {
    let (_folder, server) = desk(&[
        ("VESTIBULE_PUBLIC_URL", PUBLIC_URL),
        ("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", TOKEN),
        ("VESTIBULE_CHANNELS__TWILIO__LANGUAGE_MENU", "false"),
    ]);
    let web = Visitor::open(&server, json!({ "locale": "en" })).await;
    let other = Visitor::open(&server, json!({ "locale": "en" })).await;
    let code = code_of(&web).await;
    ordered(&web).await;
    say(&web, "nothing more").await;
    let mut caller = Caller::new(reqwest::Client::new(), &server.url(), "CA1", "+14155550123");
    caller.begin().await.expect("a call");
    caller.speak("link", "0.9").await.expect("heard");
    caller.press("1").await.expect("heard");
    caller.press(&format!("{code}#")).await.expect("heard");
    assert!(caller.last().contains("For this call I know who you are"), "{}", caller.last());
    caller.speak("a broken lamp", "0.9").await.expect("heard");
    assert!(caller.last().contains("How big is it?"), "{}", caller.last());
    caller.hang_up().await.expect("told");

    let begun = say(&web, "hello").await.join(" ");
    assert!(begun.contains("We were cut off before, at: Your order."), "{begun}");
    let on = say(&web, "yes").await.join(" ");
    assert!(on.contains("How big is it?"), "{on}");
    let ticket = say(&web, "small").await.join(" ");
    assert!(ticket.contains("Your ticket is"), "{ticket}");
    // Nobody else's chat knows of it, nor does the next call.
    let others = say(&other, "hello").await.join(" ");
    assert!(!others.contains("cut off"), "{others}");
    let mut again = Caller::new(reqwest::Client::new(), &server.url(), "CA2", "+14155550123");
    again.begin().await.expect("a call");
    assert!(!again.last().contains("cut off"), "{}", again.last());
}
