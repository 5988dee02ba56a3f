//! From files to a playbook: flows and FAQ compiled as one, whole or not at all.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use super::check::{self, Findings, Gathered, gather};
use super::semantic;
use crate::config::Settings;
use crate::faq::semantic::Encoder;
use crate::faq::{self, Article, Base, Dial};
use crate::flow::check::Known;
use crate::flow::files::{Files, LANGUAGE};
use crate::flow::parse::{self, SourceFile};
use crate::flow::{Locale, Playbook};
use crate::source::{Diagnostic, Place};

/// A playbook with the files that it was compiled from.
#[derive(Debug)]
pub struct Loaded {
    pub playbook: Playbook,
    pub files: Files,
}

/// The files under the settings' folders.
///
/// # Errors
/// A folder that is not there or cannot be read, or is without flows; a semantic model that cannot be read.
pub fn on_disk(settings: &Settings) -> anyhow::Result<Gathered> {
    let paths: Vec<PathBuf> = vec![settings.flows.clone().into(), settings.faq.clone().into()];
    semantic::named(settings)?;
    let gathered = gather(&paths, default_locale(&settings.locales))?;
    anyhow::ensure!(
        !gathered.flows.is_empty(),
        "there is no flow file in {}; name the folder in `flows` or VESTIBULE_FLOWS",
        settings.flows
    );
    Ok(gathered)
}

pub fn default_locale(locales: &[Locale]) -> &str {
    locales.first().map_or("en", String::as_str)
}

/// All that decides what a set does: what was gathered, and what is compiled in where no file replaces it. A name
/// begins with the part that its folder plays, wherever that is.
pub fn files_of(gathered: &Gathered, settings: &Settings) -> Files {
    let named = |name: &str| {
        let folders = [("flows", &settings.flows), ("faq", &settings.faq)];
        let inside = folders.iter().find_map(|(part, folder)| {
            let rest = name.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/')?;
            Some(format!("{part}/{rest}"))
        });
        inside.unwrap_or_else(|| name.to_owned())
    };
    let flows = parse::complete(&gathered.flows).into_iter().map(|file| (named(&file.name), file.text));
    let others = gathered.sources.iter().map(|(name, text)| (named(name), text.clone()));
    Files { language: LANGUAGE, locales: settings.locales.clone(), texts: flows.chain(others).collect() }
}

/// The playbook of the settings' folders; `None` where there are errors, which are then told on standard error.
///
/// # Errors
/// As [`on_disk`].
pub fn load_or_report(settings: &Settings) -> anyhow::Result<Option<Loaded>> {
    let gathered = on_disk(settings)?;
    let files = files_of(&gathered, settings);
    let (playbook, findings) = compiled(gathered, settings, files.revision(), &[]);
    let Some(playbook) = playbook else {
        let mut err = std::io::stderr().lock();
        check::render_text(&findings, std::io::stderr().is_terminal(), &mut err)?;
        writeln!(err, "nothing is served: mend the errors above, then start again")?;
        return Ok(None);
    };
    warn_of(&findings);
    Ok(Some(Loaded { playbook, files }))
}

/// Logs what is no error.
pub fn warn_of(findings: &Findings) {
    for found in &findings.diagnostics {
        tracing::warn!(code = found.code, file = %found.at.file, line = found.at.line, "{}", found.message);
    }
}

/// The playbook of what was gathered, under the name `revision`; `None` where there are errors. Its FAQ is that of one
/// among `held` where it is the same.
pub fn compiled(
    gathered: Gathered,
    settings: &Settings,
    revision: String,
    held: &[Arc<Playbook>],
) -> (Option<Playbook>, Findings) {
    let faq = faq_revision(&gathered, &settings.locales);
    let (playbook, articles, findings) = read(gathered, settings);
    // one that cannot be read was told of when the files were gathered
    let encoder = semantic::named(settings).unwrap_or_default();
    let named = |playbook| Playbook { revision, ..with_bases(playbook, articles, faq, held, encoder) };
    (playbook.map(named), findings)
}

/// Of what the base of answers is built from.
fn faq_revision(gathered: &Gathered, locales: &[Locale]) -> String {
    // Without names: what is stored has others than what lies in a folder.
    let sources = gathered.sources.values().map(|text| ("", text.as_str()));
    parse::revision(std::iter::once(("locale", default_locale(locales))).chain(sources))
}

