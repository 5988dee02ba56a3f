//! A reader of TwiML that knows the elements, attributes and values we send, and refuses any other.

use roxmltree::{Document, Node};

/// The longest document, in bytes, and the longest `Say`, in characters.
pub const MAX_DOCUMENT: usize = 48_000;
pub const MAX_SAY: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    pub language: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gather {
    pub action: String,
    pub timeout: u32,
    pub num_digits: Option<usize>,
    /// Empty: no key ends it.
    pub finish_on_key: String,
    pub action_on_empty: bool,
    pub language: String,
    pub hints: Vec<String>,
    pub says: Vec<Say>,
    /// Sounds that are played in it.
    pub plays: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    Say(Say),
    Pause(u32),
    Gather(Gather),
    Redirect(String),
    Play(String),
    Dial(Dial),
    Record(Record),
    Hangup,
}

/// A transfer to one number or address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    /// None where whoever comes back is hung up on.
    pub action: Option<String>,
    pub timeout: u32,
    pub to: String,
    pub sip: bool,
    /// Where whoever answers is told what it is about.
    pub whisper: Option<String>,
    pub caller_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub action: String,
    pub longest: u32,
    pub transcribe: bool,
}

/// Reads a document. `public_url` is where all its addresses must lead.
pub fn read(xml: &str, public_url: &str) -> Result<Vec<Verb>, String> {
    if xml.len() > MAX_DOCUMENT {
        return Err(format!("{} bytes", xml.len()));
    }
    let document = Document::parse(xml).map_err(|error| format!("{error}: {xml}"))?;
    let root = document.root_element();
    if root.tag_name().name() != "Response" {
        return Err(format!("the root is {}", root.tag_name().name()));
    }
    Attributes::of(root).done()?;
    let reader = Reader { public_url };
    let verbs = children(root)?.into_iter().map(|node| reader.verb(node)).collect::<Result<Vec<_>, _>>()?;
    order(&verbs)?;
    Ok(verbs)
}

/// Every wait is followed by a redirect that says that it was in vain; nothing follows an end; there is always an end.
fn order(verbs: &[Verb]) -> Result<(), String> {
    // With an action what follows a Dial is dropped; a Record falls through where nothing was said.
    let ends = |verb: &Verb| {
        matches!(verb, Verb::Redirect(_) | Verb::Hangup | Verb::Dial(Dial { action: Some(_), .. }))
    };
    let Some((last, before)) = verbs.split_last() else { return Err("an empty document hangs up".into()) };
    if !ends(last) {
        return Err(format!("the document runs out after {last:?}"));
    }
    if before.iter().any(ends) {
        return Err("verbs that are never reached".into());
    }
    let records = before.iter().filter(|verb| matches!(verb, Verb::Record(_))).count();
    match (records, before.last(), last) {
        (0, _, _) | (1, Some(Verb::Record(_)), Verb::Redirect(_)) => {}
        _ => return Err("a Record must stand right before the Redirect, alone".into()),
    }
    let gathers = before.iter().filter(|verb| matches!(verb, Verb::Gather(_))).count();
    match (gathers, before.last(), last) {
        (0, _, _) => Ok(()),
        (1, Some(Verb::Gather(gather)), Verb::Redirect(url)) => patient(gather, url),
        _ => Err("a Gather must stand right before the Redirect, alone".into()),
    }
}

/// Whoever is asked something gets 5 s for a key and 8 s for a number. Whoever waits for a person or a service is asked
/// nothing: there the time is only how soon the call comes back to look, and the redirect says so.
fn patient(gather: &Gather, otherwise: &str) -> Result<(), String> {
    let looks_again = otherwise.contains("poll=");
    let fits = if looks_again { (1..=10).contains(&gather.timeout) } else { matches!(gather.timeout, 5 | 8) };
    if fits { Ok(()) } else { Err(format!("timeout {} before {otherwise}", gather.timeout)) }
}

/// The elements inside; text between them is refused.
fn children<'a, 'i>(node: Node<'a, 'i>) -> Result<Vec<Node<'a, 'i>>, String> {
    let stray = node.children().find(|child| !child.is_element());
    match stray {
        Some(stray) => Err(format!("{stray:?} among elements")),
        None => Ok(node.children().collect()),
    }
}

