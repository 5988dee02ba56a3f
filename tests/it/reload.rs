//! Flows that change while people are in the middle of them: the real program, on both databases.

mod chats;
mod desk;
mod flows;
mod live;

use std::time::{Duration, Instant};

use chats::{Chat, Crowd, STEPS};
use flows::Folder;
use serde_json::Value;

use crate::support::server::Server;

/// Live conversations at the change.
const LIVE: usize = 1_000;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// The program on flows of the test's own.
fn serve(database_url: &str, folder: &Folder, reload: &str) -> Server {
    let (flows, faq) = (folder.flows(), folder.faq());
    let environment = [
        ("VESTIBULE_FLOWS", flows.as_str()),
        ("VESTIBULE_FAQ", faq.as_str()),
        ("VESTIBULE_LOCALES", "en"),
        ("VESTIBULE_RELOAD", reload),
        ("VESTIBULE_PUBLIC_URL", ""),
        ("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", ""),
        ("VESTIBULE_LOG__LEVEL", "info"),
    ];
    Server::start(database_url, &environment)
}

async fn get(server: &Server, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("{}{path}", server.url())).await.expect("it answers");
    (answer.status().as_u16(), answer.text().await.expect("a text"))
}

/// A counter, summed over its labels that hold `label`.
async fn counted(server: &Server, name: &str, label: &str) -> u64 {
    let (_, figures) = get(server, "/metrics").await;
    let lines = figures.lines().filter(|line| line.starts_with(name) && line.contains(label));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

async fn until(server: &Server, what: &str, mut holds: impl AsyncFnMut(&Server) -> bool) {
    let begun = Instant::now();
    while !holds(server).await {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}:\n{}", server.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn readiness(server: &Server) -> Value {
    let (status, text) = get(server, "/readyz").await;
    assert_eq!(status, 200, "it serves, so it is ready: {text}");
    serde_json::from_str(&text).expect("JSON")
}

async fn applied(server: &Server, times: u64) {
    until(server, "the new set is served", async |server| {
        counted(server, "vestibule_reloads_total", "applied").await >= times
    })
    .await;
}

/// Deletes the files of all revisions, as an operator's hand may.
async fn forget_revisions(url: &str) {
    use sqlx::Connection as _;
    let sql = "DELETE FROM revisions";
    if url.starts_with("sqlite") {
        let mut connection = sqlx::SqliteConnection::connect(url).await.expect("the database");
        sqlx::query(sql).execute(&mut connection).await.expect("deleted");
    } else {
        let mut connection = sqlx::PgConnection::connect(url).await.expect("the database");
        sqlx::query(sql).execute(&mut connection).await.expect("deleted");
    }
}

async fn database(postgres: bool, folder: &Folder) -> String {
    if postgres { crate::postgres::database().await } else { folder.database() }
}

/// A broken set is refused with everything serving on; the good one is taken, and every conversation goes on.
async fn across_a_reload(postgres: bool) {
    let folder = Folder::new();
    folder.write_first();
    let server = serve(&database(postgres, &folder).await, &folder, "auto");
    let crowd = Crowd::gather(&server.url(), LIVE).await;

    folder.write_broken();
    until(&server, "the broken set is refused", async |server| {
        readiness(server).await["reload"]["findings"].is_array()
    })
    .await;
    let reload = readiness(&server).await["reload"].clone();
    assert_eq!(reload["findings"][0]["code"], "V101", "{reload}");
    assert_eq!(reload["findings"][0]["line"], 18, "{reload}");
    assert!(reload["findings"][0]["file"].as_str().is_some_and(|file| file.ends_with("form.yaml")));
    assert!(server.log().contains("a new set is refused"), "{}", server.log());
    Chat::open(&server.url()).await.stands_at("v1 topic");

    folder.write_second();
    applied(&server, 1).await;
    assert_eq!(readiness(&server).await["reload"], Value::Null);
    Chat::open(&server.url()).await.stands_at("v2 topic");
    let after = [
        ("v1 topic", "v1 device"),
        ("v1 device", "v2 machine"),
        ("v1 size", "any extra"),
        ("any extra", "v1 problem"),
        ("v1 problem", "v1 sure"),
        ("v1 sure", "v1 ticket"),
    ];
    crowd.go_on(&after).await;
    assert_eq!(counted(&server, "vestibule_faults_total", "").await, 0, "{}", server.log());
    assert_eq!(counted(&server, "vestibule_carried_over_total", "stranded").await, 0);
}

#[test]
fn a_thousand_conversations_go_on_across_a_reload() {
    runtime().block_on(across_a_reload(false));
}

#[test]
fn a_thousand_conversations_go_on_across_a_reload_on_postgres() {
    runtime().block_on(across_a_reload(true));
}

/// Killed after the files changed and before they were read; and then the old revision's files are lost.
async fn across_a_kill(postgres: bool, lost: bool) {
    let folder = Folder::new();
    folder.write_first();
    let url = database(postgres, &folder).await;
    let mut server = serve(&url, &folder, "signal");
    let crowd = Crowd::gather(&server.url(), if lost { LIVE } else { LIVE / 4 }).await;
    folder.write_second();
    server.kill();
    if lost {
        forget_revisions(&url).await;
    }
    server.again();
    Chat::open(&server.url()).await.stands_at("v2 topic");
    let (kept, carried) = (
        [
            ("v1 topic", "v1 device"),
            ("v1 device", "v2 machine"),
            ("v1 size", "any extra"),
            ("any extra", "v1 problem"),
            ("v1 problem", "v1 sure"),
            ("v1 sure", "v1 ticket"),
        ],
        [
            ("v1 topic", "v2 topic"),
            ("v1 device", "v2 machine"),
            ("v1 size", "v2 size"),
            ("any extra", "changed"),
            ("v1 problem", "changed"),
            ("v1 sure", "changed"),
        ],
    );
    let crowd_size = crowd.len() as u64;
    crowd.go_on(if lost { &carried } else { &kept }).await;
    assert_eq!(counted(&server, "vestibule_faults_total", "").await, 0, "{}", server.log());
    let stranded = counted(&server, "vestibule_carried_over_total", "stranded").await;
    let moved = counted(&server, "vestibule_carried_over_total", "moved").await;
    if lost {
        assert_eq!((stranded + moved, stranded), (crowd_size, crowd_size / STEPS * 3));
    } else {
        assert_eq!(stranded, 0);
    }
}

#[test]
fn conversations_go_on_after_a_kill_between_change_and_reload() {
    runtime().block_on(across_a_kill(false, false));
}

#[test]
fn conversations_go_on_after_a_kill_between_change_and_reload_on_postgres() {
    runtime().block_on(across_a_kill(true, false));
}

#[test]
fn conversations_of_a_lost_revision_are_carried_over_or_told() {
    runtime().block_on(across_a_kill(false, true));
}

#[test]
fn conversations_of_a_lost_revision_are_carried_over_or_told_on_postgres() {
    runtime().block_on(across_a_kill(true, true));
}

/// Fifty changes in five seconds while people talk: nobody notices, the last one is served, and memory does not grow
/// with each.
#[test]
fn a_storm_of_changes_harms_nobody() {
    runtime().block_on(async {
        let folder = Folder::new();
        folder.write_first();
        let server = serve("", &folder, "auto");
        // The first storms fill what is bounded: eight older sets that are held, page caches, the allocator's arenas.
        let mut kib = Vec::new();
        for round in 0..5 {
            storm(&server, &folder, round).await;
            kib.push(server.memory_kib());
        }
        println!("{kib:?} KiB after each storm");
        let before = kib[..4].iter().copied().max().unwrap_or_default();
        assert!(kib[4] < before + 8 * 1024, "{kib:?} KiB");
        assert_eq!(counted(&server, "vestibule_faults_total", "").await, 0, "{}", server.log());
        // The same set again is nothing new.
        let times = counted(&server, "vestibule_reloads_total", "").await;
        server.hang_up();
        until(&server, "it heeds SIGHUP", async |server| server.log().contains("SIGHUP")).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(counted(&server, "vestibule_reloads_total", "").await, times);
    });
}

async fn storm(server: &Server, folder: &Folder, round: usize) {
    let base = server.url();
    let talkers: Vec<_> = (0..8)
        .map(|_| {
            let base = base.clone();
            tokio::spawn(async move {
                let until = Instant::now() + Duration::from_secs(5);
                let mut talks = 0;
                while Instant::now() < until {
                    Chat::open(&base).await.goes_to_the_end().await;
                    talks += 1;
                }
                talks
            })
        })
        .collect();
    for change in 0..50 {
        folder.write_greeting(round * 50 + change);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let last = format!("hello {}", round * 50 + 49);
    let mut talks = 0;
    for talker in talkers {
        talks += talker.await.expect("nobody is harmed");
    }
    assert!(talks > 0);
    until(server, "the last change is served", async |server| {
        Chat::open(&server.url()).await.was_told(&last)
    })
    .await;
}
