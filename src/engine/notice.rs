//! What a contact is told of what they watch: at once where they are, else when they are there again.

use crate::conversation::{Event, News, Notice};
use crate::flow::template::{CODE_CLOSE, CODE_OPEN};

use super::working::Working;
use super::{step, telling};

/// Tells it, in the contact's language. In a chat that is over it stands as its last message.
pub(super) fn told(w: &mut Working<'_>, notice: &Notice) {
    match &notice.news {
        News::IncidentClosed { area, title } => {
            w.say_words("incident_closed", &[("area", area.clone()), ("title", title.clone())]);
        }
        News::Linked { channel } => {
            let place = step::connect::place(w, *channel);
            w.say_words("link_elsewhere", &[("place", place)]);
        }
        News::Unlinked { channel } => {
            let place = step::connect::place(w, *channel);
            w.say_words("unlink_elsewhere", &[("place", place)]);
        }
        News::AnswerCopied { article } => {
            w.say_words("answer_copy", &[]);
            telling::say(w, article);
        }
        News::TicketChanged { code, state } => {
            let state = w.words(&format!("state_{state}"), &[]);
            let code = format!("{CODE_OPEN}{code}{CODE_CLOSE}");
            w.say_words("ticket_changed", &[("code", code), ("state", state)]);
        }
    }
    w.event(Event::NoticeTold { notice: notice.id.clone() });
}

/// What waited for the contact to come.
pub(super) fn all(w: &mut Working<'_>) {
    for notice in &w.facts.notices {
        told(w, notice);
    }
}
