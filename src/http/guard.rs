//! What surrounds every request: its id, a bound on its body, and a net under panics.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http_body_util::BodyExt;

use super::error::Problem;
use super::token;

/// No body may be longer, in bytes.
pub const MAX_BODY: usize = 64 * 1024;
/// So many bytes above that are still read before the refusal.
const DRAINED: usize = 256 * 1024;
/// A body must have come in whole within this.
const BODY_TIME: Duration = Duration::from_secs(10);
const ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static REQUEST: String;
}

/// The id of the request under way; a dash outside one.
pub fn request_id() -> String {
    REQUEST.try_with(Clone::clone).unwrap_or_else(|_| "-".to_owned())
}

/// Gives the request an id of our own (one that a caller sends is not believed) and catches panics below.
pub async fn identify(request: Request, next: Next) -> Response {
    let id = token::short_id();
    let answer = REQUEST.scope(id.clone(), catch(request, next)).await;
    let mut answer = answer;
    if let Ok(value) = HeaderValue::from_str(&id) {
        answer.headers_mut().insert(ID_HEADER, value);
    }
    answer
}

async fn catch(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            metrics::counter!("vestibule_panics_total").increment(1);
            Problem::internal(&"a handler panicked").into_response()
        }
    }
}

/// Takes the whole body in before anything else looks at the request: at most [`MAX_BODY`] bytes within
/// `BODY_TIME`, so that no handler waits for a slow sender.
pub async fn bound_body(request: Request, next: Next) -> Response {
    // A file has a bound of its own, kept where it is read.
    if request.body().is_end_stream() || request.uri().path() == "/chat/files" {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let announced = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY + DRAINED) {
        return too_long().into_response();
    }
    match tokio::time::timeout(BODY_TIME, read(body)).await {
        Ok(Ok(body)) => next.run(Request::from_parts(parts, body)).await,
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "The body did not arrive in time.")
            .into_response(),
    }
}

/// What is a little too long is read to its end and thrown away: a connection that is closed on unread bytes takes the
/// answer with it.
async fn read(mut body: Body) -> Result<Body, Problem> {
    let (mut taken, mut length) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::bad("broken_body", "The body did not arrive whole."))?;
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        if length > MAX_BODY + DRAINED {
            break;
        }
        if length <= MAX_BODY {
            taken.extend_from_slice(&data);
        }
    }
    if length > MAX_BODY { Err(too_long()) } else { Ok(Body::from(taken)) }
}

fn too_long() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is longer than 64 KiB.")
}
