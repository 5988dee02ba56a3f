//! From an utterance to an input: who speaks, whether it is late, what is written down of it.

use crate::conversation::{Event, Life, Owner, Said, SentFile, Utterance, WaitKind};
use crate::flow::SlotKind;

use super::answer::{self, Input, answer, asked_slot};
use super::failure::{Failure, failed, out};
use super::working::Working;
use super::{
    MAX_CALLBACKS, aside, begin, elsewhere, gather, globals, notice, person, prompts, queue, step, sure,
    telling, tongue,
};

pub(super) fn hear(w: &mut Working<'_>, utterance: &Utterance) {
    if let Said::Informed { notice } = &utterance.said {
        return notice::told(w, notice);
    }
    if let Said::Unlinked { agent } = &utterance.said {
        return step::connect::end_by(w, agent);
    }
    if aside::noted(w, &utterance.said) || w.c.is_closed() {
        return;
    }
    match &utterance.said {
        Said::Started { flow } if w.c.frames.is_empty() => begin::begin(w, flow.as_deref()),
        Said::Started { .. } | Said::Again => again(w),
        Said::Left { reason } => left(w, reason),
        Said::Transferred { how } => step::handoff::transferred(w, *how),
        Said::Recorded { url, seconds } => step::voicemail::recorded(w, url, *seconds),
        Said::CallBackAnswered => queue::answered(w),
        Said::CallBackEnded { reason } => queue::call_ended(w, reason),
        Said::Claimed { agent } => person::claimed(w, agent),
        Said::AgentWrote { agent, text } => person::wrote(w, agent, text),
        Said::Noted { agent, text } => person::noted(w, agent, text),
        Said::PutThrough { agent, to } => person::put_through(w, agent, to),
        Said::HandedBack => person::handed_back(w),
        Said::LeaseEnded => person::lease_ended(w),
        Said::ClosedByAgent { agent, disposition } => person::closed(w, agent, disposition),
        Said::NobodyCame => person::nobody_came(w),
        Said::Gathered => gather::over(w),
        Said::HttpAnswered { id, answer } => step::http::answered(w, *id, answer),
        Said::Waited => {
            step::wait::go_on(w);
        }
        Said::MovedHere { from, channel, said } => elsewhere::moved_here(w, *from, *channel, said),
        Said::MovedAway { to, channel } => elsewhere::moved_away(w, *to, *channel),
        Said::Reminder => remind(w),
        Said::Park => park(w),
        _ => {}
    }
    if !of_contact(&utterance.said) {
        return;
    }
    aside::reachable(w);
    let opening = w.c.frames.is_empty();
    if opening {
        if let Said::Text { text } = &utterance.said
            && let Some(flow) = globals::opens(w, text)
        {
            heard(w, &utterance.said, &words(text));
            return begin::begin(w, flow.as_deref());
        }
        // No button of this conversation exists yet: it is one of a conversation that is over.
        if is_button(&utterance.said) {
            w.say_words("old_button", &[]);
            return begin::begin(w, None);
        }
        begin::begin(w, None);
        if w.c.is_closed() {
            return;
        }
    }
    let stale = stale(w, utterance);
    let Some(input) = input(w, &utterance.said) else { return unclear(w, &utterance.said) };
    if w.c.owner != Owner::Bot {
        if queue::heard(w, &input) {
            return resume(w);
        }
        return note_for_person(w, &utterance.said, &input);
    }
    if stale && !opening {
        if is_button(&utterance.said) {
            w.say_words("old_button", &[]);
        }
        return again(w);
    }
    resume(w);
    let too_many = too_many(w);
    heard(w, &utterance.said, &input);
    if too_many {
        return out(w);
    }
    if step::voicemail::written(w, &utterance.said) || sure::doubts(w, &utterance.said, &input) {
        return;
    }
    if gather::takes(w, &utterance.said, &input, opening) {
        return;
    }
    if let Input::Words(text) = &input {
        tongue::notice(w, text);
    }
    let Some((first, rest)) = typed_ahead(w, &input) else { return answer(w, &input, opening) };
    let before = w.c.frames.clone();
    answer(w, &Input::Keys(first), opening);
    // What the first key led to takes the others, unless it went wrong.
    let asks = w.c.owner == Owner::Bot
        && !w.c.is_closed()
        && w.current_wait().is_some_and(|wait| wait.failures == 0);
    if asks && w.c.frames != before {
        w.unask();
        answer(w, &Input::Keys(rest), false);
    }
}

/// Keys for several menus in one go: that of this one, and the others. `None` where they are one answer.
fn typed_ahead(w: &mut Working<'_>, input: &Input) -> Option<(String, String)> {
    let Input::Keys(keys) = input else { return None };
    let options = prompts::options(w);
    let single = !options.is_empty() && options.iter().all(|option| option.key.chars().count() == 1);
    let mut rest = keys.chars();
    let first = rest.next().filter(|_| single && keys.chars().count() > 1)?.to_string();
    let known = options.iter().any(|option| option.key == first);
    known.then(|| (first, rest.as_str().to_owned()))
}