struct Reader<'u> {
    public_url: &'u str,
}

impl Reader<'_> {
    fn verb(&self, node: Node<'_, '_>) -> Result<Verb, String> {
        match node.tag_name().name() {
            "Say" => say(node).map(Verb::Say),
            "Pause" => pause(node).map(Verb::Pause),
            "Gather" => self.gather(node).map(Verb::Gather),
            "Redirect" => self.redirect(node).map(Verb::Redirect),
            "Play" => self.play(node).map(Verb::Play),
            "Dial" => self.dial(node).map(Verb::Dial),
            "Record" => self.record(node).map(Verb::Record),
            "Hangup" => {
                Attributes::of(node).done()?;
                if node.has_children() { Err("Hangup holds something".into()) } else { Ok(Verb::Hangup) }
            }
            other => Err(format!("an unknown verb {other}")),
        }
    }

    fn gather(&self, node: Node<'_, '_>) -> Result<Gather, String> {
        let mut has = Attributes::of(node);
        let action = self.ours(&has.must("action")?)?;
        has.must_be("method", "POST")?;
        has.must_be("input", "dtmf speech")?;
        has.must_be("speechTimeout", "auto")?;
        let timeout = number(&has.must("timeout")?)?;
        let num_digits = has.may("numDigits").map(|count| number(&count)).transpose()?;
        let finish_on_key = has.must("finishOnKey")?;
        let action_on_empty = has.may("actionOnEmptyResult").is_some_and(|value| value == "true");
        let language = tag(has.must("language")?)?;
        let hints = has.may("hints").map(|hints| hints.split(", ").map(str::to_owned).collect());
        has.done()?;
        if num_digits == Some(0) {
            return Err("numDigits 0".into());
        }
        if !(finish_on_key.is_empty() || finish_on_key == "#") {
            return Err(format!("finishOnKey {finish_on_key}"));
        }
        let (mut says, mut plays) = (Vec::new(), Vec::new());
        for child in children(node)? {
            match child.tag_name().name() {
                "Say" => says.push(say(child)?),
                "Play" => plays.push(self.play(child)?),
                other => return Err(format!("{other} inside a Gather")),
            }
        }
        let num_digits = num_digits.map(|count| count as usize);
        let hints = hints.unwrap_or_default();
        Ok(Gather {
            action,
            timeout,
            num_digits,
            finish_on_key,
            action_on_empty,
            language,
            hints,
            says,
            plays,
        })
    }

    fn play(&self, node: Node<'_, '_>) -> Result<String, String> {
        Attributes::of(node).done()?;
        let url = text(node)?;
        if url.starts_with("https://") { Ok(url) } else { Err(format!("plays {url}")) }
    }

    fn dial(&self, node: Node<'_, '_>) -> Result<Dial, String> {
        let mut has = Attributes::of(node);
        let action = has.may("action").map(|url| self.ours(&url)).transpose()?;
        if action.is_some() {
            has.must_be("method", "POST")?;
            has.must_be("answerOnBridge", "true")?;
        }
        let timeout = number(&has.must("timeout")?)?;
        let caller_id = has.may("callerId");
        has.done()?;
        let [called] = <[Node<'_, '_>; 1]>::try_from(children(node)?).map_err(|_| "a Dial calls one")?;
        let sip = match called.tag_name().name() {
            "Number" => false,
            "Sip" => true,
            other => return Err(format!("{other} inside a Dial")),
        };
        let mut has = Attributes::of(called);
        let whisper = has.may("url").map(|url| self.ours(&url)).transpose()?;
        if whisper.is_some() {
            has.must_be("method", "POST")?;
        }
        has.done()?;
        let to = text(called)?;
        let fits = if sip { to.starts_with("sip") } else { to.starts_with('+') };
        if !fits || !(5..=120).contains(&timeout) {
            return Err(format!("a Dial of {to} for {timeout} s"));
        }
        Ok(Dial { action, timeout, to, sip, whisper, caller_id })
    }

    fn record(&self, node: Node<'_, '_>) -> Result<Record, String> {
        let mut has = Attributes::of(node);
        let action = self.ours(&has.must("action")?)?;
        has.must_be("method", "POST")?;
        has.must_be("finishOnKey", "#")?;
        has.must_be("playBeep", "true")?;
        let longest = number(&has.must("maxLength")?)?;
        let silence = number(&has.must("timeout")?)?;
        let transcribe = has.may("transcribe").is_some();
        if transcribe {
            let told = has.must("transcribeCallback")?;
            self.ours(&told)?;
        }
        has.done()?;
        if node.has_children() || !(5..=600).contains(&longest) || !(3..=10).contains(&silence) {
            return Err(format!("a Record of {longest} s, {silence} s of silence"));
        }
        Ok(Record { action, longest, transcribe })
    }

    fn redirect(&self, node: Node<'_, '_>) -> Result<String, String> {
        let mut has = Attributes::of(node);
        has.must_be("method", "POST")?;
        has.done()?;
        self.ours(&text(node)?)
    }

    /// The path and query of an address of ours, and of nobody else's.
    fn ours(&self, url: &str) -> Result<String, String> {
        let path = url.strip_prefix(self.public_url).ok_or_else(|| format!("leads to {url}"))?;
        let (way, query) = path.split_once('?').unwrap_or((path, ""));
        let way = way.strip_prefix("/ivr/").ok_or_else(|| format!("leads to {path}"))?;
        let (platform, way) = way.split_once('/').unwrap_or((way, ""));
        let known = ["twilio", "signalwire", "telnyx"].contains(&platform);
        if !known || !["", "whisper", "status"].contains(&way) || (way != "status" && query.is_empty()) {
            return Err(format!("leads to {path}"));
        }
        let known =
            query.split('&').filter(|field| !field.is_empty()).all(|field| match field.split_once('=') {
                Some(("step" | "silence" | "poll" | "again" | "transfer", value)) => {
                    value.parse::<u64>().is_ok()
                }
                Some(("line", value)) => !value.is_empty(),
                Some(("of", value)) => value.len() == 64,
                _ => false,
            });
        if known { Ok(path.to_owned()) } else { Err(format!("carries {query}")) }
    }
}

