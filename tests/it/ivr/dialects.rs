//! What the platforms other than Twilio sign, send and get.

use axum::http::HeaderMap;
use serde_json::{Value, json};
use vestibule::channel::ivr::callback::{self, Callback, Refusal, verify};
use vestibule::channel::ivr::dialect::Dialect;
use vestibule::channel::ivr::form::Form;
use vestibule::channel::ivr::signature::{Hash, sign};
use vestibule::channel::ivr::stamped;
use vestibule::config::{self, Settings};
use vestibule::conversation::{Channel, Said, TransferEnd};

/// Made with the vendors' own libraries.
const VECTORS: &str = include_str!("../../payloads/ivr/signature-vectors.json");
const NOW: i64 = 1_764_000_000;
const TELNYX: &str = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";

fn vectors() -> Value {
    serde_json::from_str(VECTORS).expect("the vectors")
}

fn text<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().unwrap_or_else(|| panic!("no {name}"))
}

fn settings(public: &str, more: &[(&str, &str)]) -> Settings {
    let both = [("PUBLIC_URL", public)];
    let environment =
        both.iter().chain(more).map(|(name, value)| (format!("VESTIBULE_{name}"), (*value).to_owned()));
    config::load(None, environment).expect("settings")
}

#[derive(Clone)]
struct Post {
    dialect: Dialect,
    target: String,
    body: Vec<u8>,
    headers: HeaderMap,
    now: i64,
}

