//! One behaviour over two databases: every test here runs on SQLite and on PostgreSQL.

mod agents;
mod away;
mod batches;
mod channels;
mod figures;
mod lifecycle;
mod lists;
mod made;
mod nodes;
mod people;
mod questions;
mod revisions;
mod tickets;
mod timers;
mod turns;
mod world;

use vestibule::store::Store;

/// A store of a test's own. On SQLite its folder goes with it.
pub struct Db {
    pub store: Store,
    pub url: String,
    _folder: Option<tempfile::TempDir>,
}

impl Db {
    #[cfg(feature = "sqlite")]
    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // The folder of the file is made by the store.
        let url = format!("sqlite://{}/new/vestibule.db", folder.path().display());
        let store = Store::open(&url).await.expect("a SQLite store");
        Self { store, url, _folder: Some(folder) }
    }

    #[cfg(feature = "postgres")]
    async fn postgres() -> Self {
        let url = crate::postgres::database().await;
        let store = Store::open(&url).await.expect("a PostgreSQL store");
        Self { store, url, _folder: None }
    }

    /// A second handle to the same database, as another process would have.
    async fn another(&self) -> Store {
        Store::open(&self.url).await.expect("the store once more")
    }

    /// As though every ticket were from before facts were kept.
    async fn forget_facts(&self) {
        const SQL: &str = "UPDATE ticket_history SET facts = NULL";
        if let Some(file) = self.url.strip_prefix("sqlite://") {
            use sqlx::Connection as _;
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
            let mut connection = sqlx::SqliteConnection::connect_with(&options).await.expect("connected");
            sqlx::query(SQL).execute(&mut connection).await.expect("forgotten");
        } else {
            use sqlx::Connection as _;
            let mut connection = sqlx::PgConnection::connect(&self.url).await.expect("connected");
            sqlx::query(SQL).execute(&mut connection).await.expect("forgotten");
        }
    }

    /// The same database, opened anew.
    async fn reopen(&mut self) {
        self.store.close().await;
        self.store = Store::open(&self.url).await.expect("the store again");
    }
}

/// Runs each test on both databases.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        #[cfg(feature = "sqlite")]
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::store::Db::sqlite().await).await;
            })+
        }
        #[cfg(feature = "postgres")]
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::store::Db::postgres().await).await;
            })+
        }
    };
}
pub(crate) use on_both;
