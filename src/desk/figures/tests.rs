//! Each figure on a journal worked out by hand, and that parts make the whole.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::calendar::Calendar;
use crate::desk::history::{Change, Entry};
use crate::desk::priority::{Level, Priority};
use crate::desk::targets::{Count, Fits, Policy, counts};
use crate::desk::ticket::State;
use crate::desk::ticket::{Act, TicketType};

/// Monday 23 November 2026, so many minutes after nine.
fn at(minutes: i64) -> Timestamp {
    "2026-11-23T09:00:00Z".parse::<Timestamp>().expect("a time") + SignedDuration::from_mins(minutes)
}

fn office() -> Calendar {
    Calendar::new("UTC", &["mon-fri 09:00-17:00".to_owned()]).expect("hours")
}

fn opened() -> Change {
    Change::Opened {
        kind: TicketType::Incident,
        category: "network".to_owned(),
        urgency: Level::Medium,
        impact: Level::Medium,
        priority: Priority::Normal,
        queue: "first".to_owned(),
        profile: None,
    }
}

fn to(state: State) -> Change {
    Change::Moved { act: Act::Start, from: State::New, to: state, why: None }
}

fn surveyed(survey: &str, score: Option<i64>) -> Change {
    Change::Surveyed { survey: survey.to_owned(), score, comment: None }
}

fn assigned() -> Change {
    Change::Assigned { from: None, to: Some("anna".to_owned()), why: None }
}

fn case(code: &str, queue: &str, facts: Vec<(i64, Change)>) -> Case {
    Case {
        code: code.to_owned(),
        queue: queue.to_owned(),
        category: "network".to_owned(),
        kind: "incident".to_owned(),
        priority: "normal".to_owned(),
        channel: "web".to_owned(),
        locale: "en".to_owned(),
        agent: None,
        history: facts
            .into_iter()
            .map(|(minutes, change)| Entry { at: at(minutes), by: "anna".to_owned(), change })
            .collect(),
        counts: Vec::new(),
        before: Vec::new(),
    }
}

fn promise(target: Target, ended: Option<i64>, breached: Option<i64>) -> Count {
    Count {
        target,
        policy: Some("usual".to_owned()),
        allowed: Some(SignedDuration::from_hours(4)),
        from: at(0),
        ended: ended.map(at),
        used: SignedDuration::ZERO,
        warned: None,
        breached: breached.map(at),
        due: None,
        warns: None,
        spans: Vec::new(),
    }
}

/// Minutes are counted from Monday at nine; the desk is open until five (480), and again from 1440.
fn journal() -> Vec<Case> {
    let mut one = case(
        "1",
        "first",
        vec![
            (0, opened()),
            (30, assigned()),
            (60, to(State::PendingContact)),
            (120, to(State::InProgress)),
            (180, to(State::Resolved)),
            (190, surveyed("csat", Some(5))),
            (191, surveyed("nps", Some(9))),
            (1_500, to(State::Closed)),
        ],
    );
    one.counts =
        vec![promise(Target::FirstResponse, Some(30), None), promise(Target::Resolution, Some(180), None)];
    // Opened an hour before the desk closes, answered an hour after it opens: 2 of 18 hours are working time.
    let mut two = case(
        "2",
        "first",
        vec![
            (420, opened()),
            (1_500, Change::Replied),
            (1_500, to(State::InProgress)),
            (1_560, to(State::Resolved)),
            (1_620, to(State::Reopened)),
            (1_680, to(State::Resolved)),
            (1_689, Change::SurveyAsked),
            (1_690, surveyed("csat", Some(3))),
            (1_691, surveyed("nps", Some(6))),
            (1_700, surveyed("csat", None)),
            (9_999, surveyed("csat", Some(1))),
        ],
    );
    two.counts = vec![
        promise(Target::FirstResponse, Some(1_500), Some(1_490)),
        promise(Target::NextResponse, None, None),
        promise(Target::Resolution, Some(1_680), None),
    ];
    // Resolved, and open again at the end of the period.
    let three = case(
        "3",
        "second",
        vec![
            (10, opened()),
            (20, Change::Categorised { from: "network".into(), to: "billing".into() }),
            (100, to(State::Resolved)),
            (110, surveyed("csat", Some(4))),
            (111, surveyed("nps", Some(8))),
            (112, surveyed("nps", Some(10))),
            (200, to(State::Reopened)),
            (210, Change::Escalated { from: 1, to: 2, why: "hard".into() }),
        ],
    );
    // Before and after the period: only part of it counts.
    let mut four = case(
        "4",
        "second",
        vec![(-600, opened()), (-500, assigned()), (40, to(State::Cancelled)), (5_000, to(State::Reopened))],
    );
    four.counts = vec![promise(Target::FirstResponse, Some(-500), None)];
    vec![one, two, three, four]
}

