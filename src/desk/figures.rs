//! Figures of the desk, from the histories of tickets alone: how long until somebody answered and until it was resolved, what was
//! promised and kept, what came in and went out. A mean over nothing is no figure, and beside every mean stand how many there
//! were, their median and their 90th percentile.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::history::{Change, Entry};
use super::targets::{Count, Target};
use super::ticket::State;
use crate::calendar::Calendar;

/// A ticket as figures see it.
#[derive(Debug, Clone)]
pub struct Case {
    pub code: String,
    pub queue: String,
    pub category: String,
    pub kind: String,
    pub priority: String,
    pub channel: String,
    pub locale: String,
    pub agent: Option<String>,
    pub history: Vec<Entry>,
    /// How its promises stand at the end of the period, or now where that comes first.
    pub counts: Vec<Count>,
}

/// What figures are told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Queue,
    Category,
    Type,
    Priority,
    Channel,
    Locale,
    Agent,
}

impl By {
    pub const ALL: [Self; 7] =
        [Self::Queue, Self::Category, Self::Type, Self::Priority, Self::Channel, Self::Locale, Self::Agent];

    pub fn word(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Category => "category",
            Self::Type => "type",
            Self::Priority => "priority",
            Self::Channel => "channel",
            Self::Locale => "locale",
            Self::Agent => "agent",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.word() == word)
    }

    pub fn of(self, case: &Case) -> &str {
        match self {
            Self::Queue => &case.queue,
            Self::Category => &case.category,
            Self::Type => &case.kind,
            Self::Priority => &case.priority,
            Self::Channel => &case.channel,
            Self::Locale => &case.locale,
            Self::Agent => case.agent.as_deref().unwrap_or("nobody"),
        }
    }
}

/// Times in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Times {
    pub n: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// The middle one, or the mean of the two in the middle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// The least that nine in ten do not exceed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90: Option<f64>,
}

impl Times {
    pub fn of(mut times: Vec<SignedDuration>) -> Self {
        times.sort();
        let n = times.len();
        if n == 0 {
            return Self::default();
        }
        let seconds = |at: usize| times[at].as_secs_f64();
        let total: f64 = times.iter().map(SignedDuration::as_secs_f64).sum();
        let median =
            if n % 2 == 1 { seconds(n / 2) } else { f64::midpoint(seconds(n / 2 - 1), seconds(n / 2)) };
        let p90 = (n * 9).div_ceil(10).max(1) - 1;
        Self { n: n as u64, mean: Some(total / n as f64), median: Some(median), p90: Some(seconds(p90)) }
    }
}

/// Promises that came due in the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Kept {
    pub due: u64,
    pub kept: u64,
}

impl Kept {
    /// `None` where none was due.
    pub fn share(self) -> Option<f64> {
        (self.due > 0).then(|| self.kept as f64 / self.due as f64)
    }
}

/// Scores of a survey that came in the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Scores {
    pub n: u64,
    /// CSAT: 4 and 5. NPS: 9 and 10.
    pub good: u64,
    /// CSAT: 1 to 3. NPS: 0 to 6.
    pub bad: u64,
}

impl Scores {
    fn count(&mut self, good: bool, bad: bool) {
        self.n += 1;
        self.good += u64::from(good);
        self.bad += u64::from(bad);
    }

    /// CSAT: the share of the satisfied; `None` where nobody answered.
    pub fn satisfied(self) -> Option<f64> {
        (self.n > 0).then(|| self.good as f64 / self.n as f64)
    }

    /// NPS: the share of promoters less that of detractors, −100 to 100; `None` where nobody answered.
    pub fn promoters(self) -> Option<f64> {
        (self.n > 0).then(|| (self.good as f64 - self.bad as f64) * 100.0 / self.n as f64)
    }
}

/// The figures of a period.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Figures {
    pub opened: u64,
    pub resolved: u64,
    /// Closed or cancelled.
    pub closed: u64,
    pub reopened: u64,
    pub escalated: u64,
    /// Categories that an agent put right.
    pub recategorised: u64,
    /// Not over at the end of the period.
    pub backlog: u64,
    /// Opened ÷ closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turnaround: Option<f64>,
    /// From the opening to the first claim or answer of a person, where that came in the period (MTTA).
    pub to_answer: Times,
    pub to_answer_working: Times,
    /// From the opening to the resolution, where that came in the period and stood at its end; waiting for the contact, and the
    /// time in which it was taken for resolved, left out (MTTR).
    pub to_resolve: Times,
    pub to_resolve_working: Times,
    pub first_response: Kept,
    pub next_response: Kept,
    pub resolution: Kept,
    /// Of contacts with a ticket.
    pub csat: Scores,
    pub nps: Scores,
    /// Surveys that were passed over.
    pub unanswered: u64,
}

