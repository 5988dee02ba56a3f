//! What agents do: claim, reply, note, hand back, close. Each is a turn, in order with what the contact says.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::playbooks::Fare;
use super::{commit, facts};
use crate::conversation::{
    Channel, Conversation, ConversationId, Owner, Said, Utterance, is_e164, utterance,
};
use crate::engine;
use crate::store::{Decision, Loaded, StoreError, TurnJob, Whose};

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
    #[error("this conversation's contact is linked with nothing")]
    NotLinked,
    #[error("a caller is called back, not written to")]
    Voice,
    #[error("there is nothing written")]
    Empty,
    #[error("only a call can be put through")]
    NotACall,
    #[error("`calls.allow` does not allow {0}")]
    NotAllowed(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an act is refused, or `None`.
type Guard = fn(&Conversation, &str) -> Option<DeskError>;

impl super::App {
    /// Takes a conversation from the bot or the queue. Claiming one's own again changes nothing.
    ///
    /// # Errors
    /// [`DeskError::Taken`] where another agent has it.
    pub async fn claim(&self, agent: &str, id: ConversationId) -> Result<(), DeskError> {
        let said = Said::Claimed { agent: agent.to_owned() };
        self.act(agent, id, None, said, may_claim).await.map(|_| ())
    }

    /// Writes to the contact. `client_id` is the dedupe key of the agent's page. Returns the message's number.
    ///
    /// # Errors
    /// [`DeskError::NotYours`] where the conversation was not claimed.
    pub async fn reply(
        &self,
        agent: &str,
        id: ConversationId,
        client_id: &str,
        text: &str,
    ) -> Result<u64, DeskError> {
        let said = Said::AgentWrote { agent: agent.to_owned(), text: written(text)? };
        self.act(agent, id, Some(key(agent, id, client_id)), said, is_mine).await
    }

    /// Writes to colleagues; allowed without claiming.
    ///
    /// # Errors
    /// An unknown conversation, an empty text.
    pub async fn note(
        &self,
        agent: &str,
        id: ConversationId,
        client_id: &str,
        text: &str,
    ) -> Result<(), DeskError> {
        let said = Said::Noted { agent: agent.to_owned(), text: written(text)? };
        self.act(agent, id, Some(key(agent, id, client_id)), said, |_, _| None).await.map(|_| ())
    }

    /// Gives the conversation back to the bot, which goes on where it stood.
    ///
    /// # Errors
    /// As [`Self::reply`].
    pub async fn hand_back(&self, agent: &str, id: ConversationId) -> Result<(), DeskError> {
        self.act(agent, id, None, Said::HandedBack, is_mine).await.map(|_| ())
    }

    /// Has a call put through to a number (E.164) that the settings allow, or to the operator.
    ///
    /// # Errors
    /// As [`Self::reply`]; [`DeskError::NotAllowed`] for another number, [`DeskError::NotACall`] in a chat.
    pub async fn put_through(&self, agent: &str, id: ConversationId, to: &str) -> Result<(), DeskError> {
        let bare: String = to.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')')).collect();
        let calls = &self.settings.calls;
        let operator = calls.operator.as_deref() == Some(to.trim());
        if !(operator || (is_e164(&bare) && calls.allows(&bare))) {
            return Err(DeskError::NotAllowed(utterance::clean(to).chars().take(60).collect()));
        }
        let to = if operator { to.trim().to_owned() } else { bare };
        let said = Said::PutThrough { agent: agent.to_owned(), to };
        let guard = |conversation: &Conversation, agent: &str| match conversation.channel.voice() {
            true => is_mine(conversation, agent),
            false => Some(DeskError::NotACall),
        };
        self.act(agent, id, None, said, guard).await.map(|_| ())
    }

    /// Closes the conversation with a disposition.
    ///
    /// # Errors
    /// As [`Self::reply`].
    pub async fn close_conversation(
        &self,
        agent: &str,
        id: ConversationId,
        disposition: &str,
    ) -> Result<(), DeskError> {
        let disposition = utterance::clean(disposition).chars().take(60).collect::<String>();
        let disposition = if disposition.is_empty() { "handed_over".to_owned() } else { disposition };
        let said = Said::ClosedByAgent { agent: agent.to_owned(), disposition };
        self.act(agent, id, None, said, is_mine).await.map(|_| ())
    }

    /// Parts a conversation's address from the person's others.
    ///
    /// # Errors
    /// [`DeskError::NotLinked`] where there are none.
    pub async fn unlink(&self, agent: &str, id: ConversationId) -> Result<(), DeskError> {
        let row = self.store.conversation_row(id).await?.ok_or(DeskError::Unknown)?;
        // What is said of it belongs to what the address talks in now.
        let channel = Channel::from_word(&row.channel).ok_or(DeskError::Unknown)?;
        let now = self.now();
        let utterance = Utterance { said: Said::Unlinked { agent: agent.to_owned() }, answers_turn: None };
        let job = |fare: Fare| {
            let (app, utterance) = (self.clone(), utterance.clone());
            let decide = move |loaded: Loaded| match loaded.conversation.clone() {
                Some(conversation) if !loaded.linked.is_empty() => {
                    turned(&app, &fare, conversation, &loaded, &utterance, now)
                }
                _ => Decision::default(),
            };
            TurnJob::new(Whose::Address(channel, row.address.clone()), now, decide)
        };
        let done = self.turn_with(job).await?;
        if done.events.is_empty() {
            return Err(DeskError::NotLinked);
        }
        self.tell(done.conversation.as_ref(), &done.events);
        Ok(())
    }

    /// One turn that nobody's inbound waits for.
    async fn act(
        &self,
        agent: &str,
        id: ConversationId,
        key: Option<String>,
        said: Said,
        guard: Guard,
    ) -> Result<u64, DeskError> {
        let now = self.now();
        let refused: Arc<Mutex<Option<DeskError>>> = Arc::default();
        let utterance = Utterance { said, answers_turn: None };
        let job = |fare: Fare| {
            let (app, refused) = (self.clone(), refused.clone());
            let (agent, utterance) = (agent.to_owned(), utterance.clone());
            let decide = move |loaded: Loaded| {
                let why = match &loaded.conversation {
                    None => Some(DeskError::Unknown),
                    Some(conversation) if matches!(utterance.said, Said::Noted { .. }) => {
                        guard(conversation, &agent)
                    }
                    Some(conversation) if conversation.is_closed() => Some(DeskError::Closed),
                    Some(conversation) => guard(conversation, &agent),
                };
                let allowed = why.is_none();
                *refused.lock().unwrap_or_else(PoisonError::into_inner) = why;
                let Some(conversation) = loaded.conversation.clone().filter(|_| allowed) else {
                    return Decision::default();
                };
                if already(&conversation, &utterance.said) {
                    return Decision::default();
                }
                turned(&app, &fare, conversation, &loaded, &utterance, now)
            };
            TurnJob { key: key.clone(), ..TurnJob::new(Whose::Conversation(id), now, decide) }
        };
        let done = self.turn_with(job).await?;
        if let Some(why) = refused.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(why);
        }
        if !done.replayed {
            self.tell(done.conversation.as_ref(), &done.events);
        }
        Ok(done.reply.and_then(|seq| seq.parse().ok()).unwrap_or_default())
    }
}

