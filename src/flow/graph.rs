//! The ways through one flow: for each step, where it may lead and what each way brings.

use std::borrow::Cow;
use std::collections::HashMap;

use super::check::branches::complete;
use super::check::scan::filled_if;
use super::check::token::{Piece, condition};
use crate::flow::step::{Connect, Handlers, Http, Kind, Lookup, Miss, Step, Target};
use crate::flow::{Condition, Flow};

/// What can be filled, numbered: dotted names, `slots.topic` or `ticket`.
#[derive(Debug, Default)]
pub struct Fillable {
    numbers: HashMap<String, usize>,
    pub names: Vec<String>,
}

impl Fillable {
    pub fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len();
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        number
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }
}

/// The path of the conversation's ticket.
pub const TICKET: &str = "ticket";

/// A way out of a step, by name. Its word is stable: the journal, coverage and pictures name ways by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// The step's own `goto`, else the next in the list.
    Next,
    /// Its guard did not hold.
    Skipped,
    /// An option, by its value.
    Option(String),
    Yes,
    No,
    Resolved,
    Unresolved,
    /// Three failures.
    Failure,
    /// A branch entry, from 1.
    Arm(usize),
    /// No branch entry held.
    Otherwise,
    /// No agent came.
    Unreached,
    /// The n-th failure of a kind, from 1, where its handler jumps.
    Miss(Miss, usize),
    /// The service did not answer, or not as was expected.
    Error,
    /// No row of a table fits.
    Missing,
    /// A code did not link; another may.
    Refused,
    /// No code will link.
    Barred,
    /// What a transfer of a call came to, where it is no talk.
    Busy,
    NoAnswer,
    TransferFailed,
    /// No message was recorded.
    Unrecorded,
    /// The conversation ended.
    End,
}

impl Exit {
    pub fn word(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Option(value) => return Cow::Owned(format!("option:{value}")),
            Self::Arm(place) => return Cow::Owned(format!("arm:{place}")),
            Self::Miss(miss, place) => return Cow::Owned(format!("{}:{place}", miss.word())),
            Self::Next => "next",
            Self::Error => "error",
            Self::Missing => "missing",
            Self::Refused => "refused",
            Self::Barred => "barred",
            Self::Skipped => "skipped",
            Self::Yes => "yes",
            Self::No => "no",
            Self::Resolved => "resolved",
            Self::Unresolved => "unresolved",
            Self::Failure => "failure",
            Self::Otherwise => "otherwise",
            Self::Unreached => "unreached",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::TransferFailed => "transfer_failed",
            Self::Unrecorded => "unrecorded",
            Self::End => "end",
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    Step(usize),
    /// Past the last step: back to the caller.
    Past,
    /// The conversation is over, or a system flow takes it.
    Closed,
}

#[derive(Debug, Clone)]
pub struct Edge<'a> {
    /// One edge each: a step and its exits are its ways.
    pub exit: Exit,
    pub to: To,
    /// The jump as written; `None` where the next step simply follows.
    pub jump: Option<&'a Target>,
    /// The conversation waits for the contact on this way.
    pub waits: bool,
    /// An offered answer did not settle it.
    pub unresolved: bool,
    /// Numbers of [`Fillable`].
    pub fills: Vec<usize>,
    /// Another flow runs on this way.
    pub calls: Option<&'a crate::flow::step::Call>,
    /// An agent handed the conversation back here, and nobody coming leads elsewhere.
    pub handed_back: bool,
    /// Takes the step's own `goto`.
    pub own_goto: bool,
}

#[derive(Debug)]
pub struct Graph<'a> {
    pub flow: &'a Flow,
    pub edges: Vec<Vec<Edge<'a>>>,
    pub fillable: Fillable,
    /// A jump leads to no step and to none that might be meant: what can be reached is uncertain.
    pub uncertain: bool,
}

impl<'a> Graph<'a> {
    pub fn of(flow: &'a Flow) -> Self {
        let mut builder = Builder { flow, uncertain: false, fillable: Fillable::default() };
        builder.fillable.number(TICKET);
        let edges = (0..flow.steps.len()).map(|index| builder.step(index)).collect();
        for slot in flow.slots.keys() {
            builder.fillable.number(&slot_path(slot));
        }
        for step in &flow.steps {
            if let Kind::Call(call) = &step.kind {
                call.into.iter().for_each(|(mine, _)| {
                    builder.fillable.number(&slot_path(&mine.value));
                });
            }
        }
        Self { flow, edges, fillable: builder.fillable, uncertain: builder.uncertain }
    }
}

