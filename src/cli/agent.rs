//! `vestibule agent`: accounts of people at the desk.

use std::io::{BufRead, Write};

use anyhow::{Context, ensure};
use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use jiff::Timestamp;

use crate::store::{AgentRow, Store};

/// Shortest password, in characters. NIST SP 800-63B asks for 8.
const SHORTEST: usize = 8;
/// Longest password, in bytes: more would only slow the hash.
const LONGEST: usize = 1_024;
const ROLES: [&str; 3] = ["agent", "lead", "admin"];

/// Adds an account; the password is the first line of `input`. False where the name is taken.
///
/// # Errors
/// A bad name, role or password, with what is asked for; or the store's.
pub async fn add(
    store: &Store,
    name: &str,
    role: &str,
    skills: &[String],
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let name = name.trim();
    ensure!(
        !name.is_empty() && name.chars().count() <= 60 && !name.chars().any(char::is_control),
        "a name has 1 to 60 characters"
    );
    ensure!(ROLES.contains(&role), "`{role}` is no role; there are: {}", ROLES.join(", "));
    let mut password = String::new();
    input.read_line(&mut password).context("the password could not be read from standard input")?;
    let password = password.trim_end_matches(['\n', '\r']);
    ensure!(
        password.chars().count() >= SHORTEST,
        "the password (the first line of standard input) needs at least {SHORTEST} characters"
    );
    ensure!(password.len() <= LONGEST, "the password is longer than {LONGEST} bytes");
    let agent = AgentRow {
        name: name.to_owned(),
        role: role.to_owned(),
        skills: skills.to_vec(),
        password: hashed(password)?,
        disabled: false,
        presence: "offline".to_owned(),
        created: Timestamp::now(),
    };
    if !store.add_agent(&agent).await? {
        eprintln!("vestibule: there is an agent {name} already");
        return Ok(false);
    }
    writeln!(out, "added {name} ({role}); log in at /desk")?;
    Ok(true)
}

/// An argon2id PHC string with a salt of its own.
fn hashed(password: &str) -> anyhow::Result<String> {
    let mut salt = [0u8; 16];
    getrandom::fill(&mut salt).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let hash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|error| anyhow::anyhow!("the password could not be hashed: {error}"))?;
    Ok(hash.to_string())
}

/// All accounts.
///
/// # Errors
/// The store's, or an output that takes nothing.
pub async fn list(store: &Store, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    for agent in store.agents().await? {
        if json {
            writeln!(out, "{}", serde_json::to_string(&agent)?)?;
            continue;
        }
        let state = if agent.disabled { "disabled" } else { agent.presence.as_str() };
        writeln!(out, "{:<20} {:<6} {:<9} {}", agent.name, agent.role, state, agent.skills.join(", "))?;
    }
    Ok(())
}

/// Disables an account and ends its log-ins. False where there is none.
///
/// # Errors
/// The store's.
pub async fn disable(store: &Store, name: &str, out: &mut impl Write) -> anyhow::Result<bool> {
    if !store.disable_agent(name).await? {
        eprintln!("vestibule: there is no agent {name}");
        return Ok(false);
    }
    writeln!(out, "disabled {name}")?;
    Ok(true)
}
