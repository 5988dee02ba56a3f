//! From what a person did on Telegram to a turn, and what Telegram is told of it beside the answer.

use std::time::Duration;

use serde_json::{Value, json};
use teloxide_core::types::{CallbackQuery, ChatMemberUpdated, Message, MessageReactionUpdated, User};

use super::address::Address;
use super::update::{self, Heard};
use super::{Telegram, desk, files};
use crate::app::channels::UpdateRow;
use crate::app::{Answer, App, Arrival, DoorError, Opens, Who};
use crate::channel::render::{Asked, Pressed};
use crate::conversation::{Channel, Event, Said, Utterance, ids, utterance};
use crate::flow::limits::telegram::MESSAGE;

/// An answer that takes longer is announced.
const TYPING: Duration = Duration::from_millis(500);

/// One update, or several that make one utterance.
pub async fn take(telegram: &Telegram, app: &App, rows: &[UpdateRow]) -> Result<(), DoorError> {
    let first = &rows[0].update;
    let heard = update::heard(&first.body);
    if let (Some(chat), Some(desk)) = (chat_of(&heard), &telegram.desk)
        && telegram.first_of(app, chat).await? == desk.group
    {
        return match &heard {
            Heard::Message(message) if message.migrate_to_chat_id().is_none() => {
                desk::message_came(telegram, desk, app, message, false).await
            }
            Heard::Message(message) => moved(telegram, app, message).await,
            Heard::Edited(message) => desk::message_came(telegram, desk, app, message, true).await,
            Heard::Pressed(query) => desk::pressed(telegram, desk, app, query).await,
            Heard::Reacted(_) | Heard::Member(_) | Heard::Nothing => Ok(()),
        };
    }
    match heard {
        Heard::Message(message) => message_came(telegram, app, rows, &message).await,
        Heard::Edited(message) => edited(telegram, app, &first.id, &message).await,
        Heard::Pressed(query) => pressed(telegram, app, &first.body, &query).await,
        Heard::Reacted(reaction) => reacted(telegram, app, &first.id, &reaction).await,
        Heard::Member(member) => member_changed(telegram, app, &first.id, &member).await,
        Heard::Nothing => Ok(()),
    }
}

fn chat_of(heard: &Heard) -> Option<i64> {
    match heard {
        Heard::Message(message) | Heard::Edited(message) => Some(message.chat.id.0),
        Heard::Pressed(query) => query.message.as_ref().map(|message| message.chat().id.0),
        Heard::Reacted(_) | Heard::Member(_) | Heard::Nothing => None,
    }
}

async fn moved(telegram: &Telegram, app: &App, message: &Message) -> Result<(), DoorError> {
    match message.migrate_to_chat_id() {
        Some(new) => telegram.moved(app, message.chat.id.0, new.0).await,
        None => Ok(()),
    }
}

async fn message_came(
    telegram: &Telegram,
    app: &App,
    rows: &[UpdateRow],
    message: &Message,
) -> Result<(), DoorError> {
    if message.migrate_to_chat_id().is_some() {
        return moved(telegram, app, message).await;
    }
    let Some(from) = message.from.as_ref().filter(|from| !from.is_bot) else { return Ok(()) };
    let here = telegram.at_home(app, update::address(&message.chat, Some(message), from)).await?;
    let Some(text) = words_to_us(telegram, message, &here).await? else { return Ok(()) };
    if here.is_group() {
        telegram.keep(app, &format!("last:{here}"), &message.id.0.to_string()).await?;
    }
    let Some(said) = said(telegram, app, rows, message, &here, text).await? else { return Ok(()) };
    let key =
        format!("telegram:{}:{}:{}", telegram.settings.bot(), rows[0].update.id, message.date.timestamp());
    let mut arrival = arrival(&here, from, key, said);
    arrival.who.phone = own_number(message).map(str::to_owned);
    turn(telegram, app, arrival).await.map(drop)
}

/// The number of a shared contact, where the platform says that it is the sender's own.
fn own_number(message: &Message) -> Option<&str> {
    let contact = message.contact()?;
    let own = contact.user_id.is_some() && contact.user_id == message.from.as_ref().map(|from| from.id);
    own.then_some(contact.phone_number.as_str())
}

