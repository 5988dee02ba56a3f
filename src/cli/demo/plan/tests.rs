//! The pattern of the plan, for several seeds; what is said; the staff.

use std::collections::{BTreeMap, BTreeSet};

use super::super::words::{manners, words};
use super::staff::{AGENTS, Agent, Handling, Staff};
use super::*;

/// Central Europe with its daylight saving, on any machine.
fn rome() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone")
}

fn shape(seed: u64) -> Shape {
    let end = "2026-11-23T08:00:00Z".parse().expect("a moment");
    Shape { tickets: 5000, days: Shape::DAYS, end, zone: rome(), seed }
}

fn local(visit: &Visit) -> jiff::civil::DateTime {
    rome().to_datetime(visit.at)
}

/// Visits of each local day that satisfy the condition.
fn by_day(plan: &Plan, wants: impl Fn(&Visit) -> bool) -> BTreeMap<Date, f64> {
    let mut days = BTreeMap::new();
    for visit in &plan.visits {
        *days.entry(local(visit).date()).or_insert(0.0) += f64::from(u8::from(wants(visit)));
    }
    days
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<_> = values.collect();
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn share(plan: &Plan, wants: impl Fn(&Visit) -> bool) -> f64 {
    plan.visits.iter().filter(|visit| wants(visit)).count() as f64 / plan.visits.len().max(1) as f64
}

#[track_caller]
fn near(value: f64, wanted: f64, within: f64, what: &str) {
    assert!((value - wanted).abs() <= within, "{what}: {value:.3}, not {wanted} ± {within}");
}

#[test]
fn totals_are_as_asked() {
    for tickets in [1, 10, 500, 5000] {
        for seed in 0..4 {
            let plan = Plan::new(Shape { tickets, ..shape(seed) });
            let wanted = f64::from(tickets) * VISITS_PER_TICKET;
            near(plan.visits.len() as f64, wanted, (wanted * 0.02).max(0.5), "visits");
        }
    }
    let plan = Plan::new(shape(1));
    // Some who would be content with an answer get none, and some add to a ticket that is there.
    near(plan.tickets() as f64, 5000.0, 250.0, "tickets");
    near(
        f64::from(plan.contacts) * VISITS_PER_CONTACT,
        plan.visits.len() as f64,
        400.0,
        "visits by contacts",
    );
}

#[test]
fn the_same_seed_gives_the_same_plan_and_another_one_another() {
    let plan = Plan::new(shape(7));
    assert_eq!(plan, Plan::new(shape(7)));
    assert_ne!(plan.visits, Plan::new(shape(8)).visits);
    // The plan as text, hashed: what any machine gives.
    let hash = plan.visits.iter().fold(0, |hash, visit| Chance::keyed(hash, &format!("{visit:?}")).bits());
    assert_eq!(hash, GOLDEN, "the plan of seed 7 is another one than before");
}

const GOLDEN: u64 = 630_635_241_999_032_095;

#[test]
fn visits_are_in_order_and_within_the_period() {
    let (shape, plan) = (shape(2), Plan::new(shape(2)));
    assert!(plan.visits.is_sorted_by_key(|visit| visit.at));
    assert!(plan.visits.iter().all(|visit| (shape.start()..shape.end).contains(&visit.at)));
    let ids: BTreeSet<_> = plan.visits.iter().map(|visit| visit.contact).collect();
    assert_eq!((ids.len(), ids.last().copied()), (plan.contacts as usize, plan.contacts.checked_sub(1)));
}

#[test]
fn weeks_and_nights_have_their_pattern() {
    for seed in 0..3 {
        let plan = Plan::new(shape(seed));
        let on = |day| share(&plan, |visit| local(visit).weekday() == day);
        assert!(on(Weekday::Monday) > 4.0 * on(Weekday::Sunday), "Monday to Sunday");
        assert!(on(Weekday::Friday) > on(Weekday::Saturday) && on(Weekday::Saturday) > on(Weekday::Sunday));
        assert!(share(&plan, |visit| !(6..22).contains(&local(visit).hour())) < 0.08, "nights");
        let at = |hour| share(&plan, |visit| local(visit).hour() == hour);
        assert!(at(10) > at(12) && at(15) > at(12) && at(15) > at(18), "two humps");
    }
}

#[test]
fn it_grows() {
    let early = |plan: &Plan, days: std::ops::Range<i64>| {
        let start = shape(0).start();
        let span = |visit: &Visit| days.contains(&(visit.at.duration_since(start).as_hours() / 24));
        share(plan, |visit| visit.matter == Matter::Access && span(visit))
    };
    let plans: Vec<_> = (0..6).map(|seed| Plan::new(shape(seed))).collect();
    let ratio = mean(plans.iter().map(|plan| early(plan, 126..182)))
        / mean(plans.iter().map(|plan| early(plan, 0..56)));
    near(ratio, 1.13, 0.1, "the last eight weeks to the first eight");
}

#[test]
fn surges_stand_out() {
    for seed in 0..3 {
        let plan = Plan::new(shape(seed));
        let (from, until) = plan.outage.expect("an outage");
        let (from, until) = (rome().to_datetime(from).date(), rome().to_datetime(until).date());
        let network = by_day(&plan, |visit| visit.matter == Matter::Network);
        let midweek = |day: &Date| (1..=3).contains(&day.weekday().to_monday_zero_offset());
        let usual = |day: &Date| midweek(day) && !(from..until).contains(day) && !holiday(*day);
        let usual = mean(network.iter().filter(|(day, _)| usual(day)).map(|(_, count)| *count));
        let surge: Vec<_> = network.range(from..until).collect();
        assert_eq!(surge.len(), 3);
        for (day, count) in surge {
            assert!(*count > 2.5 * usual, "{day}: {count} network visits, usually {usual:.1}");
        }
        let billing = by_day(&plan, |visit| visit.matter == Matter::Billing);
        let part = |first: bool| {
            mean(billing.iter().filter(|(d, _)| (d.day() <= 3) == first).map(|(_, count)| *count))
        };
        assert!(part(true) > 1.5 * part(false), "billing: {} to {}", part(true), part(false));
    }
}

#[test]
fn holidays_are_low() {
    let end = "2026-01-20T00:00:00Z".parse().expect("a moment");
    let plan = Plan::new(Shape { end, ..shape(5) });
    let all = by_day(&plan, |_| true);
    let usual = mean(
        all.iter().filter(|(day, _)| day.weekday() == Weekday::Thursday && !holiday(**day)).map(|(_, n)| *n),
    );
    for day in ["2025-12-25", "2026-01-01", "2025-12-26", "2025-08-15"] {
        let date: Date = day.parse().expect("a date");
        let count = all.get(&date).copied().unwrap_or_default();
        assert!(count < 0.4 * usual, "{day}: {count}, usually {usual:.1}");
    }
}

#[test]
fn any_period_and_zone_will_do() {
    let zones = [rome(), TimeZone::UTC, TimeZone::posix("NST3:30NDT,M3.2.0,M11.1.0").expect("a zone")];
    for zone in zones {
        for end in
            ["2026-03-29T01:00:00Z", "2026-10-25T01:30:00Z", "2026-03-30T00:17:05.5Z", "2024-02-29T23:59:59Z"]
        {
            for days in [0, 1, 2, 9, 30, 400] {
                let end = end.parse().expect("a moment");
                let shape = Shape { tickets: 100, days, end, zone: zone.clone(), seed: 4 };
                let start = shape.start();
                let plan = Plan::new(shape);
                assert_eq!(plan.visits.len(), if days == 0 { 0 } else { 170 });
                assert!(plan.visits.iter().all(|visit| (start..end).contains(&visit.at)));
            }
        }
    }
    let earliest = Plan::new(Shape { end: Timestamp::MIN, tickets: 3, ..shape(1) });
    assert_eq!((earliest.visits.len(), earliest.contacts), (0, 0));
    let none = Plan::new(Shape { tickets: 0, ..shape(1) });
    assert_eq!((none.visits.len(), none.contacts, none.tickets()), (0, 0, 0));
}

#[test]
fn every_hour_of_a_changing_day_is_visited() {
    for end in ["2026-03-30T12:00:00Z", "2026-10-26T12:00:00Z"] {
        let end = end.parse().expect("a moment");
        let plan = Plan::new(Shape { tickets: 20_000, days: 3, end, ..shape(1) });
        let hours: BTreeSet<_> = plan.visits.iter().map(|visit| visit.at.as_second() / 3600).collect();
        assert_eq!(hours.len(), 72);
    }
}

#[test]
fn contacts_keep_their_language_and_mostly_their_channel() {
    let plan = Plan::new(shape(3));
    let mut locales = BTreeMap::new();
    let mut last: BTreeMap<u32, Timestamp> = BTreeMap::new();
    for visit in &plan.visits {
        assert_eq!(
            *locales.entry(visit.contact).or_insert((visit.locale, visit.name())),
            (visit.locale, visit.name())
        );
        let before = last.insert(visit.contact, visit.at);
        assert!(before.is_none_or(|before| visit.at.duration_since(before) > BETWEEN));
    }
    let most = locales.keys().map(|id| plan.visits.iter().filter(|visit| visit.contact == *id).count()).max();
    assert!(most <= Some(MOST as usize), "{most:?} visits of one contact");
    near(share(&plan, |visit| visit.channel == Channel::Phone), 0.3, 0.03, "phone");
    near(share(&plan, |visit| visit.locale == Locale::It), 0.45, 0.04, "Italian");
    near(share(&plan, |visit| visit.locale == Locale::De), 0.2, 0.04, "German");
}

#[test]
fn tempers_are_shared_out_as_asked() {
    let plan = Plan::new(shape(4));
    near(share(&plan, |visit| visit.temper.solved_by_answer), 0.38, 0.02, "solved");
    near(share(&plan, |visit| visit.temper.answers_survey), 0.35, 0.02, "survey");
    near(share(&plan, |visit| visit.temper.reopens), 0.06, 0.01, "reopens");
    near(share(&plan, |visit| visit.temper.leaves_midway), 0.04, 0.01, "leaves");
    assert!(plan.visits.iter().all(|visit| !visit.temper.hangs_up || visit.channel == Channel::Phone));
    let soon = plan.visits.iter().filter(|visit| visit.temper.writes_back_after_minutes <= 75).count() as f64;
    near(soon / plan.visits.len() as f64, 0.5, 0.03, "half of them write back within 75 minutes");
}

#[test]
fn waiting_makes_discontent() {
    let plan = Plan::new(shape(4));
    let content = |hours| share(&plan, |visit| visit.temper.csat(hours) >= 4);
    assert!(content(1.0) > 0.85 && content(24.0) < content(1.0) && content(200.0) < 0.35);
    for visit in &plan.visits {
        for hours in [f64::NAN, f64::NEG_INFINITY, -1.0, 0.0, 1.0, 30.0, 1e9, f64::INFINITY] {
            assert!((1..=5).contains(&visit.temper.csat(hours)), "csat after {hours}");
            assert!((0..=10).contains(&visit.temper.nps(hours)), "nps after {hours}");
        }
        assert!(
            visit.temper.csat(0.0) >= visit.temper.csat(50.0)
                && visit.temper.nps(0.0) >= visit.temper.nps(50.0)
        );
    }
}

/// No blanks around it, and not empty.
#[track_caller]
fn sound(text: &str) {
    assert!(!text.is_empty() && text.trim() == text, "{text:?}");
}

#[test]
fn every_sentence_is_sound_and_unique() {
    for locale in Locale::ALL {
        let mut openings = BTreeSet::new();
        for matter in Matter::ALL {
            let words = words(matter, locale);
            let first: Vec<_> = words.asks.iter().chain(words.faults).collect();
            assert!(first.len() >= 12 && words.details.len() >= 3, "{locale:?} {matter:?}");
            let mut all = BTreeSet::new();
            let said = first.iter().copied().chain(words.details).chain(words.solutions);
            for text in said.chain(words.exchanges.iter().flat_map(|(question, answer)| [question, answer])) {
                sound(text);
                assert!(all.insert(*text), "twice: {text}");
            }
            assert!(
                first.into_iter().all(|text| openings.insert(*text)),
                "{locale:?} {matter:?}: of another matter"
            );
        }
        let said = manners(locale);
        let lists = [said.names, said.greetings, said.not_solved, said.thanks, said.vendor];
        let more = [said.escalations, said.apologies, said.comments(1), said.comments(3), said.comments(5)];
        let mut all = BTreeSet::new();
        for list in lists.into_iter().chain(more) {
            assert!(list.len() >= 3);
            list.iter().for_each(|text| sound(text));
            assert!(list.iter().all(|text| all.insert(*text)), "{locale:?}: twice in {list:?}");
        }
    }
}

#[test]
fn openings_suit_the_visit() {
    let plan = Plan::new(shape(6));
    for visit in &plan.visits {
        let words = visit.words();
        let said = visit.opening();
        assert!(words.asks.contains(&said) || !visit.temper.solved_by_answer && words.faults.contains(&said));
        let hasty = [words.asks.last(), words.faults.last()].contains(&Some(&said));
        assert!(!(hasty && visit.channel == Channel::Phone), "{said}");
    }
    let said: BTreeSet<_> = plan.visits.iter().map(|visit| (visit.locale, visit.opening())).collect();
    assert_eq!(said.len(), 3 * 6 * 14, "every one is used");
}

#[test]
fn the_staff_is_complete() {
    let tier = |tier| AGENTS.iter().filter(|agent| agent.tier == tier).count();
    assert_eq!((tier(1), tier(2), tier(3)), (8, 3, 1));
    assert_eq!(AGENTS.iter().map(|agent| agent.login).collect::<BTreeSet<_>>().len(), 12);
    assert!(AGENTS.iter().all(|agent| agent.login == agent.name.to_lowercase()));
    assert_eq!(
        AGENTS.iter().filter(|agent| agent.shifts.iter().any(|shift| shift.starts_with("sat-sun"))).count(),
        2
    );
    for matter in Matter::ALL {
        for locale in Locale::ALL {
            let can = |agent: &&Agent| {
                agent.queues.contains(&matter.queue()) && agent.locales.contains(&locale.as_str())
            };
            assert!(AGENTS.iter().filter(can).count() >= 2, "{matter:?} in {locale:?}");
        }
    }
}

#[test]
fn somebody_is_there_from_early_to_late() {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let mut there = BTreeMap::new();
    for agent in &AGENTS {
        for shift in agent.shifts {
            let (days, hours) = shift.split_once(' ').expect("days and hours");
            let (first, last) = days.split_once('-').expect("days");
            let (from, until) = hours.split_once('-').expect("hours");
            let day = |name| DAYS.iter().position(|day| *day == name).expect("a day");
            let hour = |text: &str| {
                text.strip_suffix(":00").and_then(|hour| hour.parse::<u8>().ok()).expect("an hour")
            };
            assert!(hours.len() == 11 && hour(from) < hour(until) && day(first) < day(last), "{shift}");
            for day in day(first)..=day(last) {
                (hour(from)..hour(until)).for_each(|hour| *there.entry((day, hour)).or_insert(0) += 1);
            }
        }
    }
    let least = |days: std::ops::Range<usize>, hours: std::ops::Range<u8>| {
        let counts = days.flat_map(|day| hours.clone().map(move |hour| (day, hour)));
        counts.map(|at| there.get(&at).copied().unwrap_or(0)).min()
    };
    assert!(least(0..5, 9..15) >= Some(6) && least(0..5, 7..20) >= Some(2) && least(5..7, 8..18) >= Some(1));
}

#[test]
fn a_ticket_is_handled_the_same_way_each_time() {
    let staff = Staff::new(11);
    let all: Vec<_> = (0..600)
        .flat_map(|code| {
            AGENTS.iter().map(move |agent| staff.handling(&code.to_string(), agent, Matter::Network))
        })
        .collect();
    let part =
        |wants: fn(&Handling) -> bool| all.iter().filter(|h| wants(h)).count() as f64 / all.len() as f64;
    near(part(|h| h.asks_back), 0.25, 0.02, "asks back");
    near(part(|h| h.waits_for_vendor), 0.05, 0.01, "vendor");
    near(part(|h| h.escalates), 0.08 * 11.0 / 12.0, 0.01, "escalates");
    near(part(|h| h.corrects.is_some()), 0.07, 0.01, "corrects");
    assert!(
        all.iter().all(|h| h.corrects != Some(Matter::Network)
            && h.work_minutes >= 2
            && h.first_touch_minutes >= 1)
    );
    let rosa = staff.agent("rosa").expect("Rosa");
    let handling = staff.handling("4711", rosa, Matter::Access);
    assert_eq!(handling, Staff::new(11).handling("4711", rosa, Matter::Access));
    assert_ne!(handling, staff.handling("4712", rosa, Matter::Access));
    assert_ne!(handling, Staff::new(12).handling("4711", rosa, Matter::Access));
    assert!(handling.work_minutes <= staff.handling("4711", rosa, Matter::Network).work_minutes);
    assert!(staff.agent("nobody").is_none());
}
