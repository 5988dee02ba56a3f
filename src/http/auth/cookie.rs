//! The desk's cookie.

use axum::http::{HeaderMap, header};
use jiff::SignedDuration;

use crate::config::Settings;

/// Over https the `__Host-` prefix makes the browser hold the cookie to this host, this path and https.
fn name(settings: &Settings) -> &'static str {
    if secure(settings) { "__Host-vestibule_desk" } else { "vestibule_desk" }
}

fn secure(settings: &Settings) -> bool {
    settings.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
}

/// The `Set-Cookie` value that hands out `secret` for `age`.
pub fn set(secret: &str, age: SignedDuration, settings: &Settings) -> String {
    let secure = if secure(settings) { "; Secure" } else { "" };
    let (name, age) = (name(settings), age.as_secs());
    format!("{name}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{secure}")
}

pub fn clear(settings: &Settings) -> String {
    set("", SignedDuration::ZERO, settings)
}

/// The secret that the browser sent.
pub fn read(headers: &HeaderMap, settings: &Settings) -> Option<String> {
    let wanted = name(settings);
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, secret)| *name == wanted && !secret.is_empty() && secret.len() <= 100)
        .map(|(_, secret)| secret.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn settings(public_url: Option<&str>) -> Settings {
        let defaults = crate::config::load(None, []).expect("the defaults load");
        Settings { public_url: public_url.map(str::to_owned), ..defaults }
    }

    #[test]
    fn over_https_the_cookie_is_bound_to_the_host() {
        let set = set("abc", SignedDuration::from_secs(60), &settings(Some("https://desk.example")));
        assert_eq!(set, "__Host-vestibule_desk=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure");
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=b; vestibule_desk=xyz; c"));
        assert_eq!(read(&headers, &settings(None)).as_deref(), Some("xyz"));
        assert_eq!(read(&HeaderMap::new(), &settings(None)), None);
        assert_eq!(read(&headers, &settings(Some("https://desk.example"))), None);
    }
}
