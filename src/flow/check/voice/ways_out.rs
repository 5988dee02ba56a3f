//! After three failures there is a person, a call back or a ticket, never a bare hang-up: where a way for failures leads
//! on a call, until the caller is asked again, reaches somebody, or the call ends.

use std::collections::{BTreeMap, BTreeSet};

use super::reach::{Heard, taken};
use super::texts;
use crate::flow::SlotKind;
use crate::flow::check::set::Set;
use crate::flow::graph::{Edge, Exit, Graph, To};
use crate::flow::step::{Kind, Miss};
use crate::source::{Diagnostic, Place};

pub fn check<'a>(
    set: &Set<'a>,
    graphs: &BTreeMap<&'a str, Graph<'a>>,
    order: &[&'a str],
    heard: &Heard<'a>,
    found: &mut Vec<Diagnostic>,
) {
    let mut calls = BTreeMap::new();
    for name in order {
        let (Some(draft), Some(graph)) = (set.draft(name), graphs.get(name)) else { continue };
        // Of a flow that is not read whole nothing is told, nor of its callers.
        if !draft.whole || graph.uncertain {
            continue;
        }
        let ways = Ways::of(graph, &calls);
        if !draft.built_in {
            tell(graph, &ways, &heard[name], found);
        }
        calls.insert(*name, ways.called());
    }
}

fn tell(graph: &Graph<'_>, ways: &Ways, heard: &[bool], found: &mut Vec<Diagnostic>) {
    let mut told: BTreeSet<&Place> = BTreeSet::new();
    for index in (0..heard.len()).filter(|index| heard[*index]) {
        for edge in taken(graph, index) {
            // A step that is not there is told elsewhere.
            let Some(jump) = edge.jump.filter(|jump| jump.step.is_some()) else { continue };
            if !matches!(edge.exit, Exit::Failure | Exit::Miss(..)) {
                continue;
            }
            let To::Step(to) = edge.to else { continue };
            if let Some(end) = ways.any[to]
                && told.insert(&jump.at)
            {
                // A dead line may be left without a word.
                let silence = matches!(edge.exit, Exit::Miss(Miss::NoInput, _));
                let bare = ways.silent[to].filter(|_| !silence && !speaks(graph, index, edge));
                found.push(problem(&jump.at, bare.is_some(), &graph.flow.steps[bare.unwrap_or(end)].at));
            }
        }
    }
}

fn problem(at: &Place, bare: bool, end: &Place) -> Diagnostic {
    let problem = if bare {
        let message = "a caller who cannot be understood is hung up on without a word";
        Diagnostic::error("V610", at.clone(), message)
    } else {
        let message = "a caller who cannot be understood is hung up on, and reaches nobody";
        Diagnostic::warning("V610", at.clone(), message)
    };
    let help = "lead to a `handoff` or a `ticket` before the `end`, or leave this way out: the system then finds a person \
                or opens a ticket";
    problem.help(help).related(end, "the call ends here")
}

/// Whether a failure's entry says something before it leads on.
fn speaks(graph: &Graph<'_>, index: usize, edge: &Edge<'_>) -> bool {
    let Exit::Miss(miss, place) = edge.exit else { return false };
    let Some(own) = graph.flow.steps[index].kind.handlers() else { return false };
    let list = if own.of(miss).is_empty() { graph.flow.handlers.of(miss) } else { own.of(miss) };
    list.get(place - 1).is_some_and(|handler| handler.say.is_some())
}

/// For each step the `end` that a way from it comes to where nobody is reached and nothing asked.
struct Ways {
    any: Vec<Option<usize>>,
    /// Where nothing is said on the way either.
    silent: Vec<Option<usize>>,
    /// Steps that lead back to the caller in the same way.
    back: Vec<Option<usize>>,
    silent_back: Vec<Option<usize>>,
}

/// What a called flow does from its beginning.
#[derive(Debug, Clone, Copy)]
struct Called {
    ends: bool,
    ends_silent: bool,
    returns: bool,
    returns_silent: bool,
}

