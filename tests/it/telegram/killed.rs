//! kill -9 at random while many write: nothing is lost, nothing happens twice, at most one message a kill is seen twice.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::small;
use crate::support::tg::{Person, Tg};

fn seconds(regular: u64) -> u64 {
    let told = std::env::var("VESTIBULE_LOAD_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    told.unwrap_or(regular)
}

/// Everybody tells their troubles, each message once; the program is killed all the while.
#[test]
fn nothing_is_lost_when_it_is_killed() {
    let time = Duration::from_secs(seconds(8));
    let people: i64 = if seconds(8) > 30 { 200 } else { 40 };
    let tg = Tg::start();
    let mut server = small(&tg, &[("VESTIBULE_CHANNELS__TELEGRAM__RATE", "300")]);
    let done = Arc::new(AtomicBool::new(false));
    let kills = Arc::new(AtomicUsize::new(0));
    let (told, counted) = (done.clone(), kills.clone());
    let killer = std::thread::spawn(move || {
        let mut wait = 700;
        while !told.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(wait));
            wait = 300 + (wait * 7_919) % 1_700;
            server.kill();
            counted.fetch_add(1, Ordering::Relaxed);
            server.again();
        }
        server
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let until = Instant::now() + time;
    let codes = runtime.block_on(async {
        let talks = (0..people).map(|n| tokio::spawn(talk(tg.clone(), 10_000 + n, until)));
        let mut codes = HashMap::new();
        for talk in talks.collect::<Vec<_>>() {
            let (id, code) = talk.await.expect("nobody panics");
            codes.insert(code, id);
        }
        codes
    });
    done.store(true, Ordering::Relaxed);
    let server = killer.join().expect("the killer does not panic");
    assert_eq!(codes.len(), usize::try_from(people).expect("few"), "each has a ticket of their own");
    let mut twice = 0;
    for (code, id) in &codes {
        let shown = server.run(&["ticket", "show", code, "--json"]);
        let ticket: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("a ticket");
        assert_eq!(ticket["external_id"], id.to_string());
        let said: Vec<String> = ticket["transcript"]
            .as_array()
            .expect("a transcript")
            .iter()
            .filter(|line| line["from"] == "contact" || line["who"] == "contact")
            .filter_map(|line| line["text"].as_str().map(str::to_owned))
            .collect();
        let problem = format!("the roof of number {id} leaks");
        assert_eq!(said, ["hello", "a fault", problem.as_str(), "123456", "7"], "{id}");
        let mut seen = HashMap::new();
        for text in Person::new(&tg, *id, "en").all() {
            *seen.entry(text).or_insert(0) += 1;
        }
        twice += seen.values().map(|count| count - 1).sum::<i32>();
    }
    let kills = kills.load(Ordering::Relaxed);
    println!("{kills} kills, {people} people, {twice} messages seen twice");
    assert!(
        usize::try_from(twice).expect("a count") <= kills,
        "{twice} messages seen twice in {kills} kills"
    );
    assert!(tg.wrongs().is_empty(), "{:#?}", tg.wrongs());
}

async fn talk(tg: Tg, id: i64, until: Instant) -> (i64, String) {
    let mut person = Person::new(&tg, id, "en");
    let patience = Duration::from_secs(240);
    let left = until.saturating_duration_since(Instant::now());
    let share = u32::try_from(id % 7 + 1).expect("small");
    person.write("hello");
    person.hears_within("What is it about?", patience).await;
    tokio::time::sleep(left / (4 * share)).await;
    person.write("a fault");
    person.hears_within("Tell me what happened.", patience).await;
    tokio::time::sleep(left / (4 * share)).await;
    person.write(&format!("the roof of number {id} leaks"));
    person.hears_within("Your six-digit number?", patience).await;
    person.write("123456");
    person.hears_within("How many people are affected?", patience).await;
    tokio::time::sleep(left / (4 * share)).await;
    person.write("7");
    let told = person.hears_within("Your ticket is", patience).await;
    (id, told.chars().filter(char::is_ascii_digit).collect())
}
