//! What may happen at a place: each kind of input that means something there on a phone, and what the world may do.

use std::fmt;

use vestibule::conversation::link::Found;
use vestibule::conversation::{
    Callback, Event, Hope, HttpAnswer, Owner, PromptKind, Said, TransferEnd, Wait, WaitKind,
};
use vestibule::engine::MAX_CALLBACKS;
use vestibule::flow::step::Http;
use vestibule::flow::{Flow, Kind, Step};

use super::values;
use super::walk::{Place, Walk};

/// Who has a part in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Caller,
    /// The caller, with nothing that answers what is asked.
    Mute,
    /// The caller, while nobody asks them anything.
    Idle,
    World,
    Agent,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Does {
    pub said: Said,
    /// So many inputs came before that this one is the last.
    pub tires: bool,
}

#[derive(Debug, Clone)]
pub struct Move {
    pub by: By,
    pub does: Does,
    /// An agent is there.
    pub free: bool,
    /// What the store has for a code to link by.
    pub found: Option<Found>,
}

impl Move {
    pub fn new(by: By, said: Said) -> Self {
        Self { by, does: Does { said, tires: false }, free: false, found: None }
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.does.said {
            Said::Started { flow: Some(flow) } => write!(f, "! the call begins with {flow}")?,
            Said::Started { flow: None } => write!(f, "! the call begins")?,
            Said::Keys { keys } => write!(f, "> [{keys}]")?,
            Said::Speech { text, confidence: Some(_) } => write!(f, "> {text} (unclear)")?,
            Said::Speech { text, .. } => write!(f, "> {text}")?,
            Said::Silence => write!(f, "> ()")?,
            Said::Claimed { agent } => write!(f, "! {agent} takes the call")?,
            Said::ClosedByAgent { agent, .. } => write!(f, "! {agent} closes it")?,
            Said::HandedBack => write!(f, "! the agent hands back")?,
            Said::LeaseEnded => write!(f, "! the agent went away")?,
            Said::NobodyCame => write!(f, "! nobody came")?,
            Said::Waited => write!(f, "! the time is over")?,
            Said::HttpAnswered { answer, .. } => match answer {
                HttpAnswer::Reply { status, body, .. } => write!(f, "! answered {status} {body}")?,
                HttpAnswer::Failed { reason } => write!(f, "! not answered: {reason}")?,
            },
            other => write!(f, "! {other:?}")?,
        }
        if self.does.tires {
            write!(f, "  (after so many inputs that this one is the last)")?;
        }
        if self.free {
            write!(f, "  (an agent is free)")?;
        }
        match &self.found {
            Some(Found::Shown { .. }) => write!(f, "  (the code links)"),
            Some(Found::Refused { why }) => write!(f, "  (the code does not link: {})", why.word()),
            None => Ok(()),
        }
    }
}

pub fn keys(keys: &str) -> Said {
    Said::Keys { keys: keys.to_owned() }
}

pub fn speech(text: &str) -> Said {
    Said::Speech { text: text.to_owned(), confidence: None }
}

/// Words that the recogniser is not sure of.
fn unclear() -> Said {
    Said::Speech { text: "mm".to_owned(), confidence: Some(0.1) }
}

/// All that may happen at a place.
pub fn of(walk: &Walk<'_>, at: usize) -> Vec<Move> {
    let place = &walk.places[at];
    let c = &place.conversation;
    let idle = || [Said::Silence, keys("1"), unclear()].map(|said| Move::new(By::Idle, said));
    let agent = || "Ada".to_owned();
    if let Some(callback) = &c.callback
        && c.owner != Owner::Bot
    {
        return called_back(callback, &c.owner);
    }
    match &c.owner {
        Owner::Queue(_) => {
            let claimed = Move::new(By::Agent, Said::Claimed { agent: agent() });
            let nobody = Move::new(By::World, Said::NobodyCame);
            return idle().into_iter().chain([claimed, nobody]).collect();
        }
        Owner::Agent(_) => {
            let closed = Said::ClosedByAgent { agent: agent(), disposition: "resolved".to_owned() };
            let acts = [closed, Said::HandedBack, Said::LeaseEnded];
            return idle().into_iter().chain(acts.map(|said| Move::new(By::Agent, said))).collect();
        }
        Owner::Bot => {}
    }
    let frame = c.frames.last();
    let wait = frame.and_then(|frame| frame.wait.as_ref());
    let stands = frame.and_then(|frame| {
        let flow = walk.book.flow(&frame.flow)?;
        Some((flow, flow.step(&frame.step)?))
    });
    let (Some(wait), Some((flow, step))) = (wait, stands) else { return Vec::new() };
    match &wait.kind {
        WaitKind::Http { id, .. } => {
            let answers = match &step.kind {
                Kind::Http(http) => answers(walk, place, flow, http),
                _ => Vec::new(),
            };
            let answered = answers.into_iter().map(|answer| Said::HttpAnswered { id: *id, answer });
            return idle().into_iter().chain(answered.map(|said| Move::new(By::World, said))).collect();
        }
        WaitKind::Transfer { .. } => {
            let ends = TransferEnd::ALL.map(|how| Move::new(By::World, Said::Transferred { how }));
            return ends.into_iter().chain(idle()).collect();
        }
        WaitKind::Message { .. } => {
            let recorded = |seconds| Said::Recorded { url: "https://platform.example/m".to_owned(), seconds };
            let said = [recorded(12), recorded(0), speech("please call me"), Said::Silence, keys("#")];
            return said.map(|said| Move::new(By::Caller, said)).into();
        }
        WaitKind::Pause { .. } => {
            return idle().into_iter().chain([Move::new(By::World, Said::Waited)]).collect();
        }
        _ => {}
    }
    if c.callbacks >= MAX_CALLBACKS {
        return [Said::Silence, keys("1"), keys("0"), unclear()]
            .map(|said| Move::new(By::Caller, said))
            .into_iter()
            .collect();
    }
    asked(walk, place, wait, flow, step)
}

