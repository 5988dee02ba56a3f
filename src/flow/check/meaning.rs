//! What a step means to those who stand at it, as one text: steps of two versions mean the same where the texts are
//! the same. Places, the ways on and ids are no part of it.

use std::fmt::Write;

use super::texts;
use crate::flow::step::{Kind, Step};
use crate::flow::{Flow, SlotName};

/// The kind, what it evaluates and says, the slot that it fills with its type, and the options.
pub fn meaning(flow: &Flow, step: &Step) -> String {
    let mut all = step.kind.word().to_owned();
    for expr in texts::of(step) {
        all.push('\u{1f}');
        all.push_str(expr.source());
    }
    let mut slot = |name: &SlotName| {
        // Writing to a text cannot fail.
        let _ = match flow.slots.get(name) {
            Some(slot) => write!(all, "\u{1e}{name}: {:?} {} {}", slot.kind, slot.digits, slot.sensitive),
            None => write!(all, "\u{1e}{name}"),
        };
    };
    match &step.kind {
        Kind::Ask(ask) => slot(&ask.slot.value),
        Kind::Choose(choose) => {
            choose.slot.iter().for_each(|name| slot(&name.value));
            for option in &choose.options {
                let _ = write!(all, "\u{1e}{} {}", option.value, option.key);
            }
        }
        Kind::Confirm(confirm) => confirm.slot.iter().for_each(|name| slot(&name.value)),
        Kind::Call(call) => {
            let _ = write!(all, "\u{1e}{}", call.flow.value);
        }
        Kind::Faq(faq) => {
            let _ = write!(all, "\u{1e}{} {} {}", faq.max, faq.lists(false), faq.lists(true));
        }
        Kind::Survey(survey) => {
            let _ = write!(all, "\u{1e}{}", survey.ask.word());
        }
        Kind::Handoff(handoff) => {
            let _ = write!(all, "\u{1e}{:?}", handoff.queue.as_ref().map(|queue| &queue.value));
        }
        Kind::Say(_)
        | Kind::Set(_)
        | Kind::Branch(_)
        | Kind::Ticket(_)
        | Kind::Status(_)
        | Kind::Http(_)
        | Kind::Lookup(_)
        | Kind::Wait(_)
        | Kind::Watch(_)
        | Kind::Connect(_)
        | Kind::Voicemail(_)
        | Kind::End(_) => {}
    }
    all
}
