//! The plan of a demonstration: who comes when, with what and in which temper, and the staff that helps.
//! Pure: the same shape and seed give the same plan on any machine.

pub mod staff;
#[cfg(test)]
mod tests;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::chance::{Chance, ln};
use super::words::{self, Words};

/// How many visits are planned for each ticket wanted: about two in five end without one.
pub const VISITS_PER_TICKET: f64 = 1.7;
/// One contact per so many visits.
const VISITS_PER_CONTACT: f64 = 2.5;
/// Nobody comes more often.
const MOST: u32 = 12;
/// The same contact does not come again sooner.
const BETWEEN: SignedDuration = SignedDuration::from_hours(8);
/// Longer periods are cut to this: ten years.
const MAX_DAYS: u32 = 3660;
/// Growth of the rate from the first day to the last.
const GROWTH: f64 = 0.2;
/// What is left of the rate on a public holiday.
const ON_HOLIDAY: f64 = 0.15;
const OUTAGE_DAYS: i64 = 3;
const OUTAGE: f64 = 6.0;
const BILLING_DAYS: i8 = 3;
const BILLING: f64 = 2.5;

/// Month and day.
const HOLIDAYS: [(i8, i8); 6] = [(12, 25), (12, 26), (1, 1), (5, 1), (6, 2), (8, 15)];
/// By local hour, 0 to 23.
const HOURS: [f64; 24] = [
    0.6, 0.4, 0.3, 0.3, 0.3, 0.5, 1.5, 4.0, 8.0, 11.0, 12.0, 10.5, 7.5, 8.5, 11.0, 11.5, 9.5, 7.0, 4.5, 3.5,
    2.8, 2.2, 1.6, 1.0,
];
/// Monday to Sunday.
const WEEK: [f64; 7] = [1.2, 1.08, 1.0, 0.98, 0.92, 0.4, 0.2];
/// Share of each matter on a usual day.
const MATTERS: [(Matter, f64); 6] = [
    (Matter::Network, 0.28),
    (Matter::Devices, 0.16),
    (Matter::Access, 0.18),
    (Matter::Billing, 0.18),
    (Matter::Orders, 0.12),
    (Matter::Other, 0.08),
];
const LOCALES: [(Locale, f64); 3] = [(Locale::It, 0.45), (Locale::En, 0.35), (Locale::De, 0.2)];

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Shape {
    pub tickets: u32,
    /// Length in days of 24 hours, at most ten years.
    pub days: u32,
    /// Visits come before this.
    pub end: Timestamp,
    /// Where day and night, weeks and holidays are read.
    pub zone: TimeZone,
    pub seed: u64,
}

impl Shape {
    /// Half a year.
    pub const DAYS: u32 = 182;

    /// The first moment of the period.
    pub fn start(&self) -> Timestamp {
        let length = SignedDuration::from_hours(24 * i64::from(self.days.min(MAX_DAYS)));
        self.end.checked_sub(length).unwrap_or(Timestamp::MIN)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    Web,
    Phone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Locale {
    En,
    It,
    De,
}

impl Locale {
    #[cfg(test)]
    pub const ALL: [Self; 3] = [Self::En, Self::It, Self::De];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::It => "it",
            Self::De => "de",
        }
    }
}

/// What a visit is about; the names are the categories of the flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Matter {
    Network,
    Devices,
    Access,
    Billing,
    Orders,
    Other,
}

impl Matter {
    pub const ALL: [Self; 6] =
        [Self::Network, Self::Devices, Self::Access, Self::Billing, Self::Orders, Self::Other];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Devices => "devices",
            Self::Access => "access",
            Self::Billing => "billing",
            Self::Orders => "orders",
            Self::Other => "other",
        }
    }

    /// The queue that the flows and the staff use for it.
    pub fn queue(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Devices => "repairs",
            Self::Billing => "billing",
            Self::Orders => "orders",
            Self::Access | Self::Other => "support",
        }
    }
}

