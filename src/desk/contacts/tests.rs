//! Each figure on journals worked out by hand, and that parts make the whole.

use std::collections::BTreeSet;

use super::*;

const DAY: i64 = 1_440;

/// Monday 23 November 2026, so many minutes after nine.
fn at(minutes: i64) -> Timestamp {
    "2026-11-23T09:00:00Z".parse::<Timestamp>().expect("a time") + SignedDuration::from_mins(minutes)
}

fn wanted(queue: &str) -> Moment {
    Moment::HandoffWanted { queue: queue.to_owned() }
}

fn took(agent: &str) -> Moment {
    Moment::AgentTook { agent: agent.to_owned() }
}

fn closed(outcome: &str) -> Moment {
    Moment::Closed { outcome: outcome.to_owned() }
}

fn solved(confirmed: bool) -> Moment {
    Moment::Solved { confirmed }
}

fn talk(contact: &str, began: i64, moments: Vec<(i64, Moment)>) -> Talk {
    Talk {
        id: format!("{contact}-{began}"),
        contact: contact.to_owned(),
        channel: "web".to_owned(),
        locale: "en".to_owned(),
        flow: "help".to_owned(),
        category: None,
        queue: None,
        agent: None,
        began: at(began),
        moments: moments.into_iter().map(|(minutes, moment)| (at(minutes), moment)).collect(),
    }
}

fn line(contact: &str, began: i64, moments: Vec<(i64, Moment)>) -> TalkLine {
    TalkLine::of(&talk(contact, began, moments), false, None)
}

/// Two weeks from Monday at nine.
fn fortnight() -> (Timestamp, Timestamp) {
    (at(0), at(14 * DAY))
}

/// Fifteen conversations of a fortnight: minutes 0 up to 20,160.
fn journal() -> Vec<TalkLine> {
    use Moment::*;
    let left_and_back = talk(
        "ben",
        10,
        vec![(11, AnswerOffered), (15, Left), (15, solved(false)), (15, closed("deflected"))],
    );
    let back = talk(
        "ben",
        2_895,
        vec![
            (2_900, wanted("first")),
            (2_910, took("anna")),
            (2_930, SolvedByAgent),
            (2_930, closed("solved")),
        ],
    );
    let came = came_before(&back, std::slice::from_ref(&left_and_back));
    let returned = came_back(&left_and_back, std::slice::from_ref(&back));
    vec![
        // 1: solved by an answer, as they said, for good.
        line("ada", 0, vec![(1, AnswerOffered), (5, solved(true)), (5, closed("solved"))]),
        // 2 and 3: left after an answer, and came back two days later: ten minutes' wait, solved by an agent.
        TalkLine::of(&left_and_back, false, returned),
        TalkLine::of(&back, came, None),
        // 4: hung up after five minutes in the queue.
        line("cem", 100, vec![(101, wanted("first")), (106, Left), (106, closed("abandoned"))]),
        // 5: nobody was free, so there was no wait.
        line(
            "dot",
            200,
            vec![(201, wanted("first")), (201, NobodyCame), (202, TicketOpened), (203, closed("ticketed"))],
        ),
        // 6: nobody came in five minutes.
        line("eve", 300, vec![(301, wanted("first")), (306, NobodyCame), (307, TicketOpened), (310, Parked)]),
        // 7: two waits, of 2 and of 20 minutes, in different queues.
        line(
            "fay",
            400,
            vec![
                (401, PromptFailed),
                (402, PromptFailed),
                (402, wanted("first")),
                (404, took("anna")),
                (410, wanted("second")),
                (430, took("bob")),
                (440, SolvedByAgent),
                (440, closed("solved")),
            ],
        ),
        // 8: an agent looked in unasked; then an answer solved it.
        line(
            "gus",
            500,
            vec![(501, took("anna")), (505, HandedBack), (510, solved(true)), (510, closed("solved"))],
        ),
        // 9: parked twice, with something added to a ticket between.
        line("hal", 600, vec![(620, Parked), (700, Resumed), (705, TicketAdded), (730, Parked)]),
        // 10: parked, and going on at the end of the fortnight.
        line("ida", 700, vec![(720, Parked), (20_159, Resumed), (20_170, closed("solved"))]),
        // 11: began, and waited, since before the fortnight: ten minutes.
        line("jon", -60, vec![(-5, wanted("first")), (5, took("bob")), (30, closed("other"))]),
        // 12: solved, and not yet known whether for good.
        line("kim", 13 * DAY, vec![(13 * DAY + 5, solved(true)), (13 * DAY + 5, closed("solved"))]),
        // 13: goes on elsewhere.
        line("lea", 800, vec![(810, closed("moved"))]),
        // 14: waits at the end of the fortnight.
        line("max", 20_140, vec![(20_150, wanted("first")), (20_165, took("bob"))]),
        // 15: had said that an answer solved it, then wanted a person, and hung up after ten minutes in the
        // queue.
        line(
            "noa",
            900,
            vec![(905, wanted("first")), (915, Left), (915, solved(true)), (915, closed("abandoned"))],
        ),
    ]
}

