//! `vestibule graph`: a flow as a picture, on standard output.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::check::gather;
use super::playbook;
use crate::config::Settings;
use crate::flow::Flow;
use crate::flow::parse;
use crate::flow::picture::{Counts, Picture, View, dot, mermaid, svg};
use crate::source::Diagnostic;
use crate::store::{Since, Store};

/// What to draw, and how.
#[derive(Debug, Args)]
pub struct Options {
    /// The flow's name, or system/FILE
    pub flow: String,
    #[arg(long, value_enum, default_value = "svg")]
    pub format: Format,
    /// Language of the texts [default: the first of the settings]
    #[arg(long)]
    pub locale: Option<String>,
    /// Count in the settings' database how many conversations went each way, and left where
    #[arg(long)]
    pub counts: bool,
    /// Count turns from this day on (YYYY-MM-DD) [default: conversations of the revision of the files]
    #[arg(long, value_name = "DATE", requires = "counts")]
    pub since: Option<jiff::civil::Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Mermaid,
    Svg,
    Dot,
}

/// Draws the flow, findings and all: one that is not whole is drawn as far as it could be read.
///
/// # Errors
/// Files that cannot be read, no such flow, a locale that the settings do not list.
pub async fn run(options: &Options, settings: &Settings, out: &mut impl Write) -> anyhow::Result<()> {
    if let Some(locale) = options.locale.as_ref().filter(|locale| !settings.locales.contains(locale)) {
        anyhow::bail!("`{locale}` is none of the locales of the settings: {}", settings.locales.join(", "));
    }
    let read = Read::flows(settings)?;
    let flow = read.flow(&options.flow)?;
    let counts = if options.counts { Some(counts(options, settings, &read.revision).await?) } else { None };
    let view = View {
        locale: options.locale.as_deref(),
        locales: &settings.locales,
        findings: &read.findings,
        counts: counts.as_ref(),
        link: None,
    };
    let picture = Picture::of(flow, view);
    let drawn = match options.format {
        Format::Mermaid => mermaid::mermaid(&picture),
        Format::Svg => svg::svg(&picture, svg::Form::Alone),
        Format::Dot => dot::dot(&picture),
    };
    out.write_all(drawn.as_bytes())?;
    out.flush()?;
    Ok(())
}

async fn counts(options: &Options, settings: &Settings, revision: &str) -> anyhow::Result<Counts> {
    let since = match options.since {
        Some(day) => {
            let begins = settings.desk.hours.begins(day);
            Since::Time(begins.ok_or_else(|| anyhow::anyhow!("{day} is no day that can be counted from"))?)
        }
        None => Since::Revision(revision.to_owned()),
    };
    let store = Store::open(&settings.database_url).await?;
    let counts = store.flow_counts(&options.flow, &since).await;
    store.close().await;
    Ok(counts?)
}

struct Read {
    /// Of all files; empty where there are errors.
    revision: String,
    flows: Vec<Flow>,
    findings: Vec<Diagnostic>,
}

impl Read {
    fn flows(settings: &Settings) -> anyhow::Result<Self> {
        let paths = [settings.flows.clone().into(), settings.faq.clone().into()];
        let gathered = gather(&paths, settings.locales.first().map_or("en", String::as_str))?;
        let known = playbook::known(&gathered, settings);
        let served = playbook::files_of(&gathered, settings).revision();
        let parsed = parse::playbook(&gathered.flows, &settings.locales, &known);
        let (revision, flows) = match parsed.playbook {
            Some(playbook) => (served, playbook.flows.into_values().collect()),
            None => (String::new(), parsed.broken),
        };
        Ok(Self { revision, flows, findings: parsed.diagnostics })
    }

    fn flow(&self, name: &str) -> anyhow::Result<&Flow> {
        let found = self.flows.iter().find(|flow| flow.name == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = self.flows.iter().map(|flow| flow.name.as_str()).collect();
            let near = parse::reader::nearest(name, names.iter().copied());
            let meant = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            anyhow::anyhow!("there is no flow `{name}`; {meant}there are: {}", names.join(", "))
        })
    }
}
