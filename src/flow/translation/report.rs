//! What each locale lacks.

use super::lock::Lock;
use super::{Part, Unit};

/// The state of one locale.
#[derive(Debug)]
pub struct Report<'u> {
    pub locale: String,
    /// Texts that the locale needs, and how many of them it has.
    pub needed: usize,
    pub present: usize,
    pub missing: Vec<&'u Unit>,
    /// Made from a source that has changed since.
    pub stale: Vec<&'u Unit>,
    /// The same as the source, so perhaps not translated.
    pub copies: Vec<&'u Unit>,
    /// Spoken forms and words to understand that the source has and the locale has not; nothing needs them.
    pub optional: Vec<&'u Unit>,
}

impl<'u> Report<'u> {
    /// The state of `locale`, measured against `source`, the default locale.
    pub fn of(units: &'u [Unit], lock: &Lock, source: &str, locale: &str) -> Self {
        let mut report = Self {
            locale: locale.to_owned(),
            needed: 0,
            present: 0,
            missing: vec![],
            stale: vec![],
            copies: vec![],
            optional: vec![],
        };
        for unit in units {
            report.count(unit, lock, source);
        }
        report
    }

    fn count(&mut self, unit: &'u Unit, lock: &Lock, source: &str) {
        let has = unit.values.contains_key(&self.locale);
        if unit.part.is_needed() {
            self.needed += 1;
            self.present += usize::from(has);
        }
        let foreign = self.locale != source;
        match (has, unit.part) {
            (false, Part::Text | Part::Faq) => self.missing.push(unit),
            (false, Part::Voice | Part::Words) => {
                if unit.values.contains_key(source) {
                    self.optional.push(unit);
                }
            }
            (true, _) if foreign && lock.is_stale(unit, source, &self.locale) => self.stale.push(unit),
            (true, _) if foreign && is_copy(unit, source, &self.locale) => self.copies.push(unit),
            (true, _) => {}
        }
    }

    /// Of the texts that are needed, in whole per cent, rounded down.
    pub fn percent(&self) -> usize {
        (self.present * 100).checked_div(self.needed).unwrap_or(100)
    }
}

/// Equal, and with letters in it: a pattern of marks is the same in many languages.
fn is_copy(unit: &Unit, source: &str, locale: &str) -> bool {
    let same = unit.values.get(source) == unit.values.get(locale);
    same && unit.values[locale].shown().chars().filter(|c| c.is_alphabetic()).count() > 1
}
