use serde::Deserialize;
use vestibule::channel::ivr::form::Form;
use vestibule::channel::ivr::signature::{Hash, Payload, Signed, sign};

/// Made with Twilio's own libraries.
const VECTORS: &str = include_str!("../../payloads/twilio/signature-vectors.json");

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    url: String,
    content_type: String,
    body: String,
    algorithm: Option<String>,
    auth_token: String,
    x_twilio_signature: String,
    expect_valid: bool,
}

impl Vector {
    fn verifies_with(&self, secrets: &[&str], url: &str, body: &[u8], signature: &str) -> bool {
        let form = Form::parse(body).expect("a small form");
        let json = self.content_type == "application/json";
        let payload = if json { Payload::Json(body) } else { Payload::Form(&form) };
        let hash = if self.algorithm.as_deref() == Some("HMAC_SHA256") { Hash::Sha256 } else { Hash::Sha1 };
        Signed { url, payload, signature: signature.as_bytes(), hash }.verifies(secrets.iter().copied())
    }

    fn verifies(&self) -> bool {
        self.verifies_with(&[&self.auth_token], &self.url, self.body.as_bytes(), &self.x_twilio_signature)
    }
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str::<File>(VECTORS).expect("the vectors").vectors
}

#[test]
fn the_vendors_vectors_are_met() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 25);
    for vector in vectors {
        assert_eq!(vector.verifies(), vector.expect_valid, "{}", vector.name);
    }
}

#[test]
fn either_of_two_secrets_will_do_while_they_change() {
    for vector in vectors().into_iter().filter(|vector| vector.expect_valid) {
        let check = |secrets: &[&str]| {
            vector.verifies_with(secrets, &vector.url, vector.body.as_bytes(), &vector.x_twilio_signature)
        };
        assert!(
            check(&["new", &vector.auth_token]) && check(&[&vector.auth_token, "new"]),
            "{}",
            vector.name
        );
        assert!(!check(&["new", "newer"]) && !check(&[]), "{}", vector.name);
    }
}

#[test]
fn no_flipped_bit_of_body_or_signature_passes() {
    for vector in vectors().into_iter().filter(|vector| vector.expect_valid) {
        for at in 0..vector.body.len() {
            let mut body = vector.body.clone().into_bytes();
            body[at] ^= 1;
            // Another spelling of the same form is the same form.
            let alike = Form::parse(&body) == Form::parse(vector.body.as_bytes());
            let passes =
                vector.verifies_with(&[&vector.auth_token], &vector.url, &body, &vector.x_twilio_signature);
            assert!(!passes || alike, "{} at {at}", vector.name);
        }
        for at in 0..vector.x_twilio_signature.len() {
            let mut signature = vector.x_twilio_signature.clone().into_bytes();
            signature[at] ^= 1;
            let signature = String::from_utf8(signature).expect("ASCII");
            let body = vector.body.as_bytes();
            assert!(
                !vector.verifies_with(&[&vector.auth_token], &vector.url, body, &signature),
                "{}",
                vector.name
            );
        }
    }
}

#[test]
fn bytes_that_are_not_utf8_are_signed_as_they_were_sent() {
    let url = "https://desk.example.org/ivr/twilio";
    let signed = Form::parse(b"CallSid=CA1&SpeechResult=caf%E9").expect("small");
    let signature = sign(Hash::Sha1, "secret", url, &signed);
    let check = |body: &[u8]| {
        let form = Form::parse(body).expect("small");
        let payload = Payload::Form(&form);
        Signed { url, payload, signature: signature.as_bytes(), hash: Hash::Sha1 }.verifies(["secret"])
    };
    assert!(check(b"CallSid=CA1&SpeechResult=caf%E9"));
    // Both are shown as U+FFFD, and only one was signed.
    assert!(!check(b"CallSid=CA1&SpeechResult=caf%EA"));
    assert!(!check("CallSid=CA1&SpeechResult=caf%EF%BF%BD".as_bytes()));
}
