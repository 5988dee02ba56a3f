//! `call`: the called flow runs in a frame of its own; when it runs past its last step the caller goes on.

use crate::conversation::Frame;
use crate::engine::working::Working;
use crate::engine::{begin, recognize};
use crate::flow::step::Call;
use crate::flow::{Kind, SlotValue};

use super::Then;

/// Flows under way at once; the check refuses recursion, so only a chain of operators' flows can reach it.
const MAX_FRAMES: usize = 16;

pub fn enter(w: &mut Working<'_>, call: &Call) -> Then {
    let Some(flow) = w.playbook.flow(&call.flow.value) else {
        w.fault("call", &format!("no flow `{}`", call.flow.value));
        return Then::next();
    };
    if w.c.frames.len() >= MAX_FRAMES {
        w.fault("call", "too many flows call each other");
        return Then::next();
    }
    let passed: Vec<(String, SlotValue)> = call
        .with
        .iter()
        .map(|(theirs, template)| {
            let text = w.render_plain(template);
            let slot = flow.slots.get(&theirs.value);
            let value = slot.and_then(|slot| recognize::slot::stored(slot, &text));
            (theirs.value.clone(), value.unwrap_or(SlotValue::Text(text)))
        })
        .collect();
    begin::enter(w, flow);
    if let Some(frame) = w.frame_mut() {
        frame.ahead = passed.iter().map(|(name, _)| name.clone()).collect();
        frame.slots.extend(passed);
    }
    Then::Again
}

/// A called flow ran past its last step: its results go to the caller, which stands at its `call` step.
/// False where nobody called it (it interrupted another flow, or none).
pub fn returned(w: &mut Working<'_>, done: &Frame) -> bool {
    let Some((_, step)) = w.here() else { return false };
    let Kind::Call(call) = &step.kind else { return false };
    if call.flow.value != done.flow || w.current_wait().is_some() {
        return false;
    }
    for (mine, theirs) in &call.into {
        if let Some(value) = done.slots.get(&theirs.value) {
            w.fill(&mine.value, value.clone());
        }
    }
    true
}
