//! A flow as a picture: what stands in each box and on each way, before it is laid out and drawn. Pure: the same flow,
//! findings and counts give the same picture, byte for byte.

mod boxes;
mod build;
pub mod dot;
pub mod layout;
pub mod mermaid;
pub mod svg;
#[cfg(test)]
mod tests;
mod width;
mod words;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::flow::{Flow, Locale};
use crate::source::Diagnostic;

/// What a picture is made of, beside the flow.
#[derive(Debug, Clone, Copy, Default)]
pub struct View<'a> {
    /// The language of the texts; the first of `locales` where it is none of them.
    pub locale: Option<&'a str>,
    /// The first is the default.
    pub locales: &'a [Locale],
    /// What the check says, of any flow.
    pub findings: &'a [Diagnostic],
    pub counts: Option<&'a Counts>,
    /// What stands before a called flow's name in the address of its picture; `None`: no links.
    pub link: Option<&'a str>,
}

/// How many conversations went where, from the journal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Conversations that entered the flow.
    pub began: u64,
    /// Conversations that entered a step, by its id.
    pub steps: BTreeMap<String, u64>,
    /// Conversations that took a way, by step and exit word.
    pub ways: BTreeMap<String, BTreeMap<String, u64>>,
    /// Conversations that are over or parked and stood at this step last.
    pub left: BTreeMap<String, u64>,
}

/// A box.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Node {
    /// The step's id; `start`, `returns`, `ends`, `system` of the boxes that are no step, in brackets.
    pub id: String,
    /// The word of the step's kind.
    pub kind: &'static str,
    /// What it is about: the first words of its text, its slot, its outcome.
    pub text: String,
    pub guard: Option<String>,
    /// The conversation waits for the contact here.
    pub waits: bool,
    /// What was proved of it, or need not be.
    pub proof: Option<String>,
    pub findings: Vec<Mark>,
    /// The flow that is called.
    pub calls: Option<String>,
    /// Conversations that entered it.
    pub entered: Option<u64>,
    /// Conversations that ended or were parked here.
    pub left: Option<u64>,
    /// The whole, for a tooltip.
    pub title: String,
}

/// A finding of the check on a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    pub code: &'static str,
    pub error: bool,
    pub message: String,
}

/// All exits of one step that lead to the same box.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Way {
    /// Indices of `nodes`.
    pub from: usize,
    pub to: usize,
    pub exits: Vec<Out>,
    /// Named in the box where it begins instead of drawn as a line: three failures that the whole flow treats alike,
    /// and jumps so far that a line would only cross others.
    pub jump: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Out {
    /// The stable word of the exit.
    pub word: String,
    /// What a person reads; empty where the way needs no words.
    pub label: String,
    /// Conversations that went this way.
    pub count: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Picture {
    pub flow: String,
    pub title: String,
    /// The first is where the flow begins.
    pub nodes: Vec<Node>,
    pub ways: Vec<Way>,
    /// Findings of the flow that lie on no step.
    pub findings: Vec<Mark>,
    /// Conversations that entered the flow, where they were counted.
    pub began: Option<u64>,
    #[serde(skip)]
    link: Option<String>,
}

impl Picture {
    pub fn of(flow: &Flow, view: View<'_>) -> Self {
        build::picture(flow, view)
    }

    /// One sentence for those who do not see it.
    pub fn description(&self) -> String {
        let steps = self.nodes.iter().filter(|node| !node.id.starts_with('[')).count();
        let marks = self.findings.len() + self.nodes.iter().map(|node| node.findings.len()).sum::<usize>();
        let ways: usize = self.ways.iter().map(|way| way.exits.len()).sum();
        format!("The flow {}: {steps} steps, {ways} ways between them, {marks} findings.", self.flow)
    }

    /// The address of a called flow's picture.
    fn address(&self, flow: &str) -> Option<String> {
        Some(format!("{}{}", self.link.as_ref()?, encoded(flow)))
    }
}

impl Way {
    /// What stands on the line: each exit's words, and how many took it.
    pub fn label(&self) -> String {
        let one = |out: &Out| match (out.label.as_str(), out.count) {
            ("", None) => String::new(),
            ("", Some(count)) => grouped(count),
            (label, None) => label.to_owned(),
            (label, Some(count)) => format!("{label} {}", grouped(count)),
        };
        let parts: Vec<String> = self.exits.iter().map(one).filter(|part| !part.is_empty()).collect();
        parts.join(" · ")
    }

    /// Conversations that went this way by any exit.
    pub fn count(&self) -> Option<u64> {
        self.exits.iter().map(|out| out.count).sum()
    }
}

/// A number with thin spaces between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202F}');
        }
        out.push(digit);
    }
    out
}

/// A name as part of an address: all but letters, digits and a few marks percent-encoded.
fn encoded(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
