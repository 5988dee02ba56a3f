//! jambonz' verbs: an array of JSON objects.
//! See <https://docs.jambonz.org/verbs/overview>; held to both of its published validators by the tests.

use serde_json::{Value, json};

use super::document::{MAX_SPEECH, Within, tag};
use super::speech::{Collect, Keys, Line, Own, Script, Then, Tongues, Transfer};
use super::urls::Urls;

/// The most characters in one piece; longer ones jambonz cuts itself, and not at codes.
const MAX_PIECE: usize = 800;
/// Seconds between keys of a number, and of silence that end a message.
const BETWEEN_KEYS: u32 = 3;
const MESSAGE_SILENCE: u32 = 3;

/// A turn's document. `polls` as in [`super::speech::script`].
pub fn of(script: &Script, urls: &Urls, polls: u32) -> String {
    let mut verbs = Verbs::new(&script.home);
    let step = script.turn;
    match &script.then {
        Then::HangUp => {
            verbs.say(&script.lines);
            verbs.add(json!({ "verb": "hangup" }));
        }
        Then::Collect(collect) => verbs.gather(script, collect, urls, polls),
        Then::Transfer(transfer) => {
            verbs.say(&script.lines);
            verbs.add(dial(transfer, urls, step));
        }
        Then::Record(record) => {
            verbs.say(&script.lines);
            // There is no verb that records a message and tells of it: it is written down as it is spoken.
            let mut recognizer = verbs.recognizer(&script.locale, &[]);
            recognizer["asrTimeout"] = json!(MESSAGE_SILENCE);
            recognizer["asrDtmfTerminationDigit"] = json!("#");
            verbs.add(json!({
                "verb": "gather", "input": ["speech"], "actionHook": hook(&urls.answer(step)),
                "timeout": record.longest, "recognizer": recognizer,
            }));
            verbs.redirect(&urls.silence(step));
        }
    }
    verbs.done()
}

/// "One moment", then the same again by way of `url`. `pause` in seconds.
pub fn one_moment(tongues: &Tongues<'_>, pause: u32, url: &str) -> String {
    let mut verbs = Verbs::new(home(tongues));
    verbs.say(&tongues.lines(Own::Moment));
    if pause > 0 {
        verbs.add(json!({ "verb": "pause", "length": pause }));
    }
    verbs.redirect(url);
    verbs.done()
}

/// Put through to the operator; without one an apology and the end.
pub fn way_out(tongues: &Tongues<'_>, operator: Option<&str>) -> String {
    let mut verbs = Verbs::new(home(tongues));
    if let Some(to) = operator {
        verbs.say(&tongues.lines(Own::PutThrough));
        verbs.add(json!({ "verb": "dial", "target": [target(to)], "timeout": 30, "answerOnBridge": true }));
    }
    verbs.say(&tongues.lines(Own::Sorry));
    verbs.add(json!({ "verb": "hangup" }));
    verbs.done()
}

/// What is told to whoever is called for a transfer.
pub fn whisper(line: &Line, home: &str) -> String {
    let mut verbs = Verbs::new(home);
    verbs.say(std::slice::from_ref(line));
    verbs.done()
}

fn home<'t>(tongues: &Tongues<'t>) -> &'t str {
    tongues.locales.first().map_or("en", String::as_str)
}

struct Verbs<'h> {
    verbs: Vec<Value>,
    /// The language of the application's own voice.
    home: &'h str,
}

impl<'h> Verbs<'h> {
    fn new(home: &'h str) -> Self {
        Self { verbs: Vec::new(), home }
    }

    fn add(&mut self, verb: Value) {
        self.verbs.push(verb);
    }

    fn done(self) -> String {
        Value::Array(self.verbs).to_string()
    }

    /// An object here is an error of jambonz, though its validators take one.
    fn redirect(&mut self, url: &str) {
        self.add(json!({ "verb": "redirect", "actionHook": url }));
    }

    /// The application's voice speaks the desk's first language; for others its vendor is asked for the language.
    fn words(&self, line: &Line, text: &str) -> Value {
        let mut words = json!({ "text": defused(text) });
        if line.locale != self.home || line.voice.is_some() {
            words["synthesizer"] = json!({ "vendor": "default", "language": tag(&line.locale) });
        }
        if let Some(voice) = &line.voice {
            words["synthesizer"]["voice"] = json!(voice);
        }
        words
    }

    fn recognizer(&self, locale: &str, hints: &[String]) -> Value {
        let mut recognizer = json!({ "vendor": "default", "language": tag(locale) });
        if !hints.is_empty() {
            recognizer["hints"] = json!(hints);
        }
        recognizer
    }

