//! `vestibule faq deflection`: how many who asked were helped by an answer.

use std::io::Write;

use clap::ValueEnum;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::app::deflection::{self, ArticleFigures, By, Report};
use crate::cli::days::Days;
use crate::config::Settings;
use crate::desk::deflection::Tally;
use crate::store::Store;

/// How many who asked were helped by an answer: said so, left without a word, or came back
#[derive(Debug, clap::Args)]
#[command(
    after_help = "asked: a question was put to the FAQ · confirmed: the contact said that it is solved · assumed: left after an answer\nand said nothing · failed: a ticket or a person followed, or no answer did it · open: still under way · durable: of the\nconfirmed and assumed of more than 7 days ago (due), those who did not come back on the matter.\n\nExample:\n  vestibule faq deflection --from 2026-11-01 --by article --csv"
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
    Article,
    Flow,
    Channel,
    Locale,
    Topic,
}

/// Exit code 0.
///
/// # Errors
/// The database's, or a period that ends before it begins.
pub async fn run(
    options: &Options,
    settings: &Settings,
    store: &Store,
    out: &mut impl Write,
) -> anyhow::Result<u8> {
    let now = Timestamp::now();
    let period = options.days.period(settings, now)?;
    let report = deflection::report(store, settings, period, now).await?;
    let rows = match options.by {
        None => Some(vec![("all".to_owned(), report.total)]),
        Some(Key::Article) => None,
        Some(Key::Flow) => Some(report.by(By::Flow)),
        Some(Key::Channel) => Some(report.by(By::Channel)),
        Some(Key::Locale) => Some(report.by(By::Locale)),
        Some(Key::Topic) => Some(report.by(By::Topic)),
    };
    let name = options.by.and_then(|key| Some(key.to_possible_value()?.get_name().to_owned()));
    let name = name.as_deref().unwrap_or("period");
    if options.csv {
        let text = match &rows {
            Some(rows) => deflection::tallies_csv(name, rows),
            None => deflection::articles_csv(&report.articles),
        };
        write!(out, "{text}")?;
    } else if options.json {
        writeln!(out, "{}", told(&report, name, rows.as_deref())?)?;
    } else {
        table(&report, name, rows.as_deref(), out)?;
    }
    out.flush()?;
    Ok(0)
}

fn told(report: &Report, name: &str, rows: Option<&[(String, Tally)]>) -> anyhow::Result<Value> {
    let tally = |tally: &Tally| -> anyhow::Result<Value> {
        let mut told = serde_json::to_value(tally)?;
        told["confirmed_share"] = json!(tally.confirmed_share());
        told["deflected_share"] = json!(tally.deflected_share());
        told["durable_share"] = json!(tally.durable_share());
        Ok(told)
    };
    let mut whole =
        json!({ "from": report.period.from, "to": report.period.to, "total": tally(&report.total)? });
    whole["by"] = json!(name);
    whole["rows"] = match rows {
        None => serde_json::to_value(&report.articles)?,
        Some(rows) => rows
            .iter()
            .map(|(key, sum)| {
                let mut row = tally(sum)?;
                row[name] = json!(key);
                Ok(row)
            })
            .collect::<anyhow::Result<Value>>()?,
    };
    Ok(whole)
}

fn table(
    report: &Report,
    name: &str,
    rows: Option<&[(String, Tally)]>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let total = &report.total;
    writeln!(out, "{} to {}: {} conversations asked", report.period.from, report.period.to, total.asked)?;
    match rows {
        Some(rows) => {
            writeln!(
                out,
                "{name:<24} {:>7} {:>7} {:>9} {:>8} {:>7} {:>5} {:>12} {:>9}",
                "asked", "offered", "confirmed", "assumed", "failed", "open", "durable/due", "deflected"
            )?;
            for (key, sum) in rows {
                let key = if key.is_empty() { "–" } else { key };
                writeln!(
                    out,
                    "{key:<24} {:>7} {:>7} {:>9} {:>8} {:>7} {:>5} {:>12} {:>9}",
                    sum.asked,
                    sum.offered,
                    sum.confirmed,
                    sum.assumed,
                    sum.failed,
                    sum.open,
                    format!("{}/{}", sum.durable, sum.due),
                    percent(sum.deflected_share())
                )?;
            }
        }
        None => articles(&report.articles, out)?,
    }
    Ok(())
}

fn articles(articles: &[ArticleFigures], out: &mut impl Write) -> anyhow::Result<()> {
    writeln!(
        out,
        "{:<32} {:>7} {:>9} {:>7} {:>8} {:>12} {:>8}  reasons",
        "article", "offered", "confirmed", "refused", "assumed", "durable/due", "said yes"
    )?;
    for one in articles {
        let reasons: Vec<String> =
            one.reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        writeln!(
            out,
            "{:<32} {:>7} {:>9} {:>7} {:>8} {:>12} {:>8}  {}",
            one.article,
            one.offered,
            one.confirmed,
            one.refused,
            one.assumed,
            format!("{}/{}", one.durable, one.due),
            percent(one.confirmed_share()),
            reasons.join(", ")
        )?;
    }
    Ok(())
}

/// A share of nothing is no data.
fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "no data".to_owned(), |share| format!("{:.0}%", 100.0 * share))
}