/// The figures of `cases` from `from` up to, and without, `until`. Working time is that of `calendar`.
pub fn figures<'c>(
    cases: impl IntoIterator<Item = &'c Case>,
    (from, until): (Timestamp, Timestamp),
    calendar: &Calendar,
) -> Figures {
    let within = |at: Timestamp| from <= at && at < until;
    let mut all = Figures::default();
    let (mut answer, mut answer_working, mut resolve, mut resolve_working) = (vec![], vec![], vec![], vec![]);
    for case in cases {
        let known: Vec<&Entry> = case.history.iter().filter(|entry| entry.at < until).collect();
        let Some(opened) = known.first().map(|entry| entry.at) else { continue };
        for entry in known.iter().filter(|entry| within(entry.at)) {
            count(&mut all, entry);
        }
        let state = known.iter().rev().find_map(|entry| moved_to(entry)).unwrap_or(State::New);
        all.backlog += u64::from(!state.is_over());
        let answered = known.iter().find(|entry| is_answer(entry)).map(|entry| entry.at);
        if let Some(at) = answered.filter(|at| within(*at)) {
            // Clocks of several machines may differ by a little.
            answer.push(at.duration_since(opened).max(SignedDuration::ZERO));
            answer_working.push(calendar.between(opened, at));
        }
        if let Some(at) = resolution(&known).filter(|at| within(*at)) {
            let spans = under_way(&known, at);
            resolve.push(spans.iter().map(|(from, to)| to.duration_since(*from)).sum());
            resolve_working.push(spans.iter().map(|(from, to)| calendar.between(*from, *to)).sum());
        }
        for promise in &case.counts {
            let promised = promise.breached.is_some() || promise.allowed.is_some();
            if !promised || !promise.breached.or(promise.ended).is_some_and(within) {
                continue;
            }
            let kept = match promise.target {
                Target::FirstResponse => &mut all.first_response,
                Target::NextResponse => &mut all.next_response,
                Target::Resolution => &mut all.resolution,
            };
            kept.due += 1;
            kept.kept += u64::from(promise.breached.is_none());
        }
    }
    all.turnaround = (all.closed > 0).then(|| all.opened as f64 / all.closed as f64);
    all.to_answer = Times::of(answer);
    all.to_answer_working = Times::of(answer_working);
    all.to_resolve = Times::of(resolve);
    all.to_resolve_working = Times::of(resolve_working);
    all
}

fn count(all: &mut Figures, entry: &Entry) {
    match &entry.change {
        Change::Opened { .. } => all.opened += 1,
        Change::Moved { to: State::Resolved, .. } => all.resolved += 1,
        Change::Moved { to: State::Closed | State::Cancelled, .. } => all.closed += 1,
        Change::Moved { to: State::Reopened, .. } => all.reopened += 1,
        Change::Escalated { .. } => all.escalated += 1,
        Change::Categorised { .. } => all.recategorised += 1,
        Change::Surveyed { survey, score: Some(score), .. } if survey == "csat" => {
            all.csat.count(*score >= 4, *score <= 3);
        }
        Change::Surveyed { survey, score: Some(score), .. } if survey == "nps" => {
            all.nps.count(*score >= 9, *score <= 6);
        }
        Change::Surveyed { score: None, comment: None, .. } => all.unanswered += 1,
        _ => {}
    }
}

fn moved_to(entry: &Entry) -> Option<State> {
    match entry.change {
        Change::Moved { to, .. } => Some(to),
        _ => None,
    }
}

/// A person took it, or wrote.
fn is_answer(entry: &Entry) -> bool {
    matches!(entry.change, Change::Replied | Change::Assigned { to: Some(_), .. })
}

/// When it was resolved last, where it stayed so.
fn resolution(known: &[&Entry]) -> Option<Timestamp> {
    let mut at = None;
    for entry in known {
        match moved_to(entry) {
            Some(State::Resolved) => at = Some(entry.at),
            // Filed away: the resolution stands.
            Some(State::Closed) | None => {}
            Some(_) => at = None,
        }
    }
    at
}

/// The spans up to `end` in which it was for the desk to do something.
fn under_way(known: &[&Entry], end: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut spans = Vec::new();
    let mut since = known.first().map(|entry| entry.at);
    for entry in known.iter().filter(|entry| entry.at <= end) {
        let Some(state) = moved_to(entry) else { continue };
        let waits =
            matches!(state, State::PendingContact | State::Resolved | State::Closed | State::Cancelled);
        match (since, waits) {
            (Some(from), true) => {
                spans.push((from, entry.at));
                since = None;
            }
            (None, false) => since = Some(entry.at),
            _ => {}
        }
    }
    spans.extend(since.filter(|from| *from < end).map(|from| (from, end)));
    spans
}

#[cfg(test)]
mod tests;
