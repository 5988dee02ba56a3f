//! `POST /ivr/<platform>`, its `/status`, `/whisper` and `/fallback`, and the recorded prompts. A platform's routes are
//! mounted only with its secret and a public URL.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use futures::StreamExt as _;

use crate::app::App;
use crate::app::inbound::{Arrival, DoorError, Render};
use crate::channel::ivr::callback::{self, Callback, Post, Refusal};
use crate::channel::ivr::dialect::Dialect;
use crate::channel::ivr::document;
use crate::channel::ivr::form::MAX_BODY;
use crate::channel::ivr::recordings::Recordings;
use crate::channel::ivr::speech::{Line, Tongues};

/// How long a caller waits before "one moment". Twilio gives up after 15 s, jambonz after 10 s.
const DEADLINE: Duration = Duration::from_secs(3);
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);
/// Seconds before a failed step is tried again.
const PAUSE: u32 = 2;

/// What the routes of one platform share.
#[derive(Clone)]
struct Phone {
    app: App,
    dialect: Dialect,
    recordings: Arc<Recordings>,
}

/// The phone's routes.
pub fn routes(app: App) -> Router {
    let recordings = Arc::new(Recordings::of(&app.settings));
    let mut routes = Router::new();
    for dialect in Dialect::ALL {
        if !dialect.carrier(&app.settings).is_on() || app.settings.public_url.is_none() {
            continue;
        }
        let base = format!("/ivr/{}", dialect.word());
        let line = Phone { app: app.clone(), dialect, recordings: recordings.clone() };
        let own = Router::new()
            .route(&base, post(step))
            // Where the first address failed, the platform asks here, and the call goes on where it was.
            .route(&format!("{base}/fallback"), post(step))
            .route(&format!("{base}/status"), post(status))
            .route(&format!("{base}/whisper"), post(whisper))
            // The limit stands in `read`, in front of the signature.
            .layer(DefaultBodyLimit::disable())
            .with_state(line);
        routes = routes.merge(own);
    }
    if recordings.is_empty() {
        return routes;
    }
    routes.merge(Router::new().route("/ivr/audio/{*path}", get(recording)).with_state(recordings))
}

async fn step(State(line): State<Phone>, request: Request) -> Response {
    let callback = match receive(&line, request).await {
        Ok(callback) => callback,
        Err(refused) => return refused,
    };
    let playbook = line.app.playbook();
    let tongues = tongues(&line.app, &playbook);
    let Some(arrival) = callback.arrival() else {
        metrics::counter!("vestibule_ivr_failures_total", "why" => "no_call").increment(1);
        return document(line.dialect, callback.way_out(&tongues));
    };
    match take(&line.app, arrival, callback.render(playbook.clone(), line.recordings.clone())).await {
        Ok(body) => document(line.dialect, body),
        // A call of ours that nobody knows any more.
        Err(Failure::Unknown) => document(line.dialect, callback.way_out(&tongues)),
        Err(failure) => {
            metrics::counter!("vestibule_ivr_failures_total", "why" => failure.word()).increment(1);
            // Who waited for the deadline has waited enough.
            let pause = if matches!(failure, Failure::Late) { 0 } else { PAUSE };
            document(line.dialect, callback.failure(&tongues, pause))
        }
    }
}

