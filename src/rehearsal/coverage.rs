//! Which steps and which ways out of them a set of tests took, on each kind of channel.

use std::collections::{BTreeMap, BTreeSet};

use super::script::ChannelKind;
use super::stage::Way;
use crate::flow::graph::{Edge, Exit, Graph, To};
use crate::flow::step::Kind;
use crate::flow::template::Names;
use crate::flow::{Condition, Flow, Playbook, Scope, Step};
use crate::source::Place;

/// A step or a way out of one, on one kind of channel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    pub at: Place,
    pub kind: ChannelKind,
    pub flow: String,
    pub step: String,
    /// The word of the exit; `None`: the step itself.
    pub exit: Option<String>,
}

/// How many of how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub taken: usize,
    pub all: usize,
}

#[derive(Debug, Default)]
pub struct Coverage {
    pub steps: BTreeMap<ChannelKind, Count>,
    pub branches: BTreeMap<ChannelKind, Count>,
    /// Not taken, by place.
    pub missing: Vec<Item>,
    /// What cannot be taken on a kind of channel, and why.
    pub inapplicable: Vec<(Item, String)>,
}

impl Count {
    fn one(&mut self, taken: bool) {
        self.all += 1;
        self.taken += usize::from(taken);
    }

    /// Rounded down, so that 100 is said of all only.
    pub fn percent(self) -> usize {
        (self.taken * 100).checked_div(self.all).unwrap_or(100)
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { taken: self.taken + other.taken, all: self.all + other.all }
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{} ({} %)", self.taken, self.all, self.percent())
    }
}

impl Coverage {
    /// Of all flows of a playbook, those of the system among them, by the ways that tests took on `kinds`.
    pub fn of<'w>(
        book: &Playbook,
        kinds: &[ChannelKind],
        walked: impl IntoIterator<Item = (ChannelKind, &'w Way)>,
    ) -> Self {
        let taken: BTreeSet<(ChannelKind, &str, &str, &str)> = walked
            .into_iter()
            .map(|(kind, way)| (kind, way.flow.as_str(), way.step.as_str(), way.exit.as_str()))
            .collect();
        let mut coverage = Self::default();
        for flow in book.flows.values() {
            let graph = Graph::of(flow);
            for kind in kinds {
                coverage.flow(book, &graph, *kind, &|step, exit| {
                    taken.contains(&(*kind, flow.name.as_str(), step, exit))
                });
            }
        }
        coverage.missing.sort();
        coverage.inapplicable.sort();
        coverage
    }

    fn flow(
        &mut self,
        book: &Playbook,
        graph: &Graph<'_>,
        kind: ChannelKind,
        taken: &dyn Fn(&str, &str) -> bool,
    ) {
        let open = Open::of(book, graph, kind);
        for (index, step) in graph.flow.steps.iter().enumerate() {
            let of_calls = kind == ChannelKind::Chat && graph.flow.name == "system/callback";
            let item = |at: &Place, exit: Option<String>| Item {
                at: at.clone(),
                kind,
                flow: graph.flow.name.clone(),
                step: step.id.clone(),
                exit,
            };
            if of_calls || !open.steps.contains(&index) {
                let why = format!("no way leads there in {}", kind.word());
                self.inapplicable.push((item(&step.at, None), why));
                continue;
            }
            let entered = taken(&step.id, "");
            self.steps.entry(kind).or_default().one(entered);
            if !entered {
                self.missing.push(item(&step.at, None));
            }
            for (nth, edge) in graph.edges[index].iter().enumerate() {
                let word = edge.exit.word().into_owned();
                let went = taken(&step.id, &word);
                let one = item(place(graph.flow, step, edge), Some(word));
                if let Some(why) = open.shut.get(&(index, nth)) {
                    self.inapplicable.push((one, why.clone()));
                    continue;
                }
                self.branches.entry(kind).or_default().one(went);
                // The ways out of a step that was never entered need no lines of their own.
                if !went && entered {
                    self.missing.push(one);
                }
            }
        }
    }

    pub fn is_full(&self) -> bool {
        self.branches.values().chain(self.steps.values()).all(|count| count.taken == count.all)
    }

    /// Steps and branches on all kinds of channel together.
    pub fn total(&self) -> (Count, Count) {
        let sum =
            |counts: &BTreeMap<ChannelKind, Count>| counts.values().fold(Count::default(), |a, b| a.plus(*b));
        (sum(&self.steps), sum(&self.branches))
    }
}

/// Where a way out is written: its jump, else its option, else its step.
fn place<'a>(flow: &'a Flow, step: &'a Step, edge: &Edge<'a>) -> &'a Place {
    let option = match (&step.kind, &edge.exit) {
        (Kind::Choose(choose), Exit::Option(value)) => {
            let named = choose.options.iter().find(|option| option.value == *value);
            named.map(|option| &option.at)
        }
        _ => None,
    };
    let flows_own = edge.exit == Exit::Failure
        && edge.jump.is_some_and(|jump| flow.on_failure.as_ref().is_some_and(|own| own.at == jump.at));
    let jump = edge.jump.filter(|_| !edge.own_goto && !flows_own && option.is_none());
    option.or(jump.map(|jump| &jump.at)).unwrap_or(&step.at)
}

