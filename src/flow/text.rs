//! A text of a flow: one template a locale, and what replaces it on a call.

use std::collections::BTreeMap;

use super::{Locale, Template};
use crate::source::Place;

#[derive(Debug, Clone, Default)]
pub struct Text {
    pub at: Place,
    /// What is shown in chat, and spoken where `spoken` has nothing.
    pub written: BTreeMap<Locale, Template>,
    /// What `voice:` beside the text says.
    pub spoken: BTreeMap<Locale, Template>,
}

impl Text {
    /// The template for `locale`, else for its language, else for `fallback` (the default locale), else English, else any; on a call the spoken form comes first.
    pub fn pick(&self, locale: &str, fallback: &str, voice: bool) -> Option<&Template> {
        let of = |locale: &str| {
            let spoken = if voice { self.spoken.get(locale) } else { None };
            spoken.or_else(|| self.written.get(locale))
        };
        let near = || of(language(locale));
        of(locale)
            .or_else(near)
            .or_else(|| of(fallback))
            .or_else(|| of("en"))
            .or_else(|| self.written.values().next())
    }
}

/// `de` of `de-AT`.
pub(super) fn language(locale: &str) -> &str {
    locale.split(['-', '_']).next().unwrap_or(locale)
}
