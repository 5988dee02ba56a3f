//! `vestibule locale`: what each language lacks, and texts to and from translators.

mod exchange;
pub(super) mod files;
mod sheet;

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::config::Settings;
use crate::flow::translation::Unit;
use crate::flow::translation::report::Report;

use files::Files;

#[derive(Debug, clap::Subcommand)]
pub enum Locale {
    /// What is missing, stale or not translated in each locale; exit code 1 where something is missing
    #[command(
        after_help = "Exit codes: 0 nothing missing, 1 something is, 2 could not run.\n\nExample:\n  vestibule locale report --json"
    )]
    Report {
        #[arg(long)]
        json: bool,
    },
    /// Note that the translations as they stand fit their sources, in translations.lock beside the flows
    #[command(after_help = "Example:\n  vestibule locale accept --locale it")]
    Accept {
        /// This locale only [default: all but the first of the settings]
        #[arg(long, value_name = "LOCALE")]
        locale: Option<String>,
    },
    /// Texts for translators, as CSV
    #[command(after_help = "Example:\n  vestibule locale export --locale de --only missing --bom > de.csv")]
    Export {
        #[arg(long, value_name = "LOCALE")]
        locale: String,
        /// Which texts
        #[arg(long, value_enum, default_value = "all")]
        only: Only,
        /// Begin with a byte order mark, which Excel wants
        #[arg(long)]
        bom: bool,
    },
    /// Put translated texts into the files; exit code 1 where a row was refused
    #[command(
        after_help = "Exit codes: 0 all taken, 1 a row or the whole was refused, 2 could not run.\n\nExample:\n  vestibule locale import de.csv --dry-run"
    )]
    Import {
        /// What `locale export` wrote, with the translations filled in
        file: PathBuf,
        /// Say what would be done, and change nothing
        #[arg(long)]
        dry_run: bool,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Only {
    Missing,
    /// Stale ones only
    Stale,
    All,
}

/// Does what the command says; the exit code.
///
/// # Errors
/// Files that cannot be read or written, or that are no YAML.
pub fn run(command: &Locale, settings: &Settings, out: &mut impl Write) -> anyhow::Result<u8> {
    let mut files = Files::read(settings)?;
    match command {
        Locale::Report { json } => report(&files, settings, *json, out),
        Locale::Accept { locale } => {
            let source = files.source.clone();
            let others = || settings.locales.iter().filter(|locale| **locale != source).cloned().collect();
            let locales: Vec<String> = locale.as_ref().map_or_else(others, |one| vec![one.clone()]);
            files.accept(&locales);
            files.write_lock()?;
            writeln!(
                out,
                "{} fit their sources as they stand: {}",
                locales.join(", "),
                files.lock_path.display()
            )?;
            Ok(0)
        }
        Locale::Export { locale, only, bom } => {
            sheet::write(&files, locale, *only, *bom, out)?;
            Ok(0)
        }
        Locale::Import { file, dry_run, json } => exchange::run(files, settings, file, *dry_run, *json, out),
    }
}

fn report(files: &Files, settings: &Settings, as_json: bool, out: &mut impl Write) -> anyhow::Result<u8> {
    let reports: Vec<Report<'_>> = settings
        .locales
        .iter()
        .map(|locale| Report::of(&files.units, &files.lock, &files.source, locale))
        .collect();
    if as_json {
        let all: Vec<Value> = reports.iter().map(machine).collect();
        writeln!(out, "{}", json!({ "source": files.source, "locales": all }))?;
    } else {
        for report in &reports {
            people(report, out)?;
        }
    }
    out.flush()?;
    Ok(u8::from(reports.iter().any(|report| !report.missing.is_empty())))
}

fn people(report: &Report<'_>, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(
        out,
        "{}: {} of {} texts ({} %), {} missing, {} stale, {} the same as the source, {} optional ones missing",
        report.locale,
        report.present,
        report.needed,
        report.percent(),
        report.missing.len(),
        report.stale.len(),
        report.copies.len(),
        report.optional.len(),
    )?;
    let kinds =
        [("missing", &report.missing), ("stale", &report.stale), ("same as the source", &report.copies)];
    for (word, units) in kinds {
        for unit in units {
            writeln!(out, "  {word}: {}:{} {}", unit.at.file, unit.at.line, unit.key)?;
        }
    }
    Ok(())
}

fn machine(report: &Report<'_>) -> Value {
    let list = |units: &[&Unit]| -> Vec<Value> {
        let one = |unit: &&Unit| json!({ "key": unit.key, "file": &*unit.at.file, "line": unit.at.line });
        units.iter().map(one).collect()
    };
    json!({
        "locale": report.locale,
        "needed": report.needed,
        "present": report.present,
        "percent": report.percent(),
        "missing": list(&report.missing),
        "stale": list(&report.stale),
        "copies": list(&report.copies),
        "optional": list(&report.optional),
    })
}
