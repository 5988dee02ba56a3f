//! `ticket`: opens one, or adds to the open one on the same matter. Within a conversation never two on one matter.

use std::collections::BTreeMap;

use crate::conversation::{Event, OpenedTicket, TicketDraft, code, ids};
use crate::engine::reason;
use crate::engine::working::Working;
use crate::flow::SlotValue;
use crate::flow::step::Ticket;

use super::Then;

pub fn enter(w: &mut Working<'_>, ticket: &Ticket) -> Then {
    let flow = w.frame().map(|frame| frame.flow.clone()).unwrap_or_default();
    let category = some_or(w.render_plain(&ticket.category), "other");
    let subject = w.render_plain(&ticket.subject);
    let body = w.render_plain(&ticket.body);
    if let Some(open) = open_on_the_matter(w, &category, &flow, ticket.unreached) {
        let text = with_tried(w, some_or(body, &subject));
        w.event(Event::TicketAdded { code: open.code.clone(), text });
        w.c.tickets.retain(|known| known.code != open.code);
        w.c.tickets.push(open);
        return Then::next();
    }
    open(w, ticket, &flow, category, subject, body);
    Then::next()
}

/// What is added to a ticket says what was tried; a new ticket has it in a field of its own.
fn with_tried(w: &mut Working<'_>, text: String) -> String {
    let tried = reason::tried(w);
    if tried.is_empty() { text } else { format!("{text}\n\n{tried}") }
}

/// A ticket of this conversation, else one of the (proven) contact's with the same category and flow. When nobody
/// could be reached, any ticket of this conversation will do: the person is waiting for one answer, not two.
fn open_on_the_matter(w: &Working<'_>, category: &str, flow: &str, unreached: bool) -> Option<OpenedTicket> {
    let here =
        w.c.tickets
            .iter()
            .rev()
            .find(|ticket| unreached || (ticket.category == category && ticket.flow == flow));
    if let Some(here) = here {
        return Some(OpenedTicket { added: true, ..here.clone() });
    }
    let before =
        w.facts.open_tickets.iter().find(|ticket| ticket.category == category && ticket.flow == flow)?;
    Some(OpenedTicket {
        code: before.code.clone(),
        category: before.category.clone(),
        r#type: before.r#type.clone(),
        flow: before.flow.clone(),
        added: true,
    })
}

fn open(w: &mut Working<'_>, ticket: &Ticket, flow: &str, category: String, subject: String, body: String) {
    let nth = u32::try_from(w.c.tickets.len()).unwrap_or(u32::MAX);
    // Salts of one turn's tickets do not meet: each ticket has a thousand of its own.
    let salt = nth.saturating_mul(1_000).saturating_add(w.facts.code_salt);
    let code = code::of_turn(w.c.id, w.c.turn, salt);
    let draft = TicketDraft {
        id: ids::of_turn(w.c.id, w.c.turn, "ticket-row", nth),
        code: code.clone(),
        conversation: w.c.id,
        flow: flow.to_owned(),
        category: category.clone(),
        r#type: ticket.r#type.value.clone(),
        urgency: some_or(w.render_plain(&ticket.urgency), "medium"),
        impact: some_or(w.render_plain(&ticket.impact), "low"),
        subject: some_or(subject, &category),
        body,
        fields: fields(w, ticket),
        queue: ticket.queue.as_ref().map(|queue| queue.value.clone()),
        slots: all_slots(w),
        answers: w.c.offered.clone(),
        without_faq: ticket.without_faq.as_ref().map(|reason| reason.value.clone()),
        unreached: ticket.unreached,
        profile: w.facts.contact.profile.clone(),
    };
    w.c.tickets.push(OpenedTicket {
        code,
        category,
        r#type: ticket.r#type.value.clone(),
        flow: flow.to_owned(),
        added: false,
    });
    w.event(Event::TicketOpened { draft: Box::new(draft) });
}

/// What the author wrote, and on a call what an agent needs to answer: the message, the number to call back.
fn fields(w: &mut Working<'_>, ticket: &Ticket) -> BTreeMap<String, String> {
    let mut fields: BTreeMap<String, String> =
        ticket.fields.iter().map(|(name, text)| (name.clone(), w.render_plain(text))).collect();
    if let Some(message) = w.c.message {
        fields.entry("voicemail".to_owned()).or_insert_with(|| message.to_string());
    }
    if let Some(number) = w.c.callback.as_ref().and_then(|callback| callback.number()) {
        fields.entry("callback".to_owned()).or_insert_with(|| number.to_owned());
    }
    fields
}

/// Slots of all flows under way; the inner flow's where a name is used twice.
fn all_slots(w: &Working<'_>) -> BTreeMap<String, SlotValue> {
    let mut all = BTreeMap::new();
    for frame in &w.c.frames {
        all.extend(frame.slots.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    all
}

fn some_or(text: String, otherwise: &str) -> String {
    let trimmed = text.trim();
    if trimmed.is_empty() { otherwise.to_owned() } else { trimmed.to_owned() }
}
