//! One turn's outcome as a call has it: what is spoken, then exactly one of collect, transfer, record or hang up. The
//! same for every dialect; never markup.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::app::outcome::{Message, Outcome};
use crate::conversation::{Hope, Owner, Segment, code};
use crate::flow::{Playbook, Words};

/// The most characters that are spoken in one piece. Twilio's voices take 3,000 to 5,000.
pub const MAX_PIECE: usize = 1_000;
/// Keys kept of one answer; no slot takes more.
pub const MAX_KEYS: usize = 64;
/// The longest hint for the recogniser in characters, which is Twilio's bound, and all hints together in bytes, which is
/// ours: they stand in the document too.
const MAX_HINT: usize = 100;
const MAX_HINTS: usize = 800;
/// Seconds after which a caller who waits is looked after again, however long the wait is.
const LONGEST_MOMENT: u32 = 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    pub lines: Vec<Line>,
    pub then: Then,
    /// The language that the caller is expected to speak.
    pub locale: String,
    /// The desk's first language.
    pub home: String,
    /// Where the conversation stands: the nonce of what is asked.
    pub turn: u64,
}

/// One prompt, spoken in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    pub locale: String,
    pub text: String,
    /// A recording that is played in place of the text: its path below the folder of recordings.
    pub audio: Option<String>,
    /// The platform's voice that says it.
    pub voice: Option<String>,
    /// Nobody may interrupt it: a legal notice.
    pub whole_heard: bool,
    /// Byte ranges that are never split: codes.
    whole: Vec<Range<usize>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    Collect(Collect),
    Transfer(Transfer),
    Record(Record),
    HangUp,
}

/// The call is put through; how that ends comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// A number in E.164 or a SIP address.
    pub to: String,
    /// Seconds for which it rings.
    pub ring: u32,
    /// Whoever answers is told what it is about before the two are joined.
    pub whisper: bool,
    /// The caller's number, to be shown to whoever is called.
    pub from: Option<String>,
}

/// A message is recorded after a tone, until a key, silence or the longest time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Seconds at most.
    pub longest: u32,
}

/// Recorded prompts.
pub trait Audio: Send + Sync {
    /// The path of a recording below their folder, `en/phone_hold.wav`; `None` where there is none.
    fn find(&self, locale: &str, name: &str) -> Option<String>;

    /// The platform's voice for a language; its own choice where there is none.
    fn voice(&self, _locale: &str) -> Option<String> {
        None
    }

    /// The address of what those hear who wait for a person.
    fn music(&self) -> Option<String> {
        None
    }
}

/// No recordings.
#[derive(Debug, Clone, Copy, Default)]
pub struct Synthetic;

impl Audio for Synthetic {
    fn find(&self, _: &str, _: &str) -> Option<String> {
        None
    }
}

/// What to listen for. Speech is always listened for too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collect {
    pub keys: Keys,
    pub hints: Vec<String>,
    /// Seconds without a key or a word after which it is silence.
    pub wait: u32,
    /// A person is, or will be, on the other side: silence is not counted, it is a moment to fetch what was written.
    pub person: bool,
    /// The address of a sound that is played while nothing is said.
    pub music: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// One key answers, `*` and `#` too.
    One,
    /// Up to `max` digits; where `exact`, the last one ends it, else `#` does.
    Number { max: usize, exact: bool },
    /// Any keys, ended by `#`.
    Several,
}

