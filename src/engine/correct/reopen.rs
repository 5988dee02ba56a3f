//! Which answer a correction means, and what is done about it.

use crate::conversation::{Ahead, Answered, Event, Kept, PromptKind, Reopened, Wait, WaitKind};
use crate::engine::ahead::{self, names, refill};
use crate::engine::recognize::option::{self, Meaning};
use crate::engine::recognize::{slot, within};
use crate::engine::shown::{shown, slot_of};
use crate::engine::step::{self, Then};
use crate::engine::working::{Working, masked};
use crate::engine::{answer, back, globals, prompts, run};
use crate::flow::template::{CODE_CLOSE, CODE_OPEN};
use crate::flow::{Flow, Kind, SlotKind, SlotValue, Step};

use super::cue::{Cue, cue};

/// An answer that can be corrected.
#[derive(Clone, Copy)]
struct Given<'a> {
    /// Its place in the trail; the answer whose words also filled it, where it was filled ahead.
    at: usize,
    flow: &'a Flow,
    step: &'a Step,
    ahead: bool,
}

/// Does what a correction asks for. False where the text is none, or names nothing that was answered.
pub(in crate::engine) fn correct(w: &mut Working<'_>, text: &str) -> bool {
    let Some(cue) = cue(w, text) else { return false };
    let given = given(w);
    let meant = match &cue {
        Cue::Meant(rest) => by_value(w, &given, rest, false).or_else(|| last_text(w, &given, rest)),
        Cue::No(rest) => {
            if takes_no(w) {
                None
            } else {
                by_value(w, &given, rest, true)
            }
        }
        Cue::Change(rest) => return change(w, &given, rest),
    };
    let Some((given, value)) = meant else { return false };
    apply(w, given, Some(value));
    true
}

/// The prompt takes "no" for an answer, so a leading "no" announces nothing.
fn takes_no(w: &Working<'_>) -> bool {
    match w.current_wait().map(|wait| &wait.kind) {
        Some(WaitKind::Step) => match w.here().map(|(_, step)| &step.kind) {
            Some(Kind::Confirm(_)) => true,
            Some(Kind::Ask(_)) => {
                answer::asked_slot(w).is_some_and(|slot| matches!(slot.kind, SlotKind::Bool))
            }
            _ => false,
        },
        Some(WaitKind::Solved { .. }) => true,
        _ => false,
    }
}

/// What was answered in the flows under way, the latest first; each slot once.
fn given<'a>(w: &Working<'a>) -> Vec<Given<'a>> {
    let mut all: Vec<Given<'a>> = Vec::new();
    let mut add = |given: Given<'a>| {
        let same = |known: &Given<'a>| known.flow.name == given.flow.name && known.step.id == given.step.id;
        if !all.iter().any(same) {
            all.push(given);
        }
    };
    for (at, answered) in w.c.trail.iter().enumerate().rev() {
        for (flow, slot) in &answered.ahead {
            let Some(flow) = w.playbook.flow(flow) else { continue };
            if let Some(step) = flow.steps.iter().find(|step| slot_of(step) == Some(slot)) {
                add(Given { at, flow, step, ahead: true });
            }
        }
        let Some(flow) = w.playbook.flow(&answered.flow).filter(|_| answered.given.is_some()) else {
            continue;
        };
        let asks = |step: &&Step| matches!(step.kind, Kind::Choose(_) | Kind::Ask(_) | Kind::Confirm(_));
        if let Some(step) = flow.step(&answered.step).filter(asks) {
            add(Given { at, flow, step, ahead: false });
        }
    }
    all
}

