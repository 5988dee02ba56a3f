//! The clock against cases worked out by hand, and against a second clock that looks at every minute.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::desk::history::{Change, Entry};
use crate::desk::priority::{Level, Priority};
use crate::desk::ticket::{Act, TicketType};

const OFFICE: [&str; 2] = ["mon-fri 09:00-13:00", "mon-fri 14:00-18:00"];

/// Zone, opening hours, holidays.
fn set_up(name: &str) -> (&'static str, Vec<&'static str>, Vec<&'static str>) {
    let rome = "Europe/Rome";
    match name {
        "office" => (rome, OFFICE.to_vec(), vec![]),
        "holiday" => (rome, OFFICE.to_vec(), vec!["2026-11-25"]),
        "christmas" => (rome, OFFICE.to_vec(), vec!["12-25", "12-26"]),
        "always" => ("UTC", vec![], vec![]),
        "rome" => (rome, vec!["mon-sun 00:00-24:00"], vec![]),
        "night" => (rome, vec!["mon-sun 22:00-24:00", "mon-sun 00:00-06:00"], vec![]),
        "gap" => (rome, vec!["sun 02:30-03:30"], vec![]),
        "evening" => (rome, vec!["mon-fri 18:00-24:00"], vec![]),
        "overlap" => (rome, vec!["mon-fri 08:00-12:00", "mon-fri 10:00-14:00"], vec![]),
        "york" => ("America/New_York", vec!["mon-fri 09:00-17:00"], vec![]),
        "howe" => {
            ("Australia/Lord_Howe", vec!["mon-sun 01:15-02:15", "sat-sun 00:00-24:00"], vec!["2026-10-03"])
        }
        other => panic!("no calendar {other}"),
    }
}

fn calendar(name: &str) -> Calendar {
    let (zone, spans, holidays) = set_up(name);
    let own = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let calendar = Calendar::new(zone, &own(spans)).expect("good hours");
    calendar.closed_on(&own(holidays)).expect("good days")
}

fn hours(hours: i64) -> Option<SignedDuration> {
    Some(SignedDuration::from_hours(hours))
}

/// 4 hours to the first answer, 2 to each later one, 16 to the resolution; with high priority 1, 1 and 4. `rules` says what is
/// different.
fn policies(name: &str, rules: &str) -> Vec<Policy> {
    let usual = Policy {
        name: "usual".to_owned(),
        fits: Fits::default(),
        calendar: calendar(name),
        first_response: hours(4),
        next_response: hours(2),
        resolution: hours(16),
        vendor_pauses: rules == "vendor",
        warn: 75,
        at_warning: vec![],
        at_breach: vec![],
    };
    let high = Policy {
        name: "high".to_owned(),
        fits: Fits { priorities: vec!["high".to_owned()], ..Fits::default() },
        first_response: hours(1),
        next_response: hours(1),
        resolution: hours(4),
        ..usual.clone()
    };
    match rules {
        "first queue" => {
            vec![Policy { fits: Fits { queues: vec!["first".to_owned()], ..Fits::default() }, ..usual }]
        }
        "high always" => vec![Policy { calendar: calendar("rome"), first_response: hours(8), ..high }, usual],
        _ => vec![high, usual],
    }
}

