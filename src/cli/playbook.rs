//! From files to a playbook: flows and FAQ compiled as one, whole or not at all.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use super::check::{self, Findings, Gathered, gather};
use crate::config::Settings;
use crate::faq::{self, Article, Base, Dial};
use crate::flow::check::Known;
use crate::flow::parse::{self, SourceFile};
use crate::flow::{Locale, Playbook};
use crate::source::{Diagnostic, Place};

/// The playbook of the settings' folders; `None` where there are errors, which are then told on standard error.
///
/// # Errors
/// A folder that is not there or cannot be read.
pub fn load_or_report(settings: &Settings) -> anyhow::Result<Option<Playbook>> {
    let paths: Vec<PathBuf> = vec![settings.flows.clone().into(), settings.faq.clone().into()];
    let gathered = gather(&paths, settings.locales.first().map_or("en", String::as_str))?;
    anyhow::ensure!(
        !gathered.flows.is_empty(),
        "there is no flow file in {}; name the folder in `flows` or VESTIBULE_FLOWS",
        settings.flows
    );
    let faq = parse::revision(gathered.sources.iter().map(|(name, text)| (&**name, text.as_str())));
    let (playbook, articles, findings) = read(gathered, settings);
    let Some(playbook) = playbook else {
        let mut err = std::io::stderr().lock();
        check::render_text(&findings, std::io::stderr().is_terminal(), &mut err)?;
        writeln!(err, "nothing is served: mend the errors above, then start again")?;
        return Ok(None);
    };
    for finding in findings.diagnostics {
        tracing::warn!(code = finding.code, file = %finding.at.file, line = finding.at.line, "{}", finding.message);
    }
    Ok(Some(with_bases(playbook, articles, &faq)))
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

/// The revision of flows and answers together.
pub fn whole(flows: &str, faq: &str) -> String {
    parse::revision([("flows", flows), ("faq", faq)])
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

/// Puts the answers and the start phrases in. The revision is that of everything; `faq` is that of the FAQ files.
fn with_bases(mut playbook: Playbook, articles: Vec<Article>, faq: &str) -> Playbook {
    let intents = parse::intents(&playbook)
        .into_iter()
        .map(|(flow, questions)| Article {
            id: flow,
            questions,
            at: Place::start_of("phrases"),
            ..Article::default()
        })
        .collect();
    playbook.revision = whole(&playbook.revision, faq);
    std::thread::scope(|scope| {
        let intents = scope.spawn(|| Base::build(intents, Dial::default()));
        playbook.faq = Base::build(articles, Dial::default());
        playbook.intents = intents.join().unwrap_or_default();
    });
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
        let (more, problems) = faq::parse_yaml(name, text, locales.first().map_or("en", String::as_str));
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
    (parsed.playbook.filter(|_| good).map(|playbook| with_bases(playbook, articles, &faq)), found)
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
