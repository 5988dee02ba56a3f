//! `vestibule forecast` and `vestibule risk`.

use std::io::Write;

use jiff::Timestamp;

use crate::app::foresight::{self, Learnt, Volume, WEEK};
use crate::app::lines;
use crate::config::Settings;
use crate::conversation::code;
use crate::desk::forecast::NEEDED;
use crate::store::Store;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "expected: tickets in the hour · 80 %: four of five hours lie within it · backtest: the last four weeks, each forecast from what\nwas known before it; the model is used only where its mean error an hour is below that of the same hour last week.\nExit code 1 where there is not enough to go by.\n\nExample:\n  vestibule forecast --queue network --hours 24"
)]
pub struct ForecastOptions {
    /// [default: all queues together]
    #[arg(long)]
    queue: Option<String>,
    #[arg(long, default_value_t = WEEK, value_parser = hours)]
    hours: usize,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

fn hours(text: &str) -> Result<usize, String> {
    let read = text.parse().ok().filter(|hours| (1..=4 * WEEK).contains(hours));
    read.ok_or_else(|| format!("must be from 1 to {}", 4 * WEEK))
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Learnt from the last closed tickets; the last fifth of them is kept back to try it on. brier: the mean squared error, 0 is\nperfect; it is told beside that of always saying how often the target is missed, and no risk is told where it is no better.\nExit code 1 where nothing could be learnt.\n\nExample:\n  vestibule risk --least 0.5"
)]
pub struct RiskOptions {
    /// Only tickets of at least this risk
    #[arg(long, default_value_t = 0.0)]
    least: f64,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// False where there is not enough to go by.
///
/// # Errors
/// The database's, or an output that takes nothing.
pub async fn forecast(
    options: &ForecastOptions,
    settings: &Settings,
    store: &Store,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let now = Timestamp::now();
    let volume = foresight::volume(store, settings, options.queue.as_deref(), options.hours, now).await?;
    let known = volume.forecast.is_some();
    if options.json {
        writeln!(out, "{}", serde_json::to_string(&volume)?)?;
    } else {
        table(&volume, out)?;
    }
    Ok(known)
}

fn table(volume: &Volume, out: &mut impl Write) -> std::io::Result<()> {
    let queue = volume.queue.as_deref().unwrap_or("all queues");
    let Some(forecast) = &volume.forecast else {
        let weeks = NEEDED / WEEK;
        return writeln!(out, "{queue}: {} tickets; a forecast needs {weeks} weeks of them", volume.tickets);
    };
    let tried = &forecast.backtest;
    writeln!(
        out,
        "{queue}: {} tickets counted, by {}",
        volume.tickets,
        forecast.method.word().replace('_', " ")
    )?;
    writeln!(
        out,
        "backtest over {} weeks: error {:.3} an hour, same hour last week {:.3}; {:.0} % of hours within the interval",
        tried.weeks,
        tried.mae,
        tried.baseline_mae,
        tried.covered * 100.0
    )?;
    writeln!(out, "{:<18} {:>9} {:>14}", "hour", "expected", "80 %")?;
    for (at, hour) in volume.hours.iter().zip(&forecast.hours) {
        let within = format!("{:.1} to {:.1}", hour.low, hour.high);
        writeln!(
            out,
            "{:<18} {:>9.2} {within:>14}",
            at.strftime("%a %Y-%m-%d %H:%M").to_string(),
            hour.expected
        )?;
    }
    let total: f64 = forecast.hours.iter().map(|hour| hour.expected).sum();
    writeln!(out, "{:<18} {total:>9.1}", "in all")
}

/// False where nothing could be learnt.
///
/// # Errors
/// The database's, or an output that takes nothing.
pub async fn risk(
    options: &RiskOptions,
    settings: &Settings,
    store: &Store,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let now = Timestamp::now();
    lines::refresh(store, settings, now, |_| {}).await?;
    let mut risks = foresight::risks(store, settings, now).await?;
    risks.tickets.retain(|ticket| ticket.risk >= options.least);
    let learnt = risks.models.iter().any(|model| model.usable);
    if options.json {
        writeln!(out, "{}", serde_json::to_string(&risks)?)?;
        return Ok(learnt);
    }
    if settings.desk.targets.is_empty() {
        writeln!(out, "the settings promise nothing: desk.targets is empty")?;
    }
    for model in &risks.models {
        told(model, out)?;
    }
    for ticket in &risks.tickets {
        let due = ticket.due.map(|due| settings.desk.hours.local(due).strftime("%Y-%m-%d %H:%M").to_string());
        writeln!(
            out,
            "{}  {:>4.0} %  {:<14} {:>4.0} % used, due {:<16} {:<16} {:<8} {}",
            code::grouped(&ticket.code),
            ticket.risk * 100.0,
            ticket.target,
            ticket.used * 100.0,
            due.as_deref().unwrap_or("paused"),
            ticket.queue,
            ticket.priority,
            ticket.agent.as_deref().unwrap_or("nobody")
        )?;
    }
    Ok(learnt)
}

fn told(model: &Learnt, out: &mut impl Write) -> std::io::Result<()> {
    let Some(score) = &model.score else {
        return writeln!(out, "{}: {} examples are too few, or all alike", model.target, model.examples);
    };
    let use_of = if model.usable { "used" } else { "no better than the rate: not used" };
    writeln!(
        out,
        "{}: {} examples; on {} kept back: brier {:.4}, of the rate ({:.1} %) {:.4}: {use_of}",
        model.target,
        model.examples,
        score.n,
        score.brier,
        score.rate * 100.0,
        score.brier_of_base_rate
    )?;
    for bin in model.reliability.iter().filter(|bin| bin.n > 0) {
        let percent =
            |share: Option<f64>| share.map_or("–".to_owned(), |share| format!("{:.0} %", share * 100.0));
        writeln!(
            out,
            "  {:>3.0} to {:>3.0} %: {:>5}, said {:>5}, missed {:>5}",
            bin.from * 100.0,
            bin.to * 100.0,
            bin.n,
            percent(bin.predicted),
            percent(bin.observed)
        )?;
    }
    Ok(())
}
