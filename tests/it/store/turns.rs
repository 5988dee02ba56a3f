//! One turn after the other: what is written comes back, a key counts once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use vestibule::conversation::{Channel, Life, ids};
use vestibule::store::{Decision, Loaded, TurnJob, Whose};

use super::made::{act, at, begun, contact, echo, heard, keyed, on, say, turn_of};
use super::{Db, on_both};

on_both![
    a_conversation_comes_back_as_written,
    a_key_counts_once,
    a_key_counts_after_a_restart,
    a_reply_may_be_nothing,
    a_turn_without_a_conversation_writes_its_key_alone,
    the_next_conversation_on_an_address_retires_the_last,
    an_old_conversation_stays_old_when_it_is_written_again,
    addresses_are_of_their_channel,
    the_contact_is_found,
    an_unknown_conversation_is_none,
    what_cannot_be_stored_harms_nobody_else,
];

async fn a_conversation_comes_back_as_written(mut db: Db) {
    let first = begun(&db.store, Channel::Web, "a").await;
    let id = first.id;
    let done =
        db.store.turn(say(Channel::Web, "a", "più \"testo\" \u{1F511}\n\\ ';--")).await.expect("a turn");
    assert!(!done.replayed);
    assert_eq!(done.id, Some(id));
    let second = done.conversation.expect("a conversation");
    assert_eq!((second.id, second.turn, second.seq), (id, 2, 4));
    for _ in 0..2 {
        assert_eq!(db.store.conversation(id).await.expect("a read"), Some(second.clone()));
        let journal = db.store.journal(id).await.expect("the journal");
        assert_eq!(journal.iter().map(|row| row.turn).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(journal[1].events, done.events);
        assert_eq!((journal[1].at, journal[1].conversation), (at(0), id));
        db.reopen().await;
    }
}

async fn a_key_counts_once(db: Db) {
    let calls = Arc::new(AtomicU32::new(0));
    let job = |text: &'static str| {
        let calls = calls.clone();
        let mut job = keyed(say(Channel::Twilio, "CA1", text), "twilio:1");
        let mut inner = std::mem::replace(&mut job.decide, Box::new(|_| Decision::default()));
        job.decide = Box::new(move |loaded| {
            calls.fetch_add(1, Ordering::Relaxed);
            inner(loaded)
        });
        job
    };
    let first = db.store.turn(job("one")).await.expect("the first");
    for text in ["one", "another text, the same key"] {
        let again = db.store.turn(job(text)).await.expect("a redelivery");
        assert!(again.replayed);
        assert_eq!((again.reply, again.id), (first.reply.clone(), first.id));
        assert!(again.conversation.is_none() && again.events.is_empty());
    }
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    assert_eq!(db.store.journal(first.id.expect("an id")).await.expect("the journal").len(), 1);
}

async fn a_key_counts_after_a_restart(mut db: Db) {
    let first = db.store.turn(keyed(say(Channel::Web, "a", "one"), "web:1")).await.expect("the first");
    db.reopen().await;
    let again = db.store.turn(keyed(say(Channel::Web, "a", "one"), "web:1")).await.expect("a redelivery");
    assert!(again.replayed);
    assert_eq!(again.reply, first.reply);
}

async fn a_reply_may_be_nothing(db: Db) {
    let silent = || keyed(act(on(Channel::Web, "a"), at(0), |_, decision| decision.reply = None), "web:1");
    assert_eq!(db.store.turn(silent()).await.expect("the first").reply, None);
    let again = db.store.turn(silent()).await.expect("a redelivery");
    assert!(again.replayed && again.reply.is_none());
}

async fn a_turn_without_a_conversation_writes_its_key_alone(db: Db) {
    let nothing = |_: Loaded| Decision {
        reply: Some("unknown".to_owned()),
        events: vec![heard(1, "lost")],
        ..Decision::default()
    };
    let job = || keyed(TurnJob::new(on(Channel::Web, "a"), at(0), nothing), "web:1");
    let done = db.store.turn(job()).await.expect("the first");
    assert!(done.conversation.is_none() && !done.replayed);
    let again = db.store.turn(job()).await.expect("a redelivery");
    assert_eq!((again.replayed, again.reply.as_deref()), (true, Some("unknown")));
    assert!(db.store.journal_after(Channel::Web, "a", 0).await.expect("the journal").is_empty());
}

async fn the_next_conversation_on_an_address_retires_the_last(db: Db) {
    let first = begun(&db.store, Channel::Web, "a").await;
    let close = act(on(Channel::Web, "a"), at(1), |_, decision| {
        if let Some(conversation) = &mut decision.conversation {
            conversation.life = Life::Closed("deflected".to_owned());
        }
    });
    db.store.turn(close).await.expect("the end");
    let job = TurnJob::new(on(Channel::Web, "a"), at(2), |loaded| {
        let last = loaded.conversation.as_ref().expect("the last one, closed");
        assert_eq!(last.outcome(), Some("deflected"));
        echo(&loaded, Channel::Web, "a", "anew")
    });
    let second = db.store.turn(job).await.expect("a new one").conversation.expect("a conversation");
    assert_ne!(first.id, second.id);
    let third = db.store.turn(say(Channel::Web, "a", "and on")).await.expect("a turn");
    assert_eq!((third.id, turn_of(&third)), (Some(second.id), 2));
    let row = db.store.conversation_row(first.id).await.expect("a read").expect("a row");
    assert_eq!((row.life.as_str(), row.outcome.as_deref()), ("closed", Some("deflected")));
}

