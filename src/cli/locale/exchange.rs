//! Takes a translated table in: row by row, then the whole is checked before anything is written.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use serde_json::json;

use super::files::{self, Files};
use super::sheet::{self, Row};
use crate::cli::playbook;
use crate::config::Settings;
use crate::faq;
use crate::flow::Templates;
use crate::flow::translation::edit::{Edit, apply};
use crate::flow::translation::{Unit, Value};
use crate::source::{Diagnostic, Place};

/// What becomes of the rows.
#[derive(Default)]
struct Outcome {
    taken: Vec<Edit>,
    unchanged: usize,
    empty: usize,
    /// The line of the table, the key, the reason.
    refused: Vec<(u64, String, String)>,
    /// Errors that the files would have, and have not now.
    errors: Vec<Diagnostic>,
}

/// Reads the table and puts its texts in. 1 where a row, or the whole, was refused.
///
/// # Errors
/// A table or files that cannot be read or written.
pub fn run(
    mut files: Files,
    settings: &Settings,
    table: &Path,
    dry_run: bool,
    as_json: bool,
    out: &mut impl Write,
) -> anyhow::Result<u8> {
    let bytes = std::fs::read(table).with_context(|| format!("cannot read {}", table.display()))?;
    let sheet = sheet::read(&bytes, &files.source)?;
    let mut outcome = Outcome::default();
    let rows = wanted(&files, &sheet.locale, &sheet.rows, &mut outcome);
    let edited = edit(&files, &rows, &mut outcome);
    outcome.errors = broken(settings, &edited)?;
    if outcome.errors.is_empty() && !dry_run && !outcome.taken.is_empty() {
        for (name, text) in &edited {
            files::write(Path::new(name), text)?;
        }
        files = Files::read(settings)?;
        let taken: BTreeSet<&str> = outcome.taken.iter().map(|edit| edit.key.as_str()).collect();
        for unit in files.units.iter().filter(|unit| taken.contains(unit.key.as_str())) {
            files.lock.accept(unit, &files.source, &sheet.locale);
        }
        files.write_lock()?;
    }
    if as_json {
        machine(&outcome, dry_run, out)?
    } else {
        people(&outcome, dry_run, out)?
    }
    out.flush()?;
    Ok(u8::from(!outcome.refused.is_empty() || !outcome.errors.is_empty()))
}

/// The edits that the rows ask for, each with its unit and line.
fn wanted<'f>(
    files: &'f Files,
    locale: &str,
    rows: &[Row],
    outcome: &mut Outcome,
) -> Vec<(u64, &'f Unit, Edit)> {
    let by_key: BTreeMap<&str, &Unit> = files.units.iter().map(|unit| (unit.key.as_str(), unit)).collect();
    let mut edits = Vec::new();
    for row in rows {
        let mut refuse = |reason: &str| outcome.refused.push((row.line, row.key.clone(), reason.to_owned()));
        let Some(unit) = by_key.get(row.key.as_str()) else {
            refuse("there is no text with this key");
            continue;
        };
        let Some(source) = unit.values.get(&files.source) else {
            refuse("this text has no source");
            continue;
        };
        let translation = Value::read(row.translation.trim(), source);
        if row.translation.trim().is_empty() {
            outcome.empty += 1;
        } else if unit.values.get(locale) == Some(&translation) {
            outcome.unchanged += 1;
        } else if Value::read(row.source.trim(), source) != *source {
            refuse("the source text has changed since the table was written; export it again");
        } else if let Some(reason) = unit.template.then(|| other_names(source, &translation)).flatten() {
            refuse(&reason);
        } else {
            let edit = Edit { key: row.key.clone(), locale: locale.to_owned(), value: translation };
            edits.push((row.line, *unit, edit));
        }
    }
    edits
}

/// Why a translated template may not stand: it does not compile, or reads other names than its source.
fn other_names(source: &Value, translation: &Value) -> Option<String> {
    let mut templates = Templates::new();
    let mut reads = |value: &Value| {
        let text = templates.text(&value.shown(), &Place::start_of("text"));
        text.map(|text| text.reads().clone()).map_err(|found| found.message)
    };
    let from = reads(source).ok()?;
    let to = match reads(translation) {
        Ok(to) => to,
        Err(message) => return Some(message),
    };
    let list = |names: Vec<&String>| names.into_iter().cloned().collect::<Vec<_>>().join(", ");
    let (more, less) = (list(to.difference(&from).collect()), list(from.difference(&to).collect()));
    match (more.is_empty(), less.is_empty()) {
        (true, true) => None,
        (false, _) => Some(format!("it reads {more}, which the source does not")),
        (true, false) => Some(format!("it does not read {less}, which the source does")),
    }
}