#[test]
fn each_figure_of_a_fortnight() {
    let all = figures(&journal(), fortnight());
    // All but 11.
    assert_eq!(all.begun, 14);
    // 1 to 9, 11, 12 and 15; not 10 (goes on), 13 (elsewhere), 14 (waits).
    assert_eq!(all.ended, 12);
    // 1, 2, 4, 12, 15. A person took 3, 7, 8, 11; a ticket: 5, 6, 9.
    assert_eq!(all.contained, 5);
    assert_eq!(all.containment(), Some(5.0 / 12.0));
    // 3, 4, 5, 6, 7 twice, 14, 15; 11 before.
    assert_eq!(all.handoffs, 8);
    // 3, 4, 5, 6, 7, 14, 15.
    assert_eq!(all.handed, 7);
    assert_eq!(all.handoff_rate(), Some(0.5));
    // The handoffs without 5.
    assert_eq!(all.queued, 7);
    // 3, 4, 6, 7 twice, 11, 15.
    assert_eq!(all.waited, 7);
    // 4 and 15.
    assert_eq!(all.abandoned, 2);
    assert_eq!(all.abandonment(), Some(2.0 / 7.0));
    // 5 and 6.
    assert_eq!(all.unreached, 2);
    // 3: 10, 7: 2 and 20, 11: 10 minutes. 42 ÷ 4 = 10.5; in the middle 10 and 10.
    let times = Times { n: 4, mean: Some(630.0), median: Some(600.0), p90: Some(1_200.0) };
    assert_eq!(all.time_to_agent, times);
    // 1, 8, 12 by an answer, 3 and 7 by an agent; not 15.
    assert_eq!(all.settled, 5);
    // 1, 8, 12. 3 had come before, 7 was handed on.
    assert_eq!(all.settled_at_first, 3);
    assert_eq!(all.fcr(), Some(0.6));
    // 1 and 12; 8 was taken, 15 given up.
    assert_eq!(all.deflected_confirmed, 2);
    // 2.
    assert_eq!(all.deflected_assumed, 1);
    // 1 and 2; 12 is of yesterday.
    assert_eq!(all.durable_due, 2);
    // 1; 2 came back.
    assert_eq!(all.deflected_durable, 1);
    assert_eq!(all.durable_share(), Some(0.5));
    // 5 and 6.
    assert_eq!(all.tickets, 2);
    // 7 twice.
    assert_eq!(all.failed, 2);
}

#[test]
fn of_a_period_only_what_happened_in_it() {
    // The second week: 10 goes on, 12 and 14 begin.
    let all = figures(&journal(), (at(7 * DAY), at(14 * DAY)));
    let expected = TalkFigures {
        begun: 2,
        ended: 1,
        contained: 1,
        handoffs: 1,
        handed: 1,
        queued: 1,
        settled: 1,
        settled_at_first: 1,
        deflected_confirmed: 1,
        ..TalkFigures::default()
    };
    assert_eq!(all, expected);
    // The first hour: 1 and 2 begin and end, 11 is taken and ends.
    let all = figures(&journal(), (at(0), at(60)));
    assert_eq!((all.begun, all.ended, all.contained), (2, 3, 2));
    assert_eq!((all.queued, all.waited, all.time_to_agent.mean), (0, 1, Some(600.0)));
    assert_eq!((all.deflected_confirmed, all.deflected_assumed, all.durable_due), (1, 1, 0));
    assert_eq!(all.durable_share(), None);
}

