//! What an input does at the prompt that waits: an option, a value, a word that works everywhere, a question, a miss.

use crate::conversation::{Wait, WaitKind};
use crate::faq::Query;
use crate::flow::format::Marks;
use crate::flow::{Kind, Slot, SlotKind, SlotValue};

use super::failure::{Failure, failed};
use super::globals::{self, Global};
use super::recognize::option::{self, Meaning, Offer};
use super::recognize::slot::Reading;
use super::recognize::spelled::Alphabet;
use super::recognize::{slot, within, yes_no};
use super::step::Then;
use super::working::Working;
use super::{
    ahead, asked, correct, elsewhere, notice, prompts, question, reason, resume, run, step, sure, telling,
};

/// What the contact said, freed of how.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Input {
    Words(String),
    /// A button's value.
    Value(String),
    Keys(String),
    /// A file's reference.
    File(String),
    Nothing,
}

/// Does what the input means at the prompt that waits.
pub(super) fn answer(w: &mut Working<'_>, input: &Input, opening: bool) {
    let Some(wait) = w.current_wait().cloned() else {
        return run::run(w);
    };
    let offers = offers(w, &wait);
    // Keys that the flow takes, buttons and whole names come before the words that work everywhere.
    if let Some(then) = certain(w, &wait, &offers, input) {
        return run::go_on(w, &then);
    }
    if let Some(global) = global(w, input) {
        return globals::act(w, global);
    }
    if let Input::Words(text) = input
        && correct::correct(w, text)
    {
        return;
    }
    if w.resumed && greets(w, input) {
        return reminded(w);
    }
    let first = w.c.trail.is_empty() && wait.failures == 0;
    if let Some(then) = likely(w, &wait, &offers, input) {
        ahead::beside(w, &offers, input, first);
        return run::go_on(w, &then);
    }
    miss(w, &wait, input, opening);
}

/// The word that works everywhere, where the input is one.
pub(super) fn global(w: &Working<'_>, input: &Input) -> Option<Global> {
    match input {
        Input::Words(text) => globals::named(w, text),
        Input::Keys(keys) => globals::keyed(keys),
        Input::Value(_) | Input::File(_) | Input::Nothing => None,
    }
}

/// What the input means beyond doubt.
fn certain(w: &mut Working<'_>, wait: &Wait, offers: &[Offer], input: &Input) -> Option<Then> {
    let meaning = match input {
        Input::Value(value) => option::by_value(value, offers),
        Input::Keys(keys) => option::by_key(keys, offers),
        Input::Words(text) => option::by_name(text, offers),
        Input::File(_) | Input::Nothing => None,
    }?;
    meant(w, wait, &meaning)
}

/// What the input means by some of its words, or as a value of the slot that is asked for.
fn likely(w: &mut Working<'_>, wait: &Wait, offers: &[Offer], input: &Input) -> Option<Then> {
    match &wait.kind {
        WaitKind::Solved { query, .. } => {
            let text = only_words(input)?;
            match telling::of_words(w, text) {
                Some(wish) => Some(telling::wished(w, wish)),
                None => asked_anew(w, query, text),
            }
        }
        WaitKind::Comment => match input {
            Input::Words(text) => commented(w, Some(text.clone())),
            _ => None,
        },
        WaitKind::Step => likely_at_step(w, wait, offers, input),
        WaitKind::Elsewhere { .. } => {
            let yes = said_yes_no(w, only_words(input)?)?;
            Some(elsewhere::answered(w, yes))
        }
        WaitKind::Pick { .. }
        | WaitKind::Reason { .. }
        | WaitKind::Menu { .. }
        | WaitKind::Language { .. } => {
            let text = only_words(input)?;
            let meaning = by_words(w, offers, text)?;
            meant(w, wait, &meaning)
        }
        WaitKind::Consent { .. }
        | WaitKind::Resume { .. }
        | WaitKind::SendTo { .. }
        | WaitKind::Sure { .. } => {
            let yes = said_yes_no(w, only_words(input)?)?;
            Some(agreed(w, wait, yes))
        }
        WaitKind::Person
        | WaitKind::Transfer { .. }
        | WaitKind::Message { .. }
        | WaitKind::Http { .. }
        | WaitKind::Pause { .. } => None,
    }
}

