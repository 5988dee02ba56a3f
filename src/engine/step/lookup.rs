//! `lookup`

use serde_json::Value;

use crate::engine::working::Working;
use crate::flow::graph::Exit;
use crate::flow::step::Lookup;
use crate::flow::{SlotName, SlotValue};

use super::Then;

pub fn enter(w: &mut Working<'_>, lookup: &Lookup) -> Then {
    match found(w, lookup) {
        Some(values) => {
            values.into_iter().for_each(|(slot, value)| w.fill(&slot, value));
            Then::next()
        }
        None => {
            let flow = w.here().map(|(flow, _)| flow);
            let way = lookup.on_missing.as_ref().or(flow.and_then(|flow| flow.on_error.as_ref()));
            Then::by(Exit::Missing, way)
        }
    }
}

/// The values of the first row that fits, all or none.
fn found(w: &mut Working<'_>, lookup: &Lookup) -> Option<Vec<(SlotName, SlotValue)>> {
    let table = w.playbook.tables.get(&lookup.table.value)?;
    let mut wanted = Vec::new();
    for (column, value) in &lookup.r#where {
        wanted.push((table.column(&column.value)?, w.render_plain(value)));
    }
    let row = table.find(&wanted)?;
    let mut values = Vec::new();
    for (slot, column) in &lookup.into {
        let cell = table.cell(row, table.column(&column.value)?);
        let slot_here = w.here().and_then(|(flow, _)| flow.slots.get(&slot.value));
        let Some(value) = slot_here.and_then(|slot| slot.given(&Value::String(cell.to_owned()))) else {
            let place = format!("{}:{}", table.file, table.line(row));
            w.fault(&place, &format!("`{}` is no value for the slot {}", column.value, slot.value));
            return None;
        };
        values.push((slot.value.clone(), value));
    }
    Some(values)
}
