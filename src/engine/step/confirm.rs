//! `confirm`

use crate::conversation::{PromptKind, Wait, WaitKind};
use crate::engine::prompts::{self, Asking};
use crate::engine::working::Working;
use crate::flow::SlotValue;
use crate::flow::graph::Exit;
use crate::flow::step::Confirm;

use super::Then;

pub fn enter(w: &mut Working<'_>, confirm: &Confirm) -> Then {
    if let Some(slot) = &confirm.slot
        && let Some(SlotValue::Bool(yes)) = w.take_ahead(&slot.value)
    {
        return then(confirm, yes);
    }
    w.wait(Wait { kind: WaitKind::Step, failures: 0 });
    Then::Wait
}

pub fn ask(w: &mut Working<'_>, confirm: &Confirm, asking: Asking) {
    let text = match asking {
        Asking::Again(failures) => w.reprompt(&confirm.reprompts, failures),
        Asking::First => None,
    };
    let text = text.unwrap_or_else(|| w.text(&confirm.prompt));
    prompts::put(w, PromptKind::Confirm, &text);
}

pub fn said(w: &mut Working<'_>, confirm: &Confirm, yes: bool) -> Then {
    w.answered_with(Some(SlotValue::Bool(yes)));
    if let Some(slot) = &confirm.slot {
        w.fill(&slot.value, SlotValue::Bool(yes));
    }
    then(confirm, yes)
}

fn then(confirm: &Confirm, yes: bool) -> Then {
    match yes {
        true => Then::by(Exit::Yes, confirm.yes.as_ref()),
        false => Then::by(Exit::No, confirm.no.as_ref()),
    }
}
