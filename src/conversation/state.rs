//! Where a conversation stands.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::link::{Elsewhere, Proven};
use super::{Answered, Callback, ContactId, ConversationId, Dropped, Hope, HttpAnswer, PutThrough, Reopened};
use crate::flow::{FlowName, Locale, SlotName, SlotValue, StepId};

/// The channels there are. The engine knows only whether one speaks or shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Web,
    Twilio,
    Signalwire,
    Telnyx,
    Jambonz,
    /// The keypad in the browser at `/phone`.
    Phone,
    Terminal,
    /// The terminal that prints what is spoken and reads keys.
    TerminalVoice,
    Telegram,
    Discord,
}

impl Channel {
    pub const ALL: [Self; 10] = [
        Self::Web,
        Self::Twilio,
        Self::Signalwire,
        Self::Telnyx,
        Self::Jambonz,
        Self::Phone,
        Self::Terminal,
        Self::TerminalVoice,
        Self::Telegram,
        Self::Discord,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Twilio => "twilio",
            Self::Signalwire => "signalwire",
            Self::Telnyx => "telnyx",
            Self::Jambonz => "jambonz",
            Self::Phone => "phone",
            Self::Terminal => "terminal",
            Self::TerminalVoice => "terminal_voice",
            Self::Telegram => "telegram",
            Self::Discord => "discord",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.word() == word)
    }

    /// Whether it is a call through a telephony platform.
    pub fn telephone(self) -> bool {
        matches!(self, Self::Twilio | Self::Signalwire | Self::Telnyx | Self::Jambonz)
    }

    /// Whether what goes out is spoken.
    pub fn voice(self) -> bool {
        match self {
            Self::Phone | Self::TerminalVoice => true,
            Self::Web | Self::Terminal | Self::Telegram | Self::Discord => false,
            Self::Twilio | Self::Signalwire | Self::Telnyx | Self::Jambonz => true,
        }
    }

    /// Whether what is said must be sent there by us. Others fetch it: with their answer, or by their last number.
    pub fn pushed(self) -> bool {
        match self {
            Self::Telegram | Self::Discord => true,
            Self::Twilio | Self::Signalwire | Self::Telnyx | Self::Jambonz => false,
            Self::Web | Self::Phone | Self::Terminal | Self::TerminalVoice => false,
        }
    }
}

/// All turns with one contact on one channel address, until it is closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    pub id: ConversationId,
    pub channel: Channel,
    /// The call's or chat's own id.
    pub address: String,
    pub contact: ContactId,
    pub locale: Locale,
    /// The contact chose the language, or it was seen once in what was written: it is not guessed again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tongue_chosen: bool,
    /// Of the playbook that it runs on.
    pub revision: String,
    pub life: Life,
    pub owner: Owner,
    /// Counts the changes of owner; a message of an older epoch is not sent.
    pub epoch: u64,
    /// Turns taken. The next turn is `turn + 1`.
    pub turn: u64,
    /// The turn in which the present question was put: buttons of earlier turns are of another.
    #[serde(default)]
    pub asked: u64,
    /// Messages that wait to be taken as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gathered: Option<Gathered>,
    /// The last message's number, counted over all conversations on the address.
    pub seq: u64,
    /// The flow that runs is the last; those below called it or were interrupted by it.
    pub frames: Vec<Frame>,
    /// Answers that `back` can undo, the last on top.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trail: Vec<Answered>,
    /// Set while answers from before a correction wait to be taken again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened: Option<Reopened>,
    /// Tickets opened or added to here, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<OpenedTicket>,
    /// Answers offered here, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offered: Vec<Offered>,
    /// What the channel should listen for now.
    pub hope: Hope,
    /// When the contact was last heard.
    pub heard_at: jiff::Timestamp,
    /// Reminders given since the contact was last heard.
    #[serde(default)]
    pub reminders: u32,
    /// On a call: who the caller is was proven by a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proven: Option<Proven>,
    /// On a call: inputs that came from the platform, to bound a call that goes round in circles.
    #[serde(default)]
    pub callbacks: u32,
    /// On a call: the number that it shows. A hint, never proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The message that was recorded last: its file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Uuid>,
    /// Who waits for a person asked to be called back, or is being asked about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<Callback>,
    /// Where an agent has the call put through, until it comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put_through: Option<PutThrough>,
    /// Since when it waits for a person; a call back keeps the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_at: Option<Timestamp>,
    /// The place in the queue that was told last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_told: Option<u32>,
    /// What is sent does not arrive: the contact blocked us, or the chat is gone. Until the contact is heard again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unreachable: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    Active,
    /// Silent for long; the next message resumes it.
    Parked,
    /// Over, with its outcome. On a call this is final; in chat the next message begins a new conversation.
    Closed(String),
}

