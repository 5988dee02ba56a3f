//! Writes findings for people, for programs and for GitHub.

use std::fmt;
use std::io::Write;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SpanContents,
};

use super::Findings;
use crate::source::{Diagnostic, Place, Severity};

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
        writeln!(out, "{}\n", report.trim_end())?;
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

/// An array of objects, one a line.
pub fn json(found: &[Diagnostic], out: &mut impl Write) -> anyhow::Result<()> {
    write!(out, "[")?;
    for (index, one) in found.iter().enumerate() {
        let object = serde_json::json!({
            "code": one.code,
            "severity": word(one.severity),
            "file": &*one.at.file,
            "line": one.at.line,
            "column": one.at.column,
            "message": one.message,
            "help": one.help,
        });
        write!(out, "{}\n  {object}", if index == 0 { "" } else { "," })?;
    }
    writeln!(out, "{}]", if found.is_empty() { "" } else { "\n" })?;
    Ok(())
}

/// Workflow commands (docs.github.com, "Workflow commands for GitHub Actions").
pub fn github(found: &[Diagnostic], out: &mut impl Write) -> anyhow::Result<()> {
    for one in found {
        let message = match &one.help {
            Some(help) => format!("{} ({help})", one.message),
            None => one.message.clone(),
        };
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
        let mut len = self.at.len.min(line);
        while !rest.is_char_boundary(len) {
            len -= 1;
        }
        len
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
        let data = self.text[from..to].as_bytes();
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
