//! All moves of all types against a table of their own, and random lives: nothing illegal happens, each can be brought to
//! its end, and the history alone makes the ticket.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::desk::history::Entry;
use crate::desk::priority::priority;

use State::{
    Assigned, Cancelled, Closed, InProgress, New, PendingContact, PendingVendor, Reopened, Resolved,
};

/// Where an act leads from each state, as the process has it, written down apart from the code.
fn process(kind: TicketType, from: State, act: Act) -> Option<State> {
    let contact = matches!(kind, TicketType::Incident | TicketType::ServiceRequest);
    let reopens = kind != TicketType::Change;
    let working = [Assigned, InProgress, PendingContact, PendingVendor, Reopened];
    match from {
        Closed => (act == Act::Close).then_some(Closed),
        Cancelled => (act == Act::Cancel).then_some(Cancelled),
        Resolved => match act {
            Act::Close => Some(Closed),
            Act::Resolve | Act::VendorReplied => Some(Resolved),
            Act::ContactReplied if contact => Some(Reopened),
            Act::ContactReplied => Some(Resolved),
            Act::Reopen | Act::Assign | Act::Start if reopens => Some(Reopened),
            _ => None,
        },
        _ => match act {
            Act::Assign if matches!(from, New | Assigned | Reopened) => Some(Assigned),
            Act::Release if from == Assigned => Some(New),
            Act::Assign | Act::Release => Some(from),
            Act::Start => Some(InProgress),
            Act::AskContact if contact && working.contains(&from) => Some(PendingContact),
            Act::AskVendor if working.contains(&from) => Some(PendingVendor),
            Act::ContactReplied if from == PendingContact => Some(InProgress),
            Act::VendorReplied if from == PendingVendor => Some(InProgress),
            Act::ContactReplied | Act::VendorReplied => Some(from),
            Act::Resolve => Some(Resolved),
            Act::Cancel => Some(Cancelled),
            Act::AskContact | Act::AskVendor | Act::Reopen | Act::Close => None,
        },
    }
}

#[test]
fn each_type_moves_as_the_process_says_and_no_other_way() {
    for kind in TicketType::ALL {
        for from in State::ALL {
            for act in Act::ALL {
                let found = after(kind, from, act).ok();
                assert_eq!(found, process(kind, from, act), "{kind:?} {from:?} {act:?}");
            }
        }
    }
}

fn wishes() -> impl Strategy<Value = Wish> {
    let agent = || proptest::option::of(proptest::sample::select(vec!["anna".to_owned(), "ugo".to_owned()]));
    let level = || proptest::sample::select(Level::ALL.to_vec());
    let why = || proptest::option::of(Just("because".to_owned()));
    let code = || proptest::sample::select(vec!["1".to_owned(), "2".to_owned(), "self".to_owned()]);
    let how = || proptest::sample::select(Relation::ALL.to_vec());
    let time = || (0..400_i64).prop_map(at);
    prop_oneof![
        2 => (agent(), why()).prop_map(|(agent, why)| Wish::Assign { agent, why }),
        6 => (proptest::sample::select(Act::ALL.to_vec()), why()).prop_map(|(act, why)| Wish::Move { act, why }),
        1 => proptest::sample::select(vec!["", "network", "billing"]).prop_map(|to| Wish::Categorise(to.to_owned())),
        1 => (level(), level(), why()).prop_map(|(urgency, impact, why)| Wish::Prioritise {
            urgency, impact, to: priority(urgency, impact), why,
        }),
        1 => Just(Wish::Raise { why: "late".to_owned() }),
        1 => (0..6_u8).prop_map(Wish::Rate),
        1 => proptest::sample::select(TicketType::ALL.to_vec()).prop_map(Wish::Retype),
        1 => (proptest::sample::select(vec!["first", "second"]), why())
            .prop_map(|(queue, why)| Wish::Queue { queue: queue.to_owned(), why }),
        1 => Just(Wish::Escalate { why: "hard".to_owned() }),
        1 => (how(), code()).prop_map(|(how, to)| Wish::Link { how, to }),
        1 => (how(), code()).prop_map(|(how, to)| Wish::Unlink { how, to }),
        1 => Just(Wish::AddItem("order a phone".to_owned())),
        1 => (0..3_usize, any::<bool>()).prop_map(|(item, done)| Wish::CheckItem { item, done }),
        1 => (time(), time()).prop_map(|(from, until)| Wish::Plan { from, until }),
        1 => Just(Wish::Approve),
        1 => Just(Wish::Reject { why: "too risky".to_owned() }),
    ]
}

fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
}

fn opening(kind: TicketType) -> Entry {
    let change = Change::Opened {
        kind,
        category: "network".to_owned(),
        urgency: Level::Medium,
        impact: Level::Low,
        priority: priority(Level::Medium, Level::Low),
        queue: "first".to_owned(),
        profile: Some("vip".to_owned()),
    };
    Entry { at: at(0), by: "bot".to_owned(), change }
}

/// Takes a wish, and holds what must hold whatever came of it.
fn take(
    history: &mut Vec<Entry>,
    ticket: &mut Ticket,
    wish: &Wish,
    by: &str,
    now: Timestamp,
) -> Result<(), TestCaseError> {
    let before = ticket.clone();
    let Ok(changes) = decide(ticket, "self", wish, by, now) else {
        prop_assert_eq!(&before, ticket, "a refusal changes nothing");
        return Ok(());
    };
    for change in changes {
        if let Change::Moved { act, from, to, .. } = &change {
            prop_assert_eq!(process(ticket.kind, *from, *act), Some(*to), "an illegal move");
            prop_assert_eq!(ticket.state, *from);
        }
        ticket.apply(now, &change);
        history.push(Entry { at: now, by: by.to_owned(), change });
    }
    if before.state.is_over() {
        prop_assert_eq!(before.state, ticket.state, "nothing leaves an end");
    }
    if ticket.kind == TicketType::Change && ticket.state == InProgress && before.state != InProgress {
        prop_assert!(
            before.kind != TicketType::Change
                || ticket.approval == Approval::Approved
                || before.state == PendingVendor
        );
    }
    prop_assert!((1..=TIERS).contains(&ticket.tier));
    Ok(())
}

