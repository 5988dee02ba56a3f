//! TwiML, written by hand: five elements, their attributes, and text that can be nothing but text.
//! See <https://www.twilio.com/docs/voice/twiml>.

use super::speech::{Collect, Keys, Line, MAX_PIECE, Own, Script, Then, clean};
use crate::flow::Words;

/// The longest document that is sent, in bytes; Twilio takes 64 kB.
pub const MAX_DOCUMENT: usize = 48_000;
/// Of these, what is left to speech after the markup around it.
const MAX_SPEECH: usize = 40_000;

/// The addresses that a document sends the platform to: always our own public one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urls {
    base: String,
}

impl Urls {
    /// `public_url` has no slash at its end.
    pub fn new(public_url: &str) -> Self {
        Self { base: format!("{public_url}/ivr/twilio") }
    }

    /// Where the answer to what turn `step` asked is sent.
    pub fn answer(&self, step: u64) -> String {
        format!("{}?step={step}", self.base)
    }

    fn silence(&self, step: u64) -> String {
        format!("{}?step={step}&silence=1", self.base)
    }

    /// `count` tells one wait from the next, else the second would be taken for a redelivery of the first.
    fn poll(&self, step: u64, count: u32) -> String {
        format!("{}?step={step}&poll={count}", self.base)
    }

    /// Another try after a failure of ours: `delivery` is the key of the one that failed, so that its reply is given
    /// where it was committed after all.
    pub fn again(&self, step: Option<u64>, delivery: &str, tries: u32) -> String {
        let step = step.map(|step| format!("step={step}&")).unwrap_or_default();
        format!("{}?{step}again={tries}&of={delivery}", self.base)
    }
}

/// A turn's document. `polls` as in [`super::speech::script`].
pub fn document(script: &Script, urls: &Urls, polls: u32) -> String {
    let mut xml = Xml::new();
    match &script.then {
        Then::HangUp => {
            xml.say(&script.lines);
            xml.empty("Hangup", &[]);
        }
        Then::Collect(collect) => {
            xml.gather(script, collect, urls);
            let step = script.turn;
            xml.redirect(&if collect.person { urls.poll(step, polls + 1) } else { urls.silence(step) });
        }
    }
    xml.done()
}

/// "One moment", then the same again by way of `url`. `pause` in seconds.
pub fn one_moment(tongues: &Tongues<'_>, pause: u32, url: &str) -> String {
    let mut xml = Xml::new();
    xml.say(&tongues.lines(Own::Moment));
    if pause > 0 {
        xml.empty("Pause", &[("length", pause.to_string())]);
    }
    xml.redirect(url);
    xml.done()
}

/// An apology and the end of the call.
pub fn apology(tongues: &Tongues<'_>) -> String {
    let mut xml = Xml::new();
    xml.say(&tongues.lines(Own::Sorry));
    xml.empty("Hangup", &[]);
    xml.done()
}

/// The languages of the desk, and what the phone says of itself in them.
#[derive(Debug, Clone, Copy)]
pub struct Tongues<'a> {
    /// The first is the default.
    pub locales: &'a [String],
    pub words: &'a Words,
}

impl Tongues<'_> {
    /// In the first two languages of the desk, since here nobody knows which one the caller speaks.
    fn lines(&self, own: Own) -> Vec<Line> {
        let fallback = self.locales.first().map_or("en", String::as_str);
        let mut lines: Vec<Line> = Vec::new();
        for locale in self.locales.iter().take(2).map(String::as_str).chain(["en"]) {
            let line = own.line(self.words, locale, fallback);
            let enough = self.locales.len().clamp(1, 2) <= lines.len();
            if !enough && !line.text.is_empty() && lines.iter().all(|said| said.text != line.text) {
                lines.push(line);
            }
        }
        lines
    }
}

