//! SQLite: one connection that writes, a few that read.

mod channels;
mod chores;
mod counted;
mod load;
mod people;
mod reads;
mod revisions;
mod world;
mod write;

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection as _};

use super::StoreError;
use super::chore::Chore;
use super::writes::Writes;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// Connections for readers. Each has a thread and a page cache of its own.
const READERS: u32 = 4;
/// Page caches, in KiB (<https://sqlite.org/pragma.html#pragma_cache_size>, where a negative number is KiB). Each fills as the database grows and stays
/// filled; what a reader has not at hand is a copy from the system's own cache.
const WRITER_CACHE: &str = "-8000";
const READER_CACHE: &str = "-1000";

/// The pool of readers.
pub(super) struct Reads {
    pub(super) pool: SqlitePool,
}

/// The writer's connection.
pub(super) struct Connection {
    /// `None` where the last try to open it failed.
    inner: Option<SqliteConnection>,
    options: SqliteConnectOptions,
    statements: write::Statements,
}

pub(super) async fn open(url: &str) -> Result<(Reads, Connection), StoreError> {
    let options = options(url)?;
    create(options.get_filename())?;
    let mut writer = options.connect().await?;
    MIGRATIONS.run(&mut writer).await?;
    let reading = options.clone().pragma("query_only", "on").pragma("cache_size", READER_CACHE);
    let pool = SqlitePoolOptions::new()
        .max_connections(READERS)
        .idle_timeout(Duration::from_secs(60))
        .connect_lazy_with(reading);
    let statements = write::Statements::default();
    Ok((Reads { pool }, Connection { inner: Some(writer), options, statements }))
}

fn options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| StoreError::Settings(format!("database_url: {error}")))?;
    let name = options.get_filename().to_string_lossy().into_owned();
    if name.is_empty() || name.contains(":memory:") || url.contains("mode=memory") {
        let message = "database_url names no file; say sqlite://data/vestibule.db";
        return Err(StoreError::Settings(message.to_owned()));
    }
    Ok(options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("temp_store", "memory")
        .pragma("cache_size", WRITER_CACHE)
        .pragma("wal_autocheckpoint", "4000")
        .statement_cache_capacity(64)
        .row_buffer_size(512)
        .disable_statement_logging())
}

/// Makes the folder, and the file such that only its owner reads it; SQLite gives its companions the same mode.
fn create(file: &Path) -> Result<(), StoreError> {
    let failed = |error: std::io::Error| {
        StoreError::Settings(format!("the database file {} cannot be made: {error}", file.display()))
    };
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut open = std::fs::OpenOptions::new();
    open.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    match open.open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

impl Connection {
    fn sql(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.inner.as_mut().ok_or(StoreError::Database(sqlx::Error::PoolClosed))
    }

    pub(super) async fn begin(&mut self) -> Result<(), StoreError> {
        // IMMEDIATE: the lock is taken now, where waiting for it is harmless, and not at the first write.
        sqlx::query("BEGIN IMMEDIATE").execute(self.sql()?).await?;
        Ok(())
    }

    pub(super) async fn commit(&mut self, writes: Writes, chores: &[Chore]) -> Result<Vec<u64>, StoreError> {
        let connection = self.inner.as_mut().ok_or(StoreError::Database(sqlx::Error::PoolClosed))?;
        write::write(connection, &mut self.statements, writes).await?;
        let mut counts = Vec::with_capacity(chores.len());
        for chore in chores {
            counts.push(chores::run(connection, chore).await?);
        }
        sqlx::query("COMMIT").execute(connection).await?;
        Ok(counts)
    }

    pub(super) async fn rollback(&mut self) -> Result<(), StoreError> {
        sqlx::query("ROLLBACK").execute(self.sql()?).await?;
        Ok(())
    }

    pub(super) async fn reopen(&mut self) -> Result<(), StoreError> {
        if let Some(broken) = self.inner.take() {
            // What is broken may fail to close as well; it is gone either way.
            let _ = broken.close().await;
        }
        self.inner = Some(self.options.connect().await?);
        Ok(())
    }

    pub(super) async fn close(self) {
        if let Some(connection) = self.inner
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }
}
