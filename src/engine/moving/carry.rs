//! The turn in which a conversation is carried over.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::class::{Moved, Reason};
use super::place::flow_of;
use super::slots::held;
use crate::conversation::{Conversation, Event, Facts, Frame, Life, Owner, Said, Utterance, Wait, WaitKind};
use crate::engine::globals::{self, Global};
use crate::engine::working::Working;
use crate::engine::{Turn, answer, begin, failure, hear, prompts, run};
use crate::flow::{Playbook, SlotName, SlotValue};

/// The flow of the system for those whose step is gone.
const CHANGED: &str = "system/flow_changed";

/// A turn that its flow has no part in: what is being asked stays as it is.
pub fn aside(
    current: &Playbook,
    conversation: Conversation,
    facts: &Facts,
    utterance: &Utterance,
    now: Timestamp,
) -> Turn {
    let hope = conversation.hope.clone();
    let mut turn = crate::engine::take_turn(current, conversation, facts, utterance, now);
    if turn.conversation.owner == Owner::Bot && turn.conversation.life == Life::Active {
        turn.conversation.hope = hope;
    }
    turn
}

/// It goes on in the new version. An answer to a question that is not the same any more is written down and not
/// applied: the question is put again.
pub fn over(
    current: &Playbook,
    before: Conversation,
    moved: Moved,
    facts: &Facts,
    utterance: &Utterance,
    now: Timestamp,
) -> Turn {
    let from = before.revision;
    let mut w = Working::new(current, moved.conversation, facts, now);
    w.event(Event::CarriedOver { from, to: current.revision.clone(), stranded: None });
    // What is ours to go on with, nobody was asked for.
    let ours = w.current_wait().is_some_and(|wait| wait.kind.is_ours());
    if moved.same_question || ours {
        hear::hear(&mut w, utterance);
        return w.finish();
    }
    rerun_answers(&mut w);
    match &utterance.said {
        Said::HandedBack | Said::NobodyCame => hear::hear(&mut w, utterance),
        said => {
            let input = hear::overheard(&mut w, said, false);
            match input.and_then(|input| answer::global(&w, &input)) {
                Some(global) if w.current_wait().is_some() => globals::act(&mut w, global),
                _ => {
                    if !matches!(said, Said::Again | Said::Started { .. }) {
                        w.say_words("asked_anew", &[]);
                    }
                    ask_or_run(&mut w);
                }
            }
        }
    }
    w.finish()
}

/// Answers are looked for anew: those that were offered may not be there any more.
fn rerun_answers(w: &mut Working<'_>) {
    let offered = |kind: &WaitKind| {
        matches!(kind, WaitKind::Solved { .. } | WaitKind::Pick { .. } | WaitKind::Reason { .. })
    };
    if let Some(frame) = w.frame_mut()
        && frame.wait.as_ref().is_some_and(|wait| offered(&wait.kind))
    {
        frame.wait = None;
    } else if let Some(wait) = w.frame_mut().and_then(|frame| frame.wait.as_mut()) {
        wait.failures = 0;
    }
}

fn ask_or_run(w: &mut Working<'_>) {
    if w.current_wait().is_some() { prompts::ask(w) } else { run::run(w) }
}

/// Its step is gone: says so, keeps what was said, and offers to begin again or a person.
pub fn strand(
    current: &Playbook,
    before: Conversation,
    why: &Reason,
    facts: &Facts,
    utterance: &Utterance,
    now: Timestamp,
) -> Turn {
    let asked = before.frames.last().and_then(|frame| frame.wait.as_ref()).map(|wait| &wait.kind);
    // What was asked for is not known any more, so the answer may be a secret.
    let secret = matches!(asked, Some(WaitKind::Step));
    let from = before.revision.clone();
    let stranded = Some(format!("{}/{}: {}", why.flow, why.step, why.what));
    let kept = all_slots(&before);
    let mut w = Working::new(current, restarted(current, before, &kept), facts, now);
    w.event(Event::CarriedOver { from, to: current.revision.clone(), stranded });
    if matches!(utterance.said, Said::HandedBack | Said::NobodyCame) && w.c.owner != Owner::Bot {
        w.own(Owner::Bot, "bot");
    }
    let input = hear::overheard(&mut w, &utterance.said, secret);
    match input.and_then(|input| answer::global(&w, &input)) {
        Some(global @ (Global::Agent | Global::Cancel)) => globals::act(&mut w, global),
        _ => changed(&mut w, kept),
    }
    w.finish()
}

fn changed(w: &mut Working<'_>, kept: BTreeMap<SlotName, SlotValue>) {
    let Some(flow) = w.playbook.flow(CHANGED) else { return failure::out(w) };
    begin::enter(w, flow);
    if let Some(frame) = w.frame_mut() {
        // A ticket takes along what all flows under way hold.
        frame.slots = kept;
    }
    run::run(w);
}

/// Everything that was filled, the inner flow's where a name is used twice.
fn all_slots(conversation: &Conversation) -> BTreeMap<SlotName, SlotValue> {
    let slots = conversation.frames.iter().flat_map(|frame| &frame.slots);
    slots.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The flow that it began with, at its beginning, with the answers that still are some filled ahead; where there is no
/// such flow any more, the menu.
fn restarted(
    current: &Playbook,
    mut conversation: Conversation,
    kept: &BTreeMap<SlotName, SlotValue>,
) -> Conversation {
    let first = conversation.frames.first().map(|frame| frame.flow.clone()).unwrap_or_default();
    let same = flow_of(current, &first).filter(|flow| flow.start.is_some() && !flow.system);
    let begun = same.or_else(|| current.default_flow());
    conversation.frames = begun
        .map(|flow| Frame {
            flow: flow.name.clone(),
            step: flow.steps.first().map(|step| step.id.clone()).unwrap_or_default(),
            slots: BTreeMap::new(),
            ahead: Vec::new(),
            digression: false,
            wait: same.is_none().then_some(Wait { kind: WaitKind::Menu { under: None }, failures: 0 }),
        })
        .into_iter()
        .collect();
    if let (Some(flow), Some(frame)) = (same, conversation.frames.first_mut()) {
        let valid = kept.iter().filter_map(|(name, value)| Some((name, held(flow.slots.get(name)?, value)?)));
        frame.slots = valid.map(|(name, value)| (name.clone(), value)).collect();
        frame.ahead = frame.slots.keys().cloned().collect();
    }
    conversation.trail.clear();
    conversation.reopened = None;
    conversation.gathered = None;
    conversation.revision.clone_from(&current.revision);
    if let Some(locale) = current.nearest_locale(&conversation.locale) {
        conversation.locale = locale.to_owned();
    }
    conversation
}
