//! Rule 1 for what lies outside the flows: tables and their columns, and the hosts that are called.

use super::set::Set;
use crate::flow::parse::draft::Draft;
use crate::flow::parse::reader::{listed, suggest};
use crate::flow::step::{Http, Kind, Lookup, Until, wait};
use crate::flow::{Slot, Table, Template};
use crate::source::{Diagnostic, Placed};

pub fn check(set: &Set<'_>, draft: &Draft, found: &mut Vec<Diagnostic>) {
    for step in &draft.flow.steps {
        match &step.kind {
            Kind::Http(http) => called(set, http, found),
            Kind::Lookup(lookup) => looked_up(set, draft, lookup, found),
            Kind::Wait(step) => {
                if let Until::After(seconds) = step.until.value
                    && seconds > wait::MAX_ON_CALL
                {
                    let message = format!("on a call this wait is cut to {} seconds", wait::MAX_ON_CALL);
                    let problem = Diagnostic::warning("V133", step.until.at.clone(), message);
                    found.push(
                        problem
                            .help("keep it out of calls with `when: not channel.voice`, or make it shorter"),
                    );
                }
            }
            _ => {}
        }
    }
}

/// Scheme and host stand in the url as they are, so that nobody but the author chooses where we call.
fn called(set: &Set<'_>, http: &Http, found: &mut Vec<Diagnostic>) {
    let Some(host) = host(&http.url) else {
        let message = "the scheme and the host of a `url` are written out";
        let help = "begin it with https://host/ and let texts fill the path, the query or the body";
        found.push(Diagnostic::error("V131", http.url.at.clone(), message).help(help));
        return;
    };
    let Some(allowed) = &set.known.hosts else { return };
    if !allowed.iter().any(|one| one.eq_ignore_ascii_case(host)) {
        let message = format!("the settings do not allow calls to `{host}`");
        let problem = Diagnostic::error("V132", http.url.at.clone(), message);
        let problem = suggest(problem, host, allowed.iter().map(String::as_str));
        found.push(match problem.help {
            Some(_) => problem,
            None => problem.help("add it to `http.allow`"),
        });
    }
}

/// The host (and port, where there is one) that a url calls, where that is written out.
pub fn host(url: &Template) -> Option<&str> {
    let written = url.source.trim_start();
    let rest = written.strip_prefix("https://").or_else(|| written.strip_prefix("http://"))?;
    let literal = &rest[..rest.find("{{").or_else(|| rest.find("{%")).unwrap_or(rest.len())];
    let literal = &literal[..literal.find("{%").unwrap_or(literal.len())];
    let end = literal.find(['/', '?', '#']);
    // Where a text follows the host at once, it could be a part of it.
    let host = match end {
        Some(end) => &literal[..end],
        None if literal.len() == rest.len() => literal,
        None => return None,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    (!host.is_empty() && host.chars().all(plain)).then_some(host)
}

fn looked_up(set: &Set<'_>, draft: &Draft, lookup: &Lookup, found: &mut Vec<Diagnostic>) {
    let Some(table) = set.tables.get(&lookup.table.value) else {
        // A flow that is checked alone does not bring the tables.
        if set.known.whole || !set.tables.is_empty() {
            let message = format!("there is no table `{}`", lookup.table.value);
            let problem = Diagnostic::error("V121", lookup.table.at.clone(), message);
            let problem = suggest(problem, &lookup.table.value, set.tables.keys().map(String::as_str));
            found.push(match problem.help {
                Some(_) => problem,
                None => {
                    problem.help(format!("put tables/{}.csv into the folder of flows", lookup.table.value))
                }
            });
        }
        return;
    };
    for (column, _) in &lookup.r#where {
        found.extend(no_column(table, lookup, column));
    }
    for (slot, column) in &lookup.into {
        let problem = no_column(table, lookup, column);
        if problem.is_none()
            && let Some(index) = table.column(&column.value)
            && let Some(slot) = draft.flow.slots.get(&slot.value)
            && !draft.untyped.contains(&slot.name)
        {
            found.extend(unfit(table, index, slot, column));
        }
        found.extend(problem);
    }
}

fn no_column(table: &Table, lookup: &Lookup, column: &Placed<String>) -> Option<Diagnostic> {
    // A table that could not be read is told already.
    if table.columns.is_empty() || table.column(&column.value).is_some() {
        return None;
    }
    let message = format!("the table `{}` has no column `{}`", lookup.table.value, column.value);
    let problem = Diagnostic::error("V121", column.at.clone(), message);
    let problem = suggest(problem, &column.value, table.columns.iter().map(String::as_str));
    let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
    Some(match problem.help {
        Some(_) => problem,
        None => problem.help(format!("its columns are {}", listed(&columns))),
    })
}

/// The first value of a column that its slot cannot hold.
fn unfit(table: &Table, column: usize, slot: &Slot, at: &Placed<String>) -> Option<Diagnostic> {
    let holds = |row: &usize| slot.given(&serde_json::Value::from(table.cell(*row, column))).is_some();
    let row = (0..table.rows()).find(|row| !holds(row))?;
    let message = format!(
        "the slot `{}` of type `{}` cannot hold `{}`, which stands on line {} of {}",
        slot.name,
        slot.kind.word(),
        table.cell(row, column),
        table.line(row),
        table.file
    );
    Some(Diagnostic::error("V406", at.at.clone(), message))
}
