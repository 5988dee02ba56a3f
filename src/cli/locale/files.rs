//! The files of the settings with all their texts, and the lock beside them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::cli::check::{Gathered, gather};
use crate::config::Settings;
use crate::faq;
use crate::flow::system::{self, BUILT_IN};
use crate::flow::translation::lock::Lock;
use crate::flow::translation::{Unit, units};

pub struct Files {
    /// The default locale, which the others are made from.
    pub source: String,
    pub units: Vec<Unit>,
    /// The texts of the files by name.
    pub texts: BTreeMap<String, String>,
    pub lock: Lock,
    pub lock_path: PathBuf,
    folder: PathBuf,
}

impl Files {
    /// Reads the flows and the FAQ of the settings.
    ///
    /// # Errors
    /// A file that cannot be read, is no YAML, or a lock that is none.
    pub fn read(settings: &Settings) -> anyhow::Result<Self> {
        let source = settings.locales.first().cloned().unwrap_or_else(|| "en".to_owned());
        let folder = PathBuf::from(&settings.flows);
        let gathered = gathered(settings)?;
        let mut texts = BTreeMap::new();
        for file in &gathered.flows {
            texts.insert(file.name.clone(), file.text.clone());
        }
        for (name, text) in &gathered.sources {
            if faq::is_faq(text) {
                texts.insert(name.to_string(), text.clone());
            }
        }
        let lock_path = folder.join("translations.lock");
        let lock = read_lock(&lock_path)?;
        let mut files = Self { source, units: Vec::new(), texts, lock, lock_path, folder };
        files.units = files.all_units()?;
        Ok(files)
    }

    fn all_units(&self) -> anyhow::Result<Vec<Unit>> {
        let mut all: Vec<Unit> = Vec::new();
        for (name, text) in &self.texts {
            all.extend(self.of(name, text)?);
        }
        let is_words = |unit: &Unit| matches!(unit.group.as_str(), "words" | "lists");
        for (stem, text) in system::FILES {
            let name = format!("{BUILT_IN}{stem}.yaml");
            if stem != "words" && self.texts.keys().any(|given| is_system(given, stem)) {
                continue;
            }
            for unit in self.of(&name, text)? {
                // Yours overrides the words key by key and locale by locale.
                match all.iter_mut().find(|given| is_words(given) && given.key == unit.key) {
                    Some(given) => {
                        unit.values.into_iter().for_each(|(locale, value)| {
                            given.values.entry(locale).or_insert(value);
                        });
                    }
                    None => all.push(unit),
                }
            }
        }
        Ok(all)
    }

    fn of(&self, name: &str, text: &str) -> anyhow::Result<Vec<Unit>> {
        units(name, text, &self.source)
            .map_err(|found| anyhow::anyhow!("{}:{}: {}", found.at.file, found.at.line, found.message))
    }

    /// The path and text of the file to change for a unit: its own, or for one that is compiled in a copy of its file in
    /// the folder of flows, which takes its place.
    pub fn target(&self, unit: &Unit) -> (String, String) {
        let name = unit.at.file.to_string();
        let Some(stem) = name.strip_prefix(BUILT_IN).and_then(|file| file.strip_suffix(".yaml")) else {
            let text = self.texts.get(&name).cloned().unwrap_or_default();
            return (name, text);
        };
        if let Some((given, text)) = self.texts.iter().find(|(given, _)| is_system(given, stem)) {
            return (given.clone(), text.clone());
        }
        let path = self.folder.join("system").join(format!("{stem}.yaml"));
        (path.display().to_string(), system::text(stem).unwrap_or_default().to_owned())
    }

    pub fn accept(&mut self, locales: &[String]) {
        for unit in &self.units {
            for locale in locales {
                self.lock.accept(unit, &self.source, locale);
            }
        }
        self.lock.forget(&self.units, locales);
    }

    /// # Errors
    /// A folder that cannot be written to.
    pub fn write_lock(&self) -> anyhow::Result<()> {
        write(&self.lock_path, &self.lock.written())
    }
}

fn is_system(name: &str, stem: &str) -> bool {
    let mut parts = name.rsplit(['/', '\\']);
    let file = parts.next().unwrap_or_default();
    let fits = file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml")) == Some(stem);
    fits && parts.next() == Some("system")
}

/// The files of the settings, as `check` finds them.
///
/// # Errors
/// As [`gather()`].
pub fn gathered(settings: &Settings) -> anyhow::Result<Gathered> {
    let paths: [PathBuf; 2] = [settings.flows.clone().into(), settings.faq.clone().into()];
    let there: Vec<PathBuf> = paths.into_iter().filter(|path| path.exists()).collect();
    gather(&there, settings.locales.first().map_or("en", String::as_str))
}

fn read_lock(path: &Path) -> anyhow::Result<Lock> {
    if !path.exists() {
        return Ok(Lock::default());
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    match Lock::read(&text) {
        Ok(lock) => Ok(lock),
        Err(line) => bail!(
            "{}:{line}: a line is `key locale source-hash translation-hash`; write the file anew by `vestibule locale accept`",
            path.display()
        ),
    }
}

/// Writes beside the file and puts it in its place, so that nobody reads half of it.
///
/// # Errors
/// A folder that cannot be written to.
pub fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(cannot)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".new");
    let beside = path.with_file_name(name);
    std::fs::write(&beside, text).with_context(cannot)?;
    std::fs::rename(&beside, path).with_context(cannot)
}
