//! Twilio's callbacks: whether one may be believed, and what it means.
//! Fields: <https://www.twilio.com/docs/voice/twiml#twilios-request-to-your-application>.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use sha2::{Digest, Sha256};

use super::form::{Form, FormError};
use super::signature::{Hash, Payload, Signed};
use super::speech;
use super::twiml::{self, Urls};
use crate::app::inbound::{Arrival, Opens, Render, Who};
use crate::config::Settings;
use crate::conversation::{Channel, ContactId, Said, Utterance, ids, utterance};
use crate::flow::Playbook;

/// A call id is 34 characters with Twilio.
const MAX_CALL: usize = 128;
/// How often a failed step is tried again before the call ends.
pub const MAX_TRIES: u32 = 2;

/// Callers who do not show their number: ANONYMOUS, RESTRICTED, UNAVAILABLE, UNKNOWN and BLOCKED, spelled on a keypad.
const NOBODY: [&str; 5] = ["266696687", "7378742833", "86282452253", "8656696", "2562533"];

/// Why a post is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the body or its form is too large")]
    TooLarge,
    #[error("the body is neither a form nor JSON")]
    WrongType,
    #[error("the signature is not ours")]
    Forged,
}

/// A callback that was signed with our secret.
#[derive(Debug, Clone)]
pub struct Callback {
    form: Form,
    query: Form,
    urls: Urls,
    /// Digest of platform, call, URL and body, or of the platform's own token in place of the body.
    delivery: String,
}

/// Checks size, type and signature, in this order, before anything in it is believed.
/// `target` is path and query exactly as received; the rest of the URL is our configured public one, never a header.
///
/// # Errors
/// See [`Refusal`].
pub fn verify(
    settings: &Settings,
    headers: &HeaderMap,
    target: &str,
    body: &[u8],
) -> Result<Callback, Refusal> {
    let (_, query) = target.split_once('?').unwrap_or((target, ""));
    let query = Form::parse(query.as_bytes()).map_err(too_large)?;
    let json = is_json(headers)?;
    let form = if json { Form::default() } else { Form::parse(body).map_err(too_large)? };
    let public = settings.public_url.as_deref().ok_or(Refusal::Forged)?;
    let url = format!("{public}{target}");
    let header = |name: &str| headers.get(name).map(|value| value.as_bytes());
    let signed = Signed {
        url: &url,
        payload: if json { Payload::Json(body) } else { Payload::Form(&form) },
        signature: header("x-twilio-signature").unwrap_or_default(),
        hash: hash(header("x-twilio-webhooks-signature-settings"))?,
    };
    if !signed.verifies(settings.twilio_auth_tokens.iter().map(|token| token.expose())) {
        return Err(Refusal::Forged);
    }
    let delivery = delivery(&form, &url, header("i-twilio-idempotency-token"), body);
    Ok(Callback { form, query, urls: Urls::new(public), delivery })
}

fn too_large(error: FormError) -> Refusal {
    match error {
        FormError::TooLong | FormError::TooManyFields => Refusal::TooLarge,
    }
}

fn is_json(headers: &HeaderMap) -> Result<bool, Refusal> {
    let coded = headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        _ if coded => Err(Refusal::WrongType),
        "application/x-www-form-urlencoded" => Ok(false),
        "application/json" => Ok(true),
        _ => Err(Refusal::WrongType),
    }
}

/// A platform that says it signed with SHA-256 is held to it; what we do not know is refused, never guessed down.
fn hash(settings: Option<&[u8]>) -> Result<Hash, Refusal> {
    let Some(settings) = settings else { return Ok(Hash::Sha1) };
    let settings = std::str::from_utf8(settings).map_err(|_| Refusal::Forged)?;
    let named = settings.split(',').find_map(|part| part.trim().strip_prefix("algorithm="));
    if named == Some("HMAC_SHA256") { Ok(Hash::Sha256) } else { Err(Refusal::Forged) }
}

fn delivery(form: &Form, url: &str, token: Option<&[u8]>, body: &[u8]) -> String {
    let call = form.text("CallSid").unwrap_or_default();
    let (kind, told) = token.map_or(("body", body), |token| ("token", token));
    let mut digest = Sha256::new();
    for part in ["twilio".as_bytes(), call.as_bytes(), url.as_bytes(), kind.as_bytes(), told] {
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part);
    }
    hex::encode(digest.finalize())
}

