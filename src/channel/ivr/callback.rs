//! A platform's callback: whether it may be believed, and what it means. The same for every dialect.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use sha2::{Digest, Sha256};

use super::dialect::Dialect;
use super::form::{Form, FormError, MAX_BODY};
use super::signature::{Hash, Payload, Signed};
use super::told::Told;
use super::urls::Urls;
use super::{document, speech, stamped};
use crate::app::inbound::{Arrival, Opens, Render, Who};
use crate::config::{Secret, Settings};
use crate::conversation::{ContactId, Said, TransferEnd, Utterance, ids, is_e164};
use crate::flow::Playbook;

/// A call id is 34 characters with Twilio.
const MAX_CALL: usize = 128;
/// How often a failed step is tried again before the call goes to a person or ends.
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
    pub dialect: Dialect,
    pub told: Told,
    query: Form,
    line: Option<String>,
    pub urls: Urls,
    /// Digest of platform, call, URL and body, or of the platform's own token in place of the body.
    delivery: String,
}

/// A post as it came: `target` is path and query exactly as received, `now` seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Post<'a> {
    pub headers: &'a HeaderMap,
    pub target: &'a str,
    pub body: &'a [u8],
    pub now: i64,
}

impl Post<'_> {
    fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.get(name).map(|value| value.as_bytes())
    }
}

/// Checks size, type and signature, in this order, before anything in it is believed. What the platform calls is our
/// configured public address, never one of a header.
///
/// # Errors
/// See [`Refusal`].
pub fn verify(dialect: Dialect, settings: &Settings, post: &Post<'_>) -> Result<Callback, Refusal> {
    let (_, query) = post.target.split_once('?').unwrap_or((post.target, ""));
    let query = Form::parse(query.as_bytes()).map_err(too_large)?;
    if post.body.len() > MAX_BODY {
        return Err(Refusal::TooLarge);
    }
    let json = is_json(post.headers)?;
    if !json && dialect == Dialect::Jambonz {
        return Err(Refusal::WrongType);
    }
    let form = if json { Form::default() } else { Form::parse(post.body).map_err(too_large)? };
    let public = settings.public_url.as_deref().ok_or(Refusal::Forged)?;
    let url = format!("{public}{}", post.target);
    let payload = if json { Payload::Json(post.body) } else { Payload::Form(&form) };
    if !signed(dialect, settings, post, &url, payload)? {
        return Err(Refusal::Forged);
    }
    let told = match dialect {
        Dialect::Jambonz => Told::of_json(&serde_json::from_slice(post.body).unwrap_or_default()),
        Dialect::Twilio | Dialect::Signalwire | Dialect::Telnyx => Told::of_form(&form),
    };
    let token = post.header("i-twilio-idempotency-token").filter(|_| dialect == Dialect::Twilio);
    let call = told.call.clone().unwrap_or_default();
    let delivery = delivery(dialect, &call, &url, token, post.body);
    let line = told.line.clone().or_else(|| query.text("line").map(std::borrow::Cow::into_owned));
    Ok(Callback { dialect, told, query, line, urls: Urls::new(public, dialect), delivery })
}

fn signed(
    dialect: Dialect,
    settings: &Settings,
    post: &Post<'_>,
    url: &str,
    payload: Payload<'_>,
) -> Result<bool, Refusal> {
    let carrier = dialect.carrier(settings);
    let secrets = carrier.secrets.iter().map(Secret::expose);
    Ok(match dialect {
        Dialect::Twilio => {
            let hash = hash(post.header("x-twilio-webhooks-signature-settings"))?;
            let signature = post.header("x-twilio-signature").unwrap_or_default();
            let signed = Signed { url, payload, signature, hash };
            match carrier.signing_keys.as_slice() {
                [] => signed.verifies(secrets),
                // Who has a shared key is not talked down to the weaker hash.
                keys => hash == Hash::Sha256 && signed.verifies(keys.iter().map(Secret::expose)),
            }
        }
        Dialect::Signalwire => {
            let own = post.header("x-signalwire-signature");
            let signature = own.or_else(|| post.header("x-twilio-signature")).unwrap_or_default();
            let hash = match payload {
                Payload::Form(_) => Hash::Sha1,
                Payload::Json(_) => Hash::Sha1OfBody,
            };
            Signed { url, payload, signature, hash }.verifies(secrets)
        }
        Dialect::Telnyx => {
            let [time, signature] = ["telnyx-timestamp", "telnyx-signature-ed25519"]
                .map(|name| post.header(name).unwrap_or_default());
            stamped::telnyx(secrets, time, signature, post.body, post.now)
        }
        Dialect::Jambonz => {
            let header = post.header("jambonz-signature").unwrap_or_default();
            stamped::jambonz(secrets, header, post.body, post.now)
        }
    })
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

fn delivery(dialect: Dialect, call: &str, url: &str, token: Option<&[u8]>, body: &[u8]) -> String {
    let (kind, told) = token.map_or(("body", body), |token| ("token", token));
    let mut digest = Sha256::new();
    for part in [dialect.word().as_bytes(), call.as_bytes(), url.as_bytes(), kind.as_bytes(), told] {
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part);
    }
    hex::encode(digest.finalize())
}

impl Callback {
    /// The call's id, where there is one that can be kept.
    pub fn call(&self) -> Option<&str> {
        id(self.told.call.as_deref()?)
    }

    /// Where the conversation is kept: the call's id; of a call back that of the call that asked for it, so that one
    /// goes on as the other.
    fn address(&self) -> Option<String> {
        let call = self.call()?;
        Some(self.line().unwrap_or(call).to_owned())
    }