/// `11-23 16:00` of 2026 by the calendar's clock.
fn at(zone: &TimeZone, text: &str) -> Timestamp {
    let local: DateTime = format!("2026-{}T{}", &text[..5], &text[6..]).parse().expect("a time");
    local.to_zoned_datetime(zone.clone()).expect("in range").timestamp()
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

fn moved(to: State) -> Change {
    Change::Moved { act: Act::Start, from: State::New, to, why: None }
}

fn prioritised(to: Priority) -> Change {
    Change::Prioritised { urgency: Level::High, impact: Level::High, from: Priority::Normal, to, why: None }
}

/// `open 11-23 09:00; reply 11-23 10:00`.
fn history(zone: &TimeZone, text: &str) -> Vec<Entry> {
    let entry = |line: &str| {
        let (what, when) = line.trim().split_at(line.trim().len() - 11);
        let change = match what.trim() {
            "open" => opened(),
            "reply" => Change::Replied,
            "wrote" => Change::ContactWrote,
            "pending" => moved(State::PendingContact),
            "vendor" => moved(State::PendingVendor),
            "progress" => moved(State::InProgress),
            "resolved" => moved(State::Resolved),
            "reopened" => moved(State::Reopened),
            "closed" => moved(State::Closed),
            "cancelled" => moved(State::Cancelled),
            "high" => prioritised(Priority::High),
            "normal" => prioritised(Priority::Normal),
            "second queue" => Change::Queued { from: "first".into(), to: "second".into(), why: None },
            "first queue" => Change::Queued { from: "second".into(), to: "first".into(), why: None },
            other => panic!("no event {other}"),
        };
        Entry { at: at(zone, when), by: "test".to_owned(), change }
    };
    text.split(';').map(entry).collect()
}

/// How the last promise of the target stands: `running 1:00 due 11-23 13:00 …`.
fn told(count: &Count, zone: &TimeZone) -> String {
    let minutes = count.used.as_mins();
    let mut told = format!("{} {}:{:02}", count.word(), minutes / 60, minutes % 60);
    for (name, at) in
        [("due", count.due), ("breached", count.breached), ("warns", count.warns), ("warned", count.warned)]
    {
        if let Some(at) = at {
            let local = at.to_zoned_datetime(zone.clone());
            told += &format!(" {name} {}", local.strftime("%m-%d %H:%M%:z"));
        }
    }
    told
}

type Case = (&'static str, &'static str, &'static str, &'static str, Target, &'static str);

use Target::{FirstResponse as First, NextResponse as Next, Resolution};

/// Calendar, rules, history, now, target, what must be said of it (parts between `|`). 23 November is a Monday.
const CASES: [Case; 66] = [
    ("office", "", "open 11-23 09:00", "11-23 10:00", First, "running 1:00|due 11-23 13:00"),
    // All is used, and it is noon: it is due when work goes on.
    ("office", "", "open 11-23 09:00", "11-23 13:30", First, "running 4:00|due 11-23 14:00"),
    ("office", "", "open 11-23 09:00", "11-23 14:01", First, "missed 4:01|breached 11-23 14:00"),
    ("office", "", "open 11-23 12:00", "11-23 12:30", First, "running 0:30|due 11-23 17:00"),
    ("office", "", "open 11-23 16:00", "11-23 16:00", First, "running 0:00|due 11-24 11:00"),
    ("office", "", "open 11-27 17:00", "11-27 17:30", First, "running 0:30|due 11-30 12:00"),
    ("office", "", "open 11-28 10:00", "11-28 12:00", First, "running 0:00|due 11-30 13:00"),
    ("office", "", "open 11-23 20:00", "11-23 21:00", First, "running 0:00|due 11-24 13:00"),
    ("office", "", "open 11-23 13:10", "11-23 13:20", First, "running 0:00|due 11-23 18:00"),
    ("holiday", "", "open 11-24 17:00", "11-24 17:00", First, "running 0:00|due 11-26 12:00"),
    ("holiday", "", "open 11-25 10:00", "11-25 18:00", First, "running 0:00|due 11-26 13:00"),
    ("christmas", "", "open 12-24 17:00", "12-24 17:00", First, "running 0:00|due 12-28 12:00"),
    ("office", "", "open 11-23 09:00; reply 11-23 10:15", "11-23 12:00", First, "kept 1:15"),
    ("office", "", "open 11-23 09:00; reply 11-23 13:30", "11-23 15:00", First, "kept 4:00"),
    (
        "office",
        "",
        "open 11-23 09:00; reply 11-23 15:00",
        "11-23 16:00",
        First,
        "missed 5:00|breached 11-23 14:00",
    ),
    ("office", "", "open 11-23 09:00; resolved 11-23 11:00", "11-24 11:00", First, "kept 2:00"),
    ("office", "", "open 11-23 09:00; resolved 11-23 11:00", "11-24 11:00", Resolution, "kept 2:00"),
    ("office", "", "open 11-23 09:00; cancelled 11-23 09:30", "11-24 11:00", Resolution, "kept 0:30"),
    (
        "office",
        "",
        "open 11-23 09:00; reply 11-23 10:00; wrote 11-23 10:30",
        "11-23 11:00",
        Next,
        "running 0:30|due 11-23 12:30",
    ),
    (
        "office",
        "",
        "open 11-23 09:00; reply 11-23 10:00; wrote 11-23 12:00",
        "11-23 12:15",
        Next,
        "running 0:15|due 11-23 15:00",
    ),
    (
        "office",
        "",
        "open 11-23 09:00; reply 11-23 10:00; wrote 11-23 12:00; wrote 11-23 12:50; reply 11-23 14:30",
        "11-23 15:00",
        Next,
        "kept 1:30",
    ),
    (
        "office",
        "",
        "open 11-23 09:00; reply 11-23 10:00; wrote 11-23 16:30; reply 11-24 10:00",
        "11-24 11:00",
        Next,
        "missed 2:30|breached 11-24 09:30",
    ),
    ("office", "", "open 11-23 09:00; wrote 11-23 09:10; reply 11-23 09:20", "11-23 10:00", Next, "nothing"),
    (
        "office",
        "",
        "open 11-23 09:00; wrote 11-23 09:10; reply 11-23 09:20",
        "11-23 10:00",
        First,
        "kept 0:20",
    ),
    (
        "office",
        "",
        "open 11-23 09:00; reply 11-23 09:30; wrote 11-23 10:00; resolved 11-23 11:00",
        "11-23 12:00",
        Next,
        "kept 1:00",
    ),
    (
        "office",
        "",
        "open 11-23 09:00; pending 11-23 10:00; progress 11-23 16:00",
        "11-23 17:00",
        Resolution,
        "running 2:00|due 11-25 15:00",
    ),
    ("office", "", "open 11-23 09:00; pending 11-23 10:00", "11-27 10:00", Resolution, "paused 1:00"),
    (
        "office",
        "",
        "open 11-23 09:00; pending 11-23 10:00",
        "11-23 12:00",
        First,
        "running 3:00|due 11-23 13:00",
    ),
    (
        "office",
        "",
        "open 11-23 09:00; vendor 11-23 10:00",
        "11-23 15:00",
        Resolution,
        "running 5:00|due 11-24 18:00",
    ),
    ("office", "vendor", "open 11-23 09:00; vendor 11-23 10:00", "11-23 15:00", Resolution, "paused 1:00"),
    (
        "office",
        "vendor",
        "open 11-23 09:00; vendor 11-23 10:00; progress 11-24 09:00",
        "11-24 09:30",
        Resolution,
        "running 1:30|due 11-25 17:00",
    ),
    (
        "office",
        "",
        "open 11-23 09:00; resolved 11-23 12:00; reopened 11-24 09:00",
        "11-24 10:00",
        Resolution,
        "running 4:00|due 11-25 15:00",
    ),
    // One that comes up again goes on where its clock stood.
    (
        "office",
        "",
        "open 11-23 09:00; resolved 11-24 17:00; reopened 11-27 17:30",
        "11-27 17:45",
        Resolution,
        "running 15:15|due 11-30 09:30",
    ),
    ("office", "", "open 11-23 09:00", "11-25 10:00", Resolution, "missed 17:00|breached 11-25 09:00"),
    ("office", "", "open 11-23 09:00", "11-24 18:00", Resolution, "running 16:00|due 11-25 09:00"),
    ("office", "", "open 11-23 09:00; resolved 11-24 18:00", "11-30 18:00", Resolution, "kept 16:00"),
    (
        "office",
        "",
        "open 11-23 09:00; resolved 11-25 09:01",
        "11-30 18:00",
        Resolution,
        "missed 16:01|breached 11-25 09:00",
    ),
    (
        "office",
        "",
        "open 11-23 09:00; resolved 11-23 12:00; closed 11-30 12:00",
        "11-30 18:00",
        Resolution,
        "kept 3:00",
    ),
    (
        "office",
        "",
        "open 11-23 09:00; pending 11-23 09:30; progress 11-23 10:00; pending 11-23 11:00; progress 11-23 15:00",
        "11-23 16:00",
        Resolution,
        "running 2:30",
    ),
    (
        "holiday",
        "",
        "open 11-24 17:00; pending 11-24 17:30; progress 11-26 09:30",
        "11-26 10:00",
        Resolution,
        "running 1:00",
    ),
    ("always", "", "open 11-28 10:00", "11-28 11:00", First, "running 1:00|due 11-28 14:00"),
    ("always", "", "open 11-28 10:00", "11-29 01:00", Resolution, "running 15:00|due 11-29 02:00"),
    ("always", "", "open 11-28 10:00", "11-29 03:00", Resolution, "missed 17:00|breached 11-29 02:00"),
    // The night in which 2:00 to 3:00 is left out, and the one in which it comes twice.
    ("rome", "", "open 03-28 23:00", "03-28 23:30", First, "running 0:30|due 03-29 04:00+02:00"),
    ("rome", "", "open 03-28 23:00", "03-29 04:00", First, "running 4:00|due 03-29 04:00"),
    ("rome", "", "open 10-24 23:00", "10-24 23:30", First, "running 0:30|due 10-25 02:00+01:00"),
    ("rome", "", "open 10-25 00:00", "10-25 05:00", First, "missed 6:00|breached 10-25 03:00+01:00"),
    ("night", "", "open 03-28 21:00", "03-29 07:00", First, "missed 7:00|breached 03-29 03:00+02:00"),
    ("night", "", "open 10-24 21:00", "10-25 07:00", First, "missed 9:00|breached 10-25 02:00+02:00"),
    ("gap", "", "open 03-29 00:00", "03-29 12:00", First, "running 0:30|due 04-26 03:00"),
    ("gap", "", "open 10-25 00:00", "10-25 12:00", First, "running 1:30|due 11-15 03:00"),
    ("office", "", "open 03-27 17:00", "03-27 17:00", First, "running 0:00|due 03-30 12:00+02:00"),
    ("office", "", "open 10-23 17:00", "10-26 10:00", First, "running 2:00|due 10-26 12:00+01:00"),
    ("york", "", "open 10-30 16:00", "10-30 16:30", First, "running 0:30|due 11-02 12:00-05:00"),
    ("york", "", "open 03-06 15:00", "03-06 15:00", First, "running 0:00|due 03-09 11:00-04:00"),
    ("evening", "", "open 11-23 23:00", "11-23 23:30", First, "running 0:30|due 11-24 21:00"),
    ("overlap", "", "open 11-23 08:00", "11-23 15:00", First, "missed 6:00|breached 11-23 12:00"),
    // Another policy counts what was used; it is missed at once only where more was used than it allows.
    (
        "office",
        "",
        "open 11-23 09:00; high 11-23 11:00",
        "11-23 11:30",
        First,
        "missed 2:30|breached 11-23 11:00",
    ),
    (
        "office",
        "",
        "open 11-23 09:00; high 11-23 09:30",
        "11-23 09:45",
        First,
        "running 0:45|due 11-23 10:00",
    ),
    (
        "office",
        "",
        "open 11-23 09:00; high 11-23 09:30; normal 11-23 09:50",
        "11-23 10:30",
        First,
        "running 1:30|due 11-23 13:00",
    ),
    (
        "office",
        "",
        "open 11-23 09:00; high 11-23 14:00",
        "11-23 14:30",
        Resolution,
        "missed 4:30|breached 11-23 14:00",
    ),
    (
        "office",
        "first queue",
        "open 11-23 09:00; second queue 11-23 10:00",
        "11-23 11:00",
        First,
        "none 1:00",
    ),
    (
        "office",
        "first queue",
        "open 11-23 09:00; second queue 11-23 10:00; first queue 11-23 12:00",
        "11-23 12:30",
        First,
        "running 1:30|due 11-23 16:00",
    ),
    (
        "office",
        "high always",
        "open 11-23 17:00; high 11-23 20:00",
        "11-23 21:00",
        First,
        "running 2:00|due 11-24 03:00",
    ),
    (
        "office",
        "",
        "open 11-23 09:00",
        "11-23 12:30",
        First,
        "running 3:30|warned 11-23 12:00|due 11-23 13:00",
    ),
    (
        "office",
        "",
        "open 11-23 11:00",
        "11-23 11:00",
        First,
        "running 0:00|warns 11-23 15:00|due 11-23 16:00",
    ),
];

#[test]
fn as_worked_out_by_hand() {
    let mut wrong = Vec::new();
    for (name, rules, events, now, target, expected) in CASES {
        let zone = TimeZone::get(set_up(name).0).expect("a zone");
        let history = history(&zone, events);
        let all = counts(&policies(name, rules), &history, at(&zone, now));
        let last = all.iter().rev().find(|count| count.target == target);
        let told = last.map_or_else(|| "nothing".to_owned(), |count| told(count, &zone));
        if !expected.split('|').all(|part| told.contains(part)) {
            wrong.push(format!("{name}: {events}, at {now}: {told}, not {expected}"));
        }
        for count in &all {
            let parts: SignedDuration =
                count.spans.iter().filter(|span| span.why == Why::Counts).map(length).sum();
            assert_eq!(parts, counted(count), "{events}: the spans are the whole");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the spans add up to where no calendar closes within them.
fn length(span: &Span) -> SignedDuration {
    span.to.duration_since(span.from)
}

fn counted(count: &Count) -> SignedDuration {
    count.used
}

/// A few weeks around the changes of the clock, minute by minute: whether the calendar is open.
struct Minutes {
    calendar: Calendar,
    from: Timestamp,
    open: Vec<bool>,
}

const DAYS: i64 = 24;

impl Minutes {
    fn new(name: &str, from: &str) -> Self {
        let calendar = calendar(name);
        let from: Timestamp = from.parse().expect("a time");
        let open =
            (0..DAYS * 24 * 60).map(|minute| calendar.is_open(from + SignedDuration::from_mins(minute)));
        Self { open: open.collect(), calendar, from }
    }

    fn at(&self, minute: i64) -> Timestamp {
        self.from + SignedDuration::from_mins(minute)
    }
}

fn all_minutes() -> Vec<Minutes> {
    let starts = ["2026-03-18T00:00:00Z", "2026-10-17T00:00:00Z", "2026-09-22T00:00:00Z"];
    let names = ["office", "holiday", "always", "rome", "night", "gap", "evening", "overlap", "york", "howe"];
    names.iter().flat_map(|name| starts.map(|start| Minutes::new(name, start))).collect()
}

/// A random life: the minute and the kind of each event.
#[derive(Debug, Clone)]
struct Life {
    minutes: usize,
    begin: i64,
    events: Vec<(i64, u8)>,
    now: i64,
    allowed: [u8; 3],
    high: [u8; 3],
    vendor: bool,
}

fn lives(minutes: usize) -> impl Strategy<Value = Life> {
    let events = proptest::collection::vec((0..3_000_i64, 0..11_u8), 0..9);
    let amounts = || proptest::array::uniform3(0..70_u8);
    (0..minutes, 0..14_000_i64, events, 0..6_000_i64, amounts(), amounts(), any::<bool>()).prop_map(
        |(minutes, begin, mut events, now, allowed, high, vendor)| {
            events.sort();
            Life { minutes, begin, events, now, allowed, high, vendor }
        },
    )
}

fn change(kind: u8) -> Change {
    match kind {
        0 => Change::Replied,
        1 => Change::ContactWrote,
        2 => moved(State::PendingContact),
        3 => moved(State::PendingVendor),
        4 | 5 => moved(State::InProgress),
        6 => moved(State::Resolved),
        7 => moved(State::Reopened),
        8 => prioritised(Priority::High),
        9 => prioritised(Priority::Normal),
        _ => moved(State::Closed),
    }
}

/// What the slow clock knows of one promise: its start, its end, the minutes used, and the minute at which it was missed.
#[derive(Debug, PartialEq)]
struct Slow {
    target: Target,
    from: i64,
    ended: Option<i64>,
    used: i64,
    breached: Option<i64>,
}

/// Minute by minute, with nothing in common with the quick clock but the meaning.
fn slowly(life: &Life, minutes: &Minutes) -> Vec<Slow> {
    let last = life.begin + life.now;
    let mut events: Vec<(i64, u8)> = life.events.iter().map(|(at, kind)| (life.begin + at, *kind)).collect();
    events.retain(|(at, _)| *at <= last);
    let mut all = Vec::new();
    let mut open = Some(Slow { target: First, from: life.begin, ended: None, used: 0, breached: None });
    let mut whole = Slow { target: Resolution, from: life.begin, ended: None, used: 0, breached: None };
    let (mut state, mut high) = (State::New, false);
    for minute in life.begin..=last {
        for (_, kind) in events.iter().filter(|(at, _)| *at == minute) {
            match change(*kind) {
                Change::Replied => {
                    all.extend(open.take().map(|slow| Slow { ended: Some(minute), ..slow }));
                }
                Change::ContactWrote if open.is_none() => {
                    open = Some(Slow { target: Next, from: minute, ended: None, used: 0, breached: None });
                }
                Change::Moved { to, .. } => {
                    state = to;
                    if matches!(to, State::Resolved | State::Closed) {
                        all.extend(open.take().map(|slow| Slow { ended: Some(minute), ..slow }));
                        whole.ended = whole.ended.or(Some(minute));
                    } else {
                        whole.ended = None;
                    }
                }
                Change::Prioritised { to, .. } => high = to == Priority::High,
                _ => {}
            }
        }
        if minute == last || !minutes.open[usize::try_from(minute).expect("not negative")] {
            continue;
        }
        let amounts = if high { life.high } else { life.allowed };
        let stands = match state {
            State::PendingContact | State::Resolved | State::Closed => true,
            State::PendingVendor => life.vendor,
            _ => false,
        };
        for slow in open.iter_mut().chain((!stands).then_some(&mut whole)) {
            let amount = i64::from(amounts[slow.target as usize]) * 20;
            if amount == 0 {
                continue;
            }
            if slow.used >= amount {
                slow.breached = slow.breached.or(Some(minute));
            }
            slow.used += 1;
        }
    }
    all.extend(open);
    all.push(whole);
    all
}

fn quickly(life: &Life, minutes: &Minutes) -> Vec<Slow> {
    let amount = |amounts: [u8; 3], target: Target| {
        let amount = i64::from(amounts[target as usize]) * 20;
        (amount > 0).then(|| SignedDuration::from_mins(amount))
    };
    let policy = |name: &str, amounts: [u8; 3], fits: Fits| Policy {
        name: name.to_owned(),
        fits,
        calendar: minutes.calendar.clone(),
        first_response: amount(amounts, First),
        next_response: amount(amounts, Next),
        resolution: amount(amounts, Resolution),
        vendor_pauses: life.vendor,
        warn: 75,
        at_warning: vec![],
        at_breach: vec![],
    };
    let high = Fits { priorities: vec!["high".to_owned()], ..Fits::default() };
    let policies = [policy("high", life.high, high), policy("usual", life.allowed, Fits::default())];
    let entry = |minute: i64, change: Change| Entry { at: minutes.at(minute), by: "test".to_owned(), change };
    let last = life.begin + life.now;
    let mut history = vec![entry(life.begin, opened())];
    let events = life.events.iter().filter(|(at, _)| life.begin + at <= last);
    history.extend(events.map(|(at, kind)| entry(life.begin + at, change(*kind))));
    let minute = |at: Timestamp| {
        let since = at.duration_since(minutes.from);
        assert_eq!(since.as_secs() % 60, 0, "all is at whole minutes");
        since.as_mins()
    };
    let now = minutes.at(last);
    let all = counts(&policies, &history, now);
    for count in &all {
        // Where it runs, all that is left is used up at the moment that is named, and not before.
        if let (Some(due), Some(allowed), None) = (count.due, count.allowed, count.breached) {
            let left = allowed - count.used;
            assert_eq!(minutes.calendar.between(now, due), left.max(SignedDuration::ZERO));
            assert!(left.is_negative() || due >= now);
        }
    }
    let of = |count: &Count| Slow {
        target: count.target,
        from: minute(count.from),
        ended: count.ended.map(minute),
        used: count.used.as_mins(),
        breached: count.breached.map(minute),
    };
    all.iter().map(of).collect()
}

/// A hundred thousand lives, a second's work: both clocks agree on each promise.
#[test]
fn as_a_clock_that_looks_at_every_minute() {
    let minutes = all_minutes();
    let cases = std::env::var("VESTIBULE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(10_000);
    let config = ProptestConfig { cases, max_shrink_iters: 2_000, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&lives(minutes.len()), |life| {
        let of = &minutes[life.minutes];
        prop_assert_eq!(quickly(&life, of), slowly(&life, of));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn a_category_fits_those_below_it() {
    let fits = Fits { categories: vec!["network".to_owned()], ..Fits::default() };
    let of = |category: &str| Standing { category: category.to_owned(), ..Standing::default() };
    assert!(fits.fits(&of("network")) && fits.fits(&of("network/fibre")));
    assert!(!fits.fits(&of("networking")) && !fits.fits(&of("billing")));
}
