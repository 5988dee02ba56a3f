//! Files that contacts send: which may be kept, by what is in them, and what they are called.

use jiff::Timestamp;

use crate::conversation::{Channel, SentFile, ids, utterance};
use crate::store::StoreError;
use crate::store::world::FileRow;

const MAX_NAME: usize = 120;
/// What agents may be sent: pictures, voice notes, documents and plain words; nothing that runs.
const ALLOWED: [&str; 8] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "application/pdf",
    "text/plain",
    "audio/ogg",
    "audio/mpeg",
];

/// A file as it came.
#[derive(Debug)]
pub struct Sent<'a> {
    pub channel: Channel,
    pub address: &'a str,
    /// Names the delivery: the same again is the same file.
    pub delivery: &'a str,
    pub name: &'a str,
    /// The media type, as [`kind`] found it.
    pub kind: &'static str,
    pub content: Vec<u8>,
}

impl super::App {
    /// Keeps a file; its reference and what is known of it.
    ///
    /// # Errors
    /// The store's.
    pub async fn keep_file(&self, sent: Sent<'_>) -> Result<SentFile, StoreError> {
        let size = u64::try_from(sent.content.len()).unwrap_or(u64::MAX);
        let file = FileRow {
            id: ids::file(sent.channel.word(), sent.address, sent.delivery).to_string(),
            channel: sent.channel,
            address: sent.address.to_owned(),
            name: name(sent.name, sent.kind),
            kind: sent.kind.to_owned(),
            created: Timestamp::now(),
            content: sent.content,
        };
        let known =
            SentFile { file: file.id.clone(), name: file.name.clone(), kind: file.kind.clone(), size };
        self.store.add_file(file).await?;
        Ok(known)
    }
}

/// The media type by what is in the file, where it may be sent.
pub fn kind(content: &[u8]) -> Option<&'static str> {
    let known = infer::get(content).map(|known| known.mime_type());
    if let Some(known) = known {
        return ALLOWED.into_iter().find(|allowed| *allowed == known);
    }
    let text = std::str::from_utf8(content).ok()?;
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    // What a browser might take for a page is no plain text.
    (text.chars().all(plain) && !text.trim_start().starts_with('<')).then_some("text/plain")
}

/// A name that can be shown and saved.
fn name(given: &str, kind: &str) -> String {
    let given = utterance::clean(given);
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| !matches!(c, '"' | '<' | '>' | '\n')).take(MAX_NAME).collect();
    let kept = kept.trim().trim_start_matches('.').to_owned();
    if !kept.is_empty() {
        return kept;
    }
    format!("file.{}", kind.rsplit('/').next().unwrap_or("bin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_what_is_in_the_file() {
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(kind(b"%PDF-1.7 ..."), Some("application/pdf"));
        assert_eq!(kind("città\n".as_bytes()), Some("text/plain"));
        for bad in [&b"MZ\x90\0...."[..], b"\x7fELF....", b"<html><script>", b"PK\x03\x04....", b"\xff\xfe\0"]
        {
            assert_eq!(kind(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_name_is_no_path() {
        assert_eq!(name("C:\\a\\..\\b \"x\".png", "image/png"), "b x.png");
        assert_eq!(name("../../etc/.passwd", "text/plain"), "passwd");
        assert_eq!(name("", "image/png"), "file.png");
    }
}
