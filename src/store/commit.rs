//! Turns what happened into rows. Every event is thought of here: the match has no `_`.

mod world;

use std::collections::HashMap;

use jiff::Timestamp;

use super::job::{Contact, Decision};
use super::writes::{
    ContactWrite, ConversationWrite, HistoryWrite, InboxWrite, JournalWrite, NewsWrite, OutboxWrite,
    TicketMove, TicketWrite, TimerWrite, Writes,
};
use super::{StoreError, TurnDone, questions};
use crate::conversation::{Conversation, ConversationId, Event, Life, News, Owner, TicketDraft};
use crate::desk::history::Change;
use crate::desk::{self, Act, Level, Priority, State, TicketType};

/// Characters of the last message that lists show.
const LAST_TEXT: usize = 140;

/// Of which job a decision is.
pub(super) struct Of<'a> {
    pub key: Option<&'a str>,
    pub now: Timestamp,
    /// The current conversation that was loaded.
    pub loaded: Option<ConversationId>,
    /// The timer that fired.
    pub timer: Option<crate::conversation::TimerKind>,
}

/// Something that happened to a ticket that is stored, or is opened in this batch.
#[derive(Debug)]
pub(super) struct Touch {
    pub code: String,
    act: Option<Act>,
    agent: Option<String>,
    at: i64,
    by: String,
    what: &'static str,
    text: Option<String>,
    /// What it says for itself, beside moves.
    fact: Option<Change>,
}

/// How a ticket stands.
pub(super) struct Stands {
    pub kind: TicketType,
    pub state: State,
    pub agent: Option<String>,
}

/// Tickets by code.
pub(super) type Standing = HashMap<String, Stands>;

/// Adds the rows of one decision, and what it did to tickets, which [`settle`] turns into rows.
///
/// # Errors
/// [`StoreError::Corrupt`] where something cannot be written as JSON.
pub(super) fn add(
    writes: &mut Writes,
    touches: &mut Vec<Touch>,
    of: &Of<'_>,
    decision: Decision,
) -> Result<TurnDone, StoreError> {
    let Decision {
        conversation,
        contact,
        events,
        reply,
        outbox,
        sent,
        answered,
        timers,
        clear_timers,
        also,
        deferred: _,
    } = decision;
    // First: where it fails nothing is written of the other either.
    let also = match also {
        Some(also) => {
            let other = also.conversation.as_ref().map(|conversation| conversation.id);
            let done =
                add(writes, touches, &Of { key: None, now: of.now, loaded: other, timer: None }, *also)?;
            done.conversation.map(|conversation| (Box::new(conversation), done.events))
        }
        None => None,
    };
    // All that can fail comes first, so that a decision is written as a whole or not at all.
    let rows = match &conversation {
        Some(conversation) => Some(conversation_rows(of, conversation, &events)?),
        None => None,
    };
    let id = conversation.as_ref().map(|conversation| conversation.id).or(of.loaded);
    let now = of.now.as_microsecond();
    if let (Some((row, journal, opened)), Some(conversation)) = (rows, &conversation) {
        let name = row.id.clone();
        if let Some(loaded) = of.loaded.filter(|loaded| *loaded != conversation.id) {
            writes.retired.push(loaded.to_string());
        }
        contact.into_iter().for_each(|contact| writes.contacts.push(contact_row(contact, now)));
        touches.extend(touched(conversation, &events, now));
        world::rows(writes, conversation, &events, of.now)?;
        questions::project::add(writes, conversation, &events, now)?;
        for ticket in opened {
            writes.history.push(opened_row(&ticket, profile(&events, &ticket.code))?);
            writes.tickets.push(ticket);
        }
        writes.conversations.push(row);
        writes.journal.extend(journal);
        if clear_timers {
            writes.cleared.push(name.clone());
        }
        for (kind, due) in timers {
            writes.timers.push(TimerWrite { conversation: name.clone(), kind, due: due.as_microsecond() });
        }
        writes.outbox.extend(outbox.into_iter().map(|message| OutboxWrite { message, due: now }));
    }
    if let (Some(kind), Some(loaded)) = (of.timer, of.loaded) {
        writes.fired.push((loaded.to_string(), kind));
    }
    writes.sent.extend(sent.iter().map(ToString::to_string));
    writes.answered.extend(answered.iter().map(ToString::to_string));
    if let Some(key) = of.key {
        writes.inbox.push(InboxWrite {
            key: key.to_owned(),
            conversation: id.map(|id| id.to_string()),
            reply: reply.clone(),
            received: now,
        });
    }
    Ok(TurnDone { reply, replayed: false, id, conversation, events, also })
}

