//! The files of playbooks that were served, and which conversations are on which revision.

use jiff::Timestamp;

use super::chore::Chore;
use super::{Reads, RevisionRow, Store, StoreError, batch};
use crate::conversation::Conversation;

impl Store {
    /// A revision is served from now on. `sources` are its files, deflated; `size` their bytes before that. To be told
    /// before the first conversation begins on it; again, it only counts as served now.
    pub async fn serve_revision(
        &self,
        revision: &str,
        sources: Vec<u8>,
        size: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let revision = revision.to_owned();
        self.chore(Chore::ServeRevision { revision, sources, size, now }).await.map(drop)
    }

    /// It is still served. False where it is not stored.
    pub async fn touch_revision(&self, revision: &str, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.chore(Chore::TouchRevision { revision: revision.to_owned(), now }).await? > 0)
    }

    /// The files of a revision, deflated, as they were given.
    pub async fn revision(&self, revision: &str) -> Result<Option<Vec<u8>>, StoreError> {
        reads!(self, reads => reads.revision(revision).await)
    }

    /// Those that are stored, the first served first.
    pub async fn revisions(&self) -> Result<Vec<RevisionRow>, StoreError> {
        reads!(self, reads => reads.revisions().await)
    }

    /// Conversations that are not closed, by the revision that they are on. Reads each of them: not for every turn.
    pub async fn live_by_revision(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let counts = reads!(self, reads => reads.live_by_revision().await)?;
        Ok(counts.into_iter().map(|(name, count)| (name, u64::try_from(count).unwrap_or_default())).collect())
    }

    /// Deletes those of `revisions` that nobody served since `before`. How many were deleted.
    pub async fn drop_revisions(&self, revisions: Vec<String>, before: Timestamp) -> Result<u64, StoreError> {
        if revisions.is_empty() {
            return Ok(0);
        }
        self.chore(Chore::DropRevisions { revisions, before }).await
    }

    /// Conversations that are not closed, at most `limit` after the place `after` (0: from the beginning), and the place
    /// of the last.
    pub async fn live_conversations(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<(Vec<Conversation>, i64), StoreError> {
        let rows = reads!(self, reads => reads.live_bodies(after, i64::from(limit)).await)?;
        let last = rows.last().map_or(after, |(num, _)| *num);
        let read: Result<Vec<_>, _> = rows.iter().map(|(_, body)| batch::conversation(body)).collect();
        Ok((read?, last))
    }
}
