//! The state of a turn under way: what it was given, the conversation as it changes, the events so far.

use jiff::Timestamp;

use crate::conversation::{
    CallEvent, Conversation, Event, Facts, Frame, Hope, Life, Owner, Prompt, TimerKind, Wait, WaitKind,
};
use crate::flow::graph::Exit;
use crate::flow::{Flow, Playbook, SlotName, SlotValue, Step};

use super::ahead::Rest;
use super::{Turn, history};

/// A stretch of the way within one flow.
#[derive(Debug, Default)]
struct Walked {
    flow: String,
    steps: Vec<String>,
    /// Step and way out.
    exits: Vec<(String, String)>,
}

/// What makes a question the same: where it stands, what it is, and how many answers came before it.
type Asks = (Option<(String, String, Option<WaitKind>)>, usize);

fn asks(c: &Conversation) -> Asks {
    let of = |frame: &Frame| {
        (frame.flow.clone(), frame.step.clone(), frame.wait.as_ref().map(|wait| wait.kind.clone()))
    };
    (c.frames.last().map(of), c.trail.len())
}

pub(super) struct Working<'a> {
    pub playbook: &'a Playbook,
    pub facts: &'a Facts,
    pub now: Timestamp,
    pub c: Conversation,
    events: Vec<Event>,
    /// Steps run and ways out of steps taken in this turn, by flow.
    walked: Vec<Walked>,
    /// What the contact said during a wait, on its way to the next question.
    pub kept: Vec<String>,
    was_closed: bool,
    /// How the flows stood before the last answer of the trail.
    pub(super) before_last: Option<Vec<Frame>>,
    /// Slots that were undone in this turn.
    pub(super) cleared: Vec<SlotName>,
    /// What the utterance said beside its answer.
    pub(super) rest: Rest,
    /// An answer was reopened in this turn and is asked for.
    pub(super) reopening: bool,
    /// The question that waited when the turn began.
    asked_before: Asks,
    /// Something was answered in this turn.
    pub(super) noted: bool,
    /// The conversation was parked until this turn.
    pub(super) resumed: bool,
}

impl<'a> Working<'a> {
    pub fn new(playbook: &'a Playbook, mut c: Conversation, facts: &'a Facts, now: Timestamp) -> Self {
        c.turn += 1;
        let was_closed = c.is_closed();
        let before_last = history::before_last(&c.trail, &c.frames);
        let (events, walked, cleared, kept) = Default::default();
        let (rest, reopening, noted, resumed) = Default::default();
        let asked_before = asks(&c);
        Self {
            asked_before,
            playbook,
            facts,
            now,
            c,
            events,
            walked,
            kept,
            was_closed,
            before_last,
            cleared,
            rest,
            reopening,
            noted,
            resumed,
        }
    }

    pub fn voice(&self) -> bool {
        self.c.channel.voice()
    }

    /// Something of a call happened.
    pub fn call_event(&mut self, what: CallEvent) {
        self.event(Event::Call { what });
    }

    pub fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    /// What was asked last in this turn is answered already: it is not said.
    pub fn unask(&mut self) {
        let asks =
            |event: &Event| matches!(event, Event::Prompted { prompt, .. } if !prompt.options.is_empty());
        if let Some(at) = self.events.iter().rposition(asks) {
            self.events.remove(at);
        }
    }

    /// Requests that left in this turn.
    pub fn requests(&self) -> u32 {
        let left = self.events.iter().filter(|event| matches!(event, Event::HttpRequested { .. }));
        u32::try_from(left.count()).unwrap_or(u32::MAX)
    }

    /// Whether a notice is told in this turn.
    pub fn tells(&self, id: &str) -> bool {
        self.events.iter().any(|event| matches!(event, Event::NoticeTold { notice } if notice == id))
    }

    pub fn fault(&mut self, place: &str, message: &str) {
        self.event(Event::Faulted { place: place.to_owned(), message: message.to_owned() });
    }

    /// Masks words in what was heard in this turn: they fill a sensitive slot.
    pub fn mask_heard(&mut self, words: &str) {
        for event in &mut self.events {
            if let Event::Heard { text, .. } = event {
                *text = text.replace(words, &"•".repeat(words.chars().count().clamp(4, 12)));
            }
        }
    }

    pub fn next_seq(&mut self) -> u64 {
        self.c.seq += 1;
        self.c.seq
    }

    /// Sends a prompt.
    pub fn send(&mut self, mut prompt: Prompt) {
        if !self.voice() {
            prompt.quoted = self.quoted(&prompt.plain());
        }
        let seq = self.next_seq();
        self.event(Event::Prompted { seq, prompt });
    }

    /// What the contact said that stands in a text (as far as it stands there) and could be taken for markup.
    fn quoted(&self, text: &str) -> Vec<String> {
        let odd = |said: &str| ["**", "`", "](", "://"].iter().any(|mark| said.contains(mark));
        let slots = self.c.frames.iter().flat_map(|frame| frame.slots.values());
        let said = slots.filter_map(|value| match value {
            SlotValue::Text(text) => Some(text.as_str()),
            _ => None,
        });
        let queries = self.c.offered.iter().map(|offered| offered.query.as_str());
        let all = said.chain(queries).chain(self.facts.contact.name.as_deref()).filter(|said| odd(said));
        all.map(|said| within(said, text)).filter(|said| odd(said)).map(str::to_owned).collect()
    }

    pub fn frame(&self) -> Option<&Frame> {
        self.c.frames.last()
    }

    pub fn frame_mut(&mut self) -> Option<&mut Frame> {
        self.c.frames.last_mut()
    }

