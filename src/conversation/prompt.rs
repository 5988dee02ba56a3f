//! What goes out: what is said, and what the bot hopes to hear after it. Channels render this; none adds to it.

use serde::{Deserialize, Serialize};

use crate::flow::template::{CODE_CLOSE, CODE_OPEN};

/// One message of the bot, ready for the kind of channel (chat or voice) that the conversation is on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    pub kind: PromptKind,
    /// The language it is in.
    pub locale: String,
    /// Shown in chat. On a call this is all that is spoken, options and the second telling of a code included.
    pub text: Vec<Segment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<PromptOption>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// A file is asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub file: bool,
    /// What the contact said that stands in the text and looks like markup: it is shown as it was said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quoted: Vec<String>,
    /// A telephone number is asked for: a channel may offer to share the contact's own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub phone: bool,
    /// On a call: the beginning of the text may have been recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Recorded>,
    /// On a call: it is heard to its end before anything may interrupt it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub legal: bool,
}

/// What a recording may stand in for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// `phone_hold` of the words, `billing/topic` of a step.
    pub name: String,
    /// The beginning of the prompt's text that it says.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptKind {
    Say,
    Choose,
    Ask,
    Confirm,
    /// An FAQ answer.
    Answer,
    /// "Did that solve it?"
    Solved,
    Survey,
    /// Said by the engine itself: a reprompt, help, a notice.
    System,
}

/// A piece of a text. Never markup: a channel writes its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Segment {
    Text(String),
    /// A ticket's code, bare digits: one piece in chat, in groups and twice on a call.
    Code(String),
}

/// One choice of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptOption {
    pub value: String,
    /// For the kind of channel at hand: shown on a button, or spoken.
    pub label: String,
    /// On a phone.
    pub key: String,
}

/// What may come next, for a channel that must say so (keys to gather, hints for a recogniser).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "for")]
pub enum Hope {
    /// One key of these options, or words.
    Choice { hints: Vec<String> },
    /// `max` digits at most; `exact` where all have that length, so that no finishing key is needed.
    Digits { max: usize, exact: bool },
    /// Free words.
    Words,
    /// An agent: nothing is asked.
    Person,
    /// Something of ours takes so many seconds more, as far as is known; then the channel looks again. Words and keys
    /// are heard meanwhile.
    Moment { seconds: u32 },
    /// Whoever the call is put through to: a number in E.164 or a SIP address.
    Transfer {
        to: String,
        /// Seconds for which it rings.
        ring: u32,
        /// What whoever answers is told before the two are joined; empty: nothing.
        whisper: String,
        /// The caller's number, where it is known.
        from: Option<String>,
    },
    /// A message, recorded after a tone.
    Recording {
        /// Seconds at most.
        longest: u32,
    },
    /// Nothing: the conversation is over, or it goes on with a call of ours.
    Nothing,
}

impl Prompt {
    pub fn new(kind: PromptKind, locale: &str, text: &str) -> Self {
        Self {
            kind,
            locale: locale.to_owned(),
            text: Segment::parse(text),
            options: Vec::new(),
            image: None,
            link: None,
            file: false,
            quoted: Vec::new(),
            phone: false,
            recorded: None,
            legal: false,
        }
    }

    /// The text in one piece, codes as bare digits: the form for chat and transcript.
    pub fn plain(&self) -> String {
        self.text
            .iter()
            .map(|segment| match segment {
                Segment::Text(text) | Segment::Code(text) => text.as_str(),
            })
            .collect()
    }
}

impl Prompt {
    /// The text as [`Self::plain`], without its codes.
    pub fn hidden(&self) -> String {
        self.text
            .iter()
            .map(|segment| match segment {
                Segment::Text(text) => text.as_str(),
                Segment::Code(_) => "•••••••••",
            })
            .collect()
    }
}

impl Segment {
    /// Splits a rendered text at the marks around codes.
    pub fn parse(text: &str) -> Vec<Self> {
        let mut segments = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(CODE_OPEN) {
            let after = &rest[open + CODE_OPEN.len_utf8()..];
            let Some(close) = after.find(CODE_CLOSE) else { break };
            if open > 0 {
                segments.push(Self::Text(rest[..open].to_owned()));
            }
            segments.push(Self::Code(after[..close].to_owned()));
            rest = &after[close + CODE_CLOSE.len_utf8()..];
        }
        let tail = rest.replace([CODE_OPEN, CODE_CLOSE], "");
        if !tail.is_empty() {
            segments.push(Self::Text(tail));
        }
        segments
    }
}