/// How a contact behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Temper {
    /// An answer settles it, if one is offered.
    pub solved_by_answer: bool,
    /// Hours of waiting after which the mood has fallen by most of a point.
    pub patience: f64,
    /// Until an agent's question is answered, 1 to 5760.
    pub writes_back_after_minutes: u32,
    pub answers_survey: bool,
    /// Adds a comment to the survey.
    pub comments: bool,
    /// Says after the solution that it still does not work.
    pub reopens: bool,
    /// Stops answering before the flow's end.
    pub leaves_midway: bool,
    /// Leaves by hanging up; only by phone.
    pub hangs_up: bool,
    /// Mean 0, deviation 1: how kindly the contact judges.
    pub mood: f64,
}

impl Temper {
    fn draw(chance: &mut Chance, channel: Channel) -> Self {
        let writes_back = chance.log_normal(75.0, 1.2).clamp(1.0, 5760.0);
        Self {
            solved_by_answer: chance.chance(0.38),
            patience: chance.log_normal(30.0, 0.6),
            writes_back_after_minutes: writes_back.round() as u32,
            answers_survey: chance.chance(0.35),
            comments: chance.chance(0.4),
            reopens: chance.chance(0.06),
            leaves_midway: chance.chance(0.04),
            hangs_up: chance.chance(0.03) && channel == Channel::Phone,
            mood: chance.normal(),
        }
    }

    #[cfg(test)]
    /// Whether a ticket is to be expected.
    pub fn opens(&self) -> bool {
        !(self.solved_by_answer || self.leaves_midway || self.hangs_up)
    }

    /// Satisfaction, 1 to 5, after so many hours from the first word to the solution.
    pub fn csat(&self, hours: f64) -> i64 {
        self.judges(hours).round().clamp(1.0, 5.0) as i64
    }

    /// How likely the contact recommends us, 0 to 10, after so many hours.
    pub fn nps(&self, hours: f64) -> i64 {
        ((self.judges(hours) - 1.0) * 2.5).round().clamp(0.0, 10.0) as i64
    }

    /// The judgement before it is rounded: about 4.6 at once, about 3.8 when the patience is used up.
    fn judges(&self, hours: f64) -> f64 {
        4.6 + 0.75 * self.mood - 1.1 * ln(1.0 + hours.max(0.0) / self.patience)
    }
}

/// One contact comes once, with one matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Visit {
    pub at: Timestamp,
    /// From 0; always the same language.
    pub contact: u32,
    pub channel: Channel,
    pub locale: Locale,
    pub matter: Matter,
    pub temper: Temper,
    /// For all that is drawn for this visit later on.
    pub seed: u64,
}

impl Visit {
    /// A stream of its own for each purpose.
    pub fn chance(&self, purpose: &str) -> Chance {
        Chance::keyed(self.seed, purpose)
    }

    pub fn words(&self) -> &'static Words {
        words::words(self.matter, self.locale)
    }

    /// The first sentence. Who is content with an answer asks what an article answers; most others do not.
    pub fn opening(&self) -> &'static str {
        let mut chance = self.chance("opening");
        let words = self.words();
        let asks = self.temper.solved_by_answer || chance.chance(0.3);
        let from = if asks { words.asks } else { words.faults };
        // The last one of each list is typed in haste; nobody speaks like that.
        let spoken = from.len() - usize::from(self.channel == Channel::Phone && from.len() > 1);
        chance.text(from.get(..spoken).unwrap_or(from))
    }

    /// The contact's first name, always the same.
    pub fn name(&self) -> &'static str {
        let names = words::manners(self.locale).names;
        names.get(self.contact as usize % names.len().max(1)).copied().unwrap_or_default()
    }
}

/// Every visit in order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub visits: Vec<Visit>,
    /// How many contacts there are, numbered from 0.
    pub contacts: u32,
    /// From and until: three local days of network trouble; `None` where the period is too short for it.
    pub outage: Option<(Timestamp, Timestamp)>,
}

