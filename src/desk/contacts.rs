//! Figures of conversations over a period, from what happened in each: who was helped, by whom, how long they
//! waited for a person, and who gave up. Each conversation is boiled down to one [`TalkLine`], which is
//! stored, and written anew when something happens in it; figures are computed from lines alone.
//!
//! What happened counts in the period in which it happened. What is said of a conversation as a whole (that
//! no ticket was opened, say) is said as it was known at the end of the period, so that figures of the past
//! stay as they were; and where it may happen again (it ended, went on, and ended), the last time before the
//! end of the period counts.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::deflection::{RETURN_WITHIN, share};
use super::figures::Times;

/// Seven days. What comes later by exactly this much is not within it.
const WITHIN: SignedDuration = SignedDuration::from_secs(RETURN_WITHIN.as_secs() as i64);

/// The outcome of a conversation that goes on in another one: it is over here, and did not end.
const MOVED: &str = "moved";

/// A conversation and what happened in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Talk {
    pub id: String,
    /// Empty: nobody knows who it was, so that nobody can be said to have come back.
    pub contact: String,
    pub channel: String,
    pub locale: String,
    /// The one that began it.
    pub flow: String,
    pub category: Option<String>,
    pub queue: Option<String>,
    pub agent: Option<String>,
    pub began: Timestamp,
    /// In the order in which they happened.
    pub moments: Vec<(Timestamp, Moment)>,
}

/// Something that happened in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// A person was wanted, whether one was free or not.
    HandoffWanted {
        queue: String,
    },
    /// Nobody was free, or nobody took it in time.
    NobodyCame,
    AgentTook {
        agent: String,
    },
    /// The bot has it again, from an agent or a queue.
    HandedBack,
    TicketOpened,
    TicketAdded,
    AnswerOffered,
    /// By an answer: the contact said so, or left after it.
    Solved {
        confirmed: bool,
    },
    SolvedByAgent,
    PromptFailed,
    /// Hung up, or went.
    Left,
    Parked,
    Resumed,
    Closed {
        outcome: String,
    },
}

/// What figures are told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TalkBy {
    Channel,
    Locale,
    Flow,
    Queue,
    Category,
    Agent,
}

impl TalkBy {
    pub const ALL: [Self; 6] =
        [Self::Channel, Self::Locale, Self::Flow, Self::Queue, Self::Category, Self::Agent];

    pub fn word(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Locale => "locale",
            Self::Flow => "flow",
            Self::Queue => "queue",
            Self::Category => "category",
            Self::Agent => "agent",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.word() == word)
    }

    /// `none` where it has none.
    pub fn of(self, line: &TalkLine) -> &str {
        let of = match self {
            Self::Channel => Some(&line.channel),
            Self::Locale => Some(&line.locale),
            Self::Flow => Some(&line.flow),
            Self::Queue => line.queue.as_ref(),
            Self::Category => line.category.as_ref(),
            Self::Agent => line.agent.as_ref(),
        };
        of.map_or("none", String::as_str)
    }
}

/// All that figures need of a conversation. It holds nothing that was said, and not who the contact is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TalkLine {
    #[serde(rename = "i")]
    pub id: String,
    #[serde(rename = "c")]
    pub channel: String,
    #[serde(rename = "l")]
    pub locale: String,
    #[serde(rename = "f")]
    pub flow: String,
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    #[serde(rename = "b")]
    pub began: Timestamp,
    /// See [`came_before`].
    #[serde(rename = "e", default, skip_serializing_if = "std::ops::Not::not")]
    pub came_before: bool,
    /// See [`came_back`].
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Timestamp>,
    /// By time.
    #[serde(rename = "m", default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<(Mark, Timestamp)>,
}

/// A [`Moment`], as far as figures tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    #[serde(rename = "w")]
    Wanted,
    /// In another queue than the time before.
    #[serde(rename = "x")]
    WantedElsewhere,
    #[serde(rename = "n")]
    NobodyCame,
    #[serde(rename = "t")]
    Taken,
    #[serde(rename = "b")]
    HandedBack,
    #[serde(rename = "o")]
    TicketOpened,
    #[serde(rename = "a")]
    TicketAdded,
    #[serde(rename = "c")]
    Confirmed,
    #[serde(rename = "s")]
    Assumed,
    #[serde(rename = "p")]
    SolvedByAgent,
    #[serde(rename = "f")]
    PromptFailed,
    /// Left, parked or closed.
    #[serde(rename = "g")]
    Gone,
    /// It goes on in another conversation.
    #[serde(rename = "m")]
    Moved,
    #[serde(rename = "r")]
    Resumed,
}

