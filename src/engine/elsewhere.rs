//! A conversation that was left on another of the person's channels: it is offered where they write now, and goes on
//! there with all its answers.

use crate::conversation::link::Moving;
use crate::conversation::{
    Channel, Conversation, ConversationId, Event, Hope, Life, Owner, PromptKind, Said, Wait, WaitKind,
};

use super::answer::{Input, answer};
use super::step::{Then, connect};
use super::working::Working;
use super::{prompts, run};

/// Asks whether it is to go on here, before the flow that would begin. False where there is nothing to ask.
pub(super) fn offer(w: &mut Working<'_>) -> bool {
    let Some(elsewhere) = w.facts.link.elsewhere.clone().filter(|_| !w.voice()) else { return false };
    w.wait(Wait { kind: WaitKind::Elsewhere { elsewhere, said: Vec::new() }, failures: 0 });
    true
}

pub(super) fn ask(w: &mut Working<'_>) {
    let Some(WaitKind::Elsewhere { elsewhere, .. }) = w.current_wait().map(|wait| wait.kind.clone()) else {
        return;
    };
    let title = w.playbook.flow(&elsewhere.flow).filter(|flow| !flow.system).map(|flow| &flow.title);
    let what = title.map(|title| w.text(title)).unwrap_or_default();
    let place = connect::place(w, elsewhere.channel);
    let text = w.words("elsewhere", &[("what", what), ("place", place)]);
    prompts::put(w, PromptKind::Confirm, &text);
}

/// Keeps first words, which say something of their own, for when it is to stay where it is.
pub(super) fn keep(w: &mut Working<'_>, text: &str) {
    if let Some(Wait { kind: WaitKind::Elsewhere { said, .. }, .. }) =
        w.frame_mut().and_then(|frame| frame.wait.as_mut())
    {
        said.push(text.to_owned());
    }
}

/// The contact answered. Whether it is still there is asked of the store: then it is not this conversation's turn any
/// more (see [`Said::MovedHere`]), else this turn is taken again.
pub(super) fn answered(w: &mut Working<'_>, yes: bool) -> Then {
    let Some(WaitKind::Elsewhere { elsewhere, said }) = w.current_wait().map(|wait| wait.kind.clone()) else {
        return Then::Wait;
    };
    if yes && w.facts.link.moving.is_none() {
        w.event(Event::MoveWanted { conversation: elsewhere.conversation });
        return Then::Wait;
    }
    if yes {
        w.say_words("elsewhere_gone", &[]);
    }
    stay(w, said);
    Then::Wait
}

/// It stays where it is, and the flow begins here, with what was said before.
pub(super) fn stay(w: &mut Working<'_>, said: Vec<String>) {
    if let Some(frame) = w.frame_mut() {
        frame.wait = None;
    }
    run::go_on(w, &Then::Again);
    let asked = w.current_wait().is_some_and(|wait| !wait.kind.is_ours());
    if asked && !said.is_empty() && !w.c.is_closed() && w.c.owner == Owner::Bot {
        answer(w, &Input::Words(said.join(" ")), true);
    }
}

/// The conversation `there` as it stands in the place of `here`.
pub fn over(here: &Conversation, there: &Conversation) -> Conversation {
    Conversation {
        id: here.id,
        channel: here.channel,
        address: here.address.clone(),
        contact: here.contact,
        turn: here.turn,
        seq: here.seq,
        epoch: here.epoch,
        asked: here.asked,
        proven: None,
        life: Life::Active,
        gathered: None,
        ..there.clone()
    }
}

/// Whether a conversation can be taken to another address: the bot has it, and nothing of ours is under way in it.
pub fn movable(there: &Conversation) -> bool {
    let ours = there.frames.iter().filter_map(|frame| frame.wait.as_ref()).any(|wait| wait.kind.is_ours());
    !there.is_closed() && there.owner == Owner::Bot && !there.channel.voice() && !ours
}

/// It goes on here.
pub(super) fn moved_here(w: &mut Working<'_>, from: ConversationId, channel: Channel, said: &Said) {
    let text = match said {
        Said::Text { text } | Said::Speech { text, .. } => text.clone(),
        _ => w.words("yes", &[]),
    };
    let seq = w.next_seq();
    w.event(Event::Heard { seq, how: "text".to_owned(), text });
    w.event(Event::MovedHere { from, channel });
    w.c.heard_at = w.now;
    w.c.reminders = 0;
    w.say_words("moved_here", &[]);
    prompts::ask(w);
}

/// It goes on elsewhere: here it is over, without an outcome of its own.
pub(super) fn moved_away(w: &mut Working<'_>, to: ConversationId, channel: Channel) {
    let place = connect::place(w, channel);
    w.say_words("moved_away", &[("place", place)]);
    w.event(Event::MovedAway { to, channel });
    w.c.life = Life::Closed("moved".to_owned());
    w.c.hope = Hope::Nothing;
    w.event(Event::TimersCleared);
    w.event(Event::Closed { outcome: "moved".to_owned() });
}

/// What the store says of a conversation that is wanted here.
pub fn there(moving: Option<&Moving>) -> Option<&Conversation> {
    match moving {
        Some(Moving::There { conversation }) => Some(conversation),
        Some(Moving::Gone) | None => None,
    }
}