/// The platform's tag for a language of ours.
pub fn tag(locale: &str) -> String {
    let plain = match locale {
        "en" => "en-US",
        "it" => "it-IT",
        "de" => "de-DE",
        "fr" => "fr-FR",
        "es" => "es-ES",
        "pt" => "pt-PT",
        "nl" => "nl-NL",
        other => return other.replace('_', "-"),
    };
    plain.to_owned()
}

struct Xml {
    text: String,
}

impl Xml {
    fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>".to_owned() }
    }

    fn done(mut self) -> String {
        self.text.push_str("</Response>");
        self.text
    }

    fn open(&mut self, name: &str, attributes: &[(&str, String)], end: &str) {
        self.text.push('<');
        self.text.push_str(name);
        for (attribute, value) in attributes {
            self.text.push(' ');
            self.text.push_str(attribute);
            self.text.push_str("=\"");
            escape(&mut self.text, value);
            self.text.push('"');
        }
        self.text.push_str(end);
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, String)]) {
        self.open(name, attributes, "/>");
    }

    fn element(&mut self, name: &str, attributes: &[(&str, String)], text: &str) {
        self.open(name, attributes, ">");
        escape(&mut self.text, text);
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    fn redirect(&mut self, url: &str) {
        self.element("Redirect", &[("method", "POST".to_owned())], url);
    }

    fn say(&mut self, lines: &[Line]) {
        for (line, bytes) in lines.iter().zip(budget(lines)) {
            let attributes = [("language", tag(&line.locale))];
            let mut left = bytes;
            for piece in line.pieces(MAX_PIECE) {
                let Some(rest) = left.checked_sub(escaped_len(piece)) else { break };
                left = rest;
                self.element("Say", &attributes, piece);
            }
        }
    }

    fn gather(&mut self, script: &Script, collect: &Collect, urls: &Urls) {
        let mut attributes = vec![
            ("action", urls.answer(script.turn)),
            ("method", "POST".to_owned()),
            ("input", "dtmf speech".to_owned()),
            ("timeout", collect.wait.to_string()),
            ("speechTimeout", "auto".to_owned()),
            ("language", tag(&script.locale)),
        ];
        attributes.extend(keys(collect.keys));
        if !collect.hints.is_empty() {
            attributes.push(("hints", collect.hints.join(", ")));
        }
        self.open("Gather", &attributes, ">");
        self.say(&script.lines);
        self.text.push_str("</Gather>");
    }
}

/// A finishing key that is pressed first makes the platform go on as if nothing was pressed. So where `#` must come
/// through as a key, there is none, or an empty result is asked for.
fn keys(keys: Keys) -> Vec<(&'static str, String)> {
    match keys {
        Keys::One => vec![("numDigits", "1".to_owned()), ("finishOnKey", String::new())],
        Keys::Number { max, exact: true } => {
            vec![("numDigits", max.to_string()), ("finishOnKey", String::new())]
        }
        Keys::Number { exact: false, .. } => {
            vec![("finishOnKey", "#".to_owned()), ("actionOnEmptyResult", "true".to_owned())]
        }
        Keys::Several => vec![("finishOnKey", "#".to_owned())],
    }
}

/// Bytes that each line may take: the last ones first, since what is asked stands at the end.
fn budget(lines: &[Line]) -> Vec<usize> {
    let mut left = MAX_SPEECH;
    let mut budget: Vec<usize> = lines
        .iter()
        .rev()
        .map(|line| {
            // The element around each piece takes some too.
            let pieces = line.text.len() / 300 + 1;
            let wants = escaped_len(&line.text) + 40 * pieces;
            let gets = wants.min(left);
            left -= gets;
            gets
        })
        .collect();
    budget.reverse();
    budget
}

fn escaped(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&apos;"),
        _ => None,
    }
}

fn escaped_len(text: &str) -> usize {
    text.chars().map(|c| escaped(c).map_or(c.len_utf8(), str::len)).sum()
}

fn escape(xml: &mut String, text: &str) {
    for c in clean(text).chars() {
        match escaped(c) {
            Some(entity) => xml.push_str(entity),
            None => xml.push(c),
        }
    }
}
