//! A value as it is said back: by its label, masked where it is sensitive, digits in groups on a call.

use crate::flow::step::Choose;
use crate::flow::{Flow, Kind, SlotKind, SlotValue, Step};

use super::working::{Working, masked};

/// "Postcode: 20121" or just the value; `None` where nothing may be said of it.
pub(super) fn shown(w: &mut Working<'_>, flow: &Flow, step: &Step, value: &SlotValue) -> Option<String> {
    let slot = slot_of(step).and_then(|name| flow.slots.get(name));
    let text = match &step.kind {
        Kind::Choose(choose) => label(w, choose, &value.to_string()),
        _ => match (value, slot) {
            (SlotValue::Bool(yes), _) => w.words(if *yes { "yes" } else { "no" }, &[]),
            (_, Some(slot)) if slot.sensitive && w.voice() => String::new(),
            (_, Some(slot)) if slot.sensitive => masked(value).to_string(),
            (_, Some(slot)) => spoken(value, w.voice() && (slot.digits || is_digits(&slot.kind))),
            (_, None) => value.to_string(),
        },
    };
    let name = slot.and_then(|slot| slot.label.as_ref()).map(|label| w.text(label)).unwrap_or_default();
    match (name.trim(), text.trim()) {
        ("", "") => None,
        ("", text) => Some(text.to_owned()),
        (name, "") => Some(name.to_owned()),
        (name, text) => Some(format!("{name}: {text}")),
    }
}

/// The slot that a step asks for.
pub(super) fn slot_of(step: &Step) -> Option<&String> {
    match &step.kind {
        Kind::Choose(choose) => choose.slot.as_ref().map(|slot| &slot.value),
        Kind::Ask(ask) => Some(&ask.slot.value),
        Kind::Confirm(confirm) => confirm.slot.as_ref().map(|slot| &slot.value),
        _ => None,
    }
}

fn label(w: &mut Working<'_>, choose: &Choose, value: &str) -> String {
    let option = choose.options.iter().find(|option| option.value == value);
    option.map(|option| w.text(&option.label)).unwrap_or_else(|| value.to_owned())
}

fn is_digits(kind: &SlotKind) -> bool {
    matches!(kind, SlotKind::Pattern { .. } | SlotKind::Phone)
}

/// Digits are spoken in groups of three: "204 417".
fn spoken(value: &SlotValue, grouped: bool) -> String {
    let text = value.to_string();
    let digits = text.len() > 3 && text.chars().all(|c| c.is_ascii_digit());
    if grouped && digits { crate::conversation::code::grouped(&text) } else { text }
}
