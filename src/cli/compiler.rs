//! Makes playbooks of an operator's files while the program serves: of those on disk, and of those that were stored.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check::{gather, gather_texts};
use super::locale::files::write;
use super::playbook::{compiled, default_locale, files_of, on_disk, read, warn_of};
use crate::app::playbooks::{Compile, OnDisk, Refusal};
use crate::app::proposals::AnswerFiles;
use crate::config::Settings;
use crate::flow::Playbook;
use crate::flow::files::Files;
use crate::source::{Diagnostic, Place};

/// Compiles by the settings that the program was started with.
#[derive(Debug)]
pub struct Compiler(pub Arc<Settings>);

impl Compile for Compiler {
    fn on_disk(&self, seen: &[String], held: &[Arc<Playbook>]) -> Result<OnDisk, Refusal> {
        let settings = &*self.0;
        let gathered = on_disk(settings).map_err(|error| unreadable(&settings.flows, &error))?;
        let files = files_of(&gathered, settings);
        let revision = files.revision();
        if seen.contains(&revision) {
            return Ok(OnDisk::Seen(revision));
        }
        let (playbook, findings) = compiled(gathered, settings, revision.clone(), held);
        let Some(playbook) = playbook else {
            return Err(Refusal { revision, findings: findings.diagnostics });
        };
        warn_of(&findings);
        Ok(OnDisk::New(Box::new(playbook), files))
    }

    fn stored(&self, files: &Files, held: &[Arc<Playbook>]) -> Result<Playbook, Refusal> {
        // What the desk has now does not matter to a set that was good when it was served.
        let settings = Settings {
            locales: files.locales.clone(),
            categories: Vec::new(),
            queues: Vec::new(),
            ..(*self.0).clone()
        };
        let gathered = gather_texts(&files.texts, default_locale(&files.locales));
        let revision = files.revision();
        let (playbook, findings) = compiled(gathered, &settings, revision.clone(), held);
        playbook.ok_or(Refusal { revision, findings: findings.diagnostics })
    }
}

impl AnswerFiles for Compiler {
    fn list(&self) -> Result<Vec<(String, String)>, String> {
        let folder = PathBuf::from(&self.0.faq);
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let gathered =
            gather(&[folder], default_locale(&self.0.locales)).map_err(|error| format!("{error:#}"))?;
        let yaml = gathered.sources.into_iter().filter(|(name, _)| !name.ends_with(".jsonl"));
        Ok(yaml.map(|(name, text)| (name.to_string(), text)).collect())
    }

    fn new_file(&self, stem: &str) -> String {
        let folder = Path::new(&self.0.faq);
        let folder = if folder.is_file() { folder.parent().unwrap_or(folder) } else { folder };
        folder.join(format!("{stem}.yaml")).display().to_string()
    }

    fn prove(&self, name: &str, text: &str) -> Vec<Diagnostic> {
        let settings = &*self.0;
        let gathered = match on_disk(settings) {
            Ok(gathered) => gathered,
            Err(error) => return unreadable(&settings.flows, &error).findings,
        };
        let flows = gathered.flows.iter().map(|file| (file.name.clone(), file.text.clone()));
        let others = gathered.sources.iter().map(|(name, text)| (name.to_string(), text.clone()));
        let mut texts: Vec<(String, String)> = flows.chain(others).filter(|(old, _)| old != name).collect();
        texts.push((name.to_owned(), text.to_owned()));
        let gathered = gather_texts(&texts, default_locale(&settings.locales));
        read(gathered, settings).2.diagnostics.into_iter().filter(Diagnostic::is_error).collect()
    }

    fn put(&self, name: &str, before: Option<&str>, text: &str) -> Result<(), String> {
        let path = Path::new(name);
        let now = match std::fs::read_to_string(path) {
            Ok(now) => Some(now),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("cannot read {name}: {error}")),
        };
        if now.as_deref() != before {
            return Err(format!("{name} changed at this very moment; try again"));
        }
        write(path, text)
            .map_err(|error| format!("{error:#}; download the patch and apply it where the files are kept"))
    }
}

/// A folder or file that cannot be read.
fn unreadable(folder: &str, error: &anyhow::Error) -> Refusal {
    let shown = Path::new(folder).display().to_string();
    let found = Diagnostic::error("V001", Place::start_of(&shown), format!("{error:#}"));
    Refusal { revision: String::new(), findings: vec![found] }
}
