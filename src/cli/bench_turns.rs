//! `vestibule bench turns`: whole phone calls through the real server, with the disk's own speed beside them.
//!
//! The server is a child process of this very program with a database of its own; the callers share its cores, as the
//! figures of a small machine must have it. Nothing is left behind.

mod caller;
mod client;
mod server;

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::Serialize;

use caller::{Plan, Tally};
use server::Server;

/// Not counted: caches fill, connections open.
const WARM_UP: Duration = Duration::from_millis(500);

/// Options of the command.
#[derive(Debug, Clone, clap::Args)]
pub struct Turns {
    /// Callers at the same time
    #[arg(long, default_value_t = 32)]
    pub callers: usize,
    /// Begin so many calls a second, whatever became of those before, in place of callers who call again and again
    #[arg(long)]
    pub rate: Option<u32>,
    /// Of so many steps in a hundred the platform delivers the callback twice; the answers must be the same bytes
    #[arg(long, default_value_t = 0)]
    pub twice: u64,
    /// At so many steps in a hundred the caller is silent
    #[arg(long, default_value_t = 0)]
    pub silent: u64,
    /// How long to measure, after half a second to warm up
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
    /// One JSON object in place of lines
    #[arg(long)]
    pub json: bool,
    /// The flows that the calls go through
    #[arg(long, default_value = "flows")]
    pub flows: PathBuf,
    /// The FAQ
    #[arg(long, default_value = "faq")]
    pub faq: PathBuf,
    /// A folder on the disk to measure; the database is made in a new folder inside
    #[arg(long, default_value = "data")]
    pub dir: PathBuf,
    /// Another database than a new SQLite file
    #[arg(long)]
    pub database_url: Option<String>,
}

/// What was measured. Times in milliseconds but for the CPU, memory in MiB.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    pub callers: usize,
    pub seconds: f64,
    pub turns: usize,
    pub turns_per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
    /// Of the server process, user and system.
    pub cpu_us_per_turn: f64,
    pub calls: usize,
    /// Calls that ended after a ticket's code was said.
    pub calls_with_code: usize,
    /// Answers that were no document, and calls that did not end.
    pub failures: usize,
    pub listening_ms: f64,
    pub rss_idle_mib: f64,
    pub rss_after_mib: f64,
    pub fsyncs_per_second: f64,
    /// Turns for each fsync that the disk could have done.
    pub turns_per_fsync: f64,
}

/// Runs the benchmark and gives its figures.
///
/// # Errors
/// Where the server does not start, or no call comes through.
pub fn measure(options: &Turns) -> anyhow::Result<Figures> {
    let folder = Folder::new(&options.dir)?;
    let fsyncs = fsyncs_per_second(&folder.0)?;
    let server = Server::start(options, &folder.0)?;
    std::thread::sleep(Duration::from_millis(300));
    let idle = server.memory_mib()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (tally, cpu) = runtime.block_on(drive(options, &server))?;
    anyhow::ensure!(
        !tally.latencies.is_empty(),
        "no turn came back; {} failures, the first: {}",
        tally.failures,
        tally.first_failure.as_deref().unwrap_or("none was told")
    );
    Ok(figures(options, &tally, cpu, &server, (idle, server.memory_mib()?, fsyncs)))
}

/// Runs it and prints the figures.
///
/// # Errors
/// As [`measure`].
pub fn run(options: &Turns) -> anyhow::Result<()> {
    let figures = measure(options)?;
    let mut out = std::io::stdout().lock();
    if options.json {
        writeln!(out, "{}", serde_json::to_string(&figures)?)?;
    } else {
        print(&mut out, &figures)?;
    }
    Ok(())
}

