//! Presses, commands and forms must be acknowledged within three seconds, whatever the database does: once the event is
//! written down, or after two seconds at the latest, and once. A form is opened in the same call, since none can be
//! opened later (<https://discord.com/developers/docs/interactions/receiving-and-responding>).

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};

use super::desk;
use super::wire::{Answer, Wire};
use crate::channel::render::{Asked, Pressed, discord};

/// The latest acknowledgement.
const LATEST: Duration = Duration::from_secs(2);
/// The types of an answer to an interaction.
const DEFERRED_MESSAGE: u64 = 5;
const DEFERRED_EDIT: u64 = 6;
const MODAL: u64 = 9;
/// Only the one who acted sees it.
pub const EPHEMERAL: u64 = 64;
/// Events remembered, to know the same again.
const MANY: usize = 8_192;

/// The kinds of an interaction.
pub const COMMAND: u64 = 2;
pub const PRESS: u64 = 3;
pub const FORM: u64 = 5;

/// What was seen lately, in a bounded memory.
#[derive(Debug, Default)]
pub struct Lately {
    known: HashSet<String>,
    order: VecDeque<String>,
}

impl Lately {
    /// False where it was seen before.
    pub fn add(&mut self, name: &str) -> bool {
        if !self.known.insert(name.to_owned()) {
            return false;
        }
        self.order.push_back(name.to_owned());
        if self.order.len() > MANY
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    pub fn has(&self, name: &str) -> bool {
        self.known.contains(name)
    }
}

/// By the interaction's number.
type UnderWay = Mutex<Vec<(String, watch::Receiver<bool>)>>;

/// Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Acks {
    begun: Arc<Mutex<Lately>>,
    /// Those under way, and whether they are done.
    under_way: Arc<UnderWay>,
}

/// What becomes of an interaction.
pub enum Began {
    /// It was begun before.
    Again,
    /// Nothing is left to do with it.
    Done,
    /// To be told once it is written down.
    Now(oneshot::Sender<()>),
}

impl Acks {
    /// Begins to acknowledge, on a task of its own.
    pub fn begin(&self, wire: &Wire, interaction: &Value) -> Began {
        let id = interaction["id"].as_str().unwrap_or_default().to_owned();
        if !self.begun.lock().unwrap_or_else(PoisonError::into_inner).add(&id) {
            return Began::Again;
        }
        let path =
            format!("/interactions/{id}/{}/callback", interaction["token"].as_str().unwrap_or_default());
        let wire = wire.clone();
        if let Some(form) = opens_form(interaction) {
            tokio::spawn(
                async move { told(wire.post(&path, &json!({ "type": MODAL, "data": form })).await) },
            );
            return Began::Done;
        }
        let body = deferral(interaction);
        let (written, waits) = oneshot::channel();
        let (tell, done) = watch::channel(false);
        let under_way = self.under_way.clone();
        lock(&under_way).push((id.clone(), done));
        tokio::spawn(async move {
            tokio::select! {
                _ = waits => {}
                () = tokio::time::sleep(LATEST) => {}
            }
            told(wire.post(&path, &body).await);
            let _ = tell.send(true);
            lock(&under_way).retain(|(other, _)| *other != id);
        });
        Began::Now(written)
    }

    /// Waits until an interaction is acknowledged, where that is under way.
    pub async fn acknowledged(&self, id: &str) {
        let found = lock(&self.under_way).iter().find(|(other, _)| other == id).map(|(_, done)| done.clone());
        if let Some(mut done) = found {
            let _ = tokio::time::timeout(LATEST + LATEST, done.wait_for(|done| *done)).await;
        }
    }
}

fn lock(under_way: &UnderWay) -> std::sync::MutexGuard<'_, Vec<(String, watch::Receiver<bool>)>> {
    under_way.lock().unwrap_or_else(PoisonError::into_inner)
}

fn told(answer: Answer) {
    if let Answer::No(refusal) = answer {
        tracing::warn!(?refusal, "an interaction was not acknowledged");
    }
}

/// A press only changes its message; the answer to a command is a message, for the one who asked alone where others
/// read along.
fn deferral(interaction: &Value) -> Value {
    match interaction["type"].as_u64() {
        Some(COMMAND) if interaction["guild_id"].is_string() => {
            json!({ "type": DEFERRED_MESSAGE, "data": { "flags": EPHEMERAL } })
        }
        Some(COMMAND) => json!({ "type": DEFERRED_MESSAGE }),
        _ => json!({ "type": DEFERRED_EDIT }),
    }
}

/// The form that a press opens: the question's own words stand in its message, so that nothing has to be looked up.
fn opens_form(interaction: &Value) -> Option<Value> {
    if interaction["type"].as_u64() != Some(PRESS) {
        return None;
    }
    let data = interaction["data"]["custom_id"].as_str()?;
    if let Some(form) = desk::note_form(data) {
        return Some(form);
    }
    let (asked, Pressed::Form) = Asked::read(data)? else { return None };
    let question =
        interaction["message"]["content"].as_str().unwrap_or_default().replace(['\\', '*', '`'], "");
    let form = discord::form(asked, &question, interaction["locale"].as_str().unwrap_or_default());
    Some(modal(&form.custom_id, &form.title, &form.label, form.max_length))
}

pub fn modal(id: &str, title: &str, label: &str, most: usize) -> Value {
    json!({ "custom_id": id, "title": title, "components": [{ "type": 1, "components": [{
        "type": 4, "custom_id": "words", "style": 2, "label": label, "max_length": most, "required": true,
    }] }] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::ConversationId;

    #[test]
    fn a_form_is_made_of_what_the_message_says() {
        let asked = Asked { conversation: ConversationId::from_u128(7), turn: 3 };
        let form = discord::form(asked, "", "it");
        let press = json!({ "type": PRESS, "locale": "it", "data": { "custom_id": form.custom_id },
            "message": { "content": "Ciao\\!\n\n**Che cosa** è successo?" } });
        let opened = opens_form(&press).expect("a form");
        assert_eq!(opened["components"][0]["components"][0]["label"], "Che cosa è successo?");
        assert_eq!(opened["title"], "Rispondi");
        assert_eq!(opens_form(&json!({ "type": PRESS, "data": { "custom_id": "x" } })), None);
    }

    #[test]
    fn answers_to_commands_are_for_one_alone_in_servers() {
        assert_eq!(deferral(&json!({ "type": COMMAND, "guild_id": "1" }))["data"]["flags"], EPHEMERAL);
        assert_eq!(deferral(&json!({ "type": COMMAND })), json!({ "type": DEFERRED_MESSAGE }));
        assert_eq!(deferral(&json!({ "type": PRESS })), json!({ "type": DEFERRED_EDIT }));
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut lately = Lately::default();
        assert!(lately.add("a") && !lately.add("a"));
        for n in 0..MANY {
            lately.add(&n.to_string());
        }
        assert!(!lately.has("a") && lately.has("5"));
    }
}
