//! `vestibule faq`: reads FAQ files and folders, and ranks a file of queries against them.

pub mod deflection;
pub mod eval;
pub mod gaps;
pub mod import;
pub mod lint;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use super::semantic;
use crate::config::Settings;
use crate::faq::semantic::Encoder;
use crate::faq::{self, Article, Base, Dial, Hit, Query, Ranking};
use crate::source::{Diagnostic, Place, Sources};

/// Runs a command that needs the settings, and perhaps the database.
///
/// # Errors
/// Whatever the command could not do.
pub(super) fn run(command: super::FaqCommand, settings: Settings) -> anyhow::Result<ExitCode> {
    use super::FaqCommand;
    let mut out = std::io::BufWriter::new(std::io::stdout());
    match command {
        FaqCommand::Rank { faq, queries, context, explain, semantic } => {
            let model = semantic.or_else(|| settings.faq_model.clone().map(PathBuf::from));
            rank(&faq, &queries, &context, explain, model.as_deref(), &mut out)?;
            Ok(ExitCode::SUCCESS)
        }
        FaqCommand::Eval(options) => {
            eval::run(&options, &settings, &mut out)?;
            Ok(ExitCode::SUCCESS)
        }
        FaqCommand::Import(options) => Ok(ExitCode::from(import::run(&options, &settings, &mut out)?)),
        FaqCommand::Lint(options) if options.needs_database() => {
            super::with_database(settings, async |settings, store| {
                lint::run(&options, settings, Some(&store), &mut out).await
            })
        }
        FaqCommand::Lint(options) => {
            let code = super::runtime()?.block_on(lint::run(&options, &settings, None, &mut out))?;
            Ok(ExitCode::from(code))
        }
        FaqCommand::Gaps(options) => super::with_database(settings, async |settings, store| {
            gaps::run(&options, settings, &store, &mut out).await
        }),
        FaqCommand::Deflection(options) => super::with_database(settings, async |settings, store| {
            deflection::run(&options, settings, &store, &mut out).await
        }),
    }
}

/// The locale of plain strings where no settings say another.
const DEFAULT_LOCALE: &str = "en";

/// The articles under `paths`, files or folders, in the order of the paths and within a folder by name.
///
/// Of a folder, `.yaml`, `.yml` and `.jsonl` files are read, sub-folders too; a YAML file that is not a list (a flow)
/// is passed over. A file named outright is told by its content: JSON lines begin with `{`, our YAML is a list.
/// What cannot be read or parsed is among the diagnostics, never a panic; nothing is checked across files here.
pub fn load(paths: &[PathBuf], default_locale: &str) -> (Vec<Article>, Sources, Vec<Diagnostic>) {
    let mut loader = Loader { default_locale, articles: vec![], sources: Sources::new(), found: vec![] };
    for path in paths {
        if path.is_dir() {
            loader.folder(path);
        } else {
            loader.file(path, true);
        }
    }
    (loader.articles, loader.sources, loader.found)
}

struct Loader<'a> {
    default_locale: &'a str,
    articles: Vec<Article>,
    sources: Sources,
    found: Vec<Diagnostic>,
}

impl Loader<'_> {
    fn folder(&mut self, folder: &Path) {
        let mut inside: Vec<PathBuf> = match fs::read_dir(folder) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(error) => return self.unreadable(folder, &error),
        };
        inside.sort();
        for path in inside {
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            let known =
                path.extension().is_some_and(|kind| kind == "yaml" || kind == "yml" || kind == "jsonl");
            if hidden {
                continue;
            }
            if path.is_dir() {
                self.folder(&path);
            } else if known {
                self.file(&path, false);
            }
        }
    }

    /// `named`: the operator says that this is an FAQ file, so one that is not is a mistake.
    fn file(&mut self, path: &Path, named: bool) {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.unreadable(path, &error),
        };
        let name = path.display().to_string();
        let lines = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
        let (articles, found) = if lines || path.extension().is_some_and(|kind| kind == "jsonl") {
            faq::parse_jsonl(&name, &text, self.default_locale)
        } else if named || faq::is_faq(&text) {
            faq::parse_yaml(&name, &text, self.default_locale)
        } else {
            return;
        };
        self.articles.extend(articles);
        self.found.extend(found);
        self.sources.insert(name.into(), text);
    }

    fn unreadable(&mut self, path: &Path, error: &std::io::Error) {
        let at = Place::start_of(&path.display().to_string());
        self.found.push(Diagnostic::error(faq::MALFORMED, at, format!("cannot be read: {error}")));
    }
}

/// A line of the queries file; other fields are ignored.
#[derive(Deserialize)]
struct Line {
    id: Value,
    text: String,
    #[serde(default)]
    locale: Option<String>,
    /// Tags of the place where it was asked, beside those of the command line.
    #[serde(default)]
    context: Vec<String>,
}

