//! Whose page is asking: the `Origin` header against our own address and the allowed origins.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::Web;
use crate::config::Settings;

/// Where a request says that it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// No `Origin` header: not a page's script, or a plain link.
    None,
    /// Our own pages.
    Own,
    /// A page that may embed the widget.
    Allowed,
    Foreign,
}

pub fn of(headers: &HeaderMap, settings: &Settings) -> Origin {
    let Some(origin) = headers.get(header::ORIGIN) else { return Origin::None };
    let Ok(origin) = origin.to_str() else { return Origin::Foreign };
    if is_own(origin, headers, settings) {
        return Origin::Own;
    }
    let allowed = settings
        .allowed_origins
        .iter()
        .any(|allowed| allowed.trim_end_matches('/').eq_ignore_ascii_case(origin));
    if allowed { Origin::Allowed } else { Origin::Foreign }
}

/// Where a public address is set it alone counts; else the host that the browser itself names.
fn is_own(origin: &str, headers: &HeaderMap, settings: &Settings) -> bool {
    if let Some(public) = &settings.public_url {
        let mut parts = public.splitn(4, '/');
        let (scheme, host) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
        if origin.eq_ignore_ascii_case(&format!("{scheme}//{host}")) {
            return true;
        }
    }
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let named = origin.split_once("://").map_or("", |(_, rest)| rest);
    // Without a public address we are on a loopback or private one, named by `Host` alone. With one, only a loopback
    // name may still be used beside it, by the operator on the machine itself.
    let trusted = settings.public_url.is_none() || is_loopback(host);
    trusted && !host.is_empty() && named.eq_ignore_ascii_case(host)
}

/// Whether a `host` or `host:port` names this machine itself.
pub fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None if host.matches(':').count() > 1 => host,
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Lets the pages of allowed origins read the web chat's answers; a foreign page gets no such leave.
pub async fn share(State(web): State<Web>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = of(request.headers(), &web.app.settings) == Origin::Allowed;
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin.filter(|_| allowed) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, content-type"),
        );
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("retry-after, x-request-id"),
        );
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(origin: &'static str, host: &'static str, public: Option<&str>) -> Origin {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        headers.insert(header::HOST, HeaderValue::from_static(host));
        let settings = Settings {
            public_url: public.map(str::to_owned),
            allowed_origins: vec!["https://shop.example".to_owned()],
            ..crate::config::load(None, []).expect("the defaults load")
        };
        of(&headers, &settings)
    }

    #[test]
    fn our_own_pages_are_known_by_the_public_address() {
        let public = Some("https://desk.example");
        assert_eq!(asked("https://desk.example", "desk.example", public), Origin::Own);
        assert_eq!(asked("https://evil.example", "evil.example", public), Origin::Foreign);
        assert_eq!(asked("http://127.0.0.1:8080", "127.0.0.1:8080", public), Origin::Own);
        assert_eq!(asked("http://127.0.0.1:8080", "127.0.0.1:8080", None), Origin::Own);
        assert_eq!(asked("http://127.0.0.1:9999", "127.0.0.1:8080", None), Origin::Foreign);
    }

    #[test]
    fn others_are_allowed_by_name_or_foreign() {
        assert_eq!(asked("https://shop.example", "desk.example", None), Origin::Allowed);
        assert_eq!(asked("https://shop.example.evil", "desk.example", None), Origin::Foreign);
        assert_eq!(asked("null", "desk.example", None), Origin::Foreign);
    }

    #[test]
    fn loopback_names() {
        assert!(is_loopback("127.0.0.1:8080") && is_loopback("[::1]:80") && is_loopback("localhost"));
        assert!(!is_loopback("0.0.0.0:80") && !is_loopback("desk.example") && !is_loopback("127.0.0.1.evil"));
    }
}