    /// The flow and step of the frame on top.
    pub fn here(&self) -> Option<(&'a Flow, &'a Step)> {
        let frame = self.c.frames.last()?;
        let flow = self.playbook.flow(&frame.flow)?;
        Some((flow, flow.step(&frame.step)?))
    }

    /// Names of the flow and step on top, for events.
    pub fn place(&self) -> (String, String) {
        self.frame().map(|frame| (frame.flow.clone(), frame.step.clone())).unwrap_or_default()
    }

    pub fn current_wait(&self) -> Option<&Wait> {
        self.frame().and_then(|frame| frame.wait.as_ref())
    }

    /// Waits for the contact, and asks.
    pub fn wait(&mut self, wait: Wait) {
        if let Some(frame) = self.frame_mut() {
            frame.wait = Some(wait);
        }
        super::prompts::ask(self);
    }

    pub fn walk(&mut self, flow: &str, step: &str) {
        self.walked_in(flow).steps.push(step.to_owned());
    }

    /// Notes the way out that is taken of the step on top.
    pub fn leave(&mut self, exit: &Exit) {
        let (flow, step) = self.place();
        self.walked_in(&flow).exits.push((step, exit.word().into_owned()));
    }

    fn walked_in(&mut self, flow: &str) -> &mut Walked {
        if self.walked.last().is_none_or(|last| last.flow != flow) {
            self.walked.push(Walked { flow: flow.to_owned(), ..Walked::default() });
        }
        let last = self.walked.len() - 1;
        &mut self.walked[last]
    }

    /// Fills a slot of the flow on top.
    pub fn fill(&mut self, slot: &SlotName, value: SlotValue) {
        let declared = self.here().and_then(|(flow, _)| flow.slots.get(slot));
        let shown = if declared.is_some_and(|slot| slot.sensitive) { masked(&value) } else { value.clone() };
        if let Some(frame) = self.frame_mut() {
            frame.slots.insert(slot.clone(), value);
        }
        self.event(Event::SlotFilled { slot: slot.clone(), value: shown });
    }

    /// Closes the conversation. What follows in the turn is not run.
    pub fn close(&mut self, outcome: &str) {
        let confirmed = self.c.offered.iter().rev().find(|offered| offered.solved == Some(true));
        if self.c.tickets.is_empty() && (confirmed.is_some() || outcome == "deflected") {
            let last = self.c.offered.iter().rev().find(|offered| !offered.amid);
            let article = confirmed.or(last).map(|offered| offered.article.clone());
            self.events.push(Event::Deflected { article, confirmed: confirmed.is_some() });
        }
        self.c.life = Life::Closed(outcome.to_owned());
        self.c.hope = Hope::Nothing;
        if let Some(frame) = self.frame_mut() {
            frame.wait = None;
        }
        self.event(Event::TimersCleared);
        self.event(Event::Closed { outcome: outcome.to_owned() });
    }

    /// Changes who speaks to the contact.
    pub fn own(&mut self, owner: Owner, by: &str) {
        self.c.epoch += 1;
        self.c.queued_at = match owner {
            Owner::Queue(_) => self.c.queued_at.or(Some(self.now)),
            Owner::Bot | Owner::Agent(_) => None,
        };
        self.c.owner = owner.clone();
        let epoch = self.c.epoch;
        self.event(Event::OwnerChanged { owner, epoch, by: by.to_owned() });
    }

    pub fn finish(mut self) -> Turn {
        self.settle_trail();
        if self.noted || asks(&self.c) != self.asked_before {
            self.c.asked = self.c.turn;
        }
        for Walked { flow, steps, exits } in std::mem::take(&mut self.walked) {
            self.events.push(Event::Walked { flow, steps, exits });
        }
        if !self.c.is_closed() {
            self.c.hope = super::prompts::hope(&self);
            let wait = self.current_wait().filter(|_| self.c.owner == Owner::Bot).map(|wait| &wait.kind);
            let pauses = matches!(wait, Some(WaitKind::Pause { .. }));
            let asks = wait.is_some_and(|wait| !wait.is_ours());
            if pauses {
                self.events.push(Event::TimerSet { timer: TimerKind::Pause });
            }
            if asks && !self.voice() && self.c.life == Life::Active {
                self.events.push(Event::TimerSet { timer: TimerKind::Silence });
            }
            if self.voice() && self.c.turn == 1 {
                self.events.push(Event::TimerSet { timer: TimerKind::Ghost });
            }
        }
        debug_assert!(!self.was_closed || self.c.is_closed(), "what is closed stays closed");
        Turn { conversation: self.c, events: self.events }
    }
}

/// As much of the beginning of `said` as stands in `text`: texts may cut what they quote.
fn within<'s>(said: &'s str, text: &str) -> &'s str {
    let ends: Vec<usize> = said.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
    let count = ends.partition_point(|end| text.contains(&said[..*end]));
    count.checked_sub(1).map_or("", |last| &said[..ends[last]])
}

/// What stands in journal and transcript in place of a sensitive value.
pub(super) fn masked(value: &SlotValue) -> SlotValue {
    SlotValue::Text("•".repeat(value.to_string().chars().count().clamp(4, 12)))
}

impl Working<'_> {
    /// The value of a slot that was filled ahead; its prompt is skipped this once.
    pub fn take_ahead(&mut self, slot: &SlotName) -> Option<SlotValue> {
        let frame = self.frame_mut()?;
        let at = frame.ahead.iter().position(|name| name == slot)?;
        frame.ahead.remove(at);
        frame.slots.get(slot).cloned()
    }
}
