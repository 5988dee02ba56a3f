//! `wait`: time passes. What the contact says meanwhile is kept for the next question.

use jiff::{SignedDuration, Timestamp};

use crate::conversation::{Owner, PromptKind, Wait as Waiting, WaitKind};
use crate::engine::answer::{Input, answer};
use crate::engine::run;
use crate::engine::working::Working;
use crate::flow::step::wait::MAX_ON_CALL;
use crate::flow::step::{Until, Wait};

use super::Then;

pub fn enter(w: &mut Working<'_>, wait: &Wait) -> Then {
    let until = match wait.until.value {
        Until::After(seconds) => later(w.now, seconds),
        Until::Open if w.facts.business_open => return Then::next(),
        Until::Open => match w.facts.opens {
            Some(opens) => opens,
            // Never open: then there is nothing to wait for.
            None => return Then::next(),
        },
    };
    let until = if w.voice() { until.min(later(w.now, MAX_ON_CALL)) } else { until };
    if let Some(text) = &wait.say {
        let text = w.text(text);
        w.say(PromptKind::Say, &text);
    }
    let said = std::mem::take(&mut w.kept);
    if let Some(frame) = w.frame_mut() {
        frame.wait = Some(Waiting { kind: WaitKind::Pause { until, said }, failures: 0 });
    }
    Then::Wait
}

fn later(now: Timestamp, seconds: u32) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(now)
}

/// Seconds until a wait is over, at least one.
pub fn left(w: &Working<'_>, until: Timestamp) -> u32 {
    let left = until.duration_since(w.now).as_millis().max(0);
    u32::try_from((left + 999) / 1_000).unwrap_or(u32::MAX).clamp(1, MAX_ON_CALL)
}

/// Keeps what was said for the next question.
pub fn keep(w: &mut Working<'_>, text: &str) {
    const MOST: usize = 20;
    if let Some(frame) = w.frame_mut()
        && let Some(Waiting { kind: WaitKind::Pause { said, .. }, .. }) = &mut frame.wait
        && said.len() < MOST
    {
        said.push(text.to_owned());
    }
}

/// Goes on where the wait on top is over. False where there is none, or it is not.
pub fn go_on(w: &mut Working<'_>) -> bool {
    if w.c.owner != Owner::Bot {
        return false;
    }
    let Some(WaitKind::Pause { until, said }) = w.current_wait().map(|wait| wait.kind.clone()) else {
        return false;
    };
    if until > w.now {
        return false;
    }
    if let Some(frame) = w.frame_mut() {
        frame.wait = None;
    }
    w.kept = said;
    run::go_on(w, &Then::next());
    let said = std::mem::take(&mut w.kept);
    let asked = w.current_wait().is_some_and(|wait| !wait.kind.is_ours());
    if asked && !said.is_empty() && !w.c.is_closed() && w.c.owner == Owner::Bot {
        answer(w, &Input::Words(said.join(" ")), false);
    }
    true
}
