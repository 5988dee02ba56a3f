//! What the desk's pages are told while they are open: which conversations changed, gathered for a moment and read once
//! for all pages. A page that was away gets what it missed, or is told to read its lists again.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::broadcast::{self, error::RecvError};

use super::super::token;
use super::view::ConversationView;
use crate::app::live::{Live, Notice};
use crate::conversation::ConversationId;
use crate::store::Store;

/// Changes are gathered for this long before pages are told.
const GATHER: Duration = Duration::from_millis(40);
/// More changed conversations than this in one gathering: pages read their lists again instead.
const MANY: usize = 100;
/// Tellings kept for pages that come back.
const KEPT: usize = 256;

/// One telling.
#[derive(Debug, Clone)]
pub enum Told {
    Change(Arc<Change>),
    /// Too much happened: read the lists again.
    Reset(u64),
    /// This log-in (by the hash of its token) ended.
    LoggedOut(Arc<str>),
}

/// Conversations as they stand now.
#[derive(Debug)]
pub struct Change {
    pub number: u64,
    /// JSON of `Changed`.
    pub json: String,
}

#[derive(Debug, Serialize)]
struct Changed {
    conversations: Vec<ConversationView>,
    /// Whether tickets were opened or changed too.
    tickets: bool,
}

#[derive(Debug, Clone)]
pub struct Feed {
    /// Of this run of the program: numbers of another run mean nothing.
    run: Arc<str>,
    sender: broadcast::Sender<Told>,
    past: Arc<Mutex<Past>>,
}

#[derive(Debug, Default)]
struct Past {
    last: u64,
    kept: VecDeque<Arc<Change>>,
}

impl Feed {
    /// Starts the task that gathers; it ends with the last sender of `live`.
    pub fn start(live: &Live, store: Store) -> Self {
        let feed =
            Self { run: token::short_id().into(), sender: broadcast::channel(KEPT).0, past: Arc::default() };
        tokio::spawn(gather(feed.clone(), live.listen(), store));
        feed
    }

    /// From now on.
    pub fn listen(&self) -> broadcast::Receiver<Told> {
        self.sender.subscribe()
    }

    /// The id of a telling, for `Last-Event-ID`.
    pub fn id(&self, number: u64) -> String {
        format!("{}-{number}", self.run)
    }

    /// What a page that saw the telling `id` last has missed; `None` where that is no longer known. The number is
    /// where the page stands then.
    pub fn since(&self, id: &str) -> Option<(Vec<Arc<Change>>, u64)> {
        let seen: u64 = id.strip_prefix(&*self.run)?.strip_prefix('-')?.parse().ok()?;
        let past = self.past();
        let oldest = past.kept.front().map_or(past.last, |change| change.number - 1);
        if seen < oldest || seen > past.last {
            return None;
        }
        Some((past.kept.iter().filter(|change| change.number > seen).cloned().collect(), past.last))
    }

    pub fn last(&self) -> u64 {
        self.past().last
    }

    /// Ends the streams of a log-in.
    pub fn log_out(&self, token_hash: &str) {
        // No stream is open: nothing to end.
        let _ = self.sender.send(Told::LoggedOut(token_hash.into()));
    }

    fn tell(&self, changed: &Changed) {
        let Ok(json) = serde_json::to_string(changed) else { return };
        let mut past = self.past();
        past.last += 1;
        let change = Arc::new(Change { number: past.last, json });
        past.kept.push_back(change.clone());
        if past.kept.len() > KEPT {
            past.kept.pop_front();
        }
        let _ = self.sender.send(Told::Change(change));
    }

    fn reset(&self) {
        let mut past = self.past();
        past.last += 1;
        past.kept.clear();
        let _ = self.sender.send(Told::Reset(past.last));
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn gather(feed: Feed, mut notices: broadcast::Receiver<Notice>, store: Store) {
    loop {
        let mut batch = Batch::default();
        match notices.recv().await {
            Ok(notice) => batch.add(notice),
            Err(RecvError::Lagged(_)) => batch.missed = true,
            Err(RecvError::Closed) => return,
        }
        tokio::time::sleep(GATHER).await;
        loop {
            match notices.try_recv() {
                Ok(notice) => batch.add(notice),
                Err(broadcast::error::TryRecvError::Lagged(_)) => batch.missed = true,
                Err(_) => break,
            }
        }
        // Nobody looks: the next page reads its lists anyway.
        if feed.sender.receiver_count() == 0 || batch.missed || batch.conversations.len() > MANY {
            feed.reset();
        } else {
            feed.publish(batch, &store).await;
        }
    }
}

#[derive(Debug, Default)]
struct Batch {
    conversations: BTreeSet<ConversationId>,
    tickets: bool,
    missed: bool,
}

impl Batch {
    fn add(&mut self, notice: Notice) {
        self.conversations.insert(notice.conversation);
        self.tickets |= notice.ticket;
    }
}

impl Feed {
    async fn publish(&self, batch: Batch, store: &Store) {
        let mut conversations = Vec::with_capacity(batch.conversations.len());
        for id in batch.conversations {
            match store.conversation_row(id).await {
                Ok(row) => conversations.extend(row.map(ConversationView::from)),
                Err(error) => {
                    tracing::warn!(%error, "the desk's pages could not be told of a change");
                    return self.reset();
                }
            }
        }
        self.tell(&Changed { conversations, tickets: batch.tickets });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed() -> Feed {
        Feed { run: "run".into(), sender: broadcast::channel(8).0, past: Arc::default() }
    }

    fn nothing() -> Changed {
        Changed { conversations: Vec::new(), tickets: false }
    }

    #[test]
    fn a_page_that_comes_back_gets_what_it_missed() {
        let feed = feed();
        (0..3).for_each(|_| feed.tell(&nothing()));
        let missed = feed
            .since("run-1")
            .map(|(missed, last)| (missed.iter().map(|change| change.number).collect::<Vec<_>>(), last));
        assert_eq!(missed, Some((vec![2, 3], 3)));
        assert!(feed.since("run-3").is_some_and(|(missed, _)| missed.is_empty()));
    }

    #[test]
    fn what_is_not_known_any_more_is_said() {
        let feed = feed();
        assert!(feed.since("other-0").is_none() && feed.since("run-9").is_none() && feed.since("").is_none());
        (0..=KEPT as u64).for_each(|_| feed.tell(&nothing()));
        assert!(feed.since("run-0").is_none() && feed.since("run-1").is_some());
        feed.reset();
        assert!(feed.since("run-200").is_none());
    }
}
