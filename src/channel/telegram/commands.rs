//! The commands that Telegram shows, in each language: those that work everywhere, and those of flows.

use serde_json::{Value, json};

use super::Telegram;
use super::fetch::done;
use crate::app::App;
use crate::app::channels::Delivery;
use crate::channel::render::cut;
use crate::flow::Playbook;
use crate::flow::limits::telegram::{COMMAND, COMMAND_DESCRIPTION, COMMANDS};

const EVERYWHERE: [&str; 6] = ["start", "help", "menu", "cancel", "agent", "language"];

/// Registers them: without a language those of the first, then for each.
pub async fn register(telegram: &Telegram, app: &App) -> Result<(), Delivery> {
    let playbook = app.playbook();
    let locales = std::iter::once(None).chain(playbook.locales.iter().map(Some));
    for locale in locales {
        let speaks = locale.map_or_else(|| playbook.default_locale(), String::as_str);
        let mut body = json!({ "commands": list(&playbook, speaks) });
        // Two letters (ISO 639-1); others have none of their own.
        let tag = locale.and_then(|locale| locale.split(['-', '_']).next()).filter(|tag| tag.len() == 2);
        match (locale, tag) {
            (Some(_), Some(tag)) => body["language_code"] = json!(tag),
            (Some(_), None) => continue,
            (None, _) => {}
        }
        done(telegram.wire.send("setMyCommands", &body).await)?;
    }
    Ok(())
}

/// In the order in which they are shown, each once.
pub fn list(playbook: &Playbook, locale: &str) -> Vec<Value> {
    let mut known: Vec<(String, String)> = Vec::new();
    let mut add = |command: &str, says: String| {
        let fits = !command.is_empty()
            && command.len() <= COMMAND
            && command.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if fits && !known.iter().any(|(other, _)| other == command) && known.len() < COMMANDS {
            let says = if says.trim().is_empty() { command.to_owned() } else { says };
            known.push((command.to_owned(), cut(says.trim(), COMMAND_DESCRIPTION)));
        }
    };
    for command in EVERYWHERE {
        add(command, words(playbook, &format!("command_{command}"), locale));
    }
    for flow in playbook.flows.values().filter(|flow| !flow.system) {
        for command in flow.start.iter().flat_map(|start| &start.commands) {
            let own = words(playbook, &format!("command_{command}"), locale);
            let title = flow.title.pick(locale, playbook.default_locale(), false);
            let title = title.map(|title| title.source.clone()).unwrap_or_default();
            add(command, if own.is_empty() { title } else { own });
        }
    }
    known
        .into_iter()
        .map(|(command, description)| json!({ "command": command, "description": description }))
        .collect()
}

/// Words of the playbook that hold no values.
pub fn words(playbook: &Playbook, key: &str, locale: &str) -> String {
    let text = playbook.words.text(key);
    let picked = text.and_then(|text| text.pick(locale, playbook.default_locale(), false));
    picked.map(|template| template.source.clone()).unwrap_or_default()
}
