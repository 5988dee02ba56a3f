//! Choices one by one, and a fortnight of a desk: forty agents with skills and shifts, ten thousand tickets.

use super::*;

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn hand(name: &str, skills: &[&str], tier: u8, capacity: u32, load: u32) -> Hand {
    Hand { name: name.to_owned(), skills: set(skills), tier, on_duty: true, capacity, load, last: None }
}

fn task(code: &str, priority: Priority, skills: &[&str], since: i64) -> Task {
    Task {
        code: code.to_owned(),
        priority,
        tier: 1,
        skills: set(skills),
        weight: 1,
        since: at(since),
        refused_by: BTreeSet::new(),
    }
}

fn given(tasks: Vec<Task>, hands: &mut [Hand]) -> Vec<(String, String)> {
    give_out(tasks, hands, at(100)).into_iter().map(|choice| (choice.code, choice.agent)).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(code, agent)| ((*code).to_owned(), (*agent).to_owned())).collect()
}

#[test]
fn the_first_rule_that_fits_names_the_queue() {
    let rule = |name: &str, fits: Fits, open: Option<bool>, queue: &str| Rule {
        name: name.to_owned(),
        fits,
        open,
        queue: queue.to_owned(),
        ..Rule::default()
    };
    let network = Fits { categories: vec!["network".to_owned()], ..Fits::default() };
    let italian = Rule { locales: vec!["it".to_owned()], ..rule("italian", Fits::default(), None, "roma") };
    let rules = [
        rule("night", Fits::default(), Some(false), "night"),
        rule("network", network, None, "net"),
        italian,
    ];
    let ticket = |category: &str| Standing { category: category.to_owned(), ..Standing::default() };
    let origin = |locale: &str, open: bool| Origin { channel: "web".into(), locale: locale.into(), open };
    let of = |category: &str, locale: &str, open: bool| {
        queue(&rules, &ticket(category), &origin(locale, open)).map(|rule| rule.queue.as_str())
    };
    assert_eq!(of("network/fibre", "it", false), Some("night"));
    assert_eq!(of("network/fibre", "it", true), Some("net"));
    assert_eq!(of("billing", "it", true), Some("roma"));
    assert_eq!(of("billing", "en", true), None);
}

#[test]
fn skills_tier_duty_room_and_refusals_count() {
    let network = ["network"];
    let mut hands = [
        hand("full", &network, 3, 2, 2),
        Hand { on_duty: false, ..hand("away", &network, 3, 9, 0) },
        hand("other", &["billing"], 3, 9, 0),
        hand("fit", &network, 1, 9, 5),
    ];
    assert_eq!(given(vec![task("1", Priority::Low, &network, 0)], &mut hands), pairs(&[("1", "fit")]));
    let second = Task { tier: 2, ..task("2", Priority::Low, &network, 0) };
    assert_eq!(given(vec![second.clone()], &mut hands), []);
    assert!(somebody_could(&hands, &second), "who is full could, later");
    let refused = Task { refused_by: set(&["fit"]), ..task("3", Priority::Low, &network, 0) };
    assert_eq!(given(vec![refused], &mut hands), []);
    assert!(!somebody_could(&hands, &task("4", Priority::Low, &["plumbing"], 0)));
    let heavy = Task { weight: 4, ..task("5", Priority::Low, &network, 0) };
    assert_eq!(given(vec![heavy], &mut hands), [], "six of nine are held");
}

#[test]
fn the_least_loaded_gets_it_and_then_who_waits_longest() {
    let mut hands = [
        hand("half", &[], 1, 4, 2),
        Hand { last: Some(at(50)), ..hand("lately", &[], 1, 8, 2) },
        Hand { last: Some(at(10)), ..hand("long ago", &[], 1, 4, 1) },
    ];
    let tasks = (1..=3).map(|n| task(&n.to_string(), Priority::Normal, &[], n)).collect();
    assert_eq!(given(tasks, &mut hands), pairs(&[("1", "long ago"), ("2", "lately"), ("3", "lately")]));
    assert_eq!(hands.iter().map(|hand| hand.load).collect::<Vec<_>>(), [2, 4, 2]);
}

#[test]
fn the_urgent_first_the_oldest_first_and_nothing_waits_for_ever() {
    let mut tasks = vec![
        task("low", Priority::Low, &[], 90),
        task("urgent", Priority::Urgent, &[], 99),
        task("older", Priority::Normal, &[], 50),
        task("old", Priority::Normal, &[], 60),
    ];
    let order = |tasks: &[Task]| tasks.iter().map(|task| task.code.clone()).collect::<Vec<_>>();
    in_order(&mut tasks, at(100));
    assert_eq!(order(&tasks), ["urgent", "older", "old", "low"]);
    tasks.push(task("ages ago", Priority::Low, &[], -200));
    in_order(&mut tasks, at(100));
    assert_eq!(order(&tasks)[0], "ages ago", "five hours are five steps");
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
}

const SKILLS: [&str; 4] = ["network", "billing", "devices", "orders"];
const TICKETS: usize = 10_000;
const DAYS: i64 = 14;

