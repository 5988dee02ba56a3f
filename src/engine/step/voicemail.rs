//! `voicemail`: on a call a message is recorded, after the caller agreed to that.

use crate::conversation::{CallEvent, Event, PromptKind, Said, Wait, WaitKind, ids};
use crate::engine::failure::{Failure, failed};
use crate::engine::working::Working;
use crate::engine::{MAX_CALLBACKS, hear, prompts, run};
use crate::flow::Kind;
use crate::flow::graph::Exit;
use crate::flow::step::Voicemail;

use super::Then;

pub fn enter(w: &mut Working<'_>, voicemail: &Voicemail) -> Then {
    // Who was asked too much already is asked nothing more.
    if !w.voice() || w.c.callbacks > MAX_CALLBACKS {
        return unrecorded(voicemail);
    }
    let longest = voicemail.longest.unwrap_or(w.facts.voicemail.max(30));
    w.wait(Wait { kind: WaitKind::Consent { longest }, failures: 0 });
    Then::Wait
}

pub fn unrecorded(voicemail: &Voicemail) -> Then {
    Then::by(Exit::Unrecorded, voicemail.on_unrecorded.as_ref())
}

fn here<'a>(w: &Working<'a>) -> Option<&'a Voicemail> {
    match w.here().map(|(_, step)| &step.kind) {
        Some(Kind::Voicemail(voicemail)) => Some(voicemail),
        _ => None,
    }
}

pub fn ask(w: &mut Working<'_>) {
    let own = here(w).and_then(|voicemail| voicemail.consent.as_ref());
    let text = match own {
        Some(text) => w.text(text),
        None => w.words("voicemail_consent", &[]),
    };
    prompts::put(w, PromptKind::Confirm, &text);
}

/// What is said before the tone.
pub fn ask_message(w: &mut Working<'_>) {
    match here(w).and_then(|voicemail| voicemail.prompt.as_ref()) {
        Some(text) => {
            let text = w.text(text);
            w.say(PromptKind::Ask, &text);
        }
        None => w.say_words("voicemail_prompt", &[]),
    }
}

/// The caller agreed, or not.
pub fn agreed(w: &mut Working<'_>, yes: bool) -> Then {
    let Some(WaitKind::Consent { longest }) = w.current_wait().map(|wait| wait.kind.clone()) else {
        return Then::Wait;
    };
    if !yes {
        return here(w).map_or_else(Then::next, unrecorded);
    }
    w.wait(Wait { kind: WaitKind::Message { longest }, failures: 0 });
    Then::Wait
}

/// A message was recorded.
pub fn recorded(w: &mut Working<'_>, url: &str, seconds: u32) {
    let file = ids::of_turn(w.c.id, w.c.turn, "message", 0);
    let waits = matches!(w.current_wait().map(|wait| &wait.kind), Some(WaitKind::Message { .. }));
    if seconds == 0 {
        return if waits { failed(w, &Failure::NoInput) } else { hear::again(w) };
    }
    let seq = w.next_seq();
    let (name, kind) = ("voicemail.wav".to_owned(), "audio/wav".to_owned());
    w.event(Event::FileReceived { seq, file: file.to_string(), name, kind, size: 0 });
    w.call_event(CallEvent::MessageRecorded { file, url: url.to_owned(), seconds });
    w.c.message = Some(file);
    if waits { kept(w) } else { hear::again(w) }
}

/// A message came as words, from a platform that keeps no sound. False where none is waited for.
pub fn written(w: &mut Working<'_>, said: &Said) -> bool {
    let Some(WaitKind::Message { .. }) = w.current_wait().map(|wait| &wait.kind) else { return false };
    let Said::Speech { text, .. } = said else { return false };
    w.call_event(CallEvent::MessageTranscribed { text: text.clone() });
    kept(w);
    true
}

fn kept(w: &mut Working<'_>) {
    w.say_words("voicemail_kept", &[]);
    run::go_on(w, &Then::next());
}

/// What was understood of a message, once the platform knows. It is added to the ticket, too.
pub fn transcribed(w: &mut Working<'_>, text: &str) {
    w.call_event(CallEvent::MessageTranscribed { text: text.to_owned() });
    if let Some(ticket) = w.c.tickets.last() {
        let (code, text) = (ticket.code.clone(), text.to_owned());
        w.event(Event::TicketAdded { code, text });
    }
}
