//! What did not arrive is written into its conversation, by a turn: agents read it, and the next delivery knows.

use crate::app::desk::turned;
use crate::app::playbooks::Fare;
use crate::conversation::{Said, Undelivered, Utterance};
use crate::store::channels::DueMessage;
use crate::store::{Decision, Loaded, StoreError, TurnJob, Whose};

impl crate::app::App {
    /// Said once for each piece, however often it is found out.
    pub(super) async fn undelivered(
        &self,
        due: &DueMessage,
        nth: u32,
        why: Undelivered,
    ) -> Result<(), StoreError> {
        let message = &due.message;
        let key = format!("outbox:{}:{nth}:{}", message.id, word(&why));
        let said = Said::Undelivered { seq: message.seq, why };
        self.noticed(Whose::Conversation(message.conversation), key, said).await
    }

    /// A turn about the conversation that answers nothing, where there is one.
    pub(in crate::app) async fn noticed(
        &self,
        whose: Whose,
        key: String,
        said: Said,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let utterance = Utterance { said, answers_turn: None };
        let job = |fare: Fare| {
            let (app, utterance) = (self.clone(), utterance.clone());
            let decide = move |loaded: Loaded| match loaded.conversation.clone() {
                Some(conversation) => {
                    let decision = turned(&app, &fare, conversation, &loaded, &utterance, now);
                    Decision { reply: None, ..decision }
                }
                None => Decision::default(),
            };
            TurnJob { key: Some(key.clone()), ..TurnJob::new(whose.clone(), now, decide) }
        };
        let done = self.turn_with(job).await?;
        if !done.replayed {
            self.tell(done.conversation.as_ref(), &done.events);
        }
        Ok(())
    }
}

fn word(why: &Undelivered) -> &'static str {
    match why {
        Undelivered::Maybe => "maybe",
        Undelivered::Superseded => "superseded",
        Undelivered::Refused { .. } => "refused",
        Undelivered::Unreachable { .. } => "unreachable",
    }
}
