//! Which files hold the tests, and which flows they test.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use crate::cli::check::Findings;
use crate::config::Settings;
use crate::flow::Playbook;
use crate::rehearsal::{self, Script};
use crate::source::Sources;

/// The files of tests, and the settings with the folder of the flows that they test.
pub struct Found {
    pub files: Vec<PathBuf>,
    pub settings: Settings,
}

/// Without paths: those in `tests` in the folder of flows. A path may be a file of tests, a folder of them, or a
/// folder of flows with a folder `tests` in it. Tests in a folder `tests` beside flows test those flows.
pub fn find(paths: &[PathBuf], settings: &Settings) -> anyhow::Result<Found> {
    let usual = PathBuf::from(&settings.flows).join("tests");
    let given: Vec<PathBuf> = if paths.is_empty() { vec![usual] } else { paths.to_vec() };
    let mut files = Vec::new();
    for path in &given {
        let within = path.join("tests");
        match path {
            path if path.is_file() => files.push(path.clone()),
            _ if within.is_dir() && path.file_name().is_none_or(|name| name != "tests") => {
                folder(&within, &mut files)?;
            }
            path if path.is_dir() => folder(path, &mut files)?,
            path => bail!("there is no file or folder {}", path.display()),
        }
    }
    ensure!(
        !files.is_empty(),
        "there is no test in {}; write one, or let `vestibule chat --repro` write it",
        given.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    );
    let mut settings = settings.clone();
    if let Some(flows) = files.first().and_then(|file| beside(file)).filter(|_| !paths.is_empty()) {
        of_their_own(&mut settings, &flows);
    }
    Ok(Found { files, settings })
}

fn folder(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut inside: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    inside.sort();
    for path in inside {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden {
            self::folder(&path, files)?;
        } else if !hidden && is_yaml(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// The folder of flows that a folder `tests` stands in.
fn beside(file: &Path) -> Option<PathBuf> {
    let tests =
        file.ancestors().skip(1).find(|folder| folder.file_name().is_some_and(|name| name == "tests"))?;
    let flows = tests.parent()?;
    let flows = if flows.as_os_str().is_empty() { Path::new(".") } else { flows };
    let has = fs::read_dir(flows).ok()?.flatten().any(|entry| is_yaml(&entry.path()));
    has.then(|| flows.to_owned())
}

/// Tests beside other flows than those of the settings test those, with the FAQ beside them where there is one.
fn of_their_own(settings: &mut Settings, flows: &Path) {
    let real = |path: &Path| fs::canonicalize(path).ok();
    if real(flows) == real(Path::new(&settings.flows)) {
        return;
    }
    settings.flows = flows.display().to_string();
    let faq = flows.parent().map(|parent| parent.join("faq")).filter(|faq| faq.is_dir());
    if let Some(faq) = faq {
        settings.faq = faq.display().to_string();
    }
}

/// Reads the files of tests. A file that has findings gives what it can.
pub fn read(files: &[PathBuf], playbook: &Playbook) -> anyhow::Result<(Vec<Script>, Findings)> {
    let mut scripts = Vec::new();
    let mut findings = Findings { diagnostics: Vec::new(), sources: Sources::new(), files: files.len() };
    for file in files {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let (script, found) = rehearsal::read(&file.display().to_string(), &text, playbook);
        findings.diagnostics.extend(found);
        findings.sources.insert(script.file.clone(), text);
        scripts.push(script);
    }
    Ok((scripts, findings))
}
