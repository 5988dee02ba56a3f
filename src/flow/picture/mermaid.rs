//! A picture as Mermaid's flowchart: <https://mermaid.js.org/syntax/flowchart.html>. Boxes have names of our own
//! (`n0`, `n1`, …), and texts stand in quotes with every mark that Mermaid reads as its entity code.

use std::fmt::Write as _;

use super::boxes;
use super::{Node, Picture};

pub fn mermaid(picture: &Picture) -> String {
    let mut out = String::from("flowchart TD\n");
    let _ = writeln!(out, "  accTitle: {}", plain(&picture.title));
    let _ = writeln!(out, "  accDescr: {}", plain(&picture.description()));
    for (at, node) in picture.nodes.iter().enumerate() {
        let (open, close) = brackets(node);
        let _ = writeln!(out, "  n{at}{open}\"{}\"{close}", words(node));
    }
    for way in &picture.ways {
        let label = way.label();
        let failing = way.exits.iter().all(|exit| exit.word == "failure");
        let arrow = if failing { "-.->" } else { "-->" };
        let label = if label.is_empty() { String::new() } else { format!("|\"{}\"|", escaped(&label)) };
        let _ = writeln!(out, "  n{} {arrow}{label} n{}", way.from, way.to);
    }
    out.push_str("  classDef bad stroke:#a32020,stroke-width:3px\n");
    let bad =
        picture.nodes.iter().enumerate().filter(|(_, node)| node.findings.iter().any(|mark| mark.error));
    for (at, _) in bad {
        let _ = writeln!(out, "  class n{at} bad");
    }
    out
}

fn brackets(node: &Node) -> (&'static str, &'static str) {
    match node.kind {
        "start" | "end" => ("([", "])"),
        "choose" | "ask" | "confirm" | "survey" => ("{{", "}}"),
        "branch" => ("{", "}"),
        "call" => ("[[", "]]"),
        "say" | "status" => ("(", ")"),
        _ => ("[", "]"),
    }
}

fn words(node: &Node) -> String {
    lines(node).iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br/>")
}

/// What a box says, a line each, here and in DOT.
pub(super) fn lines(node: &Node) -> Vec<String> {
    let mut lines = vec![boxes::head(node)];
    lines.extend(node.guard.iter().map(|guard| format!("only if {guard}")));
    match &node.calls {
        Some(flow) => lines.push(format!("↗ {flow}")),
        None => lines.extend(super::width::wrap(&node.text, 212.0, 12.0, false, 3)),
    }
    lines.extend(node.proof.clone());
    lines.extend(node.findings.iter().map(|mark| format!("{} {}", mark.code, mark.message)));
    lines.extend(node.left.filter(|left| *left > 0).map(|left| boxes::left_here(node, left)));
    lines
}

/// Letters and digits of all scripts, and marks that Mermaid gives no meaning, as they are; the rest by number.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            c if c.is_control() => out.push(' '),
            c if c.is_alphanumeric() || !c.is_ascii() => out.push(c),
            ' ' | ',' | '.' | '!' | '?' | '-' | '_' | '=' | '\'' => out.push(c),
            c => out.push_str(&format!("#{};", u32::from(c))),
        }
    }
    out
}

/// For the title lines, which take no quotes.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '{' | '}' | ';' | '#' | '%') { ' ' } else { c })
        .collect()
}
