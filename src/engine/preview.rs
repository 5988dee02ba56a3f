//! What one step says, for those who look at a flow: the step alone is run, on a conversation that stands at it with its
//! slots filled with examples. Nothing follows it.

use std::collections::BTreeMap;

use super::question::{self, Candidate};
use super::working::Working;
use super::{run, step};
use crate::conversation::{Conversation, Event, Facts, Frame, OpenedTicket, Prompt, code};
use crate::flow::{Flow, Kind, Playbook, Slot, SlotKind, SlotValue};

/// The prompts of a step in the conversation's language and for its channel. An `faq` step shows one of the
/// answers that there are. Empty where the step says nothing by itself.
pub fn preview(
    playbook: &Playbook,
    mut conversation: Conversation,
    facts: &Facts,
    flow: &Flow,
    at: usize,
    now: jiff::Timestamp,
) -> Vec<Prompt> {
    let Some(step) = flow.steps.get(at) else { return Vec::new() };
    conversation.tickets = vec![OpenedTicket {
        code: code::of_turn(conversation.id, 1, 0),
        category: "other".to_owned(),
        r#type: "incident".to_owned(),
        flow: flow.name.clone(),
        added: false,
    }];
    conversation.frames = vec![Frame {
        flow: flow.name.clone(),
        step: step.id.clone(),
        slots: flow
            .slots
            .iter()
            .map(|(name, slot)| (name.clone(), example(slot, &facts.today)))
            .collect::<BTreeMap<_, _>>(),
        ahead: Vec::new(),
        digression: false,
        wait: None,
    }];
    let mut w = Working::new(playbook, conversation, facts, now);
    match &step.kind {
        Kind::Faq(_) => offer(&mut w),
        // Where all goes well.
        Kind::Connect(connect) => step::connect::preview(&mut w, connect),
        // Only what it says itself: no other flow, and no end, which would say nothing.
        Kind::Call(_) | Kind::End(_) => {}
        kind => {
            let _ = run::enter(&mut w, kind);
        }
    }
    let said = |event| match event {
        Event::Prompted { prompt, .. } => Some(prompt),
        _ => None,
    };
    w.finish().events.into_iter().filter_map(said).collect()
}

/// An answer and the question after it: the base's first that is written in the language.
fn offer(w: &mut Working<'_>) {
    let locale = w.c.locale.clone();
    let written = |article: &&crate::faq::Article| article.answer.contains_key(&locale);
    let Some(article) = w.playbook.faq.articles().iter().find(written) else {
        return w.say_words("nothing_found", &[]);
    };
    let candidate = Candidate { article: article.id.clone(), score: 0.0 };
    let _ = question::offer(w, String::new(), &candidate, Vec::new());
}

/// A value that fits the slot's type, as far as one can be made up.
fn example(slot: &Slot, today: &str) -> SlotValue {
    match &slot.kind {
        SlotKind::Number { min, max, .. } => SlotValue::Number(min.or(*max).unwrap_or(42.0)),
        SlotKind::Bool => SlotValue::Bool(true),
        SlotKind::Date { .. } => SlotValue::Text(today.to_owned()),
        SlotKind::Email => SlotValue::Text("ada@example.org".to_owned()),
        SlotKind::Phone => SlotValue::Text("+390212345678".to_owned()),
        SlotKind::Choice { options } => SlotValue::Text(options.first().cloned().unwrap_or_default()),
        SlotKind::Text { .. } | SlotKind::Pattern { .. } | SlotKind::File => {
            SlotValue::Text(format!("‹{}›", slot.name))
        }
    }
}