/// What a kind of channel leaves open: a condition that asks for the channel alone holds always or never.
struct Open {
    steps: BTreeSet<usize>,
    /// Ways that are never taken, by step and place among its edges.
    shut: BTreeMap<(usize, usize), String>,
}

impl Open {
    fn of(book: &Playbook, graph: &Graph<'_>, kind: ChannelKind) -> Self {
        let mut shut = BTreeMap::new();
        for (index, step) in graph.flow.steps.iter().enumerate() {
            let guard = step.when.as_ref().and_then(|when| Some((when, settled(book, when, kind)?)));
            let mut passed: Option<String> = None;
            for (nth, edge) in graph.edges[index].iter().enumerate() {
                let why = match (&edge.exit, guard) {
                    (Exit::Skipped, Some((when, true))) => Some(always(when, kind)),
                    (Exit::Skipped, _) => None,
                    (_, Some((when, false))) => Some(never(when, kind)),
                    (exit, _) if kind == ChannelKind::Chat && only_on_calls(step, exit) => {
                        Some("that happens on calls alone".to_owned())
                    }
                    (Exit::Arm(_) | Exit::Otherwise, _) => arm(book, step, edge, kind, &mut passed),
                    _ => stays(book, edge),
                };
                shut.extend(why.map(|why| ((index, nth), why)));
            }
        }
        let mut open = Self { steps: BTreeSet::new(), shut };
        open.reach(graph);
        open
    }

    fn reach(&mut self, graph: &Graph<'_>) {
        let mut next = vec![0];
        while let Some(index) = next.pop() {
            let Some(edges) = graph.edges.get(index) else { continue };
            if !self.steps.insert(index) {
                continue;
            }
            for (nth, edge) in edges.iter().enumerate() {
                if let (To::Step(to), false) = (edge.to, self.shut.contains_key(&(index, nth))) {
                    next.push(to);
                }
            }
        }
    }
}

/// Whether a way is of calls: a message that was recorded, a transfer.
fn only_on_calls(step: &Step, exit: &Exit) -> bool {
    matches!(
        (&step.kind, exit),
        (Kind::Voicemail(_), Exit::Next)
            | (Kind::Handoff(_), Exit::Busy | Exit::NoAnswer | Exit::TransferFailed)
    )
}

/// Why nothing comes back from a called flow, if so: each of its ways ends the conversation.
fn stays(book: &Playbook, edge: &Edge<'_>) -> Option<String> {
    let called = &edge.calls?.flow.value;
    (!returns(book, called, &mut BTreeSet::new())).then(|| format!("`{called}` always ends the conversation"))
}

/// Whether a flow may run past its last step. `asked`: the flows that are being looked at.
fn returns<'b>(book: &'b Playbook, name: &'b str, asked: &mut BTreeSet<&'b str>) -> bool {
    let Some(flow) = book.flow(name).filter(|_| asked.insert(name)) else { return false };
    let graph = Graph::of(flow);
    let (mut seen, mut next, mut past) = (BTreeSet::new(), vec![0], flow.steps.is_empty());
    while let Some(index) = next.pop().filter(|_| !past) {
        if !seen.insert(index) {
            continue;
        }
        for edge in graph.edges.get(index).into_iter().flatten() {
            let through = edge.calls.is_none_or(|call| returns(book, &call.flow.value, asked));
            match edge.to {
                To::Step(to) if through => next.push(to),
                To::Past => past |= through,
                To::Step(_) | To::Closed => {}
            }
        }
    }
    asked.remove(name);
    past
}

/// Why a branch entry is never taken, if so. `passed`: an entry before it that is always taken.
fn arm(
    book: &Playbook,
    step: &Step,
    edge: &Edge<'_>,
    kind: ChannelKind,
    passed: &mut Option<String>,
) -> Option<String> {
    if passed.is_some() {
        return passed.clone();
    }
    let (Kind::Branch(branch), Exit::Arm(place)) = (&step.kind, &edge.exit) else { return None };
    let when = branch.arms.get(place.checked_sub(1)?)?.when.as_ref()?;
    match settled(book, when, kind)? {
        true => {
            *passed = Some(always(when, kind));
            None
        }
        false => Some(never(when, kind)),
    }
}

fn always(when: &Condition, kind: ChannelKind) -> String {
    format!("`{}` always holds in {}", when.source, kind.word())
}

fn never(when: &Condition, kind: ChannelKind) -> String {
    format!("`{}` never holds in {}", when.source, kind.word())
}

/// What a condition is on a kind of channel, where it asks for `channel.voice` alone.
fn settled(book: &Playbook, when: &Condition, kind: ChannelKind) -> Option<bool> {
    let reads = when.reads();
    let only = !reads.is_empty() && reads.iter().all(|name| name == "channel.voice");
    let names = Names { voice: kind == ChannelKind::Voice, ..Names::default() };
    only.then(|| book.templates.holds(when, &Scope::new(&names)).ok()).flatten()
}
