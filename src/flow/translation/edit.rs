//! Puts texts into a YAML file where they stand, and leaves every other byte as it is: comments, order and style.

pub(in crate::flow) mod spans;
mod style;

use std::collections::BTreeMap;
use std::ops::Range;

use self::spans::{item_range, list_range, value_range};
use super::{Unit, Value, Way, replaced, units};
use crate::flow::parse::node::{self, Data, Node};

/// A text for a locale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub key: String,
    pub locale: String,
    pub value: Value,
}

/// What came of some edits.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Applied {
    pub text: String,
    /// Keys of edits that were not made, each with the reason.
    pub refused: Vec<(String, String)>,
}

const BY_HAND: &str = "the text is written in a way that cannot be changed safely (an anchor, or lines of its own); \
                       change it by hand";

/// Makes the edits in a file. The result is read again and compared: where it says anything but what was meant, the edit is
/// refused. `default` is the locale of plain strings.
pub fn apply(file: &str, text: &str, default: &str, edits: &[Edit]) -> Applied {
    if let Some(text) = all(file, text, default, edits) {
        return Applied { text, refused: Vec::new() };
    }
    // One at a time, to find those that cannot be made.
    let mut applied = Applied { text: text.to_owned(), refused: Vec::new() };
    for edit in edits {
        match all(file, &applied.text, default, std::slice::from_ref(edit)) {
            Some(text) => applied.text = text,
            None => applied.refused.push((edit.key.clone(), reason(file, &applied.text, default, edit))),
        }
    }
    applied
}

fn reason(file: &str, text: &str, default: &str, edit: &Edit) -> String {
    let known = units(file, text, default).is_ok_and(|units| units.iter().any(|unit| unit.key == edit.key));
    if known { BY_HAND.to_owned() } else { format!("there is no text `{}` in {file}", edit.key) }
}

/// The text with all edits; `None` where one of them cannot be made.
fn all(file: &str, text: &str, default: &str, edits: &[Edit]) -> Option<String> {
    let mut root = node::read(&file.into(), text).ok()?;
    let units = units(file, text, default).ok()?;
    let by_key: BTreeMap<&str, &Unit> = units.iter().map(|unit| (unit.key.as_str(), unit)).collect();
    let mut changes = Vec::new();
    for edit in edits {
        let unit = by_key.get(edit.key.as_str())?;
        if unit.values.get(&edit.locale) != Some(&edit.value) {
            changes.push(change(text, &root, unit, edit, default)?);
        }
    }
    // From the last on, so that a place in the tree is still right when its turn comes.
    for edit in edits {
        let unit = by_key.get(edit.key.as_str())?;
        set(at_way(&mut root, &unit.way)?, edit, default);
    }
    let edited = replaced(text, changes);
    let read = node::read(&file.into(), &edited).ok()?;
    same(&read, &root).then_some(edited)
}

/// The bytes to replace, and by what.
fn change(
    text: &str,
    root: &Node,
    unit: &Unit,
    edit: &Edit,
    default: &str,
) -> Option<(Range<usize>, String)> {
    let (key, node) = at(root, &unit.way)?;
    let pairs = match &node.data {
        Data::Map(pairs) => pairs,
        Data::Scalar { .. } | Data::List(_) => return widen(text, key, node, unit, edit, default),
        Data::Null => return None,
    };
    let flow = text[node.at.offset..].starts_with('{');
    if let Some((key, old)) = pairs.iter().find(|(key, _)| key.text() == Some(&edit.locale)) {
        return replace(text, key, old, &edit.value, flow);
    }
    let (key, beside) = pairs.iter().rev().find(|(key, _)| key.text() != Some("voice"))?;
    if flow {
        let end = range(text, key, beside)?.end;
        let new = style::in_line(&edit.value, style::is_bare(text, beside));
        return Some((end..end, format!(", {}: {new}", edit.locale)));
    }
    let end = range(text, key, beside)?.end;
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let indent = key.at.column - 1;
    let new = style::beside(text, beside, &edit.value, indent)?;
    Some((line_end..line_end, format!("\n{}{}:{new}", " ".repeat(indent), edit.locale)))
}