async fn status(State(line): State<Phone>, request: Request) -> Response {
    let callback = match receive(&line, request).await {
        Ok(callback) => callback,
        Err(refused) => return refused,
    };
    let Some(arrival) = callback.left() else { return StatusCode::NO_CONTENT.into_response() };
    match take(&line.app, arrival, Box::new(|_| String::new())).await {
        // Where the end overtakes the beginning, there is nothing yet to end.
        Ok(_) | Err(Failure::Unknown) => StatusCode::NO_CONTENT.into_response(),
        // Nothing is said to anybody here; the sweeper closes the call where this is not sent again.
        Err(failure) => {
            metrics::counter!("vestibule_ivr_failures_total", "why" => failure.word()).increment(1);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Told to whoever is called for a transfer, before the two are joined.
async fn whisper(State(line): State<Phone>, request: Request) -> Response {
    let callback = match receive(&line, request).await {
        Ok(callback) => callback,
        Err(refused) => return refused,
    };
    let playbook = line.app.playbook();
    let told = match callback.of_parent() {
        Some(address) => line.app.whisper(line.dialect.channel(), address).await,
        None => Ok(None),
    };
    let told = told.unwrap_or_else(|error| {
        tracing::warn!(%error, "nobody is told what a transfer is about");
        None
    });
    let told = told.unwrap_or_default();
    let told = Line::new(&told.locale, &told.text);
    document(line.dialect, document::whisper(&told, playbook.default_locale(), &callback.urls))
}

async fn recording(State(recordings): State<Arc<Recordings>>, Path(path): Path<String>) -> Response {
    match recordings.read(&path).await {
        Some((kind, sound)) => ([(CONTENT_TYPE, kind)], sound).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn tongues<'p>(app: &'p App, playbook: &'p crate::flow::Playbook) -> Tongues<'p> {
    let operator = app.settings.calls.operator.as_deref();
    Tongues { locales: &playbook.locales, words: &playbook.words, operator }
}

enum Failure {
    /// Not done within the deadline; it goes on.
    Late,
    /// There is no such call.
    Unknown,
    Store,
    Panicked,
}

impl Failure {
    fn word(&self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Unknown => "unknown",
            Self::Store => "store",
            Self::Panicked => "panicked",
        }
    }
}

/// Takes the turn in a task of its own: neither the deadline nor a platform that hangs up may stop it half-way.
async fn take(app: &App, arrival: Arrival, render: Render) -> Result<String, Failure> {
    let door = app.clone();
    let turn = tokio::spawn(async move { door.take(arrival, render).await });
    match tokio::time::timeout(DEADLINE, turn).await {
        Err(_) => Err(Failure::Late),
        Ok(Err(error)) => {
            tracing::error!(%error, "a turn of a call panicked");
            Err(Failure::Panicked)
        }
        Ok(Ok(Ok(answer))) => Ok(answer.body),
        Ok(Ok(Err(DoorError::Unknown))) => Err(Failure::Unknown),
        Ok(Ok(Err(DoorError::Store(error)))) => {
            tracing::error!(%error, "a turn of a call was not taken");
            Err(Failure::Store)
        }
    }
}

/// A signed callback, or the answer to what is none.
async fn receive(line: &Phone, request: Request) -> Result<Callback, Response> {
    let (parts, body) = request.into_parts();
    let body = read(&parts.headers, body).await.map_err(|status| status.into_response())?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let now = jiff::Timestamp::now().as_second();
    let post = Post { headers: &parts.headers, target, body: &body, now };
    callback::verify(line.dialect, &line.app.settings, &post).map_err(refuse)
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, StatusCode> {
    let told = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let Ok(body) = tokio::time::timeout(BODY_TIME, collect(body)).await else {
        return Err(StatusCode::REQUEST_TIMEOUT);
    };
    body
}

/// Stops at the limit, whatever the headers said.
async fn collect(body: Body) -> Result<Vec<u8>, StatusCode> {
    let mut chunks = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| StatusCode::BAD_REQUEST)?;
        if whole.len() + chunk.len() > MAX_BODY {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole)
}

/// The same bytes to everybody who cannot sign; counted, and logged at most once a minute.
fn refuse(refusal: Refusal) -> Response {
    let (status, why) = match refusal {
        Refusal::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        Refusal::WrongType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_type"),
        Refusal::Forged => (StatusCode::FORBIDDEN, "forged"),
    };
    metrics::counter!("vestibule_ivr_refused_total", "why" => why).increment(1);
    if worth_a_line() {
        tracing::warn!(
            why,
            "a post to the phone's route was refused; more like it within a minute are only counted"
        );
    }
    (status, status.canonical_reason().unwrap_or_default()).into_response()
}

fn worth_a_line() -> bool {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default();
    let last = LAST.load(Ordering::Relaxed);
    now >= last + 60 && LAST.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
}

fn document(dialect: Dialect, text: String) -> Response {
    ([(CONTENT_TYPE, document::content_type(dialect)), (CACHE_CONTROL, "no-store")], text).into_response()
}
