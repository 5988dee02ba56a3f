//! The size of what one turn says on a call, at the most: the longest texts in any locale along the steps that run
//! between two answers, with as much as their slots can hold. What does not fit a document is left out from its
//! beginning.

use std::collections::{BTreeMap, BTreeSet};

use super::reach::{Heard, taken};
use super::{Role, parts, said, texts};
use crate::flow::check::set::Set;
use crate::flow::check::token::{Piece, Segment, Token};
use crate::flow::graph::{Exit, Graph, To};
use crate::flow::limits::voice;
use crate::flow::step::{Kind, Step};
use crate::flow::{Flow, Slot, SlotKind, Template, Text};
use crate::source::Diagnostic;

/// Bytes around what is said: the document, how to answer, hints for the recogniser.
const FRAME: usize = 2_000;
/// Bytes around one text, where a thousand characters are one piece.
const ELEMENT: usize = 60;
/// Around an option's name: "For …, press 1."
const OPTION: usize = 40;
/// An answer of the FAQ in one part, with what follows it.
const ANSWER: usize = 2 * voice::ANSWER;
/// Five tickets, each with its code twice and its subject.
const TICKETS: usize = 5 * 400;
/// What is said by the system itself: that a value was refused, what was understood.
const OWN: usize = 200;

/// Bytes, at the most.
#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    /// From the flow's beginning until somebody answers, or it ends.
    enter: usize,
    /// From its beginning to its end, where nobody is asked between.
    through: Option<usize>,
    /// From the last answer in it to its end.
    last: Option<usize>,
}

type Weights<'a> = BTreeMap<&'a str, Weight>;

pub fn check<'a>(
    set: &Set<'a>,
    graphs: &BTreeMap<&'a str, Graph<'a>>,
    order: &[&'a str],
    heard: &Heard<'a>,
    found: &mut Vec<Diagnostic>,
) {
    let mut weights = Weights::new();
    for name in order {
        let (Some(graph), Some(draft)) = (graphs.get(name), set.draft(name)) else { continue };
        let bytes = Bytes::of(graph.flow);
        let mut scale = Scale { graph, weights: &weights, bytes, known: vec![None; graph.edges.len()] };
        let weight = scale.flow();
        if draft.whole && !draft.built_in && !graph.uncertain {
            let mut heaviest = None;
            for (to, before) in scale.turns() {
                let To::Step(index) = to else { continue };
                if heard[name].get(index) == Some(&true) {
                    heaviest = heaviest.max(Some((before + scale.from(index).0 + FRAME, index)));
                }
            }
            if let Some((bytes, index)) = heaviest.filter(|(bytes, _)| *bytes > voice::DOCUMENT) {
                let message = format!(
                    "what is said from here to the next question may take {} kB, and a call's document {}",
                    bytes.div_ceil(1_024),
                    voice::DOCUMENT / 1_024
                );
                let help = "ask something in between, give shorter `voice:` texts, or bound the slots that are \
                            said by `max` or `| truncate(n)`";
                found.push(
                    Diagnostic::warning("V613", draft.heads[index].place().clone(), message).help(help),
                );
            }
        }
        weights.insert(name, weight);
    }
}

struct Scale<'s, 'a> {
    graph: &'s Graph<'a>,
    weights: &'s Weights<'a>,
    bytes: Bytes<'a>,
    /// What was weighed already: see [`Scale::from`].
    known: Vec<Option<(usize, Option<usize>)>>,
}

impl Scale<'_, '_> {
    fn flow(&mut self) -> Weight {
        if self.graph.edges.is_empty() {
            return Weight { through: Some(0), ..Weight::default() };
        }
        let (enter, through) = self.from(0);
        let mut last = None;
        for (to, before) in self.answers() {
            let past = match to {
                To::Step(index) => self.from(index).1,
                To::Past => Some(0),
                To::Closed => None,
            };
            last = last.max(past.map(|past| before + past));
        }
        Weight { enter, through, last }
    }