const PERIOD: (i64, i64) = (0, 2_880);

fn lines<'c>(cases: impl IntoIterator<Item = &'c Case>) -> Vec<Line<'static>> {
    cases.into_iter().filter_map(|case| Line::of(case, &office())).collect()
}

fn of<'c>(cases: impl IntoIterator<Item = &'c Case>) -> Figures {
    figures(&lines(cases), (at(PERIOD.0), at(PERIOD.1)))
}

#[test]
fn as_worked_out_by_hand() {
    let found = of(&journal());
    assert_eq!((found.opened, found.resolved, found.closed, found.reopened), (3, 4, 2, 2));
    assert_eq!((found.escalated, found.recategorised), (1, 1));
    // 2 is resolved and not closed, 3 is open again; 1 is closed, 4 cancelled.
    assert_eq!((found.backlog, found.turnaround), (2, Some(1.5)));
    let minutes = |times: Times| {
        let minutes = |seconds: Option<f64>| seconds.map(|seconds| seconds / 60.0);
        (times.n, minutes(times.mean), minutes(times.median), minutes(times.p90))
    };
    // 30 minutes, and 1,080, of which 60 + 60 are working time; 4 was answered before the period.
    assert_eq!(minutes(found.to_answer), (2, Some(555.0), Some(555.0), Some(1_080.0)));
    assert_eq!(minutes(found.to_answer_working), (2, Some(75.0), Some(75.0), Some(120.0)));
    // 1: 180 less the 60 that it waited for the contact. 2: 420 to 1,560 and 1,620 to 1,680, 1,200; of it 60 + 120 + 60 in
    // working time. 3 is not resolved.
    assert_eq!(minutes(found.to_resolve), (2, Some(660.0), Some(660.0), Some(1_200.0)));
    assert_eq!(minutes(found.to_resolve_working), (2, Some(180.0), Some(180.0), Some(240.0)));
    assert_eq!(found.first_response, Kept { due: 2, kept: 1 });
    assert_eq!(found.next_response, Kept::default());
    // 5, 3 and 4; 9, 6, 8 and 10; one passed over.
    assert_eq!(found.csat, Scores { n: 3, good: 2, bad: 1 });
    assert_eq!((found.nps, found.nps.promoters()), (Scores { n: 4, good: 2, bad: 1 }, Some(25.0)));
    // 1 and 3 were asked in their flows.
    assert_eq!((found.asked, found.answered, found.response()), (1, 1, Some(1.0)));
    assert_eq!(found.unanswered, 1);
    assert_eq!((found.resolution, found.resolution.share()), (Kept { due: 2, kept: 2 }, Some(1.0)));
}

#[test]
fn over_nothing_there_is_no_figure() {
    let found = of(&[]);
    assert_eq!(found, Figures::default());
    assert_eq!((found.turnaround, found.to_answer.mean, found.first_response.share()), (None, None, None));
    assert_eq!((found.csat.satisfied(), found.nps.promoters()), (None, None));
    let told = serde_json::to_value(&found).expect("JSON");
    assert!(told["to_answer"].get("mean").is_none() && told.get("turnaround").is_none(), "{told}");
}

#[test]
fn the_ninetieth_of_a_hundred_is_the_ninetieth() {
    let times = (1..=100).map(SignedDuration::from_secs).collect();
    let found = Times::of(times);
    assert_eq!((found.mean, found.median, found.p90), (Some(50.5), Some(50.5), Some(90.0)));
    let one = Times::of(vec![SignedDuration::from_secs(7)]);
    assert_eq!((one.median, one.p90), (Some(7.0), Some(7.0)));
}

fn cases() -> impl Strategy<Value = Vec<Case>> {
    let fact = (0..9_usize).prop_map(|n| match n {
        0 => assigned(),
        1 => Change::Replied,
        2 => to(State::PendingContact),
        3 | 4 => to(State::Resolved),
        5 => to(State::Closed),
        6 => to(State::Reopened),
        7 => Change::Escalated { from: 1, to: 2, why: "hard".into() },
        _ => to(State::InProgress),
    });
    let one = (0..3_usize, -500..3_000_i64, proptest::collection::vec((0..1_500_i64, fact), 0..8));
    proptest::collection::vec(one, 0..12).prop_map(|all| {
        let case = |(queue, begin, mut facts): (usize, i64, Vec<(i64, Change)>)| {
            facts.sort_by_key(|(at, _)| *at);
            let mut history = vec![(begin, opened())];
            history.extend(facts.into_iter().map(|(at, fact)| (begin + at, fact)));
            case("1", ["a", "b", "c"][queue], history)
        };
        all.into_iter().map(case).collect()
    })
}

