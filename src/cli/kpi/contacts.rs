//! `vestibule kpi contacts`: figures of conversations.

use std::io::Write;

use clap::ValueEnum;
use jiff::Timestamp;

use super::long;
use crate::app::talks::{self, TalkReport};
use crate::cli::days::Days;
use crate::config::Settings;
use crate::desk::contacts::{TalkBy, TalkFigures};
use crate::store::Store;

/// Conversations: settled at the first contact, contained, handed on, given up, the wait for a person
#[derive(Debug, clap::Args)]
#[command(
    after_help = "contained: ended without a person and without a ticket · handed on: a person was wanted · abandoned: gone while waiting for\na person · first contact (FCR): settled with no contact on the matter before, no ticket, not handed from queue to queue ·\ndurable: did not come back on the matter in seven days.\n\nExample:\n  vestibule kpi contacts --from 2026-11-01 --by channel"
)]
pub struct Options {
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Key {
    Channel,
    Locale,
    Flow,
    Queue,
    Category,
    Agent,
}

impl From<Key> for TalkBy {
    fn from(key: Key) -> Self {
        match key {
            Key::Channel => Self::Channel,
            Key::Locale => Self::Locale,
            Key::Flow => Self::Flow,
            Key::Queue => Self::Queue,
            Key::Category => Self::Category,
            Key::Agent => Self::Agent,
        }
    }
}

pub(super) async fn run(
    options: &Options,
    settings: &Settings,
    store: &Store,
    now: Timestamp,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let period = options.days.period(settings, now)?;
    let report = talks::report(store, settings, period, options.by.map(TalkBy::from), now).await?;
    if options.csv {
        write!(out, "{}", report.csv())?;
    } else if options.json {
        writeln!(out, "{}", report.told()?)?;
    } else {
        table(&report, out)?;
    }
    Ok(true)
}

fn table(report: &TalkReport, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{} to {}", report.period.from, report.period.to)?;
    let mut columns: Vec<(&str, &TalkFigures)> = vec![("all", &report.total)];
    columns.extend(report.parts.iter().map(|(name, figures)| (name.as_str(), figures)));
    let width = columns.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).clamp(14, 24);
    let cell = |text: String| format!(" {:>width$}", text.chars().take(width).collect::<String>());
    let heads: String = columns.iter().map(|(name, _)| cell((*name).to_owned())).collect();
    writeln!(out, "{:<24}{heads}", "")?;
    let mut row = |name: &str, of: &dyn Fn(&TalkFigures) -> String| {
        let cells: String = columns.iter().map(|(_, figures)| cell(of(figures))).collect();
        writeln!(out, "{name:<24}{cells}")
    };
    let share = |part: u64, of: Option<f64>| match of {
        Some(share) => format!("{part}, {:.0} %", share * 100.0),
        None => "no data".to_owned(),
    };
    row("begun", &|f| f.begun.to_string())?;
    row("ended", &|f| f.ended.to_string())?;
    row("contained", &|f| share(f.contained, f.containment()))?;
    row("handed on", &|f| share(f.handed, f.handoff_rate()))?;
    row("waited for a person", &|f| f.waited.to_string())?;
    row("  abandoned", &|f| share(f.abandoned, f.abandonment()))?;
    row("  nobody came", &|f| f.unreached.to_string())?;
    row("to a person: n", &|f| f.time_to_agent.n.to_string())?;
    row("to a person: mean", &|f| long(f.time_to_agent.mean))?;
    row("to a person: median", &|f| long(f.time_to_agent.median))?;
    row("to a person: p90", &|f| long(f.time_to_agent.p90))?;
    row("settled", &|f| f.settled.to_string())?;
    row("  at first contact", &|f| share(f.settled_at_first, f.fcr()))?;
    row("deflected, confirmed", &|f| f.deflected_confirmed.to_string())?;
    row("deflected, assumed", &|f| f.deflected_assumed.to_string())?;
    row("  durable", &|f| share(f.deflected_durable, f.durable_share()))?;
    row("tickets", &|f| f.tickets.to_string())?;
    row("prompts failed", &|f| f.failed.to_string())
}
