use axum::http::HeaderMap;
use vestibule::channel::ivr::callback::{self, Callback, Refusal, verify};
use vestibule::channel::ivr::dialect::Dialect;
use vestibule::channel::ivr::form::{Form, MAX_BODY};
use vestibule::channel::ivr::signature::{Hash, sign};
use vestibule::config::{self, Settings};
use vestibule::conversation::Said;

const BASE: &str = "https://desk.example.org";
const TOKEN: &str = "secret";

fn settings() -> Settings {
    let environment = [("VESTIBULE_PUBLIC_URL", BASE), ("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", TOKEN)];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    config::load(None, environment).expect("settings")
}

struct Post {
    target: &'static str,
    body: Vec<u8>,
    headers: HeaderMap,
}

impl Post {
    fn new(target: &'static str, body: &[u8]) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(
            "content-type",
            "application/x-www-form-urlencoded; charset=UTF-8".parse().expect("a value"),
        );
        Self { target, body: body.to_vec(), headers }
    }

    fn signed(target: &'static str, body: &[u8]) -> Self {
        Self::new(target, body).signed_for(&format!("{BASE}{target}"))
    }

    fn signed_for(self, url: &str) -> Self {
        let signature = sign(Hash::Sha1, TOKEN, url, &Form::parse(&self.body).unwrap_or_default());
        self.with("x-twilio-signature", &signature)
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().expect("a value"));
        self
    }

    fn verify(&self) -> Result<Callback, Refusal> {
        let (headers, target, body) = (&self.headers, self.target, self.body.as_slice());
        verify(Dialect::Twilio, &settings(), &callback::Post { headers, target, body, now: 0 })
    }
}

fn key(post: &Post) -> String {
    post.verify().expect("signed").arrival().and_then(|arrival| arrival.key).expect("a key")
}

#[test]
fn a_signed_step_is_taken() {
    let post = Post::signed("/ivr/twilio?step=3", b"CallSid=CA1&From=%2B14155550100&Digits=2&New=field");
    let arrival = post.verify().expect("signed").arrival().expect("a call");
    assert_eq!(arrival.address, "CA1");
    assert_eq!(arrival.utterance.said, Said::Keys { keys: "2".into() });
    assert_eq!(arrival.utterance.answers_turn, Some(3));
    assert!(arrival.who.contact.is_some() && !arrival.who.verified);
}

#[test]
fn only_the_configured_url_counts() {
    let body = b"CallSid=CA1&Digits=2";
    let target = "/ivr/twilio?step=3&a=1";
    let refused = |post: Post| assert_eq!(post.verify().err(), Some(Refusal::Forged));
    refused(Post::new(target, body));
    refused(Post::new(target, body).with("x-twilio-signature", ""));
    for url in [
        "http://desk.example.org/ivr/twilio?step=3&a=1",
        "https://desk.example.org/ivr/twilio?a=1&step=3",
        "https://desk.example.org/ivr/twilio/?step=3&a=1",
        "https://desk.example.org/ivr/twilio",
        "https://evil.example/ivr/twilio?step=3&a=1",
        "https://desk.example.org:8443/ivr/twilio?step=3&a=1",
    ] {
        let spoofed = Post::new(target, body).signed_for(url);
        refused(
            spoofed
                .with("host", "evil.example")
                .with("x-forwarded-host", "evil.example")
                .with("x-forwarded-proto", "http"),
        );
    }
    assert!(
        Post::new(target, body)
            .signed_for("https://desk.example.org:443/ivr/twilio?step=3&a=1")
            .verify()
            .is_ok()
    );
}

#[test]
fn size_and_type_come_before_the_signature() {
    let large = vec![b'a'; MAX_BODY + 1];
    assert_eq!(Post::new("/ivr/twilio", &large).verify().err(), Some(Refusal::TooLarge));
    let many = vec!["a=1"; 2_000].join("&");
    assert_eq!(Post::new("/ivr/twilio", many.as_bytes()).verify().err(), Some(Refusal::TooLarge));
    let typed = |kind| Post::signed("/ivr/twilio", b"CallSid=CA1").with("content-type", kind).verify().err();
    assert_eq!(typed("text/xml"), Some(Refusal::WrongType));
    assert_eq!(typed("multipart/form-data; boundary=x"), Some(Refusal::WrongType));
    let zipped = Post::signed("/ivr/twilio", b"CallSid=CA1").with("content-encoding", "gzip");
    assert_eq!(zipped.verify().err(), Some(Refusal::WrongType));
}

#[test]
fn json_counts_only_with_its_hash_in_the_url() {
    let json = |target| Post::new(target, b"{}").with("content-type", "application/json");
    let bare = json("/ivr/twilio?step=1");
    let bare = Post {
        headers: Post::new(bare.target, b"").signed_for(&format!("{BASE}{}", bare.target)).headers,
        ..bare
    };
    assert_eq!(bare.with("content-type", "application/json").verify().err(), Some(Refusal::Forged));
}

#[test]
fn a_hash_that_is_not_known_is_not_guessed_down() {
    let post = |settings| {
        Post::signed("/ivr/twilio", b"CallSid=CA1")
            .with("x-twilio-webhooks-signature-settings", settings)
            .verify()
            .err()
    };
    assert_eq!(post("key=a,algorithm=HMAC_SHA512"), Some(Refusal::Forged));
    assert_eq!(post("key=a,algorithm=HMAC_SHA256"), Some(Refusal::Forged));
    let form = Form::parse(b"CallSid=CA1").expect("small");
    let signature = sign(Hash::Sha256, TOKEN, &format!("{BASE}/ivr/twilio"), &form);
    let newer = Post::new("/ivr/twilio", b"CallSid=CA1")
        .with("x-twilio-signature", &signature)
        .with("x-twilio-webhooks-signature-settings", "key=a,algorithm=HMAC_SHA256");
    assert!(newer.verify().is_ok());
}

#[test]
fn a_redelivery_has_the_same_key_and_nothing_else_has() {
    let first = Post::signed("/ivr/twilio?step=3", b"CallSid=CA1&Digits=2");
    assert_eq!(key(&first), key(&Post::signed("/ivr/twilio?step=3", b"CallSid=CA1&Digits=2")));
    assert_ne!(key(&first), key(&Post::signed("/ivr/twilio?step=4", b"CallSid=CA1&Digits=2")));
    assert_ne!(key(&first), key(&Post::signed("/ivr/twilio?step=3", b"CallSid=CA1&Digits=3")));
    assert_ne!(key(&first), key(&Post::signed("/ivr/twilio?step=3", b"CallSid=CA2&Digits=2")));
}

#[test]
fn the_platforms_own_token_comes_before_the_body() {
    let token = |token, body: &[u8]| {
        Post::signed("/ivr/twilio?step=3", body).with("i-twilio-idempotency-token", token)
    };
    let first = key(&token("t1", b"CallSid=CA1&Digits=2"));
    assert_eq!(first, key(&token("t1", b"CallSid=CA1&Digits=2&Added=1")));
    assert_ne!(first, key(&token("t2", b"CallSid=CA1&Digits=2")));
    assert_ne!(first, key(&token("t1", b"CallSid=CA2&Digits=2")));
}

#[test]
fn a_signed_post_without_a_call_has_nobody_to_talk_to() {
    for body in ["From=%2B1", "CallSid=", "CallSid=a+b", "CallSid=%00"] {
        assert!(
            Post::signed("/ivr/twilio", body.as_bytes()).verify().expect("signed").arrival().is_none(),
            "{body}"
        );
    }
}