/// What is said and collected after a turn. `polls` counts the times in a row that the caller waited for a person.
pub fn script(outcome: &Outcome<'_>, polls: u32, playbook: &Playbook, audio: &dyn Audio) -> Script {
    let words = &playbook.words;
    let conversation = outcome.conversation;
    let mut lines: Vec<Line> = outcome
        .messages
        .iter()
        .flat_map(|message| recorded(spoken(message, &conversation.locale), message, audio))
        .filter(|line| !line.text.is_empty())
        .collect();
    let mut then = then(outcome);
    let waits = matches!(conversation.owner, Owner::Queue(_)) && !conversation.is_closed();
    // A queue without a word sounds like a dead line.
    let calls = matches!(conversation.hope, Hope::Moment { .. });
    if waits && lines.is_empty() && polls > 0 && polls.is_multiple_of(3) {
        let mut hold = Own::Hold.line(words, &conversation.locale, "en");
        hold.audio = audio.find(&hold.locale, Own::Hold.key());
        lines.push(hold);
    } else if calls && lines.is_empty() && polls > 0 && polls.is_multiple_of(4) {
        lines.push(Own::Moment.line(words, &conversation.locale, "en"));
    }
    lines.retain(|line| !line.text.is_empty());
    for line in &mut lines {
        line.voice = audio.voice(&line.locale);
    }
    if let Then::Collect(collect) = &mut then {
        collect.music = audio.music().filter(|_| waits && lines.is_empty());
    }
    Script {
        home: playbook.default_locale().to_owned(),
        lines,
        then,
        locale: conversation.locale.clone(),
        turn: conversation.turn,
    }
}

/// What comes after what is said.
pub fn then(outcome: &Outcome<'_>) -> Then {
    let (conversation, messages) = (outcome.conversation, outcome.messages);
    if conversation.is_closed() {
        return Then::HangUp;
    }
    let collect =
        |keys, hints, wait, person| Then::Collect(Collect { keys, hints, wait, person, music: None });
    match &conversation.hope {
        Hope::Choice { hints } => collect(menu_keys(messages), fitting(hints), 5, false),
        Hope::Digits { max: 0 | 1, .. } => collect(Keys::One, Vec::new(), 5, false),
        Hope::Digits { max, exact } => collect(
            Keys::Number { max: *max, exact: *exact },
            Vec::new(),
            if *max > 2 { 8 } else { 5 },
            false,
        ),
        // Keys beside free words are only those for a person, back and again.
        Hope::Words => collect(Keys::One, Vec::new(), 5, false),
        Hope::Person => collect(Keys::Several, Vec::new(), 10, true),
        // A key for a person is heard at once; without one the channel looks again.
        Hope::Moment { seconds } => collect(Keys::One, Vec::new(), (*seconds).clamp(1, LONGEST_MOMENT), true),
        Hope::Transfer { to, ring, whisper, from } => Then::Transfer(Transfer {
            to: to.clone(),
            ring: *ring,
            whisper: !whisper.is_empty(),
            from: from.clone(),
        }),
        Hope::Recording { longest } => Then::Record(Record { longest: *longest }),
        Hope::Nothing => Then::HangUp,
    }
}

/// A line whose beginning was recorded, as two: the recording, and what follows it.
fn recorded(line: Line, message: &Message, audio: &dyn Audio) -> Vec<Line> {
    let line = Line { whole_heard: message.prompt.legal, ..line };
    let Some(name) = &message.prompt.recorded else { return vec![line] };
    let Some(path) = audio.find(&line.locale, &name.name) else { return vec![line] };
    let said = clean(&name.text);
    let Some(rest) = line.text.strip_prefix(said.as_str()) else { return vec![line] };
    let after = line.text.len() - rest.trim_start().len();
    let whole = line.whole.iter().filter(|code| code.start >= after);
    let whole = whole.map(|code| code.start - after..code.end - after).collect();
    let rest = Line { text: line.text[after..].to_owned(), whole, ..line.clone() };
    let first = Line { text: said, audio: Some(path), whole: Vec::new(), ..line };
    vec![first, rest]
}

/// One key where every option that is on offer has one.
fn menu_keys(messages: &[Message]) -> Keys {
    let menu = messages.iter().rev().find(|message| !message.prompt.options.is_empty());
    let long =
        menu.is_some_and(|menu| menu.prompt.options.iter().any(|option| option.key.chars().count() > 1));
    if long { Keys::Several } else { Keys::One }
}

