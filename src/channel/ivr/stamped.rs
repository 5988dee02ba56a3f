//! Signatures over a time and the raw body: Telnyx' (Ed25519) and jambonz' (HMAC-SHA256). They do not cover the URL.
//! See <https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks#webhook-signing> and
//! <https://docs.jambonz.org/guides/webhooks>; held to vectors made by the vendors' own libraries.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// Seconds by which a signature's time may differ from ours.
pub const TOLERANCE: i64 = 300;
/// The most signatures in one header: one for each secret while they rotate, and some to spare.
const MOST: usize = 8;

/// Whether the holder of one of `keys` (base64 of 32 bytes) signed `<time>|<body>`. `now` in seconds since 1970.
pub fn telnyx<'k>(
    keys: impl IntoIterator<Item = &'k str>,
    time: &[u8],
    signature: &[u8],
    body: &[u8],
    now: i64,
) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else { return false };
    let signed = [time, b"|", body].concat();
    let mut good = false;
    for key in keys {
        let Ok(key) = STANDARD.decode(key) else { continue };
        good |= UnparsedPublicKey::new(&ED25519, key).verify(&signed, &signature).is_ok();
    }
    good & fresh(time, now)
}

/// Whether one of `secrets` made one of the signatures of a header `t=<time>,v1=<hex>[,v1=<hex>…]`.
pub fn jambonz<'s>(secrets: impl IntoIterator<Item = &'s str>, header: &[u8], body: &[u8], now: i64) -> bool {
    let Some((time, told)) = parts(header) else { return false };
    let mut good = Choice::from(0);
    for secret in secrets {
        let own = hex::encode(mac(secret, time, body));
        for signature in &told {
            good |= own.as_bytes().ct_eq(signature);
        }
    }
    bool::from(good) & fresh(time, now)
}

/// The header that jambonz would send with a body. `time` in seconds since 1970.
pub fn sign_jambonz(secret: &str, time: i64, body: &[u8]) -> String {
    let time = time.to_string();
    format!("t={time},v1={}", hex::encode(mac(secret, time.as_bytes(), body)))
}

/// The time once, then signatures; anything else in the header makes it none.
fn parts(header: &[u8]) -> Option<(&[u8], Vec<&[u8]>)> {
    let mut fields = header.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let time = fields.next()?.strip_prefix(b"t=")?;
    let told = fields.map(|field| field.strip_prefix(b"v1=")).collect::<Option<Vec<_>>>()?;
    (!told.is_empty() && told.len() <= MOST).then_some((time, told))
}

fn mac(secret: &str, time: &[u8], body: &[u8]) -> Vec<u8> {
    // An HMAC takes a key of any length, so there is always one.
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()) else { return Vec::new() };
    [time, b".", body].into_iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

fn fresh(time: &[u8], now: i64) -> bool {
    let digits = !time.is_empty() && time.len() <= 12 && time.iter().all(u8::is_ascii_digit);
    let time = std::str::from_utf8(time).ok().and_then(|time| time.parse::<i64>().ok());
    digits && time.is_some_and(|time| (now - time).abs() <= TOLERANCE)
}
