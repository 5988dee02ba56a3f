//! Passwords: argon2id, with the parameters that the crate's authors recommend (OWASP's: 19 MiB, 2 passes, 1 lane).

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// The fewest characters of a new password (ASVS 5.0.0, 6.2.1).
pub const MIN: usize = 8;
/// The most; a longer one would only cost us.
pub const MAX: usize = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("a password has at least {MIN} characters")]
    TooShort,
    #[error("a password has at most {MAX} characters")]
    TooLong,
    #[error("the password could not be hashed: {0}")]
    Hash(String),
}

/// The form in which a new password is stored (a PHC string with a fresh salt). Takes some 20 ms and 19 MiB.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    match password.chars().count() {
        0..MIN => Err(PasswordError::TooShort),
        MIN..=MAX => hash_any(password),
        _ => Err(PasswordError::TooLong),
    }
}

fn hash_any(password: &str) -> Result<String, PasswordError> {
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| PasswordError::Hash(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether `password` is the stored one. Takes as long where it is not.
pub fn verify(password: &str, stored: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &stored).is_ok()
}

/// The hash of a password that nobody has, to spend the same time on names that do not exist.
pub fn nobody() -> Option<String> {
    hash_any(&super::super::token::short_id()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other() -> Result<(), PasswordError> {
        let stored = hash("correct horse")?;
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse", &stored));
        assert!(!verify("correct horsf", &stored) && !verify("", &stored) && !verify("x", "not a hash"));
        Ok(())
    }

    #[test]
    fn lengths_are_bounded() {
        assert!(matches!(hash("1234567"), Err(PasswordError::TooShort)));
        assert!(hash("12345678").is_ok() && hash(&"p".repeat(1_000)).is_ok());
        assert!(matches!(hash(&"p".repeat(1_001)), Err(PasswordError::TooLong)));
    }
}