impl Plan {
    pub fn new(shape: Shape) -> Self {
        let outage = outage(&shape);
        let wanted = (f64::from(shape.tickets) * VISITS_PER_TICKET).round() as usize;
        let cells = cells(&shape, outage);
        let arrivals = arrivals(&cells, wanted, &mut Chance::keyed(shape.seed, "arrivals"));
        let (visits, contacts) = visits(&arrivals, shape.seed);
        let span = outage.and_then(|first| {
            let last = first.checked_add(jiff::Span::new().days(OUTAGE_DAYS)).ok()?;
            Some((midnight(first, &shape.zone)?, midnight(last, &shape.zone)?))
        });
        Self { visits, contacts, outage: span }
    }

    #[cfg(test)]
    /// How many tickets are to be expected if each contact does what the temper says and every answer exists.
    pub fn tickets(&self) -> usize {
        self.visits.iter().filter(|visit| visit.temper.opens()).count()
    }
}

/// An hour of one matter: from, length in milliseconds, and how many visits to expect, unscaled.
#[derive(Debug, Clone, Copy)]
struct Cell {
    from: Timestamp,
    length: i64,
    matter: Matter,
    rate: f64,
}

/// All hours of the period, by matter; the last one may be shorter.
fn cells(shape: &Shape, outage: Option<Date>) -> Vec<Cell> {
    let start = shape.start();
    let whole = shape.end.duration_since(start).as_millis_f64().max(1.0);
    let mut cells = Vec::new();
    let mut from = start;
    while from < shape.end {
        let until = from.checked_add(SignedDuration::from_hours(1)).unwrap_or(shape.end).min(shape.end);
        let length = until.as_millisecond() - from.as_millisecond();
        let done = from.duration_since(start).as_millis_f64() / whole;
        let local = shape.zone.to_datetime(from);
        let usual = usual(local.date(), local.hour()) * (1.0 + GROWTH * done) * length as f64;
        for (matter, share) in MATTERS {
            let rate = usual * share * surge(matter, local.date(), outage);
            cells.push(Cell { from, length, matter, rate });
        }
        from = until;
    }
    cells
}

/// The weekly pattern, and holidays.
fn usual(date: Date, hour: i8) -> f64 {
    let at = |table: &[f64], index: i8| table.get(index as usize).copied().unwrap_or_default();
    let day = at(&WEEK, date.weekday().to_monday_zero_offset());
    let calm = if holiday(date) { ON_HOLIDAY } else { 1.0 };
    day * at(&HOURS, hour) * calm
}

fn holiday(date: Date) -> bool {
    HOLIDAYS.contains(&(date.month(), date.day()))
}

/// By how much a matter comes up more often on that day.
fn surge(matter: Matter, date: Date, outage: Option<Date>) -> f64 {
    let out = outage.is_some_and(|first| (0..OUTAGE_DAYS).contains(&days_between(first, date)));
    match matter {
        Matter::Network if out => OUTAGE,
        Matter::Billing if date.day() <= BILLING_DAYS => BILLING,
        _ => 1.0,
    }
}

fn days_between(from: Date, until: Date) -> i64 {
    until.duration_since(from).as_hours() / 24
}

/// The first day of the outage: a Tuesday past the middle of the period, with no holiday near.
fn outage(shape: &Shape) -> Option<Date> {
    let start = shape.zone.to_datetime(shape.start()).date();
    let days = i64::from(shape.days.min(MAX_DAYS));
    let fits = |day: &Date| {
        let three = day.series(jiff::Span::new().days(1)).take(OUTAGE_DAYS as usize);
        day.weekday() == Weekday::Tuesday && three.into_iter().all(|date| !holiday(date))
    };
    let mut tuesdays = Vec::new();
    for offset in days * 9 / 20..=days * 3 / 4 {
        let day = start.checked_add(jiff::Span::new().days(offset)).ok()?;
        if fits(&day) && offset + OUTAGE_DAYS < days {
            tuesdays.push(day);
        }
    }
    Chance::keyed(shape.seed, "outage").pick(&tuesdays).copied()
}

fn midnight(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_timestamp(date.at(0, 0, 0, 0)).ok()
}

