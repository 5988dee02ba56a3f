//! Answers kept from before a correction, taken again where their step is reached.

use crate::conversation::Kept;
use crate::engine::ahead::refill;
use crate::engine::prompts::{self, Asking};
use crate::engine::recognize::option::Meaning;
use crate::engine::step::{self, Then};
use crate::engine::working::Working;
use crate::flow::step::Faq;
use crate::flow::{Kind, SlotValue};

/// The answer that was given at the step on top before a correction, given again. `None`: it is to be asked.
pub(in crate::engine) fn kept(w: &mut Working<'_>, kind: &Kind) -> Option<Then> {
    w.c.reopened.as_ref()?;
    match kind {
        Kind::Choose(choose) => {
            let kept = take(w)?;
            let value = kept.given.to_string();
            choose.options.iter().find(|option| option.value == value)?;
            let then = step::choose::chosen(w, choose, &Meaning { value, whole: true });
            refill(w, &kept.ahead);
            Some(then)
        }
        Kind::Ask(ask) => {
            let kept = take(w)?;
            let then = step::ask::filled(w, ask, kept.given);
            refill(w, &kept.ahead);
            Some(then)
        }
        Kind::Confirm(confirm) => {
            let kept = take(w)?;
            let SlotValue::Bool(yes) = kept.given else { return None };
            let then = step::confirm::said(w, confirm, yes);
            refill(w, &kept.ahead);
            Some(then)
        }
        Kind::Faq(faq) => unresolved(w, faq),
        _ => None,
    }
}

fn take(w: &mut Working<'_>) -> Option<Kept> {
    let (flow, step) = w.place();
    let kept = &mut w.c.reopened.as_mut()?.kept;
    let at = kept.iter().position(|kept| kept.flow == flow && kept.step == step)?;
    Some(kept.remove(at))
}

/// The same question of the FAQ as before: its answers were refused, or one is being looked at.
fn unresolved(w: &mut Working<'_>, faq: &Faq) -> Option<Then> {
    let query = SlotValue::Text(w.render_plain(&faq.query));
    let (flow, step) = w.place();
    let mut refused = false;
    while let Some(kept) = take(w) {
        refused |= kept.given == query;
    }
    let was = w.c.reopened.as_mut().and_then(|reopened| reopened.was.take());
    let waits = was.filter(|(in_flow, at, wait)| *in_flow == flow && *at == step && asks(wait, &query));
    if let Some((_, _, wait)) = waits {
        w.frame_mut()?.wait = Some(wait);
        prompts::ask_as(w, Asking::Again(1));
        return Some(Then::Wait);
    }
    if !refused {
        return None;
    }
    w.answered_with(Some(query));
    Some(step::faq::unresolved(faq))
}

fn asks(wait: &crate::conversation::Wait, query: &SlotValue) -> bool {
    use crate::conversation::WaitKind;
    match &wait.kind {
        WaitKind::Solved { query: asked, .. }
        | WaitKind::Pick { query: asked, .. }
        | WaitKind::Reason { query: asked, .. } => *query == SlotValue::Text(asked.clone()),
        _ => false,
    }
}
