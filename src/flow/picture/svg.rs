//! A picture as SVG: laid out here, with no program beside. Colours follow the reader's light or dark scheme; texts stay
//! texts, to be selected and read aloud.

use std::fmt::Write as _;

use super::boxes::{self, Content, Line, Role};
use super::layout::{self, Layout, Link, Rect, Route};
use super::{Node, Picture, Way};

/// The colours; the desk's page serves the same file.
pub const STYLE: &str = include_str!("../../../web/desk/picture.css");

/// Whether the file stands alone or goes into a page that has the style already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Alone,
    /// No style of its own; each box can be reached by keyboard.
    Embedded,
}

/// What is drawn and where. Boxes as the picture's nodes; lines as its ways that are no jumps, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub contents: Vec<Content>,
    pub labels: Vec<Vec<String>>,
    pub layout: Layout,
}

pub fn plan(picture: &Picture) -> Plan {
    let contents: Vec<Content> = (0..picture.nodes.len()).map(|at| boxes::content(picture, at)).collect();
    let lines: Vec<&Way> = lines(picture).collect();
    let labels: Vec<Vec<String>> = lines.iter().map(|way| boxes::label(&way.label())).collect();
    let links: Vec<Link> = lines
        .iter()
        .zip(&labels)
        .map(|(way, label)| Link {
            from: way.from,
            to: way.to,
            label: if label.is_empty() { (0.0, 0.0) } else { boxes::label_size(label) },
        })
        .collect();
    let sizes: Vec<(f64, f64)> = contents.iter().map(|content| (content.width, content.height)).collect();
    Plan { layout: layout::layout(&sizes, &links), contents, labels }
}

/// The ways that are drawn as lines.
pub fn lines(picture: &Picture) -> impl Iterator<Item = &Way> {
    picture.ways.iter().filter(|way| !way.jump)
}

pub fn svg(picture: &Picture, form: Form) -> String {
    let plan = plan(picture);
    let mut out = String::new();
    let (width, height) = (plan.layout.width.ceil(), plan.layout.height.ceil());
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flow-picture\" role=\"{}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-size=\"12\" aria-labelledby=\"flow-title flow-words\">",
        if form == Form::Alone { "img" } else { "group" },
    );
    let _ = writeln!(
        out,
        "\n<title id=\"flow-title\">{}</title>\n<desc id=\"flow-words\">{}</desc>",
        escaped(&picture.title),
        escaped(&picture.description())
    );
    if form == Form::Alone {
        let _ = writeln!(out, "<style>\n{STYLE}</style>");
    }
    let _ = writeln!(out, "<rect class=\"ground\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>");
    let most = lines(picture).filter_map(Way::count).max().unwrap_or(0);
    for (way, route) in lines(picture).zip(&plan.layout.routes) {
        line(&mut out, picture, way, route, most);
    }
    for ((way, route), label) in lines(picture).zip(&plan.layout.routes).zip(&plan.labels) {
        if let Some(rect) = &route.label {
            plate(&mut out, picture, way, rect, label);
        }
    }
    for (at, node) in picture.nodes.iter().enumerate() {
        let around = &plan.layout.boxes[at];
        node_box(&mut out, picture, node, &plan.contents[at], around, form);
    }
    out.push_str("</svg>\n");
    out
}

/// Names for scripts: which box, which exits.
fn data(picture: &Picture, way: &Way) -> String {
    let exits: Vec<String> = way.exits.iter().map(|exit| exit.word.clone()).collect();
    format!(
        "data-from=\"{}\" data-to=\"{}\" data-exits=\"{}\"",
        escaped(&picture.nodes[way.from].id),
        escaped(&picture.nodes[way.to].id),
        escaped(&exits.join("\n"))
    )
}

fn line(out: &mut String, picture: &Picture, way: &Way, route: &Route, most: u64) {
    let mut class = String::from("line");
    let only = |word: &str| way.exits.iter().all(|exit| exit.word == word);
    for (holds, name) in
        [(route.back, " back"), (only("failure"), " failing"), (only("skipped"), " skipping")]
    {
        class.push_str(if holds { name } else { "" });
    }
    let _ = write!(out, "<g class=\"{class}\" {}>", data(picture, way));
    let words = format!("{} → {}: {}", picture.nodes[way.from].id, picture.nodes[way.to].id, way.label());
    let _ = write!(out, "<title>{}</title>", escaped(words.trim_end_matches([':', ' '])));
    let wide = way.count().filter(|_| most > 0).map(|count| 1.0 + 7.0 * (count as f64 / most as f64).sqrt());
    // A style sheet would win over an attribute, so a counted line has a class without a width.
    let thick = wide.map(|wide| format!(" stroke-width=\"{wide:.1}\"")).unwrap_or_default();
    let class = if wide.is_some() { "way counted" } else { "way" };
    let _ = write!(out, "<path class=\"{class}\"{thick} d=\"{}\"/>", path(route));
    let end = if route.back { route.stations.first() } else { route.stations.last() };
    if let Some(end) = end {
        let (x, y) = (end.x, end.top);
        let down = if route.back { -1.0 } else { 1.0 };
        let _ = write!(out, "<path class=\"arrow\" d=\"M{x} {y}l-4.5 {0}h9z\"/>", -8.0 * down);
    }
    out.push_str("</g>\n");
}

