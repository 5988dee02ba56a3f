//! The first log-in of the demo: an account with a password of its own, told once.

use crate::config::Settings;
use crate::desk::Role;
use crate::store::Store;

/// On the demo default and where there is no account yet, makes one and says how to log in. There is no default
/// password: it is drawn from the system's randomness and only its hash is kept.
pub async fn first(store: &Store, settings: &Settings) -> anyhow::Result<Option<String>> {
    if !store.agents().await?.is_empty() {
        return Ok(None);
    }
    if !settings.demo {
        return Ok(Some(
            "no agent can log in yet; add one: vestibule agent add NAME --role admin".to_owned(),
        ));
    }
    let password = random_password()?;
    super::agent::create(store, "demo", Role::Admin, &[], &password).await?;
    Ok(Some(format!("log in at /desk as `demo` with the password `{password}` (shown only this once)")))
}

/// 20 letters and digits that are hard to mistake for each other: about 98 bits.
fn random_password() -> anyhow::Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";
    let mut bytes = [0u8; 20];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = letters.chunks(5).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-"))
}
