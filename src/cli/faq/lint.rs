//! `vestibule faq lint`: advice on the FAQ, with the database's word on what nobody is given.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::cli::check::{self, Findings, Format};
use crate::config::Settings;
use crate::faq::lint::Known;
use crate::faq::{self, Base, Dial, Query};
use crate::source::Diagnostic;
use crate::store::Store;

/// What makes articles hard to find, contradict each other or grow old
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 nothing to say, 1 findings, 2 could not run.\n\nExample:\n  vestibule faq lint faq --format github\n  vestibule faq lint --unused 90"
)]
pub struct Options {
    /// FAQ files and folders [default: that of the settings]
    paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
    /// Questions as JSON lines `{text[, locale]}`: tells which articles none of them leads to
    #[arg(long, value_name = "FILE")]
    queries: Option<PathBuf>,
    /// With the database: articles that nobody was given in so many days
    #[arg(long, value_name = "DAYS")]
    unused: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
    Github,
}

#[derive(Deserialize)]
struct Question {
    text: String,
    #[serde(default)]
    locale: Option<String>,
}

impl Options {
    pub fn needs_database(&self) -> bool {
        self.unused.is_some()
    }
}

/// The exit code: 0, or 1 where there is a finding.
///
/// # Errors
/// A path or file that cannot be read, or the database's.
pub async fn run(
    options: &Options,
    settings: &Settings,
    store: Option<&Store>,
    out: &mut impl Write,
) -> anyhow::Result<u8> {
    let now = Timestamp::now();
    let suggested = match (store, options.unused) {
        (Some(store), Some(days)) => Some((given(store, now, days).await?, days)),
        _ => None,
    };
    let findings = find(options, settings, suggested.as_ref(), now)?;
    let format = match options.format {
        Form::Text => Format::Text { colour: std::io::stdout().is_terminal() },
        Form::Json => Format::Json,
        Form::Github => Format::Github,
    };
    check::write(&findings, format, out)?;
    out.flush()?;
    Ok(u8::from(!findings.diagnostics.is_empty()))
}

fn find(
    options: &Options,
    settings: &Settings,
    suggested: Option<&(BTreeSet<String>, u32)>,
    now: Timestamp,
) -> anyhow::Result<Findings> {
    let own = [PathBuf::from(&settings.faq)];
    let paths: &[PathBuf] = if options.paths.is_empty() { &own } else { &options.paths };
    let default = settings.locales.first().map_or("en", String::as_str);
    let gathered = check::gather(paths, default)?;
    let mut diagnostics = gathered.found;
    diagnostics.extend(faq::check(&gathered.articles, &settings.locales));
    if !diagnostics.iter().any(Diagnostic::is_error) {
        let base = Base::build(gathered.articles.clone(), Dial::default());
        let reached = options.queries.as_ref().map(|file| reached(&base, file)).transpose()?;
        let known = Known {
            today: settings.desk.hours.local(now).date(),
            suggested: suggested.map(|(ids, days)| (ids, *days)),
            reached: reached.as_ref(),
        };
        let advice = faq::lint::lint(&gathered.articles, &base, &known);
        // The stronger word on two answers to one phrasing is enough.
        let conflict =
            |one: &Diagnostic| advice.iter().any(|other| other.code == "V810" && other.at == one.at);
        diagnostics.retain(|one| one.code != "V804" || !conflict(one));
        diagnostics.extend(advice);
    }
    diagnostics.sort_by(|a, b| (&a.at.file, a.at.line, a.code).cmp(&(&b.at.file, b.at.line, b.code)));
    Ok(Findings { diagnostics, sources: gathered.sources, files: gathered.files })
}

/// Articles that some question leads to.
fn reached(base: &Base, file: &PathBuf) -> anyhow::Result<BTreeSet<String>> {
    let opened = std::fs::File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut found = BTreeSet::new();
    for (number, line) in BufReader::new(opened).lines().enumerate() {
        let place = || format!("{}:{}", file.display(), number + 1);
        let line = line.with_context(place)?;
        if line.trim().is_empty() {
            continue;
        }
        let question: Question = serde_json::from_str(&line).with_context(place)?;
        let locale = question.locale.as_deref().filter(|locale| !locale.is_empty());
        let ranking = base.rank(&Query { text: &question.text, locale, context: &[] });
        found.extend(ranking.suggested().map(|hit| base.article(hit.article).id.clone()));
    }
    Ok(found)
}

/// Articles that somebody was given in the last days.
async fn given(store: &Store, now: Timestamp, days: u32) -> anyhow::Result<BTreeSet<String>> {
    let since = now - SignedDuration::from_hours(24 * i64::from(days));
    let all = store.suggested().await?;
    Ok(all.into_iter().filter(|(_, at)| *at >= since).map(|(article, _)| article).collect())
}
