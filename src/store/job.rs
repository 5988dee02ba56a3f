//! What one turn asks of the store, and what it gets.

use jiff::Timestamp;

use crate::conversation::{
    Channel, ContactId, Conversation, ConversationId, Event, Incident, Linked, Notice, OpenTicket, link,
};

/// Which conversation a job is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Whose {
    /// The current conversation on a channel address, if there is one.
    Address(Channel, String),
    Conversation(ConversationId),
}

/// One turn, or one act of an agent: load, decide, commit, in one transaction, in serial order per conversation.
pub struct TurnJob {
    pub whose: Whose,
    /// The dedupe key of the inbound. Where it was committed before, its recorded reply is the answer and `decide` is
    /// not called. Unique over channels (prefix it with the channel).
    pub key: Option<String>,
    pub now: Timestamp,
    /// Whose contact to load where there is no conversation yet. `None`: the one of the address's web token, else the
    /// one derived from the address.
    pub contact: Option<ContactId>,
    /// The timer that this job fires, as [`DueTimer`](super::DueTimer) told of it. Where it was cleared or set anew
    /// meanwhile, nothing is done (`replayed`); else it is cleared with the turn.
    pub timer: Option<(crate::conversation::TimerKind, Timestamp)>,
    /// Called inside the transaction, without waiting. It may be called more than once, and only what it returned last
    /// is written: with a higher `code_salt` where a ticket's code clashed, and on what is stored by then where the
    /// transaction had to be taken again. A panic in it fails this job alone.
    pub decide: Box<dyn FnMut(Loaded) -> Decision + Send>,
}

impl TurnJob {
    /// A job without a key, a contact or a timer; set the fields that it has.
    pub fn new(
        whose: Whose,
        now: Timestamp,
        decide: impl FnMut(Loaded) -> Decision + Send + 'static,
    ) -> Self {
        Self { whose, key: None, now, contact: None, timer: None, decide: Box::new(decide) }
    }
}

/// A snapshot read in the turn's transaction.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The current conversation, closed or not.
    pub conversation: Option<Conversation>,
    pub contact: Option<Contact>,
    /// Not closed, newest first, only where the contact is verified.
    pub open_tickets: Vec<OpenTicket>,
    /// Known incidents that are open, oldest first.
    pub incidents: Vec<Incident>,
    /// What the contact watched and was not told of yet.
    pub notices: Vec<Notice>,
    /// The person's other addresses, and what became of a code that this turn enters.
    pub linked: Vec<Linked>,
    pub link_found: Option<link::Found>,
    /// Conversations under way on the person's other addresses in which something was answered.
    pub elsewhere: Vec<link::Elsewhere>,
    /// What became of a conversation that this turn wants here.
    pub moving: Option<link::Moving>,
    /// The contact, who is not in it now, has a chat on the web.
    pub chat: bool,
    /// Agents who are online with room for one more.
    pub agents_free: u32,
    /// Conversations that wait for a person before this one.
    pub waiting: u32,
    /// The contact's last call, where it was cut off and nothing is under way on the address.
    pub dropped: Option<Box<Conversation>>,
    /// Messages that wait in the outbox for this conversation's channel to fetch them, oldest first. A decision that
    /// delivers them says so in `sent`.
    pub unsent: Vec<Outgoing>,
    pub code_salt: u32,
}

/// A contact as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: ContactId,
    pub name: Option<String>,
    pub profile: Option<String>,
    /// The language that the contact chose.
    pub locale: Option<String>,
    /// The identity is proven: a bearer token, a log-in, a code.
    pub verified: bool,
    /// A number that the platform proved to be the contact's own.
    pub phone: Option<String>,
}

/// A message to deliver: a row of the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    pub id: uuid::Uuid,
    pub conversation: ConversationId,
    pub channel: Channel,
    pub address: String,
    /// The turn that said it: what its buttons belong to.
    pub turn: u64,
    /// The message's number in the transcript.
    pub seq: u64,
    /// The owner's epoch when it was written; older than the conversation's now, it is not sent.
    pub epoch: u64,
    /// `bot`, `agent` or `system`.
    pub from: String,
    /// The prompt as JSON.
    pub body: String,
}

/// What is to be written.
#[derive(Debug, Default)]
pub struct Decision {
    /// `None`: nothing is written but the inbound's key and reply, and what was `sent`.
    pub conversation: Option<Conversation>,
    /// Written where it is new or changed.
    pub contact: Option<Contact>,
    pub events: Vec<Event>,
    /// Recorded with the key: the answer to every redelivery.
    pub reply: Option<String>,
    /// Messages that are not in the reply and must be delivered. An id that waits already is left as it is.
    pub outbox: Vec<Outgoing>,
    /// Outbox rows that the reply delivers.
    pub sent: Vec<uuid::Uuid>,
    /// Requests whose answer was taken, or is not waited for any more: their rows go.
    pub answered: Vec<uuid::Uuid>,
    /// Timers to set: kind and when it is due (kept to the microsecond). Setting one replaces it.
    pub timers: Vec<(crate::conversation::TimerKind, Timestamp)>,
    /// Clear all timers of the conversation first.
    pub clear_timers: bool,
    /// Another conversation, which this one takes the place of.
    pub also: Option<Box<Decision>>,
    /// Nothing is written, not even the inbound's key: the job fails with
    /// [`StoreError::Deferred`](super::StoreError::Deferred), to be handed in again.
    pub deferred: bool,
}

#[derive(Debug, Clone)]
pub struct TurnDone {
    pub reply: Option<String>,
    /// The key had been committed before: `reply` is the recorded one, nothing was done. Also for a timer that was not
    /// set any more.
    pub replayed: bool,
    /// The conversation's id, known for a replay too.
    pub id: Option<ConversationId>,
    /// As written; `None` for a replay.
    pub conversation: Option<Conversation>,
    pub events: Vec<Event>,
    /// The other conversation that was written, and what happened in it.
    pub also: Option<(Box<Conversation>, Vec<Event>)>,
}

impl std::fmt::Debug for TurnJob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TurnJob").field("whose", &self.whose).field("key", &self.key).finish_non_exhaustive()
    }
}
