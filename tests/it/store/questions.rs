//! Questions put to the FAQ: what is kept, and the figures of a journal that was counted by hand.

use jiff::{SignedDuration, Timestamp};
use vestibule::conversation::{Channel, Event, Nearest, Owner};
use vestibule::store::questions::UnansweredFilter;
use vestibule::store::{Decision, Loaded};

use super::made::{act, at, begun, on, open_ticket};
use super::{Db, on_both};

on_both![
    unanswered_and_refused_questions_are_kept,
    figures_of_a_journal_counted_by_hand,
    who_comes_back_was_not_helped_for_good,
    wordings_are_forgotten_and_figures_stay,
    a_proposal_is_settled_once_and_answers_its_questions,
];

const DAY: i64 = 24 * 3600;

fn put(wording: &str, topic: &str, found: u32) -> Event {
    Event::QuestionPut {
        flow: "support".into(),
        wording: wording.into(),
        tags: vec![topic.into()],
        nearest: vec![Nearest { article: "near".into(), score: 0.25 }],
        found,
        aside: false,
    }
}

fn offered(article: &str) -> Event {
    Event::AnswerOffered { article: article.into(), query: "q".into(), score: 0.9 }
}

fn refused(article: &str, reason: Option<&str>) -> Event {
    Event::AnswerRefused { article: article.into(), reason: reason.map(str::to_owned) }
}

fn confirmed(article: &str) -> Event {
    Event::AnswerConfirmed { article: article.into() }
}

fn closed() -> Event {
    Event::Closed { outcome: "deflected".into() }
}

/// A turn of the conversation on an address, at second `n`.
async fn turn(db: &Db, address: &str, n: i64, events: Vec<Event>) {
    let job = act(on(Channel::Web, address), at(n), move |_: &Loaded, decision: &mut Decision| {
        decision.events.extend(events.iter().cloned());
    });
    db.store.turn(job).await.expect("a turn");
}

async fn with_ticket(db: &Db, address: &str, n: i64) {
    db.store.turn(act(on(Channel::Web, address), at(n), open_ticket)).await.expect("a ticket");
}

fn period() -> (Timestamp, Timestamp, Timestamp) {
    (at(-1), at(90 * DAY), at(90 * DAY))
}

async fn unanswered_and_refused_questions_are_kept(db: Db) {
    begun(&db.store, Channel::Web, "a").await;
    turn(&db, "a", 10, vec![put("[name] asks", "billing", 0), Event::NothingFound { query: "x".into() }])
        .await;
    with_ticket(&db, "a", 20).await;
    turn(&db, "b", 30, vec![put("second", "access", 2), offered("one")]).await;
    turn(&db, "b", 40, vec![refused("one", None), offered("two")]).await;
    assert_eq!(db.store.unanswered(&UnansweredFilter::default()).await.expect("read").len(), 1);
    turn(&db, "b", 50, vec![refused("two", None)]).await;
    turn(&db, "b", 60, vec![refused("two", Some("too_long"))]).await;
    turn(&db, "c", 70, vec![put("third", "access", 1), offered("one"), confirmed("one")]).await;
    let found = db.store.unanswered(&UnansweredFilter::default()).await.expect("read");
    let told: Vec<_> =
        found.iter().map(|one| (one.wording.as_str(), one.refused, one.ticket.is_some())).collect();
    assert_eq!(told, [("second", true, false), ("[name] asks", false, true)]);
    assert_eq!(
        (found[1].topic.as_str(), found[1].nearest[0].article.as_str(), found[1].at),
        ("billing", "near", at(10))
    );
    let late = UnansweredFilter { since: Some(at(15)), ..UnansweredFilter::default() };
    assert_eq!(db.store.unanswered(&late).await.expect("read").len(), 1);
    let italian = UnansweredFilter { locale: Some("it"), ..UnansweredFilter::default() };
    assert_eq!(db.store.unanswered(&italian).await.expect("read").len(), 0);
    let (from, to, _) = period();
    let reasons = db.store.refusals(from, to).await.expect("reasons");
    assert_eq!(
        reasons.iter().map(|one| (one.article.as_str(), one.reason.as_str(), one.count)).collect::<Vec<_>>(),
        [("two", "too_long", 1)]
    );
    let suggested = db.store.suggested().await.expect("read");
    assert_eq!(suggested, [("one".to_owned(), at(70)), ("two".to_owned(), at(40))]);
}

