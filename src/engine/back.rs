//! `back`: undoes the last answer, not the last step.

use crate::conversation::{Answered, PromptKind, WaitKind};
use crate::flow::template::{CODE_CLOSE, CODE_OPEN};

use super::working::Working;
use super::{globals, prompts, run};

pub(super) fn back(w: &mut Working<'_>) {
    if matches!(
        w.current_wait().map(|wait| &wait.kind),
        Some(WaitKind::Menu { .. } | WaitKind::Language { .. })
    ) {
        globals::leave_overlay(w);
        return on(w);
    }
    let Some(undone) = w.undo() else {
        w.say_words("nothing_back", &[]);
        return on(w);
    };
    w.c.reopened = None;
    stays(w, &undone);
    on(w);
}

/// Asks what waits on top, or runs to where it waits.
pub(super) fn on(w: &mut Working<'_>) {
    if w.current_wait().is_some() { prompts::ask(w) } else { run::run(w) }
}

/// Says what going back does not undo: a ticket that was opened, what a person said.
pub(super) fn stays(w: &mut Working<'_>, undone: &Answered) {
    if w.c.tickets.len() > undone.tickets
        && let Some(ticket) = w.c.tickets.last()
    {
        let code = format!("{CODE_OPEN}{}{CODE_CLOSE}", ticket.code);
        let text = w.words("ticket_stays", &[("code", code)]);
        w.say(PromptKind::System, &text);
    }
    if w.c.epoch > undone.epoch {
        w.say_words("agent_stays", &[]);
    }
}
