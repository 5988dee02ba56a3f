//! What a new version would make of a conversation: it goes on as it is, goes on at the step that took over, or is
//! stranded, and why.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use super::place::{flow_of, step_of};
use super::slots::held;
use crate::conversation::{Conversation, Frame, Wait, WaitKind};
use crate::flow::check::meaning::meaning;
use crate::flow::check::needs::Needs;
use crate::flow::{Flow, FlowName, Kind, Playbook, Step, StepId};

/// What becomes of a conversation on a new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Class {
    /// Where it stands means the same in both versions.
    Same,
    /// It can go on: at the step of the same id, or at the one that took over.
    Movable,
    Stranded(Reason),
}

/// Why a conversation cannot go on, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    pub flow: FlowName,
    pub step: StepId,
    pub what: Stranding,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stranding {
    FlowGone,
    StepGone,
    /// The step has no id, and which one it is now cannot be told.
    Unnamed,
    /// The step of that id asks in another way: the kind it has now.
    OtherKind(&'static str),
    /// What the slot holds is no value of its type any more.
    Invalid(String),
    /// The slot is read from there on, and this conversation never filled it.
    Unfilled(String),
    /// A ticket is told of from there on, and this conversation has none.
    NoTicket,
    /// The step below it does not call its flow any more.
    ChainBroken,
}

impl fmt::Display for Stranding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FlowGone => f.write_str("the flow is gone"),
            Self::StepGone => f.write_str("the step is gone"),
            Self::Unnamed => f.write_str("the step has no id, and which one it is now cannot be told"),
            Self::OtherKind(kind) => write!(f, "the step is a `{kind}` now"),
            Self::Invalid(slot) => write!(f, "what `{slot}` holds is no value of its type any more"),
            Self::Unfilled(slot) => write!(f, "`{slot}` is read from there on, and was never asked for"),
            Self::NoTicket => f.write_str("a ticket is told of from there on, and none was opened"),
            Self::ChainBroken => f.write_str("the flow that called this one does not call it any more"),
        }
    }
}

/// A conversation on the new version.
#[derive(Debug)]
pub struct Moved {
    pub conversation: Conversation,
    /// What is being asked means the same, so that an answer to it is one.
    pub same_question: bool,
    pub class: Class,
}

/// Classifies conversations for one new version.
pub struct Classifier<'p> {
    new: &'p Playbook,
    needs: RefCell<BTreeMap<FlowName, Rc<Needs>>>,
}

/// A frame in the new version.
struct Placed {
    frame: Frame,
    /// It stands where it stood, and the step means the same.
    same: bool,
    means_the_same: bool,
}

impl<'p> Classifier<'p> {
    pub fn new(new: &'p Playbook) -> Self {
        Self { new, needs: RefCell::default() }
    }

    /// `old`: the playbook that the conversation is on, where it can be had. Without it nothing is known to be the same,
    /// and a step without an id cannot be found again.
    pub fn class(&self, old: Option<&Playbook>, conversation: &Conversation) -> Class {
        match self.carry(old, conversation) {
            Ok(moved) => moved.class,
            Err(reason) => Class::Stranded(reason),
        }
    }