fn say(node: Node<'_, '_>) -> Result<Say, String> {
    let mut has = Attributes::of(node);
    let language = tag(has.must("language")?)?;
    has.may("voice");
    has.done()?;
    let text = text(node)?;
    let length = text.chars().count();
    if length == 0 || length > MAX_SAY {
        return Err(format!("a Say of {length} characters"));
    }
    Ok(Say { language, text })
}

fn pause(node: Node<'_, '_>) -> Result<u32, String> {
    let mut has = Attributes::of(node);
    let length = number(&has.must("length")?)?;
    has.done()?;
    if (1..=10).contains(&length) { Ok(length) } else { Err(format!("a pause of {length} s")) }
}

fn text(node: Node<'_, '_>) -> Result<String, String> {
    if node.children().any(|child| !child.is_text()) {
        return Err(format!("markup inside {}", node.tag_name().name()));
    }
    Ok(node.text().unwrap_or_default().to_owned())
}

fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("{text} is no number"))
}

/// A language with its region, as the platform wants it.
fn tag(text: String) -> Result<String, String> {
    let known =
        matches!(text.split('-').collect::<Vec<_>>().as_slice(), [l, r] if l.len() == 2 && r.len() == 2);
    if known { Ok(text) } else { Err(format!("language {text}")) }
}

struct Attributes {
    name: String,
    left: Vec<(String, String)>,
}

impl Attributes {
    fn of(node: Node<'_, '_>) -> Self {
        let left = node.attributes().map(|held| (held.name().to_owned(), held.value().to_owned())).collect();
        Self { name: node.tag_name().name().to_owned(), left }
    }

    fn may(&mut self, name: &str) -> Option<String> {
        let at = self.left.iter().position(|(held, _)| held == name)?;
        Some(self.left.remove(at).1)
    }

    fn must(&mut self, name: &str) -> Result<String, String> {
        self.may(name).ok_or_else(|| format!("{} without {name}", self.name))
    }

    fn must_be(&mut self, name: &str, value: &str) -> Result<(), String> {
        let held = self.must(name)?;
        if held == value { Ok(()) } else { Err(format!("{} {name}={held}", self.name)) }
    }

    fn done(self) -> Result<(), String> {
        if self.left.is_empty() { Ok(()) } else { Err(format!("{} with {:?}", self.name, self.left)) }
    }
}
