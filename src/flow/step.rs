//! Steps. One kind, one file, one struct; the engine has a file of the same name for each.

pub mod ask;
pub mod branch;
pub mod call;
pub mod choose;
pub mod confirm;
pub mod connect;
pub mod end;
pub mod faq;
pub mod handler;
pub mod handoff;
pub mod http;
pub mod lookup;
pub mod say;
pub mod set;
pub mod status;
pub mod survey;
pub mod ticket;
pub mod voicemail;
pub mod wait;
pub mod watch;

pub use ask::Ask;
pub use branch::{Arm, Branch};
pub use call::Call;
pub use choose::{Choose, ChooseOption};
pub use confirm::Confirm;
pub use connect::{Connect, Enter};
pub use end::End;
pub use faq::{Faq, Lists};
pub use handler::{Handler, Handlers, Miss};
pub use handoff::{Handoff, Transfer};
pub use http::{Body, Http, Json};
pub use lookup::Lookup;
pub use say::Say;
pub use set::Set;
pub use status::Status;
pub use survey::{Survey, SurveyKind};
pub use ticket::Ticket;
pub use voicemail::Voicemail;
pub use wait::{Until, Wait};
pub use watch::Watch;

use super::{Condition, StepId};
use crate::source::Place;

/// A place to jump to, as written, and the step it names once that is known.
#[derive(Debug, Clone)]
pub struct Target {
    pub name: StepId,
    pub at: Place,
    /// Index into the flow's `steps`; `None` is a finding of the check, so a served playbook has none.
    pub step: Option<usize>,
}

/// One entry of `steps:`.
#[derive(Debug, Clone)]
pub struct Step {
    pub id: StepId,
    pub at: Place,
    /// A false guard skips the whole step, its `goto` included.
    pub when: Option<Condition>,
    pub goto: Option<Target>,
    pub kind: Kind,
}

#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "steps are read in place and never moved in numbers")]
pub enum Kind {
    Say(Say),
    Choose(Choose),
    Ask(Ask),
    Confirm(Confirm),
    Faq(Faq),
    Set(Set),
    Branch(Branch),
    Call(Call),
    Ticket(Ticket),
    Status(Status),
    Handoff(Handoff),
    Survey(Survey),
    Http(Box<Http>),
    Lookup(Lookup),
    Wait(Wait),
    Watch(Watch),
    Connect(Connect),
    Voicemail(Voicemail),
    End(End),
}

impl Kind {
    /// The word that an author writes.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Say(_) => "say",
            Self::Choose(_) => "choose",
            Self::Ask(_) => "ask",
            Self::Confirm(_) => "confirm",
            Self::Faq(_) => "faq",
            Self::Set(_) => "set",
            Self::Branch(_) => "branch",
            Self::Call(_) => "call",
            Self::Ticket(_) => "ticket",
            Self::Status(_) => "status",
            Self::Handoff(_) => "handoff",
            Self::Survey(_) => "survey",
            Self::Http(_) => "http",
            Self::Lookup(_) => "lookup",
            Self::Wait(_) => "wait",
            Self::Watch(_) => "watch",
            Self::Connect(_) => "connect",
            Self::Voicemail(_) => "voicemail",
            Self::End(_) => "end",
        }
    }

    /// The handlers of a step that asks.
    pub fn handlers(&self) -> Option<&Handlers> {
        match self {
            Self::Choose(choose) => Some(&choose.handlers),
            Self::Ask(ask) => Some(&ask.handlers),
            Self::Confirm(confirm) => Some(&confirm.handlers),
            Self::Faq(faq) => Some(&faq.handlers),
            _ => None,
        }
    }

    /// Whether the conversation waits for the contact at this step.
    pub fn waits(&self) -> bool {
        matches!(
            self,
            Self::Choose(_)
                | Self::Ask(_)
                | Self::Confirm(_)
                | Self::Faq(_)
                | Self::Handoff(_)
                | Self::Survey(_)
                | Self::Voicemail(_)
        )
    }
}
