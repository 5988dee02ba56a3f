//! How many conversations went which way through a flow: from the journal's `walked` facts, one statement.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Reads, Store, StoreError};
use crate::flow::picture::Counts;

/// Which conversations count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// Those that run, or ran, on this revision.
    Revision(String),
    /// Turns from this moment on.
    Time(Timestamp),
}

impl Since {
    /// Microseconds and revision, as the statements bind them.
    pub(super) fn bound(&self) -> (i64, &str) {
        match self {
            Self::Revision(revision) => (0, revision),
            Self::Time(time) => (time.as_microsecond(), ""),
        }
    }
}

/// `began`, `step`, `way` or `left`; step; exit; conversations.
pub(super) type Row = (String, String, String, i64);

pub(super) fn counts(rows: Vec<Row>) -> Counts {
    let mut counts = Counts::default();
    for (what, step, exit, count) in rows {
        let count = u64::try_from(count).unwrap_or(0);
        match what.as_str() {
            "began" => counts.began = count,
            "step" => {
                counts.steps.insert(step, count);
            }
            "left" => {
                counts.left.insert(step, count);
            }
            _ => {
                counts.ways.entry(step).or_default().insert(exit, count);
            }
        }
    }
    counts
}

impl Store {
    /// How many conversations went which way through a flow, and where they were left.
    ///
    /// # Errors
    /// The database's.
    pub async fn flow_counts(&self, flow: &str, since: &Since) -> Result<Counts, StoreError> {
        Ok(counts(reads!(self, reads => reads.flow_counts(flow, since).await)?))
    }

    /// Conversations that are not over, by the flow that they are in.
    ///
    /// # Errors
    /// The database's.
    pub async fn under_way(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let rows: Vec<(String, i64)> = reads!(self, reads => reads.under_way().await)?;
        Ok(rows.into_iter().map(|(flow, count)| (flow, u64::try_from(count).unwrap_or(0))).collect())
    }
}
