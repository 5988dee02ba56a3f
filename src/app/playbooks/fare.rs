//! What a turn takes along: the playbook served now, and those of older revisions that it turned out to need.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::Playbooks;
use super::older::Older;
use crate::conversation::{Conversation, ids};
use crate::engine::{self, Beginning, Versions};
use crate::flow::Playbook;
use crate::store::{StoreError, TurnDone, TurnJob};

/// Revisions that one turn may turn out to need, one after the other, before it is given up: the conversation was
/// carried over by another turn each time.
const TRIES: u32 = 5;

#[derive(Clone)]
pub(in crate::app) struct Fare {
    playbooks: Playbooks,
    /// Served when the turn came.
    pub current: Arc<Playbook>,
    /// Loaded for this turn, so that it does not matter whether they are still held.
    had: HashMap<String, Older>,
    wanted: Arc<Mutex<Option<String>>>,
}

/// The playbooks of one conversation.
pub(in crate::app) struct Aboard {
    current: Arc<Playbook>,
    own: Option<Arc<Playbook>>,
}

impl Aboard {
    pub fn versions(&self) -> Versions<'_> {
        Versions { own: self.own.as_deref(), current: &self.current }
    }
}

impl Fare {
    /// A conversation of its own after one that is over, begun by us; the same again for the same `begun_by`.
    pub fn after(&self, last: &Conversation, begun_by: &str, now: Timestamp) -> Conversation {
        let beginning = Beginning {
            id: ids::conversation(last.channel.word(), &last.address, begun_by),
            channel: last.channel,
            address: &last.address,
            contact: last.contact,
            locale: Some(&last.locale),
            seq: last.seq,
            number: None,
            now,
        };
        engine::fresh(&self.current, &beginning)
    }

    /// The playbooks of a conversation; `None` where one must be loaded first, and the turn deferred.
    pub fn aboard(&self, conversation: &Conversation) -> Option<Aboard> {
        let current = self.current.clone();
        let revision = conversation.revision.as_str();
        if revision == current.revision || conversation.is_closed() || conversation.frames.is_empty() {
            return Some(Aboard { own: Some(current.clone()), current });
        }
        let known = self.had.get(revision).cloned();
        // It may have begun on a set that is served since this turn came.
        let newer = || {
            let serving = self.playbooks.current();
            (serving.revision == revision).then_some(Older::Compiled(serving))
        };
        match known.or_else(newer).or_else(|| self.playbooks.shelf().get(revision)) {
            Some(Older::Compiled(own)) => Some(Aboard { current, own: Some(own) }),
            Some(Older::Gone) => Some(Aboard { current, own: None }),
            None => {
                *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = Some(revision.to_owned());
                None
            }
        }
    }
}

impl crate::app::App {
    /// Hands a turn in; where it turns out to need an older playbook, loads that and hands it in again.
    ///
    /// # Errors
    /// The store's.
    pub(in crate::app) async fn turn_with(
        &self,
        job: impl Fn(Fare) -> TurnJob,
    ) -> Result<TurnDone, StoreError> {
        let mut fare = Fare {
            playbooks: self.playbooks.clone(),
            current: self.playbooks.current(),
            had: HashMap::new(),
            wanted: Arc::default(),
        };
        for _ in 0..TRIES {
            match self.store.turn(job(fare.clone())).await {
                Err(StoreError::Deferred) => {}
                done => return done,
            }
            let wanted = fare.wanted.lock().unwrap_or_else(PoisonError::into_inner).take();
            let Some(wanted) = wanted else { break };
            let older = self.playbooks.older(&self.store, &wanted).await?;
            fare.had.insert(wanted, older);
        }
        Err(StoreError::Deferred)
    }
}