#[test]
fn what_was_not_known_at_the_end_does_not_count() {
    // Parked on the first day, and resumed on the next; solved on the third, and a ticket opened on the
    // fourth.
    let moments = vec![
        (10, Moment::Parked),
        (DAY + 10, Moment::Resumed),
        (2 * DAY + 10, solved(true)),
        (3 * DAY + 10, Moment::TicketOpened),
        (3 * DAY + 20, closed("ticketed")),
    ];
    let lines = [line("ada", 0, moments)];
    let until = |days: i64| figures(&lines, (at(0), at(days * DAY)));
    assert_eq!((until(1).ended, until(1).contained), (1, 1));
    assert_eq!((until(2).ended, until(2).containment()), (0, None));
    assert_eq!((until(3).settled_at_first, until(3).deflected_confirmed), (1, 1));
    let last = until(4);
    assert_eq!((last.settled, last.settled_at_first, last.deflected_confirmed), (1, 0, 0));
    assert_eq!((last.ended, last.contained, last.tickets), (1, 0, 1));
}

#[test]
fn nothing_happens_in_an_empty_period() {
    assert_eq!(figures(&[], fortnight()), TalkFigures::default());
    let lines = journal();
    let none = figures(&lines, (at(40 * DAY), at(50 * DAY)));
    assert_eq!(none, TalkFigures::default());
    assert_eq!(figures(&lines, (at(5), at(5))), TalkFigures::default());
    assert_eq!((none.containment(), none.handoff_rate(), none.abandonment()), (None, None, None));
    assert_eq!((none.fcr(), none.durable_share(), none.time_to_agent.mean), (None, None, None));
}

#[test]
fn a_period_begins_with_its_beginning_and_ends_before_its_end() {
    use Moment::*;
    let moments = || {
        vec![
            (100, wanted("first")),
            (100, took("anna")),
            (100, TicketOpened),
            (100, PromptFailed),
            (100, SolvedByAgent),
            (100, closed("solved")),
        ]
    };
    let lines = [line("ada", 100, moments()), line("ben", 100, vec![(100, wanted("first")), (100, Left)])];
    let told = |from, until| {
        let all = figures(&lines, (at(from), at(until)));
        let waits = (all.queued, all.waited, all.abandoned, all.time_to_agent.n);
        ((all.begun, all.ended, all.handoffs, all.handed), waits, (all.settled, all.tickets, all.failed))
    };
    let all = ((2, 2, 2, 2), (2, 2, 1, 1), (1, 1, 1));
    let none = ((0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0));
    assert_eq!(told(100, 101), all);
    assert_eq!(told(99, 100), none);
    assert_eq!(told(101, 102), none);
    // Due on the seventh day to the minute.
    let lines = [line("cem", 0, vec![(0, solved(true))])];
    // What happens at the end itself is not known yet.
    let late = [line("dot", 0, vec![(0, solved(true)), (9, Moment::TicketOpened)])];
    assert_eq!(figures(&late, (at(0), at(9))).deflected_confirmed, 1);
    assert_eq!(figures(&late, (at(0), at(10))).deflected_confirmed, 0);
    assert_eq!(figures(&lines, (at(0), at(7 * DAY))).durable_due, 1);
    assert_eq!(figures(&lines, (at(0), at(7 * DAY) - SignedDuration::from_nanos(1))).durable_due, 0);
}

