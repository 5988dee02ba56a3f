//! Requests, known incidents and who watches them, files.

use jiff::SignedDuration;
use vestibule::conversation::{Channel, Event, HttpRequest, News, Subject, ids};
use vestibule::store::Contact;
use vestibule::store::world::{FileRow, IncidentRow};

use super::made::{act, at, on, say};
use super::{Db, on_both};

on_both![
    a_request_is_due_until_it_is_answered,
    a_claim_is_for_one_and_runs_out,
    an_incident_is_known_to_turns_until_it_is_closed,
    watchers_are_told_once,
    an_answer_goes_to_the_callers_chat_once,
    a_file_is_kept_as_it_came,
];

fn request() -> HttpRequest {
    HttpRequest {
        method: "GET".into(),
        url: "https://api.example.org/x".into(),
        headers: Vec::new(),
        body: None,
        timeout: 5,
        retries: 2,
        idempotency_key: "k".into(),
    }
}

async fn asks(db: &Db) -> uuid::Uuid {
    db.store.turn(say(Channel::Web, "a", "hello")).await.expect("a turn");
    let id = ids::of_turn(ids::conversation("web", "a", "x"), 1, "http", 0);
    let job = act(on(Channel::Web, "a"), at(10), move |_, decision| {
        let (flow, step) = ("support".to_owned(), "call".to_owned());
        decision.events.push(Event::HttpRequested { id, flow, step, request: Box::new(request()) });
    });
    db.store.turn(job).await.expect("a turn");
    id
}

async fn a_request_is_due_until_it_is_answered(db: Db) {
    let id = asks(&db).await;
    assert_eq!(db.store.due_requests(at(9), 10).await.expect("rows"), []);
    let due = db.store.due_requests(at(10), 10).await.expect("rows");
    assert_eq!((due.len(), due[0].id, &due[0].request, due[0].tries), (1, id, &request(), 0));
    db.store.request_later(id, at(20)).await.expect("later");
    assert_eq!(db.store.due_requests(at(19), 10).await.expect("rows"), []);
    assert_eq!(db.store.due_requests(at(20), 10).await.expect("rows")[0].tries, 1);
    let job = act(on(Channel::Web, "a"), at(21), move |_, decision| decision.answered.push(id));
    db.store.turn(job).await.expect("a turn");
    assert_eq!(db.store.due_requests(at(99), 10).await.expect("rows"), []);
}

async fn a_claim_is_for_one_and_runs_out(db: Db) {
    let id = asks(&db).await;
    let lease = SignedDuration::from_secs(8);
    assert!(db.store.claim_request(id, at(10), lease).await.expect("a claim"));
    assert!(!db.store.claim_request(id, at(17), lease).await.expect("a claim"), "somebody is at it");
    assert_eq!(db.store.due_requests(at(17), 10).await.expect("rows"), []);
    assert!(db.store.claim_request(id, at(18), lease).await.expect("a claim"), "who had it is gone");
}

fn incident(id: &str, area: &str) -> IncidentRow {
    let (area, title, by) = (area.to_owned(), format!("{area} is down"), "Ada".to_owned());
    IncidentRow { id: id.to_owned(), area, title, opened: at(5), by, closed: None, master: None }
}

async fn an_incident_is_known_to_turns_until_it_is_closed(db: Db) {
    assert!(db.store.open_incident(&incident("i1", "network")).await.expect("opened"));
    assert!(!db.store.open_incident(&incident("i1", "power")).await.expect("the id is taken"));
    let known = async |n: i64| {
        let (sender, receiver) = std::sync::mpsc::channel();
        let job = act(on(Channel::Web, "a"), at(n), move |loaded, _| {
            let areas: Vec<String> = loaded.incidents.iter().map(|one| one.area.clone()).collect();
            sender.send(areas).expect("somebody listens");
        });
        db.store.turn(job).await.expect("a turn");
        receiver.try_recv().expect("it was decided")
    };
    assert_eq!(known(6).await, ["network"]);
    assert_eq!(db.store.incidents(false).await.expect("rows"), [incident("i1", "network")]);
    assert!(db.store.close_incident("i1", at(9)).await.expect("closed"));
    assert!(!db.store.close_incident("i1", at(10)).await.expect("it is closed already"));
    assert_eq!(known(11).await, Vec::<String>::new());
    assert_eq!(db.store.incidents(true).await.expect("rows")[0].closed, Some(at(9)));
}

