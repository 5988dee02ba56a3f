//! `handoff`: the conversation waits for an agent, who is an owner and no part of the engine.

use crate::conversation::{Event, Owner, PromptKind, TimerKind, Wait, WaitKind};
use crate::engine::working::Working;
use crate::flow::graph::Exit;
use crate::flow::step::Handoff;

use super::Then;

pub fn enter(w: &mut Working<'_>, handoff: &Handoff) -> Then {
    let queue = handoff.queue.as_ref().map_or("default", |queue| queue.value.as_str()).to_owned();
    w.event(Event::HandoffRequested { queue: queue.clone(), priority: handoff.priority.value.clone() });
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
    if let Some(frame) = w.frame_mut() {
        frame.wait = Some(Wait { kind: WaitKind::Person, failures: 0 });
    }
    w.own(Owner::Queue(queue), "bot");
    w.event(Event::TimersCleared);
    w.event(Event::TimerSet { timer: TimerKind::Queue });
    Then::Wait
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
