//! `say`: sends a text, with an image or a link that voice leaves out.

use crate::flow::{Template, Text};

#[derive(Debug, Clone)]
pub struct Say {
    pub text: Text,
    pub image: Option<Template>,
    pub link: Option<Template>,
    /// On a call it is heard to its end, whatever is pressed or said meanwhile.
    pub legal: bool,
}