type Calls<'a> = BTreeMap<&'a str, Called>;

/// A way from one step to the next, on which nobody is reached and nothing asked.
#[derive(Debug, Clone, Copy)]
struct Hop {
    from: usize,
    to: To,
    silent: bool,
}

impl Ways {
    fn of(graph: &Graph<'_>, calls: &Calls<'_>) -> Self {
        let mut hops = Vec::new();
        let (mut ends, mut silent_ends) = (Vec::new(), Vec::new());
        for from in 0..graph.edges.len() {
            for edge in taken(graph, from) {
                let mut hop = |silent: bool| hops.push(Hop { from, to: edge.to, silent });
                if edge.exit == Exit::Skipped {
                    hop(true);
                } else if edge.exit == Exit::End {
                    ends.push(from);
                    silent_ends.push(from);
                } else if let Some(call) = edge.calls {
                    let Some(called) = calls.get(call.flow.value.as_str()) else { continue };
                    ends.extend(called.ends.then_some(from));
                    silent_ends.extend(called.ends_silent.then_some(from));
                    if called.returns {
                        hop(called.returns_silent);
                    }
                } else if !helps(graph, from, edge) {
                    hop(!says(graph, from));
                }
            }
        }
        let quiet: Vec<Hop> = hops.iter().copied().filter(|hop| hop.silent).collect();
        let past = |hops: &[Hop]| {
            hops.iter().filter(|hop| hop.to == To::Past).map(|hop| hop.from).collect::<Vec<_>>()
        };
        let count = graph.edges.len();
        Self {
            any: leading(count, &hops, &ends),
            silent: leading(count, &quiet, &silent_ends),
            back: leading(count, &hops, &past(&hops)),
            silent_back: leading(count, &quiet, &past(&quiet)),
        }
    }

    fn called(&self) -> Called {
        let first = |steps: &[Option<usize>]| steps.first().is_some_and(Option::is_some);
        Called {
            ends: first(&self.any),
            ends_silent: first(&self.silent),
            returns: first(&self.back),
            returns_silent: first(&self.silent_back),
        }
    }
}

/// For each step the nearest of `goals` that hops lead to.
fn leading(count: usize, hops: &[Hop], goals: &[usize]) -> Vec<Option<usize>> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); count];
    for hop in hops {
        if let To::Step(to) = hop.to {
            before[to].push(hop.from);
        }
    }
    let mut leads: Vec<Option<usize>> = vec![None; count];
    let mut left: std::collections::VecDeque<(usize, usize)> =
        goals.iter().map(|goal| (*goal, *goal)).collect();
    while let Some((step, goal)) = left.pop_front() {
        if leads[step].is_none() {
            leads[step] = Some(goal);
            left.extend(before[step].iter().map(|from| (*from, goal)));
        }
    }
    leads
}

/// Whether somebody is reached on this way, or the caller asked again.
fn helps(graph: &Graph<'_>, index: usize, edge: &Edge<'_>) -> bool {
    let slots = &graph.flow.slots;
    match &graph.flow.steps[index].kind {
        Kind::Handoff(_) | Kind::Ticket(_) => true,
        Kind::Voicemail(_) => edge.exit == Exit::Next,
        // A score is no help.
        Kind::Survey(_) => false,
        // On a call nobody can answer that, so it fails at once.
        Kind::Ask(ask)
            if slots.get(&ask.slot.value).is_some_and(|slot| matches!(slot.kind, SlotKind::File)) =>
        {
            edge.exit != Exit::Failure
        }
        _ => edge.waits,
    }
}

fn says(graph: &Graph<'_>, index: usize) -> bool {
    let step = &graph.flow.steps[index];
    matches!(step.kind, Kind::Ask(_) | Kind::Status(_) | Kind::Faq(_) | Kind::Survey(_))
        || !texts(step).is_empty()
}
