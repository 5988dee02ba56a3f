//! `status`: tells the state of the contact's tickets, those of this conversation and those that are proven theirs.

use crate::conversation::{Event, OpenTicket, PromptKind, code};
use crate::engine::working::Working;
use crate::flow::step::Status;
use crate::flow::template::{CODE_CLOSE, CODE_OPEN};

use super::Then;

/// Tickets told at once.
const MAX_TOLD: usize = 5;

pub fn enter(w: &mut Working<'_>, status: &Status) -> Then {
    let mut known = known(w);
    if let Some(asked) = &status.code {
        let asked = w.render_plain(asked);
        let asked = code::parse(&asked);
        known.retain(|ticket| Some(&ticket.code) == asked.as_ref());
        if known.is_empty() {
            // The same words for "unknown" and "not yours".
            w.say_words("status_unknown", &[]);
            w.event(Event::StatusTold { codes: Vec::new() });
            return Then::next();
        }
    }
    if known.is_empty() {
        w.say_words("status_none", &[]);
    }
    known.truncate(MAX_TOLD);
    for ticket in &known {
        let line = line(w, ticket);
        w.say(PromptKind::Say, &line);
    }
    w.event(Event::StatusTold { codes: known.into_iter().map(|ticket| ticket.code).collect() });
    Then::next()
}

fn known(w: &Working<'_>) -> Vec<OpenTicket> {
    let mut known = w.facts.open_tickets.clone();
    for here in &w.c.tickets {
        if !known.iter().any(|ticket| ticket.code == here.code) {
            known.push(OpenTicket {
                code: here.code.clone(),
                category: here.category.clone(),
                flow: here.flow.clone(),
                state: "new".into(),
                subject: String::new(),
                r#type: here.r#type.clone(),
            });
        }
    }
    known
}

fn line(w: &mut Working<'_>, ticket: &OpenTicket) -> String {
    let state = w.words(&format!("state_{}", ticket.state), &[]);
    let extra = [
        ("code", format!("{CODE_OPEN}{}{CODE_CLOSE}", ticket.code)),
        ("state", state),
        ("subject", ticket.subject.clone()),
    ];
    w.words("status_line", &extra)
}
