//! The parts of a text that can be said on a call: what stands under a condition on `channel` that never holds there is
//! left out.

use crate::flow::Template;
use crate::flow::check::syntax::{Ast, What, parse};
use crate::flow::check::token::{Piece, Segment, Token, segments};
use crate::flow::check::{scan, voice::reach};

/// One `if` under way.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    /// A part above this one always holds.
    settled: bool,
    /// The part that is read now is never said.
    dead: bool,
}

impl Open {
    fn part(self, holds: Option<bool>) -> Self {
        Self { settled: self.settled || holds == Some(true), dead: self.settled || holds == Some(false) }
    }
}

pub fn heard(template: &Template) -> Vec<Segment> {
    let mut open: Vec<Open> = Vec::new();
    let mut kept = segments(&template.source);
    kept.retain(|segment| {
        let Segment::Piece(Piece::Statement(word, tokens)) = segment else {
            return !open.iter().any(|part| part.dead);
        };
        match word.as_str() {
            "if" => open.push(Open::default().part(reach::holds(tokens))),
            "elif" | "else" => {
                // The `else` of a loop has no condition either.
                let holds = if word == "elif" { reach::holds(tokens) } else { None };
                if let Some(last) = open.last_mut() {
                    *last = last.part(holds);
                }
            }
            "for" => open.push(Open::default()),
            "endif" | "endfor" => {
                open.pop();
            }
            _ => {}
        }
        true
    });
    kept
}

/// A dotted name whose value is said, with its bytes in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub path: String,
    pub at: usize,
    pub len: usize,
    /// The filters and signs that it goes through first, the innermost first.
    pub through: Vec<String>,
}

/// The names whose values a text says on a call, as they are or changed.
pub fn shown(template: &Template) -> Vec<Shown> {
    let mut all = Vec::new();
    if template.is_plain() {
        return all;
    }
    for segment in heard(template) {
        match segment {
            Segment::Piece(Piece::Expression(tokens)) => of_expression(&tokens, &mut all),
            // What is looped over or put aside is meant to be said.
            Segment::Piece(Piece::Statement(word, tokens)) if matches!(word.as_str(), "for" | "set") => {
                all.extend(reads(&tokens, 0..usize::MAX));
            }
            Segment::Words(_) | Segment::Piece(Piece::Statement(..)) => {}
        }
    }
    all
}

fn of_expression(tokens: &[Token], all: &mut Vec<Shown>) {
    match parse(tokens) {
        Some(tree) => yielded(&tree, tokens, &mut Vec::new(), all),
        None => all.extend(reads(tokens, 0..usize::MAX)),
    }
}

/// The names that what an expression yields is made of. Conditions and comparisons only ask.
fn yielded(tree: &Ast, tokens: &[Token], through: &mut Vec<String>, all: &mut Vec<Shown>) {
    match &tree.what {
        What::Path(path) => {
            let (at, len) = (tree.range.start, tree.range.len());
            let through = through.iter().rev().cloned().collect();
            all.push(Shown { path: path.clone(), at, len, through });
        }
        What::Pair("==" | "!=" | "<=" | ">=" | "<" | ">" | "in" | "not in", ..)
        | What::Not(_)
        | What::Test(..)
        | What::Text(_)
        | What::Number(_)
        | What::Bool(_)
        | What::Nothing => {}
        What::Filter(_, name, _) if matches!(name.as_str(), "length" | "count") => {}
        What::Filter(inner, name, arguments) => {
            // A default stands in for the value, and does not go through it.
            if !matches!(name.as_str(), "default" | "d") {
                through.push(name.clone());
                yielded(inner, tokens, through, all);
                through.pop();
            } else {
                yielded(inner, tokens, through, all);
            }
            arguments.iter().for_each(|argument| yielded(argument, tokens, through, all));
        }
        What::Pair(sign, left, right) => {
            let changes = !matches!(*sign, "~" | "and" | "or");
            if changes {
                through.push((*sign).to_owned());
            }
            yielded(left, tokens, through, all);
            yielded(right, tokens, through, all);
            if changes {
                through.pop();
            }
        }
        What::Minus(inner) => yielded(inner, tokens, through, all),
        What::Either { then, test, otherwise } => {
            let holds = reach::truth(test);
            if holds != Some(false) {
                yielded(then, tokens, through, all);
            }
            if holds != Some(true) {
                otherwise.iter().for_each(|otherwise| yielded(otherwise, tokens, through, all));
            }
        }
        What::List(items) => items.iter().for_each(|item| yielded(item, tokens, through, all)),
        // Incidents of an area are no area.
        What::Call(name, _) if name == "known_incidents" => {}
        What::Call(name, arguments) => {
            // `slots.name.upper()`
            if let Some((path, method)) = name.rsplit_once('.') {
                let at = tree.range.start;
                all.push(Shown {
                    path: path.to_owned(),
                    at,
                    len: path.len(),
                    through: vec![method.to_owned()],
                });
            }
            arguments.iter().for_each(|argument| yielded(argument, tokens, through, all));
        }
        What::Unknown => all.extend(reads(tokens, tree.range.clone())),
    }
}

/// All names that stand in a part of an expression which is not understood.
fn reads(tokens: &[Token], part: std::ops::Range<usize>) -> Vec<Shown> {
    let reads = scan::uses(&[Piece::Expression(tokens.to_vec())]).reads;
    let within = reads.into_iter().filter(|read| part.contains(&read.at));
    let shown = |read: scan::Read| Shown {
        path: read.path,
        at: read.at,
        len: read.len,
        through: vec!["…".to_owned()],
    };
    within.map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Templates;
    use crate::source::Place;

    fn names(source: &str) -> Vec<String> {
        let template = Templates::new().text(source, &Place::default()).expect("a text");
        shown(&template)
            .into_iter()
            .map(|shown| format!("{} {}", shown.path, shown.through.join(" ")))
            .collect()
    }

    #[test]
    fn what_is_said_is_told_from_what_is_only_asked() {
        for (source, wanted) in [
            ("Hello {{ slots.a }}", &["slots.a "] as &[&str]),
            ("{% if slots.a == '1' %}yes{% endif %}", &[]),
            ("{{ 'yes' if slots.a == '1' else slots.b }}", &["slots.b "]),
            ("{{ slots.a | length }}", &[]),
            ("{{ slots.a | default(slots.b) }}", &["slots.a ", "slots.b "]),
            ("{{ slots.a | list | join(' ') }}", &["slots.a list join"]),
            ("{{ slots.a ~ '-' ~ slots.b }}", &["slots.a ", "slots.b "]),
            ("{{ slots.a + 1 }}", &["slots.a +"]),
            ("{{ slots.a[-2:] }}", &["slots.a …"]),
            ("{{ slots.a.upper() }}", &["slots.a upper"]),
            ("{% for c in slots.a %}{{ c }}{% endfor %}", &["c …", "slots.a …", "c "]),
            ("{{ 'no' if channel.voice else slots.a }}", &[]),
            ("{% if not channel.voice %}{{ slots.a }}{% else %}{{ slots.b }}{% endif %}", &["slots.b "]),
            ("{% if channel.voice %}{{ slots.a }}{% else %}{{ slots.b }}{% endif %}", &["slots.a "]),
            (
                "{% if business.open %}{{ slots.a }}{% else %}{{ slots.b }}{% endif %}",
                &["slots.a ", "slots.b "],
            ),
        ] {
            assert_eq!(names(source), wanted, "{source}");
        }
    }
}
