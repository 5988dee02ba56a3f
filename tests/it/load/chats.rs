//! A thousand conversations a minute on the wire of Telegram and of Discord: each comes to its ticket, and memory does not
//! grow with them. Chats that are slow or fail hold up no other. `VESTIBULE_LOAD_SECONDS=300 scripts/test load::chats`
//! is the long run.

use std::future::Future;
use std::time::{Duration, Instant};

use serde_json::json;

use super::seconds;
use crate::support::server::Server;
use crate::support::{dc, tg};

/// One conversation begins in each.
const PACE: Duration = Duration::from_millis(60);
/// Memory is looked at so often.
const LOOK: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_secs(120);

/// Somebody who types.
trait Person: Send + 'static {
    fn greet(&mut self) -> impl Future<Output = ()> + Send;
    fn write(&mut self, text: &str) -> impl Future<Output = ()> + Send;
    fn hears(&mut self, words: &str) -> impl Future<Output = String> + Send;
}

impl Person for tg::Person {
    async fn greet(&mut self) {
        tg::Person::write(self, "hello");
    }

    async fn write(&mut self, text: &str) {
        tg::Person::write(self, text);
    }

    async fn hears(&mut self, words: &str) -> String {
        self.hears_within(words, PATIENCE).await
    }
}

impl Person for dc::Person {
    /// A message on Discord does not say which language its writer reads; a command does.
    async fn greet(&mut self) {
        self.slash("start").await;
    }

    async fn write(&mut self, text: &str) {
        dc::Person::write(self, text).await;
    }

    async fn hears(&mut self, words: &str) -> String {
        self.hears_within(words, PATIENCE).await
    }
}

/// From the first word to the ticket; its code.
async fn talk(person: &mut impl Person, n: u64, it: bool) -> String {
    let words = |en: &'static str, italian: &'static str| if it { italian } else { en };
    let problem = format!("the roof of number {n} leaks");
    let lines = [
        ("", words("What is it about?", "Di che cosa si tratta?")),
        ("1", words("Tell me what happened.", "Che cosa è successo?")),
        (problem.as_str(), words("Your six-digit number?", "Il numero di sei cifre?")),
        ("123456", words("How many people are affected?", "Quante persone riguarda?")),
        ("7", words("Your ticket is", "Il tuo ticket è")),
    ];
    let mut told = String::new();
    for (said, answer) in lines {
        if said.is_empty() {
            person.greet().await;
        } else {
            person.write(said).await;
        }
        told = person.hears(answer).await;
    }
    told.chars().filter(char::is_ascii_digit).collect()
}

/// Lets conversations begin at the pace, by `begin`, and watches the memory; the tickets' codes and the looks in KiB.
async fn crowd<F>(server: &Server, mut begin: impl FnMut(u64) -> F) -> (Vec<String>, Vec<u64>)
where
    F: Future<Output = String> + Send + 'static,
{
    let (time, begun) = (seconds(8), Instant::now());
    let mut kib = Vec::new();
    let mut talks = Vec::new();
    let mut pace = tokio::time::interval(PACE);
    let mut looked = Instant::now();
    for n in 0.. {
        pace.tick().await;
        if begun.elapsed() >= time {
            break;
        }
        talks.push(tokio::spawn(begin(n)));
        if looked.elapsed() >= LOOK {
            looked = Instant::now();
            kib.push(server.memory_kib());
        }
    }
    let mut codes = Vec::new();
    for talk in talks {
        codes.push(talk.await.expect("each comes to its ticket"));
    }
    println!("{} conversations in {:?}; KiB: {kib:?}", codes.len(), begun.elapsed());
    (codes, kib)
}

fn settle(mut codes: Vec<String>, kib: &[u64]) {
    let many = codes.len();
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), many, "each has a ticket of their own");
    // What is bounded is full after a minute; from there on it is flat.
    if let [_, _, _, _, rest @ ..] = kib
        && let Some((last, before)) = rest.split_last()
        && let Some(most) = before.iter().max()
    {
        assert!(*last < most + 8 * 1024, "{kib:?} KiB");
    }
}

