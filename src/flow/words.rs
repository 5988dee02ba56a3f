//! The built-in words: what the engine says by itself, by key and locale, from `flows/system/words.yaml`.

use std::collections::BTreeMap;

use super::Text;

/// Texts by key (`no_match`, `solved`, `option`, …) and lists of words by key (`yes`, `no`, `agent`, …).
#[derive(Debug, Clone, Default)]
pub struct Words {
    pub texts: BTreeMap<String, Text>,
    /// For each key and locale the words that mean it, as the operator wrote them.
    pub lists: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Words {
    pub fn text(&self, key: &str) -> Option<&Text> {
        self.texts.get(key)
    }

    /// The words for `key` in `locale`, else in its language; empty where there are none.
    pub fn list(&self, key: &str, locale: &str) -> &[String] {
        let Some(by) = self.lists.get(key) else { return &[] };
        by.get(locale).or_else(|| by.get(super::text::language(locale))).map_or(&[], Vec::as_slice)
    }

    /// What stands under `key` in `locale` or its language, as it is written; never in another language.
    pub fn own(&self, key: &str, locale: &str) -> Option<&str> {
        let written = &self.text(key)?.written;
        let template = written.get(locale).or_else(|| written.get(super::text::language(locale)))?;
        Some(&template.source)
    }
}
