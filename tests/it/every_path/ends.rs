//! Which ends are fine. All of them stand here.

use vestibule::conversation::{Conversation, Event, Owner, Said};

/// What the caller got before the call was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// An answer that they said solved it.
    Answer,
    /// A ticket was opened, or added to (a message that was left stands in one): a colleague follows it up, by a call back where one is promised.
    Ticket,
    /// An agent had the conversation, and closed it or handed it back just before.
    Person,
    /// They were told what they asked for (a state, opening hours, a known fault), or said that they want no more: the
    /// end follows from an answer of theirs, and nothing failed after it.
    Told,
    /// They cancelled in so many words.
    Cancelled,
}

/// How the last answer of the caller's fared. It is part of a place, for the end may come some turns later (a survey is
/// put before it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Last {
    /// Nothing was answered yet.
    #[default]
    Nothing,
    /// It was taken, and led here without a failure.
    Taken,
    /// Something failed since: three failures, nobody came, no answer fitted, a service or a table had nothing.
    Failed,
    /// An agent handed the conversation back.
    Agent,
}

/// Ways out of a step that are taken where something fails.
fn fails(exit: &str) -> bool {
    const WAYS: [&str; 11] = [
        "unresolved",
        "failure",
        "unreached",
        "error",
        "missing",
        "refused",
        "barred",
        "busy",
        "no_answer",
        "transfer_failed",
        "unrecorded",
    ];
    const MISSES: [&str; 3] = ["no_input:", "no_match:", "refused:"];
    WAYS.contains(&exit) || MISSES.iter().any(|miss| exit.starts_with(miss))
}

impl Last {
    /// After a turn. `survey`: a survey waited. It holds nobody up, so what is said to it leaves this as it was.
    pub fn next(
        self,
        said: &Said,
        before: &Conversation,
        after: &Conversation,
        events: &[Event],
        survey: bool,
    ) -> Self {
        let missed = |event: &Event| {
            matches!(
                event,
                Event::NothingHeard { .. } | Event::NotUnderstood { .. } | Event::ValueRefused { .. }
            )
        };
        let failed = |event: &Event| match event {
            Event::PromptFailed { .. } => !survey,
            Event::NobodyCame { .. } | Event::Faulted { .. } => true,
            Event::Walked { exits, .. } => exits.iter().any(|(_, exit)| fails(exit)),
            _ => false,
        };
        let asked = |said: &Said| matches!(said, Said::Keys { .. } | Said::Speech { .. });
        let walked = events.iter().any(|event| matches!(event, Event::Walked { .. }));
        // What the caller took back did not fail.
        let took_back =
            matches!(said, Said::Keys { keys } if keys == "*") && after.trail.len() < before.trail.len();
        if took_back {
            Self::Taken
        } else if events.iter().any(failed) {
            Self::Failed
        } else if matches!(said, Said::HandedBack) && before.owner != Owner::Bot {
            Self::Agent
        } else if asked(said) && walked && !survey && !events.iter().any(missed) {
            Self::Taken
        } else {
            self
        }
    }
}

/// What a call that is over came to; why not, where it is a bare hang-up.
pub fn end(said: &Said, events: &[Event], last: Last, over: &Conversation) -> Result<End, String> {
    let outcome = over.outcome().unwrap_or_default();
    let walked = events.iter().any(|event| matches!(event, Event::Walked { .. }));
    if ["failed", "abandoned"].contains(&outcome) {
        return Err(format!("the engine gives up: the outcome is `{outcome}`"));
    }
    if matches!(said, Said::ClosedByAgent { .. }) {
        return Ok(End::Person);
    }
    if over.offered.iter().any(|offered| offered.solved == Some(true)) {
        return Ok(End::Answer);
    }
    if !over.tickets.is_empty() {
        return Ok(End::Ticket);
    }
    match last {
        // No flow says so: the word does, that works everywhere.
        _ if outcome == "cancelled" && !walked => Ok(End::Cancelled),
        Last::Agent => Ok(End::Person),
        Last::Taken => Ok(End::Told),
        Last::Failed => Err(format!("a bare hang-up: something failed, and `{outcome}` is all that follows")),
        Last::Nothing => Err(format!("a bare hang-up: nobody was asked anything, and `{outcome}` follows")),
    }
}
