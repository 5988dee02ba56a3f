//! From a flow to boxes and ways.

use std::collections::BTreeMap;

use super::words::{self, Tongue};
use super::{Counts, Mark, Node, Out, Picture, View, Way, layout};
use crate::flow::graph::{Edge, Exit, Graph, To};
use crate::flow::step::Kind;
use crate::flow::{Flow, Step};
use crate::source::Diagnostic;

/// A line that passes more rows than this is named instead of drawn.
const LONGEST: usize = 7;
/// The same for a box that at least so many ways lead to.
const LONGEST_TO_HUB: usize = 2;
const HUB: usize = 4;

pub fn picture(flow: &Flow, view: View<'_>) -> Picture {
    let fallback = view.locales.first().map_or("en", String::as_str);
    let wished = view.locale.and_then(|wished| view.locales.iter().find(|locale| *locale == wished));
    let tongue = Tongue { locale: wished.map_or(fallback, String::as_str), fallback };
    let (on_steps, elsewhere) = by_step(flow, view.findings);
    let mut builder = Builder {
        flow,
        tongue,
        counts: view.counts,
        nodes: Vec::new(),
        ways: Vec::new(),
        extra: BTreeMap::new(),
    };
    builder.nodes.push(start(flow, tongue, view.counts));
    for (index, step) in flow.steps.iter().enumerate() {
        let marks = on_steps.get(&index).cloned().unwrap_or_default();
        builder.nodes.push(node(step, tongue, marks, view.counts));
    }
    if !flow.steps.is_empty() {
        builder.ways.push(Way {
            from: 0,
            to: 1,
            exits: vec![Out {
                word: "next".into(),
                label: String::new(),
                count: view.counts.map(|counts| counts.began),
            }],
            jump: false,
        });
    }
    for (index, edges) in Graph::of(flow).edges.iter().enumerate() {
        builder.ways_of(index, edges);
    }
    let Builder { nodes, mut ways, .. } = builder;
    name_the_far(&nodes, &mut ways);
    Picture {
        flow: flow.name.clone(),
        title: tongue.text(&flow.title),
        nodes,
        ways,
        findings: elsewhere,
        began: view.counts.map(|counts| counts.began),
        link: view.link.map(str::to_owned),
    }
}

struct Builder<'a> {
    flow: &'a Flow,
    tongue: Tongue<'a>,
    counts: Option<&'a Counts>,
    nodes: Vec<Node>,
    ways: Vec<Way>,
    /// Boxes that are no step, by their id.
    extra: BTreeMap<&'static str, usize>,
}

impl Builder<'_> {
    fn ways_of(&mut self, index: usize, edges: &[Edge<'_>]) {
        let step = &self.flow.steps[index];
        let inherited = inherits_failure(step);
        let first = self.ways.len();
        for edge in edges {
            let Some(to) = self.target(edge, step) else { continue };
            let word = edge.exit.word().into_owned();
            let count = self.counts.map(|counts| {
                counts.ways.get(&step.id).and_then(|ways| ways.get(&word)).copied().unwrap_or(0)
            });
            let out = Out { word, label: words::exit(self.flow, step, &edge.exit, self.tongue), count };
            let jump = to == index + 1 || edge.exit == Exit::Failure && inherited;
            let same = self.ways[first..].iter_mut().find(|way| way.to == to && way.jump == jump);
            match same {
                Some(way) => way.exits.push(out),
                None => self.ways.push(Way { from: index + 1, to, exits: vec![out], jump }),
            }
        }
    }

    /// The box that a way leads to; `None` where the step is an end itself.
    fn target(&mut self, edge: &Edge<'_>, step: &Step) -> Option<usize> {
        match edge.to {
            To::Step(index) => Some(index + 1),
            To::Past if self.flow.start.is_some() || self.flow.system => {
                Some(self.extra("[done]", "end", "past the last step"))
            }
            To::Past => Some(self.extra("[returns]", "end", "back to the flow that called")),
            To::Closed if matches!(step.kind, Kind::End(_)) => None,
            To::Closed if edge.exit == Exit::Resolved => Some(self.extra("[deflected]", "end", "deflected")),
            To::Closed => Some(self.extra("[system]", "end", "the system takes over")),
        }
    }

    fn extra(&mut self, id: &'static str, kind: &'static str, text: &str) -> usize {
        *self.extra.entry(id).or_insert_with(|| {
            self.nodes.push(Node { title: text.to_owned(), ..blank(id, kind, text) });
            self.nodes.len() - 1
        })
    }
}

fn blank(id: &str, kind: &'static str, text: &str) -> Node {
    Node {
        id: id.to_owned(),
        kind,
        text: text.to_owned(),
        guard: None,
        waits: false,
        proof: None,
        findings: Vec::new(),
        calls: None,
        entered: None,
        left: None,
        title: String::new(),
    }
}

