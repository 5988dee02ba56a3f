//! A new set: taken whole, or refused whole while the old one serves on.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::{OnDisk, Refusal, on_thread, packed};
use crate::flow::files::Files;
use crate::source::{Diagnostic, Place};
use crate::store::StoreError;

/// A revision that nobody is on is deleted so long after it was last served: another process may serve it.
const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// How old counts of conversations may be.
const FRESH: Duration = Duration::from_secs(30);

/// A set that was refused.
#[derive(Debug, Clone)]
pub struct Refused {
    pub at: Timestamp,
    pub revision: String,
    /// Errors only, by file and place.
    pub findings: Vec<Diagnostic>,
}

/// What came of loading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reloaded {
    Applied {
        old: String,
        new: String,
    },
    /// What is on disk is served already.
    Same,
    /// Refused, now or when it was looked at before.
    Refused,
}

/// Conversations that are not closed, by revision.
#[derive(Debug, Clone)]
pub struct Counts {
    at: Instant,
    pub by_revision: Vec<(String, u64)>,
}

impl crate::app::App {
    /// Stores the files of the set that is served from the start.
    ///
    /// # Errors
    /// The store's: a conversation must not begin on a revision that is not stored.
    pub async fn serve_from_start(&self, files: Files) -> Result<(), StoreError> {
        let revision = self.playbook().revision.clone();
        self.keep(&revision, files).await
    }

    async fn keep(&self, revision: &str, files: Files) -> Result<(), StoreError> {
        let packed = on_thread(move || packed::pack(&files)).await;
        let (sources, size) = packed
            .unwrap_or_else(|| Err(std::io::Error::other("no thread")))
            .map_err(|error| StoreError::Corrupt(format!("the files of a revision: {error}")))?;
        self.store.serve_revision(revision, sources, size, Timestamp::now()).await
    }

    /// Looks at the files and serves what they say from now on, or refuses it and serves on what it has. Turns under way
    /// keep theirs.
    pub async fn reload(&self) -> Reloaded {
        let _one_at_a_time = self.playbooks.0.loading.lock().await;
        let Some(compile) = self.playbooks.0.compile.get().cloned() else { return Reloaded::Same };
        let (current, refused) = (self.playbook(), self.playbooks.refused());
        let mut seen = vec![current.revision.clone()];
        seen.extend(refused.map(|refused| refused.revision));
        let held = self.playbooks.held();
        let loaded = on_thread(move || compile.on_disk(&seen, &held)).await;
        let loaded = loaded.unwrap_or_else(|| Err(fault("the files could not be compiled: a fault of ours")));
        match loaded {
            Ok(OnDisk::Seen(revision)) if revision == current.revision => {
                self.refused_is(None);
                Reloaded::Same
            }
            Ok(OnDisk::Seen(_)) => Reloaded::Refused,
            Ok(OnDisk::New(playbook, files)) => match self.keep(&playbook.revision, files).await {
                Ok(()) => self.applied(Arc::new(*playbook)).await,
                Err(error) => self
                    .refuse(fault(&format!("the new set could not be stored, so it is not served: {error}"))),
            },
            Err(refusal) => self.refuse(refusal),
        }
    }

    async fn applied(&self, playbook: Arc<crate::flow::Playbook>) -> Reloaded {
        let (flows, articles) = (playbook.flows.len(), playbook.faq.articles().len());
        let new = playbook.revision.clone();
        let old = self.playbooks.swap(playbook);
        self.refused_is(None);
        metrics::counter!("vestibule_reloads_total", "result" => "applied").increment(1);
        tracing::info!(old = %old.revision, %new, flows, articles, "a new set is served");
        let old = old.revision.clone();
        if let Err(error) = self.store.touch_revision(&old, Timestamp::now()).await {
            tracing::warn!(%error, "the end of a revision could not be written down");
        }
        self.tend(false).await;
        Reloaded::Applied { old, new }
    }

    fn refuse(&self, refusal: Refusal) -> Reloaded {
        metrics::counter!("vestibule_reloads_total", "result" => "refused").increment(1);
        let findings: Vec<Diagnostic> = refusal.findings.into_iter().filter(Diagnostic::is_error).collect();
        for found in &findings {
            tracing::error!(
                code = found.code, file = %found.at.file, line = found.at.line, column = found.at.column,
                "{}", found.message
            );
        }
        tracing::error!(
            errors = findings.len(), revision = %refusal.revision, serving = %self.playbook().revision,
            "a new set is refused; the old one serves on"
        );
        self.refused_is(Some(Refused { at: Timestamp::now(), revision: refusal.revision, findings }));
        Reloaded::Refused
    }

    fn refused_is(&self, refused: Option<Refused>) {
        *self.playbooks.0.refused.lock().unwrap_or_else(PoisonError::into_inner) = refused;
    }

    /// Tells that the set is still served, drops playbooks that no conversation needs, and with `prune` deletes the
    /// revisions that nobody is on.
    pub async fn tend(&self, prune: bool) {
        if let Err(error) = self.tended(prune).await {
            tracing::warn!(%error, "revisions could not be looked after");
        }
    }

    async fn tended(&self, prune: bool) -> Result<(), StoreError> {
        let live = self.store.live_by_revision().await?;
        let needed = |revision: &str| live.iter().any(|(name, _)| name == revision);
        self.playbooks.shelf().tidy(needed);
        if !prune {
            return Ok(());
        }
        let (now, current) = (Timestamp::now(), self.playbook().revision.clone());
        if !self.store.touch_revision(&current, now).await? {
            tracing::warn!(revision = %current, "the revision that is served is not stored any more");
        }
        let unused = self.store.revisions().await?.into_iter().map(|row| row.revision);
        let unused: Vec<String> = unused.filter(|name| *name != current && !needed(name)).collect();
        let before = now.checked_sub(KEPT).unwrap_or(now);
        let dropped = self.store.drop_revisions(unused, before).await?;
        if dropped > 0 {
            tracing::info!(dropped, "revisions that no conversation is on were deleted");
        }
        Ok(())
    }

    /// Conversations that are not closed, by revision; counted anew after some seconds.
    ///
    /// # Errors
    /// The store's.
    pub async fn live_by_revision(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let counts = &self.playbooks.0.counts;
        let known = counts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.at.elapsed() < FRESH) {
            return Ok(known.by_revision);
        }
        let by_revision = self.store.live_by_revision().await?;
        let fresh = Counts { at: Instant::now(), by_revision: by_revision.clone() };
        *counts.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        Ok(by_revision)
    }
}

/// A refusal for a reason that is in no file.
fn fault(message: &str) -> Refusal {
    let found = Diagnostic::error("V911", Place::start_of("(all files)"), message);
    Refusal { revision: String::new(), findings: vec![found] }
}
