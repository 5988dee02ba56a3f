//! Among others: what is said to the bot counts, commands are answered for one person's eyes, people are kept apart.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{settled, small};
use crate::support::dc::{Dc, Person};

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_said_to_the_bot_counts_and_people_are_kept_apart() {
    let dc = Dc::start().await;
    let server = small(&dc, &[]).await;
    let mut ada = Person::new(&dc, "ada", "en-US").await.within(&dc.channel);
    let bob = Person::new(&dc, "bob", "it").await.within(&dc.channel);
    ada.write("what a day").await;
    let hello = ada.write(&format!("<@{}> hello", dc.bot)).await;
    ada.hears("What is it about?").await;
    let sent = ada.told().await.last().cloned().expect("a message");
    assert_eq!(sent["message_reference"]["message_id"], hello.as_str(), "{sent:#}");
    // Somebody else's button is theirs alone, and that is said to nobody but who pressed.
    let press = bob.press("A fault").await;
    ada.sees("Questo pulsante è per un'altra persona.").await;
    assert_eq!(bob.interaction(&press).await["responded"], true);
    let notice = ada.told().await.into_iter().find(|one| one["content"].to_string().contains("pulsante"));
    assert_eq!(notice.expect("a notice")["flags"].as_u64().map(|flags| flags & 64), Some(64));
    ada.presses("A fault", "Tell me what happened.").await;
    // An answer to the bot's message needs no name; the form needs neither.
    let asked = ada.told().await.last().cloned().expect("a message");
    ada.send(json!({ "text": format!("<@{}> the roof leaks", dc.bot), "answers": asked["id"] })).await;
    ada.hears("Your six-digit number?").await;
    ada.says(&format!("<@{}>, 123456", dc.bot), "How many people are affected?").await;
    ada.says(&format!("<@{}> 3", dc.bot), "Your ticket is").await;
    settled(&dc, &server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_answered_for_one_persons_eyes() {
    let dc = Dc::start().await;
    let server = small(&dc, &[]).await;
    let mut ada = Person::new(&dc, "ada", "it").await.within(&dc.channel);
    let command = ada.slash("start").await;
    ada.hears("Di che cosa si tratta?").await;
    assert_eq!(ada.interaction(&command).await["ephemeral"], true);
    ada.presses("Un guasto", "Che cosa è successo?").await;
    let told = ada.told().await;
    assert!(told.iter().all(|one| one["flags"].as_u64().unwrap_or_default() & 64 != 0), "{told:#?}");
    ada.sees("✓ Un guasto").await;
    assert!(ada.button("Un guasto").await.is_none());
    // The form opens at once, says what is asked, and its words are the answer.
    let press = ada.press("Rispondi").await;
    let until = Instant::now() + Duration::from_secs(3);
    let modal = loop {
        let modal = ada.interaction(&press).await["modal"].clone();
        if modal.is_object() {
            break modal;
        }
        assert!(Instant::now() < until, "no form opens");
        tokio::time::sleep(Duration::from_millis(30)).await;
    };
    assert!(
        modal.to_string().contains("Che cosa è successo?") || modal.to_string().contains("Che cosa \\u00e8"),
        "{modal}"
    );
    let (message, _) = ada.button("Rispondi").await.expect("the button");
    let filled = json!({ "custom_id": modal["custom_id"], "values": { "words": "il tetto perde" }, "message": message["id"] });
    ada.act("modal", filled.clone()).await;
    ada.hears("Il numero di sei cifre?").await;
    // The same form again is one of an earlier question.
    ada.act("modal", filled).await;
    ada.hears("Quel pulsante era di una domanda precedente").await;
    settled(&dc, &server).await;
}

/// A command's answer may be given for a quarter of an hour; what comes later goes to the person's own messages.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_too_late_for_a_command_is_not_shown_to_all() {
    let dc = Dc::start().await;
    let server = small(&dc, &[]).await;
    let mut direct = Person::new(&dc, "ada", "en-US").await;
    let mut ada = direct.within(&dc.channel);
    ada.slash("start").await;
    ada.hears("What is it about?").await;
    let over = json!({ "method": "POST", "status": 404, "code": 10_015, "message": "Unknown Webhook" });
    dc.fault("/webhooks/", 1, over).await;
    ada.press("A fault").await;
    direct.hears("Tell me what happened.").await;
    let told = ada.told().await;
    assert!(told.iter().all(|one| one["flags"].as_u64().unwrap_or_default() & 64 != 0), "{told:#?}");
    settled(&dc, &server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_options_are_a_menu() {
    let dc = Dc::start().await;
    let flows = tempfile::tempdir().expect("a folder");
    let things: Vec<String> = (1..=30).map(|n| format!("Thing number {n}")).collect();
    let flow = format!(
        "flow: many\ntitle: {{ en: Many }}\nstart: {{ default: true }}\nslots:\n  thing: {{ type: choice, options: [{}] }}\n\
         steps:\n  - {{ when: not channel.voice, ask: {{ slot: thing, prompt: {{ en: Which one? }} }} }}\n  - say: {{ en: There it is. }}\n  \
         - end: {{ outcome: done }}\n",
        things.join(", ")
    );
    std::fs::write(flows.path().join("many.yaml"), flow).expect("written");
    let folder = flows.path().display().to_string();
    let server = small(&dc, &[("VESTIBULE_FLOWS", &folder), ("VESTIBULE_LOCALES", "en")]).await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    ada.says("hello", "Which one?").await;
    ada.presses("Thing number 27", "There it is.").await;
    ada.sees("✓ Thing number 27").await;
    settled(&dc, &server).await;
}
