//! When the desk is open: `mon-fri 08:00-18:00`, in the desk's time zone.

use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// Opening hours; none at all means always open.
#[derive(Debug, Clone)]
pub struct Hours {
    zone: TimeZone,
    spans: Vec<(Vec<Weekday>, Time, Time)>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    #[error("`{0}` is no time zone; write an IANA name such as Europe/Rome")]
    Zone(String),
    #[error("`{0}` is no opening time; write it as `mon-fri 08:00-18:00`")]
    Span(String),
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

impl Hours {
    /// # Errors
    /// An unknown time zone, or a span that cannot be read.
    pub fn new(zone: &str, spans: &[String]) -> Result<Self, HoursError> {
        let zone = TimeZone::get(zone).map_err(|_| HoursError::Zone(zone.to_owned()))?;
        let spans = spans
            .iter()
            .map(|span| read(span).ok_or_else(|| HoursError::Span(span.clone())))
            .collect::<Result<_, _>>()?;
        Ok(Self { zone, spans })
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
        let within = |(days, from, to): &(Vec<Weekday>, Time, Time)| {
            days.contains(&local.weekday()) && (*from..*to).contains(&local.time())
        };
        self.spans.is_empty() || self.spans.iter().any(within)
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
        let hours = Hours::new("Europe/Rome", &["mon-fri 08:00-18:00".into(), "sat 09:00-13:00".into()]);
        let hours = hours.expect("good hours");
        let open = |at: &str| hours.is_open(at.parse().expect("a time"));
        assert!(open("2026-11-24T07:00:00Z"), "eight in Rome");
        assert!(!open("2026-11-24T06:59:00Z"));
        assert!(open("2026-11-28T11:59:00Z"));
        assert!(!open("2026-11-29T11:00:00Z"));
        assert!(Hours::new("UTC", &["someday 8-9".into()]).is_err());
        assert!(Hours::new("Nowhere/Town", &[]).is_err());
    }
}
