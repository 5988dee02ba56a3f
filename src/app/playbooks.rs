//! Which playbooks there are: the one served now, and those of older revisions that conversations stay on.

mod fare;
mod older;
mod packed;
mod reload;

pub(super) use fare::Fare;
pub use packed::unpack;
pub use reload::{Counts, Refused, Reloaded};

use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use jiff::Timestamp;

use crate::flow::Playbook;
use crate::flow::files::Files;
use crate::source::Diagnostic;
use older::Shelf;

/// What makes playbooks of files. The commands know how an operator's files are found and read.
pub trait Compile: Send + Sync {
    /// The set on disk as it is now. `seen` are revisions that need no compiling; `held` are playbooks of which parts
    /// may be used again. Slow.
    ///
    /// # Errors
    /// What is wrong with the set, as a whole.
    fn on_disk(&self, seen: &[String], held: &[Arc<Playbook>]) -> Result<OnDisk, Refusal>;

    /// A set that was served once. Slow.
    ///
    /// # Errors
    /// Where this version of the program does not take it.
    fn stored(&self, files: &Files, held: &[Arc<Playbook>]) -> Result<Playbook, Refusal>;
}

/// What was found on disk.
#[derive(Debug)]
pub enum OnDisk {
    /// A revision that was named as seen.
    Seen(String),
    New(Box<Playbook>, Files),
}

/// A set that cannot be served.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub revision: String,
    /// Errors and warnings, by file and place.
    pub findings: Vec<Diagnostic>,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Playbooks(Arc<Inner>);

struct Inner {
    current: RwLock<Serving>,
    older: Mutex<Shelf>,
    refused: Mutex<Option<Refused>>,
    /// Held while a set is loaded: one at a time.
    loading: tokio::sync::Mutex<()>,
    compile: OnceLock<Arc<dyn Compile>>,
    counts: Mutex<Option<Counts>>,
}

#[derive(Clone)]
struct Serving {
    playbook: Arc<Playbook>,
    since: Timestamp,
}

impl Playbooks {
    pub fn new(playbook: Playbook) -> Self {
        Self(Arc::new(Inner {
            current: RwLock::new(Serving { playbook: Arc::new(playbook), since: Timestamp::now() }),
            older: Mutex::default(),
            refused: Mutex::default(),
            loading: tokio::sync::Mutex::default(),
            compile: OnceLock::new(),
            counts: Mutex::default(),
        }))
    }

    /// From now on older revisions can be compiled and new ones loaded.
    pub fn compile_with(&self, compile: Arc<dyn Compile>) {
        // Set once, at the start; a second one changes nothing.
        let _ = self.0.compile.set(compile);
    }

    /// The one that new conversations begin on.
    pub fn current(&self) -> Arc<Playbook> {
        self.serving().playbook
    }

    /// Since when it is served.
    pub fn since(&self) -> Timestamp {
        self.serving().since
    }

    /// The last set that was refused, unless a good one came after it.
    pub fn refused(&self) -> Option<Refused> {
        self.0.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Those in memory, the one served now first.
    pub fn held(&self) -> Vec<Arc<Playbook>> {
        std::iter::once(self.current()).chain(self.shelf().compiled()).collect()
    }

    fn serving(&self) -> Serving {
        self.0.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn shelf(&self) -> std::sync::MutexGuard<'_, Shelf> {
        self.0.older.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves another one; gives the one before.
    fn swap(&self, playbook: Arc<Playbook>) -> Arc<Playbook> {
        let new = Serving { playbook: playbook.clone(), since: Timestamp::now() };
        let old = {
            let mut current = self.0.current.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, new).playbook
        };
        let mut shelf = self.shelf();
        shelf.put(&old);
        shelf.forget(&playbook.revision);
        old
    }
}

/// Works on a thread that ends, so that what the compiling took goes back to the system. `None` where it panicked.
async fn on_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("playbook".to_owned());
    // Whoever asked may be gone.
    let started = thread.spawn(move || drop(tell.send(work())));
    if let Err(error) = started {
        tracing::error!(%error, "no thread to compile on");
        return None;
    }
    told.await.ok()
}
