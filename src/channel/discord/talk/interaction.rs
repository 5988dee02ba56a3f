//! Commands, buttons, menus and forms. They were acknowledged when they came (`ack`); here is what follows from them.

use serde_json::{Value, json};

use super::super::ack::{COMMAND, EPHEMERAL, FORM, PRESS};
use super::super::address::{Address, number};
use super::super::update::Told;
use super::super::way::Way;
use super::super::wire::{Answer, silent};
use super::super::{Discord, desk};
use super::{arrival, key, turn};
use crate::app::{App, DoorError};
use crate::channel::render::{Asked, Pressed};
use crate::conversation::{ConversationId, Event, Said, utterance};
use crate::flow::limits::discord::MESSAGE;

pub async fn came(discord: &Discord, app: &App, told: &Told) -> Result<(), DoorError> {
    let interaction = &told.held;
    discord.acks.acknowledged(interaction["id"].as_str().unwrap_or_default()).await;
    let Some(here) = told.address() else { return Ok(()) };
    match interaction["type"].as_u64() {
        Some(COMMAND) => commanded(discord, app, told, &here).await,
        Some(PRESS) => pressed(discord, app, told, &here).await,
        Some(FORM) => filled(discord, app, told, &here).await,
        _ => Ok(()),
    }
}

fn id(discord: &Discord, interaction: &Value) -> String {
    // The id of an interaction is its own for ever.
    key(discord, &format!("press:{}", interaction["id"].as_str().unwrap_or_default()))
}

async fn commanded(discord: &Discord, app: &App, told: &Told, here: &Address) -> Result<(), DoorError> {
    let interaction = &told.held;
    let name = interaction["data"]["name"].as_str().unwrap_or_default();
    let with = interaction["data"]["options"][0]["value"].as_str().unwrap_or_default();
    let text = utterance::clean(format!("/{name} {with}").trim());
    if let Some(way) = Way::whisper(interaction, true).filter(|_| here.in_server()) {
        discord.keep_way(app, here, &way).await?;
    }
    let answer =
        turn(discord, app, arrival(here, told, id(discord, interaction), Said::Text { text })).await?;
    let says = answer.replayed || answer.events.iter().any(|event| matches!(event, Event::Prompted { .. }));
    let original = original(interaction);
    if !here.in_server() {
        // What is said comes as messages of the channel, which are never there twice.
        discord.wire.call(reqwest::Method::DELETE, &original, None).await;
    } else if !says {
        discord.wire.patch(&original, &silent("✓")).await;
    }
    Ok(())
}

fn original(interaction: &Value) -> String {
    let (application, token) = (&interaction["application_id"], &interaction["token"]);
    let (application, token) = (application.as_str().unwrap_or_default(), token.as_str().unwrap_or_default());
    format!("/webhooks/{application}/{token}/messages/@original")
}

/// A button or an entry of a menu: the turn; then its message says what was chosen, without buttons.
async fn pressed(discord: &Discord, app: &App, told: &Told, here: &Address) -> Result<(), DoorError> {
    let interaction = &told.held;
    let data = &interaction["data"];
    let value = data["values"][0].as_str().or(data["custom_id"].as_str()).unwrap_or_default();
    if desk::is_ours(value) {
        return match &discord.desk {
            Some(desk) => desk::pressed(discord, desk, app, told).await,
            None => Ok(()),
        };
    }
    let Some((asked, pressed)) = Asked::read(value) else { return Ok(()) };
    if theirs(app, asked.conversation, here).await? {
        return whisper(discord, app, told, "not_your_button").await;
    }
    let value = match pressed {
        Pressed::Value(value) => Some(value),
        Pressed::Place(place) => app.option_at(asked.conversation, asked.turn, place).await?,
        Pressed::Form => None,
    };
    way_after(discord, app, interaction, here).await?;
    let said = Said::Pressed {
        value: value.unwrap_or_default(),
        conversation: asked.conversation,
        revision: None,
        turn: asked.turn,
    };
    let answer = turn(discord, app, arrival(here, told, id(discord, interaction), said)).await?;
    let chosen = answer.events.iter().find_map(|event| match event {
        Event::Heard { how, text, .. } if how == "choice" => Some(text.as_str()),
        _ => None,
    });
    settle(discord, interaction, chosen).await;
    Ok(())
}

/// What follows goes where the message was whose button was pressed: for one person's eyes, if that was.
async fn way_after(
    discord: &Discord,
    app: &App,
    interaction: &Value,
    here: &Address,
) -> Result<(), DoorError> {
    if !here.in_server() {
        return Ok(());
    }
    let alone = interaction["message"]["flags"].as_u64().unwrap_or_default() & EPHEMERAL != 0;
    let way = match Way::whisper(interaction, false).filter(|_| alone) {
        Some(way) => way,
        None => Way::Channel { answers: number(&interaction["message"]["id"]) },
    };
    discord.keep_way(app, here, &way).await
}

