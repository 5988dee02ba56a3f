//! `vestibule test`: plays the conversations of `flows/tests/*.yaml` and compares.

mod cover;
mod files;
mod mutate;
mod report;
mod update;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use super::{check, playbook};
use crate::config::Settings;
use crate::flow::Playbook;
use crate::rehearsal::play::{Run, play};
use crate::rehearsal::{ChannelKind, Coverage, Played, Script, Test};

/// What `vestibule test` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 all tests pass, 1 some fail, 2 could not run.\n\nExamples:\n  vestibule test\n  vestibule test flows/tests/support.yaml --channel voice --filter \"known answer\"\n  vestibule test --update        rewrite what differs, then read the difference before you keep it\n  vestibule test --coverage      which steps and ways no test takes\n  vestibule test --mutate        do the tests notice mistakes in the flows?"
)]
pub struct Options {
    /// Files or folders of tests [default: `tests` in the folder of flows]
    paths: Vec<PathBuf>,
    /// Only on this kind of channel [default: on both]
    #[arg(long, value_enum)]
    channel: Option<KindArg>,
    /// Only tests whose name holds this
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
    /// Rewrite the `bot:` lines and expected values that differ, in the files, as they are now
    #[arg(long)]
    update: bool,
    /// List each step and each way out of one that no test takes; exit code 1 where there are any
    #[arg(long)]
    coverage: bool,
    /// Make so many small mistakes in the flows, one at a time, and see whether check or tests find them
    #[arg(long, value_name = "COUNT", num_args = 0..=1, default_missing_value = "240", conflicts_with_all = ["update", "coverage"])]
    mutate: Option<usize>,
    /// Which mistakes `--mutate` chooses
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Per cent of the mistakes that must be found, else exit code 1
    #[arg(long, value_name = "PER CENT", default_value_t = 95)]
    at_least: usize,
    /// JSON in place of text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KindArg {
    Chat,
    Voice,
}

impl KindArg {
    fn kind(self) -> ChannelKind {
        match self {
            Self::Chat => ChannelKind::Chat,
            Self::Voice => ChannelKind::Voice,
        }
    }
}

/// A test played on one kind of channel.
pub(super) struct Case<'a> {
    pub test: &'a Test,
    pub kind: ChannelKind,
    pub played: Played,
}

/// Runs the tests. Exit code 0 where all pass, 1 otherwise.
///
/// # Errors
/// Files that are not there or cannot be read or written; flows with errors.
pub fn run(options: &Options, settings: &Settings, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let found = files::find(&options.paths, settings)?;
    let settings = &found.settings;
    let Some(playbook::Loaded { playbook, .. }) = playbook::load_or_report(settings)? else {
        return Ok(ExitCode::from(2));
    };
    let (scripts, findings) = files::read(&found.files, &playbook)?;
    if !findings.diagnostics.is_empty() {
        check::render_text(&findings, std::io::stderr().is_terminal(), &mut std::io::stderr().lock())?;
        return Ok(ExitCode::from(2));
    }
    if options.update {
        return update::run(options, settings, &playbook, &scripts, out);
    }
    if let Some(count) = options.mutate {
        return mutate::run(options, count, settings, playbook, &scripts, out);
    }
    let cases = play_all(options, settings, &playbook, &scripts, Run::ToFirst);
    anyhow::ensure!(!cases.is_empty(), "no test is named so; leave out --filter and --channel to run all");
    let coverage = coverage(&playbook, &cases);
    if options.json {
        report::json(&cases, &coverage, out)?;
    } else {
        report::text(&cases, std::io::stdout().is_terminal(), out)?;
        if options.coverage {
            cover::text(&coverage, out)?;
        }
        writeln!(out, "{}; {}", report::summary(&cases), cover::total(&coverage))?;
    }
    out.flush()?;
    let good = cases.iter().all(|case| case.played.differences.is_empty());
    let good = good && (!options.coverage || coverage.is_full());
    Ok(ExitCode::from(u8::from(!good)))
}

/// Plays what the options select, in the order of the files; all of a test's channels one after the other.
fn play_all<'a>(
    options: &Options,
    settings: &Settings,
    playbook: &Playbook,
    scripts: &'a [Script],
    run: Run,
) -> Vec<Case<'a>> {
    let wanted = |test: &&Test| options.filter.as_ref().is_none_or(|part| test.name.contains(part.as_str()));
    let tests: Vec<&Test> = scripts.iter().flat_map(|script| &script.tests).filter(wanted).collect();
    let mut progress = Progress::new(tests.len());
    let mut cases = Vec::new();
    for test in tests {
        let kinds = test.channels.iter().copied();
        for kind in kinds.filter(|kind| options.channel.is_none_or(|only| only.kind() == *kind)) {
            cases.push(Case { test, kind, played: play(playbook, &settings.desk, test, kind, run) });
        }
        progress.one();
    }
    progress.done();
    cases
}

/// What the cases took of all there is, on the kinds of channel that they ran on.
fn coverage(playbook: &Playbook, cases: &[Case<'_>]) -> Coverage {
    let kinds: Vec<ChannelKind> =
        ChannelKind::ALL.into_iter().filter(|kind| cases.iter().any(|case| case.kind == *kind)).collect();
    let walked = cases.iter().flat_map(|case| case.played.walked.iter().map(|way| (case.kind, way)));
    Coverage::of(playbook, &kinds, walked)
}

/// How far a long run is, on a terminal.
pub(super) struct Progress {
    all: usize,
    done: usize,
    shown: Option<Instant>,
    began: Instant,
}

impl Progress {
    pub fn new(all: usize) -> Self {
        Self { all, done: 0, shown: None, began: Instant::now() }
    }

    pub fn one(&mut self) {
        const EVERY: Duration = Duration::from_millis(300);
        self.done += 1;
        let last = self.shown.unwrap_or(self.began);
        if std::io::stderr().is_terminal() && last.elapsed() > EVERY {
            self.shown = Some(Instant::now());
            let _ = write!(std::io::stderr(), "\r{} of {} …", self.done, self.all);
        }
    }

    pub fn done(self) {
        if self.shown.is_some() {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}
