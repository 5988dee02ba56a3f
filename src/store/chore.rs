//! Small writes beside the turns. On SQLite they go through the writer, so that nobody waits for its lock.

use jiff::Timestamp;

use super::{AgentRow, LoginRow};
use crate::conversation::ContactId;

/// Each gives back how many rows it changed.
#[derive(Debug, Clone)]
pub(super) enum Chore {
    AddAgent(AgentRow),
    DisableAgent {
        name: String,
    },
    SetPresence {
        name: String,
        presence: String,
        seen: Timestamp,
    },
    AddLogin(LoginRow),
    TouchLogin {
        token_hash: String,
        seen: Timestamp,
    },
    EndLogin {
        token_hash: String,
    },
    AddWebToken {
        token_hash: String,
        address: String,
        contact: ContactId,
        now: Timestamp,
    },
    /// A revision is served from now on, or still.
    ServeRevision {
        revision: String,
        sources: Vec<u8>,
        size: u64,
        now: Timestamp,
    },
    TouchRevision {
        revision: String,
        now: Timestamp,
    },
    /// Those of them that were last served before `before`.
    DropRevisions {
        revisions: Vec<String>,
        before: Timestamp,
    },
    OfWorld(super::world::Chore),
    OfChannels(super::channels::Chore),
    OfQuestions(super::questions::Chore),
    OfProposals(super::proposals::Chore),
    OfTickets(super::tickets::Chore),
    OfAlerts(super::alerts::Chore),
    OfCalls(super::calls::Chore),
    OfProfiles(super::profiles::Chore),
    OfLines(super::lines::Chore),
    /// Writes a row for the sake of writing: whether the store can.
    Probe {
        now: Timestamp,
    },
}
