//! From what a person did on Discord to a turn, and what Discord is told of it beside the answer.

mod interaction;

pub use interaction::{tell, typed};

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::address::{Address, number};
use super::update::{Kind, Told};
use super::way::Way;
use super::{Discord, desk, files};
use crate::app::channels::UpdateRow;
use crate::app::{Answer, App, Arrival, DoorError, Opens, Who};
use crate::channel::render::cut;
use crate::conversation::{Channel, Said as Meant, Utterance, ids, utterance};

/// An answer that takes longer is announced.
const TYPING: Duration = Duration::from_millis(500);
/// Messages whose words are remembered, for when one is taken back; not kept beyond this process.
const REMEMBERED: usize = 4_096;
/// The longest of them.
const WORDS: usize = 300;

/// What was said lately: by the message's number, where and what.
#[derive(Debug, Default)]
pub struct Said(Mutex<VecDeque<(u64, Address, String)>>);

impl Said {
    fn remember(&self, message: u64, here: Address, words: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(other, ..)| *other != message);
        all.push_back((message, here, cut(words, WORDS)));
        if all.len() > REMEMBERED {
            all.pop_front();
        }
    }

    fn of(&self, message: u64) -> Option<(Address, String)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|(other, ..)| *other == message).map(|(_, here, words)| (*here, words.clone()))
    }
}

/// One event.
pub async fn take(discord: &Discord, app: &App, row: &UpdateRow) -> Result<(), DoorError> {
    let Some(told) = Told::read(&row.update.body) else { return Ok(()) };
    let room = told.channel().zip(discord.desk.as_ref()).filter(|(channel, desk)| desk.has(*channel));
    if let Some((channel, desk)) = room {
        return match told.kind {
            Kind::Message => desk::message_came(discord, desk, app, &told, false).await,
            Kind::Edited => desk::message_came(discord, desk, app, &told, true).await,
            Kind::Interaction => desk::pressed(discord, desk, app, &told).await,
            Kind::Gone => desk::gone(discord, desk, app, channel).await,
            Kind::Deleted | Kind::Reacted => Ok(()),
        };
    }
    match told.kind {
        Kind::Message => message_came(discord, app, &row.update.id, &told).await,
        Kind::Edited => edited(discord, app, &row.update.id, &told).await,
        Kind::Deleted => deleted(discord, app, &row.update.id, &told).await,
        Kind::Reacted => reacted(discord, app, &row.update.id, &told).await,
        Kind::Interaction => interaction::came(discord, app, &told).await,
        Kind::Gone => Ok(()),
    }
}

/// The dedupe key of an event.
fn key(discord: &Discord, id: &str) -> String {
    format!("discord:{}:{id}", discord.bot_name())
}

async fn message_came(discord: &Discord, app: &App, id: &str, told: &Told) -> Result<(), DoorError> {
    let me = discord.me().await.map_err(|_| DoorError::busy())?;
    let Some(here) = told.address().filter(|_| told.to_us(me.id)) else { return Ok(()) };
    let message = number(&told.held["id"]).unwrap_or_default();
    if here.in_server() {
        discord.keep_way(app, &here, &Way::Channel { answers: Some(message) }).await?;
    }
    let mut text = utterance::clean(&told.words(me.id));
    discord.said.remember(message, here, &text);
    let (sent, all) = files::keep(discord, app, &here, &told.held).await?;
    if !all {
        discord.notice(app, &here, "file_too_large").await;
    }
    let sticker = told.held["sticker_items"][0]["name"].as_str();
    if let Some(name) = sticker.filter(|_| text.is_empty()) {
        text = format!("🖼 {}", utterance::clean(name));
    }
    let meant = match (sent.is_empty(), text.is_empty()) {
        (false, _) => Meant::Files { files: sent, text },
        (true, false) => Meant::Text { text },
        // Our name and nothing else is a greeting where others are.
        (true, true) if here.in_server() && all => Meant::Text { text: "/menu".to_owned() },
        (true, true) => return Ok(()),
    };
    turn(discord, app, arrival(&here, told, key(discord, id), meant)).await.map(drop)
}

