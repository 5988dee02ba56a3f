//! The one door: every channel hands in an [`Arrival`] and gets the recorded answer.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::facts;
use super::outcome::{Message, Outcome};
use super::playbooks::Fare;
use crate::conversation::{
    Channel, ContactId, Conversation, ConversationId, Event, Facts, Owner, Said, Utterance, ids,
};
use crate::engine::{self, Beginning};
use crate::flow::Playbook;
use crate::store::{Decision, Loaded, Outgoing, StoreError, TurnJob, Whose};

/// What a channel adapter hands in, after it has verified where it comes from.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub channel: Channel,
    /// The call's or chat's own id.
    pub address: String,
    /// The dedupe key, unique on the channel; `None` for what comes from our own process.
    pub key: Option<String>,
    pub who: Who,
    /// The language asked for, where the channel knows one.
    pub locale: Option<String>,
    pub utterance: Utterance,
    pub opens: Opens,
}

#[derive(Debug, Clone, Default)]
pub struct Who {
    /// `None`: derived from the channel and address.
    pub contact: Option<ContactId>,
    pub name: Option<String>,
    /// The channel proved who it is.
    pub verified: bool,
    /// The language that their device speaks; what they chose here counts more.
    pub tongue: Option<String>,
    /// A number that the platform proved to be the sender's own: shared by the sender, of the sender. A caller's number
    /// is none.
    pub phone: Option<String>,
    /// The number that a call shows, in E.164: a hint, never proof.
    pub number: Option<String>,
}

/// Whether an arrival may begin a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    Never,
    /// Where there is none on the address (a call: once over, it stays over).
    IfNone,
    /// Where there is none, or the last one is over (chat).
    IfOver,
}

/// Renders the reply that is recorded with the inbound.
pub type Render = Box<dyn Fn(&Outcome<'_>) -> String + Send>;

#[derive(Debug, Clone)]
pub struct Answer {
    /// What the renderer made, now or when it was first delivered.
    pub body: String,
    pub replayed: bool,
    pub conversation: Option<ConversationId>,
    /// What happened; nothing where it was replayed.
    pub events: Vec<Event>,
}

#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// There is no conversation there, and the arrival may not begin one.
    #[error("no such conversation")]
    Unknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DoorError {
    /// Something is not ready yet: to be handed in again.
    pub fn busy() -> Self {
        Self::Store(StoreError::Busy)
    }
}

impl super::App {
    /// Takes one inbound: dedupe, turn, commit; then the answer.
    ///
    /// # Errors
    /// [`DoorError::Unknown`] where the arrival may not begin a conversation and there is none, else the store's.
    pub async fn take(&self, arrival: Arrival, render: Render) -> Result<Answer, DoorError> {
        let began = std::time::Instant::now();
        let now = self.now();
        let contact =
            arrival.who.contact.unwrap_or_else(|| ids::contact(arrival.channel.word(), &arrival.address));
        let unknown = Arc::new(Mutex::new(false));
        let render = Arc::new(Mutex::new(render));
        let job = |fare: Fare| {
            let (app, unknown, render) = (self.clone(), unknown.clone(), render.clone());
            let whose = Whose::Address(arrival.channel, arrival.address.clone());
            let (key, known, arrival) = (arrival.key.clone(), arrival.who.contact, arrival.clone());
            let decide = move |loaded: Loaded| {
                let stands = stands(&fare.current, &arrival, contact, &loaded, now);
                *unknown.lock().unwrap_or_else(PoisonError::into_inner) = stands.is_none();
                let Some(conversation) = stands else { return Decision::default() };
                let render = render.lock().unwrap_or_else(PoisonError::into_inner);
                decide(&app, &fare, &arrival, &render, conversation, loaded, now)
            };
            TurnJob { key, contact: known, ..TurnJob::new(whose, now, decide) }
        };
        let done = self.turn_with(job).await?;
        if *unknown.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(DoorError::Unknown);
        }
        if !done.replayed {
            super::measure::turn(arrival.channel, began.elapsed(), &done.events);
            self.tell(done.conversation.as_ref(), &done.events);
            if let Some((other, events)) = &done.also {
                self.tell(Some(other), events);
            }
        }
        Ok(Answer {
            body: done.reply.unwrap_or_default(),
            replayed: done.replayed,
            conversation: done.id,
            events: done.events,
        })
    }
}

/// The conversation that the arrival belongs to: the one there is, or a new one where it may begin one.
fn stands(
    playbook: &Playbook,
    arrival: &Arrival,
    contact: ContactId,
    loaded: &Loaded,
    now: Timestamp,
) -> Option<Conversation> {
    let over = matches!(&loaded.conversation, Some(last) if last.is_closed());
    let fresh = match (&loaded.conversation, arrival.opens) {
        (None, Opens::IfNone | Opens::IfOver) => true,
        (Some(_), Opens::IfOver) => over && speaks(&arrival.utterance.said),
        (Some(_), Opens::IfNone | Opens::Never) => false,
        (None, Opens::Never) => return None,
    };
    if !fresh {
        return loaded.conversation.clone();
    }
    let seq = loaded.conversation.as_ref().map_or(0, |last| last.seq);
    let begun_by = arrival.key.clone().unwrap_or_else(|| format!("after {seq}"));
    // Chats name themselves: the first conversation of an address has the address for its id where that is one.
    let id = match (uuid::Uuid::parse_str(&arrival.address), &loaded.conversation) {
        (Ok(id), None) => id,
        _ => ids::conversation(arrival.channel.word(), &arrival.address, &begun_by),
    };
    let remembered = loaded.contact.as_ref().and_then(|contact| contact.locale.clone());
    let before = loaded.conversation.as_ref().map(|last| last.locale.clone());
    let locale = arrival.locale.clone().or(before).or(remembered).or_else(|| arrival.who.tongue.clone());
    Some(engine::fresh(
        playbook,
        &Beginning {
            id,
            channel: arrival.channel,
            address: &arrival.address,
            contact,
            locale: locale.as_deref(),
            seq,
            number: arrival.who.number.as_deref(),
            now,
        },
    ))
}