/// The answer that the words are another value of: of the kind that they fit best, then the latest.
fn by_value<'a>(
    w: &mut Working<'_>,
    given: &[Given<'a>],
    rest: &str,
    exact: bool,
) -> Option<(Given<'a>, SlotValue)> {
    let mut best: Option<(u8, Given<'a>, SlotValue)> = None;
    for given in given {
        let Some(value) = value(w, given, rest, exact) else { continue };
        let weight = ahead::weight(given.flow, given.step);
        let better = best.as_ref().is_none_or(|(known, ..)| weight > *known);
        if better && current(w, given).as_ref() != Some(&value) {
            best = Some((weight, *given, value));
        }
    }
    best.map(|(_, given, value)| (given, value))
}

fn current(w: &Working<'_>, given: &Given<'_>) -> Option<SlotValue> {
    let answered = w.c.trail.get(given.at)?;
    if !given.ahead {
        return answered.given.clone();
    }
    let slot = slot_of(given.step)?;
    w.c.frames.iter().rev().find(|frame| frame.flow == given.flow.name)?.slots.get(slot).cloned()
}

/// The words as a value of what the step asks for. `exact`: only where they are nothing else.
fn value(w: &mut Working<'_>, given: &Given<'_>, rest: &str, exact: bool) -> Option<SlotValue> {
    match &given.step.kind {
        Kind::Choose(choose) => {
            let offers = step::choose::offers(w, choose);
            let skip = w.playbook.words.list("stop_words", &w.c.locale);
            let some = || option::by_words(rest, &offers, skip).filter(|_| !exact);
            option::by_name(rest, &offers).or_else(some).map(|meaning| SlotValue::Text(meaning.value))
        }
        Kind::Ask(ask) => {
            let slot = given.flow.slots.get(&ask.slot.value)?;
            if matches!(slot.kind, SlotKind::Text { .. } | SlotKind::Bool) {
                return None;
            }
            let reading = answer::reading(w, false);
            let within = || within::only(slot, rest, &reading).filter(|_| !exact).map(|found| found.value);
            slot::read(slot, rest, &reading).ok().or_else(within)
        }
        _ => None,
    }
}

/// "I meant the other printer": the last answer, where it was a free text.
fn last_text<'a>(w: &Working<'_>, given: &[Given<'a>], rest: &str) -> Option<(Given<'a>, SlotValue)> {
    let last = given.iter().find(|given| !given.ahead && given.at + 1 == w.c.trail.len())?;
    let Kind::Ask(ask) = &last.step.kind else { return None };
    let slot = last.flow.slots.get(&ask.slot.value)?;
    let free = matches!(slot.kind, SlotKind::Text { .. });
    let value = slot::read(slot, rest, &answer::reading(w, false)).ok()?;
    free.then_some((*last, value))
}

/// "Change the account", "change my account to 204417".
fn change(w: &mut Working<'_>, given: &[Given<'_>], rest: &str) -> bool {
    let Some(meant) = named(w, given, rest) else {
        let Some((meant, value)) = by_value(w, given, rest, true) else { return false };
        apply(w, meant, Some(value));
        return true;
    };
    let value = value(w, &meant, rest, false).filter(|value| current(w, &meant).as_ref() != Some(value));
    apply(w, meant, value);
    true
}

