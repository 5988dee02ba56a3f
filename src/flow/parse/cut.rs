//! Files that are no YAML, and texts that YAML cut short because they stand without quotes.

use std::sync::Arc;

use super::node::{Data, Node};
use crate::source::{Diagnostic, Place};

const QUOTE: &str = "put the text in quotes: in a one-line map, `,` `#` `:` and `?` mean something to YAML";

/// The finding for a file that YAML cannot read.
pub fn syntax(file: &Arc<str>, text: &str, error: &serde_saphyr::Error) -> Diagnostic {
    let (line, column) = error.location().map_or((1, 1), |location| (location.line(), location.column()));
    let line = usize::try_from(line).unwrap_or(1).max(1);
    let mut column = usize::try_from(column).unwrap_or(1).max(1);
    if let Some(tab) = indented_by_tab(text, line) {
        column = tab;
    }
    let at = place_of(file, text, line, column);
    if let Some(cut) = cut_by_comment(file, text, line) {
        return cut;
    }
    let message = reason(&error.to_string());
    let help = advice(text, line, &message);
    let found = Diagnostic::error("V001", at, format!("this is not readable as YAML: {message}"));
    match help {
        Some(help) => found.help(help),
        None => found,
    }
}

/// What the reader of YAML says, without the place (it stands beside) and in our words where it speaks of limits.
fn reason(error: &str) -> String {
    let error = error.split(" at line ").next().unwrap_or(error);
    let limits = [
        ("Documents", "a file holds one document, and a second begins here"),
        ("recursion limit", "lists and maps are nested too deep"),
        ("Depth", "lists and maps are nested too deep"),
        ("alias", "aliases (`*name`) repeat too much, or name no anchor"),
        ("Alias", "aliases (`*name`) repeat too much"),
        ("recorded anchor", "aliases (`*name`) repeat too much"),
        ("budget breached", "it is too large"),
    ];
    let limit = limits.iter().find(|(word, _)| error.contains(word));
    limit.map_or_else(|| error.to_owned(), |(_, ours)| (*ours).to_owned())
}

fn advice(text: &str, line: usize, message: &str) -> Option<String> {
    let row = text.lines().nth(line - 1).unwrap_or_default();
    if indented_by_tab(text, line).is_some() || message.contains("tab") {
        return Some("indent with spaces; YAML allows no tabs there".to_owned());
    }
    if message.contains("document") || message.contains("alias") || message.contains("nested") {
        return None;
    }
    let bare = row.contains(": ") && !row.trim_end().ends_with(['"', '\'']);
    bare.then(|| QUOTE.to_owned())
}

/// The column of a tab before the first word of a line.
fn indented_by_tab(text: &str, line: usize) -> Option<usize> {
    let row = text.lines().nth(line - 1)?;
    let indent = row.len() - row.trim_start().len();
    row[..indent].find('\t').map(|at| at + 1)
}

/// A ` #` in a one-line map or list begins a comment and hides the closing bracket, so that YAML stumbles only
/// later. The finding belongs where the comment begins.
fn cut_by_comment(file: &Arc<str>, text: &str, error_line: usize) -> Option<Diagnostic> {
    let rows: Vec<&str> = text.lines().take(error_line).collect();
    let near = rows.len().saturating_sub(4);
    for (index, row) in rows.iter().enumerate().skip(near).rev() {
        let Some(at) = comment_start(row) else { continue };
        let hidden = &row[at..];
        if open_brackets(&row[..at]) > 0 && hidden.contains(['}', ']']) {
            let place = place_of(file, text, index + 1, row[..at].chars().count() + 1);
            return Some(cut(place, "this text is cut here: ` #` begins a comment".to_owned()));
        }
    }
    None
}

/// The byte where a comment begins in a row, outside quotes.
fn comment_start(row: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in row.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            None if (c == '"' || c == '\'') && !before.is_alphanumeric() => quote = Some(c),
            None if c == '#' && before.is_whitespace() => return Some(at),
            Some(_) | None => {}
        }
        before = c;
    }
    None
}

fn open_brackets(row: &str) -> i32 {
    row.chars().fold(0, |open, c| match c {
        '{' | '[' => open + 1,
        '}' | ']' => open - 1,
        _ => open,
    })
}

fn place_of(file: &Arc<str>, text: &str, line: usize, column: usize) -> Place {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let row = text[start..].lines().next().unwrap_or_default();
    let offset = start + row.char_indices().nth(column - 1).map_or(row.len(), |(at, _)| at);
    let len = text[offset..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
    Place { file: file.clone(), line, column, offset, len }
}

/// The finding for a text that ends where its author did not mean it to.
fn cut(at: Place, message: String) -> Diagnostic {
    Diagnostic::error("V008", at, message).help(QUOTE)
}

/// `{ en: Hello, world }` leaves a key `world` without a value behind. `before` is the value that precedes the key.
pub fn by_comma(key: &Node, value: &Node, before: Option<&Node>) -> Option<Diagnostic> {
    let bare = value.is_null() && value.at.len == 0 && key.is_plain();
    if !bare || !before.is_some_and(|before| before.is_plain()) {
        return None;
    }
    let rest = key.text().unwrap_or_default();
    Some(cut(key.at.clone(), format!("the text before was cut at the comma, and `{rest}` is left over")))
}

/// A bare text that a comment ends: `say: Room #3`.
pub fn by_comment(node: &Node, source: &str) -> Option<Diagnostic> {
    if !node.is_plain() {
        return None;
    }
    let end = node.at.offset + node.at.len;
    let rest = source.get(end..)?.lines().next()?;
    let comment = rest.trim_start();
    if !comment.starts_with('#') || comment.len() == rest.len() {
        return None;
    }
    let skipped = rest.len() - comment.len();
    let at = Place {
        column: node.at.column + source[node.at.offset..end].chars().count() + skipped,
        offset: end + skipped,
        len: 1,
        ..node.at.clone()
    };
    let sure = !comment[1..].starts_with(char::is_whitespace);
    let message = "the text ends here: ` #` begins a comment";
    let found = if sure { cut(at, message.to_owned()) } else { Diagnostic::warning("V008", at, message) };
    Some(found.help("put the text in quotes, or the comment on a line of its own"))
}

/// `prompt: {{ slots.name }}` without quotes is a map to YAML.
pub fn by_braces(node: &Node) -> Option<Diagnostic> {
    let Data::Map(pairs) = &node.data else { return None };
    let (key, _) = pairs.first()?;
    let nested = matches!(key.data, Data::Map(_) | Data::List(_));
    let message = "a text that begins with `{{` needs quotes";
    nested.then(|| cut(node.at.clone(), message.to_owned()).help("write \"{{ … }}\""))
}
