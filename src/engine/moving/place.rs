//! Where a flow and a step of one version are in another.

use super::class::Stranding;
use crate::conversation::Conversation;
use crate::flow::check::meaning::meaning;
use crate::flow::{Flow, Playbook, Step};

/// The flow of a name: by that name, else the one that says that it was called so.
pub fn flow_of<'p>(new: &'p Playbook, name: &str) -> Option<&'p Flow> {
    new.flow(name)
        .or_else(|| new.flows.values().find(|flow| flow.moved_from.iter().any(|from| from.value == name)))
}

/// The index of a step of an older version. `old` is the older version's flow, where it can be had: a step without an
/// id is found by what it means.
///
/// # Errors
/// Why there is none.
pub fn step_of(new: &Flow, old: Option<&Flow>, id: &str) -> Result<usize, Stranding> {
    if let Some(moved) = new.moved.iter().find(|moved| moved.from.value == id) {
        return moved.to.step.ok_or(Stranding::StepGone);
    }
    if !id.starts_with('#') {
        return new.step_index(id).ok_or(Stranding::StepGone);
    }
    let old = old.ok_or(Stranding::Unnamed)?;
    let step = old.step_index(id).map(|at| &old.steps[at]).ok_or(Stranding::StepGone)?;
    let wanted = meaning(old, step);
    let alike = |flow: &Flow| -> Vec<usize> {
        let same = |(_, step): &(usize, &Step)| meaning(flow, step) == wanted;
        flow.steps.iter().enumerate().filter(same).map(|(at, _)| at).collect()
    };
    let (before, after) = (alike(old), alike(new));
    // Several that mean the same are told apart by their order, where none came or went.
    let nth = before.iter().position(|at| old.steps[*at].id == id).unwrap_or_default();
    match after.len() {
        0 => Err(Stranding::StepGone),
        count if count == before.len() => Ok(after[nth]),
        _ => Err(Stranding::Unnamed),
    }
}

/// Whether the set served now calls those who stand there over: a step of theirs has moved, or their flow was renamed.
pub fn called_over(conversation: &Conversation, new: &Playbook) -> bool {
    conversation.frames.iter().any(|frame| {
        let Some(flow) = flow_of(new, &frame.flow) else { return false };
        flow.name != frame.flow || flow.moved.iter().any(|moved| moved.from.value == frame.step)
    })
}