/// The answer that the words name: by its slot's label or name, else by its prompt, where they name no other.
fn named<'a>(w: &mut Working<'_>, given: &[Given<'a>], rest: &str) -> Option<Given<'a>> {
    let mut by_name = Vec::new();
    let mut by_prompt = Vec::new();
    for given in given {
        let named = names(w, given.flow, given.step);
        let said = match value_words(w, given, rest) {
            Some(words) => w.content(&ahead::without(rest, &words)),
            None => w.content(rest),
        };
        if said.is_empty() {
            continue;
        }
        if said.iter().all(|word| named.own.contains(word)) {
            by_name.push(*given);
        } else if said.iter().all(|word| named.own.contains(word) || named.prompt.contains(word)) {
            by_prompt.push(*given);
        }
    }
    match (by_name.as_slice(), by_prompt.as_slice()) {
        ([one], _) | ([], [one]) => Some(*one),
        _ => None,
    }
}

/// The words that say a new value, in "change my account to 204417".
fn value_words(w: &mut Working<'_>, given: &Given<'_>, rest: &str) -> Option<String> {
    match &given.step.kind {
        Kind::Choose(choose) => {
            let offers = step::choose::offers(w, choose);
            let skip = w.playbook.words.list("stop_words", &w.c.locale);
            option::within(rest, &offers, skip).map(|(_, words)| words)
        }
        Kind::Ask(ask) => {
            let slot = given.flow.slots.get(&ask.slot.value)?;
            within::only(slot, rest, &answer::reading(w, false)).map(|found| found.words)
        }
        _ => None,
    }
}

/// Reopens an answer, with its new value or to be asked again.
fn apply(w: &mut Working<'_>, given: Given<'_>, value: Option<SlotValue>) {
    globals::leave_overlay(w);
    let crosses = w.c.trail.get(given.at).is_some_and(|answered| answered.tickets < w.c.tickets.len());
    if let (true, Some(value)) = (crosses, &value) {
        return note_on_ticket(w, given, value);
    }
    let was = w.current_wait().cloned().map(|wait| (w.place(), wait));
    let was = was.map(|((flow, step), wait)| (flow, step, wait));
    let Some(Rewound { undone, mut own, later, said }) = rewind(w, given.at) else { return };
    back::stays(w, &undone);
    w.reopening = value.is_none();
    match &value {
        Some(value) => say_changed(w, given, value),
        None => w.say_words("reopened", &[]),
    }
    if given.ahead {
        replace(&mut own, given, value);
    } else {
        w.c.reopened = Some(Reopened { kept: later, said, was });
        return at_own_step(w, given, value, &own.ahead);
    }
    // The words that filled it ahead answered another prompt: that answer is given again, and the rest after it.
    let kept = std::iter::once(own).chain(later).collect();
    w.c.reopened = Some(Reopened { kept, said, was });
    if let Some(frame) = w.frame_mut() {
        frame.wait = None;
    }
    run::run(w);
}

/// The prompt of the answer itself waits: takes the new value, or asks.
fn at_own_step(w: &mut Working<'_>, given: Given<'_>, value: Option<SlotValue>, ahead: &[Ahead]) {
    let Some(value) = value else {
        refill(w, ahead);
        if w.current_wait().is_none() {
            w.wait(Wait { kind: WaitKind::Step, failures: 0 });
            return;
        }
        return prompts::ask(w);
    };
    let then = match &given.step.kind {
        Kind::Choose(choose) => {
            step::choose::chosen(w, choose, &Meaning { value: value.to_string(), whole: true })
        }
        Kind::Ask(ask) => step::ask::filled(w, ask, value),
        _ => Then::next(),
    };
    refill(w, ahead);
    run::go_on(w, &then);
}

/// What was undone: the answer itself, and those after it in the order in which they were given.
struct Rewound {
    undone: Answered,
    own: Kept,
    later: Vec<Kept>,
    said: Vec<u64>,
}

/// Undoes the answers from the last to the one at `at`.
fn rewind(w: &mut Working<'_>, at: usize) -> Option<Rewound> {
    let slots: Vec<Ahead> =
        w.c.frames
            .iter()
            .flat_map(|frame| {
                let all = frame.slots.iter();
                all.map(|(name, value)| (frame.flow.clone(), name.clone(), value.clone()))
            })
            .collect();
    let mut later = Vec::new();
    let mut said = Vec::new();
    let mut last = None;
    while w.c.trail.len() > at {
        let undone = w.undo()?;
        said.extend(undone.said.iter().copied());
        if let Some(before) = last.replace(undone) {
            later.extend(kept_of(&before, &slots));
        }
    }
    later.reverse();
    let undone = last?;
    let own = kept_of(&undone, &slots)?;
    Some(Rewound { undone, own, later, said })
}

fn kept_of(answered: &Answered, slots: &[Ahead]) -> Option<Kept> {
    let filled = |slot: &&Ahead| answered.ahead.iter().any(|(flow, name)| *flow == slot.0 && *name == slot.1);
    Some(Kept {
        flow: answered.flow.clone(),
        step: answered.step.clone(),
        given: answered.given.clone()?,
        ahead: slots.iter().filter(filled).cloned().collect(),
    })
}

/// The slot gets its new value among those that were filled ahead, or is left to be asked for.
fn replace(own: &mut Kept, given: Given<'_>, value: Option<SlotValue>) {
    let Some(slot) = slot_of(given.step) else { return };
    own.ahead.retain(|(flow, name, _)| *flow != given.flow.name || name != slot);
    own.ahead.extend(value.map(|value| (given.flow.name.clone(), slot.clone(), value)));
}

fn say_changed(w: &mut Working<'_>, given: Given<'_>, value: &SlotValue) {
    let Some(item) = shown(w, given.flow, given.step, value) else { return };
    let text = w.words("changed", &[("items", item)]);
    w.say(PromptKind::System, &text);
}

/// The ticket with the old answer is open already: the new one is written on it, and nothing is undone.
fn note_on_ticket(w: &mut Working<'_>, given: Given<'_>, value: &SlotValue) {
    let Some(ticket) = w.c.tickets.last().cloned() else { return };
    let Some(slot) = slot_of(given.step) else { return prompts::ask(w) };
    let secret = given.flow.slots.get(slot).is_some_and(|slot| slot.sensitive);
    let visible = if secret { masked(value) } else { value.clone() };
    let frame = w.c.frames.iter_mut().rev().find(|frame| frame.flow == given.flow.name);
    if let Some(frame) = frame {
        frame.slots.insert(slot.clone(), value.clone());
    }
    w.event(Event::SlotFilled { slot: slot.clone(), value: visible.clone() });
    w.event(Event::TicketAdded { code: ticket.code.clone(), text: format!("{slot}: {visible}") });
    let items = shown(w, given.flow, given.step, value).unwrap_or_default();
    let code = format!("{CODE_OPEN}{}{CODE_CLOSE}", ticket.code);
    let text = w.words("changed_on_ticket", &[("items", items), ("code", code)]);
    w.say(PromptKind::System, &text);
    prompts::ask(w);
}
