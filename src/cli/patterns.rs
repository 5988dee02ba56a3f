//! `vestibule patterns`: incidents that are alike.

use std::io::Write;

use jiff::Timestamp;

use crate::app::patterns::{self, Pattern};
use crate::conversation::code;
use crate::store::Store;

/// Codes that are told of a pattern.
const TOLD: usize = 8;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Alike by the FAQ's ranker; those without a problem record come first. A lead opens one at the desk, or by\nPOST /api/patterns/problems, which links the incidents with it.\n\nExample:\n  vestibule patterns --weeks 4 --least 5"
)]
pub struct Options {
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=104))]
    weeks: u32,
    /// Only patterns of at least so many incidents
    #[arg(long, default_value_t = 3, value_name = "N")]
    least: usize,
    /// One JSON object a pattern
    #[arg(long)]
    json: bool,
}

/// # Errors
/// The database's, or an output that takes nothing.
pub async fn run(options: &Options, store: &Store, out: &mut impl Write) -> anyhow::Result<bool> {
    let found = patterns::patterns(store, options.weeks, options.least, Timestamp::now()).await?;
    for pattern in &found {
        if options.json {
            writeln!(out, "{}", serde_json::to_string(pattern)?)?;
        } else {
            shown(pattern, out)?;
        }
    }
    if found.is_empty() && !options.json {
        writeln!(out, "no {} incidents of the last {} weeks are alike", options.least, options.weeks)?;
    }
    Ok(true)
}

fn shown(pattern: &Pattern, out: &mut impl Write) -> std::io::Result<()> {
    let wording: String = pattern.wording.chars().filter(|c| !c.is_control()).take(100).collect();
    let weeks: Vec<String> = pattern.weeks.iter().map(usize::to_string).collect();
    let problem = match pattern.problems.first() {
        Some(code) => format!("problem {}", code::grouped(code)),
        None => "no problem record".to_owned(),
    };
    writeln!(out, "{:>4}  {wording}", pattern.count)?;
    writeln!(
        out,
        "      {} open · {} · weeks {} · {problem}",
        pattern.open,
        pattern.categories.join(", "),
        weeks.join(" ")
    )?;
    let codes: Vec<String> = pattern.tickets.iter().take(TOLD).map(|code| code::grouped(code)).collect();
    let more = if pattern.count > TOLD { ", …" } else { "" };
    writeln!(out, "      {}{more}", codes.join(", "))
}
