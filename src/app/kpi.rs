//! The desk's figures over a period, from the lines of tickets.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};

use super::deflection::{Period, csv};
use super::lines;
use crate::config::Settings;
use crate::desk::figures::{By, Figures, Kept, Line, Sum, Times, What};
use crate::store::{Store, StoreError};

/// Figures of a period: all together, and apart where that was asked for.
#[derive(Debug)]
pub struct Report {
    pub period: Period,
    pub by: Option<By>,
    pub total: Figures,
    /// The most opened first.
    pub parts: Vec<(String, Figures)>,
}

/// The figures of a period; what changed since is counted.
///
/// # Errors
/// The database's.
pub async fn report(
    store: &Store,
    settings: &Settings,
    period: Period,
    by: Option<By>,
    now: Timestamp,
) -> Result<Report, StoreError> {
    lines::refresh(store, settings, now, |_| {}).await?;
    let (from, until) = period.bounds(settings);
    let mut total = Sum::new(from, until);
    let mut parts: BTreeMap<String, Sum> = BTreeMap::new();
    each_line(store, (from, until), |line| {
        total.add(line);
        if let Some(by) = by {
            let name = by.of(line);
            match parts.get_mut(name) {
                Some(sum) => sum.add(line),
                None => {
                    let mut sum = Sum::new(from, until);
                    sum.add(line);
                    parts.insert(name.to_owned(), sum);
                }
            }
        }
    })
    .await?;
    let mut parts: Vec<(String, Figures)> =
        parts.into_iter().map(|(name, sum)| (name, sum.figures())).collect();
    parts.sort_by(|a, b| b.1.opened.cmp(&a.1.opened).then_with(|| a.0.cmp(&b.0)));
    Ok(Report { period, by, total: total.figures(), parts })
}

/// Gives every line that may count in a period to `take`.
async fn each_line(
    store: &Store,
    (from, until): (Timestamp, Timestamp),
    mut take: impl FnMut(&Line<'_>),
) -> Result<(), StoreError> {
    /// More pieces would be more questions than lines.
    const PIECES: i32 = 400;
    const AHEAD: usize = 3;
    let day = SignedDuration::from_hours(24);
    let piece = (until.duration_since(from) / PIECES).max(day);
    let mut pieces = vec![(Timestamp::MIN, from)];
    let mut at = from;
    while at < until {
        let end = at.checked_add(piece).unwrap_or(until).min(until);
        pieces.push((at, end));
        at = end;
    }
    // The next ones are read while one is counted.
    let texts = futures::stream::iter(pieces).map(|piece| store.lines_between(piece, from));
    let mut texts = std::pin::pin!(texts.buffered(AHEAD));
    while let Some(text) = texts.next().await {
        text?.lines().filter_map(Line::read).for_each(|line| take(&line));
    }
    Ok(())
}

/// A ticket behind a figure: when it counted, and the seconds or the score where it has one.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Behind {
    pub code: String,
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    pub queue: String,
    pub category: String,
    pub r#type: String,
    pub priority: String,
    pub channel: String,
    pub locale: String,
    pub agent: Option<String>,
}

/// Which tickets are wanted.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// Those that a figure counts.
    Counted(What),
    /// Those that were not over at the end of the period.
    Backlog,
}

impl Wanted {
    pub fn from_word(word: &str) -> Option<Self> {
        if word == "backlog" {
            return Some(Self::Backlog);
        }
        What::all().find(|what| what.word() == word).map(Self::Counted)
    }

    pub fn words() -> Vec<String> {
        What::all().map(What::word).chain(["backlog".to_owned()]).collect()
    }
}

