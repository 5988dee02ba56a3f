//! Failures at a prompt: nothing heard, nothing understood, a value refused; and the way out after three.

use crate::conversation::{Event, PromptKind, WaitKind};
use crate::flow::graph::Exit;
use crate::flow::step::{Handler, Miss};
use crate::flow::{Flow, Kind, Text};

use super::prompts::{self, Asking};
use super::recognize::slot::Refusal;
use super::step::Then;
use super::working::Working;
use super::{MAX_FAILURES, begin, globals, question, run, step};

/// What went wrong.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Failure {
    NoInput,
    NoMatch(String),
    Refused(Refusal),
}

impl Working<'_> {
    /// The author's text for the second and third asking; `None` where there is none for it.
    pub fn reprompt(&mut self, reprompts: &[Text], failures: u32) -> Option<String> {
        let place = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
        let text = reprompts.get(place).or_else(|| reprompts.last())?;
        Some(self.text(text))
    }
}

pub(super) fn failed(w: &mut Working<'_>, failure: &Failure) {
    let (flow, step) = w.place();
    let failures = match w.frame_mut().and_then(|frame| frame.wait.as_mut()) {
        Some(wait) => {
            wait.failures += 1;
            wait.failures
        }
        None => return,
    };
    w.event(match failure {
        Failure::NoInput => Event::NothingHeard { flow: flow.clone(), step: step.clone(), failures },
        Failure::NoMatch(text) => {
            Event::NotUnderstood { flow: flow.clone(), step: step.clone(), text: text.clone(), failures }
        }
        Failure::Refused(refusal) => Event::ValueRefused {
            flow: flow.clone(),
            step: step.clone(),
            reason: refusal.key.to_owned(),
            failures,
        },
    });
    if let Some((exit, handler)) = handler(w, failure, failures) {
        return handled(w, failure, failures, exit, handler);
    }
    if failures >= MAX_FAILURES {
        w.event(Event::PromptFailed { flow, step });
        return give_up(w);
    }
    reask(w, failure, failures);
}

/// The entry for this failure: of the step's own list, else of the flow's. Where the list is shorter its last entry
/// stays, but a text does not hold up the end that comes after three failures.
fn handler<'a>(w: &Working<'a>, failure: &Failure, failures: u32) -> Option<(Exit, &'a Handler)> {
    let prompt = matches!(
        w.current_wait().map(|wait| &wait.kind),
        Some(WaitKind::Step | WaitKind::Solved { .. } | WaitKind::Pick { .. })
    );
    let (flow, step) = w.here().filter(|_| prompt)?;
    let miss = match failure {
        Failure::NoInput => Miss::NoInput,
        Failure::NoMatch(_) => Miss::NoMatch,
        Failure::Refused(_) => Miss::Refused,
    };
    let own = step.kind.handlers()?.of(miss);
    let list = if own.is_empty() { flow.handlers.of(miss) } else { own };
    let place = usize::try_from(failures).unwrap_or(usize::MAX) - 1;
    let place = place.min(list.len().checked_sub(1)?);
    let handler = &list[place];
    let stays = place + 1 < usize::try_from(failures).unwrap_or(usize::MAX);
    let ends = stays && failures >= MAX_FAILURES && handler.goto.is_none();
    (!ends).then_some((Exit::Miss(miss, place + 1), handler))
}

/// Says what the author wrote for it, and jumps or asks again.
fn handled(w: &mut Working<'_>, failure: &Failure, failures: u32, exit: Exit, handler: &Handler) {
    if let Failure::Refused(refusal) = failure {
        w.say_words(refusal.key, &refusal.extra);
    }
    if let Some(say) = &handler.say {
        let text = w.text(say);
        w.say(PromptKind::System, &text);
    }
    match handler.goto.as_ref().and_then(|target| target.step) {
        Some(step) => run::go_on(w, &Then::Out(exit, Some(step))),
        None => prompts::ask_as(w, Asking::Again(failures)),
    }
}