impl Post {
    fn new(dialect: Dialect, target: &str, kind: &str, body: &[u8]) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", kind.parse().expect("a value"));
        Self { dialect, target: target.to_owned(), body: body.to_vec(), headers, now: NOW }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().expect("a value"));
        self
    }

    fn verify(&self, settings: &Settings) -> Result<Callback, Refusal> {
        let (headers, target, body, now) =
            (&self.headers, self.target.as_str(), self.body.as_slice(), self.now);
        verify(self.dialect, settings, &callback::Post { headers, target, body, now })
    }

    /// Whether any byte of the body, and of the header that signs it, may be another.
    fn passes_changed(&self, settings: &Settings, header: &'static str) -> Option<String> {
        for at in 0..self.body.len() {
            let mut changed = self.clone();
            changed.body[at] ^= 1;
            // Another spelling of the same form is the same form.
            let alike = Form::parse(&changed.body) == Form::parse(&self.body);
            let raw = matches!(self.dialect, Dialect::Telnyx | Dialect::Jambonz);
            if changed.verify(settings).is_ok() && (raw || !alike) {
                return Some(format!("body byte {at}"));
            }
        }
        let signature = self.headers[header].to_str().expect("text").to_owned();
        for at in 0..signature.len() {
            let mut changed = signature.clone().into_bytes();
            changed[at] ^= 1;
            let Ok(changed) = String::from_utf8(changed) else { continue };
            let Ok(value) = changed.parse() else { continue };
            let mut post = self.clone();
            post.headers.insert(header, value);
            if post.verify(settings).is_ok() {
                return Some(format!("{header} byte {at}: {changed}"));
            }
        }
        None
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn telnyx_signs_with_its_private_key() {
    let all = vectors();
    let vector = &all["telnyx"];
    let with = |key: &str| settings("https://desk.example.org", &[("CHANNELS__TELNYX__PUBLIC_KEY", key)]);
    let good = with(text(vector, "public_key_b64"));
    let post = Post::new(Dialect::Telnyx, "/ivr/telnyx?step=1", FORM, text(vector, "body").as_bytes())
        .with("telnyx-timestamp", &vector["timestamp"].to_string())
        .with("telnyx-signature-ed25519", text(vector, "signature"));
    let callback = post.verify(&good).expect("signed");
    assert_eq!(callback.call(), Some("v3:abc"));
    assert_eq!(callback.arrival().expect("a call").utterance.said, Said::Keys { keys: "1".into() });
    assert_eq!(post.passes_changed(&good, "telnyx-signature-ed25519"), None);
    assert_eq!(post.passes_changed(&good, "telnyx-timestamp"), None);
    for age in [-301, 301] {
        let late = Post { now: NOW + age, ..post.clone() };
        assert_eq!(late.verify(&good).err(), Some(Refusal::Forged), "{age} s");
    }
    assert!(Post { now: NOW + 300, ..post.clone() }.verify(&good).is_ok());
    // Another key does not do, and both do while they change.
    let other = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    assert!(post.verify(&with(other)).is_err());
    let keys = [("CHANNELS__TELNYX__PUBLIC_KEY", other), ("CHANNELS__TELNYX__PUBLIC_KEY_PREVIOUS", TELNYX)];
    assert!(post.verify(&settings("https://desk.example.org", &keys)).is_ok());
}

#[test]
fn jambonz_signs_time_and_body() {
    let all = vectors();
    let vector = &all["jambonz"];
    let with =
        |secret: &str| settings("https://desk.example.org", &[("CHANNELS__JAMBONZ__WEBHOOK_SECRET", secret)]);
    let good = with(text(vector, "secret"));
    let body = text(vector, "body").as_bytes();
    let post = Post::new(Dialect::Jambonz, "/ivr/jambonz?step=1", "application/json", body)
        .with("jambonz-signature", text(vector, "value"));
    let callback = post.verify(&good).expect("signed");
    assert_eq!(callback.call(), Some("b6f48929-8e86-4d62-ae3b-64fb574d91f6"));
    assert_eq!(callback.arrival().expect("a call").utterance.said, Said::Keys { keys: "1".into() });
    assert_eq!(stamped::sign_jambonz(text(vector, "secret"), NOW, body), text(vector, "value"));
    assert_eq!(post.passes_changed(&good, "jambonz-signature"), None);
    assert!(Post { now: NOW + 301, ..post.clone() }.verify(&good).is_err());
    assert!(post.verify(&with("another")).is_err());
    // Several signatures are one for each secret while they change.
    let (_, signature) = text(vector, "value").split_once(",v1=").expect("a signature");
    let header = |value: &str| post.clone().with("jambonz-signature", value).verify(&good);
    assert!(header(&format!("t={NOW},v1={},v1={signature}", "0".repeat(64))).is_ok());
    for odd in [
        format!("t={NOW}"),
        format!("v1={signature}"),
        format!("t={NOW},v1={signature},v2=x"),
        format!("t={NOW},t={NOW},v1={signature}"),
        format!("t=0{NOW},v1={signature}"),
        format!("t={NOW},v1={}", signature.to_uppercase()),
        String::new(),
    ] {
        assert!(header(&odd).is_err(), "{odd}");
    }
    // A form is none of its posts.
    let form = post.clone().with("content-type", FORM);
    assert_eq!(form.verify(&good).err(), Some(Refusal::WrongType));
}

#[test]
fn signalwire_signs_as_twilio_does_with_its_own_key() {
    let all = vectors();
    let vector = &all["signalwire_cxml_form"];
    let (base, target) = ("https://ivr.example.com", "/v1/ivr/signalwire");
    assert_eq!(text(vector, "url"), format!("{base}{target}"));
    let good = settings(base, &[("CHANNELS__SIGNALWIRE__SIGNING_KEY", text(vector, "signing_key"))]);
    let post = Post::new(Dialect::Signalwire, target, FORM, b"CallSid=c1&Digits=1");
    let signed = post.clone().with("x-signalwire-signature", text(vector, "signature"));
    assert_eq!(signed.verify(&good).expect("signed").call(), Some("c1"));
    assert_eq!(signed.passes_changed(&good, "x-signalwire-signature"), None);
    // The other name of the header counts where its own is not there, and not beside it.
    assert!(post.clone().with("x-twilio-signature", text(vector, "signature")).verify(&good).is_ok());
    let both =
        post.with("x-twilio-signature", text(vector, "signature")).with("x-signalwire-signature", "odd");
    assert!(both.verify(&good).is_err());

    let vector = &all["signalwire_json"];
    let body = text(vector, "body").as_bytes();
    let post = Post::new(Dialect::Signalwire, target, "application/json", body)
        .with("x-signalwire-signature", text(vector, "signature"));
    assert!(post.verify(&good).is_ok());
    assert_eq!(post.passes_changed(&good, "x-signalwire-signature"), None);
}

#[test]
fn a_shared_key_is_not_talked_down() {
    let good = settings(
        "https://desk.example.org",
        &[("CHANNELS__TWILIO__AUTH_TOKEN", "token"), ("CHANNELS__TWILIO__SIGNING_KEY", "shared")],
    );
    let (target, body) = ("/ivr/twilio?step=1", b"CallSid=CA1&Digits=1");
    let form = Form::parse(body).expect("small");
    let signed = |hash, key: &str| sign(hash, key, &format!("https://desk.example.org{target}"), &form);
    let post = |signature: &str| {
        Post::new(Dialect::Twilio, target, FORM, body).with("x-twilio-signature", signature)
    };
    let newer = |signature: &str| {
        post(signature).with("x-twilio-webhooks-signature-settings", "key=a,algorithm=HMAC_SHA256")
    };
    assert!(newer(&signed(Hash::Sha256, "shared")).verify(&good).is_ok());
    assert!(post(&signed(Hash::Sha1, "token")).verify(&good).is_err(), "the weaker hash");
    assert!(post(&signed(Hash::Sha1, "shared")).verify(&good).is_err());
    assert!(newer(&signed(Hash::Sha256, "token")).verify(&good).is_err(), "the other secret");
}

#[test]
fn a_number_is_the_same_caller_on_every_platform() {
    let good = settings(
        "https://desk.example.org",
        &[("CHANNELS__JAMBONZ__WEBHOOK_SECRET", "s"), ("CHANNELS__TWILIO__AUTH_TOKEN", "t")],
    );
    let body = json!({"call_sid": "j1", "from": "+14155550123", "direction": "inbound"}).to_string();
    let arrival = jambonz("/ivr/jambonz", &body).verify(&good).expect("signed").arrival().expect("a call");
    assert_eq!((arrival.channel, arrival.address.as_str()), (Channel::Jambonz, "j1"));
    assert_eq!(arrival.who.number.as_deref(), Some("+14155550123"));
    let (target, form) = ("/ivr/twilio", b"CallSid=CA1&From=%2B14155550123");
    let signature = sign(
        Hash::Sha1,
        "t",
        &format!("https://desk.example.org{target}"),
        &Form::parse(form).expect("small"),
    );
    let twilio = Post::new(Dialect::Twilio, target, FORM, form).with("x-twilio-signature", &signature);
    let other = twilio.verify(&good).expect("signed").arrival().expect("a call");
    assert_eq!(arrival.who.contact, other.who.contact);
    assert!(!arrival.who.verified);
}

fn jambonz(target: &str, body: &str) -> Post {
    Post::new(Dialect::Jambonz, target, "application/json", body.as_bytes())
        .with("jambonz-signature", &stamped::sign_jambonz("s", NOW, body.as_bytes()))
}

#[test]
fn what_jambonz_sends_is_understood() {
    let good = settings("https://desk.example.org", &[("CHANNELS__JAMBONZ__WEBHOOK_SECRET", "s")]);
    let said = |target: &str, mut body: Value| {
        body["call_sid"] = json!("c1");
        let callback = jambonz(target, &body.to_string()).verify(&good).expect("signed");
        callback.arrival().expect("a call").utterance.said
    };
    let step = "/ivr/jambonz?step=3";
    let keys = |keys: &str| Said::Keys { keys: keys.to_owned() };
    assert_eq!(said("/ivr/jambonz", json!({})), Said::Started { flow: None });
    assert_eq!(said(step, json!({"reason": "dtmfDetected", "digits": "12"})), keys("12"));
    assert_eq!(said(step, json!({"reason": "dtmfDetected", "digits": ""})), keys("#"));
    assert_eq!(said(step, json!({"reason": "timeout"})), Said::Silence);
    assert_eq!(said("/ivr/jambonz?step=3&poll=2", json!({"reason": "timeout"})), Said::Again);
    let speech = json!({"reason": "speechDetected", "speech": {"alternatives": [{"transcript": "my bill", "confidence": 0.87}]}});
    assert_eq!(said(step, speech), Said::Speech { text: "my bill".into(), confidence: Some(0.87) });
    for (status, how) in [
        (json!("completed"), TransferEnd::Completed),
        (json!("busy"), TransferEnd::Busy),
        (json!("no-answer"), TransferEnd::NoAnswer),
        (json!("ringing"), TransferEnd::Failed),
        // Where it rang in vain it may be missing.
        (Value::Null, TransferEnd::Failed),
    ] {
        let target = "/ivr/jambonz?step=3&transfer=1";
        assert_eq!(said(target, json!({"dial_call_status": status})), Said::Transferred { how });
    }
    // The end of a leg that a transfer made is not the end of the call.
    let over = |body: &Value| {
        jambonz("/ivr/jambonz/status", &body.to_string()).verify(&good).expect("signed").left()
    };
    let ended = json!({"call_sid": "c1", "call_status": "completed", "duration": 12});
    assert!(over(&ended).is_some());
    let leg = json!({"call_sid": "c2", "parent_call_sid": "c1", "call_status": "completed"});
    assert!(over(&leg).is_none());
    assert!(over(&json!({"call_sid": "c1", "call_status": "in-progress"})).is_none());
    for odd in ["[]", "null", "{\"call_sid\":7}", "not json", ""] {
        let callback = jambonz("/ivr/jambonz", odd).verify(&good).expect("signed");
        assert!(callback.arrival().is_none(), "{odd}");
    }
}

/// Whatever its schemas allow is taken: said, or an apology where it names no call.
#[test]
fn what_jambonz_schemas_allow_is_taken() {
    let good = settings("https://desk.example.org", &[("CHANNELS__JAMBONZ__WEBHOOK_SECRET", "s")]);
    let Some(samples) = crate::support::jambonz::samples() else { return };
    assert!(samples.len() > 20, "{}", samples.len());
    for (name, payload) in samples {
        for target in
            ["/ivr/jambonz", "/ivr/jambonz?step=3", "/ivr/jambonz?step=3&transfer=1", "/ivr/jambonz/status"]
        {
            let callback = jambonz(target, &payload.to_string()).verify(&good);
            let callback = callback.unwrap_or_else(|refused| panic!("{name}: {refused}"));
            let call = payload["call_sid"].as_str();
            assert_eq!(callback.call(), call, "{name}");
            assert_eq!(callback.arrival().is_some(), call.is_some(), "{name}");
            callback.left();
        }
    }
}

#[test]
fn a_call_back_goes_on_where_it_was_asked_for() {
    let good = settings("https://desk.example.org", &[("CHANNELS__JAMBONZ__WEBHOOK_SECRET", "s")]);
    let body = json!({"call_sid": "c9", "direction": "outbound", "from": "+39021234", "customerData": {"line": "c1"}});
    let callback = jambonz("/ivr/jambonz", &body.to_string()).verify(&good).expect("signed");
    let arrival = callback.arrival().expect("a call");
    assert_eq!((arrival.address.as_str(), arrival.utterance.said), ("c1", Said::CallBackAnswered));
    assert_eq!(arrival.who.contact, None, "the desk's own number is nobody's");
    let left = json!({"call_sid": "c9", "call_status": "busy", "customerData": {"line": "c1"}});
    let left = jambonz("/ivr/jambonz/status", &left.to_string()).verify(&good).expect("signed").left();
    assert_eq!(left.expect("news").utterance.said, Said::CallBackEnded { reason: "busy".into() });
}
