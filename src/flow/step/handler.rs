//! Handlers: what follows the n-th failure in a row at one prompt. A step's own come before the flow's.

use super::Target;
use crate::flow::Text;
use crate::source::Place;

/// One entry of `on_no_input`, `on_no_match` or `on_refused`.
#[derive(Debug, Clone)]
pub struct Handler {
    pub at: Place,
    /// Said in place of the built-in words, before the jump where there is one.
    pub say: Option<Text>,
    /// `None`: the prompt waits on.
    pub goto: Option<Target>,
}

/// The kinds of failure that have handlers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Miss {
    NoInput,
    NoMatch,
    Refused,
}

impl Miss {
    pub const ALL: [Self; 3] = [Self::NoInput, Self::NoMatch, Self::Refused];

    /// As in `on_<word>` and in the names of exits.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoInput => "no_input",
            Self::NoMatch => "no_match",
            Self::Refused => "refused",
        }
    }
}

/// In order: the n-th failure in a row takes the n-th entry of its kind, later ones the last.
#[derive(Debug, Clone, Default)]
pub struct Handlers {
    pub no_input: Vec<Handler>,
    pub no_match: Vec<Handler>,
    pub refused: Vec<Handler>,
}

impl Handlers {
    pub fn of(&self, miss: Miss) -> &[Handler] {
        match miss {
            Miss::NoInput => &self.no_input,
            Miss::NoMatch => &self.no_match,
            Miss::Refused => &self.refused,
        }
    }

    pub fn all(&self) -> impl Iterator<Item = &Handler> {
        self.no_input.iter().chain(&self.no_match).chain(&self.refused)
    }

    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Handler> {
        self.no_input.iter_mut().chain(&mut self.no_match).chain(&mut self.refused)
    }
}
