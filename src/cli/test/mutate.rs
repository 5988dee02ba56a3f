//! `vestibule test --mutate`: do the tests guard the flows?

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::{Options, Progress};
use crate::cli::{check, playbook};
use crate::config::Settings;
use crate::flow::Playbook;
use crate::rehearsal::mutate::{Bench, Fate, Mutant, mutants};
use crate::rehearsal::{Script, Test};

pub fn run(
    options: &Options,
    count: usize,
    settings: &Settings,
    book: Playbook,
    scripts: &[Script],
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let paths: Vec<PathBuf> = vec![settings.flows.clone().into(), settings.faq.clone().into()];
    let gathered = check::gather(&paths, settings.locales.first().map_or("en", String::as_str))?;
    let known = playbook::known(&gathered, settings);
    let chosen = mutants(&gathered.flows, &settings.locales, count, options.seed);
    anyhow::ensure!(!chosen.is_empty(), "there is nothing in these flows to make a mistake in");
    let tests: Vec<&Test> = scripts.iter().flat_map(|script| &script.tests).collect();
    let bench = Bench::new(book, &gathered.flows, &settings.locales, &known, &settings.desk, tests);
    let Some(mut bench) = bench else {
        anyhow::bail!("some tests fail on the flows as they are; mend these first: vestibule test");
    };
    let mut progress = Progress::new(chosen.len());
    let mut judged: Vec<(Mutant, Fate)> = Vec::new();
    for mutant in chosen {
        let fate = bench.judge(&mutant);
        judged.push((mutant, fate));
        progress.one();
    }
    progress.done();
    let survived = judged.iter().filter(|(_, fate)| *fate == Fate::Survived).count();
    let caught = (judged.len() - survived) * 100 / judged.len();
    if options.json {
        as_json(&judged, out)?;
    } else {
        as_text(&judged, caught, out)?;
    }
    Ok(ExitCode::from(u8::from(caught < options.at_least)))
}

fn as_text(judged: &[(Mutant, Fate)], caught: usize, out: &mut impl Write) -> anyhow::Result<()> {
    let mut kinds: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (mutant, fate) in judged {
        let counts = kinds.entry(mutant.what).or_default();
        counts[match fate {
            Fate::Check(_) => 0,
            Fate::Test(..) => 1,
            Fate::Survived => 2,
        }] += 1;
    }
    writeln!(out, "{:<34} {:>8} {:>8} {:>8}", "mistake", "check", "tests", "nobody")?;
    for (kind, [check, test, nobody]) in &kinds {
        writeln!(out, "{kind:<34} {check:>8} {test:>8} {nobody:>8}")?;
    }
    let mut survivors = judged.iter().filter(|(_, fate)| *fate == Fate::Survived).peekable();
    if survivors.peek().is_some() {
        writeln!(out, "\nNobody finds these. Where one changes what happens, a test is missing:")?;
    }
    for (mutant, _) in survivors {
        writeln!(out, "  {}:{}: {}: {}", mutant.at.file, mutant.at.line, mutant.what, mutant.shown)?;
    }
    let sum = |place: usize| kinds.values().map(|counts| counts[place]).sum::<usize>();
    writeln!(
        out,
        "\n{} mistakes: {} found by the check, {} by tests, {} by nobody ({caught} % found)",
        judged.len(),
        sum(0),
        sum(1),
        sum(2)
    )?;
    Ok(())
}

fn as_json(judged: &[(Mutant, Fate)], out: &mut impl Write) -> anyhow::Result<()> {
    let one = |(mutant, fate): &(Mutant, Fate)| {
        let (by, name) = match fate {
            Fate::Check(code) => (Some("check"), Some((*code).to_owned())),
            Fate::Test(name, kind) => (Some("test"), Some(format!("{name}, in {}", kind.word()))),
            Fate::Survived => (None, None),
        };
        json!({
            "mistake": mutant.what, "file": &*mutant.at.file, "line": mutant.at.line, "column": mutant.at.column,
            "change": mutant.shown, "found_by": by, "finding": name,
        })
    };
    let all: Vec<serde_json::Value> = judged.iter().map(one).collect();
    writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
    Ok(())
}
