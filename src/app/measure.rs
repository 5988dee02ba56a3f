//! Figures for `/metrics`. No names, texts or addresses.

use std::time::Duration;

use crate::conversation::{Channel, Event};

pub(super) fn turn(channel: Channel, took: Duration, events: &[Event]) {
    metrics::counter!("vestibule_turns_total", "channel" => channel.word()).increment(1);
    metrics::histogram!("vestibule_turn_seconds", "channel" => channel.word()).record(took.as_secs_f64());
    for event in events {
        match event {
            Event::TicketOpened { .. } => {
                metrics::counter!("vestibule_tickets_opened_total", "channel" => channel.word()).increment(1);
            }
            Event::Deflected { confirmed, .. } => {
                let how = if *confirmed { "confirmed" } else { "assumed" };
                metrics::counter!("vestibule_deflections_total", "how" => how).increment(1);
            }
            Event::HandoffRequested { .. } => {
                metrics::counter!("vestibule_handoffs_total").increment(1);
            }
            Event::CarriedOver { stranded, .. } => {
                let how = if stranded.is_some() { "stranded" } else { "moved" };
                metrics::counter!("vestibule_carried_over_total", "how" => how).increment(1);
            }
            Event::Faulted { place, message } => {
                metrics::counter!("vestibule_faults_total").increment(1);
                tracing::warn!(place, message, "a flow met a fault");
            }
            _ => {}
        }
    }
}
