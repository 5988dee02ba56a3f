//! Twilio's signature of a webhook: base64 HMAC of the public URL and, for a form, its sorted names and values. SignalWire
//! signs forms so, too.
//! See <https://www.twilio.com/docs/usage/security#validating-requests>; held to vectors made by Twilio's own libraries.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::form::Form;

/// Which hash the platform says it used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// `X-Twilio-Signature` alone, keyed with the account's auth token.
    Sha1,
    /// With `X-Twilio-Webhooks-Signature-Settings`, keyed with a shared key.
    Sha256,
    /// SignalWire's over URL and body, in hex.
    Sha1OfBody,
}

/// What was sent beside the URL.
#[derive(Debug, Clone, Copy)]
pub enum Payload<'a> {
    Form(&'a Form),
    /// Signed by `bodySHA256` in the URL; without that it is refused, as the URL alone would not cover it.
    Json(&'a [u8]),
}

/// A post as it came, with the URL that the platform was told.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    pub url: &'a str,
    pub payload: Payload<'a>,
    /// The signature header's bytes; empty where there is none.
    pub signature: &'a [u8],
    pub hash: Hash,
}

impl Signed<'_> {
    /// Whether one of `secrets` made the signature. Tries each secret with each spelling of the port and stops at none,
    /// so that the time tells nothing.
    pub fn verifies<'s>(&self, secrets: impl IntoIterator<Item = &'s str>) -> bool {
        let tail = match (self.payload, self.hash) {
            (Payload::Form(form), _) => sorted_fields(form),
            (Payload::Json(body), Hash::Sha1OfBody) => body.to_vec(),
            (Payload::Json(_), Hash::Sha1 | Hash::Sha256) => Vec::new(),
        };
        let urls = spellings(self.url);
        let mut good = Choice::from(0);
        for secret in secrets {
            for url in &urls {
                let own = mac(self.hash, secret, url, &tail);
                good |= own.as_bytes().ct_eq(self.signature);
            }
        }
        bool::from(good & self.body_matches())
    }

    fn body_matches(&self) -> Choice {
        match (self.payload, self.hash) {
            (Payload::Form(_), _) | (_, Hash::Sha1OfBody) => Choice::from(1),
            (Payload::Json(body), Hash::Sha1 | Hash::Sha256) => {
                let own = hex::encode(Sha256::digest(body));
                own.as_bytes().ct_eq(body_hash(self.url).unwrap_or_default().as_bytes())
            }
        }
    }
}

/// The signature that Twilio would send for a form posted to `url`.
pub fn sign(hash: Hash, secret: &str, url: &str, form: &Form) -> String {
    mac(hash, secret, url, &sorted_fields(form))
}

fn mac(hash: Hash, secret: &str, url: &str, tail: &[u8]) -> String {
    fn of<M: Mac + KeyInit>(secret: &str, parts: [&[u8]; 2]) -> Vec<u8> {
        // An HMAC takes a key of any length, so there is always one.
        let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret.as_bytes()) else { return Vec::new() };
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().to_vec()
    }
    let parts = [url.as_bytes(), tail];
    match hash {
        Hash::Sha1 => STANDARD.encode(of::<Hmac<Sha1>>(secret, parts)),
        Hash::Sha256 => STANDARD.encode(of::<Hmac<Sha256>>(secret, parts)),
        Hash::Sha1OfBody => hex::encode(of::<Hmac<Sha1>>(secret, parts)),
    }
}

/// Names by bytes, and under each its distinct values by bytes, each as name and value with nothing between.
fn sorted_fields(form: &Form) -> Vec<u8> {
    let mut sorted: BTreeMap<&[u8], BTreeSet<&[u8]>> = BTreeMap::new();
    for (name, value) in form.fields() {
        sorted.entry(name).or_default().insert(value);
    }
    let mut tail = Vec::new();
    for (name, values) in sorted {
        for value in values {
            tail.extend_from_slice(name);
            tail.extend_from_slice(value);
        }
    }
    tail
}

/// The URL without and with a port: Twilio signs either, whatever it was told.
fn spellings(url: &str) -> [String; 2] {
    let Some((scheme, rest)) = url.split_once("://") else { return [url.to_owned(), url.to_owned()] };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let port = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let default = if scheme.eq_ignore_ascii_case("https") { "443" } else { "80" };
    let (bare, port) = port.unwrap_or((host, default));
    [format!("{scheme}://{bare}{path}"), format!("{scheme}://{bare}:{port}{path}")]
}

fn body_hash(url: &str) -> Option<&str> {
    let (_, query) = url.split_once('?')?;
    query.split('&').find_map(|field| field.strip_prefix("bodySHA256="))
}