impl TalkLine {
    /// `came_before` and `back` are what [`came_before`] and [`came_back`] say of it. `back` changes when
    /// another conversation begins, so the lines of that contact's last seven days are then to be written
    /// anew.
    pub fn of(talk: &Talk, came_before: bool, back: Option<Timestamp>) -> Self {
        let mut moments: Vec<&(Timestamp, Moment)> = talk.moments.iter().collect();
        moments.sort_by_key(|(at, _)| *at);
        let mut last = None;
        let marks = moments.into_iter().filter_map(|(at, moment)| Some((mark(moment, &mut last)?, *at)));
        Self {
            marks: marks.collect(),
            id: talk.id.clone(),
            channel: talk.channel.clone(),
            locale: talk.locale.clone(),
            flow: talk.flow.clone(),
            category: talk.category.clone(),
            queue: talk.queue.clone(),
            agent: talk.agent.clone(),
            began: talk.began,
            came_before,
            back,
        }
    }
}

/// `last` is the queue in which a person was wanted last.
fn mark<'t>(moment: &'t Moment, last: &mut Option<&'t str>) -> Option<Mark> {
    Some(match moment {
        Moment::HandoffWanted { queue } => match last.replace(queue) {
            Some(before) if before != queue => Mark::WantedElsewhere,
            _ => Mark::Wanted,
        },
        Moment::NobodyCame => Mark::NobodyCame,
        Moment::AgentTook { .. } => Mark::Taken,
        Moment::HandedBack => Mark::HandedBack,
        Moment::TicketOpened => Mark::TicketOpened,
        Moment::TicketAdded => Mark::TicketAdded,
        Moment::AnswerOffered => return None,
        Moment::Solved { confirmed: true } => Mark::Confirmed,
        Moment::Solved { confirmed: false } => Mark::Assumed,
        Moment::SolvedByAgent => Mark::SolvedByAgent,
        Moment::PromptFailed => Mark::PromptFailed,
        Moment::Closed { outcome } if outcome == MOVED => Mark::Moved,
        Moment::Left | Moment::Parked | Moment::Closed { .. } => Mark::Gone,
        Moment::Resumed => Mark::Resumed,
    })
}

/// Whether the contact had been here on the same matter less than seven days before it began: an earlier
/// conversation began, or something happened in it, then. One that was moved to another channel is no contact
/// of its own.
pub fn came_before(talk: &Talk, earlier: &[Talk]) -> bool {
    let known = |other: &Talk| {
        other
            .moments
            .iter()
            .map(|(at, _)| *at)
            .filter(|at| *at < talk.began)
            .fold(other.began, Timestamp::max)
    };
    let moved = |other: &Talk| {
        other.moments.iter().any(|(_, m)| matches!(m, Moment::Closed { outcome } if outcome == MOVED))
    };
    earlier.iter().any(|other| {
        other.began < talk.began
            && same_matter(talk, other)
            && !moved(other)
            && talk.began.duration_since(known(other)) < WITHIN
    })
}

/// When the contact first began another conversation on the same matter, less than seven days after an answer
/// solved it for the last time. `None` where no answer did, or they did not come back.
pub fn came_back(talk: &Talk, later: &[Talk]) -> Option<Timestamp> {
    let solved =
        talk.moments.iter().filter(|(_, m)| matches!(m, Moment::Solved { .. })).map(|(at, _)| *at).max()?;
    let soon = |at: &Timestamp| *at > solved && at.duration_since(solved) < WITHIN;
    later.iter().filter(|other| same_matter(talk, other)).map(|other| other.began).filter(soon).min()
}

/// The same contact, and the same category where both have one, else the same flow.
fn same_matter(one: &Talk, other: &Talk) -> bool {
    let matter = match (&one.category, &other.category) {
        (Some(one), Some(other)) => one == other,
        _ => one.flow == other.flow,
    };
    matter && one.id != other.id && !one.contact.is_empty() && one.contact == other.contact
}