fn arrival(here: &Address, told: &Told, key: String, said: Meant) -> Arrival {
    Arrival {
        channel: Channel::Discord,
        address: here.to_string(),
        key: Some(key),
        who: who(told),
        locale: None,
        utterance: Utterance { said, answers_turn: None },
        opens: Opens::IfOver,
    }
}

/// Discord proves who writes; the same person is the same contact in a server.
fn who(told: &Told) -> Who {
    let id = told.user()["id"].as_str().unwrap_or_default();
    Who {
        contact: Some(ids::contact(Channel::Discord.word(), id)),
        name: told.name(),
        verified: true,
        tongue: told.held["locale"].as_str().map(str::to_owned),
        phone: None,
        number: None,
    }
}

/// A turn; the person is shown that we are at it where it takes a moment.
async fn turn(discord: &Discord, app: &App, arrival: Arrival) -> Result<Answer, DoorError> {
    let here = arrival.address.parse::<Address>();
    let turn = app.take(arrival, Box::new(|_| String::new()));
    tokio::pin!(turn);
    tokio::select! {
        answer = &mut turn => return answer,
        () = tokio::time::sleep(TYPING) => {}
    }
    if let Ok(here) = here {
        discord.typing(here);
    }
    turn.await
}

async fn edited(discord: &Discord, app: &App, id: &str, told: &Told) -> Result<(), DoorError> {
    let me = discord.me().await.map_err(|_| DoorError::busy())?;
    let Some(here) = told.address().filter(|_| told.to_us(me.id)) else { return Ok(()) };
    let text = utterance::clean(&told.words(me.id));
    let message = number(&told.held["id"]).unwrap_or_default();
    // What was only shown anew says the same.
    if text.is_empty() || discord.said.of(message).is_some_and(|(_, before)| before == cut(&text, WORDS)) {
        return Ok(());
    }
    discord.said.remember(message, here, &text);
    let said = Meant::Edited { text };
    Ok(app.beside(Channel::Discord, &here.to_string(), key(discord, id), said).await?)
}

async fn deleted(discord: &Discord, app: &App, id: &str, told: &Told) -> Result<(), DoorError> {
    let known = number(&told.held["id"]).and_then(|message| discord.said.of(message));
    let (here, text) = match known {
        Some(known) => known,
        // Whose it was is not said; among others it is nobody's.
        None if told.held["guild_id"].is_string() => return Ok(()),
        None => match told.address() {
            // Our own words, which are taken away by nobody but us.
            Some(here) if ours(app, &here, &told.held["id"]).await? => return Ok(()),
            Some(here) => (here, "…".to_owned()),
            None => return Ok(()),
        },
    };
    Ok(app.beside(Channel::Discord, &here.to_string(), key(discord, id), Meant::Deleted { text }).await?)
}

async fn ours(app: &App, here: &Address, message: &Value) -> Result<bool, DoorError> {
    let message = message.as_str().unwrap_or_default();
    Ok(app.store.message_at(Channel::Discord, &here.to_string(), message).await?.is_some())
}

async fn reacted(discord: &Discord, app: &App, id: &str, told: &Told) -> Result<(), DoorError> {
    let Some(here) = told.address() else { return Ok(()) };
    let message = told.held["message_id"].as_str().unwrap_or_default();
    let named = app.words_at(Channel::Discord, &here.to_string(), message).await?;
    // A sign on what others said among themselves is none of ours.
    if named.is_none() && here.in_server() {
        return Ok(());
    }
    let sign = told.sign();
    let sign = named.map_or_else(|| sign.clone(), |words| format!("{sign} “{words}”"));
    let said = Meant::Reacted { sign };
    Ok(app.beside(Channel::Discord, &here.to_string(), key(discord, id), said).await?)
}