struct Builder<'a> {
    flow: &'a Flow,
    uncertain: bool,
    fillable: Fillable,
}

impl<'a> Builder<'a> {
    fn step(&mut self, index: usize) -> Vec<Edge<'a>> {
        let step = &self.flow.steps[index];
        let mut edges = self.kind(step, index);
        if let Some(when) = &step.when {
            let holds = self.filled(when, true);
            for edge in &mut edges {
                edge.fills.extend(&holds);
            }
            // A false guard skips the step with its `goto`.
            let mut skip = self.edge(Exit::Skipped, None, index);
            skip.fills = self.filled(when, false);
            edges.push(skip);
        }
        edges
    }

    fn kind(&mut self, step: &'a Step, index: usize) -> Vec<Edge<'a>> {
        let waiting = |edge: Edge<'a>| Edge { waits: true, ..edge };
        match &step.kind {
            // Time passes in a `wait`, but nobody is asked: a cycle of such steps would run for ever.
            Kind::Say(_) | Kind::Status(_) | Kind::Wait(_) | Kind::Watch(_) => vec![self.follow(step, index)],
            Kind::Connect(Connect::Show | Connect::End) => vec![self.follow(step, index)],
            Kind::Connect(Connect::Enter(enter)) => vec![
                self.follow(step, index),
                self.inner(Exit::Refused, enter.on_refused.as_ref(), step, index),
                self.inner(Exit::Barred, enter.on_closed.as_ref(), step, index),
            ],
            Kind::Http(http) => self.http(step, http, index),
            Kind::Lookup(lookup) => self.lookup(step, lookup, index),
            Kind::Survey(_) => vec![waiting(self.follow(step, index))],
            Kind::Set(set) => {
                let mut edge = self.follow(step, index);
                edge.fills.extend(set.assignments.iter().flat_map(|(slot, _)| self.slot(&slot.value)));
                vec![edge]
            }
            Kind::Ticket(_) => {
                let mut edge = self.follow(step, index);
                edge.fills.push(self.fillable.number(TICKET));
                vec![edge]
            }
            Kind::Ask(ask) => {
                let mut edge = waiting(self.follow(step, index));
                edge.fills.extend(self.slot(&ask.slot.value));
                let mut edges = vec![edge];
                edges.extend(self.failed(ask.on_failure.as_ref(), index));
                edges.extend(self.handled(&ask.handlers, index));
                edges
            }
            Kind::Choose(choose) => self.choose(step, choose, index),
            Kind::Confirm(confirm) => {
                let mut edges = Vec::new();
                for (exit, goto) in [(Exit::Yes, &confirm.yes), (Exit::No, &confirm.no)] {
                    let mut edge = waiting(self.inner(exit, goto.as_ref(), step, index));
                    edge.fills.extend(confirm.slot.iter().flat_map(|slot| self.slot(&slot.value)));
                    edges.push(edge);
                }
                edges.extend(self.failed(confirm.on_failure.as_ref(), index));
                edges.extend(self.handled(&confirm.handlers, index));
                edges
            }
            Kind::Faq(faq) => self.faq(step, faq, index),
            Kind::Branch(branch) => {
                let mut edges = Vec::new();
                let mut before = Vec::new();
                let mut otherwise = true;
                for (place, arm) in branch.arms.iter().enumerate() {
                    let mut edge = self.edge(Exit::Arm(place + 1), Some(&arm.goto), index);
                    edge.fills.clone_from(&before);
                    if let Some(when) = &arm.when {
                        edge.fills.extend(self.filled(when, true));
                        before.extend(self.filled(when, false));
                    }
                    otherwise &= arm.when.is_some();
                    edges.push(edge);
                }
                if otherwise && !complete(self.flow, branch) {
                    let mut edge = self.inner(Exit::Otherwise, None, step, index);
                    edge.fills.extend(before);
                    edges.push(edge);
                }
                edges
            }
            Kind::Call(call) => {
                let mut edge = self.follow(step, index);
                edge.calls = Some(call);
                let unknown = call.into.iter().filter(|(mine, _)| !self.flow.slots.contains_key(&mine.value));
                edge.fills.extend(unknown.flat_map(|(mine, _)| self.slot(&mine.value)));
                vec![edge]
            }
            Kind::Handoff(handoff) => {
                // An agent who hands back sends the contact on; nobody coming may lead elsewhere, at once where nobody
                // is there.
                let mut back = waiting(self.follow(step, index));
                back.handed_back = handoff.on_unreached.is_some();
                let nobody = self.inner(Exit::Unreached, handoff.on_unreached.as_ref(), step, index);
                let mut edges = vec![back, nobody];
                if let Some(transfer) = &handoff.transfer {
                    let exits = [Exit::Busy, Exit::NoAnswer, Exit::TransferFailed];
                    for (exit, target) in exits.into_iter().zip(transfer.targets()) {
                        let Some(target) = target else { continue };
                        // A number that may not be called fails at once.
                        let waits = exit != Exit::TransferFailed;
                        edges.push(Edge { waits, ..self.edge(exit, Some(target), index) });
                    }
                }
                edges
            }
            Kind::Voicemail(voicemail) => vec![
                waiting(self.follow(step, index)),
                self.inner(Exit::Unrecorded, voicemail.on_unrecorded.as_ref(), step, index),
            ],
            Kind::End(_) => vec![closed(Exit::End)],
        }
    }

    /// What filling a slot fills. A name that no slot has is told elsewhere; here it fills the slot that is probably
    /// meant, or any, so that reads of it are not told too.
    fn slot(&mut self, slot: &str) -> Vec<usize> {
        let names = &self.flow.slots;
        if names.contains_key(slot) {
            return vec![self.fillable.number(&slot_path(slot))];
        }
        match super::parse::reader::nearest(slot, names.keys().map(String::as_str)) {
            Some(near) => vec![self.fillable.number(&slot_path(near))],
            None => names.keys().map(|name| self.fillable.number(&slot_path(name))).collect(),
        }
    }

    fn filled(&mut self, when: &Condition, holds: bool) -> Vec<usize> {
        filled(when, holds).map(|path| self.fillable.number(&path)).collect()
    }

    fn choose(
        &mut self,
        step: &'a Step,
        choose: &'a crate::flow::step::Choose,
        index: usize,
    ) -> Vec<Edge<'a>> {
        let mut edges = Vec::new();
        for option in &choose.options {
            let exit = Exit::Option(option.value.clone());
            let mut edge = self.inner(exit, option.goto.as_ref(), step, index);
            edge.waits = true;
            edge.fills.extend(choose.slot.iter().flat_map(|slot| self.slot(&slot.value)));
            edges.push(edge);
        }
        edges.extend(self.failed(choose.on_failure.as_ref(), index));
        edges.extend(self.handled(&choose.handlers, index));
        edges
    }

    fn faq(&mut self, step: &'a Step, faq: &'a crate::flow::step::Faq, index: usize) -> Vec<Edge<'a>> {
        let mut resolved = match &faq.on_resolved {
            Some(target) => self.edge(Exit::Resolved, Some(target), index),
            None => closed(Exit::Resolved),
        };
        resolved.waits = true;
        // Where nothing is found the flow goes on at once, so this way may not wait.
        let mut unresolved = self.inner(Exit::Unresolved, faq.on_unresolved.as_ref(), step, index);
        unresolved.unresolved = true;
        let mut edges = vec![resolved, unresolved];
        if let Some(target) = &faq.on_failure {
            let mut failed = self.edge(Exit::Failure, Some(target), index);
            failed.waits = true;
            failed.unresolved = true;
            edges.push(failed);
        }
        for mut edge in self.handled(&faq.handlers, index) {
            edge.unresolved = true;
            edges.push(edge);
        }
        edges
    }

    fn http(&mut self, step: &'a Step, http: &'a Http, index: usize) -> Vec<Edge<'a>> {
        let mut answered = self.follow(step, index);
        answered.fills.extend(http.into.iter().flat_map(|(slot, _)| self.slot(&slot.value)));
        let mut edges = vec![answered];
        // Without a way for it the system's failure flow takes over, which ends the flow.
        if let Some(target) = http.on_error.as_ref().or(self.flow.on_error.as_ref()) {
            edges.push(self.edge(Exit::Error, Some(target), index));
        }
        edges
    }

    fn lookup(&mut self, step: &'a Step, lookup: &'a Lookup, index: usize) -> Vec<Edge<'a>> {
        let mut found = self.follow(step, index);
        found.fills.extend(lookup.into.iter().flat_map(|(slot, _)| self.slot(&slot.value)));
        let missing = lookup.on_missing.as_ref().or(self.flow.on_error.as_ref());
        let missing = self.inner(Exit::Missing, missing, step, index);
        vec![found, missing]
    }

    /// The jumps of a prompt's handlers, its own or the flow's.
    fn handled(&mut self, own: &'a Handlers, index: usize) -> Vec<Edge<'a>> {
        let flow = self.flow;
        let mut edges = Vec::new();
        for miss in Miss::ALL {
            let list = if own.of(miss).is_empty() { flow.handlers.of(miss) } else { own.of(miss) };
            for (place, handler) in list.iter().enumerate() {
                let Some(target) = &handler.goto else { continue };
                let exit = Exit::Miss(miss, place + 1);
                edges.push(Edge { waits: true, ..self.edge(exit, Some(target), index) });
            }
        }
        edges
    }

    /// Three failures at a prompt: the step's own way, else the flow's; else the system's, which ends the flow.
    fn failed(&mut self, own: Option<&'a Target>, index: usize) -> Option<Edge<'a>> {
        let target = own.or(self.flow.on_failure.as_ref())?;
        Some(Edge { waits: true, ..self.edge(Exit::Failure, Some(target), index) })
    }

    /// An inner jump, else the step's `goto`, else the next step.
    fn inner(&mut self, exit: Exit, goto: Option<&'a Target>, step: &'a Step, index: usize) -> Edge<'a> {
        match goto {
            Some(_) => self.edge(exit, goto, index),
            None => Edge { own_goto: step.goto.is_some(), ..self.edge(exit, step.goto.as_ref(), index) },
        }
    }

    fn follow(&mut self, step: &'a Step, index: usize) -> Edge<'a> {
        self.inner(Exit::Next, None, step, index)
    }

    fn edge(&mut self, exit: Exit, jump: Option<&'a Target>, index: usize) -> Edge<'a> {
        let to = match jump {
            Some(target) => self.resolve(target),
            None if index + 1 < self.flow.steps.len() => To::Step(index + 1),
            None => To::Past,
        };
        Edge { to, jump, ..closed(exit) }
    }

    /// A name that no step has is told elsewhere; here the one that is probably meant stands in, so that it is not
    /// told as unreachable too.
    fn resolve(&mut self, target: &Target) -> To {
        if let Some(step) = target.step {
            return To::Step(step);
        }
        let ids = self.flow.steps.iter().map(|step| step.id.as_str());
        let near = super::parse::reader::nearest(&target.name, ids);
        match near.and_then(|near| self.flow.step_index(near)) {
            Some(step) => To::Step(step),
            None => {
                self.uncertain = true;
                To::Closed
            }
        }
    }
}

fn closed<'a>(exit: Exit) -> Edge<'a> {
    Edge {
        exit,
        to: To::Closed,
        jump: None,
        waits: false,
        unresolved: false,
        fills: Vec::new(),
        calls: None,
        handed_back: false,
        own_goto: false,
    }
}

pub fn slot_path(slot: &str) -> String {
    format!("slots.{slot}")
}

/// The paths that a condition says are filled where it holds, or where it does not. A test of a ticket's code is one
/// of the ticket.
pub fn filled(when: &Condition, holds: bool) -> impl Iterator<Item = String> {
    let filled = match condition(&when.source).as_slice() {
        [Piece::Expression(tokens)] => filled_if(tokens, holds),
        _ => std::collections::BTreeSet::new(),
    };
    filled.into_iter().map(|path| if path.starts_with("ticket.") { TICKET.to_owned() } else { path })
}
