//! The phone: what is spoken, in pieces that every voice takes, and the keys that answer.

use serde::Serialize;

use crate::app::{From, Message};
use crate::channel::ivr::speech;
use crate::conversation::Prompt;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spoken {
    /// The language that it is read in.
    pub locale: String,
    /// Spoken one after the other; options are in them.
    pub pieces: Vec<String>,
    pub keys: Vec<Key>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Key {
    pub key: String,
    pub label: String,
}

/// A prompt made for a call, as it is spoken.
pub fn spoken(prompt: &Prompt) -> Spoken {
    let message = Message { seq: 0, from: From::Bot, prompt: prompt.clone() };
    let line = speech::spoken(&message, &prompt.locale);
    let pieces = line.pieces(speech::MAX_PIECE).into_iter().map(str::to_owned).collect();
    let key = |option: &crate::conversation::PromptOption| Key {
        key: option.key.clone(),
        label: option.label.clone(),
    };
    Spoken { locale: line.locale.clone(), pieces, keys: prompt.options.iter().map(key).collect() }
}
