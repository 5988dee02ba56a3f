//! A contact of the demonstration at the door: says what the plan has for them, whatever the flow asks.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::chance::Chance;
use super::plan::{Channel, Visit};
use crate::app::inbound::{Arrival, DoorError, Opens, Who};
use crate::app::{App, Outcome};
use crate::conversation::{self, ConversationId, Event, Owner, Prompt, PromptKind, Said, Utterance, ids};
use crate::flow::{Kind, Slot, SlotKind};

/// Who is not done by then goes.
const MOST_TURNS: usize = 30;

/// What came of a visit.
#[derive(Debug, Default)]
pub struct Came {
    /// Codes of tickets, and whether they were opened or added to.
    pub tickets: Vec<(String, bool)>,
    /// The conversation, where it waits for a person.
    pub waits: Option<ConversationId>,
    pub turns: u64,
}

/// Where the conversation stands after a turn.
#[derive(Debug, Default)]
struct Stands {
    conversation: Option<ConversationId>,
    flow: String,
    step: String,
    with_bot: bool,
    over: bool,
}

pub struct Talker<'a> {
    pub app: &'a App,
    pub visit: &'a Visit,
    pub dice: Chance,
    /// Of the call or chat.
    pub address: String,
    said_opening: bool,
}

/// Where a contact chats, or calls from.
pub fn address_of(seed: u64, visit: &Visit, nth: usize) -> String {
    match visit.channel {
        Channel::Web => ids::contact("demo", &format!("{seed} {}", visit.contact)).to_string(),
        Channel::Phone => format!("CA{:032x}", u128::from(seed) << 64 | nth as u128),
    }
}

impl<'a> Talker<'a> {
    pub fn new(app: &'a App, visit: &'a Visit, address: String) -> Self {
        Self { app, visit, dice: visit.chance("talk"), address, said_opening: false }
    }

    fn channel(&self) -> conversation::Channel {
        match self.visit.channel {
            Channel::Web => conversation::Channel::Web,
            Channel::Phone => conversation::Channel::Twilio,
        }
    }

    /// From the first word to the end; `tick` lets time pass before each turn.
    ///
    /// # Errors
    /// The store's.
    pub async fn talk(&mut self, mut tick: impl FnMut()) -> Result<Came, DoorError> {
        let mut came = Came::default();
        let (mut stands, mut events) = self.say(Said::Started { flow: None }, Opens::IfOver).await?;
        for _ in 0..MOST_TURNS {
            came.turns += 1;
            self.note(&events, &mut came);
            if stands.over || !stands.with_bot {
                came.waits = stands.conversation.filter(|_| !stands.over);
                return Ok(came);
            }
            let temper = &self.visit.temper;
            if (temper.leaves_midway || temper.hangs_up) && came.turns > 2 && self.dice.chance(0.5) {
                break;
            }
            tick();
            let said = self.answer(&stands, &events);
            (stands, events) = self.say(said, Opens::Never).await?;
        }
        self.note(&events, &mut came);
        if self.channel().voice() && !stands.over {
            self.say(Said::Left { reason: "hung up".into() }, Opens::Never).await?;
            came.turns += 1;
        }
        Ok(came)
    }

    /// Says something in the chat that there is, without beginning another. Whether it was taken.
    ///
    /// # Errors
    /// The store's.
    pub async fn write(&mut self, text: &str) -> Result<(), DoorError> {
        self.say(Said::Text { text: text.to_owned() }, Opens::Never).await.map(drop)
    }

    /// Answers the survey where one waits in the chat; the score that was given.
    ///
    /// # Errors
    /// The store's.
    pub async fn rate(&mut self, hours: f64, comment: &str) -> Result<Option<i64>, DoorError> {
        let (stands, _) = self.say(Said::Again, Opens::Never).await?;
        if stands.flow != "system/survey" || stands.over {
            return Ok(None);
        }
        let csat = self.visit.temper.csat(hours);
        let (mut stands, _) = self.say(Said::Text { text: csat.to_string() }, Opens::Never).await?;
        if !stands.over {
            (stands, _) = self.say(Said::Text { text: comment.to_owned() }, Opens::Never).await?;
        }
        if !stands.over {
            let nps = self.visit.temper.nps(hours);
            self.say(Said::Text { text: nps.to_string() }, Opens::Never).await?;
        }
        Ok(Some(csat))
    }

