//! What is being asked, asked (again), and what may be heard in answer.

use crate::conversation::{Hope, Life, Owner, Prompt, PromptKind, PromptOption, WaitKind};
use crate::flow::{Kind, SlotKind};

use super::working::Working;
use super::{elsewhere, globals, question, queue, reason, resume, speak, step, sure, telling};

/// Seconds for which a call rings that an agent has put through.
const RING: u32 = 30;

/// How a prompt is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    First,
    /// After so many failures; the text of `reprompts:` stands in where there is one.
    Again(u32),
}

/// Asks what the frame on top waits for.
pub(super) fn ask(w: &mut Working<'_>) {
    ask_as(w, Asking::First);
}

pub(super) fn ask_as(w: &mut Working<'_>, asking: Asking) {
    let Some(wait) = w.current_wait().cloned() else { return };
    match wait.kind {
        WaitKind::Step => ask_step(w, asking),
        WaitKind::Solved { article, part, .. } => telling::ask(w, &article, part, asking),
        WaitKind::Pick { articles, .. } => question::ask_pick(w, &articles),
        WaitKind::Reason { .. } => reason::ask(w),
        WaitKind::Comment => w.say_words("survey_comment", &[]),
        WaitKind::Person => queue::put(w),
        WaitKind::Transfer { .. } => {}
        WaitKind::Consent { .. } => step::voicemail::ask(w),
        WaitKind::Message { .. } => step::voicemail::ask_message(w),
        WaitKind::Resume { .. } => resume::ask(w),
        WaitKind::Sure { heard, .. } => sure::ask(w, &heard),
        WaitKind::SendTo { .. } => telling::ask_number(w),
        // What was waited for may have come while something else had the word.
        WaitKind::Pause { .. } => {
            step::wait::go_on(w);
        }
        WaitKind::Http { .. } => {
            if !step::http::go_on(w) {
                w.say_words("one_moment", &[]);
            }
        }
        WaitKind::Menu { .. } => globals::ask_menu(w),
        WaitKind::Language { .. } => globals::ask_language(w),
        WaitKind::Elsewhere { .. } => elsewhere::ask(w),
    }
}

fn ask_step(w: &mut Working<'_>, asking: Asking) {
    let Some((_, step)) = w.here() else { return };
    match &step.kind {
        Kind::Choose(choose) => step::choose::ask(w, choose, asking),
        Kind::Ask(ask) => step::ask::ask(w, ask, asking),
        Kind::Confirm(confirm) => step::confirm::ask(w, confirm, asking),
        Kind::Survey(survey) => step::survey::ask(w, survey),
        Kind::Say(_)
        | Kind::Faq(_)
        | Kind::Set(_)
        | Kind::Branch(_)
        | Kind::Call(_)
        | Kind::Ticket(_)
        | Kind::Status(_)
        | Kind::Handoff(_)
        | Kind::Http(_)
        | Kind::Lookup(_)
        | Kind::Wait(_)
        | Kind::Watch(_)
        | Kind::Connect(_)
        | Kind::Voicemail(_)
        | Kind::End(_) => {}
    }
}

/// The options that the current prompt offers, in the conversation's language.
pub(super) fn options(w: &mut Working<'_>) -> Vec<PromptOption> {
    let Some(wait) = w.current_wait().cloned() else { return Vec::new() };
    match wait.kind {
        WaitKind::Step => match w.here().map(|(_, step)| &step.kind) {
            Some(Kind::Choose(choose)) => step::choose::options(w, choose),
            Some(Kind::Confirm(_)) => yes_no(w),
            Some(Kind::Ask(ask)) => step::ask::options(w, ask),
            Some(Kind::Survey(survey)) => step::survey::options(survey),
            _ => Vec::new(),
        },
        WaitKind::Elsewhere { .. }
        | WaitKind::Consent { .. }
        | WaitKind::Resume { .. }
        | WaitKind::SendTo { .. }
        | WaitKind::Sure { .. } => yes_no(w),
        WaitKind::Transfer { .. } | WaitKind::Message { .. } => Vec::new(),
        WaitKind::Solved { article, part, left, .. } => telling::options(w, &article, part, !left.is_empty()),
        WaitKind::Pick { articles, .. } => question::pick_options(w, &articles),
        WaitKind::Reason { .. } => reason::options(w),
        WaitKind::Menu { .. } => globals::menu_options(w),
        WaitKind::Language { .. } => globals::language_options(w),
        WaitKind::Comment | WaitKind::Person | WaitKind::Http { .. } | WaitKind::Pause { .. } => Vec::new(),
    }
}

/// Yes on key 1, no on key 2, on every call.
pub(super) fn yes_no(w: &mut Working<'_>) -> Vec<PromptOption> {
    let yes = w.words("yes", &[]);
    let no = w.words("no", &[]);
    vec![
        PromptOption { value: "yes".into(), label: yes, key: "1".into() },
        PromptOption { value: "no".into(), label: no, key: "2".into() },
    ]
}

