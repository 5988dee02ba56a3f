//! Which steps a call can come to: conditions on `channel` are known there.

use std::collections::BTreeMap;

use crate::flow::Condition;
use crate::flow::check::set::Set;
use crate::flow::check::syntax::{Ast, What, parse};
use crate::flow::check::token::{Piece, Token, condition};
use crate::flow::graph::{Edge, Exit, Graph, To};
use crate::flow::step::Kind;

/// For each flow whether a call can come to each of its steps.
pub type Heard<'a> = BTreeMap<&'a str, Vec<bool>>;

pub fn heard<'a>(set: &Set<'a>, graphs: &BTreeMap<&'a str, Graph<'a>>, order: &[&'a str]) -> Heard<'a> {
    let mut heard = Heard::new();
    let mut called: BTreeMap<&str, bool> = BTreeMap::new();
    for name in order.iter().rev() {
        let (Some(draft), Some(graph)) = (set.draft(name), graphs.get(name)) else { continue };
        let flow = &draft.flow;
        // Nobody calls it among these files: others may.
        let known = called.get(name).copied();
        let begun = flow.start.is_some() || flow.system || known.unwrap_or(true);
        let steps = if begun { steps(graph) } else { vec![false; flow.steps.len()] };
        for (index, step) in flow.steps.iter().enumerate() {
            if let Kind::Call(call) = &step.kind {
                *called.entry(call.flow.value.as_str()).or_default() |= steps[index];
            }
        }
        heard.insert(*name, steps);
    }
    heard
}

fn steps(graph: &Graph<'_>) -> Vec<bool> {
    let mut seen = vec![false; graph.edges.len()];
    let mut left: Vec<usize> = (0..graph.edges.len().min(1)).collect();
    let mut passed = seen.clone();
    while let Some(index) = left.pop() {
        if std::mem::replace(&mut passed[index], true) {
            continue;
        }
        seen[index] = graph.flow.steps[index].when.as_ref().and_then(on_a_call) != Some(false);
        left.extend(taken(graph, index).filter_map(|edge| match edge.to {
            To::Step(next) => Some(next),
            To::Past | To::Closed => None,
        }));
    }
    seen
}

/// The ways out of a step that a call can take.
pub fn taken<'g, 'a>(graph: &'g Graph<'a>, index: usize) -> impl Iterator<Item = &'g Edge<'a>> {
    let step = &graph.flow.steps[index];
    let guard = step.when.as_ref().and_then(on_a_call);
    let taken = graph.edges[index].iter().filter(move |edge| match (&edge.exit, guard) {
        (Exit::Skipped, guard) => guard != Some(true),
        (_, Some(false)) => false,
        _ => true,
    });
    taken.filter(|edge| may_hold(&step.kind, edge))
}

/// Whether the entry of a branch can hold on a call, and none above it always does.
fn may_hold(kind: &Kind, edge: &Edge<'_>) -> bool {
    let (Kind::Branch(branch), Exit::Arm(_) | Exit::Otherwise) = (kind, &edge.exit) else { return true };
    let place = if let Exit::Arm(place) = edge.exit { place } else { branch.arms.len() + 1 };
    let holds = |at: usize| {
        let arm = branch.arms.get(at)?;
        arm.when.as_ref().map_or(Some(true), on_a_call)
    };
    holds(place - 1) != Some(false) && (0..place - 1).all(|above| holds(above) != Some(true))
}

/// Whether a condition holds on a call, where that follows from `channel` alone.
pub fn on_a_call(when: &Condition) -> Option<bool> {
    if !when.reads().iter().any(|path| path.starts_with("channel")) {
        return None;
    }
    match condition(&when.source).as_slice() {
        [Piece::Expression(tokens)] => holds(tokens),
        _ => None,
    }
}

/// The same of a condition's tokens.
pub fn holds(tokens: &[Token]) -> Option<bool> {
    truth(&parse(tokens)?)
}

/// Kinds of channels that are no calls.
const CHATS: [&str; 4] = ["web", "telegram", "discord", "terminal"];

/// The same of a condition's tree.
pub fn truth(tree: &Ast) -> Option<bool> {
    match &tree.what {
        What::Path(path) if path == "channel.voice" => Some(true),
        What::Bool(value) => Some(*value),
        What::Not(inner) => truth(inner).map(|holds| !holds),
        What::Pair("and", left, right) => match (truth(left), truth(right)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        What::Pair("or", left, right) => match (truth(left), truth(right)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        What::Pair(sign @ ("==" | "!="), left, right) => {
            compared(left, right).map(|same| same == (*sign == "=="))
        }
        What::Pair(sign @ ("in" | "not in"), left, right) => {
            let What::List(items) = &right.what else { return None };
            let all = items.iter().all(|item| compared(left, item) == Some(false));
            all.then_some(*sign == "not in")
        }
        _ => None,
    }
}

fn compared(left: &Ast, right: &Ast) -> Option<bool> {
    match (&left.what, &right.what) {
        (What::Path(path), What::Bool(value)) | (What::Bool(value), What::Path(path))
            if path == "channel.voice" =>
        {
            Some(*value)
        }
        (What::Path(path), What::Text(kind)) | (What::Text(kind), What::Path(path))
            if path == "channel.kind" =>
        {
            CHATS.contains(&kind.as_str()).then_some(false)
        }
        _ => None,
    }
}
