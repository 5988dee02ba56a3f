//! Timers, and messages that wait to be delivered.

use vestibule::conversation::{Channel, TimerKind};
use vestibule::store::channels::PartState;
use vestibule::store::{DueTimer, Whose};

use super::made::{act, at, begun, keyed, message, on};
use super::{Db, on_both};

on_both![
    timers_come_due_in_order_and_are_replaced,
    timers_are_cleared_before_new_ones_are_set,
    a_timer_fires_once,
    a_timer_that_was_set_anew_does_not_fire,
    messages_wait_and_are_fetched,
    messages_are_pushed_in_order_per_conversation,
];

async fn set(db: &Db, address: &str, now: i64, timers: &'static [(TimerKind, i64)], clear: bool) {
    let job = act(on(Channel::Web, address), at(now), move |_, decision| {
        decision.clear_timers = clear;
        decision.timers = timers.iter().map(|(kind, due)| (*kind, at(*due))).collect();
    });
    db.store.turn(job).await.expect("a turn");
}

async fn due(db: &Db, now: i64) -> Vec<(TimerKind, i64)> {
    let timers = db.store.due_timers(at(now), 100).await.expect("the timers");
    timers.into_iter().map(|timer| (timer.timer, timer.due.duration_since(at(0)).as_secs())).collect()
}

async fn timers_come_due_in_order_and_are_replaced(db: Db) {
    set(&db, "a", 0, &[(TimerKind::Silence, 30), (TimerKind::Ghost, 20)], false).await;
    set(&db, "b", 0, &[(TimerKind::Queue, 10), (TimerKind::Queue, 25)], false).await;
    assert_eq!(due(&db, 9).await, []);
    assert_eq!(due(&db, 29).await, [(TimerKind::Ghost, 20), (TimerKind::Queue, 25)]);
    set(&db, "a", 1, &[(TimerKind::Ghost, 40)], false).await;
    assert_eq!(
        due(&db, 40).await,
        [(TimerKind::Queue, 25), (TimerKind::Silence, 30), (TimerKind::Ghost, 40)]
    );
    assert_eq!(db.store.due_timers(at(40), 1).await.expect("the timers").len(), 1);
    assert_eq!(db.store.depths().await.expect("the depths").timers, 3);
}

async fn timers_are_cleared_before_new_ones_are_set(db: Db) {
    set(&db, "a", 0, &[(TimerKind::Silence, 30), (TimerKind::Queue, 20)], false).await;
    set(&db, "b", 0, &[(TimerKind::Silence, 31)], false).await;
    set(&db, "a", 1, &[(TimerKind::Silence, 50)], true).await;
    assert_eq!(due(&db, 99).await, [(TimerKind::Silence, 31), (TimerKind::Silence, 50)]);
    set(&db, "a", 1, &[], true).await;
    assert_eq!(due(&db, 99).await, [(TimerKind::Silence, 31)]);
}

async fn the_due(db: &Db) -> DueTimer {
    db.store.due_timers(at(99), 1).await.expect("the timers").remove(0)
}

fn fire(timer: &DueTimer) -> vestibule::store::TurnJob {
    let mut job = act(Whose::Conversation(timer.conversation), at(60), |_, _| {});
    job.timer = Some((timer.timer, timer.due));
    job
}

async fn a_timer_fires_once(db: Db) {
    set(&db, "a", 0, &[(TimerKind::Silence, 30)], false).await;
    let timer = the_due(&db).await;
    let both = futures::future::join(db.store.turn(fire(&timer)), db.store.turn(fire(&timer))).await;
    let (first, second) = (both.0.expect("a turn"), both.1.expect("a turn"));
    assert!(!first.replayed && first.conversation.is_some());
    assert!(second.replayed && second.conversation.is_none());
    assert_eq!(due(&db, 99).await, []);
}

