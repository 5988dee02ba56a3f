//! The real program on a port and in a folder of its own, to be killed and started again.

use std::fs::{File, OpenOptions};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

pub const PUBLIC_URL: &str = "https://desk.example.org";
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const START_TIME: Duration = Duration::from_secs(30);

pub struct Server {
    child: Option<Child>,
    address: SocketAddr,
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Server {
    /// Starts on the demo's flows and FAQ. `database_url` empty: a new SQLite file. `environment` comes last, so that
    /// it may set anything anew.
    pub fn start(database_url: &str, environment: &[(&str, &str)]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self::on(root, database_url, environment)
    }

    /// Starts on the small desk of `tests/payloads/desk`, which an unoptimised build reads in no time.
    pub fn small(database_url: &str, environment: &[(&str, &str)]) -> Self {
        Self::on(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payloads/desk"),
            database_url,
            environment,
        )
    }

    fn on(root: &Path, database_url: &str, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("its number");
        drop(free);
        let database = match database_url {
            "" => format!("sqlite://{}", folder.path().join("vestibule.db").display()),
            url => url.to_owned(),
        };
        let mut all: Vec<(String, String)> = [
            ("VESTIBULE_LISTEN", address.to_string()),
            ("VESTIBULE_PUBLIC_URL", PUBLIC_URL.to_owned()),
            ("VESTIBULE_DATABASE_URL", database),
            ("VESTIBULE_FLOWS", root.join("flows").display().to_string()),
            ("VESTIBULE_FAQ", root.join("faq").display().to_string()),
            ("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", TOKEN.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec();
        all.extend(environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut server = Self { child: None, address, folder, environment: all };
        server.again();
        server
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Starts (again) on the same database and waits until it answers. How long that took.
    pub fn again(&mut self) -> Duration {
        let begun = Instant::now();
        let log = OpenOptions::new().create(true).append(true).open(self.log_path()).expect("a log");
        let out = File::create(self.folder.path().join("out")).expect("a file");
        let child = self.command(&["serve"]).stdin(Stdio::null()).stdout(out).stderr(log).spawn();
        self.child = Some(child.expect("the program starts"));
        while !self.answers() {
            let ended = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
            assert!(ended.is_none(), "the server ended, {ended:?}:\n{}", self.log());
            assert!(begun.elapsed() < START_TIME, "the server does not answer:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
        begun.elapsed()
    }

    fn answers(&self) -> bool {
        use std::io::{Read as _, Write as _};
        let ask = || -> std::io::Result<bool> {
            let mut stream = TcpStream::connect_timeout(&self.address, Duration::from_millis(200))?;
            stream.set_read_timeout(Some(Duration::from_secs(2)))?;
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
            let mut head = [0; 12];
            stream.read_exact(&mut head)?;
            Ok(head.ends_with(b" 200"))
        };
        ask().unwrap_or(false)
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
        }
    }

    /// Asks it to stop and waits for that; whether it ended well.
    pub fn stop(&mut self) -> bool {
        let Some(mut child) = self.child.take() else { return true };
        let told = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().expect("kill");
        assert!(told.success());
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait().expect("a child of ours") {
                return status.success();
            }
            if begun.elapsed() > Duration::from_secs(15) {
                child.kill().expect("it can be killed");
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// SIGHUP.
    pub fn hang_up(&self) {
        let id = self.child.as_ref().expect("it runs").id();
        assert!(Command::new("kill").arg("-HUP").arg(id.to_string()).status().expect("kill").success());
    }

    /// Resident memory.
    pub fn memory_kib(&self) -> u64 {
        let id = self.child.as_ref().expect("it runs").id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches("kB").trim().parse().expect("a number")
    }

    /// Runs a command of the program on the same settings.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().expect("the program starts")
    }

    /// The same, with something on its standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Output {
        use std::io::Write as _;
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(input.as_bytes()).expect("it reads");
        drop(pipe);
        child.wait_with_output().expect("it ends")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VESTIBULE_")) {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(self.folder.path());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// The bytes of the SQLite file and of what is written ahead of it.
    pub fn database(&self) -> Vec<u8> {
        let read = |name: &str| std::fs::read(self.folder.path().join(name)).unwrap_or_default();
        [read("vestibule.db"), read("vestibule.db-wal")].concat()
    }

    /// Nobody else can write to the SQLite file for a while.
    pub fn hold_database(&self, time: Duration) -> std::thread::JoinHandle<()> {
        use sqlx::{Connection as _, Executor as _};
        let url = format!("sqlite://{}", self.folder.path().join("vestibule.db").display());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (told, held) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                let mut database = sqlx::SqliteConnection::connect(&url).await.expect("the database");
                database.execute("BEGIN IMMEDIATE").await.expect("it is ours");
                told.send(()).expect("the test waits");
                tokio::time::sleep(time).await;
                database.execute("ROLLBACK").await.expect("it is free");
            });
        });
        held.recv().expect("it is held");
        thread
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
