//! Files of a message, fetched while Discord has them.

use serde_json::Value;

use super::Discord;
use super::address::Address;
use crate::app::{App, DoorError, files};
use crate::conversation::{Channel, SentFile};

/// Keeps the files of a message; false beside them where one is too large, of a kind that is not kept, or does not come.
///
/// # Errors
/// The store's.
pub async fn keep(
    discord: &Discord,
    app: &App,
    here: &Address,
    message: &Value,
) -> Result<(Vec<SentFile>, bool), DoorError> {
    let (mut kept, mut all) = (Vec::new(), true);
    for (nth, told) in message["attachments"].as_array().into_iter().flatten().enumerate() {
        let delivery = format!("{}:{nth}", message["id"].as_str().unwrap_or_default());
        match one(discord, app, here, &delivery, told).await? {
            Some(file) => kept.push(file),
            None => all = false,
        }
    }
    Ok((kept, all))
}

async fn one(
    discord: &Discord,
    app: &App,
    here: &Address,
    delivery: &str,
    told: &Value,
) -> Result<Option<SentFile>, DoorError> {
    let most = app.settings.file_bytes;
    if told["size"].as_u64().is_none_or(|size| size > u64::try_from(most).unwrap_or(u64::MAX)) {
        return Ok(None);
    }
    let url = told["url"].as_str().unwrap_or_default();
    let Some(content) = discord.wire.file(url, most).await else { return Ok(None) };
    let Some(kind) = files::kind(&content) else { return Ok(None) };
    let name = told["filename"].as_str().unwrap_or("file");
    let address = here.to_string();
    let channel = Channel::Discord;
    let sent = files::Sent { channel, address: &address, delivery, name, kind, content };
    Ok(Some(app.keep_file(sent).await?))
}
