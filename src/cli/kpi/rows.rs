//! `vestibule kpi tickets`: the tickets behind a figure.

use std::io::Write;

use anyhow::Context;
use jiff::Timestamp;

use super::Key;
use crate::app::kpi::{self, Wanted};
use crate::cli::days::Days;
use crate::config::Settings;
use crate::conversation::code;
use crate::desk::figures::By;
use crate::store::Store;

/// The tickets that a figure counts, the latest first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  vestibule kpi tickets missed_resolution --from 2026-11-01 --by queue --part network"
)]
pub struct Options {
    /// opened, answered, resolved, closed, reopened, escalated, recategorised, csat, nps, passed_over, survey_asked, backlog, and kept_ or
    /// missed_ with first_response, next_response or resolution
    figure: String,
    #[command(flatten)]
    days: Days,
    /// Those of one part only: with --part
    #[arg(long, value_enum, requires = "part")]
    by: Option<Key>,
    #[arg(long, requires = "by", value_name = "NAME")]
    part: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(
    options: &Options,
    settings: &Settings,
    store: &Store,
    now: Timestamp,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let period = options.days.period(settings, now)?;
    let wanted = Wanted::from_word(&options.figure).with_context(|| {
        format!("{} is no figure; there are {}", options.figure, Wanted::words().join(", "))
    })?;
    let part = options.by.map(By::from).zip(options.part.as_deref());
    let rows = kpi::behind(store, settings, period, &wanted, part, now).await?;
    if options.json {
        for row in &rows {
            writeln!(out, "{}", serde_json::to_string(row)?)?;
        }
        return Ok(true);
    }
    writeln!(out, "{} to {}: {}", period.from, period.to, rows.len())?;
    for row in &rows {
        let value = row.value.map(|value| format!("{value:.0}")).unwrap_or_default();
        let agent = row.agent.as_deref().unwrap_or("nobody");
        let at = settings.desk.hours.local(row.at).strftime("%Y-%m-%d %H:%M");
        writeln!(
            out,
            "{}  {at}  {value:>8}  {:<16} {:<16} {:<8} {agent}",
            code::grouped(&row.code),
            row.queue,
            row.category,
            row.priority
        )?;
    }
    Ok(true)
}
