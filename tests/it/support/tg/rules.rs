//! What each method does, and what it refuses.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{BOT, Call, Inner, NAME};

type Done = Result<Value, (u16, String, Value)>;

fn bad(description: &str) -> (u16, String, Value) {
    (400, format!("Bad Request: {description}"), Value::Null)
}

pub fn act(inner: &mut Inner, method: &str, body: &Value) -> Done {
    let done = checked(inner, method, body);
    if let Err((400, why, _)) = &done
        && !["message thread not found", "not modified", "group chat was upgraded"]
            .iter()
            .any(|fine| why.contains(fine))
    {
        inner.wrongs.push(format!("{method}: {why}: {body}"));
    }
    if done.is_ok() {
        inner.calls.push(Call { method: method.to_owned(), body: body.clone(), at: Instant::now() });
    }
    done
}

fn checked(inner: &mut Inner, method: &str, body: &Value) -> Done {
    match method {
        "getMe" => Ok(json!({ "id": BOT, "is_bot": true, "first_name": "Vestibule", "username": NAME,
            "can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
            "can_connect_to_business": false, "has_main_web_app": false })),
        "deleteWebhook" => {
            inner.webhook.clear();
            Ok(json!(true))
        }
        "setWebhook" => {
            body["url"].as_str().unwrap_or_default().clone_into(&mut inner.webhook);
            Ok(json!(true))
        }
        "getWebhookInfo" => Ok(json!({ "url": inner.webhook, "has_custom_certificate": false,
            "pending_update_count": inner.updates.len() })),
        "setMyCommands" => commands(inner, body),
        "getMyCommands" => {
            let language = body["language_code"].as_str().unwrap_or_default();
            Ok(inner.commands.get(language).cloned().unwrap_or_else(|| json!([])))
        }
        "getChat" => {
            reachable(inner, body)?;
            Ok(json!({ "id": body["chat_id"], "type": "supergroup", "title": "Agents", "is_forum": true }))
        }
        "getChatMember" => {
            reachable(inner, body)?;
            let chat = body["chat_id"].as_i64().unwrap_or_default();
            Ok(json!({ "status": "administrator", "can_manage_topics": !inner.powerless.contains(&chat),
                "user": { "id": body["user_id"], "is_bot": true, "first_name": "Vestibule" } }))
        }
        "sendChatAction" => Ok(json!(true)),
        "answerCallbackQuery" => {
            inner.presses.insert(body["callback_query_id"].as_str().unwrap_or_default().to_owned());
            Ok(json!(true))
        }
        "getFile" => {
            let id = body["file_id"].as_str().unwrap_or_default();
            let size = inner.files.get(id).map(Vec::len).ok_or_else(|| bad("invalid file_id"))?;
            Ok(
                json!({ "file_id": id, "file_unique_id": id, "file_size": size, "file_path": format!("files/{id}") }),
            )
        }
        "sendMessage" | "sendPhoto" | "sendDocument" | "copyMessage" => send(inner, method, body),
        "editMessageText" | "editMessageCaption" | "editMessageReplyMarkup" => edit(inner, method, body),
        "createForumTopic" => {
            reachable(inner, body)?;
            let chat = body["chat_id"].as_i64().unwrap_or_default();
            let name = body["name"].as_str().unwrap_or_default();
            if name.is_empty() || name.chars().count() > 128 {
                return Err(bad("topic name must be 1-128 characters"));
            }
            inner.next_message += 1;
            let topic = inner.next_message;
            inner.topics.insert((chat, topic), name.to_owned());
            Ok(json!({ "message_thread_id": topic, "name": name, "icon_color": 0 }))
        }
        "editForumTopic" | "closeForumTopic" | "reopenForumTopic" => {
            in_topic(inner, body)?;
            Ok(json!(true))
        }
        _ => Err((404, "Not Found".to_owned(), Value::Null)),
    }
}

fn commands(inner: &mut Inner, body: &Value) -> Done {
    let list = body["commands"].as_array().cloned().unwrap_or_default();
    for command in &list {
        let name = command["command"].as_str().unwrap_or_default();
        let says = command["description"].as_str().unwrap_or_default();
        let fits = (1..=32).contains(&name.len())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !fits || !(1..=256).contains(&says.chars().count()) {
            return Err(bad("BOT_COMMAND_INVALID"));
        }
    }
    if list.len() > 100 {
        return Err(bad("BOT_COMMANDS_TOO_MUCH"));
    }
    let language = body["language_code"].as_str().unwrap_or_default().to_owned();
    inner.commands.insert(language, Value::Array(list));
    Ok(json!(true))
}

fn reachable(inner: &Inner, body: &Value) -> Result<(), (u16, String, Value)> {
    let chat = body["chat_id"].as_i64().ok_or_else(|| bad("chat_id is empty"))?;
    if let Some(new) = inner.moved.get(&chat) {
        let why = "Bad Request: group chat was upgraded to a supergroup chat".to_owned();
        return Err((400, why, json!({ "migrate_to_chat_id": new })));
    }
    if inner.blocked.contains(&chat) {
        return Err((403, "Forbidden: bot was blocked by the user".to_owned(), Value::Null));
    }
    if inner.chats.contains(&chat) { Ok(()) } else { Err(bad("chat not found")) }
}

fn in_topic(inner: &Inner, body: &Value) -> Result<(), (u16, String, Value)> {
    let chat = body["chat_id"].as_i64().unwrap_or_default();
    match body["message_thread_id"].as_i64() {
        Some(topic) if !inner.topics.contains_key(&(chat, topic)) => Err(bad("message thread not found")),
        _ => Ok(()),
    }
}

