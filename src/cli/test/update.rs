//! `vestibule test --update`: what differs is rewritten in the files.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;

use super::{Case, Options, play_all, report};
use crate::config::Settings;
use crate::flow::Playbook;
use crate::rehearsal::play::Run;
use crate::rehearsal::update::rewritten;
use crate::rehearsal::{Script, read};

/// How often a file is rewritten and played again, for what comes to light only after a first difference is mended.
const ROUNDS: usize = 4;

pub fn run(
    options: &Options,
    settings: &Settings,
    playbook: &Playbook,
    scripts: &[Script],
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let mut good = true;
    for script in scripts {
        let mut now =
            Script { file: script.file.clone(), source: script.source.clone(), tests: script.tests.clone() };
        for _ in 0..ROUNDS {
            let slice = std::slice::from_ref(&now);
            let cases = play_all(options, settings, playbook, slice, Run::ToEnd);
            let edits = cases.iter().flat_map(|case| case.played.edits.clone()).collect();
            let source = rewritten(&now.source, edits);
            if source == now.source {
                break;
            }
            let (again, found) = read(&now.file, &source, playbook);
            anyhow::ensure!(found.is_empty(), "{} cannot be rewritten: {found:?}", now.file);
            now = again;
        }
        if now.source != script.source {
            std::fs::write(&*now.file, &now.source).with_context(|| format!("cannot write {}", now.file))?;
            writeln!(out, "{} is rewritten", now.file)?;
        }
        let slice = std::slice::from_ref(&now);
        let cases: Vec<Case<'_>> = play_all(options, settings, playbook, slice, Run::ToFirst);
        good &= cases.iter().all(|case| case.played.differences.is_empty());
        if !cases.is_empty() {
            report::text(&cases, false, out)?;
            writeln!(out, "{}: {}", now.file, report::summary(&cases))?;
        }
    }
    Ok(ExitCode::from(u8::from(!good)))
}
