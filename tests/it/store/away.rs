//! A database that cannot be written for a while: turns are refused, the store says so, and recovers by itself.

#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_another_holds_is_trouble_until_it_lets_go() {
    use sqlx::Connection;
    use vestibule::conversation::Channel;

    let db = super::Db::sqlite().await;
    super::made::begun(&db.store, Channel::Web, "a").await;
    let mut other = sqlx::SqliteConnection::connect(&db.url).await.expect("another connection");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.expect("the lock");
    let refused = db.store.turn(super::made::say(Channel::Web, "a", "on")).await;
    assert!(refused.is_err());
    assert!(db.store.trouble().is_some());
    // Readers are not in the way.
    assert_eq!(db.store.journal_after(Channel::Web, "a", 0).await.expect("the journal").len(), 1);
    sqlx::query("ROLLBACK").execute(&mut other).await.expect("letting go");
    db.store.ping().await.expect("a store in order again");
    assert!(db.store.trouble().is_none());
    let done = db.store.turn(super::made::say(Channel::Web, "a", "on")).await.expect("a turn");
    assert_eq!(super::made::turn_of(&done), 2);
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_is_found_again() {
    use std::time::{Duration, Instant};
    use vestibule::conversation::Channel;
    use vestibule::store::Store;

    let server = crate::postgres::Own::start("away");
    let store = Store::open(server.url()).await.expect("a store");
    super::made::begun(&store, Channel::Web, "a").await;
    // A restart between two turns is not noticed by who writes.
    server.stop();
    server.start_again();
    let done = store.turn(super::made::say(Channel::Web, "a", "on")).await.expect("a turn after a restart");
    assert_eq!(super::made::turn_of(&done), 2);
    server.stop();
    let began = Instant::now();
    for _ in 0..20 {
        assert!(store.turn(super::made::say(Channel::Web, "a", "lost")).await.is_err());
    }
    assert!(began.elapsed() < Duration::from_secs(10), "refused at once, not after a wait each");
    assert!(store.trouble().is_some());
    assert!(store.ping().await.is_err());
    server.start_again();
    let began = Instant::now();
    while let Err(error) = store.ping().await {
        assert!(began.elapsed() < Duration::from_secs(5), "the server is back, but: {error}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(store.trouble().is_none());
    let done = store.turn(super::made::say(Channel::Web, "a", "back")).await.expect("a turn");
    assert_eq!(super::made::turn_of(&done), 3, "what was refused was not done");
}