/// Brings it to its end by legal acts alone.
fn finish(history: &mut Vec<Entry>, ticket: &mut Ticket, now: Timestamp) -> Result<(), TestCaseError> {
    let act = if ticket.state == Resolved { Act::Close } else { Act::Cancel };
    take(history, ticket, &Wish::Move { act, why: None }, "lead", now)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn every_life_is_legal_ends_and_is_told_by_its_history(
        kind in proptest::sample::select(TicketType::ALL.to_vec()),
        wishes in proptest::collection::vec((wishes(), 0..24_i64, any::<bool>()), 0..40),
    ) {
        let mut history = vec![opening(kind)];
        let mut ticket = Ticket::rebuilt(&history).expect("it is opened");
        let mut now = 0;
        for (wish, hours, anna) in &wishes {
            now += hours;
            take(&mut history, &mut ticket, wish, if *anna { "anna" } else { "ugo" }, at(now))?;
        }
        let again = Ticket::rebuilt(&history);
        prop_assert_eq!(again.as_ref(), Some(&ticket));
        let written = serde_json::to_string(&history).expect("JSON");
        let read: Vec<Entry> = serde_json::from_str(&written).expect("JSON again");
        prop_assert_eq!(&read, &history);
        if !ticket.state.is_over() {
            finish(&mut history, &mut ticket, at(now))?;
        }
        prop_assert!(ticket.state.is_over());
        prop_assert_eq!(Ticket::rebuilt(&history), Some(ticket));
    }
}

fn ticket(kind: TicketType) -> Ticket {
    Ticket::rebuilt(&[opening(kind)]).expect("it is opened")
}

fn done(ticket: &mut Ticket, wish: &Wish, by: &str, hours: i64) -> Result<(), Refusal> {
    for change in decide(ticket, "self", wish, by, at(hours))? {
        ticket.apply(at(hours), &change);
    }
    Ok(())
}

fn act(act: Act) -> Wish {
    Wish::Move { act, why: None }
}

#[test]
fn a_change_needs_a_window_and_another_s_approval() {
    let mut change = ticket(TicketType::Change);
    done(&mut change, &Wish::assign("anna"), "anna", 0).expect("assigned");
    assert_eq!(done(&mut change, &act(Act::Start), "anna", 1), Err(Refusal::NotPlanned));
    assert_eq!(done(&mut change, &Wish::Approve, "lea", 1), Err(Refusal::NotPlanned));
    let plan = Wish::Plan { from: at(10), until: at(12) };
    done(&mut change, &plan, "anna", 1).expect("planned");
    assert_eq!(done(&mut change, &act(Act::Start), "anna", 10), Err(Refusal::NotApproved));
    assert_eq!(done(&mut change, &Wish::Approve, "anna", 2), Err(Refusal::OwnWork));
    done(&mut change, &Wish::Approve, "lea", 2).expect("approved");
    assert_eq!(done(&mut change, &act(Act::Start), "anna", 9), Err(Refusal::TooEarly(at(10))));
    assert_eq!(done(&mut change, &act(Act::Start), "anna", 12), Err(Refusal::TooLate(at(12))));
    done(&mut change, &act(Act::Start), "anna", 11).expect("begun");
    // Another window is another decision.
    done(&mut change, &Wish::Plan { from: at(20), until: at(22) }, "anna", 11).expect("planned anew");
    assert_eq!(done(&mut change, &act(Act::Resolve), "anna", 11), Err(Refusal::NotApproved));
}

#[test]
fn a_request_is_resolved_when_all_is_done() {
    let mut request = ticket(TicketType::ServiceRequest);
    for text in ["order a phone", "make an account"] {
        done(&mut request, &Wish::AddItem(text.into()), "anna", 0).expect("added");
    }
    done(&mut request, &Wish::CheckItem { item: 0, done: true }, "anna", 1).expect("done");
    assert_eq!(
        done(&mut request, &act(Act::Resolve), "anna", 1),
        Err(Refusal::Undone("make an account".into()))
    );
    done(&mut request, &Wish::CheckItem { item: 1, done: true }, "anna", 1).expect("done");
    done(&mut request, &act(Act::Resolve), "anna", 2).expect("resolved");
    assert_eq!(
        done(&mut ticket(TicketType::Incident), &Wish::AddItem("x".into()), "anna", 0),
        Err(Refusal::OnlyFor(TicketType::ServiceRequest))
    );
}

#[test]
fn one_that_goes_up_a_tier_is_nobody_s() {
    let mut incident = ticket(TicketType::Incident);
    done(&mut incident, &Wish::assign("anna"), "anna", 0).expect("assigned");
    let up = Wish::Escalate { why: "hard".into() };
    done(&mut incident, &up, "anna", 1).expect("up");
    assert_eq!((incident.tier, incident.agent.as_deref(), incident.state), (2, None, New));
    done(&mut incident, &up, "anna", 1).expect("up");
    assert_eq!(done(&mut incident, &up, "anna", 1), Err(Refusal::HighestTier));
}
