//! `back`: undoes the last answer, not the last step.

use crate::conversation::WaitKind;

use super::working::Working;
use super::{globals, prompts, run};

pub(super) fn back(w: &mut Working<'_>) {
    if matches!(
        w.current_wait().map(|wait| &wait.kind),
        Some(WaitKind::Menu { .. } | WaitKind::Language { .. })
    ) {
        globals::leave_overlay(w);
        return if w.current_wait().is_some() { prompts::ask(w) } else { run::run(w) };
    }
    // A flow without an answer of its own gives back to the one below.
    let depth = w.c.frames.iter().rposition(|frame| !frame.trail.is_empty());
    let Some(depth) = depth else {
        w.say_words("nothing_back", &[]);
        return prompts::ask(w);
    };
    w.c.frames.truncate(depth + 1);
    let Some(frame) = w.frame_mut() else { return };
    let Some(last) = frame.trail.pop() else { return };
    for (slot, before) in last.before {
        match before {
            Some(value) => frame.slots.insert(slot, value),
            None => frame.slots.remove(&slot),
        };
    }
    frame.ahead.clear();
    frame.step = last.step;
    frame.wait = None;
    run::run(w);
}
