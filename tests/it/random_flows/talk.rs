//! Random talk with a playbook, and what must hold of it.

use proptest::collection::vec;
use proptest::prelude::*;
use vestibule::conversation::{
    Channel, Conversation, Event, Facts, Hope, Owner, Prompt, Said, Utterance, ids,
};
use vestibule::engine::{self, Turn};
use vestibule::flow::{Playbook, SlotKind};

/// What the contact, or somebody else, does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// A good answer to what is asked, the n-th.
    Answer(u8),
    /// Pressed on an option of the present prompt.
    Button(u8),
    /// Words that fit an option, among others.
    About(u8),
    Says(&'static str),
    Junk(String),
    Keys(String),
    Silence,
    Back,
    Agent,
    /// An option of two turns ago.
    OldButton,
    /// An agent is there, or none.
    Free(bool),
    Happens(Other),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    Claimed,
    Wrote,
    HandedBack,
    LeaseEnded,
    NobodyCame,
    Reminder,
    Park,
    Again,
    Left,
}

/// Everything that works everywhere, corrections, questions, other flows.
const SAYINGS: [&str; 24] = [
    "help",
    "menu",
    "repeat",
    "language",
    "cancel",
    "/other",
    "/main",
    "/start",
    "/nothing",
    "my parcel did not arrive",
    "how do I reset my password?",
    "the router blinks red",
    "no, I meant network",
    "I meant 204417",
    "change s1",
    "change s2 to garden",
    "change the zebra",
    "my zebra 204417 of yesterday, ada@example.org",
    "sorry, I meant yesterday",
    "no",
    "yes",
    "zebra",
    "no, 5",
    "none of these",
];

pub fn acts(portable: bool) -> impl Strategy<Value = Vec<Act>> {
    if portable {
        let act = prop_oneof![
            12 => (0..5_u8).prop_map(Act::Answer),
            1 => Just(Act::Silence),
            2 => Just(Act::Back),
            1 => Just(Act::Says("qwertz uiop")),
            1 => Just(Act::Says("no, I meant network")),
            1 => Just(Act::Says("/other")),
            1 => Just(Act::Agent),
        ];
        return vec(act, 0..24).boxed();
    }
    let other = prop_oneof![
        Just(Other::Claimed),
        Just(Other::Wrote),
        Just(Other::HandedBack),
        Just(Other::LeaseEnded),
        Just(Other::NobodyCame),
        Just(Other::Reminder),
        Just(Other::Park),
        Just(Other::Again),
        Just(Other::Left)
    ];
    let act = prop_oneof![
        14 => (0..5_u8).prop_map(Act::Answer),
        3 => (0..6_u8).prop_map(Act::Button),
        3 => (0..6_u8).prop_map(Act::About),
        8 => (0..SAYINGS.len()).prop_map(|at| Act::Says(SAYINGS[at])),
        2 => "\\PC{0,40}".prop_map(Act::Junk),
        2 => "[0-9*#]{0,9}".prop_map(Act::Keys),
        2 => Just(Act::Silence),
        3 => Just(Act::Back),
        1 => Just(Act::Agent),
        1 => Just(Act::OldButton),
        1 => any::<bool>().prop_map(Act::Free),
        3 => other.prop_map(Act::Happens),
    ];
    vec(act, 0..32).boxed()
}

/// Inputs of a contact who says nothing any more; more than any flow here can take.
const PATIENCE: usize = 400;

struct Talk<'a> {
    book: &'a Playbook,
    conversation: Conversation,
    facts: Facts,
    prompts: Vec<(u64, Prompt)>,
    filled: Vec<(String, String)>,
    asked: u32,
    tickets: usize,
}