/// What may happen where a call back is arranged, promised or made.
fn called_back(callback: &Callback, owner: &Owner) -> Vec<Move> {
    let agent = || "Ada".to_owned();
    let mut moves = match callback {
        Callback::AtThis { .. } | Callback::Which { .. } | Callback::Right { .. } => {
            let said = [keys("1"), keys("2"), keys("390212345678"), Said::Silence, unclear()];
            said.map(|said| Move::new(By::Caller, said)).into()
        }
        Callback::Promised { .. } => Vec::new(),
        Callback::Calling { .. } => {
            // It ends once, while an agent waits for it.
            let ended = Said::CallBackEnded { reason: "no-answer".to_owned() };
            let ended = matches!(owner, Owner::Agent(_)).then_some(ended);
            ended.into_iter().chain([Said::CallBackAnswered]).map(|said| Move::new(By::World, said)).collect()
        }
    };
    moves.extend(match owner {
        Owner::Queue(_) => {
            [Move::new(By::Agent, Said::Claimed { agent: agent() }), Move::new(By::World, Said::NobodyCame)]
        }
        Owner::Agent(_) | Owner::Bot => {
            let closed = Said::ClosedByAgent { agent: agent(), disposition: "resolved".to_owned() };
            [closed, Said::LeaseEnded].map(|said| Move::new(By::Agent, said))
        }
    });
    moves
}

/// What a caller may do at a question.
fn asked(walk: &Walk<'_>, place: &Place, wait: &Wait, flow: &Flow, step: &Step) -> Vec<Move> {
    let Wait { kind: waits, failures } = wait;
    let caller = |said| Move::new(By::Caller, said);
    let mute = |said| Move::new(By::Mute, said);
    let is_step = *waits == WaitKind::Step;
    let mut good: Vec<Said> = offered(walk, place).iter().map(|key| keys(key)).collect();
    let mut bad = Vec::new();
    match &step.kind {
        Kind::Survey(survey) if is_step => {
            let (low, high) = survey.ask.range();
            good.extend([low, high].map(|score| keys(&score.to_string())));
            bad.push(keys(&(high + 1).to_string()));
        }
        Kind::Ask(ask) if is_step => {
            if let Some(slot) = flow.slots.get(&ask.slot.value) {
                let (taken, refused) = values::of(walk, place, flow, slot);
                good.extend(taken);
                bad.extend(refused);
            }
        }
        _ => {}
    }
    if *waits == WaitKind::Comment {
        good.push(speech(&walk.words(place).nonsense));
    }
    // A good answer and what works everywhere do after a failure what they do before it: one of each tells.
    let again = *failures > 0;
    let mut anywhere: Vec<Said> = ["0", "*", "#"].map(keys).into();
    anywhere.extend(walk.globals(place).iter().map(|word| speech(word)));
    if again {
        good.truncate(1);
        anywhere.truncate(1);
    }
    // Yes, no, and a key that nothing stands on.
    let keyed = if again { vec!["9"] } else { vec!["1", "2", "9"] };
    bad.extend(keyed.into_iter().map(keys).filter(|key| !good.contains(key)));
    // Words that fit nothing, and such that were not heard well: both are not understood.
    bad.extend([Said::Silence, unclear()]);
    if walk.speaks() && !again && place.conversation.hope != Hope::Words {
        bad.push(speech(&walk.words(place).nonsense));
    }
    let mut moves: Vec<Move> = good.into_iter().chain(anywhere).map(caller).collect();
    moves.extend(bad.into_iter().map(mute));
    if !again {
        moves.push(Move { does: Does { said: Said::Silence, tires: true }, ..caller(Said::Silence) });
    }
    moves
}

/// The keys of what is asked, as they are told: asked again, which changes nothing.
fn offered(walk: &Walk<'_>, place: &Place) -> Vec<String> {
    let (_, events) = walk.take(place, &Move::new(By::Idle, Said::Again));
    let prompts = events.iter().filter_map(|event| match event {
        Event::Prompted { prompt, .. } if prompt.kind != PromptKind::Answer => Some(prompt),
        _ => None,
    });
    prompts.flat_map(|prompt| &prompt.options).map(|option| option.key.clone()).collect()
}

/// A service answers well, with something of no use, with an error, or not at all.
fn answers(walk: &Walk<'_>, place: &Place, flow: &Flow, http: &Http) -> Vec<HttpAnswer> {
    let reply = |status, body| HttpAnswer::Reply { status, headers: Default::default(), body };
    let mut all: Vec<HttpAnswer> =
        values::bodies(walk, place, flow, http).into_iter().map(|body| reply(200, body)).collect();
    all.push(reply(200, serde_json::json!(["nothing of use"])));
    all.push(reply(500, serde_json::Value::Null));
    all.push(HttpAnswer::Failed { reason: "no answer in time".to_owned() });
    all
}