fn server(settings: &[(&'static str, String)], rate: &'static str) -> Server {
    let mut all: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    all.push((rate, "1000"));
    Server::small("", &all)
}

const TELEGRAM_RATE: &str = "VESTIBULE_CHANNELS__TELEGRAM__RATE";
const DISCORD_RATE: &str = "VESTIBULE_CHANNELS__DISCORD__RATE";

#[test]
fn a_thousand_conversations_a_minute_on_telegram() {
    let tg = tg::Tg::start();
    let server = server(&tg.settings(), TELEGRAM_RATE);
    let (codes, kib) = super::runtime().block_on(crowd(&server, |n| {
        let (tg, it) = (tg.clone(), n % 2 == 1);
        async move {
            let id = 10_000 + i64::try_from(n).expect("few");
            let mut person = tg::Person::new(&tg, id, if it { "it" } else { "en" });
            let code = talk(&mut person, n, it).await;
            tg.forget(id);
            code
        }
    }));
    settle(codes, &kib);
    assert!(tg.wrongs().is_empty(), "{:?}", tg.wrongs().first());
}

#[test]
fn a_thousand_conversations_a_minute_on_discord() {
    super::runtime().block_on(async {
        let dc = dc::Dc::start().await;
        let server = server(&dc.settings(), DISCORD_RATE);
        dc.connected(1).await;
        let (codes, kib) = crowd(&server, |n| {
            let (dc, it) = (dc.clone(), n % 2 == 1);
            async move {
                let locale = if it { "it" } else { "en-US" };
                let mut person = dc::Person::new(&dc, &format!("person{n}"), locale).await;
                talk(&mut person, n, it).await
            }
        })
        .await;
        settle(codes, &kib);
        let wrongs = dc.wrongs().await;
        assert!(wrongs.is_empty(), "{:#?}", wrongs.first());
    });
}

/// The longest but one of a hundred.
fn p99(mut took: Vec<Duration>) -> Duration {
    took.sort();
    took[(took.len() * 99 / 100).min(took.len() - 1)]
}

/// So many others come in a round.
const OTHERS: u64 = 24;

/// The others' p99 while nobody is slow, and while some are, in turns.
async fn others<P: Person>(mut begin: impl AsyncFnMut(u64) -> P, mut trouble: impl AsyncFnMut(u64)) {
    let (time, begun) = (seconds(8), Instant::now());
    let mut took = [Vec::new(), Vec::new()];
    for round in 0.. {
        if begun.elapsed() >= time && round > 1 {
            break;
        }
        let troubled = usize::from(round % 2 == 1);
        if troubled == 1 {
            trouble(round).await;
        }
        let mut talks = Vec::new();
        for n in 0..OTHERS {
            let mut person = begin(round * OTHERS + n).await;
            talks.push(tokio::spawn(async move {
                let begun = Instant::now();
                person.greet().await;
                person.hears("What is it about?").await;
                begun.elapsed()
            }));
            tokio::time::sleep(PACE).await;
        }
        for talk in talks {
            took[troubled].push(talk.await.expect("each is answered"));
        }
    }
    let many = took[1].len();
    let [calm, troubled] = took.map(p99);
    println!("p99 of {many} others: {calm:?} while nobody is slow, {troubled:?} while four are");
    // A slow chat takes five seconds to be told anything. The half second is the noise of a machine that others share.
    assert!(troubled < calm * 2 + Duration::from_millis(500), "{calm:?}, {troubled:?}");
}

#[test]
fn slow_chats_hold_up_no_other_on_telegram() {
    let tg = tg::Tg::start();
    let _server = server(&tg.settings(), TELEGRAM_RATE);
    super::runtime().block_on(others(
        async |n| tg::Person::new(&tg, 20_000 + i64::try_from(n).expect("few"), "en"),
        async |round| {
            for n in 0..4 {
                let id = 90_000 + i64::try_from(round * 4 + n).expect("few");
                tg.slow(id, Duration::from_secs(5));
                tg::Person::write(&tg::Person::new(&tg, id, "en"), "hello");
            }
        },
    ));
}

#[test]
fn slow_chats_hold_up_no_other_on_discord() {
    super::runtime().block_on(async {
        let dc = dc::Dc::start().await;
        let _server = server(&dc.settings(), DISCORD_RATE);
        dc.connected(1).await;
        others(
            async |n| dc::Person::new(&dc, &format!("other{n}"), "en-US").await,
            async |round| {
                for n in 0..4 {
                    let slow = dc::Person::new(&dc, &format!("slow{round}of{n}"), "en-US").await;
                    let path = format!("/channels/{}/messages", slow.channel);
                    dc.control("slow", json!({ "path": path, "seconds": 5 })).await;
                    slow.write("hello").await;
                }
            },
        )
        .await;
    });
}