/// Curves between the straight pieces; the end with the arrow stops short of the box.
fn path(route: &Route) -> String {
    let mut out = String::new();
    for (at, station) in route.stations.iter().enumerate() {
        let (x, top, bottom) = (station.x, station.top, station.bottom);
        match at.checked_sub(1).map(|before| route.stations[before]) {
            None => {
                let top = if route.back { top + 6.0 } else { top };
                let _ = write!(out, "M{x} {top}L{x} {}", bottom.max(top));
            }
            Some(before) => {
                let last = at + 1 == route.stations.len();
                let end = if last && !route.back { top - 6.0 } else { top };
                let middle = (before.bottom + end) / 2.0;
                let _ = write!(out, "C{} {middle} {x} {middle} {x} {end}", before.x);
                if bottom > end {
                    let _ = write!(out, "L{x} {bottom}");
                }
            }
        }
    }
    out
}

fn plate(out: &mut String, picture: &Picture, way: &Way, rect: &Rect, label: &[String]) {
    let Rect { x, y, width, height } = rect;
    let _ = write!(
        out,
        "<g class=\"label\" {}><rect class=\"plate\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"5\"/>",
        data(picture, way)
    );
    for (nth, words) in label.iter().enumerate() {
        let base = y + 12.5 + nth as f64 * 13.0;
        let _ = write!(
            out,
            "<text class=\"small\" font-size=\"10.5\" x=\"{}\" y=\"{base}\" text-anchor=\"middle\">{}</text>",
            rect.middle(),
            escaped(words)
        );
    }
    out.push_str("</g>\n");
}

fn node_box(out: &mut String, picture: &Picture, node: &Node, content: &Content, rect: &Rect, form: Form) {
    let mut class = format!("node {}", node.kind);
    if node.kind == "end" && node.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        let _ = write!(class, " end-{}", node.text);
    }
    if node.findings.iter().any(|mark| mark.error) {
        class.push_str(" bad");
    }
    let id = escaped(&node.id);
    let keyboard = match form {
        Form::Alone => String::new(),
        Form::Embedded => format!(" tabindex=\"0\" role=\"button\" aria-label=\"{}\"", escaped(&node.title)),
    };
    let _ = write!(
        out,
        "<g class=\"{class}\" data-step=\"{id}\"{keyboard}><title>{}</title>",
        escaped(&node.title)
    );
    shape(out, node.kind, rect);
    for (nth, line) in content.lines.iter().enumerate() {
        let y = rect.y + boxes::PAD_Y + boxes::LINE * nth as f64 + 12.0;
        text(out, picture, node, line, rect.x + boxes::PAD_X, y);
    }
    out.push_str("</g>\n");
}

fn text(out: &mut String, picture: &Picture, node: &Node, line: &Line, x: f64, y: f64) {
    let class = match line.role {
        Role::Head => "head",
        Role::Guard => "guard soft",
        Role::Text => "words",
        Role::Jump => "jump soft",
        Role::Error => "error",
        Role::Warning => "warning",
        Role::Proof => "proof",
        Role::Left => "left",
        Role::Calls => "calls",
    };
    let size = line.role.size();
    let mut drawn = format!(
        "<text class=\"{class}\" font-size=\"{size}\" x=\"{x}\" y=\"{y}\">{}</text>",
        escaped(&line.text)
    );
    let address =
        node.calls.as_ref().filter(|_| line.role == Role::Calls).and_then(|flow| picture.address(flow));
    if let Some(address) = address {
        drawn = format!("<a href=\"{}\">{drawn}</a>", escaped(&address));
    }
    if let Some(to) = line.to {
        drawn = format!("<g data-to=\"{}\">{drawn}</g>", escaped(&picture.nodes[to].id));
    }
    out.push_str(&drawn);
}

/// Each group of kinds has its own outline, so that colour is not all that tells them apart.
fn shape(out: &mut String, kind: &str, rect: &Rect) {
    let Rect { x, y, width, height } = *rect;
    let (right, bottom) = (rect.right(), rect.bottom());
    let rounded = |out: &mut String, radius: f64| {
        let _ = write!(
            out,
            "<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\"/>"
        );
    };
    match kind {
        "start" | "end" => rounded(out, (height / 2.0).min(18.0)),
        "say" | "status" => rounded(out, 9.0),
        "faq" => {
            rounded(out, 3.0);
            let _ = write!(out, "<path class=\"inner\" d=\"M{x} {0}H{right}\"/>", y + 3.5);
        }
        "call" => {
            rounded(out, 2.0);
            let _ = write!(
                out,
                "<path class=\"inner\" d=\"M{0} {y}V{bottom}M{1} {y}V{bottom}\"/>",
                x + 6.0,
                right - 6.0
            );
        }
        // A question: its sides point outwards.
        "choose" | "ask" | "confirm" | "survey" | "branch" => {
            let (cut, half) = (9.0, height / 2.0);
            let _ = write!(
                out,
                "<path class=\"box\" d=\"M{0} {y}H{1}L{right} {2}L{1} {bottom}H{0}L{x} {2}z\"/>",
                x + cut,
                right - cut,
                y + half
            );
        }
        // A paper with a folded corner.
        "ticket" => {
            let fold = 11.0;
            let _ = write!(
                out,
                "<path class=\"box\" d=\"M{x} {y}H{0}L{right} {1}V{bottom}H{x}z\"/><path class=\"inner\" d=\"M{0} {y}V{1}H{right}\"/>",
                right - fold,
                y + fold
            );
        }
        _ => rounded(out, 2.0),
    }
}

/// Text as XML takes it, in elements and attributes. What XML cannot carry is dropped.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            c => out.push(c),
        }
    }
    out
}
