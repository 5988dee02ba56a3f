//! Channel adapters: what comes in on a channel becomes an utterance, what the engine says becomes the channel's form.

pub mod ivr;
pub mod phone;
pub mod render;
pub mod telegram;
pub mod terminal;
