//! The pages and their files, embedded in the program.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use tower_http::compression::CompressionLayer;

use super::Web;
use super::error::Problem;

#[derive(RustEmbed)]
#[folder = "web/"]
struct Files;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/", get(|headers: HeaderMap| file("index.html", headers)))
        .route("/desk", get(|headers: HeaderMap| file("desk.html", headers)))
        .route("/desk/flows", get(|headers: HeaderMap| file("flows.html", headers)))
        .route("/desk/flows/{*name}", get(|headers: HeaderMap| file("flows.html", headers)))
        .route("/desk/gaps", get(|headers: HeaderMap| file("answers.html", headers)))
        .route("/desk/answers", get(|headers: HeaderMap| file("answers.html", headers)))
        .route("/widget.js", get(widget))
        .route("/favicon.ico", get(|headers: HeaderMap| file("icon.svg", headers)))
        .route("/assets/{*path}", get(asset))
        // Only what is public is compressed: next to a secret, lengths would tell about it.
        .layer(CompressionLayer::new())
}

async fn file(path: &'static str, headers: HeaderMap) -> Response {
    serve(path, &headers)
}

async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let response = serve(&path, &headers);
    if path.starts_with("chat/") { shared(response) } else { response }
}

async fn widget(headers: HeaderMap) -> Response {
    shared(serve("widget.js", &headers))
}

/// The widget and what it loads run on other sites' pages. They are the same for everybody and hold no secret.
fn shared(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// The embedded file at `path`, or "not modified" where the browser has it, or 404.
pub fn serve(path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Files::get(path) else { return Problem::not_found("page").into_response() };
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    // Compression makes the tag a weak one; what the browser sends back differs only in that mark.
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let mut kind = file.metadata.mimetype().to_owned();
    if kind.starts_with("text/") {
        kind.push_str("; charset=utf-8");
    }
    let fields =
        [(header::CONTENT_TYPE, kind), (header::ETAG, tag), (header::CACHE_CONTROL, "no-cache".to_owned())];
    (fields, file.data.into_owned()).into_response()
}
