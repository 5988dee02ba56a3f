//! The server under test: this very program, as a child.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::Turns;
use super::caller::{PUBLIC_URL, TOKEN};

/// `USER_HZ`, the unit of the times in `/proc/PID/stat`: 100 on every Linux that we ship to.
const TICKS_PER_SECOND: f64 = 100.0;
const START_TIME: Duration = Duration::from_secs(20);

pub(super) struct Server {
    child: Child,
    address: SocketAddr,
    /// From the start of the process to its first good answer.
    pub(super) listening: Duration,
}

impl Server {
    pub(super) fn start(options: &Turns, folder: &Path) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let database = folder.join("vestibule.db");
        let database =
            options.database_url.clone().unwrap_or_else(|| format!("sqlite://{}", database.display()));
        let absolute =
            |path: &Path| path.canonicalize().with_context(|| format!("cannot find {}", path.display()));
        let mut command = Command::new(std::env::current_exe()?);
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("VESTIBULE_"))
        {
            command.env_remove(name);
        }
        command
            .arg("serve")
            .current_dir(folder)
            .env("VESTIBULE_LISTEN", address.to_string())
            .env("VESTIBULE_PUBLIC_URL", PUBLIC_URL)
            .env("VESTIBULE_DATABASE_URL", database)
            .env("VESTIBULE_FLOWS", absolute(&options.flows)?)
            .env("VESTIBULE_FAQ", absolute(&options.faq)?)
            .env("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", TOKEN)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.join("log"))?);
        let begun = Instant::now();
        let child = command.spawn().context("cannot start the server")?;
        let mut server = Self { child, address, listening: Duration::ZERO };
        server.wait(begun, folder)?;
        server.listening = begun.elapsed();
        Ok(server)
    }

    fn wait(&mut self, begun: Instant, folder: &Path) -> anyhow::Result<()> {
        while !healthy(self.address) {
            let ended = self.child.try_wait()?;
            if ended.is_some() || begun.elapsed() > START_TIME {
                let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
                anyhow::bail!("the server did not start listening; it wrote:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Resident memory.
    pub(super) fn memory_mib(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS in /proc")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }

    /// User and system time so far.
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The program's name comes second, in brackets, and may hold spaces: fields 14 and 15 count from after it.
        let (_, fields) = stat.rsplit_once(')').context("/proc has another form here")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        let ticks: f64 = ticks.collect::<Result<Vec<_>, _>>()?.iter().sum();
        Ok(Duration::from_secs_f64(ticks / TICKS_PER_SECOND))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nobody to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn healthy(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(200))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")?;
        let mut head = [0; 12];
        stream.read_exact(&mut head)?;
        Ok(head.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}