/// Ranks each `{id, text[, locale, context]}` line of `queries` against the FAQ under `faq`; writes one
/// `{id, ranked: [[faq id, score], … ten], suggest}` line for each, and with `explain` the terms of each score. `model` is
/// the folder of a semantic model.
///
/// # Errors
/// If an FAQ file has errors, or `queries` cannot be read or has a malformed line.
pub fn rank(
    faq: &[PathBuf],
    queries: &Path,
    context: &[String],
    explain: bool,
    model: Option<&Path>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let encoder = model.map(semantic::load).transpose()?;
    let base = base(faq, encoder.as_ref())?;
    let file = fs::File::open(queries).with_context(|| format!("cannot read {}", queries.display()))?;
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let place = || format!("{}:{}", queries.display(), number + 1);
        let line = line.with_context(place)?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&line).with_context(place)?;
        let locale = line.locale.as_deref().filter(|locale| !locale.is_empty());
        let context = [context, &line.context].concat();
        let ranking = base.rank(&Query { text: &line.text, locale, context: &context });
        writeln!(out, "{}", answer(&base, &line.id, &ranking, explain))?;
    }
    out.flush()?;
    Ok(())
}

fn base(paths: &[PathBuf], encoder: Option<&Arc<Encoder>>) -> anyhow::Result<Base> {
    let (articles, _, found) = load(paths, DEFAULT_LOCALE);
    let errors: Vec<String> = found
        .iter()
        .filter(|finding| finding.is_error())
        .map(|f| format!("{}:{}:{}: {} {}", f.at.file, f.at.line, f.at.column, f.code, f.message))
        .collect();
    if !errors.is_empty() {
        bail!("the FAQ has errors\n{}", errors.join("\n"));
    }
    Ok(Base::build_with(articles, Dial::default(), encoder, &[]))
}

fn answer(base: &Base, id: &Value, ranking: &Ranking, explain: bool) -> Value {
    let ranked: Vec<Value> =
        ranking.hits.iter().map(|hit| json!([base.article(hit.article).id, rounded(hit.score)])).collect();
    let mut line = json!({ "id": id, "ranked": ranked, "suggest": ranking.suggest });
    if explain {
        line["locale"] = json!(ranking.locale);
        line["threshold"] = json!(rounded(ranking.threshold));
        line["sure"] = json!(ranking.sure());
        line["terms"] = ranking.hits.iter().map(terms).collect();
    }
    line
}

fn terms(hit: &Hit) -> Value {
    let terms = &hit.terms;
    json!({
        "words": rounded(terms.words), "letters": rounded(terms.letters), "centroid": rounded(terms.centroid),
        "margin": rounded(terms.margin), "semantic": rounded(terms.semantic), "answer": rounded(terms.answer), "rival": rounded(terms.rival),
        "context": rounded(terms.context),
    })
}

fn rounded(score: f64) -> f64 {
    (score * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(folder: &Path, faq: &[PathBuf], queries: &str, explain: bool) -> Vec<Value> {
        let path = folder.join("queries.txt");
        fs::write(&path, queries).expect("a file");
        let mut out = Vec::new();
        rank(faq, &path, &[], explain, None, &mut out).expect("ranks");
        String::from_utf8(out)
            .expect("text")
            .lines()
            .map(|l| serde_json::from_str(l).expect("JSON"))
            .collect()
    }

    #[test]
    fn ranks_a_folder_and_passes_over_flows() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(
            at("a.yaml"),
            "- { id: pw, questions: [reset my password, forgot password], answer: Portal. }\n",
        )
        .expect("a file");
        fs::write(at("b.jsonl"), "{\"id\":\"vpn\",\"locale\":\"en\",\"question\":\"connect to the vpn\"}\n")
            .expect("a file");
        fs::write(at("flow.yaml"), "flow: support\n").expect("a file");
        let faq = [folder.path().to_owned()];
        let found = lines(
            folder.path(),
            &faq,
            "{\"id\":1,\"text\":\"I forgot my password\",\"gold\":null}\n\n{\"id\":\"q\",\"text\":\"\"}\n",
            true,
        );
        assert_eq!(found[0]["id"], 1);
        assert_eq!(found[0]["ranked"][0][0], "pw");
        assert_eq!(found[0]["suggest"], true);
        assert!(found[0]["terms"][0]["words"].as_f64().expect("a number") > 0.0);
        assert_eq!((found[1]["ranked"].clone(), found[1]["suggest"].clone()), (json!([]), json!(false)));
    }

    #[test]
    fn tells_a_file_by_its_content_and_names_all_errors() {
        let folder = tempfile::tempdir().expect("a folder");
        let odd = folder.path().join("faq.txt");
        fs::write(&odd, "{\"id\":\"a\",\"question\":\"x\"}\n{\n{}\n").expect("a file");
        let (articles, sources, found) = load(&[odd.clone(), folder.path().join("none")], "it");
        assert_eq!((articles.len(), sources.len(), found.len()), (1, 1, 3));
        assert!(articles[0].questions.contains_key("it"));
        let error = rank(std::slice::from_ref(&odd), &odd, &[], false, None, &mut Vec::new())
            .expect_err("errors")
            .to_string();
        assert!(error.contains("faq.txt:2:1: V801") && error.contains("faq.txt:3:2: V801"), "{error}");
    }
}