/// Whether the contact said, pressed, sent or left out something.
fn of_contact(said: &Said) -> bool {
    matches!(
        said,
        Said::Text { .. }
            | Said::Choice { .. }
            | Said::Pressed { .. }
            | Said::Keys { .. }
            | Said::Speech { .. }
            | Said::File { .. }
            | Said::Files { .. }
            | Said::Silence
    )
}

/// Writes down what the contact said without acting on it, masked where it may be a `secret`. `None` where nothing was
/// said, or too unsurely.
pub(super) fn overheard(w: &mut Working<'_>, said: &Said, secret: bool) -> Option<Input> {
    if !of_contact(said) {
        return None;
    }
    resume(w);
    if w.voice() {
        w.c.callbacks += 1;
    }
    let input = input(w, said)?;
    match &input {
        Input::Words(text) | Input::Keys(text) if secret && answer::global(w, &input).is_none() => {
            let masked = Input::Words("•".repeat(text.chars().count().clamp(4, 12)));
            heard(w, said, &masked);
        }
        _ => heard(w, said, &input),
    }
    Some(input)
}

fn is_button(said: &Said) -> bool {
    matches!(said, Said::Choice { .. } | Said::Pressed { .. })
}

/// Whether it answers what was asked before, in another revision's words, or in another conversation.
fn stale(w: &Working<'_>, utterance: &Utterance) -> bool {
    // A button may stand some turns above, as long as it is the present question's.
    let gone = |turn: u64| turn < w.c.asked || turn >= w.c.turn;
    match &utterance.said {
        Said::Pressed { conversation, revision, turn, .. } => {
            let other = revision.as_ref().is_some_and(|revision| *revision != w.c.revision);
            *conversation != w.c.id || other || gone(*turn)
        }
        Said::Choice { .. } => utterance.answers_turn.is_some_and(gone),
        _ => utterance.answers_turn.is_some_and(|turn| turn + 1 != w.c.turn),
    }
}

/// So long after the caller's last word a message that was being left may still come.
const MESSAGE_COMES: jiff::SignedDuration = jiff::SignedDuration::from_mins(12);

/// Words heard with less confidence are asked for again.
const UNSURE: f64 = 0.3;

/// `None`: heard, but too unsure to act on.
fn input(w: &Working<'_>, said: &Said) -> Option<Input> {
    match said {
        Said::Text { text } => Some(words(text)),
        Said::Choice { value } | Said::Pressed { value, .. } => Some(Input::Value(value.clone())),
        Said::File { file, .. } => Some(Input::File(file.clone())),
        Said::Files { files, text } => {
            // Words beside files answer a question for words, files one for a file.
            let wants_file = asked_slot(w).is_some_and(|slot| matches!(slot.kind, SlotKind::File));
            let file = files.first().map(|sent| Input::File(sent.file.clone()));
            let said = words(text);
            match file {
                Some(file) if wants_file || said == Input::Nothing => Some(file),
                _ => Some(said),
            }
        }
        Said::Keys { keys } if keys.is_empty() => Some(Input::Nothing),
        Said::Keys { keys } => Some(Input::Keys(keys.clone())),
        Said::Speech { confidence: Some(confidence), .. } if *confidence < UNSURE && *confidence > 0.0 => {
            None
        }
        // Recognisers end a word with a full stop; it is no part of an answer.
        Said::Speech { text, .. } => Some(words(text.trim_end_matches(['.', ' ']))),
        _ => Some(Input::Nothing),
    }
}

fn words(text: &str) -> Input {
    let text = crate::conversation::utterance::clean(text);
    if text.is_empty() { Input::Nothing } else { Input::Words(text) }
}

/// Counts an input of a call. True where there were so many that a person or the way out is next.
fn too_many(w: &mut Working<'_>) -> bool {
    if !w.voice() {
        return false;
    }
    w.c.callbacks += 1;
    w.c.callbacks > MAX_CALLBACKS
}

/// Words heard too unsurely count as not understood, where something is asked.
fn unclear(w: &mut Working<'_>, said: &Said) {
    if queue::asks(w) {
        queue::heard(w, &Input::Nothing);
        return;
    }
    let Some(asks) = w.current_wait().map(|wait| !wait.kind.is_ours()) else { return };
    if w.c.owner != Owner::Bot {
        return;
    }
    let too_many = too_many(w);
    if let Said::Speech { text, .. } = said {
        heard(w, said, &words(text));
    }
    if too_many {
        out(w);
    } else if asks {
        failed(w, &Failure::NoMatch(String::new()));
    }
}