/// The figures of a period.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct TalkFigures {
    /// Conversations that began in the period.
    pub begun: u64,
    /// Conversations that were left, parked or closed in the period, and did not go on before its end. One
    /// that was moved to another channel goes on there.
    pub ended: u64,
    /// Of the ended: no person ever took it, and no ticket was opened or added to.
    pub contained: u64,
    /// How often a person was wanted in the period, whether one was free or not.
    pub handoffs: u64,
    /// Of the begun: a person was wanted at least once.
    pub handed: u64,
    /// Waits in a queue that began in the period. One wait lasts from the first time that a person is wanted
    /// until an agent takes it, nobody comes, it is solved or handed back, or the contact goes, through
    /// however many queues. Where nobody is free at the very moment there is no wait.
    pub queued: u64,
    /// Waits that were over in the period, however that came.
    pub waited: u64,
    /// Of those: it was left, parked or closed before an agent took it and before nobody came.
    pub abandoned: u64,
    /// How often nobody came, in the period.
    pub unreached: u64,
    /// From when a person was wanted first to when an agent took it, where that was in the period; of one
    /// conversation there may be several. An agent who takes one where no person was wanted kept nobody
    /// waiting.
    pub time_to_agent: Times,
    /// Conversations that the contact said an answer solved, or that an agent solved, in the period. What was
    /// confirmed and then given up in a queue is not settled.
    pub settled: u64,
    /// Of the settled: no earlier contact on the matter ([`came_before`]), no ticket opened or added to, and
    /// never handed on from one queue to another.
    pub settled_at_first: u64,
    /// Conversations that an answer solved in the period, as the contact said; no agent took or solved it, no
    /// ticket was opened or added to, and it was not given up in a queue.
    pub deflected_confirmed: u64,
    /// Likewise, where the contact left after the answer and said nothing.
    pub deflected_assumed: u64,
    /// Of both: those of at least seven days before the end of the period. A period of a week has hardly any.
    pub durable_due: u64,
    /// Of the due: the contact did not come back on the matter within seven days.
    pub deflected_durable: u64,
    /// Tickets opened in the period.
    pub tickets: u64,
    /// Prompts that failed for good in the period.
    pub failed: u64,
}

impl TalkFigures {
    /// Contained ÷ ended; `None` where nothing ended.
    pub fn containment(&self) -> Option<f64> {
        share(self.contained, self.ended)
    }

    /// Handed ÷ begun; `None` where nothing began.
    pub fn handoff_rate(&self) -> Option<f64> {
        share(self.handed, self.begun)
    }

    /// Abandoned ÷ waited; `None` where no wait was over.
    pub fn abandonment(&self) -> Option<f64> {
        share(self.abandoned, self.waited)
    }

    /// Settled at first ÷ settled (FCR); `None` where nothing was settled.
    pub fn fcr(&self) -> Option<f64> {
        share(self.settled_at_first, self.settled)
    }

    /// Durable ÷ due; `None` where none is due.
    pub fn durable_share(&self) -> Option<f64> {
        share(self.deflected_durable, self.durable_due)
    }
}

/// The figures of `lines` from `from` up to, and without, `until`, which is now at the latest: who has not
/// come back by a time that is yet to come is not known.
pub fn figures<'l>(
    lines: impl IntoIterator<Item = &'l TalkLine>,
    (from, until): (Timestamp, Timestamp),
) -> TalkFigures {
    let within = |at: Timestamp| from <= at && at < until;
    let mut all = TalkFigures::default();
    let mut times = Vec::new();
    for line in lines {
        let course = Course::of(line, until);
        for (mark, _) in line.marks.iter().filter(|(_, at)| within(*at)) {
            count(&mut all, *mark);
        }
        if within(line.began) {
            all.begun += 1;
            all.handed += u64::from(course.wanted);
        }
        if course.gone.is_some_and(within) {
            all.ended += 1;
            all.contained += u64::from(!course.taken && !course.ticketed);
        }
        if course.settled().is_some_and(within) {
            all.settled += 1;
            let first = !line.came_before && !course.ticketed && !course.handed_on;
            all.settled_at_first += u64::from(first);
        }
        for wait in course.waits.iter().filter(|wait| wait.lasted()) {
            all.queued += u64::from(within(wait.since));
            let Some((at, end)) = wait.over.filter(|(at, _)| within(*at)) else { continue };
            all.waited += 1;
            all.abandoned += u64::from(end == End::Gone);
            if end == End::Taken {
                times.push(at.duration_since(wait.since));
            }
        }
        deflected(&mut all, line, course.deflected().filter(|(at, _)| within(*at)), until);
    }
    all.time_to_agent = Times::of(times);
    all
}