/// The tickets behind a figure, the latest first; of one part where it is named.
///
/// # Errors
/// The database's.
pub async fn behind(
    store: &Store,
    settings: &Settings,
    period: Period,
    wanted: &Wanted,
    part: Option<(By, &str)>,
    now: Timestamp,
) -> Result<Vec<Behind>, StoreError> {
    lines::refresh(store, settings, now, |_| {}).await?;
    let (from, until) = period.bounds(settings);
    let (first, end) = (from.as_microsecond(), until.as_microsecond());
    let mut all = Vec::new();
    each_line(store, (from, until), |line| {
        if part.is_some_and(|(by, name)| by.of(line) != name) {
            return;
        }
        let known = || line.marks.iter().filter(|mark| mark.at < end);
        match wanted {
            Wanted::Counted(what) => {
                let counted = known().filter(|mark| mark.what == *what && mark.at >= first);
                // As in the figures: what is promised counts where it stands, everything else as often as it happened.
                let stands = |what: What| matches!(what, What::Kept(_) | What::Missed(_));
                for mark in counted.filter(|mark| !stands(mark.what) || mark.stands(end)) {
                    all.push(row(line, mark.what, mark.at, mark.value));
                }
            }
            Wanted::Backlog => {
                let opened = known().find(|mark| mark.what == What::Opened);
                let over = known().any(|mark| mark.what == What::Over && mark.stands(end));
                all.extend(opened.filter(|_| !over).map(|mark| row(line, mark.what, mark.at, 0)));
            }
        }
    })
    .await?;
    all.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.code.cmp(&b.code)));
    Ok(all)
}

fn row(line: &Line<'_>, what: What, at: i64, value: i64) -> Behind {
    let value = match what {
        What::Resolved | What::Answered => Some(value as f64 / 1e6),
        What::Csat | What::Nps => Some(value as f64),
        _ => None,
    };
    Behind {
        code: line.code.to_string(),
        at: Timestamp::from_microsecond(at).unwrap_or_default(),
        value,
        queue: line.queue.to_string(),
        category: line.category.to_string(),
        r#type: line.kind.to_string(),
        priority: line.priority.to_string(),
        channel: line.channel.to_string(),
        locale: line.locale.to_string(),
        agent: Some(line.agent.to_string()).filter(|agent| !agent.is_empty()),
    }
}

impl Report {
    /// The parts, or the whole where it was not parted.
    pub fn rows(&self) -> Vec<(&str, &Figures)> {
        if self.by.is_none() {
            return vec![("all", &self.total)];
        }
        self.parts.iter().map(|(name, figures)| (name.as_str(), figures)).collect()
    }

    /// Times in seconds; empty where there is none.
    pub fn csv(&self) -> String {
        let mut head = vec![self.by.map_or("period", By::word)];
        head.extend([
            "opened",
            "resolved",
            "closed",
            "reopened",
            "escalated",
            "recategorised",
            "backlog",
            "turnaround",
        ]);
        let times = ["to_answer", "to_answer_working", "to_resolve", "to_resolve_working"];
        let parts = ["n", "mean_s", "median_s", "p90_s"];
        let of_times: Vec<String> =
            times.iter().flat_map(|name| parts.iter().map(move |part| format!("{name}_{part}"))).collect();
        let kept = ["first_response", "next_response", "resolution"];
        let of_kept: Vec<String> =
            kept.iter().flat_map(|name| [format!("{name}_due"), format!("{name}_kept")]).collect();
        head.extend(of_times.iter().chain(&of_kept).map(String::as_str));
        head.extend(["csat_n", "csat", "nps_n", "nps", "surveys_passed_over", "surveys_asked", "response"]);
        let number = |number: Option<f64>| number.map(|number| format!("{number:.2}")).unwrap_or_default();
        let rows = self.rows().into_iter().map(|(name, f)| {
            let mut row = vec![name.to_owned()];
            let counts =
                [f.opened, f.resolved, f.closed, f.reopened, f.escalated, f.recategorised, f.backlog];
            row.extend(counts.iter().map(u64::to_string));
            row.push(number(f.turnaround));
            for Times { n, mean, median, p90 } in
                [f.to_answer, f.to_answer_working, f.to_resolve, f.to_resolve_working]
            {
                row.extend([n.to_string(), number(mean), number(median), number(p90)]);
            }
            for Kept { due, kept } in [f.first_response, f.next_response, f.resolution] {
                row.extend([due.to_string(), kept.to_string()]);
            }
            row.extend([f.csat.n.to_string(), number(f.csat.satisfied())]);
            row.extend([f.nps.n.to_string(), number(f.nps.promoters()), f.unanswered.to_string()]);
            row.extend([f.asked.to_string(), number(f.response())]);
            row
        });
        csv(&head, rows)
    }
}
