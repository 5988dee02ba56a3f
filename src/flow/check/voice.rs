//! Rule 6, the phone: a caller hears every text, keeps every menu in mind, and can give every answer.

mod entry;
mod length;
mod menus;
mod reach;
mod sound;
mod transfers;
mod wording;

use std::collections::BTreeMap;

use super::set::Set;
use crate::flow::graph::Graph;
use crate::flow::parse::draft::Draft;
use crate::flow::step::{Handlers, Kind, Step};
use crate::flow::{Locale, Template, Text};
use crate::source::Diagnostic;

/// All findings about what is heard and said on a call. `order`: flow names, callees before callers.
pub fn check<'a>(
    set: &Set<'a>,
    graphs: &BTreeMap<&'a str, Graph<'a>>,
    order: &[&'a str],
    found: &mut Vec<Diagnostic>,
) {
    let heard = reach::heard(set, graphs, order);
    for (name, steps) in &heard {
        let Some(draft) = set.draft(name).filter(|draft| !draft.built_in) else { continue };
        for (index, step) in draft.flow.steps.iter().enumerate() {
            if steps[index] {
                one(set, draft, step, found);
            }
        }
    }
    menus::depth(set, graphs, order, &heard, found);
}

fn one(set: &Set<'_>, draft: &Draft, step: &Step, found: &mut Vec<Diagnostic>) {
    match &step.kind {
        Kind::Choose(choose) => {
            menus::count(choose, found);
            menus::keys(&draft.flow, choose, found);
            sound::alike(set, choose, found);
        }
        Kind::Ask(ask) => entry::check(draft, ask, found),
        Kind::Handoff(handoff) => transfers::check(handoff, found),
        _ => {}
    }
    for (role, text) in texts(step) {
        for (_, template) in said(text) {
            length::check(&draft.flow, role, template, found);
            wording::check(set, role, template, found);
        }
    }
}

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Said and passed by.
    Say,
    /// Said before the options of a menu.
    Menu,
    /// Any other question.
    Prompt,
    /// An option's name.
    Label,
}

/// The texts of a step that are spoken, each with what it is for.
pub fn texts(step: &Step) -> Vec<(Role, &Text)> {
    let mut all = Vec::new();
    match &step.kind {
        Kind::Say(say) => all.push((Role::Say, &say.text)),
        Kind::Choose(choose) => {
            all.push((Role::Menu, &choose.prompt));
            all.extend(handled(&choose.handlers));
            all.extend(choose.options.iter().map(|option| (Role::Label, &option.label)));
            all.extend(choose.reprompts.iter().map(|text| (Role::Prompt, text)));
        }
        Kind::Ask(ask) => {
            all.push((Role::Prompt, &ask.prompt));
            all.extend(handled(&ask.handlers));
            all.extend(ask.reprompts.iter().map(|text| (Role::Prompt, text)));
        }
        Kind::Confirm(confirm) => {
            all.push((Role::Prompt, &confirm.prompt));
            all.extend(handled(&confirm.handlers));
            all.extend(confirm.reprompts.iter().map(|text| (Role::Prompt, text)));
        }
        Kind::Faq(faq) => {
            all.extend(faq.ask.iter().map(|text| (Role::Prompt, text)));
            all.extend(handled(&faq.handlers));
        }
        Kind::Handoff(handoff) => all.extend(handoff.say.iter().map(|text| (Role::Say, text))),
        Kind::Voicemail(voicemail) => {
            all.extend(voicemail.consent.iter().map(|text| (Role::Prompt, text)));
            all.extend(voicemail.prompt.iter().map(|text| (Role::Say, text)));
        }
        Kind::Survey(survey) => all.extend(survey.prompt.iter().map(|text| (Role::Prompt, text))),
        Kind::Http(http) => all.extend(http.say.iter().map(|text| (Role::Say, text))),
        Kind::Wait(wait) => all.extend(wait.say.iter().map(|text| (Role::Say, text))),
        Kind::Set(_)
        | Kind::Branch(_)
        | Kind::Call(_)
        | Kind::Ticket(_)
        | Kind::Status(_)
        | Kind::Lookup(_)
        | Kind::Watch(_)
        | Kind::Connect(_)
        | Kind::End(_) => {}
    }
    let said = step.kind.handlers().into_iter().flat_map(Handlers::all);
    all.extend(said.filter_map(|handler| handler.say.as_ref()).map(|text| (Role::Say, text)));
    all
}

/// What is said after a failure.
fn handled(handlers: &Handlers) -> impl Iterator<Item = (Role, &Text)> {
    handlers.all().filter_map(|handler| handler.say.as_ref()).map(|text| (Role::Prompt, text))
}

/// What is said on a call in each locale: the spoken form, else the written one.
pub fn said(text: &Text) -> impl Iterator<Item = (&Locale, &Template)> {
    text.written.iter().map(|(locale, written)| (locale, text.spoken.get(locale).unwrap_or(written)))
}
