//! What every answer tells the browser: run only our own files, guess nothing, leak nothing, frame only where allowed.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::Web;
use crate::config::Settings;

const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), bluetooth=(), serial=(), hid=(), midi=()",
);

/// The header values that depend on the settings, made once.
#[derive(Debug, Clone)]
pub struct Policy {
    /// For pages that the allowed origins may frame.
    framed: HeaderValue,
    /// For the rest.
    alone: HeaderValue,
    https: bool,
}

impl Policy {
    pub fn new(settings: &Settings) -> Self {
        let ancestors = settings.allowed_origins.join(" ");
        // A setting that is no header value cannot be an origin either: then nobody frames us.
        let framed =
            HeaderValue::from_str(&content_policy(if ancestors.is_empty() { "'none'" } else { &ancestors }));
        let alone = HeaderValue::from_str(&content_policy("'none'"));
        let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        let alone = alone.unwrap_or(nothing);
        Self {
            framed: framed.unwrap_or_else(|_| alone.clone()),
            alone,
            https: settings.public_url.as_deref().is_some_and(|url| url.starts_with("https://")),
        }
    }

    fn write(&self, path: &str, headers: &mut HeaderMap) {
        let framed = path == "/" || path == "/chat";
        put(
            headers,
            header::CONTENT_SECURITY_POLICY,
            if framed { self.framed.clone() } else { self.alone.clone() },
        );
        if !framed {
            put(headers, header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        }
        put(headers, header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        put(headers, header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        put(headers, HeaderName::from_static("permissions-policy"), PERMISSIONS);
        put(
            headers,
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        );
        put(
            headers,
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        );
        put(headers, header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.https {
            put(headers, header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
    }
}

/// One policy for all pages: our own files only, no inline script or style, no plug-ins, no forms elsewhere.
fn content_policy(ancestors: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; \
         font-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )
}

/// A handler that has set a header already knows better.
fn put(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.entry(name).or_insert(value);
}

pub async fn add(State(web): State<Web>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    web.policy.write(&path, response.headers_mut());
    response
}