/// What a channel should listen for after the turn.
pub(super) fn hope(w: &Working<'_>) -> Hope {
    if w.c.is_closed() {
        return Hope::Nothing;
    }
    if let Some(put) = &w.c.put_through {
        let (to, whisper, from) = (put.to.clone(), put.whisper.clone(), w.c.number.clone());
        return Hope::Transfer { to, ring: RING, whisper, from };
    }
    if w.c.owner != Owner::Bot {
        return queue::hope(w).unwrap_or(Hope::Person);
    }
    let Some(wait) = w.current_wait() else {
        return if w.c.life == Life::Parked { Hope::Words } else { Hope::Nothing };
    };
    match &wait.kind {
        WaitKind::Step => hope_of_step(w),
        WaitKind::Person => Hope::Person,
        WaitKind::Transfer { to, ring, whisper } => {
            let (to, whisper, from) = (to.clone(), whisper.clone(), w.c.number.clone());
            Hope::Transfer { to, ring: *ring, whisper, from }
        }
        WaitKind::Message { longest } => Hope::Recording { longest: *longest },
        WaitKind::Consent { .. }
        | WaitKind::Resume { .. }
        | WaitKind::SendTo { .. }
        | WaitKind::Sure { .. } => Hope::Choice { hints: yes_no_hints(w) },
        WaitKind::Comment => Hope::Words,
        WaitKind::Http { .. } => Hope::Moment { seconds: 2 },
        WaitKind::Pause { until, .. } => Hope::Moment { seconds: step::wait::left(w, *until) },
        WaitKind::Solved { .. } | WaitKind::Elsewhere { .. } => Hope::Choice { hints: yes_no_hints(w) },
        WaitKind::Pick { .. }
        | WaitKind::Reason { .. }
        | WaitKind::Menu { .. }
        | WaitKind::Language { .. } => Hope::Choice { hints: Vec::new() },
    }
}

fn hope_of_step(w: &Working<'_>) -> Hope {
    let Some((flow, step)) = w.here() else { return Hope::Words };
    match &step.kind {
        Kind::Choose(choose) => Hope::Choice { hints: step::choose::hints(w, choose) },
        Kind::Confirm(_) => Hope::Choice { hints: yes_no_hints(w) },
        Kind::Survey(survey) if survey.ask.range().1 < 10 => Hope::Choice { hints: Vec::new() },
        Kind::Survey(_) => Hope::Digits { max: 2, exact: false },
        Kind::Ask(ask) => match flow.slots.get(&ask.slot.value) {
            Some(slot) => step::ask::hope(slot),
            None => Hope::Words,
        },
        _ => Hope::Words,
    }
}

fn yes_no_hints(w: &Working<'_>) -> Vec<String> {
    let list = |key: &str| w.playbook.words.list(key, &w.c.locale).iter().take(4).cloned();
    list("yes").chain(list("no")).collect()
}

/// Whether a slot is one that keys can fill without an end key.
pub(super) fn exact_digits(pattern: &str) -> Option<usize> {
    let rest = pattern.strip_prefix("[0-9]").or_else(|| pattern.strip_prefix(r"\d"))?;
    let count = rest.strip_prefix('{')?.strip_suffix('}')?;
    count.parse().ok().filter(|count| (1..=40).contains(count))
}

/// Asks with the options of the current prompt: shown, or spoken with their keys.
pub(super) fn put(w: &mut Working<'_>, kind: PromptKind, text: &str) {
    let options = options(w);
    let prompt = speak::prompt(w, kind, text, options);
    let slot = super::answer::asked_slot(w).map(|slot| &slot.kind);
    let file = matches!(slot, Some(SlotKind::File));
    let phone = matches!(slot, Some(SlotKind::Phone)) && !w.voice();
    let own = match (w.current_wait().map(|wait| &wait.kind), w.here().map(|(_, step)| &step.kind)) {
        (Some(WaitKind::Step), Some(Kind::Choose(choose))) => Some(&choose.prompt),
        (Some(WaitKind::Step), Some(Kind::Ask(ask))) => Some(&ask.prompt),
        (Some(WaitKind::Step), Some(Kind::Confirm(confirm))) => Some(&confirm.prompt),
        _ => None,
    };
    // A reprompt has words of its own.
    let recorded =
        own.and_then(|own| w.recorded_step(own, text)).filter(|_| own.is_some_and(|own| w.text(own) == text));
    w.send(Prompt { file, phone, recorded, ..prompt });
}

/// The digits a kind of slot takes on a phone's keys, where it takes any.
pub(super) fn keyed(kind: &SlotKind) -> Option<Hope> {
    match kind {
        SlotKind::Number { .. } => Some(Hope::Digits { max: 18, exact: false }),
        SlotKind::Date { .. } => Some(Hope::Digits { max: 8, exact: true }),
        SlotKind::Phone => Some(Hope::Digits { max: 16, exact: false }),
        SlotKind::Pattern { pattern } => {
            let bare = pattern.as_str().trim_start_matches("^(?:").trim_end_matches(")$");
            Some(match exact_digits(bare) {
                Some(max) => Hope::Digits { max, exact: true },
                None => Hope::Digits { max: 40, exact: false },
            })
        }
        SlotKind::Bool | SlotKind::Choice { .. } => Some(Hope::Choice { hints: Vec::new() }),
        SlotKind::Text { .. } | SlotKind::Email | SlotKind::File => None,
    }
}