impl Callback {
    /// The call's id, where there is one that can be kept.
    pub fn call(&self) -> Option<Cow<'_, str>> {
        let call = self.form.text("CallSid")?;
        let fits =
            !call.is_empty() && call.len() <= MAX_CALL && call.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then_some(call)
    }

    /// What a step of a call hands in; `None` without a call id.
    pub fn arrival(&self) -> Option<Arrival> {
        let said = self.said();
        Some(self.hand_in(said, Opens::IfNone)?.in_locale(self.query.text("locale").map(Cow::into_owned)))
    }

    /// What a status callback hands in: only a call's end is news.
    pub fn left(&self) -> Option<Arrival> {
        let status = self.form.text("CallStatus")?;
        let over = matches!(&*status, "completed" | "busy" | "failed" | "no-answer" | "canceled");
        let said = Said::Left { reason: status.into_owned() };
        if over { self.hand_in(said, Opens::Never) } else { None }
    }

    /// Writes the document of the turn that this callback takes.
    pub fn render(&self, words: Arc<Playbook>) -> Render {
        let urls = self.urls.clone();
        let polls = self.polls();
        Box::new(move |outcome| twiml::document(&speech::script(outcome, polls, &words.words), &urls, polls))
    }

    /// What to say where the turn could not be taken in time or at all: twice "one moment", then sorry. `pause` in
    /// seconds.
    pub fn failure(&self, tongues: &twiml::Tongues<'_>, pause: u32) -> String {
        let tries = self.tries();
        if tries >= MAX_TRIES {
            return twiml::apology(tongues);
        }
        twiml::one_moment(tongues, pause, &self.urls.again(self.step(), self.delivery(), tries + 1))
    }

    fn hand_in(&self, said: Said, opens: Opens) -> Option<Arrival> {
        Some(Arrival {
            channel: Channel::Twilio,
            address: self.call()?.into_owned(),
            key: Some(format!("twilio:{}", self.delivery())),
            who: Who {
                contact: self.form.text("From").and_then(|from| caller(&from)),
                name: None,
                verified: false,
                tongue: None,
                phone: None,
            },
            locale: None,
            utterance: Utterance { said, answers_turn: self.step() },
            opens,
        })
    }

    /// Keys win over words, words over a wait, and nothing at all is silence.
    fn said(&self) -> Said {
        let Some(step) = self.query.text("step") else { return Said::Started { flow: None } };
        let text =
            |name| self.form.text(name).map(|text| utterance::clean(&text)).filter(|text| !text.is_empty());
        let finished = self.form.text("FinishedOnKey").is_some_and(|key| key == "#");
        if let Some(keys) = text("Digits") {
            return Said::Keys { keys: speech::pressed(&keys) };
        }
        if let Some(text) = text("SpeechResult") {
            return Said::Speech {
                text,
                confidence: self.form.text("Confidence").and_then(|told| confidence(&told)),
            };
        }
        // A step that is no number is none that we asked for.
        let lost = step.parse::<u64>().is_err();
        if self.polls() > 0 || self.tries() > 0 || lost {
            return Said::Again;
        }
        if finished { Said::Keys { keys: "#".to_owned() } } else { Said::Silence }
    }

    fn step(&self) -> Option<u64> {
        // One that cannot be read is as good as an old one.
        self.query.text("step").map(|step| step.parse().unwrap_or(0))
    }

    fn polls(&self) -> u32 {
        self.number("poll")
    }

    fn tries(&self) -> u32 {
        self.number("again")
    }

    fn number(&self, name: &str) -> u32 {
        self.query.text(name).and_then(|number| number.parse().ok()).unwrap_or(0).min(1_000_000)
    }

    /// Another try stands for the delivery that failed.
    fn delivery(&self) -> &str {
        let first = self.query.fields().find(|(name, _)| *name == b"of").map(|(_, of)| of);
        let digest = |of: &&[u8]| of.len() == 64 && of.iter().all(u8::is_ascii_hexdigit);
        let first = first.filter(digest).and_then(|of| std::str::from_utf8(of).ok());
        if self.tries() > 0 { first.unwrap_or(&self.delivery) } else { &self.delivery }
    }
}

impl Arrival {
    fn in_locale(mut self, locale: Option<String>) -> Self {
        self.locale = locale.filter(|locale| locale.len() <= 16);
        self
    }
}

/// From 0 to 1; anything else is no confidence at all.
fn confidence(told: &str) -> Option<f64> {
    told.trim().parse::<f64>().ok().filter(|told| (0.0..=1.0).contains(told))
}

