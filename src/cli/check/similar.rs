//! What is told of conversations that a new set would strand, with the `moved:` that may be missing.

use crate::engine::moving::{Reason, Stranding, flow_of};
use crate::flow::check::meaning::meaning;
use crate::flow::{Flow, Playbook, Step};
use crate::source::{Diagnostic, Place};

/// How alike two steps must be, from 0 to 1, for one to be proposed.
const ALIKE: f64 = 0.45;

/// A warning at the place in the new set; its message goes on after the number of conversations.
pub fn finding(new: &Playbook, old: Option<&Playbook>, why: &Reason) -> Diagnostic {
    let Reason { flow: name, step, what } = why;
    let before = old.and_then(|old| old.flow(name));
    let Some(flow) = flow_of(new, name) else {
        let successor = successor(new, old, name, before);
        let at = successor.map_or_else(|| Place::start_of("(all files)"), |flow| flow.at.clone());
        let found = Diagnostic::warning("V912", at, format!("would be stranded in `{name}`: {what}"));
        return match successor {
            Some(flow) => found.help(format!("write `moved_from: [{name}]` in the flow `{}`", flow.name)),
            None => found.help("keep the flow until they are done; on their own version they go on"),
        };
    };
    let at = flow.step_index(step).map_or(&flow.at, |index| &flow.steps[index].at);
    let at = if matches!(what, Stranding::StepGone | Stranding::Unnamed) { &flow.at } else { at };
    let message = format!("would be stranded at `{name}/{step}`: {what}");
    let found = Diagnostic::warning("V912", at.clone(), message);
    found.help(match what {
        Stranding::StepGone | Stranding::OtherKind(_) => match likely(flow, before, step) {
            Some(to) => format!("write `moved: {{ {step}: {to} }}` in this flow to carry them over"),
            None => "name the step that takes over in `moved:`, where there is one".to_owned(),
        },
        Stranding::Unnamed => {
            "steps that people wait at are found again by their `id`; give them one".to_owned()
        }
        Stranding::Invalid(slot) => format!("keep the type of `{slot}`, or ask for it under another name"),
        Stranding::Unfilled(slot) => {
            format!("read it as `slots.{slot} | default('…')`, or ask for it later on")
        }
        Stranding::NoTicket => "tell of the ticket only where it `is defined`".to_owned(),
        Stranding::ChainBroken => {
            "keep the `call` step as long as they are in the flow that it calls".to_owned()
        }
        Stranding::FlowGone => "name what it was called in `moved_from:`".to_owned(),
    })
}

/// A new step that may be the old one under another id: of the same kind, with texts or an id much like it.
fn likely<'f>(new: &'f Flow, old: Option<&Flow>, id: &str) -> Option<&'f str> {
    let old_step = old.and_then(|old| Some((old, old.steps.get(old.step_index(id)?)?)));
    let known = |step: &&Step| old.is_none_or(|old| old.step_index(&step.id).is_none());
    let score = |step: &Step| {
        let names = strsim::normalized_damerau_levenshtein(id, &step.id);
        match old_step {
            Some((old, was)) if was.kind.word() == step.kind.word() => {
                let texts = strsim::normalized_levenshtein(&meaning(old, was), &meaning(new, step));
                texts.max(names)
            }
            Some(_) => names / 2.0,
            None => names,
        }
    };
    let candidates = new.steps.iter().filter(|step| !step.id.starts_with('#')).filter(known);
    let scored = candidates.map(|step| (score(step), step)).filter(|(score, _)| *score >= ALIKE);
    scored.max_by(|left, right| left.0.total_cmp(&right.0)).map(|(_, step)| step.id.as_str())
}

/// A new flow that may be the old one under another name: with mostly the same steps, or a name much like it.
fn successor<'p>(
    new: &'p Playbook,
    old: Option<&Playbook>,
    name: &str,
    before: Option<&Flow>,
) -> Option<&'p Flow> {
    let score = |flow: &Flow| {
        let names = strsim::normalized_damerau_levenshtein(name, &flow.name);
        let Some(before) = before else { return names };
        let shared = before.steps.iter().filter(|step| {
            let index = flow.step_index(&step.id);
            index.is_some_and(|index| flow.steps[index].kind.word() == step.kind.word())
        });
        // Counts of steps, far below 2^52.
        let part = f64::from(u32::try_from(shared.count()).unwrap_or(u32::MAX))
            / f64::from(u32::try_from(before.steps.len().max(flow.steps.len()).max(1)).unwrap_or(u32::MAX));
        part.max(names)
    };
    let fresh = |flow: &&Flow| !flow.system && old.is_none_or(|old| old.flow(&flow.name).is_none());
    let scored = new.flows.values().filter(fresh).map(|flow| (score(flow), flow));
    let scored = scored.filter(|(score, _)| *score >= ALIKE);
    scored.max_by(|left, right| left.0.total_cmp(&right.0)).map(|(_, flow)| flow)
}
