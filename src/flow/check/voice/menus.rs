//! Menus on a call: how many options, how deep, on which keys.

use std::collections::BTreeMap;

use super::reach::Heard;
use crate::flow::check::set::Set;
use crate::flow::graph::{Graph, To};
use crate::flow::limits::{discord, voice};
use crate::flow::step::{Ask, Choose, ChooseOption, Kind};
use crate::flow::{Flow, SlotKind};
use crate::source::{Diagnostic, Place};

/// More options than a caller keeps in mind. Menus that no chat can show (`V703`) or that have more options than keys
/// (`V016`) are told as such while they are read.
pub fn count(choose: &Choose, found: &mut Vec<Diagnostic>) {
    let count = choose.options.len();
    let keyless = choose.options.iter().any(|option| option.key.len() > 1);
    if count > discord::SELECT_OPTIONS || keyless {
        return;
    }
    let help = "lead to a second menu with `goto`, the common options first";
    if let Some(option) = choose.options.get(voice::MOST_OPTIONS).or(choose.options.get(voice::OPTIONS)) {
        found.push(too_many(count, &option.at).help(help));
    }
}

/// The options of a choice slot are announced, too, where an `ask` fills it.
pub fn values(flow: &Flow, ask: &Ask, found: &mut Vec<Diagnostic>) {
    let Some(SlotKind::Choice { options }) = flow.slots.get(&ask.slot.value).map(|slot| &slot.kind) else {
        return;
    };
    if options.len() > voice::OPTIONS {
        let help =
            "let `choose` steps fill the slot, the common options first and the others in a second menu";
        found.push(too_many(options.len(), &ask.slot.at).help(help));
    }
}

fn too_many(count: usize, at: &Place) -> Diagnostic {
    let message = format!("this menu has {count} options, and a caller keeps {} in mind", voice::OPTIONS);
    if count > voice::MOST_OPTIONS {
        let message = format!("{message}; more than {} are too many for a call", voice::MOST_OPTIONS);
        return Diagnostic::error("V601", at.clone(), message);
    }
    Diagnostic::warning("V601", at.clone(), message)
}

/// Keys are told in the order of the options, so they count up from 1; and 0, `*` and `#` mean the same everywhere.
pub fn keys(flow: &Flow, choose: &Choose, found: &mut Vec<Diagnostic>) {
    let mut last = 0;
    for option in &choose.options {
        let taken = match option.key.as_str() {
            "0" => Some("a person"),
            "*" => Some("back"),
            "#" => Some("repeat"),
            _ => None,
        };
        if let Some(means) = taken {
            if !(option.key == "0" && leads_to_person(flow, option)) {
                let message = format!("the key {} means {means} everywhere else on a call", option.key);
                let help = "give the option a key from 1 to 9, or leave `key:` out";
                found.push(Diagnostic::warning("V608", option.at.clone(), message).help(help));
            }
            continue;
        }
        let Ok(key) = option.key.parse::<usize>() else { continue };
        if key < last {
            let message = format!("key {key} is told after key {last}: callers expect keys to count up");
            let problem = Diagnostic::warning("V608", option.at.clone(), message);
            found.push(problem.help("sort the options by their keys"));
            return;
        }
        last = key;
    }
    let first = choose.options.iter().find(|option| option.key.parse::<usize>().is_ok_and(|key| key > 0));
    if let Some(option) = first.filter(|option| option.key != "1") {
        let message =
            format!("the first key that is told is {}: callers expect keys to begin with 1", option.key);
        let help = "leave `key:` out: the first option is on 1, the next on 2";
        found.push(Diagnostic::warning("V608", option.at.clone(), message).help(help));
    }
}

/// Whether an option leads to a person, over what is only said and set on the way.
fn leads_to_person(flow: &Flow, option: &ChooseOption) -> bool {
    let Some(mut at) = option.goto.as_ref().and_then(|target| target.step) else { return false };
    for _ in 0..10 {
        let Some(step) = flow.steps.get(at) else { return false };
        match &step.kind {
            Kind::Handoff(_) => return true,
            Kind::Call(_) => return true,
            Kind::Say(_) | Kind::Set(_) => {
                at = step.goto.as_ref().map_or(Some(at + 1), |target| target.step).unwrap_or(usize::MAX);
            }
            _ => return false,
        }
    }
    false
}

/// How many menus a caller has passed in a row, at the least, by ways from the beginning of a flow: from where it
/// begins, and since another prompt was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Passed {
    since_begin: Option<usize>,
    since_prompt: Option<usize>,
}