    /// Of a call back: the call that asked for it.
    fn line(&self) -> Option<&str> {
        id(self.line.as_deref()?)
    }

    /// Where the conversation is kept that the call was made for.
    pub fn of_parent(&self) -> Option<&str> {
        self.line().or_else(|| id(self.told.parent.as_deref()?))
    }

    /// What a step of a call hands in; `None` without a call id.
    pub fn arrival(&self) -> Option<Arrival> {
        let said = self.said();
        // A call back goes on with what there is; it begins nothing.
        let opens = if self.is_call_back() { Opens::Never } else { Opens::IfNone };
        Some(
            self.hand_in(said, opens)?.in_locale(self.query.text("locale").map(std::borrow::Cow::into_owned)),
        )
    }

    /// What a status callback hands in: a call's end is news, and what was understood of a recording.
    pub fn left(&self) -> Option<Arrival> {
        if let Some(text) = &self.told.transcript {
            return self.hand_in(Said::Transcribed { text: text.clone() }, Opens::Never);
        }
        if !self.told.is_over() {
            return None;
        }
        let reason = self.told.status.clone().unwrap_or_default();
        let said = if self.is_call_back() { Said::CallBackEnded { reason } } else { Said::Left { reason } };
        self.hand_in(said, Opens::Never)
    }

    fn is_call_back(&self) -> bool {
        self.line().is_some()
    }

    /// Writes the document of the turn that this callback takes.
    pub fn render(&self, playbook: Arc<Playbook>, audio: Arc<dyn speech::Audio>) -> Render {
        let urls = match self.is_call_back() {
            true => self.urls.clone().on_line(self.address().unwrap_or_default()),
            false => self.urls.clone(),
        };
        let polls = self.polls();
        Box::new(move |outcome| {
            let script = speech::script(outcome, polls, &playbook, audio.as_ref());
            document::of(&script, &urls, polls)
        })
    }

    /// What to say where the turn could not be taken in time or at all: twice "one moment", then the way out. `pause`
    /// in seconds.
    pub fn failure(&self, tongues: &speech::Tongues<'_>, pause: u32) -> String {
        let tries = self.tries();
        if tries >= MAX_TRIES || self.call().is_none() {
            return self.way_out(tongues);
        }
        let again = self.urls.again(self.step(), self.delivery(), tries + 1);
        document::one_moment(&self.urls, tongues, pause, &again)
    }

    /// To the operator where there is one, else an apology and the end. A call that comes back from the operator ends.
    pub fn way_out(&self, tongues: &speech::Tongues<'_>) -> String {
        let tried = self.told.transfer.is_some() || self.call().is_none();
        document::way_out(&self.urls, tongues, tongues.operator.filter(|_| !tried))
    }

    fn hand_in(&self, said: Said, opens: Opens) -> Option<Arrival> {
        Some(Arrival {
            channel: self.dialect.channel(),
            address: self.address()?,
            key: Some(format!("{}:{}", self.dialect.word(), self.delivery())),
            who: Who {
                contact: self.told.from.as_deref().filter(|_| !self.told.outbound).and_then(caller),
                number: self.told.from.as_deref().filter(|_| !self.told.outbound).and_then(number),
                ..Who::default()
            },
            locale: None,
            utterance: Utterance { said, answers_turn: self.step() },
            opens,
        })
    }

    /// Keys win over words, words over a wait, and nothing at all is silence.
    fn said(&self) -> Said {
        let Some(step) = self.query.text("step") else {
            return if self.is_call_back() { Said::CallBackAnswered } else { Said::Started { flow: None } };
        };
        if let Some(how) = self.told.transfer {
            return Said::Transferred { how };
        }
        if let Some(recording) = &self.told.recording {
            let (url, seconds) = (recording.url.clone(), recording.seconds);
            return Said::Recorded { url, seconds };
        }
        if let Some(keys) = &self.told.digits {
            return Said::Keys { keys: speech::pressed(keys) };
        }
        if let Some(text) = &self.told.speech {
            let confidence = self.told.confidence.as_deref().and_then(confidence);
            return Said::Speech { text: text.clone(), confidence };
        }
        // A step that is no number is none that we asked for.
        let lost = step.parse::<u64>().is_err();
        if self.polls() > 0 || self.tries() > 0 || lost {
            return Said::Again;
        }
        if self.query.text("transfer").is_some() {
            return Said::Transferred { how: TransferEnd::Failed };
        }
        if self.told.finished { Said::Keys { keys: "#".to_owned() } } else { Said::Silence }
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

fn id(text: &str) -> Option<&str> {
    let fits = !text.is_empty() && text.len() <= MAX_CALL && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(text)
}

/// From 0 to 1; anything else is no confidence at all.
fn confidence(told: &str) -> Option<f64> {
    told.trim().parse::<f64>().ok().filter(|told| (0.0..=1.0).contains(told))
}

/// A caller id is a hint who it may be, never proof. A number is the same whichever platform carries it.
fn caller(from: &str) -> Option<ContactId> {
    number(from).map(|number| ids::contact("twilio", number.trim_start_matches('+')))
}

/// A caller's number in E.164, where one is shown.
fn number(from: &str) -> Option<String> {
    let digits = from.trim().strip_prefix('+').unwrap_or(from.trim());
    let number = format!("+{digits}");
    (is_e164(&number) && !NOBODY.contains(&digits)).then_some(number)
}

#[cfg(test)]
mod tests;
