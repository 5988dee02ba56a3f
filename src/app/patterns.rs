//! Patterns: incidents that are alike and keep coming, each a proposal for a problem record. Likeness is the FAQ ranker's.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::gaps::frequent;
use crate::conversation::masking;
use crate::faq::gaps::{Cluster, Wording, cluster};
use crate::store::{Store, StoreError, TicketRow};

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Characters of what a contact wrote that are compared.
const COMPARED: usize = 300;

/// Incidents that are alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pattern {
    /// The most central of them, with personal data masked.
    pub wording: String,
    pub locale: String,
    pub count: usize,
    /// Of them: not resolved yet.
    pub open: usize,
    pub categories: Vec<String>,
    pub first: Timestamp,
    pub last: Timestamp,
    /// Incidents a week, the oldest first.
    pub weeks: Vec<usize>,
    /// Codes, the newest first.
    pub tickets: Vec<String>,
    /// Problem records that some of them are linked with already, the most linked first.
    pub problems: Vec<String>,
}

/// Patterns among the incidents of the last `weeks`, of at least `least` incidents: those without a problem record first,
/// then by how many there are.
///
/// # Errors
/// The database's.
pub async fn patterns(
    store: &Store,
    weeks: u32,
    least: usize,
    now: Timestamp,
) -> Result<Vec<Pattern>, StoreError> {
    let since = now.checked_sub(WEEK * i32::try_from(weeks).unwrap_or(i32::MAX)).unwrap_or(Timestamp::MIN);
    let rows = store.incidents_since(since).await?;
    let links = store.links_since(since).await?;
    let caused: HashMap<&str, &str> = links
        .iter()
        .filter_map(|(ticket, text)| Some((ticket.as_str(), text.strip_prefix("caused_by ")?)))
        .collect();
    let texts: Vec<String> = rows.iter().map(said).collect();
    let plain: Vec<String> = texts.iter().map(|text| masking::bare(text)).collect();
    let wordings: Vec<Wording<'_>> =
        rows.iter().zip(&plain).map(|(row, text)| Wording { text, locale: &row.locale }).collect();
    let enough = |cluster: &Cluster| cluster.members.len() >= least.max(2);
    let found = cluster(&wordings).into_iter().filter(enough);
    let mut all: Vec<Pattern> =
        found.map(|cluster| pattern(&rows, &texts, &caused, &cluster, weeks, now)).collect();
    all.sort_by(|a, b| {
        let known = |pattern: &Pattern| !pattern.problems.is_empty();
        known(a).cmp(&known(b)).then(b.count.cmp(&a.count)).then_with(|| a.wording.cmp(&b.wording))
    });
    Ok(all)
}

/// What the contact wrote, masked.
fn said(row: &TicketRow) -> String {
    let text = if row.body.trim().is_empty() { &row.subject } else { &row.body };
    // What was tried stands in paragraphs of its own.
    let first = text.split("\n\n").next().unwrap_or_default();
    let short: String = first.chars().take(COMPARED).collect();
    masking::mask(&short, &[])
}

fn pattern(
    rows: &[TicketRow],
    texts: &[String],
    caused: &HashMap<&str, &str>,
    cluster: &Cluster,
    weeks: u32,
    now: Timestamp,
) -> Pattern {
    let members: Vec<&TicketRow> = cluster.members.iter().map(|&at| &rows[at]).collect();
    let times = || members.iter().map(|row| row.created);
    let mut by_week = vec![0; weeks as usize];
    for at in times() {
        let age = now.duration_since(at).as_secs().max(0) / WEEK.as_secs();
        let place = usize::try_from(age).ok().and_then(|age| by_week.len().checked_sub(age + 1));
        if let Some(week) = place.and_then(|place| by_week.get_mut(place)) {
            *week += 1;
        }
    }
    let mut tickets: Vec<String> = members.iter().map(|row| row.code.clone()).collect();
    tickets.reverse();
    Pattern {
        wording: texts[cluster.centre].clone(),
        locale: rows[cluster.centre].locale.clone(),
        count: members.len(),
        open: members
            .iter()
            .filter(|row| !matches!(row.state.as_str(), "resolved" | "closed" | "cancelled"))
            .count(),
        categories: frequent(members.iter().map(|row| row.category.as_str())),
        first: times().min().unwrap_or(now),
        last: times().max().unwrap_or(now),
        weeks: by_week,
        problems: frequent(members.iter().filter_map(|row| caused.get(row.code.as_str()).copied())),
        tickets,
    }
}
