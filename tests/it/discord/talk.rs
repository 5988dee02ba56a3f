//! Whole conversations, with buttons and with typed words, in several languages, in direct messages and in channels.

use serde_json::{Value, json};

use super::{demo, settled, small};
use crate::support::dc::{Dc, Person};

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_solved_with_buttons_in_english() {
    let dc = Dc::start().await;
    let server = demo(&dc, &[]).await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    ada.write("hello").await;
    ada.hears("automated assistant").await;
    ada.hears("What is it about?").await;
    ada.presses("Internet", "Tell me what happens").await;
    ada.says("my internet is slow", "Did that settle it?").await;
    let press = ada.press("Yes").await;
    ada.hears("I am glad that it helped").await;
    assert_eq!(ada.interaction(&press).await["responded"], true);
    ada.hears("How satisfied are you").await;
    ada.says("5", "").await;
    // What was chosen stands in its message, and the buttons are gone.
    ada.sees("✓ Internet").await;
    ada.sees("✓ Yes").await;
    assert!(ada.button("Internet").await.is_none() && ada.button("Yes").await.is_none());
    settled(&dc, &server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_solved_with_words_in_italian() {
    let dc = Dc::start().await;
    let server = demo(&dc, &[]).await;
    let mut ugo = Person::new(&dc, "ugo", "it").await;
    ugo.slash("start").await;
    ugo.hears("Di che cosa si tratta?").await;
    ugo.says("la rete", "Raccontami che cosa succede").await;
    ugo.says("internet è lento", "Hai risolto così?").await;
    ugo.says("sì", "Mi fa piacere che sia servito").await;
    settled(&dc, &server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_with_buttons_and_with_words() {
    let dc = Dc::start().await;
    let server = demo(&dc, &[]).await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    ada.says("/start", "What is it about?").await;
    ada.presses("Internet", "Tell me what happens").await;
    ada.says("a purple bell rings in my teapot", "How does the Internet light").await;
    ada.presses("Off", "Since when?").await;
    ada.says("today", "Does it stop you completely?").await;
    ada.presses("Yes", "How many people are affected").await;
    let promised = ada.says("10", "Your ticket is").await;
    let mut ugo = Person::new(&dc, "ugo", "it").await;
    ugo.slash("start").await;
    ugo.hears("Di che cosa si tratta?").await;
    ugo.says("la rete", "Raccontami che cosa succede").await;
    ugo.says("una campana viola suona nella teiera", "luce Internet").await;
    ugo.says("rossa", "Da quando?").await;
    ugo.says("ieri", "").await;
    ugo.says("sì", "Quante persone").await;
    let promessa = ugo.says("tre", "ticket").await;
    let listed = server.run(&["ticket", "list", "--json"]);
    let listed = String::from_utf8(listed.stdout).expect("JSON lines");
    for (told, channel) in [(promised, &ada.channel), (promessa, &ugo.channel)] {
        let code: String = told.chars().filter(char::is_ascii_digit).take(9).collect();
        let line = listed.lines().find(|line| line.contains(&code)).expect("the promised code");
        assert!(line.contains("\"discord\"") && line.contains(channel.as_str()), "{line}");
    }
    settled(&dc, &server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_opened_and_the_transcript_is_whole() {
    let dc = Dc::start().await;
    let server = small(&dc, &[]).await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    ada.says("hello", "What is it about?").await;
    ada.presses("A fault", "Tell me what happened.").await;
    ada.says("the printer eats *paper* and [more](https://evil.example)", "Your six-digit number?").await;
    ada.says("123456", "How many people are affected?").await;
    let told = ada.says("12", "Your ticket is").await;
    let ticket = ticket(&server, &told);
    assert_eq!(ticket["channel"], "discord");
    assert_eq!(ticket["external_id"], ada.channel.as_str());
    let lines: Vec<String> = ticket["transcript"]
        .as_array()
        .expect("a transcript")
        .iter()
        .filter_map(|line| line["text"].as_str().map(str::to_owned))
        .collect();
    for said in ["A fault", "the printer eats *paper*", "123456", "12"] {
        assert!(lines.iter().any(|line| line.contains(said)), "{said}: {lines:#?}");
    }
    settled(&dc, &server).await;
}

fn ticket(server: &crate::support::server::Server, told: &str) -> Value {
    let code: String = told.chars().filter(char::is_ascii_digit).collect();
    let shown = server.run(&["ticket", "show", &code, "--json"]);
    serde_json::from_slice(&shown.stdout).expect("a ticket")
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_there_in_each_language_and_work() {
    let dc = Dc::start().await;
    let server = demo(&dc, &[("VESTIBULE_LOCALES", "en,it,de")]).await;
    let commands = dc.control("commands", json!({})).await;
    let commands = commands.as_array().expect("a list");
    for wanted in ["start", "help", "menu", "cancel", "agent", "status", "language", "link"] {
        let found = commands.iter().find(|command| command["name"] == wanted).expect(wanted);
        for tag in ["en-US", "it", "de"] {
            assert!(found["description_localizations"][tag].is_string(), "{wanted} in {tag}: {found:#}");
        }
    }
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    ada.act(
        "slash",
        json!({ "name": "start", "options": [{ "name": "with", "type": 3, "value": "billing" }] }),
    )
    .await;
    ada.hears("What is the matter with it?").await;
    ada.slash("language").await;
    ada.presses("Italiano", "Qual è il problema?").await;
    ada.slash("cancel").await;
    // Nothing is left "thinking".
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        let told = ada.told().await;
        let thinks = told.iter().filter(|one| one["content"] == "").count();
        if thinks == 0 {
            break;
        }
        assert!(std::time::Instant::now() < until, "{told:#?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    settled(&dc, &server).await;
}