#[test]
fn how_a_wait_ends() {
    use Moment::*;
    let told = |moments| {
        let all = figures(&[line("ada", 0, moments)], fortnight());
        (all.queued, all.waited, all.abandoned, all.time_to_agent.mean)
    };
    // Through two queues it is one wait, from the first.
    assert_eq!(told(vec![(1, wanted("a")), (3, wanted("b")), (6, took("x"))]), (1, 1, 0, Some(300.0)));
    assert_eq!(told(vec![(1, wanted("a")), (3, Parked)]), (1, 1, 1, None));
    assert_eq!(told(vec![(1, wanted("a")), (3, closed("abandoned"))]), (1, 1, 1, None));
    assert_eq!(told(vec![(1, wanted("a")), (3, NobodyCame), (4, Left)]), (1, 1, 0, None));
    assert_eq!(told(vec![(1, wanted("a")), (3, HandedBack), (4, Left)]), (1, 1, 0, None));
    assert_eq!(told(vec![(1, wanted("a")), (3, SolvedByAgent), (3, closed("solved"))]), (1, 1, 0, None));
    assert_eq!(told(vec![(1, wanted("a")), (3, closed("moved"))]), (1, 1, 0, None));
    assert_eq!(told(vec![(1, wanted("a")), (3, took("x")), (4, Left)]), (1, 1, 0, Some(120.0)));
    // Nobody was free at first.
    let again = vec![(1, wanted("a")), (1, NobodyCame), (5, wanted("a")), (6, took("x"))];
    assert_eq!(told(again), (1, 1, 0, Some(60.0)));
    // Given up, and taken after that: the agent came too late for the wait.
    assert_eq!(told(vec![(1, wanted("a")), (3, Parked), (9, took("x"))]), (1, 1, 1, None));
    assert_eq!(told(vec![(1, wanted("a"))]), (1, 0, 0, None));
}

#[test]
fn what_follows_an_answer_undoes_a_deflection() {
    let told = |moments| {
        let all = figures(&[line("ada", 0, moments)], fortnight());
        (all.deflected_confirmed, all.deflected_assumed, all.settled)
    };
    assert_eq!(told(vec![(1, solved(true))]), (1, 0, 1));
    assert_eq!(told(vec![(1, solved(false))]), (0, 1, 0));
    // The last one counts.
    assert_eq!(told(vec![(1, solved(false)), (2, solved(true))]), (1, 0, 1));
    assert_eq!(told(vec![(1, solved(true)), (2, Moment::TicketOpened)]), (0, 0, 1));
    assert_eq!(told(vec![(1, solved(false)), (2, Moment::TicketAdded)]), (0, 0, 0));
    assert_eq!(told(vec![(1, solved(true)), (2, took("anna"))]), (0, 0, 1));
    assert_eq!(told(vec![(1, solved(true)), (2, Moment::SolvedByAgent)]), (0, 0, 1));
    // Given up in the queue, and come back to an answer.
    let again = vec![
        (1, wanted("a")),
        (2, Moment::Parked),
        (3, Moment::Resumed),
        (4, solved(true)),
        (4, closed("solved")),
    ];
    assert_eq!(told(again), (1, 0, 1));
    // Nobody came, and then an answer did.
    assert_eq!(told(vec![(1, wanted("a")), (2, Moment::NobodyCame), (3, solved(true))]), (1, 0, 1));
}

#[test]
fn for_good_is_seven_days() {
    let told = |back: Option<Timestamp>| {
        let one = TalkLine { back, ..line("ada", 0, vec![(5, solved(false)), (5, Moment::Left)]) };
        let all = figures(&[one], fortnight());
        (all.durable_due, all.deflected_durable)
    };
    assert_eq!(told(None), (1, 1));
    // Begun before it was solved: not a coming back.
    assert_eq!((told(Some(at(4))), told(Some(at(5)))), ((1, 1), (1, 1)));
    assert_eq!(told(Some(at(6))), (1, 0));
    assert_eq!(told(Some(at(7 * DAY + 4))), (1, 0));
    assert_eq!(told(Some(at(7 * DAY + 5))), (1, 1));
}

#[test]
fn when_a_conversation_ended() {
    let ended = |moments, minute| figures(&[line("ada", 0, moments)], (at(minute), at(minute + 1))).ended;
    let filed = || vec![(3, Moment::Parked), (9, closed("other"))];
    assert_eq!((ended(filed(), 3), ended(filed(), 9)), (1, 0));
    let taken = || vec![(3, Moment::Parked), (5, took("anna")), (9, closed("other"))];
    assert_eq!((ended(taken(), 3), ended(taken(), 5), ended(taken(), 9)), (1, 0, 1));
    let moved = [line("ada", 0, vec![(3, Moment::Parked), (9, closed("moved"))])];
    assert_eq!(figures(&moved, fortnight()).ended, 0);
}

