//! The keypad in the browser: the same calls as on the phone, as JSON for our own page.

use serde::{Deserialize, Serialize};

use super::ivr::speech::{self, Keys, Then};
use crate::app::inbound::{Arrival, Opens, Who};
use crate::app::outcome::{Message, Outcome};
use crate::conversation::{Channel, Owner, Said, TransferEnd, Utterance, ids, utterance};

/// What the page sends for one step of a call. The first of keys, speech, poll that is there counts; none is silence.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Names this delivery: the same again gets the same reply.
    pub client_id: String,
    /// The `step` of the reply that it answers.
    pub step: Option<u64>,
    pub keys: Option<String>,
    pub speech: Option<String>,
    /// Asks what is new while a person is, or will be, on the other side.
    #[serde(default)]
    pub poll: bool,
    #[serde(default)]
    pub silence: bool,
    /// How a transfer ended.
    pub transferred: Option<TransferEnd>,
}

/// What the page gets.
#[derive(Debug, Serialize)]
struct Reply<'a> {
    step: u64,
    locale: &'a str,
    over: bool,
    outcome: Option<&'a str>,
    /// bot, queue or agent.
    owner: &'static str,
    says: Vec<Spoken>,
    listen: Listen,
    options: Vec<Choice<'a>>,
}

#[derive(Debug, Serialize)]
struct Spoken {
    seq: u64,
    from: &'static str,
    locale: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct Choice<'a> {
    key: &'a str,
    label: &'a str,
}

#[derive(Debug, Default, Serialize)]
struct Listen {
    /// One key answers at once.
    one_key: bool,
    /// Digits after which the answer is complete.
    digits: Option<usize>,
    /// Seconds until silence.
    wait: u32,
    person: bool,
    /// Whom the call is put through to: the page says how that ends.
    transfer: Option<String>,
    /// A message of so many seconds at most is recorded: the page gives it as words.
    record: Option<u32>,
}

/// What a step hands in. `call` is the call's id.
pub fn arrival(call: &str, answer: Answer) -> Arrival {
    let said = said(&answer);
    Arrival {
        utterance: Utterance { said, answers_turn: answer.step },
        ..hand_in(call, &answer.client_id, Opens::Never)
    }
}

/// The beginning of a call.
pub fn begins(call: &str, locale: Option<String>) -> Arrival {
    Arrival { locale, ..hand_in(call, "begins", Opens::IfNone) }
}

/// The end of a call, by the caller.
pub fn hangs_up(call: &str) -> Arrival {
    let said = Said::Left { reason: "hung up".to_owned() };
    Arrival { utterance: Utterance { said, answers_turn: None }, ..hand_in(call, "hangs up", Opens::Never) }
}

fn hand_in(call: &str, delivery: &str, opens: Opens) -> Arrival {
    let contact = Some(ids::contact(Channel::Phone.word(), call));
    Arrival {
        channel: Channel::Phone,
        address: call.to_owned(),
        key: Some(format!("phone:{call}:{delivery}")),
        who: Who { contact, name: None, verified: false, ..Who::default() },
        locale: None,
        utterance: Utterance { said: Said::Started { flow: None }, answers_turn: None },
        opens,
    }
}

fn said(answer: &Answer) -> Said {
    if let Some(how) = answer.transferred {
        return Said::Transferred { how };
    }
    let kept = |text: &Option<String>| text.as_deref().map(utterance::clean).filter(|text| !text.is_empty());
    if let Some(keys) = kept(&answer.keys) {
        return Said::Keys { keys: speech::pressed(&keys) };
    }
    match kept(&answer.speech) {
        // It was typed, so nothing was misheard.
        Some(text) => Said::Speech { text, confidence: Some(1.0) },
        None if answer.poll => Said::Again,
        None => Said::Silence,
    }
}

/// Writes a turn's reply.
pub fn render(outcome: &Outcome<'_>) -> String {
    let conversation = outcome.conversation;
    let reply = Reply {
        step: conversation.turn,
        locale: &conversation.locale,
        over: conversation.is_closed(),
        outcome: conversation.outcome(),
        owner: match conversation.owner {
            Owner::Bot => "bot",
            Owner::Queue(_) => "queue",
            Owner::Agent(_) => "agent",
        },
        says: outcome.messages.iter().map(|message| say(message, &conversation.locale)).collect(),
        listen: listen(outcome),
        options: options(outcome.messages),
    };
    // Texts and numbers under fixed names always have a JSON form.
    serde_json::to_string(&reply).unwrap_or_default()
}

fn say(message: &Message, locale: &str) -> Spoken {
    let spoken = speech::spoken(message, locale);
    Spoken { seq: message.seq, from: message.from.word(), locale: spoken.locale, text: spoken.text }
}

fn listen(outcome: &Outcome<'_>) -> Listen {
    let collect = match speech::then(outcome) {
        Then::Collect(collect) => collect,
        Then::Transfer(transfer) => return Listen { transfer: Some(transfer.to), ..Listen::default() },
        Then::Record(record) => return Listen { record: Some(record.longest), ..Listen::default() },
        Then::HangUp => return Listen::default(),
    };
    let (one_key, digits) = match collect.keys {
        Keys::One => (true, None),
        Keys::Number { max, exact } => (false, exact.then_some(max)),
        Keys::Several => (false, None),
    };
    Listen { one_key, digits, wait: collect.wait, person: collect.person, ..Listen::default() }
}

fn options(messages: &[Message]) -> Vec<Choice<'_>> {
    let asked = messages.last().map(|message| message.prompt.options.as_slice()).unwrap_or_default();
    asked.iter().map(|option| Choice { key: &option.key, label: &option.label }).collect()
}
