//! Slots: the named, typed answers of a flow.

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::{SlotName, Text};
use crate::source::Place;

/// A slot as declared under `slots:`.
#[derive(Debug, Clone)]
pub struct Slot {
    pub name: SlotName,
    pub at: Place,
    pub kind: SlotKind,
    /// `voice: digits`: entered by keys on a call, spoken back in groups.
    pub digits: bool,
    /// Never spoken back, never logged, masked where it is shown.
    pub sensitive: bool,
    /// What people call it: "change my postcode", "Postcode: 20121". Reads no slots.
    pub label: Option<Text>,
}

#[derive(Debug, Clone)]
pub enum SlotKind {
    /// Lengths in characters.
    Text {
        min: Option<usize>,
        max: Option<usize>,
    },
    Number {
        min: Option<f64>,
        max: Option<f64>,
        whole: bool,
    },
    /// `past`: today or earlier; `future`: today or later.
    Date {
        past: bool,
        future: bool,
    },
    Email,
    Phone,
    Choice {
        options: Vec<String>,
    },
    Bool,
    /// Matches the whole answer (compiled as `^(?:…)$`). Linear time whatever the pattern.
    Pattern {
        pattern: Regex,
    },
    /// A file sent in chat; its reference is the value.
    File,
}

impl Slot {
    /// A value that a machine gives (a service, a table) in the form that the slot holds; `None` where it cannot.
    pub fn given(&self, value: &serde_json::Value) -> Option<SlotValue> {
        use serde_json::Value;
        let text = match value {
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.trim().to_owned(),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        let fits = |fits: bool| fits.then(|| SlotValue::Text(text.clone()));
        match &self.kind {
            SlotKind::Text { min, max } => {
                let length = text.chars().count();
                fits(min.is_none_or(|min| length >= min) && max.is_none_or(|max| length <= max))
            }
            SlotKind::Number { min, max, whole } => {
                // `29,90`, where the comma can be nothing but the decimal mark.
                let plain = if text.contains('.') { text.clone() } else { text.replacen(',', ".", 1) };
                let number = plain.parse::<f64>().ok().filter(|number| number.is_finite())?;
                let within = min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max);
                (within && (!whole || number.fract() == 0.0)).then_some(SlotValue::Number(number))
            }
            SlotKind::Date { .. } => {
                let day = text.get(..10)?;
                let rest = text[10..].chars().next();
                let date = day.parse::<jiff::civil::Date>().ok()?;
                matches!(rest, None | Some('T' | 't' | ' ')).then(|| SlotValue::Text(date.to_string()))
            }
            SlotKind::Email => fits(text.split_once('@').is_some_and(|(name, host)| {
                !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
            })),
            SlotKind::Phone => fits(text.chars().filter(char::is_ascii_digit).count() >= 3),
            SlotKind::Choice { options } => {
                let same = |option: &&String| option.to_lowercase() == text.to_lowercase();
                options.iter().find(same).map(|option| SlotValue::Text(option.clone()))
            }
            SlotKind::Bool => match text.to_lowercase().as_str() {
                "true" | "yes" | "1" => Some(SlotValue::Bool(true)),
                "false" | "no" | "0" => Some(SlotValue::Bool(false)),
                _ => None,
            },
            SlotKind::Pattern { pattern } => fits(pattern.is_match(&text)),
            SlotKind::File => None,
        }
    }
}

impl SlotKind {
    /// The word after `type:`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Number { .. } => "number",
            Self::Date { .. } => "date",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Choice { .. } => "choice",
            Self::Bool => "bool",
            Self::Pattern { .. } => "pattern",
            Self::File => "file",
        }
    }
}

/// What a slot holds. Dates are texts in ISO 8601 (`2026-11-24`), so that they compare as texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SlotValue {
    Bool(bool),
    Number(f64),
    Text(String),
}

impl std::fmt::Display for SlotValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
        }
    }
}
