//! `vestibule bench figures`: how long a month's figures take over many tickets.

use std::io::{IsTerminal as _, Write};
use std::time::Instant;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::app::deflection::Period;
use crate::app::kpi;
use crate::calendar::Calendar;
use crate::config::Settings;
use crate::desk::figures::{By, Case, Line};
use crate::desk::history::{Change, Entry};
use crate::desk::{Act, Level, Priority, State, TicketType};
use crate::store::Store;
use crate::store::lines::LineWrite;

/// Figures over a year of made-up tickets in a database of its own
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  vestibule bench figures --tickets 1000000")]
pub struct Options {
    #[arg(long, default_value_t = 1_000_000)]
    tickets: u32,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

const QUEUES: [&str; 8] = ["network", "repairs", "billing", "orders", "support", "access", "night", "other"];
const ROUNDS: usize = 5;
const AT_ONCE: u32 = 5_000;

/// # Errors
/// A database that cannot be written.
pub async fn run(options: &Options, settings: &Settings, out: &mut impl Write) -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("vestibule-figures-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let store = Store::open(&format!("sqlite://{}", folder.join("figures.db").display())).await?;
    let done = measure(options, settings, &store, out).await;
    store.close().await;
    std::fs::remove_dir_all(&folder)?;
    done
}

async fn measure(
    options: &Options,
    settings: &Settings,
    store: &Store,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let begins: Timestamp = "2025-01-01T00:00:00Z".parse()?;
    let year = SignedDuration::from_hours(365 * 24);
    let mut made = Vec::new();
    for n in 0..options.tickets {
        let opened = begins.checked_add(year / i32::try_from(options.tickets)? * i32::try_from(n)?)?;
        made.extend(line(n, opened, &settings.desk.hours));
        if made.len() as u32 == AT_ONCE || n + 1 == options.tickets {
            store.keep_lines(std::mem::take(&mut made)).await?;
            if std::io::stderr().is_terminal() {
                eprint!("\r{} tickets", n + 1);
            }
        }
    }
    let now: Timestamp = "2026-01-01T00:00:00Z".parse()?;
    let month = Period { from: Date::constant(2025, 9, 1), to: Date::constant(2025, 9, 30) };
    let all = Period { from: Date::constant(2025, 1, 1), to: Date::constant(2025, 12, 31) };
    let mut took = Vec::new();
    for (name, period, by) in
        [("month", month, None), ("month by queue", month, Some(By::Queue)), ("year", all, None)]
    {
        let mut times = Vec::new();
        let mut opened = 0;
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            opened = kpi::report(store, settings, period, by, now).await?.total.opened;
            times.push(begun.elapsed());
        }
        times.sort();
        took.push((name, opened, times[ROUNDS / 2].as_secs_f64() * 1e3));
    }
    if options.json {
        let told = took
            .iter()
            .map(|(name, opened, ms)| serde_json::json!({ "of": name, "tickets": opened, "ms": ms }));
        writeln!(
            out,
            "{}",
            serde_json::json!({ "tickets": options.tickets, "took": told.collect::<Vec<_>>() })
        )?;
        return Ok(());
    }
    writeln!(out, "{} tickets in a year; the middle of {ROUNDS} times", options.tickets)?;
    for (name, opened, ms) in took {
        writeln!(out, "{name:<16} {opened:>9} tickets {ms:>8.0} ms")?;
    }
    Ok(())
}

/// One that is answered, resolved and closed within days, as most are.
fn line(n: u32, opened: Timestamp, hours: &Calendar) -> Option<LineWrite> {
    let queue = QUEUES[n as usize % QUEUES.len()];
    let agent = format!("agent{}", n % 40);
    let at =
        |minutes: u32| opened.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(opened);
    let moved = |act: Act, from: State, to: State| Change::Moved { act, from, to, why: None };
    let (answer, work) = (5 + n * 7 % 300, 60 + n * 13 % 4_000);
    let facts = [
        (0, opening(queue)),
        (answer, Change::Assigned { from: None, to: Some(agent.clone()), why: None }),
        (answer, moved(Act::Start, State::New, State::InProgress)),
        (answer + work, moved(Act::Resolve, State::InProgress, State::Resolved)),
        (answer + work + 10_080, moved(Act::Close, State::Resolved, State::Closed)),
    ];
    let history =
        facts.into_iter().map(|(minutes, change)| Entry { at: at(minutes), by: agent.clone(), change });
    let case = Case {
        code: format!("{:09}", 100_000_000 + n),
        queue: queue.to_owned(),
        category: queue.to_owned(),
        kind: "incident".to_owned(),
        priority: "normal".to_owned(),
        channel: if n.is_multiple_of(3) { "twilio" } else { "web" }.to_owned(),
        locale: "en".to_owned(),
        history: history.collect(),
        agent: Some(agent),
        counts: Vec::new(),
        before: Vec::new(),
    };
    let line = Line::of(&case, hours)?;
    let (span, is_over) = (line.span(), line.is_over());
    Some(LineWrite { code: case.code, version: 0, span, is_over, due: None, text: line.text() })
}

fn opening(queue: &str) -> Change {
    Change::Opened {
        kind: TicketType::Incident,
        category: queue.to_owned(),
        urgency: Level::Medium,
        impact: Level::Medium,
        priority: Priority::Normal,
        queue: queue.to_owned(),
        profile: None,
    }
}
