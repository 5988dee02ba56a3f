//! kill -9 at random while many write: nothing is lost, nothing happens twice, and no message is seen twice.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::small;
use crate::support::dc::{Dc, Person};

fn seconds(regular: u64) -> u64 {
    let told = std::env::var("VESTIBULE_LOAD_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    told.unwrap_or(regular)
}

/// Everybody tells their troubles, each message once; the program is killed all the while.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_it_is_killed() {
    let time = Duration::from_secs(seconds(8));
    let many = if seconds(8) > 30 { 200 } else { 24 };
    let dc = Dc::start().await;
    let mut server = small(&dc, &[("VESTIBULE_CHANNELS__DISCORD__RATE", "300")]).await;
    let mut people = Vec::new();
    for n in 0..many {
        people.push(Person::new(&dc, &format!("person{n}"), "en-US").await);
    }
    // A bot cannot look into messages of somebody who never wrote to it before: these did.
    for person in &mut people {
        person.write("hello").await;
    }
    for person in &mut people {
        person.hears_within("What is it about?", Duration::from_secs(60)).await;
    }
    let done = Arc::new(AtomicBool::new(false));
    let kills = Arc::new(AtomicUsize::new(0));
    let (told, counted) = (done.clone(), kills.clone());
    let killer = std::thread::spawn(move || {
        let mut wait = 700;
        while !told.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(wait));
            wait = 400 + (wait * 7_919) % 2_200;
            server.kill();
            counted.fetch_add(1, Ordering::Relaxed);
            server.again();
        }
        server
    });
    let until = Instant::now() + time;
    let talks: Vec<_> =
        people.into_iter().enumerate().map(|(n, p)| tokio::spawn(talk(p, n, until))).collect();
    let mut codes = HashMap::new();
    for (n, talk) in talks.into_iter().enumerate() {
        let (person, code) = talk.await.expect("nobody panics");
        codes.insert(code, (n, person));
    }
    done.store(true, Ordering::Relaxed);
    let server = killer.join().expect("the killer does not panic");
    assert_eq!(codes.len(), many, "each has a ticket of their own");
    let mut twice = Vec::new();
    for (code, (n, person)) in &codes {
        let shown = server.run(&["ticket", "show", code, "--json"]);
        let ticket: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("a ticket");
        assert_eq!(ticket["external_id"], person.channel.as_str());
        let said: Vec<String> = ticket["transcript"]
            .as_array()
            .expect("a transcript")
            .iter()
            .filter(|line| line["from"] == "contact")
            .filter_map(|line| line["text"].as_str().map(str::to_owned))
            .collect();
        let problem = format!("the roof of number {n} leaks");
        assert_eq!(said, ["hello", "a fault", problem.as_str(), "123456", "7"], "{n}");
        let mut seen = HashMap::new();
        for text in person.all().await {
            *seen.entry(text).or_insert(0) += 1;
        }
        twice.extend(seen.into_iter().filter(|(_, count)| *count > 1));
    }
    let kills = kills.load(Ordering::Relaxed);
    println!("{kills} kills, {many} people, {} messages seen twice", twice.len());
    assert!(twice.is_empty(), "{twice:#?}");
    let wrongs = dc.wrongs().await;
    assert!(wrongs.is_empty(), "{wrongs:#?}");
}

async fn talk(mut person: Person, n: usize, until: Instant) -> (Person, String) {
    let patience = Duration::from_secs(240);
    let left = until.saturating_duration_since(Instant::now());
    let share = u32::try_from(n % 7 + 1).expect("small");
    person.write("a fault").await;
    person.hears_within("Tell me what happened.", patience).await;
    tokio::time::sleep(left / (3 * share)).await;
    person.write(&format!("the roof of number {n} leaks")).await;
    person.hears_within("Your six-digit number?", patience).await;
    tokio::time::sleep(left / (3 * share)).await;
    person.write("123456").await;
    person.hears_within("How many people are affected?", patience).await;
    person.write("7").await;
    let told = person.hears_within("Your ticket is", patience).await;
    (person, told.chars().filter(char::is_ascii_digit).collect())
}
