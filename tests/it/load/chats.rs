//! A thousand conversations a minute on Telegram's wire: each comes to its ticket, and memory does not grow with them.
//! `VESTIBULE_LOAD_SECONDS=300 scripts/test load::chats` is the long run.

use std::time::{Duration, Instant};

use super::seconds;
use crate::support::server::Server;
use crate::support::tg::{Person, Tg};

/// One conversation begins in each.
const PACE: Duration = Duration::from_millis(60);
/// Memory is looked at so often.
const LOOK: Duration = Duration::from_secs(15);

async fn talk(tg: Tg, id: i64) -> String {
    let mut person = Person::new(&tg, id, if id % 2 == 0 { "en" } else { "it" });
    let patience = Duration::from_secs(120);
    let it = id % 2 == 1;
    let words = |en: &'static str, italian: &'static str| if it { italian } else { en };
    person.write("/start");
    person.hears_within(words("What is it about?", "Di che cosa si tratta?"), patience).await;
    person.write("1");
    person.hears_within(words("Tell me what happened.", "Che cosa è successo?"), patience).await;
    person.write(&format!("the roof of number {id} leaks"));
    person.hears_within(words("Your six-digit number?", "Il numero di sei cifre?"), patience).await;
    person.write("123456");
    person.hears_within(words("How many people are affected?", "Quante persone riguarda?"), patience).await;
    person.write("7");
    let told = person.hears_within(words("Your ticket is", "Il tuo ticket è"), patience).await;
    tg.forget(id);
    told.chars().filter(char::is_ascii_digit).collect()
}

#[test]
fn a_thousand_conversations_a_minute_on_telegram() {
    let time = seconds(8);
    let tg = Tg::start();
    let settings = tg.settings();
    let mut all: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    all.push(("VESTIBULE_CHANNELS__TELEGRAM__RATE", "1000"));
    let server = Server::small("", &all);
    let begun = Instant::now();
    let mut kib = Vec::new();
    let codes = super::runtime().block_on(async {
        let mut talks = Vec::new();
        let mut pace = tokio::time::interval(PACE);
        let mut looked = Instant::now();
        for id in 10_000.. {
            pace.tick().await;
            if begun.elapsed() >= time {
                break;
            }
            talks.push(tokio::spawn(talk(tg.clone(), id)));
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                kib.push(server.memory_kib());
            }
        }
        let mut codes = Vec::new();
        for talk in talks {
            codes.push(talk.await.expect("each comes to its ticket"));
        }
        codes
    });
    let took = begun.elapsed();
    println!("{} conversations in {took:?}; KiB: {kib:?}", codes.len());
    let mut tickets = codes.clone();
    tickets.sort();
    tickets.dedup();
    assert_eq!(tickets.len(), codes.len(), "each has a ticket of their own");
    // What is bounded is full after a minute; from there on it is flat.
    if let [_, _, _, _, rest @ ..] = kib.as_slice()
        && let Some((last, before)) = rest.split_last()
        && let Some(most) = before.iter().max()
    {
        assert!(*last < most + 8 * 1024, "{kib:?} KiB");
    }
    assert!(tg.wrongs().is_empty(), "{:?}", tg.wrongs().first());
}
