//! `survey`: CSAT 1 to 5 or NPS 0 to 10, and a comment.

use crate::flow::Text;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SurveyKind {
    Csat,
    Nps,
}

impl SurveyKind {
    /// The lowest and highest score.
    pub fn range(self) -> (i64, i64) {
        match self {
            Self::Csat => (1, 5),
            Self::Nps => (0, 10),
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Csat => "csat",
            Self::Nps => "nps",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Survey {
    pub ask: SurveyKind,
    /// Ask for a comment after the score.
    pub comment: bool,
    /// Said in place of the built-in question.
    pub prompt: Option<Text>,
}
