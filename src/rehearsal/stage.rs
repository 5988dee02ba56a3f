//! The world of one test, held in memory: a conversation on the real engine, its clock and timers, who is free, which
//! tickets there are.

mod ticket;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::script::{ChannelKind, Given, Moment, Test};
use crate::app::{commit, timers};
use crate::config::Desk;
use crate::conversation::{
    Channel, Conversation, Event, Notice, Prompt, PromptKind, Said, Segment, Subject, TimerKind, Utterance,
    code, ids,
};
use crate::engine::{self, Beginning, Versions};
use crate::flow::Playbook;

use ticket::Ticket;

/// Who says a line of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    Contact,
    Bot,
    Agent,
    /// What happens: silence, the clock, an agent's act.
    World,
}

/// A line of the transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub by: Speaker,
    pub text: String,
}

/// Something the bot said since the last input.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    /// As it is shown or spoken.
    pub text: String,
    /// The same with `{code}` for a ticket's code.
    pub masked: String,
    /// Labels and keys of its options.
    pub options: Vec<Button>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Button {
    pub value: String,
    pub label: String,
    pub key: String,
}

/// A way out of a step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Way {
    pub flow: String,
    pub step: String,
    /// The word of the exit; empty for the step itself.
    pub exit: String,
}

pub(super) struct Stage<'a> {
    pub book: &'a Playbook,
    desk: &'a Desk,
    pub kind: ChannelKind,
    pub conversation: Conversation,
    given: Given,
    now: Timestamp,
    timers: BTreeMap<TimerKind, Timestamp>,
    pub messages: Vec<Message>,
    /// The options of what is being asked.
    shown: Vec<Button>,
    pub talk: Vec<Entry>,
    pub tickets: Vec<Ticket>,
    /// Slots as they were filled last, those of flows that are done among them.
    pub slots: BTreeMap<String, String>,
    /// Slots whose values the journal hides.
    pub masked: BTreeSet<String>,
    pub score: Option<String>,
    pub faults: Vec<String>,
    /// The queue and the priority of the last handoff.
    pub handoff: Option<(String, String)>,
    /// What the contact is to be told of.
    pub watched: Vec<Subject>,
    /// What they were not told of yet.
    notices: Vec<Notice>,
    /// Requests to HTTP services that nothing answered yet: id, step, address.
    requests: Vec<(Uuid, String, String)>,
    /// Answers of the test that were given.
    answered: BTreeSet<usize>,
    pub walked: Vec<Way>,
    begun: u32,
}

impl<'a> Stage<'a> {
    pub fn new(book: &'a Playbook, desk: &'a Desk, test: &Test, kind: ChannelKind) -> Self {
        let given = test.given.clone();
        let now = given.now.unwrap_or(Moment::USUAL).instant(&desk.hours);
        let conversation = fresh(book, test, kind, now, 0, 0);
        let mut stage = Self {
            book,
            desk,
            kind,
            conversation,
            given,
            now,
            timers: BTreeMap::new(),
            messages: Vec::new(),
            shown: Vec::new(),
            talk: Vec::new(),
            tickets: Vec::new(),
            slots: BTreeMap::new(),
            masked: BTreeSet::new(),
            score: None,
            faults: Vec::new(),
            handoff: None,
            watched: Vec::new(),
            notices: Vec::new(),
            requests: Vec::new(),
            answered: BTreeSet::new(),
            walked: Vec::new(),
            begun: 0,
        };
        if let Some(nps) = stage.given.survey.take() {
            stage.ask(nps);
        }
        stage
    }

    /// After an end in chat the next message begins a new conversation, as it does on every chat.
    pub fn begin_anew(&mut self, test: &Test) {
        self.begun += 1;
        self.timers.clear();
        self.conversation = fresh(self.book, test, self.kind, self.now, self.begun, self.conversation.seq);
    }

    /// We begin one after the last.
    fn begin_after(&mut self, begun_by: &str) {
        let last = &self.conversation;
        self.timers.clear();
        let beginning = Beginning {
            id: ids::conversation("test", &last.address, begun_by),
            channel: last.channel,
            address: &last.address,
            contact: last.contact,
            locale: Some(&last.locale),
            seq: last.seq,
            number: None,
            now: self.now,
        };
        self.conversation = engine::fresh(self.book, &beginning);
    }

