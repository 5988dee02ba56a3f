//! The world of one test, held in memory: a conversation on the real engine, its clock and timers, who is free, which
//! tickets there are.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::script::{ChannelKind, Given, Moment, Stub, Test};
use crate::app::facts::Changes;
use crate::app::{commit, timers};
use crate::config::Desk;
use crate::conversation::{
    Channel, ContactFacts, Conversation, Event, Facts, HttpAnswer, OpenTicket, Owner, Prompt, PromptKind,
    Said, Segment, TicketDraft, TimerKind, Utterance, code, ids,
};
use crate::desk::{self, Level, State};
use crate::engine::{self, Beginning};
use crate::flow::Playbook;

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

/// A ticket that was opened or added to, as the desk would store it.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub draft: TicketDraft,
    pub added: bool,
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
        Self {
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
            requests: Vec::new(),
            answered: BTreeSet::new(),
            walked: Vec::new(),
            begun: 0,
        }
    }

    /// After an end in chat the next message begins a new conversation, as it does on every chat.
    pub fn begin_anew(&mut self, test: &Test) {
        self.begun += 1;
        self.timers.clear();
        self.conversation = fresh(self.book, test, self.kind, self.now, self.begun, self.conversation.seq);
    }

    /// The world changes.
    pub fn change(&mut self, given: Given) {
        if let Some(moment) = given.now {
            let then = moment.instant(&self.desk.hours);
            let ahead = then.duration_since(self.now);
            if ahead.is_positive() { self.pass(ahead) } else { self.now = then }
        }
        if given.http.is_some() {
            self.answered.clear();
        }
        self.given = given.over(&self.given);
    }

    pub fn note(&mut self, by: Speaker, text: impl Into<String>) {
        self.talk.push(Entry { by, text: text.into() });
    }

    pub fn take(&mut self, said: Said) {
        let facts = self.facts();
        let utterance = Utterance { said, answers_turn: None };
        let turn = engine::take_turn(self.book, self.conversation.clone(), &facts, &utterance, self.now);
        self.conversation = turn.conversation;
        for event in &turn.events {
            self.happened(event);
        }
        for frame in &self.conversation.frames {
            self.slots.extend(frame.slots.iter().map(|(name, value)| (name.clone(), value.to_string())));
        }
        self.answer();
    }

    /// Services answer what was asked: with the first answer that fits and was not given, else the last that fits.
    fn answer(&mut self) {
        while let Some((id, step, url)) = self.requests.pop() {
            let stubs = self.given.http.as_deref().unwrap_or_default();
            let fits = |stub: &Stub| {
                stub.step.as_ref().is_none_or(|wanted| *wanted == step)
                    && stub.url.as_ref().is_none_or(|part| url.contains(part.as_str()))
            };
            let fitting: Vec<usize> = (0..stubs.len()).filter(|at| fits(&stubs[*at])).collect();
            let fresh = fitting.iter().find(|at| !self.answered.contains(at));
            let answer = match fresh.or(fitting.last()).copied() {
                Some(at) => {
                    let answer = stubs[at].answer.clone();
                    self.answered.insert(at);
                    answer
                }
                None => {
                    self.faults.push(format!(
                        "the step `{step}` calls {url}, and the test has no `http` answer for it"
                    ));
                    HttpAnswer::Failed { reason: "no answer in the test".into() }
                }
            };
            self.take(Said::HttpAnswered { id, answer });
        }
    }

    fn facts(&self) -> Facts {
        let local = self.desk.hours.local(self.now);
        let verified = self.given.verified.unwrap_or(false);
        let held = usize::from(matches!(self.conversation.owner, Owner::Agent(_)));
        let opened = self.tickets.iter().filter(|ticket| !ticket.added).map(|ticket| OpenTicket {
            code: ticket.draft.code.clone(),
            category: ticket.draft.category.clone(),
            flow: ticket.draft.flow.clone(),
            state: State::New.word().to_owned(),
            subject: ticket.draft.subject.clone(),
            r#type: ticket.draft.r#type.clone(),
        });
        let known = self.given.tickets.clone().unwrap_or_default();
        let changes = Changes::of(&self.desk.hours, self.now);
        Facts {
            contact: ContactFacts {
                name: self.given.name.clone(),
                profile: self.given.profile.clone(),
                verified,
            },
            open_tickets: if verified { opened.chain(known).collect() } else { Vec::new() },
            incidents: self.given.incidents.clone().unwrap_or_default(),
            business_open: self.given.open.unwrap_or_else(|| self.desk.hours.is_open(self.now)),
            opens_at: changes.opens_at,
            closes_at: changes.closes_at,
            opens: changes.opens,
            notices: Vec::new(),
            agent_free: self.given.agents.unwrap_or(0) > held,
            ask_language: false,
            code_salt: 0,
            now_text: local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            today: local.date().to_string(),
        }
    }

    /// The clock moves on; what is due on the way happens.
    pub fn pass(&mut self, time: SignedDuration) {
        let until = self.now.checked_add(time).unwrap_or(self.now);
        for _ in 0..1_000 {
            let due = self.timers.iter().min_by_key(|(_, at)| **at).map(|(kind, at)| (*kind, *at));
            let Some((kind, at)) = due.filter(|(_, at)| *at <= until) else { break };
            self.now = self.now.max(at);
            self.fire(kind);
        }
        self.now = until;
    }

    /// The clock moves to the next timer, which runs out. False where none is set.
    pub fn pass_one(&mut self) -> bool {
        let due = self.timers.iter().min_by_key(|(_, at)| **at).map(|(kind, at)| (*kind, *at));
        let Some((kind, at)) = due else { return false };
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
            | Event::FlowEntered { .. }
            | Event::Heard { .. }
            | Event::Left { .. }
            | Event::Noted { .. }
            | Event::NothingHeard { .. }
            | Event::NotUnderstood { .. }
            | Event::ValueRefused { .. }
            | Event::PromptFailed { .. }
            | Event::AnswerOffered { .. }
            | Event::AnswerConfirmed { .. }
            | Event::AnswerRefused { .. }
            | Event::NothingFound { .. }
            | Event::QuestionAnswered { .. }
            | Event::StatusTold { .. }
            | Event::HandoffRequested { .. }
            | Event::NobodyCame { .. }
            | Event::OwnerChanged { .. }
            | Event::SurveyAnswered { score: None, .. }
            | Event::LanguageChanged { .. }
            | Event::HttpAnswered { .. }
            | Event::Watched { .. }
            | Event::NoticeTold { .. }
            | Event::FileReceived { .. }
            | Event::Parked
            | Event::Resumed
            | Event::CarriedOver { .. }
            | Event::Deflected { .. }
            | Event::Closed { .. } => {}
        }
    }

    /// Something was added to a ticket: to one of this talk, or to one that there was before.
    fn added_to(&mut self, code: &str) {
        if let Some(at) = self.tickets.iter().position(|ticket| ticket.draft.code == code) {
            let mut ticket = self.tickets.remove(at);
            ticket.added = true;
            return self.tickets.push(ticket);
        }
        let before = self.given.tickets.iter().flatten().find(|ticket| ticket.code == code);
        let Some(before) = before.cloned() else { return };
        self.tickets.push(Ticket { draft: draft_of(before, &self.conversation), added: true });
    }
}

