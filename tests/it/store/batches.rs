//! Many at once: twins, order within a conversation, faults of one that the others must not feel.

use futures::future::{FutureExt, join_all};
use vestibule::conversation::Channel;
use vestibule::store::{Decision, StoreError, TurnJob, Whose};

use super::made::{act, at, begun, contact, echo, keyed, on, open_ticket, say, turn_of};
use super::{Db, on_both};

on_both![
    twins_get_one_answer,
    one_key_on_two_addresses_counts_once,
    turns_of_one_conversation_are_in_order,
    many_conversations_at_once_are_all_there,
    an_agent_and_the_contact_take_turns,
    a_panic_fails_its_own_turn_alone,
    open_tickets_of_a_verified_contact_are_seen_across_conversations,
    too_many_are_refused,
    what_waits_is_finished_at_the_close,
];

async fn twins_get_one_answer(db: Db) {
    for round in 0..5 {
        let address = format!("CA{round}");
        let key = format!("twilio:{round}");
        let twins = (0..10).map(|_| db.store.turn(keyed(say(Channel::Twilio, &address, "1"), &key)));
        let done: Vec<_> = join_all(twins).await.into_iter().map(|done| done.expect("a twin")).collect();
        assert_eq!(done.iter().filter(|done| !done.replayed).count(), 1);
        assert!(done.iter().all(|twin| twin.reply == done[0].reply && twin.id == done[0].id));
        let id = done[0].id.expect("an id");
        assert_eq!(db.store.journal(id).await.expect("the journal").len(), 1);
    }
}

async fn one_key_on_two_addresses_counts_once(db: Db) {
    let both = ["a", "b"].map(|address| db.store.turn(keyed(say(Channel::Web, address, "hi"), "web:same")));
    let done: Vec<_> = join_all(both).await.into_iter().map(|done| done.expect("a turn")).collect();
    assert_eq!(done.iter().filter(|done| done.replayed).count(), 1);
    assert_eq!(done[0].reply, done[1].reply);
}

