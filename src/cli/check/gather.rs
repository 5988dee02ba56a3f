//! Finds flow and FAQ files under paths and tells them apart by their content.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::faq::{self, Article};
use crate::flow::parse::SourceFile;
use crate::source::{Diagnostic, Place, Sources};

/// What lies under some paths.
#[derive(Debug, Default)]
pub struct Gathered {
    /// In the order of the paths, within a folder by name.
    pub flows: Vec<SourceFile>,
    pub articles: Vec<Article>,
    /// Whether there was an FAQ file at all, so that tags are known.
    pub has_faq: bool,
    /// Whether flows came out of a folder: then they are a whole set, and one of them must be the default.
    pub whole: bool,
    /// The texts of FAQ files and of those that could not be read as anything.
    pub sources: Sources,
    /// What is wrong with FAQ files alone, or with files as such.
    pub found: Vec<Diagnostic>,
    pub files: usize,
    seen: BTreeSet<PathBuf>,
}

/// Reads the files under `paths`. `default_locale` is that of plain strings in FAQ files.
///
/// # Errors
/// A path that is not there or cannot be read.
pub fn gather(paths: &[PathBuf], default_locale: &str) -> anyhow::Result<Gathered> {
    let mut gathered = Gathered::default();
    for path in paths {
        if !path.exists() {
            bail!("there is no file or folder {}", path.display());
        }
        if path.is_dir() {
            gathered.folder(path, default_locale)?;
        } else {
            gathered.file(path, default_locale, true)?;
            // A flow that is named alone brings the tables beside it.
            let tables = path.parent().map(|folder| folder.join("tables")).filter(|tables| tables.is_dir());
            if let Some(tables) = tables.filter(|_| !is_table(path)) {
                gathered.folder(&tables, default_locale)?;
            }
        }
    }
    Ok(gathered)
}

/// The same from names and texts, as they were stored.
pub fn gather_texts(texts: &[(String, String)], default_locale: &str) -> Gathered {
    let mut gathered = Gathered { whole: true, ..Gathered::default() };
    for (name, text) in texts {
        gathered.text(name.clone(), text.clone(), default_locale);
        gathered.files += 1;
    }
    gathered
}

impl Gathered {
    fn folder(&mut self, folder: &Path, default_locale: &str) -> anyhow::Result<()> {
        let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let mut inside = Vec::new();
        for entry in entries {
            inside.push(entry.with_context(|| format!("cannot read {}", folder.display()))?.path());
        }
        inside.sort();
        for path in inside {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let tables = folder.file_name().is_some_and(|folder| folder == "tables");
            let known = [".yaml", ".yml", ".jsonl"].iter().any(|ending| name.ends_with(ending))
                || (tables && is_table(&path));
            // `tests` within a folder of flows holds transcripts.
            if name.starts_with('.') || (path.is_dir() && name == "tests") {
                continue;
            }
            if path.is_dir() {
                self.folder(&path, default_locale)?;
            } else if known {
                self.file(&path, default_locale, false)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, default_locale: &str, named: bool) -> anyhow::Result<()> {
        let shown = path.display().to_string();
        let real = fs::canonicalize(path).with_context(|| format!("cannot read {shown}"))?;
        if !self.seen.insert(real) {
            return Ok(());
        }
        let bytes = fs::read(path).with_context(|| format!("cannot read {shown}"))?;
        self.files += 1;
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let at = Place::at(&shown.as_str().into(), &text, valid, 3);
                let found = Diagnostic::error("V001", at, "this file is not UTF-8");
                self.found.push(found.help("save it as UTF-8"));
                self.sources.insert(shown.into(), text);
                return Ok(());
            }
        };
        self.whole |= self.text(shown, text, default_locale) && !named;
        Ok(())
    }

    /// Takes the text of a file for what it is. True for a flow.
    fn text(&mut self, shown: String, text: String, default_locale: &str) -> bool {
        let parse = match kind(Path::new(&shown), &text) {
            Kind::Table => {
                self.flows.push(SourceFile::new(shown, text));
                return false;
            }
            Kind::Flow => {
                self.flows.push(SourceFile::new(shown, text));
                return true;
            }
            Kind::FaqLines => faq::parse_jsonl,
            Kind::FaqYaml => faq::parse_yaml,
        };
        let (articles, found) = parse(&shown, &text, default_locale);
        self.has_faq = true;
        self.articles.extend(articles);
        self.found.extend(found);
        self.sources.insert(shown.into(), text);
        false
    }
}

/// A table of `lookup` steps.
fn is_table(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
}

enum Kind {
    Flow,
    Table,
    FaqYaml,
    FaqLines,
}

fn kind(path: &Path, text: &str) -> Kind {
    if is_table(path) {
        return Kind::Table;
    }
    let first = text.trim_start_matches('\u{feff}').trim_start().lines().next().unwrap_or_default();
    let lines = || {
        let object: Result<serde_json::Value, _> = serde_json::from_str(first);
        object.is_ok_and(|object| object.is_object() && object.get("flow").is_none())
    };
    if path.extension().is_some_and(|ending| ending == "jsonl") || (first.starts_with('{') && lines()) {
        Kind::FaqLines
    } else if faq::is_faq(text) {
        Kind::FaqYaml
    } else {
        Kind::Flow
    }
}
