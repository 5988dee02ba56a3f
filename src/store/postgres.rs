//! PostgreSQL: one connection for the writer's batches, a pool for all else.

mod chores;
mod counted;
mod load;
mod reads;
mod revisions;
mod world;
mod write;

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection as _};
use tokio::time::Instant;

use super::StoreError;
use super::chore::Chore;
use super::writes::Writes;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// Connections for readers and small writes.
const POOL: u32 = 8;
/// How long a server may take to let us in.
const PATIENCE: Duration = Duration::from_secs(3);
/// The wait before the next try to connect, from and to.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// The pool.
pub(super) struct Reads {
    pub(super) pool: PgPool,
}

/// The writer's connection.
pub(super) struct Connection {
    /// `None` while the server is away.
    inner: Option<PgConnection>,
    options: PgConnectOptions,
    backoff: Duration,
    /// No try to connect before this.
    not_before: Instant,
}

pub(super) async fn open(url: &str) -> Result<(Reads, Connection), StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| StoreError::Settings(format!("database_url: {error}")))?
        .application_name("vestibule")
        .disable_statement_logging();
    let mut connection =
        Connection { inner: None, options: options.clone(), backoff: BACKOFF.0, not_before: Instant::now() };
    let writer = connection.sql().await?;
    MIGRATIONS.run(writer).await?;
    let pool =
        PgPoolOptions::new().max_connections(POOL).acquire_timeout(PATIENCE).connect_lazy_with(options);
    Ok((Reads { pool }, connection))
}

/// What broke before a commit was sent broke nothing.
fn before_commit(error: sqlx::Error) -> StoreError {
    use sqlx::Error::{Io, Protocol, Tls, WorkerCrashed};
    let lost = match &error {
        Io(_) | Protocol(_) | Tls(_) | WorkerCrashed => true,
        // The server shuts down, crashed, or starts.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    };
    if lost { StoreError::Lost(error) } else { StoreError::Database(error) }
}

impl Connection {
    /// The connection, opened again where it is gone and the time for another try has come.
    async fn sql(&mut self) -> Result<&mut PgConnection, StoreError> {
        if self.inner.is_none() {
            self.connect().await?;
        }
        self.inner.as_mut().ok_or(StoreError::Lost(sqlx::Error::PoolClosed))
    }

    async fn connect(&mut self) -> Result<(), StoreError> {
        if Instant::now() < self.not_before {
            return Err(StoreError::Lost(sqlx::Error::PoolTimedOut));
        }
        let opened = tokio::time::timeout(PATIENCE, open_writer(&self.options)).await;
        match opened.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
            Ok(connection) => {
                self.inner = Some(connection);
                self.backoff = BACKOFF.0;
                Ok(())
            }
            Err(error) => {
                self.not_before = Instant::now() + self.backoff;
                self.backoff = (self.backoff * 2).min(BACKOFF.1);
                Err(StoreError::Lost(error))
            }
        }
    }

    pub(super) async fn begin(&mut self) -> Result<(), StoreError> {
        let connection = self.sql().await?;
        sqlx::query("BEGIN").execute(connection).await.map_err(before_commit)?;
        Ok(())
    }

    pub(super) async fn commit(&mut self, writes: Writes, chores: &[Chore]) -> Result<Vec<u64>, StoreError> {
        let connection = self.sql().await?;
        write::write(connection, writes).await?;
        let mut counts = Vec::with_capacity(chores.len());
        for chore in chores {
            counts.push(chores::run(connection, chore).await.map_err(before_commit)?);
        }
        // Where this fails nobody knows whether it was done; the keys in it make another try safe.
        sqlx::query("COMMIT").execute(connection).await?;
        Ok(counts)
    }

    pub(super) async fn rollback(&mut self) -> Result<(), StoreError> {
        match &mut self.inner {
            Some(connection) => sqlx::query("ROLLBACK").execute(connection).await?,
            None => return Err(StoreError::Lost(sqlx::Error::PoolClosed)),
        };
        Ok(())
    }

    pub(super) async fn reopen(&mut self) -> Result<(), StoreError> {
        if let Some(broken) = self.inner.take() {
            // What is broken may fail to close as well; it is gone either way.
            let _ = broken.close_hard().await;
        }
        self.connect().await
    }

    pub(super) async fn close(self) {
        if let Some(connection) = self.inner
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }
}

async fn open_writer(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = options.connect().await?;
    // Every statement of a batch finds its rows by an index. Without this, plans made while the tables are small read
    // them whole, and go on doing so until the statistics catch up. (What is switched off only costs very much, which
    // would have each plan compiled.)
    for sql in ["SET enable_seqscan = off", "SET jit = off", "SET plan_cache_mode = force_generic_plan"] {
        sqlx::query(sql).execute(&mut connection).await?;
    }
    Ok(connection)
}
