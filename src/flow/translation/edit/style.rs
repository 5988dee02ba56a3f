//! How a new text is written: in the style of the one beside it.

use super::super::Value;
use super::spans::list_range;
use crate::flow::parse::node::{Data, Node};

/// Columns that a folded text fills.
const WIDTH: usize = 120;

/// Whether the value, or the first of its words, stands without quotes.
pub(super) fn is_bare(text: &str, node: &Node) -> bool {
    match &node.data {
        Data::Scalar { .. } => !text[node.at.offset..].starts_with(['"', '\'']),
        Data::List(items) => items.first().is_none_or(|item| is_bare(text, item)),
        Data::Null | Data::Map(_) => false,
    }
}

/// A value on one line: `"text"`, `[word, "two words"]`.
pub(super) fn in_line(value: &Value, bare: bool) -> String {
    match value {
        Value::Text(text) => scalar(text, bare),
        Value::List(words) => {
            let words: Vec<String> = words.iter().map(|word| scalar(word, bare)).collect();
            format!("[{}]", words.join(", "))
        }
    }
}

/// What follows the colon of a key that stands `indent` columns in, in the style of the value `like`.
pub(super) fn beside(text: &str, like: &Node, value: &Value, indent: usize) -> Option<String> {
    match (value, &like.data) {
        (Value::Text(new), _) if is_block(text, like) => Some(block(new, indent)),
        (Value::List(words), Data::List(items)) if !text[like.at.offset..].starts_with('[') => {
            let dash = list_range(text, items)?.start;
            let line = text[..dash].rfind('\n').map_or(0, |at| at + 1);
            let bare = is_bare(text, like);
            let lines = words.iter().map(|word| format!("\n{}- {}", &text[line..dash], item(word, bare)));
            Some(lines.collect())
        }
        _ => Some(format!(" {}", in_line(value, is_bare(text, like)))),
    }
}

/// Whether a text is written as a block: its source is lines, the sign `|` or `>` before it.
fn is_block(text: &str, node: &Node) -> bool {
    let before = text[..node.at.offset].trim_end();
    let sign = before.rsplit([':', '\n']).next().unwrap_or_default().trim();
    let source = text.get(node.at.offset..node.at.offset + node.at.len).unwrap_or_default();
    let quoted = source.starts_with(['"', '\'']);
    matches!(node.data, Data::Scalar { .. })
        && !quoted
        && (sign.starts_with(['|', '>']) || source.starts_with(['|', '>']))
}

/// A folded text, or in quotes where folding would change it.
fn block(text: &str, indent: usize) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    if words.iter().any(|word| word.is_empty() || word.contains(char::is_whitespace)) {
        return format!(" {}", quoted(text));
    }
    let margin = " ".repeat(indent + 2);
    let mut out = String::from(" >-");
    let mut used = usize::MAX;
    for word in words {
        let length = word.chars().count();
        if used == usize::MAX || used + 1 + length > WIDTH {
            out.push('\n');
            out.push_str(&margin);
            used = margin.len() + length;
        } else {
            out.push(' ');
            used += 1 + length;
        }
        out.push_str(word);
    }
    out
}

fn scalar(text: &str, bare: bool) -> String {
    if bare && is_safe(text) { text.to_owned() } else { quoted(text) }
}

/// An item of a block list may hold commas and question marks bare.
fn item(text: &str, bare: bool) -> String {
    let spare: String = text.chars().filter(|c| !matches!(c, ',' | '?' | '!' | '.' | '(' | ')')).collect();
    let starts = text.starts_with(|c: char| c.is_alphanumeric());
    if bare && starts && is_safe(&spare) && text.trim() == text { text.to_owned() } else { quoted(text) }
}

/// Whether a text means itself without quotes, in a line of YAML too.
fn is_safe(text: &str) -> bool {
    let letters = text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '\'' | '’'));
    let starts = text.starts_with(char::is_alphabetic);
    let word = matches!(
        text.to_lowercase().as_str(),
        "yes" | "no" | "on" | "off" | "true" | "false" | "null" | "y" | "n" | "inf" | "nan"
    );
    letters && starts && !word && text.trim_end() == text
}

/// In double quotes, with what they need escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}') => {
                out.push_str(&format!("\\u{:04X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
