//! What figures, foresight and alerts read and keep, over both databases.

use jiff::{SignedDuration, Timestamp};
use vestibule::app::clock::Clock;
use vestibule::app::deflection::Period;
use vestibule::app::kpi::{self, Wanted};
use vestibule::app::{foresight, lines, patterns, talks};
use vestibule::conversation::{Channel, ids};
use vestibule::desk::figures::By;
use vestibule::desk::lifecycle::Wish;
use vestibule::desk::{Act, Change};
use vestibule::store::profiles::ProfileWrite;

use super::lifecycle::app;
use super::made::{act, at, on, open_ticket, ticketed};
use super::{Db, on_both};

on_both![
    lines_follow_the_tickets_and_the_settings,
    what_is_behind_and_to_come_is_read,
    alerts_are_kept_once_until_they_are_told,
    profiles_are_set_whether_they_came_or_not,
    who_came_back_after_the_closing_is_linked,
];

fn go(act: Act) -> Wish {
    Wish::Move { act, why: None }
}

fn day(n: i64) -> Timestamp {
    at(n * 86_400)
}

async fn lines_follow_the_tickets_and_the_settings(db: Db) {
    let clock = Clock::set_to(at(0));
    let app = app(&db, "desk: { targets: [{ calendar: always, resolution: 48h }] }").at(clock.clone());
    let (_, one) = ticketed(&db.store, Channel::Web, "a").await;
    let (_, two) = ticketed(&db.store, Channel::Telegram, "b").await;
    let period = |now: Timestamp| Period::new(None, None, &app.settings, now).expect("a period");
    let told = async |now: Timestamp, by: Option<By>| {
        kpi::report(&db.store, &app.settings, period(now), by, now).await.expect("figures")
    };
    let first = told(day(1), Some(By::Channel)).await;
    assert_eq!((first.total.opened, first.total.backlog, first.total.resolution.due), (2, 2, 0));
    assert_eq!(first.parts.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["telegram", "web"]);
    // Something happens to one; of the other a promise is missed though nothing does.
    clock.set(day(1));
    app.act_on_ticket("anna", &one, &[Wish::assign("anna"), go(Act::Resolve)]).await.expect("resolved");
    let second = told(day(3), None).await.total;
    assert_eq!((second.resolved, second.to_answer.n), (1, 1));
    assert_eq!((second.resolution.due, second.resolution.kept), (2, 1), "the other's is missed");
    // In the past it stands as it stood.
    let before = Period { from: app.settings.desk.hours.local(at(0)).date(), ..period(at(0)) };
    let then = kpi::report(&db.store, &app.settings, before, None, day(3)).await.expect("figures").total;
    assert_eq!((then.opened, then.resolved, then.resolution.due), (2, 0, 0));
    let missed = Wanted::from_word("missed_resolution").expect("a figure");
    let behind = kpi::behind(
        &db.store,
        &app.settings,
        period(day(3)),
        &missed,
        Some((By::Channel, "telegram")),
        day(3),
    );
    let behind = behind.await.expect("rows");
    assert_eq!(behind.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), [two.as_str()]);
    let (all, differ) = lines::compare(&db.store, &app.settings, day(3), |_| {}).await.expect("compared");
    assert_eq!((all, differ.len()), (2, 0));
    // Other promises tell it anew.
    let other = super::lifecycle::app(&db, "desk: { targets: [{ calendar: always, resolution: 1h }] }");
    let anew = kpi::report(&db.store, &other.settings, period(day(3)), None, day(3)).await.expect("figures");
    assert_eq!((anew.total.resolution.due, anew.total.resolution.kept), (2, 0));
    assert_eq!(lines::rebuild(&db.store, &other.settings, day(3), |_| {}).await.expect("rebuilt"), 2);
}

async fn what_is_behind_and_to_come_is_read(db: Db) {
    let app = app(&db, "").at(Clock::set_to(at(10)));
    let mut codes = Vec::new();
    for address in ["a", "b", "c"] {
        codes.push(ticketed(&db.store, Channel::Web, address).await.1);
    }
    let found = patterns::patterns(&db.store, 4, 3, at(100)).await.expect("patterns");
    assert_eq!((found.len(), found[0].count, found[0].problems.len()), (1, 3, 0), "{found:?}");
    let problem = app.open_problem("chief", "the same each time", &codes).await.expect("a problem");
    let found = patterns::patterns(&db.store, 4, 3, at(100)).await.expect("patterns");
    assert_eq!(found[0].problems, std::slice::from_ref(&problem), "{found:?}");
    // The contact has a ticket, not a problem.
    let (sender, receiver) = std::sync::mpsc::channel();
    let job = act(on(Channel::Web, "a"), at(20), move |loaded, _| {
        let open: Vec<String> = loaded.open_tickets.iter().map(|ticket| ticket.code.clone()).collect();
        sender.send(open).expect("somebody listens");
    });
    db.store.turn(job).await.expect("a turn");
    assert!(!receiver.try_recv().expect("it was decided").contains(&problem));
    assert_eq!(app.resolve_under("chief", &problem, "a new one").await.expect("resolved"), 3);
    let report = talks::report(
        &db.store,
        &app.settings,
        Period::new(None, None, &app.settings, at(100)).expect("a period"),
        None,
        at(100),
    );
    let report = report.await.expect("figures");
    assert_eq!((report.total.begun, report.total.tickets), (3, 3));
    let queue = db.store.ticket(&codes[0]).await.expect("read").expect("a ticket").queue;
    // The problem record is ours, and no volume.
    for (queue, counted) in [(None, 3), (Some(queue.as_str()), 3), (Some("nothing"), 0)] {
        let volume = foresight::volume(&db.store, &app.settings, queue, 5, at(7_200)).await.expect("counts");
        assert_eq!((volume.hours.len(), volume.forecast.is_none()), (5, true));
        assert_eq!(volume.tickets, counted, "{queue:?}");
    }
    let risks = foresight::risks(&db.store, &app.settings, at(100)).await.expect("risks");
    assert!(risks.tickets.is_empty(), "nothing is promised");
}

