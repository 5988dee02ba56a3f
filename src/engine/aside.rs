//! What happens beside the talk: messages that did not arrive, a contact who shut us out, edits and signs. It is
//! written down, in a conversation that is over too, and answers nothing.

use crate::conversation::{Event, Said, Undelivered};

use super::step;
use super::working::Working;

/// True where the utterance is of this kind, and was dealt with.
pub(super) fn noted(w: &mut Working<'_>, said: &Said) -> bool {
    match said {
        Said::Undelivered { seq, why } => {
            w.c.unreachable |= matches!(why, Undelivered::Unreachable { .. });
            w.event(Event::Undelivered { seq: *seq, why: why.clone() });
        }
        Said::Blocked { reason } if !w.c.unreachable => {
            w.c.unreachable = true;
            w.event(Event::Unreachable { reason: reason.clone() });
        }
        Said::Unblocked => reachable(w),
        Said::Edited { text } => w.event(Event::Edited { text: text.clone() }),
        Said::Deleted { text } => w.event(Event::Deleted { text: text.clone() }),
        Said::Reacted { sign } => w.event(Event::Reacted { sign: sign.clone() }),
        Said::Transcribed { text } => step::voicemail::transcribed(w, text),
        Said::Blocked { .. } => {}
        _ => return false,
    }
    true
}

/// The contact was heard: what is sent arrives again.
pub(super) fn reachable(w: &mut Working<'_>) {
    if w.c.unreachable {
        w.c.unreachable = false;
        w.event(Event::Reachable);
    }
}
