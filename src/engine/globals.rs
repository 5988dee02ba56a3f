//! What works at every prompt without the author writing it: help, menu, back, repeat, cancel, agent, language, link,
//! unlink.

use crate::conversation::{PromptKind, PromptOption, Wait, WaitKind};
use crate::flow::Flow;
use crate::flow::limits::telegram::START_PAYLOAD;

use super::recognize::text::plain;
use super::step::Then;
use super::working::Working;
use super::{back, begin, digression, failure, prompts, run, speak, telling, tongue};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Global {
    Help,
    Menu,
    Back,
    Repeat,
    Cancel,
    Agent,
    Language,
    /// Other channels of the same person: join them, part from them.
    Link,
    Unlink,
    /// The answer that was shown last, once more.
    Answer,
    /// A language named outright.
    Speak(String),
    /// `/start`: all anew.
    Restart,
    /// `/command` of a flow.
    Begin(String),
}

const WORDS: [(&str, Global); 10] = [
    ("help", Global::Help),
    ("menu", Global::Menu),
    ("back", Global::Back),
    ("repeat", Global::Repeat),
    ("cancel", Global::Cancel),
    ("agent", Global::Agent),
    ("language", Global::Language),
    ("link", Global::Link),
    ("unlink", Global::Unlink),
    ("answer_again", Global::Answer),
];

/// The global that a typed or spoken text names, whole.
pub(super) fn named(w: &Working<'_>, text: &str) -> Option<Global> {
    let trimmed = text.trim();
    if let Some(command) = trimmed.strip_prefix('/') {
        return command_named(w, command);
    }
    let said = plain(trimmed);
    if said.is_empty() {
        return None;
    }
    let listed = |key: &str| w.playbook.words.list(key, &w.c.locale).iter().any(|word| plain(word) == said);
    if let Some((_, global)) = WORDS.iter().find(|(key, _)| listed(key)) {
        return Some(global.clone());
    }
    tongue::named(w, trimmed).map(Global::Speak)
}

fn command_named(w: &Working<'_>, command: &str) -> Option<Global> {
    let word = command.split_whitespace().next()?.split('@').next()?.to_lowercase();
    if word == "start" {
        let payload = command.split_whitespace().nth(1);
        return Some(payload.and_then(|to| linked(w, to)).map_or(Global::Restart, Global::Begin));
    }
    if let Some((_, global)) = WORDS.iter().find(|(key, _)| *key == word) {
        return Some(global.clone());
    }
    let has = |flow: &&Flow| flow.start.as_ref().is_some_and(|start| start.commands.contains(&word));
    w.playbook.flows.values().find(has).map(|flow| Global::Begin(flow.name.clone()))
}

/// The flow that a deep link's payload (`/start billing`) names: by its name or one of its commands.
fn linked(w: &Working<'_>, payload: &str) -> Option<String> {
    const ODD: [char; 2] = ['-', '_'];
    let bounded = payload.len() <= START_PAYLOAD;
    let clean = payload.chars().all(|c| c.is_ascii_alphanumeric() || ODD.contains(&c));
    let named = |flow: &&Flow| {
        let command =
            |start: &crate::flow::Start| start.commands.iter().any(|c| c.eq_ignore_ascii_case(payload));
        !flow.system && flow.start.as_ref().is_some_and(|start| flow.name == payload || command(start))
    };
    w.playbook.flows.values().filter(|_| bounded && clean).find(named).map(|flow| flow.name.clone())
}

/// Where a text begins a conversation by itself (`/start`, `/command` of a flow): with which flow.
pub(super) fn opens(w: &Working<'_>, text: &str) -> Option<Option<String>> {
    match text.trim().strip_prefix('/').and_then(|command| command_named(w, command))? {
        Global::Restart => Some(None),
        Global::Begin(flow) => Some(Some(flow)),
        Global::Help
        | Global::Menu
        | Global::Back
        | Global::Repeat
        | Global::Cancel
        | Global::Agent
        | Global::Language
        | Global::Link
        | Global::Unlink
        | Global::Answer
        | Global::Speak(_) => None,
    }
}

/// The global of a phone's key, at prompts where the flow does not take the key.
pub(super) fn keyed(keys: &str) -> Option<Global> {
    match keys {
        "0" => Some(Global::Agent),
        "*" => Some(Global::Back),
        "#" => Some(Global::Repeat),
        _ => None,
    }
}

pub(super) fn act(w: &mut Working<'_>, global: Global) {
    match global {
        Global::Help => {
            w.say_words("help_text", &[]);
            prompts::ask(w);
        }
        Global::Repeat => prompts::ask(w),
        Global::Answer => telling::once_more(w),
        Global::Back => back::back(w),
        Global::Cancel => cancel(w),
        Global::Agent => over(w, "system/agent"),
        Global::Link => over(w, "system/link"),
        Global::Unlink => over(w, "system/unlink"),
        Global::Menu => menu(w),
        Global::Language => {
            if w.playbook.locales.len() < 2 {
                w.say_words("one_language", &[]);
                return prompts::ask(w);
            }
            overlay(w, |under| WaitKind::Language { under });
        }
        Global::Speak(locale) => speak_in(w, &locale),
        Global::Restart => match w.playbook.default_flow() {
            Some(flow) => digression::restart(w, flow),
            None => prompts::ask(w),
        },
        Global::Begin(flow) => switch(w, &flow),
    }
}

