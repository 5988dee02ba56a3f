//! The phone simulator: `GET /phone` is a keypad in the browser, `/phone/calls` the route of its own that it speaks to.
//! It goes through the same door as a real call. For the demo on 127.0.0.1; who mounts it elsewhere lets anybody call.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::app::inbound::{Arrival, DoorError};
use crate::channel::phone;
use crate::conversation::{Channel, ids};

/// The longest body, in bytes.
const MAX_BODY: usize = 32 * 1024;
/// How long `wait` waits for news.
const WAIT: Duration = Duration::from_secs(10);

/// The simulator's page and routes.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/phone", get(page))
        .route("/phone/phone.js", get(script))
        .route("/phone/phone.css", get(style))
        .route("/phone/calls", post(begin))
        .route("/phone/calls/{call}/steps", post(step))
        .route("/phone/calls/{call}/wait", get(wait))
        .route("/phone/calls/{call}/hangup", post(hang_up))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(app)
}

async fn page() -> Response {
    asset("text/html; charset=utf-8", include_str!("../../web/phone.html"))
}

async fn script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("../../web/phone.js"))
}

async fn style() -> Response {
    asset("text/css; charset=utf-8", include_str!("../../web/phone.css"))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                          img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let headers = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("content-security-policy"), POLICY),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
    ];
    (headers, text).into_response()
}

/// Why a request of the page is refused.
enum Refused {
    NotYours,
    BadRequest(&'static str),
    Unavailable,
}

impl axum::response::IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::NotYours => (StatusCode::NOT_FOUND, "there is no such call; begin a new one"),
            Self::BadRequest(error) => (StatusCode::BAD_REQUEST, error),
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "the desk cannot answer now; try again in a moment")
            }
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Begin {
    locale: Option<String>,
}

async fn begin(State(app): State<App>, Json(begin): Json<Begin>) -> Result<Response, Refused> {
    if begin.locale.as_ref().is_some_and(|locale| locale.len() > 16) {
        return Err(Refused::BadRequest("a locale is a short tag like \"en\""));
    }
    let call = format!("call-{}", random()?);
    let token = random()?;
    let contact = ids::contact(Channel::Phone.word(), &call);
    let now = jiff::Timestamp::now();
    app.store.add_web_token(&hash(&token), &call, contact, now).await.map_err(|error| {
        tracing::error!(%error, "the token of a simulated call was not kept");
        Refused::Unavailable
    })?;
    let mut reply = take(app, phone::begins(&call, begin.locale)).await?;
    if let Value::Object(reply) = &mut reply {
        reply.insert("call".to_owned(), call.into());
        reply.insert("token".to_owned(), token.into());
    }
    Ok((StatusCode::CREATED, Json(reply)).into_response())
}

async fn step(
    State(app): State<App>,
    Path(call): Path<String>,
    headers: HeaderMap,
    Json(answer): Json<phone::Answer>,
) -> Result<Json<Value>, Refused> {
    owns(&app, &call, &headers).await?;
    if answer.client_id.is_empty() || answer.client_id.len() > 64 {
        return Err(Refused::BadRequest("client_id takes 1 to 64 characters"));
    }
    Ok(Json(take(app, phone::arrival(&call, answer)).await?))
}

async fn hang_up(
    State(app): State<App>,
    Path(call): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    owns(&app, &call, &headers).await?;
    Ok(Json(take(app, phone::hangs_up(&call)).await?))
}

/// Answers when something was written on this call, or after a while.
async fn wait(
    State(app): State<App>,
    Path(call): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    use tokio::sync::broadcast::error::RecvError;
    owns(&app, &call, &headers).await?;
    let mut notices = app.live.listen();
    let news = async {
        loop {
            match notices.recv().await {
                Ok(notice) if notice.channel == Channel::Phone && notice.address == call => return true,
                Ok(_) => {}
                // Too many to follow: better look.
                Err(RecvError::Lagged(_)) => return true,
                Err(RecvError::Closed) => return false,
            }
        }
    };
    let news = tokio::time::timeout(WAIT, news).await.unwrap_or(false);
    Ok(Json(json!({ "news": news })))
}

/// In a task of its own: a page that goes away must not stop a turn half-way.
async fn take(app: App, arrival: Arrival) -> Result<Value, Refused> {
    let turn = tokio::spawn(async move { app.take(arrival, Box::new(phone::render)).await });
    match turn.await {
        Ok(Ok(answer)) => serde_json::from_str(&answer.body).map_err(|_| Refused::Unavailable),
        Ok(Err(DoorError::Unknown)) => Err(Refused::NotYours),
        Ok(Err(DoorError::Store(error))) => {
            tracing::error!(%error, "a turn of a simulated call was not taken");
            Err(Refused::Unavailable)
        }
        Err(error) => {
            tracing::error!(%error, "a turn of a simulated call panicked");
            Err(Refused::Unavailable)
        }
    }
}

/// The bearer token is looked up by its hash, so no comparison of secrets is made here.
async fn owns(app: &App, call: &str, headers: &HeaderMap) -> Result<(), Refused> {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|value| value.strip_prefix("Bearer ")).ok_or(Refused::NotYours)?;
    match app.store.web_token(&hash(token)).await {
        Ok(Some((address, _))) if address == call => Ok(()),
        Ok(_) => Err(Refused::NotYours),
        Err(error) => {
            tracing::error!(%error, "the token of a simulated call was not read");
            Err(Refused::Unavailable)
        }
    }
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// 128 random bits.
fn random() -> Result<String, Refused> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Refused::Unavailable)?;
    Ok(hex::encode(bytes))
}
