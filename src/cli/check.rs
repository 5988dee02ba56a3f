//! `vestibule check`: what is wrong with flow and FAQ files.

pub mod explain;
pub mod gather;
pub mod live;
mod render;
mod similar;

use std::io::Write;
use std::path::PathBuf;

use crate::config::Settings;
use crate::source::{Diagnostic, Sources};

pub use gather::{Gathered, gather, gather_texts};

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
    write(&findings, format, out)?;
    out.flush()?;
    Ok(u8::from(findings.diagnostics.iter().any(Diagnostic::is_error)))
}

/// Writes findings in a format.
///
/// # Errors
/// An output that takes nothing.
pub fn write(findings: &Findings, format: Format, out: &mut impl Write) -> anyhow::Result<()> {
    match format {
        Format::Text { colour } => render::text(findings, colour, out),
        Format::Json => render::json(&findings.diagnostics, out),
        Format::Github => render::github(&findings.diagnostics, out),
    }
}

/// The findings about the files under `paths`.
///
/// # Errors
/// A path that is not there or cannot be read.
pub fn find(paths: &[PathBuf], settings: &Settings) -> anyhow::Result<Findings> {
    let gathered = gather(paths, settings.locales.first().map_or("en", String::as_str))?;
    Ok(super::playbook::read(gathered, settings).2)
}

/// Findings for people, with the source and a caret.
///
/// # Errors
/// An output that takes nothing.
pub fn render_text(findings: &Findings, colour: bool, out: &mut impl Write) -> anyhow::Result<()> {
    render::text(findings, colour, out)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn settings() -> Settings {
        crate::config::load(None, std::iter::empty()).expect("the defaults")
    }

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    const DEFAULT: &str =
        "flow: main\nstart: { default: true }\nsteps:\n  - faq: { query: q, context: [vpn] }\n  - end:\n";
    const FAQ: &str = "- id: vpn\n  tags: [vpn]\n  questions: { en: [a, b, c], it: [d, e, f] }\n  answer: { en: A, it: B }\n";

    #[test]
    fn files_are_told_apart_by_their_content() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        write(folder.path(), "flows/main.yaml", DEFAULT);
        write(folder.path(), "flows/tests/talk.yaml", "- user: hello\n");
        write(folder.path(), "flows/.hidden.yaml", "nonsense");
        write(folder.path(), "faq/a.yaml", FAQ);
        write(
            folder.path(),
            "faq/b.jsonl",
            "{\"id\":\"l\",\"locale\":\"en\",\"category\":\"mail\",\"question\":\"x\",\"answer\":\"y\"}\n",
        );
        let both = find(&[at("flows"), at("faq")], &settings()).expect("found");
        assert!(!both.diagnostics.iter().any(Diagnostic::is_error), "{:?}", both.diagnostics);
        assert_eq!(both.files, 3);
        // Without the FAQ nothing is known of tags, and nothing is told of them; a file given twice is read once.
        let flows = find(&[at("flows"), at("flows/main.yaml")], &settings()).expect("found");
        assert_eq!((flows.files, flows.diagnostics.len()), (1, 0));
    }

    #[test]
    fn exit_codes_say_whether_there_are_errors() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "a.yaml", DEFAULT);
        let path = [folder.path().to_owned()];
        let mut out = Vec::new();
        assert_eq!(run(&path, Format::Json, &settings(), &mut out).expect("run"), 0);
        assert_eq!(String::from_utf8_lossy(&out), "[]\n");
        write(folder.path(), "b.yaml", "flow: b\nsteps:\n  - end:\n");
        let mut out = Vec::new();
        assert_eq!(run(&path, Format::Text { colour: false }, &settings(), &mut out).expect("run"), 0);
        assert!(String::from_utf8_lossy(&out).ends_with("0 errors, 1 warning in 2 files\n"));
        write(folder.path(), "c.yaml", "flow: c\nsteps: 5\n");
        assert_eq!(run(&path, Format::Github, &settings(), &mut Vec::new()).expect("run"), 1);
        let gone = [folder.path().join("gone")];
        let error =
            run(&gone, Format::Json, &settings(), &mut Vec::new()).expect_err("nothing there").to_string();
        assert!(error.contains("gone"), "{error}");
    }

    #[test]
    fn a_file_that_is_not_utf_8_is_told_with_its_line() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("a.yaml"), b"flow: a\nsteps:\n  - say: \xff\n").expect("a file");
        let found = find(&[folder.path().to_owned()], &settings()).expect("found").diagnostics;
        assert_eq!((found[0].code, found[0].at.line), ("V001", 3));
    }
}