/// Replaces the text of a locale that is there.
fn replace(text: &str, key: &Node, old: &Node, value: &Value, flow: bool) -> Option<(Range<usize>, String)> {
    let range = range(text, key, old)?;
    if flow {
        return Some((range, style::in_line(value, style::is_bare(text, old))));
    }
    let colon = after_colon(text, key)?;
    let new = style::beside(text, old, value, key.at.column - 1)?;
    Some((colon..range.end, new))
}

/// Makes a map of a plain string or list.
fn widen(
    text: &str,
    key: Option<&Node>,
    node: &Node,
    unit: &Unit,
    edit: &Edit,
    default: &str,
) -> Option<(Range<usize>, String)> {
    let range = match key {
        Some(key) => range(text, key, node)?,
        None => item_range(text, node)?,
    };
    if edit.locale == default {
        return Some((range, style::in_line(&edit.value, style::is_bare(text, node))));
    }
    let old = style::in_line(unit.values.get(default)?, false);
    let new = style::in_line(&edit.value, false);
    Some((range, format!("{{ {default}: {old}, {}: {new} }}", edit.locale)))
}

/// The bytes of a value, from its first sign to its last.
fn range(text: &str, key: &Node, value: &Node) -> Option<Range<usize>> {
    match &value.data {
        Data::List(items) if !text[value.at.offset..].starts_with('[') => list_range(text, items),
        Data::List(_) | Data::Scalar { .. } => value_range(text, key, value),
        Data::Map(_) | Data::Null => None,
    }
}

/// The byte after the colon of a key.
fn after_colon(text: &str, key: &Node) -> Option<usize> {
    let end = key.at.offset + key.at.len;
    let colon = text.get(end..)?.find(':')?;
    text[end..end + colon].trim().is_empty().then_some(end + colon + 1)
}

/// The node at the end of the way, with its key where it is the value of a pair.
fn at<'n>(root: &'n Node, way: &[Way]) -> Option<(Option<&'n Node>, &'n Node)> {
    let (mut key, mut node) = (None, root);
    for step in way {
        (key, node) = match (step, &node.data) {
            (Way::Pair(place), Data::Map(pairs)) => {
                pairs.get(*place).map(|(key, value)| (Some(key), value))?
            }
            (Way::Item(place), Data::List(items)) => (None, items.get(*place)?),
            _ => return None,
        };
    }
    Some((key, node))
}

fn at_way<'n>(root: &'n mut Node, way: &[Way]) -> Option<&'n mut Node> {
    let mut node = root;
    for step in way {
        node = match (step, &mut node.data) {
            (Way::Pair(place), Data::Map(pairs)) => &mut pairs.get_mut(*place)?.1,
            (Way::Item(place), Data::List(items)) => items.get_mut(*place)?,
            _ => return None,
        };
    }
    Some(node)
}

/// What the tree is to say after the edit. A new locale comes last but for `voice`, which the comparison does not mind.
fn set(node: &mut Node, edit: &Edit, default: &str) {
    let place = node.at.clone();
    let scalar =
        |text: &str| Node { at: place.clone(), data: Data::Scalar { text: text.to_owned(), plain: false } };
    let new = match &edit.value {
        Value::Text(text) => scalar(text),
        Value::List(words) => {
            Node { at: place.clone(), data: Data::List(words.iter().map(|word| scalar(word)).collect()) }
        }
    };
    if let Data::Map(pairs) = &mut node.data {
        match pairs.iter_mut().find(|(key, _)| key.text() == Some(&edit.locale)) {
            Some((_, old)) => *old = new,
            None => pairs.push((scalar(&edit.locale), new)),
        }
    } else if edit.locale == default {
        node.data = new.data;
    } else {
        let old = Node { at: place.clone(), data: node.data.clone() };
        node.data = Data::Map(vec![(scalar(default), old), (scalar(&edit.locale), new)]);
    }
}

/// Whether two trees say the same, the order of keys and white space around texts apart.
fn same(left: &Node, right: &Node) -> bool {
    match (&left.data, &right.data) {
        (Data::Null, Data::Null) => true,
        (Data::Scalar { text: left, .. }, Data::Scalar { text: right, .. }) => left.trim() == right.trim(),
        (Data::List(left), Data::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Data::Map(left), Data::Map(right)) => {
            let found = |(key, value): &(Node, Node)| {
                right.iter().any(|(other, to)| other.text() == key.text() && same(value, to))
            };
            left.len() == right.len() && left.iter().all(found)
        }
        _ => false,
    }
}
