//! A message as Discord wants it, in pieces, each with a number of its own by which Discord knows it again; and other
//! forms of a piece that was refused. Nobody is rung by what stands in it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::channels::Mend;
use crate::channel::render::discord::{self, Button, Message, Row};
use crate::channel::render::{Asked, cut};
use crate::conversation::Prompt;
use crate::flow::limits::discord::MESSAGE;

/// What a message needs to know beside its prompt.
pub struct Origin {
    /// A person wrote it: no markup in it, and no buttons.
    pub written: bool,
    pub asked: Asked,
    /// The row of the outbox.
    pub row: Uuid,
}

/// The pieces of a prompt, in order.
pub fn of(prompt: &Prompt, origin: &Origin) -> Vec<String> {
    let messages = if origin.written {
        discord::plain(&prompt.plain())
    } else {
        discord::messages(prompt, origin.asked)
    };
    let piece = |(nth, message): (usize, &Message)| {
        let mut body = body(message);
        body["nonce"] = json!(nonce(origin.row, nth));
        body["enforce_nonce"] = json!(true);
        body.to_string()
    };
    messages.iter().enumerate().map(piece).collect()
}

/// At most 25 characters: <https://discord.com/developers/docs/resources/message#create-message>.
fn nonce(row: Uuid, nth: usize) -> String {
    format!("{}{nth:x}", URL_SAFE_NO_PAD.encode(row.as_bytes()))
}

pub fn body(message: &Message) -> Value {
    let mut body = json!({ "content": message.content, "allowed_mentions": { "parse": [] } });
    if !message.rows.is_empty() {
        body["components"] = message.rows.iter().map(row).collect();
    }
    if let Some(image) = &message.image {
        body["embeds"] = json!([{ "image": { "url": image } }]);
    }
    body
}

fn row(row: &Row) -> Value {
    match row {
        Row::Buttons(buttons) => {
            json!({ "type": 1, "components": buttons.iter().map(button).collect::<Vec<_>>() })
        }
        Row::Menu(menu) => {
            let options: Vec<Value> = menu
                .options
                .iter()
                .map(|option| json!({ "label": option.label, "value": option.value }))
                .collect();
            json!({ "type": 1, "components": [{
                "type": 3, "custom_id": menu.custom_id, "placeholder": menu.placeholder, "options": options,
            }] })
        }
    }
}

fn button(button: &Button) -> Value {
    match (&button.custom_id, &button.url) {
        (Some(id), _) => json!({ "type": 2, "style": 2, "label": button.label, "custom_id": id }),
        (None, url) => json!({ "type": 2, "style": 5, "label": button.label, "url": url }),
    }
}

/// Another form of a refused piece, by what the platform said; `None` where there is none.
pub fn mended(part: &str, why: &str) -> Option<Mend> {
    let mut body: Value = serde_json::from_str(part).ok()?;
    let has = |words: &str| why.contains(words);
    let changed = if has("embeds") {
        without_picture(&mut body)
    } else if has("components") || has("Invalid Form Body") && body.get("components").is_some() {
        without_links(&mut body)
    } else if has("content") || has("2000") {
        shorter(&mut body)
    } else if has("message_reference") {
        body.as_object_mut().and_then(|body| body.remove("message_reference")).is_some()
    } else {
        false
    };
    changed.then(|| Mend { why: why.to_owned(), part: body.to_string() })
}

/// A picture that the platform does not take: its address.
fn without_picture(body: &mut Value) -> bool {
    let Some(embeds) = body.as_object_mut().and_then(|body| body.remove("embeds")) else { return false };
    let address = embeds[0]["image"]["url"].as_str().unwrap_or_default();
    let with = format!("{}\n<{address}>", body["content"].as_str().unwrap_or_default());
    if with.chars().count() <= MESSAGE {
        body["content"] = json!(with);
    }
    true
}

/// Buttons that lead away go first; then all: what they say can be written too.
fn without_links(body: &mut Value) -> bool {
    let Some(rows) = body["components"].as_array_mut() else { return false };
    let count = |rows: &Vec<Value>| {
        rows.iter().filter_map(|row| row["components"].as_array()).map(Vec::len).sum::<usize>()
    };
    let before = count(rows);
    for row in rows.iter_mut().filter_map(|row| row["components"].as_array_mut()) {
        row.retain(|button| button.get("url").is_none());
    }
    rows.retain(|row| row["components"].as_array().is_some_and(|row| !row.is_empty()));
    if count(rows) == before || rows.is_empty() {
        body.as_object_mut().map(|body| body.remove("components"));
    }
    true
}

fn shorter(body: &mut Value) -> bool {
    let text = body["content"].as_str().unwrap_or_default().to_owned();
    let short = cut(&text, MESSAGE - 200);
    let changed = short != text;
    body["content"] = json!(short);
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mend(part: &Value, why: &str) -> Value {
        serde_json::from_str(&mended(&part.to_string(), why).expect("another form").part).expect("json")
    }

    #[test]
    fn each_refusal_leads_to_another_form_and_none_twice() {
        let part = json!({ "content": "a", "embeds": [{ "image": { "url": "https://x/p.png" } }],
            "components": [{ "type": 1, "components": [{ "type": 2, "custom_id": "y" }] },
                { "type": 1, "components": [{ "type": 2, "url": "u" }] }] });
        let shown = mend(&part, "Invalid Form Body: {\"embeds\":{}}");
        assert_eq!(shown["content"], "a\n<https://x/p.png>");
        let kept = mend(&shown, "Invalid Form Body: {\"components\":{}}");
        assert_eq!(kept["components"].as_array().map(Vec::len), Some(1));
        let bare = mend(&kept, "Invalid Form Body: {\"components\":{}}");
        assert!(bare.get("components").is_none());
        assert!(mended(&bare.to_string(), "Invalid Form Body: {\"components\":{}}").is_none());
        assert!(mended(&bare.to_string(), "something new").is_none());
    }

    #[test]
    fn a_number_of_its_own_fits() {
        assert!(nonce(Uuid::from_u128(u128::MAX), 0xfff).len() <= 25);
        assert_ne!(nonce(Uuid::from_u128(1), 0), nonce(Uuid::from_u128(1), 1));
    }
}