type Rows = (ConversationWrite, Option<JournalWrite>, Vec<TicketWrite>);

fn conversation_rows(of: &Of<'_>, conversation: &Conversation, events: &[Event]) -> Result<Rows, StoreError> {
    let now = of.now.as_microsecond();
    let row = conversation_row(conversation, events, now)?;
    let journal = if events.is_empty() {
        None
    } else {
        Some(JournalWrite {
            conversation: row.id.clone(),
            turn: number(conversation.turn),
            at: now,
            seq: number(last_seq(events)),
            events: json(&events)?,
        })
    };
    let mut opened = Vec::new();
    for event in events {
        if let Event::TicketOpened { draft } = event {
            opened.push(ticket_row(conversation, draft, now)?);
        }
    }
    Ok((row, journal, opened))
}

fn conversation_row(
    conversation: &Conversation,
    events: &[Event],
    now: i64,
) -> Result<ConversationWrite, StoreError> {
    let (owner, owner_name) = match &conversation.owner {
        Owner::Bot => ("bot", None),
        Owner::Queue(name) => ("queue", Some(name.clone())),
        Owner::Agent(name) => ("agent", Some(name.clone())),
    };
    let life = match &conversation.life {
        Life::Active => "active",
        Life::Parked => "parked",
        Life::Closed(_) => "closed",
    };
    // A code to link by is for the contact alone.
    let secret = events.iter().any(|event| matches!(event, Event::LinkOffered { .. }));
    let codes: Vec<&str> = conversation.tickets.iter().map(|ticket| ticket.code.as_str()).collect();
    Ok(ConversationWrite {
        id: conversation.id.to_string(),
        channel: conversation.channel.word(),
        address: conversation.address.clone(),
        contact: conversation.contact.to_string(),
        locale: conversation.locale.clone(),
        life,
        outcome: conversation.outcome().map(str::to_owned),
        owner,
        owner_name,
        epoch: number(conversation.epoch),
        flow: begun_by(conversation, events),
        now,
        seq: number(conversation.seq),
        last_text: events
            .iter()
            .rev()
            .find_map(|event| shown(event, secret))
            .map(|text| text.chars().take(LAST_TEXT).collect()),
        tickets: json(&codes)?,
        body: json(conversation)?,
        revision: conversation.revision.clone(),
    })
}

/// The flow that began a conversation.
fn begun_by(conversation: &Conversation, events: &[Event]) -> String {
    let started = events.iter().find_map(|event| match event {
        Event::Started { flow } => Some(flow.clone()),
        _ => None,
    });
    started.or_else(|| conversation.frames.first().map(|frame| frame.flow.clone())).unwrap_or_default()
}

/// The number of a message that an event holds.
fn seq(event: &Event) -> Option<u64> {
    match event {
        Event::Heard { seq, .. }
        | Event::Prompted { seq, .. }
        | Event::AgentWrote { seq, .. }
        | Event::FileReceived { seq, .. } => Some(*seq),
        _ => None,
    }
}

fn last_seq(events: &[Event]) -> u64 {
    events.iter().filter_map(seq).max().unwrap_or_default()
}

/// The text of a message that an event holds.
fn shown(event: &Event, secret: bool) -> Option<String> {
    match event {
        Event::Heard { text, .. } | Event::AgentWrote { text, .. } => Some(text.clone()),
        Event::Prompted { prompt, .. } if secret => Some(prompt.hidden()),
        Event::Prompted { prompt, .. } => Some(prompt.plain()),
        Event::FileReceived { name, .. } => Some(name.clone()),
        _ => None,
    }
}

fn contact_row(contact: Contact, now: i64) -> ContactWrite {
    let Contact { id, name, profile, locale, verified, phone } = contact;
    ContactWrite { id: id.to_string(), name, profile, locale, verified, phone, now }
}

