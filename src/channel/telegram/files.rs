//! Photos, voice notes and files: what a message bears of them, and its content, fetched while Telegram has it.

use serde_json::json;
use teloxide_core::types::Message;

use super::Telegram;
use super::address::Address;
use super::wire::Answer;
use crate::app::{App, DoorError, files};
use crate::conversation::{Channel, SentFile};

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub id: String,
    pub name: String,
    /// Bytes, where Telegram says so.
    pub size: u64,
}

/// The file that a message bears: of a photo its largest form.
pub fn of(message: &Message) -> Option<Found> {
    let found = |meta: &teloxide_core::types::FileMeta, name: Option<&String>, kind: &str| Found {
        id: meta.id.0.clone(),
        name: name.cloned().unwrap_or_else(|| kind.to_owned()),
        size: u64::from(meta.size),
    };
    if let Some(photo) = message.photo().and_then(|sizes| sizes.iter().max_by_key(|size| size.width)) {
        return Some(found(&photo.file, None, "photo.jpg"));
    }
    if let Some(voice) = message.voice() {
        return Some(found(&voice.file, None, "voice.ogg"));
    }
    if let Some(document) = message.document() {
        return Some(found(&document.file, document.file_name.as_ref(), "file"));
    }
    if let Some(audio) = message.audio() {
        return Some(found(&audio.file, audio.file_name.as_ref(), "audio.mp3"));
    }
    if let Some(video) = message.video() {
        return Some(found(&video.file, video.file_name.as_ref(), "video.mp4"));
    }
    message.video_note().map(|note| found(&note.file, None, "video.mp4"))
}

/// Fetches a file and keeps it; `None` where it is too large, of a kind that is not kept, or does not come.
///
/// # Errors
/// The store's.
pub async fn keep(
    telegram: &Telegram,
    app: &App,
    here: &Address,
    delivery: &str,
    found: Found,
) -> Result<Option<SentFile>, DoorError> {
    let most = app.settings.file_bytes;
    if found.size > u64::try_from(most).unwrap_or(u64::MAX) {
        return Ok(None);
    }
    let told = telegram.wire.send("getFile", &json!({ "file_id": found.id })).await;
    let path = match &told {
        Answer::Ok(told) => told["file_path"].as_str(),
        Answer::Unreadable | Answer::No(_) => None,
    };
    let Some(path) = path else { return Ok(None) };
    let Some(content) = telegram.wire.file(path, most).await else { return Ok(None) };
    let Some(kind) = files::kind(&content) else { return Ok(None) };
    let address = here.to_string();
    let channel = Channel::Telegram;
    let sent = files::Sent { channel, address: &address, delivery, name: &found.name, kind, content };
    Ok(Some(app.keep_file(sent).await?))
}