    pub fn note(&mut self, by: Speaker, text: impl Into<String>) {
        self.talk.push(Entry { by, text: text.into() });
    }

    pub fn take(&mut self, said: Said) {
        let facts = self.facts();
        let utterance = Utterance { said, answers_turn: None };
        let versions = Versions { own: None, current: self.book };
        let mut turn = engine::turn(versions, self.conversation.clone(), &facts, &utterance, self.now);
        if let Some(code) = turn.code_tried() {
            let facts = self.code_found(facts, code);
            turn = engine::turn(versions, self.conversation.clone(), &facts, &utterance, self.now);
        }
        self.conversation = turn.conversation;
        for event in &turn.events {
            self.happened(event);
        }
        for frame in &self.conversation.frames {
            self.slots.extend(frame.slots.iter().map(|(name, value)| (name.clone(), value.to_string())));
        }
        self.answer();
    }

    /// The clock moves on; what is due on the way happens.
    pub fn pass(&mut self, time: SignedDuration) {
        let until = self.now.checked_add(time).unwrap_or(self.now);
        for _ in 0..1_000 {
            let Some((kind, at)) = timers::next(&self.timers).filter(|(_, at)| *at <= until) else { break };
            self.now = self.now.max(at);
            self.fire(kind);
        }
        self.now = until;
    }

    /// The clock moves to the next timer, which runs out. False where none is set.
    pub fn pass_one(&mut self) -> bool {
        let Some((kind, at)) = timers::next(&self.timers) else { return false };
        self.now = self.now.max(at);
        self.fire(kind);
        true
    }

    /// Takes the quick messages that were gathered.
    pub fn settle(&mut self) {
        if let Some(at) = self.timers.get(&TimerKind::Gather).copied() {
            self.now = self.now.max(at);
            self.fire(TimerKind::Gather);
        }
    }

    fn fire(&mut self, kind: TimerKind) {
        self.timers.remove(&kind);
        let said = timers::said(kind, &self.conversation, self.desk, false, self.now);
        if let Some(said) = said.filter(|_| !self.conversation.is_closed()) {
            self.take(said);
        }
    }

    /// The button of what is being asked that a test means.
    pub fn button(&self, means: impl Fn(&Button) -> bool) -> Option<&Button> {
        self.shown.iter().find(|button| means(button))
    }

    /// A message of the bot's, as this kind of channel shows or speaks it.
    fn prompted(&mut self, prompt: &Prompt) {
        let voice = self.kind == ChannelKind::Voice;
        let options: Vec<Button> = prompt
            .options
            .iter()
            .map(|option| Button {
                value: option.value.clone(),
                label: option.label.clone(),
                key: option.key.clone(),
            })
            .collect();
        let code = |digits: &str| if voice { code::grouped(digits) } else { digits.to_owned() };
        let text = joined(&prompt.text, code);
        let masked = joined(&prompt.text, |_| "{code}".to_owned());
        let mut shown = text.clone();
        if !voice && !options.is_empty() {
            let labels: Vec<&str> = options.iter().map(|option| option.label.as_str()).collect();
            shown += &format!("  [{}]", labels.join("] ["));
        }
        shown.extend(prompt.image.iter().chain(&prompt.link).map(|extra| format!("  <{extra}>")));
        self.note(Speaker::Bot, shown);
        let asks = !matches!(prompt.kind, PromptKind::Say | PromptKind::System | PromptKind::Answer);
        if asks || !options.is_empty() {
            self.shown.clone_from(&options);
        }
        self.messages.push(Message { text, masked, options });
    }

