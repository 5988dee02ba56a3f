//! For those who run it: is it there, can it work, what does it count.

use std::sync::OnceLock;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde_json::json;

use super::error::Problem;
use super::{Web, openapi, playbook, token};
use crate::app::App;

/// Seconds; a turn should take milliseconds.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/healthz", get(|| async { Json(json!({ "status": "ok" })) }))
        .route("/readyz", get(ready))
        .route("/metrics", get(on_main))
        .route("/api/openapi.json", get(openapi::file))
}

/// What renders the figures; `None` inside where somebody else's recorder counts in this process.
#[derive(Clone)]
pub struct Recorder(Option<PrometheusHandle>);

/// Makes this process count, from here on. A second call gives the same recorder.
pub fn recorder() -> Recorder {
    let install = || {
        let seconds = Matcher::Suffix("_seconds".to_owned());
        let builder = PrometheusBuilder::new().set_buckets_for_metric(seconds, &BUCKETS).ok()?;
        let handle = builder.install_recorder().ok()?;
        describe();
        Some(handle)
    };
    Recorder(RECORDER.get_or_init(install).clone())
}

/// The routes of the listener that `metrics.listen` names, where it is set: the figures, and nothing else.
pub fn metrics_router(app: App, recorder: Recorder) -> Router {
    let serve = |State((app, recorder)): State<(App, Recorder)>, headers: HeaderMap| async move {
        match token_fits(&app, &headers) {
            Some(false) => refused(),
            Some(true) | None => figures(&app, &recorder).await,
        }
    };
    Router::new().route("/metrics", get(serve)).with_state((app, recorder))
}

fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_counter!("vestibule_turns_total", "turns taken");
    describe_histogram!(
        "vestibule_turn_seconds",
        Unit::Seconds,
        "from the arrival of an inbound to its commit"
    );
    describe_counter!("vestibule_deflections_total", "conversations closed by an answer");
    describe_counter!("vestibule_handoffs_total", "conversations queued for an agent");
    describe_counter!("vestibule_faults_total", "faults that a flow met");
    describe_counter!("vestibule_tickets_opened_total", "tickets opened");
    describe_counter!("vestibule_ivr_refused_total", "callbacks that were not signed as they must be");
    describe_counter!("vestibule_ivr_failures_total", "callbacks answered with an apology");
    describe_counter!("vestibule_reloads_total", "new sets of flows and answers, applied or refused");
    describe_counter!(
        "vestibule_revisions_compiled_total",
        "older sets compiled for the conversations on them"
    );
    describe_counter!("vestibule_carried_over_total", "conversations that went on on another set");
    describe_counter!("vestibule_panics_total", "requests that met a fault in the program");
    describe_counter!("vestibule_logins_refused_total", "log-ins with a wrong name or password");
    describe_counter!(
        "vestibule_sent_total",
        "pieces of messages sent to chat platforms, by what became of them"
    );
    describe_counter!("vestibule_updates_parked_total", "updates of chat platforms that were put aside");
    describe_counter!("vestibule_telegram_refused_total", "webhook calls without the right secret");
    describe_gauge!("vestibule_outbox", "messages that wait to be delivered");
    describe_gauge!("vestibule_timers", "timers that are set");
    describe_gauge!("vestibule_queued", "conversations that wait for an agent");
    describe_gauge!("vestibule_active", "conversations that are not closed");
    describe_gauge!("vestibule_open_tickets", "tickets that are not closed");
}

async fn ready(State(web): State<Web>) -> Response {
    match web.app.store.ping().await {
        Ok(()) if !web.app.channels.stopped().is_empty() => stopped(&web.app),
        Ok(()) => {
            let mut body = json!({ "status": "ready" });
            // It serves on the set before, so it is ready all the same.
            if let Some(refusal) = playbook::refusal(&web.app) {
                body["reload"] = refusal;
            }
            Json(body).into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "the store does not answer");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "The store does not answer.")
                .into_response()
        }
    }
}

/// A channel that cannot work as it is set up: an alarm, until it does.
fn stopped(app: &App) -> Response {
    let all = app.channels.stopped();
    let told = all.iter().map(|one| format!("{}: {}", one.channel.word(), one.why)).collect::<Vec<_>>();
    let message = format!("A channel stopped and its settings must be mended. {}", told.join("; "));
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "channel_stopped", message).into_response()
}

/// On the main listener the figures are shown to who holds the token; without one only where that listener is
/// loopback, to a caller who did not come through a proxy.
async fn on_main(State(web): State<Web>, headers: HeaderMap) -> Response {
    let settings = &web.app.settings;
    if settings.metrics_listen.is_some() {
        return Problem::not_found("page").into_response();
    }
    let forwarded = ["forwarded", "x-forwarded-for", "via"].iter().any(|name| headers.contains_key(*name));
    match token_fits(&web.app, &headers) {
        Some(true) => figures(&web.app, &web.recorder).await,
        None if settings.is_loopback() && !forwarded => figures(&web.app, &web.recorder).await,
        Some(false) | None => refused(),
    }
}

fn refused() -> Response {
    let message = "Send `metrics.token` as a bearer token, or set `metrics.listen`.";
    Problem::new(StatusCode::UNAUTHORIZED, "bad_token", message).into_response()
}

/// `None` where no token is set.
fn token_fits(app: &App, headers: &HeaderMap) -> Option<bool> {
    let wanted = app.settings.metrics_token.as_ref()?;
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Some(given.strip_prefix("Bearer ").is_some_and(|given| token::same(given, wanted.expose())))
}

async fn figures(app: &App, recorder: &Recorder) -> Response {
    let Some(handle) = &recorder.0 else {
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no_metrics", "Nothing is counted here.")
            .into_response();
    };
    match app.store.depths().await {
        Ok(depths) => gauges(&depths),
        Err(error) => tracing::warn!(%error, "the queues could not be counted"),
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, handle.render()).into_response()
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows, far below 2^52")]
fn gauges(depths: &crate::store::Depths) {
    metrics::gauge!("vestibule_outbox").set(depths.outbox as f64);
    metrics::gauge!("vestibule_timers").set(depths.timers as f64);
    metrics::gauge!("vestibule_queued").set(depths.queued as f64);
    metrics::gauge!("vestibule_active").set(depths.active as f64);
    metrics::gauge!("vestibule_open_tickets").set(depths.open_tickets as f64);
}
