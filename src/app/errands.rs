//! What telephony platforms are to do: kept in rows of the turns that asked for it, and done by the phone's own loop.

use jiff::Timestamp;

use super::desk::turned;
use super::playbooks::Fare;
use crate::conversation::{Channel, ConversationId, Hope, Said, Utterance};
pub use crate::store::calls::{Errand, ErrandRow};
use crate::store::world::FileRow;
use crate::store::{Decision, Loaded, StoreError, TurnJob, Whose};

/// What is told to whoever a call is put through to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whisper {
    pub locale: String,
    pub text: String,
}

impl super::App {
    /// What is due, the longest due first.
    ///
    /// # Errors
    /// The store's.
    pub async fn due_errands(&self, now: Timestamp, limit: u32) -> Result<Vec<ErrandRow>, StoreError> {
        self.store.due_errands(now, limit).await
    }

    /// Takes an errand for oneself until then; false where somebody else was quicker.
    ///
    /// # Errors
    /// The store's.
    pub async fn claim_errand(&self, row: &ErrandRow, until: Timestamp) -> Result<bool, StoreError> {
        self.store.claim_errand(row, until).await
    }

    /// It is tried again then.
    ///
    /// # Errors
    /// The store's.
    pub async fn errand_later(&self, row: &ErrandRow, due: Timestamp) -> Result<(), StoreError> {
        self.store.errand_later(&row.id, due).await
    }

    /// It was done.
    ///
    /// # Errors
    /// The store's.
    pub async fn errand_done(&self, row: &ErrandRow) -> Result<(), StoreError> {
        self.store.errand_done(&row.id).await
    }

    /// It is given up: where it was a call, the conversation goes on without it.
    ///
    /// # Errors
    /// The store's.
    pub async fn errand_failed(&self, row: &ErrandRow, reason: &str) -> Result<(), StoreError> {
        if matches!(row.errand, Errand::Call { .. }) {
            self.call_failed(row.conversation, &row.id, reason).await?;
        }
        self.store.errand_done(&row.id).await
    }

    /// Keeps a recording under the name that the conversation knows it by.
    ///
    /// # Errors
    /// The store's.
    pub async fn keep_recording(
        &self,
        row: &ErrandRow,
        kind: &'static str,
        content: Vec<u8>,
    ) -> Result<(), StoreError> {
        let Errand::Recording { channel, address, file, .. } = &row.errand else { return Ok(()) };
        let name = if kind == "audio/mpeg" { "voicemail.mp3" } else { "voicemail.wav" };
        let file = FileRow {
            id: file.to_string(),
            channel: *channel,
            address: address.clone(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            created: self.now(),
            content,
        };
        self.store.add_file(file).await.map(drop)
    }

    async fn call_failed(&self, id: ConversationId, errand: &str, reason: &str) -> Result<(), StoreError> {
        let now = self.now();
        let utterance =
            Utterance { said: Said::CallBackEnded { reason: reason.to_owned() }, answers_turn: None };
        let job = |fare: Fare| {
            let (app, utterance) = (self.clone(), utterance.clone());
            let decide = move |loaded: Loaded| match loaded.conversation.clone() {
                Some(conversation) if !conversation.is_closed() => {
                    turned(&app, &fare, conversation, &loaded, &utterance, now)
                }
                _ => Decision::default(),
            };
            let key = Some(format!("errand:{errand}"));
            TurnJob { key, ..TurnJob::new(Whose::Conversation(id), now, decide) }
        };
        let done = self.turn_with(job).await?;
        if !done.replayed {
            self.tell(done.conversation.as_ref(), &done.events);
        }
        Ok(())
    }

    /// What whoever a call is put through to is to be told before the two are joined; `None` where it is no transfer.
    ///
    /// # Errors
    /// The store's.
    pub async fn whisper(&self, channel: Channel, address: &str) -> Result<Option<Whisper>, StoreError> {
        let told = std::sync::Arc::new(std::sync::Mutex::new(None));
        let keep = told.clone();
        let decide = move |loaded: Loaded| {
            let whisper = loaded.conversation.and_then(|conversation| match conversation.hope {
                Hope::Transfer { whisper, .. } => {
                    Some(Whisper { locale: conversation.locale, text: whisper })
                }
                _ => None,
            });
            *keep.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = whisper;
            Decision::default()
        };
        let whose = Whose::Address(channel, address.to_owned());
        self.store.turn(TurnJob::new(whose, self.now(), decide)).await?;
        let told = told.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        Ok(told)
    }
}
