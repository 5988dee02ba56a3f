//! People at the desk: they take a conversation over, write, and give it back.

use crate::conversation::{CallEvent, Event, Owner, PutThrough, TimerKind, TransferEnd, WaitKind};
use crate::flow::Kind;

use super::failure::out;
use super::step::{self, Then};
use super::working::Working;
use super::{prompts, queue, run};

/// An agent takes the conversation: from now on the bot is silent.
pub(super) fn claimed(w: &mut Working<'_>, agent: &str) {
    w.own(Owner::Agent(agent.to_owned()), agent);
    w.event(Event::TimersCleared);
    w.event(Event::TimerSet { timer: TimerKind::Lease });
    if queue::calls(w) {
        return;
    }
    w.c.callback = None;
    w.say_words("agent_joined", &[("agent", agent.to_owned())]);
}

pub(super) fn wrote(w: &mut Working<'_>, agent: &str, text: &str) {
    let seq = w.next_seq();
    w.event(Event::AgentWrote { seq, agent: agent.to_owned(), text: text.to_owned() });
}

pub(super) fn noted(w: &mut Working<'_>, agent: &str, text: &str) {
    w.event(Event::Noted { agent: agent.to_owned(), text: text.to_owned() });
}

/// The caller is put through to where the agent, or a colleague, is by telephone.
pub(super) fn put_through(w: &mut Working<'_>, agent: &str, to: &str) {
    if !w.voice() || w.c.owner != Owner::Agent(agent.to_owned()) || w.c.callback.is_some() {
        return;
    }
    let what = w.c.frames.first().and_then(|frame| w.playbook.flow(&frame.flow)).map(|flow| &flow.title);
    let what = what.map(|title| w.text(title)).unwrap_or_default();
    let whisper = w.words("whisper", &[("what", what)]);
    w.call_event(CallEvent::TransferBegun { to: to.to_owned() });
    w.say_words("transfer_wait", &[]);
    w.c.put_through = Some(PutThrough { to: to.to_owned(), whisper });
}

/// They talked, and the call is over; or the agent goes on by typing.
pub(super) fn came_back(w: &mut Working<'_>, how: TransferEnd) {
    w.c.put_through = None;
    w.c.heard_at = w.now;
    w.call_event(CallEvent::TransferEnded { how });
    match how {
        TransferEnd::Completed => w.close("handed_over"),
        TransferEnd::Busy => w.say_words("transfer_busy", &[]),
        TransferEnd::NoAnswer => w.say_words("transfer_no_answer", &[]),
        TransferEnd::Failed => w.say_words("transfer_failed", &[]),
    }
}

/// The agent's page is gone for long: the conversation waits for another, and the bot takes it where nobody comes.
pub(super) fn lease_ended(w: &mut Working<'_>) {
    // Who talks to the caller by telephone need not sit at the page.
    if !matches!(w.c.owner, Owner::Agent(_)) || w.c.put_through.is_some() {
        return;
    }
    w.own(Owner::Queue("default".to_owned()), "lease");
    w.event(Event::TimersCleared);
    w.event(Event::TimerSet { timer: TimerKind::Queue });
    w.say_words("agent_left", &[]);
}

pub(super) fn closed(w: &mut Working<'_>, agent: &str, disposition: &str) {
    w.say_words("agent_closed", &[("agent", agent.to_owned())]);
    w.close(disposition);
}

/// An agent is done: the bot goes on where it stood.
pub(super) fn handed_back(w: &mut Working<'_>) {
    if w.c.owner == Owner::Bot {
        return;
    }
    w.own(Owner::Bot, "bot");
    w.c.put_through = None;
    w.say_words("handed_back", &[]);
    if matches!(w.current_wait().map(|wait| &wait.kind), Some(WaitKind::Person)) {
        if let Some(frame) = w.frame_mut() {
            frame.wait = None;
        }
        return run::go_on(w, &Then::next());
    }
    if step::http::go_on(w) || step::wait::go_on(w) {
        return;
    }
    if w.current_wait().is_some() {
        return prompts::ask(w);
    }
    run::run(w);
}

/// Nobody took it from the queue in time.
pub(super) fn nobody_came(w: &mut Working<'_>) {
    if !matches!(w.c.owner, Owner::Queue(_)) {
        return;
    }
    if w.c.callback.as_ref().is_some_and(|callback| callback.number().is_some()) {
        return queue::unreached(w);
    }
    w.c.callback = None;
    w.own(Owner::Bot, "bot");
    let Some((_, at)) = w.here() else { return out(w) };
    match &at.kind {
        Kind::Handoff(handoff) => {
            let then = step::handoff::nobody(w, handoff);
            run::go_on(w, &then);
        }
        _ => prompts::ask(w),
    }
}
