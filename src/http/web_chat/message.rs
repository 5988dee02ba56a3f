//! A chat message as the page gets it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Message;
use crate::conversation::{Conversation, ConversationId, Event, Prompt, PromptKind};
use crate::store::JournalRow;

/// One message of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChatMessage {
    /// Its number in the chat; the numbers grow.
    pub seq: u64,
    /// bot, agent or system; contact where the page asked for its own.
    pub from: String,
    pub text: String,
    /// Buttons; empty where words are expected.
    pub options: Vec<ChatOption>,
    /// say, choose, ask, confirm, answer, solved, survey or system.
    pub kind: String,
    /// The turn that it belongs to; to be sent along with a choice among its options.
    pub turn: u64,
    /// The conversation that it belongs to: a chat that is over begins a new one. To be sent along with a choice.
    pub conversation: String,
    /// The flows that it comes from, where that is known. To be sent along with a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The language it is in; empty where unknown (what people wrote).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub locale: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// A file is asked for, to be sent to `POST /chat/files`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub file: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChatOption {
    pub value: String,
    pub label: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Messages {
    pub messages: Vec<ChatMessage>,
}

/// Where a message belongs.
#[derive(Debug, Clone, Copy)]
struct At {
    conversation: ConversationId,
    turn: u64,
}

impl ChatMessage {
    pub fn out(message: &Message, conversation: &Conversation) -> Self {
        let at = At { conversation: conversation.id, turn: conversation.turn };
        let revision = Some(conversation.revision.clone());
        Self { revision, ..Self::prompted(message.seq, at, message.from.word(), &message.prompt) }
    }

    fn prompted(seq: u64, at: At, from: &str, prompt: &Prompt) -> Self {
        let option = |option: &crate::conversation::PromptOption| ChatOption {
            value: option.value.clone(),
            label: option.label.clone(),
        };
        Self {
            seq,
            from: from.to_owned(),
            text: prompt.plain(),
            options: prompt.options.iter().map(option).collect(),
            kind: kind_word(prompt.kind).to_owned(),
            turn: at.turn,
            conversation: at.conversation.to_string(),
            revision: None,
            locale: prompt.locale.clone(),
            image: prompt.image.clone(),
            link: prompt.link.clone(),
            file: prompt.file,
        }
    }

    fn written(seq: u64, at: At, from: &str, text: &str) -> Self {
        Self {
            seq,
            from: from.to_owned(),
            text: text.to_owned(),
            options: Vec::new(),
            kind: "say".to_owned(),
            turn: at.turn,
            conversation: at.conversation.to_string(),
            revision: None,
            locale: String::new(),
            image: None,
            link: None,
            file: false,
        }
    }
}

pub fn kind_word(kind: PromptKind) -> &'static str {
    match kind {
        PromptKind::Say => "say",
        PromptKind::Choose => "choose",
        PromptKind::Ask => "ask",
        PromptKind::Confirm => "confirm",
        PromptKind::Answer => "answer",
        PromptKind::Solved => "solved",
        PromptKind::Survey => "survey",
        PromptKind::System => "system",
    }
}

/// The messages above number `after` in these rows, in order; with `own`, the contact's too.
pub fn of_journal(rows: &[JournalRow], after: u64, own: bool) -> Vec<ChatMessage> {
    let at = |row: &JournalRow| At { conversation: row.conversation, turn: row.turn };
    let all = rows.iter().flat_map(|row| row.events.iter().map(move |event| (at(row), event)));
    let told = all.filter_map(|(at, event)| match event {
        Event::Prompted { seq, prompt } => Some(ChatMessage::prompted(*seq, at, "bot", prompt)),
        Event::AgentWrote { seq, text, .. } => Some(ChatMessage::written(*seq, at, "agent", text)),
        Event::Heard { seq, text, .. } if own => Some(ChatMessage::written(*seq, at, "contact", text)),
        Event::FileReceived { seq, name, .. } if own => Some(ChatMessage::written(*seq, at, "contact", name)),
        Event::Heard { .. } | Event::FileReceived { .. } => None,
        // The rest is ours: a page learns nothing of it.
        Event::Started { .. }
        | Event::Call { .. }
        | Event::FlowEntered { .. }
        | Event::Walked { .. }
        | Event::Noted { .. }
        | Event::SlotFilled { .. }
        | Event::SlotCleared { .. }
        | Event::NothingHeard { .. }
        | Event::NotUnderstood { .. }
        | Event::ValueRefused { .. }
        | Event::PromptFailed { .. }
        | Event::AnswerOffered { .. }
        | Event::AnswerConfirmed { .. }
        | Event::AnswerRefused { .. }
        | Event::AnswerSent { .. }
        | Event::NothingFound { .. }
        | Event::QuestionAnswered { .. }
        | Event::QuestionPut { .. }
        | Event::TicketOpened { .. }
        | Event::TicketAdded { .. }
        | Event::StatusTold { .. }
        | Event::HandoffRequested { .. }
        | Event::NobodyCame { .. }
        | Event::OwnerChanged { .. }
        | Event::SurveyAnswered { .. }
        | Event::HttpRequested { .. }
        | Event::HttpAnswered { .. }
        | Event::Watched { .. }
        | Event::NoticeTold { .. }
        | Event::Edited { .. }
        | Event::Deleted { .. }
        | Event::Reacted { .. }
        | Event::Undelivered { .. }
        | Event::Unreachable { .. }
        | Event::Reachable
        | Event::LinkOffered { .. }
        | Event::CodeTried { .. }
        | Event::Linked { .. }
        | Event::LinkRefused { .. }
        | Event::Unlinked { .. }
        | Event::MoveWanted { .. }
        | Event::MovedHere { .. }
        | Event::MovedAway { .. }
        | Event::LanguageChanged { .. }
        | Event::TimerSet { .. }
        | Event::TimersCleared
        | Event::Left { .. }
        | Event::Parked
        | Event::Resumed
        | Event::Deflected { .. }
        | Event::Closed { .. }
        | Event::CarriedOver { .. }
        | Event::Faulted { .. } => None,
    });
    told.filter(|message| message.seq > after).collect()
}
