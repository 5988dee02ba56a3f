//! The web chat: one message a prompt; the page lays out buttons by itself.

use serde::Serialize;

use super::address;
use crate::conversation::Prompt;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// With its little markup, which the page reads.
    pub text: String,
    pub options: Vec<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

pub fn message(prompt: &Prompt) -> Message {
    let choice = |option: &crate::conversation::PromptOption| Choice {
        value: option.value.clone(),
        label: option.label.clone(),
    };
    Message {
        text: prompt.plain(),
        options: prompt.options.iter().map(choice).collect(),
        image: address(prompt.image.as_ref()),
        link: address(prompt.link.as_ref()),
    }
}
