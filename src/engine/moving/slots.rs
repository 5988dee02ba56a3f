//! Whether what a slot holds is a value of its type in another version.

use jiff::civil::Date;

use crate::engine::recognize::slot::{Reading, read};
use crate::flow::{Slot, SlotKind, SlotValue};

/// The value under the slot's type; `None` where it is none. What the passing of time made of a date is not asked.
pub fn held(slot: &Slot, value: &SlotValue) -> Option<SlotValue> {
    let reading = Reading {
        today: None,
        yes: &[],
        no: &[],
        days: [&[]; 3],
        months: &[],
        alphabet: crate::engine::recognize::spelled::Alphabet::default(),
        numerals: &[],
        group_mark: None,
        keyed: false,
        locale: "en",
    };
    match (&slot.kind, value) {
        (SlotKind::Bool, SlotValue::Bool(_)) => Some(value.clone()),
        (SlotKind::Bool, _) => None,
        (SlotKind::File, SlotValue::Text(_)) => Some(value.clone()),
        (SlotKind::File, _) => None,
        (SlotKind::Date { .. }, SlotValue::Text(text)) => text.parse::<Date>().ok().map(|_| value.clone()),
        (SlotKind::Date { .. }, _) => None,
        (_, SlotValue::Bool(_)) => None,
        // A number's text is its own in any locale: `1.5`.
        (SlotKind::Number { min, max, whole }, SlotValue::Number(number)) => {
            let fits = min.is_none_or(|min| *number >= min)
                && max.is_none_or(|max| *number <= max)
                && (!whole || number.fract() == 0.0);
            fits.then(|| value.clone())
        }
        (
            SlotKind::Text { .. }
            | SlotKind::Number { .. }
            | SlotKind::Email
            | SlotKind::Phone
            | SlotKind::Choice { .. }
            | SlotKind::Pattern { .. },
            _,
        ) => read(slot, &value.to_string(), &reading).ok(),
    }
}
