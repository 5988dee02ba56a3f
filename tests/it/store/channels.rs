//! Updates of chat platforms, and messages that leave in parts.

use vestibule::conversation::Channel;
use vestibule::store::Whose;
use vestibule::store::channels::{NewUpdate, PartState};

use super::made::{act, at, begun, message};
use super::{Db, on_both};

on_both![
    updates_are_kept_once_and_taken_in_order,
    an_update_is_put_aside_and_taken_again,
    a_message_leaves_in_parts,
    what_an_adapter_keeps_is_found,
];

fn update(id: &str, address: &str, position: i64) -> NewUpdate {
    NewUpdate {
        channel: Channel::Telegram,
        bot: "1".to_owned(),
        id: id.to_owned(),
        address: address.to_owned(),
        position,
        body: format!("{{\"text\":\"{id} \\u0000 è 👍\"}}"),
    }
}

async fn due(db: &Db, now: i64) -> Vec<String> {
    let rows = db.store.due_updates(at(now), 10).await.expect("updates");
    rows.into_iter().map(|row| row.update.id).collect()
}

async fn updates_are_kept_once_and_taken_in_order(db: Db) {
    let all = vec![update("b", "ada", 8), update("a", "ada", 7), update("c", "bob", 9)];
    assert!(db.store.add_updates(all.clone(), at(1), at(1)).await.expect("written"));
    assert!(!db.store.add_updates(all, at(2), at(2)).await.expect("written"), "each is kept once");
    assert_eq!(due(&db, 1).await, ["a", "c"]);
    let rows = db.store.due_updates(at(1), 10).await.expect("updates");
    assert_eq!(rows[0].update, update("a", "ada", 7));
    let nums: Vec<i64> = rows.iter().map(|row| row.num).collect();
    let got = db.store.claim_updates(nums.clone(), "one", at(1), at(60)).await.expect("claimed");
    assert_eq!(got, nums);
    let late = db.store.claim_updates(nums.clone(), "two", at(2), at(60)).await.expect("claimed");
    assert!(late.is_empty(), "somebody is at them");
    assert!(due(&db, 2).await.is_empty(), "the one behind waits for it");
    db.store.updates_done(vec![nums[0]]).await.expect("done");
    assert_eq!(due(&db, 2).await, ["b"]);
    assert_eq!(due(&db, 60).await, ["b", "c"], "a lease runs out");
    let waiting = db.store.waiting_updates(&update("x", "bob", 0)).await.expect("updates");
    assert_eq!(waiting.len(), 1);
}

async fn an_update_is_put_aside_and_taken_again(db: Db) {
    let all = vec![update("a", "ada", 1), update("b", "ada", 2)];
    db.store.add_updates(all, at(1), at(1)).await.expect("written");
    let row = db.store.due_updates(at(1), 10).await.expect("updates").remove(0);
    db.store.update_later(row.num, at(9), true).await.expect("later");
    assert!(due(&db, 5).await.is_empty());
    db.store.park_update(row.num, "a fault").await.expect("put aside");
    assert_eq!(due(&db, 5).await, ["b"], "those behind go on");
    let parked = db.store.parked_updates().await.expect("a list");
    assert_eq!((parked[0].parked.as_deref(), parked[0].attempts), (Some("a fault"), 2));
    assert!(db.store.replay_update(row.num, at(6)).await.expect("again"));
    assert!(!db.store.replay_update(row.num, at(6)).await.expect("again"), "it is not put aside any more");
    assert_eq!(due(&db, 6).await, ["a"]);
}

async fn a_message_leaves_in_parts(db: Db) {
    let conversation = begun(&db.store, Channel::Telegram, "ada").await;
    let put = act(Whose::Conversation(conversation.id), at(1), |_, decision| {
        let Some(conversation) = &decision.conversation else { return };
        decision.outbox = vec![message(conversation, 5), message(conversation, 6)];
    });
    db.store.turn(put).await.expect("a turn");
    let due =
        async |now: i64| db.store.due_outbox(&[Channel::Telegram], at(now), 10).await.expect("the outbox");
    let first = due(1).await.remove(0);
    assert_eq!((first.message.seq, first.attempts, first.doubts, first.begun), (5, 0, 0, None));
    let parts = || vec!["one".to_owned(), "two".to_owned()];
    let id = first.message.id;
    let claim = async |taker: &str, now: i64| {
        let rows = vec![(first.message.clone(), parts())];
        db.store.claim_outbox(rows, taker, at(now), at(now + 10)).await.expect("claimed")
    };
    assert_eq!(claim("one", 1).await, [id]);
    assert!(claim("two", 2).await.is_empty());
    assert!(due(2).await.is_empty());
    let waiting = async || db.store.waiting_parts(&[id]).await.expect("parts");
    assert_eq!(waiting().await.iter().map(|part| part.body.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    db.store.part_done((id, 0), PartState::Sent, Some("77".into()), at(3), false).await.expect("done");
    db.store.outbox_later(id, at(20), true, true).await.expect("later");
    let again = due(20).await.remove(0);
    assert_eq!((again.attempts, again.doubts, again.begun), (1, 1, Some(at(1))));
    // The part that was sent is not sent again, whatever is rendered now.
    assert_eq!(claim("three", 20).await, [id]);
    db.store.part_mended((id, 1), "two, otherwise").await.expect("mended");
    assert_eq!(waiting().await.iter().map(|part| part.body.as_str()).collect::<Vec<_>>(), ["two, otherwise"]);
    db.store.part_done((id, 1), PartState::Sent, Some("78".into()), at(21), true).await.expect("done");
    assert_eq!(due(21).await[0].message.seq, 6, "the next one's turn");
    let placed = db.store.placed(conversation.id, 5).await.expect("placed");
    assert_eq!(placed.iter().map(|one| one.platform.as_str()).collect::<Vec<_>>(), ["77", "78"]);
    let found = db.store.message_at(Channel::Telegram, "ada", "78").await.expect("found").expect("one");
    assert_eq!((found.conversation, found.seq, found.nth), (conversation.id, 5, 1));
    assert!(db.store.epoch(conversation.id).await.expect("an epoch").is_some());
}

async fn what_an_adapter_keeps_is_found(db: Db) {
    let keep = async |key: &str, value: Option<&str>| {
        db.store.keep_note(Channel::Telegram, "1", key, value).await.expect("kept");
    };
    keep("room:b", Some("2")).await;
    keep("room:a", Some("1")).await;
    keep("rooms", Some("x")).await;
    keep("room:a", Some("3")).await;
    let note = async |key: &str| db.store.note(Channel::Telegram, "1", key).await.expect("a note");
    assert_eq!(note("room:a").await.as_deref(), Some("3"));
    let all = db.store.notes(Channel::Telegram, "1", "room:").await.expect("notes");
    assert_eq!(all, [("room:a".to_owned(), "3".to_owned()), ("room:b".to_owned(), "2".to_owned())]);
    keep("room:a", None).await;
    assert_eq!(note("room:a").await, None);
    assert_eq!(db.store.note(Channel::Telegram, "2", "room:b").await.expect("a note"), None);
}
