//! The commands that Discord shows, each in every language: those that work everywhere, and those of flows.

use serde_json::{Map, Value, json};

use super::wire::{Answer, Refusal};
use super::{Discord, Me};
use crate::app::App;
use crate::app::channels::Delivery;
use crate::channel::render::cut;
use crate::channel::telegram::commands::list;
use crate::flow::Playbook;
use crate::flow::limits::discord::{COMMAND, COMMAND_DESCRIPTION, COMMANDS};

/// Languages by the platform's own tags: <https://discord.com/developers/docs/reference#locales>.
const LOCALES: [&str; 32] = [
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl",
    "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja",
    "zh-TW", "ko",
];

/// Registers them, all at once.
pub async fn register(discord: &Discord, me: &Me, app: &App) -> Result<(), Delivery> {
    let body = Value::Array(all(&app.playbook()));
    let path = format!("/applications/{}/commands", me.application);
    match discord.wire.call(reqwest::Method::PUT, &path, Some(&body)).await {
        Answer::Ok(_) | Answer::Unreadable => Ok(()),
        Answer::No(Refusal::Unknown(why)) => Err(Delivery::Transient(why)),
        Answer::No(refusal) => Err(refusal.class()),
    }
}

/// In the order in which they are shown, each once.
pub fn all(playbook: &Playbook) -> Vec<Value> {
    let mut known: Vec<(String, String)> = Vec::new();
    for (name, says) in listed(playbook, playbook.default_locale()) {
        if name.len() <= COMMAND && known.iter().all(|(other, _)| *other != name) && known.len() < COMMANDS {
            known.push((name, says));
        }
    }
    known.iter().map(|(name, says)| command(playbook, name, says)).collect()
}

/// Names, and what is said of each.
fn listed(playbook: &Playbook, locale: &str) -> Vec<(String, String)> {
    let word = |told: &Value, key: &str| told[key].as_str().unwrap_or_default().to_owned();
    let list = list(playbook, locale);
    let mut all: Vec<_> =
        list.iter().map(|told| (word(told, "command"), word(told, "description"))).collect();
    let title = playbook.flows.get("system/link").and_then(|flow| {
        let title = flow.title.pick(locale, playbook.default_locale(), false)?;
        Some(title.source.clone())
    });
    all.push(("link".to_owned(), title.unwrap_or_else(|| "link".to_owned())));
    all.into_iter().map(|(name, says)| (name, cut(&says, COMMAND_DESCRIPTION))).collect()
}

fn command(playbook: &Playbook, name: &str, says: &str) -> Value {
    let mut localized = Map::new();
    for locale in &playbook.locales {
        let tags = LOCALES.iter().filter(|tag| *tag == locale || tag.split('-').next() == Some(locale));
        let there = listed(playbook, locale);
        let says = there.iter().find(|(other, _)| other == name).map(|(_, says)| says);
        for tag in tags {
            if let Some(says) = says {
                localized.insert((*tag).to_owned(), json!(says));
            }
        }
    }
    let mut command = json!({ "name": name, "type": 1, "description": says });
    if !localized.is_empty() {
        command["description_localizations"] = Value::Object(localized);
    }
    if matches!(name, "start" | "link") {
        // What follows the word, as in a link that begins with it.
        command["options"] =
            json!([{ "type": 3, "name": "with", "description": says, "required": false, "max_length": 64 }]);
    }
    command
}
