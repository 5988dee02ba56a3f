//! What of a conversation decides what may still happen in it: states that agree in this are one place of the walk.
//!
//! Left out is what decides nothing: ids and numbers, values that no step reads any more to decide something, which
//! tickets there are beyond whether there is one. Besides:
//!
//! - the answers that `*` can undo. Undoing the last leads back to before it, and the walk presses `*` after every
//!   answer, where that leads to a place that it knows, too;
//! - what lies under a flow of the system, a digression or a menu. Nothing in it reads that (but whether something was written
//!   or offered, which counts), and it gives back to the question that waits there, whose failures are forgotten;
//! - that a notice was told, or that a code proved who calls: after it all is as in a world that begins so;
//! - how the last answer fared, where the next answer or failure decides that anew.

use std::collections::BTreeSet;
use std::fmt::Write;

use vestibule::conversation::{Conversation, Frame, Owner, Wait, WaitKind};
use vestibule::engine::MAX_CALLBACKS;
use vestibule::flow::{Flow, Kind, Playbook, SlotKind};

use super::matter::Matter;
use super::walk::Place;

pub fn key(book: &Playbook, matter: &Matter, place: &Place) -> String {
    let c = &place.conversation;
    let mut key = format!(
        "{:?} {} tired {} answered {} ticket {} texts {}",
        c.owner,
        c.locale,
        c.callbacks >= MAX_CALLBACKS,
        !c.trail.is_empty(),
        !c.tickets.is_empty(),
        c.frames.iter().any(|frame| has_text(book, frame)),
    );
    if let Some(callback) = &c.callback {
        let _ = write!(key, " callback {callback:?}");
    }
    if keeps_last(book, c) {
        let _ = write!(key, " last {:?}", place.last);
    }
    let alone = |frame: &Frame| frame.digression || book.flow(&frame.flow).is_some_and(|flow| flow.system);
    let above = &c.frames[c.frames.iter().rposition(alone).unwrap_or(0)..];
    offered(book, matter, c, above, &mut key);
    // A menu lies over its question as those flows do.
    if let Some(Wait { kind, failures }) = above.last().and_then(|frame| frame.wait.as_ref()) {
        match kind {
            WaitKind::Menu { under } => {
                let _ = write!(key, " menu {failures} over {}", under.is_some());
                return key;
            }
            WaitKind::Language { under: Some(_) } => {
                let _ = write!(key, " language {failures}");
                return key;
            }
            _ => {}
        }
    }
    asked_about(c, &mut key);
    for (depth, one) in above.iter().enumerate() {
        frame(book, matter, one, depth + 1 == above.len(), &mut key);
    }
    key
}

/// Whether the call may end without a further answer or failure of the caller's: a survey is neither, nor is what the
/// world does.
fn keeps_last(book: &Playbook, c: &Conversation) -> bool {
    let Some(frame) = c.frames.last() else { return true };
    let survey = at(book, frame).is_some_and(|(flow, at)| matches!(flow.steps[at].kind, Kind::Survey(_)));
    let ours = frame.wait.as_ref().is_none_or(|wait| wait.kind.is_ours());
    c.owner == Owner::Bot && (survey || ours)
}

/// Flows of the system ask what the contact wrote.
fn has_text(book: &Playbook, frame: &Frame) -> bool {
    let Some(flow) = book.flow(&frame.flow) else { return false };
    let is_text = |slot: &str| {
        let slot = flow.slots.get(slot);
        slot.is_some_and(|slot| matches!(slot.kind, SlotKind::Text { .. }) && !slot.sensitive)
    };
    frame.slots.keys().any(|name| is_text(name))
}

/// No answer is shown twice: which were shown counts where one may be shown still.
fn offered(book: &Playbook, matter: &Matter, c: &Conversation, above: &[Frame], key: &mut String) {
    let any = c.offered.iter().any(|offered| !offered.amid);
    let solved = c.offered.iter().any(|offered| offered.solved == Some(true));
    let _ = write!(key, " offered {any} solved {solved}");
    let shows = |frame: &Frame| at(book, frame).is_some_and(|(flow, step)| matter.asks(&flow.name, step));
    if above.iter().any(shows) {
        let shown: BTreeSet<&str> = c.offered.iter().map(|offered| offered.article.as_str()).collect();
        let _ = write!(key, " {shown:?}");
    }
}

/// The answer that is asked about is sent once, and the reason against it asked once.
fn asked_about(c: &Conversation, key: &mut String) {
    let wait = c.frames.last().and_then(|frame| frame.wait.as_ref());
    let Some(WaitKind::Solved { article, .. }) = wait.map(|wait| &wait.kind) else { return };
    if let Some(shown) = c.offered.iter().rev().find(|shown| shown.article == *article) {
        let _ = write!(key, " sent {} reason {}", shown.sent, shown.reason.is_some());
    }
}

fn at<'a>(book: &'a Playbook, frame: &Frame) -> Option<(&'a Flow, usize)> {
    let flow = book.flow(&frame.flow)?;
    Some((flow, flow.step_index(&frame.step)?))
}

fn frame(book: &Playbook, matter: &Matter, frame: &Frame, top: bool, key: &mut String) {
    let _ = write!(key, " | {}@{}", frame.flow, frame.step);
    if frame.digression {
        key.push_str(" over");
    }
    let at = at(book, frame);
    for (name, value) in &frame.slots {
        let counts = at.is_none_or(|(flow, step)| matter.counts(&flow.name, step, name));
        if counts || frame.ahead.contains(name) {
            let _ = write!(key, " {name}={value}");
        }
    }
    let ahead: BTreeSet<&String> = frame.ahead.iter().collect();
    if !ahead.is_empty() {
        let _ = write!(key, " ahead {ahead:?}");
    }
    if let Some(wait) = &frame.wait {
        waits(wait, top, key);
    }
}

/// Failures of what is interrupted are forgotten when it is asked again.
fn waits(wait: &Wait, top: bool, key: &mut String) {
    if top {
        let _ = write!(key, " failed {}", wait.failures);
    }
    match &wait.kind {
        WaitKind::Solved { article, left, part, .. } => {
            let _ = write!(key, " solved {article} part {part} left {left:?}");
        }
        WaitKind::Pick { articles, .. } => {
            let _ = write!(key, " pick {articles:?}");
        }
        WaitKind::Reason { article, .. } => {
            let _ = write!(key, " reason {article}");
        }
        WaitKind::Http { answer, .. } => {
            let _ = write!(key, " http {}", answer.is_some());
        }
        WaitKind::Pause { said, .. } => {
            let _ = write!(key, " pause {}", said.len().min(1));
        }
        WaitKind::Menu { .. } => key.push_str(" menu"),
        WaitKind::Language { .. } => key.push_str(" language"),
        WaitKind::Step => key.push_str(" step"),
        WaitKind::Comment => key.push_str(" comment"),
        WaitKind::Person => key.push_str(" person"),
        WaitKind::Transfer { to, .. } => {
            let _ = write!(key, " transfer {to}");
        }
        WaitKind::Consent { .. } => key.push_str(" consent"),
        WaitKind::Message { .. } => key.push_str(" message"),
        WaitKind::Resume { .. } => key.push_str(" resume"),
        WaitKind::Sure { heard, .. } => {
            let _ = write!(key, " sure {heard}");
        }
        WaitKind::SendTo { article, .. } => {
            let _ = write!(key, " send {article}");
        }
        WaitKind::Elsewhere { .. } => key.push_str(" elsewhere"),
    }
}
