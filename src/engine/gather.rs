//! Several quick messages as one answer: where a flow says `gather: 3s`, texts that follow each other within that time
//! are joined. A turn that gathers says nothing; the timer's turn answers.

use jiff::SignedDuration;

use crate::conversation::{Event, Gathered, Said, TimerKind, WaitKind};
use crate::flow::Kind;

use super::answer::{self, Input};
use super::globals;
use super::working::Working;

/// Messages that are joined at most; the next ends it.
const MAX_TEXTS: usize = 20;

/// Takes a text into what is being gathered. False where the input is to be answered now; what was gathered before it
/// is answered first, or dropped where a button answers the same question.
pub(super) fn takes(w: &mut Working<'_>, said: &Said, input: &Input, opening: bool) -> bool {
    if let (Said::Text { .. }, Input::Words(text), Some(pause)) = (said, input, pause(w))
        && !opening
        && globals::named(w, text).is_none()
    {
        let full = add(w, text, pause);
        if full {
            over(w);
        }
        return true;
    }
    match input {
        Input::Words(_) => over(w),
        Input::Value(_) | Input::Keys(_) | Input::File(_) => w.c.gathered = None,
        Input::Nothing => {}
    }
    false
}

/// How long the present prompt waits for more.
fn pause(w: &Working<'_>) -> Option<SignedDuration> {
    let waits = w.current_wait().is_some_and(|wait| wait.kind == WaitKind::Step);
    let (flow, step) = w.here().filter(|_| waits && !w.voice())?;
    match &step.kind {
        Kind::Ask(ask) => ask.gather.or(flow.gather),
        _ => None,
    }
}

/// True where no more are taken.
fn add(w: &mut Working<'_>, text: &str, pause: SignedDuration) -> bool {
    let until = w.now.checked_add(pause).unwrap_or(w.now);
    let gathered = w.c.gathered.get_or_insert_with(|| Gathered { texts: Vec::new(), until });
    gathered.texts.push(text.to_owned());
    gathered.until = until;
    let full = gathered.texts.len() >= MAX_TEXTS;
    w.event(Event::TimerSet { timer: TimerKind::Gather });
    full
}

/// Nothing more came in time: what was gathered is one answer.
pub(super) fn over(w: &mut Working<'_>) {
    let Some(gathered) = w.c.gathered.take() else { return };
    if pause(w).is_none() || w.c.owner != crate::conversation::Owner::Bot {
        return;
    }
    answer::answer(w, &Input::Words(gathered.texts.join("\n")), false);
}
