//! A flow as read, with the places that only a check needs.

use std::collections::BTreeSet;

use crate::flow::{Flow, Locale, SlotName};
use crate::source::{Place, Placed};

#[derive(Debug)]
pub struct Draft {
    pub flow: Flow,
    /// One for each step.
    pub heads: Vec<Head>,
    /// The value of `start: { default: … }` where it is true.
    pub default_at: Option<Place>,
    pub commands: Vec<Placed<String>>,
    /// `start: { phrases: … }`, each with its locale.
    pub phrases: Vec<(Locale, Placed<String>)>,
    /// Whether the order of steps is certain; else proofs about it would mislead.
    pub whole: bool,
    /// Whether `slots:` could be read, so that a name which is not among them is wrong.
    pub slots_known: bool,
    /// Slots of which the type could not be read, so that nothing is told of how they are used.
    pub untyped: BTreeSet<SlotName>,
    /// Compiled in, not the operator's.
    pub built_in: bool,
}

#[derive(Debug, Clone)]
pub struct Head {
    /// The key that names the kind.
    pub kind: Place,
    /// The value of `id:`.
    pub id: Option<Place>,
    pub goto: Option<Place>,
}

impl Head {
    /// Where to tell something about the step as a whole.
    pub fn place(&self) -> &Place {
        self.id.as_ref().unwrap_or(&self.kind)
    }
}
