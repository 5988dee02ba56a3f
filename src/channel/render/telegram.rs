//! Telegram: plain text with entities (never MarkdownV2, whose escapes break on what people write), an inline keyboard
//! under the last part. Numbers: `flow::limits::telegram`.

use serde::Serialize;

use super::rich::{Rich, Style};
use super::{Asked, address, cut, labels, text, words};
use crate::conversation::{Prompt, PromptOption};
use crate::flow::limits::telegram::{BUTTONS, CAPTION, SPLIT};

/// A phone shows about so many characters of a button that has a row of its own.
const LABEL: usize = 40;
/// Up to this long two stand in a row, and up to that long many.
const HALF: usize = 14;
const TINY: usize = 3;
const TINY_A_ROW: usize = 6;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    pub text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// Rows of `reply_markup.inline_keyboard`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keyboard: Vec<Vec<Key>>,
    /// A picture by its address; the text is its caption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
}

/// A `MessageEntity`: offset and length in UTF-16 units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entity {
    pub r#type: &'static str,
    pub offset: usize,
    pub length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Key {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The messages of a prompt, in order.
pub fn messages(prompt: &Prompt, asked: Asked) -> Vec<Message> {
    let buttons = prompt.options.len() <= BUTTONS;
    let labels = labels(&prompt.options, LABEL);
    let listed = if buttons { labels.listed.clone() } else { numbered(&prompt.options) };
    let parts = text(prompt, &listed).parts(SPLIT, char::len_utf16, |_| 0);
    let mut messages: Vec<Message> = parts.iter().map(message).collect();
    if messages.is_empty() {
        // Telegram takes no message without a text, and buttons need one.
        messages.push(message(&Rich { text: "…".to_owned(), marks: Vec::new() }));
    }
    if let Some(photo) = address(prompt.image.as_ref()) {
        with_photo(&mut messages, photo);
    }
    if let Some(last) = messages.last_mut() {
        if buttons {
            last.keyboard = rows(&prompt.options, &labels.shown, asked);
        }
        if let Some(url) = address(prompt.link.as_ref()) {
            let text = format!("{} ↗", words(&prompt.locale).open);
            last.keyboard.push(vec![Key { text, callback_data: None, url: Some(url) }]);
        }
    }
    messages
}

/// What a person wrote, as it is.
pub fn plain(text: &str) -> Vec<Message> {
    let mut rich = Rich::default();
    rich.push_plain(text);
    rich.parts(SPLIT, char::len_utf16, |_| 0).iter().map(message).collect()
}

fn numbered(options: &[PromptOption]) -> Vec<String> {
    options.iter().enumerate().map(|(at, option)| format!("{}. {}", at + 1, option.label)).collect()
}

fn message(part: &Rich) -> Message {
    let units = |text: &str| text.encode_utf16().count();
    let entity = |mark: &super::rich::Mark| {
        let words = &part.text[mark.range.clone()];
        let (r#type, url) = match &mark.style {
            Style::Bold => ("bold", None),
            Style::Code => ("code", None),
            // An address that is shown as it is needs no second one.
            Style::Link(to) if to == words => ("url", None),
            Style::Link(to) => ("text_link", Some(to.clone())),
        };
        Entity { r#type, offset: units(&part.text[..mark.range.start]), length: units(words), url }
    };
    Message {
        text: part.text.clone(),
        entities: part.marks.iter().map(entity).collect(),
        keyboard: Vec::new(),
        photo: None,
    }
}

/// With the first part as its caption where that is short enough, else before it.
fn with_photo(messages: &mut Vec<Message>, photo: String) {
    let fits = messages.first().is_some_and(|first| first.text.encode_utf16().count() <= CAPTION);
    if fits {
        messages[0].photo = Some(photo);
        return;
    }
    let alone =
        Message { text: String::new(), entities: Vec::new(), keyboard: Vec::new(), photo: Some(photo) };
    messages.insert(0, alone);
}

fn rows(options: &[PromptOption], shown: &[String], asked: Asked) -> Vec<Vec<Key>> {
    let widest = shown.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let a_row = if widest <= TINY {
        TINY_A_ROW
    } else if widest <= HALF {
        2
    } else {
        1
    };
    let key = |(place, (option, label)): (usize, (&PromptOption, &String))| Key {
        text: cut(label, LABEL),
        callback_data: Some(asked.data(place, option)),
        url: None,
    };
    let keys: Vec<Key> = options.iter().zip(shown).enumerate().map(key).collect();
    keys.chunks(a_row).map(<[Key]>::to_vec).collect()
}
