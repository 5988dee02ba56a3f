//! The desk's figures over a period, from the histories of tickets.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::deflection::{Period, csv};
use super::tickets::{Known, policies};
use crate::config::Settings;
use crate::desk::figures::{By, Case, Figures, Kept, Times, figures};
use crate::desk::targets::counts;
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

/// # Errors
/// The database's.
pub async fn report(
    store: &Store,
    settings: &Settings,
    period: Period,
    by: Option<By>,
    now: Timestamp,
) -> Result<Report, StoreError> {
    let (from, until) = period.bounds(settings);
    let policies = policies(&settings.desk);
    let mut cases = Vec::new();
    for (row, history) in store.tickets_of_period(from, until).await? {
        let known = Known::new(row, history);
        // What is promised stands as it stood at the end of the period.
        let history: Vec<_> = known.history.iter().filter(|entry| entry.at < until).cloned().collect();
        let counts = counts(&policies, &history, now.min(until));
        let Known { row, ticket, history } = known;
        cases.push(Case {
            code: row.code,
            queue: ticket.queue,
            category: ticket.category,
            kind: ticket.kind.word().to_owned(),
            priority: ticket.priority.word().to_owned(),
            channel: row.channel,
            locale: row.locale,
            agent: ticket.agent,
            history,
            counts,
        });
    }
    let of = |cases: &[&Case]| figures(cases.iter().copied(), (from, until), &settings.desk.hours);
    let mut parts: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    if let Some(by) = by {
        for case in &cases {
            parts.entry(by.of(case)).or_default().push(case);
        }
    }
    let mut parts: Vec<(String, Figures)> =
        parts.into_iter().map(|(name, cases)| (name.to_owned(), of(&cases))).collect();
    parts.sort_by(|a, b| b.1.opened.cmp(&a.1.opened).then_with(|| a.0.cmp(&b.0)));
    let total = of(&cases.iter().collect::<Vec<_>>());
    Ok(Report { period, by, total, parts })
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
        head.extend(["csat_n", "csat", "nps_n", "nps", "surveys_passed_over"]);
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
            row
        });
        csv(&head, rows)
    }
}