fn count(all: &mut TalkFigures, mark: Mark) {
    match mark {
        Mark::Wanted | Mark::WantedElsewhere => all.handoffs += 1,
        Mark::NobodyCame => all.unreached += 1,
        Mark::TicketOpened => all.tickets += 1,
        Mark::PromptFailed => all.failed += 1,
        // What these make of a conversation depends on what came before and after.
        Mark::Taken
        | Mark::HandedBack
        | Mark::TicketAdded
        | Mark::Confirmed
        | Mark::Assumed
        | Mark::SolvedByAgent
        | Mark::Gone
        | Mark::Moved
        | Mark::Resumed => {}
    }
}

fn deflected(all: &mut TalkFigures, line: &TalkLine, solved: Option<(Timestamp, bool)>, until: Timestamp) {
    let Some((at, confirmed)) = solved else { return };
    all.deflected_confirmed += u64::from(confirmed);
    all.deflected_assumed += u64::from(!confirmed);
    if until.duration_since(at) >= WITHIN {
        let back = line.back.is_some_and(|back| back > at && back.duration_since(at) < WITHIN);
        all.durable_due += 1;
        all.deflected_durable += u64::from(!back);
    }
}

/// A contact's wait for a person.
#[derive(Debug, Clone, Copy)]
struct Wait {
    since: Timestamp,
    over: Option<(Timestamp, End)>,
}

/// How a wait ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Taken,
    NobodyCame,
    Gone,
    /// Back with the bot, moved, or solved by an agent who never took it.
    Otherwise,
}

impl Wait {
    /// Not so where nobody was free to begin with.
    fn lasted(&self) -> bool {
        self.over != Some((self.since, End::NobodyCame))
    }
}

/// How a conversation went, up to some time.
#[derive(Debug, Default)]
struct Course {
    waits: Vec<Wait>,
    wanted: bool,
    taken: bool,
    ticketed: bool,
    /// From one queue to another.
    handed_on: bool,
    /// Since when it is left, parked or closed.
    gone: Option<Timestamp>,
    /// When an answer solved it last, and whether the contact said so.
    answered: Option<(Timestamp, bool)>,
    confirmed: Option<Timestamp>,
    by_agent: Option<Timestamp>,
}

impl Course {
    fn of(line: &TalkLine, until: Timestamp) -> Self {
        let mut course = Self::default();
        for (mark, at) in line.marks.iter().filter(|(_, at)| *at < until) {
            course.see(*mark, *at);
        }
        course
    }

    fn see(&mut self, mark: Mark, at: Timestamp) {
        match mark {
            Mark::Wanted | Mark::WantedElsewhere => {
                self.gone = None;
                self.wanted = true;
                self.handed_on |= mark == Mark::WantedElsewhere;
                if self.waits.last().is_none_or(|wait| wait.over.is_some()) {
                    self.waits.push(Wait { since: at, over: None });
                }
            }
            Mark::Taken => {
                self.gone = None;
                self.taken = true;
                self.over(at, End::Taken);
            }
            // What was parked and then moved did not end either.
            Mark::HandedBack | Mark::Moved => {
                self.gone = None;
                self.over(at, End::Otherwise);
            }
            Mark::NobodyCame => self.over(at, End::NobodyCame),
            Mark::TicketOpened | Mark::TicketAdded => self.ticketed = true,
            Mark::Confirmed => {
                self.confirmed = Some(at);
                self.answered = Some((at, true));
            }
            Mark::Assumed => self.answered = Some((at, false)),
            Mark::SolvedByAgent => {
                self.by_agent = Some(at);
                self.over(at, End::Otherwise);
            }
            Mark::Gone => {
                // Closed after it was left: it ended when it was left.
                self.gone.get_or_insert(at);
                self.over(at, End::Gone);
            }
            Mark::Resumed => self.gone = None,
            Mark::PromptFailed => {}
        }
    }

    fn over(&mut self, at: Timestamp, end: End) {
        if let Some(wait) = self.waits.last_mut().filter(|wait| wait.over.is_none()) {
            wait.over = Some((at, end));
        }
    }

    /// Its end is that the contact did not wait any longer.
    fn given_up(&self) -> bool {
        let end = self.gone.map(|at| (at, End::Gone));
        end.is_some() && self.waits.last().is_some_and(|wait| wait.over == end)
    }

    fn settled(&self) -> Option<Timestamp> {
        self.by_agent.max(self.confirmed.filter(|_| !self.given_up()))
    }

    fn deflected(&self) -> Option<(Timestamp, bool)> {
        let person = self.taken || self.by_agent.is_some();
        self.answered.filter(|_| !person && !self.ticketed && !self.given_up())
    }
}

#[cfg(test)]
mod tests;