fn fitting(hints: &[String]) -> Vec<String> {
    let mut left = MAX_HINTS;
    let mut kept: Vec<String> = Vec::new();
    for phrase in hints.iter().filter_map(|phrase| hint(phrase)) {
        let Some(rest) = left.checked_sub(phrase.len()) else { break };
        left = rest;
        kept.push(phrase);
    }
    kept
}

/// Hints are listed with commas between.
fn hint(phrase: &str) -> Option<String> {
    let phrase = clean(&phrase.replace(',', " "));
    let fits = !phrase.is_empty() && phrase.chars().count() <= MAX_HINT;
    fits.then_some(phrase)
}

/// A message as it is spoken: codes in groups, in their place. What an agent wrote is in no locale of its own; it is read
/// in that of the conversation.
pub fn spoken(message: &Message, locale: &str) -> Line {
    let own = Some(&message.prompt.locale).filter(|own| !own.is_empty());
    let mut line = Line { locale: own.map_or(locale, String::as_str).to_owned(), ..Line::default() };
    for segment in &message.prompt.text {
        match segment {
            Segment::Text(text) => line.push(text),
            Segment::Code(digits) => {
                let from = line.text.len();
                line.text.push_str(&clean(&code::grouped(digits)));
                line.whole.push(from..line.text.len());
            }
        }
    }
    line.text.truncate(line.text.trim_end().len());
    line
}

/// What a voice can say: control characters, non-characters and marks of direction dropped, white space as one space,
/// none at the ends. An XML escape would keep them, and the platform would refuse the document.
pub fn clean(text: &str) -> String {
    let mut line = Line::default();
    line.push(text);
    line.text.truncate(line.text.trim_end().len());
    line.text
}

fn speakable(c: char) -> bool {
    let point = u32::from(c);
    let none = point & 0xFFFE == 0xFFFE || (0xFDD0..=0xFDEF).contains(&point);
    let private = (0xE000..=0xF8FF).contains(&point);
    let direction = matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let mark = matches!(c, '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}');
    !(c.is_control() || none || private || direction || mark)
}

impl Line {
    pub fn new(locale: &str, text: &str) -> Self {
        Self { locale: locale.to_owned(), text: clean(text), ..Self::default() }
    }

    fn push(&mut self, text: &str) {
        for c in text.chars() {
            // A vertical tab or a form feed is a control character first.
            if c.is_whitespace() && (!c.is_control() || matches!(c, '\t' | '\n' | '\r')) {
                if !self.text.is_empty() && !self.text.ends_with(' ') {
                    self.text.push(' ');
                }
            } else if speakable(c) {
                self.text.push(c);
            }
        }
    }

    /// With another of the same language after it.
    pub fn and(mut self, next: &Self) -> Self {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        let from = self.text.len();
        self.text.push_str(&next.text);
        self.whole.extend(next.whole.iter().map(|code| code.start + from..code.end + from));
        self
    }

    /// The text in pieces of at most `max` characters: ended at a sentence, else a word, else a whole letter. Joined
    /// they are the text, but for the spaces between them.
    pub fn pieces(&self, max: usize) -> Vec<&str> {
        let mut pieces = Vec::new();
        let mut from = 0;
        while from < self.text.len() {
            let rest = &self.text[from..];
            let mut cut = from + cut(rest, max);
            if let Some(code) = self.whole.iter().find(|code| code.start < cut && cut < code.end)
                && code.start > from
            {
                cut = code.start;
            }
            let piece = self.text[from..cut].trim();
            if !piece.is_empty() {
                pieces.push(piece);
            }
            from = cut;
        }
        pieces
    }
}