/// The words of a message that is meant for us; `None` where it is not.
async fn words_to_us(
    telegram: &Telegram,
    message: &Message,
    here: &Address,
) -> Result<Option<String>, DoorError> {
    if !here.is_group() {
        return Ok(Some(message.text().or_else(|| message.caption()).unwrap_or_default().to_owned()));
    }
    let me = telegram.me().await.map_err(|_| super::busy())?;
    Ok(update::to_us(message, &me.username, me.id))
}

/// What a message says; `None` where there is nothing to answer.
async fn said(
    telegram: &Telegram,
    app: &App,
    rows: &[UpdateRow],
    message: &Message,
    here: &Address,
    text: String,
) -> Result<Option<Said>, DoorError> {
    if let Some(number) = own_number(message) {
        return Ok(Some(Said::Text { text: number.to_owned() }));
    }
    if message.contact().is_some() {
        telegram.notice(app, here, "own_number_only").await;
        return Ok(None);
    }
    if let Some(place) = message.location() {
        return Ok(Some(Said::Text { text: format!("{:.5}, {:.5}", place.latitude, place.longitude) }));
    }
    let mut sent = Vec::new();
    let mut words = Vec::new();
    for row in rows {
        let Heard::Message(one) = update::heard(&row.update.body) else { continue };
        let Some(found) = files::of(&one) else { continue };
        words.extend(one.caption().filter(|_| rows.len() > 1).map(str::to_owned));
        match files::keep(telegram, app, here, &row.update.id, found).await? {
            Some(file) => sent.push(file),
            None => telegram.notice(app, here, "file_too_large").await,
        }
    }
    let text = if rows.len() > 1 { words.join("\n") } else { text };
    let text = utterance::clean(&text);
    if !sent.is_empty() {
        return Ok(Some(Said::Files { files: sent, text }));
    }
    if let Some(sticker) = message.sticker() {
        return Ok(Some(Said::Text { text: sticker.emoji.clone().unwrap_or_else(|| "🖼".to_owned()) }));
    }
    Ok((!text.is_empty()).then_some(Said::Text { text }))
}

fn arrival(here: &Address, from: &User, key: String, said: Said) -> Arrival {
    Arrival {
        channel: Channel::Telegram,
        address: here.to_string(),
        key: Some(key),
        who: who(from),
        locale: None,
        utterance: Utterance { said, answers_turn: None },
        opens: Opens::IfOver,
    }
}

/// Telegram proves who writes; the same person is the same contact in a group.
fn who(from: &User) -> Who {
    Who {
        contact: Some(ids::contact(Channel::Telegram.word(), &from.id.0.to_string())),
        name: update::name(from),
        verified: true,
        tongue: from.language_code.clone(),
        phone: None,
        number: None,
    }
}

/// A turn; the person is shown that we are at it where it takes a moment.
async fn turn(telegram: &Telegram, app: &App, arrival: Arrival) -> Result<Answer, DoorError> {
    let here = arrival.address.parse::<Address>();
    let turn = app.take(arrival, Box::new(|_| String::new()));
    tokio::pin!(turn);
    tokio::select! {
        answer = &mut turn => return answer,
        () = tokio::time::sleep(TYPING) => {}
    }
    if let Ok(here) = here {
        telegram.typing(here);
    }
    turn.await
}

async fn edited(telegram: &Telegram, app: &App, id: &str, message: &Message) -> Result<(), DoorError> {
    let Some(from) = message.from.as_ref().filter(|from| !from.is_bot) else { return Ok(()) };
    let here = telegram.at_home(app, update::address(&message.chat, Some(message), from)).await?;
    let Some(text) = words_to_us(telegram, message, &here).await? else { return Ok(()) };
    let text = utterance::clean(&text);
    let when = message.edit_date().map_or(0, |date| date.timestamp());
    let key = format!("telegram:{}:{id}:{when}", telegram.settings.bot());
    Ok(app.beside(Channel::Telegram, &here.to_string(), key, Said::Edited { text }).await?)
}

