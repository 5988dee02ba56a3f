//! `faq`

use crate::conversation::Event;
use crate::engine::question::Found;
use crate::engine::working::Working;
use crate::engine::{asked, digression, question};
use crate::flow::graph::Exit;
use crate::flow::step::Faq;

use super::Then;

pub fn enter(w: &mut Working<'_>, faq: &Faq) -> Then {
    let query = w.render_plain(&faq.query);
    let tags: Vec<String> =
        faq.context.iter().map(|tag| w.render_plain(tag)).filter(|tag| !tag.is_empty()).collect();
    let found = question::candidates(w, &query, &tags, faq.max);
    // What was shown before was answered, or refused, where it was shown.
    let offers = match &found {
        Found::Some(found) => found.len(),
        Found::ShownBefore => 1,
        Found::Nothing => 0,
    };
    asked::put(w, &query, &tags, offers, false);
    match found {
        Found::Some(found) => question::begin(w, faq, query, found),
        Found::ShownBefore => {
            w.say_words("shown_before", &[]);
            unresolved(faq)
        }
        Found::Nothing => {
            w.event(Event::NothingFound { query });
            w.say_words("nothing_found", &[]);
            unresolved(faq)
        }
    }
}

/// Nothing found, none fitted, three failures.
pub fn unresolved(faq: &Faq) -> Then {
    Then::by(Exit::Unresolved, faq.on_unresolved.as_ref())
}

/// An answer did it.
pub fn resolved(w: &mut Working<'_>, faq: &Faq) -> Then {
    match faq.on_resolved.as_ref().and_then(|target| target.step) {
        Some(step) => Then::Out(Exit::Resolved, Some(step)),
        None => {
            w.say_words("glad", &[]);
            w.leave(&Exit::Resolved);
            digression::ends(w, "deflected")
        }
    }
}
