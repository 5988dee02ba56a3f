//! Tickets: what a draft becomes, codes that clash, what happens to a ticket afterwards.

use futures::future::join_all;
use vestibule::conversation::{Channel, Event, Life, Owner};
use vestibule::store::{Decision, Loaded, TurnJob, Whose};

use super::made::{act, at, contact, draft, echo, on, open_ticket, ticketed};
use super::{Db, on_both};

type Change = fn(&Loaded, &mut Decision);

on_both![
    a_draft_becomes_a_ticket,
    a_queue_of_its_own_and_odd_words,
    a_code_that_exists_is_taken_again,
    codes_that_clash_within_a_batch_are_taken_again,
    a_ticket_is_added_to,
    what_agents_do_is_in_the_history,
    open_tickets_are_loaded_for_the_verified_alone,
    tickets_are_listed_newest_first,
];

async fn a_draft_becomes_a_ticket(db: Db) {
    let (conversation, code) = ticketed(&db.store, Channel::Phone, "CA1").await;
    let expected = draft(&mut conversation.clone(), 0);
    let ticket = db.store.ticket(&code).await.expect("a read").expect("the ticket");
    assert_eq!(
        (ticket.id, ticket.conversation, ticket.contact),
        (expected.id, conversation.id, conversation.contact)
    );
    assert_eq!((ticket.channel.as_str(), ticket.external_id.as_str()), ("phone", "CA1"));
    assert_eq!((ticket.locale.as_str(), ticket.flow.as_str()), ("en", "support"));
    assert_eq!((ticket.category.as_str(), ticket.r#type.as_str()), ("access", "incident"));
    assert_eq!((ticket.urgency.as_str(), ticket.impact.as_str()), ("high", "medium"));
    assert_eq!((ticket.priority.as_str(), ticket.state.as_str()), ("high", "new"));
    assert_eq!((ticket.queue.as_str(), ticket.agent.as_deref()), ("access", None));
    assert_eq!((ticket.subject, ticket.body), (expected.subject, expected.body));
    assert_eq!(
        (ticket.fields, ticket.slots, ticket.answers),
        (expected.fields, expected.slots, expected.answers)
    );
    assert_eq!((ticket.created, ticket.updated, ticket.unreached), (at(1), at(1), false));
    let history = db.store.ticket_history(&code).await.expect("the history");
    assert_eq!(history.len(), 1);
    assert_eq!((history[0].what.as_str(), history[0].by.as_str(), history[0].at), ("opened", "bot", at(1)));
    assert!(db.store.ticket("000000000").await.expect("a read").is_none());
    let row = db.store.conversation_row(conversation.id).await.expect("a read").expect("the row");
    assert_eq!(row.tickets, [code]);
}

async fn a_queue_of_its_own_and_odd_words(db: Db) {
    let job = act(on(Channel::Web, "a"), at(1), |loaded, decision| {
        let Some(conversation) = &mut decision.conversation else { return };
        let mut draft = draft(conversation, loaded.code_salt);
        draft.queue = Some("night".to_owned());
        draft.urgency = " HIGH ".to_owned();
        draft.impact = "enormous".to_owned();
        draft.unreached = true;
        draft.without_faq = Some("an outage".to_owned());
        decision.events.push(Event::TicketOpened { draft: Box::new(draft) });
    });
    db.store.turn(job).await.expect("a turn");
    let ticket = db.store.tickets(Some(1)).await.expect("the tickets").remove(0);
    assert_eq!(
        (ticket.queue.as_str(), ticket.urgency.as_str(), ticket.impact.as_str()),
        ("night", "high", "medium")
    );
    assert_eq!((ticket.priority.as_str(), ticket.unreached), ("high", true));
    assert_eq!(ticket.without_faq.as_deref(), Some("an outage"));
}

/// Opens a ticket with this code as long as the salt is below `salt`.
fn with_code(address: &str, wanted: String, salt: u32) -> TurnJob {
    act(on(Channel::Web, address), at(2), move |loaded, decision| {
        let Some(conversation) = &mut decision.conversation else { return };
        let mut draft = draft(conversation, loaded.code_salt);
        if loaded.code_salt < salt {
            draft.code.clone_from(&wanted);
            conversation.tickets[0].code.clone_from(&wanted);
        }
        decision.events.push(Event::TicketOpened { draft: Box::new(draft) });
    })
}

async fn a_code_that_exists_is_taken_again(db: Db) {
    let (_, code) = ticketed(&db.store, Channel::Web, "first").await;
    let done = db.store.turn(with_code("second", code.clone(), 3)).await.expect("a turn");
    let conversation = done.conversation.expect("a conversation");
    assert_ne!(conversation.tickets[0].code, code);
    // Only the last decision was written.
    assert_eq!(db.store.conversation(conversation.id).await.expect("a read"), Some(conversation.clone()));
    assert_eq!(db.store.journal(conversation.id).await.expect("the journal")[0].events, done.events);
    assert_eq!(db.store.tickets(None).await.expect("the tickets").len(), 2);
    let never = db.store.turn(with_code("third", code, u32::MAX)).await;
    assert!(matches!(never, Err(vestibule::store::StoreError::CodesExhausted)));
}

async fn codes_that_clash_within_a_batch_are_taken_again(db: Db) {
    let code = vestibule::conversation::code::of_turn(vestibule::conversation::ids::contact("x", "y"), 1, 0);
    let turns = (0..12).map(|n| db.store.turn(with_code(&format!("chat {n}"), code.clone(), 1)));
    let mut codes: Vec<String> = join_all(turns)
        .await
        .into_iter()
        .map(|done| done.expect("a turn").conversation.expect("a conversation").tickets[0].code.clone())
        .collect();
    codes.sort_unstable();
    let all = codes.len();
    codes.dedup();
    assert_eq!((codes.len(), all), (12, 12));
    for code in codes {
        assert!(db.store.ticket(&code).await.expect("a read").is_some());
    }
}

async fn a_ticket_is_added_to(db: Db) {
    let (_, code) = ticketed(&db.store, Channel::Web, "first").await;
    let other = code.clone();
    let add = act(on(Channel::Web, "second"), at(5), move |_, decision| {
        decision.events.push(Event::TicketAdded { code: other.clone(), text: "it's still so".to_owned() });
        decision.events.push(Event::TicketAdded { code: "111111111".to_owned(), text: "nowhere".to_owned() });
    });
    db.store.turn(add).await.expect("a turn");
    let ticket = db.store.ticket(&code).await.expect("a read").expect("the ticket");
    assert_eq!((ticket.created, ticket.updated), (at(1), at(5)));
    let history = db.store.ticket_history(&code).await.expect("the history");
    let last = history.last().expect("a row");
    assert_eq!(
        (last.what.as_str(), last.by.as_str(), last.text.as_deref()),
        ("added", "contact", Some("it's still so"))
    );
}

async fn what_agents_do_is_in_the_history(db: Db) {
    let (conversation, code) = ticketed(&db.store, Channel::Web, "a").await;
    let steps: [(i64, Change); 4] = [
        (10, |_, decision| own(decision, Owner::Agent("ada".to_owned()), "ada")),
        (11, |_, decision| {
            let write = |seq| Event::AgentWrote { seq, agent: "ada".to_owned(), text: "hello".to_owned() };
            decision.events.extend([write(90), write(91)]);
            decision.events.push(Event::Noted { agent: "ada".to_owned(), text: "a hard one".to_owned() });
        }),
        (12, |_, decision| {
            let Some(conversation) = &mut decision.conversation else { return };
            conversation.owner = Owner::Agent("ada".to_owned());
            conversation.life = Life::Closed("resolved".to_owned());
            decision.events.push(Event::Closed { outcome: "resolved".to_owned() });
        }),
        (13, |_, _| {}),
    ];
    let mut states = Vec::new();
    for (second, step) in steps {
        let job = TurnJob::new(Whose::Conversation(conversation.id), at(second), move |loaded| {
            let conversation = loaded.conversation.clone().expect("the conversation");
            let mut decision = Decision { conversation: Some(conversation), ..Decision::default() };
            step(&loaded, &mut decision);
            decision
        });
        db.store.turn(job).await.expect("a turn");
        let ticket = db.store.ticket(&code).await.expect("a read").expect("the ticket");
        assert_eq!(ticket.agent.as_deref(), Some("ada"));
        states.push(ticket.state);
    }
    assert_eq!(states, ["assigned", "in_progress", "resolved", "resolved"]);
    let history = db.store.ticket_history(&code).await.expect("the history");
    let told: Vec<(&str, &str)> = history.iter().map(|row| (row.what.as_str(), row.by.as_str())).collect();
    let expected = [
        ("opened", "bot"),
        ("claimed", "ada"),
        ("replied", "ada"),
        ("noted", "ada"),
        ("conversation_closed", "ada"),
    ];
    assert_eq!(told, expected);
}

fn own(decision: &mut Decision, owner: Owner, by: &str) {
    let Some(conversation) = &mut decision.conversation else { return };
    conversation.owner = owner.clone();
    conversation.epoch += 1;
    let epoch = conversation.epoch;
    decision.events.push(Event::OwnerChanged { owner, epoch, by: by.to_owned() });
}

async fn open_tickets_are_loaded_for_the_verified_alone(db: Db) {
    for (address, verified) in [("proven", true), ("claimed", false)] {
        let mut codes = Vec::new();
        for second in 1..=2 {
            let job = TurnJob::new(on(Channel::Web, address), at(second), move |loaded| {
                let mut decision = echo(&loaded, Channel::Web, address, "open");
                decision.contact = decision.conversation.as_ref().map(|of| contact(of, verified));
                open_ticket(&loaded, &mut decision);
                decision
            });
            let done = db.store.turn(job).await.expect("a turn");
            codes.insert(0, done.conversation.expect("one").tickets.last().expect("a ticket").code.clone());
        }
        let expected = if verified { codes } else { Vec::new() };
        let see = act(on(Channel::Web, address), at(3), move |loaded, _| {
            let seen: Vec<String> = loaded.open_tickets.iter().map(|ticket| ticket.code.clone()).collect();
            assert_eq!(seen, expected);
        });
        db.store.turn(see).await.expect("what was expected");
    }
}

async fn tickets_are_listed_newest_first(db: Db) {
    let mut codes = Vec::new();
    for n in 0..5 {
        codes.insert(0, ticketed(&db.store, Channel::Web, &format!("chat {n}")).await.1);
    }
    let list = |limit| {
        let store = db.store.clone();
        async move {
            let rows = store.tickets(limit).await.expect("the tickets");
            rows.into_iter().map(|ticket| ticket.code).collect::<Vec<_>>()
        }
    };
    assert_eq!(list(None).await, codes);
    assert_eq!(list(Some(2)).await, codes[..2]);
    assert_eq!(db.store.depths().await.expect("the depths").open_tickets, 5);
}
