//! Deflection by where, by article and over time, from the store's counts.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::config::Settings;
use crate::desk::deflection::{Tally, share};
use crate::store::questions::{ArticleCounts, Counts, ReasonCount};
use crate::store::{Store, StoreError};

/// What figures are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Flow,
    Channel,
    Locale,
    Topic,
}

impl By {
    fn of(self, row: &Counts) -> &str {
        match self {
            Self::Flow => &row.flow,
            Self::Channel => &row.channel,
            Self::Locale => &row.locale,
            Self::Topic => &row.topic,
        }
    }
}

/// A period in whole days of the desk's time zone, the last one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

impl Period {
    /// As given; where not, the thirty days up to today. `None` where it ends before it begins.
    pub fn new(from: Option<Date>, to: Option<Date>, settings: &Settings, now: Timestamp) -> Option<Self> {
        let to = to.unwrap_or_else(|| settings.desk.hours.local(now).date());
        let from = from.unwrap_or_else(|| to.saturating_sub(SignedDuration::from_hours(24 * 29)));
        (from <= to).then_some(Self { from, to })
    }

    /// From the first moment to the one after the last.
    pub(super) fn bounds(self, settings: &Settings) -> (Timestamp, Timestamp) {
        let hours = &settings.desk.hours;
        let end = self.to.saturating_add(SignedDuration::from_hours(24));
        (hours.begins(self.from).unwrap_or(Timestamp::MIN), hours.begins(end).unwrap_or(Timestamp::MAX))
    }

    pub fn days(self) -> i64 {
        self.to.duration_since(self.from).as_hours() / 24 + 1
    }
}

/// An article and what came of giving it: conversations.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ArticleFigures {
    pub article: String,
    pub offered: u64,
    /// Of these, to a question amid a form, where nobody is asked whether it helped.
    pub asides: u64,
    pub confirmed: u64,
    pub refused: u64,
    pub assumed: u64,
    pub due: u64,
    pub durable: u64,
    /// Why it was refused, where that was said.
    pub reasons: BTreeMap<String, u64>,
}

impl ArticleFigures {
    /// Confirmed ÷ those who said something.
    pub fn confirmed_share(&self) -> Option<f64> {
        share(self.confirmed, self.confirmed + self.refused)
    }

    pub fn durable_share(&self) -> Option<f64> {
        share(self.durable, self.due)
    }
}

/// All that is known of a period.
#[derive(Debug)]
pub struct Report {
    pub period: Period,
    pub total: Tally,
    rows: Vec<Counts>,
    /// Most given first.
    pub articles: Vec<ArticleFigures>,
}

/// # Errors
/// The database's.
pub async fn report(
    store: &Store,
    settings: &Settings,
    period: Period,
    now: Timestamp,
) -> Result<Report, StoreError> {
    let (from, to) = period.bounds(settings);
    let rows = store.deflection(from, to, now).await?;
    let articles =
        articles(store.deflection_by_article(from, to, now).await?, store.refusals(from, to).await?);
    let total = summed(rows.iter());
    Ok(Report { period, total, rows, articles })
}

impl Report {
    /// Those who asked most first.
    pub fn by(&self, by: By) -> Vec<(String, Tally)> {
        let mut sums: BTreeMap<&str, Tally> = BTreeMap::new();
        for row in &self.rows {
            *sums.entry(by.of(row)).or_default() += tally(row);
        }
        let mut all: Vec<(String, Tally)> =
            sums.into_iter().map(|(key, sum)| (key.to_owned(), sum)).collect();
        all.sort_by(|a, b| b.1.asked.cmp(&a.1.asked).then_with(|| a.0.cmp(&b.0)));
        all
    }

    /// By day, or by week (its Monday) where `weekly`; days without a question too.
    pub fn trend(&self, settings: &Settings, weekly: bool) -> Vec<(Date, Tally)> {
        let start = |day: Date| {
            let back = if weekly { i64::from(day.weekday().to_monday_zero_offset()) } else { 0 };
            day.saturating_sub(SignedDuration::from_hours(24 * back))
        };
        let mut sums: BTreeMap<Date, Tally> = BTreeMap::new();
        for nth in 0..self.period.days() {
            let day = self.period.from.saturating_add(SignedDuration::from_hours(24 * nth));
            sums.entry(start(day)).or_default();
        }
        for row in &self.rows {
            let hour = Timestamp::from_second(row.hour.saturating_mul(3600)).unwrap_or_default();
            *sums.entry(start(settings.desk.hours.local(hour).date())).or_default() += tally(row);
        }
        sums.into_iter().collect()
    }
}

fn summed<'a>(rows: impl Iterator<Item = &'a Counts>) -> Tally {
    let mut sum = Tally::default();
    rows.for_each(|row| sum += tally(row));
    sum
}

/// Counts are never negative.
fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

fn tally(row: &Counts) -> Tally {
    Tally {
        asked: number(row.asked),
        offered: number(row.offered),
        confirmed: number(row.confirmed),
        assumed: number(row.assumed),
        failed: number(row.failed),
        open: number(row.open),
        due: number(row.due),
        durable: number(row.durable),
    }
}

fn articles(rows: Vec<ArticleCounts>, reasons: Vec<ReasonCount>) -> Vec<ArticleFigures> {
    let mut all: BTreeMap<String, ArticleFigures> = BTreeMap::new();
    for row in rows {
        let sum = all.entry(row.article.clone()).or_default();
        sum.article = row.article;
        sum.offered += number(row.offered);
        sum.asides += number(row.asides);
        sum.confirmed += number(row.confirmed);
        sum.refused += number(row.refused);
        sum.assumed += number(row.assumed);
        sum.due += number(row.due);
        sum.durable += number(row.durable);
    }
    for ReasonCount { article, reason, count } in reasons {
        if let Some(sum) = all.get_mut(&article) {
            sum.reasons.insert(reason, number(count));
        }
    }
    let mut all: Vec<ArticleFigures> = all.into_values().collect();
    all.sort_by(|a, b| b.offered.cmp(&a.offered).then_with(|| a.article.cmp(&b.article)));
    all
}

/// The table of articles as CSV, with a head.
pub fn articles_csv(articles: &[ArticleFigures]) -> String {
    let head =
        ["article", "offered", "asides", "confirmed", "refused", "assumed", "due", "durable", "reasons"];
    let rows = articles.iter().map(|one| {
        let reasons: Vec<String> =
            one.reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        let numbers =
            [one.offered, one.asides, one.confirmed, one.refused, one.assumed, one.due, one.durable];
        let cells = std::iter::once(one.article.clone()).chain(numbers.iter().map(u64::to_string));
        cells.chain([reasons.join("; ")]).collect::<Vec<_>>()
    });
    csv(&head, rows)
}

/// Tallies as CSV, with a head.
pub fn tallies_csv(name: &str, rows: &[(String, Tally)]) -> String {
    let head = [name, "asked", "offered", "confirmed", "assumed", "failed", "open", "due", "durable"];
    let rows = rows.iter().map(|(key, t)| {
        let numbers = [t.asked, t.offered, t.confirmed, t.assumed, t.failed, t.open, t.due, t.durable];
        std::iter::once(key.clone()).chain(numbers.iter().map(u64::to_string)).collect::<Vec<_>>()
    });
    csv(&head, rows)
}

/// A cell that a spreadsheet would take for a formula begins with an apostrophe.
pub(super) fn csv(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let safe = |cell: String| {
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
    };
    // Writing to memory does not fail.
    let _ = writer.write_record(head);
    for row in rows {
        let _ = writer.write_record(row.into_iter().map(safe));
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
