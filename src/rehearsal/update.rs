//! Rewrites what a test expects as it is now: by the place of each value in the file, so that comments, order and
//! everything else stay as they are.

use super::script::{ChannelKind, Pattern, Wanted, What};
use super::stage::Message;
use crate::source::Place;

/// A value of a test file, and what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub at: Place,
    pub kind: ChannelKind,
    /// What may stand there, best first.
    pub texts: Vec<String>,
}

/// The message that a `bot:` line should name, of those that were said from where it looked.
pub(super) fn bot(wanted: &Wanted, said: &[Message], kind: ChannelKind) -> Option<Edit> {
    let want = wanted.pattern.source().to_lowercase();
    let near =
        |message: &Message| strsim::normalized_damerau_levenshtein(&want, &message.masked.to_lowercase());
    let best = said.iter().max_by(|left, right| near(left).total_cmp(&near(right)))?;
    let mut texts = vec![best.masked.clone()];
    if !matches!(wanted.pattern, Pattern::Whole(_)) {
        texts.extend(sentences(&best.masked));
    }
    Some(Edit { at: wanted.at.clone(), kind, texts })
}

pub(super) fn value(wanted: &Wanted, what: &What, actual: &str, kind: ChannelKind) -> Option<Edit> {
    let text = match what {
        // A code is no use to a reader, and changes with the test's name.
        What::Ticket if actual != "none" => "any",
        _ => actual,
    };
    Some(Edit { at: wanted.at.clone(), kind, texts: vec![text.to_owned()] })
}

fn sentences(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text
        .split_inclusive(['.', '?', '!', '\n'])
        .map(|sentence| sentence.trim().to_owned())
        .filter(|sentence| sentence.chars().count() > 3)
        .collect();
    found.sort_by_key(|sentence| std::cmp::Reverse(sentence.chars().count()));
    found
}

/// The file with the edits made. A value that both kinds of channel read gets a text that both say, where there is one;
/// else the text of the first, and a `chat:` or `voice:` beside it for the other.
pub fn rewritten(source: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.at.offset, edit.kind));
    let mut out = source.to_owned();
    // From the end, so that the places before stay right.
    while let Some(last) = edits.pop() {
        let first = edits.pop_if(|other| other.at.offset == last.at.offset);
        let written = source.get(last.at.offset..last.at.offset + last.at.len).unwrap_or_default();
        let range = last.at.offset..last.at.offset + written.trim_end().len();
        match first {
            None => replace(&mut out, range, &scalar(last.texts.first(), written)),
            Some(first) => match common(&first, &last) {
                Some(text) => replace(&mut out, range, &scalar(Some(text), written)),
                None => {
                    if let Some(at) = beside(source, &last.at) {
                        let line =
                            format!("{}{}: {}\n", at.1, last.kind.word(), scalar(last.texts.first(), ""));
                        out.insert_str(at.0, &line);
                    }
                    replace(&mut out, range, &scalar(first.texts.first(), written));
                }
            },
        }
    }
    out
}

fn replace(out: &mut String, range: std::ops::Range<usize>, text: &str) {
    if out.is_char_boundary(range.start) && out.is_char_boundary(range.end) {
        out.replace_range(range, text);
    }
}

fn common<'e>(first: &'e Edit, second: &'e Edit) -> Option<&'e String> {
    let within = |text: &&String| second.texts.iter().any(|other| other == *text);
    first.texts.iter().find(within)
}

/// Where a line may be put below the `- bot: …` that a value stands in, and what it is indented by; `None` where the
/// value does not stand alone in its line.
fn beside(source: &str, at: &Place) -> Option<(usize, String)> {
    let start = source[..at.offset].rfind('\n').map_or(0, |end| end + 1);
    let before = source.get(start..at.offset)?;
    let indent = before.len() - before.trim_start().len();
    let own = before.trim_start().strip_prefix("- ")?;
    let block = own.trim_end().ends_with(':') && !own.contains(['{', '[']);
    let end = source[at.offset + at.len.saturating_sub(1)..]
        .find('\n')
        .map(|more| at.offset + at.len.saturating_sub(1) + more + 1)?;
    block.then(|| (end, " ".repeat(indent + 2)))
}

/// A text as YAML writes it: in quotes where it must, or where what stood there was in quotes.
fn scalar(text: Option<&String>, before: &str) -> String {
    let text = text.map(String::as_str).unwrap_or_default();
    let special = text.is_empty()
        || text.trim() != text
        || text.contains([
            '\n', '\t', '"', '\\', '{', '}', '[', ']', ',', '#', '&', '*', '!', '|', '>', '%', '@', '`',
        ])
        || text.contains(": ")
        || text.ends_with(':')
        || text.starts_with(['-', '?', ':', '\'', '/', '~', '='])
        || matches!(text, "~" | "null");
    if !special && !before.starts_with(['"', '\'']) {
        return text.to_owned();
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    format!("\"{escaped}\"")
}
