//! How updates come: we fetch them, or Telegram calls. Either way they are written down first. And what Telegram must be
//! told at the start: where it shall call, which commands there are.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::update::{self, ALLOWED};
use super::wire::{Answer, Refusal};
use super::{Telegram, commands};
use crate::app::App;
use crate::app::channels::Delivery;

/// How long Telegram holds a request until something comes.
const HOLD: u64 = 25;
/// Pauses after a failure, from and to.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// What cannot work as it is set up is tried again after this.
const STOPPED: Duration = Duration::from_secs(30);

/// Registers, then fetches (or is called), until `stop` is cancelled.
pub async fn run(telegram: &Telegram, app: &App, stop: &CancellationToken) {
    let mut pause = PAUSE.0;
    loop {
        let ready = tokio::select! {
            () = stop.cancelled() => return,
            ready = register(telegram, app) => ready,
        };
        match ready {
            Ok(()) => break,
            Err(why) => trouble(telegram, app, why, &mut pause, stop).await,
        }
    }
    app.channels.works(telegram);
    let offset = AtomicI64::new(0);
    while !stop.is_cancelled() {
        if telegram.settings.webhook.is_some() {
            stop.cancelled().await;
            return;
        }
        let fetched = tokio::select! {
            () = stop.cancelled() => return,
            fetched = fetch(telegram, app, &offset) => fetched,
        };
        match fetched {
            Ok(()) => {
                pause = PAUSE.0;
                app.channels.works(telegram);
            }
            Err(why) => trouble(telegram, app, why, &mut pause, stop).await,
        }
    }
}

/// Waits before another try; a fault of the settings is an alarm.
async fn trouble(
    telegram: &Telegram,
    app: &App,
    why: Delivery,
    pause: &mut Duration,
    stop: &CancellationToken,
) {
    let wait = match why {
        Delivery::Config(why) => {
            app.channels.stop(telegram, &why);
            STOPPED
        }
        Delivery::RetryAfter(time) => time,
        other => {
            tracing::warn!(trouble = ?other, "telegram does not answer; trying again");
            let wait = *pause;
            *pause = (*pause * 2).min(PAUSE.1);
            wait
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(wait) => {}
    }
}

async fn register(telegram: &Telegram, app: &App) -> Result<(), Delivery> {
    telegram.me().await?;
    match &telegram.settings.webhook {
        None => {
            done(telegram.wire.send("deleteWebhook", &json!({ "drop_pending_updates": false })).await)?;
        }
        Some(secret) => {
            let public = app.settings.public_url.as_deref().unwrap_or_default();
            let hook = json!({
                "url": format!("{public}/telegram/{}", telegram.settings.bot()),
                "secret_token": secret.expose(),
                "allowed_updates": ALLOWED,
                "max_connections": 40,
                "drop_pending_updates": false,
            });
            done(telegram.wire.send("setWebhook", &hook).await)?;
        }
    }
    // Without them the bot works all the same.
    if let Err(why) = commands::register(telegram, app).await {
        tracing::warn!(trouble = ?why, "the commands could not be registered");
    }
    Ok(())
}

/// Whether a call that may be made again was done.
pub fn done(answer: Answer<Value>) -> Result<(), Delivery> {
    match answer {
        Answer::Ok(_) | Answer::Unreadable => Ok(()),
        Answer::No(Refusal::Unknown(why)) => Err(Delivery::Transient(why)),
        Answer::No(refusal) => Err(refusal.class()),
    }
}

/// One look: what came is written down, and only then the next look says so.
async fn fetch(telegram: &Telegram, app: &App, offset: &AtomicI64) -> Result<(), Delivery> {
    let from = offset.load(Ordering::Relaxed);
    let mut asked = json!({ "timeout": HOLD, "limit": 100, "allowed_updates": ALLOWED });
    if from > 0 {
        asked["offset"] = json!(from);
    }
    let time = Duration::from_secs(HOLD + 15);
    let updates: Vec<Value> = match telegram.wire.call("getUpdates", &asked, time).await {
        Answer::Ok(updates) => updates,
        Answer::Unreadable => return Err(Delivery::Transient("an answer that cannot be read".to_owned())),
        // Another process fetches for the same bot.
        Answer::No(refusal) => return Err(refusal.class()),
    };
    let rows: Vec<_> = updates.iter().filter_map(|told| update::row(telegram.settings.bot(), told)).collect();
    // Ids begin anew after a quiet week: nothing is kept of them beyond this batch.
    let Some(next) = rows.iter().map(|row| row.position).max() else { return Ok(()) };
    app.arrived(rows).await.map_err(|error| Delivery::Transient(error.to_string()))?;
    offset.store(next + 1, Ordering::Relaxed);
    Ok(())
}
