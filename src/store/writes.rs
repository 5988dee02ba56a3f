//! The rows of one batch, by table, in the form that both databases bind: ids as text, times in microseconds.

use crate::conversation::TimerKind;

use super::Outgoing;

/// All that a batch writes.
#[derive(Debug, Default)]
pub(super) struct Writes {
    pub contacts: Vec<ContactWrite>,
    /// Conversations that are not the current ones of their address any more.
    pub retired: Vec<String>,
    pub conversations: Vec<ConversationWrite>,
    pub journal: Vec<JournalWrite>,
    pub inbox: Vec<InboxWrite>,
    pub tickets: Vec<TicketWrite>,
    pub moves: Vec<TicketMove>,
    pub history: Vec<HistoryWrite>,
    /// Conversations whose timers are cleared, before `timers` are set.
    pub cleared: Vec<String>,
    /// Single timers that fired, likewise.
    pub fired: Vec<(String, TimerKind)>,
    pub timers: Vec<TimerWrite>,
    pub outbox: Vec<OutboxWrite>,
    pub sent: Vec<String>,
    pub requests: Vec<RequestWrite>,
    /// Requests whose answer was taken.
    pub answered: Vec<String>,
    pub watches: Vec<WatchWrite>,
    /// Tickets whose watchers are to be told.
    pub news: Vec<NewsWrite>,
    /// Answers to be read in the contact's chat.
    pub copies: Vec<CopyWrite>,
    /// Notices that were told.
    pub told: Vec<(String, i64)>,
    pub links: LinkWrites,
    /// What calls need beyond their conversations: seldom anything.
    pub calls: Vec<super::calls::Chore>,
    /// Questions put to the FAQ, before what came of them.
    pub questions: Vec<QuestionWrite>,
    pub offers: Vec<OfferWrite>,
    pub touched_questions: Vec<QuestionTouch>,
}

/// What a batch writes about people on several addresses: seldom anything, so row by row.
#[derive(Debug, Default)]
pub(super) struct LinkWrites {
    pub codes: Vec<CodeWrite>,
    pub tries: Vec<TryWrite>,
    pub linked: Vec<LinkWrite>,
    pub unlinked: Vec<UnlinkWrite>,
}

impl LinkWrites {
    pub fn is_empty(&self) -> bool {
        let Self { codes, tries, linked, unlinked } = self;
        codes.is_empty() && tries.is_empty() && linked.is_empty() && unlinked.is_empty()
    }
}

/// A code that was shown; it replaces the one that the contact was shown before.
#[derive(Debug)]
pub(super) struct CodeWrite {
    pub contact: String,
    /// Its hash.
    pub code: String,
    pub conversation: String,
    pub channel: &'static str,
    pub address: String,
    pub expires: i64,
}

/// A code that did not work. Those from before `before` count no longer.
#[derive(Debug)]
pub(super) struct TryWrite {
    pub contact: String,
    pub at: i64,
    pub before: i64,
}

/// A code that worked: it is used up, and its contact is told.
#[derive(Debug)]
pub(super) struct LinkWrite {
    /// `None` on a call, which is not linked itself.
    pub contact: Option<String>,
    pub channel: &'static str,
    pub address: String,
    /// Who was shown the code, and where.
    pub other: String,
    pub shown: String,
    /// Where neither of the two is linked yet.
    pub person: String,
    pub notice: String,
    /// JSON.
    pub news: String,
    pub now: i64,
}

/// A contact that stands by itself again; the others are told.
#[derive(Debug)]
pub(super) struct UnlinkWrite {
    pub contact: String,
    /// Beginning of the ids of the notices.
    pub notice: String,
    /// JSON.
    pub news: String,
    pub now: i64,
}

/// A question that was put to the FAQ.
#[derive(Debug)]
pub(super) struct QuestionWrite {
    pub conversation: String,
    pub turn: i64,
    /// The first, second … of its turn.
    pub place: i64,
    pub at: i64,
    pub contact: String,
    pub channel: &'static str,
    pub locale: String,
    pub flow: String,
    pub topic: String,
    pub wording: String,
    /// A JSON array.
    pub nearest: String,
    pub aside: bool,
    pub state: &'static str,
}

