//! From a turn to what is written: timers with their due times, and messages that nobody fetches in the same breath.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::outcome::Message;
use crate::config::Desk;
use crate::conversation::{Conversation, Event, TimerKind, ids};
use crate::engine::Turn;
use crate::store::{Decision, Outgoing};

/// How long a call back may wait for an agent before a ticket says that nobody called.
const CALL_BACK_WAIT: Duration = Duration::from_secs(24 * 3600);

/// What a turn writes; the reply, the contact and what it delivers are the caller's to add.
pub(super) fn decision(app: &super::App, turn: Turn, now: Timestamp) -> Decision {
    let mut decision = Decision::default();
    for event in &turn.events {
        match event {
            Event::TimersCleared => {
                decision.clear_timers = true;
                decision.timers.clear();
            }
            Event::TimerSet { timer } => {
                decision.timers.retain(|(kind, _)| kind != timer);
                decision.timers.push((*timer, due(&app.settings.desk, &turn.conversation, *timer, now)));
            }
            _ => {}
        }
    }
    decision.conversation = Some(turn.conversation);
    decision.events = turn.events;
    decision
}

/// When a timer that is set now runs out.
pub fn due(desk: &Desk, conversation: &Conversation, timer: TimerKind, now: Timestamp) -> Timestamp {
    let after = match timer {
        TimerKind::Silence if conversation.reminders > 0 => desk.park,
        TimerKind::Silence => desk.reminder,
        TimerKind::Gather => return conversation.gathered.as_ref().map_or(now, |gathered| gathered.until),
        // Who is to be called back waits longer, and not on the line.
        TimerKind::Queue if conversation.callback.is_some() => CALL_BACK_WAIT,
        TimerKind::Queue => desk.queue_wait,
        TimerKind::Ghost => desk.ghost_call,
        TimerKind::Lease => desk.lease,
        TimerKind::Pause => return conversation.paused_until().unwrap_or(now),
    };
    later(now, after)
}

/// `after` from `now` on.
pub(super) fn later(now: Timestamp, after: Duration) -> Timestamp {
    now.checked_add(signed(after)).unwrap_or(now)
}

pub(super) fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::from_hours(24))
}

/// Outbox rows for the messages of a turn that no inbound waits for. Web pages and terminals catch up from the
/// journal by themselves; a call fetches its rows at its next callback, and other chat platforms are sent them.
pub(super) fn outbox(conversation: &Conversation, events: &[Event]) -> Vec<Outgoing> {
    if !(conversation.channel.voice() || conversation.channel.pushed()) {
        return Vec::new();
    }
    let row = |(nth, message): (usize, Message)| {
        let nth = u32::try_from(nth).unwrap_or(u32::MAX);
        let body = serde_json::to_string(&message.prompt).ok()?;
        Some(Outgoing {
            id: ids::of_turn(conversation.id, conversation.turn, "outbox", nth),
            conversation: conversation.id,
            channel: conversation.channel,
            address: conversation.address.clone(),
            turn: conversation.turn,
            seq: message.seq,
            epoch: conversation.epoch,
            from: message.from.word().to_owned(),
            body,
        })
    };
    Message::of(events).into_iter().enumerate().filter_map(row).collect()
}
