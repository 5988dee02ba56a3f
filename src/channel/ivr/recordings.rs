//! Recorded prompts: `<locale>/<name>.wav` or `.mp3` below a folder of the operator's, found once at the start.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::speech::Audio;
use crate::config::Settings;

/// How deep names may go: `<locale>/<flow>/<step>.wav`.
const DEEPEST: usize = 4;

#[derive(Debug, Clone, Default)]
pub struct Recordings {
    /// Files by their path below the folder.
    files: BTreeMap<String, PathBuf>,
    music: Option<String>,
    voices: BTreeMap<String, String>,
}

impl Recordings {
    pub fn of(settings: &Settings) -> Self {
        let mut files = BTreeMap::new();
        if let Some(folder) = &settings.calls.audio {
            collect(Path::new(folder), "", DEEPEST, &mut files);
            tracing::info!(%folder, recordings = files.len(), "recorded prompts are played where there are some");
        }
        Self { files, music: settings.calls.hold_music.clone(), voices: settings.calls.voices.clone() }
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// A recording's media type and bytes; only what was found at the start is read.
    pub async fn read(&self, path: &str) -> Option<(&'static str, Vec<u8>)> {
        let file = self.files.get(path)?;
        Some((kind(path)?, tokio::fs::read(file).await.ok()?))
    }
}

impl Audio for Recordings {
    fn find(&self, locale: &str, name: &str) -> Option<String> {
        let paths = ["wav", "mp3"].map(|end| format!("{locale}/{name}.{end}"));
        paths.into_iter().find(|path| self.files.contains_key(path))
    }

    fn music(&self) -> Option<String> {
        self.music.clone()
    }

    fn voice(&self, locale: &str) -> Option<String> {
        let language = locale.split(['-', '_']).next().unwrap_or(locale);
        self.voices.get(locale).or_else(|| self.voices.get(language)).cloned()
    }
}

fn collect(folder: &Path, under: &str, depth: usize, files: &mut BTreeMap<String, PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = if under.is_empty() { name } else { format!("{under}/{name}") };
        if entry.path().is_dir() && depth > 1 {
            collect(&entry.path(), &path, depth - 1, files);
        } else if kind(&path).is_some() {
            files.insert(path, entry.path());
        }
    }
}

fn kind(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "wav" => Some("audio/wav"),
        "mp3" => Some("audio/mpeg"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_found_by_language_and_name() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in ["en/phone_hold.wav", "it/billing/topic.mp3", "en/notes.txt"] {
            let file = folder.path().join(path);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            std::fs::write(file, b"sound").expect("written");
        }
        let mut files = BTreeMap::new();
        collect(folder.path(), "", DEEPEST, &mut files);
        let recordings = Recordings { files, ..Recordings::default() };
        assert_eq!(recordings.find("en", "phone_hold").as_deref(), Some("en/phone_hold.wav"));
        assert_eq!(recordings.find("it", "billing/topic").as_deref(), Some("it/billing/topic.mp3"));
        assert_eq!(recordings.find("it", "phone_hold"), None);
        assert_eq!(recordings.find("en", "notes"), None);
        assert_eq!(recordings.files.len(), 2);
    }
}
