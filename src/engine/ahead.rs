//! Answers given ahead: what one utterance says beyond the answer to the present prompt fills slots that later steps
//! ask for. Never by a value that may be meant for two slots, never a free text but by the opening words.

use crate::conversation::{Ahead, Event, PromptKind};
use crate::flow::{Flow, Kind, SlotKind, SlotValue, Step};

use super::answer::Input;
use super::onward::onward;
use super::recognize::option::{self, Offer};
use super::recognize::text::plain;
use super::recognize::within::{self, Found};
use super::shown::{shown, slot_of};
use super::working::{Working, masked};
use super::{answer, step};

/// Content words that make the opening utterance more than the name of an option.
const TELLING_WORDS: usize = 2;

/// What is left of an utterance beside the answer to the present prompt.
#[derive(Debug, Clone, Default)]
pub(super) struct Rest {
    pub text: String,
    /// The first words of the contact; they may tell the matter itself.
    pub opening: Option<String>,
    /// The answer itself, as it is said back along with what was filled ahead.
    pub answered: Option<String>,
}

/// A step that will ask for a slot which is still empty.
struct Asker<'a> {
    depth: usize,
    flow: &'a Flow,
    step: &'a Step,
}

struct Claim<'a> {
    asker: Asker<'a>,
    found: Found,
    weight: u8,
}

/// What an utterance said beside its answer to the prompt that waited. `first`: nothing was answered before.
pub(super) fn beside(w: &mut Working<'_>, offers: &[Offer], input: &Input, first: bool) {
    let Input::Words(text) = input else { return };
    let Some(answered) = w.c.trail.last().filter(|_| w.noted).cloned() else { return };
    let Some(flow) = w.playbook.flow(&answered.flow).filter(|flow| !flow.system) else { return };
    let (Some(at), Some(given)) = (flow.step(&answered.step), answered.given) else { return };
    let opening = first.then(|| text.clone());
    w.rest = match &at.kind {
        Kind::Choose(_) => {
            let offer = offers.iter().find(|offer| offer.value == given.to_string());
            let names = offer.into_iter().flat_map(|offer| offer.labels.iter().chain(&offer.synonyms));
            let left = names.fold(text.clone(), |left, name| without(&left, name));
            Rest { text: left, opening, answered: shown(w, flow, at, &given) }
        }
        Kind::Ask(ask) => {
            let Some(slot) = flow.slots.get(&ask.slot.value) else { return };
            match within::only(slot, text, &answer::reading(w, false)) {
                _ if matches!(slot.kind, SlotKind::Text { .. }) => {
                    Rest { text: text.clone(), opening: None, answered: None }
                }
                Some(found) => {
                    let answered = shown(w, flow, at, &given);
                    Rest { text: without(text, &found.words), opening, answered }
                }
                None => Rest::default(),
            }
        }
        Kind::Confirm(_) => Rest { text: text.clone(), opening: None, answered: None },
        _ => Rest::default(),
    };
}

/// Fills ahead what an utterance says that answered nothing. True where it filled something.
pub(super) fn amid(w: &mut Working<'_>, text: &str, opening: bool) -> bool {
    let opening = opening.then(|| text.to_owned());
    capture(w, &Rest { text: text.to_owned(), opening, answered: None })
}

/// Fills what the rest of an utterance says, and says it back. True where it filled something.
pub(super) fn capture(w: &mut Working<'_>, rest: &Rest) -> bool {
    if !rest.text.contains(char::is_alphanumeric) {
        return false;
    }
    let claims = settled(claims(w, &rest.text));
    let mut items: Vec<String> = rest.answered.iter().cloned().collect();
    let before = items.len();
    let mut left = rest.text.clone();
    for claim in claims {
        left = without(&left, &claim.found.words);
        fill(w, &claim.asker, claim.found.value.clone());
        if is_secret(&claim.asker) {
            w.mask_heard(&claim.found.words);
        }
        items.extend(shown(w, claim.asker.flow, claim.asker.step, &claim.found.value));
    }
    let told = opening(w, rest, &left);
    if items.len() > before {
        let text = w.words("understood", &[("items", items.join(", "))]);
        w.say(PromptKind::System, &text);
    }
    told || items.len() > before
}