proptest! {
    #[test]
    fn parts_make_the_whole(cases in cases()) {
        let whole = of(&cases);
        let names: BTreeSet<&str> = cases.iter().map(|case| case.queue.as_str()).collect();
        let parts: Vec<Figures> =
            names.iter().map(|name| of(cases.iter().filter(|case| case.queue == *name))).collect();
        let sum = |of: &dyn Fn(&Figures) -> u64| parts.iter().map(of).sum::<u64>();
        prop_assert_eq!(sum(&|part| part.opened), whole.opened);
        prop_assert_eq!(sum(&|part| part.closed), whole.closed);
        prop_assert_eq!(sum(&|part| part.resolved), whole.resolved);
        prop_assert_eq!(sum(&|part| part.reopened), whole.reopened);
        prop_assert_eq!(sum(&|part| part.escalated), whole.escalated);
        prop_assert_eq!(sum(&|part| part.backlog), whole.backlog);
        let times: [&dyn Fn(&Figures) -> Times; 4] = [
            &|part| part.to_answer, &|part| part.to_answer_working, &|part| part.to_resolve, &|part| part.to_resolve_working,
        ];
        for of in times {
            prop_assert_eq!(sum(&|part| of(part).n), of(&whole).n);
            let total = |figures: &Figures| of(figures).mean.unwrap_or_default() * of(figures).n as f64;
            let parts: f64 = parts.iter().map(total).sum();
            prop_assert!((parts - total(&whole)).abs() < 1e-3);
        }
    }
}

/// Promises of four working hours to answer and eight to resolve.
fn usual() -> Policy {
    Policy {
        name: "usual".to_owned(),
        fits: Fits::default(),
        calendar: office(),
        first_response: Some(SignedDuration::from_hours(4)),
        next_response: Some(SignedDuration::from_hours(2)),
        resolution: Some(SignedDuration::from_hours(8)),
        vendor_pauses: true,
        warn: 75,
        at_warning: Vec::new(),
        at_breach: Vec::new(),
    }
}

/// With what is promised for it, as it stands at `now`.
fn promised(case: &Case, now: Timestamp) -> Case {
    let policies = [usual()];
    let resolution = |history: &[Entry], at: Timestamp| {
        counts(&policies, history, at).into_iter().find(|count| count.target == Target::Resolution)
    };
    let before = reopenings(&case.history).into_iter().filter_map(|n| {
        let at = case.history[n].at;
        Some((at, resolution(&case.history[..n], at)?))
    });
    Case { counts: counts(&policies, &case.history, now), before: before.collect(), ..case.clone() }
}

proptest! {
    /// What was known at the end of a period, told from all that is known later.
    #[test]
    fn the_past_stays_as_it_was(cases in cases(), from in -600..3_000_i64, long in 1..3_000_i64) {
        let (from, until, now) = (at(from), at(from + long), at(6_000));
        let later: Vec<Case> = cases.iter().map(|case| promised(case, now)).collect();
        let then: Vec<Case> = cases
            .iter()
            .map(|case| Case {
                history: case.history.iter().filter(|entry| entry.at < until).cloned().collect(),
                ..case.clone()
            })
            .map(|case| promised(&case, until))
            .collect();
        prop_assert_eq!(figures(&lines(&later), (from, until)), figures(&lines(&then), (from, until)));
    }

    #[test]
    fn a_line_is_read_as_it_was_written(cases in cases()) {
        for line in lines(&cases.iter().map(|case| promised(case, at(6_000))).collect::<Vec<_>>()) {
            let text = line.text();
            prop_assert_eq!(Line::read(&text), Some(line.clone()));
        }
    }
}

#[test]
fn names_do_not_break_a_line() {
    let mut odd = case("1", "a\tb\nc", vec![(0, opened())]);
    odd.agent = Some(String::new());
    let line = Line::of(&odd, &office()).expect("a line");
    let text = line.text();
    assert_eq!(text.lines().count(), 1);
    let read = Line::read(&text).expect("a line");
    assert_eq!((read.queue.as_ref(), By::Agent.of(&read)), ("a b c", "nobody"));
    assert!(Line::read("").is_none() && Line::read("1\tq").is_none());
    assert_eq!(
        read.marks,
        [Mark { what: What::Opened, at: at(0).as_microsecond(), undone: None, value: 0, working: 0 }]
    );
}
