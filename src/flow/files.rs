//! The files that a playbook is compiled from: what its revision is the hash of, and what is stored of it.

use serde::{Deserialize, Serialize};

use super::{Locale, parse};

/// The version of the language. It changes where the same files would decide otherwise.
pub const LANGUAGE: u32 = 1;

/// Everything that decides what a playbook does, as text: flows, the system's flows and words, FAQ, tables, and the
/// settings that are compiled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// [`LANGUAGE`] when it was compiled.
    pub language: u32,
    /// The first is the default.
    pub locales: Vec<Locale>,
    /// Name and text, in the order in which they are read. Names begin with the folder's part: `flows/support.yaml`.
    pub texts: Vec<(String, String)>,
}

impl Files {
    /// Hex of the hash of all that is in it.
    pub fn revision(&self) -> String {
        let head = format!("{} {}", self.language, self.locales.join(" "));
        let texts = self.texts.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        parse::revision(std::iter::once(("language", head.as_str())).chain(texts))
    }
}
