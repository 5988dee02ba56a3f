//! Where the source of a value begins and ends.

use std::ops::Range;

use crate::flow::parse::node::Node;

/// The value of a pair, quotes and block signs included. `None` for anchors, aliases and tags, and where the source is not
/// what was expected.
pub(in crate::flow) fn value_range(text: &str, key: &Node, value: &Node) -> Option<Range<usize>> {
    let colon = super::after_colon(text, key)?;
    let start = colon + gap(&text[colon..]);
    if text[start..].starts_with(['|', '>']) {
        return Some(start..block_end(text, start, key.at.column - 1));
    }
    plain_or_quoted(text, start, value)
}

/// An item of a list; not one that is a block.
pub(super) fn item_range(text: &str, item: &Node) -> Option<Range<usize>> {
    plain_or_quoted(text, item.at.offset, item)
}

/// A block list: from its first dash to the end of its last item.
pub(in crate::flow) fn list_range(text: &str, items: &[Node]) -> Option<Range<usize>> {
    let first = items.first()?.at.offset;
    let dash = text[..first].rfind('-')?;
    text[dash + 1..first].trim().is_empty().then_some(())?;
    Some(dash..item_range(text, items.last()?)?.end)
}

fn plain_or_quoted(text: &str, start: usize, value: &Node) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    match rest.chars().next()? {
        '&' | '*' | '!' | '|' | '>' => None,
        quote @ ('"' | '\'') => Some(start..start + closing_quote(rest, quote)?),
        '[' => Some(start..start + closing_bracket(rest)?),
        _ => {
            let end = value.at.offset + value.at.len;
            let source = text.get(start..end)?;
            (value.at.offset == start).then(|| start..start + source.trim_end().len())
        }
    }
}

/// White space and line ends before a value.
fn gap(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// The byte after the quote that closes.
fn closing_quote(text: &str, quote: char) -> Option<usize> {
    let mut signs = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = signs.next() {
        if c == '\\' && quote == '"' {
            signs.next();
        } else if c == quote {
            // In single quotes two of them stand for one.
            if quote == '\'' && signs.peek().is_some_and(|(_, next)| *next == '\'') {
                signs.next();
                continue;
            }
            return Some(at + 1);
        }
    }
    None
}

/// The byte after the bracket that closes a list in one piece.
fn closing_bracket(text: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    let mut before = ' ';
    while let Some(c) = text[at..].chars().next() {
        let opens_text = matches!(before, '[' | '{' | ',' | ' ' | '\n');
        match c {
            '"' | '\'' if opens_text => {
                at += closing_quote(&text[at..], c)?;
                before = c;
                continue;
            }
            '#' if before.is_whitespace() => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            '[' | '{' => depth += 1,
            ']' | '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        before = c;
        at += c.len_utf8();
    }
    None
}

/// The end of a block text: after its last line that is indented deeper than its key.
fn block_end(text: &str, start: usize, indent: usize) -> usize {
    let header = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let (mut end, mut at) = (header, header);
    while at < text.len() {
        let line_start = at + 1;
        let line_end =
            text.get(line_start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |to| line_start + to);
        let line = text.get(line_start..line_end).unwrap_or_default();
        let depth = line.len() - line.trim_start_matches(' ').len();
        if !line.trim().is_empty() {
            if depth <= indent {
                break;
            }
            end = line_start + line.trim_end_matches('\r').len();
        }
        at = line_end;
    }
    end
}
