//! What a contact asked to be told of, and what they are told.

use serde::{Deserialize, Serialize};

use super::Channel;

/// What a contact watches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what", content = "of")]
pub enum Subject {
    /// The known incidents of an area.
    Incident(String),
    /// A ticket, by its code in bare digits.
    Ticket(String),
}

impl Subject {
    /// `incident` or `ticket`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Incident(_) => "incident",
            Self::Ticket(_) => "ticket",
        }
    }

    /// The area or the code.
    pub fn of(&self) -> &str {
        match self {
            Self::Incident(of) | Self::Ticket(of) => of,
        }
    }

    pub fn from_words(word: &str, of: &str) -> Option<Self> {
        match word {
            "incident" => Some(Self::Incident(of.to_owned())),
            "ticket" => Some(Self::Ticket(of.to_owned())),
            _ => None,
        }
    }
}

/// Something that a watcher is told once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub id: String,
    pub news: News,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "news")]
pub enum News {
    IncidentClosed {
        area: String,
        title: String,
    },
    /// Another address was linked with this one, or parted from it.
    Linked {
        channel: Channel,
    },
    Unlinked {
        channel: Channel,
    },
    /// A copy of an answer, asked for on a call: for the chat alone.
    AnswerCopied {
        article: String,
    },
    /// `state` as the desk names it: `assigned`, `in_progress`, `resolved`, …
    TicketChanged {
        code: String,
        state: String,
    },
    /// The ticket is closed, and its contact is asked how satisfied they are; `nps`: and whether they would recommend us.
    SurveyDue {
        code: String,
        nps: bool,
    },
}
