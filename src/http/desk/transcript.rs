//! The journal as people read it: who said what and when, with the turning points between.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::web_chat::message::{ChatOption, kind_word};
use super::view::Privacy;
use crate::conversation::{CallEvent, Event, Owner, Prompt, Undelivered};
use crate::store::JournalRow;

/// One line of a transcript.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Entry {
    /// `<journal row>.<place in it>`: stable and unique.
    pub id: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The message's number; null for what is not a message.
    pub seq: Option<u64>,
    /// contact, bot, agent or system.
    pub who: String,
    /// The agent's name.
    pub name: Option<String>,
    /// message, note, or a turning point: started, slot, claimed, queued, handed_back, offered, confirmed, refused,
    /// reason (why, in `name`), sent,
    /// nothing_found, ticket, added, status, nobody_came, called, answered, watched, survey, language, parked, resumed,
    /// left, closed, failed, fault; edited, deleted, reacted (by the contact); maybe_delivered, undelivered, superseded
    /// (of a message: its number), unreachable, reachable.
    pub kind: String,
    pub text: String,
    /// Buttons that were shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<ChatOption>,
    /// For a message of the bot: say, choose, ask, confirm, answer, solved, survey or system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// A file that the contact sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileView>,
}

/// A file, to be fetched at `/api/files/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FileView {
    pub id: String,
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// Bytes.
    pub size: u64,
}

impl FileView {
    fn new(id: &str, name: &str, kind: &str, size: u64) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), kind: kind.to_owned(), size }
    }
}

pub fn of(journal: &[JournalRow], privacy: &Privacy) -> Vec<Entry> {
    let mut entries = Vec::new();
    for row in journal {
        let secret = row.events.iter().any(|event| matches!(event, Event::LinkOffered { .. }));
        for (place, event) in row.events.iter().enumerate() {
            let lines = Line { id: format!("{}.{place}", row.id), at: row.at, privacy, secret };
            entries.extend(lines.entry(event));
        }
    }
    entries
}

struct Line<'a> {
    id: String,
    at: Timestamp,
    privacy: &'a Privacy,
    /// A code to link by was shown: it is for the contact alone.
    secret: bool,
}

