//! Secrets that we hand out, and the form in which we keep them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// 32 bytes from the operating system, base64url: 43 characters.
///
/// # Errors
/// Where the system has no randomness to give.
pub fn fresh() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What the store keeps of a token: hex SHA-256. A token has 256 random bits, so a fast hash is enough.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Compares secrets in a time that does not tell where they differ.
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// An id for logs, unique enough and no secret.
pub fn short_id() -> String {
    let mut bytes = [0_u8; 8];
    // Without randomness there is still an answer to give; the id only joins it to the log.
    let _ = getrandom::fill(&mut bytes);
    hex::encode(bytes)
}

/// A random (version 4) UUID.
///
/// # Errors
/// Where the system has no randomness to give.
pub fn random_uuid() -> Result<uuid::Uuid, getrandom::Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_never_the_same() -> Result<(), getrandom::Error> {
        let (a, b) = (fresh()?, fresh()?);
        assert_eq!(a.len(), 43);
        assert_ne!(a, b);
        assert!(same(&a, &a) && !same(&a, &b) && !same(&a, &a[1..]));
        Ok(())
    }

    #[test]
    fn the_stored_form_is_sha_256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
