//! One person on several addresses: codes, links, and what follows the person.

use futures::future::join_all;
use vestibule::conversation::link::{Found, MAX_ADDRESSES, MAX_TRIES, Refused};
use vestibule::conversation::{Channel, Event, News, Subject, code};
use vestibule::store::{Loaded, Store, TurnJob, Whose};

use super::made::{act, at, begun, contact, on, open_ticket, say};
use super::{Db, on_both};

on_both![
    a_code_links_two_addresses_once,
    a_code_is_old_after_ten_minutes_and_a_new_one_replaces_it,
    one_of_two_who_enter_the_same_code_wins,
    codes_that_do_not_work_are_limited_over_conversations,
    what_is_open_and_news_follow_the_person,
    parting_leaves_all_as_it_was,
    two_persons_become_one_within_the_bound,
    a_caller_is_proven_for_the_call_alone,
];

/// A code by its number.
fn numbered(n: u64) -> String {
    code::of_random(n)
}

/// A chat whose contact is proven.
async fn chat(store: &Store, address: &str) {
    let proven = act(on(Channel::Web, address), at(0), |_, decision| {
        let conversation = decision.conversation.as_ref().expect("a conversation");
        decision.contact = Some(contact(conversation, true));
    });
    store.turn(proven).await.expect("a turn");
}

async fn show(store: &Store, address: &str, n: u64, now: i64) {
    let shows = act(on(Channel::Web, address), at(now), move |_, decision| {
        decision.events.push(Event::LinkOffered { code: numbered(n) });
    });
    store.turn(shows).await.expect("a turn");
}

/// What an engine does with a code: asks, and acts on the answer.
fn enters(whose: Whose, n: u64, now: i64) -> TurnJob {
    act(whose, at(now), move |loaded, decision| {
        decision.events.push(match loaded.link_found.clone() {
            None => Event::CodeTried { code: numbered(n) },
            Some(Found::Refused { why }) => Event::LinkRefused { why },
            Some(Found::Shown { contact, conversation, channel }) => {
                Event::Linked { channel, contact, conversation }
            }
        });
    })
}

fn refusal(events: &[Event]) -> Option<Refused> {
    assert!(!events.iter().any(|event| matches!(event, Event::CodeTried { .. })), "it was settled");
    events.iter().find_map(|event| match event {
        Event::LinkRefused { why } => Some(*why),
        _ => None,
    })
}

/// `None`: it links.
async fn enter(store: &Store, address: &str, n: u64, now: i64) -> Option<Refused> {
    let done = store.turn(enters(on(Channel::Web, address), n, now)).await.expect("a turn");
    refusal(&done.events)
}

/// What a turn on the address is taken on.
async fn seen(store: &Store, address: &str, now: i64) -> Loaded {
    let (sender, receiver) = std::sync::mpsc::channel();
    let job = act(on(Channel::Web, address), at(now), move |loaded, _| {
        sender.send(loaded.clone()).expect("somebody listens");
    });
    store.turn(job).await.expect("a turn");
    receiver.try_recv().expect("it was decided")
}

async fn linked(store: &Store, address: &str, now: i64) -> Vec<String> {
    let mut all: Vec<String> =
        seen(store, address, now).await.linked.into_iter().map(|link| link.address).collect();
    all.sort_unstable();
    all
}

async fn pair(store: &Store, one: &str, other: &str, n: u64, now: i64) {
    show(store, one, n, now).await;
    assert_eq!(enter(store, other, n, now + 1).await, None);
}

async fn a_code_links_two_addresses_once(db: Db) {
    for address in ["a", "b", "c"] {
        chat(&db.store, address).await;
    }
    show(&db.store, "a", 1, 10).await;
    assert_eq!(enter(&db.store, "a", 1, 11).await, Some(Refused::Own));
    assert_eq!(enter(&db.store, "b", 2, 12).await, Some(Refused::Unknown));
    assert_eq!(enter(&db.store, "b", 1, 13).await, None);
    assert_eq!(linked(&db.store, "a", 14).await, ["b"]);
    assert_eq!(linked(&db.store, "b", 14).await, ["a"]);
    assert_eq!(seen(&db.store, "b", 14).await.linked[0].since, at(13));
    // A second use is as one of a code that never was.
    assert_eq!(enter(&db.store, "c", 1, 15).await, Some(Refused::Unknown));
    assert_eq!(linked(&db.store, "c", 16).await, Vec::<String>::new());
    show(&db.store, "a", 3, 17).await;
    assert_eq!(enter(&db.store, "b", 3, 18).await, Some(Refused::Already));
    // Neither in the journal nor beside it is the code to be found.
    let id = db.store.conversation_row(begun(&db.store, Channel::Web, "a").await.id).await.expect("a row");
    let journal = db.store.journal(id.expect("a row").id).await.expect("the journal");
    assert!(!format!("{journal:?}").contains(&numbered(1)));
}