fn is_secret(asker: &Asker<'_>) -> bool {
    slot_of(asker.step).and_then(|name| asker.flow.slots.get(name)).is_some_and(|slot| slot.sensitive)
}

fn fill(w: &mut Working<'_>, asker: &Asker<'_>, value: SlotValue) {
    let Some(slot) = slot_of(asker.step) else { return };
    let shown = if is_secret(asker) { masked(&value) } else { value.clone() };
    put(w, asker.depth, slot, value);
    w.event(Event::SlotFilled { slot: slot.clone(), value: shown });
}

/// Fills a slot of the flow at `depth` ahead of its prompt.
pub(super) fn put(w: &mut Working<'_>, depth: usize, slot: &str, value: SlotValue) {
    let Some(frame) = w.c.frames.get_mut(depth) else { return };
    let filled = (frame.flow.clone(), slot.to_owned());
    frame.slots.insert(slot.to_owned(), value);
    if !frame.ahead.iter().any(|name| name == slot) {
        frame.ahead.push(slot.to_owned());
    }
    if let Some(last) = w.c.trail.last_mut()
        && !last.ahead.contains(&filled)
    {
        last.ahead.push(filled);
    }
}

/// Fills ahead again what an answer that is given again had filled.
pub(super) fn refill(w: &mut Working<'_>, ahead: &[Ahead]) {
    for (flow, slot, value) in ahead {
        if let Some(depth) = w.c.frames.iter().rposition(|frame| frame.flow == *flow) {
            put(w, depth, slot, value.clone());
        }
    }
}

/// Steps of the flow on top and of its callers that will ask for what is still empty.
fn askers<'a>(w: &Working<'a>) -> Vec<Asker<'a>> {
    let mut all: Vec<Asker<'a>> = Vec::new();
    for (depth, frame) in w.c.frames.iter().enumerate().rev() {
        let Some(flow) = w.playbook.flow(&frame.flow).filter(|flow| !flow.system) else { break };
        let Some(at) = flow.step_index(&frame.step) else { continue };
        let own = frame.wait.is_some().then_some(at);
        let returned: Vec<&String> = match &flow.steps[at].kind {
            Kind::Call(call) => call.into.iter().map(|(mine, _)| &mine.value).collect(),
            _ => Vec::new(),
        };
        for step in onward(flow, at).into_iter().filter(|step| Some(*step) != own).map(|at| &flow.steps[at]) {
            let Some(slot) = slot_of(step) else { continue };
            let free = !frame.slots.contains_key(slot) && !returned.contains(&slot);
            let asked_now = own.is_some_and(|own| slot_of(&flow.steps[own]) == Some(slot));
            let known = all.iter().any(|asker| asker.depth == depth && slot_of(asker.step) == Some(slot));
            if free && !asked_now && !known {
                all.push(Asker { depth, flow, step });
            }
        }
        if frame.digression {
            break;
        }
    }
    all
}

fn claims<'a>(w: &mut Working<'a>, text: &str) -> Vec<Claim<'a>> {
    let mut claims = Vec::new();
    for asker in askers(w) {
        let found = match &asker.step.kind {
            Kind::Choose(choose) => {
                let offers = step::choose::offers(w, choose);
                let skip = w.playbook.words.list("stop_words", &w.c.locale);
                option::within(text, &offers, skip)
                    .map(|(value, words)| Found { value: SlotValue::Text(value), words })
            }
            Kind::Ask(_) => typed(w, &asker, text),
            _ => None,
        };
        if let Some(found) = found {
            let weight = weight(asker.flow, asker.step);
            claims.push(Claim { asker, found, weight });
        }
    }
    claims
}

fn typed(w: &mut Working<'_>, asker: &Asker<'_>, text: &str) -> Option<Found> {
    let slot = slot_of(asker.step).and_then(|name| asker.flow.slots.get(name))?;
    let found = within::only(slot, text, &answer::reading(w, false))?;
    // A number alone may count anything: the words of its prompt must be about it.
    let named =
        !matches!(slot.kind, SlotKind::Number { .. }) || names(w, asker.flow, asker.step).said_in(w, text);
    named.then_some(found)
}

