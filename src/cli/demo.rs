//! `vestibule demo`: fills a database with a plausible half-year of a made-up desk, through the real turns and acts, at a
//! clock that is set from deed to deed.

mod chance;
mod desk;
mod plan;
mod talker;
mod words;

use std::io::{IsTerminal as _, Write};
use std::sync::Arc;

use anyhow::{Context, ensure};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::playbook;
use crate::app::App;
use crate::app::clock::Clock;
use crate::config::Settings;
use crate::desk::{Presence, Role};
use crate::store::{AgentRow, Store};
use plan::staff::AGENTS;
use plan::{Plan, Shape};

/// Settings that go with the data.
const SETTINGS: &str = include_str!("demo/settings.yaml");

/// Fill an empty database with a made-up half-year: contacts, tickets, agents at work, surveys
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The data come about by the flows and settings that are in force, at a clock that runs through the period: promises are missed and\nsurveys asked as they would be. The same seed gives the same plan. Accounts of the made-up agents cannot log in.\n\nExample:\n  vestibule demo --settings > demo.yaml\n  VESTIBULE_DATABASE_URL=sqlite://demo.db vestibule --config demo.yaml demo --tickets 5000\n  VESTIBULE_DATABASE_URL=sqlite://demo.db vestibule --config demo.yaml kpi --by queue"
)]
pub struct Options {
    /// About how many tickets are opened
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    tickets: u32,
    /// Days up to now
    #[arg(long, default_value_t = Shape::DAYS, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    days: u32,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Add to a database that holds something already
    #[arg(long)]
    add: bool,
    /// Print settings that go with it (hours, promises, languages), and stop
    #[arg(long)]
    settings: bool,
    /// One JSON object at the end
    #[arg(long)]
    json: bool,
}

impl Options {
    /// Whether only the settings are wanted.
    pub fn prints(&self, out: &mut impl Write) -> std::io::Result<bool> {
        if self.settings {
            out.write_all(SETTINGS.as_bytes())?;
        }
        Ok(self.settings)
    }
}

/// What was made.
#[derive(Debug, Default, serde::Serialize)]
struct Made {
    visits: usize,
    turns: u64,
    tickets: usize,
    answers_of_agents: u64,
    surveys: u64,
    seconds: u64,
}

/// False where the flows cannot be served.
///
/// # Errors
/// A database that holds something and `--add` was not given, or the store's.
pub async fn run(
    options: &Options,
    settings: &Settings,
    store: Store,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let Some(playbook::Loaded { playbook, files }) = playbook::load_or_report(settings)? else {
        return Ok(false);
    };
    let held = store.tickets(Some(1)).await?.len();
    ensure!(
        held == 0 || options.add,
        "the database {} holds tickets already; name another one (VESTIBULE_DATABASE_URL), or give --add",
        playbook::without_password(&settings.database_url)
    );
    // To the whole hour, so that a run that is made again within it is the same.
    let end = Timestamp::now();
    let end = Timestamp::from_second(end.as_second() - end.as_second().rem_euclid(3_600))?;
    let zone = TimeZone::get(&settings.desk.hours.zone_name()).unwrap_or(TimeZone::UTC);
    let shape = Shape { tickets: options.tickets, days: options.days, end, zone, seed: options.seed };
    let clock = Clock::set_to(shape.start());
    let app = App::new(store, Arc::new(settings.clone()), playbook).at(clock.clone());
    app.serve_from_start(files).await.context("cannot store the flows that are to be served")?;
    staff(&app, shape.start()).await?;
    let began = std::time::Instant::now();
    let mut life = desk::Life::new(&app, clock, Plan::new(shape.clone()), &shape);
    let shown = std::io::stderr().is_terminal();
    life.run(|at, made| {
        if shown {
            eprint!("\r{} {:>7} tickets", settings.desk.hours.local(at).date(), made.tickets);
        }
    })
    .await?;
    if shown {
        eprintln!();
    }
    crate::app::lines::refresh(&app.store, settings, app.now(), |_| {}).await?;
    let made = Made { seconds: began.elapsed().as_secs(), ..life.made };
    if options.json {
        writeln!(out, "{}", serde_json::to_string(&made)?)?;
    } else {
        writeln!(
            out,
            "{} days: {} visits in {} turns, {} tickets, {} answers of agents, {} surveys answered ({} s)",
            options.days,
            made.visits,
            made.turns,
            made.tickets,
            made.answers_of_agents,
            made.surveys,
            made.seconds
        )?;
        if settings.desk.targets.is_empty() {
            writeln!(
                out,
                "nothing is promised by the settings: `vestibule demo --settings` prints some that go with it"
            )?;
        }
    }
    Ok(true)
}

/// Accounts that exist for the history alone.
async fn staff(app: &App, since: Timestamp) -> anyhow::Result<()> {
    let since = since.checked_sub(SignedDuration::from_hours(24)).unwrap_or(since);
    for agent in &AGENTS {
        let mut skills: Vec<String> = agent.skills.iter().map(|skill| (*skill).to_owned()).collect();
        if agent.tier > 1 {
            skills.push(format!("L{}", agent.tier));
        }
        let row = AgentRow {
            name: agent.login.to_owned(),
            role: if agent.tier == 3 { Role::Lead } else { Role::Agent }.word().to_owned(),
            skills,
            // No password has it.
            password: "!".to_owned(),
            disabled: false,
            presence: Presence::Online.word().to_owned(),
            created: since,
        };
        app.store.add_agent(&row).await?;
        app.store.set_presence(agent.login, Presence::Online.word()).await?;
    }
    Ok(())
}