async fn a_code_is_old_after_ten_minutes_and_a_new_one_replaces_it(db: Db) {
    for address in ["a", "b"] {
        chat(&db.store, address).await;
    }
    show(&db.store, "a", 1, 0).await;
    assert_eq!(enter(&db.store, "b", 1, 601).await, Some(Refused::Unknown));
    show(&db.store, "a", 2, 700).await;
    show(&db.store, "a", 3, 701).await;
    assert_eq!(enter(&db.store, "b", 2, 702).await, Some(Refused::Unknown));
    assert_eq!(enter(&db.store, "b", 3, 1300).await, None);
}

async fn one_of_two_who_enter_the_same_code_wins(db: Db) {
    let names: Vec<String> = (0..20).map(|n| format!("chat {n}")).collect();
    join_all(names.iter().map(|name| chat(&db.store, name))).await;
    chat(&db.store, "a").await;
    let other = db.another().await;
    for round in 0..3 {
        show(&db.store, "a", round, 10).await;
        let tries = names.iter().enumerate().map(|(n, name)| {
            let store = if n % 2 == 0 { &db.store } else { &other };
            enter(store, name, round, 11)
        });
        let done = join_all(tries).await;
        assert_eq!(done.iter().filter(|why| why.is_none()).count(), 1, "{done:?}");
    }
    other.close().await;
    let mut all = linked(&db.store, "a", 12).await;
    all.dedup();
    assert_eq!(all.len(), 3);
}

async fn codes_that_do_not_work_are_limited_over_conversations(db: Db) {
    for address in ["a", "b"] {
        chat(&db.store, address).await;
    }
    show(&db.store, "a", 1, 0).await;
    for n in 0..u64::from(MAX_TRIES) {
        assert_eq!(enter(&db.store, "b", 100 + n, 1).await, Some(Refused::Unknown));
    }
    assert_eq!(enter(&db.store, "b", 1, 2).await, Some(Refused::TooMany), "the right one does not help");
    // A new conversation of the same contact stands no better.
    let close = act(on(Channel::Web, "b"), at(3), |_, decision| {
        let conversation = decision.conversation.as_mut().expect("a conversation");
        conversation.life = vestibule::conversation::Life::Closed("done".into());
    });
    db.store.turn(close).await.expect("a turn");
    assert_eq!(enter(&db.store, "b", 1, 4).await, Some(Refused::TooMany));
    // An hour later it may again.
    show(&db.store, "a", 2, 3_602).await;
    assert_eq!(enter(&db.store, "b", 2, 3_603).await, None);
    // All at once in one batch count as well: calls of one caller.
    let caller = vestibule::conversation::ids::contact("phone", "caller");
    let calls = (0..12).map(|n| {
        let job = enters(on(Channel::Twilio, &format!("CA{n}")), 900 + n, 5_000);
        let job = TurnJob { contact: Some(caller), ..job };
        let mut decide = job.decide;
        let decide = move |loaded: Loaded| {
            let mut decision = decide(loaded);
            decision.conversation.as_mut().expect("a conversation").contact = caller;
            decision
        };
        db.store.turn(TurnJob {
            decide: Box::new(decide),
            ..TurnJob::new(job.whose, job.now, |_| Default::default())
        })
    });
    let done: Vec<_> = join_all(calls).await.into_iter().map(|done| done.expect("a turn").events).collect();
    let unknown = done.iter().filter(|events| refusal(events) == Some(Refused::Unknown)).count();
    assert_eq!(unknown, MAX_TRIES as usize);
}