    fn happened(&mut self, event: &Event) {
        match event {
            Event::Prompted { prompt, .. } => self.prompted(prompt),
            Event::AgentWrote { agent, text, .. } => self.note(Speaker::Agent, format!("{agent}: {text}")),
            Event::SlotFilled { slot, value } => {
                if value.to_string().starts_with('•') {
                    self.masked.insert(slot.clone());
                }
                self.slots.insert(slot.clone(), value.to_string());
            }
            Event::SlotCleared { slot } => {
                self.slots.remove(slot);
            }
            Event::TicketOpened { draft } => {
                self.tickets.push(Ticket { draft: (**draft).clone(), added: false });
            }
            Event::TicketAdded { code, .. } => self.added_to(code),
            Event::SurveyAnswered { score: Some(score), .. } => self.score = Some(score.to_string()),
            Event::Faulted { place, message } => self.faults.push(format!("{place}: {message}")),
            Event::HttpRequested { id, step, request, .. } => {
                self.requests.push((*id, step.clone(), request.url.clone()));
            }
            Event::HandoffRequested { queue, priority } => {
                self.handoff = Some((queue.clone(), priority.clone()));
            }
            Event::Watched { subject } => {
                self.watched.retain(|watched| watched != subject);
                self.watched.push(subject.clone());
            }
            Event::NoticeTold { notice } => self.notices.retain(|known| known.id != *notice),
            Event::Linked { channel, .. } => self.link(Some(*channel)),
            Event::Unlinked { .. } => self.link(None),
            Event::TimersCleared => self.timers.clear(),
            Event::TimerSet { timer } => {
                let due = commit::due(self.desk, &self.conversation, *timer, self.now);
                self.timers.insert(*timer, due);
            }
            Event::Walked { flow, steps, exits } => {
                let way = |step: &String, exit: &str| Way {
                    flow: flow.clone(),
                    step: step.clone(),
                    exit: exit.to_owned(),
                };
                self.walked.extend(steps.iter().map(|step| way(step, "")));
                self.walked.extend(exits.iter().map(|(step, exit)| way(step, exit)));
            }
            Event::Started { .. }
            | Event::Call { .. }
            | Event::FlowEntered { .. }
            | Event::Heard { .. }
            | Event::Left { .. }
            | Event::Edited { .. }
            | Event::Deleted { .. }
            | Event::Reacted { .. }
            | Event::Undelivered { .. }
            | Event::Unreachable { .. }
            | Event::Reachable
            | Event::Noted { .. }
            | Event::NothingHeard { .. }
            | Event::NotUnderstood { .. }
            | Event::ValueRefused { .. }
            | Event::PromptFailed { .. }
            | Event::AnswerOffered { .. }
            | Event::AnswerConfirmed { .. }
            | Event::AnswerRefused { .. }
            | Event::AnswerSent { .. }
            | Event::NothingFound { .. }
            | Event::QuestionAnswered { .. }
            | Event::QuestionPut { .. }
            | Event::StatusTold { .. }
            | Event::NobodyCame { .. }
            | Event::OwnerChanged { .. }
            | Event::SurveyAnswered { score: None, .. }
            | Event::LanguageChanged { .. }
            | Event::HttpAnswered { .. }
            | Event::LinkOffered { .. }
            | Event::CodeTried { .. }
            | Event::LinkRefused { .. }
            | Event::MoveWanted { .. }
            | Event::MovedHere { .. }
            | Event::MovedAway { .. }
            | Event::FileReceived { .. }
            | Event::Parked
            | Event::Resumed
            | Event::CarriedOver { .. }
            | Event::Deflected { .. }
            | Event::Closed { .. } => {}
        }
    }
}

fn joined(text: &[Segment], code: impl Fn(&str) -> String) -> String {
    let one = |segment: &Segment| match segment {
        Segment::Text(text) => text.clone(),
        Segment::Code(digits) => code(digits),
    };
    text.iter().map(one).collect()
}

fn fresh(
    book: &Playbook,
    test: &Test,
    kind: ChannelKind,
    now: Timestamp,
    nth: u32,
    seq: u64,
) -> Conversation {
    let channel = match kind {
        ChannelKind::Chat => Channel::Web,
        ChannelKind::Voice => Channel::Phone,
    };
    let locale = test.locale.as_ref().map(|locale| locale.value.as_str());
    let id = ids::conversation("test", &test.name, &format!("{} {nth}", kind.word()));
    let contact = ids::contact("test", &test.name);
    engine::fresh(
        book,
        &Beginning { id, channel, address: &test.name, contact, locale, seq, number: None, now },
    )
}
