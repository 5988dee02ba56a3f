//! Acts on tickets beside the turns, and the clock that looks after them.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use vestibule::app::App;
use vestibule::app::tickets::{Known, TicketError, merge};
use vestibule::config;
use vestibule::conversation::{Channel, Event};
use vestibule::desk::history::Relation;
use vestibule::desk::lifecycle::{Refusal, Wish};
use vestibule::desk::{Act, Change, Level, Priority, State, Ticket};

use super::made::{act, at, on, open_ticket, ticketed};
use super::{Db, on_both};

on_both![
    its_history_is_the_ticket,
    of_two_acts_at_once_none_is_lost,
    links_are_on_both_or_on_none,
    the_clock_warns_escalates_and_closes,
    one_from_before_facts_were_kept_is_known_too,
    rules_name_the_queue_and_who_has_room_gets_it,
];

/// The desk's doors on this database.
pub(super) fn app(db: &Db, settings: &str) -> App {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("vestibule.yaml");
    std::fs::write(&file, settings).expect("written");
    let settings = config::load(Some(&file), std::iter::empty()).expect("settings");
    let playbook =
        vestibule::cli::playbook::load_or_report(&settings).expect("files").expect("a playbook").playbook;
    App::new(db.store.clone(), Arc::new(settings), playbook)
}

fn go(act: Act) -> Wish {
    Wish::Move { act, why: None }
}

