//! Takes a key with its value, or an entry of a list, out of YAML text, so that YAML remains.

use std::ops::Range;

use crate::flow::parse::node::Node;

/// The bytes of the `index`-th pair of a map. `None` where the map would be left empty or the value ends nobody knows
/// where.
pub fn pair(source: &str, pairs: &[(Node, Node)], index: usize) -> Option<Range<usize>> {
    let (key, value) = pairs.get(index)?;
    if pairs.len() < 2 {
        return None;
    }
    let lines: Vec<usize> = pairs.iter().map(|(key, _)| key.at.line).collect();
    let alone = lines.iter().filter(|line| **line == key.at.line).count() == 1;
    let next = pairs.get(index + 1).map(|(key, _)| key);
    let start = key.at.offset;
    if alone && opens(source, start) {
        // A block: whole lines. The first key of a list's entry shares its line with the dash, which stays.
        return match next {
            Some(next) => Some(start..next.at.offset),
            None => Some(line_start(source, start)..block_end(source, line_start(source, start))),
        };
    }
    if let Some(next) = next {
        return Some(start..next.at.offset);
    }
    let (_, before) = pairs.get(index.checked_sub(1)?)?;
    let from = flow_end(source, before)?;
    Some(from..flow_end(source, value)?)
}

/// The bytes of an entry of a block list, its dash and comments between it and the next among them.
pub fn entry(source: &str, items: &[Node], index: usize) -> Option<Range<usize>> {
    let item = items.get(index)?;
    if items.len() < 2 || !dash_before(source, item.at.offset) {
        return None;
    }
    let from = line_start(source, item.at.offset);
    let to = match items.get(index + 1) {
        Some(next) => line_start(source, next.at.offset),
        None => block_end(source, from),
    };
    Some(from..to)
}

pub fn line_start(source: &str, at: usize) -> usize {
    source[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Whether only spaces and dashes stand before a place in its line.
fn opens(source: &str, at: usize) -> bool {
    source[line_start(source, at)..at].chars().all(|c| matches!(c, ' ' | '-'))
}

fn dash_before(source: &str, at: usize) -> bool {
    source[line_start(source, at)..at].trim() == "-"
}

/// The end of the block that begins on a line: the next line that is indented as much or less.
fn block_end(source: &str, from: usize) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut end = from;
    let mut own = None;
    for line in source[from..].split_inclusive('\n') {
        let blank = line.trim().is_empty();
        match own {
            None => own = Some(indent(line)),
            Some(own) if !blank && indent(line) <= own => break,
            Some(_) => {}
        }
        end += line.len();
    }
    end
}

/// The end of a value in a one-line map: a scalar's own, or that of its brackets.
fn flow_end(source: &str, value: &Node) -> Option<usize> {
    let start = value.at.offset;
    let rest = source.get(start..)?;
    if !rest.starts_with(['{', '[']) {
        let written = rest.get(..value.at.len)?;
        return Some(start + written.trim_end().len());
    }
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"') => quote = Some('"'),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(start + at + 1);
                }
            }
            (None, _) => {}
        }
    }
    None
}