#[test]
fn who_came_before_and_who_came_back() {
    let first = talk("ada", 0, vec![(5, solved(true)), (5, closed("solved"))]);
    let later = |minutes| talk("ada", minutes, vec![]);
    let before = |talk: &Talk| came_before(talk, std::slice::from_ref(&first));
    let back = |talk: &Talk| came_back(&first, std::slice::from_ref(talk));
    // Seven days after its last moment, at minute 5, are over at minute 10,085.
    assert!(before(&later(10_084)) && !before(&later(10_085)));
    assert_eq!((back(&later(10_084)), back(&later(10_085))), (Some(at(10_084)), None));
    assert!(!before(&later(0)) && !before(&first) && !before(&later(-1)));
    assert_eq!((back(&later(5)), back(&later(6))), (None, Some(at(6))));
    assert_eq!(came_back(&first, &[later(30), later(20)]), Some(at(20)));
    // Long ago, and nothing in it since but what came after this one began.
    let old = talk("ada", -8 * DAY, vec![(20, Moment::Resumed)]);
    assert!(!came_before(&later(10), std::slice::from_ref(&old)));
    // Nobody knows whose these are.
    assert!(!came_before(&talk("", 10, vec![]), &[talk("", 0, vec![])]));
    assert!(!before(&talk("ben", 10, vec![])));
    // By categories where both have one, else by flows.
    let with = |category: Option<&str>, flow: &str, began| {
        let category = category.map(str::to_owned);
        Talk { category, flow: flow.to_owned(), ..talk("ada", began, vec![]) }
    };
    let matters = |one, other| came_before(&other, &[one]);
    assert!(matters(with(Some("net"), "a", 0), with(Some("net"), "b", 1)));
    assert!(!matters(with(Some("net"), "a", 0), with(Some("post"), "a", 1)));
    assert!(matters(with(Some("net"), "a", 0), with(None, "a", 1)));
    assert!(!matters(with(None, "a", 0), with(None, "b", 1)));
    // What moved is one contact with what it moved to; what no answer solved has nothing to come back from.
    let moved = talk("ada", 0, vec![(5, closed("moved"))]);
    assert!(!came_before(&later(3), std::slice::from_ref(&moved)));
    assert_eq!(came_back(&moved, &[later(6)]), None);
}

#[test]
fn a_line_is_short_and_comes_back_as_it_was() {
    let mut one = line("ada", 0, vec![(1, wanted("a")), (2, wanted("b")), (3, Moment::AnswerOffered)]);
    let text = serde_json::to_string(&one).expect("json");
    let expected = r#"{"i":"ada-0","c":"web","l":"en","f":"help","b":"2026-11-23T09:00:00Z","#.to_owned()
        + r#""m":[["w","2026-11-23T09:01:00Z"],["x","2026-11-23T09:02:00Z"]]}"#;
    assert_eq!(text, expected);
    one.back = Some(at(9));
    one.came_before = true;
    one.category = Some("net".to_owned());
    for line in journal().into_iter().chain([one]) {
        let text = serde_json::to_string(&line).expect("json");
        assert_eq!(serde_json::from_str::<TalkLine>(&text).expect("a line"), line);
    }
    // Moments in any order.
    assert_eq!(
        line("ada", 0, vec![(2, wanted("b")), (1, wanted("a"))]).marks,
        [(Mark::Wanted, at(1)), (Mark::WantedElsewhere, at(2))]
    );
}

#[test]
fn words_of_splits() {
    for by in TalkBy::ALL {
        assert_eq!(TalkBy::from_word(by.word()), Some(by));
    }
    assert_eq!(TalkBy::from_word("shoe"), None);
    let one = TalkLine { queue: Some("first".to_owned()), ..line("ada", 0, vec![]) };
    let words = TalkBy::ALL.map(|by| by.of(&one));
    assert_eq!(words, ["web", "en", "help", "first", "none", "none"]);
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % most) as usize
    }

    fn one(&mut self, of: &[&str]) -> Option<String> {
        of.get(self.below(of.len() as u64 + 1)).map(|word| (*word).to_owned())
    }
}

