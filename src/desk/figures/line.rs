//! A ticket boiled down to what figures need of it. A line follows from the ticket's history, the promises and the calendar
//! alone; it is kept, made anew when something happens to the ticket, and figures of any period are computed from it.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use crate::calendar::Calendar;
use crate::desk::history::{Change, Entry};
use crate::desk::targets::{Count, Target};
use crate::desk::ticket::State;

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
    /// How its promises stand now.
    pub counts: Vec<Count>,
    /// How that of the resolution stood just before each of [`reopenings`], and when that was.
    pub before: Vec<(Timestamp, Count)>,
}

/// Something that figures count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Opened,
    Resolved,
    /// Closed or cancelled.
    Over,
    Reopened,
    Escalated,
    Recategorised,
    /// A person took it, or wrote, for the first time.
    Answered,
    Csat,
    Nps,
    PassedOver,
    /// The contact was asked how it went.
    Asked,
    Kept(Target),
    Missed(Target),
}

const LETTERS: [(char, What); 17] = [
    ('o', What::Opened),
    ('r', What::Resolved),
    ('c', What::Over),
    ('n', What::Reopened),
    ('e', What::Escalated),
    ('g', What::Recategorised),
    ('a', What::Answered),
    ('y', What::Csat),
    ('p', What::Nps),
    ('u', What::PassedOver),
    ('q', What::Asked),
    ('f', What::Kept(Target::FirstResponse)),
    ('F', What::Missed(Target::FirstResponse)),
    ('x', What::Kept(Target::NextResponse)),
    ('X', What::Missed(Target::NextResponse)),
    ('z', What::Kept(Target::Resolution)),
    ('Z', What::Missed(Target::Resolution)),
];

impl What {
    fn letter(self) -> char {
        LETTERS.into_iter().find(|(_, what)| *what == self).map_or('?', |(letter, _)| letter)
    }

    /// The name by which its tickets are asked for: `resolved`, `missed_resolution`, …
    pub fn word(self) -> String {
        match self {
            Self::Opened => "opened".to_owned(),
            Self::Resolved => "resolved".to_owned(),
            Self::Over => "closed".to_owned(),
            Self::Reopened => "reopened".to_owned(),
            Self::Escalated => "escalated".to_owned(),
            Self::Recategorised => "recategorised".to_owned(),
            Self::Answered => "answered".to_owned(),
            Self::Csat => "csat".to_owned(),
            Self::Nps => "nps".to_owned(),
            Self::PassedOver => "passed_over".to_owned(),
            Self::Asked => "survey_asked".to_owned(),
            Self::Kept(target) => format!("kept_{}", target.word()),
            Self::Missed(target) => format!("missed_{}", target.word()),
        }
    }

    pub fn all() -> impl Iterator<Item = Self> {
        LETTERS.into_iter().map(|(_, what)| what)
    }
}

/// It, when, and until when it stood. Times in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub what: What,
    pub at: i64,
    /// When it came to nothing: what was resolved came up again.
    pub undone: Option<i64>,
    /// The time that it took from the opening, or the score.
    pub value: i64,
    /// Of that time, working time. Of a score: 1 where it answers what was asked, 0 where a flow asked by itself.
    pub working: i64,
}

impl Mark {
    fn new(what: What, at: Timestamp) -> Self {
        Self { what, at: at.as_microsecond(), undone: None, value: 0, working: 0 }
    }

    /// Whether it stands at a moment after it.
    pub fn stands(&self, until: i64) -> bool {
        self.undone.is_none_or(|undone| undone >= until)
    }
}

/// What a line says of a ticket beside its marks: what figures are told by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'t> {
    pub code: Cow<'t, str>,
    pub queue: Cow<'t, str>,
    pub category: Cow<'t, str>,
    pub kind: Cow<'t, str>,
    pub priority: Cow<'t, str>,
    pub channel: Cow<'t, str>,
    pub locale: Cow<'t, str>,
    /// Empty: nobody.
    pub agent: Cow<'t, str>,
    pub marks: Vec<Mark>,
}

impl Line<'static> {
    /// Working time is that of `calendar`. `None` for a ticket without a history.
    pub fn of(case: &Case, calendar: &Calendar) -> Option<Self> {
        let opened = case.history.first()?.at;
        let mut marks = Vec::new();
        for (n, entry) in case.history.iter().enumerate() {
            marks.extend(mark(entry, n, case, calendar));
        }
        if let Some(entry) = case.history.iter().find(|entry| is_answer(entry)) {
            // Clocks of several machines may differ by a little.
            let passed = entry.at.duration_since(opened).max(SignedDuration::ZERO);
            marks.push(Mark {
                value: micros(passed),
                working: micros(calendar.between(opened, entry.at)),
                ..Mark::new(What::Answered, entry.at)
            });
        }
        for (undone, count) in &case.before {
            // What was missed stays missed, and is told by the last count.
            let kept = promise(count).filter(|mark| matches!(mark.what, What::Kept(_)));
            marks.extend(kept.map(|mark| Mark { undone: Some(undone.as_microsecond()), ..mark }));
        }
        marks.extend(case.counts.iter().filter_map(promise));
        let plain = |text: &str| Cow::Owned(text.replace(|c: char| c.is_control(), " "));
        Some(Self {
            code: plain(&case.code),
            queue: plain(&case.queue),
            category: plain(&case.category),
            kind: plain(&case.kind),
            priority: plain(&case.priority),
            channel: plain(&case.channel),
            locale: plain(&case.locale),
            agent: plain(case.agent.as_deref().unwrap_or_default()),
            marks,
        })
    }
}