/// The new texts of the files, by name.
fn edit(files: &Files, rows: &[(u64, &Unit, Edit)], outcome: &mut Outcome) -> BTreeMap<String, String> {
    let mut by_file: BTreeMap<String, (String, Vec<Edit>)> = BTreeMap::new();
    for (_, unit, edit) in rows {
        let (name, text) = files.target(unit);
        by_file.entry(name).or_insert_with(|| (text, Vec::new())).1.push(edit.clone());
    }
    let mut edited = BTreeMap::new();
    for (name, (text, edits)) in by_file {
        let applied = apply(&name, &text, &files.source, &edits);
        let refused: BTreeMap<&str, &str> =
            applied.refused.iter().map(|(key, reason)| (key.as_str(), reason.as_str())).collect();
        for edit in edits {
            match refused.get(edit.key.as_str()) {
                Some(reason) => {
                    let line = rows.iter().find(|(_, _, one)| *one == edit).map_or(0, |(line, _, _)| *line);
                    outcome.refused.push((line, edit.key.clone(), (*reason).to_owned()));
                }
                None => outcome.taken.push(edit),
            }
        }
        if applied.text != text {
            edited.insert(name, applied.text);
        }
    }
    edited
}

/// The errors that the edited files bring, as `check` tells them.
fn broken(settings: &Settings, edited: &BTreeMap<String, String>) -> anyhow::Result<Vec<Diagnostic>> {
    if edited.is_empty() {
        return Ok(Vec::new());
    }
    let errors = |edited: &BTreeMap<String, String>| -> anyhow::Result<Vec<Diagnostic>> {
        let mut gathered = files::gathered(settings)?;
        let source = settings.locales.first().map_or("en", String::as_str);
        for file in &mut gathered.flows {
            if let Some(text) = edited.get(&file.name) {
                text.clone_into(&mut file.text);
            }
        }
        for (name, text) in edited.iter().filter(|(_, text)| faq::is_faq(text)) {
            gathered.articles.retain(|article| &*article.at.file != name.as_str());
            let (articles, found) = faq::parse_yaml(name, text, source);
            gathered.articles.extend(articles);
            gathered.found.extend(found);
        }
        let (_, _, findings) = playbook::read(gathered, settings);
        Ok(findings.diagnostics.into_iter().filter(Diagnostic::is_error).collect())
    };
    let before: BTreeSet<(String, &str)> =
        errors(&BTreeMap::new())?.into_iter().map(|found| (found.message, found.code)).collect();
    let after = errors(edited)?;
    Ok(after.into_iter().filter(|found| !before.contains(&(found.message.clone(), found.code))).collect())
}

fn people(outcome: &Outcome, dry_run: bool, out: &mut impl Write) -> std::io::Result<()> {
    for (line, key, reason) in &outcome.refused {
        writeln!(out, "refused: row on line {line}, {key}: {reason}")?;
    }
    for found in &outcome.errors {
        writeln!(out, "error: {}:{}: {} {}", found.at.file, found.at.line, found.code, found.message)?;
    }
    if !outcome.errors.is_empty() {
        return writeln!(out, "Nothing was changed: with these texts the files would have errors.");
    }
    let taken = if dry_run { "would be taken" } else { "taken" };
    writeln!(
        out,
        "{} {taken}, {} unchanged, {} empty, {} refused",
        outcome.taken.len(),
        outcome.unchanged,
        outcome.empty,
        outcome.refused.len()
    )
}

fn machine(outcome: &Outcome, dry_run: bool, out: &mut impl Write) -> std::io::Result<()> {
    let keys: Vec<&str> = outcome.taken.iter().map(|edit| edit.key.as_str()).collect();
    let refused = outcome
        .refused
        .iter()
        .map(|(line, key, reason)| json!({ "line": line, "key": key, "reason": reason }));
    let errors = outcome.errors.iter().map(|found| {
        json!({ "file": &*found.at.file, "line": found.at.line, "code": found.code, "message": found.message })
    });
    let all = json!({
        "dry_run": dry_run,
        "taken": if outcome.errors.is_empty() { keys } else { Vec::new() },
        "unchanged": outcome.unchanged,
        "empty": outcome.empty,
        "refused": refused.collect::<Vec<_>>(),
        "errors": errors.collect::<Vec<_>>(),
    });
    writeln!(out, "{all}")
}
