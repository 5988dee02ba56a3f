//! What happens in a turn, in lines.

use std::fmt::Write;

use vestibule::conversation::Event;

/// What is said, and what else shows what came of it.
pub fn events(events: &[Event], out: &mut String) {
    for event in events {
        let line = match event {
            Event::Prompted { prompt, .. } => format!("    bot: {}", prompt.plain()),
            Event::PromptFailed { flow, step } => format!("    * three failures at {flow}, {step}"),
            Event::NobodyCame { queue } => format!("    * nobody came from the queue {queue}"),
            Event::OwnerChanged { owner, .. } => format!("    * with {owner:?}"),
            Event::TicketOpened { draft } => format!("    * ticket: {}", draft.subject),
            Event::FlowEntered { flow } => format!("    * flow {flow}"),
            Event::Faulted { place, message } => format!("    * fault at {place}: {message}"),
            _ => continue,
        };
        let _ = writeln!(out, "{line}");
    }
}
