//! Telegram's calls in webhook mode. Nothing is read before the secret is proven, and 200 is said only once the update is
//! written down: what was not Telegram brings again.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;

use super::token;
use crate::app::App;
use crate::channel::telegram;

const SECRET: &str = "x-telegram-bot-api-secret-token";

pub fn routes(app: App) -> Router {
    Router::new().route("/telegram/{bot}", post(update)).with_state(app)
}

async fn update(
    State(app): State<App>,
    Path(bot): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let Some(settings) = &app.settings.telegram else { return StatusCode::NOT_FOUND };
    let Some(secret) = &settings.webhook else { return StatusCode::NOT_FOUND };
    let given = headers.get(SECRET).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Both are looked at, so that the time tells nothing of which was wrong.
    let proven = token::same(given, secret.expose());
    if !proven || bot != settings.bot() {
        metrics::counter!("vestibule_telegram_refused_total").increment(1);
        return StatusCode::FORBIDDEN;
    }
    let Ok(update) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    let Some(row) = telegram::row(&bot, &update) else { return StatusCode::BAD_REQUEST };
    match app.arrived(vec![row]).await {
        Ok(()) => StatusCode::OK,
        Err(error) => {
            tracing::warn!(%error, "an update could not be written down; telegram brings it again");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
