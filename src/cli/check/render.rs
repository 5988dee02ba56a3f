//! Writes findings for people, for programs and for GitHub.

use std::fmt;
use std::io::Write;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SpanContents,
};

use super::Findings;
use crate::source::{Diagnostic, Place, Related, Severity};

/// With the source, a caret, code and help; at the end how many there are.
pub fn text(findings: &Findings, colour: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(110);
    for found in &findings.diagnostics {
        let source = findings.sources.get(&found.at.file).map(String::as_str).unwrap_or_default();
        let mut report = String::new();
        handler.render_report(
            &mut report,
            &Report { found, excerpt: Excerpt { at: &found.at, text: source } },
        )?;
        writeln!(out, "{}", report.trim_end())?;
        if let Some(other) = &found.related {
            let Related { at, note } = &**other;
            writeln!(out, "  note: {}:{}:{}: {note}", at.file, at.line, at.column)?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}", summary(findings))?;
    Ok(())
}

fn summary(findings: &Findings) -> String {
    let errors = findings.diagnostics.iter().filter(|found| found.is_error()).count();
    let warnings = findings.diagnostics.len() - errors;
    let count = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    format!("{}, {} in {}", count(errors, "error"), count(warnings, "warning"), count(findings.files, "file"))
}

/// An array of objects, one a line; `related` is there where other places belong to a finding.
pub fn json(found: &[Diagnostic], out: &mut impl Write) -> anyhow::Result<()> {
    array(&found.iter().map(object).collect::<Vec<_>>(), out)
}

pub fn array(objects: &[serde_json::Value], out: &mut impl Write) -> anyhow::Result<()> {
    write!(out, "[")?;
    for (index, object) in objects.iter().enumerate() {
        write!(out, "{}\n  {object}", if index == 0 { "" } else { "," })?;
    }
    writeln!(out, "{}]", if objects.is_empty() { "" } else { "\n" })?;
    Ok(())
}

/// One finding for a program.
pub fn object(one: &Diagnostic) -> serde_json::Value {
    let mut object = serde_json::json!({
        "code": one.code,
        "severity": word(one.severity),
        "file": &*one.at.file,
        "line": one.at.line,
        "column": one.at.column,
        "message": one.message,
        "help": one.help,
    });
    if let Some(other) = &one.related {
        object["related"] = serde_json::json!([related(&other.at, &other.note)]);
    }
    object
}

fn related(at: &Place, note: &str) -> serde_json::Value {
    serde_json::json!({ "file": &*at.file, "line": at.line, "column": at.column, "message": note })
}

/// Workflow commands (docs.github.com, "Workflow commands for GitHub Actions").
pub fn github(found: &[Diagnostic], out: &mut impl Write) -> anyhow::Result<()> {
    for one in found {
        let mut message = one.message.clone();
        if let Some(help) = &one.help {
            message.push_str(&format!(" ({help})"));
        }
        if let Some(other) = &one.related {
            let Related { at, note } = &**other;
            message.push_str(&format!("\n{}:{}:{}: {note}", at.file, at.line, at.column));
        }
        writeln!(
            out,
            "::{} file={},line={},col={},title={}::{}",
            word(one.severity),
            property(&one.at.file),
            one.at.line,
            one.at.column,
            one.code,
            data(&message)
        )?;
    }
    Ok(())
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A finding as the renderer wants it.
struct Report<'a> {
    found: &'a Diagnostic,
    excerpt: Excerpt<'a>,
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.found)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.found.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'c>(&'c self) -> Option<Box<dyn fmt::Display + 'c>> {
        Some(Box::new(self.found.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.found.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'h>(&'h self) -> Option<Box<dyn fmt::Display + 'h>> {
        self.found.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new(None, self.excerpt.start(), self.excerpt.len());
        Some(Box::new(std::iter::once(label)))
    }
}

/// Bytes from which on a line is shown in part.
const LONG_LINE: usize = 500;

/// The lines around a place. The renderer would read a file from its beginning for each finding.
struct Excerpt<'a> {
    at: &'a Place,
    text: &'a str,
}

impl Excerpt<'_> {
    fn start(&self) -> usize {
        let mut start = self.at.offset.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        start
    }

    /// Of the first line only: a block of ten lines needs no bracket around it.
    fn len(&self) -> usize {
        let rest = &self.text[self.start()..];
        let line = rest.lines().next().unwrap_or_default().len();
        let mut len = self.at.len.min(line).min(100);
        while !rest.is_char_boundary(len) {
            len -= 1;
        }
        len
    }
}

impl<'a> Excerpt<'a> {
    /// The bounds of the line that holds a byte.
    fn line(&self, place: usize) -> (usize, usize) {
        let from = self.text[..place].rfind('\n').map_or(0, |at| at + 1);
        let to = self.text[place..].find('\n').map_or(self.text.len(), |at| place + at);
        (from, to)
    }

    fn line_is_long(&self, place: usize) -> bool {
        let (from, to) = self.line(place);
        to - from > LONG_LINE
    }