async fn reacted(
    telegram: &Telegram,
    app: &App,
    id: &str,
    reaction: &MessageReactionUpdated,
) -> Result<(), DoorError> {
    let Some(user) = reaction.user().filter(|user| !user.is_bot) else { return Ok(()) };
    let here = telegram.at_home(app, update::address(&reaction.chat, None, user)).await?;
    let sign = update::signs(reaction);
    if sign.is_empty() {
        return Ok(());
    }
    let key = format!("telegram:{}:{id}:{}", telegram.settings.bot(), reaction.date.timestamp());
    let named =
        app.words_at(Channel::Telegram, &here.to_string(), &reaction.message_id.0.to_string()).await?;
    let sign = named.map_or_else(|| sign.clone(), |words| format!("{sign} “{words}”"));
    Ok(app.beside(Channel::Telegram, &here.to_string(), key, Said::Reacted { sign }).await?)
}

/// In a person's own chat: they blocked us, or let us in again.
async fn member_changed(
    telegram: &Telegram,
    app: &App,
    id: &str,
    member: &ChatMemberUpdated,
) -> Result<(), DoorError> {
    if !member.chat.is_private() {
        return Ok(());
    }
    let here = update::address(&member.chat, None, &member.from);
    let said = if member.new_chat_member.kind.is_present() {
        Said::Unblocked
    } else {
        Said::Blocked { reason: "the bot was blocked".to_owned() }
    };
    let key = format!("telegram:{}:{id}:{}", telegram.settings.bot(), member.date.timestamp());
    Ok(app.beside(Channel::Telegram, &here.to_string(), key, said).await?)
}

/// A button: answered at once, whatever it is; then the turn; then its message says what was chosen, without buttons.
async fn pressed(telegram: &Telegram, app: &App, body: &str, query: &CallbackQuery) -> Result<(), DoorError> {
    let update: Value = serde_json::from_str(body).unwrap_or_default();
    let shown = &update["callback_query"]["message"];
    let asked = query.data.as_deref().and_then(Asked::read);
    let message = query.message.as_ref();
    let (Some((asked, pressed)), Some(message)) = (asked, message) else {
        telegram.answer_query(&query.id.0, None).await;
        return Ok(());
    };
    let regular = query.regular_message();
    let here = telegram.at_home(app, update::address(message.chat(), regular, &query.from)).await?;
    if here.is_group() && telegram.belongs_to_another(app, asked.conversation, &here).await? {
        let words = telegram.words(app, "not_your_button", query.from.language_code.as_deref());
        telegram.answer_query(&query.id.0, Some(&words)).await;
        return Ok(());
    }
    let value = match pressed {
        Pressed::Value(value) => Some(value),
        Pressed::Place(place) => app.option_at(asked.conversation, asked.turn, place).await?,
        Pressed::Form => None,
    };
    let said = Said::Pressed {
        value: value.unwrap_or_default(),
        conversation: asked.conversation,
        revision: None,
        turn: asked.turn,
    };
    // The id of a press is its own for ever, unlike that of its update.
    let key = format!("telegram:{}:press:{}", telegram.settings.bot(), query.id.0);
    let (answer, ()) = tokio::join!(
        turn(telegram, app, arrival(&here, &query.from, key, said)),
        telegram.answer_query(&query.id.0, None)
    );
    let answer = answer?;
    let chosen = answer.events.iter().find_map(|event| match event {
        Event::Heard { how, text, .. } if how == "choice" => Some(text.as_str()),
        _ => None,
    });
    telegram.settle_buttons(shown, chosen).await;
    Ok(())
}

/// The body and method that leave a message without its buttons, and with what was chosen.
pub fn without_buttons(shown: &Value, chosen: Option<&str>) -> (&'static str, Value) {
    let mut body = json!({ "chat_id": shown["chat"]["id"], "message_id": shown["message_id"] });
    let (key, entities, method) = if shown["caption"].is_string() {
        ("caption", "caption_entities", "editMessageCaption")
    } else {
        ("text", "entities", "editMessageText")
    };
    let text = shown[key].as_str().unwrap_or_default();
    let most = if key == "caption" { crate::flow::limits::telegram::CAPTION } else { MESSAGE };
    let with = chosen.map(|label| format!("{text}\n\n✓ {label}"));
    match with.filter(|with| !text.is_empty() && with.encode_utf16().count() <= most) {
        Some(with) => {
            body[key] = Value::String(with);
            if shown[entities].is_array() {
                body[entities] = shown[entities].clone();
            }
            (method, body)
        }
        None => {
            body["reply_markup"] = json!({ "inline_keyboard": [] });
            ("editMessageReplyMarkup", body)
        }
    }
}
