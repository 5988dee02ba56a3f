//! Digressions: another flow over the question that waits, and the way back to that question.

use crate::flow::Flow;

use super::step::Then;
use super::working::Working;
use super::{back, begin, globals, prompts, run};

/// Flows that may wait for others to be over.
pub const MAX_DIGRESSIONS: usize = 5;

/// Begins a flow: over the question that waits where something was answered already, else in place of what is there.
pub(super) fn begin(w: &mut Working<'_>, flow: &Flow) {
    globals::leave_overlay(w);
    if let Some(depth) = w.c.frames.iter().position(|frame| frame.flow == flow.name) {
        return anew(w, flow, depth);
    }
    let interrupts = !w.c.trail.is_empty() && w.current_wait().is_some();
    if !interrupts {
        return restart(w, flow);
    }
    if w.c.frames.iter().filter(|frame| frame.digression).count() >= MAX_DIGRESSIONS {
        w.say_words("too_many_digressions", &[]);
        return prompts::ask(w);
    }
    w.digresses();
    begin::enter(w, flow);
    if let Some(frame) = w.frame_mut() {
        frame.digression = true;
    }
    run::run(w);
}

/// Begins a flow in place of all those under way.
pub(super) fn restart(w: &mut Working<'_>, flow: &Flow) {
    w.c.frames.clear();
    w.forget();
    begin::enter(w, flow);
    run::run(w);
}

/// A flow that is under way begins anew; those over it end.
fn anew(w: &mut Working<'_>, flow: &Flow, depth: usize) {
    let Some(digression) = w.c.frames.get(depth).map(|frame| frame.digression).filter(|is| *is) else {
        return restart(w, flow);
    };
    w.c.frames.truncate(depth);
    w.forget_digression(depth);
    w.digresses();
    begin::enter(w, flow);
    if let Some(frame) = w.frame_mut() {
        frame.digression = digression;
    }
    run::run(w);
}

/// The place of the digression under way, unless a flow of the system took over in it.
pub(super) fn under_way(w: &Working<'_>) -> Option<usize> {
    let depth = w.c.frames.iter().rposition(|frame| frame.digression)?;
    let system = |name: &str| w.playbook.flow(name).is_some_and(|flow| flow.system);
    (depth > 0 && !w.c.frames[depth..].iter().any(|frame| system(&frame.flow))).then_some(depth)
}

/// A flow came to its end: a digression gives back to the question that it interrupted, else the conversation closes.
pub(super) fn ends(w: &mut Working<'_>, outcome: &str) -> Then {
    match under_way(w) {
        Some(depth) => {
            give_back(w, depth);
            Then::Wait
        }
        None => {
            w.close(outcome);
            Then::Closed
        }
    }
}

/// Ends the digression at `depth` and asks what it interrupted.
pub(super) fn give_back(w: &mut Working<'_>, depth: usize) {
    w.c.frames.truncate(depth);
    w.forget_digression(depth);
    if let Some(wait) = w.frame_mut().and_then(|frame| frame.wait.as_mut()) {
        wait.failures = 0;
    }
    w.say_words("returning", &[]);
    back::on(w);
}
