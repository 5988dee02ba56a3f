//! Profiles of contacts, from a list.

use jiff::Timestamp;

use super::{Store, StoreError, chore};
use crate::conversation::ContactId;

/// What is known of a contact before they come, or beside what they say.
#[derive(Debug, Clone)]
pub struct ProfileWrite {
    pub contact: ContactId,
    /// `None` takes it away.
    pub profile: Option<String>,
    /// Kept as it is where it is `None`.
    pub name: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Chore {
    rows: Vec<ProfileWrite>,
    now: Timestamp,
}

const SET: [&str; 2] = [
    "INSERT INTO contacts (id, name, profile, verified, created, updated) VALUES ($1, $2, $3, $4, $5, $5)
     ON CONFLICT (id) DO UPDATE SET profile = excluded.profile, name = coalesce(excluded.name, contacts.name)",
    "INSERT INTO contacts (id, name, profile, verified, created, updated) VALUES (CAST($1 AS UUID), $2, $3, $4, $5, $5)
     ON CONFLICT (id) DO UPDATE SET profile = excluded.profile, name = coalesce(excluded.name, contacts.name)",
];

macro_rules! run {
    ($connection:expr, $chore:expr, $set:expr) => {{
        let mut done = 0;
        for row in &$chore.rows {
            let query = sqlx::query($set)
                .bind(row.contact.to_string())
                .bind(&row.name)
                .bind(&row.profile)
                .bind(false)
                .bind($chore.now.as_microsecond());
            done += query.execute(&mut *$connection).await?.rows_affected();
        }
        done
    }};
}

#[cfg(feature = "sqlite")]
pub(super) async fn run_sqlite(
    connection: &mut sqlx::sqlite::SqliteConnection,
    chore: &Chore,
) -> Result<u64, sqlx::Error> {
    Ok(run!(connection, chore, SET[0]))
}

/// In one transaction.
#[cfg(feature = "postgres")]
pub(super) async fn run_postgres(
    connection: &mut sqlx::postgres::PgConnection,
    chore: &Chore,
) -> Result<u64, sqlx::Error> {
    use sqlx::Connection as _;
    let mut all = connection.begin().await?;
    let done = run!(all, chore, SET[1]);
    all.commit().await?;
    Ok(done)
}

impl Store {
    /// Sets profiles, of contacts too who never came. All or none.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_profiles(&self, rows: Vec<ProfileWrite>, now: Timestamp) -> Result<u64, StoreError> {
        self.chore(chore::Chore::OfProfiles(Chore { rows, now })).await
    }
}
