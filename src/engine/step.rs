//! The steps at work. One file a kind, of the same name as in `flow/step`.

pub(super) mod ask;
pub(super) mod branch;
pub(super) mod call;
pub(super) mod choose;
pub(super) mod confirm;
pub(super) mod connect;
pub(super) mod end;
pub(super) mod faq;
pub(super) mod handoff;
pub(super) mod http;
pub(super) mod lookup;
pub(super) mod say;
pub(super) mod set;
pub(super) mod status;
pub(super) mod survey;
pub(super) mod ticket;
pub(super) mod voicemail;
pub(super) mod wait;
pub(super) mod watch;

use crate::flow::Target;
use crate::flow::graph::Exit;

/// Where a step leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Then {
    /// By this way out: an inner jump to this index of the flow on top, else on as the step says (its own `goto`, else
    /// the next in the list).
    Out(Exit, Option<usize>),
    /// The contact is asked something.
    Wait,
    /// The frames changed: go on with what is on top.
    Again,
    Closed,
}

impl Then {
    /// On as the step says.
    pub fn next() -> Self {
        Self::Out(Exit::Next, None)
    }

    /// By this way out: an inner jump where there is one, else on as the step says.
    pub fn by(exit: Exit, target: Option<&Target>) -> Self {
        Self::Out(exit, target.and_then(|target| target.step))
    }
}