async fn drive(options: &Turns, server: &Server) -> anyhow::Result<(Tally, Duration)> {
    let from = Instant::now() + WARM_UP;
    let until = from + Duration::from_secs(options.seconds.max(1));
    let (twice, silent) = (options.twice, options.silent);
    let plan = Arc::new(Plan { address: server.address(), from, until, twice, silent });
    let callers: Vec<_> = match options.rate {
        Some(rate) => vec![tokio::spawn(caller::call_at(Arc::clone(&plan), rate.max(1)))],
        None => {
            (0..options.callers.max(1)).map(|n| tokio::spawn(caller::call_on(Arc::clone(&plan), n))).collect()
        }
    };
    tokio::time::sleep_until(from.into()).await;
    let before = server.cpu()?;
    tokio::time::sleep_until(until.into()).await;
    let cpu = server.cpu()?.saturating_sub(before);
    let mut tally = Tally::default();
    for caller in callers {
        tally.add(caller.await.context("a caller stopped")?);
    }
    Ok((tally, cpu))
}

fn figures(options: &Turns, tally: &Tally, cpu: Duration, server: &Server, rest: (f64, f64, f64)) -> Figures {
    let mut latencies = tally.latencies.clone();
    latencies.sort_unstable();
    let at = |share: f64| {
        let place = (latencies.len() as f64 * share).ceil() as usize;
        latencies[place.clamp(1, latencies.len()) - 1].as_secs_f64() * 1e3
    };
    let turns = latencies.len();
    let seconds = options.seconds.max(1) as f64;
    let (rss_idle_mib, rss_after_mib, fsyncs_per_second) = rest;
    let turns_per_second = turns as f64 / seconds;
    Figures {
        callers: options.callers.max(1),
        seconds,
        turns,
        turns_per_second,
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        max_ms: at(1.0),
        cpu_us_per_turn: cpu.as_secs_f64() * 1e6 / turns as f64,
        calls: tally.calls,
        calls_with_code: tally.with_code,
        failures: tally.failures,
        listening_ms: server.listening.as_secs_f64() * 1e3,
        rss_idle_mib,
        rss_after_mib,
        fsyncs_per_second,
        turns_per_fsync: turns_per_second / fsyncs_per_second,
    }
}

fn print(out: &mut impl std::io::Write, figures: &Figures) -> std::io::Result<()> {
    let Figures { callers, seconds, turns, calls, calls_with_code, failures, .. } = figures;
    writeln!(
        out,
        "{callers} callers, {seconds:.0} s, {turns} turns in {calls} calls, {calls_with_code} with a code, {failures} failures"
    )?;
    writeln!(out, "turns/s        {:>10.0}", figures.turns_per_second)?;
    writeln!(out, "p50            {:>10.2} ms", figures.p50_ms)?;
    writeln!(out, "p99            {:>10.2} ms", figures.p99_ms)?;
    writeln!(out, "longest        {:>10.2} ms", figures.max_ms)?;
    writeln!(out, "CPU a turn     {:>10.1} µs of the server", figures.cpu_us_per_turn)?;
    writeln!(out, "memory idle    {:>10.1} MiB", figures.rss_idle_mib)?;
    writeln!(out, "memory after   {:>10.1} MiB", figures.rss_after_mib)?;
    writeln!(out, "listening after{:>10.0} ms", figures.listening_ms)?;
    writeln!(
        out,
        "fsync/s        {:>10.0} of 4 KiB, one after the other, in the same folder",
        figures.fsyncs_per_second
    )?;
    writeln!(out, "turns a fsync  {:>10.2}", figures.turns_per_fsync)
}

/// What the disk does without any of us: 4 KiB and an fsync, over and over for a second.
fn fsyncs_per_second(folder: &Path) -> anyhow::Result<f64> {
    let path = folder.join("fsync");
    let mut file = File::create(&path)?;
    let block = [7_u8; 4096];
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < Duration::from_secs(1) {
        file.write_all(&block)?;
        file.sync_all()?;
        count += 1;
    }
    let rate = f64::from(count) / begun.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}

/// A folder that goes when we do.
struct Folder(PathBuf);

impl Folder {
    fn new(inside: &Path) -> anyhow::Result<Self> {
        let folder = inside.join(format!("bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self(folder.canonicalize()?))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is in the way of nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
