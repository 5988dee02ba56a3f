//! `vestibule kpi funnel`: how far people come in the flows.

use std::io::Write;

use anyhow::bail;
use jiff::Timestamp;

use crate::app::talks;
use crate::cli::days::Days;
use crate::cli::playbook;
use crate::config::Settings;
use crate::store::Store;

/// How many came to each step of a flow, went on, failed or stopped there, and what was not understood
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  vestibule kpi funnel support --from 2026-11-01")]
pub struct Options {
    /// [default: all flows]
    flow: Option<String>,
    #[command(flatten)]
    days: Days,
    /// One JSON object a step
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
    let Some(playbook::Loaded { playbook, .. }) = playbook::load_or_report(settings)? else {
        return Ok(false);
    };
    if let Some(flow) = options.flow.as_ref().filter(|flow| playbook.flow(flow).is_none()) {
        let names: Vec<&str> = playbook.flows.keys().map(|name| &**name).collect();
        bail!("no flow is named {flow}; there are {}", names.join(", "));
    }
    let rows = talks::funnel(store, settings, &playbook, period, options.flow.as_deref()).await?;
    if options.json {
        for row in &rows {
            writeln!(out, "{}", serde_json::to_string(row)?)?;
        }
        return Ok(true);
    }
    writeln!(out, "{} to {}", period.from, period.to)?;
    let mut flow = "";
    for row in &rows {
        if row.flow != flow {
            flow = &row.flow;
            writeln!(
                out,
                "\n{flow}\n{:<24} {:>8} {:>8} {:>8} {:>8} {:>6}",
                "step", "came", "went on", "failed", "stopped", "drop"
            )?;
        }
        let drop = row.drop().map_or("–".to_owned(), |share| format!("{:.0} %", share * 100.0));
        writeln!(
            out,
            "{:<24} {:>8} {:>8} {:>8} {:>8} {drop:>6}",
            row.step, row.entered, row.passed, row.failed, row.stopped
        )?;
        for wording in &row.wordings {
            let text: String = wording.text.chars().filter(|c| !c.is_control()).collect();
            writeln!(out, "    not understood {:>4}: {text}", wording.count)?;
        }
    }
    Ok(true)
}
