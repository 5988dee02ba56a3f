//! TwiML, written by hand: eight elements, their attributes, and text that can be nothing but text. SignalWire's cXML and
//! Telnyx' TeXML are the same but for what [`Dialect`] says.
//! See <https://www.twilio.com/docs/voice/twiml>.

use super::dialect::Dialect;
use super::document::{MAX_SPEECH, Within, tag};
use super::speech::{Collect, Keys, Line, MAX_PIECE, Own, Record, Script, Then, Tongues, Transfer, clean};
use super::urls::Urls;

/// Seconds of silence that end a message.
const MESSAGE_SILENCE: u32 = 5;

/// A turn's document. `polls` as in [`super::speech::script`].
pub fn of(script: &Script, urls: &Urls, polls: u32) -> String {
    let mut xml = Xml::new(urls);
    let step = script.turn;
    match &script.then {
        Then::HangUp => {
            xml.say(&script.lines);
            xml.empty("Hangup", &[]);
        }
        Then::Collect(collect) => {
            let notices = script.lines.iter().take_while(|line| line.whole_heard).count();
            let (notices, lines) = script.lines.split_at(notices);
            xml.say(notices);
            xml.gather(script, lines, collect);
            xml.redirect(&if collect.person { urls.poll(step, polls + 1) } else { urls.silence(step) });
        }
        Then::Transfer(transfer) => {
            xml.say(&script.lines);
            xml.dial(transfer, step);
        }
        Then::Record(record) => {
            xml.say(&script.lines);
            xml.record(*record, script);
            // Where nothing was said its action is not asked.
            xml.redirect(&urls.silence(step));
        }
    }
    xml.done()
}

/// "One moment", then the same again by way of `url`. `pause` in seconds.
pub fn one_moment(tongues: &Tongues<'_>, pause: u32, url: &str, urls: &Urls) -> String {
    let mut xml = Xml::new(urls);
    xml.say(&tongues.lines(Own::Moment));
    if pause > 0 {
        xml.empty("Pause", &[("length", pause.to_string())]);
    }
    xml.redirect(url);
    xml.done()
}

/// Put through to the operator; without one an apology and the end.
pub fn way_out(tongues: &Tongues<'_>, operator: Option<&str>, urls: &Urls) -> String {
    let mut xml = Xml::new(urls);
    match operator {
        Some(to) => {
            xml.say(&tongues.lines(Own::PutThrough));
            xml.open("Dial", &[("timeout", "30".to_owned())], ">");
            xml.called(to, &[]);
            xml.close("Dial");
            xml.say(&tongues.lines(Own::Sorry));
        }
        None => xml.say(&tongues.lines(Own::Sorry)),
    }
    xml.empty("Hangup", &[]);
    xml.done()
}

/// What is told to whoever is called for a transfer.
pub fn whisper(line: &Line, urls: &Urls) -> String {
    let mut xml = Xml::new(urls);
    xml.say(std::slice::from_ref(line));
    xml.done()
}

struct Xml<'u> {
    text: String,
    urls: &'u Urls,
}

impl<'u> Xml<'u> {
    fn new(urls: &'u Urls) -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>".to_owned(), urls }
    }

