//! What each translation was made from: `translations.lock`, a sorted text file beside the flows. A line is
//! `key locale source translation`, the last two as hashes. Authors never need to touch it; `check` does not read it.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::{Unit, Value};

const HEAD: &str = "# What translations were made from; written by `vestibule locale accept` and `import`.\n\
                    # key locale source-hash translation-hash\n";

/// The memory of one set of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    made: BTreeMap<(String, String), Made>,
}

/// Hashes of a source and of the translation that was made from it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Made {
    source: String,
    translation: String,
}

impl Made {
    fn of(source: &Value, translation: &Value) -> Self {
        Self { source: hash(source), translation: hash(translation) }
    }
}

/// The first 16 hex digits of the SHA-256 of a text as a cell shows it.
fn hash(value: &Value) -> String {
    let mut digest = hex::encode(Sha256::digest(value.shown()));
    digest.truncate(16);
    digest
}

impl Lock {
    /// Reads a lock file.
    ///
    /// # Errors
    /// The number of the first line, from 1, that is none.
    pub fn read(text: &str) -> Result<Self, usize> {
        let mut made = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let parts: Vec<&str> = line.rsplitn(4, ' ').collect();
            let [translation, source, locale, key] = parts.as_slice() else { return Err(number + 1) };
            let is_hash = |text: &str| text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
            if !is_hash(translation) || !is_hash(source) {
                return Err(number + 1);
            }
            let one = Made { source: (*source).to_owned(), translation: (*translation).to_owned() };
            made.insert(((*key).to_owned(), (*locale).to_owned()), one);
        }
        Ok(Self { made })
    }

    /// As a file: sorted, so that two people's changes meet in few lines.
    pub fn written(&self) -> String {
        let mut out = HEAD.to_owned();
        for ((key, locale), Made { source, translation }) in &self.made {
            out.push_str(&format!("{key} {locale} {source} {translation}\n"));
        }
        out
    }

    /// Notes that the unit's translation into `locale` fits its source as both stand now.
    pub fn accept(&mut self, unit: &Unit, source: &str, locale: &str) {
        if let (Some(from), Some(to)) = (unit.values.get(source), unit.values.get(locale)) {
            self.made.insert((unit.key.clone(), locale.to_owned()), Made::of(from, to));
        }
    }

    /// Forgets what no unit has any longer, in the locales given.
    pub fn forget(&mut self, units: &[Unit], locales: &[String]) {
        let kept: BTreeSet<(&str, &str)> = units
            .iter()
            .flat_map(|unit| unit.values.keys().map(|locale| (unit.key.as_str(), locale.as_str())))
            .collect();
        self.made.retain(|(key, locale), _| {
            !locales.contains(locale) || kept.contains(&(key.as_str(), locale.as_str()))
        });
    }

    /// Whether the source changed since the translation was made, and the translation did not. One that the lock does not
    /// know is not stale, nor is one that only moved to another step of its flow.
    pub fn is_stale(&self, unit: &Unit, source: &str, locale: &str) -> bool {
        let (Some(from), Some(to)) = (unit.values.get(source), unit.values.get(locale)) else { return false };
        let now = Made::of(from, to);
        let Some(made) = self.made.get(&(unit.key.clone(), locale.to_owned())) else { return false };
        if made.source == now.source || made.translation != now.translation {
            return false;
        }
        let group = format!("{}/", unit.group);
        let moved = |((key, of), made): (&(String, String), &Made)| {
            of == locale && key.starts_with(&group) && *made == now
        };
        !self.made.iter().any(moved)
    }
}
