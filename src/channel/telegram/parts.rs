//! A message as Telegram wants it, in pieces (each a method and its body, but for the chat), and other forms of a piece
//! that it refused. Text and entities apart, never markup: what people write is shown as they wrote it.

use serde_json::{Value, json};

use crate::app::channels::Mend;
use crate::channel::render::telegram::{self, Message};
use crate::channel::render::{self, Asked};
use crate::conversation::Prompt;
use crate::flow::limits::telegram::MESSAGE;

/// What a message needs to know beside its prompt.
pub struct Origin {
    /// A person wrote it: no markup in it, and no buttons.
    pub written: bool,
    pub group: bool,
    pub asked: Asked,
    /// The words on the button that shares the contact's own number.
    pub share: String,
}

/// The pieces of a prompt, in order.
pub fn of(prompt: &Prompt, origin: &Origin) -> Vec<String> {
    let messages = if origin.written {
        telegram::plain(&prompt.plain())
    } else {
        telegram::messages(prompt, origin.asked)
    };
    let last = messages.len().saturating_sub(1);
    let piece = |(nth, message): (usize, &Message)| {
        let share = nth == last && prompt.phone && !origin.group && message.keyboard.is_empty();
        piece(message, share.then_some(origin.share.as_str())).to_string()
    };
    messages.iter().enumerate().map(piece).collect()
}

fn piece(message: &Message, share: Option<&str>) -> Value {
    let mut body = match &message.photo {
        Some(photo) => {
            json!({ "photo": photo, "caption": message.text, "caption_entities": message.entities })
        }
        None => json!({ "text": message.text, "entities": message.entities }),
    };
    if !message.keyboard.is_empty() {
        body["reply_markup"] = json!({ "inline_keyboard": message.keyboard });
    } else if let Some(share) = share {
        let button = json!({ "text": render::cut(share, 60), "request_contact": true });
        body["reply_markup"] =
            json!({ "keyboard": [[button]], "one_time_keyboard": true, "resize_keyboard": true });
    }
    let method = if message.photo.is_some() { "sendPhoto" } else { "sendMessage" };
    json!({ "method": method, "body": body })
}

/// Another form of a refused piece, by what the platform said; `None` where there is none.
pub fn mended(part: &str, description: &str) -> Option<Mend> {
    let mut part: Value = serde_json::from_str(part).ok()?;
    let said = description.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let changed = if has(&["thread not found", "topic_deleted", "topic_closed", "topic not found"]) {
        unless(&mut part, "no_thread")
    } else if has(&["replied not found", "reply message not found", "reply_message_id_invalid"]) {
        unless(&mut part, "no_reply")
    } else if has(&["can't parse", "entit", "text_link", "invalid url"]) {
        without(&mut part["body"], &["entities", "caption_entities"])
    } else if has(&["button_", "inline keyboard", "reply markup", "keyboard button"]) {
        without_links(&mut part["body"])
    } else if part["method"] == "sendPhoto" && !has(&["not enough rights"]) {
        as_text(&mut part)
    } else if has(&["too long", "message_too_long"]) {
        shorter(&mut part["body"])
    } else {
        false
    };
    changed.then(|| Mend { why: description.to_owned(), part: part.to_string() })
}

fn unless(part: &mut Value, flag: &str) -> bool {
    let had = part[flag] == true;
    part[flag] = Value::Bool(true);
    !had
}

fn without(body: &mut Value, keys: &[&str]) -> bool {
    let Some(body) = body.as_object_mut() else { return false };
    let had =
        |key: &&&str| body.get(**key).is_some_and(|held| held.as_array().is_none_or(|list| !list.is_empty()));
    let any = keys.iter().filter(had).count() > 0;
    keys.iter().for_each(|key| drop(body.remove(*key)));
    any
}

/// Buttons that lead away go first; then all: what they say stands in the conversation's words too.
fn without_links(body: &mut Value) -> bool {
    let Some(rows) = body["reply_markup"]["inline_keyboard"].as_array_mut() else {
        return without(body, &["reply_markup"]);
    };
    let count = |rows: &Vec<Value>| rows.iter().filter_map(Value::as_array).map(Vec::len).sum::<usize>();
    let before = count(rows);
    for row in rows.iter_mut().filter_map(Value::as_array_mut) {
        row.retain(|button| button.get("url").is_none());
    }
    rows.retain(|row| row.as_array().is_some_and(|row| !row.is_empty()));
    if count(rows) < before && !rows.is_empty() {
        return true;
    }
    without(body, &["reply_markup"])
}

/// A picture that the platform cannot fetch: its words and its address.
fn as_text(part: &mut Value) -> bool {
    let body = &mut part["body"];
    let photo = body["photo"].as_str().unwrap_or_default().to_owned();
    let caption = body["caption"].as_str().unwrap_or_default();
    let text = if caption.is_empty() { photo } else { format!("{caption}\n{photo}") };
    let entities = body["caption_entities"].take();
    let mut new = json!({ "text": text, "entities": if entities.is_null() { json!([]) } else { entities } });
    if let Some(markup) = body.get("reply_markup") {
        new["reply_markup"] = markup.clone();
    }
    *part = json!({ "method": "sendMessage", "body": new });
    true
}

fn shorter(body: &mut Value) -> bool {
    let key = if body.get("caption").is_some() { "caption" } else { "text" };
    let text = body[key].as_str().unwrap_or_default().to_owned();
    let bare = without(body, &["entities", "caption_entities"]);
    let mut units = 0;
    let most = if key == "caption" { 1_000 } else { MESSAGE - 200 };
    let short: String = text
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= most
        })
        .collect();
    let cut = short.len() < text.len();
    body[key] = Value::String(if cut { format!("{short}…") } else { short });
    bare || cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        json!({ "method": "sendMessage", "body": { "text": "a", "entities": [{ "type": "bold", "offset": 0, "length": 1 }],
            "reply_markup": { "inline_keyboard": [[{ "text": "x", "callback_data": "y" }], [{ "text": "z", "url": "u" }]] } } })
        .to_string()
    }

    fn mend(part: &str, why: &str) -> Value {
        serde_json::from_str(&mended(part, why).expect("another form").part).expect("json")
    }

    #[test]
    fn each_refusal_leads_to_another_form_and_none_twice() {
        let bare = mend(&text(), "Bad Request: can't parse entities: x");
        assert!(bare["body"].get("entities").is_none());
        assert!(mended(&bare.to_string(), "Bad Request: can't parse entities: x").is_none());
        let kept = mend(&text(), "Bad Request: inline keyboard button URL 'u' is invalid: wrong HTTP URL");
        assert_eq!(kept["body"]["reply_markup"]["inline_keyboard"].as_array().map(Vec::len), Some(1));
        assert_eq!(mend(&text(), "Bad Request: message thread not found")["no_thread"], true);
        assert_eq!(mend(&text(), "Bad Request: message to be replied not found")["no_reply"], true);
        let photo = json!({ "method": "sendPhoto", "body": { "photo": "https://x/p.png", "caption": "b" } })
            .to_string();
        let shown = mend(&photo, "Bad Request: failed to get HTTP URL content");
        assert_eq!(shown["body"]["text"], "b\nhttps://x/p.png");
        assert!(mended(&text(), "Bad Request: something new").is_none());
    }
}
