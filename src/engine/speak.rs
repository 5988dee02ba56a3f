//! From a rendered text to a prompt: on a call the options are spoken, codes said twice, and nothing is left that
//! cannot be spoken.

use crate::conversation::{Prompt, PromptKind, PromptOption, Segment};
use crate::flow::template::{CODE_CLOSE, CODE_OPEN};

use super::working::Working;

/// A prompt with its options, for the kind of channel that the conversation is on.
pub(super) fn prompt(
    w: &mut Working<'_>,
    kind: PromptKind,
    text: &str,
    options: Vec<PromptOption>,
) -> Prompt {
    let locale = w.c.locale.clone();
    prompt_in(w, kind, &locale, text, options)
}

pub(super) fn prompt_in(
    w: &mut Working<'_>,
    kind: PromptKind,
    locale: &str,
    text: &str,
    options: Vec<PromptOption>,
) -> Prompt {
    if !w.voice() {
        return Prompt { options, ..Prompt::new(kind, locale, text.trim()) };
    }
    let mut spoken = sentence(&speakable(text));
    for option in &options {
        let extra = [("label", speakable(&option.label)), ("key", option.key.clone())];
        let line = w.words_in("option", locale, &extra);
        push(&mut spoken, &line);
    }
    if let Some(Segment::Code(code)) =
        Segment::parse(text).into_iter().find(|part| matches!(part, Segment::Code(_)))
    {
        let marked = format!("{CODE_OPEN}{code}{CODE_CLOSE}");
        let again = w.words_in("code_again", locale, &[("code", marked)]);
        push(&mut spoken, &again);
    }
    Prompt { options, ..Prompt::new(kind, locale, &spoken) }
}

fn push(spoken: &mut String, more: &str) {
    if !spoken.is_empty() && !more.is_empty() {
        spoken.push(' ');
    }
    spoken.push_str(more);
}

/// Ends a spoken text, so that what follows is a sentence of its own.
fn sentence(text: &str) -> String {
    let ended = text.ends_with(['.', '?', '!', ':', '…']);
    if text.is_empty() || ended { text.to_owned() } else { format!("{text}.") }
}

/// What can be said of a written text: no markdown, addresses or pictographs; links by their words.
pub(super) fn speakable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in unlinked(text).split_whitespace() {
        let bare = word.trim_matches(|c: char| matches!(c, '*' | '_' | '`' | '~' | '#' | '>'));
        if bare.contains("://") || bare.starts_with("www.") {
            // The sentence's own full stop stays.
            if bare.ends_with('.') && !out.ends_with('.') {
                out.push('.');
            }
            continue;
        }
        let kept: String = word.chars().filter(|c| !unspeakable(*c)).collect();
        if kept.is_empty() {
            continue;
        }
        push(&mut out, &kept);
    }
    out
}

fn unspeakable(c: char) -> bool {
    let markup = matches!(c, '*' | '`' | '~' | '|' | '\u{2022}');
    let pictograph =
        matches!(c, '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}' | '\u{FE0F}' | '\u{200D}');
    markup || pictograph
}

/// `[words](address)` as its words.
fn unlinked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let after = &rest[open + 1..];
        let link = after.find("](").and_then(|middle| {
            let close = after[middle + 2..].find(')')?;
            Some((&after[..middle], &after[middle + 2 + close + 1..]))
        });
        let Some((words, tail)) = link else { break };
        out.push_str(&rest[..open]);
        out.push_str(words);
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::speakable;

    #[test]
    fn markdown_links_and_pictures_are_not_spoken() {
        let written = "Open **Settings** at [the portal](https://x.example/a) or https://y.example now 🙂.";
        assert_eq!(speakable(written), "Open Settings at the portal or now .");
        assert_eq!(speakable("See https://a.example/x."), "See.");
    }
}
