//! One person on several addresses: a code that is shown on one and entered on another joins them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Channel, ContactId, Conversation, ConversationId};
use crate::flow::FlowName;

/// How long a code can be entered after it was shown.
pub const VALID: SignedDuration = SignedDuration::from_mins(10);
/// Codes that did not work which one contact may enter within [`TRIES_WITHIN`].
pub const MAX_TRIES: u32 = 5;
pub const TRIES_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// Codes that did not work which all contacts together may enter within a minute: with 90 million codes, guessing from
/// many addresses leads nowhere.
pub const MAX_TRIES_OF_ALL: u32 = 60;
/// Addresses that one person may have.
pub const MAX_ADDRESSES: usize = 10;

/// Another address of the same person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    pub contact: ContactId,
    pub channel: Channel,
    pub address: String,
    pub since: Timestamp,
}

/// What the store says of a code that was entered in this turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "found")]
pub enum Found {
    /// It was shown there, to that contact.
    Shown {
        contact: ContactId,
        conversation: ConversationId,
        channel: Channel,
    },
    Refused {
        why: Refused,
    },
}

/// Why a code does not link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// Never shown, used, replaced, too old or mistyped: which of these is not told.
    Unknown,
    /// It was shown here.
    Own,
    /// The two are linked already.
    Already,
    /// Too many codes did not work.
    TooMany,
    /// The person would have more than [`MAX_ADDRESSES`].
    Full,
    /// Who is here is not proven, so nothing can be linked to them.
    Unproven,
}

impl Refused {
    pub const ALL: [Self; 6] =
        [Self::Unknown, Self::Own, Self::Already, Self::TooMany, Self::Full, Self::Unproven];

    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Own => "own",
            Self::Already => "already",
            Self::TooMany => "too_many",
            Self::Full => "full",
            Self::Unproven => "unproven",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.word() == word)
    }

    /// Whether entering another code can make sense.
    pub fn again(self) -> bool {
        matches!(self, Self::Unknown | Self::Own)
    }
}

/// By a code that was entered on a call: who the caller is, for this call alone. A caller's number proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proven {
    /// The contact of the call before.
    pub home: ContactId,
    /// Where the code was shown: news go there.
    pub conversation: ConversationId,
    pub channel: Channel,
}

/// A conversation that was left on another of the person's addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    pub conversation: ConversationId,
    pub channel: Channel,
    /// The flow that it is in.
    pub flow: FlowName,
    /// When the contact was last heard there.
    pub heard_at: Timestamp,
    pub parked: bool,
}

/// What the store says of a conversation that is wanted on another address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "moving")]
pub enum Moving {
    There {
        conversation: Box<Conversation>,
    },
    /// Somebody came first, or it is over.
    Gone,
}

/// What the engine may know of a person's other addresses in one turn.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LinkFacts {
    /// A code to show, should this turn show one: random, so not derived from the turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What became of the code that this turn enters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
    /// The person's other addresses, the first linked first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub linked: Vec<Linked>,
    /// What to offer to go on with here, where a conversation begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Elsewhere>,
    /// What became of a conversation that this turn wants here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moving: Option<Moving>,
}
