//! Small writes.

use sqlx::sqlite::SqliteConnection;

use super::{channels, world};
use crate::store::StoreError;
use crate::store::chore::Chore;

/// Gives how many rows were changed.
pub(super) async fn run(connection: &mut SqliteConnection, chore: &Chore) -> Result<u64, StoreError> {
    let query = match chore {
        Chore::OfWorld(chore) => return world::run(connection, chore).await,
        Chore::OfChannels(chore) => return channels::run(connection, chore).await,
        Chore::OfProposals(chore) => {
            return Ok(crate::store::proposals::run_sqlite(connection, chore).await?);
        }
        Chore::OfAlerts(chore) => return Ok(crate::store::alerts::run_sqlite(connection, chore).await?),
        Chore::OfCalls(chore) => return Ok(crate::store::calls::run_sqlite(connection, chore).await?),
        Chore::OfProfiles(chore) => {
            return Ok(crate::store::profiles::run_sqlite(connection, chore).await?);
        }
        Chore::OfLines(chore) => return Ok(crate::store::lines::run_sqlite(connection, chore).await?),
        Chore::OfTickets(chore) => return Ok(crate::store::tickets::run_sqlite(connection, chore).await?),
        Chore::OfQuestions(chore) => {
            return Ok(crate::store::questions::run_sqlite(connection, chore).await?);
        }
        Chore::AddAgent(agent) => sqlx::query(
            "INSERT INTO agents (name, role, skills, password, disabled, presence, seen, created)
             VALUES (?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT (name) DO NOTHING",
        )
        .bind(&agent.name)
        .bind(&agent.role)
        .bind(serde_json::to_string(&agent.skills).map_err(|error| StoreError::Corrupt(error.to_string()))?)
        .bind(&agent.password)
        .bind(agent.disabled)
        .bind(&agent.presence)
        .bind(agent.created.as_microsecond()),
        Chore::DisableAgent { name } => {
            sqlx::query("DELETE FROM logins WHERE agent = ?").bind(name).execute(&mut *connection).await?;
            sqlx::query("UPDATE agents SET disabled = 1, presence = 'offline' WHERE name = ?").bind(name)
        }
        Chore::SetPresence { name, presence, seen } => {
            sqlx::query("UPDATE agents SET presence = ?, seen = ? WHERE name = ?")
                .bind(presence)
                .bind(seen.as_microsecond())
                .bind(name)
        }
        Chore::AddLogin(login) => sqlx::query(
            "INSERT INTO logins (token_hash, agent, csrf, created, seen, expires) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(&login.token_hash)
        .bind(&login.agent)
        .bind(&login.csrf)
        .bind(login.created.as_microsecond())
        .bind(login.seen.as_microsecond())
        .bind(login.expires.as_microsecond()),
        Chore::TouchLogin { token_hash, seen } => {
            sqlx::query("UPDATE logins SET seen = ? WHERE token_hash = ?")
                .bind(seen.as_microsecond())
                .bind(token_hash)
        }
        Chore::EndLogin { token_hash } => {
            sqlx::query("DELETE FROM logins WHERE token_hash = ?").bind(token_hash)
        }
        Chore::AddWebToken { token_hash, address, contact, now } => sqlx::query(
            "INSERT INTO web_tokens (token_hash, address, contact, created) VALUES (?, ?, ?, ?)
             ON CONFLICT (token_hash) DO NOTHING",
        )
        .bind(token_hash)
        .bind(address)
        .bind(contact.to_string())
        .bind(now.as_microsecond()),
        Chore::ServeRevision { revision, sources, size, now } => sqlx::query(
            "INSERT INTO revisions (revision, sources, size, first_served, last_served) VALUES (?1, ?2, ?3, ?4, ?4)
             ON CONFLICT (revision) DO UPDATE SET last_served = max(last_served, excluded.last_served)",
        )
        .bind(revision)
        .bind(sources)
        .bind(i64::try_from(*size).unwrap_or(i64::MAX))
        .bind(now.as_microsecond()),
        Chore::TouchRevision { revision, now } => {
            sqlx::query("UPDATE revisions SET last_served = max(last_served, ?) WHERE revision = ?")
                .bind(now.as_microsecond())
                .bind(revision)
        }
        Chore::DropRevisions { revisions, before } => sqlx::query(
            "DELETE FROM revisions WHERE last_served < ? AND revision IN (SELECT value FROM json_each(?))",
        )
        .bind(before.as_microsecond())
        .bind(serde_json::to_string(revisions).map_err(|error| StoreError::Corrupt(error.to_string()))?),
        Chore::Probe { now } => sqlx::query(
            "INSERT INTO meta (key, value) VALUES ('probed', ?)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(now.to_string()),
    };
    Ok(query.execute(connection).await?.rows_affected())
}
