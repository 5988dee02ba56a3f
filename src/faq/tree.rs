//! YAML as a tree of placed values, so that all that is wrong in a file is found in one run.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, Options, Spanned};

use crate::source::Place;

pub(super) struct Node {
    pub kind: Kind,
    pub at: Location,
}

pub(super) enum Kind {
    Null,
    /// Text as it was written, whatever YAML would make of it.
    Text(String),
    /// A number, a truth value: its text is in the source.
    Plain(String),
    List(Vec<Node>),
    /// In order, repeated keys too.
    Map(Vec<(Node, Node)>),
}

/// Reads a whole text. The error has its place.
pub(super) fn parse(file: &Arc<str>, text: &str) -> Result<Node, (Place, String)> {
    let mut options = Options::default();
    options.duplicate_keys = DuplicateKeyPolicy::PassThrough;
    options.with_snippet = false;
    options.leading_zero_numbers_as_strings = true;
    serde_saphyr::from_str_with_options::<Node>(text, options).map_err(|error| {
        let at = error.location().map_or_else(|| Place::start_of(file), |at| place(file, text, at));
        (at, error.without_snippet().to_string())
    })
}

/// Where a location is. Its line is known; to count lines anew for each place would take long in a large file.
pub(super) fn place(file: &Arc<str>, text: &str, at: Location) -> Place {
    let size = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    let offset = at.span().byte_offset().map_or(0, |offset| size(offset).min(text.len()));
    Place {
        file: file.clone(),
        line: size(at.line()).max(1),
        column: size(at.column()).max(1),
        offset,
        len: at.span().byte_len().map_or(0, size).min(text.len() - offset),
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::<Kind>::deserialize(deserializer)
            .map(|spanned| Self { kind: spanned.value, at: spanned.referenced })
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_none<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        Kind::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Kind, E> {
        Ok(Kind::Plain(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Kind, E> {
        Ok(Kind::Plain(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Kind, E> {
        Ok(Kind::Plain(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Kind, E> {
        Ok(Kind::Plain(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Kind, E> {
        Ok(Kind::Plain(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Kind, E> {
        Ok(Kind::Plain(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Kind, E> {
        Ok(Kind::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Kind, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Kind::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Kind, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Kind::Map(map))
    }
}