impl Line<'_> {
    fn entry(self, event: &Event) -> Option<Entry> {
        Some(match event {
            Event::Heard { seq, text, .. } => self.message(*seq, "contact", text),
            Event::Prompted { seq, prompt } => self.prompted(*seq, prompt),
            Event::AgentWrote { seq, agent, text } => self.message(*seq, "agent", text).by(agent),
            Event::Noted { agent, text } => {
                Entry { who: "agent".to_owned(), ..self.point("note", text).by(agent) }
            }
            Event::Started { flow } => self.point("started", flow),
            Event::SlotFilled { slot, value } => {
                let shown = self.privacy.shown(slot, value);
                self.point("slot", &format!("{slot}: {shown}"))
            }
            Event::AnswerOffered { article, .. } => self.point("offered", article),
            Event::AnswerConfirmed { article } => self.point("confirmed", article),
            Event::AnswerRefused { article, reason: None } => self.point("refused", article),
            Event::AnswerRefused { article, reason: Some(reason) } => {
                Entry { name: Some(reason.clone()), ..self.point("reason", article) }
            }
            Event::AnswerSent { article } => self.point("sent", article),
            Event::QuestionAnswered { article, .. } => self.point("offered", article),
            Event::NothingFound { .. } => self.point("nothing_found", ""),
            Event::TicketOpened { draft } => self.point("ticket", &draft.code),
            Event::TicketAdded { code, .. } => self.point("added", code),
            Event::StatusTold { codes } => self.point("status", &codes.join(", ")),
            Event::Call { what } => self.called(what),
            Event::NobodyCame { queue } => self.point("nobody_came", queue),
            Event::OwnerChanged { owner, by, .. } => self.owned(owner, by),
            Event::SurveyAnswered { survey, score, comment, .. } => {
                let score = score.map(|score| score.to_string()).unwrap_or_default();
                self.point(
                    "survey",
                    [survey, &score, comment.as_deref().unwrap_or_default()].join(" ").trim(),
                )
            }
            Event::FileReceived { seq, file, name, kind, size } => {
                let file = FileView::new(file, name, kind, *size);
                Entry { file: Some(file), ..self.message(*seq, "contact", name) }
            }
            Event::HttpRequested { step, .. } => self.point("called", step),
            Event::HttpAnswered { status, reason, .. } => {
                let told = status.map(|status| status.to_string());
                self.point("answered", &told.or_else(|| reason.clone()).unwrap_or_default())
            }
            Event::Watched { subject } => self.point("watched", subject.of()),
            Event::Edited { text } => Entry { who: "contact".to_owned(), ..self.point("edited", text) },
            Event::Deleted { text } => Entry { who: "contact".to_owned(), ..self.point("deleted", text) },
            Event::Reacted { sign } => Entry { who: "contact".to_owned(), ..self.point("reacted", sign) },
            Event::Undelivered { seq, why } => self.undelivered(*seq, why),
            Event::Unreachable { reason } => self.point("unreachable", reason),
            Event::Reachable => self.point("reachable", ""),
            Event::Linked { channel, .. } => self.point("linked", channel.word()),
            Event::LinkRefused { why } => self.point("link_refused", why.word()),
            Event::Unlinked { by } => self.point("unlinked", "").by(by),
            Event::MovedHere { channel, .. } => self.point("moved_here", channel.word()),
            Event::MovedAway { channel, .. } => self.point("moved_away", channel.word()),
            Event::LanguageChanged { locale } => self.point("language", locale),
            Event::PromptFailed { step, .. } => self.point("failed", step),
            Event::Left { reason } => self.point("left", reason),
            Event::Parked => self.point("parked", ""),
            Event::Resumed => self.point("resumed", ""),
            Event::Closed { outcome } => self.point("closed", outcome),
            Event::CarriedOver { stranded: None, .. } => self.point("carried_over", ""),
            Event::CarriedOver { stranded: Some(why), .. } => self.point("stranded", why),
            Event::Faulted { place, .. } => self.point("fault", place),
            // Told by what stands beside them, or of no use to a reader.
            Event::FlowEntered { .. }
            | Event::Walked { .. }
            | Event::SlotCleared { .. }
            | Event::QuestionPut { .. }
            | Event::NothingHeard { .. }
            | Event::NotUnderstood { .. }
            | Event::ValueRefused { .. }
            | Event::HandoffRequested { .. }
            | Event::NoticeTold { .. }
            | Event::LinkOffered { .. }
            | Event::CodeTried { .. }
            | Event::MoveWanted { .. }
            | Event::TimerSet { .. }
            | Event::TimersCleared
            | Event::Deflected { .. } => return None,
        })
    }

    fn message(self, seq: u64, who: &str, text: &str) -> Entry {
        Entry { seq: Some(seq), who: who.to_owned(), ..self.point("message", text) }
    }

    fn prompted(self, seq: u64, prompt: &Prompt) -> Entry {
        let option = |option: &crate::conversation::PromptOption| ChatOption {
            value: option.value.clone(),
            label: option.label.clone(),
        };
        let options = prompt.options.iter().map(option).collect();
        let kind = kind_word(prompt.kind).to_owned();
        let text = if self.secret { prompt.hidden() } else { prompt.plain() };
        Entry { options, prompt: Some(kind), ..self.message(seq, "bot", &text) }
    }

    /// The message keeps its own line; this one says of which number it is.
    fn undelivered(self, seq: u64, why: &Undelivered) -> Entry {
        let number = seq.to_string();
        match why {
            Undelivered::Maybe => self.point("maybe_delivered", &number),
            Undelivered::Superseded => self.point("superseded", &number),
            Undelivered::Refused { reason } => self.point("undelivered", &format!("{number}: {reason}")),
            Undelivered::Unreachable { reason } => self.point("unreachable", reason),
        }
    }

    fn called(self, what: &CallEvent) -> Entry {
        match what {
            CallEvent::TransferBegun { to } => self.point("transfer", to),
            CallEvent::TransferEnded { how } => self.point("transfer_ended", how.word()),
            CallEvent::MessageRecorded { seconds, .. } => self.point("voicemail", &seconds.to_string()),
            CallEvent::MessageTranscribed { text } => self.point("transcribed", text),
            CallEvent::CallBackPromised { number } => self.point("callback", number),
            CallEvent::CallWanted { number, .. } => self.point("calling", number),
            CallEvent::CallBackAnswered => self.point("call_answered", ""),
            CallEvent::CallBackEnded { reason } => self.point("call_ended", reason),
            CallEvent::MessageWanted { number, .. } => self.point("text_message", number),
            CallEvent::CallResumed { .. } => self.point("call_resumed", ""),
            CallEvent::ResumeDeclined { .. } => self.point("resume_declined", ""),
        }
    }

    fn owned(self, owner: &Owner, by: &str) -> Entry {
        match owner {
            Owner::Bot => self.point("handed_back", "").by(by),
            Owner::Queue(queue) => self.point("queued", queue),
            Owner::Agent(agent) => self.point("claimed", "").by(agent),
        }
    }

    fn point(self, kind: &str, text: &str) -> Entry {
        Entry {
            id: self.id,
            at: self.at,
            seq: None,
            who: "system".to_owned(),
            name: None,
            kind: kind.to_owned(),
            text: text.to_owned(),
            options: Vec::new(),
            prompt: None,
            file: None,
        }
    }
}

impl Entry {
    fn by(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }
}