    /// Where what one turn says begins: the flow's beginning, and behind every answer. With each the bytes that a called
    /// flow said since then.
    fn turns(&self) -> Vec<(To, usize)> {
        [(To::Step(0), 0)].into_iter().chain(self.answers()).collect()
    }

    fn answers(&self) -> Vec<(To, usize)> {
        let mut answers = Vec::new();
        for edge in (0..self.graph.edges.len()).flat_map(|index| taken(self.graph, index)) {
            let called = edge.calls.and_then(|call| self.weights.get(call.flow.value.as_str())?.last);
            answers.extend(called.or(edge.waits.then_some(0)).map(|before| (edge.to, before)));
        }
        answers.sort_unstable();
        answers.dedup();
        answers
    }

    /// Bytes from a step until somebody answers or the call ends, and to the flow's end where nobody is asked before.
    /// By a stack of its own: flows are long. A step that is under way counts for nothing once more; a cycle without a
    /// question is told elsewhere (V201).
    fn from(&mut self, start: usize) -> (usize, Option<usize>) {
        let mut work = vec![(start, false)];
        while let Some((index, entered)) = work.pop() {
            if entered {
                self.known[index] = Some(self.weigh(index));
                continue;
            }
            if self.known[index].is_some() {
                continue;
            }
            self.known[index] = Some((0, None));
            work.push((index, true));
            for edge in taken(self.graph, index).filter(|edge| !edge.waits) {
                if let To::Step(next) = edge.to
                    && self.known[next].is_none()
                {
                    work.push((next, false));
                }
            }
        }
        self.known[start].unwrap_or_default()
    }

    fn weigh(&self, index: usize) -> (usize, Option<usize>) {
        let own = self.bytes.of_step(&self.graph.flow.steps[index]);
        let (mut bytes, mut past) = (own, None);
        for edge in taken(self.graph, index) {
            if edge.waits {
                continue;
            }
            let (more, through) = match edge.to {
                To::Step(next) => self.known[next].unwrap_or_default(),
                To::Past => (0, Some(0)),
                To::Closed => (0, None),
            };
            let said = if edge.exit == Exit::Skipped { 0 } else { own };
            match edge.calls.map(|call| self.weights.get(call.flow.value.as_str()).copied()) {
                Some(callee) => {
                    let callee = callee.unwrap_or_default();
                    bytes = bytes.max(callee.enter);
                    if let Some(before) = callee.through {
                        bytes = bytes.max(before + more);
                        past = past.max(through.map(|through| before + through));
                    }
                }
                None => {
                    bytes = bytes.max(said + more);
                    past = past.max(through.map(|through| said + through));
                }
            }
        }
        (bytes, past)
    }
}

/// What the texts of a flow take.
struct Bytes<'a> {
    flow: &'a Flow,
    /// Slots that the caller fills.
    asked: BTreeSet<&'a str>,
}

impl<'a> Bytes<'a> {
    fn of(flow: &'a Flow) -> Self {
        let asked = flow.steps.iter().filter_map(|step| match &step.kind {
            Kind::Ask(ask) => Some(ask.slot.value.as_str()),
            _ => None,
        });
        Self { flow, asked: asked.collect() }
    }

    /// Bytes that a step says when it is entered or asked again: then what is said of the failure comes before the question.
    fn of_step(&self, step: &Step) -> usize {
        let longest = |wanted: &dyn Fn(Role) -> bool| {
            let texts = texts(step).into_iter().filter(|(role, _)| wanted(*role));
            texts.map(|(_, text)| self.of_text(text)).max().unwrap_or_default()
        };
        match &step.kind {
            Kind::Choose(choose) => {
                let options = choose.options.iter().map(|option| self.of_text(&option.label) + OPTION);
                2 * longest(&|role| role != Role::Label) + OWN + options.sum::<usize>()
            }
            Kind::Ask(ask) => {
                let options = match self.flow.slots.get(&ask.slot.value).map(|slot| &slot.kind) {
                    Some(SlotKind::Choice { options }) => {
                        options.iter().map(|option| option.len() + OPTION).sum()
                    }
                    _ => 0,
                };
                2 * longest(&|_| true) + OWN + options
            }
            Kind::Confirm(_) | Kind::Survey(_) => 2 * longest(&|_| true) + 2 * OWN,
            Kind::Faq(_) => longest(&|_| true) + OWN + ANSWER,
            Kind::Status(_) => TICKETS,
            Kind::Handoff(_) | Kind::Http(_) | Kind::Wait(_) | Kind::Voicemail(_) => longest(&|_| true) + OWN,
            Kind::Say(_) => longest(&|_| true),
            Kind::Set(_)
            | Kind::Branch(_)
            | Kind::Call(_)
            | Kind::Ticket(_)
            | Kind::Lookup(_)
            | Kind::Watch(_)
            | Kind::Connect(_)
            | Kind::End(_) => 0,
        }
    }