/// Asked 7: confirmed 1, assumed 1, failed 4 (ticket, agent, nothing found, said yes but a ticket), open 1.
async fn figures_of_a_journal_counted_by_hand(db: Db) {
    turn(&db, "confirmed", 1, vec![put("a", "t1", 1), offered("one")]).await;
    turn(&db, "confirmed", 2, vec![confirmed("one"), closed()]).await;
    turn(&db, "assumed", 3, vec![put("b", "t2", 1), offered("two")]).await;
    turn(&db, "assumed", 4, vec![Event::Parked]).await;
    turn(&db, "ticket", 5, vec![put("c", "t3", 0)]).await;
    with_ticket(&db, "ticket", 6).await;
    let agent = Event::OwnerChanged { owner: Owner::Agent("Ada".into()), epoch: 1, by: "Ada".into() };
    turn(&db, "agent", 7, vec![put("d", "t4", 1), offered("one"), agent]).await;
    turn(&db, "nothing", 8, vec![put("e", "t5", 0), closed()]).await;
    turn(&db, "open", 9, vec![put("f", "t6", 1), offered("one")]).await;
    turn(&db, "both", 10, vec![put("g", "t7", 1), offered("one"), confirmed("one")]).await;
    with_ticket(&db, "both", 11).await;
    // Asked amid a form: it is no conversation that asked, and counts for its article.
    let aside = Event::QuestionPut {
        flow: "support".into(),
        wording: "h".into(),
        tags: vec![],
        nearest: vec![],
        found: 1,
        aside: true,
    };
    let answered = Event::QuestionAnswered { article: "three".into(), query: "h".into() };
    turn(&db, "aside", 12, vec![aside, answered]).await;
    // Parked and back again is under way.
    turn(&db, "assumed", 13, vec![Event::Resumed]).await;
    turn(&db, "assumed", 14, vec![Event::Parked]).await;
    let (from, to, now) = period();
    let rows = db.store.deflection(from, to, now).await.expect("figures");
    let sum = |of: fn(&vestibule::store::questions::Counts) -> i64| rows.iter().map(of).sum::<i64>();
    assert_eq!((sum(|r| r.asked), sum(|r| r.offered)), (7, 5), "{rows:?}");
    assert_eq!((sum(|r| r.confirmed), sum(|r| r.assumed), sum(|r| r.failed), sum(|r| r.open)), (1, 1, 4, 1));
    assert_eq!((sum(|r| r.due), sum(|r| r.durable)), (2, 2));
    let early = db.store.deflection(from, to, at(6 * DAY)).await.expect("figures");
    assert_eq!(early.iter().map(|r| r.due).sum::<i64>(), 0, "nobody knows yet whether they come back");
    let articles = db.store.deflection_by_article(from, to, now).await.expect("figures");
    let told: Vec<_> = articles
        .iter()
        .map(|a| (a.article.as_str(), a.offered, a.asides, a.confirmed, a.assumed, a.durable))
        .collect();
    assert_eq!(told, [("one", 4, 0, 2, 0, 1), ("three", 1, 1, 0, 0, 0), ("two", 1, 0, 0, 1, 1)]);
    let none = db.store.deflection(at(DAY), to, now).await.expect("figures");
    assert!(none.is_empty());
}