fn ticket_row(conversation: &Conversation, draft: &TicketDraft, now: i64) -> Result<TicketWrite, StoreError> {
    // What a template made of nothing is taken for the middle, as a person at the desk would.
    let level = |word: &str| Level::from_word(word).unwrap_or(Level::Medium);
    let (urgency, impact) = (level(&draft.urgency), level(&draft.impact));
    let category = draft.category.trim();
    let queue = draft.queue.as_deref().map(str::trim).filter(|queue| !queue.is_empty());
    Ok(TicketWrite {
        id: draft.id.to_string(),
        code: draft.code.clone(),
        conversation: conversation.id.to_string(),
        contact: conversation.contact.to_string(),
        channel: conversation.channel.word(),
        external_id: conversation.address.clone(),
        locale: conversation.locale.clone(),
        flow: draft.flow.clone(),
        category: category.to_owned(),
        kind: TicketType::from_word(&draft.r#type).unwrap_or(TicketType::Incident).word().to_owned(),
        urgency: urgency.word().to_owned(),
        impact: impact.word().to_owned(),
        priority: desk::priority(urgency, impact).word(),
        state: State::New.word(),
        queue: queue.or(Some(category).filter(|name| !name.is_empty())).unwrap_or("default").to_owned(),
        subject: draft.subject.clone(),
        body: draft.body.clone(),
        fields: json(&draft.fields)?,
        slots: json(&draft.slots)?,
        answers: json(&draft.answers)?,
        without_faq: draft.without_faq.clone(),
        unreached: draft.unreached,
        now,
    })
}

fn opened_row(ticket: &TicketWrite, profile: Option<String>) -> Result<HistoryWrite, StoreError> {
    let level = |word: &str| Level::from_word(word).unwrap_or(Level::Medium);
    let fact = Change::Opened {
        kind: TicketType::from_word(&ticket.kind).unwrap_or(TicketType::Incident),
        category: ticket.category.clone(),
        urgency: level(&ticket.urgency),
        impact: level(&ticket.impact),
        priority: Priority::from_word(ticket.priority).unwrap_or(Priority::Normal),
        queue: ticket.queue.clone(),
        profile,
    };
    Ok(HistoryWrite {
        code: ticket.code.clone(),
        at: ticket.now,
        by: "bot".to_owned(),
        what: fact.what(),
        text: None,
        facts: json(&[fact])?,
    })
}

/// The profile of the contact for whom a ticket is opened.
fn profile(events: &[Event], code: &str) -> Option<String> {
    events.iter().find_map(|event| match event {
        Event::TicketOpened { draft } if draft.code == code => draft.profile.clone(),
        _ => None,
    })
}

/// What the events of a turn do to tickets that are there already.
fn touched(conversation: &Conversation, events: &[Event], at: i64) -> Vec<Touch> {
    let mut touches = Vec::new();
    let mut all =
        |by: &str, what: &'static str, act: Option<Act>, agent: Option<&str>, text: Option<&str>| {
            for ticket in &conversation.tickets {
                touches.push(Touch {
                    code: ticket.code.clone(),
                    act,
                    agent: agent.map(str::to_owned),
                    at,
                    by: by.to_owned(),
                    what,
                    text: text.map(str::to_owned),
                    fact: match what {
                        "replied" => Some(Change::Replied),
                        "contact_wrote" => Some(Change::ContactWrote),
                        _ => None,
                    },
                });
            }
        };
    let mut added = Vec::new();
    let mut surveyed = Vec::new();
    let mut replied = false;
    let mut wrote = false;
    for event in events {
        match event {
            Event::TicketAdded { code, text } => added.push(Touch {
                code: code.clone(),
                act: Some(Act::ContactReplied),
                agent: None,
                at,
                by: "contact".to_owned(),
                what: "added",
                text: Some(text.clone()),
                fact: Some(Change::ContactWrote),
            }),
            // What is said to a person is an answer to them; what is said to the bot is none.
            Event::Heard { .. } if !wrote && conversation.owner != Owner::Bot => {
                wrote = true;
                all("contact", "contact_wrote", Some(Act::ContactReplied), None, None);
            }
            Event::AgentWrote { agent, .. } if !replied => {
                replied = true;
                all(agent, "replied", Some(Act::Start), Some(agent), None);
            }
            Event::SurveyAnswered { survey, score, comment, ticket } => {
                let fact =
                    Change::Surveyed { survey: survey.clone(), score: *score, comment: comment.clone() };
                let own = conversation.tickets.iter().map(|ticket| &ticket.code).filter(|_| ticket.is_none());
                for code in ticket.iter().chain(own) {
                    surveyed.push(Touch {
                        code: code.clone(),
                        act: None,
                        agent: None,
                        at,
                        by: "contact".to_owned(),
                        what: fact.what(),
                        text: fact.text(),
                        fact: Some(fact.clone()),
                    });
                }
            }
            Event::NoticeTold { notice } => {
                // What is told of others is no fact of a ticket.
                let Some(code) = notice.strip_prefix("survey:") else { continue };
                surveyed.push(Touch {
                    code: code.to_owned(),
                    act: None,
                    agent: None,
                    at,
                    by: "bot".to_owned(),
                    what: Change::SurveyAsked.what(),
                    text: None,
                    fact: Some(Change::SurveyAsked),
                });
            }
            Event::Noted { agent, text } => all(agent, "noted", None, None, Some(text)),
            Event::OwnerChanged { owner, by, .. } => match owner {
                Owner::Agent(name) => all(by, "claimed", Some(Act::Assign), Some(name), None),
                Owner::Queue(name) => all(by, "queued", None, None, Some(name)),
                Owner::Bot => all(by, "handed_back", None, None, None),
            },
            Event::Closed { outcome } => {
                if let Owner::Agent(name) = &conversation.owner {
                    let act = matches!(outcome.as_str(), "resolved" | "solved").then_some(Act::Resolve);
                    all(name, "conversation_closed", act, Some(name), Some(outcome));
                }
            }
            // The tickets that these open have rows of their own; the rest is told by the journal alone.
            Event::TicketOpened { .. }
            | Event::AgentWrote { .. }
            | Event::Started { .. }
            | Event::Call { .. }
            | Event::FlowEntered { .. }
            | Event::Walked { .. }
            | Event::Heard { .. }
            | Event::Left { .. }
            | Event::Prompted { .. }
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
            | Event::StatusTold { .. }
            | Event::HandoffRequested { .. }
            | Event::NobodyCame { .. }
            | Event::HttpRequested { .. }
            | Event::HttpAnswered { .. }
            | Event::Watched { .. }
            | Event::LinkOffered { .. }
            | Event::CodeTried { .. }
            | Event::Linked { .. }
            | Event::LinkRefused { .. }
            | Event::Unlinked { .. }
            | Event::MoveWanted { .. }
            | Event::MovedHere { .. }
            | Event::MovedAway { .. }
            | Event::FileReceived { .. }
            | Event::Edited { .. }
            | Event::Deleted { .. }
            | Event::Reacted { .. }
            | Event::Undelivered { .. }
            | Event::Unreachable { .. }
            | Event::Reachable
            | Event::LanguageChanged { .. }
            | Event::TimerSet { .. }
            | Event::TimersCleared
            | Event::Parked
            | Event::Resumed
            | Event::Deflected { .. }
            | Event::CarriedOver { .. }
            | Event::Faulted { .. } => {}
        }
    }
    touches.extend(added);
    touches.extend(surveyed);
    touches
}

