//! `vestibule kpi check` and `rebuild`: what figures are told from, against the tickets' histories.

use std::io::{IsTerminal as _, Write};

use jiff::Timestamp;

use crate::app::lines;
use crate::config::Settings;
use crate::conversation::code;
use crate::store::Store;

/// Differences that are told one by one.
const TOLD: usize = 20;

/// Says how far it is, on a terminal alone.
fn progress(what: &'static str) -> impl FnMut(u64) {
    let shown = std::io::stderr().is_terminal();
    move |done| {
        if shown {
            eprint!("\r{what} {done}");
        }
    }
}

pub(super) async fn check(
    json: bool,
    settings: &Settings,
    store: &Store,
    now: Timestamp,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    lines::refresh(store, settings, now, progress("made")).await?;
    let (all, differ) = lines::compare(store, settings, now, progress("compared")).await?;
    if std::io::stderr().is_terminal() {
        eprintln!();
    }
    if json {
        writeln!(out, "{}", serde_json::json!({ "tickets": all, "differ": differ }))?;
        return Ok(differ.is_empty());
    }
    for one in differ.iter().take(TOLD) {
        writeln!(out, "{}\n  kept {}\n  made {}", code::grouped(&one.code), one.kept, one.made)?;
    }
    match differ.len() {
        0 => writeln!(out, "{all} tickets: all as their histories say")?,
        count => writeln!(out, "{all} tickets: {count} differ; `vestibule kpi rebuild` makes them anew")?,
    }
    Ok(differ.is_empty())
}

pub(super) async fn rebuild(
    settings: &Settings,
    store: &Store,
    now: Timestamp,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let done = lines::rebuild(store, settings, now, progress("made")).await?;
    if std::io::stderr().is_terminal() {
        eprintln!();
    }
    writeln!(out, "{done} tickets")?;
    Ok(true)
}
