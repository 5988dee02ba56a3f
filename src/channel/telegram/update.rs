//! Updates: what is written down before it is understood, and what it then means.

use serde_json::Value;
use teloxide_core::types::{
    CallbackQuery, Chat, ChatMemberUpdated, Message, MessageReactionUpdated, ReactionType, Update,
    UpdateKind, User,
};

use super::address::Address;
use crate::app::channels::NewUpdate;
use crate::conversation::Channel;

/// The kinds that we ask for; all others are none of ours.
pub const ALLOWED: [&str; 5] =
    ["message", "edited_message", "callback_query", "message_reaction", "my_chat_member"];

/// An update as it is written down; `None` where it has no number. Those of one chat (or topic) are taken in order.
pub fn row(bot: &str, update: &Value) -> Option<NewUpdate> {
    let id = update["update_id"].as_i64()?;
    let inner = ALLOWED.iter().map(|kind| &update[*kind]).find(|inner| inner.is_object());
    let lane = inner.map_or_else(|| "none".to_owned(), lane);
    Some(NewUpdate {
        channel: Channel::Telegram,
        bot: bot.to_owned(),
        id: id.to_string(),
        address: lane,
        position: id,
        body: update.to_string(),
    })
}

fn lane(inner: &Value) -> String {
    let message = if inner["message"].is_object() { &inner["message"] } else { inner };
    let chat = message["chat"]["id"].as_i64().or_else(|| inner["from"]["id"].as_i64()).unwrap_or_default();
    let topic =
        (message["is_topic_message"] == true).then(|| message["message_thread_id"].as_i64()).flatten();
    format!("{chat}/{}", topic.unwrap_or_default())
}

/// What a photo among several bears.
pub fn album(body: &str) -> Option<String> {
    if !body.contains("media_group_id") {
        return None;
    }
    let update: Value = serde_json::from_str(body).ok()?;
    update["message"]["media_group_id"].as_str().map(str::to_owned)
}

/// A message that is not ours to read is none of these.
#[derive(Debug)]
pub enum Heard {
    Message(Box<Message>),
    Edited(Box<Message>),
    Pressed(Box<CallbackQuery>),
    Reacted(Box<MessageReactionUpdated>),
    Member(Box<ChatMemberUpdated>),
    Nothing,
}

pub fn heard(body: &str) -> Heard {
    let Ok(update) = serde_json::from_str::<Update>(body) else { return Heard::Nothing };
    match update.kind {
        UpdateKind::Message(message) => Heard::Message(Box::new(message)),
        UpdateKind::EditedMessage(message) => Heard::Edited(Box::new(message)),
        UpdateKind::CallbackQuery(query) => Heard::Pressed(Box::new(query)),
        UpdateKind::MessageReaction(reaction) => Heard::Reacted(Box::new(reaction)),
        UpdateKind::MyChatMember(member) => Heard::Member(Box::new(member)),
        UpdateKind::Error(_) => {
            tracing::info!("an update of a form that is not known was left out");
            Heard::Nothing
        }
        _ => Heard::Nothing,
    }
}

/// Where a message belongs.
pub fn address(chat: &Chat, message: Option<&Message>, user: &User) -> Address {
    if chat.is_private() {
        return Address { chat: chat.id.0, thread: None, user: None };
    }
    let topic = message.filter(|message| message.is_topic_message).and_then(|message| message.thread_id);
    Address { chat: chat.id.0, thread: topic.map(|topic| i64::from(topic.0.0)), user: Some(user.id.0) }
}

/// What was put on a message, and not there before.
pub fn signs(reaction: &MessageReactionUpdated) -> String {
    let sign = |kind: &ReactionType| match kind {
        ReactionType::Emoji { emoji } => emoji.clone(),
        ReactionType::CustomEmoji { .. } | ReactionType::Paid => "★".to_owned(),
    };
    let new = reaction.new_reaction.iter().filter(|kind| !reaction.old_reaction.contains(kind));
    new.map(sign).collect()
}

/// What is said to the bot by a message of a group: words after its name, an answer to it, a command. `None`: it is said
/// to others.
pub fn to_us(message: &Message, username: &str, bot: u64) -> Option<String> {
    let text = message.text().or_else(|| message.caption()).unwrap_or_default();
    let name = format!("@{username}");
    let answers = message
        .reply_to_message()
        .and_then(|answered| answered.from.as_ref())
        .is_some_and(|from| from.id.0 == bot);
    if let Some(command) = text.strip_prefix('/') {
        let word = command.split_whitespace().next().unwrap_or_default();
        return match word.split_once('@') {
            Some((_, to)) if !to.eq_ignore_ascii_case(username) => None,
            _ => Some(text.to_owned()),
        };
    }
    let lower = text.to_lowercase();
    match lower.find(&name.to_lowercase()) {
        Some(at) if lower.len() == text.len() => {
            let after = &text[at + name.len()..];
            // `@vestibule_bot2` is somebody else.
            let whole = !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            let said = format!("{}{}", &text[..at], after.trim_start_matches([',', ':']));
            whole.then(|| said.trim().to_owned()).or_else(|| answers.then(|| text.to_owned()))
        }
        _ => answers.then(|| text.to_owned()),
    }
}

/// What a person is called, to be greeted with.
pub fn name(user: &User) -> Option<String> {
    let whole = [Some(user.first_name.as_str()), user.last_name.as_deref()];
    let whole = whole.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let clean: String = crate::conversation::utterance::clean(&whole).chars().take(100).collect();
    (!clean.is_empty()).then_some(clean)
}