async fn alerts_are_kept_once_until_they_are_told(db: Db) {
    assert_eq!(db.store.alerts_places().await.expect("read"), None);
    let (_, code) = ticketed(&db.store, Channel::Web, "a").await;
    let facts = db.store.facts_after(0, 10).await.expect("facts");
    assert_eq!((facts[0].ticket.as_str(), facts[0].what.as_str()), (code.as_str(), "opened"));
    assert_eq!(db.store.last_fact().await.expect("read"), facts.last().expect("one").num);
    let row = || vec![("1:mail:a@b.c".to_owned(), "mail:a@b.c".to_owned(), "{}".to_owned())];
    for from in [2, 3] {
        db.store.begin_alerts(from).await.expect("begun once");
    }
    for _ in 0..2 {
        db.store.add_alerts(row(), 7, at(1)).await.expect("added");
    }
    assert_eq!(db.store.alerts_places().await.expect("read"), Some((2, 7)));
    assert!(db.store.due_alerts(at(0), 10).await.expect("rows").is_empty());
    let due = db.store.due_alerts(at(1), 10).await.expect("rows");
    assert_eq!((due.len(), due[0].tries), (1, 0));
    assert!(db.store.claim_alert(&due[0], at(2)).await.expect("claimed"));
    assert!(!db.store.claim_alert(&due[0], at(2)).await.expect("another process"), "one has it");
    assert!(db.store.due_alerts(at(1), 10).await.expect("rows").is_empty());
    db.store.alert_later(&due[0].id, at(5), "busy".into()).await.expect("later");
    assert!(db.store.due_alerts(at(4), 10).await.expect("rows").is_empty());
    assert_eq!(db.store.due_alerts(at(5), 10).await.expect("rows")[0].tries, 1);
    db.store.alert_done(&due[0].id, at(6), None).await.expect("done");
    db.store.add_alerts(row(), 8, at(7)).await.expect("added");
    assert!(db.store.due_alerts(at(100), 10).await.expect("rows").is_empty(), "told once");
}

async fn profiles_are_set_whether_they_came_or_not(db: Db) {
    let (known, _) = ticketed(&db.store, Channel::Web, "a").await;
    let fresh = ids::contact("twilio", "390212345");
    let row = |contact, profile: Option<&str>| ProfileWrite {
        contact,
        profile: profile.map(str::to_owned),
        name: None,
    };
    let rows = vec![row(known.contact, Some("vip")), row(fresh, Some("contract"))];
    assert_eq!(db.store.set_profiles(rows, at(5)).await.expect("set"), 2);
    let profile = async |n: i64| {
        let (sender, receiver) = std::sync::mpsc::channel();
        let job = act(on(Channel::Web, "a"), at(n), move |loaded, _| {
            sender.send(loaded.contact.as_ref().and_then(|contact| contact.profile.clone())).expect("heard");
        });
        db.store.turn(job).await.expect("a turn");
        receiver.try_recv().expect("it was decided")
    };
    assert_eq!(profile(10).await.as_deref(), Some("vip"));
    db.store.set_profiles(vec![row(known.contact, None)], at(11)).await.expect("taken away");
    assert_eq!(profile(12).await, None);
}

async fn who_came_back_after_the_closing_is_linked(db: Db) {
    let clock = Clock::set_to(at(50));
    let app = app(&db, "").at(clock.clone());
    // Only a contact who is proven to be the same.
    let job = act(on(Channel::Telegram, "t"), at(1), |loaded, decision| {
        open_ticket(loaded, decision);
        let conversation = decision.conversation.as_ref().expect("one");
        decision.contact = Some(vestibule::store::Contact {
            id: conversation.contact,
            name: None,
            profile: None,
            locale: None,
            verified: true,
            phone: None,
        });
    });
    let done = db.store.turn(job).await.expect("a turn");
    let first = done.conversation.expect("one").tickets[0].code.clone();
    for wish in [Act::Resolve, Act::Close] {
        app.act_on_ticket("anna", &first, &[go(wish)]).await.expect("done");
    }
    let job = act(on(Channel::Telegram, "t"), at(86_400), open_ticket);
    let done = db.store.turn(job).await.expect("a turn");
    let second = done.conversation.expect("one").tickets.last().expect("one").code.clone();
    assert_ne!(first, second);
    let linked = async |code: &str| -> Vec<String> {
        let rows = db.store.ticket_history(code).await.expect("a history");
        let facts = rows.into_iter().flat_map(|row| row.facts);
        facts.filter(|fact| matches!(fact, Change::Linked { .. })).filter_map(|fact| fact.text()).collect()
    };
    assert_eq!(linked(&second).await, [format!("follow_up_of {first}")]);
    assert_eq!(linked(&first).await, [format!("followed_up_by {second}")]);
    // After thirty days it is another matter.
    clock.set(at(86_400) + SignedDuration::from_hours(1));
    for wish in [Act::Resolve, Act::Close] {
        app.act_on_ticket("anna", &second, &[go(wish)]).await.expect("done");
    }
    let job = act(on(Channel::Telegram, "t"), day(40), open_ticket);
    let done = db.store.turn(job).await.expect("a turn");
    let third = done.conversation.expect("one").tickets.last().expect("one").code.clone();
    assert_eq!(linked(&third).await, Vec::<String>::new());
}
