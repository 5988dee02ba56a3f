//! What only calls have: putting through, calling back, messages, going on after a line was cut.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Answered, ConversationId, Frame, Offered, OpenedTicket};
use crate::flow::Locale;

/// Whether this is a number in E.164: a plus and five to fifteen digits.
///
/// The upper bound is that of <https://www.itu.int/rec/T-REC-E.164>.
pub fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// How a transfer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferEnd {
    /// They talked.
    Completed,
    Busy,
    NoAnswer,
    /// It could not be made.
    Failed,
}

impl TransferEnd {
    pub const ALL: [Self; 4] = [Self::Completed, Self::Busy, Self::NoAnswer, Self::Failed];

    pub fn word(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::Failed => "failed",
        }
    }
}

/// A call back in place of waiting on the line: it keeps the place in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Callback {
    /// "On the number that you call from?"
    AtThis { failures: u32 },
    /// "On which number?"
    Which { failures: u32 },
    /// "Is that right?"
    Right { number: String, failures: u32 },
    /// Promised; the line is free.
    Promised { number: String },
    /// The call is being made: an agent is there.
    Calling { number: String, tries: u32 },
}

impl Callback {
    /// The number that is to be called, once that is settled.
    pub fn number(&self) -> Option<&str> {
        match self {
            Self::Promised { number } | Self::Calling { number, .. } => Some(number),
            Self::AtThis { .. } | Self::Which { .. } | Self::Right { .. } => None,
        }
    }
}

/// Where an agent has the call put through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutThrough {
    /// A number in E.164 or a SIP address.
    pub to: String,
    /// Told to whoever answers.
    pub whisper: String,
}

/// A call that was cut off, as a later one of the same number goes on with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dropped {
    pub conversation: ConversationId,
    pub revision: String,
    pub locale: Locale,
    pub frames: Vec<Frame>,
    #[serde(default)]
    pub trail: Vec<Answered>,
    #[serde(default)]
    pub offered: Vec<Offered>,
    #[serde(default)]
    pub tickets: Vec<OpenedTicket>,
}

/// What happened in a call, beside what happens in every conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "call")]
pub enum CallEvent {
    /// A call is put through.
    TransferBegun {
        to: String,
    },
    TransferEnded {
        how: TransferEnd,
    },
    /// A message was recorded: its file, which is fetched from where the platform keeps it.
    MessageRecorded {
        file: Uuid,
        url: String,
        seconds: u32,
    },
    /// What was understood of a message.
    MessageTranscribed {
        text: String,
    },
    /// Who waits is to be called back.
    CallBackPromised {
        number: String,
    },
    /// A call to the contact is to be made, for an agent who is there.
    CallWanted {
        id: Uuid,
        number: String,
    },
    CallBackAnswered,
    /// The call came to nothing, or is over.
    CallBackEnded {
        reason: String,
    },
    /// Words for the contact leave as a text message.
    MessageWanted {
        id: Uuid,
        number: String,
        text: String,
    },
    /// It goes on where an earlier call was cut off.
    CallResumed {
        from: ConversationId,
    },
    /// The caller did not want to go on there.
    ResumeDeclined {
        from: ConversationId,
    },
}
