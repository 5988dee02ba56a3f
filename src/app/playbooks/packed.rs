//! The files of a revision as they are stored: JSON, deflated.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::flow::files::Files;

/// Bytes that a set of files may have; what is larger was not written by us.
const MAX: u64 = 256 << 20;

/// The packed bytes, and how many there were before.
///
/// # Errors
/// Never in practice: it writes to memory.
pub fn pack(files: &Files) -> std::io::Result<(Vec<u8>, u64)> {
    let json = serde_json::to_vec(files)?;
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&json)?;
    Ok((encoder.finish()?, json.len() as u64))
}

/// # Errors
/// What `pack` did not make.
pub fn unpack(packed: &[u8]) -> std::io::Result<Files> {
    let mut json = Vec::new();
    let read = DeflateDecoder::new(packed).take(MAX + 1).read_to_end(&mut json)?;
    if read as u64 > MAX {
        return Err(std::io::Error::other("the stored files are larger than any set may be"));
    }
    Ok(serde_json::from_slice(&json)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back_the_same() {
        let texts = vec![("flows/a.yaml".to_owned(), "flow: a\n".repeat(10_000))];
        let files = Files { language: 1, locales: vec!["en".to_owned()], texts };
        let (packed, size) = pack(&files).expect("packed");
        assert!(packed.len() < 2_000 && size > 80_000, "{} {size}", packed.len());
        let back = unpack(&packed).expect("unpacked");
        assert_eq!((back.revision(), &back), (files.revision(), &files));
        assert!(unpack(&packed[..packed.len() / 2]).is_err());
        assert!(unpack(b"nothing of ours").is_err());
    }
}
