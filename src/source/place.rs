//! Where in an operator's file something stands.

use std::sync::Arc;

/// A position in a source file: lines and columns count from 1 (columns in characters), `offset` and `len` in bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    pub file: Arc<str>,
    pub line: usize,
    pub column: usize,
    pub offset: usize,
    pub len: usize,
}

impl Place {
    /// The beginning of a file, for what concerns the file as a whole.
    pub fn start_of(file: &str) -> Self {
        Self { file: file.into(), line: 1, column: 1, offset: 0, len: 0 }
    }

    /// The place of byte `offset` in `text`.
    pub fn at(file: &Arc<str>, text: &str, offset: usize, len: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            file: file.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            offset,
            len,
        }
    }
}

/// A value with the place it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    pub value: T,
    pub at: Place,
}

impl<T> Placed<T> {
    pub fn new(value: T, at: Place) -> Self {
        Self { value, at }
    }
}