/// Who speaks to the contact. Checked at every send: the bot cannot talk over a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    Bot,
    /// Waits in a queue.
    Queue(String),
    /// An agent's name.
    Agent(String),
}

/// Quick messages of the contact, until nothing more comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gathered {
    pub texts: Vec<String>,
    pub until: jiff::Timestamp,
}

/// One flow under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    pub flow: FlowName,
    pub step: StepId,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub slots: BTreeMap<SlotName, SlotValue>,
    /// Slots filled before their step was reached: their prompt is skipped once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ahead: Vec<SlotName>,
    /// It began over the question of the flow below, and gives back to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub digression: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
}

/// What is being asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wait {
    pub kind: WaitKind,
    /// Failures in a row at this prompt: no input, no match, refused value.
    #[serde(default)]
    pub failures: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "for")]
pub enum WaitKind {
    /// The prompt of the frame's step.
    Step,
    /// An answer was given: did it solve it? `left` are the ids still to offer. On a call a long answer is said in
    /// parts, and `part` is the one said last, from 0.
    Solved {
        query: String,
        article: String,
        left: Vec<String>,
        #[serde(default, skip_serializing_if = "is_first")]
        part: usize,
    },
    /// Which of these titles (`as: list`)?
    Pick { query: String, articles: Vec<String> },
    /// Why did the last answer not do?
    Reason { query: String, article: String },
    /// A comment after the survey's score.
    Comment,
    /// An agent.
    Person,
    /// The end of a transfer: whoever the call was put through to.
    Transfer { to: String, ring: u32, whisper: String },
    /// On a call: may a message be recorded?
    Consent { longest: u32 },
    /// The message.
    Message { longest: u32 },
    /// On a call: go on where an earlier call was cut off?
    Resume { dropped: Box<Dropped> },
    /// A copy of an answer as a text message: to the number that the call shows?
    SendTo { article: String, under: Option<Box<Wait>> },
    /// Heard so unsurely that it is said back: was it that?
    Sure { heard: String, under: Option<Box<Wait>> },
    /// The answer of a service. It is kept where it comes while something else has the word.
    Http {
        id: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Box<HttpAnswer>>,
    },
    /// Time; what the contact says meanwhile is kept for the next question.
    Pause {
        until: Timestamp,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        said: Vec<String>,
    },
    /// Which flow? Asked over the frame's own prompt, which comes again on `back`.
    Menu { under: Option<Box<Wait>> },
    /// Is what was left elsewhere to go on here? Asked before the frame's first step. `said` are first words that came
    /// beside.
    Elsewhere {
        elsewhere: Elsewhere,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        said: Vec<String>,
    },
    /// Which language?
    Language { under: Option<Box<Wait>> },
}

impl WaitKind {
    /// Whether the next move is ours, so that nobody is asked anything.
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Http { .. } | Self::Pause { .. })
    }

    fn expects(&self, request: Uuid) -> bool {
        match self {
            Self::Http { id, answer } => *id == request && answer.is_none(),
            Self::Menu { under: Some(under) }
            | Self::Language { under: Some(under) }
            | Self::SendTo { under: Some(under), .. }
            | Self::Sure { under: Some(under), .. } => under.kind.expects(request),
            _ => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedTicket {
    pub code: String,
    pub category: String,
    pub r#type: String,
    pub flow: FlowName,
    /// Added to one that was open already.
    pub added: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// The article's id.
    pub article: String,
    /// What was asked.
    pub query: String,
    /// None as long as nobody said; then whether it solved the matter.
    pub solved: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// It answered a question asked amid a form, so that nobody was asked whether it solved anything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub amid: bool,
    /// Only its title was shown, in a list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
    /// A copy went to another address of the contact.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sent: bool,
}

impl Offered {
    /// An answer that was just shown.
    pub fn new(article: &str, query: &str) -> Self {
        let (article, query) = (article.to_owned(), query.to_owned());
        Self { article, query, solved: None, reason: None, amid: false, listed: false, sent: false }
    }
}

fn is_first(part: &usize) -> bool {
    *part == 0
}

impl Conversation {
    /// When the `wait` step on top is over.
    pub fn paused_until(&self) -> Option<Timestamp> {
        match self.frames.last()?.wait.as_ref()?.kind {
            WaitKind::Pause { until, .. } => Some(until),
            _ => None,
        }
    }

    /// Whether the answer to a request is waited for, be it beneath something else.
    pub fn expects(&self, request: Uuid) -> bool {
        self.frames.iter().filter_map(|frame| frame.wait.as_ref()).any(|wait| wait.kind.expects(request))
    }

    pub fn is_closed(&self) -> bool {
        matches!(self.life, Life::Closed(_))
    }

    pub fn outcome(&self) -> Option<&str> {
        match &self.life {
            Life::Closed(outcome) => Some(outcome),
            Life::Active | Life::Parked => None,
        }
    }
}
