//! `vestibule check`: what is wrong with flow and FAQ files.

pub mod gather;
mod render;

use std::io::Write;
use std::path::PathBuf;

use crate::config::Settings;
use crate::source::{Diagnostic, Sources};

pub use gather::{Gathered, gather};

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people: the source with a caret, code and help.
    Text { colour: bool },
    /// An array of `{code, severity, file, line, column, message, help}`.
    Json,
    /// Workflow commands, one a line.
    Github,
}

/// All findings about the files under `paths`, and the texts to show them in.
#[derive(Debug)]
pub struct Findings {
    pub diagnostics: Vec<Diagnostic>,
    pub sources: Sources,
    /// How many files were read, those compiled in not counted.
    pub files: usize,
}

/// Checks the files under `paths` and writes what is wrong with them. The exit code: 0 without errors (warnings may
/// be), 1 with errors.
///
/// # Errors
/// A path that is not there or cannot be read, or an output that takes nothing.
pub fn run(
    paths: &[PathBuf],
    format: Format,
    settings: &Settings,
    out: &mut impl Write,
) -> anyhow::Result<u8> {
    let findings = find(paths, settings)?;
    match format {
        Format::Text { colour } => render::text(&findings, colour, out)?,
        Format::Json => render::json(&findings.diagnostics, out)?,
        Format::Github => render::github(&findings.diagnostics, out)?,
    }
    out.flush()?;
    Ok(u8::from(findings.diagnostics.iter().any(Diagnostic::is_error)))
}

/// The findings about the files under `paths`.
///
/// # Errors
/// A path that is not there or cannot be read.
pub fn find(paths: &[PathBuf], settings: &Settings) -> anyhow::Result<Findings> {
    let gathered = gather(paths, settings.locales.first().map_or("en", String::as_str))?;
    Ok(super::playbook::compile(gathered, settings).1)
}

/// Findings for people, with the source and a caret.
///
/// # Errors
/// An output that takes nothing.
pub fn render_text(findings: &Findings, colour: bool, out: &mut impl Write) -> anyhow::Result<()> {
    render::text(findings, colour, out)
}
