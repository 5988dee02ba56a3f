//! What is written in a box, line by line, and how large it is for that.

use super::{Node, Picture, grouped, width};

/// Sizes in pixels at the picture's own scale.
pub const TEXT: f64 = 12.0;
pub const SMALL: f64 = 10.5;
pub const LINE: f64 = 16.0;
pub const PAD_X: f64 = 16.0;
pub const PAD_Y: f64 = 9.0;
const WIDEST: f64 = 212.0;
const NARROWEST: f64 = 96.0;
/// A label on a way is never wider.
pub const LABEL: f64 = 168.0;
const LABEL_LINES: usize = 4;

/// How a line of text in a box is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The step's kind and id.
    Head,
    Guard,
    Text,
    /// A way that is named here instead of drawn.
    Jump,
    Error,
    Warning,
    Proof,
    Left,
    Calls,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub role: Role,
    pub text: String,
    /// Where a click on it leads: a box of this picture.
    pub to: Option<usize>,
}

impl Role {
    pub fn size(self) -> f64 {
        match self {
            Self::Head | Self::Text => TEXT,
            Self::Guard
            | Self::Jump
            | Self::Error
            | Self::Warning
            | Self::Proof
            | Self::Left
            | Self::Calls => SMALL,
        }
    }

    pub fn bold(self) -> bool {
        matches!(self, Self::Head | Self::Error | Self::Left)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub lines: Vec<Line>,
    pub width: f64,
    pub height: f64,
}

/// The first line of a box, in its parts: the kind, the id, and whether it waits.
pub fn head(node: &Node) -> String {
    let id = if node.id.starts_with(['[', '#']) { "" } else { node.id.as_str() };
    let count = node.entered.map(|count| format!(" · {}×", grouped(count))).unwrap_or_default();
    let waits = if node.waits { " · waits" } else { "" };
    let kind = node.kind;
    if id.is_empty() { format!("{kind}{waits}{count}") } else { format!("{kind} {id}{waits}{count}") }
}

pub fn content(picture: &Picture, index: usize) -> Content {
    let node = &picture.nodes[index];
    let mut lines = Vec::new();
    let mut put = |role: Role, text: &str, most: usize, to: Option<usize>| {
        for text in width::wrap(text, WIDEST, role.size(), role.bold(), most) {
            lines.push(Line { role, text, to });
        }
    };
    put(Role::Head, &head(node), 2, None);
    if let Some(guard) = &node.guard {
        put(Role::Guard, &format!("only if {guard}"), 2, None);
    }
    match &node.calls {
        Some(flow) => put(Role::Calls, &format!("↗ {flow}"), 2, None),
        None => put(Role::Text, &node.text, 3, None),
    }
    if let Some(proof) = &node.proof {
        put(Role::Proof, proof, 2, None);
    }
    for mark in &node.findings {
        let role = if mark.error { Role::Error } else { Role::Warning };
        put(role, &format!("{} {}", mark.code, mark.message), 3, None);
    }
    for way in picture.ways.iter().filter(|way| way.jump && way.from == index) {
        let to = &picture.nodes[way.to];
        let name = if to.id.starts_with('[') { to.text.as_str() } else { to.id.as_str() };
        let name = if way.to == index { "here again" } else { name };
        let label = way.label();
        let text = if label.is_empty() { format!("→ {name}") } else { format!("{label} → {name}") };
        put(Role::Jump, &text, 3, Some(way.to));
    }
    if let Some(left) = node.left.filter(|left| *left > 0) {
        put(Role::Left, &left_here(node, left), 2, None);
    }
    let widest = lines
        .iter()
        .map(|line| width::of(&line.text, line.role.size(), line.role.bold()))
        .fold(NARROWEST, f64::max);
    let height = LINE * lines.len() as f64 + 2.0 * PAD_Y;
    Content { width: (widest + 2.0 * PAD_X).ceil(), height, lines }
}

/// "left here: 12 (3 %)", of those who came here.
pub fn left_here(node: &Node, left: u64) -> String {
    let words = if node.kind == "end" { "ended here" } else { "left here" };
    match node.entered.filter(|entered| *entered > 0) {
        Some(entered) => {
            let share = left as f64 * 100.0 / entered as f64;
            let digits = if share > 0.0 && share < 9.95 { 1 } else { 0 };
            format!("{words}: {} ({share:.digits$} %)", grouped(left))
        }
        None => format!("{words}: {}", grouped(left)),
    }
}

/// The lines of a way's label.
pub fn label(text: &str) -> Vec<String> {
    width::wrap(text, LABEL, SMALL, false, LABEL_LINES)
}

/// The size that they take.
pub fn label_size(lines: &[String]) -> (f64, f64) {
    let widest = lines.iter().map(|line| width::of(line, SMALL, false)).fold(0.0, f64::max);
    (widest.ceil() + 10.0, lines.len() as f64 * 13.0 + 4.0)
}
