//! When work is done: opening hours by the week (`mon-fri 08:00-18:00`), holidays, a time zone; and how much working time lies
//! between two moments. Opening hours are what a clock on the wall shows: on the day on which an hour comes twice, both are
//! open, and an hour that is left out is never open.

use std::collections::VecDeque;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ZonedDateTime};

/// Opening hours in a time zone; none at all means always open, but for holidays.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    spans: Vec<(Vec<Weekday>, Time, Time)>,
    holidays: Vec<Holiday>,
}

/// A day on which the desk is closed: one date, or every year's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holiday {
    On(Date),
    Every { month: i8, day: i8 },
}

impl Holiday {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(date) = text.parse::<Date>() {
            return Some(Self::On(date));
        }
        // A leap year, so that 29 February can be named.
        let date = format!("2024-{text}").parse::<Date>().ok()?;
        Some(Self::Every { month: date.month(), day: date.day() })
    }

    fn is(self, date: Date) -> bool {
        match self {
            Self::On(day) => day == date,
            Self::Every { month, day } => (month, day) == (date.month(), date.day()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    #[error("`{0}` is no time zone; write an IANA name such as Europe/Rome")]
    Zone(String),
    #[error("`{0}` is no opening time; write it as `mon-fri 08:00-18:00`")]
    Span(String),
    #[error("`{0}` is no day; write it as 2026-12-26, or 12-25 for every year")]
    Holiday(String),
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

impl Calendar {
    /// # Errors
    /// An unknown time zone, or a span that cannot be read.
    pub fn new(zone: &str, spans: &[String]) -> Result<Self, CalendarError> {
        let zone = TimeZone::get(zone).map_err(|_| CalendarError::Zone(zone.to_owned()))?;
        let spans = spans
            .iter()
            .map(|span| read(span).ok_or_else(|| CalendarError::Span(span.clone())))
            .collect::<Result<_, _>>()?;
        Ok(Self { zone, spans, holidays: Vec::new() })
    }

    /// Days on which the desk is closed whatever the hours say.
    ///
    /// # Errors
    /// A day that cannot be read.
    pub fn closed_on(mut self, days: &[String]) -> Result<Self, CalendarError> {
        let read = |day: &String| Holiday::read(day).ok_or_else(|| CalendarError::Holiday(day.clone()));
        self.holidays = days.iter().map(read).collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// The time zone's IANA name.
    pub fn zone_name(&self) -> String {
        self.zone.iana_name().unwrap_or("UTC").to_owned()
    }

    pub fn local(&self, now: Timestamp) -> ZonedDateTime {
        now.to_zoned_datetime(self.zone.clone())
    }

    /// The instant at which the desk's clock shows `local`; where a change of the clock leaves a gap, the one after it.
    pub fn instant(&self, local: DateTime) -> Timestamp {
        local.to_zoned_datetime(self.zone.clone()).map(|zoned| zoned.timestamp()).unwrap_or_default()
    }

    /// The first moment of a day in the desk's time zone.
    pub fn begins(&self, day: jiff::civil::Date) -> Option<Timestamp> {
        day.to_zoned_datetime(self.zone.clone()).ok().map(|moment| moment.timestamp())
    }

    pub fn is_open(&self, now: Timestamp) -> bool {
        let local = self.local(now);
        if self.is_holiday(local.date()) {
            return false;
        }
        let within = |(days, from, to): &(Vec<Weekday>, Time, Time)| {
            days.contains(&local.weekday()) && (*from..*to).contains(&local.time())
        };
        self.spans.is_empty() || self.spans.iter().any(within)
    }

    /// Whether it is closed all that day, by the list of holidays.
    pub fn is_holiday(&self, date: Date) -> bool {
        self.holidays.iter().any(|holiday| holiday.is(date))
    }

    /// When the desk opens next; `None` where it never does, or always is open.
    pub fn opens(&self, now: Timestamp) -> Option<Timestamp> {
        self.changes(now).find(|at| self.is_open(*at) && !self.was_open(*at))
    }

    /// When the desk closes next.
    pub fn closes(&self, now: Timestamp) -> Option<Timestamp> {
        self.changes(now).find(|at| !self.is_open(*at) && self.was_open(*at))
    }

    fn was_open(&self, at: Timestamp) -> bool {
        at.checked_sub(SignedDuration::from_micros(1)).is_ok_and(|before| self.is_open(before))
    }

    /// The moments after `now`, in order, at which the desk may open or close, for two months to come.
    fn changes(&self, now: Timestamp) -> impl Iterator<Item = Timestamp> {
        let today = self.local(now).date();
        let days = (0..62_i64)
            .filter_map(move |ahead| today.checked_add(SignedDuration::from_hours(24 * ahead)).ok());
        days.flat_map(move |day| {
            let mut times: Vec<Time> = vec![Time::midnight()];
            times.extend(self.spans.iter().flat_map(|(_, from, to)| [*from, *to]));
            times.sort();
            times.dedup();
            times.into_iter().filter_map(move |time| {
                Some(day.to_datetime(time).to_zoned_datetime(self.zone.clone()).ok()?.timestamp())
            })
        })
        .filter(move |at| *at > now)
    }
}

/// So far ahead a moment is looked for. A calendar that is closed for so long never opens.
const HORIZON: SignedDuration = SignedDuration::from_hours(24 * 366 * 5);

impl Calendar {
    /// Always open, every day.
    pub fn always() -> Self {
        Self { zone: TimeZone::UTC, spans: Vec::new(), holidays: Vec::new() }
    }

    /// The spans in which it is open from `from` to `to`, in order, each within a day.
    pub fn working(&self, from: Timestamp, to: Timestamp) -> Working<'_> {
        Working { calendar: self, at: from, to, day: None, found: VecDeque::new() }
    }

    /// How much working time lies between two moments.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        self.working(from, to).map(|(from, to)| to.duration_since(from)).sum()
    }

    /// The moment at which so much working time has passed since `from`; `None` where it takes more than five years. None at
    /// all has passed at the first moment of work.
    pub fn after(&self, from: Timestamp, time: SignedDuration) -> Option<Timestamp> {
        let mut left = time;
        for (from, to) in self.working(from, from.checked_add(HORIZON).ok()?) {
            let span = to.duration_since(from);
            if left < span || (left == span && !time.is_zero()) {
                return from.checked_add(left).ok();
            }
            left -= span;
        }
        None
    }

    /// What a clock on the wall shows on `day` while it is open, merged and in order.
    fn of(&self, day: Date) -> Vec<(DateTime, DateTime)> {
        let midnight = day.to_datetime(Time::midnight());
        let next = day.tomorrow().map_or(midnight, |day| day.to_datetime(Time::midnight()));
        if self.is_holiday(day) {
            return Vec::new();
        }
        if self.spans.is_empty() {
            return vec![(midnight, next)];
        }
        let end = |time: Time| if time == Time::MAX { next } else { day.to_datetime(time) };
        let todays = self.spans.iter().filter(|(days, ..)| days.contains(&day.weekday()));
        let mut all: Vec<_> = todays.map(|(_, from, to)| (day.to_datetime(*from), end(*to))).collect();
        all.sort();
        let mut merged: Vec<(DateTime, DateTime)> = Vec::new();
        for (from, to) in all {
            match merged.last_mut() {
                Some((_, last)) if from <= *last => *last = to.max(*last),
                _ => merged.push((from, to)),
            }
        }
        merged
    }
}

/// The spans of work between two moments.
#[derive(Debug)]
pub struct Working<'c> {
    calendar: &'c Calendar,
    /// Up to here everything was found.
    at: Timestamp,
    to: Timestamp,
    /// The day that is looked at next, where the clock goes on as it does at `at`; the offset, and until when it holds.
    day: Option<(Date, Offset, Timestamp)>,
    found: VecDeque<(Timestamp, Timestamp)>,
}

impl Working<'_> {
    /// Looks at one more day, or at the time after a change of the clock. False at the end.
    fn look(&mut self) -> bool {
        if self.at >= self.to {
            return false;
        }
        let zone = &self.calendar.zone;
        let (day, offset, until) = self.day.unwrap_or_else(|| {
            let offset = zone.to_offset(self.at);
            let change = zone.following(self.at).next().map_or(self.to, |change| change.timestamp());
            (offset.to_datetime(self.at).date(), offset, change.min(self.to))
        });
        for (from, to) in self.calendar.of(day) {
            let (Ok(from), Ok(to)) = (offset.to_timestamp(from), offset.to_timestamp(to)) else { continue };
            let (from, to) = (from.max(self.at), to.min(until));
            if from < to {
                self.found.push_back((from, to));
            }
        }
        let tomorrow = day.tomorrow().ok();
        let midnight = tomorrow.and_then(|day| offset.to_timestamp(day.to_datetime(Time::midnight())).ok());
        match (tomorrow, midnight) {
            (Some(tomorrow), Some(midnight)) if midnight < until => {
                self.day = Some((tomorrow, offset, until));
                self.at = self.at.max(midnight);
            }
            _ => {
                self.day = None;
                self.at = until;
            }
        }
        true
    }
}

