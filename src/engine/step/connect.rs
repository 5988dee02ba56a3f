//! `connect`: shows a code, takes one that was entered, or parts this address from the person's others.

use crate::conversation::link::{Found, Proven, Refused};
use crate::conversation::{Channel, Event, code};
use crate::engine::working::Working;
use crate::flow::graph::Exit;
use crate::flow::step::{Connect, Enter};
use crate::flow::template::{CODE_CLOSE, CODE_OPEN};

use super::Then;

pub fn enter(w: &mut Working<'_>, connect: &Connect) -> Then {
    match connect {
        Connect::Show => {
            show(w);
            Then::next()
        }
        Connect::Enter(enter) => tried(w, enter),
        Connect::End => {
            end(w);
            Then::next()
        }
    }
}

/// A code is shown only where it cannot be overheard, to somebody who is proven.
fn show(w: &mut Working<'_>) {
    let code = w.facts.link.code.clone().filter(|_| w.facts.contact.verified && !w.voice());
    let Some(code) = code else { return w.say_words("link_unproven", &[]) };
    w.say_words("link_code", &[("code", format!("{CODE_OPEN}{code}{CODE_CLOSE}"))]);
    w.event(Event::LinkOffered { code });
}

fn tried(w: &mut Working<'_>, enter: &Enter) -> Then {
    let written = w.render_plain(&enter.code);
    let found = match (&w.facts.link.found, w.facts.contact.verified || w.voice()) {
        (_, false) => Found::Refused { why: Refused::Unproven },
        (Some(found), _) => found.clone(),
        // Asked of the store; this turn is taken once more with the answer.
        (None, _) => {
            w.event(Event::CodeTried { code: code::parse(&written).unwrap_or_default() });
            Found::Refused { why: Refused::Unknown }
        }
    };
    match found {
        Found::Shown { contact, conversation, channel } => {
            w.event(Event::Linked { channel, contact, conversation });
            if w.voice() {
                let home = w.c.proven.as_ref().map_or(w.c.contact, |proven| proven.home);
                w.c.proven = Some(Proven { home, conversation, channel });
                w.c.contact = contact;
            }
            let place = place(w, channel);
            w.say_words("link_done", &[("place", place)]);
            Then::next()
        }
        Found::Refused { why } => {
            w.event(Event::LinkRefused { why });
            w.say_words(&format!("link_{}", why.word()), &[]);
            match why.again() {
                true => Then::by(Exit::Refused, enter.on_refused.as_ref()),
                false => Then::by(Exit::Barred, enter.on_closed.as_ref()),
            }
        }
    }
}

fn end(w: &mut Working<'_>) {
    let proven = w.c.proven.take();
    if proven.is_none() && w.facts.link.linked.is_empty() {
        return w.say_words("unlink_none", &[]);
    }
    if let Some(proven) = proven {
        w.c.contact = proven.home;
    }
    w.event(Event::Unlinked { by: "contact".to_owned() });
    w.say_words("unlink_done", &[]);
}

/// An agent parts this address from the person's others; in a chat that is over, too.
pub fn end_by(w: &mut Working<'_>, agent: &str) {
    if !w.facts.link.linked.is_empty() {
        w.event(Event::Unlinked { by: agent.to_owned() });
        w.say_words("unlink_by_us", &[]);
    }
}

/// What it says where all goes well.
pub fn preview(w: &mut Working<'_>, connect: &Connect) {
    let key = match connect {
        Connect::Show if w.voice() => "link_unproven",
        Connect::Show => "link_code",
        Connect::Enter(_) => "link_done",
        Connect::End => "unlink_done",
    };
    let code = w.facts.link.code.clone().unwrap_or_default();
    let place = place(w, Channel::Web);
    w.say_words(key, &[("code", format!("{CODE_OPEN}{code}{CODE_CLOSE}")), ("place", place)]);
}

/// What a channel is called: "the web page".
pub fn place(w: &mut Working<'_>, channel: Channel) -> String {
    w.words(&format!("place_{}", channel.word()), &[])
}