fn any_talk(dice: &mut Dice, number: usize) -> TalkLine {
    let began = dice.below(20 * DAY as u64) as i64 - 3 * DAY;
    let mut now = began;
    let mut moments = Vec::new();
    for _ in 0..dice.below(9) {
        now += dice.below(3 * 60) as i64;
        let moment = match dice.below(14) {
            0 | 1 => wanted(["first", "second"][dice.below(2)]),
            2 => Moment::NobodyCame,
            3 | 4 => took("anna"),
            5 => Moment::HandedBack,
            6 => Moment::TicketOpened,
            7 => solved(dice.below(2) == 0),
            8 => Moment::SolvedByAgent,
            9 => Moment::PromptFailed,
            10 => Moment::Left,
            11 => Moment::Parked,
            12 => Moment::Resumed,
            _ => closed(["solved", "moved"][dice.below(2)]),
        };
        moments.push((now, moment));
    }
    let contact = format!("contact{}", dice.below(90));
    let one = Talk {
        id: number.to_string(),
        channel: dice.one(&["web", "phone"]).unwrap_or_else(|| "mail".to_owned()),
        locale: dice.one(&["en", "de"]).unwrap_or_else(|| "fr".to_owned()),
        flow: dice.one(&["help", "order"]).unwrap_or_else(|| "vpn".to_owned()),
        category: dice.one(&["net", "post", "print"]),
        queue: dice.one(&["first", "second"]),
        agent: dice.one(&["anna", "bob", "cleo"]),
        ..talk(&contact, began, moments)
    };
    let back = (dice.below(2) == 0).then(|| at(now + dice.below(9 * DAY as u64) as i64));
    TalkLine::of(&one, dice.below(3) == 0, back)
}

/// All that can be added up.
fn sums(all: &TalkFigures) -> [u64; 19] {
    let seconds = (all.time_to_agent.mean.unwrap_or_default() * all.time_to_agent.n as f64).round() as u64;
    [
        all.begun,
        all.ended,
        all.contained,
        all.handoffs,
        all.handed,
        all.queued,
        all.waited,
        all.abandoned,
        all.unreached,
        all.time_to_agent.n,
        seconds,
        all.settled,
        all.settled_at_first,
        all.deflected_confirmed,
        all.deflected_assumed,
        all.durable_due,
        all.deflected_durable,
        all.tickets,
        all.failed,
    ]
}

#[test]
fn parts_make_the_whole() {
    let mut dice = Dice(7);
    let lines: Vec<TalkLine> = (0..500).map(|number| any_talk(&mut dice, number)).collect();
    let whole = figures(&lines, fortnight());
    assert!(sums(&whole).iter().all(|sum| *sum > 0), "{whole:?}");
    for by in TalkBy::ALL {
        let keys: BTreeSet<&str> = lines.iter().map(|line| by.of(line)).collect();
        assert!(keys.len() > 2, "{by:?}");
        let mut total = [0; 19];
        for key in keys {
            let part = figures(lines.iter().filter(|line| by.of(line) == key), fortnight());
            total.iter_mut().zip(sums(&part)).for_each(|(total, sum)| *total += sum);
        }
        assert_eq!(total, sums(&whole), "{by:?}");
    }
    // No part is greater than what it is a part of.
    assert!(whole.contained <= whole.ended && whole.handed <= whole.begun && whole.abandoned <= whole.waited);
    assert!(whole.settled_at_first <= whole.settled && whole.deflected_durable <= whole.durable_due);
    assert!(whole.durable_due <= whole.deflected_confirmed + whole.deflected_assumed);
}

#[test]
fn days_make_the_fortnight_where_moments_are_counted() {
    let mut dice = Dice(11);
    let lines: Vec<TalkLine> = (0..500).map(|number| any_talk(&mut dice, number)).collect();
    let told = |all: &TalkFigures| {
        let waits = [all.queued, all.waited, all.abandoned, all.time_to_agent.n];
        (waits, [all.begun, all.handoffs, all.unreached, all.tickets, all.failed])
    };
    let whole = told(&figures(&lines, fortnight()));
    let mut total = ([0; 4], [0; 5]);
    for day in 0..14 {
        let part = told(&figures(&lines, (at(day * DAY), at((day + 1) * DAY))));
        total.0.iter_mut().zip(part.0).for_each(|(total, sum)| *total += sum);
        total.1.iter_mut().zip(part.1).for_each(|(total, sum)| *total += sum);
    }
    assert_eq!(total, whole);
}
