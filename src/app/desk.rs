//! What agents do: claim, reply, note, hand back, close. Each is a turn job, in order with what the contact says.

use crate::conversation::ConversationId;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    #[error("no such conversation")]
    Unknown,
    /// Somebody else has it; the name says who.
    #[error("{0} has this conversation")]
    Taken(String),
    #[error("you do not have this conversation; claim it first")]
    NotYours,
    #[error("this conversation is closed")]
    Closed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl super::App {
    pub async fn claim(&self, agent: &str, id: ConversationId) -> Result<(), DeskError> {
        let _ = (agent, id);
        todo!()
    }
    /// `client_id` is the dedupe key of the agent's page. Returns the message's number.
    pub async fn reply(
        &self,
        agent: &str,
        id: ConversationId,
        client_id: &str,
        text: &str,
    ) -> Result<u64, DeskError> {
        let _ = (agent, id, client_id, text);
        todo!()
    }
    pub async fn note(
        &self,
        agent: &str,
        id: ConversationId,
        client_id: &str,
        text: &str,
    ) -> Result<(), DeskError> {
        let _ = (agent, id, client_id, text);
        todo!()
    }
    pub async fn hand_back(&self, agent: &str, id: ConversationId) -> Result<(), DeskError> {
        let _ = (agent, id);
        todo!()
    }
    pub async fn close_conversation(
        &self,
        agent: &str,
        id: ConversationId,
        disposition: &str,
    ) -> Result<(), DeskError> {
        let _ = (agent, id, disposition);
        todo!()
    }
}
