//! The steps that a flow may still come to.

use std::collections::VecDeque;

use crate::flow::step::Target;
use crate::flow::{Flow, Kind, Step};

/// Steps that can be reached from the step at `from`, itself among them, the nearest first.
pub(super) fn onward(flow: &Flow, from: usize) -> Vec<usize> {
    let mut seen = vec![false; flow.steps.len()];
    let mut order = Vec::new();
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        let Some(step) = flow.steps.get(at).filter(|_| !std::mem::replace(&mut seen[at], true)) else { continue };
        order.push(at);
        queue.extend(ways(step, at).into_iter().filter(|next| !seen.get(*next).is_none_or(|seen| *seen)));
    }
    order
}

/// Where a step may lead; more than it can is harmless here.
fn ways(step: &Step, at: usize) -> Vec<usize> {
    let to = |target: &Option<Target>| target.as_ref().and_then(|target| target.step);
    let mut ways: Vec<Option<usize>> = match &step.kind {
        Kind::Choose(choose) => choose.options.iter().map(|option| to(&option.goto)).collect(),
        Kind::Confirm(confirm) => vec![to(&confirm.yes), to(&confirm.no)],
        Kind::Branch(branch) => branch.arms.iter().map(|arm| arm.goto.step).collect(),
        Kind::Faq(faq) => vec![to(&faq.on_resolved), to(&faq.on_unresolved)],
        Kind::Handoff(handoff) => vec![to(&handoff.on_unreached)],
        Kind::End(_) => return Vec::new(),
        Kind::Say(_)
        | Kind::Ask(_)
        | Kind::Set(_)
        | Kind::Call(_)
        | Kind::Ticket(_)
        | Kind::Status(_)
        | Kind::Survey(_) => Vec::new(),
    };
    let goto = to(&step.goto);
    ways.push(goto);
    // A guard skips the `goto` too.
    if goto.is_none() || step.when.is_some() {
        ways.push(Some(at + 1));
    }
    ways.into_iter().flatten().collect()
}
