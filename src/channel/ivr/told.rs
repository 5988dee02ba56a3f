//! What a callback says, freed of its platform's names.

use serde_json::Value;

use super::form::Form;
use crate::conversation::{TransferEnd, utterance};

/// The fields of a callback that mean something to us.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    pub call: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    /// We made the call.
    pub outbound: bool,
    /// The call that this one was made for.
    pub parent: Option<String>,
    /// Of a call back: the call that asked for it, where the platform keeps that for us.
    pub line: Option<String>,
    pub digits: Option<String>,
    pub speech: Option<String>,
    /// As the platform wrote it.
    pub confidence: Option<String>,
    /// `#` came alone.
    pub finished: bool,
    /// Where the call stands, in Twilio's words.
    pub status: Option<String>,
    /// How a transfer ended.
    pub transfer: Option<TransferEnd>,
    pub recording: Option<Recording>,
    /// What was understood of a recording.
    pub transcript: Option<String>,
}

/// A recording that the platform keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    pub url: String,
    pub seconds: u32,
}

impl Told {
    /// Twilio's fields; SignalWire and Telnyx send the same.
    /// See <https://www.twilio.com/docs/voice/twiml#request-parameters>.
    pub fn of_form(form: &Form) -> Self {
        let text =
            |name: &str| form.text(name).map(|text| utterance::clean(&text)).filter(|text| !text.is_empty());
        let recording = text("RecordingUrl").map(|url| Recording {
            url,
            seconds: text("RecordingDuration").and_then(|told| told.parse().ok()).unwrap_or(0),
        });
        Self {
            call: form.text("CallSid").map(std::borrow::Cow::into_owned),
            from: text("From"),
            to: text("To"),
            outbound: text("Direction").is_some_and(|direction| direction.starts_with("outbound")),
            // After a recording they are the key that ended it, or `hangup`.
            parent: text("ParentCallSid"),
            line: None,
            digits: text("Digits").filter(|_| recording.is_none()),
            speech: text("SpeechResult").or_else(|| text("UnstableSpeechResult")),
            confidence: text("Confidence"),
            finished: text("FinishedOnKey").is_some_and(|key| key == "#"),
            status: text("CallStatus"),
            transfer: text("DialCallStatus").map(|status| ended(&status)),
            recording,
            transcript: text("TranscriptionText"),
        }
    }

    /// jambonz' payloads: <https://docs.jambonz.org/reference/introduction/webhooks>.
    pub fn of_json(json: &Value) -> Self {
        let text = |value: &Value| match value {
            Value::String(text) => Some(utterance::clean(text)).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let best = &json["speech"]["alternatives"][0];
        let recording = text(&json["recording_url"])
            .map(|url| Recording { url, seconds: json["recording_duration"].as_f64().map_or(0, whole) });
        Self {
            call: json["call_sid"].as_str().map(str::to_owned),
            from: text(&json["from"]),
            to: text(&json["to"]),
            outbound: json["direction"] == "outbound",
            parent: text(&json["parent_call_sid"]),
            line: text(&json["customerData"]["line"]),
            digits: text(&json["digits"]),
            speech: text(&best["transcript"]),
            confidence: text(&best["confidence"]),
            finished: json["reason"] == "dtmfDetected" && json["digits"] == "",
            status: text(&json["call_status"]),
            transfer: text(&json["dial_call_status"]).map(|status| ended(&status)),
            recording,
            transcript: None,
        }
    }

    /// The call is over, and not one that was made for it.
    pub fn is_over(&self) -> bool {
        if self.parent.is_some() {
            return false;
        }
        let over = ["completed", "busy", "failed", "no-answer", "canceled"];
        self.status.as_deref().is_some_and(|status| over.contains(&status))
    }
}

fn whole(seconds: f64) -> u32 {
    // Negative and odd numbers become 0 and the greatest.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast of a float saturates"
    )]
    let whole = seconds.round() as u32;
    whole
}

/// <https://www.twilio.com/docs/voice/twiml/dial#dialcallstatus>
fn ended(status: &str) -> TransferEnd {
    match status {
        "completed" | "answered" => TransferEnd::Completed,
        "busy" => TransferEnd::Busy,
        "no-answer" | "canceled" => TransferEnd::NoAnswer,
        _ => TransferEnd::Failed,
    }
}