/// Yes or no to a question of the engine's own.
fn agreed(w: &mut Working<'_>, wait: &Wait, yes: bool) -> Then {
    match &wait.kind {
        WaitKind::Consent { .. } => step::voicemail::agreed(w, yes),
        WaitKind::Resume { .. } => resume::answered(w, yes),
        WaitKind::Sure { .. } => sure::answered(w, yes),
        WaitKind::SendTo { .. } => telling::send_to(w, yes),
        _ => Then::Wait,
    }
}

fn likely_at_step(w: &mut Working<'_>, wait: &Wait, offers: &[Offer], input: &Input) -> Option<Then> {
    let (flow, at) = w.here()?;
    match &at.kind {
        Kind::Choose(_) => {
            let text = only_words(input)?;
            let meaning = by_words(w, offers, text)?;
            meant(w, wait, &meaning)
        }
        Kind::Confirm(confirm) => {
            let yes = said_yes_no(w, only_words(input)?)?;
            Some(step::confirm::said(w, confirm, yes))
        }
        Kind::Survey(survey) => {
            let text = match input {
                Input::Words(text) | Input::Keys(text) | Input::Value(text) => text,
                Input::File(_) | Input::Nothing => return None,
            };
            let score = step::survey::score(survey.ask, text)?;
            Some(step::survey::scored(w, survey, Some(score)))
        }
        Kind::Ask(ask) => {
            let slot = flow.slots.get(&ask.slot.value)?;
            let (text, keyed) = match input {
                Input::Words(text) | Input::Value(text) => (text, false),
                Input::Keys(keys) => (keys, true),
                Input::File(file) => {
                    let asked = matches!(slot.kind, SlotKind::File);
                    return asked.then(|| step::ask::filled(w, ask, SlotValue::Text(file.clone())));
                }
                Input::Nothing => return None,
            };
            let value = match read(w, slot, text, keyed) {
                Ok(value) => value,
                Err(refused) if keyed || refused.is_bound() => return None,
                // "it is 204417, I think"
                Err(_) => within::only(slot, text, &reading(w, false))?.value,
            };
            Some(step::ask::filled(w, ask, value))
        }
        _ => None,
    }
}

fn only_words(input: &Input) -> Option<&str> {
    match input {
        Input::Words(text) => Some(text),
        Input::Value(_) | Input::Keys(_) | Input::File(_) | Input::Nothing => None,
    }
}

fn read(
    w: &Working<'_>,
    asked: &Slot,
    text: &str,
    keyed: bool,
) -> Result<crate::flow::SlotValue, slot::Refusal> {
    slot::read(asked, text, &reading(w, keyed))
}

/// What the reading of a value may know in this turn.
pub(super) fn reading<'a>(w: &'a Working<'_>, keyed: bool) -> Reading<'a> {
    let words = |key: &str| w.playbook.words.list(key, &w.c.locale);
    Reading {
        today: w.facts.today.parse().ok(),
        yes: words("yes"),
        no: words("no"),
        days: [words("today"), words("yesterday"), words("tomorrow")],
        months: words("months"),
        numerals: words("numerals"),
        alphabet: Alphabet {
            words: words("spelling"),
            numerals: words("numerals"),
            links: words("spelled_as"),
        },
        group_mark: Marks::of(&w.playbook.words, &w.c.locale).group,
        keyed,
        locale: &w.c.locale,
    }
}

fn said_yes_no(w: &Working<'_>, text: &str) -> Option<bool> {
    let list = |key: &str| w.playbook.words.list(key, &w.c.locale);
    yes_no::said(text, list("yes"), list("no"))
}

/// Instead of yes or no the contact put it in other words: what those find is offered next.
fn asked_anew(w: &mut Working<'_>, before: &str, text: &str) -> Option<Then> {
    let found = question::sure(w, text)?;
    if text == before || w.c.offered.iter().any(|offered| offered.article == found.article) {
        return None;
    }
    let left = match w.current_wait().map(|wait| wait.kind.clone()) {
        Some(WaitKind::Solved { left, .. }) => left,
        _ => Vec::new(),
    };
    let left = left.into_iter().filter(|article| *article != found.article).collect();
    Some(question::offer(w, text.to_owned(), &found, left))
}

