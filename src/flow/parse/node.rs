//! A file as a tree in which every key and value knows its place, so that all problems can be told at once.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::source::{Diagnostic, Place};

/// Bytes that one file may have.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Levels that lists and maps may be nested.
pub(super) const MAX_DEPTH: usize = 40;
/// Keys and values of one file, those that aliases repeat included.
pub(super) const MAX_NODES: usize = 1_000_000;

/// A key or a value.
#[derive(Debug, Clone)]
pub struct Node {
    pub at: Place,
    pub data: Data,
}

#[derive(Debug, Clone)]
pub enum Data {
    /// Nothing, `~` or `null`.
    Null,
    /// As written, whatever YAML would make of it: `yes`, `007` and `1.0` stay so.
    Scalar {
        text: String,
        /// Without quotes and not as a block.
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Data {
    /// For messages: what this is.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Scalar { .. } => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Scalar { text, .. } => Some(text),
            Data::Null | Data::List(_) | Data::Map(_) => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// Whether this is a scalar without quotes.
    pub fn is_plain(&self) -> bool {
        matches!(self.data, Data::Scalar { plain: true, .. })
    }

    /// The value of a key; the first where a key stands twice.
    pub fn get(&self, name: &str) -> Option<&Node> {
        let Data::Map(pairs) = &self.data else { return None };
        pairs.iter().find(|(key, _)| key.text() == Some(name)).map(|(_, value)| value)
    }
}

/// Reads one YAML document.
///
/// # Errors
/// `V001` where it is not YAML, too large, too deep, or grows too large by its aliases.
pub fn read(file: &Arc<str>, text: &str) -> Result<Node, Diagnostic> {
    if text.len() > MAX_BYTES {
        let message = format!("this file has {} bytes; at most {MAX_BYTES} are read", text.len());
        return Err(
            Diagnostic::error("V001", Place::start_of(file), message).help("split it into several flows")
        );
    }
    super::plain::read(file, text).map_or_else(|| carefully(file, text), Ok)
}

/// Reads whatever YAML allows, within the limits, and tells what is wrong.
pub(super) fn carefully(file: &Arc<str>, text: &str) -> Result<Node, Diagnostic> {
    let raw: Spanned<Raw> = serde_saphyr::from_str_with_options(text, options())
        .map_err(|error| super::cut::syntax(file, text, &error))?;
    Ok(node(raw, file, text))
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 3 * MAX_NODES,
            max_documents: 1,
            max_recorded_anchor_events: 200_000,
        },
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::PassThrough,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 100_000,
            max_replay_stack_depth: 16,
        },
        strict_booleans: true,
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    }
}

/// What serde makes of a value, before its source is looked at.
enum Raw {
    Null,
    /// A number or a truth value: its source says how it was written.
    Typed,
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

fn node(raw: Spanned<Raw>, file: &Arc<str>, source: &str) -> Node {
    let at = place(&raw, file);
    let data = match raw.value {
        Raw::Null => Data::Null,
        Raw::Typed => Data::Scalar { text: slice(source, &at).trim().to_owned(), plain: true },
        Raw::Text(text) => Data::Scalar { text, plain: is_plain(slice(source, &at)) },
        Raw::List(items) => Data::List(items.into_iter().map(|item| node(item, file, source)).collect()),
        Raw::Map(pairs) => Data::Map(
            pairs
                .into_iter()
                .map(|(key, value)| (node(key, file, source), node(value, file, source)))
                .collect(),
        ),
    };
    Node { at, data }
}

fn place(raw: &Spanned<Raw>, file: &Arc<str>) -> Place {
    let location = raw.defined;
    let number = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    Place {
        file: file.clone(),
        line: number(location.line()),
        column: number(location.column()),
        offset: number(location.span().byte_offset().unwrap_or_default()),
        len: number(location.span().byte_len().unwrap_or_default()),
    }
}

/// Whether a scalar stands bare. The source of a block is its lines with the last line's end, without the `|`.
pub(super) fn is_plain(written: &str) -> bool {
    !written.starts_with(['"', '\'']) && !written.ends_with('\n')
}

pub(super) fn slice<'a>(source: &'a str, at: &Place) -> &'a str {
    source.get(at.offset..at.offset.saturating_add(at.len)).unwrap_or_default()
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Typed)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Raw, E> {
        Ok(Raw::Text(text))
    }

    fn visit_bytes<E: serde::de::Error>(self, _: &[u8]) -> Result<Raw, E> {
        Err(E::custom("binary data has no place in a flow"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut pairs = Vec::new();
        while let Some(key) = entries.next_key()? {
            let value = entries.next_value()?;
            pairs.push((key, value));
            if pairs.len() > MAX_NODES {
                return Err(A::Error::custom("too many keys"));
            }
        }
        Ok(Raw::Map(pairs))
    }
}
