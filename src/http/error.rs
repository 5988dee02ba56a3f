//! What an outsider hears when something does not work: a code, a sentence, never our insides.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::guard;
use crate::app::desk::DeskError;
use crate::app::inbound::DoorError;
use crate::store::StoreError;

/// A refusal or failure on its way out.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    message: String,
    retry_after: Option<Duration>,
}

/// The body of every error: `{"error": {"code": …, "message": …}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    pub error: ProblemText,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemText {
    /// Stable, for programs.
    #[schema(example = "unauthorized")]
    pub code: String,
    /// For people.
    pub message: String,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    pub fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    pub fn forbidden(code: &'static str, message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {what}."))
    }

    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// Too fast: 429 with `Retry-After` in whole seconds.
    pub fn too_fast(wait: Duration) -> Self {
        let mut problem =
            Self::new(StatusCode::TOO_MANY_REQUESTS, "too_fast", "That was too fast. Please wait a moment.");
        problem.retry_after = Some(wait);
        problem
    }

    /// More work waits than we take in: 503, and when to come back.
    pub fn busy() -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "We cannot take this in just now. Please try again.",
        );
        problem.retry_after = Some(Duration::from_secs(1));
        problem
    }

    /// Our own fault. The cause goes to the log only; the request's id joins the two.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(request = %guard::request_id(), %cause, "a request failed");
        let message =
            format!("Something went wrong on our side. Quote {} when you ask about it.", guard::request_id());
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }

    pub fn code(&self) -> &'static str {
        self.code
    }

    pub fn body(&self) -> ProblemBody {
        ProblemBody { error: ProblemText { code: self.code.to_owned(), message: self.message.clone() } }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs_f64().ceil().max(1.0);
            if let Ok(value) = HeaderValue::from_str(&format!("{seconds:.0}")) {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
        }
        if self.status == StatusCode::UNAUTHORIZED && self.code == "bad_token" {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy
            | StoreError::Stopped
            | StoreError::NotCommitted(_)
            | StoreError::Lost(_)
            | StoreError::Raced => Self::busy(),
            StoreError::Panicked
            | StoreError::Deferred
            | StoreError::CodesExhausted
            | StoreError::Database(_)
            | StoreError::Migrate(_)
            | StoreError::Corrupt(_)
            | StoreError::Settings(_) => Self::internal(&error),
        }
    }
}

impl From<DoorError> for Problem {
    fn from(error: DoorError) -> Self {
        match error {
            DoorError::Unknown => Self::not_found("conversation"),
            DoorError::Store(error) => error.into(),
        }
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Unknown => Self::not_found("conversation"),
            DeskError::Taken(who) => Self::conflict("taken", format!("{who} has this conversation.")),
            DeskError::NotYours => {
                Self::conflict("not_yours", "You do not have this conversation. Claim it first.")
            }
            DeskError::NotLinked => {
                Self::conflict("not_linked", "This contact is linked with no other channel.")
            }
            DeskError::Voice => Self::conflict("caller", "A caller is called back, not written to."),
            DeskError::NotACall => Self::conflict("not_a_call", "Only a call can be put through."),
            DeskError::NotAllowed(to) => Self::bad(
                "not_allowed",
                format!(
                    "{to} may not be called. Numbers are written as +390212345678, and `calls.allow` names their beginnings."
                ),
            ),
            DeskError::Empty => Self::bad("empty", "The text is empty."),
            DeskError::Closed => Self::conflict("closed", "This conversation is closed."),
            DeskError::Store(error) => error.into(),
        }
    }
}
