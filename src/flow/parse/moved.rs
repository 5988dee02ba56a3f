//! `moved:` and `moved_from:`, what steps and flows were called before.

use super::node::Data;
use super::reader::{Entry, Reader};
use crate::flow::playbook::Moved;
use crate::flow::{FlowName, Target};
use crate::source::Placed;

/// `moved: { old_id: new_id }`.
pub fn steps(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<Moved> {
    let Data::Map(pairs) = &entry.value.data else {
        reader.wrong_shape(entry.value, "a map of old ids to new ones");
        return Vec::new();
    };
    reader.duplicates(pairs);
    let mut moved = Vec::new();
    for (key, value) in pairs {
        let Some(from) = reader.name(Entry { key, value: key }) else { continue };
        if let Some(to) = reader.name(Entry { key, value }) {
            moved.push(Moved { from, to: Target { name: to.value, at: to.at, step: None } });
        }
    }
    moved
}

/// `moved_from: NAME` or a list of names.
pub fn names(reader: &mut Reader<'_>, entry: Entry<'_>) -> Vec<Placed<FlowName>> {
    match &entry.value.data {
        Data::List(items) => {
            items.iter().filter_map(|value| reader.name(Entry { key: entry.key, value })).collect()
        }
        Data::Null | Data::Scalar { .. } | Data::Map(_) => reader.name(entry).into_iter().collect(),
    }
}