    /// The conversation as it goes on on the new version.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn carry(&self, old: Option<&Playbook>, conversation: &Conversation) -> Result<Moved, Reason> {
        let mut placed: Vec<Placed> = Vec::new();
        for (depth, frame) in conversation.frames.iter().enumerate() {
            let above = conversation.frames.get(depth + 1);
            let stranded = |what| Reason { flow: frame.flow.clone(), step: frame.step.clone(), what };
            let has_ticket = !conversation.tickets.is_empty();
            placed.push(self.frame(old, frame, above, has_ticket).map_err(stranded)?);
        }
        let same = placed.iter().all(|one| one.same);
        let same_question = placed.last().is_some_and(|top| {
            let answers = top.frame.wait.as_ref().is_none_or(|wait| self.same_answers(old, wait));
            top.means_the_same && answers
        });
        let mut moved = conversation.clone();
        moved.frames = placed.into_iter().map(|one| one.frame).collect();
        moved.revision.clone_from(&self.new.revision);
        if let Some(locale) = self.new.nearest_locale(&moved.locale) {
            moved.locale = locale.to_owned();
        }
        // `back` would undo to steps as they were in the other version.
        moved.trail.clear();
        moved.reopened = None;
        if !same {
            moved.gathered = None;
        }
        let class = if same { Class::Same } else { Class::Movable };
        Ok(Moved { conversation: moved, same_question, class })
    }

    fn frame(
        &self,
        old: Option<&Playbook>,
        frame: &Frame,
        above: Option<&Frame>,
        has_ticket: bool,
    ) -> Result<Placed, Stranding> {
        let flow = flow_of(self.new, &frame.flow).ok_or(Stranding::FlowGone)?;
        let before = old.and_then(|old| old.flow(&frame.flow));
        let index = step_of(flow, before, &frame.step)?;
        let step = &flow.steps[index];
        let calls = self.fits(step, frame, above)?;
        let mut moved = frame.clone();
        moved.flow.clone_from(&flow.name);
        moved.step.clone_from(&step.id);
        for (name, value) in &frame.slots {
            match flow.slots.get(name) {
                Some(slot) => {
                    let value = held(slot, value).ok_or_else(|| Stranding::Invalid(name.clone()))?;
                    moved.slots.insert(name.clone(), value);
                }
                // Nothing reads it any more.
                None => drop(moved.slots.remove(name)),
            }
        }
        moved.ahead.retain(|name| moved.slots.contains_key(name));
        self.filled(flow, index, calls, &moved, has_ticket)?;
        let was = before.and_then(|flow| Some((flow, flow.step(&frame.step)?)));
        let means_the_same = was.is_some_and(|(before, was)| meaning(before, was) == meaning(flow, step));
        let same = means_the_same && moved.flow == frame.flow && moved.step == frame.step;
        Ok(Placed { frame: moved, same, means_the_same })
    }

    /// Whether the step can wait as the frame does. True where it called the flow above.
    fn fits(&self, step: &Step, frame: &Frame, above: Option<&Frame>) -> Result<bool, Stranding> {
        match (&frame.wait, above) {
            (Some(wait), _) if waits(&wait.kind, step) => Ok(false),
            (Some(_), _) => Err(Stranding::OtherKind(step.kind.word())),
            (None, None) => Ok(false),
            (None, Some(above)) => match &step.kind {
                Kind::Call(call) => {
                    let callee = flow_of(self.new, &above.flow).map(|flow| flow.name.as_str());
                    let calls = callee == Some(call.flow.value.as_str());
                    if calls { Ok(true) } else { Err(Stranding::ChainBroken) }
                }
                // A flow of the system came in between; this one goes on at its step.
                _ if above.flow.starts_with("system/") => Ok(false),
                _ => Err(Stranding::ChainBroken),
            },
        }
    }

    /// Whether all is filled that is read from there on.
    fn filled(
        &self,
        flow: &Flow,
        index: usize,
        calls: bool,
        frame: &Frame,
        has_ticket: bool,
    ) -> Result<(), Stranding> {
        let needs = self.needs(flow);
        let lacks = |slot: &&str| !frame.slots.contains_key(*slot);
        let lacking =
            if calls { needs.slots_after(index).find(lacks) } else { needs.slots_at(index).find(lacks) };
        if let Some(slot) = lacking {
            return Err(Stranding::Unfilled(slot.to_owned()));
        }
        if needs.ticket_at(index) && !has_ticket { Err(Stranding::NoTicket) } else { Ok(()) }
    }

    fn needs(&self, flow: &Flow) -> Rc<Needs> {
        let mut known = self.needs.borrow_mut();
        known.entry(flow.name.clone()).or_insert_with(|| Rc::new(Needs::of(flow))).clone()
    }

    /// Whether the answers that a prompt is about are in both versions, word for word.
    fn same_answers(&self, old: Option<&Playbook>, wait: &Wait) -> bool {
        let Some(old) = old else { return false };
        let same = |id: &String| {
            let (before, now) = (old.faq.by_id(id), self.new.faq.by_id(id));
            before.zip(now).is_some_and(|(before, now)| {
                before.answer == now.answer && before.voice == now.voice && before.questions == now.questions
            })
        };
        match &wait.kind {
            WaitKind::Solved { article, left, .. } => same(article) && left.iter().all(same),
            WaitKind::Pick { articles, .. } => articles.iter().all(same),
            WaitKind::Reason { article, .. } => same(article),
            WaitKind::Step
            | WaitKind::Comment
            | WaitKind::Person
            | WaitKind::Transfer { .. }
            | WaitKind::Consent { .. }
            | WaitKind::Message { .. }
            | WaitKind::Http { .. }
            | WaitKind::Pause { .. } => true,
            // Its entries are the flows of the set.
            WaitKind::Menu { .. } | WaitKind::Language { .. } => false,
            // Asked before any step.
            WaitKind::Elsewhere { .. } => true,
            // The frames that it would go on with are of the old set.
            WaitKind::Resume { .. } => false,
            WaitKind::Sure { under, .. } | WaitKind::SendTo { under, .. } => {
                under.as_ref().is_none_or(|under| self.same_answers(Some(old), under))
            }
        }
    }
}

/// Whether a step of that kind waits so.
fn waits(wait: &WaitKind, step: &Step) -> bool {
    match wait {
        WaitKind::Step => {
            matches!(step.kind, Kind::Choose(_) | Kind::Ask(_) | Kind::Confirm(_) | Kind::Survey(_))
        }
        WaitKind::Solved { .. } | WaitKind::Pick { .. } | WaitKind::Reason { .. } => {
            matches!(step.kind, Kind::Faq(_))
        }
        WaitKind::Comment => matches!(&step.kind, Kind::Survey(survey) if survey.comment),
        WaitKind::Person => matches!(step.kind, Kind::Handoff(_)),
        WaitKind::Transfer { .. } => {
            matches!(&step.kind, Kind::Handoff(handoff) if handoff.transfer.is_some())
        }
        WaitKind::Consent { .. } | WaitKind::Message { .. } => matches!(step.kind, Kind::Voicemail(_)),
        WaitKind::Http { .. } => matches!(step.kind, Kind::Http(_)),
        WaitKind::Pause { .. } => matches!(step.kind, Kind::Wait(_)),
        WaitKind::Elsewhere { .. } | WaitKind::Resume { .. } => true,
        WaitKind::Menu { under }
        | WaitKind::Language { under }
        | WaitKind::SendTo { under, .. }
        | WaitKind::Sure { under, .. } => under.as_ref().is_none_or(|under| waits(&under.kind, step)),
    }
}
