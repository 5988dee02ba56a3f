//! Many callers at once, as unkind as the telephone network is: twice, at the same time, silent, wrong, forged.
//! `VESTIBULE_LOAD_SECONDS` makes it longer than the few seconds of the regular run.

mod chats;
pub mod ill_mannered;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ill_mannered::{Ending, Manners, call};

use crate::support::server::Server;

const CALLERS: usize = 32;

fn seconds(regular: u64) -> Duration {
    let told = std::env::var("VESTIBULE_LOAD_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(told.unwrap_or(regular))
}

/// What came of all calls.
#[derive(Default)]
struct Tally {
    endings: Vec<(String, Ending)>,
    posts: usize,
    wrongs: Vec<String>,
}

/// Calls on and on with so many callers; those under way at the end are brought to their end.
async fn drive(base: &str, time: Duration, manners: Manners) -> Tally {
    let until = Instant::now() + time;
    let client = reqwest::Client::builder().pool_max_idle_per_host(CALLERS * 2).build().expect("a client");
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (client, base) = (client.clone(), base.to_owned());
            tokio::spawn(async move {
                let mut tally = Tally::default();
                for round in 0_usize.. {
                    if Instant::now() >= until {
                        break;
                    }
                    let id = format!("CA{caller:08x}{round:024x}");
                    match call(client.clone(), &base, &id, manners).await {
                        Ok((ending, posts)) => {
                            tally.posts += posts;
                            tally.endings.push((id, ending));
                        }
                        Err(wrong) => tally.wrongs.push(format!("{id}: {wrong}")),
                    }
                }
                tally
            })
        })
        .collect();
    let mut all = Tally::default();
    for caller in callers {
        let tally = caller.await.expect("a caller does not panic");
        all.endings.extend(tally.endings);
        all.posts += tally.posts;
        all.wrongs.extend(tally.wrongs);
    }
    all
}

/// Each promised code exists once, belongs to its call, and no call has two tickets.
fn settle(server: &Server, tally: &Tally) {
    assert!(
        tally.wrongs.is_empty(),
        "{} calls went wrong, the first: {}",
        tally.wrongs.len(),
        tally.wrongs[0]
    );
    assert!(!tally.endings.is_empty(), "no call came to its end");
    let listed = server.run(&["ticket", "list", "--json"]);
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).expect("JSON lines");
    let mut by_code = HashMap::new();
    let mut calls = HashSet::new();
    for line in listed.lines() {
        let ticket: serde_json::Value = serde_json::from_str(line).expect("a JSON line");
        let code = ticket["code"].as_str().expect("a code").to_owned();
        let call = ticket["external_id"].as_str().expect("a call").to_owned();
        assert!(calls.insert(call.clone()), "two tickets of {call}");
        assert!(by_code.insert(code.clone(), call).is_none(), "two tickets are called {code}");
    }
    let mut codes = 0;
    for (call, ending) in &tally.endings {
        if let Ending::Code(code) = ending {
            codes += 1;
            assert_eq!(by_code.get(code), Some(call), "{call} was promised {code}");
        }
    }
    let ended = tally.endings.len();
    println!("{ended} calls, {codes} with a code, {} posts", tally.posts);
    assert!(codes * 2 > ended, "only {codes} of {ended} calls ended with a code");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

#[test]
fn every_ill_mannered_call_ends_well() {
    let mut server = Server::start("", &[]);
    let tally = runtime().block_on(drive(&server.url(), seconds(3), Manners::ILL));
    settle(&server, &tally);
    assert!(server.stop(), "it stops in good order:\n{}", server.log());
}

#[test]
fn killed_every_second_it_keeps_its_promises() {
    killed("", seconds(6));
}

#[test]
fn killed_every_second_it_keeps_its_promises_on_postgres() {
    let url = runtime().block_on(crate::postgres::database());
    killed(&url, seconds(6));
}

/// Kills the server every second under load, and looks what became of the promises.
fn killed(database_url: &str, time: Duration) {
    let mut server = Server::small(database_url, &[]);
    let base = server.url();
    let done = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&done);
    let killer = std::thread::spawn(move || {
        let mut slowest = Duration::ZERO;
        while !told.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_secs(1));
            server.kill();
            slowest = slowest.max(server.again());
        }
        (server, slowest)
    });
    let tally = runtime().block_on(drive(&base, time, Manners::ILL));
    done.store(true, Ordering::Relaxed);
    let (server, slowest) = killer.join().expect("the killer does not panic");
    println!("back within {slowest:?}");
    settle(&server, &tally);
    // For an unoptimised build on a shared machine; an optimised one is held to a second.
    let patience = if cfg!(debug_assertions) { 5 } else { 1 };
    assert!(slowest < Duration::from_secs(patience), "back only after {slowest:?}");
}
