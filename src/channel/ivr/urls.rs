//! The addresses that a document sends the platform to: always our own public one.

use super::dialect::Dialect;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urls {
    pub dialect: Dialect,
    public: String,
    base: String,
    /// Of a call back: `&line=…`, the call that asked for it.
    line: String,
}

impl Urls {
    /// `public_url` has no slash at its end.
    pub fn new(public_url: &str, dialect: Dialect) -> Self {
        let base = format!("{public_url}/ivr/{}", dialect.word());
        Self { dialect, public: public_url.to_owned(), base, line: String::new() }
    }

    /// On a call back.
    pub fn on_line(mut self, call: String) -> Self {
        self.line = format!("&line={}", encoded(&call));
        self
    }

    /// Whether we made the call: then its number is ours, and no platform shows another's.
    pub fn is_call_back(&self) -> bool {
        !self.line.is_empty()
    }

    /// Where the answer to what turn `step` asked is sent.
    pub fn answer(&self, step: u64) -> String {
        format!("{}?step={step}{}", self.base, self.line)
    }

    pub fn silence(&self, step: u64) -> String {
        format!("{}?step={step}&silence=1{}", self.base, self.line)
    }

    /// `count` tells one wait from the next, else the second would be taken for a redelivery of the first.
    pub fn poll(&self, step: u64, count: u32) -> String {
        format!("{}?step={step}&poll={count}{}", self.base, self.line)
    }

    /// Where the end of a transfer is told.
    pub fn transfer(&self, step: u64) -> String {
        format!("{}?step={step}&transfer=1{}", self.base, self.line)
    }

    /// Where whoever is called for a transfer is told what it is about.
    pub fn whisper(&self, step: u64) -> String {
        format!("{}/whisper?step={step}{}", self.base, self.line)
    }

    /// Where a call's end, and what was understood of a recording, is told.
    pub fn status(&self) -> String {
        match self.line.strip_prefix('&') {
            Some(line) => format!("{}/status?{line}", self.base),
            None => format!("{}/status", self.base),
        }
    }

    /// Where a call back begins.
    pub fn call_back(&self) -> String {
        format!("{}?{}", self.base, self.line.trim_start_matches('&'))
    }

    /// Another try after a failure of ours: `delivery` is the key of the one that failed, so that its reply is given
    /// where it was committed after all.
    pub fn again(&self, step: Option<u64>, delivery: &str, tries: u32) -> String {
        let step = step.map(|step| format!("step={step}&")).unwrap_or_default();
        format!("{}?{step}again={tries}&of={delivery}{}", self.base, self.line)
    }

    /// A recorded prompt.
    pub fn audio(&self, path: &str) -> String {
        format!("{}/ivr/audio/{path}", self.public)
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