impl<'a> Talk<'a> {
    fn begin(book: &'a Playbook, channel: Channel) -> Result<Self, String> {
        let now = "2026-11-24T10:00:00Z".parse().expect("a time");
        let beginning = engine::Beginning {
            id: ids::conversation("test", "random", "start"),
            channel,
            address: "random",
            contact: ids::contact("test", "random"),
            locale: Some("en"),
            seq: 0,
            now,
        };
        let facts = Facts {
            business_open: true,
            now_text: "2026-11-24T10:00:00+00:00".into(),
            today: "2026-11-24".into(),
            ..Facts::default()
        };
        let conversation = engine::fresh(book, &beginning);
        let (prompts, filled) = (Vec::new(), Vec::new());
        let mut talk = Self { book, conversation, facts, prompts, filled, asked: 0, tickets: 0 };
        talk.take(Said::Started { flow: None }, None)?;
        Ok(talk)
    }

    fn take(&mut self, said: Said, answers_turn: Option<u64>) -> Result<(), String> {
        let turn = self.turn(said.clone(), answers_turn);
        let steps: usize = turn
            .events
            .iter()
            .map(|event| match event {
                Event::Walked { steps, .. } => steps.len(),
                _ => 0,
            })
            .sum();
        let all: usize = self.book.flows.values().map(|flow| flow.steps.len()).sum();
        if steps > 4 * all + 40 {
            return Err(format!("{steps} steps ran without a wait, of {all} that there are"));
        }
        for event in &turn.events {
            match event {
                Event::Faulted { place, message } => {
                    return Err(format!("after {said:?} a fault at {place}: {message}"));
                }
                Event::Prompted { prompt, .. } => self.prompts.push((turn.conversation.turn, prompt.clone())),
                Event::SlotFilled { slot, value } => self.filled.push((slot.clone(), value.to_string())),
                Event::TicketOpened { .. } => self.tickets += 1,
                _ => {}
            }
        }
        self.asked = turn.conversation.turn as u32;
        self.conversation = turn.conversation;
        self.stands().map_err(|problem| format!("after {said:?} {problem}"))
    }

    fn turn(&self, said: Said, answers_turn: Option<u64>) -> Turn {
        let now = "2026-11-24T10:00:00Z".parse().expect("a time");
        let utterance = Utterance { said, answers_turn };
        engine::take_turn(self.book, self.conversation.clone(), &self.facts, &utterance, now)
    }

    /// What holds between turns: somebody is waited for, or it is over.
    fn stands(&self) -> Result<(), String> {
        let c = &self.conversation;
        if c.is_closed() {
            return Ok(());
        }
        let waits = c.frames.last().is_some_and(|frame| frame.wait.is_some());
        if c.owner == Owner::Bot && !waits {
            return Err("nobody is waited for".into());
        }
        if c.owner == Owner::Bot && c.hope == Hope::Nothing {
            return Err("the channel is to listen for nothing".into());
        }
        if c.frames.iter().filter(|frame| frame.digression).count() > engine::MAX_DIGRESSIONS {
            return Err("more digressions than may wait".into());
        }
        Ok(())
    }

    fn over(&self) -> bool {
        self.conversation.is_closed()
    }

    fn options(&self) -> Vec<String> {
        let last = self.prompts.last().filter(|(turn, _)| *turn == self.conversation.turn);
        last.map(|(_, prompt)| prompt.options.iter().map(|option| option.value.clone()).collect())
            .unwrap_or_default()
    }

    /// A good answer to what is asked: the value of an option, or words for the slot's type.
    fn answer(&self, nth: u8) -> Option<Answer> {
        let last = self.prompts.last().map(|(_, prompt)| prompt.clone())?;
        if !last.options.is_empty() {
            let option = &last.options[usize::from(nth) % last.options.len()];
            return Some(Answer::Option(option.value.clone(), option.key.clone()));
        }
        let frame = self.conversation.frames.last()?;
        let flow = self.book.flow(&frame.flow)?;
        let step = flow.step(&frame.step)?;
        let vestibule::flow::Kind::Ask(ask) = &step.kind else {
            return Some(Answer::Words("some words".into()));
        };
        let nth = nth % 3;
        let words = match &flow.slots.get(&ask.slot.value)?.kind {
            SlotKind::Text { .. } => {
                ["zebra", "the cable is cut", "nothing works"][usize::from(nth)].to_owned()
            }
            SlotKind::Number { .. } => return Some(Answer::Digits((nth + 1).to_string())),
            SlotKind::Date { .. } => ["yesterday", "today", "3/11/2026"][usize::from(nth)].to_owned(),
            SlotKind::Email => format!("a{nth}@example.org"),
            SlotKind::Phone => return Some(Answer::Digits(format!("0655501{nth}"))),
            SlotKind::Pattern { .. } => return Some(Answer::Digits(format!("20441{nth}"))),
            SlotKind::Choice { .. } | SlotKind::Bool | SlotKind::File => "yes".to_owned(),
        };
        Some(Answer::Words(words))
    }