/// An answer that was given, or what was said to it.
#[derive(Debug)]
pub(super) struct OfferWrite {
    pub conversation: String,
    pub turn: i64,
    pub place: i64,
    pub article: String,
    pub at: i64,
    pub solved: Option<bool>,
    pub reason: Option<String>,
}

/// What came of the last question at or before this place; `None` leaves what is there.
#[derive(Debug, Default)]
pub(super) struct QuestionTouch {
    pub conversation: String,
    pub turn: i64,
    pub place: i64,
    pub article: Option<String>,
    pub state: Option<&'static str>,
    pub ticket: Option<String>,
    pub handed: bool,
    /// When the contact left; 0: back again.
    pub left: Option<i64>,
}

/// A request of an `http` step.
#[derive(Debug)]
pub(super) struct RequestWrite {
    pub id: String,
    pub conversation: String,
    /// JSON.
    pub body: String,
    pub now: i64,
}

#[derive(Debug)]
pub(super) struct WatchWrite {
    pub contact: String,
    pub what: &'static str,
    pub subject: String,
    pub conversation: String,
    pub now: i64,
}

/// Something that happened to a ticket, for those who watch it.
#[derive(Debug)]
pub(super) struct NewsWrite {
    pub code: String,
    /// JSON.
    pub news: String,
    pub now: i64,
    /// Its own contact is told, too.
    pub public: bool,
}

/// A copy of an answer, for the contact's chat on the web.
#[derive(Debug)]
pub(super) struct CopyWrite {
    /// The notice's.
    pub id: String,
    pub contact: String,
    /// JSON.
    pub news: String,
    pub now: i64,
}

#[derive(Debug)]
pub(super) struct ContactWrite {
    pub id: String,
    pub name: Option<String>,
    pub profile: Option<String>,
    pub locale: Option<String>,
    pub verified: bool,
    pub phone: Option<String>,
    pub now: i64,
}

#[derive(Debug)]
pub(super) struct ConversationWrite {
    pub id: String,
    pub channel: &'static str,
    pub address: String,
    pub contact: String,
    pub locale: String,
    pub life: &'static str,
    pub outcome: Option<String>,
    pub owner: &'static str,
    pub owner_name: Option<String>,
    pub epoch: i64,
    /// Written only where the row is new.
    pub flow: String,
    pub now: i64,
    pub seq: i64,
    /// `None` keeps the one stored.
    pub last_text: Option<String>,
    /// Codes as a JSON array.
    pub tickets: String,
    pub body: String,
    pub revision: String,
}

#[derive(Debug)]
pub(super) struct JournalWrite {
    pub conversation: String,
    pub turn: i64,
    pub at: i64,
    pub seq: i64,
    /// A JSON array.
    pub events: String,
}

#[derive(Debug)]
pub(super) struct InboxWrite {
    pub key: String,
    pub conversation: Option<String>,
    pub reply: Option<String>,
    pub received: i64,
}

#[derive(Debug)]
pub(super) struct TicketWrite {
    pub id: String,
    pub code: String,
    pub conversation: String,
    pub contact: String,
    pub channel: &'static str,
    pub external_id: String,
    pub locale: String,
    pub flow: String,
    pub category: String,
    pub kind: String,
    pub urgency: String,
    pub impact: String,
    pub priority: &'static str,
    pub state: &'static str,
    pub queue: String,
    pub subject: String,
    pub body: String,
    /// JSON objects and an array.
    pub fields: String,
    pub slots: String,
    pub answers: String,
    pub without_faq: Option<String>,
    pub unreached: bool,
    pub now: i64,
}

/// A ticket that changed: its state, and its agent where there is a new one.
#[derive(Debug)]
pub(super) struct TicketMove {
    pub code: String,
    pub state: &'static str,
    pub agent: Option<String>,
    pub now: i64,
}

#[derive(Debug)]
pub(super) struct HistoryWrite {
    pub code: String,
    pub at: i64,
    pub by: String,
    pub what: &'static str,
    pub text: Option<String>,
    /// JSON.
    pub facts: String,
}

#[derive(Debug)]
pub(super) struct TimerWrite {
    pub conversation: String,
    pub kind: TimerKind,
    pub due: i64,
}

#[derive(Debug)]
pub(super) struct OutboxWrite {
    pub message: Outgoing,
    pub due: i64,
}