    /// A part of a long line.
    fn window(&self, place: usize) -> MietteSpanContents<'a> {
        let (line_from, line_to) = self.line(place);
        let (mut from, mut to) = (place.saturating_sub(60).max(line_from), (place + 120).min(line_to));
        while !self.text.is_char_boundary(from) {
            from -= 1;
        }
        while !self.text.is_char_boundary(to) {
            to += 1;
        }
        let data = &self.text.as_bytes()[from..to];
        let (line, column) = (self.at.line.saturating_sub(1), self.at.column.saturating_sub(1));
        MietteSpanContents::new_named(
            self.at.file.to_string(),
            data,
            (from, to - from).into(),
            line,
            column,
            1,
        )
    }
}

impl miette::SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let place = self.start();
        if self.line_is_long(place) {
            return Ok(Box::new(self.window(place)));
        }
        let mut from =
            if before == 0 { place } else { self.text[..place].rfind('\n').map_or(0, |at| at + 1) };
        let mut line = self.at.line.saturating_sub(1);
        for _ in 0..before {
            if from == 0 || line == 0 {
                break;
            }
            from = self.text[..from - 1].rfind('\n').map_or(0, |at| at + 1);
            line -= 1;
        }
        let rest = &self.text[place..];
        let to = rest.match_indices('\n').nth(after).map_or(self.text.len(), |(at, _)| place + at + 1);
        // The header shows the place itself; it is asked for without lines around it.
        let column = if before == 0 { self.at.column.saturating_sub(1) } else { 0 };
        let within = if before == 0 { *span } else { (from, to - from).into() };
        let data = &self.text.as_bytes()[from..to];
        Ok(Box::new(MietteSpanContents::new_named(
            self.at.file.to_string(),
            data,
            within,
            line,
            column,
            after + 1,
        )))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const FILE: &str = "flows/support.yaml";
    const SOURCE: &str = "flow: support\nsteps:\n  - say: { en: Hello, it: Ciao }\n    goto: proble\n  - id: problem\n    end: done\n";

    fn findings() -> Findings {
        let offset = SOURCE.find("proble").unwrap_or_default();
        let at = Place::at(&FILE.into(), SOURCE, offset, 6);
        let found = Diagnostic::error("V101", at, "no step of this flow has the id `proble`, at 100 %");
        let first = Place::at(&FILE.into(), SOURCE, SOURCE.find("problem").unwrap_or_default(), 7);
        let whole = Diagnostic::warning("V110", Place::start_of(FILE), "nothing begins this flow");
        let whole = whole.related(&first, "the step that is meant");
        Findings {
            diagnostics: vec![found.help("did you mean `problem`?"), whole],
            sources: BTreeMap::from([(FILE.into(), SOURCE.to_owned())]),
            files: 1,
        }
    }

    fn written(write: impl FnOnce(&mut Vec<u8>) -> anyhow::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).expect("written");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn people_see_the_line_and_the_place_in_it() {
        insta::assert_snapshot!(written(|out| text(&findings(), false, out)));
    }

    #[test]
    fn colour_is_only_where_it_is_wanted() {
        assert!(!written(|out| text(&findings(), false, out)).contains('\u{1b}'));
        assert!(written(|out| text(&findings(), true, out)).contains('\u{1b}'));
    }

    #[test]
    fn programs_read_an_array() {
        let array = written(|out| json(&findings().diagnostics, out));
        let array: serde_json::Value = serde_json::from_str(&array).expect("JSON");
        let expected = serde_json::json!({
            "code": "V101", "severity": "error", "file": FILE, "line": 4, "column": 11,
            "message": "no step of this flow has the id `proble`, at 100 %", "help": "did you mean `problem`?",
        });
        assert_eq!(array[0], expected);
        assert_eq!(array[1]["help"], serde_json::Value::Null);
        let related = serde_json::json!([{ "file": FILE, "line": 5, "column": 9, "message": "the step that is meant" }]);
        assert_eq!(array[1]["related"], related);
        assert_eq!(written(|out| json(&[], out)), "[]\n");
    }

    #[test]
    fn github_reads_workflow_commands() {
        let lines = written(|out| github(&findings().diagnostics, out));
        let first = "::error file=flows/support.yaml,line=4,col=11,title=V101::no step of this flow has the id \
                     `proble`, at 100 %25 (did you mean `problem`?)";
        assert_eq!(lines.lines().next(), Some(first));
        assert!(
            lines
                .lines()
                .nth(1)
                .is_some_and(|line| line.ends_with("%0Aflows/support.yaml:5:9: the step that is meant"))
        );
        assert_eq!(lines.lines().count(), 2);
    }

    #[test]
    fn a_long_line_is_shown_in_part() {
        let source = format!("flow: x\nsteps: [{}é{}\n", "a".repeat(5_000), "b".repeat(5_000));
        let at = Place::at(&FILE.into(), &source, 4_000, 9_000);
        let sources = BTreeMap::from([(FILE.into(), source)]);
        let findings =
            Findings { diagnostics: vec![Diagnostic::error("V001", at, "long")], sources, files: 1 };
        assert!(written(|out| text(&findings, false, out)).len() < 2_000);
    }
}