async fn who_comes_back_was_not_helped_for_good(db: Db) {
    // The next conversation on an address is of the same contact.
    for (address, days, topic, article) in [
        ("topic", 3, "t1", "other"),
        ("article", 6, "t9", "one"),
        ("late", 8, "t1", "one"),
        ("else", 3, "t9", "other"),
    ] {
        turn(&db, address, 0, vec![put("a", "t1", 1), offered("one"), confirmed("one")]).await;
        let (address_is, again) = (address.to_owned(), vec![put("b", topic, 1), offered(article), closed()]);
        let job = act(on(Channel::Web, address), at(days * DAY), move |_, decision| {
            let first = decision.conversation.take().expect("a conversation");
            let mut next = super::made::conversation(Channel::Web, &address_is, "second");
            next.turn = 1;
            next.seq = first.seq;
            decision.conversation = Some(next);
            decision.events.extend(again.iter().cloned());
        });
        db.store.turn(job).await.expect("a second conversation");
    }
    let rows = db.store.deflection(at(-1), at(DAY), at(90 * DAY)).await.expect("figures");
    let sum = |of: fn(&vestibule::store::questions::Counts) -> i64| rows.iter().map(of).sum::<i64>();
    // A first conversation that was never closed is still confirmed.
    assert_eq!((sum(|r| r.confirmed), sum(|r| r.due), sum(|r| r.durable)), (4, 4, 2), "{rows:?}");
}

async fn wordings_are_forgotten_and_figures_stay(db: Db) {
    turn(&db, "a", 0, vec![put("old", "t1", 0), closed()]).await;
    turn(&db, "b", 100, vec![put("new", "t1", 0), closed()]).await;
    assert_eq!(db.store.forget_wordings(at(0) + SignedDuration::from_secs(50)).await.expect("forgotten"), 1);
    let left = db.store.unanswered(&UnansweredFilter::default()).await.expect("read");
    assert_eq!(left.iter().map(|one| one.wording.as_str()).collect::<Vec<_>>(), ["new"]);
    let (from, to, now) = period();
    let rows = db.store.deflection(from, to, now).await.expect("figures");
    assert_eq!(rows.iter().map(|row| row.asked).sum::<i64>(), 2);
}

async fn a_proposal_is_settled_once_and_answers_its_questions(db: Db) {
    turn(&db, "a", 0, vec![put("one", "t1", 0)]).await;
    turn(&db, "b", 0, vec![put("two", "t1", 0)]).await;
    let open = db.store.unanswered(&UnansweredFilter::default()).await.expect("read");
    let row = vestibule::store::proposals::ProposalRow {
        id: "p1".into(),
        kind: "phrasings".into(),
        title: "più \"testo\"".into(),
        file: "faq/a.yaml".into(),
        base: "hash".into(),
        result: "text\n".into(),
        diff: "+text\n".into(),
        change: "{}".into(),
        questions: vec![open.iter().find(|one| one.wording == "one").expect("there").num],
        state: "open".into(),
        proposer: "Ada".into(),
        created: at(1),
        reviewer: None,
        reviewed: None,
        note: None,
    };
    db.store.add_proposal(row.clone()).await.expect("added");
    assert_eq!(db.store.proposal("p1").await.expect("read"), Some(row.clone()));
    let anew = vestibule::store::proposals::ProposalRow { base: "other".into(), ..row };
    assert!(db.store.renew_proposal(&anew, "Ada", at(2)).await.expect("renewed"));
    assert!(db.store.apply_proposal("p1", "Lea", at(3)).await.expect("applied"));
    assert!(!db.store.apply_proposal("p1", "Lea", at(4)).await.expect("once"));
    assert!(!db.store.refuse_proposal("p1", "Lea", None, false, at(4)).await.expect("once"));
    let kept = db.store.proposals("applied", 9).await.expect("read");
    assert_eq!(
        (kept[0].base.as_str(), kept[0].reviewer.as_deref(), kept[0].reviewed),
        ("other", Some("Lea"), Some(at(3)))
    );
    let history = db.store.proposal_history("p1").await.expect("read");
    assert_eq!(
        history.iter().map(|act| act.what.as_str()).collect::<Vec<_>>(),
        ["proposed", "renewed", "applied"]
    );
    let left = db.store.unanswered(&UnansweredFilter::default()).await.expect("read");
    assert_eq!(left.iter().map(|one| one.wording.as_str()).collect::<Vec<_>>(), ["two"]);
    assert!(db.store.proposal("").await.expect("read").is_none());
}
