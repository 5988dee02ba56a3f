//! What begins flows: one default, each command once, none that nobody begins or calls.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::set::Set;
use crate::faq::normalize;
use crate::flow::parse::draft::Draft;
use crate::flow::step::Kind;
use crate::source::{Diagnostic, Place};

/// Words that work at every prompt, and so can begin no flow.
const RESERVED: [&str; 8] = ["start", "help", "menu", "back", "repeat", "cancel", "agent", "language"];

pub fn check(set: &Set<'_>, found: &mut Vec<Diagnostic>) {
    names(set, found);
    defaults(set, found);
    commands(set, found);
    phrases(set, found);
    if set.known.whole {
        idle(set, found);
    }
}

fn names(set: &Set<'_>, found: &mut Vec<Diagnostic>) {
    for (index, draft) in set.drafts.iter().enumerate() {
        let name = draft.flow.name.as_str();
        if let Some(first) = set.by_name.get(name).filter(|first| **first != index) {
            let other = &set.drafts[*first].flow.at;
            let message = format!("there is another flow `{name}`, in {}", other.file);
            let problem = Diagnostic::error("V013", draft.flow.at.clone(), message);
            found.push(problem.related(other, "first defined here"));
        }
    }
}

fn defaults(set: &Set<'_>, found: &mut Vec<Diagnostic>) {
    let mut defaults = set.drafts.iter().filter_map(|draft| Some((draft, draft.default_at.as_ref()?)));
    let first = defaults.next();
    for (_, at) in defaults {
        let other = first.map_or("", |(draft, _)| draft.flow.name.as_str());
        let message = format!("a second default flow; the first is `{other}`");
        let help = "one flow takes the conversations that nothing else claims";
        let mut problem = Diagnostic::error("V109", at.clone(), message).help(help);
        if let Some((_, first)) = first {
            problem = problem.related(first, "the first default");
        }
        found.push(problem);
    }
    let own = set.drafts.iter().find(|draft| !draft.flow.system);
    if let (None, true, Some(draft)) = (first, set.known.whole, own) {
        let message = "no flow is the default, so a conversation that nothing claims has nowhere to go";
        let help = "give one flow `start: { default: true }`";
        found.push(Diagnostic::error("V109", draft.flow.at.clone(), message).help(help));
    }
}

fn commands(set: &Set<'_>, found: &mut Vec<Diagnostic>) {
    let mut taken: BTreeMap<&str, (&Draft, &Place)> = BTreeMap::new();
    for draft in set.drafts {
        for command in &draft.commands {
            let name = command.value.as_str();
            if RESERVED.contains(&name) {
                let message = format!("`/{name}` works at every prompt and cannot begin a flow");
                found.push(Diagnostic::error("V112", command.at.clone(), message));
            }
            match taken.get(name) {
                Some((first, at)) => {
                    let message = format!("`/{name}` begins the flow `{}` already", first.flow.name);
                    let problem = Diagnostic::error("V112", command.at.clone(), message);
                    found.push(problem.related(at, "first defined here"));
                }
                None => {
                    taken.insert(name, (draft, &command.at));
                }
            }
        }
    }
}

/// A phrase that begins two flows is understood as neither.
fn phrases(set: &Set<'_>, found: &mut Vec<Diagnostic>) {
    let mut taken: HashMap<(&str, String), (&Draft, &Place)> = HashMap::new();
    for draft in set.drafts {
        for (locale, phrase) in &draft.phrases {
            let words = normalize::words(&phrase.value).join(" ");
            if words.is_empty() {
                continue;
            }
            let (first, at) = *taken.entry((locale, words)).or_insert((draft, &phrase.at));
            if first.flow.name != draft.flow.name {
                let message = format!("“{}” begins the flow `{}` already", phrase.value, first.flow.name);
                let problem = Diagnostic::warning("V114", phrase.at.clone(), message);
                found.push(problem.help("take it out of one of the two").related(at, "first defined here"));
            }
        }
    }
}

/// A flow without `start:` that nobody calls.
fn idle(set: &Set<'_>, found: &mut Vec<Diagnostic>) {
    let called: BTreeSet<&str> = set
        .drafts
        .iter()
        .flat_map(|draft| &draft.flow.steps)
        .filter_map(|step| match &step.kind {
            Kind::Call(call) => Some(call.flow.value.as_str()),
            _ => None,
        })
        .collect();
    for draft in set.drafts {
        let flow = &draft.flow;
        if flow.start.is_none() && !flow.system && !called.contains(flow.name.as_str()) {
            let message = "nothing begins this flow: it has no `start:`, and no other flow calls it";
            found.push(Diagnostic::warning("V110", flow.at.clone(), message));
        }
    }
}