async fn a_timer_that_was_set_anew_does_not_fire(db: Db) {
    set(&db, "a", 0, &[(TimerKind::Silence, 30)], false).await;
    let timer = the_due(&db).await;
    set(&db, "a", 29, &[(TimerKind::Silence, 59)], true).await;
    assert!(db.store.turn(fire(&timer)).await.expect("a turn").replayed);
    assert_eq!(due(&db, 99).await, [(TimerKind::Silence, 59)]);
    // One that sets itself again keeps the new one.
    let mut job = act(Whose::Conversation(timer.conversation), at(60), |_, decision| {
        decision.timers = vec![(TimerKind::Silence, at(80))];
    });
    job.timer = Some((TimerKind::Silence, at(59)));
    assert!(!db.store.turn(job).await.expect("a turn").replayed);
    assert_eq!(due(&db, 99).await, [(TimerKind::Silence, 80)]);
}

async fn messages_wait_and_are_fetched(db: Db) {
    let conversation = begun(&db.store, Channel::Twilio, "CA1").await;
    let id = conversation.id;
    let put = act(Whose::Conversation(id), at(1), |_, decision| {
        let Some(conversation) = &decision.conversation else { return };
        decision.outbox = vec![message(conversation, 8), message(conversation, 7)];
    });
    db.store.turn(put).await.expect("a turn");
    assert_eq!(db.store.depths().await.expect("the depths").outbox, 2);
    let fetch = || {
        let job = act(on(Channel::Twilio, "CA1"), at(2), |loaded, decision| {
            assert_eq!(loaded.unsent.iter().map(|message| message.seq).collect::<Vec<_>>(), [7, 8]);
            assert_eq!(loaded.unsent[0].from, "agent");
            assert_eq!(loaded.unsent[0].body, "{\"text\":\"message 7\"}");
            decision.sent = loaded.unsent.iter().map(|message| message.id).collect();
        });
        keyed(job, "twilio:fetch")
    };
    assert!(!db.store.turn(fetch()).await.expect("a turn").replayed);
    // What went with a reply is gone, and goes again with the same reply.
    assert!(db.store.turn(fetch()).await.expect("a turn").replayed);
    let none = act(on(Channel::Twilio, "CA1"), at(3), |loaded, _| assert!(loaded.unsent.is_empty()));
    db.store.turn(none).await.expect("a turn");
    assert_eq!(db.store.depths().await.expect("the depths").outbox, 0);
}

async fn messages_are_pushed_in_order_per_conversation(db: Db) {
    let (a, b) = (begun(&db.store, Channel::Web, "a").await, begun(&db.store, Channel::Web, "b").await);
    for id in [a.id, b.id] {
        let put = act(Whose::Conversation(id), at(1), |_, decision| {
            let Some(conversation) = &decision.conversation else { return };
            decision.outbox = vec![message(conversation, 5), message(conversation, 6)];
        });
        db.store.turn(put).await.expect("a turn");
    }
    let due = |now: i64, channels: &'static [Channel]| {
        let store = db.store.clone();
        async move {
            let rows = store.due_outbox(channels, at(now), 10).await.expect("the outbox");
            rows.into_iter()
                .map(|due| (due.message.address, due.message.seq, due.message.id))
                .collect::<Vec<_>>()
        }
    };
    assert!(due(0, &[Channel::Web]).await.is_empty());
    assert!(due(9, &[Channel::Phone]).await.is_empty());
    assert!(due(9, &[]).await.is_empty());
    let first = due(9, &[Channel::Phone, Channel::Web]).await;
    assert_eq!(first.iter().map(|(_, seq, _)| *seq).collect::<Vec<_>>(), [5, 5]);
    // One that must wait holds up those behind it.
    db.store.outbox_later(first[0].2, at(20), true, false).await.expect("later");
    db.store.outbox_done(first[1].2, PartState::Sent, at(9)).await.expect("done");
    let second = due(9, &[Channel::Web]).await;
    assert_eq!(
        second.iter().map(|(address, seq, _)| (address.clone(), *seq)).collect::<Vec<_>>(),
        [(first[1].0.clone(), 6)]
    );
    assert_eq!(due(20, &[Channel::Web]).await.len(), 2);
}