fn by_words(w: &Working<'_>, offers: &[Offer], text: &str) -> Option<Meaning> {
    option::by_words(text, offers, w.playbook.words.list("stop_words", &w.c.locale))
}

/// The options at the prompt, as they may be named.
fn offers(w: &mut Working<'_>, wait: &Wait) -> Vec<Offer> {
    if wait.kind == WaitKind::Step
        && let Some((_, at)) = w.here()
        && let Kind::Choose(choose) = &at.kind
    {
        return step::choose::offers(w, choose);
    }
    let mut offers: Vec<Offer> = prompts::options(w)
        .into_iter()
        .map(|option| Offer {
            value: option.value,
            key: option.key,
            labels: vec![option.label],
            synonyms: Vec::new(),
        })
        .collect();
    if matches!(wait.kind, WaitKind::Language { .. }) {
        for offer in &mut offers {
            let names = w.playbook.words.lists.get("language_names").and_then(|by| by.get(&offer.value));
            offer.synonyms = names.cloned().unwrap_or_default();
        }
    }
    offers
}

/// An option was meant.
fn meant(w: &mut Working<'_>, wait: &Wait, meaning: &Meaning) -> Option<Then> {
    let value = meaning.value.as_str();
    match &wait.kind {
        WaitKind::Elsewhere { .. } => Some(elsewhere::answered(w, value == "yes")),
        WaitKind::Solved { .. } => telling::of_value(value).map(|wish| telling::wished(w, wish)),
        WaitKind::Pick { .. } => Some(question::picked(w, value)),
        WaitKind::Reason { .. } => Some(reason::said(w, Some(value.to_owned()))),
        WaitKind::Menu { .. } => {
            globals::switch(w, value);
            Some(Then::Wait)
        }
        WaitKind::Language { .. } => {
            globals::speak_in(w, value);
            Some(Then::Wait)
        }
        WaitKind::Consent { .. }
        | WaitKind::Resume { .. }
        | WaitKind::SendTo { .. }
        | WaitKind::Sure { .. } => Some(agreed(w, wait, value == "yes")),
        WaitKind::Comment
        | WaitKind::Person
        | WaitKind::Transfer { .. }
        | WaitKind::Message { .. }
        | WaitKind::Http { .. }
        | WaitKind::Pause { .. } => None,
        WaitKind::Step => meant_at_step(w, meaning),
    }
}

fn meant_at_step(w: &mut Working<'_>, meaning: &Meaning) -> Option<Then> {
    let (flow, at) = w.here()?;
    match &at.kind {
        Kind::Choose(choose) => Some(step::choose::chosen(w, choose, meaning)),
        Kind::Confirm(confirm) => Some(step::confirm::said(w, confirm, meaning.value == "yes")),
        Kind::Survey(survey) => {
            let score = step::survey::score(survey.ask, &meaning.value)?;
            Some(step::survey::scored(w, survey, Some(score)))
        }
        Kind::Ask(ask) => {
            let value = match flow.slots.get(&ask.slot.value).map(|slot| &slot.kind)? {
                SlotKind::Bool => crate::flow::SlotValue::Bool(meaning.value == "yes"),
                _ => crate::flow::SlotValue::Text(meaning.value.clone()),
            };
            Some(step::ask::filled(w, ask, value))
        }
        _ => None,
    }
}

fn commented(w: &mut Working<'_>, comment: Option<String>) -> Option<Then> {
    let (_, at) = w.here()?;
    match &at.kind {
        Kind::Survey(survey) => Some(step::survey::commented(w, survey, comment)),
        _ => None,
    }
}

