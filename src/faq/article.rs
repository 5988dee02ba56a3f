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
}

impl Article {
    /// The question shown to a person, in `locale` or else in any.
    pub fn title(&self, locale: &str) -> Option<&str> {
        let asked = self.questions.get(locale).or_else(|| self.questions.values().next())?;
        asked.first().map(String::as_str)
    }

    /// The answer in `locale` or else in any.
    pub fn answer_in(&self, locale: &str) -> Option<&str> {
        self.answer.get(locale).or_else(|| self.answer.values().next()).map(String::as_str)
    }

    /// What is read aloud: `voice` where there is one, else the written answer.
    pub fn spoken_in(&self, locale: &str) -> Option<&str> {
        self.voice.get(locale).map(String::as_str).or_else(|| self.answer_in(locale))
    }
}