/// What of two readings of the same words is believed.
pub(super) fn weight(flow: &Flow, step: &Step) -> u8 {
    let slot = slot_of(step).and_then(|name| flow.slots.get(name));
    match slot.map(|slot| &slot.kind) {
        Some(SlotKind::Choice { .. }) => 5,
        Some(SlotKind::Email | SlotKind::Pattern { .. }) => 4,
        Some(SlotKind::Date { .. }) => 3,
        Some(SlotKind::Phone) => 2,
        Some(SlotKind::Number { .. } | SlotKind::Text { .. } | SlotKind::Bool | SlotKind::File) | None => 1,
    }
}

/// The claims that no other disputes: of two on the same words the surer one, of two as sure neither.
fn settled(claims: Vec<Claim<'_>>) -> Vec<Claim<'_>> {
    let same = |a: &Claim<'_>, b: &Claim<'_>| {
        within::holds(&a.found.words, &b.found.words) || within::holds(&b.found.words, &a.found.words)
    };
    let disputed: Vec<bool> = claims
        .iter()
        .enumerate()
        .map(|(at, claim)| {
            let others = claims.iter().enumerate().filter(|(other, _)| *other != at);
            others.into_iter().any(|(_, other)| same(claim, other) && other.weight >= claim.weight)
        })
        .collect();
    claims.into_iter().zip(disputed).filter(|(_, disputed)| !disputed).map(|(claim, _)| claim).collect()
}

/// The contact's first words fill the first text that is asked for, where they tell more than what was understood.
fn opening(w: &mut Working<'_>, rest: &Rest, left: &str) -> bool {
    let Some(said) = &rest.opening else { return false };
    if w.content(left).len() < TELLING_WORDS {
        return false;
    }
    let is_text = |asker: &Asker<'_>| {
        let slot = slot_of(asker.step).and_then(|name| asker.flow.slots.get(name));
        matches!(slot.map(|slot| &slot.kind), Some(SlotKind::Text { .. }))
    };
    let Some(asker) = askers(w).into_iter().find(is_text) else { return false };
    let Some(slot) = slot_of(asker.step).and_then(|name| asker.flow.slots.get(name)) else { return false };
    let Ok(value) = super::recognize::slot::read(slot, said, &answer::reading(w, false)) else {
        return false;
    };
    fill(w, &asker, value);
    true
}

/// What people may call the slot of a step.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Words of its label and its name.
    pub own: Vec<String>,
    /// Words of its prompt.
    pub prompt: Vec<String>,
}

impl Names {
    fn said_in(&self, w: &Working<'_>, text: &str) -> bool {
        let said = w.content(text);
        self.own.iter().chain(&self.prompt).any(|word| said.contains(word))
    }
}

pub(super) fn names(w: &mut Working<'_>, flow: &Flow, step: &Step) -> Names {
    let prompt = match &step.kind {
        Kind::Choose(choose) => &choose.prompt,
        Kind::Ask(ask) => &ask.prompt,
        Kind::Confirm(confirm) => &confirm.prompt,
        _ => return Names::default(),
    };
    let name = slot_of(step).cloned().unwrap_or_default().replace('_', " ");
    let label = slot_of(step).and_then(|name| flow.slots.get(name)).and_then(|slot| slot.label.as_ref());
    let label = label.map(|label| w.text(label)).unwrap_or_default();
    // Only the words as written: what a template would put in is not what the slot is called.
    let written = prompt.pick(&w.c.locale, w.playbook.default_locale(), false);
    let written = written.map(|template| template.source.clone()).unwrap_or_default();
    Names { own: w.content(&format!("{label} {name}")), prompt: w.content(&written) }
}

/// A text without some of its words.
pub(super) fn without(text: &str, words: &str) -> String {
    let gone: Vec<String> = plain(words).split(' ').map(str::to_owned).collect();
    let kept = text.split_whitespace().filter(|word| {
        let parts = plain(word);
        !parts.split(' ').any(|part| gone.iter().any(|gone| gone == part))
    });
    kept.collect::<Vec<_>>().join(" ")
}

impl Working<'_> {
    /// The words of a text that say something, in plain form.
    pub fn content(&self, text: &str) -> Vec<String> {
        let skip: Vec<String> =
            self.playbook.words.list("stop_words", &self.c.locale).iter().map(|word| plain(word)).collect();
        let words = plain(text);
        words
            .split(' ')
            .filter(|word| !word.is_empty() && !skip.iter().any(|skip| skip == word))
            .map(str::to_owned)
            .collect()
    }
}
