//! A call that was cut off: whoever calls from the same number soon after is asked whether to go on there. The number is
//! a hint, so nothing that was said before is said again. Who had said in that call, by a code, which chat is theirs can go
//! on in that chat, too.

use crate::conversation::{CallEvent, PromptKind, Wait, WaitKind};

use super::step::Then;
use super::working::Working;
use super::{prompts, run, tongue};

/// Asks, before the flow that would begin. False where there is nothing to go on with.
pub(super) fn offer(w: &mut Working<'_>) -> bool {
    let Some(dropped) = w.facts.dropped.clone() else { return false };
    let wait = dropped.frames.last().and_then(|frame| frame.wait.as_ref());
    let of_calls = wait.is_some_and(|wait| {
        matches!(wait.kind, WaitKind::Consent { .. } | WaitKind::Message { .. } | WaitKind::Transfer { .. })
    });
    if dropped.revision != w.playbook.revision || (of_calls && !w.voice()) {
        return false;
    }
    w.c.locale.clone_from(&dropped.locale);
    w.wait(Wait { kind: WaitKind::Resume { dropped }, failures: 0 });
    true
}

pub(super) fn ask(w: &mut Working<'_>) {
    let Some(WaitKind::Resume { dropped }) = w.current_wait().map(|wait| wait.kind.clone()) else { return };
    let flow = dropped.frames.first().and_then(|frame| w.playbook.flow(&frame.flow));
    let what = flow.map(|flow| w.text(&flow.title)).unwrap_or_default();
    let text = w.words("resume_call", &[("what", what)]);
    prompts::put(w, PromptKind::Confirm, &text);
}

/// Goes on where the earlier call was, or begins anew.
pub(super) fn answered(w: &mut Working<'_>, yes: bool) -> Then {
    let Some(WaitKind::Resume { dropped }) = w.current_wait().map(|wait| wait.kind.clone()) else {
        return Then::Wait;
    };
    if !yes {
        w.call_event(CallEvent::ResumeDeclined { from: dropped.conversation });
        return anew(w);
    }
    w.call_event(CallEvent::CallResumed { from: dropped.conversation });
    w.c.frames = dropped.frames;
    w.c.trail = dropped.trail;
    w.c.offered = dropped.offered;
    w.c.tickets = dropped.tickets;
    tongue::speak(w, &dropped.locale);
    // A service's answer, or a person, is not waited for any more: that step is taken anew.
    let lost = |wait: &Wait| wait.kind.is_ours() || wait.kind == WaitKind::Person;
    if let Some(frame) = w.frame_mut().filter(|frame| frame.wait.as_ref().is_some_and(lost)) {
        frame.wait = None;
    }
    if w.current_wait().is_some() {
        prompts::ask(w);
    } else {
        run::run(w);
    }
    Then::Wait
}

/// The flow begins as if nothing had been.
pub(super) fn anew(w: &mut Working<'_>) -> Then {
    if let Some(frame) = w.frame_mut() {
        frame.wait = None;
    }
    run::run(w);
    Then::Wait
}