async fn what_is_open_and_news_follow_the_person(db: Db) {
    for address in ["a", "b", "c"] {
        chat(&db.store, address).await;
    }
    let opened = act(on(Channel::Web, "a"), at(5), |loaded, decision| {
        open_ticket(loaded, decision);
        let code = decision.conversation.as_ref().expect("a conversation").tickets[0].code.clone();
        decision.events.push(Event::Watched { subject: Subject::Ticket(code) });
    });
    let done = db.store.turn(opened).await.expect("a turn").conversation.expect("a conversation");
    assert!(seen(&db.store, "b", 6).await.open_tickets.is_empty());
    pair(&db.store, "a", "b", 1, 10).await;
    let codes: Vec<String> =
        seen(&db.store, "b", 12).await.open_tickets.into_iter().map(|ticket| ticket.code).collect();
    assert_eq!(codes, [done.tickets[0].code.clone()]);
    assert!(seen(&db.store, "c", 12).await.open_tickets.is_empty());
    // The one who showed the code is told, and only there.
    let due = db.store.due_notices(10, false, jiff::Timestamp::MIN).await.expect("rows");
    let told: Vec<_> = due.iter().map(|one| (one.address.as_str(), one.notice.news.clone())).collect();
    assert_eq!(told, [("a", News::Linked { channel: Channel::Web })]);
    let notice = due[0].notice.id.clone();
    assert!(seen(&db.store, "a", 13).await.notices.iter().any(|one| one.id == notice));
    assert!(!seen(&db.store, "b", 13).await.notices.iter().any(|one| one.id == notice));
    // News of the ticket go where the person was heard last.
    let tell = act(on(Channel::Web, "a"), at(14), move |_, decision| {
        decision.events.push(Event::NoticeTold { notice: notice.clone() });
    });
    db.store.turn(tell).await.expect("a turn");
    for (address, heard) in [("a", 20), ("b", 30)] {
        let hears = act(on(Channel::Web, address), at(heard), move |_, decision| {
            decision.conversation.as_mut().expect("a conversation").heard_at = at(heard);
        });
        db.store.turn(hears).await.expect("a turn");
    }
    let reply = act(Whose::Conversation(done.id), at(40), |_, decision| {
        decision.events.push(Event::AgentWrote { seq: 99, agent: "Ada".into(), text: "on it".into() });
    });
    db.store.turn(reply).await.expect("a turn");
    let due = db.store.due_notices(10, false, jiff::Timestamp::MIN).await.expect("rows");
    assert_eq!(due.iter().map(|one| one.address.as_str()).collect::<Vec<_>>(), ["b"]);
    assert!(matches!(due[0].notice.news, News::TicketChanged { .. }), "{due:?}");
    let id = due[0].notice.id.clone();
    let tell = act(on(Channel::Web, "b"), at(41), move |loaded, decision| {
        assert!(loaded.notices.iter().any(|notice| notice.id == id), "loaded on the other address too");
        decision.events.push(Event::NoticeTold { notice: id.clone() });
    });
    db.store.turn(tell).await.expect("a turn");
    assert_eq!(db.store.due_notices(10, false, jiff::Timestamp::MIN).await.expect("rows"), []);
}

async fn parting_leaves_all_as_it_was(db: Db) {
    for address in ["a", "b", "c"] {
        chat(&db.store, address).await;
    }
    let opened = act(on(Channel::Web, "a"), at(5), open_ticket);
    let a = db.store.turn(opened).await.expect("a turn").conversation.expect("a conversation");
    pair(&db.store, "a", "b", 1, 10).await;
    pair(&db.store, "b", "c", 2, 20).await;
    assert_eq!(linked(&db.store, "c", 30).await, ["a", "b"]);
    let parts = |address: &str, now| {
        act(on(Channel::Web, address), at(now), |_, decision| {
            decision.events.push(Event::Unlinked { by: "contact".into() })
        })
    };
    db.store.turn(parts("b", 31)).await.expect("a turn");
    assert_eq!(linked(&db.store, "b", 32).await, Vec::<String>::new());
    assert!(seen(&db.store, "b", 32).await.open_tickets.is_empty());
    assert_eq!(linked(&db.store, "a", 32).await, ["c"], "the others stay one person");
    assert_eq!(seen(&db.store, "c", 32).await.open_tickets.len(), 1);
    let news = seen(&db.store, "c", 33).await.notices;
    assert!(news.iter().any(|one| one.news == News::Unlinked { channel: Channel::Web }), "{news:?}");
    db.store.turn(parts("c", 40)).await.expect("a turn");
    assert_eq!(linked(&db.store, "a", 41).await, Vec::<String>::new());
    assert_eq!(seen(&db.store, "a", 42).await.open_tickets.len(), 1, "what was a's is a's");
    let ticket = db.store.ticket(&a.tickets[0].code).await.expect("a read").expect("the ticket");
    assert_eq!(ticket.contact, a.contact);
    // Parting twice, or without having been linked, does nothing.
    db.store.turn(parts("c", 43)).await.expect("a turn");
    // And they can be linked again.
    pair(&db.store, "c", "a", 5, 50).await;
    assert_eq!(linked(&db.store, "a", 52).await, ["c"]);
}