/// A digression that is cancelled gives back to the question under it; otherwise the conversation is over.
fn cancel(w: &mut Working<'_>) {
    if leave_overlay(w) && w.current_wait().is_some() {
        w.say_words("digression_cancelled", &[]);
        w.say_words("returning", &[]);
        return prompts::ask(w);
    }
    if let Some(depth) = digression::under_way(w) {
        w.say_words("digression_cancelled", &[]);
        return digression::give_back(w, depth);
    }
    w.say_words("cancelled", &[]);
    w.close("cancelled");
}

/// Begins a flow of the system over what is being asked.
fn over(w: &mut Working<'_>, name: &str) {
    // Asked for again while it is being arranged: the arranging begins anew.
    let same = |flow: &str| flow == name || (name == "system/agent" && flow == "system/failure");
    if let Some(depth) = w.c.frames.iter().position(|frame| same(&frame.flow)) {
        w.c.frames.truncate(depth);
        w.forget_digression(depth);
    }
    leave_overlay(w);
    match w.playbook.flow(name) {
        Some(flow) => {
            w.digresses();
            begin::enter(w, flow);
            run::run(w);
        }
        None => failure::out(w),
    }
}

/// Begins another flow: over the question that waits, or in place of what is there.
pub(super) fn switch(w: &mut Working<'_>, flow: &str) {
    match w.playbook.flow(flow) {
        Some(flow) => digression::begin(w, flow),
        None => prompts::ask(w),
    }
}

/// Flows that people can begin, the default one first.
fn startable<'a>(w: &Working<'a>) -> Vec<&'a Flow> {
    let mut flows: Vec<&Flow> =
        w.playbook.flows.values().filter(|flow| flow.start.is_some() && !flow.system).collect();
    flows.sort_by_key(|flow| !flow.start.as_ref().is_some_and(|start| start.default));
    flows.truncate(9);
    flows
}

fn menu(w: &mut Working<'_>) {
    let flows = startable(w);
    if let [only] = flows.as_slice() {
        return switch(w, &only.name.clone());
    }
    overlay(w, |under| WaitKind::Menu { under });
}

/// Asks something over the current prompt, which is kept.
fn overlay(w: &mut Working<'_>, kind: impl FnOnce(Option<Box<Wait>>) -> WaitKind) {
    leave_overlay(w);
    let under = w.frame_mut().and_then(|frame| frame.wait.take()).map(Box::new);
    w.wait(Wait { kind: kind(under), failures: 0 });
}

/// Puts the prompt under a menu back in its place. False where there is no menu.
pub(super) fn leave_overlay(w: &mut Working<'_>) -> bool {
    let Some(frame) = w.frame_mut() else { return false };
    if let Some(Wait { kind: WaitKind::Elsewhere { .. } | WaitKind::Resume { .. }, .. }) = &frame.wait {
        frame.wait = None;
        return true;
    }
    if let Some(Wait {
        kind:
            WaitKind::Menu { under }
            | WaitKind::Language { under }
            | WaitKind::SendTo { under, .. }
            | WaitKind::Sure { under, .. },
        ..
    }) = &mut frame.wait
    {
        frame.wait = under.take().map(|wait| *wait);
        return true;
    }
    false
}

pub(super) fn ask_menu(w: &mut Working<'_>) {
    let text = w.words("menu_text", &[]);
    prompts::put(w, PromptKind::Choose, &text);
}

pub(super) fn menu_options(w: &mut Working<'_>) -> Vec<PromptOption> {
    let flows = startable(w);
    let mut options = Vec::new();
    for (place, flow) in flows.into_iter().enumerate() {
        let label = w.text(&flow.title);
        options.push(PromptOption { value: flow.name.clone(), label, key: (place + 1).to_string() });
    }
    options
}

/// In each language its own line: "For English, press 1. Per l'italiano, premi 2."
pub(super) fn ask_language(w: &mut Working<'_>) {
    let options = language_options(w);
    let locales = w.playbook.locales.clone();
    if !w.voice() {
        let text = w.words("language_text", &[]);
        let prompt = speak::prompt(w, PromptKind::Choose, &text, options);
        return w.send(prompt);
    }
    for (locale, option) in locales.iter().zip(options) {
        let prompt = speak::prompt_in(w, PromptKind::Choose, locale, "", vec![option]);
        w.send(prompt);
    }
}

pub(super) fn language_options(w: &mut Working<'_>) -> Vec<PromptOption> {
    let locales = w.playbook.locales.clone();
    let mut options = Vec::new();
    for (place, locale) in locales.iter().enumerate() {
        let label = w.words_in("language_name", locale, &[]);
        let label = if label.is_empty() { locale.clone() } else { label };
        options.push(PromptOption { value: locale.clone(), label, key: (place + 1).to_string() });
    }
    options
}

/// Goes on in a language, with what was being asked.
pub(super) fn speak_in(w: &mut Working<'_>, locale: &str) {
    leave_overlay(w);
    tongue::speak(w, locale);
    if w.current_wait().is_some() {
        w.say_words("language_set", &[]);
        prompts::ask(w);
    } else {
        run::go_on(w, &Then::Again);
    }
}
