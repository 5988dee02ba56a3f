//! An agent writes to the contact of a ticket, where they are: in the conversation that they have, or in a new one where
//! the last is over.

use std::sync::{Arc, Mutex, PoisonError};

use super::desk::{DeskError, turned};
use super::playbooks::Fare;
use crate::conversation::{
    Channel, Conversation, ConversationId, OpenedTicket, Owner, Said, Utterance, code,
};
use crate::store::{Decision, Loaded, TicketRow, TurnJob, Whose};

/// What came of taking the contact's conversation.
#[derive(Default)]
enum Took {
    #[default]
    Nothing,
    It(ConversationId),
    Taken(String),
}

impl super::App {
    /// Writes to the contact of a ticket and takes the conversation for that. `client_id` is the dedupe key of the agent's
    /// page. Returns the conversation.
    ///
    /// # Errors
    /// A code that no ticket has, a caller ([`DeskError::Voice`]), a conversation that another agent has.
    pub async fn answer_ticket(
        &self,
        agent: &str,
        code: &str,
        client_id: &str,
        text: &str,
    ) -> Result<ConversationId, DeskError> {
        let row = self.store.ticket(code).await?.ok_or(DeskError::Unknown)?;
        let channel = Channel::from_word(&row.channel).ok_or(DeskError::Unknown)?;
        if channel.voice() {
            return Err(DeskError::Voice);
        }
        let now = self.now();
        let took: Arc<Mutex<Took>> = Arc::default();
        let job = |fare: Fare| {
            let (app, took, row) = (self.clone(), took.clone(), row.clone());
            let (agent, client) = (agent.to_owned(), client_id.to_owned());
            let address = row.external_id.clone();
            let decide = move |loaded: Loaded| {
                let Some(known) = loaded.conversation.clone() else { return Decision::default() };
                let told = |what: Took| *took.lock().unwrap_or_else(PoisonError::into_inner) = what;
                if let (Owner::Agent(other), false) = (&known.owner, known.is_closed()) {
                    told(if *other == agent { Took::It(known.id) } else { Took::Taken(other.clone()) });
                    return Decision::default();
                }
                let conversation = match known.is_closed() {
                    true => fare.after(&known, &format!("ticket {} {client}", row.code), now),
                    false => known,
                };
                told(Took::It(conversation.id));
                let said = Said::Claimed { agent: agent.clone() };
                let utterance = Utterance { said, answers_turn: None };
                turned(&app, &fare, about(conversation, &row), &loaded, &utterance, now)
            };
            TurnJob::new(Whose::Address(channel, address), now, decide)
        };
        let done = self.turn_with(job).await?;
        self.tell(done.conversation.as_ref(), &done.events);
        let took = std::mem::take(&mut *took.lock().unwrap_or_else(PoisonError::into_inner));
        match took {
            Took::Nothing => Err(DeskError::Unknown),
            Took::Taken(other) => Err(DeskError::Taken(other)),
            Took::It(id) => {
                self.reply(agent, id, client_id, text).await?;
                Ok(id)
            }
        }
    }
}

/// What is written in it belongs to the ticket.
fn about(mut conversation: Conversation, row: &TicketRow) -> Conversation {
    if !conversation.tickets.iter().any(|ticket| ticket.code == row.code) {
        conversation.tickets.push(OpenedTicket {
            code: code::parse(&row.code).unwrap_or_else(|| row.code.clone()),
            category: row.category.clone(),
            r#type: row.r#type.clone(),
            flow: row.flow.as_str().into(),
            added: true,
        });
    }
    conversation
}
