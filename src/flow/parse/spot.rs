//! Finds the place in the file of a part of a text, across quotes, escapes and indentation.

use std::ops::Range;

use crate::source::Place;

/// The place of bytes `range` of `text`, which was read at `at` of `source`. The place of the whole where it cannot be
/// told.
pub fn inside(source: &str, at: &Place, text: &str, range: Range<usize>) -> Place {
    let Some(written) = source.get(at.offset..(at.offset + at.len).min(source.len())) else {
        return at.clone();
    };
    let Some(start) = aligned(written, text, range.start) else { return at.clone() };
    let before = &written[..start];
    let (line, column) = match before.rfind('\n') {
        None => (at.line, at.column + before.chars().count()),
        Some(end) => (at.line + before.matches('\n').count(), 1 + before[end + 1..].chars().count()),
    };
    let len = range.len().max(1).min(written.len() - start);
    Place { file: at.file.clone(), line, column, offset: at.offset + start, len }
}

/// The byte in `written` where byte `target` of `text` stands. What was read is found within what was written in
/// order; quotes, the backslashes of escapes and indentation are written more.
fn aligned(written: &str, text: &str, target: usize) -> Option<usize> {
    let mut rest = written.char_indices().peekable();
    for (at, c) in text.char_indices() {
        if c.is_whitespace() {
            continue;
        }
        let found = rest.by_ref().find(|(_, candidate)| *candidate == c)?;
        if at >= target {
            return Some(found.0);
        }
    }
    None
}