fn start(flow: &Flow, tongue: Tongue<'_>, counts: Option<&Counts>) -> Node {
    let mut by: Vec<String> = Vec::new();
    match &flow.start {
        None if flow.system => by.push("begun by the system".into()),
        None => by.push("called by other flows".into()),
        Some(start) => {
            by.extend(start.default.then(|| "what nothing else claims".to_owned()));
            by.extend(start.commands.iter().map(|command| format!("/{command}")));
            let phrases = start.phrases.get(tongue.locale).map_or(0, Vec::len);
            by.extend((phrases > 0).then(|| format!("{phrases} phrases")));
        }
    }
    let text = if by.is_empty() { "on request".to_owned() } else { by.join(" · ") };
    let title = format!("{}: {text}", flow.name);
    Node { title, entered: counts.map(|counts| counts.began), ..blank("[start]", "start", &text) }
}

fn node(step: &Step, tongue: Tongue<'_>, findings: Vec<Mark>, counts: Option<&Counts>) -> Node {
    let mut text = words::of(step, tongue);
    if let Some(slot) = words::slot(step) {
        text = format!("{text} → {slot}");
    }
    let guard = step.when.as_ref().map(|when| words::condition(&when.source));
    let of = |by: &BTreeMap<String, u64>| by.get(&step.id).copied().unwrap_or(0);
    let mut title = format!("{} ({}), line {}: {text}", step.id, step.kind.word(), step.at.line);
    for mark in &findings {
        title.push_str(&format!("\n{}: {}", mark.code, mark.message));
    }
    Node {
        id: step.id.clone(),
        kind: step.kind.word(),
        text,
        guard,
        waits: step.kind.waits(),
        proof: proof(step, &findings),
        calls: match &step.kind {
            Kind::Call(call) => Some(call.flow.value.clone()),
            _ => None,
        },
        entered: counts.map(|counts| of(&counts.steps)),
        left: counts.map(|counts| of(&counts.left)),
        title,
        findings,
    }
}

/// What rule 3 says of a ticket.
fn proof(step: &Step, findings: &[Mark]) -> Option<String> {
    let Kind::Ticket(ticket) = &step.kind else { return None };
    if let Some(why) = &ticket.without_faq {
        return Some(format!("no answer before: {}", why.value));
    }
    if ticket.unreached {
        return Some("nobody could be reached".to_owned());
    }
    let proved = !findings.iter().any(|mark| mark.code.starts_with("V3"));
    proved.then(|| "✓ every way here passed an unresolved answer".to_owned())
}

/// Three failures that go where the flow says for all its prompts.
fn inherits_failure(step: &Step) -> bool {
    match &step.kind {
        Kind::Choose(choose) => choose.on_failure.is_none(),
        Kind::Ask(ask) => ask.on_failure.is_none(),
        Kind::Confirm(confirm) => confirm.on_failure.is_none(),
        _ => false,
    }
}

/// Findings by the step that they lie on, and those of the flow that lie on none.
fn by_step(flow: &Flow, findings: &[Diagnostic]) -> (BTreeMap<usize, Vec<Mark>>, Vec<Mark>) {
    let (mut on, mut elsewhere) = (BTreeMap::<usize, Vec<Mark>>::new(), Vec::new());
    let begins: Vec<usize> = flow.steps.iter().map(|step| step.at.offset).collect();
    for finding in findings.iter().filter(|finding| finding.at.file == flow.at.file) {
        let mark = Mark { code: finding.code, error: finding.is_error(), message: finding.message.clone() };
        match begins.partition_point(|begin| *begin <= finding.at.offset) {
            0 => elsewhere.push(mark),
            after => on.entry(after - 1).or_default().push(mark),
        }
    }
    (on, elsewhere)
}

/// Lines that would pass many rows become jumps, named in their box.
fn name_the_far(nodes: &[Node], ways: &mut [Way]) {
    let mut coming = vec![0_usize; nodes.len()];
    for way in ways.iter().filter(|way| !way.jump) {
        coming[way.to] += 1;
    }
    let links: Vec<(usize, usize)> =
        ways.iter().filter(|way| !way.jump).map(|way| (way.from, way.to)).collect();
    let rows = layout::rows(nodes.len(), &links);
    for way in ways.iter_mut().filter(|way| !way.jump) {
        let far = rows[way.from].abs_diff(rows[way.to]);
        way.jump = far > LONGEST || coming[way.to] >= HUB && far > LONGEST_TO_HUB;
    }
    // A box that all its ways would only name keeps the nearest line, so that nothing floats alone.
    for node in 1..nodes.len() {
        let near = |way: &&mut Way| rows[way.from].abs_diff(rows[way.to]);
        if ways.iter().any(|way| way.to == node && !way.jump) {
            continue;
        }
        let kept = ways.iter_mut().filter(|way| way.to == node && way.from != node).min_by_key(near);
        if let Some(way) = kept {
            way.jump = false;
        }
    }
}