/// Takes a turn that nobody's inbound waits for: what it says goes to the outbox.
pub(super) fn turned(
    app: &super::App,
    fare: &Fare,
    conversation: Conversation,
    loaded: &Loaded,
    utterance: &Utterance,
    now: Timestamp,
) -> Decision {
    let Some(aboard) = fare.aboard(&conversation) else {
        return Decision { deferred: true, ..Decision::default() };
    };
    let contact = facts::known(&conversation, loaded);
    let facts = facts::facts(app, &fare.current, &conversation, loaded, &contact, now);
    let turn = engine::turn(aboard.versions(), conversation, &facts, utterance, now);
    let outbox = commit::outbox(&turn.conversation, &turn.events);
    let seq = turn.conversation.seq.to_string();
    Decision { outbox, reply: Some(seq), ..commit::decision(app, turn, now) }
}

fn key(agent: &str, id: ConversationId, client_id: &str) -> String {
    format!("desk:{agent}:{id}:{client_id}")
}

fn written(text: &str) -> Result<String, DeskError> {
    let text = utterance::clean(text);
    if text.is_empty() { Err(DeskError::Empty) } else { Ok(text) }
}

fn already(conversation: &Conversation, said: &Said) -> bool {
    matches!((said, &conversation.owner), (Said::Claimed { agent }, Owner::Agent(owner)) if agent == owner)
}

fn may_claim(conversation: &Conversation, agent: &str) -> Option<DeskError> {
    match &conversation.owner {
        Owner::Agent(owner) if owner != agent => Some(DeskError::Taken(owner.clone())),
        Owner::Agent(_) | Owner::Bot | Owner::Queue(_) => None,
    }
}

fn is_mine(conversation: &Conversation, agent: &str) -> Option<DeskError> {
    match &conversation.owner {
        Owner::Agent(owner) if owner == agent => None,
        Owner::Agent(owner) => Some(DeskError::Taken(owner.clone())),
        Owner::Bot | Owner::Queue(_) => Some(DeskError::NotYours),
    }
}