/// Shifts of eight hours begin at six, nine, and noon; each agent is away at two days of seven.
fn on_shift(n: i64, minute: i64) -> bool {
    let begins = [6, 9, 12][usize::try_from(n % 3).expect("small")] * 60;
    let (day, of_day) = (minute / 1_440, minute % 1_440);
    (begins..begins + 480).contains(&of_day) && (day + n) % 7 < 5
}

struct Held {
    agent: usize,
    until: i64,
    weight: u32,
}

/// Minute by minute: what must hold holds at each of them.
#[test]
fn a_fortnight_of_ten_thousand_tickets() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut hands: Vec<Hand> = (0..40_i64)
        .map(|n| {
            let at = usize::try_from(n).expect("small");
            let skills = [SKILLS[at % 4], SKILLS[(at / 4 + at + 1) % 4]];
            let tier = [1, 1, 1, 2, 3][at % 5];
            hand(&format!("agent{n:02}"), &skills, tier, 3 + u32::try_from(n % 3).expect("small"), 0)
        })
        .collect();
    // Most come between eight and eight.
    let mut arrivals: Vec<i64> = (0..TICKETS)
        .map(|_| {
            let day = dice.below(u64::try_from(DAYS).expect("small"));
            let hour = if dice.below(10) < 8 { 8 + dice.below(12) } else { dice.below(24) };
            i64::try_from(day * 1_440 + hour * 60 + dice.below(60)).expect("small")
        })
        .collect();
    arrivals.sort_unstable();
    let mut arrivals = arrivals.into_iter().enumerate().peekable();
    let mut waiting: Vec<Task> = Vec::new();
    let mut held: Vec<Held> = Vec::new();
    let mut waits: Vec<(Priority, i64)> = Vec::new();
    let mut minute = 0;
    while arrivals.peek().is_some() || !waiting.is_empty() {
        assert!(minute < (DAYS + 7) * 1_440, "{} are never given out", waiting.len());
        while let Some((n, _)) = arrivals.next_if(|(_, at)| *at <= minute) {
            let priority =
                [Priority::Low, Priority::Normal, Priority::Normal, Priority::High, Priority::Urgent]
                    [usize::try_from(dice.below(5)).expect("small")];
            let skill = SKILLS[usize::try_from(dice.below(4)).expect("small")];
            let tier = if dice.below(20) == 0 { 2 } else { 1 };
            waiting.push(Task { tier, ..task(&format!("{n:05}"), priority, &[skill], minute) });
        }
        held.retain(|one| {
            let done = one.until <= minute;
            if done {
                hands[one.agent].load -= one.weight;
            }
            !done
        });
        for (n, hand) in hands.iter_mut().enumerate() {
            hand.on_duty = on_shift(i64::try_from(n).expect("small"), minute);
        }
        let choices = give_out(waiting.clone(), &mut hands, at(minute));
        let now = at(minute);
        for choice in &choices {
            let place = waiting.iter().position(|task| task.code == choice.code).expect("it waited");
            let task = waiting.remove(place);
            let agent = hands.iter().position(|hand| hand.name == choice.agent).expect("an agent");
            // Nobody older of the same priority and needs is passed over.
            let older = waiting.iter().find(|other| {
                (other.priority, &other.skills, other.tier) == (task.priority, &task.skills, task.tier)
                    && other.since < task.since
            });
            assert!(
                older.is_none_or(|older| choices.iter().any(|choice| choice.code == older.code)),
                "{} waits for longer than {}",
                older.map(|older| older.code.as_str()).unwrap_or_default(),
                task.code
            );
            held.push(Held {
                agent,
                until: minute + 20 + i64::try_from(dice.below(80)).expect("small"),
                weight: task.weight,
            });
            waits.push((task.priority, now.duration_since(task.since).as_mins()));
        }
        for hand in &hands {
            assert!(hand.load <= hand.capacity, "{} is over capacity", hand.name);
        }
        for task in &waiting {
            assert!(!hands.iter().any(|hand| fits(hand, task)), "{} waits while somebody is free", task.code);
        }
        minute += 1;
    }
    assert_eq!(waits.len(), TICKETS);
    println!("{:<8} {:>7} {:>8} {:>6} {:>6}", "priority", "tickets", "mean", "p90", "most");
    let mut most = Vec::new();
    for priority in Priority::ALL {
        let mut of: Vec<i64> =
            waits.iter().filter(|(one, _)| *one == priority).map(|(_, wait)| *wait).collect();
        of.sort_unstable();
        let mean = of.iter().sum::<i64>() as f64 / of.len() as f64;
        let longest = of.last().copied().unwrap_or_default();
        println!(
            "{:<8} {:>7} {mean:>8.1} {:>6} {longest:>6}",
            priority.word(),
            of.len(),
            of[of.len() * 9 / 10]
        );
        most.push(longest);
    }
    // A night without anybody on duty, and what piled up in it: nobody waits into the day after.
    assert!(most.iter().all(|wait| *wait < 36 * 60), "{most:?}");
}
