//! Makes playbooks of an operator's files while the program serves: of those on disk, and of those that were stored.

use std::path::Path;
use std::sync::Arc;

use super::check::gather_texts;
use super::playbook::{compiled, default_locale, files_of, on_disk, warn_of};
use crate::app::playbooks::{Compile, OnDisk, Refusal};
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

/// A folder or file that cannot be read.
fn unreadable(folder: &str, error: &anyhow::Error) -> Refusal {
    let shown = Path::new(folder).display().to_string();
    let found = Diagnostic::error("V001", Place::start_of(&shown), format!("{error:#}"));
    Refusal { revision: String::new(), findings: vec![found] }
}
