//! `choose`: a menu.

use std::collections::BTreeMap;

use super::{Handlers, Target};
use crate::flow::{Locale, SlotName, Text};
use crate::source::{Place, Placed};

#[derive(Debug, Clone)]
pub struct Choose {
    /// Without a slot it only jumps, and each option has a `goto`.
    pub slot: Option<Placed<SlotName>>,
    pub prompt: Text,
    pub options: Vec<ChooseOption>,
    /// The second and third asking; built-in words otherwise.
    pub reprompts: Vec<Text>,
    pub on_failure: Option<Target>,
    pub handlers: Handlers,
}

#[derive(Debug, Clone)]
pub struct ChooseOption {
    pub value: String,
    pub at: Place,
    pub label: Text,
    pub synonyms: BTreeMap<Locale, Vec<String>>,
    /// The key on a phone: `key:`, else the place in the list from 1.
    pub key: String,
    pub goto: Option<Target>,
}