async fn an_old_conversation_stays_old_when_it_is_written_again(db: Db) {
    let first = begun(&db.store, Channel::Web, "a").await;
    let close = |_: &Loaded, decision: &mut Decision| {
        if let Some(conversation) = &mut decision.conversation {
            conversation.life = Life::Closed("left".to_owned());
        }
    };
    db.store.turn(act(on(Channel::Web, "a"), at(1), close)).await.expect("the end");
    let second = db.store.turn(say(Channel::Web, "a", "anew")).await.expect("a new one");
    let late = TurnJob::new(Whose::Conversation(first.id), at(3), |loaded| {
        let mut conversation = loaded.conversation.expect("the old one");
        conversation.turn += 1;
        Decision { conversation: Some(conversation), ..Decision::default() }
    });
    db.store.turn(late).await.expect("a late turn of the old one");
    let third = db.store.turn(say(Channel::Web, "a", "on")).await.expect("a turn");
    assert_eq!(third.id, second.id);
}

async fn addresses_are_of_their_channel(db: Db) {
    let web = begun(&db.store, Channel::Web, "same").await;
    let phone = begun(&db.store, Channel::Phone, "same").await;
    assert_ne!(web.id, phone.id);
    let again = db.store.turn(say(Channel::Phone, "same", "on")).await.expect("a turn");
    assert_eq!(again.id, Some(phone.id));
}

async fn the_contact_is_found(db: Db) {
    // By the derived id, where there is no conversation yet.
    let known = begun(&db.store, Channel::Phone, "a").await;
    let write = act(on(Channel::Phone, "a"), at(1), |_, decision| {
        decision.contact = decision.conversation.as_ref().map(|conversation| contact(conversation, false));
    });
    db.store.turn(write).await.expect("a turn");
    let expected = contact(&known, false);
    let see = |expected: vestibule::store::Contact| {
        move |loaded: &Loaded, _: &mut Decision| assert_eq!(loaded.contact.as_ref(), Some(&expected))
    };
    db.store
        .turn(act(on(Channel::Phone, "a"), at(2), see(expected.clone())))
        .await
        .expect("of the conversation");
    // By the hint.
    let mut hinted = act(on(Channel::Phone, "another call"), at(3), see(expected));
    hinted.contact = Some(known.contact);
    db.store.turn(hinted).await.expect("of the hint");
    // By the web token of the address.
    let owner = ids::contact("web", "some token");
    db.store.add_web_token("hash", "chat", owner, at(4)).await.expect("a token");
    let ada = vestibule::store::Contact { id: owner, ..contact(&known, true) };
    let write = act(on(Channel::Web, "other"), at(5), {
        let ada = ada.clone();
        move |_, decision| decision.contact = Some(ada.clone())
    });
    db.store.turn(write).await.expect("a turn");
    db.store.turn(act(on(Channel::Web, "chat"), at(6), see(ada))).await.expect("of the token");
    // And nobody's where there is none.
    let nobody = |loaded: &Loaded, _: &mut Decision| assert!(loaded.contact.is_none());
    db.store.turn(act(on(Channel::Phone, "chat"), at(7), nobody)).await.expect("of nobody");
}

async fn an_unknown_conversation_is_none(db: Db) {
    let id = ids::conversation("web", "nowhere", "x");
    assert!(db.store.conversation(id).await.expect("a read").is_none());
    assert!(db.store.conversation_row(id).await.expect("a read").is_none());
    let job = TurnJob::new(Whose::Conversation(id), at(0), |loaded| {
        assert!(loaded.conversation.is_none() && loaded.contact.is_none());
        Decision::default()
    });
    assert!(db.store.turn(job).await.expect("a turn").conversation.is_none());
}

async fn what_cannot_be_stored_harms_nobody_else(db: Db) {
    let other = begun(&db.store, Channel::Web, "other").await;
    // A message of a conversation that there is not.
    let bad = act(on(Channel::Web, "bad"), at(0), move |_, decision| {
        if let Some(conversation) = &decision.conversation {
            let mut message = super::made::message(conversation, 9);
            message.conversation = ids::conversation("web", "nowhere", "x");
            decision.outbox.push(message);
        }
    });
    let good: Vec<_> = (0..8).map(|n| db.store.turn(say(Channel::Web, &format!("good {n}"), "hi"))).collect();
    let (bad, good, on) = tokio::join!(
        db.store.turn(bad),
        futures::future::join_all(good),
        db.store.turn(say(Channel::Web, "other", "on"))
    );
    assert!(bad.is_err());
    assert!(good.iter().all(Result::is_ok));
    assert_eq!(on.expect("a turn").id, Some(other.id));
    assert!(db.store.journal_after(Channel::Web, "bad", 0).await.expect("the journal").is_empty());
    db.store.ping().await.expect("a store in order");
}