impl Passed {
    const NONE: Self = Self { since_begin: None, since_prompt: None };
    const BEGIN: Self = Self { since_begin: Some(0), since_prompt: None };
    const PROMPT: Self = Self { since_begin: None, since_prompt: Some(0) };

    fn menu(self) -> Self {
        let more = |count: usize| (count + 1).min(MANY);
        Self { since_begin: self.since_begin.map(more), since_prompt: self.since_prompt.map(more) }
    }

    /// After a flow that is entered here and passes `through`.
    fn then(self, through: Self) -> Self {
        let sum = |before: Option<usize>| Some((before? + through.since_begin?).min(MANY));
        Self {
            since_begin: sum(self.since_begin),
            since_prompt: least(sum(self.since_prompt), through.since_prompt),
        }
    }

    fn meet(&mut self, other: Self) -> bool {
        let met = Self {
            since_begin: least(self.since_begin, other.since_begin),
            since_prompt: least(self.since_prompt, other.since_prompt),
        };
        let changed = met != *self;
        *self = met;
        changed
    }

    fn from(self, begin: usize) -> Option<usize> {
        least(self.since_begin.map(|count| count + begin), self.since_prompt)
    }
}

/// Counting ends here, so that loops of menus come to rest.
const MANY: usize = 100;

fn least(left: Option<usize>, right: Option<usize>) -> Option<usize> {
    left.into_iter().chain(right).min()
}

pub fn depth<'a>(
    set: &Set<'a>,
    graphs: &BTreeMap<&'a str, Graph<'a>>,
    order: &[&'a str],
    heard: &Heard<'a>,
    found: &mut Vec<Diagnostic>,
) {
    let mut passed: BTreeMap<&str, (Vec<Passed>, Passed)> = BTreeMap::new();
    for name in order {
        if let Some(graph) = graphs.get(name) {
            let through = through(graph, &|flow| passed.get(flow).map(|(_, past)| *past));
            passed.insert(name, through);
        }
    }
    // Callers first: what they have passed where they call.
    let mut begins: BTreeMap<&str, usize> = BTreeMap::new();
    for name in order.iter().rev() {
        let (Some(draft), Some((steps, _))) = (set.draft(name), passed.get(name)) else { continue };
        let begin = begins.get(name).copied().unwrap_or_default();
        for (index, step) in draft.flow.steps.iter().enumerate() {
            let Some(count) = steps[index].from(begin) else { continue };
            match &step.kind {
                Kind::Call(call) => {
                    let known = begins.entry(call.flow.value.as_str()).or_default();
                    *known = (*known).max(count);
                }
                Kind::Choose(_) if count == voice::DEPTH && heard[name][index] && !draft.built_in => {
                    let message =
                        format!("a caller comes here by {count} menus in a row, and this is one more");
                    let help = "ask what it is about in the caller's own words, or join menus";
                    found.push(
                        Diagnostic::warning("V602", draft.heads[index].kind.clone(), message).help(help),
                    );
                }
                _ => {}
            }
        }
    }
}

/// What is passed before each step of a flow, and when it comes back.
fn through(graph: &Graph<'_>, callee: &dyn Fn(&str) -> Option<Passed>) -> (Vec<Passed>, Passed) {
    let mut before = vec![Passed::NONE; graph.edges.len()];
    let mut past = Passed::NONE;
    let mut left = std::collections::VecDeque::new();
    if let Some(first) = before.first_mut() {
        *first = Passed::BEGIN;
        left.push_back(0);
    }
    while let Some(index) = left.pop_front() {
        let here = before[index];
        for edge in &graph.edges[index] {
            let after = match &graph.flow.steps[index].kind {
                // A guard that does not hold passes the menu by.
                Kind::Choose(_) if edge.waits => here.menu(),
                Kind::Ask(_) | Kind::Confirm(_) | Kind::Faq(_) | Kind::Handoff(_) | Kind::Survey(_)
                    if edge.waits =>
                {
                    Passed::PROMPT
                }
                Kind::Call(call) if edge.calls.is_some() => {
                    here.then(callee(&call.flow.value).unwrap_or(Passed::BEGIN))
                }
                _ => here,
            };
            match edge.to {
                To::Step(next) => {
                    if before[next].meet(after) {
                        left.push_back(next);
                    }
                }
                To::Past => {
                    past.meet(after);
                }
                To::Closed => {}
            }
        }
    }
    (before, past)
}
