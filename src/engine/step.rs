//! The steps at work. One file a kind, of the same name as in `flow/step`.

pub(super) mod ask;
pub(super) mod branch;
pub(super) mod call;
pub(super) mod choose;
pub(super) mod confirm;
pub(super) mod end;
pub(super) mod faq;
pub(super) mod handoff;
pub(super) mod say;
pub(super) mod set;
pub(super) mod status;
pub(super) mod survey;
pub(super) mod ticket;

use crate::flow::Target;

/// Where a step leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Then {
    /// The step's own `goto`, else the next in the list.
    Next,
    /// An inner jump: to this index of the flow on top.
    Jump(usize),
    /// The contact is asked something.
    Wait,
    /// The frames changed: go on with what is on top.
    Again,
    Closed,
}

impl Then {
    /// An inner jump where there is one, else on as the step says.
    pub fn jump_or_next(target: Option<&Target>) -> Self {
        target.and_then(|target| target.step).map_or(Self::Next, Self::Jump)
    }
}