fn send(inner: &mut Inner, method: &str, body: &Value) -> Done {
    reachable(inner, body)?;
    in_topic(inner, body)?;
    let text = match method {
        "sendMessage" => text(body, "text", "entities", 4_096, false)?,
        "copyMessage" => String::new(),
        _ => text(body, "caption", "caption_entities", 1_024, true)?,
    };
    markup(&body["reply_markup"])?;
    let chat = body["chat_id"].as_i64().unwrap_or_default();
    too_fast(inner, chat);
    inner.next_message += 1;
    let id = inner.next_message;
    let kind = if chat < 0 { "supergroup" } else { "private" };
    let mut message = json!({
        "message_id": id, "date": now(),
        "from": { "id": BOT, "is_bot": true, "first_name": "Vestibule", "username": NAME },
        "chat": { "id": chat, "type": kind, "first_name": "somebody", "title": "a group" },
    });
    for key in ["entities", "caption_entities"] {
        if body[key].as_array().is_some_and(|list| !list.is_empty()) {
            message[key] = body[key].clone();
        }
    }
    message[if method == "sendMessage" { "text" } else { "caption" }] = json!(text);
    if body["reply_markup"]["inline_keyboard"].is_array() {
        message["reply_markup"] = body["reply_markup"].clone();
    }
    if let Some(topic) = body["message_thread_id"].as_i64() {
        message["message_thread_id"] = json!(topic);
        message["is_topic_message"] = json!(true);
    }
    let mut kept = message.clone();
    kept["sent"] = body.clone();
    inner.messages.insert((chat, id), kept);
    if method == "copyMessage" { Ok(json!({ "message_id": id })) } else { Ok(message) }
}

pub fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.expect("after 1970").as_secs()
}

/// Three times what the real limits allow for long, so that only what is far off is found.
fn too_fast(inner: &mut Inner, chat: i64) {
    let since = |time: Duration| Instant::now().checked_sub(time);
    let count = |inner: &Inner, time: u64| {
        let since = since(Duration::from_secs(time));
        let recent = inner.calls.iter().rev().take_while(|call| since.is_none_or(|since| call.at >= since));
        recent.filter(|call| call.method.starts_with("send") && call.body["chat_id"] == chat).count()
    };
    let chat_most = if chat < 0 { (60, 20) } else { (10, 14) };
    if count(inner, chat_most.0) >= chat_most.1 {
        inner.wrongs.push(format!("too many messages to {chat}"));
    }
}

fn edit(inner: &mut Inner, method: &str, body: &Value) -> Done {
    reachable(inner, body)?;
    let key = (body["chat_id"].as_i64().unwrap_or_default(), body["message_id"].as_i64().unwrap_or_default());
    let text = match method {
        "editMessageText" => Some(("text", text(body, "text", "entities", 4_096, false)?)),
        "editMessageCaption" => Some(("caption", text(body, "caption", "caption_entities", 1_024, true)?)),
        _ => None,
    };
    markup(&body["reply_markup"])?;
    let message = inner.messages.get_mut(&key).ok_or_else(|| bad("message to edit not found"))?;
    let before = message.clone();
    if let Some((field, text)) = text {
        message[field] = json!(text);
    }
    // Without a keyboard of its own an edit takes the old one away.
    if let Some(message) = message.as_object_mut() {
        message.remove("reply_markup");
    }
    if body["reply_markup"]["inline_keyboard"].as_array().is_some_and(|rows| !rows.is_empty()) {
        message["reply_markup"] = body["reply_markup"].clone();
    }
    if *message == before {
        return Err(bad("message is not modified"));
    }
    Ok(message.clone())
}

fn text(
    body: &Value,
    key: &str,
    entities: &str,
    most: usize,
    empty: bool,
) -> Result<String, (u16, String, Value)> {
    if body.get("parse_mode").is_some() {
        return Err(bad("this stand-in wants entities"));
    }
    let text = body[key].as_str().unwrap_or_default();
    let units: Vec<u16> = text.encode_utf16().collect();
    if text.trim().is_empty() && !empty {
        return Err(bad("message text is empty"));
    }
    if units.len() > most {
        return Err(bad("message is too long"));
    }
    let mut end = 0;
    for entity in body[entities].as_array().into_iter().flatten() {
        let number = |key: &str| entity[key].as_u64().and_then(|number| usize::try_from(number).ok());
        let (Some(offset), Some(length)) = (number("offset"), number("length")) else {
            return Err(bad("can't parse entities: no place"));
        };
        let low = |at: usize| units.get(at).is_some_and(|unit| (0xDC00..0xE000).contains(unit));
        if length == 0 || offset < end || offset + length > units.len() || low(offset) || low(offset + length)
        {
            return Err(bad("can't parse entities: a place outside of the text or within a letter"));
        }
        end = offset + length;
        let kind = entity["type"].as_str().unwrap_or_default();
        let known = ["bold", "code", "url", "text_link", "italic"].contains(&kind);
        let link = kind != "text_link" || entity["url"].as_str().is_some_and(|url| url.starts_with("http"));
        if !known || !link {
            return Err(bad("can't parse entities: a kind"));
        }
    }
    Ok(text.to_owned())
}

fn markup(markup: &Value) -> Result<(), (u16, String, Value)> {
    let mut count = 0;
    for button in markup["inline_keyboard"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|row| row.as_array().into_iter().flatten())
    {
        count += 1;
        if button["text"].as_str().unwrap_or_default().is_empty() {
            return Err(bad("inline keyboard button text is empty"));
        }
        match (button["callback_data"].as_str(), button["url"].as_str()) {
            (Some(data), None) if (1..=64).contains(&data.len()) => {}
            (None, Some(url)) if url.starts_with("http") => {}
            _ => return Err(bad("BUTTON_DATA_INVALID")),
        }
    }
    if count > 100 { Err(bad("reply markup is too long")) } else { Ok(()) }
}
