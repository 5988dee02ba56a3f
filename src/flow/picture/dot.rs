//! A picture in the language of Graphviz: <https://graphviz.org/doc/info/lang.html>.

use std::fmt::Write as _;

use super::mermaid::lines;
use super::{Node, Picture};

pub fn dot(picture: &Picture) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "digraph {} {{", quoted(&picture.flow));
    let _ = writeln!(out, "  graph [label={}, labelloc=t, fontname=\"sans-serif\"];", quoted(&picture.title));
    out.push_str("  node [fontname=\"sans-serif\", fontsize=11, style=filled, fillcolor=white];\n");
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=10];\n");
    for (at, node) in picture.nodes.iter().enumerate() {
        let (shape, colour) = look(node);
        let words: String = lines(node).iter().map(|line| format!("{}\\l", inside(line))).collect();
        let bad =
            if node.findings.iter().any(|mark| mark.error) { ", color=\"#a32020\", penwidth=3" } else { "" };
        let _ = writeln!(
            out,
            "  n{at} [shape={shape}, fillcolor=\"{colour}\", label=\"{words}\", tooltip={}{bad}];",
            quoted(&node.title)
        );
    }
    for way in &picture.ways {
        let style = if way.exits.iter().all(|exit| exit.word == "failure") { ", style=dotted" } else { "" };
        let _ = writeln!(out, "  n{} -> n{} [label={}{style}];", way.from, way.to, quoted(&way.label()));
    }
    out.push_str("}\n");
    out
}

fn look(node: &Node) -> (&'static str, &'static str) {
    match node.kind {
        "start" => ("oval", "#e6e4dc"),
        "end" => ("oval", "#dcd9d1"),
        "choose" | "ask" | "confirm" | "survey" => ("hexagon", "#eaf1fc"),
        "branch" => ("diamond", "#f1f0eb"),
        "faq" => ("box", "#e3f1ed"),
        "ticket" => ("note", "#fbf0d9"),
        "handoff" | "watch" | "connect" => ("box", "#ecebfb"),
        "call" => ("component", "#f1f0eb"),
        _ => ("box", "#ffffff"),
    }
}

/// Text inside double quotes. A backslash would begin an escape of Graphviz's own, such as `\N`.
fn inside(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", inside(text))
}