async fn watchers_are_told_once(db: Db) {
    db.store.open_incident(&incident("i1", "network")).await.expect("opened");
    for address in ["a", "b"] {
        db.store.turn(say(Channel::Web, address, "hello")).await.expect("a turn");
        // Twice is once.
        for n in [10, 11] {
            let job = act(on(Channel::Web, address), at(n), |_, decision| {
                let subject = Subject::Incident("network".into());
                decision.events.push(Event::Watched { subject });
            });
            db.store.turn(job).await.expect("a turn");
        }
    }
    assert_eq!(db.store.due_notices(10, false, jiff::Timestamp::MIN).await.expect("rows"), []);
    db.store.close_incident("i1", at(20)).await.expect("closed");
    let due = db.store.due_notices(10, false, jiff::Timestamp::MIN).await.expect("rows");
    let mut told: Vec<&str> = due.iter().map(|notice| notice.address.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, ["a", "b"]);
    let news = News::IncidentClosed { area: "network".into(), title: "network is down".into() };
    assert!(due.iter().all(|one| one.notice.news == news), "{due:?}");
    for one in due {
        let id = one.notice.id.clone();
        let job = act(on(Channel::Web, &one.address), at(21), move |loaded, decision| {
            assert!(loaded.notices.iter().any(|notice| notice.id == id), "loaded for its contact");
            decision.events.push(Event::NoticeTold { notice: id.clone() });
        });
        db.store.turn(job).await.expect("a turn");
    }
    assert_eq!(db.store.due_notices(10, false, jiff::Timestamp::MIN).await.expect("rows"), []);
    // Who was told watches no longer.
    db.store.open_incident(&incident("i2", "network")).await.expect("opened");
    db.store.close_incident("i2", at(30)).await.expect("closed");
    assert_eq!(db.store.due_notices(10, false, jiff::Timestamp::MIN).await.expect("rows"), []);
}

/// A caller is known to have a chat where a token leads to one; there alone the copy is due.
async fn an_answer_goes_to_the_callers_chat_once(db: Db) {
    let ada = ids::contact("web", "chat");
    let calls = |n: i64, chat: bool, wants: bool| {
        let mut job = act(on(Channel::Phone, "call"), at(n), move |loaded, decision| {
            assert_eq!(loaded.chat, chat, "at {n}");
            let known =
                Contact { id: ada, name: None, profile: None, locale: None, verified: true, phone: None };
            decision.contact = Some(known);
            if let Some(conversation) = &mut decision.conversation {
                conversation.contact = ada;
            }
            if wants {
                decision.events.push(Event::AnswerSent { article: "reset".into() });
            }
        });
        job.contact = Some(ada);
        job
    };
    // There is no chat: nothing comes of it.
    db.store.turn(calls(1, false, true)).await.expect("a turn");
    assert_eq!(db.store.due_notices(10, false, jiff::Timestamp::MIN).await.expect("rows"), []);
    db.store.turn(say(Channel::Web, "chat", "hello")).await.expect("a turn");
    db.store.add_web_token("h", "chat", ada, at(2)).await.expect("a token");
    for n in [3, 4] {
        db.store.turn(calls(n, true, true)).await.expect("a turn");
    }
    let due = db.store.due_notices(10, false, jiff::Timestamp::MIN).await.expect("rows");
    let news = News::AnswerCopied { article: "reset".into() };
    assert_eq!(
        due.iter().map(|one| (one.address.as_str(), &one.notice.news)).collect::<Vec<_>>(),
        [("chat", &news)]
    );
    // Who is in the chat needs no copy there.
    let there = act(on(Channel::Web, "chat"), at(5), |loaded, _| assert!(!loaded.chat));
    db.store.turn(there).await.expect("a turn");
}

async fn a_file_is_kept_as_it_came(db: Db) {
    let file = FileRow {
        id: "f1".into(),
        channel: Channel::Web,
        address: "a".into(),
        name: "città.png".into(),
        kind: "image/png".into(),
        created: at(3),
        content: (0..=255).collect(),
    };
    assert!(db.store.add_file(file.clone()).await.expect("added"));
    let other = FileRow { content: vec![1], ..file.clone() };
    assert!(!db.store.add_file(other).await.expect("it is there"), "the first stays");
    assert_eq!(db.store.file("f1").await.expect("a file"), Some(file));
    assert_eq!(db.store.file("f2").await.expect("none"), None);
}