    fn note(&self, events: &[Event], came: &mut Came) {
        for event in events {
            match event {
                Event::TicketOpened { draft } => came.tickets.push((draft.code.clone(), true)),
                Event::TicketAdded { code, .. } => came.tickets.push((code.clone(), false)),
                _ => {}
            }
        }
    }

    async fn say(&mut self, said: Said, opens: Opens) -> Result<(Stands, Vec<Event>), DoorError> {
        let contact = match self.visit.channel {
            Channel::Web => None,
            Channel::Phone => Some(ids::contact("twilio", &format!("39{:09}", self.visit.contact))),
        };
        let web = self.visit.channel == Channel::Web;
        let arrival = Arrival {
            channel: self.channel(),
            address: self.address.clone(),
            key: None,
            who: Who {
                contact,
                name: web.then(|| self.visit.name().to_owned()),
                verified: web,
                ..Who::default()
            },
            locale: Some(self.visit.locale.as_str().to_owned()),
            utterance: Utterance { said, answers_turn: None },
            opens,
        };
        let render = |outcome: &Outcome<'_>| {
            let known = outcome.conversation;
            let (flow, step) = known
                .frames
                .last()
                .map(|frame| (frame.flow.as_str(), frame.step.as_str()))
                .unwrap_or_default();
            format!("{flow}\n{step}\n{}\n{}", known.owner == Owner::Bot, known.is_closed())
        };
        let answer = self.app.take(arrival, Box::new(render)).await?;
        let mut lines = answer.body.lines().map(str::to_owned);
        let mut next = || lines.next().unwrap_or_default();
        let (flow, step) = (next(), next());
        let conversation = answer.conversation;
        let stands = Stands { conversation, flow, step, with_bot: next() == "true", over: next() == "true" };
        Ok((stands, answer.events))
    }

    /// What this contact says to what was asked last.
    fn answer(&mut self, stands: &Stands, events: &[Event]) -> Said {
        let prompts = || {
            events.iter().filter_map(|event| match event {
                Event::Prompted { prompt, .. } => Some(prompt),
                _ => None,
            })
        };
        let playbook = self.app.playbook();
        let step = playbook.flow(&stands.flow).and_then(|flow| Some((flow, flow.step(&stands.step)?)));
        let offered = events.iter().any(|event| matches!(event, Event::AnswerOffered { .. }));
        if let Some((flow, step)) = &step
            && let Kind::Ask(ask) = &step.kind
            && let Some(slot) = flow.slots.get(&ask.slot.value)
        {
            return self.fill(slot);
        }
        if let Some((_, step)) = &step
            && let Kind::Survey(survey) = &step.kind
        {
            let score = match survey.ask.range() {
                (1, 5) => self.visit.temper.csat(1.0),
                _ => self.visit.temper.nps(1.0),
            };
            let rates = self.visit.temper.answers_survey;
            return if rates { self.keys_or_text(&score.to_string()) } else { self.pass() };
        }
        match prompts().rfind(|prompt| !prompt.options.is_empty()) {
            Some(prompt) => self.choose(prompt, offered),
            None => self.text(self.visit.words().details),
        }
    }

    fn choose(&mut self, prompt: &Prompt, offered: bool) -> Said {
        let has = |value: &str| prompt.options.iter().find(|option| option.value == value);
        let solved = offered && prompt.kind != PromptKind::Survey;
        let wanted = match (has("yes"), has("no")) {
            (Some(yes), Some(no)) if solved => {
                Some(if self.visit.temper.solved_by_answer { yes } else { no })
            }
            (Some(yes), Some(no)) => Some(if self.dice.chance(0.6) { yes } else { no }),
            _ => has(self.visit.matter.as_str()),
        };
        let place = self.dice.below(prompt.options.len());
        let Some(option) = wanted.or_else(|| prompt.options.get(place)) else { return Said::Silence };
        if self.channel().voice() {
            return Said::Keys { keys: option.key.clone() };
        }
        Said::Choice { value: option.value.clone() }
    }

    /// The first sentence where free text is asked for first, a detail after that.
    fn fill(&mut self, slot: &Slot) -> Said {
        let text = match &slot.kind {
            SlotKind::Text { min, .. } => {
                let text = if self.said_opening {
                    self.dice.text(self.visit.words().details)
                } else {
                    self.said_opening = true;
                    self.visit.opening()
                };
                let short = min.unwrap_or(0).saturating_sub(text.chars().count());
                return self.text(&[&*format!("{text}{}", ".".repeat(short))]);
            }
            SlotKind::Number { min, max, .. } => {
                let least = min.unwrap_or(1.0).ceil();
                format!("{}", least.max(1.0).min(max.unwrap_or(least.max(1.0))))
            }
            SlotKind::Date { future, .. } => {
                let days = i64::try_from(self.dice.below(20)).unwrap_or(0);
                let today = self.app.settings.desk.hours.local(self.app.now()).date();
                let away = jiff::SignedDuration::from_hours(24 * if *future { days } else { -days });
                let day = today.saturating_add(away);
                if self.channel().voice() { day.strftime("%d%m%Y").to_string() } else { day.to_string() }
            }
            SlotKind::Email => format!("demo{}@example.org", self.visit.contact),
            SlotKind::Phone => format!("+39 02 {:07}", self.visit.contact % 10_000_000),
            SlotKind::Choice { options } => self.dice.pick(options).cloned().unwrap_or_default(),
            SlotKind::Bool => if self.dice.chance(0.5) { "1" } else { "2" }.to_owned(),
            SlotKind::Pattern { pattern } => self.matching(pattern.as_str()),
            SlotKind::File => return self.pass(),
        };
        self.keys_or_text(&text)
    }

    fn keys_or_text(&self, text: &str) -> Said {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if self.channel().voice() && !digits.is_empty() {
            return Said::Keys { keys: digits };
        }
        self.text(&[text])
    }

    fn text(&self, from: &[&str]) -> Said {
        let text = self.visit.chance("detail").pick(from).copied().unwrap_or_default().to_owned();
        if self.channel().voice() {
            Said::Speech { text, confidence: Some(0.9) }
        } else {
            Said::Text { text }
        }
    }

    fn pass(&self) -> Said {
        if self.channel().voice() { Said::Silence } else { self.text(&["no"]) }
    }

    /// A text that a pattern takes, as far as it is made of usual things.
    fn matching(&mut self, pattern: &str) -> String {
        let mut text = String::new();
        if let Ok(hir) = regex_syntax::parse(pattern) {
            self.grow(&hir, &mut text);
        }
        text
    }

    fn grow(&mut self, hir: &Hir, text: &mut String) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
            HirKind::Class(Class::Unicode(class)) => {
                let ranges = class.ranges();
                let range = ranges.get(self.dice.below(ranges.len().max(1)));
                let Some(range) = range else { return };
                let (from, to) = (u32::from(range.start()), u32::from(range.end()));
                let step = u32::try_from(self.dice.below((to - from + 1) as usize)).unwrap_or(0);
                text.extend(char::from_u32(from + step));
            }
            HirKind::Class(Class::Bytes(class)) => {
                text.extend(class.ranges().first().map(|range| char::from(range.start())));
            }
            HirKind::Repetition(again) => {
                for _ in 0..again.min {
                    self.grow(&again.sub, text);
                }
            }
            HirKind::Capture(capture) => self.grow(&capture.sub, text),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.grow(part, text)),
            HirKind::Alternation(parts) => {
                if let Some(part) = parts.first() {
                    self.grow(part, text);
                }
            }
        }
    }
}
