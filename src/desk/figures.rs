//! The desk's figures over a period, from the lines of tickets. Times are told twice: as they passed, and in working time. A
//! mean over nothing is no figure. Parts add up to the whole.

mod line;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::targets::Target;

pub use line::{Case, Line, Mark, What, reopenings};

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

    /// `nobody` has it where no agent has.
    pub fn of<'l>(self, line: &'l Line<'_>) -> &'l str {
        match self {
            Self::Queue => &line.queue,
            Self::Category => &line.category,
            Self::Type => &line.kind,
            Self::Priority => &line.priority,
            Self::Channel => &line.channel,
            Self::Locale => &line.locale,
            Self::Agent if line.agent.is_empty() => "nobody",
            Self::Agent => &line.agent,
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
    /// Tickets about which the contact was asked when they were closed, and of which the satisfaction was told.
    pub asked: u64,
    pub answered: u64,
}

impl Figures {
    /// The response rate: answered ÷ asked; `None` where nobody was asked. An answer in this period to what was asked before
    /// it can lift it above 1 for a while.
    pub fn response(&self) -> Option<f64> {
        (self.asked > 0).then(|| self.answered as f64 / self.asked as f64)
    }
}

/// The figures from `from` up to, and without, `until`.
pub fn figures<'l, 't: 'l>(
    lines: impl IntoIterator<Item = &'l Line<'t>>,
    (from, until): (Timestamp, Timestamp),
) -> Figures {
    let mut sum = Sum::new(from, until);
    for line in lines {
        sum.add(line);
    }
    sum.figures()
}

/// Figures in the making: lines are added one by one and need not be kept.
#[derive(Debug)]
pub struct Sum {
    from: i64,
    until: i64,
    all: Figures,
    answer: Vec<SignedDuration>,
    answer_working: Vec<SignedDuration>,
    resolve: Vec<SignedDuration>,
    resolve_working: Vec<SignedDuration>,
}

impl Sum {
    pub fn new(from: Timestamp, until: Timestamp) -> Self {
        Self {
            from: from.as_microsecond(),
            until: until.as_microsecond(),
            all: Figures::default(),
            answer: Vec::new(),
            answer_working: Vec::new(),
            resolve: Vec::new(),
            resolve_working: Vec::new(),
        }
    }

    pub fn add(&mut self, line: &Line<'_>) {
        let until = self.until;
        let known = line.marks.iter().filter(|mark| mark.at < until);
        let (mut opened, mut over) = (false, false);
        for mark in known {
            let within = self.from <= mark.at;
            let stands = mark.stands(self.until);
            opened |= mark.what == What::Opened;
            over |= mark.what == What::Over && stands;
            if within {
                self.count(mark, stands);
            }
        }
        self.all.backlog += u64::from(opened && !over);
    }

    fn count(&mut self, mark: &Mark, stands: bool) {
        let all = &mut self.all;
        match mark.what {
            What::Opened => all.opened += 1,
            What::Resolved => {
                all.resolved += 1;
                if stands {
                    self.resolve.push(SignedDuration::from_micros(mark.value));
                    self.resolve_working.push(SignedDuration::from_micros(mark.working));
                }
            }
            What::Over => all.closed += 1,
            What::Reopened => all.reopened += 1,
            What::Escalated => all.escalated += 1,
            What::Recategorised => all.recategorised += 1,
            What::Answered => {
                self.answer.push(SignedDuration::from_micros(mark.value));
                self.answer_working.push(SignedDuration::from_micros(mark.working));
            }
            What::Asked => all.asked += 1,
            What::Csat => {
                all.csat.count(mark.value >= 4, mark.value <= 3);
                all.answered += u64::from(mark.working == 1);
            }
            What::Nps => all.nps.count(mark.value >= 9, mark.value <= 6),
            What::PassedOver => all.unanswered += 1,
            What::Kept(target) if stands => self.promised(target, true),
            What::Missed(target) if stands => self.promised(target, false),
            What::Kept(_) | What::Missed(_) => {}
        }
    }

    fn promised(&mut self, target: Target, kept: bool) {
        let of = match target {
            Target::FirstResponse => &mut self.all.first_response,
            Target::NextResponse => &mut self.all.next_response,
            Target::Resolution => &mut self.all.resolution,
        };
        of.due += 1;
        of.kept += u64::from(kept);
    }

    pub fn figures(self) -> Figures {
        let Self { mut all, answer, answer_working, resolve, resolve_working, .. } = self;
        all.turnaround = (all.closed > 0).then(|| all.opened as f64 / all.closed as f64);
        all.to_answer = Times::of(answer);
        all.to_answer_working = Times::of(answer_working);
        all.to_resolve = Times::of(resolve);
        all.to_resolve_working = Times::of(resolve_working);
        all
    }
}

#[cfg(test)]
mod tests;
