//! What happened in a turn, in the past tense. The store turns these into rows; the journal keeps them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::call::CallEvent;
use super::link::Refused;
use super::{Channel, ContactId, ConversationId, HttpRequest, Offered, Owner, Prompt, Subject};
use crate::flow::{SlotName, SlotValue};

/// Matched everywhere without `_`: a new fact must be thought of in each place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fact")]
pub enum Event {
    Started {
        flow: String,
    },
    FlowEntered {
        flow: String,
    },
    /// The steps that ran in this turn, in order, and the ways out of steps that were taken (step, word of
    /// [`crate::flow::graph::Exit`]); the first may be out of a step that an earlier turn ran.
    Walked {
        flow: String,
        steps: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exits: Vec<(String, String)>,
    },
    /// The contact said something (masked where a sensitive slot was asked for). `how`: text, choice, keys, speech.
    Heard {
        seq: u64,
        how: String,
        text: String,
    },
    /// The contact hung up or went away.
    Left {
        reason: String,
    },
    Prompted {
        seq: u64,
        prompt: Prompt,
    },
    AgentWrote {
        seq: u64,
        agent: String,
        text: String,
    },
    /// For colleagues only.
    Noted {
        agent: String,
        text: String,
    },
    SlotFilled {
        slot: SlotName,
        value: SlotValue,
    },
    SlotCleared {
        slot: SlotName,
    },
    NothingHeard {
        flow: String,
        step: String,
        failures: u32,
    },
    NotUnderstood {
        flow: String,
        step: String,
        text: String,
        failures: u32,
    },
    ValueRefused {
        flow: String,
        step: String,
        reason: String,
        failures: u32,
    },
    /// Three failures.
    PromptFailed {
        flow: String,
        step: String,
    },
    AnswerOffered {
        article: String,
        query: String,
        score: f64,
    },
    AnswerConfirmed {
        article: String,
    },
    /// It did not solve the matter. Told once where the contact says so, and where the flow asks why, once more with
    /// the `reason`: `wrong_question`, `too_long`, `did_not_work` or `something_else`.
    AnswerRefused {
        article: String,
        reason: Option<String>,
    },
    /// The contact wants a copy of the answer where they can read it: in a chat of theirs.
    AnswerSent {
        article: String,
    },
    NothingFound {
        query: String,
    },
    /// A question was put to the FAQ. What is asked with personal data masked, so that it can be kept for those who
    /// write articles; what was offered and what came of it stands in the events after it.
    QuestionPut {
        /// The flow in which it was put.
        flow: String,
        wording: String,
        /// The context that it was put in.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<String>,
        /// The entries that came nearest, good enough or not.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        nearest: Vec<Nearest>,
        /// Answers that were good enough to be offered.
        found: u32,
        /// Asked amid a form, in place of an answer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        aside: bool,
    },
    /// A question asked instead of an answer was answered, and the prompt asked again.
    QuestionAnswered {
        article: String,
        query: String,
    },
    TicketOpened {
        draft: Box<TicketDraft>,
    },
    TicketAdded {
        code: String,
        text: String,
    },
    StatusTold {
        codes: Vec<String>,
    },
    /// Something of a call.
    Call {
        what: CallEvent,
    },
    HandoffRequested {
        queue: String,
        priority: String,
    },
    NobodyCame {
        queue: String,
    },
    OwnerChanged {
        owner: Owner,
        epoch: u64,
        by: String,
    },
    SurveyAnswered {
        survey: String,
        score: Option<i64>,
        comment: Option<String>,
        /// The closed ticket that was asked about; `None`: the conversation, with its tickets.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ticket: Option<String>,
    },
    /// A service is to be called; the answer comes back as an utterance with the same id.
    HttpRequested {
        id: Uuid,
        flow: String,
        step: String,
        request: Box<HttpRequest>,
    },
    /// The answer came: its status, or why there is none. What it says is in the slots alone.
    HttpAnswered {
        id: Uuid,
        flow: String,
        step: String,
        status: Option<u16>,
        reason: Option<String>,
    },
    /// The contact is to be told when this changes.
    Watched {
        subject: Subject,
    },
    /// The contact was told of something that they watched.
    NoticeTold {
        notice: String,
    },
    /// A code was shown, to be entered on another channel. The journal does not keep it apart from what was said.
    LinkOffered {
        #[serde(skip)]
        code: String,
    },
    /// A code was entered: whether it links is asked of the store, and the turn is taken again with the answer in
    /// [`Facts`](super::Facts). So this stands in no journal.
    CodeTried {
        /// Bare digits; empty where the check digit is wrong.
        #[serde(skip)]
        code: String,
    },
    /// This address and the one where the code was shown are one person's; on a call, for this call alone.
    Linked {
        channel: Channel,
        contact: ContactId,
        conversation: ConversationId,
    },
    LinkRefused {
        why: Refused,
    },
    /// This address is by itself again, by the contact's wish or an agent's.
    Unlinked {
        by: String,
    },
    /// The contact wants a conversation here that was left elsewhere: it is asked of the store, as with
    /// [`Self::CodeTried`].
    MoveWanted {
        conversation: ConversationId,
    },
    /// What was left in that conversation goes on here.
    MovedHere {
        from: ConversationId,
        channel: Channel,
    },
    /// It goes on in that conversation.
    MovedAway {
        to: ConversationId,
        channel: Channel,
    },
    /// The contact sent a file.
    FileReceived {
        seq: u64,
        /// Its reference.
        file: String,
        name: String,
        /// Its media type, as found by what is in it.
        kind: String,
        /// Bytes.
        size: u64,
    },
    /// The contact changed an earlier message into this, took it back, or put a sign on one.
    Edited {
        text: String,
    },
    Deleted {
        text: String,
    },
    Reacted {
        sign: String,
    },
    /// Message number `seq` did not arrive, or nobody knows.
    Undelivered {
        seq: u64,
        why: Undelivered,
    },
    /// What is sent does not arrive any more.
    Unreachable {
        reason: String,
    },
    Reachable,
    LanguageChanged {
        locale: String,
    },
    TimerSet {
        timer: TimerKind,
    },
    TimersCleared,
    Parked,
    Resumed,
    /// Closed by an answer: `confirmed` where the contact said so.
    Deflected {
        article: Option<String>,
        confirmed: bool,
    },
    Closed {
        outcome: String,
    },
    /// It goes on on another revision of the playbook. `stranded` says why it could not go on where it stood.
    CarriedOver {
        from: String,
        to: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stranded: Option<String>,
    },
    /// Something of ours went wrong; the turn went on as well as it could.
    Faulted {
        place: String,
        message: String,
    },
}

