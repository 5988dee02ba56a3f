//! The semantic model from its folder, read once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;

use crate::config::Settings;
use crate::faq::semantic::{Encoder, PIECES, WEIGHTS};

/// The one read last: a process has one set of settings.
static READ: Mutex<Option<(PathBuf, Arc<Encoder>)>> = Mutex::new(None);

/// The model that the settings name, if they name one.
///
/// # Errors
/// As [`load`].
pub fn named(settings: &Settings) -> anyhow::Result<Option<Arc<Encoder>>> {
    let model = settings.faq_model.as_deref();
    let named =
        || "`faq.semantic.model` names a model that cannot be used; without it the ranking is lexical";
    model.map(|folder| load(Path::new(folder)).with_context(named)).transpose()
}

/// The model in `folder`.
///
/// # Errors
/// A file that is not there, cannot be read or is of another kind; says which, and what brings it.
pub fn load(folder: &Path) -> anyhow::Result<Arc<Encoder>> {
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, encoder)) = read.as_ref().filter(|(path, _)| path == folder) {
        return Ok(encoder.clone());
    }
    let bytes = |name: &str| {
        let path = folder.join(name);
        let help = || {
            let (path, folder) = (path.display(), folder.display());
            format!("cannot read {path}; `scripts/fetch-model {folder}` brings the model's two files")
        };
        fs::read(&path).with_context(help)
    };
    let broken = || format!("the model in {} cannot be used", folder.display());
    let encoder = Arc::new(Encoder::read(&bytes(PIECES)?, &bytes(WEIGHTS)?).with_context(broken)?);
    *read = Some((folder.to_owned(), encoder.clone()));
    Ok(encoder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faq::semantic::tests::tiny;

    #[test]
    fn a_model_that_is_not_there_or_broken_says_where_and_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let said = |folder: &Path| format!("{:#}", load(folder).expect_err("an error"));
        let missing = said(folder.path());
        let path = folder.path().join(PIECES).display().to_string();
        assert!(missing.contains(&format!("cannot read {path}")) && missing.contains("scripts/fetch-model"));
        let (pieces, weights) = tiny();
        fs::write(folder.path().join(PIECES), &pieces).expect("a file");
        fs::write(folder.path().join(WEIGHTS), &weights[..50]).expect("a file");
        assert!(said(folder.path()).contains("weights.npz: is no zip archive"));
        fs::write(folder.path().join(WEIGHTS), weights).expect("a file");
        let read = load(folder.path()).expect("a model");
        assert!(Arc::ptr_eq(&read, &load(folder.path()).expect("the same")), "read once");
    }
}