/// Nothing fitted: another flow's phrase, a question asked instead of an answer, or a failure.
fn miss(w: &mut Working<'_>, wait: &Wait, input: &Input, opening: bool) {
    if let WaitKind::Pause { .. } = wait.kind {
        if let Some(text) = only_words(input) {
            step::wait::keep(w, text);
        }
        return;
    }
    if wait.kind.is_ours() {
        if *input != Input::Nothing {
            prompts::ask(w);
        }
        return;
    }
    if let Input::File(_) = input {
        // A person may want it; it is kept with the conversation.
        w.say_words("file_kept", &[]);
        return prompts::ask(w);
    }
    if matches!(wait.kind, WaitKind::Step) && matches!(input, Input::Words(_)) && notice::passes_over(w) {
        return answer(w, input, true);
    }
    match &wait.kind {
        WaitKind::Reason { .. } => {
            let then = reason::said(w, None);
            return run::go_on(w, &then);
        }
        WaitKind::Comment => {
            if let Some(then) = commented(w, None) {
                return run::go_on(w, &then);
            }
        }
        _ => {}
    }
    if let Input::Value(_) = input {
        w.say_words("choice_gone", &[]);
        return prompts::ask(w);
    }
    if let (WaitKind::Elsewhere { said, .. }, Input::Words(text)) = (&wait.kind, input) {
        if opening {
            return elsewhere::keep(w, text);
        }
        // Neither yes nor no, for the second time: something of its own.
        if wait.failures > 0 {
            let said = said.iter().chain([text]).cloned().collect();
            return elsewhere::stay(w, said);
        }
    }
    if let Input::Words(text) = input {
        if let Some(flow) = phrase(w, text) {
            return globals::switch(w, &flow);
        }
        let form = matches!(wait.kind, WaitKind::Step | WaitKind::Menu { .. });
        let noted = form && ahead::amid(w, text, opening);
        if form && let Some(found) = question::sure(w, text) {
            asked::put(w, text, &[], 1, true);
            question::answer_amid(w, text, found);
            if !opening {
                w.say_words("returning", &[]);
            }
            return prompts::ask(w);
        }
        if noted {
            return prompts::ask(w);
        }
    }
    // The first words of a chat are a greeting as often as an answer: what was asked stands there already.
    if opening {
        return;
    }
    if w.resumed {
        return reminded(w);
    }
    let failure = why(w, wait, input);
    failed(w, &failure);
}

/// After a long silence a few words are a greeting rather than the free text that was asked for.
fn greets(w: &Working<'_>, input: &Input) -> bool {
    const FEW: usize = 3;
    let free = asked_slot(w).is_some_and(|slot| matches!(slot.kind, SlotKind::Text { .. }));
    free && matches!(input, Input::Words(text) if w.content(text).len() < FEW)
}

/// Says where the conversation stood before the silence.
fn reminded(w: &mut Working<'_>) {
    w.say_words("resuming", &[]);
    prompts::ask(w);
}

fn why(w: &Working<'_>, wait: &Wait, input: &Input) -> Failure {
    let (text, keyed) = match input {
        Input::Nothing => return Failure::NoInput,
        Input::Words(text) | Input::Value(text) => (text, false),
        Input::Keys(keys) => (keys, true),
        Input::File(_) => return Failure::NoMatch(String::new()),
    };
    if wait.kind == WaitKind::Step
        && let Some(slot) = asked_slot(w)
        && let Err(refusal) = read(w, slot, text, keyed)
    {
        return Failure::Refused(refusal);
    }
    Failure::NoMatch(if asked_slot(w).is_some_and(|slot| slot.sensitive) {
        String::new()
    } else {
        text.clone()
    })
}

/// Another flow that begins with such words.
fn phrase(w: &Working<'_>, text: &str) -> Option<String> {
    let fresh = w.c.frames.len() == 1 && w.c.trail.is_empty();
    let ranking = w.playbook.intents.rank(&Query { text, locale: Some(&w.c.locale), context: &[] });
    // Amid a form it takes more to begin another.
    let sure = if fresh { ranking.suggest } else { ranking.sure() };
    let best = ranking.hits.first().filter(|_| sure)?;
    let flow = w.playbook.intents.article(best.article).id.clone();
    let running = w.c.frames.iter().any(|frame| frame.flow == flow);
    (!running && w.playbook.flow(&flow).is_some()).then_some(flow)
}

/// The slot that is asked for.
pub(super) fn asked_slot<'a>(w: &Working<'a>) -> Option<&'a Slot> {
    let (flow, step) = w.here()?;
    match &step.kind {
        Kind::Ask(ask) => flow.slots.get(&ask.slot.value),
        _ => None,
    }
}