fn speaks(said: &Said) -> bool {
    matches!(
        said,
        Said::Started { .. }
            | Said::Text { .. }
            | Said::Choice { .. }
            | Said::Pressed { .. }
            | Said::Speech { .. }
            | Said::Keys { .. }
            | Said::File { .. }
            | Said::Files { .. }
    )
}

fn decide(
    app: &super::App,
    fare: &Fare,
    arrival: &Arrival,
    render: &Render,
    conversation: Conversation,
    loaded: Loaded,
    now: Timestamp,
) -> Decision {
    let pushed = conversation.channel.pushed();
    let (waiting, sent) = if pushed { Default::default() } else { waiting(&conversation, &loaded.unsent) };
    // A poll, or an answer to what was asked before, that finds something to say says that, and asks nothing again.
    let late = arrival.utterance.answers_turn.is_some_and(|turn| turn != conversation.turn)
        && conversation.owner == Owner::Bot;
    let only_fetches = (arrival.utterance.said == Said::Again || late) && !waiting.is_empty();
    // What was understood of a message comes when the call is over.
    let beside = matches!(arrival.utterance.said, Said::Transcribed { .. });
    if only_fetches || (conversation.is_closed() && !beside) {
        let reply = render(&Outcome { conversation: &conversation, messages: &waiting });
        let touched = !sent.is_empty();
        return Decision {
            conversation: touched.then_some(conversation),
            sent,
            reply: Some(reply),
            ..Decision::default()
        };
    }
    let Some(aboard) = fare.aboard(&conversation) else {
        return Decision { deferred: true, ..Decision::default() };
    };
    let contact = facts::contact(arrival, &conversation, &loaded);
    let facts = facts::facts(app, &fare.current, &conversation, &loaded, &contact, now);
    let (turn, also) = match engine::elsewhere::there(loaded.moving.as_ref()) {
        Some(there) if engine::elsewhere::movable(there) => {
            match moved(app, fare, &conversation, there, &facts, &arrival.utterance.said, now) {
                Some((here, there)) => (here, Some(Box::new(there))),
                None => return Decision { deferred: true, ..Decision::default() },
            }
        }
        _ => (engine::turn(aboard.versions(), conversation, &facts, &arrival.utterance, now), None),
    };
    let mut messages = waiting;
    messages.extend(Message::of(&turn.events));
    let reply = render(&Outcome { conversation: &turn.conversation, messages: &messages });
    let outbox = if pushed { super::commit::outbox(&turn.conversation, &turn.events) } else { Vec::new() };
    let mut decision = super::commit::decision(app, turn, now);
    decision.outbox = outbox;
    decision.contact = facts::changed(contact, loaded.contact.as_ref(), &decision.events);
    decision.reply = Some(reply);
    decision.sent = sent;
    decision.also = also;
    decision
}

/// What was left `there` goes on `here`; there it is over. `None` where its playbook must be loaded first.
fn moved(
    app: &super::App,
    fare: &Fare,
    here: &Conversation,
    there: &Conversation,
    facts: &Facts,
    said: &Said,
    now: Timestamp,
) -> Option<(engine::Turn, Decision)> {
    let aboard = fare.aboard(there)?;
    let away = Said::MovedAway { to: here.id, channel: here.channel };
    let moved = Said::MovedHere { from: there.id, channel: there.channel, said: Box::new(said.clone()) };
    let take = |conversation: Conversation, said: Said| {
        let utterance = Utterance { said, answers_turn: None };
        engine::turn(aboard.versions(), conversation, facts, &utterance, now)
    };
    let left = take(there.clone(), away);
    let outbox = super::commit::outbox(&left.conversation, &left.events);
    let left = Decision { outbox, ..super::commit::decision(app, left, now) };
    Some((take(engine::elsewhere::over(here, there), moved), left))
}

/// Messages that wait for the channel to fetch them, and the rows that are done with it. What the bot wrote before a
/// person took over is dropped: the bot does not talk over a person.
fn waiting(conversation: &Conversation, unsent: &[Outgoing]) -> (Vec<Message>, Vec<uuid::Uuid>) {
    let messages = unsent
        .iter()
        .filter(|row| row.from != "bot" || row.epoch == conversation.epoch)
        .filter_map(Message::from_row)
        .collect();
    (messages, unsent.iter().map(|row| row.id).collect())
}

impl super::App {
    /// Tells who listens that something was committed.
    pub(super) fn tell(&self, conversation: Option<&Conversation>, events: &[Event]) {
        let Some(conversation) = conversation else { return };
        if events.iter().any(|event| matches!(event, Event::HttpRequested { .. })) {
            self.calls.ring();
        }
        let ticket = events
            .iter()
            .any(|event| matches!(event, Event::TicketOpened { .. } | Event::TicketAdded { .. }));
        if conversation.channel.pushed() {
            self.deliveries.ring();
        }
        let taken = |event: &Event| matches!(event, Event::OwnerChanged { owner: Owner::Agent(_), .. });
        if events.iter().any(taken) {
            self.pace.took(self.now());
        }
        self.live.tell(super::live::Notice {
            conversation: conversation.id,
            channel: conversation.channel,
            address: conversation.address.clone(),
            seq: conversation.seq,
            ticket,
        });
    }
}
