//! What is kept for a time only: the wordings of questions.

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

/// How often it is looked for what is too old.
const EVERY: Duration = Duration::from_secs(3600);

impl super::App {
    /// Forgets wordings that are older than the settings keep them, until `stop`.
    pub(super) async fn run_retention(&self, stop: CancellationToken) {
        let Some(kept) = self.settings.desk.keep_wordings else { return };
        loop {
            let before = self.now().checked_sub(kept).unwrap_or(Timestamp::MIN);
            match self.store.forget_wordings(before).await {
                Ok(0) => {}
                Ok(forgotten) => tracing::info!(forgotten, "wordings of old questions were forgotten"),
                Err(error) => tracing::warn!(%error, "wordings of old questions could not be forgotten"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }
}
