//! Twelve agents: who they are, when they work, and how each of them handles a ticket.

use super::super::chance::Chance;
use super::Matter;

/// Somebody who helps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agent {
    /// Lower-case letters.
    pub login: &'static str,
    pub name: &'static str,
    /// 1 to 3.
    pub tier: u8,
    pub queues: &'static [&'static str],
    pub skills: &'static [&'static str],
    pub locales: &'static [&'static str],
    /// Tickets at a time.
    pub capacity: u32,
    /// In the desk's time zone, such as `mon-fri 08:00-16:00`.
    pub shifts: &'static [&'static str],
    /// 1 is usual, 2 takes twice as long.
    pub pace: f64,
}

type Names = &'static [&'static str];

const EARLY: Names = &["mon-fri 07:00-15:00"];
const MORNING: Names = &["mon-fri 08:00-16:00"];
const DAY: Names = &["mon-fri 09:00-17:00"];
const LATE: Names = &["mon-fri 12:00-20:00"];
const WEEKEND_EARLY: Names = &["wed-fri 08:00-16:00", "sat-sun 08:00-16:00"];
const WEEKEND_LATE: Names = &["mon-wed 11:00-19:00", "sat-sun 10:00-18:00"];

const LINES: Names = &["network"];
const THINGS: Names = &["repairs"];
const MONEY: Names = &["billing", "orders"];
const FRONT: Names = &["support", "orders"];
const DEEP: Names = &["repairs", "support"];
const TRADE: Names = &["billing", "orders", "support"];
const EVERY: Names = &["network", "repairs", "billing", "orders", "support"];

const ALL: Names = &["en", "it", "de"];
const IT: Names = &["it", "en"];
const DE: Names = &["de", "en"];

/// Eight on the first line, three on the second, one on the third.
#[rustfmt::skip]
pub const AGENTS: [Agent; 12] = [
    agent("giulia", "Giulia", 1, (LINES, &["network", "wifi"], IT), 8, (EARLY, 0.9)),
    agent("tobias", "Tobias", 1, (LINES, &["network", "wifi"], DE), 8, (LATE, 1.1)),
    agent("priya", "Priya", 1, (THINGS, &["phones", "routers"], ALL), 7, (MORNING, 1.0)),
    agent("matteo", "Matteo", 1, (MONEY, &["invoices", "returns"], IT), 9, (DAY, 0.85)),
    agent("anneke", "Anneke", 1, (MONEY, &["invoices", "returns"], ALL), 8, (LATE, 1.15)),
    agent("rosa", "Rosa", 1, (FRONT, &["accounts", "returns"], ALL), 9, (EARLY, 0.8)),
    agent("owen", "Owen", 1, (EVERY, &["network", "accounts", "phones"], ALL), 6, (WEEKEND_EARLY, 1.2)),
    agent("chiara", "Chiara", 1, (EVERY, &["network", "invoices", "returns"], ALL), 6, (WEEKEND_LATE, 1.0)),
    agent("henrik", "Henrik", 2, (LINES, &["network", "fibre", "wifi"], ALL), 6, (DAY, 1.0)),
    agent("livia", "Livia", 2, (DEEP, &["phones", "routers", "accounts"], ALL), 6, (MORNING, 0.95)),
    agent("samir", "Samir", 2, (TRADE, &["invoices", "contracts"], ALL), 6, (LATE, 1.05)),
    agent("margit", "Margit", 3, (EVERY, &["network", "fibre", "accounts", "invoices"], ALL), 4, (DAY, 1.3)),
];

/// A row of the table above: queues, skills and languages; capacity; shifts and pace.
const fn agent(
    login: &'static str,
    name: &'static str,
    tier: u8,
    can: (Names, Names, Names),
    capacity: u32,
    works: (Names, f64),
) -> Agent {
    let (queues, skills, locales) = can;
    let (shifts, pace) = works;
    Agent { login, name, tier, queues, skills, locales, capacity, shifts, pace }
}

/// What an agent does with a ticket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Handling {
    /// Working minutes from the assignment to the first reply.
    pub first_touch_minutes: u32,
    /// Working minutes spent on it, waiting left out.
    pub work_minutes: u32,
    pub asks_back: bool,
    pub waits_for_vendor: bool,
    /// Hours of waiting, if so; 4 to 240.
    pub vendor_hours: u32,
    /// By hand, to the next tier; nobody is above the third.
    pub escalates: bool,
    /// The right category, where the flow's was wrong.
    pub corrects: Option<Matter>,
}

/// The agents of a demonstration with its seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Staff {
    seed: u64,
}

impl Staff {
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    #[cfg(test)]
    /// By sign-in name.
    pub fn agent(self, login: &str) -> Option<&'static Agent> {
        AGENTS.iter().find(|agent| agent.login == login)
    }

    /// A stream of its own for a ticket and the agent who has it.
    pub fn chance(self, code: &str, login: &str) -> Chance {
        Chance::keyed(self.seed, &format!("{code} {login}"))
    }

    /// The same for the same ticket and agent. All draws are always made; the matter changes only the work.
    pub fn handling(self, code: &str, agent: &Agent, matter: Matter) -> Handling {
        let mut chance = self.chance(code, agent.login);
        let touch = chance.log_normal(18.0, 0.9) * agent.pace;
        let work = chance.log_normal(1.0, 0.7) * agent.pace * usual_work(matter) * depth(agent.tier);
        let asks_back = chance.chance(0.25);
        let waits_for_vendor = chance.chance(0.05);
        let vendor = chance.log_normal(30.0, 0.7);
        let escalates = chance.chance(0.08) && agent.tier < 3;
        let wrong = chance.chance(0.07);
        let others: Vec<_> = Matter::ALL.into_iter().filter(|other| *other != matter).collect();
        let right = chance.pick(&others).copied();
        Handling {
            first_touch_minutes: touch.clamp(1.0, 480.0).round() as u32,
            work_minutes: work.clamp(2.0, 960.0).round() as u32,
            asks_back,
            waits_for_vendor,
            vendor_hours: vendor.clamp(4.0, 240.0).round() as u32,
            escalates,
            corrects: right.filter(|_| wrong),
        }
    }
}

/// Median minutes of work.
fn usual_work(matter: Matter) -> f64 {
    match matter {
        Matter::Network => 42.0,
        Matter::Devices => 38.0,
        Matter::Access => 14.0,
        Matter::Billing => 24.0,
        Matter::Orders => 20.0,
        Matter::Other => 16.0,
    }
}

/// Higher tiers get what takes longer.
fn depth(tier: u8) -> f64 {
    match tier {
        0 | 1 => 1.0,
        2 => 1.6,
        _ => 2.4,
    }
}
