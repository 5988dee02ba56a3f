//! `handoff`: the conversation waits for an agent, who is an owner and no part of the engine.

use crate::conversation::{
    CallEvent, Event, Owner, PromptKind, TimerKind, TransferEnd, Wait, WaitKind, is_e164,
};
use crate::engine::working::Working;
use crate::engine::{hear, person, queue, run};
use crate::flow::Kind;
use crate::flow::graph::Exit;
use crate::flow::step::{Handoff, Transfer};

use super::Then;

pub fn enter(w: &mut Working<'_>, handoff: &Handoff) -> Then {
    let queue = handoff.queue.as_ref().map_or("default", |queue| queue.value.as_str()).to_owned();
    w.event(Event::HandoffRequested { queue: queue.clone(), priority: handoff.priority.value.clone() });
    if let Some(transfer) = handoff.transfer.as_ref().filter(|_| w.voice()) {
        return put_through(w, handoff, transfer);
    }
    if !w.facts.agent_free {
        return nobody(w, handoff);
    }
    match &handoff.say {
        Some(text) => {
            let text = w.text(text);
            w.say(PromptKind::System, &text);
        }
        None => w.say_words("handoff_wait", &[]),
    }
    queue::tell_place(w);
    if let Some(frame) = w.frame_mut() {
        frame.wait = Some(Wait { kind: WaitKind::Person, failures: 0 });
    }
    w.own(Owner::Queue(queue), "bot");
    w.event(Event::TimersCleared);
    w.event(Event::TimerSet { timer: TimerKind::Queue });
    Then::Wait
}

/// The call leaves for whoever is called; how that ends comes back.
fn put_through(w: &mut Working<'_>, handoff: &Handoff, transfer: &Transfer) -> Then {
    let to = w.render_plain(&transfer.to).trim().to_owned();
    let whisper = match &transfer.whisper {
        Some(text) => w.text(text),
        None => {
            let what = w.here().map(|(flow, _)| flow.title.clone());
            let what = what.map(|title| w.text(&title)).unwrap_or_default();
            w.words("whisper", &[("what", what)])
        }
    };
    w.call_event(CallEvent::TransferBegun { to: to.clone() });
    if !dials(w, transfer, &to) {
        return ended(w, handoff, transfer, TransferEnd::Failed);
    }
    match &handoff.say {
        Some(text) => {
            let text = w.text(text);
            w.say(PromptKind::System, &text);
        }
        None => w.say_words("transfer_wait", &[]),
    }
    if let Some(frame) = w.frame_mut() {
        frame.wait =
            Some(Wait { kind: WaitKind::Transfer { to, ring: transfer.ring, whisper }, failures: 0 });
    }
    Then::Wait
}

/// A number or an address that is written down may be called; one that comes from elsewhere only where settings allow it.
fn dials(w: &Working<'_>, transfer: &Transfer, to: &str) -> bool {
    let address = to.starts_with("sip:") || to.starts_with("sips:");
    let number = is_e164(to);
    let written = transfer.to.source.trim() == to;
    let allowed = number && queue::callable(to, &w.facts.callable);
    let clean = to.len() <= 200 && to.chars().all(|c| c.is_ascii_graphic());
    clean && ((written && (address || number)) || allowed)
}

/// How the transfer ended, where one is waited for.
pub fn transferred(w: &mut Working<'_>, how: TransferEnd) {
    if w.c.put_through.is_some() {
        return person::came_back(w, how);
    }
    let waits = matches!(w.current_wait().map(|wait| &wait.kind), Some(WaitKind::Transfer { .. }));
    let handoff = match w.here().map(|(_, step)| &step.kind) {
        Some(Kind::Handoff(handoff)) if waits => handoff,
        _ => return hear::again(w),
    };
    let Some(transfer) = &handoff.transfer else { return hear::again(w) };
    w.c.heard_at = w.now;
    let then = ended(w, handoff, transfer, how);
    run::go_on(w, &then);
}

fn ended(w: &mut Working<'_>, handoff: &Handoff, transfer: &Transfer, how: TransferEnd) -> Then {
    w.call_event(CallEvent::TransferEnded { how });
    if let Some(frame) = w.frame_mut() {
        frame.wait = None;
    }
    let (words, exit, own) = match how {
        TransferEnd::Completed => return Then::next(),
        TransferEnd::Busy => ("transfer_busy", Exit::Busy, &transfer.on_busy),
        TransferEnd::NoAnswer => ("transfer_no_answer", Exit::NoAnswer, &transfer.on_no_answer),
        TransferEnd::Failed => ("transfer_failed", Exit::TransferFailed, &transfer.on_failed),
    };
    w.say_words(words, &[]);
    match own {
        Some(target) => Then::by(exit, Some(target)),
        None => Then::by(Exit::Unreached, handoff.on_unreached.as_ref()),
    }
}

/// Nobody is there, or nobody came in time.
pub fn nobody(w: &mut Working<'_>, handoff: &Handoff) -> Then {
    let queue = handoff.queue.as_ref().map_or("default", |queue| queue.value.as_str()).to_owned();
    w.event(Event::NobodyCame { queue });
    w.say_words("handoff_nobody", &[]);
    if let Some(frame) = w.frame_mut() {
        frame.wait = None;
    }
    Then::by(Exit::Unreached, handoff.on_unreached.as_ref())
}
