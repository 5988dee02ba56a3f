//! The files of playbooks, and which conversations are on which.

use super::Reads;
use crate::store::raw::{self, RawRevision};
use crate::store::{RevisionRow, StoreError};

impl Reads {
    pub(in crate::store) async fn revision(&self, revision: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(sqlx::query_scalar("SELECT sources FROM revisions WHERE revision = $1")
            .bind(revision)
            .fetch_optional(&self.pool)
            .await?)
    }

    pub(in crate::store) async fn revisions(&self) -> Result<Vec<RevisionRow>, StoreError> {
        let rows: Vec<RawRevision> = sqlx::query_as(
            "SELECT revision, size, first_served, last_served FROM revisions ORDER BY first_served",
        )
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn live_by_revision(&self) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT revision, count(*) FROM conversations WHERE life <> 'closed' GROUP BY revision",
        )
        .fetch_all(&self.pool)
        .await?)
    }

    pub(in crate::store) async fn live_bodies(
        &self,
        after: i64,
        limit: i64,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT num, body FROM conversations WHERE life <> 'closed' AND num > $1 ORDER BY num LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?)
    }
}
