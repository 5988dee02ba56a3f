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