    fn of_text(&self, text: &Text) -> usize {
        said(text).map(|(_, template)| self.of_template(template)).max().unwrap_or_default() + ELEMENT
    }

    /// All parts of a text count, of `if` and `else` too: a bound, and cheap.
    fn of_template(&self, template: &Template) -> usize {
        if template.is_plain() {
            return escaped(&template.source);
        }
        let part = |segment: Segment| match segment {
            Segment::Words(range) => escaped(&template.source[range]),
            Segment::Piece(Piece::Expression(tokens)) => self.filled(&tokens),
            Segment::Piece(Piece::Statement(..)) => 0,
        };
        parts::heard(template).into_iter().map(part).sum()
    }

    fn filled(&self, tokens: &[Token]) -> usize {
        let slots = tokens.windows(3).filter_map(|three| match three {
            [root, point, name] if root.is_name("slots") && point.is_sign(".") => {
                self.flow.slots.get(name.name()?)
            }
            _ => None,
        });
        let most = slots.map(|slot| self.of_slot(slot)).max().unwrap_or(UNKNOWN);
        bound(tokens).map_or(most, |bound| most.min(bound))
    }

    fn of_slot(&self, slot: &Slot) -> usize {
        match &slot.kind {
            SlotKind::Text { max: Some(max), .. } => (*max).min(MOST) * LETTER,
            SlotKind::Text { max: None, .. } if self.asked.contains(slot.name.as_str()) => SPOKEN * LETTER,
            SlotKind::Text { max: None, .. } => MADE,
            SlotKind::Choice { options } => options.iter().map(String::len).max().unwrap_or_default(),
            SlotKind::Email => 254,
            SlotKind::Number { .. }
            | SlotKind::Date { .. }
            | SlotKind::Phone
            | SlotKind::Bool
            | SlotKind::Pattern { .. }
            | SlotKind::File => UNKNOWN,
        }
    }
}

/// Bytes of a letter of what a contact said: most have one, some two.
const LETTER: usize = 2;
/// Of a short value, and of what nothing is known of.
const UNKNOWN: usize = 100;
/// Characters that a caller says in one go where a text has no `max`: about two minutes of speech.
const SPOKEN: usize = 2_000;
/// The most that a text is taken to hold, however large its `max`.
const MOST: usize = 20_000;
/// Bytes of a text without a `max` that the flow makes itself, or is passed.
const MADE: usize = 1_000;

fn escaped(text: &str) -> usize {
    let bytes =
        |c: char| if matches!(c, '&' | '<' | '>' | '"' | '\'') { "&quot;".len() } else { c.len_utf8() };
    text.chars().map(bytes).sum()
}

/// The characters that `truncate(n)` at the end of an expression leaves.
fn bound(tokens: &[Token]) -> Option<usize> {
    use crate::flow::check::token::TokenKind;
    let [.., pipe, filter, open, Token { kind: TokenKind::Number(most), .. }, close] = tokens else {
        return None;
    };
    let is = pipe.is_sign("|") && filter.is_name("truncate") && open.is_sign("(") && close.is_sign(")");
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded, and a part of no letter"
    )]
    let most = most.clamp(0.0, 20_000.0) as usize;
    is.then_some(most * LETTER)
}