impl Iterator for Working<'_> {
    type Item = (Timestamp, Timestamp);

    fn next(&mut self) -> Option<Self::Item> {
        while self.found.is_empty() && self.look() {}
        self.found.pop_front()
    }
}

fn read(span: &str) -> Option<(Vec<Weekday>, Time, Time)> {
    let (days, times) = span.trim().split_once(' ')?;
    let (from, to) = times.trim().split_once('-')?;
    let place = |day: &str| DAYS.iter().position(|(name, _)| day.eq_ignore_ascii_case(name));
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let (first, last) = (place(first)?, place(last)?);
    let count = (last + 7 - first) % 7;
    let days = (0..=count).map(|step| DAYS[(first + step) % 7].1).collect();
    let time = |text: &str| match text.trim() {
        // The end of a day, for a desk that is open until midnight.
        "24:00" => Some(Time::MAX),
        other => other.parse::<Time>().ok(),
    };
    let (from, to) = (time(from)?, time(to)?);
    (from < to).then_some((days, from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_the_zone_of_the_desk() {
        let hours = Calendar::new("Europe/Rome", &["mon-fri 08:00-18:00".into(), "sat 09:00-13:00".into()]);
        let hours = hours.expect("good hours");
        let open = |at: &str| hours.is_open(at.parse().expect("a time"));
        assert!(open("2026-11-24T07:00:00Z"), "eight in Rome");
        assert!(!open("2026-11-24T06:59:00Z"));
        assert!(open("2026-11-28T11:59:00Z"));
        assert!(!open("2026-11-29T11:00:00Z"));
        let hours = hours.closed_on(&["2026-11-25".into(), "11-26".into()]).expect("good days");
        let at = |at: &str| at.parse::<Timestamp>().expect("a time");
        let tuesday = at("2026-11-24T12:00:00Z");
        assert_eq!(hours.closes(tuesday), Some(at("2026-11-24T17:00:00Z")));
        assert_eq!(hours.opens(tuesday), Some(at("2026-11-27T07:00:00Z")), "after two holidays");
        assert_eq!(hours.opens(at("2026-11-28T13:00:00Z")), Some(at("2026-11-30T07:00:00Z")));
        let always = Calendar::new("UTC", &[]).expect("no hours");
        assert_eq!((always.opens(tuesday), always.closes(tuesday)), (None, None));
        assert!(always.closed_on(&["13-40".into()]).is_err());
        assert!(Calendar::new("UTC", &["someday 8-9".into()]).is_err());
        assert!(Calendar::new("Nowhere/Town", &[]).is_err());
    }
}
