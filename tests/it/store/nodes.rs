//! Two processes on one database.

use futures::future::join_all;
use vestibule::conversation::Channel;

use super::made::{keyed, open_ticket, say, turn_of};
use super::{Db, on_both};

on_both![
    turns_of_one_conversation_are_in_order_over_two_nodes,
    twins_on_two_nodes_count_once,
    codes_are_unique_over_two_nodes,
];

async fn turns_of_one_conversation_are_in_order_over_two_nodes(db: Db) {
    let other = db.another().await;
    let turns = (0..120).map(|n| {
        let store = if n % 2 == 0 { db.store.clone() } else { other.clone() };
        tokio::spawn(async move { store.turn(say(Channel::Web, "a", &format!("text {n}"))).await })
    });
    let mut turns: Vec<u64> = join_all(turns)
        .await
        .into_iter()
        .map(|done| turn_of(&done.expect("the task").expect("a turn")))
        .collect();
    turns.sort_unstable();
    assert_eq!(turns, (1..=120).collect::<Vec<_>>(), "no turn was lost or taken on a stale state");
    let journal = db.store.journal_after(Channel::Web, "a", 0).await.expect("the journal");
    assert_eq!(journal.iter().map(|row| row.turn).collect::<Vec<_>>(), turns);
}

async fn twins_on_two_nodes_count_once(db: Db) {
    let other = db.another().await;
    for round in 0..30 {
        let (address, key) = (format!("CA{round}"), format!("twilio:{round}"));
        let twins = (0..6).map(|n| {
            let store = if n % 2 == 0 { db.store.clone() } else { other.clone() };
            let job = keyed(say(Channel::Twilio, &address, "1"), &key);
            tokio::spawn(async move { store.turn(job).await })
        });
        let done: Vec<_> =
            join_all(twins).await.into_iter().map(|done| done.expect("the task").expect("a twin")).collect();
        assert_eq!(done.iter().filter(|done| !done.replayed).count(), 1);
        assert!(done.iter().all(|twin| twin.reply == done[0].reply && twin.id == done[0].id));
        let journal = db.store.journal_after(Channel::Twilio, &address, 0).await.expect("the journal");
        assert_eq!(journal.len(), 1);
    }
}

async fn codes_are_unique_over_two_nodes(db: Db) {
    let other = db.another().await;
    let wanted =
        vestibule::conversation::code::of_turn(vestibule::conversation::ids::contact("x", "y"), 1, 0);
    let turns = (0..20).map(|n| {
        let store = if n % 2 == 0 { db.store.clone() } else { other.clone() };
        let wanted = wanted.clone();
        let on = super::made::on(Channel::Web, &format!("chat {n}"));
        // Everybody wants one code first.
        let job = super::made::act(on, super::made::at(1), move |loaded, decision| {
            open_ticket(loaded, decision);
            if loaded.code_salt == 0 {
                for event in &mut decision.events {
                    if let vestibule::conversation::Event::TicketOpened { draft } = event {
                        draft.code.clone_from(&wanted);
                    }
                }
            }
        });
        tokio::spawn(async move { store.turn(job).await })
    });
    for done in join_all(turns).await {
        done.expect("the task").expect("a turn");
    }
    let mut codes: Vec<String> =
        db.store.tickets(None).await.expect("the tickets").into_iter().map(|ticket| ticket.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!((codes.len(), codes.contains(&wanted)), (20, true));
}
