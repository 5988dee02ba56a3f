//! `set`

use crate::engine::recognize::number;
use crate::engine::working::Working;
use crate::flow::step::Set;
use crate::flow::{SlotKind, SlotValue};

use super::Then;

pub fn enter(w: &mut Working<'_>, set: &Set) -> Then {
    for (name, template) in &set.assignments {
        let text = w.render_plain(template);
        let kind = w.here().and_then(|(flow, _)| flow.slots.get(&name.value)).map(|slot| &slot.kind);
        match typed(&text, kind) {
            Some(value) => w.fill(&name.value, value),
            None => {
                let place = format!("{}:{}", template.at.file, template.at.line);
                w.fault(&place, &format!("`{text}` is no value for the slot {}", name.value));
                // A slot that is set is filled whatever was computed, so that what reads it can.
                w.fill(&name.value, SlotValue::Text(text));
            }
        }
    }
    Then::next()
}

fn typed(text: &str, kind: Option<&SlotKind>) -> Option<SlotValue> {
    match kind {
        Some(SlotKind::Bool) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "1" => Some(SlotValue::Bool(true)),
            "false" | "no" | "0" | "" | "none" => Some(SlotValue::Bool(false)),
            _ => None,
        },
        Some(SlotKind::Number { .. }) => number::plain(text).map(SlotValue::Number),
        Some(SlotKind::Choice { options }) => {
            options.iter().find(|option| *option == text.trim()).map(|option| SlotValue::Text(option.clone()))
        }
        _ => Some(SlotValue::Text(text.to_owned())),
    }
}
