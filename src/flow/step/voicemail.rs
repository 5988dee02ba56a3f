//! `voicemail`: on a call a message is recorded, after the caller agreed to that.

use super::Target;
use crate::flow::Text;

#[derive(Debug, Clone)]
pub struct Voicemail {
    /// Asks whether it may be recorded; built-in words otherwise.
    pub consent: Option<Text>,
    /// What is said before the tone; built-in words otherwise.
    pub prompt: Option<Text>,
    /// Seconds at most. `None`: as the settings say.
    pub longest: Option<u32>,
    /// Where it goes where nothing is recorded: not agreed to, nothing said, not on a call. `None`: the next step.
    pub on_unrecorded: Option<Target>,
}