    fn done(mut self) -> String {
        self.close("Response");
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

    fn close(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, String)]) {
        self.open(name, attributes, "/>");
    }

    fn element(&mut self, name: &str, attributes: &[(&str, String)], text: &str) {
        self.open(name, attributes, ">");
        escape(&mut self.text, text);
        self.close(name);
    }

    fn redirect(&mut self, url: &str) {
        self.element("Redirect", &[("method", "POST".to_owned())], url);
    }

    fn say(&mut self, lines: &[Line]) {
        // The element around each piece takes some too.
        let size = |line: &Line| escaped_len(&line.text) + 40 * (line.text.len() / 300 + 1);
        for (line, mut left) in Within::new(MAX_SPEECH).last_first(lines, size) {
            if let Some(path) = &line.audio {
                let url = self.urls.audio(path);
                self.element("Play", &[], &url);
                continue;
            }
            let mut attributes = vec![("language", tag(&line.locale))];
            attributes.extend(line.voice.clone().map(|voice| ("voice", voice)));
            for piece in line.pieces(MAX_PIECE) {
                if !left.takes(escaped_len(piece)) {
                    break;
                }
                self.element("Say", &attributes, piece);
            }
        }
    }

    fn gather(&mut self, script: &Script, lines: &[Line], collect: &Collect) {
        let mut attributes = vec![
            ("action", self.urls.answer(script.turn)),
            ("method", "POST".to_owned()),
            ("input", "dtmf speech".to_owned()),
            ("timeout", collect.wait.to_string()),
            ("speechTimeout", "auto".to_owned()),
            ("language", tag(&script.locale)),
        ];
        attributes.extend(keys(collect.keys, self.urls.dialect));
        if !collect.hints.is_empty() {
            attributes.push(("hints", collect.hints.join(", ")));
        }
        self.open("Gather", &attributes, ">");
        self.say(lines);
        if let Some(music) = &collect.music {
            self.element("Play", &[], music);
        }
        self.close("Gather");
    }

    fn dial(&mut self, transfer: &Transfer, step: u64) {
        let mut attributes = vec![
            ("action", self.urls.transfer(step)),
            ("method", "POST".to_owned()),
            ("timeout", transfer.ring.to_string()),
            ("answerOnBridge", "true".to_owned()),
        ];
        if let Some(from) = transfer.from.as_ref().filter(|_| !self.urls.is_call_back()) {
            attributes.push(("callerId", from.clone()));
        }
        self.open("Dial", &attributes, ">");
        let whisper = self.urls.whisper(step);
        let told = [("url", whisper), ("method", "POST".to_owned())];
        self.called(&transfer.to, if transfer.whisper { &told } else { &[] });
        self.close("Dial");
    }

    fn called(&mut self, to: &str, attributes: &[(&str, String)]) {
        let sip = to.starts_with("sip:") || to.starts_with("sips:");
        self.element(if sip { "Sip" } else { "Number" }, attributes, to);
    }

    fn record(&mut self, record: Record, script: &Script) {
        let mut attributes = vec![
            ("action", self.urls.answer(script.turn)),
            ("method", "POST".to_owned()),
            ("maxLength", record.longest.to_string()),
            ("timeout", MESSAGE_SILENCE.to_string()),
            ("finishOnKey", "#".to_owned()),
            ("playBeep", "true".to_owned()),
        ];
        // Twilio and SignalWire write down English, of messages of up to two minutes.
        let writes = matches!(self.urls.dialect, Dialect::Twilio | Dialect::Signalwire);
        if writes && script.locale.starts_with("en") && record.longest <= 120 {
            attributes.push(("transcribe", "true".to_owned()));
            attributes.push(("transcribeCallback", self.urls.status()));
        }
        self.empty("Record", &attributes);
    }
}

/// A finishing key that is pressed first makes the platform go on as if nothing was pressed. So where `#` must come
/// through as a key, there is none, or an empty result is asked for.
fn keys(keys: Keys, dialect: Dialect) -> Vec<(&'static str, String)> {
    match keys {
        Keys::One => vec![("numDigits", "1".to_owned()), ("finishOnKey", String::new())],
        Keys::Number { max, exact: true } => {
            vec![("numDigits", max.to_string()), ("finishOnKey", String::new())]
        }
        Keys::Number { exact: false, .. } if dialect.reports_nothing() => {
            vec![("finishOnKey", "#".to_owned()), ("actionOnEmptyResult", "true".to_owned())]
        }
        Keys::Number { exact: false, .. } | Keys::Several => vec![("finishOnKey", "#".to_owned())],
    }
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