/// Asks again, saying more than before. An author's own reprompt stands in for the built-in words.
fn reask(w: &mut Working<'_>, failure: &Failure, failures: u32) {
    if has_reprompts(w) {
        if let Failure::Refused(refusal) = failure {
            w.say_words(refusal.key, &refusal.extra);
        }
        return prompts::ask_as(w, Asking::Again(failures));
    }
    match failure {
        Failure::NoInput => w.say_words(if failures == 1 { "no_input_1" } else { "no_input_2" }, &[]),
        Failure::NoMatch(_) => w.say_words(if failures == 1 { "no_match_1" } else { "no_match_2" }, &[]),
        Failure::Refused(refusal) => {
            w.say_words(refusal.key, &refusal.extra);
            if failures > 1 {
                w.say_words("refused_again", &[]);
            }
        }
    }
    prompts::ask_as(w, Asking::Again(failures));
}

fn has_reprompts(w: &Working<'_>) -> bool {
    if !matches!(w.current_wait().map(|wait| &wait.kind), Some(WaitKind::Step)) {
        return false;
    }
    match w.here().map(|(_, step)| &step.kind) {
        Some(Kind::Choose(choose)) => !choose.reprompts.is_empty(),
        Some(Kind::Ask(ask)) => !ask.reprompts.is_empty(),
        Some(Kind::Confirm(confirm)) => !confirm.reprompts.is_empty(),
        _ => false,
    }
}

/// After three failures: the author's way, else a person, else what there is without one.
fn give_up(w: &mut Working<'_>) {
    if matches!(
        w.current_wait().map(|wait| &wait.kind),
        Some(
            WaitKind::Menu { .. }
                | WaitKind::Language { .. }
                | WaitKind::Elsewhere { .. }
                | WaitKind::Resume { .. }
                | WaitKind::SendTo { .. }
                | WaitKind::Sure { .. }
        )
    ) {
        globals::leave_overlay(w);
        if w.current_wait().is_none() {
            return run::run(w);
        }
        return prompts::ask(w);
    }
    let Some((flow, step)) = w.here() else { return out(w) };
    let own = match &step.kind {
        Kind::Choose(choose) => choose.on_failure.as_ref(),
        Kind::Ask(ask) => ask.on_failure.as_ref(),
        Kind::Confirm(confirm) => confirm.on_failure.as_ref(),
        Kind::Faq(faq) => faq.on_failure.as_ref(),
        Kind::Voicemail(voicemail) => {
            let then = step::voicemail::unrecorded(voicemail);
            return run::go_on(w, &then);
        }
        Kind::Survey(survey) => {
            let then = step::survey::scored(w, survey, None);
            return run::go_on(w, &then);
        }
        _ => None,
    };
    if let Some(index) = own.and_then(|target| target.step) {
        return run::go_on(w, &Then::Out(Exit::Failure, Some(index)));
    }
    // "on_unresolved also takes … three failures", before the flow's own way out.
    if matches!(step.kind, Kind::Faq(_)) {
        let then = question::settle(w, false);
        return run::go_on(w, &then);
    }
    match flow.on_failure.as_ref().and_then(|target| target.step) {
        Some(index) => run::go_on(w, &Then::Out(Exit::Failure, Some(index))),
        None => out(w),
    }
}

/// The system's way out of a step that runs: what follows it is for the caller to do.
pub(super) fn way_out(w: &mut Working<'_>) -> Then {
    match system_flow(w) {
        Some(flow) => {
            begin::enter(w, flow);
            Then::Again
        }
        None => {
            w.say_words("goodbye", &[]);
            w.close("failed");
            Then::Closed
        }
    }
}

/// The flow for failures, unless it is under way already.
fn system_flow<'a>(w: &Working<'a>) -> Option<&'a Flow> {
    const FAILURE: &str = "system/failure";
    let already = w.c.frames.iter().any(|frame| frame.flow == FAILURE);
    w.playbook.flow(FAILURE).filter(|_| !already)
}

/// The system's way out.
pub(super) fn out(w: &mut Working<'_>) {
    if let Some(wait) = w.frame_mut().and_then(|frame| frame.wait.as_mut()) {
        wait.failures = 0;
    }
    // Amid the way out it goes on without what is being asked.
    if system_flow(w).is_none()
        && let Some(Kind::Voicemail(voicemail)) = w.here().map(|(_, step)| &step.kind)
    {
        let then = step::voicemail::unrecorded(voicemail);
        return run::go_on(w, &then);
    }
    if way_out(w) == Then::Again {
        run::run(w);
    }
}
