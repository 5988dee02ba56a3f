//! Does what turns asked of the telephony platforms: calls back, sends text messages, fetches recordings.

use std::time::Duration;

use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::dialect::Dialect;
use super::rest;
use crate::app::App;
use crate::app::errands::{Errand, ErrandRow};
use crate::conversation::Channel;

/// How often rows are looked for.
const TICK: Duration = Duration::from_millis(500);
const AT_ONCE: u32 = 20;
/// How long one try may take, and how long nobody else tries meanwhile.
const TRY: Duration = Duration::from_secs(20);
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// The largest recording that is fetched.
const MAX_BYTES: usize = 20 * 1024 * 1024;
/// The pause after the first failure; each is twice the one before.
const BACKOFF: SignedDuration = SignedDuration::from_secs(2);
/// How often it is tried. A call that is late helps nobody; a recording may not be there at once.
const CALL_TRIES: u32 = 2;
const OTHER_TRIES: u32 = 8;

/// Runs until `stop` is cancelled.
pub async fn run(app: App, stop: CancellationToken) {
    let agent = concat!("Vestibule/", env!("CARGO_PKG_VERSION"));
    // Only a TLS library that cannot start fails here; the plain client says so at each try.
    let client = reqwest::Client::builder().timeout(TRY).user_agent(agent).build().unwrap_or_default();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(TICK) => {}
        }
        if let Err(error) = all_due(&app, &client).await {
            tracing::warn!(%error, "what telephony platforms are to do could not be read; trying again");
            tokio::time::sleep(TICK * 4).await;
        }
    }
}

async fn all_due(
    app: &App,
    client: &reqwest::Client,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let due = app.due_errands(app.now(), AT_ONCE).await?;
    let each = due.into_iter().map(|row| one(app, client, row));
    for done in futures::future::join_all(each).await {
        done?;
    }
    Ok(())
}

async fn one(
    app: &App,
    client: &reqwest::Client,
    row: ErrandRow,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let now = app.now();
    if !app.claim_errand(&row, later(now, LEASE)).await? {
        return Ok(());
    }
    let tries = if matches!(row.errand, Errand::Call { .. }) { CALL_TRIES } else { OTHER_TRIES };
    match attempt(app, client, &row).await {
        Ok(()) => {
            tracing::info!(errand = %row.id, tries = row.tries + 1, "a telephony platform did what it was asked");
            app.errand_done(&row).await?;
        }
        Err(Trouble { reason, again }) if again && row.tries + 1 < tries => {
            tracing::warn!(errand = %row.id, reason, "a telephony platform did not do it; trying again");
            let pause = BACKOFF * 2_i32.pow(row.tries.min(8));
            app.errand_later(&row, later(app.now(), pause)).await?;
        }
        Err(Trouble { reason, .. }) => {
            metrics::counter!("vestibule_ivr_errands_failed_total").increment(1);
            tracing::error!(errand = %row.id, reason, "a telephony platform did not do it; given up");
            app.errand_failed(&row, "failed").await?;
        }
    }
    Ok(())
}

struct Trouble {
    reason: String,
    /// Another try may help.
    again: bool,
}

fn never(reason: &str) -> Trouble {
    Trouble { reason: reason.to_owned(), again: false }
}

async fn attempt(app: &App, client: &reqwest::Client, row: &ErrandRow) -> Result<(), Trouble> {
    let settings = &app.settings;
    let of = |channel: &Channel| Dialect::of(*channel).ok_or_else(|| never("no such platform"));
    let allowed = |number: &str| match settings.calls.allows(number) {
        true => Ok(()),
        false => Err(never("`calls.allow` does not allow that number")),
    };
    let no_account = || never("the settings have no account of that platform");
    match &row.errand {
        Errand::Call { channel, address, number } => {
            allowed(number)?;
            let request = rest::call(client, settings, of(channel)?, address, number);
            asked(request.ok_or_else(no_account)?).await.map(drop)
        }
        Errand::Message { channel, number, text } => {
            allowed(number)?;
            let request = rest::message(client, settings, of(channel)?, number, text);
            asked(request.ok_or_else(no_account)?).await.map(drop)
        }
        Errand::Recording { channel, url, .. } => {
            let request = rest::recording(client, settings, of(channel)?, url);
            let reply = asked(request.ok_or_else(|| never("its address is none to ask"))?).await?;
            let sound = read(reply).await?;
            let kind = kind(&sound).ok_or_else(|| never("it is no sound file"))?;
            app.keep_recording(row, kind, sound)
                .await
                .map_err(|error| Trouble { reason: error.to_string(), again: true })
        }
    }
}

/// A reply that says yes.
async fn asked(request: reqwest::RequestBuilder) -> Result<reqwest::Response, Trouble> {
    // Without its address, which may hold a number.
    let reply = request
        .send()
        .await
        .map_err(|error| Trouble { reason: error.without_url().to_string(), again: true })?;
    let status = reply.status();
    if status.is_success() {
        return Ok(reply);
    }
    // A recording may come a moment later than the news of it.
    let again = status.is_server_error() || matches!(status.as_u16(), 404 | 408 | 425 | 429);
    Err(Trouble { reason: format!("status {status}"), again })
}

async fn read(reply: reqwest::Response) -> Result<Vec<u8>, Trouble> {
    let mut whole = Vec::new();
    let mut chunks = reply.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk =
            chunk.map_err(|error| Trouble { reason: error.without_url().to_string(), again: true })?;
        if whole.len() + chunk.len() > MAX_BYTES {
            return Err(never("it is larger than 20 MiB"));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole)
}

fn kind(sound: &[u8]) -> Option<&'static str> {
    match infer::get(sound)?.mime_type() {
        "audio/x-wav" => Some("audio/wav"),
        "audio/mpeg" => Some("audio/mpeg"),
        "audio/ogg" => Some("audio/ogg"),
        _ => None,
    }
}

fn later(now: Timestamp, after: SignedDuration) -> Timestamp {
    now.checked_add(after).unwrap_or(now)
}
