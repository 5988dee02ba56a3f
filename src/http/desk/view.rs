//! Rows as the desk shows them: an explicit list of fields, with what is sensitive masked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::conversation::{Event, Linked, Offered};
use crate::flow::{Playbook, SlotValue};
use crate::store::{ConversationRow, HistoryRow, JournalRow, TicketRow};

const MASK: &str = "•••";

/// The names of slots that some flow calls sensitive.
#[derive(Debug, Default)]
pub struct Privacy {
    sensitive: BTreeSet<String>,
}

impl Privacy {
    /// Of the playbook served and the older ones that conversations are on.
    pub fn of<'p>(playbooks: impl IntoIterator<Item = &'p Arc<Playbook>>) -> Self {
        let flows = playbooks.into_iter().flat_map(|playbook| playbook.flows.values());
        let slots = flows.flat_map(|flow| flow.slots.values());
        Self { sensitive: slots.filter(|slot| slot.sensitive).map(|slot| slot.name.clone()).collect() }
    }

    pub fn shown(&self, slot: &str, value: &SlotValue) -> String {
        if self.sensitive.contains(slot) { MASK.to_owned() } else { value.to_string() }
    }
}

/// One conversation in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConversationView {
    #[schema(value_type = String, format = Uuid)]
    pub id: String,
    /// web, twilio, signalwire, telnyx, jambonz, phone, terminal, terminal_voice, telegram or discord.
    pub channel: String,
    /// The call's or chat's own id.
    pub external_id: String,
    pub contact_name: Option<String>,
    pub locale: String,
    /// active, parked or closed.
    pub life: String,
    pub outcome: Option<String>,
    /// bot, queue or agent.
    pub owner: String,
    /// The agent's or queue's name.
    pub owner_name: Option<String>,
    pub flow: String,
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated: Timestamp,
    /// The last message's number.
    pub seq: u64,
    /// The beginning of the last message.
    pub last_text: String,
    /// Codes of its tickets.
    pub tickets: Vec<String>,
}

impl From<ConversationRow> for ConversationView {
    fn from(row: ConversationRow) -> Self {
        Self {
            id: row.id.to_string(),
            channel: row.channel,
            external_id: row.address,
            contact_name: row.contact_name,
            locale: row.locale,
            life: row.life,
            outcome: row.outcome,
            owner: row.owner,
            owner_name: row.owner_name,
            flow: row.flow,
            created: row.created,
            updated: row.updated,
            seq: row.seq,
            last_text: row.last_text,
            tickets: row.tickets,
        }
    }
}

/// A slot and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SlotView {
    pub name: String,
    /// Masked where the slot is sensitive.
    pub value: String,
}

/// What the slots hold at the end of the journal, in the order of their names.
pub fn slots(journal: &[JournalRow], privacy: &Privacy) -> Vec<SlotView> {
    let mut held: BTreeMap<&str, &SlotValue> = BTreeMap::new();
    for event in journal.iter().flat_map(|row| &row.events) {
        if let Event::SlotFilled { slot, value } = event {
            held.insert(slot, value);
        } else if let Event::SlotCleared { slot } = event {
            held.remove(slot.as_str());
        }
    }
    held.into_iter()
        .map(|(name, value)| SlotView { name: name.to_owned(), value: privacy.shown(name, value) })
        .collect()
}

/// An answer that was offered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OfferedView {
    /// The FAQ article's id.
    pub article: String,
    /// What was asked.
    pub query: String,
    /// Whether it settled the matter; null as long as nobody said.
    pub solved: Option<bool>,
    pub reason: Option<String>,
}

impl From<Offered> for OfferedView {
    fn from(offered: Offered) -> Self {
        Self {
            article: offered.article,
            query: offered.query,
            solved: offered.solved,
            reason: offered.reason,
        }
    }
}

/// One ticket in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TicketRowView {
    /// Bare digits.
    pub code: String,
    #[schema(value_type = String, format = Uuid)]
    pub conversation: String,
    pub channel: String,
    /// The call's or chat's own id.
    pub external_id: String,
    pub locale: String,
    pub flow: String,
    pub category: String,
    /// incident, service_request, problem or change.
    pub r#type: String,
    pub urgency: String,
    pub impact: String,
    /// low, normal, high or urgent.
    pub priority: String,
    pub state: String,
    pub queue: String,
    pub agent: Option<String>,
    pub subject: String,
    /// Opened because nobody could be reached.
    pub unreached: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated: Timestamp,
}

impl From<TicketRow> for TicketRowView {
    fn from(row: TicketRow) -> Self {
        Self {
            code: row.code,
            conversation: row.conversation.to_string(),
            channel: row.channel,
            external_id: row.external_id,
            locale: row.locale,
            flow: row.flow,
            category: row.category,
            r#type: row.r#type,
            urgency: row.urgency,
            impact: row.impact,
            priority: row.priority,
            state: row.state,
            queue: row.queue,
            agent: row.agent,
            subject: row.subject,
            unreached: row.unreached,
            created: row.created,
            updated: row.updated,
        }
    }
}

/// A ticket with what is inside.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TicketView {
    #[serde(flatten)]
    pub row: TicketRowView,
    pub body: String,
    pub fields: BTreeMap<String, String>,
    pub slots: Vec<SlotView>,
    /// Answers offered before the ticket, and why they did not do.
    pub answers: Vec<OfferedView>,
    /// Why it was opened without asking the FAQ first, where it was.
    pub without_faq: Option<String>,
    pub history: Vec<Change>,
}

/// One change of a ticket.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Change {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// contact, bot or an agent's name.
    pub by: String,
    pub what: String,
    pub text: Option<String>,
}

impl TicketView {
    pub fn new(mut row: TicketRow, history: Vec<HistoryRow>, privacy: &Privacy) -> Self {
        let slots = std::mem::take(&mut row.slots);
        let slot = |(name, value): (&String, &SlotValue)| SlotView {
            name: name.clone(),
            value: privacy.shown(name, value),
        };
        Self {
            body: std::mem::take(&mut row.body),
            fields: std::mem::take(&mut row.fields),
            slots: slots.iter().map(slot).collect(),
            answers: std::mem::take(&mut row.answers).into_iter().map(OfferedView::from).collect(),
            without_faq: row.without_faq.take(),
            history: history.into_iter().map(Change::from).collect(),
            row: row.into(),
        }
    }
}

impl From<HistoryRow> for Change {
    fn from(row: HistoryRow) -> Self {
        Self { at: row.at, by: row.by, what: row.what, text: row.text }
    }
}

/// Another channel of the same person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LinkView {
    /// As in [`ConversationView`].
    pub channel: String,
    /// The chat's own id.
    pub external_id: String,
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

impl From<Linked> for LinkView {
    fn from(link: Linked) -> Self {
        Self { channel: link.channel.word().to_owned(), external_id: link.address, since: link.since }
    }
}