    fn say(&mut self, text: &str) -> Result<(), String> {
        let text = text.to_owned();
        let said = if self.conversation.channel.voice() {
            Said::Speech { text, confidence: None }
        } else {
            Said::Text { text }
        };
        self.take(said, None)
    }

    fn give(&mut self, answer: Answer) -> Result<(), String> {
        let voice = self.conversation.channel.voice();
        match answer {
            Answer::Option(_, key) if voice => self.take(Said::Keys { keys: key }, None),
            Answer::Option(value, _) => self.take(Said::Choice { value }, Some(self.conversation.turn)),
            Answer::Digits(digits) if voice => self.take(Said::Keys { keys: digits }, None),
            Answer::Digits(words) | Answer::Words(words) => self.say(&words),
        }
    }

    fn act(&mut self, act: &Act) -> Result<(), String> {
        match act {
            Act::Answer(nth) => match self.answer(*nth) {
                Some(answer) => {
                    let before = self.conversation.clone();
                    self.give(answer)?;
                    self.goes_back_to(&before)
                }
                None => self.take(Said::Silence, None),
            },
            Act::Button(nth) => {
                let options = self.options();
                let value = options.get(usize::from(*nth)).cloned().unwrap_or_else(|| "gone".into());
                self.take(Said::Choice { value }, Some(self.conversation.turn))
            }
            Act::About(nth) => {
                let word = super::book::WORDS[usize::from(*nth) % super::book::WORDS.len()];
                self.say(&format!("it is about the {word} 204417, broken since yesterday"))
            }
            Act::Says(text) => self.say(text),
            Act::Junk(text) => self.say(text),
            Act::Keys(keys) => self.take(Said::Keys { keys: keys.clone() }, None),
            Act::Silence => self.take(Said::Silence, None),
            Act::Back if self.conversation.channel.voice() => {
                self.take(Said::Keys { keys: "*".into() }, None)
            }
            Act::Back => self.say("back"),
            Act::Agent if self.conversation.channel.voice() => {
                self.take(Said::Keys { keys: "0".into() }, None)
            }
            Act::Agent => self.say("agent"),
            Act::OldButton => self.old_button(),
            Act::Free(free) => {
                self.facts.agent_free = *free;
                Ok(())
            }
            Act::Happens(other) => self.happens(*other),
        }
    }

    /// A press of an earlier turn has no effect but that something is said.
    fn old_button(&mut self) -> Result<(), String> {
        let asked = self.conversation.asked;
        let old =
            self.prompts.iter().rev().find(|(turn, prompt)| *turn < asked && !prompt.options.is_empty());
        let Some((turn, value)) = old.map(|(turn, prompt)| (*turn, prompt.options[0].value.clone())) else {
            return Ok(());
        };
        let before = self.conversation.frames.clone();
        self.take(Said::Choice { value }, Some(turn))?;
        if self.conversation.frames == before { Ok(()) } else { Err("an old button had an effect".into()) }
    }

