//! Rule 6, the phone: a caller hears every text, keeps every menu in mind, and can give every answer.

mod again;
mod codes;
mod document;
mod entry;
mod length;
mod menus;
mod parts;
mod reach;
mod secret;
mod sound;
mod transfers;
mod ways_out;
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
    let secrets = secret::Secrets::of(set);
    for (name, steps) in &heard {
        let Some(draft) = set.draft(name).filter(|draft| !draft.built_in) else { continue };
        let rules = Rules { set, draft, secrets: &secrets };
        let steps = draft.flow.steps.iter().zip(steps).filter(|(_, heard)| **heard).map(|(step, _)| step);
        rules.flow(&steps.clone().collect::<Vec<_>>(), found);
        steps.for_each(|step| rules.step(step, found));
    }
    menus::depth(set, graphs, order, &heard, found);
    ways_out::check(set, graphs, order, &heard, found);
    document::check(set, graphs, order, &heard, found);
}

/// The rules for what one flow says.
struct Rules<'s, 'a> {
    set: &'s Set<'a>,
    draft: &'a Draft,
    secrets: &'s secret::Secrets<'a>,
}

impl Rules<'_, '_> {
    /// What the flow says for its steps, where a step that is heard leaves it to the flow.
    fn flow(&self, heard: &[&Step], found: &mut Vec<Diagnostic>) {
        let flow = &self.draft.flow;
        if flow.start.is_some() {
            self.text(Role::Label, &flow.title, found);
        }
        let asking: Vec<&Step> =
            heard.iter().copied().filter(|step| step.kind.handlers().is_some()).collect();
        if asking.is_empty() {
            return;
        }
        let reasked = asking.iter().all(|step| again::asked(&step.kind).1.len() > 1);
        again::of_flow(flow, reasked, found);
        handled(&flow.handlers).for_each(|(role, text)| self.text(role, text, found));
    }

    fn step(&self, step: &Step, found: &mut Vec<Diagnostic>) {
        let flow = &self.draft.flow;
        match &step.kind {
            Kind::Choose(choose) => {
                menus::count(choose, found);
                menus::keys(flow, choose, found);
                sound::alike(self.set, choose, found);
            }
            Kind::Ask(ask) => {
                menus::values(flow, ask, found);
                entry::check(self.draft, ask, found);
            }
            Kind::Handoff(handoff) => transfers::check(handoff, found),
            _ => {}
        }
        again::check(flow, step, found);
        texts(step).into_iter().for_each(|(role, text)| self.text(role, text, found));
    }

    fn text(&self, role: Role, text: &Text, found: &mut Vec<Diagnostic>) {
        for (_, template) in said(text) {
            length::check(&self.draft.flow, role, template, found);
            wording::check(self.set, role, template, found);
            codes::check(self.set, &self.draft.flow, template, found);
            self.secrets.check(self.set, self.draft, template, found);
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
            all.extend(choose.reprompts.iter().map(|text| (Role::Menu, text)));
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
