//! What a ticket is, and the one function by which it moves.

use serde::{Deserialize, Serialize};

/// The kinds of ITIL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketType {
    Incident,
    ServiceRequest,
    Problem,
    Change,
}

impl TicketType {
    pub const ALL: [Self; 4] = [Self::Incident, Self::ServiceRequest, Self::Problem, Self::Change];

    pub fn word(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::ServiceRequest => "service_request",
            Self::Problem => "problem",
            Self::Change => "change",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether somebody waits for it who can be asked back: incidents and service requests. Problems and changes are
    /// the desk's own.
    fn has_contact(self) -> bool {
        match self {
            Self::Incident | Self::ServiceRequest => true,
            Self::Problem | Self::Change => false,
        }
    }

    /// Whether one that was resolved may come up again. A change is done or not: undoing it is another change.
    fn reopens(self) -> bool {
        match self {
            Self::Incident | Self::ServiceRequest | Self::Problem => true,
            Self::Change => false,
        }
    }
}

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    New,
    Assigned,
    InProgress,
    PendingContact,
    PendingVendor,
    Resolved,
    Closed,
    Reopened,
    Cancelled,
}

impl State {
    pub const ALL: [Self; 9] = [
        Self::New,
        Self::Assigned,
        Self::InProgress,
        Self::PendingContact,
        Self::PendingVendor,
        Self::Resolved,
        Self::Closed,
        Self::Reopened,
        Self::Cancelled,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Assigned => "assigned",
            Self::InProgress => "in_progress",
            Self::PendingContact => "pending_contact",
            Self::PendingVendor => "pending_vendor",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Nothing moves it any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled)
    }
}

/// What is done to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// An agent takes it, or is given it.
    Assign,
    /// Nobody has it any more.
    Release,
    /// Work begins: the agent writes.
    Start,
    AskContact,
    AskVendor,
    /// The contact wrote.
    ContactReplied,
    VendorReplied,
    Resolve,
    /// It was not solved after all.
    Reopen,
    Close,
    Cancel,
}

impl Act {
    pub const ALL: [Self; 11] = [
        Self::Assign,
        Self::Release,
        Self::Start,
        Self::AskContact,
        Self::AskVendor,
        Self::ContactReplied,
        Self::VendorReplied,
        Self::Resolve,
        Self::Reopen,
        Self::Close,
        Self::Cancel,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Assign => "assign",
            Self::Release => "release",
            Self::Start => "start",
            Self::AskContact => "ask_contact",
            Self::AskVendor => "ask_vendor",
            Self::ContactReplied => "contact_replied",
            Self::VendorReplied => "vendor_replied",
            Self::Resolve => "resolve",
            Self::Reopen => "reopen",
            Self::Close => "close",
            Self::Cancel => "cancel",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }
}

/// An act that does not fit the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    pub kind: TicketType,
    pub from: State,
    pub act: Act,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = |word: &str| word.replace('_', " ");
        let (kind, from, act) = (word(self.kind.word()), word(self.from.word()), word(self.act.word()));
        write!(f, "a {kind} that is {from} cannot take `{act}`")
    }
}

impl std::error::Error for Refused {}

/// The state after an act: all moves of all types of ticket are here. What changes nothing is no error.
///
/// # Errors
/// [`Refused`] where the act does not fit the type or the state.
pub fn after(kind: TicketType, from: State, act: Act) -> Result<State, Refused> {
    use State::{
        Assigned, Cancelled, Closed, InProgress, New, PendingContact, PendingVendor, Reopened, Resolved,
    };
    let refused = Err(Refused { kind, from, act });
    match (act, from) {
        (Act::Close, Closed) => Ok(Closed),
        (Act::Cancel, Cancelled) => Ok(Cancelled),
        (_, Closed | Cancelled) => refused,
        (Act::Assign, New | Assigned | Reopened) => Ok(Assigned),
        // Another agent takes it over: the work goes on where it stood.
        (Act::Assign, InProgress | PendingContact | PendingVendor) => Ok(from),
        (Act::Assign | Act::Start, Resolved) if kind.reopens() => Ok(Reopened),
        (Act::Assign | Act::Start, Resolved) => refused,
        (Act::Release, Assigned) => Ok(New),
        (Act::Release, New | InProgress | PendingContact | PendingVendor | Reopened) => Ok(from),
        (Act::Release, Resolved) => refused,
        (Act::Start, New | Assigned | InProgress | PendingContact | PendingVendor | Reopened) => {
            Ok(InProgress)
        }
        (Act::AskContact, Assigned | InProgress | PendingContact | PendingVendor | Reopened)
            if kind.has_contact() =>
        {
            Ok(PendingContact)
        }
        (Act::AskContact, _) => refused,
        (Act::AskVendor, Assigned | InProgress | PendingContact | PendingVendor | Reopened) => {
            Ok(PendingVendor)
        }
        (Act::AskVendor, New | Resolved) => refused,
        (Act::ContactReplied, PendingContact) => Ok(InProgress),
        (Act::ContactReplied, Resolved) if kind.has_contact() => Ok(Reopened),
        (Act::ContactReplied, _) => Ok(from),
        (Act::VendorReplied, PendingVendor) => Ok(InProgress),
        (Act::VendorReplied, _) => Ok(from),
        (Act::Resolve, _) => Ok(Resolved),
        (Act::Reopen, Resolved) if kind.reopens() => Ok(Reopened),
        (Act::Reopen, _) => refused,
        (Act::Close, Resolved) => Ok(Closed),
        (Act::Close, _) => refused,
        // What is solved is not called off.
        (Act::Cancel, Resolved) => refused,
        (Act::Cancel, _) => Ok(Cancelled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incident_lives_from_new_to_closed() {
        let mut state = State::New;
        for (act, next) in [
            (Act::Assign, State::Assigned),
            (Act::Start, State::InProgress),
            (Act::AskContact, State::PendingContact),
            (Act::ContactReplied, State::InProgress),
            (Act::Resolve, State::Resolved),
            (Act::ContactReplied, State::Reopened),
            (Act::Assign, State::Assigned),
            (Act::Resolve, State::Resolved),
            (Act::Close, State::Closed),
        ] {
            state = after(TicketType::Incident, state, act).expect("a legal move");
            assert_eq!(state, next);
        }
    }

    #[test]
    fn nothing_leaves_an_end() {
        for kind in TicketType::ALL {
            for end in State::ALL.into_iter().filter(|state| state.is_over()) {
                for act in Act::ALL {
                    assert!(after(kind, end, act).is_err() || after(kind, end, act) == Ok(end));
                }
            }
        }
    }

    #[test]
    fn closing_goes_through_resolved() {
        for kind in TicketType::ALL {
            for from in State::ALL.into_iter().filter(|from| !from.is_over()) {
                assert_eq!(after(kind, from, Act::Close).is_ok(), from == State::Resolved);
            }
        }
    }

    #[test]
    fn what_has_no_contact_asks_none_and_a_change_does_not_reopen() {
        assert!(after(TicketType::Problem, State::InProgress, Act::AskContact).is_err());
        assert!(after(TicketType::Change, State::Resolved, Act::Start).is_err());
        assert_eq!(after(TicketType::Problem, State::Resolved, Act::Start), Ok(State::Reopened));
    }

    #[test]
    fn words_come_back() {
        for state in State::ALL {
            assert_eq!(State::from_word(state.word()), Some(state));
        }
        for kind in TicketType::ALL {
            assert_eq!(TicketType::from_word(kind.word()), Some(kind));
        }
    }
}