/// What was gathered, read and checked: the flows without their bases of answers, the articles, and all findings.
pub fn read(gathered: Gathered, settings: &Settings) -> (Option<Playbook>, Vec<Article>, Findings) {
    let known = known(&gathered, settings);
    let parsed = parse::playbook(&gathered.flows, &settings.locales, &known);
    let mut findings =
        Findings { diagnostics: gathered.found, sources: gathered.sources, files: gathered.files };
    findings.diagnostics.extend(parsed.diagnostics);
    findings.diagnostics.extend(faq::check(&gathered.articles, &settings.locales));
    if let Some(used) = parsed.context_tags.filter(|_| gathered.whole) {
        findings.diagnostics.extend(faq::dead_tags(&gathered.articles, &used));
    }
    findings.sources.extend(parsed.sources);
    let good = !findings.diagnostics.iter().any(Diagnostic::is_error);
    (parsed.playbook.filter(|_| good), gathered.articles, findings)
}

/// What the check may know beside the flows themselves.
pub fn known(gathered: &Gathered, settings: &Settings) -> Known {
    let listed = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    let tags: BTreeSet<String> =
        gathered.articles.iter().flat_map(|article| article.tags.iter().cloned()).collect();
    Known {
        categories: listed(&settings.categories),
        queues: listed(&settings.queues),
        hosts: listed(&settings.http.allow),
        faq_tags: gathered.has_faq.then_some(tags),
        whole: gathered.whole,
    }
}

/// Puts the answers and the start phrases in. `faq` is the revision of the FAQ: the base of one among `held` that has
/// the same is used again.
pub fn with_bases(
    mut playbook: Playbook,
    articles: Vec<Article>,
    faq: String,
    held: &[Arc<Playbook>],
    encoder: Option<Arc<Encoder>>,
) -> Playbook {
    let intents = parse::intents(&playbook)
        .into_iter()
        .map(|(flow, questions)| Article {
            id: flow,
            questions,
            at: Place::start_of("phrases"),
            ..Article::default()
        })
        .collect();
    let same = held.iter().find(|held| held.faq_revision == faq).map(|held| held.faq.clone());
    std::thread::scope(|scope| {
        let intents = scope.spawn(|| Base::build(intents, Dial::default()));
        playbook.faq = same.unwrap_or_else(|| {
            let known: Vec<&Base> = held.iter().map(|held| &*held.faq).collect();
            Arc::new(Base::build_with(articles, Dial::default(), encoder.as_ref(), &known))
        });
        playbook.intents = Arc::new(intents.join().unwrap_or_default());
    });
    playbook.faq_revision = faq;
    playbook
}

/// A playbook from texts in memory, each with a name for its findings.
pub fn from_texts(
    flows: &[(String, String)],
    faq: &[(String, String)],
    locales: &[Locale],
) -> (Option<Playbook>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut articles = Vec::new();
    for (name, text) in faq {
        let (more, problems) = faq::parse_yaml(name, text, default_locale(locales));
        articles.extend(more);
        found.extend(problems);
    }
    let tags = articles.iter().flat_map(|article| article.tags.iter().cloned()).collect();
    let known = Known { faq_tags: Some(tags), whole: true, ..Known::default() };
    let files: Vec<SourceFile> =
        flows.iter().map(|(name, text)| SourceFile::new(name.as_str(), text.as_str())).collect();
    let parsed = parse::playbook(&files, locales, &known);
    found.extend(parsed.diagnostics);
    let good = !found.iter().any(Diagnostic::is_error);
    let faq = parse::revision(faq.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let playbook = parsed.playbook.filter(|_| good).map(|playbook| {
        let revision = parse::revision([("flows", playbook.revision.as_str()), ("faq", faq.as_str())]);
        Playbook { revision, ..with_bases(playbook, articles, faq, &[], None) }
    });
    (playbook, found)
}

/// Names of the flows that can be begun.
pub fn startable(playbook: &Playbook) -> Vec<&str> {
    let flows = playbook.flows.values().filter(|flow| flow.start.is_some() && !flow.system);
    flows.map(|flow| flow.name.as_str()).collect()
}

/// A database's address as it may be shown.
pub fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}://…{}", &url[..scheme], &url[at..]),
        _ => url.to_owned(),
    }
}
