//! `ask`

use crate::conversation::{Event, Hope, PromptKind, PromptOption, Wait, WaitKind};
use crate::engine::failure;
use crate::engine::prompts::{self, Asking};
use crate::engine::working::Working;
use crate::flow::graph::Exit;
use crate::flow::step::Ask;
use crate::flow::{Slot, SlotKind, SlotValue};

use super::Then;

pub fn enter(w: &mut Working<'_>, ask: &Ask) -> Then {
    if w.take_ahead(&ask.slot.value).is_some() {
        return Then::next();
    }
    if w.voice() && is_file(w, ask) {
        return cannot(w, ask);
    }
    w.wait(Wait { kind: WaitKind::Step, failures: 0 });
    Then::Wait
}

fn is_file(w: &Working<'_>, ask: &Ask) -> bool {
    let slot = w.here().and_then(|(flow, _)| flow.slots.get(&ask.slot.value));
    slot.is_some_and(|slot| matches!(slot.kind, SlotKind::File))
}

/// On a call nobody can send a file: the way for failures is taken at once.
fn cannot(w: &mut Working<'_>, ask: &Ask) -> Then {
    w.say_words("file_on_call", &[]);
    let (flow, step) = w.place();
    w.event(Event::PromptFailed { flow, step });
    let flow = w.here().map(|(flow, _)| flow);
    let way = ask.on_failure.as_ref().or(flow.and_then(|flow| flow.on_failure.as_ref()));
    match way.and_then(|target| target.step) {
        Some(step) => Then::Out(Exit::Failure, Some(step)),
        None => failure::way_out(w),
    }
}

pub fn ask(w: &mut Working<'_>, ask: &Ask, asking: Asking) {
    let text = match asking {
        Asking::Again(failures) => w.reprompt(&ask.reprompts, failures),
        Asking::First => None,
    };
    let text = text.unwrap_or_else(|| w.text(&ask.prompt));
    prompts::put(w, PromptKind::Ask, &text);
}

/// Yes and no for a bool slot, the values for a choice slot, nothing otherwise.
pub fn options(w: &mut Working<'_>, ask: &Ask) -> Vec<PromptOption> {
    let kind = w.here().and_then(|(flow, _)| flow.slots.get(&ask.slot.value)).map(|slot| &slot.kind);
    match kind {
        Some(SlotKind::Bool) => prompts::yes_no(w),
        Some(SlotKind::Choice { options }) => options
            .iter()
            .enumerate()
            .map(|(place, value)| PromptOption {
                value: value.clone(),
                label: value.clone(),
                key: (place + 1).to_string(),
            })
            .collect(),
        _ => Vec::new(),
    }
}

pub fn hope(slot: &Slot) -> Hope {
    match prompts::keyed(&slot.kind) {
        Some(hope) => hope,
        None if slot.digits => Hope::Digits { max: 40, exact: false },
        None => Hope::Words,
    }
}

pub fn filled(w: &mut Working<'_>, ask: &Ask, value: SlotValue) -> Then {
    w.answered_with(Some(value.clone()));
    w.fill(&ask.slot.value, value);
    Then::next()
}