impl<'t> Line<'t> {
    /// In one line of text: names parted by tabs, and marks by spaces.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(160);
        let names = [
            &self.code,
            &self.queue,
            &self.category,
            &self.kind,
            &self.priority,
            &self.channel,
            &self.locale,
            &self.agent,
        ];
        for name in names {
            text.push_str(name);
            text.push('\t');
        }
        for (n, mark) in self.marks.iter().enumerate() {
            let Mark { what, at, undone, value, working } = mark;
            let undone = undone.map(|at| at.to_string()).unwrap_or_default();
            let gap = if n == 0 { "" } else { " " };
            // Writing to a text does not fail.
            let _ = match (undone.is_empty(), *value, *working) {
                (true, 0, 0) => write!(text, "{gap}{}{at}", what.letter()),
                _ => write!(text, "{gap}{}{at},{undone},{value},{working}", what.letter()),
            };
        }
        text
    }

    /// What [`Self::text`] wrote; `None` where it is something else.
    pub fn read(text: &'t str) -> Option<Self> {
        let mut parts = text.split('\t');
        let mut next = || parts.next().map(Cow::Borrowed);
        let (code, queue, category, kind) = (next()?, next()?, next()?, next()?);
        let (priority, channel, locale, agent) = (next()?, next()?, next()?, next()?);
        let marks = parts.next()?;
        let marks = marks.split(' ').filter(|mark| !mark.is_empty()).map(read).collect::<Option<_>>()?;
        Some(Self { code, queue, category, kind, priority, channel, locale, agent, marks })
    }

    /// The first and the last moment that it speaks of.
    pub fn span(&self) -> (i64, i64) {
        let moments = || self.marks.iter().flat_map(|mark| [Some(mark.at), mark.undone]).flatten();
        (moments().min().unwrap_or_default(), moments().max().unwrap_or_default())
    }

    /// Whether it is closed or cancelled for good.
    pub fn is_over(&self) -> bool {
        self.marks.iter().any(|mark| mark.what == What::Over && mark.undone.is_none())
    }
}

fn read(text: &str) -> Option<Mark> {
    let letter = text.chars().next()?;
    let what = LETTERS.into_iter().find(|(known, _)| *known == letter)?.1;
    let mut numbers = text[letter.len_utf8()..].split(',');
    let at = numbers.next()?.parse().ok()?;
    let Some(undone) = numbers.next() else {
        return Some(Mark { what, at, undone: None, value: 0, working: 0 });
    };
    let undone = if undone.is_empty() { None } else { Some(undone.parse().ok()?) };
    let (value, working) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    Some(Mark { what, at, undone, value, working })
}

fn micros(time: SignedDuration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

fn mark(entry: &Entry, n: usize, case: &Case, calendar: &Calendar) -> Option<Mark> {
    let new = |what: What| Some(Mark::new(what, entry.at));
    let asked = || case.history[..n].iter().any(|entry| entry.change == Change::SurveyAsked);
    let scored = |what: What, score: i64| {
        Some(Mark { value: score, working: i64::from(asked()), ..Mark::new(what, entry.at) })
    };
    let later = || case.history[n + 1..].iter().filter_map(|entry| Some((entry.at, moved_to(entry)?)));
    match &entry.change {
        Change::Opened { .. } => new(What::Opened),
        Change::Moved { to: State::Resolved, .. } => {
            // Filed away: the resolution stands.
            let undone = later().find(|(_, to)| *to != State::Closed).map(|(at, _)| at.as_microsecond());
            let spans = under_way(&case.history, entry.at);
            let passed = spans.iter().map(|(from, to)| to.duration_since(*from)).sum();
            let working = spans.iter().map(|(from, to)| calendar.between(*from, *to)).sum();
            let mark = Mark::new(What::Resolved, entry.at);
            Some(Mark { undone, value: micros(passed), working: micros(working), ..mark })
        }
        Change::Moved { to: State::Closed | State::Cancelled, .. } => {
            let undone = later().find(|(_, to)| !to.is_over()).map(|(at, _)| at.as_microsecond());
            Some(Mark { undone, ..Mark::new(What::Over, entry.at) })
        }
        Change::Moved { to: State::Reopened, .. } => new(What::Reopened),
        Change::Escalated { .. } => new(What::Escalated),
        Change::Categorised { .. } => new(What::Recategorised),
        Change::Surveyed { survey, score: Some(score), .. } if survey == "csat" => scored(What::Csat, *score),
        Change::Surveyed { survey, score: Some(score), .. } if survey == "nps" => scored(What::Nps, *score),
        Change::SurveyAsked => new(What::Asked),
        Change::Surveyed { score: None, comment: None, .. } => new(What::PassedOver),
        _ => None,
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

/// A promise that was kept or missed.
fn promise(count: &Count) -> Option<Mark> {
    let at = count.breached.or(count.ended)?;
    let missed = count.breached.is_some();
    if !missed && count.allowed.is_none() {
        return None;
    }
    let what = if missed { What::Missed(count.target) } else { What::Kept(count.target) };
    Some(Mark::new(what, at))
}

/// Where in a history the ticket came up again after it was resolved, closed or cancelled: what was promised for its
/// resolution is open from there.
pub fn reopenings(history: &[Entry]) -> Vec<usize> {
    let mut done = false;
    let mut all = Vec::new();
    for (n, entry) in history.iter().enumerate() {
        let Some(to) = moved_to(entry) else { continue };
        let now = matches!(to, State::Resolved | State::Closed | State::Cancelled);
        if done && !now {
            all.push(n);
        }
        done = now;
    }
    all
}

/// The spans up to `end` in which it was for the desk to do something.
fn under_way(history: &[Entry], end: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut spans = Vec::new();
    let mut since = history.first().map(|entry| entry.at);
    for entry in history.iter().filter(|entry| entry.at <= end) {
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