async fn theirs(app: &App, conversation: ConversationId, here: &Address) -> Result<bool, DoorError> {
    let Some((_, user)) = here.member else { return Ok(false) };
    let of = app.store.conversation(conversation).await?;
    let owner = of.and_then(|of| of.address.parse::<Address>().ok()).and_then(|theirs| theirs.member);
    Ok(owner.is_some_and(|(_, other)| other != user))
}

/// Words for the one who acted.
async fn whisper(discord: &Discord, app: &App, told: &Told, key: &str) -> Result<(), DoorError> {
    let words = discord.words(app, key, told.held["locale"].as_str());
    tell(discord, &told.held, &words).await;
    Ok(())
}

pub async fn tell(discord: &Discord, interaction: &Value, words: &str) {
    let mut body = silent(words);
    body["flags"] = json!(EPHEMERAL);
    let path = original(interaction);
    let path = path.trim_end_matches("/messages/@original");
    if let Answer::No(refusal) = discord.wire.post(path, &body).await {
        tracing::info!(?refusal, "somebody could not be told");
    }
}

/// Takes the buttons away, and says what was chosen. That it may fail does no harm: an old button is known.
async fn settle(discord: &Discord, interaction: &Value, chosen: Option<&str>) {
    let shown = &interaction["message"];
    if shown["components"].as_array().is_none_or(Vec::is_empty) {
        return;
    }
    let text = shown["content"].as_str().unwrap_or_default();
    let mut body = json!({ "components": [], "allowed_mentions": { "parse": [] } });
    let with = chosen.map(|label| format!("{text}\n\n✓ {}", escaped(label)));
    if let Some(with) = with.filter(|with| with.chars().count() <= MESSAGE) {
        body["content"] = json!(with);
    }
    let mut answer = discord.wire.patch(&original(interaction), &body).await;
    let alone = shown["flags"].as_u64().unwrap_or_default() & EPHEMERAL != 0;
    if matches!(answer, Answer::No(_)) && !alone {
        // Its quarter of an hour is over, or it was never acknowledged.
        let (channel, message) = (interaction["channel_id"].as_str(), shown["id"].as_str());
        let path =
            format!("/channels/{}/messages/{}", channel.unwrap_or_default(), message.unwrap_or_default());
        answer = discord.wire.patch(&path, &body).await;
    }
    if let Answer::No(refusal) = answer {
        tracing::info!(?refusal, "buttons were not taken away");
    }
}

fn escaped(label: &str) -> String {
    let plain = crate::channel::render::discord::plain(label);
    plain.into_iter().next().map(|message| message.content).unwrap_or_default()
}

/// Words typed into a form.
async fn filled(discord: &Discord, app: &App, told: &Told, here: &Address) -> Result<(), DoorError> {
    let interaction = &told.held;
    let data = &interaction["data"];
    if desk::is_ours(data["custom_id"].as_str().unwrap_or_default()) {
        return match &discord.desk {
            Some(desk) => desk::pressed(discord, desk, app, told).await,
            None => Ok(()),
        };
    }
    let Some((asked, _)) = data["custom_id"].as_str().and_then(Asked::read) else { return Ok(()) };
    if theirs(app, asked.conversation, here).await? {
        return whisper(discord, app, told, "not_your_button").await;
    }
    let text = utterance::clean(&typed(data));
    if text.is_empty() {
        return Ok(());
    }
    way_after(discord, app, interaction, here).await?;
    let now = app.store.conversation(asked.conversation).await?;
    let stands = now.is_some_and(|now| !now.is_closed() && now.asked == asked.turn);
    // A form of an earlier question answers nothing, as a button of one.
    let said = match stands {
        true => Said::Text { text },
        false => Said::Pressed {
            value: String::new(),
            conversation: asked.conversation,
            revision: None,
            turn: asked.turn,
        },
    };
    let answer = turn(discord, app, arrival(here, told, id(discord, interaction), said)).await?;
    let heard = answer.events.iter().any(|event| matches!(event, Event::Heard { .. }));
    if heard && interaction["message"].is_object() {
        settle(discord, interaction, None).await;
    }
    Ok(())
}

/// What stands in a form's inputs.
pub fn typed(data: &Value) -> String {
    let rows = data["components"].as_array().into_iter().flatten();
    let inputs = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
    let words: Vec<&str> = inputs.filter_map(|input| input["value"].as_str()).collect();
    words.join("\n")
}
