//! Playbooks of older revisions, compiled when a conversation needs one. The database has their files; memory holds a
//! few.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use super::{Playbooks, on_thread, packed};
use crate::flow::Playbook;
use crate::store::{Store, StoreError};

/// Older playbooks in memory at most.
const HELD: usize = 8;
/// One that nobody needed for so long is dropped; it is compiled again when it is needed.
const IDLE: Duration = Duration::from_secs(600);

/// An older revision.
#[derive(Debug, Clone)]
pub enum Older {
    Compiled(Arc<Playbook>),
    /// Its files are not stored any more, or this program does not take them.
    Gone,
}

/// The latest used last.
#[derive(Default)]
pub struct Shelf(Vec<Entry>);

struct Entry {
    revision: String,
    cell: Arc<OnceCell<Older>>,
    used: Instant,
}

impl Shelf {
    /// What is known of a revision without waiting.
    pub fn get(&mut self, revision: &str) -> Option<Older> {
        let at = self.0.iter().position(|entry| entry.revision == revision)?;
        let known = self.0[at].cell.get()?.clone();
        let mut entry = self.0.remove(at);
        entry.used = Instant::now();
        self.0.push(entry);
        Some(known)
    }

    pub fn put(&mut self, playbook: &Arc<Playbook>) {
        let cell = Arc::new(OnceCell::new_with(Some(Older::Compiled(playbook.clone()))));
        self.forget(&playbook.revision);
        self.push(playbook.revision.clone(), cell);
    }

    pub fn forget(&mut self, revision: &str) {
        self.0.retain(|entry| entry.revision != revision);
    }

    pub fn compiled(&self) -> Vec<Arc<Playbook>> {
        let compiled = |entry: &Entry| match entry.cell.get() {
            Some(Older::Compiled(playbook)) => Some(playbook.clone()),
            Some(Older::Gone) | None => None,
        };
        self.0.iter().filter_map(compiled).collect()
    }

    /// Drops those that `needed` does not name, and those that were not used for long.
    pub fn tidy(&mut self, needed: impl Fn(&str) -> bool) {
        self.0.retain(|entry| {
            let under_way = !entry.cell.initialized();
            under_way || (needed(&entry.revision) && entry.used.elapsed() < IDLE)
        });
    }

    /// The cell of a revision, to be filled by the first who comes.
    fn cell(&mut self, revision: &str) -> Arc<OnceCell<Older>> {
        if let Some(entry) = self.0.iter().find(|entry| entry.revision == revision) {
            return entry.cell.clone();
        }
        let cell = Arc::new(OnceCell::new());
        self.push(revision.to_owned(), cell.clone());
        cell
    }

    fn push(&mut self, revision: String, cell: Arc<OnceCell<Older>>) {
        self.0.push(Entry { revision, cell, used: Instant::now() });
        if self.0.len() > HELD {
            self.0.remove(0);
        }
    }
}

impl Playbooks {
    /// An older revision: from memory, else compiled from what is stored, once for all who ask at the same time.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn older(&self, store: &Store, revision: &str) -> Result<Older, StoreError> {
        let cell = self.shelf().cell(revision);
        cell.get_or_try_init(|| self.load(store, revision)).await.cloned()
    }

    async fn load(&self, store: &Store, revision: &str) -> Result<Older, StoreError> {
        let Some(compile) = self.0.compile.get().cloned() else { return Ok(Older::Gone) };
        let Some(packed) = store.revision(revision).await? else {
            tracing::warn!(revision, "a conversation is on a revision that is not stored");
            return Ok(Older::Gone);
        };
        let held = self.held();
        let done = on_thread(move || {
            let files = packed::unpack(&packed).map_err(|error| error.to_string())?;
            compile.stored(&files, &held).map_err(|refusal| {
                let first = refusal.findings.iter().find(|finding| finding.is_error());
                first.map(|found| format!("{} {}", found.code, found.message)).unwrap_or_default()
            })
        });
        match done.await.unwrap_or_else(|| Err("a fault of the program".to_owned())) {
            Ok(playbook) => {
                tracing::info!(revision, "an older revision was compiled for the conversations on it");
                metrics::counter!("vestibule_revisions_compiled_total").increment(1);
                // Under the name that conversations know it by, whatever this program makes of it.
                Ok(Older::Compiled(Arc::new(Playbook { revision: revision.to_owned(), ..playbook })))
            }
            Err(why) => {
                tracing::warn!(revision, why, "a stored revision does not compile any more");
                Ok(Older::Gone)
            }
        }
    }
}
