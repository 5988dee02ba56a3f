//! `connect`: joins two addresses of one person by a code, or parts this one from the others.

use super::Target;
use crate::flow::Template;

#[derive(Debug, Clone)]
pub enum Connect {
    /// Shows a code, to be entered on another channel.
    Show,
    /// Takes a code that was shown on another channel.
    Enter(Box<Enter>),
    /// Parts this address from the others.
    End,
}

#[derive(Debug, Clone)]
pub struct Enter {
    pub code: Template,
    /// Where the code did not link and another may. `None`: the next step.
    pub on_refused: Option<Target>,
    /// Where no code will link. `None`: the next step.
    pub on_closed: Option<Target>,
}
