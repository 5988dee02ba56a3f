//! Which steps a call can come to: conditions on `channel` are known there.

use std::collections::BTreeMap;

use crate::flow::Condition;
use crate::flow::check::graph::{Edge, Graph, To};
use crate::flow::check::set::Set;
use crate::flow::check::syntax::{Ast, What, parse};
use crate::flow::check::token::{Piece, condition};
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
        let step = &graph.flow.steps[index];
        let guard = step.when.as_ref().and_then(on_a_call);
        seen[index] = guard != Some(false);
        let (own, skip) = parted(graph, index);
        let mut taken: Vec<&Edge<'_>> = Vec::new();
        if guard != Some(false) {
            taken.extend(branched(&step.kind, own));
        }
        if guard != Some(true) {
            taken.extend(skip);
        }
        left.extend(taken.into_iter().filter_map(|edge| match edge.to {
            To::Step(next) => Some(next),
            To::Past | To::Closed => None,
        }));
    }
    seen
}

/// The ways of a step, and the one of a guard that does not hold, which is the last.
fn parted<'g, 'a>(graph: &'g Graph<'a>, index: usize) -> (&'g [Edge<'a>], Option<&'g Edge<'a>>) {
    let edges = graph.edges[index].as_slice();
    match (edges.split_last(), &graph.flow.steps[index].when) {
        (Some((skip, own)), Some(_)) => (own, Some(skip)),
        _ => (edges, None),
    }
}

/// Of a branch the entries that can hold on a call; of another step all ways.
fn branched<'g, 'a>(kind: &Kind, edges: &'g [Edge<'a>]) -> Vec<&'g Edge<'a>> {
    let Kind::Branch(branch) = kind else { return edges.iter().collect() };
    let mut taken = Vec::new();
    for (at, edge) in edges.iter().enumerate() {
        let holds = match branch.arms.get(at) {
            Some(arm) => arm.when.as_ref().map_or(Some(true), on_a_call),
            None => None,
        };
        if holds != Some(false) {
            taken.push(edge);
        }
        if holds == Some(true) {
            break;
        }
    }
    taken
}

/// Whether a condition holds on a call, where that follows from `channel` alone.
pub fn on_a_call(when: &Condition) -> Option<bool> {
    if !when.reads().iter().any(|path| path.starts_with("channel")) {
        return None;
    }
    match condition(&when.source).as_slice() {
        [Piece::Expression(tokens)] => truth(&parse(tokens)?),
        _ => None,
    }
}

/// Kinds of channels that are no calls.
const CHATS: [&str; 4] = ["web", "telegram", "discord", "terminal"];

fn truth(tree: &Ast) -> Option<bool> {
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
