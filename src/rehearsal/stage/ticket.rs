//! The tickets of a test.

use std::collections::BTreeMap;

use super::Stage;
use crate::conversation::{Conversation, OpenTicket, TicketDraft, ids};
use crate::desk::{self, Level};

/// A ticket that was opened or added to, as the desk would store it.
#[derive(Debug, Clone)]
pub(in crate::rehearsal) struct Ticket {
    pub draft: TicketDraft,
    pub added: bool,
}

impl Stage<'_> {
    /// Something was added to a ticket: to one of this talk, or to one that there was before.
    pub(super) fn added_to(&mut self, code: &str) {
        if let Some(at) = self.tickets.iter().position(|ticket| ticket.draft.code == code) {
            let mut ticket = self.tickets.remove(at);
            ticket.added = true;
            return self.tickets.push(ticket);
        }
        let before = self.given.tickets.iter().flatten().find(|ticket| ticket.code == code);
        let Some(before) = before.cloned() else { return };
        self.tickets.push(Ticket { draft: draft_of(before, &self.conversation), added: true });
    }
}

fn draft_of(ticket: OpenTicket, conversation: &Conversation) -> TicketDraft {
    TicketDraft {
        id: ids::of_turn(conversation.id, conversation.turn, "ticket-row", 0),
        code: ticket.code,
        conversation: conversation.id,
        flow: ticket.flow,
        category: ticket.category,
        r#type: ticket.r#type,
        urgency: "medium".into(),
        impact: "low".into(),
        subject: ticket.subject,
        body: String::new(),
        fields: BTreeMap::new(),
        queue: None,
        slots: BTreeMap::new(),
        answers: Vec::new(),
        without_faq: None,
        unreached: false,
        profile: None,
    }
}

impl Ticket {
    /// What a test may expect of it, by the name of the key.
    pub fn of(&self, name: &str) -> Option<String> {
        let draft = &self.draft;
        if let Some(field) = name.strip_prefix("fields.") {
            return draft.fields.get(field).cloned();
        }
        let level = |word: &str| Level::from_word(word).unwrap_or(Level::Medium);
        Some(match name {
            "category" => draft.category.clone(),
            "type" => draft.r#type.clone(),
            "priority" => desk::priority(level(&draft.urgency), level(&draft.impact)).word().to_owned(),
            "urgency" => draft.urgency.clone(),
            "impact" => draft.impact.clone(),
            "subject" => draft.subject.clone(),
            "body" => draft.body.clone(),
            "flow" => draft.flow.clone(),
            "unreached" => draft.unreached.to_string(),
            "added" => self.added.to_string(),
            "queue" => draft.queue.clone().unwrap_or_else(|| draft.category.clone()),
            "without_faq" => draft.without_faq.clone()?,
            _ => return None,
        })
    }
}
