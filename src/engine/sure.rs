//! Words heard so unsurely that they are said back before they count.

use crate::conversation::{PromptKind, Said, Wait, WaitKind};

use super::answer::{self, Input, answer, asked_slot};
use super::failure::{Failure, failed};
use super::step::Then;
use super::working::Working;
use super::{globals, prompts};

/// Under this confidence what was heard is said back; far below it, it is asked for again.
const SURE: f64 = 0.6;

/// Says it back. False where it counts as it is: heard well, a word that works everywhere, a secret, or the answer to this
/// very question.
pub(super) fn doubts(w: &mut Working<'_>, said: &Said, input: &Input) -> bool {
    let Said::Speech { confidence: Some(confidence), .. } = said else { return false };
    let Input::Words(text) = input else { return false };
    let doubtful = *confidence > 0.0 && *confidence < SURE;
    let secret = asked_slot(w).is_some_and(|slot| slot.sensitive);
    let asked = w.current_wait().is_some_and(|wait| {
        !wait.kind.is_ours() && !matches!(wait.kind, WaitKind::Sure { .. } | WaitKind::Message { .. })
    });
    if !doubtful || secret || !asked || answer::global(w, input).is_some() {
        return false;
    }
    let under = w.frame_mut().and_then(|frame| frame.wait.take()).map(Box::new);
    w.wait(Wait { kind: WaitKind::Sure { heard: text.clone(), under }, failures: 0 });
    true
}

pub(super) fn ask(w: &mut Working<'_>, heard: &str) {
    let text = w.words("heard_that", &[("heard", heard.to_owned())]);
    prompts::put(w, PromptKind::Confirm, &text);
}

/// It counts, or it was a miss.
pub(super) fn answered(w: &mut Working<'_>, yes: bool) -> Then {
    let Some(WaitKind::Sure { heard, .. }) = w.current_wait().map(|wait| wait.kind.clone()) else {
        return Then::Wait;
    };
    globals::leave_overlay(w);
    if yes {
        answer(w, &Input::Words(heard), false);
    } else {
        failed(w, &Failure::NoMatch(String::new()));
    }
    Then::Wait
}