/// Writes down what was said, masked where a sensitive slot was asked for.
fn heard(w: &mut Working<'_>, said: &Said, input: &Input) {
    let how = match said {
        Said::Choice { .. } | Said::Pressed { .. } => "choice",
        Said::Keys { .. } => "keys",
        Said::Speech { .. } => "speech",
        _ => "text",
    };
    if let Said::File { file, name, kind, size } = said {
        let seq = w.next_seq();
        let (file, name, kind, size) = (file.clone(), name.clone(), kind.clone(), *size);
        return w.event(Event::FileReceived { seq, file, name, kind, size });
    }
    if let Said::Files { files, text } = said {
        for SentFile { file, name, kind, size } in files.clone() {
            let seq = w.next_seq();
            w.event(Event::FileReceived { seq, file, name, kind, size });
        }
        let Input::Words(text) = words(text) else { return };
        let seq = w.next_seq();
        return w.event(Event::Heard { seq, how: "text".to_owned(), text });
    }
    let text = match input {
        Input::Nothing | Input::File(_) => return,
        Input::Value(value) => label_of(w, value).unwrap_or_else(|| value.clone()),
        Input::Words(text) | Input::Keys(text) if asked_slot(w).is_some_and(|slot| slot.sensitive) => {
            "•".repeat(text.chars().count().clamp(4, 12))
        }
        Input::Words(text) | Input::Keys(text) => text.clone(),
    };
    let seq = w.next_seq();
    w.event(Event::Heard { seq, how: how.to_owned(), text });
}

fn label_of(w: &mut Working<'_>, value: &str) -> Option<String> {
    prompts::options(w).into_iter().find(|option| option.value == value).map(|option| option.label)
}

/// A person has the conversation: what is said is for them.
fn note_for_person(w: &mut Working<'_>, said: &Said, input: &Input) {
    if w.voice() && *input == Input::Nothing {
        return;
    }
    resume(w);
    heard(w, said, input);
}

fn resume(w: &mut Working<'_>) {
    w.c.reminders = 0;
    w.c.heard_at = w.now;
    if w.c.life == Life::Parked {
        w.c.life = Life::Active;
        w.resumed = true;
        w.event(Event::Resumed);
    }
}

/// Asks again what is being asked, changing nothing. Where nothing was asked yet (the beginning was lost) it begins.
pub(super) fn again(w: &mut Working<'_>) {
    if w.c.frames.is_empty() {
        return begin::begin(w, None);
    }
    // A call that comes to look is a call that is there.
    if w.voice() {
        w.c.heard_at = w.now;
    }
    queue::looked(w);
    if w.c.owner != Owner::Bot || step::http::go_on(w) || step::wait::go_on(w) {
        return;
    }
    // Where the next move is ours nothing is asked.
    if w.current_wait().is_none_or(|wait| !wait.kind.is_ours()) {
        prompts::ask(w);
    }
}

pub(super) fn left(w: &mut Working<'_>, reason: &str) {
    // The line is free for a call of ours; or the message that the caller was leaving is on its way.
    let promised = w.c.callback.as_ref().is_some_and(|callback| callback.number().is_some());
    let wait = w.current_wait().cloned();
    let message = matches!(wait.as_ref().map(|wait| &wait.kind), Some(WaitKind::Message { .. }));
    let just_now = w.now.duration_since(w.c.heard_at) < MESSAGE_COMES;
    if promised || (message && just_now) {
        return w.event(Event::Left { reason: reason.to_owned() });
    }
    // Left right after an answer, without a word: taken as solved by it, and counted as assumed.
    let after_answer = match w.current_wait().map(|wait| &wait.kind) {
        Some(WaitKind::Solved { article, part, .. }) => telling::is_whole(w, article, *part),
        _ => false,
    };
    let put = w.c.put_through.take().is_some();
    let talks = put || matches!(wait.as_ref().map(|wait| &wait.kind), Some(WaitKind::Transfer { .. }));
    let outcome = match (after_answer, w.c.tickets.is_empty()) {
        _ if talks => "handed_over",
        (true, true) => "deflected",
        (_, false) => "ticketed",
        (false, true) => "abandoned",
    };
    w.event(Event::Left { reason: reason.to_owned() });
    w.close(outcome);
    // What was asked stays known, for a call that goes on here.
    if let Some(frame) = w.frame_mut().filter(|frame| frame.wait.is_none()) {
        frame.wait = wait;
    }
}

fn remind(w: &mut Working<'_>) {
    let asked = w.current_wait().is_some_and(|wait| !wait.kind.is_ours());
    if w.c.owner == Owner::Bot && w.c.life == Life::Active && asked {
        w.c.reminders += 1;
        // Who does not want to rate is not pressed.
        if notice::surveyed(w).is_none() {
            w.say_words("reminder", &[]);
        }
    }
}

fn park(w: &mut Working<'_>) {
    let ours = w.current_wait().is_some_and(|wait| wait.kind.is_ours());
    if w.c.owner == Owner::Bot && w.c.life == Life::Active && !ours {
        w.c.life = Life::Parked;
        w.event(Event::TimersCleared);
        w.event(Event::Parked);
    }
}
