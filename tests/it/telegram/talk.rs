//! Whole conversations, with buttons and with typed words, in several languages, in chats and groups.

use serde_json::json;

use super::{demo, small};
use crate::support::tg::{NAME, Person, Tg};

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_solved_with_buttons_in_english() {
    let tg = Tg::start();
    let server = demo(&tg, &[]);
    let mut ada = Person::new(&tg, 501, "en");
    ada.write("/start");
    ada.hears("automated assistant").await;
    ada.hears("What is it about?").await;
    ada.presses("Internet", "Tell me what happens").await;
    ada.says("my internet is slow", "Did that settle it?").await;
    let press = ada.press("Yes");
    ada.hears("I am glad that it helped").await;
    assert!(tg.answered(&press));
    ada.hears("How satisfied are you").await;
    ada.says("5", "").await;
    settled(&tg, &server);
    // What was chosen stands in its message, and the buttons are gone.
    let texts = ada.all();
    assert!(texts.iter().any(|text| text.ends_with("✓ Internet")), "{texts:#?}");
    assert!(ada.button("Internet").is_none() && ada.button("Yes").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_solved_with_words_in_italian() {
    let tg = Tg::start();
    let server = demo(&tg, &[]);
    let mut ugo = Person::new(&tg, 502, "it-IT");
    ugo.says("ciao", "Di che cosa si tratta?").await;
    ugo.says("la rete", "Raccontami che cosa succede").await;
    ugo.says("internet è lento", "Hai risolto così?").await;
    ugo.says("sì", "Mi fa piacere che sia servito").await;
    settled(&tg, &server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_with_buttons_and_with_words() {
    let tg = Tg::start();
    let server = demo(&tg, &[]);
    let mut ada = Person::new(&tg, 503, "en");
    ada.says("/start", "What is it about?").await;
    ada.presses("Internet", "Tell me what happens").await;
    ada.says("a purple bell rings in my teapot", "How does the Internet light").await;
    ada.presses("Off", "Since when?").await;
    ada.says("today", "Does it stop you completely?").await;
    ada.presses("Yes", "How many people are affected").await;
    let promised = ada.says("10", "Your ticket is").await;
    let mut ugo = Person::new(&tg, 504, "it");
    ugo.says("/start", "Di che cosa si tratta?").await;
    ugo.says("la rete", "Raccontami che cosa succede").await;
    ugo.says("una campana viola suona nella teiera", "luce Internet").await;
    ugo.says("rossa", "Da quando?").await;
    ugo.says("ieri", "").await;
    ugo.says("sì", "Quante persone").await;
    let promessa = ugo.says("tre", "ticket").await;
    let listed = server.run(&["ticket", "list", "--json"]);
    let listed = String::from_utf8(listed.stdout).expect("JSON lines");
    for (told, id) in [(promised, "503"), (promessa, "504")] {
        let code: String = told.chars().filter(char::is_ascii_digit).take(9).collect();
        let line = listed.lines().find(|line| line.contains(&code)).expect("the promised code");
        assert!(line.contains("\"telegram\"") && line.contains(id), "{line}");
    }
    settled(&tg, &server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_opened_and_the_transcript_is_whole() {
    let tg = Tg::start();
    let server = small(&tg, &[]);
    let mut ada = Person::new(&tg, 505, "en");
    ada.says("hello", "What is it about?").await;
    ada.presses("A fault", "Tell me what happened.").await;
    ada.says("the printer eats *paper* and [more](https://evil.example)", "Your six-digit number?").await;
    ada.says("123456", "How many people are affected?").await;
    let told = ada.says("12", "Your ticket is").await;
    let code: String = told.chars().filter(char::is_ascii_digit).collect();
    let shown = server.run(&["ticket", "show", &code, "--json"]);
    let ticket: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("a ticket");
    assert_eq!(ticket["channel"], "telegram");
    assert_eq!(ticket["external_id"], "505");
    let lines: Vec<String> = ticket["transcript"]
        .as_array()
        .expect("a transcript")
        .iter()
        .filter_map(|line| line["text"].as_str().map(str::to_owned))
        .collect();
    for said in ["A fault", "the printer eats *paper*", "123456", "12"] {
        assert!(lines.iter().any(|line| line.contains(said)), "{said}: {lines:#?}");
    }
    settled(&tg, &server);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_registered_in_each_language_and_work() {
    let tg = Tg::start();
    let server = demo(&tg, &[("VESTIBULE_LOCALES", "en,it,de")]);
    let mut ada = Person::new(&tg, 506, "en");
    ada.says("/start billing", "What is the matter with it?").await;
    ada.write("/language");
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while ada.button("Italiano").is_none() {
        assert!(std::time::Instant::now() < until, "no choice of a language: {:#?}", ada.all());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    ada.presses("Italiano", "Qual è il problema?").await;
    ada.says("/cancel", "").await;
    let told = tg.calls("setMyCommands");
    let tongues: Vec<String> = told.iter().map(|call| call.body["language_code"].to_string()).collect();
    assert_eq!(tongues, ["null", "\"en\"", "\"it\"", "\"de\""]);
    for call in &told {
        let names: Vec<&str> = call.body["commands"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|command| command["command"].as_str())
            .collect();
        for wanted in ["start", "help", "menu", "cancel", "agent", "status", "language"] {
            assert!(names.contains(&wanted), "{wanted}: {names:?}");
        }
    }
    settled(&tg, &server);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_button_is_known_and_answered() {
    let tg = Tg::start();
    let server = small(&tg, &[]);
    let mut ada = Person::new(&tg, 507, "en");
    ada.says("hello", "What is it about?").await;
    let (message, data) = ada.button("A fault").expect("a button");
    ada.says("a fault", "Tell me what happened.").await;
    let press = ada.press_on(message, &data);
    ada.hears("Tell me what happened.").await;
    assert!(tg.answered(&press));
    assert!(ada.button("A fault").is_none(), "an old button goes when it was pressed");
    // Data that we never made has no effect and is answered.
    let strange = ada.press_on(tg.messages(507)[0].clone(), "DROP TABLE");
    ada.says("the roof leaks", "Your six-digit number?").await;
    assert!(tg.answered(&strange));
    settled(&tg, &server);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_group_only_what_is_said_to_the_bot_counts_and_people_are_kept_apart() {
    let tg = Tg::start();
    let server = small(&tg, &[]);
    let mut ada = Person::new(&tg, 508, "en").in_group(-100_500, Some(77));
    let bob = Person::new(&tg, 509, "en").in_group(-100_500, Some(77));
    tg.add_topic(-100_500, 77);
    ada.write("what a day");
    ada.says(&format!("@{NAME} hello"), "What is it about?").await;
    let sent = tg.messages(-100_500).last().cloned().expect("a message");
    assert_eq!(sent["sent"]["message_thread_id"], 77);
    assert!(sent["sent"]["reply_parameters"]["message_id"].is_number(), "{sent:#}");
    let (message, data) = ada.button("A fault").expect("a button");
    let press = bob.press_on(message, &data);
    bob.write("/start@somebody_else_bot");
    ada.presses("A fault", "Tell me what happened.").await;
    assert!(tg.answered(&press));
    let alert = tg
        .calls("answerCallbackQuery")
        .into_iter()
        .find(|call| call.body["callback_query_id"] == press.as_str());
    assert_eq!(alert.expect("an answer").body["show_alert"], true);
    // An answer to the bot's message needs no name.
    let asked = tg.messages(-100_500).last().cloned().expect("a message");
    let mut asked_by = asked.clone();
    asked_by.as_object_mut().expect("a message").remove("sent");
    ada.send(json!({ "text": "the roof leaks", "reply_to_message": asked_by }));
    ada.hears("Your six-digit number?").await;
    // The group becomes a supergroup: the conversation goes on there.
    tg.migrate(-100_500, -100_900);
    tg.add_topic(-100_900, 77);
    ada.send(json!({ "text": format!("@{NAME} 123456") }));
    let mut there = ada.in_group(-100_900, Some(77));
    there.hears("How many people are affected?").await;
    there.says(&format!("@{NAME} 3"), "Your ticket is").await;
    settled(&tg, &server);
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_edits_and_signs_are_in_the_transcript() {
    let tg = Tg::start();
    let server = small(&tg, &[]);
    let mut ada = Person::new(&tg, 510, "en");
    ada.says("hello", "What is it about?").await;
    for file in ["one", "two", "three"] {
        tg.put_file(file, b"\x89PNG\r\n\x1a\n....");
        let sizes =
            json!([{ "file_id": file, "file_unique_id": file, "width": 9, "height": 9, "file_size": 12 }]);
        ada.send(json!({ "photo": sizes, "media_group_id": "album", "caption": "" }));
    }
    ada.hears("I have kept the file.").await;
    let edited = ada.message(json!({ "text": "hello there", "edit_date": 1_800_000_000 }));
    tg.push("edited_message", edited);
    let mine = tg.messages(510)[0]["message_id"].clone();
    tg.push(
        "message_reaction",
        json!({ "chat": ada.chat_json(), "message_id": mine, "user": ada.from(), "date": 1_800_000_000,
            "old_reaction": [], "new_reaction": [{ "type": "emoji", "emoji": "👍" }] }),
    );
    ada.presses("A fault", "Tell me what happened.").await;
    ada.says("a leak in the roof", "Your six-digit number?").await;
    ada.says("123456", "How many people are affected?").await;
    let told = ada.says("3", "Your ticket is").await;
    let code: String = told.chars().filter(char::is_ascii_digit).collect();
    let shown = server.run(&["ticket", "show", &code, "--json"]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    let ticket: serde_json::Value = serde_json::from_str(&text).expect("a ticket");
    let kept = ada.all().iter().filter(|text| text.contains("I have kept the file.")).count();
    assert_eq!(kept, 1, "several photos are one utterance");
    assert_eq!(ticket["transcript"].to_string().matches("photo.jpg").count(), 3, "{ticket:#}");
    settled(&tg, &server);
}

/// Nothing broke a rule of the API, and nothing went wrong with us.
fn settled(tg: &Tg, server: &crate::support::server::Server) {
    assert!(tg.wrongs().is_empty(), "{:#?}", tg.wrongs());
    let log = server.log();
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    assert!(!log.contains("AAtest-token"), "the token is in the log");
}