async fn two_persons_become_one_within_the_bound(db: Db) {
    let names: Vec<String> = (0..=MAX_ADDRESSES).map(|n| format!("chat {n:02}")).collect();
    join_all(names.iter().map(|name| chat(&db.store, name))).await;
    // Two persons, of five each.
    for group in [0, 5] {
        for n in 1..5 {
            pair(&db.store, &names[group], &names[group + n], (group + n) as u64, 10).await;
        }
    }
    pair(&db.store, &names[1], &names[7], 50, 20).await;
    assert_eq!(linked(&db.store, &names[9], 30).await, names[..9]);
    show(&db.store, &names[2], 60, 40).await;
    assert_eq!(enter(&db.store, &names[10], 60, 41).await, Some(Refused::Full));
    assert_eq!(linked(&db.store, &names[10], 42).await, Vec::<String>::new());
}

async fn a_caller_is_proven_for_the_call_alone(db: Db) {
    chat(&db.store, "a").await;
    let opened = act(on(Channel::Web, "a"), at(5), open_ticket);
    let a = db.store.turn(opened).await.expect("a turn").conversation.expect("a conversation");
    show(&db.store, "a", 1, 10).await;
    db.store.turn(say(Channel::Twilio, "CA1", "hello")).await.expect("a call");
    let entered = act(on(Channel::Twilio, "CA1"), at(11), |loaded, decision| {
        let conversation = decision.conversation.as_mut().expect("a conversation");
        match loaded.link_found.clone() {
            None => decision.events.push(Event::CodeTried { code: numbered(1) }),
            Some(Found::Shown { contact, conversation: shown, channel }) => {
                let home = conversation.contact;
                conversation.proven =
                    Some(vestibule::conversation::link::Proven { home, conversation: shown, channel });
                conversation.contact = contact;
                decision.events.push(Event::Linked { channel, contact, conversation: shown });
            }
            Some(Found::Refused { why }) => panic!("refused: {why:?}"),
        }
    });
    db.store.turn(entered).await.expect("a turn");
    let (sender, receiver) = std::sync::mpsc::channel();
    let next = act(on(Channel::Twilio, "CA1"), at(12), move |loaded, decision| {
        sender.send(loaded.clone()).expect("somebody listens");
        let subject = Subject::Ticket(loaded.open_tickets[0].code.clone());
        decision.events.push(Event::Watched { subject });
    });
    db.store.turn(next).await.expect("a turn");
    let loaded = receiver.try_recv().expect("it was decided");
    assert_eq!(loaded.contact.expect("a contact").id, a.contact);
    assert_eq!(loaded.open_tickets[0].code, a.tickets[0].code);
    // The chat is told, is linked with nothing, and news that the call asked for come there.
    assert!(linked(&db.store, "a", 13).await.is_empty());
    let reply = act(Whose::Conversation(a.id), at(14), |_, decision| {
        decision.events.push(Event::AgentWrote { seq: 99, agent: "Ada".into(), text: "on it".into() });
    });
    db.store.turn(reply).await.expect("a turn");
    let due = db.store.due_notices(10, false, jiff::Timestamp::MIN).await.expect("rows");
    assert!(due.iter().all(|one| one.address == "a") && due.len() == 2, "{due:?}");
    // Another call from the same number is nobody in particular.
    let (sender, receiver) = std::sync::mpsc::channel();
    let call = act(on(Channel::Twilio, "CA2"), at(15), move |loaded, _| {
        sender.send(loaded.clone()).expect("somebody listens");
    });
    db.store.turn(call).await.expect("a call");
    let loaded = receiver.try_recv().expect("it was decided");
    assert!(loaded.open_tickets.is_empty() && loaded.contact.is_none());
}