/// When somebody comes and with what, in order: Poisson by hour and matter, given that the sum is as wanted.
fn arrivals(cells: &[Cell], wanted: usize, chance: &mut Chance) -> Vec<(Timestamp, Matter)> {
    let mut sums = Vec::with_capacity(cells.len());
    let mut sum = 0.0;
    for cell in cells {
        sum += cell.rate;
        sums.push(sum);
    }
    if sum <= 0.0 {
        return Vec::new();
    }
    let scale = wanted as f64 / sum;
    let mut arrivals = Vec::with_capacity(wanted);
    for cell in cells {
        for _ in 0..chance.poisson(cell.rate * scale) {
            arrivals.push(moment(cell, chance));
        }
    }
    // What is too much goes and what is missing comes wherever the rates say; the pattern stays Poisson.
    while arrivals.len() > wanted {
        arrivals.swap_remove(chance.below(arrivals.len()));
    }
    while arrivals.len() < wanted {
        let point = chance.unit() * sum;
        let index = sums.partition_point(|sum| *sum <= point);
        let Some(cell) = cells.get(index).or(cells.last()) else { break };
        arrivals.push(moment(cell, chance));
    }
    arrivals.sort_unstable();
    arrivals
}

/// Any moment within the hour.
fn moment(cell: &Cell, chance: &mut Chance) -> (Timestamp, Matter) {
    let offset = SignedDuration::from_millis((chance.unit() * cell.length as f64) as i64);
    (cell.from.checked_add(offset).unwrap_or(cell.from), cell.matter)
}

/// When a contact came last, and how often so far.
#[derive(Debug, Clone, Copy)]
struct Seen {
    at: Timestamp,
    times: u32,
}

/// Gives each arrival a contact and a temper; also says how many contacts there are.
fn visits(arrivals: &[(Timestamp, Matter)], seed: u64) -> (Vec<Visit>, u32) {
    let mut visits: Vec<Visit> = Vec::with_capacity(arrivals.len());
    let mut last: Vec<Seen> = Vec::new();
    let mut chance = Chance::keyed(seed, "contacts");
    for &(at, matter) in arrivals {
        // As many new ones as keep the proportion; the others are known already.
        let known = last.len() as f64 * VISITS_PER_CONTACT > visits.len() as f64;
        let fresh = chance.chance(if known { 0.36 } else { 0.64 });
        let back = if fresh { None } else { returning(&visits, &last, at, matter, &mut chance) };
        let contact = back.unwrap_or(last.len() as u32);
        match last.get_mut(contact as usize) {
            Some(seen) => *seen = Seen { at, times: seen.times + 1 },
            None => last.push(Seen { at, times: 1 }),
        }
        visits.push(visit(at, contact, matter, seed, chance.bits()));
    }
    (visits, last.len() as u32)
}

/// Somebody who was here, rather lately and rather with the same matter, and is not in the middle of it.
fn returning(
    visits: &[Visit],
    last: &[Seen],
    at: Timestamp,
    matter: Matter,
    chance: &mut Chance,
) -> Option<u32> {
    for _ in 0..24 {
        let back = chance.exponential(visits.len().min(600) as f64) as usize + 1;
        let Some(earlier) = visits.len().checked_sub(back).and_then(|index| visits.get(index)) else {
            continue;
        };
        let free = |seen: &Seen| seen.times < MOST && at.duration_since(seen.at) > BETWEEN;
        let rested = last.get(earlier.contact as usize).is_some_and(free);
        if rested && (earlier.matter == matter || chance.chance(0.25)) {
            return Some(earlier.contact);
        }
    }
    None
}

/// The language is the contact's own and the channel mostly so; the temper is the day's.
fn visit(at: Timestamp, contact: u32, matter: Matter, seed: u64, own: u64) -> Visit {
    let channel = |chance: &mut Chance| if chance.chance(0.3) { Channel::Phone } else { Channel::Web };
    let mut person = Chance::keyed(seed, &format!("contact {contact}"));
    let locale = person.weighted(&LOCALES).unwrap_or(Locale::En);
    let habit = channel(&mut person);
    let mut chance = Chance::keyed(own, "visit");
    let channel = if chance.chance(0.85) { habit } else { channel(&mut chance) };
    let temper = Temper::draw(&mut chance, channel);
    Visit { at, contact, channel, locale, matter, temper, seed: own }
}