    fn happens(&mut self, other: Other) -> Result<(), String> {
        let agent = || "Ada".to_owned();
        let has = matches!(self.conversation.owner, Owner::Agent(_));
        let said = match other {
            Other::Claimed => Said::Claimed { agent: agent() },
            Other::Wrote if has => Said::AgentWrote { agent: agent(), text: "I look into it.".into() },
            Other::HandedBack => Said::HandedBack,
            Other::LeaseEnded => Said::LeaseEnded,
            Other::NobodyCame => Said::NobodyCame,
            Other::Reminder => Said::Reminder,
            Other::Park => Said::Park,
            Other::Again | Other::Wrote => Said::Again,
            Other::Left => Said::Left { reason: "completed".into() },
        };
        self.take(said, None)
    }

    /// An answer that led to a further question is undone by `back`: the flows stand as they did.
    fn goes_back_to(&self, before: &Conversation) -> Result<(), String> {
        let c = &self.conversation;
        let answered = c.trail.len() == before.trail.len() + 1 && c.owner == Owner::Bot && !c.is_closed();
        if !answered || before.reopened.is_some() {
            return Ok(());
        }
        let said = Said::Text { text: "back".into() };
        let back = self.turn(said, None).conversation;
        let bare = |c: &Conversation| {
            let mut frames = c.frames.clone();
            for frame in &mut frames {
                frame.ahead.clear();
                if let Some(wait) = &mut frame.wait {
                    wait.failures = 0;
                }
            }
            frames
        };
        if bare(&back) == bare(before) && back.trail == before.trail {
            return Ok(());
        }
        Err(format!("back does not lead back:\nbefore {:#?}\nafter {:#?}", before.frames, back.frames))
    }

    /// Says nothing until it is over, or a person is waited for.
    fn falls_silent(&mut self) -> Result<(), String> {
        for _ in 0..PATIENCE {
            match &self.conversation.owner {
                _ if self.over() => return Ok(()),
                // A person has it, or one is waited for: nobody comes, and it must end without.
                Owner::Queue(_) => {
                    self.facts.agent_free = false;
                    self.take(Said::NobodyCame, None)?;
                }
                Owner::Agent(_) => return Ok(()),
                Owner::Bot => self.take(Said::Silence, None)?,
            }
        }
        let frames: Vec<_> =
            self.conversation.frames.iter().map(|frame| (&frame.flow, &frame.step, &frame.wait)).collect();
        Err(format!("the contact is silent and it does not end: {frames:?}"))
    }
}

enum Answer {
    /// Value and key.
    Option(String, String),
    Digits(String),
    Words(String),
}

/// Whatever is said, it holds; and when nothing is said any more, it ends.
pub fn holds(book: &Playbook, acts: &[Act], voice: bool) -> Result<(), String> {
    let mut talk = Talk::begin(book, if voice { Channel::TerminalVoice } else { Channel::Terminal })?;
    for act in acts {
        if talk.over() {
            return Ok(());
        }
        talk.act(act)?;
    }
    talk.falls_silent()
}

/// Chat and voice, answered alike, fill the same slots, open as many tickets and end alike.
pub fn alike(book: &Playbook, acts: &[Act]) -> Result<(), String> {
    let mut chat = Talk::begin(book, Channel::Terminal)?;
    let mut voice = Talk::begin(book, Channel::TerminalVoice)?;
    for act in acts {
        chat.act(act)?;
        voice.act(act)?;
        same("slots", &chat.filled, &voice.filled)?;
        let stand = |talk: &Talk<'_>| {
            let frames = &talk.conversation.frames;
            frames.iter().map(|frame| (frame.flow.clone(), frame.step.clone())).collect::<Vec<_>>()
        };
        same("steps", &stand(&chat), &stand(&voice))?;
        if chat.over() {
            break;
        }
    }
    chat.falls_silent()?;
    voice.falls_silent()?;
    same("slots", &chat.filled, &voice.filled)?;
    same("tickets", &chat.tickets, &voice.tickets)?;
    same("outcome", &chat.conversation.outcome(), &voice.conversation.outcome())
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, chat: &T, voice: &T) -> Result<(), String> {
    if chat == voice {
        return Ok(());
    }
    Err(format!("{what} differ: chat {chat:?}, voice {voice:?}"))
}
