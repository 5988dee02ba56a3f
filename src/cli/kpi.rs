//! `vestibule kpi`: the desk's figures over a period.

mod contacts;
mod funnel;
mod lines;
mod rows;

use std::io::Write;

use clap::ValueEnum;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::app::kpi::{self, Report};
use crate::cli::days::Days;
use crate::config::Settings;
use crate::desk::figures::{By, Figures, Kept, Times};
use crate::store::Store;

/// The desk's figures: tickets in and out, how long until an answer and the resolution, promises kept
#[derive(Debug, clap::Args)]
#[command(
    after_help = "to answer: from the opening to the first claim or answer of a person (MTTA) · to resolve: from the opening to the resolution\nthat stood, without waiting for the contact (MTTR) · working: of that, the time in which the desk was open · backlog: not\nover at the end of the period · turnaround: opened ÷ closed · kept ÷ due: promises (desk.targets) that came due · csat: 4 and 5 of 1 to 5 · nps:\n9 and 10 less 0 to 6, in hundredths.\nA mean over nothing is no figure.\n\nExample:\n  vestibule kpi --from 2026-11-01 --by queue --csv\n  vestibule kpi tickets missed_resolution --by agent --part anna"
)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    other: Option<Other>,

    #[command(flatten)]
    days: Days,
    #[arg(long, value_enum)]
    by: Option<Key>,
    /// One JSON object
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    #[arg(long)]
    csv: bool,
}

/// Figures of other things, and what is behind them.
#[derive(Debug, clap::Subcommand)]
enum Other {
    Contacts(contacts::Options),
    Funnel(funnel::Options),
    Tickets(rows::Options),
    /// Compare what figures are told from with the tickets' histories; exit code 1 where it differs
    #[command(after_help = "Example:\n  vestibule kpi check --json")]
    Check {
        #[arg(long)]
        json: bool,
    },
    /// Make anew what figures are told from
    #[command(after_help = "Example:\n  vestibule kpi rebuild")]
    Rebuild,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Key {
    Queue,
    Category,
    Type,
    Priority,
    Channel,
    Locale,
    Agent,
}

impl From<Key> for By {
    fn from(key: Key) -> Self {
        match key {
            Key::Queue => Self::Queue,
            Key::Category => Self::Category,
            Key::Type => Self::Type,
            Key::Priority => Self::Priority,
            Key::Channel => Self::Channel,
            Key::Locale => Self::Locale,
            Key::Agent => Self::Agent,
        }
    }
}

/// False where a comparison finds a difference.
///
/// # Errors
/// The database's, or a period that ends before it begins.
pub async fn run(
    options: &Options,
    settings: &Settings,
    store: &Store,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let now = Timestamp::now();
    match &options.other {
        Some(Other::Contacts(options)) => return contacts::run(options, settings, store, now, out).await,
        Some(Other::Funnel(options)) => return funnel::run(options, settings, store, now, out).await,
        Some(Other::Tickets(options)) => return rows::run(options, settings, store, now, out).await,
        Some(Other::Check { json }) => return lines::check(*json, settings, store, now, out).await,
        Some(Other::Rebuild) => return lines::rebuild(settings, store, now, out).await,
        None => {}
    }
    let period = options.days.period(settings, now)?;
    let report = kpi::report(store, settings, period, options.by.map(By::from), now).await?;
    if options.csv {
        write!(out, "{}", report.csv())?;
    } else if options.json {
        writeln!(out, "{}", told(&report)?)?;
    } else {
        table(&report, out)?;
    }
    Ok(true)
}

/// `{from, to, total, by, parts: [{name, …}]}`.
pub fn told(report: &Report) -> serde_json::Result<Value> {
    let mut parts = Vec::new();
    for (name, figures) in &report.parts {
        let mut part = serde_json::to_value(figures)?;
        part["name"] = json!(name);
        parts.push(part);
    }
    Ok(json!({
        "from": report.period.from.to_string(), "to": report.period.to.to_string(),
        "by": report.by.map(By::word), "total": report.total, "parts": parts,
    }))
}

/// A figure of several.
type Of<T> = fn(&Figures) -> T;

fn table(report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{} to {}", report.period.from, report.period.to)?;
    let mut columns: Vec<(&str, &Figures)> = vec![("all", &report.total)];
    columns.extend(report.parts.iter().map(|(name, figures)| (name.as_str(), figures)));
    let width = columns.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).clamp(12, 24);
    let cell = |text: String| format!(" {:>width$}", text.chars().take(width).collect::<String>());
    let heads: String = columns.iter().map(|(name, _)| cell((*name).to_owned())).collect();
    writeln!(out, "{:<24}{heads}", "")?;
    let mut row = |name: &str, of: &dyn Fn(&Figures) -> String| {
        let cells: String = columns.iter().map(|(_, figures)| cell(of(figures))).collect();
        writeln!(out, "{name:<24}{cells}")
    };
    row("opened", &|f| f.opened.to_string())?;
    row("resolved", &|f| f.resolved.to_string())?;
    row("closed", &|f| f.closed.to_string())?;
    row("reopened", &|f| f.reopened.to_string())?;
    row("escalated", &|f| f.escalated.to_string())?;
    row("recategorised", &|f| f.recategorised.to_string())?;
    row("backlog", &|f| f.backlog.to_string())?;
    row("turnaround", &|f| f.turnaround.map_or("no data".into(), |share| format!("{share:.2}")))?;
    let times: [(&str, Of<Times>); 4] = [
        ("to answer", |f| f.to_answer),
        ("  working", |f| f.to_answer_working),
        ("to resolve", |f| f.to_resolve),
        ("  working", |f| f.to_resolve_working),
    ];
    for (name, of) in times {
        row(&format!("{name}: n"), &|f| of(f).n.to_string())?;
        row(&format!("{name}: mean"), &|f| long(of(f).mean))?;
        row(&format!("{name}: median"), &|f| long(of(f).median))?;
        row(&format!("{name}: p90"), &|f| long(of(f).p90))?;
    }
    let kept: [(&str, Of<Kept>); 3] = [
        ("first response kept", |f| f.first_response),
        ("next response kept", |f| f.next_response),
        ("resolution kept", |f| f.resolution),
    ];
    for (name, of) in kept {
        row(name, &|f| match of(f).share() {
            Some(share) => format!("{} ÷ {}, {:.0} %", of(f).kept, of(f).due, share * 100.0),
            None => "no data".into(),
        })?;
    }
    row("csat: satisfied", &|f| match f.csat.satisfied() {
        Some(share) => format!("{:.0} % of {}", share * 100.0, f.csat.n),
        None => "no data".into(),
    })?;
    row("nps", &|f| match f.nps.promoters() {
        Some(score) => format!("{score:.0}, of {}", f.nps.n),
        None => "no data".into(),
    })?;
    row("surveys answered", &|f| match f.response() {
        Some(share) => format!("{} ÷ {}, {:.0} %", f.answered, f.asked, share * 100.0),
        None => "no data".into(),
    })?;
    row("surveys passed over", &|f| f.unanswered.to_string())?;
    Ok(())
}

/// Seconds as `3:05:09`.
fn long(seconds: Option<f64>) -> String {
    let Some(seconds) = seconds else { return "no data".into() };
    let all = seconds.round() as i64;
    format!("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60)
}
