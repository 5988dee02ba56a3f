//! From a prompt to what each platform shows: pure functions that a real adapter and the desk's previews share. None
//! loses a word: what is too long for a button stands in the message, what is too long for a message goes on in the
//! next.

pub mod discord;
pub mod rich;
pub mod telegram;
pub mod voice;
pub mod web;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::conversation::{ConversationId, Prompt, PromptOption};
use crate::flow::limits::telegram::CALLBACK_DATA;

/// Where a button belongs: an old press is recognised by it. The conversation fixes the revision, the turn the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub conversation: ConversationId,
    pub turn: u64,
}

/// What a button brings back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pressed {
    /// The option's value.
    Value(String),
    /// The option's place in the prompt from 0, where its value is too long to be carried.
    Place(usize),
    /// Opens the form.
    Form,
}

impl Asked {
    /// The bytes of a button: at most 64, whatever the option is.
    pub fn data(&self, place: usize, option: &PromptOption) -> String {
        let short = self.with(&format!("={}", option.value));
        if short.len() <= CALLBACK_DATA { short } else { self.with(&format!("#{place}")) }
    }

    fn with(&self, what: &str) -> String {
        format!("{}.{}{what}", URL_SAFE_NO_PAD.encode(self.conversation.as_bytes()), self.turn)
    }

    /// What a press means; `None` for what we never made.
    pub fn read(data: &str) -> Option<(Self, Pressed)> {
        let (conversation, rest) = data.split_at_checked(22)?;
        let bytes = URL_SAFE_NO_PAD.decode(conversation).ok()?;
        let conversation = ConversationId::from_slice(&bytes).ok()?;
        let rest = rest.strip_prefix('.')?;
        let at = rest.find(['=', '#', '?'])?;
        let turn = rest[..at].parse().ok()?;
        let what = &rest[at + 1..];
        let pressed = match &rest[at..=at] {
            "=" => Pressed::Value(what.to_owned()),
            "#" => Pressed::Place(what.parse().ok()?),
            _ => Pressed::Form,
        };
        Some((Self { conversation, turn }, pressed))
    }
}

/// Labels that fit, and the lines that a message needs because one of them did not.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Labels {
    shown: Vec<String>,
    /// All options in full, numbered; empty where every label is whole.
    listed: Vec<String>,
}

/// Cuts labels to `most` characters. Where one is cut, all are numbered and stand in full in the message.
fn labels(options: &[PromptOption], most: usize) -> Labels {
    let whole = options.iter().all(|option| option.label.chars().count() <= most && !option.label.is_empty());
    if whole {
        return Labels {
            shown: options.iter().map(|option| option.label.clone()).collect(),
            listed: Vec::new(),
        };
    }
    let numbered = |(at, option): (usize, &PromptOption)| format!("{}. {}", at + 1, option.label);
    let listed: Vec<String> = options.iter().enumerate().map(numbered).collect();
    Labels { shown: listed.iter().map(|line| cut(line, most)).collect(), listed }
}

/// A text of at most `most` characters, an ellipsis last where something was left out, no letter halved.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let (mut kept, mut length) = (String::new(), 0);
    for letter in text.graphemes(true) {
        let more = letter.chars().count();
        if length + more + 1 > most {
            break;
        }
        kept.push_str(letter);
        length += more;
    }
    format!("{}…", kept.trim_end())
}

/// The prompt's text, with the options in full where the buttons do not say all.
fn text(prompt: &Prompt, listed: &[String]) -> rich::Rich {
    let mut text = rich::Rich::of(&prompt.text, &prompt.quoted);
    if !listed.is_empty() {
        text.push_plain(if text.text.is_empty() { "" } else { "\n\n" });
        text.push_plain(&listed.join("\n"));
    }
    text
}

/// An address that may stand behind a link or a picture.
fn address(given: Option<&String>) -> Option<String> {
    let given = given?.trim();
    let web = given.starts_with("https://") || given.starts_with("http://");
    (web && !given.contains(char::is_whitespace)).then(|| given.to_owned())
}

/// Words of our own beside a prompt, where the engine says none.
struct Words {
    write: &'static str,
    choose: &'static str,
    open: &'static str,
}

fn words(locale: &str) -> Words {
    match locale.split(['-', '_']).next() {
        Some("it") => Words { write: "Rispondi", choose: "Scegli un'opzione", open: "Apri" },
        Some("de") => Words { write: "Antworten", choose: "Bitte wählen", open: "Öffnen" },
        _ => Words { write: "Answer", choose: "Choose one", open: "Open" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(value: &str, label: &str) -> PromptOption {
        PromptOption { value: value.into(), label: label.into(), key: "1".into() }
    }

    #[test]
    fn what_a_button_carries_is_read_back() {
        let asked = Asked { conversation: ConversationId::from_u128(u128::MAX - 5), turn: u64::MAX };
        let data = asked.data(3, &option("a value=#.", ""));
        assert!(data.len() <= CALLBACK_DATA, "{data}");
        assert_eq!(Asked::read(&data), Some((asked, Pressed::Value("a value=#.".into()))));
        let data = asked.data(7, &option(&"long ".repeat(20), ""));
        assert!(data.len() <= CALLBACK_DATA);
        assert_eq!(Asked::read(&data), Some((asked, Pressed::Place(7))));
        assert_eq!(Asked::read(&asked.with("?")), Some((asked, Pressed::Form)));
        for bad in [
            "",
            "x",
            "é".repeat(30).as_str(),
            "AAAAAAAAAAAAAAAAAAAAAA",
            "AAAAAAAAAAAAAAAAAAAAAA.x=y",
            "AAAAAAAAAAAAAAAAAAAAAA.1",
        ] {
            assert_eq!(Asked::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_cut_label_stands_in_full_in_the_message() {
        let long = "A label that goes on and on, well past what a button can hold";
        let labels = labels(&[option("a", "Short"), option("b", long)], 20);
        assert!(labels.shown.iter().all(|label| label.chars().count() <= 20), "{labels:?}");
        assert_eq!(labels.listed, ["1. Short".to_owned(), format!("2. {long}")]);
        assert_eq!(labels.shown[0], "1. Short");
        assert_eq!(cut(&"👩‍👩‍👧‍👦".repeat(4), 10), "👩‍👩‍👧‍👦…");
    }
}
