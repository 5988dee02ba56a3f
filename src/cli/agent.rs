//! `vestibule agent`: accounts of people at the desk.

use std::io::{BufRead, Write};

use anyhow::{Context, bail, ensure};
use jiff::Timestamp;

use crate::desk::{Presence, Role};
use crate::http::auth::password;
use crate::store::{AgentRow, Store};

/// Longest password, in bytes; how many characters it may have is the hash's to say.
const LONGEST: usize = 1_024;

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
    let Some(role) = Role::from_word(role) else {
        bail!("`{role}` is no role; there are: {}", Role::ALL.map(Role::word).join(", "));
    };
    let mut password = String::new();
    input.read_line(&mut password).context("the password could not be read from standard input")?;
    let password = password.trim_end_matches(['\n', '\r']);
    if !create(store, name, role, skills, password).await? {
        eprintln!("vestibule: there is an agent {name} already");
        return Ok(false);
    }
    writeln!(out, "added {name} ({}); log in at /desk", role.word())?;
    Ok(true)
}

/// Makes an account. False where the name is taken.
///
/// # Errors
/// A password that is too short or too long; or the store's.
pub(super) async fn create(
    store: &Store,
    name: &str,
    role: Role,
    skills: &[String],
    password: &str,
) -> anyhow::Result<bool> {
    ensure!(password.len() <= LONGEST, "the password is longer than {LONGEST} bytes");
    let agent = AgentRow {
        name: name.to_owned(),
        role: role.word().to_owned(),
        skills: skills.to_vec(),
        password: password::hash(password)?,
        disabled: false,
        presence: Presence::Offline.word().to_owned(),
        created: Timestamp::now(),
    };
    Ok(store.add_agent(&agent).await?)
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