/// A caller id is a hint who it may be, never proof.
fn caller(from: &str) -> Option<ContactId> {
    let digits = from.trim().strip_prefix('+').unwrap_or(from.trim());
    let number = (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    (number && !NOBODY.contains(&digits)).then(|| ids::contact("twilio", digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn callback(query: &str, body: &str) -> Callback {
        let parse = |text: &str| Form::parse(text.as_bytes()).expect("short");
        Callback {
            form: parse(body),
            query: parse(query),
            urls: Urls::new("https://desk.example.org"),
            delivery: "00".repeat(32),
        }
    }

    fn said(query: &str, body: &str) -> Said {
        callback(query, body).said()
    }

    fn keys(keys: &str) -> Said {
        Said::Keys { keys: keys.to_owned() }
    }

    #[test]
    fn what_each_callback_means() {
        assert_eq!(said("", "CallSid=CA1"), Said::Started { flow: None });
        assert_eq!(said("step=2", "Digits=1&Digits=2"), keys("1"));
        assert_eq!(said("step=2", "Digits=12345%23"), keys("12345"));
        assert_eq!(said("step=2", "Digits=%23"), keys("#"));
        assert_eq!(said("step=2", "Digits=*"), keys("*"));
        assert_eq!(said("step=2", "Digits=&FinishedOnKey=%23"), keys("#"));
        assert_eq!(said("step=2", "Digits=1&SpeechResult=billing"), keys("1"));
        assert_eq!(said("step=2", "Digits=&SpeechResult="), Said::Silence);
        assert_eq!(said("step=2&silence=1", ""), Said::Silence);
        assert_eq!(said("step=2&poll=3", ""), Said::Again);
        assert_eq!(
            said("step=2&poll=3", "SpeechResult=hello"),
            Said::Speech { text: "hello".into(), confidence: None }
        );
        assert_eq!(said("again=1", ""), Said::Started { flow: None });
        assert_eq!(said("step=2&again=1", ""), Said::Again);
        assert_eq!(said("step=x", ""), Said::Again);
        assert_eq!(callback("step=x", "").step(), Some(0));
    }

    #[test]
    fn keys_are_bounded() {
        let body = format!("Digits={}", "7".repeat(500));
        assert_eq!(said("step=1", &body), keys(&"7".repeat(speech::MAX_KEYS)));
    }

    #[test]
    fn a_confidence_is_a_share_or_nothing() {
        let of = |told: &str| match said("step=1", &format!("SpeechResult=yes&Confidence={told}")) {
            Said::Speech { confidence, .. } => confidence,
            other => panic!("{other:?}"),
        };
        assert_eq!(of("0.25"), Some(0.25));
        for odd in ["NaN", "1%2C5", "1.5", "-0.1", "inf", "", "high"] {
            assert_eq!(of(odd), None, "{odd}");
        }
    }

    #[test]
    fn nobody_has_no_identity() {
        let nobody =
            ["anonymous", "+266696687", "266696687", "client:bob", "sip:a@b.example", "", "+", "Restricted"];
        assert!(nobody.iter().all(|from| caller(from).is_none()));
        assert_eq!(caller("+14155550100"), caller("14155550100"));
        assert!(caller("+14155550100").is_some());
    }

    #[test]
    fn another_try_stands_for_the_first_and_ends() {
        let first = callback("step=4", "CallSid=CA1&Digits=1");
        let words = crate::flow::Words::default();
        let tongues = twiml::Tongues { locales: &[], words: &words };
        let document = first.failure(&tongues, 2);
        assert!(document.contains(&format!("?step=4&amp;again=1&amp;of={}", "00".repeat(32))), "{document}");
        let of = "ab".repeat(32);
        let second = callback(&format!("step=4&again=2&of={of}"), "CallSid=CA1");
        assert_eq!(second.arrival().and_then(|arrival| arrival.key), Some(format!("twilio:{of}")));
        assert!(second.failure(&tongues, 2).ends_with("<Hangup/></Response>"));
    }

    #[test]
    fn only_an_end_is_news() {
        let left = |status: &str| callback("", &format!("CallSid=CA1&CallStatus={status}")).left();
        assert!(["ringing", "in-progress", "queued", "odd"].iter().all(|status| left(status).is_none()));
        let end = left("no-answer").expect("an end");
        assert_eq!(end.utterance.said, Said::Left { reason: "no-answer".into() });
        assert_eq!(callback("", "CallStatus=completed").left().map(|end| end.address), None);
    }
}
