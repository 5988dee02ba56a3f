//! `vestibule faq gaps`: what people ask and the FAQ does not answer.

use std::io::Write;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::app::gaps::{self, Gap};
use crate::config::Settings;
use crate::faq::Base;
use crate::store::Store;
use crate::store::questions::UnansweredFilter;

/// Questions without an answer, clustered; those most worth an article first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Worth is the number of conversations, those that ended in a ticket or with a person counted twice.\nExit codes: 0 no gaps, 1 gaps, 2 could not run.\n\nExample:\n  vestibule faq gaps --since 2026-11-01 --min 3\n  vestibule faq gaps --json | jq -r .wording"
)]
pub struct Options {
    /// First day [default: 90 days ago]
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// Only gaps of at least so many conversations
    #[arg(long, default_value_t = 1, value_name = "N")]
    min: usize,
    #[arg(long)]
    locale: Option<String>,
    /// At most so many gaps
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
    /// Those too that the FAQ of today would answer
    #[arg(long)]
    all: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// The exit code: 0, or 1 where there are gaps.
///
/// # Errors
/// The database's, or an FAQ with errors.
pub async fn run(
    options: &Options,
    settings: &Settings,
    store: &Store,
    out: &mut impl Write,
) -> anyhow::Result<u8> {
    let now = Timestamp::now();
    let since = match options.since {
        Some(day) => settings.desk.hours.begins(day),
        None => Some(gaps::usual_since(now)),
    };
    let filter = UnansweredFilter { since, locale: options.locale.as_deref(), limit: 0 };
    let rows = store.unanswered(&filter).await?;
    let path = PathBuf::from(&settings.faq);
    let base = if path.exists() {
        super::base(&[path], super::semantic::named(settings)?.as_ref())?
    } else {
        Base::default()
    };
    let mut found = gaps::gaps(&base, &rows, options.min, now);
    if !options.all {
        // What was refused is a gap though the FAQ would offer it again.
        found.retain(|gap| !gap.suggested_now || gap.refused > 0);
    }
    let (count, questions) = (found.len(), found.iter().map(|gap| gap.count).sum::<usize>());
    found.truncate(options.limit);
    if options.json {
        for gap in &found {
            writeln!(out, "{}", serde_json::to_string(gap)?)?;
        }
    } else {
        table(&found, out)?;
        writeln!(out, "{count} gaps of {questions} questions without an answer")?;
    }
    out.flush()?;
    Ok(u8::from(count > 0))
}

fn table(gaps: &[Gap], out: &mut impl Write) -> anyhow::Result<()> {
    if gaps.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "{:>5} {:>5} {:>6}  {:<3} {:<10} {:<28} asked",
        "asked", "convs", "ticket", "loc", "last", "nearest"
    )?;
    for gap in gaps {
        let share = 100.0 * gap.ticketed as f64 / gap.conversations.max(1) as f64;
        let nearest = gap.nearest.first();
        let nearest = nearest
            .map_or_else(|| "–".to_owned(), |near| format!("{} {:.2}", short(&near.article, 22), near.score));
        writeln!(
            out,
            "{:>5} {:>5} {:>5.0}%  {:<3} {:<10} {:<28} {}",
            gap.count,
            gap.conversations,
            share,
            gap.locale,
            gap.last.strftime("%Y-%m-%d"),
            nearest,
            short(&printable(&gap.wording), 70),
        )?;
    }
    writeln!(out)?;
    Ok(())
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        text.chars().take(most - 1).chain(['…']).collect()
    }
}
