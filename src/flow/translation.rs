//! Texts as translators see them: every text of flows, words and FAQ under a stable key, in the locales that it has;
//! what is missing or stale; and new texts put into the files where they stand.

pub mod edit;
pub mod lock;
pub mod report;

mod walk;

use std::collections::BTreeMap;
use std::ops::Range;

use super::Locale;
use crate::source::{Diagnostic, Place};

/// A text or a list of words in one locale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    List(Vec<String>),
}

impl Value {
    /// As one cell: the words of a list one a line.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::List(words) => words.join("\n"),
        }
    }

    /// What a cell says, in the shape of `like`. Blank lines are no words.
    pub fn read(cell: &str, like: &Self) -> Self {
        match like {
            Self::Text(_) => Self::Text(cell.to_owned()),
            Self::List(_) => {
                let words = cell.lines().map(str::trim).filter(|word| !word.is_empty());
                Self::List(words.map(str::to_owned).collect())
            }
        }
    }
}

/// Where in a file a unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Said or shown: each configured locale needs one.
    Text,
    /// Replaces a text on a call; where there is none the text stands in.
    Voice,
    /// Words that are understood; where there are none, nobody misses them.
    Words,
    /// Of an FAQ article, which may exist in fewer locales.
    Faq,
}

impl Part {
    /// Whether a locale without it lacks something.
    pub fn is_needed(self) -> bool {
        match self {
            Self::Text | Self::Faq => true,
            Self::Voice | Self::Words => false,
        }
    }
}

/// One text in all its locales.
#[derive(Debug, Clone)]
pub struct Unit {
    /// `support/topic/prompt`, `words/glad`, `faq/reset-password/answer`: of ids, not of lines.
    pub key: String,
    /// What it belongs to: a flow, the words, the FAQ. Its texts may have moved within.
    pub group: String,
    pub part: Part,
    /// The kind of step and the field, for people.
    pub context: String,
    pub at: Place,
    pub values: BTreeMap<Locale, Value>,
    /// Whether its texts are templates.
    pub template: bool,
    /// Where it stands in the tree: the way from the root to the value.
    pub(super) way: Vec<Way>,
}

/// A step of the way to a node: the value of a pair of a map, or an item of a list, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Pair(usize),
    Item(usize),
}

/// All units of one file: a flow, the words of the system, or FAQ articles. `default` is the locale of plain strings.
///
/// # Errors
/// `V001` where it is not YAML.
pub fn units(file: &str, text: &str, default: &str) -> Result<Vec<Unit>, Diagnostic> {
    let root = super::parse::node::read(&file.into(), text)?;
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    Ok(walk::units(&root, stem, default))
}

/// Replaces spans of a text, from the last to the first.
fn replaced(text: &str, mut changes: Vec<(Range<usize>, String)>) -> String {
    changes.sort_by_key(|(range, _)| std::cmp::Reverse((range.start, range.end)));
    let mut out = text.to_owned();
    for (range, new) in changes {
        out.replace_range(range, &new);
    }
    out
}

#[cfg(test)]
mod tests;
