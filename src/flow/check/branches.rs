//! Rule 4, branches on a choice: they take every option, or say where the others go.

use std::collections::BTreeMap;

use super::set::Set;
use super::syntax::{Ast, What, parse};
use super::token::{Piece, condition};
use crate::flow::parse::draft::Draft;
use crate::flow::parse::reader::listed;
use crate::flow::step::{Branch, Kind};
use crate::flow::{Condition, Flow, SlotKind};
use crate::source::{Diagnostic, Place};

pub fn check(set: &Set<'_>, draft: &Draft, found: &mut Vec<Diagnostic>) {
    for (index, step) in draft.flow.steps.iter().enumerate() {
        let Kind::Branch(branch) = &step.kind else { continue };
        idle(set, branch, found);
        let open = branch.arms.iter().all(|arm| arm.when.is_some()) && step.goto.is_none();
        let Some((slot, missing)) =
            missing(&draft.flow, branch).filter(|(_, missing)| open && !missing.is_empty())
        else {
            continue;
        };
        let words: Vec<&str> = missing.iter().map(String::as_str).collect();
        let message = format!("this branch on `slots.{slot}` leaves out {}", listed(&words));
        let help = "give each option an entry, or end with one that has no `when`: { goto: … }";
        found.push(Diagnostic::warning("V407", draft.heads[index].kind.clone(), message).help(help));
    }
}

/// Whether some entry of a branch is always taken.
pub fn complete(flow: &Flow, branch: &Branch) -> bool {
    missing(flow, branch).is_some_and(|(_, missing)| missing.is_empty())
}

/// The choice slot that all entries of a branch ask about, and the options that none of them takes.
fn missing(flow: &Flow, branch: &Branch) -> Option<(String, Vec<String>)> {
    let mut slot: Option<String> = None;
    let mut taken: Vec<String> = Vec::new();
    for arm in &branch.arms {
        let Some(when) = arm.when.as_ref() else { continue };
        let (asked, values) = asks(when)?;
        if slot.get_or_insert_with(|| asked.clone()) != &asked {
            return None;
        }
        taken.extend(values);
    }
    let slot = slot?;
    let SlotKind::Choice { options } = &flow.slots.get(&slot)?.kind else { return None };
    let missing = options.iter().filter(|option| !taken.contains(option)).cloned().collect();
    Some((slot, missing))
}

/// An entry whose values are all taken by those above it.
fn idle(set: &Set<'_>, branch: &Branch, found: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<(String, String), Place> = BTreeMap::new();
    for arm in &branch.arms {
        let Some(when) = arm.when.as_ref() else { continue };
        let Some((slot, values)) = asks(when) else { continue };
        let key = |value: &String| (slot.clone(), value.clone());
        let taken = values.iter().find_map(|value| first.get(&key(value)));
        if let Some(above) = taken
            && values.iter().all(|value| first.contains_key(&key(value)))
        {
            let at = set.inside(&when.at, &when.source, 0..when.source.len());
            let problem =
                Diagnostic::error("V017", at, "this entry never holds: one above it takes the same values");
            found.push(problem.help("take it out, or mend its condition").related(above, "taken here"));
        }
        for value in &values {
            first.entry(key(value)).or_insert_with(|| when.at.clone());
        }
    }
}

/// A condition that holds for some values of one slot: the slot and the values.
fn asks(when: &Condition) -> Option<(String, Vec<String>)> {
    match condition(&when.source).as_slice() {
        [Piece::Expression(tokens)] => values(&parse(tokens)?),
        _ => None,
    }
}

fn values(tree: &Ast) -> Option<(String, Vec<String>)> {
    let What::Pair(sign, left, right) = &tree.what else { return None };
    let slot = |tree: &Ast| match &tree.what {
        What::Path(path) => path.strip_prefix("slots.").map(str::to_owned),
        _ => None,
    };
    let text = |tree: &Ast| match &tree.what {
        What::Text(text) => Some(text.clone()),
        _ => None,
    };
    match *sign {
        "==" => {
            let (slot, value) = match (slot(left), text(right)) {
                (Some(slot), Some(value)) => (slot, value),
                _ => (slot(right)?, text(left)?),
            };
            Some((slot, vec![value]))
        }
        "in" => {
            let What::List(items) = &right.what else { return None };
            Some((slot(left)?, items.iter().map(text).collect::<Option<_>>()?))
        }
        "or" => {
            let (slot, mut all) = values(left)?;
            let (other, more) = values(right)?;
            all.extend(more);
            (slot == other).then_some((slot, all))
        }
        _ => None,
    }
}
