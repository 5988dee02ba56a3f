//! Runs steps from where the flow on top stands to the next wait, or to the end.

use crate::flow::graph::Exit;
use crate::flow::{Flow, Kind, Step};

use super::step::{self, Then};
use super::working::Working;
use super::{ahead, correct, digression, notice};

/// Steps that one turn may run. The check proves that no cycle runs without waiting; this holds for what it cannot
/// know (a playbook that was never checked).
const MAX_STEPS: usize = 2_000;

pub(super) fn run(w: &mut Working<'_>) {
    for _ in 0..MAX_STEPS {
        if w.c.is_closed() {
            return;
        }
        let Some((flow, step)) = w.here() else {
            if !pop(w) {
                return;
            }
            continue;
        };
        w.walk(&flow.name, &step.id);
        let skipped = step.when.as_ref().is_some_and(|when| !w.holds(when));
        let then = if skipped { None } else { Some(enter(w, &step.kind)) };
        match then {
            None => forward(w, flow, step, &Exit::Skipped),
            Some(Then::Wait | Then::Closed) => return,
            Some(Then::Again) => {}
            Some(Then::Out(exit, to)) => go(w, flow, step, &exit, to),
        }
    }
    w.fault("run", "a flow goes round without waiting for the contact");
    w.close("failed");
}

pub(super) fn enter(w: &mut Working<'_>, kind: &Kind) -> Then {
    if let Some(then) = correct::kept(w, kind) {
        return then;
    }
    match kind {
        Kind::Say(say) => step::say::enter(w, say),
        Kind::Choose(choose) => step::choose::enter(w, choose),
        Kind::Ask(ask) => step::ask::enter(w, ask),
        Kind::Confirm(confirm) => step::confirm::enter(w, confirm),
        Kind::Faq(faq) => step::faq::enter(w, faq),
        Kind::Set(set) => step::set::enter(w, set),
        Kind::Branch(branch) => step::branch::enter(w, branch),
        Kind::Call(call) => step::call::enter(w, call),
        Kind::Ticket(ticket) => step::ticket::enter(w, ticket),
        Kind::Status(status) => step::status::enter(w, status),
        Kind::Handoff(handoff) => step::handoff::enter(w, handoff),
        Kind::Survey(_) => step::survey::enter(w),
        Kind::Http(http) => step::http::enter(w, http),
        Kind::Lookup(lookup) => step::lookup::enter(w, lookup),
        Kind::Wait(wait) => step::wait::enter(w, wait),
        Kind::Watch(watch) => step::watch::enter(w, watch),
        Kind::Connect(connect) => step::connect::enter(w, connect),
        Kind::Voicemail(voicemail) => step::voicemail::enter(w, voicemail),
        Kind::End(end) => step::end::enter(w, end),
    }
}

/// A waiting step was answered: goes where it leads, fills what else was said, and runs on.
pub(super) fn go_on(w: &mut Working<'_>, then: &Then) {
    match then {
        Then::Wait | Then::Closed => return,
        Then::Again => {}
        Then::Out(exit, to) => {
            if let Some((flow, step)) = w.here() {
                go(w, flow, step, exit, *to);
            }
        }
    }
    let rest = std::mem::take(&mut w.rest);
    ahead::capture(w, &rest);
    run(w);
}

fn go(w: &mut Working<'_>, flow: &Flow, step: &Step, exit: &Exit, to: Option<usize>) {
    match to {
        Some(index) => {
            w.leave(exit);
            stand_at(w, flow, index);
        }
        None => forward(w, flow, step, exit),
    }
}

/// To the step's `goto` (unless it was skipped), else to the next in the list.
fn forward(w: &mut Working<'_>, flow: &Flow, step: &Step, exit: &Exit) {
    w.leave(exit);
    let jump = step.goto.as_ref().filter(|_| *exit != Exit::Skipped).and_then(|target| target.step);
    let next = jump.or_else(|| flow.step_index(&step.id).map(|at| at + 1)).unwrap_or(flow.steps.len());
    stand_at(w, flow, next);
}

/// Stands at a step by index; past the last one the flow is done.
fn stand_at(w: &mut Working<'_>, flow: &Flow, index: usize) {
    let step = flow.steps.get(index).map(|step| step.id.clone());
    if let Some(frame) = w.frame_mut() {
        frame.wait = None;
        frame.step = step.unwrap_or_else(|| PAST.to_owned());
    }
}

/// No step is named so: the flow ran past its last one.
const PAST: &str = "";

/// The flow on top is done. True where one below goes on running, false where it waits (and is asked again) or where
/// nothing is left.
fn pop(w: &mut Working<'_>) -> bool {
    if w.c.frames.len() == 1 && notice::asks_before_end(w) {
        return true;
    }
    let Some(done) = w.c.frames.pop() else { return false };
    if w.c.frames.is_empty() {
        let outcome = match w.c.tickets.is_empty() {
            _ if done.flow == notice::SURVEY => "surveyed",
            true => "informed",
            false => "ticketed",
        };
        w.close(outcome);
        return false;
    }
    if step::call::returned(w, &done) {
        if let Some((flow, step)) = w.here() {
            forward(w, flow, step, &Exit::Next);
        }
        return true;
    }
    if done.digression {
        digression::give_back(w, w.c.frames.len());
        return false;
    }
    // It interrupted something of ours, which may be done by now, or a step that had not asked yet.
    if w.current_wait().is_none() {
        return true;
    }
    if step::http::go_on(w) || step::wait::go_on(w) {
        return false;
    }
    // It interrupted a prompt: that one is asked again, its failures forgotten.
    w.forget_digression(w.c.frames.len());
    if let Some(wait) = w.frame_mut().and_then(|frame| frame.wait.as_mut()) {
        wait.failures = 0;
    }
    // Where nothing was being asked it runs on.
    if w.current_wait().is_none() {
        return true;
    }
    super::prompts::ask(w);
    false
}
