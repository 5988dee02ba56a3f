//! When the files of a serving program are looked at again: at SIGHUP, and when they change.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::Reload;

/// Files are read once they were left alone for so long: an editor writes in several goes.
const QUIET: Duration = Duration::from_millis(300);
/// Files that are never left alone are read all the same.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often the files' times are looked at where no change was told: a folder may be mounted from elsewhere, or put in
/// the place of another by a link.
const LOOK: Duration = Duration::from_secs(5);
/// How often revisions are looked after, and how often those that nobody is on are deleted.
const TEND: Duration = Duration::from_secs(60);
const PRUNE_EVERY: u32 = 10;

/// Reloads until `stop` is cancelled.
pub async fn run(app: App, stop: CancellationToken) {
    let tending = tokio::spawn(tend(app.clone(), stop.clone()));
    tokio::select! {
        () = stop.cancelled() => {}
        () = reload(app) => {}
    }
    tending.abort();
}

async fn tend(app: App, stop: CancellationToken) {
    let mut round = 0_u32;
    while !stop.is_cancelled() {
        tokio::time::sleep(TEND).await;
        round = round.wrapping_add(1);
        app.tend(round.is_multiple_of(PRUNE_EVERY)).await;
    }
}

async fn reload(app: App) {
    let how = app.settings.reload;
    let mut hangup = hangups();
    let folders: Vec<PathBuf> = [&app.settings.flows, &app.settings.faq].map(PathBuf::from).to_vec();
    let mut watch = (how == Reload::Auto).then(|| Watch::new(folders));
    if watch.is_some() {
        // What changed between the first reading and the watching.
        app.reload().await;
    }
    loop {
        let told = async {
            match &mut watch {
                Some(watch) => watch.changed().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(()) = hangup.recv() => {
                if how == Reload::Off {
                    tracing::warn!("SIGHUP is not heeded: `reload` is off");
                    continue;
                }
                tracing::info!("SIGHUP: the files are read again");
            }
            () = told => {}
        }
        app.reload().await;
    }
}

/// One message for each SIGHUP; none ever where there is no such signal.
fn hangups() -> mpsc::Receiver<()> {
    let (tell, told) = mpsc::channel(1);
    #[cfg(unix)]
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()) {
        Ok(mut signal) => {
            tokio::spawn(async move {
                while signal.recv().await.is_some() {
                    // One that waits already stands for this one as well.
                    let _ = tell.try_send(());
                }
            });
        }
        Err(error) => tracing::warn!(%error, "SIGHUP cannot be listened for"),
    }
    #[cfg(not(unix))]
    std::mem::forget(tell);
    told
}

/// Watches folders.
struct Watch {
    folders: Vec<PathBuf>,
    events: mpsc::Receiver<()>,
    watcher: Option<RecommendedWatcher>,
    seen: Stamps,
}

impl Watch {
    fn new(folders: Vec<PathBuf>) -> Self {
        let (tell, events) = mpsc::channel(1);
        let heard = move |event: notify::Result<notify::Event>| {
            // That a file was read is none of our business: we read them ourselves.
            if event.is_ok_and(|event| !event.kind.is_access()) {
                let _ = tell.try_send(());
            }
        };
        let watcher = match notify::recommended_watcher(heard) {
            Ok(watcher) => Some(watcher),
            Err(error) => {
                tracing::warn!(%error, "changes of files are not told; their times are looked at instead");
                None
            }
        };
        let seen = stamps(&folders);
        let mut watch = Self { folders, events, watcher, seen };
        watch.listen();
        watch
    }

    /// Watches what the folders' names lead to now.
    fn listen(&mut self) {
        let Some(watcher) = &mut self.watcher else { return };
        for folder in &self.folders {
            // Where it was not watched, or is not there now, the times are looked at.
            let _ = watcher.unwatch(folder);
            let _ = watcher.watch(folder, RecursiveMode::Recursive);
        }
    }

    /// Returns once files changed and were then left alone.
    async fn changed(&mut self) {
        loop {
            let event = tokio::time::timeout(LOOK, self.events.recv()).await;
            let now = stamps(&self.folders);
            if event.is_err() && now == self.seen {
                continue;
            }
            let begun = tokio::time::Instant::now();
            while begun.elapsed() < PATIENCE {
                if tokio::time::timeout(QUIET, self.events.recv()).await.is_err() {
                    break;
                }
            }
            self.listen();
            self.seen = stamps(&self.folders);
            return;
        }
    }
}

/// Files with when they changed and how long they are, by name.
type Stamps = Vec<(PathBuf, Option<SystemTime>, u64)>;

fn stamps(folders: &[PathBuf]) -> Stamps {
    let mut all = Vec::new();
    folders.iter().for_each(|folder| stamp(folder, 0, &mut all));
    all.sort();
    all
}

fn stamp(folder: &Path, depth: u32, all: &mut Stamps) {
    // A link may lead in a circle.
    const DEEP: u32 = 16;
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        match std::fs::metadata(&path) {
            Ok(meta) if meta.is_dir() && depth < DEEP => stamp(&path, depth + 1, all),
            Ok(meta) => all.push((path, meta.modified().ok(), meta.len())),
            Err(_) => {}
        }
    }
}
