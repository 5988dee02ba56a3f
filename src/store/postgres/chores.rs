//! Small writes.

use sqlx::postgres::PgConnection;

use super::{channels, world};
use crate::store::chore::Chore;

/// Gives how many rows were changed.
pub(super) async fn run(connection: &mut PgConnection, chore: &Chore) -> Result<u64, sqlx::Error> {
    let query = match chore {
        Chore::OfWorld(chore) => return world::run(connection, chore).await,
        Chore::OfChannels(chore) => return channels::run(connection, chore).await,
        Chore::OfProposals(chore) => {
            return crate::store::proposals::run_postgres(connection, chore).await;
        }
        Chore::OfAlerts(chore) => return crate::store::alerts::run_postgres(connection, chore).await,
        Chore::OfCalls(chore) => return crate::store::calls::run_postgres(connection, chore).await,
        Chore::OfProfiles(chore) => {
            return crate::store::profiles::run_postgres(connection, chore).await;
        }
        Chore::OfLines(chore) => return crate::store::lines::run_postgres(connection, chore).await,
        Chore::OfTickets(chore) => return crate::store::tickets::run_postgres(connection, chore).await,
        Chore::OfQuestions(chore) => {
            return crate::store::questions::run_postgres(connection, chore).await;
        }
        Chore::AddAgent(agent) => sqlx::query(
            "INSERT INTO agents (name, role, skills, password, disabled, presence, seen, created)
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT (name) DO NOTHING",
        )
        .bind(&agent.name)
        .bind(&agent.role)
        .bind(serde_json::to_string(&agent.skills).map_err(|error| sqlx::Error::Encode(error.into()))?)
        .bind(&agent.password)
        .bind(agent.disabled)
        .bind(&agent.presence)
        .bind(agent.created.as_microsecond()),
        Chore::DisableAgent { name } => {
            sqlx::query("DELETE FROM logins WHERE agent = $1").bind(name).execute(&mut *connection).await?;
            sqlx::query("UPDATE agents SET disabled = true, presence = 'offline' WHERE name = $1").bind(name)
        }
        Chore::SetPresence { name, presence, seen } => {
            sqlx::query("UPDATE agents SET presence = $1, seen = $2 WHERE name = $3")
                .bind(presence)
                .bind(seen.as_microsecond())
                .bind(name)
        }
        Chore::AddLogin(login) => sqlx::query(
            "INSERT INTO logins (token_hash, agent, csrf, created, seen, expires) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&login.token_hash)
        .bind(&login.agent)
        .bind(&login.csrf)
        .bind(login.created.as_microsecond())
        .bind(login.seen.as_microsecond())
        .bind(login.expires.as_microsecond()),
        Chore::TouchLogin { token_hash, seen } => {
            sqlx::query("UPDATE logins SET seen = $1 WHERE token_hash = $2")
                .bind(seen.as_microsecond())
                .bind(token_hash)
        }
        Chore::EndLogin { token_hash } => {
            sqlx::query("DELETE FROM logins WHERE token_hash = $1").bind(token_hash)
        }
        Chore::AddWebToken { token_hash, address, contact, now } => sqlx::query(
            "INSERT INTO web_tokens (token_hash, address, contact, created) VALUES ($1, $2, $3::uuid, $4)
             ON CONFLICT (token_hash) DO NOTHING",
        )
        .bind(token_hash)
        .bind(address)
        .bind(contact.to_string())
        .bind(now.as_microsecond()),
        Chore::ServeRevision { revision, sources, size, now } => sqlx::query(
            "INSERT INTO revisions (revision, sources, size, first_served, last_served) VALUES ($1, $2, $3, $4, $4)
             ON CONFLICT (revision) DO UPDATE
             SET last_served = greatest(revisions.last_served, excluded.last_served)",
        )
        .bind(revision)
        .bind(sources)
        .bind(i64::try_from(*size).unwrap_or(i64::MAX))
        .bind(now.as_microsecond()),
        Chore::TouchRevision { revision, now } => {
            sqlx::query("UPDATE revisions SET last_served = greatest(last_served, $1) WHERE revision = $2")
                .bind(now.as_microsecond())
                .bind(revision)
        }
        Chore::DropRevisions { revisions, before } => {
            sqlx::query("DELETE FROM revisions WHERE last_served < $1 AND revision = ANY ($2)")
                .bind(before.as_microsecond())
                .bind(revisions)
        }
        Chore::Probe { now } => sqlx::query(
            "INSERT INTO meta (key, value) VALUES ('probed', $1)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(now.to_string()),
    };
    Ok(query.execute(connection).await?.rows_affected())
}
