//! Priority: urgency × impact.

use serde::{Deserialize, Serialize};

/// How urgent a matter is, or how much it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Low,
    Medium,
    High,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The level of a word, whatever its case and the space around it.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word().eq_ignore_ascii_case(word.trim()))
    }
}

/// In which order tickets are helped, the last first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    Normal,
    High,
    Urgent,
}

impl Priority {
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Urgent];

    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.word() == word)
    }
}

/// The matrix. It is symmetric, and never falls where urgency or impact rises.
pub fn priority(urgency: Level, impact: Level) -> Priority {
    use Level::{High, Low, Medium};
    match (urgency, impact) {
        (High, High) => Priority::Urgent,
        (High, Medium) | (Medium, High) => Priority::High,
        (High, Low) | (Low, High) | (Medium, Medium) => Priority::Normal,
        (Medium, Low) | (Low, Medium) | (Low, Low) => Priority::Low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_is_symmetric_and_never_falls() {
        for urgency in Level::ALL {
            for impact in Level::ALL {
                assert_eq!(priority(urgency, impact), priority(impact, urgency));
                for higher in Level::ALL.into_iter().filter(|level| *level >= urgency) {
                    assert!(priority(higher, impact) >= priority(urgency, impact));
                }
            }
        }
        assert_eq!(priority(Level::High, Level::High), Priority::Urgent);
        assert_eq!(priority(Level::Medium, Level::Medium), Priority::Normal);
        assert_eq!(priority(Level::Low, Level::Low), Priority::Low);
    }

    #[test]
    fn words_are_read_as_people_write_them() {
        assert_eq!(Level::from_word(" High "), Some(Level::High));
        assert_eq!(Level::from_word("urgent"), None);
    }
}
