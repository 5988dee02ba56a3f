//! Lists, and the journal over all conversations of an address.

use vestibule::conversation::{Channel, Event, Life, Owner};
use vestibule::store::{ConversationFilter, Decision, Loaded, StoreError};

use super::made::{act, at, begun, contact, on, say};
use super::{Db, on_both};

on_both![
    views_show_what_they_say,
    a_row_tells_of_its_conversation,
    the_journal_goes_over_all_conversations_of_an_address,
    depths_are_counted,
];

async fn change(db: &Db, address: &str, second: i64, life: Life, owner: Owner) {
    let job = act(on(Channel::Web, address), at(second), move |_, decision| {
        let Some(conversation) = &mut decision.conversation else { return };
        conversation.life = life.clone();
        conversation.owner = owner.clone();
    });
    db.store.turn(job).await.expect("a turn");
}

async fn six(db: &Db) {
    let agent = |name: &str| Owner::Agent(name.to_owned());
    let queue = Owner::Queue("network".to_owned());
    change(db, "bot", 1, Life::Active, Owner::Bot).await;
    change(db, "queued", 2, Life::Active, queue).await;
    change(db, "ada's", 3, Life::Active, agent("ada")).await;
    change(db, "bob's", 4, Life::Parked, agent("bob")).await;
    change(db, "over", 5, Life::Closed("left".to_owned()), agent("ada")).await;
    change(db, "parked", 6, Life::Parked, Owner::Bot).await;
}

async fn views_show_what_they_say(db: Db) {
    six(&db).await;
    let list = |view: Option<&str>, agent: Option<&str>, limit| {
        let filter =
            ConversationFilter { view: view.map(str::to_owned), agent: agent.map(str::to_owned), limit };
        let store = db.store.clone();
        async move {
            let rows = store.conversations(&filter).await.expect("the list");
            rows.into_iter().map(|row| row.address).collect::<Vec<_>>()
        }
    };
    assert_eq!(list(None, None, 0).await, ["parked", "bob's", "ada's", "queued", "bot"]);
    assert_eq!(list(None, None, 2).await, ["parked", "bob's"]);
    assert_eq!(list(Some("active"), None, 0).await, ["ada's", "queued", "bot"]);
    assert_eq!(list(Some("queue"), None, 0).await, ["queued"]);
    assert_eq!(list(Some("mine"), Some("ada"), 0).await, ["ada's"]);
    assert_eq!(list(Some("mine"), Some("bob"), 0).await, ["bob's"]);
    assert_eq!(list(Some("mine"), None, 0).await, Vec::<String>::new());
    assert_eq!(list(Some("closed"), None, 0).await, ["over"]);
    let unknown = ConversationFilter { view: Some("x' OR 1=1".to_owned()), ..ConversationFilter::default() };
    assert!(matches!(db.store.conversations(&unknown).await, Err(StoreError::Settings(_))));
    // What was written last comes first.
    change(&db, "bot", 7, Life::Active, Owner::Bot).await;
    assert_eq!(list(Some("active"), None, 0).await, ["bot", "ada's", "queued"]);
}

async fn a_row_tells_of_its_conversation(db: Db) {
    let first = begun(&db.store, Channel::Web, "a").await;
    let job = act(on(Channel::Web, "a"), at(9), |_, decision| {
        let Some(conversation) = &mut decision.conversation else { return };
        decision.contact = Some(contact(conversation, true));
        conversation.owner = Owner::Agent("ada".to_owned());
        conversation.epoch = 3;
        conversation.locale = "it".to_owned();
        // Flows change on the way; the row tells which began it.
        conversation.frames[0].flow = "billing".to_owned();
        decision.events.push(Event::AgentWrote { seq: 77, agent: "ada".to_owned(), text: "é".repeat(400) });
        conversation.seq = 77;
    });
    db.store.turn(job).await.expect("a turn");
    let row = db.store.conversation_row(first.id).await.expect("a read").expect("the row");
    assert_eq!((row.channel.as_str(), row.address.as_str(), row.contact), ("web", "a", first.contact));
    assert_eq!((row.contact_name.as_deref(), row.locale.as_str()), (Some("Ada"), "it"));
    assert_eq!((row.life.as_str(), row.outcome), ("active", None));
    assert_eq!((row.owner.as_str(), row.owner_name.as_deref(), row.epoch), ("agent", Some("ada"), 3));
    assert_eq!((row.flow.as_str(), row.created, row.updated), ("support", at(0), at(9)));
    assert_eq!((row.seq, row.last_text), (77, "é".repeat(140)));
    // A turn in which nothing was said keeps the last text.
    let job = act(on(Channel::Web, "a"), at(10), |_, decision| decision.events = vec![Event::TimersCleared]);
    db.store.turn(job).await.expect("a turn");
    let row = db.store.conversation_row(first.id).await.expect("a read").expect("the row");
    assert_eq!((row.last_text, row.updated), ("é".repeat(140), at(10)));
}

async fn the_journal_goes_over_all_conversations_of_an_address(db: Db) {
    let close = |_: &Loaded, decision: &mut Decision| {
        if let Some(conversation) = &mut decision.conversation {
            conversation.life = Life::Closed("left".to_owned());
        }
    };
    for round in 0..3 {
        db.store.turn(say(Channel::Web, "a", &format!("hello {round}"))).await.expect("a turn");
        db.store.turn(act(on(Channel::Web, "a"), at(round), close)).await.expect("the end");
    }
    db.store.turn(say(Channel::Web, "b", "another")).await.expect("a turn");
    let after = |after| {
        let store = db.store.clone();
        async move {
            let rows = store.journal_after(Channel::Web, "a", after).await.expect("the journal");
            let seqs = rows.iter().flat_map(|row| &row.events).filter_map(|event| match event {
                Event::Heard { seq, .. } | Event::Prompted { seq, .. } => Some(*seq),
                _ => None,
            });
            seqs.collect::<Vec<_>>()
        }
    };
    assert_eq!(after(0).await, (1..=12).collect::<Vec<_>>());
    assert_eq!(after(8).await, [9, 10, 11, 12]);
    // A row that holds one message above comes whole.
    assert_eq!(after(7).await, [7, 8, 9, 10, 11, 12]);
    assert!(after(12).await.is_empty());
    assert!(after(u64::MAX).await.is_empty());
    assert!(db.store.journal_after(Channel::Phone, "a", 0).await.expect("the journal").is_empty());
}

async fn depths_are_counted(db: Db) {
    assert_eq!(db.store.depths().await.expect("the depths"), vestibule::store::Depths::default());
    six(&db).await;
    let depths = db.store.depths().await.expect("the depths");
    assert_eq!((depths.queued, depths.active, depths.outbox, depths.timers), (1, 3, 0, 0));
}