/// Where to end a piece, as a byte index above 0.
fn cut(text: &str, max: usize) -> usize {
    let Some((limit, _)) = text.char_indices().nth(max) else { return text.len() };
    let head = &text[..limit];
    let sentence = head
        .char_indices()
        .filter(|(at, c)| *c == ' ' && head[..*at].ends_with(['.', '!', '?', '…', ':', ';', '。']))
        .map(|(at, _)| at + 1)
        .next_back()
        .filter(|at| *at > limit / 3);
    let word = || head.rfind(' ').map(|at| at + 1).filter(|at| *at > 1);
    let letter = || text.grapheme_indices(true).map(|(at, _)| at).take_while(|at| *at <= limit).last();
    // A flood of combining marks is one letter longer than a piece: then anywhere.
    sentence.or_else(word).or_else(letter).filter(|at| *at > 0).unwrap_or(limit)
}

/// Keys as the engine takes them: without the `#` that finished them; `#` alone is a key.
pub fn pressed(keys: &str) -> String {
    let short: String = keys.chars().filter(|key| !key.is_whitespace()).take(MAX_KEYS).collect();
    match short.trim_end_matches('#') {
        "" => "#".to_owned(),
        keys => keys.to_owned(),
    }
}

/// What the phone says of itself, where the engine had no turn to say anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// Something failed; it is tried again.
    Moment,
    /// It failed again; the call ends.
    Sorry,
    /// Waiting for a person.
    Hold,
    /// It failed again; somebody who can help is called.
    PutThrough,
}

impl Own {
    fn key(self) -> &'static str {
        match self {
            Self::Moment => "phone_moment",
            Self::Sorry => "phone_sorry",
            Self::Hold => "phone_hold",
            Self::PutThrough => "phone_put_through",
        }
    }

    /// In the language of `locale`, else in that of `fallback`. These are said as they are written.
    pub fn line(self, words: &Words, locale: &str, fallback: &str) -> Line {
        let text = words.text(self.key()).and_then(|text| text.pick(locale, fallback, true));
        let tongue = text.and_then(|text| text.locale.as_deref()).unwrap_or(locale);
        Line::new(tongue, text.map_or("", |text| text.source.as_str()))
    }
}

/// The languages of the desk, and what the phone says of itself in them.
#[derive(Debug, Clone, Copy)]
pub struct Tongues<'a> {
    /// The first is the default.
    pub locales: &'a [String],
    pub words: &'a Words,
    /// Whom a call is put through to where we fail.
    pub operator: Option<&'a str>,
}

impl Tongues<'_> {
    /// In the first two languages of the desk, since here nobody knows which one the caller speaks.
    pub fn lines(&self, own: Own) -> Vec<Line> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_speech_ends_at_a_sentence_then_a_word_then_a_letter() {
        let text = format!("{}. {} tail", "a".repeat(600), "b".repeat(500));
        let line = Line::new("en", &text);
        let pieces = line.pieces(MAX_PIECE);
        assert_eq!(pieces, [format!("{}.", "a".repeat(600)), format!("{} tail", "b".repeat(500))]);
        let words = Line::new("en", &"word ".repeat(400));
        assert!(
            words.pieces(MAX_PIECE).iter().all(|piece| piece.ends_with("word") && piece.len() <= MAX_PIECE)
        );
        let family = "👩‍👩‍👧‍👦".repeat(300);
        let line = Line::new("en", &family);
        assert!(line.pieces(MAX_PIECE).iter().all(|piece| piece.starts_with('👩') && piece.ends_with('👦')));
    }

    #[test]
    fn a_code_is_never_split() {
        let mut line = Line::new("en", &"x".repeat(995));
        line.text.push(' ');
        let from = line.text.len();
        line.text.push_str("123 456 789");
        line.whole.push(from..line.text.len());
        assert_eq!(line.pieces(MAX_PIECE)[1], "123 456 789");
    }

    #[test]
    fn a_flood_of_marks_still_ends() {
        let line = Line::new("en", &format!("e{}", "\u{301}".repeat(5_000)));
        assert_eq!(line.pieces(MAX_PIECE).len(), 6);
    }
}