async fn turns_of_one_conversation_are_in_order(db: Db) {
    let turns = (0..200).map(|n| db.store.turn(say(Channel::Web, "a", &format!("text {n}"))));
    let done: Vec<_> = join_all(turns).await.into_iter().map(|done| done.expect("a turn")).collect();
    // Handed in in this order, taken in this order.
    assert_eq!(done.iter().map(turn_of).collect::<Vec<_>>(), (1..=200).collect::<Vec<_>>());
    let id = done[0].id.expect("an id");
    let journal = db.store.journal(id).await.expect("the journal");
    assert_eq!(journal.iter().map(|row| row.turn).collect::<Vec<_>>(), (1..=200).collect::<Vec<_>>());
    assert!(journal.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert_eq!(db.store.conversation(id).await.expect("a read").expect("a conversation").seq, 400);
}

async fn many_conversations_at_once_are_all_there(db: Db) {
    // More than one batch holds, and not a power of two.
    let turns = (0..1237).map(|n| {
        let mut job = keyed(say(Channel::Phone, &format!("call {n}"), "hi"), &format!("phone:{n}"));
        job.now = at(n);
        db.store.turn(job)
    });
    let done = join_all(turns).await;
    assert!(done.iter().all(|done| done.as_ref().is_ok_and(|done| !done.replayed && turn_of(done) == 1)));
    for n in [0, 511, 512, 1023, 1236] {
        let journal =
            db.store.journal_after(Channel::Phone, &format!("call {n}"), 0).await.expect("the journal");
        assert_eq!((journal.len(), journal[0].at), (1, at(n)));
    }
    assert_eq!(db.store.depths().await.expect("the depths").active, 1237);
}

async fn an_agent_and_the_contact_take_turns(db: Db) {
    let id = begun(&db.store, Channel::Web, "a").await.id;
    let turns = (0..60).map(|n| {
        let job = if n % 2 == 0 {
            say(Channel::Web, "a", &format!("text {n}"))
        } else {
            act(Whose::Conversation(id), at(n), |_, _| {})
        };
        db.store.turn(job)
    });
    let mut turns: Vec<u64> =
        join_all(turns).await.into_iter().map(|done| turn_of(&done.expect("a turn"))).collect();
    turns.sort_unstable();
    assert_eq!(turns, (2..=61).collect::<Vec<_>>(), "no turn was lost or taken on a stale state");
}

async fn a_panic_fails_its_own_turn_alone(db: Db) {
    let faulty = || {
        keyed(
            TurnJob::new(on(Channel::Web, "faulty"), at(0), |_| -> Decision {
                panic!("a fault of the test")
            }),
            "web:f",
        )
    };
    let good = (0..20).map(|n| db.store.turn(say(Channel::Web, &format!("good {n}"), "hi")));
    let (bad, good) = tokio::join!(db.store.turn(faulty()), join_all(good));
    assert!(matches!(bad, Err(StoreError::Panicked)));
    assert!(good.iter().all(Result::is_ok));
    // Its key was not used up, and its lane goes on.
    let again = db.store.turn(keyed(say(Channel::Web, "faulty", "hi"), "web:f")).await.expect("a turn");
    assert!(!again.replayed);
}

async fn open_tickets_of_a_verified_contact_are_seen_across_conversations(db: Db) {
    let owner = begun(&db.store, Channel::Web, "first").await;
    let ada = contact(&owner, true);
    let write = act(on(Channel::Web, "first"), at(1), {
        let ada = ada.clone();
        move |_, decision| decision.contact = Some(ada.clone())
    });
    db.store.turn(write).await.expect("a turn");
    // Ten chats of one person ask for the same ticket at once: the first opens it, the others see it.
    let turns = (0..10).map(|n| {
        let id = ada.id;
        let address = format!("chat {n}");
        let mut job = TurnJob::new(on(Channel::Web, &address), at(2), move |loaded| {
            let mut decision = echo(&loaded, Channel::Web, &address, "open it");
            if let Some(conversation) = &mut decision.conversation {
                conversation.contact = id;
            }
            if loaded.open_tickets.is_empty() {
                open_ticket(&loaded, &mut decision);
            }
            decision
        });
        job.contact = Some(id);
        db.store.turn(job)
    });
    for done in join_all(turns).await {
        done.expect("a turn");
    }
    assert_eq!(db.store.tickets(None).await.expect("the tickets").len(), 1);
}

async fn too_many_are_refused(db: Db) {
    // The writer is held up inside the first turn until all others were handed in.
    let (enter, entered) = std::sync::mpsc::channel::<()>();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let mut job = say(Channel::Web, "slow", "hi");
    let mut inner = std::mem::replace(&mut job.decide, Box::new(|_| Decision::default()));
    job.decide = Box::new(move |loaded| {
        enter.send(()).expect("the test listens");
        // Ends where the sender is gone.
        let _ = held.recv();
        inner(loaded)
    });
    let store = db.store.clone();
    let slow = tokio::spawn(async move { store.turn(job).await });
    entered.recv().expect("the slow turn began");
    let store = &db.store;
    let mut others: Vec<_> =
        (0..5000).map(|n| Box::pin(store.turn(say(Channel::Web, &format!("{}", n % 50), "hi")))).collect();
    let mut busy = 0;
    others.retain_mut(|other| match other.now_or_never() {
        None => true,
        Some(done) => {
            assert!(matches!(done, Err(StoreError::Busy)));
            busy += 1;
            false
        }
    });
    drop(release);
    assert_eq!((busy, others.len()), (5000 - 4095, 4095));
    slow.await.expect("the task").expect("the slow turn");
    assert!(join_all(others).await.iter().all(Result::is_ok));
    db.store.turn(say(Channel::Web, "0", "after")).await.expect("a turn once there is room");
}

async fn what_waits_is_finished_at_the_close(mut db: Db) {
    let turns = (0..300).map(|n| {
        let store = db.store.clone();
        tokio::spawn(async move { store.turn(say(Channel::Web, &format!("{}", n % 7), "hi")).await })
    });
    let turns: Vec<_> = turns.collect();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    db.store.close().await;
    let mut taken = 0;
    for turn in turns {
        match turn.await.expect("the task") {
            Ok(_) => taken += 1,
            Err(error) => assert!(matches!(error, StoreError::Stopped), "{error}"),
        }
    }
    assert!(matches!(db.store.turn(say(Channel::Web, "0", "late")).await, Err(StoreError::Stopped)));
    db.store.close().await;
    db.reopen().await;
    let mut rows = 0;
    for n in 0..7 {
        let journal = db.store.journal_after(Channel::Web, &n.to_string(), 0).await.expect("the journal");
        rows += journal.len();
        let last = journal.last().map(|row| row.turn);
        assert!(last.is_none_or(|last| last == journal.len() as u64));
    }
    assert_eq!(rows, taken, "what was answered is there, and nothing else");
}
