//! A finding: a stable code, where it is, what is wrong and what to do.

use std::collections::BTreeMap;

use super::Place;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
}

/// One problem in an operator's file. Parsing and checking collect these and never stop at the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code such as `V001`; the page `docs/diagnostics.md` explains each.
    pub code: &'static str,
    pub severity: Severity,
    pub at: Place,
    pub message: String,
    pub help: Option<Box<str>>,
    pub related: Option<Box<Related>>,
}

/// Another place that belongs to a finding, with what is there: "first defined here".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    pub at: Place,
    pub note: String,
}

impl Diagnostic {
    pub fn error(code: &'static str, at: Place, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, at, message: message.into(), help: None, related: None }
    }

    pub fn warning(code: &'static str, at: Place, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Warning, at, message: message.into(), help: None, related: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into().into());
        self
    }

    /// Names another place that belongs to the finding, with what is there.
    #[must_use]
    pub fn related(mut self, at: &Place, note: impl Into<String>) -> Self {
        self.related = Some(Box::new(Related { at: at.clone(), note: note.into() }));
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The texts of the files that were read, by name, so that a finding can show its line.
pub type Sources = BTreeMap<std::sync::Arc<str>, String>;
