//! What came of the tests, for people and for programs.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::json;

use super::Case;
use crate::rehearsal::{ChannelKind, Coverage, Difference, Entry, Speaker};

/// Lines of the conversation that are shown before a difference.
const LINES: usize = 12;

/// Colours, or none.
struct Paint(bool);

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn bad(&self, text: &str) -> String {
        self.with("31", text)
    }

    fn good(&self, text: &str) -> String {
        self.with("32", text)
    }

    fn faint(&self, text: &str) -> String {
        self.with("2", text)
    }
}

/// Each test that failed, with what was expected, what came, and the conversation until then.
pub fn text(cases: &[Case<'_>], colour: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let paint = Paint(colour);
    for case in cases {
        if let Some(difference) = case.played.differences.first() {
            write!(out, "{}", failed(case, difference, &paint))?;
        }
    }
    Ok(())
}

fn failed(case: &Case<'_>, difference: &Difference, paint: &Paint) -> String {
    let Difference { at, wanted, want, got, note } = difference;
    let mut text = format!("{} {}, in {}\n", paint.bad("FAILED"), case.test.name, kind(case.kind));
    text += &format!("  {}:{}: {wanted}\n", at.file, at.line);
    if !want.is_empty() {
        text += &indented(want, &paint.good("+"));
    }
    let lead = if want.is_empty() { "  it was" } else { "  but it was" };
    text += &match got.as_slice() {
        [] => format!("{lead} nothing\n"),
        got => got.iter().fold(format!("{lead}\n"), |text, one| text + &indented(one, &paint.bad("-"))),
    };
    if let Some(note) = note {
        text += &format!("  {note}\n");
    }
    text += &format!("  {}\n", paint.faint("the conversation until then:"));
    text + &transcript(&case.played.talk, paint) + "\n"
}

fn kind(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Chat => "chat",
        ChannelKind::Voice => "voice",
    }
}

fn indented(text: &str, sign: &str) -> String {
    text.lines().map(|line| format!("    {sign} {line}\n")).collect()
}

fn transcript(talk: &[Entry], paint: &Paint) -> String {
    let skipped = talk.len().saturating_sub(LINES);
    let mut text = String::new();
    if skipped > 0 {
        text += &format!("    {}\n", paint.faint(&format!("… {skipped} lines before")));
    }
    for entry in &talk[skipped..] {
        let sign = match entry.by {
            Speaker::Contact => "> ",
            Speaker::Bot => "",
            Speaker::Agent => "agent ",
            Speaker::World => "! ",
        };
        for (nth, line) in entry.text.lines().enumerate() {
            let sign = if nth == 0 { sign } else { "" };
            let line = format!("{sign}{line}");
            text += &format!("    {}\n", if entry.by == Speaker::Bot { paint.faint(&line) } else { line });
        }
    }
    text
}

/// `12 tests passed on chat and voice, 1 failed`.
pub fn summary(cases: &[Case<'_>]) -> String {
    let mut tests: BTreeMap<(&str, usize), bool> = BTreeMap::new();
    for case in cases {
        let key = (&*case.test.at.file, case.test.at.offset);
        *tests.entry(key).or_insert(true) &= case.played.differences.is_empty();
    }
    let passed = tests.values().filter(|passed| **passed).count();
    let failed = tests.len() - passed;
    let kinds: Vec<&str> = ChannelKind::ALL
        .into_iter()
        .filter(|kind| cases.iter().any(|case| case.kind == *kind))
        .map(ChannelKind::word)
        .collect();
    let tests = |count: usize| format!("{count} test{}", if count == 1 { "" } else { "s" });
    let end = if failed == 0 { String::new() } else { format!(", {failed} failed") };
    format!("{} passed on {}{end}", tests(passed), kinds.join(" and "))
}

/// One object: counts, and each test with its difference.
pub fn json(cases: &[Case<'_>], coverage: &Coverage, out: &mut impl Write) -> anyhow::Result<()> {
    let failed = cases.iter().filter(|case| !case.played.differences.is_empty()).count();
    let tests: Vec<serde_json::Value> = cases.iter().map(one).collect();
    let object = json!({
        "passed": cases.len() - failed, "failed": failed, "tests": tests, "coverage": super::cover::json(coverage),
    });
    writeln!(out, "{}", serde_json::to_string_pretty(&object)?)?;
    Ok(())
}

fn one(case: &Case<'_>) -> serde_json::Value {
    let difference = case.played.differences.first().map(|difference| {
        json!({
            "file": &*difference.at.file, "line": difference.at.line, "column": difference.at.column,
            "expected": difference.wanted, "wanted": difference.want, "got": difference.got, "note": difference.note,
        })
    });
    let talk: Vec<serde_json::Value> = case
        .played
        .talk
        .iter()
        .map(|entry| {
            let by = match entry.by {
                Speaker::Contact => "user",
                Speaker::Bot => "bot",
                Speaker::Agent => "agent",
                Speaker::World => "world",
            };
            json!({ "by": by, "text": entry.text })
        })
        .collect();
    json!({
        "test": case.test.name, "file": &*case.test.at.file, "line": case.test.at.line, "channel": case.kind.word(),
        "passed": difference.is_none(), "difference": difference, "talk": talk,
    })
}
