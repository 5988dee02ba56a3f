//! JSON bodies: the right type, valid, and of the expected form, or a refusal that says which.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use super::error::Problem;
use super::guard::MAX_BODY;

/// A JSON body. Nesting is bounded (128 deep) and a key given twice is refused, both by the parser.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

/// The same, where a request without any body means the default.
#[derive(Debug)]
pub struct MaybeJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, MAX_BODY).await.map_err(|_| broken())?;
        must_be_json(&parts.headers)?;
        parse(&bytes).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for MaybeJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, MAX_BODY).await.map_err(|_| broken())?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        must_be_json(&parts.headers)?;
        parse(&bytes).map(Self)
    }
}

fn broken() -> Problem {
    Problem::bad("broken_body", "The body did not arrive whole.")
}

fn must_be_json(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" {
        return Ok(());
    }
    let message = "Send JSON, with the header `Content-Type: application/json`.";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", message))
}

/// Reads `bytes` as a `T`.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        if error.is_data() {
            Problem::bad("bad_form", format!("The JSON is not of the expected form: {error}."))
        } else {
            let (line, column) = (error.line(), error.column());
            Problem::bad("bad_json", format!("The body is not valid JSON at line {line}, column {column}."))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_and_nonsense_are_refused_with_a_place() {
        let deep = "[".repeat(10_000);
        let refused =
            |text: &str| parse::<serde_json::Value>(text.as_bytes()).err().map(|problem| problem.code());
        assert_eq!(refused(&deep), Some("bad_json"));
        assert_eq!(refused("{\"a\":1e999}"), Some("bad_json"));
        assert_eq!(refused("{\"a\":"), Some("bad_json"));
        assert_eq!(refused("{}"), None);
    }
}
