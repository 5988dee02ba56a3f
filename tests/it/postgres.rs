//! A PostgreSQL server for the tests: the one of `VESTIBULE_TEST_POSTGRES`, else a throwaway one that this process
//! starts and ends. Each test gets a database of its own on it. Without a server the tests fail, and say so.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::Connection;

static SERVER: OnceLock<String> = OnceLock::new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The URL of a new, empty database.
pub async fn database() -> String {
    // Two tests that come first at once wait for one server.
    let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(server).clone()).await.expect("a server");
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("vestibule_test_{}_{number}", std::process::id());
    let mut connection = sqlx::PgConnection::connect(&server).await.expect("the server of the tests answers");
    for sql in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")] {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.expect("a database of its own");
    }
    connection.close().await.expect("a clean close");
    with_database(&server, &name)
}

/// The URL of another database on the same server.
fn with_database(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
    let after_scheme = base.find("://").map_or(0, |at| at + 3);
    let path = base[after_scheme..].find('/').map_or(base.len(), |at| after_scheme + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", &base[..path])
}

fn server() -> String {
    if let Ok(url) = std::env::var("VESTIBULE_TEST_POSTGRES") {
        return url;
    }
    let folder = PathBuf::from(format!("/tmp/vestibule-pg-{}", std::process::id()));
    let url = up(&folder);
    // Kept open until the process is gone.
    std::mem::forget(watch(&folder));
    url
}

/// A server of a test's own, which may be stopped.
pub struct Own {
    folder: PathBuf,
    url: String,
    /// Ends the server and removes its folder when this is dropped.
    _watcher: Child,
}

impl Own {
    pub fn start(name: &str) -> Self {
        let folder = PathBuf::from(format!("/tmp/vestibule-pg-{}-{name}", std::process::id()));
        let url = up(&folder);
        let watcher = watch(&folder);
        Self { folder, url, _watcher: watcher }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// As a crash would: no connection is told.
    pub fn stop(&self) {
        let done = script().arg("down").arg(&self.folder).status().expect("scripts/postgres runs");
        assert!(done.success());
    }

    pub fn start_again(&self) {
        assert_eq!(up(&self.folder), self.url);
    }
}

/// Starts a server in a folder; gives its URL.
fn up(folder: &Path) -> String {
    let started = script().arg("up").arg(folder).arg("--no-fsync").output().expect("scripts/postgres runs");
    assert!(
        started.status.success(),
        "no PostgreSQL for the tests: {}\nInstall the package `postgresql`, or name a server in \
         VESTIBULE_TEST_POSTGRES.",
        String::from_utf8_lossy(&started.stderr)
    );
    String::from_utf8(started.stdout).expect("a URL").trim().to_owned()
}

fn script() -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres"))
}

/// Ends the server when the watcher's standard input closes: when this process ends, however it does.
fn watch(folder: &Path) -> Child {
    Command::new("sh")
        .arg("-c")
        .arg("cat >/dev/null; \"$0\" down \"$1\"; rm -rf \"$1\"")
        .arg(script().get_program())
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a watcher")
}
