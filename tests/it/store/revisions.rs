//! The files of playbooks, which conversations are on which, and turns that must be handed in again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use vestibule::conversation::{Channel, Life};
use vestibule::store::{Decision, StoreError, TurnJob};

use super::made::{act, at, echo, keyed, on, say};
use super::{Db, on_both};

on_both![
    a_revision_is_kept_as_it_was_first_given,
    conversations_are_counted_by_revision,
    revisions_are_deleted_once_nobody_served_them,
    a_deferred_turn_leaves_nothing_behind,
];

async fn a_revision_is_kept_as_it_was_first_given(db: Db) {
    let store = &db.store;
    assert_eq!(store.revision("r1").await.expect("an answer"), None);
    assert!(!store.touch_revision("r1", at(0)).await.expect("an answer"));
    store.serve_revision("r1", vec![0, 1, 255], 30, at(1)).await.expect("stored");
    store.serve_revision("r2", vec![2], 1, at(2)).await.expect("stored");
    store.serve_revision("r1", vec![9], 9, at(5)).await.expect("served again");
    assert!(store.touch_revision("r1", at(3)).await.expect("an answer"), "it is there, and was served since");
    assert_eq!(store.revision("r1").await.expect("an answer"), Some(vec![0, 1, 255]));
    let rows = db.another().await.revisions().await.expect("rows");
    let told: Vec<_> =
        rows.iter().map(|row| (row.revision.as_str(), row.size, row.first_served, row.last_served)).collect();
    assert_eq!(told, [("r1", 30, at(1), at(5)), ("r2", 1, at(2), at(2))]);
}

async fn put(db: &Db, address: &str, revision: &'static str, life: Life) {
    let job = act(on(Channel::Web, address), at(0), move |_, decision| {
        let Some(conversation) = &mut decision.conversation else { return };
        conversation.revision = revision.to_owned();
        conversation.life = life.clone();
    });
    db.store.turn(job).await.expect("a turn");
}

async fn conversations_are_counted_by_revision(db: Db) {
    put(&db, "a", "r1", Life::Active).await;
    put(&db, "b", "r1", Life::Parked).await;
    put(&db, "c", "r2", Life::Active).await;
    put(&db, "d", "r2", Life::Closed("informed".to_owned())).await;
    let counts = async || {
        let mut counts = db.store.live_by_revision().await.expect("counts");
        counts.sort();
        counts
    };
    assert_eq!(counts().await, [("r1".to_owned(), 2), ("r2".to_owned(), 1)]);
    // One that is carried over counts where it is now.
    put(&db, "a", "r2", Life::Active).await;
    assert_eq!(counts().await, [("r1".to_owned(), 1), ("r2".to_owned(), 2)]);
    let (first, after) = db.store.live_conversations(0, 2).await.expect("a page");
    let (rest, _) = db.store.live_conversations(after, 2).await.expect("a page");
    let addresses: Vec<_> = first.iter().chain(&rest).map(|one| one.address.as_str()).collect();
    assert_eq!(addresses, ["a", "b", "c"]);
}

async fn revisions_are_deleted_once_nobody_served_them(db: Db) {
    for (name, second) in [("old", 1), ("new", 9)] {
        db.store.serve_revision(name, vec![1], 1, at(second)).await.expect("stored");
    }
    let both = vec!["old".to_owned(), "new".to_owned()];
    assert_eq!(db.store.drop_revisions(both, at(5)).await.expect("deleted"), 1);
    assert_eq!(db.store.revision("old").await.expect("an answer"), None);
    assert!(db.store.revision("new").await.expect("an answer").is_some());
}

async fn a_deferred_turn_leaves_nothing_behind(db: Db) {
    let asked = Arc::new(AtomicU32::new(0));
    let deferred = |asked: &Arc<AtomicU32>| {
        let asked = asked.clone();
        let job = TurnJob::new(on(Channel::Web, "a"), at(0), move |_| {
            asked.fetch_add(1, Ordering::Relaxed);
            Decision { deferred: true, ..Decision::default() }
        });
        keyed(job, "web:a:1")
    };
    let (one, twin) = (deferred(&asked), deferred(&asked));
    let (one, twin) = tokio::join!(db.store.turn(one), db.store.turn(twin));
    assert!(matches!((one, twin), (Err(StoreError::Deferred), Err(StoreError::Deferred))));
    assert_eq!(asked.load(Ordering::Relaxed), 2, "a twin is asked itself");
    // Its key is free: handed in again, it is taken.
    let done = db.store.turn(keyed(say(Channel::Web, "a", "hello"), "web:a:1")).await.expect("a turn");
    assert!(!done.replayed);
    let again =
        TurnJob::new(on(Channel::Web, "a"), at(0), |loaded| echo(&loaded, Channel::Web, "a", "hello"));
    assert!(db.store.turn(keyed(again, "web:a:1")).await.expect("a turn").replayed);
}