    fn say(&mut self, lines: &[Line]) {
        let size = |line: &Line| json_len(&line.text) + 90 * (line.text.len() / 250 + 1);
        let mut said = Vec::new();
        for (line, mut left) in Within::new(MAX_SPEECH).last_first(lines, size) {
            for piece in line.pieces(MAX_PIECE).into_iter().filter(|piece| !defused(piece).is_empty()) {
                if !left.takes(json_len(piece)) {
                    break;
                }
                let mut verb = self.words(line, piece);
                verb["verb"] = json!("say");
                said.push(verb);
            }
        }
        self.verbs.append(&mut said);
    }

    /// One text of one language can stand in a gather, where it may be interrupted: as much of the end as fits. What
    /// comes before it is said before.
    fn gather(&mut self, script: &Script, collect: &Collect, urls: &Urls, polls: u32) {
        let at = script.lines.iter().rposition(|line| {
            line.whole_heard || script.lines.last().is_some_and(|last| last.locale != line.locale)
        });
        let (before, within) = script.lines.split_at(at.map_or(0, |at| at + 1));
        let nested = joined(within);
        let mut pieces = nested.as_ref().map(|line| line.pieces(MAX_PIECE)).unwrap_or_default();
        pieces.retain(|piece| !defused(piece).is_empty());
        self.say(before);
        let step = script.turn;
        // Whatever happens it asks its hook, so that a wait for a person is told by the address.
        let action = if collect.person { urls.poll(step, polls + 1) } else { urls.answer(step) };
        let mut gather = json!({
            "verb": "gather", "input": ["digits", "speech"], "actionHook": hook(&action),
            "timeout": collect.wait, "bargein": true, "dtmfBargein": true,
            "recognizer": self.recognizer(&script.locale, &collect.hints),
        });
        keys(collect.keys, &mut gather);
        if let (Some(line), Some((last, first))) = (&nested, pieces.split_last()) {
            let mut left = Within::new(MAX_SPEECH / 2);
            for piece in first.iter().filter(|piece| left.takes(json_len(piece))) {
                let mut verb = self.words(line, piece);
                verb["verb"] = json!("say");
                self.add(verb);
            }
            gather["say"] = self.words(line, last);
        } else if let Some(music) = &collect.music {
            gather["play"] = json!({ "url": music });
        }
        self.add(gather);
        // Only where our answer fails.
        self.redirect(&if collect.person { urls.poll(step, polls + 2) } else { urls.silence(step) });
    }
}

/// Lines of one language as one.
fn joined(lines: &[Line]) -> Option<Line> {
    let mut lines = lines.iter();
    let first = lines.next()?.clone();
    Some(lines.fold(first, |line, next| line.and(next)))
}

/// Without a least number of keys jambonz forgets what was pressed before a pause.
fn keys(keys: Keys, gather: &mut Value) {
    match keys {
        Keys::One => gather["numDigits"] = json!(1),
        Keys::Number { max, exact: true } => {
            gather["maxDigits"] = json!(max);
            gather["minDigits"] = json!(1);
            gather["interDigitTimeout"] = json!(BETWEEN_KEYS);
        }
        Keys::Number { exact: false, .. } | Keys::Several => {
            gather["finishOnKey"] = json!("#");
            gather["minDigits"] = json!(1);
            gather["interDigitTimeout"] = json!(BETWEEN_KEYS);
        }
    }
}

fn dial(transfer: &Transfer, urls: &Urls, step: u64) -> Value {
    let mut dial = json!({
        "verb": "dial", "target": [target(&transfer.to)], "actionHook": hook(&urls.transfer(step)),
        "timeout": transfer.ring, "answerOnBridge": true,
    });
    if transfer.whisper {
        dial["confirmHook"] = hook(&urls.whisper(step));
    }
    if let Some(from) = transfer.from.as_ref().filter(|_| !urls.is_call_back()) {
        dial["callerId"] = json!(from);
    }
    dial
}

fn target(to: &str) -> Value {
    if to.starts_with("sip:") || to.starts_with("sips:") {
        json!({ "type": "sip", "sipUri": to })
    } else {
        json!({ "type": "phone", "number": to })
    }
}

fn hook(url: &str) -> Value {
    json!({ "url": url, "method": "POST" })
}

/// Text that begins so is read as markup, or as a sound.
fn defused(text: &str) -> &str {
    const MARKS: [&str; 2] = ["<speak", "silence_stream://"];
    let begins =
        |text: &str, mark: &str| text.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark));
    let mut rest = text.trim_start();
    while let Some(mark) = MARKS.into_iter().find(|mark| begins(rest, mark)) {
        rest = rest[mark.len()..].trim_start();
    }
    rest
}

fn json_len(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '"' | '\\') { 2 } else { c.len_utf8() }).sum()
}
