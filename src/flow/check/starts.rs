//! What begins flows: one default, each command once, none that nobody begins or calls.

use std::collections::{BTreeMap, BTreeSet};

use super::set::Set;
use crate::flow::parse::draft::Draft;
use crate::flow::step::Kind;
use crate::source::Diagnostic;

/// Words that work at every prompt, and so can begin no flow.
const RESERVED: [&str; 7] = ["help", "menu", "back", "repeat", "cancel", "agent", "language"];

pub fn check(set: &Set<'_>, found: &mut Vec<Diagnostic>) {
    names(set, found);
    defaults(set, found);
    commands(set, found);
    if set.known.whole {
        idle(set, found);
    }
}

fn names(set: &Set<'_>, found: &mut Vec<Diagnostic>) {
    for (index, draft) in set.drafts.iter().enumerate() {
        let name = draft.flow.name.as_str();
        if let Some(first) = set.by_name.get(name).filter(|first| **first != index) {
            let other = &set.drafts[*first].flow.at.file;
            let message = format!("there is another flow `{name}`, in {other}");
            found.push(Diagnostic::error("V013", draft.flow.at.clone(), message));
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
        found.push(Diagnostic::error("V109", at.clone(), message).help(help));
    }
    let own = set.drafts.iter().find(|draft| !draft.flow.system);
    if let (None, true, Some(draft)) = (first, set.known.whole, own) {
        let message = "no flow is the default, so a conversation that nothing claims has nowhere to go";
        let help = "give one flow `start: { default: true }`";
        found.push(Diagnostic::error("V109", draft.flow.at.clone(), message).help(help));
    }
}

fn commands(set: &Set<'_>, found: &mut Vec<Diagnostic>) {
    let mut taken: BTreeMap<&str, &Draft> = BTreeMap::new();
    for draft in set.drafts {
        for command in &draft.commands {
            let name = command.value.as_str();
            if RESERVED.contains(&name) {
                let message = format!("`/{name}` works at every prompt and cannot begin a flow");
                found.push(Diagnostic::error("V112", command.at.clone(), message));
            }
            match taken.get(name) {
                Some(first) => {
                    let message = format!("`/{name}` begins the flow `{}` already", first.flow.name);
                    found.push(Diagnostic::error("V112", command.at.clone(), message));
                }
                None => {
                    taken.insert(name, draft);
                }
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