/// Why a message did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Undelivered {
    /// It was sent, and nobody knows whether it arrived.
    Maybe,
    /// A person took over before it was sent.
    Superseded,
    /// The platform would not take it, or could not be reached for too long.
    Refused { reason: String },
    /// The contact blocked us, or is not there any more.
    Unreachable { reason: String },
}

/// An entry of the FAQ beside a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nearest {
    pub article: String,
    /// As the ranker gave it, to three places.
    pub score: f64,
}

/// What a timer is for; how long it runs is a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// Silence in chat: remind, then park.
    Silence,
    /// Quick messages are gathered until then.
    Gather,
    /// Nobody took it from the queue.
    Queue,
    /// A call whose end was never reported.
    Ghost,
    /// The lease of an agent who went away without handing back.
    Lease,
    /// A `wait` step; when it is over stands in what the conversation waits for.
    Pause,
}

impl TimerKind {
    pub const ALL: [Self; 6] =
        [Self::Silence, Self::Gather, Self::Queue, Self::Ghost, Self::Lease, Self::Pause];

    pub fn word(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::Gather => "gather",
            Self::Queue => "queue",
            Self::Ghost => "ghost",
            Self::Lease => "lease",
            Self::Pause => "pause",
        }
    }
}

/// A ticket as the flow asked for it; the desk sets its priority when it is committed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketDraft {
    pub id: Uuid,
    pub code: String,
    pub conversation: ConversationId,
    pub flow: String,
    pub category: String,
    /// incident, service_request, problem or change.
    pub r#type: String,
    /// low, medium or high.
    pub urgency: String,
    pub impact: String,
    pub subject: String,
    pub body: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    pub queue: Option<String>,
    /// Slots of all flows under way, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub slots: BTreeMap<SlotName, SlotValue>,
    /// What was offered before, and why it did not do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Offered>,
    pub without_faq: Option<String>,
    /// Opened because nobody could be reached.
    #[serde(default)]
    pub unreached: bool,
    /// The contact's, for promises and priorities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}
