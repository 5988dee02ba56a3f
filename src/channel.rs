//! Channel adapters: what comes in on a channel becomes an utterance, what the engine says becomes the channel's form.

mod agents;
pub mod discord;
pub mod ivr;
pub mod phone;
pub mod render;
pub mod telegram;
pub mod terminal;
