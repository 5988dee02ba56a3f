//! Random talk with a playbook, and what must hold of it.

use jiff::Timestamp;
use serde_json::json;
use vestibule::conversation::{
    Channel, Conversation, Event, Facts, Hope, HttpAnswer, Owner, Prompt, PromptKind, Said, Utterance,
    WaitKind, ids,
};
use vestibule::engine::{self, Turn};
use vestibule::flow::{Kind, Playbook, SlotKind};

use super::acts::{Act, Other};

/// Inputs of a contact who says nothing any more; more than any flow here can take.
const PATIENCE: usize = 400;

struct Talk<'a> {
    book: &'a Playbook,
    conversation: Conversation,
    facts: Facts,
    prompts: Vec<(u64, Prompt)>,
    filled: Vec<(String, String)>,
    tickets: usize,
    now: Timestamp,
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
            number: None,
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
        let mut talk = Self { book, conversation, facts, prompts, filled, tickets: 0, now };
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
                // What a service says may be of no use: then the step's `on_error` follows, and the fault is told.
                Event::Faulted { .. } if matches!(said, Said::HttpAnswered { .. }) => {}
                Event::Faulted { place, message } => {
                    return Err(format!("after {said:?} a fault at {place}: {message}"));
                }
                Event::Prompted { prompt, .. } => self.prompts.push((turn.conversation.turn, prompt.clone())),
                Event::SlotFilled { slot, value } => self.filled.push((slot.clone(), value.to_string())),
                Event::TicketOpened { .. } => self.tickets += 1,
                _ => {}
            }
        }
        self.conversation = turn.conversation;
        self.stands().map_err(|problem| format!("after {said:?} {problem}"))
    }

    fn turn(&self, said: Said, answers_turn: Option<u64>) -> Turn {
        let utterance = Utterance { said, answers_turn };
        engine::take_turn(self.book, self.conversation.clone(), &self.facts, &utterance, self.now)
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

    /// On a call a message is offered where in chat the ticket follows at once: none is left.
    fn declines(&mut self) -> Result<(), String> {
        let wait = self.conversation.frames.last().and_then(|frame| frame.wait.as_ref());
        match wait.map(|wait| &wait.kind) {
            Some(WaitKind::Consent { .. }) => self.take(Said::Keys { keys: "2".into() }, None),
            _ => Ok(()),
        }
    }

    fn options(&self) -> Vec<String> {
        let last = self.prompts.last().filter(|(turn, _)| *turn == self.conversation.turn);
        last.map(|(_, prompt)| prompt.options.iter().map(|option| option.value.clone()).collect())
            .unwrap_or_default()
    }

    /// A good answer to what is asked: the value of an option, or words for the slot's type.
    fn answer(&self, nth: u8) -> Option<Answer> {
        let last = self.prompts.last().map(|(_, prompt)| prompt.clone())?;
        if !last.options.is_empty() && last.kind != PromptKind::Survey {
            let option = &last.options[usize::from(nth) % last.options.len()];
            return Some(Answer::Option(option.value.clone(), option.key.clone()));
        }
        let frame = self.conversation.frames.last()?;
        let flow = self.book.flow(&frame.flow)?;
        let step = flow.step(&frame.step)?;
        let comments = frame.wait.as_ref().is_some_and(|wait| wait.kind == WaitKind::Comment);
        let ask = match &step.kind {
            Kind::Ask(ask) => ask,
            // On a call the score's keys are told in the words of the question.
            Kind::Survey(survey) if !comments => {
                let (low, high) = survey.ask.range();
                let count = u8::try_from(high - low + 1).expect("few scores");
                return Some(Answer::Digits((i64::from(nth % count) + low).to_string()));
            }
            _ => return Some(Answer::Words("some words".into())),
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
            Other::Replies => return self.service(reply(200, json!({ "state": "on its way" }))),
            Other::RepliesOddly => return self.service(reply(200, json!(["no", "state"]))),
            Other::Fails => return self.service(HttpAnswer::Failed { reason: "not in time".into() }),
            Other::Stale => {
                let id = ids::conversation("test", "random", "no request");
                let before = self.conversation.frames.clone();
                self.take(Said::HttpAnswered { id, answer: reply(200, json!({ "state": "stale" })) }, None)?;
                return if self.conversation.frames == before {
                    Ok(())
                } else {
                    Err("an answer that nobody asked for had an effect".into())
                };
            }
            Other::TimeIsOver => return self.time_is_over(),
            Other::Sends => Said::File {
                file: "test/photo.jpg".into(),
                name: "photo.jpg".into(),
                kind: "image/jpeg".into(),
                size: 1_000,
            },
        };
        self.take(said, None)
    }

    /// The service answers the request that waits, if any.
    fn service(&mut self, answer: HttpAnswer) -> Result<(), String> {
        let waits = self.conversation.frames.iter().filter_map(|frame| frame.wait.as_ref());
        let mut asked = waits.filter_map(|wait| match &wait.kind {
            WaitKind::Http { id, answer: None } => Some(*id),
            _ => None,
        });
        let Some(id) = asked.next_back() else { return Ok(()) };
        self.take(Said::HttpAnswered { id, answer }, None)
    }

    /// What is waited for, if anything, has come.
    fn time_is_over(&mut self) -> Result<(), String> {
        let last = self.conversation.frames.last().and_then(|frame| frame.wait.as_ref());
        if let Some(WaitKind::Pause { until, .. }) = last.map(|wait| &wait.kind) {
            self.now = self.now.max(*until);
        }
        self.take(Said::Waited, None)
    }

    /// What is ours to wait for happens at once: services answer, time passes.
    fn world(&mut self) -> Result<(), String> {
        for _ in 0..PATIENCE {
            let last = self.conversation.frames.last().and_then(|frame| frame.wait.as_ref());
            match last.map(|wait| &wait.kind) {
                _ if self.over() || self.conversation.owner != Owner::Bot => return Ok(()),
                Some(WaitKind::Http { .. }) => self.service(reply(200, json!({ "state": "on its way" })))?,
                Some(WaitKind::Pause { .. }) => self.time_is_over()?,
                _ => return Ok(()),
            }
        }
        Err("services and pauses without end".into())
    }

    /// An answer that led to a further question is undone by `back`: the flows stand as they did.
    fn goes_back_to(&self, before: &Conversation) -> Result<(), String> {
        let c = &self.conversation;
        let answered = c.trail.len() == before.trail.len() + 1 && c.owner == Owner::Bot && !c.is_closed();
        // A menu over a question is gone once it was answered: back leads to the question.
        let over = before
            .frames
            .last()
            .and_then(|frame| frame.wait.as_ref())
            .is_some_and(|wait| matches!(wait.kind, WaitKind::Menu { .. } | WaitKind::Language { .. }));
        if !answered || over || before.reopened.is_some() {
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
        let trail = |c: &Conversation| {
            c.trail
                .iter()
                .map(|last| (last.flow.clone(), last.step.clone(), last.given.clone()))
                .collect::<Vec<_>>()
        };
        if bare(&back) == bare(before) && trail(&back) == trail(before) {
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
                Owner::Bot => {
                    self.world()?;
                    if !self.over() && self.conversation.owner == Owner::Bot {
                        self.take(Said::Silence, None)?;
                    }
                }
            }
        }
        let frames: Vec<_> =
            self.conversation.frames.iter().map(|frame| (&frame.flow, &frame.step, &frame.wait)).collect();
        Err(format!("the contact is silent and it does not end: {frames:?}"))
    }
}

fn reply(status: u16, body: serde_json::Value) -> HttpAnswer {
    HttpAnswer::Reply { status, headers: std::collections::BTreeMap::new(), body }
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
    chat.world()?;
    voice.world()?;
    for act in acts {
        for talk in [&mut chat, &mut voice] {
            talk.act(act)?;
            talk.world()?;
            talk.declines()?;
        }
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
