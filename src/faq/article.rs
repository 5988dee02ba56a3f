//! One answer and the ways people ask for it.

use std::collections::BTreeMap;

use crate::source::Place;

/// An FAQ article. The maps are keyed by locale (`en`, `it`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Article {
    pub id: String,
    /// What a flow's context may name; raises the article, never hides the others.
    pub tags: Vec<String>,
    /// The phrasings that lead here, the first being the one shown.
    pub questions: BTreeMap<String, Vec<String>>,
    pub answer: BTreeMap<String, String>,
    /// The spoken form, where the written one cannot be read aloud.
    pub voice: BTreeMap<String, String>,
    /// When somebody should read it again.
    pub review: Option<jiff::civil::Date>,
    /// True for an article of a JSON-lines file, which has one locale and no more.
    pub single_locale: bool,
    pub at: Place,
    pub places: Places,
}

/// Where the parts of an article stand, for findings; empty where that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    /// One for each tag.
    pub tags: Vec<Place>,
    /// One for each phrasing.
    pub questions: BTreeMap<String, Vec<Place>>,
    pub answer: BTreeMap<String, Place>,
}

impl Article {
    /// Where a phrasing stands.
    pub fn question_at(&self, locale: &str, index: usize) -> &Place {
        self.places.questions.get(locale).and_then(|places| places.get(index)).unwrap_or(&self.at)
    }

    /// Where the answer in a locale stands.
    pub fn answer_at(&self, locale: &str) -> &Place {
        self.places.answer.get(locale).unwrap_or(&self.at)
    }

    /// The question shown to a person: in `locale`, else in `fallback`, else in any.
    pub fn title(&self, locale: &str, fallback: &str) -> Option<&str> {
        let of = |locale: &str| self.questions.get(locale).and_then(|questions| questions.first());
        let any = || self.questions.values().find_map(|questions| questions.first());
        of(locale).or_else(|| of(fallback)).or_else(any).map(String::as_str)
    }

    /// The written answer: in `locale`, else in `fallback`, else in any.
    pub fn answer_in(&self, locale: &str, fallback: &str) -> Option<&str> {
        self.pick(locale, fallback, false)
    }

    /// What is read aloud: in each language `voice` where there is one, else the written answer.
    pub fn spoken_in(&self, locale: &str, fallback: &str) -> Option<&str> {
        self.pick(locale, fallback, true)
    }

    fn pick(&self, locale: &str, fallback: &str, voice: bool) -> Option<&str> {
        let of = |locale: &str| {
            let spoken = if voice { self.voice.get(locale) } else { None };
            spoken.or_else(|| self.answer.get(locale))
        };
        of(locale).or_else(|| of(fallback)).or_else(|| self.answer.values().next()).map(String::as_str)
    }
}
