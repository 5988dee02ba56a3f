//! What channels ask of conversations beside a turn of their own.

use std::collections::BTreeSet;

use crate::conversation::{Channel, ConversationId, Event, Said};
use crate::store::{ConversationRow, StoreError, Whose};

impl super::App {
    /// Writes down what happened beside the talk (an edit, a sign, a block) in the conversation of an address, if there
    /// is one. `key`: the dedupe key.
    ///
    /// # Errors
    /// The store's.
    pub async fn beside(
        &self,
        channel: Channel,
        address: &str,
        key: String,
        said: Said,
    ) -> Result<(), StoreError> {
        self.noticed(Whose::Address(channel, address.to_owned()), key, said).await
    }

    /// The value of the option at a place of what a turn asked.
    ///
    /// # Errors
    /// The store's.
    pub async fn option_at(
        &self,
        conversation: ConversationId,
        turn: u64,
        place: usize,
    ) -> Result<Option<String>, StoreError> {
        let journal = self.store.journal(conversation).await?;
        let events = journal.into_iter().filter(|row| row.turn == turn).flat_map(|row| row.events);
        let mut asked = events.filter_map(|event| match event {
            Event::Prompted { prompt, .. } if !prompt.options.is_empty() => Some(prompt.options),
            _ => None,
        });
        Ok(asked.next_back().and_then(|options| options.get(place).map(|option| option.value.clone())))
    }

    /// The beginning of the message that a platform calls so.
    ///
    /// # Errors
    /// The store's.
    pub async fn words_at(
        &self,
        channel: Channel,
        address: &str,
        platform: &str,
    ) -> Result<Option<String>, StoreError> {
        const FEW: usize = 40;
        let Some(placed) = self.store.message_at(channel, address, platform).await? else { return Ok(None) };
        let journal = self.store.journal(placed.conversation).await?;
        let words = journal.iter().flat_map(|row| &row.events).find_map(|event| match event {
            Event::Prompted { seq, prompt } if *seq == placed.seq => Some(prompt.plain()),
            Event::AgentWrote { seq, text, .. } if *seq == placed.seq => Some(text.clone()),
            _ => None,
        });
        Ok(words.map(|words| {
            let short: String = words.chars().take(FEW).collect();
            if short.len() < words.len() { format!("{short}…") } else { short }
        }))
    }

    /// The names of slots that some flow calls sensitive.
    pub fn sensitive_slots(&self) -> BTreeSet<String> {
        let held = self.playbooks.held();
        let flows = held.iter().flat_map(|playbook| playbook.flows.values());
        let slots = flows.flat_map(|flow| flow.slots.values()).filter(|slot| slot.sensitive);
        slots.map(|slot| slot.name.clone()).collect()
    }

    /// What its first ticket aims at, for a card.
    pub async fn target_of(&self, row: &ConversationRow) -> Option<String> {
        let ticket = self.store.ticket(row.tickets.first()?).await.ok().flatten()?;
        Some(format!("Target: priority {}, queue {}, {}", ticket.priority, ticket.queue, ticket.state))
    }

    /// The language of the conversation on an address, where there is one.
    pub async fn locale_at(&self, channel: Channel, address: &str) -> Option<String> {
        let rows = self.store.locale_at(channel, address).await;
        rows.ok().flatten()
    }
}