fn agrees(known: &Known) {
    let rebuilt = Ticket::rebuilt(&known.history).expect("it begins with its opening");
    assert_eq!(rebuilt, known.ticket, "the history alone makes the ticket");
    let row = &known.row;
    assert_eq!(
        (
            row.state.as_str(),
            row.agent.as_deref(),
            row.category.as_str(),
            row.priority.as_str(),
            row.queue.as_str()
        ),
        (
            rebuilt.state.word(),
            rebuilt.agent.as_deref(),
            rebuilt.category.as_str(),
            rebuilt.priority.word(),
            rebuilt.queue.as_str()
        )
    );
    assert_eq!((row.r#type.as_str(), row.tier), (rebuilt.kind.word(), rebuilt.tier));
}

async fn its_history_is_the_ticket(db: Db) {
    let app = app(&db, "");
    let (_, code) = ticketed(&db.store, Channel::Web, "a").await;
    agrees(&Known::read(&db.store, &code).await.expect("known"));
    for wishes in [
        vec![Wish::assign("anna")],
        vec![go(Act::Start), Wish::Categorise("network".into())],
        vec![Wish::Prioritise {
            urgency: Level::High,
            impact: Level::High,
            to: Priority::Urgent,
            why: Some("many".into()),
        }],
        vec![Wish::Queue { queue: "second".into(), why: Some("not ours".into()) }],
        vec![Wish::Escalate { why: "hard".into() }],
        vec![Wish::assign("ugo"), go(Act::AskContact)],
        vec![go(Act::Resolve)],
        vec![go(Act::Reopen)],
    ] {
        app.act_on_ticket("anna", &code, &wishes).await.expect("it can be done");
        agrees(&Known::read(&db.store, &code).await.expect("known"));
    }
    // What a turn does is in it too: the contact adds something.
    let told = code.clone();
    let job = act(on(Channel::Web, "a"), at(20), move |_, decision| {
        decision.events.push(Event::TicketAdded { code: told.clone(), text: "it got worse".into() });
    });
    db.store.turn(job).await.expect("a turn");
    let known = Known::read(&db.store, &code).await.expect("known");
    agrees(&known);
    assert!(known.history.iter().any(|entry| entry.change == Change::ContactWrote));
    assert_eq!((known.ticket.reopened, known.ticket.tier), (1, 2));
    // And what they say of it in the end.
    let job = act(on(Channel::Web, "a"), at(30), |_, decision| {
        let survey = "csat".to_owned();
        decision.events.push(Event::SurveyAnswered {
            survey: survey.clone(),
            score: Some(4),
            comment: None,
            ticket: None,
        });
        decision.events.push(Event::SurveyAnswered {
            survey,
            score: None,
            comment: Some("at last".into()),
            ticket: None,
        });
    });
    db.store.turn(job).await.expect("a turn");
    agrees(&Known::read(&db.store, &code).await.expect("known"));
    let told = db.store.ticket_history(&code).await.expect("a history");
    let told: Vec<&str> =
        told.iter().filter(|row| row.what == "surveyed").filter_map(|row| row.text.as_deref()).collect();
    assert_eq!(told, ["csat 4", "csat: at last"]);
    let wrong = app.act_on_ticket("anna", &code, &[go(Act::Close)]).await;
    assert!(matches!(wrong, Err(TicketError::Refused(Refusal::Move(_)))), "{wrong:?}");
    let wrong = app.act_on_ticket("anna", "123456782", &[go(Act::Close)]).await;
    assert!(matches!(wrong, Err(TicketError::Unknown(_))), "{wrong:?}");
}

async fn of_two_acts_at_once_none_is_lost(db: Db) {
    let app = app(&db, "");
    let (_, code) = ticketed(&db.store, Channel::Web, "a").await;
    app.act_on_ticket("anna", &code, &[Wish::Retype(vestibule::desk::TicketType::ServiceRequest)])
        .await
        .expect("retyped");
    let add = async |n: usize| {
        let mut tries = 0;
        // The tries of one act are few; people press again.
        while app.act_on_ticket("anna", &code, &[Wish::AddItem(format!("thing {n}"))]).await.is_err() {
            tries += 1;
            assert!(tries < 50, "it is never taken");
        }
    };
    futures::future::join_all((0..12).map(add)).await;
    let known = Known::read(&db.store, &code).await.expect("known");
    let mut items: Vec<String> = known.ticket.checklist.iter().map(|item| item.text.clone()).collect();
    items.sort();
    items.dedup();
    assert_eq!((items.len(), known.ticket.checklist.len()), (12, 12), "each once");
}

async fn links_are_on_both_or_on_none(db: Db) {
    let app = app(&db, "");
    let (_, one) = ticketed(&db.store, Channel::Web, "a").await;
    let (_, two) = ticketed(&db.store, Channel::Web, "b").await;
    let caused = [Wish::Link { how: Relation::CausedBy, to: two.clone() }];
    let wrong = app.act_on_ticket("anna", &one, &caused).await;
    assert!(
        matches!(wrong, Err(TicketError::Refused(Refusal::Relation { .. }))),
        "only a problem causes: {wrong:?}"
    );
    assert!(Known::read(&db.store, &one).await.expect("known").ticket.links.is_empty());
    app.act_on_ticket("anna", &two, &[Wish::Retype(vestibule::desk::TicketType::Problem)])
        .await
        .expect("a problem");
    app.act_on_ticket("anna", &one, &caused).await.expect("linked");
    let links = async |code: &str| Known::read(&db.store, code).await.expect("known").ticket.links;
    assert!(links(&one).await.contains(&(Relation::CausedBy, two.clone())));
    assert!(links(&two).await.contains(&(Relation::Causes, one.clone())));
    let part = app.split_ticket("anna", &one, " The bill, too ", Some("billing")).await.expect("split");
    let known = Known::read(&db.store, &part).await.expect("known");
    agrees(&known);
    let whole = Known::read(&db.store, &one).await.expect("known");
    agrees(&whole);
    assert_eq!((known.row.subject.as_str(), known.row.category.as_str()), ("The bill, too", "billing"));
    assert_eq!((known.row.contact, known.row.conversation), (whole.row.contact, whole.row.conversation));
    assert_eq!((known.ticket.state, known.ticket.tier, &known.row.slots), (State::New, 1, &whole.row.slots));
    assert!(known.ticket.links.contains(&(Relation::SplitFrom, one.clone())));
    assert!(whole.ticket.links.contains(&(Relation::SplitInto, part.clone())));
    let second = app.split_ticket("anna", &one, "And the door", None).await.expect("split");
    assert_ne!(second, part);
    assert!(matches!(
        app.split_ticket("anna", &one, " ", None).await,
        Err(TicketError::Refused(Refusal::Empty))
    ));
    let (_, three) = ticketed(&db.store, Channel::Web, "c").await;
    let known = Known::read(&db.store, &three).await.expect("known");
    let merged = app.act_on_ticket("lea", &three, &merge(&known.ticket, &one)).await.expect("merged");
    assert_eq!(merged.state, State::Cancelled);
    assert!(links(&one).await.contains(&(Relation::DuplicatedBy, three.clone())));
}

const PROMISES: &str = "
desk:
  close_after: 3
  targets:
    - name: usual
      calendar: always
      first_response: 4h
      resolution: 8h
      at_warning: [raise]
      at_breach: [notify, escalate]
";

async fn the_clock_warns_escalates_and_closes(db: Db) {
    let app = app(&db, PROMISES);
    let (conversation, code) = ticketed(&db.store, Channel::Web, "a").await;
    let opened = at(1);
    let after = |minutes: i64| opened + SignedDuration::from_mins(minutes);
    let watch = async |now: Timestamp| {
        // Until it has nothing more to do at that moment.
        for _ in 0..5 {
            app.watch_tickets(now).await.expect("looked after");
        }
        let known = Known::read(&app.store, &code).await.expect("known");
        agrees(&known);
        known
    };
    let known = watch(after(179)).await;
    assert_eq!((known.history.len(), known.ticket.tier, known.row.priority.as_str()), (1, 1, "high"));
    let known = watch(after(181)).await;
    assert_eq!((known.ticket.tier, known.row.priority.as_str()), (1, "urgent"), "near: raised");
    assert_eq!(watch(after(182)).await.history.len(), known.history.len(), "and once");
    let known = watch(after(241)).await;
    assert_eq!(known.ticket.tier, 2, "missed: escalated");
    let missed = |entry: &&vestibule::desk::Entry| matches!(entry.change, Change::Breached { .. });
    assert_eq!(known.history.iter().filter(missed).count(), 1);
    // After a long time away: both at once, each once, and no tier above the third.
    let known = watch(after(2_000)).await;
    assert_eq!((known.ticket.tier, known.history.iter().filter(missed).count()), (3, 2));
    app.act_on_ticket("anna", &code, &[Wish::assign("anna"), go(Act::Resolve)]).await.expect("resolved");
    let resolved = Known::read(&app.store, &code).await.expect("known").ticket.resolved.expect("resolved");
    let later = |hours: i64| resolved + SignedDuration::from_hours(hours);
    assert_eq!(watch(later(71)).await.ticket.state, State::Resolved);
    let known = watch(later(73)).await;
    assert_eq!(known.ticket.state, State::Closed, "nobody came back in three days");
    assert!(
        app.store.due_tickets(later(10_000), 10).await.expect("rows").is_empty(),
        "the clock is done with it"
    );
    assert_eq!(conversation.tickets.len(), 1);
}

async fn one_from_before_facts_were_kept_is_known_too(db: Db) {
    let job = act(on(Channel::Web, "a"), at(1), open_ticket);
    let done = db.store.turn(job).await.expect("a turn with a ticket");
    let code = done.conversation.expect("a conversation").tickets[0].code.clone();
    db.forget_facts().await;
    let app = app(&db, PROMISES);
    let known = Known::read(&db.store, &code).await.expect("known");
    agrees(&known);
    let ticket = app.act_on_ticket("anna", &code, &[Wish::assign("anna")]).await.expect("assigned");
    assert_eq!(ticket.state, State::Assigned);
    let known = Known::read(&db.store, &code).await.expect("known");
    assert_eq!((known.ticket.state, known.ticket.agent.as_deref()), (State::Assigned, Some("anna")));
}

const ROUTES: &str = "
desk:
  routing:
    assign: true
    reassign: 600
    skills: { doors: [doors] }
    raise: { vip: 2 }
    rules:
      - { name: locks, categories: [access], queue: doors }
";

async fn rules_name_the_queue_and_who_has_room_gets_it(db: Db) {
    let app = app(&db, ROUTES);
    let online = async |name: &str, skills: &[&str]| {
        let agent = vestibule::store::AgentRow {
            name: name.to_owned(),
            role: "agent".to_owned(),
            skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
            password: "none".to_owned(),
            disabled: false,
            presence: "offline".to_owned(),
            created: at(0),
        };
        assert!(db.store.add_agent(&agent).await.expect("an agent"));
        db.store.set_presence(name, "online").await.expect("present");
    };
    let mut codes = Vec::new();
    for n in 0..7 {
        codes.push(ticketed(&db.store, Channel::Web, &format!("a{n}")).await.1);
    }
    let now = Timestamp::now();
    let state = async |code: &str| {
        let known = Known::read(&db.store, code).await.expect("known");
        agrees(&known);
        (known.ticket.queue, known.ticket.agent)
    };
    app.watch_tickets(at(60)).await.expect("looked after");
    assert_eq!(state(&codes[0]).await, ("doors".to_owned(), None));
    assert_eq!(app.give_out_tickets(now).await.expect("given"), 0, "nobody is there");
    online("anna", &["billing"]).await;
    assert_eq!(app.give_out_tickets(now).await.expect("given"), 0, "nobody who can");
    online("ugo", &["doors"]).await;
    assert_eq!(app.give_out_tickets(now).await.expect("given"), 5, "as many as he can hold");
    assert_eq!(state(&codes[0]).await.1.as_deref(), Some("ugo"), "the oldest first");
    assert_eq!(app.give_out_tickets(now).await.expect("given"), 0);
    let history = db.store.ticket_history(&codes[0]).await.expect("a history");
    let told: Vec<&str> = history.iter().filter_map(|row| row.text.as_deref()).collect();
    assert!(told.iter().any(|text| text.contains("rule locks")), "{told:?}");
    assert!(
        told.iter().any(|text| text.contains("nobody → ugo: doors, L1; on duty with 0 of 5")),
        "{told:?}"
    );
    let vip = act(on(Channel::Web, "vip"), at(1), |loaded, decision| {
        open_ticket(loaded, decision);
        for event in &mut decision.events {
            if let Event::TicketOpened { draft } = event {
                draft.profile = Some("vip".to_owned());
            }
        }
    });
    let done = db.store.turn(vip).await.expect("a turn with a ticket");
    let vip = done.conversation.expect("a conversation").tickets[0].code.clone();
    app.watch_tickets(at(60)).await.expect("looked after");
    let known = Known::read(&db.store, &vip).await.expect("known");
    agrees(&known);
    assert_eq!((known.ticket.queue.as_str(), known.row.priority.as_str()), ("doors", "urgent"));
    app.act_on_ticket("lea", &vip, &[Wish::assign("lea")]).await.expect("assigned");
    // He begins one; the others go to lea, who came meanwhile, and then round again.
    app.act_on_ticket("ugo", &codes[0], &[go(Act::Start)]).await.expect("begun");
    online("lea", &["doors"]).await;
    assert_eq!(app.give_out_tickets(now).await.expect("given"), 2, "what was left over");
    let later = now + SignedDuration::from_mins(11);
    db.store.set_presence("ugo", "online").await.expect("present");
    assert_eq!(app.take_back_tickets(now).await.expect("taken back"), 0, "there is time yet");
    // The one that lea was given by herself stays hers.
    assert_eq!(app.take_back_tickets(later).await.expect("taken back"), 6);
    app.give_out_tickets(later).await.expect("given");
    assert_eq!(state(&codes[0]).await.1.as_deref(), Some("ugo"), "what was begun stays");
    let second = state(&codes[1]).await.1;
    assert_ne!(second.as_deref(), Some("ugo"), "he left it");
}
