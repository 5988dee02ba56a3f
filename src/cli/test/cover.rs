//! What the tests did not take, for people and for programs.

use std::io::Write;

use serde_json::{Value, json};

use crate::rehearsal::coverage::{Count, Coverage, Item};

/// Each step and way that no test took, at its place; what cannot be taken, and why; how much of all.
pub fn text(coverage: &Coverage, out: &mut impl Write) -> anyhow::Result<()> {
    for item in &coverage.missing {
        writeln!(out, "{}: not taken in {}", named(item), item.kind.word())?;
    }
    for (item, why) in &coverage.inapplicable {
        writeln!(out, "{}: not to be taken in {}: {why}", named(item), item.kind.word())?;
    }
    for (kind, steps) in &coverage.steps {
        let branches = coverage.branches.get(kind).copied().unwrap_or_default();
        writeln!(out, "{}: steps {steps}, branches {branches}", kind.word())?;
    }
    Ok(())
}

/// `flows/support.yaml:12: the way `option:other` of `topic``.
fn named(item: &Item) -> String {
    let place = format!("{}:{}", item.at.file, item.at.line);
    match &item.exit {
        Some(exit) => format!("{place}: the way `{exit}` of `{}`", item.step),
        None => format!("{place}: the step `{}`", item.step),
    }
}

/// `steps 140/142 (98 %), branches 210/214 (98 %)`.
pub fn total(coverage: &Coverage) -> String {
    let (steps, branches) = coverage.total();
    format!("steps {steps}, branches {branches}")
}

pub fn json(coverage: &Coverage) -> Value {
    let count = |count: &Count| json!({ "taken": count.taken, "all": count.all });
    let one = |item: &Item| {
        json!({
            "file": &*item.at.file, "line": item.at.line, "column": item.at.column, "channel": item.kind.word(),
            "flow": item.flow, "step": item.step, "exit": item.exit,
        })
    };
    let kinds = coverage.steps.iter().map(|(kind, steps)| {
        let branches = coverage.branches.get(kind).copied().unwrap_or_default();
        (kind.word().to_owned(), json!({ "steps": count(steps), "branches": count(&branches) }))
    });
    let inapplicable = coverage.inapplicable.iter().map(|(item, why)| {
        let mut object = one(item);
        object["why"] = json!(why);
        object
    });
    json!({
        "channels": kinds.collect::<serde_json::Map<String, Value>>(),
        "missing": coverage.missing.iter().map(one).collect::<Vec<_>>(),
        "not_applicable": inapplicable.collect::<Vec<_>>(),
    })
}