fn draft_of(ticket: OpenTicket, conversation: &Conversation) -> TicketDraft {
    TicketDraft {
        id: ids::of_turn(conversation.id, conversation.turn, "ticket-row", 0),
        code: ticket.code,
        conversation: conversation.id,
        flow: ticket.flow,
        category: ticket.category,
        r#type: ticket.r#type,
        urgency: "medium".into(),
        impact: "low".into(),
        subject: ticket.subject,
        body: String::new(),
        fields: BTreeMap::new(),
        queue: None,
        slots: BTreeMap::new(),
        answers: Vec::new(),
        without_faq: None,
        unreached: false,
    }
}

impl Ticket {
    /// What a test may expect of it, by the name of the key.
    pub fn of(&self, name: &str) -> Option<String> {
        let draft = &self.draft;
        if let Some(field) = name.strip_prefix("fields.") {
            return draft.fields.get(field).cloned();
        }
        let level = |word: &str| Level::from_word(word).unwrap_or(Level::Medium);
        Some(match name {
            "category" => draft.category.clone(),
            "type" => draft.r#type.clone(),
            "priority" => desk::priority(level(&draft.urgency), level(&draft.impact)).word().to_owned(),
            "urgency" => draft.urgency.clone(),
            "impact" => draft.impact.clone(),
            "subject" => draft.subject.clone(),
            "body" => draft.body.clone(),
            "flow" => draft.flow.clone(),
            "unreached" => draft.unreached.to_string(),
            "added" => self.added.to_string(),
            "queue" => draft.queue.clone().unwrap_or_else(|| draft.category.clone()),
            "without_faq" => draft.without_faq.clone()?,
            _ => return None,
        })
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
    engine::fresh(book, &Beginning { id, channel, address: &test.name, contact, locale, seq, now })
}