/// Turns what happened to tickets into rows, by where each stands. A touch of a ticket that there is not is dropped
/// (the journal still tells of it); an act that does not fit leaves the state as it is.
pub(super) fn settle(writes: &mut Writes, touches: Vec<Touch>, mut standing: Standing) {
    for ticket in &writes.tickets {
        let kind = TicketType::from_word(&ticket.kind).unwrap_or(TicketType::Incident);
        standing.insert(ticket.code.clone(), Stands { kind, state: State::New, agent: None });
    }
    let mut moves: HashMap<String, TicketMove> = HashMap::new();
    for touch in touches {
        let Some(Stands { kind, state, agent }) = standing.get_mut(&touch.code) else {
            tracing::warn!(what = touch.what, "a turn names a ticket that is not stored");
            continue;
        };
        let mut facts: Vec<Change> = touch.fact.into_iter().collect();
        if touch.agent.is_some() && *agent != touch.agent {
            facts.push(Change::Assigned { from: agent.take(), to: touch.agent.clone(), why: None });
            agent.clone_from(&touch.agent);
        }
        if let Some(act) = touch.act {
            let before = *state;
            *state = desk::ticket::after(*kind, *state, act).unwrap_or(before);
            if *state != before {
                facts.push(Change::Moved { act, from: before, to: *state, why: None });
                // What the contact did is no news to them.
                if touch.agent.is_some() {
                    writes.news.extend(news(&touch.code, *state, touch.at));
                }
            }
        }
        let moved = moves.entry(touch.code.clone()).or_insert_with(|| TicketMove {
            code: touch.code.clone(),
            state: state.word(),
            agent: None,
            now: touch.at,
        });
        moved.state = state.word();
        moved.now = moved.now.max(touch.at);
        if touch.agent.is_some() {
            moved.agent = touch.agent;
        }
        let Touch { code, at, by, what, text, .. } = touch;
        // Facts are plain data: writing them as JSON does not fail.
        let facts = json(&facts).unwrap_or_else(|_| "[]".to_owned());
        writes.history.push(HistoryWrite { code, at, by, what, text, facts });
    }
    writes.moves.extend(moves.into_values());
}

fn news(code: &str, state: State, now: i64) -> Option<NewsWrite> {
    let news = News::TicketChanged { code: code.to_owned(), state: state.word().to_owned() };
    // That somebody is at it shows in the conversation itself.
    let public =
        matches!(state, State::PendingContact | State::Resolved | State::Reopened | State::Cancelled);
    Some(NewsWrite { code: code.to_owned(), news: json(&news).ok()?, now, public })
}

pub(super) fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Counters are far below 2^63.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
