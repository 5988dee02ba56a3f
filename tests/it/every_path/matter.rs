//! Which slots decide something, and from which steps on; where the FAQ may still be asked.

use std::collections::{BTreeMap, BTreeSet};

use vestibule::flow::graph::{Graph, To};
use vestibule::flow::step::Call;
use vestibule::flow::{Flow, Kind, Playbook, Step};

/// A flow and a slot of it.
type Slot = (String, String);

pub struct Matter {
    /// By flow, then by step.
    slots: BTreeMap<String, Vec<BTreeSet<String>>>,
    faq: BTreeMap<String, Vec<bool>>,
}

impl Matter {
    pub fn of(book: &Playbook) -> Self {
        let deciding = deciding(book);
        let (mut slots, mut faq) = (BTreeMap::new(), BTreeMap::new());
        for flow in book.flows.values() {
            let onward = onward(flow);
            let reads: Vec<_> = flow.steps.iter().map(|step| reads(flow, step, &deciding)).collect();
            // What a caller takes back is read at the end.
            let returned: BTreeSet<String> =
                calls(book).flat_map(|(caller, call)| taken(caller, call, flow, &deciding)).collect();
            let live = |steps: &BTreeSet<usize>| -> BTreeSet<String> {
                steps.iter().flat_map(|at| &reads[*at]).chain(&returned).cloned().collect()
            };
            slots.insert(flow.name.clone(), onward.iter().map(live).collect());
            let asks = |steps: &BTreeSet<usize>| {
                steps.iter().any(|at| asks_faq(book, &flow.steps[*at], &mut BTreeSet::new()))
            };
            faq.insert(flow.name.clone(), onward.iter().map(asks).collect());
        }
        Self { slots, faq }
    }

    /// Whether the slot's value decides something at the step or later.
    pub fn counts(&self, flow: &str, step: usize, slot: &str) -> bool {
        self.slots.get(flow).and_then(|steps| steps.get(step)).is_some_and(|slots| slots.contains(slot))
    }

    /// Whether the slot's value decides something anywhere.
    pub fn decides(&self, flow: &str, slot: &str) -> bool {
        self.slots.get(flow).is_some_and(|steps| steps.iter().any(|slots| slots.contains(slot)))
    }

    /// Whether the FAQ may be asked at the step or later.
    pub fn asks(&self, flow: &str, step: usize) -> bool {
        self.faq.get(flow).and_then(|steps| steps.get(step)).is_some_and(|asks| *asks)
    }
}

/// For each step those that may come from it on, itself among them.
fn onward(flow: &Flow) -> Vec<BTreeSet<usize>> {
    let graph = Graph::of(flow);
    let from = |start: usize| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![start]);
        while let Some(at) = next.pop() {
            if seen.insert(at) {
                next.extend(graph.edges[at].iter().filter_map(|edge| match edge.to {
                    To::Step(to) => Some(to),
                    To::Past | To::Closed => None,
                }));
            }
        }
        seen
    };
    (0..flow.steps.len()).map(from).collect()
}

fn calls(book: &Playbook) -> impl Iterator<Item = (&Flow, &Call)> {
    book.flows.values().flat_map(|flow| {
        flow.steps.iter().filter_map(move |step| match &step.kind {
            Kind::Call(call) => Some((flow, call)),
            _ => None,
        })
    })
}

/// Slots of `flow` that `caller` takes back into slots that decide something.
fn taken<'a>(
    caller: &'a Flow,
    call: &'a Call,
    flow: &'a Flow,
    deciding: &'a BTreeSet<Slot>,
) -> impl Iterator<Item = String> + 'a {
    let here = call.flow.value == flow.name;
    let into = call.into.iter().filter(move |_| here);
    into.filter(move |(mine, _)| deciding.contains(&(caller.name.clone(), mine.value.clone())))
        .map(|(_, theirs)| theirs.value.clone())
}

/// The slots whose values decide something, directly or through others.
fn deciding(book: &Playbook) -> BTreeSet<Slot> {
    let mut all = BTreeSet::new();
    loop {
        let mut more = all.clone();
        for flow in book.flows.values() {
            for step in &flow.steps {
                more.extend(reads(flow, step, &all).into_iter().map(|slot| (flow.name.clone(), slot)));
            }
        }
        for (caller, call) in calls(book) {
            if let Some(flow) = book.flow(&call.flow.value) {
                more.extend(taken(caller, call, flow, &all).map(|slot| (flow.name.clone(), slot)));
            }
        }
        if more.len() == all.len() {
            return all;
        }
        all = more;
    }
}

/// The slots that a step reads to decide something, or to fill what does.
fn reads(flow: &Flow, step: &Step, deciding: &BTreeSet<Slot>) -> BTreeSet<String> {
    let decides = |flow: &str, slot: &str| deciding.contains(&(flow.to_owned(), slot.to_owned()));
    let mut names: BTreeSet<&String> = BTreeSet::new();
    names.extend(step.when.iter().flat_map(|when| when.reads()));
    match &step.kind {
        Kind::Branch(branch) => {
            names.extend(branch.arms.iter().flat_map(|arm| &arm.when).flat_map(|when| when.reads()));
        }
        Kind::Faq(faq) => names.extend(faq.context.iter().chain([&faq.query]).flat_map(|text| text.reads())),
        Kind::Lookup(lookup) => names.extend(lookup.r#where.iter().flat_map(|(_, text)| text.reads())),
        Kind::Http(http) => names.extend(http.url.reads()),
        Kind::Ticket(ticket) => names.extend(ticket.category.reads()),
        Kind::Set(set) => {
            let fills = set.assignments.iter().filter(|(slot, _)| decides(&flow.name, &slot.value));
            names.extend(fills.flat_map(|(_, text)| text.reads()));
        }
        Kind::Call(call) => {
            let passes = call.with.iter().filter(|(theirs, _)| decides(&call.flow.value, &theirs.value));
            names.extend(passes.flat_map(|(_, text)| text.reads()));
        }
        _ => {}
    }
    let slot = |name: &&String| name.strip_prefix("slots.").map(|slot| first(slot).to_owned());
    names.iter().filter_map(slot).collect()
}

fn first(path: &str) -> &str {
    path.split('.').next().unwrap_or_default()
}

fn asks_faq(book: &Playbook, step: &Step, seen: &mut BTreeSet<String>) -> bool {
    match &step.kind {
        Kind::Faq(_) => true,
        Kind::Call(call) if seen.insert(call.flow.value.clone()) => book
            .flow(&call.flow.value)
            .is_some_and(|flow| flow.steps.iter().any(|step| asks_faq(book, step, seen))),
        _ => false,
    }
}
