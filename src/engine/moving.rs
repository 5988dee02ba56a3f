//! Conversations and new versions of the flows. A conversation stays on the revision that it began with as long as
//! that can be had; `moved` in the set served now, or the loss of its revision, carries it over when the contact speaks
//! next.

mod carry;
mod class;
mod place;
mod slots;

pub use class::{Class, Classifier, Reason, Stranding};
pub use place::flow_of;

use jiff::Timestamp;

use super::{Turn, take_turn};
use crate::conversation::{Conversation, Facts, Owner, Said, Utterance};
use crate::flow::Playbook;

/// The playbooks that a turn may run on.
#[derive(Debug, Clone, Copy)]
pub struct Versions<'a> {
    /// Of the conversation's own revision, where it can be had.
    pub own: Option<&'a Playbook>,
    /// The one that is served now.
    pub current: &'a Playbook,
}

/// Takes one turn on the version that the conversation stays on or is carried over to. The same arguments give the same
/// turn.
pub fn turn(
    versions: Versions<'_>,
    mut conversation: Conversation,
    facts: &Facts,
    utterance: &Utterance,
    now: Timestamp,
) -> Turn {
    let Versions { own, current } = versions;
    if conversation.revision == current.revision || conversation.is_closed() {
        return take_turn(current, conversation, facts, utterance, now);
    }
    if conversation.frames.is_empty() {
        // It has not begun, so there is nothing that it stands on.
        conversation.revision.clone_from(&current.revision);
        return take_turn(current, conversation, facts, utterance, now);
    }
    let moves = moves(&conversation, &utterance.said);
    match own {
        Some(own) if !moves || !place::called_over(&conversation, current) => {
            take_turn(own, conversation, facts, utterance, now)
        }
        None if !moves => carry::aside(current, conversation, facts, utterance, now),
        own => {
            let moved = class::Classifier::new(current).carry(own, &conversation);
            match (own, moved) {
                // `moved` names its step, but it cannot go on there: its own version has it still.
                (Some(own), Err(_)) => take_turn(own, conversation, facts, utterance, now),
                (_, Ok(moved)) => carry::over(current, conversation, moved, facts, utterance, now),
                (None, Err(why)) => carry::strand(current, conversation, &why, facts, utterance, now),
            }
        }
    }
}

/// Whether it can be carried over by what comes in: when the flow is to go on, not while a person has it or a timer
/// fires.
fn moves(conversation: &Conversation, said: &Said) -> bool {
    match said {
        Said::Started { .. }
        | Said::Text { .. }
        | Said::Choice { .. }
        | Said::Pressed { .. }
        | Said::File { .. }
        | Said::Files { .. }
        | Said::Gathered
        | Said::Keys { .. }
        | Said::Speech { .. }
        | Said::Silence
        | Said::Transferred { .. }
        | Said::Recorded { .. }
        | Said::Again => conversation.owner == Owner::Bot,
        Said::HandedBack
        | Said::NobodyCame
        | Said::CallBackEnded { .. }
        | Said::HttpAnswered { .. }
        | Said::Waited
        | Said::MovedHere { .. } => true,
        Said::Transcribed { .. }
        | Said::CallBackAnswered
        | Said::Left { .. }
        | Said::Claimed { .. }
        | Said::AgentWrote { .. }
        | Said::Noted { .. }
        | Said::PutThrough { .. }
        | Said::LeaseEnded
        | Said::ClosedByAgent { .. }
        | Said::Informed { .. }
        | Said::Edited { .. }
        | Said::Deleted { .. }
        | Said::Reacted { .. }
        | Said::Undelivered { .. }
        | Said::Blocked { .. }
        | Said::Unblocked
        | Said::Reminder
        | Said::MovedAway { .. }
        | Said::Unlinked { .. }
        | Said::Park => false,
    }
}
