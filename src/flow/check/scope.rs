//! Rule 4, the names within texts: each is one that a text may read, and filters and tests exist.

use std::collections::HashSet;

use super::scan::{Callee, Uses, uses};
use super::set::Set;
use super::texts::Expr;
use super::token;
use crate::flow::Flow;
use crate::flow::parse::draft::Draft;
use crate::flow::parse::reader::{listed, suggest};
use crate::source::{Diagnostic, Place};

/// The names beside `slots`, with what each holds. Empty: it is a value itself.
const NAMES: [(&str, &[&str]); 5] = [
    ("contact", &["name", "profile", "locale", "verified", "linked"]),
    ("channel", &["kind", "voice"]),
    ("ticket", &["code", "category", "type", "added"]),
    ("business", &["open", "opens_at", "closes_at"]),
    ("now", &[]),
];
/// What a system flow may read of the flow that it was called from.
const ORIGIN: (&str, &[&str]) = ("origin", &["flow", "category", "question"]);
/// What a mapping of an `http` step may read beside all else.
const ANSWER: [&str; 3] = ["status", "headers", "body"];
/// Only in the headers of an `http` step.
const SECRET: &str = "secret";
const FUNCTIONS: [&str; 4] = ["known_incidents", "range", "dict", "namespace"];

/// To be proposed where a name is not known: the template engine lists neither.
const FILTERS: [&str; 38] = [
    "abs",
    "batch",
    "bool",
    "capitalize",
    "count",
    "default",
    "dictsort",
    "escape",
    "first",
    "float",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "replace",
    "reverse",
    "round",
    "select",
    "slice",
    "sort",
    "split",
    "sum",
    "title",
    "trim",
    "truncate",
    "unique",
    "upper",
];
const TESTS: [&str; 19] = [
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "even",
    "false",
    "filter",
    "in",
    "integer",
    "iterable",
    "mapping",
    "none",
    "number",
    "odd",
    "sequence",
    "startingwith",
    "string",
    "undefined",
];

/// Of one text no more is told.
const MOST_TOLD: usize = 10;

/// What is wrong with the names in one text of a flow. A `title` stands outside any conversation's slots.
pub fn check(set: &Set<'_>, draft: &Draft, expr: Expr<'_>, title: bool, found: &mut Vec<Diagnostic>) {
    if expr.is_plain() {
        return;
    }
    let uses = of(expr);
    let scope = Scope { set, flow: &draft.flow, slots_known: draft.slots_known, expr, title };
    scope.reads(&uses, found);
    scope.calls(&uses, found);
    for (at, word) in &uses.reaching {
        let message = format!("`{word}` reaches for another text, which a text may not");
        found.push(Diagnostic::error("V405", scope.place(*at, word.len()), message));
    }
}

pub fn of(expr: Expr<'_>) -> Uses {
    uses(&match expr {
        Expr::Text(text) | Expr::Header(text) => token::pieces(&text.source),
        Expr::Condition(condition) => token::condition(&condition.source),
        Expr::Value(expression) | Expr::Mapping(expression) => token::condition(&expression.source),
    })
}

struct Scope<'a> {
    set: &'a Set<'a>,
    flow: &'a Flow,
    slots_known: bool,
    expr: Expr<'a>,
    title: bool,
}

impl Scope<'_> {
    fn place(&self, at: usize, len: usize) -> Place {
        self.set.inside(self.expr.at(), self.expr.source(), at..at + len)
    }

    fn reads(&self, uses: &Uses, found: &mut Vec<Diagnostic>) {
        let roots: HashSet<&str> =
            self.expr.reads().iter().filter_map(|path| path.split('.').next()).collect();
        let mut told = 0;
        for read in &uses.reads {
            // Names that the text sets itself (`{% for %}`, `{% set %}`) are not read from outside.
            let root = read.path.split('.').next().unwrap_or_default();
            if !roots.contains(root) {
                continue;
            }
            let at = self.expr.at().clone();
            let problem = if read.computed && read.path == "slots" {
                Some(Diagnostic::error("V402", at, "slots are read by their names: slots.name"))
            } else {
                self.path(&read.path, at)
            };
            // The very place costs a look through the text, so it is found for what is told only.
            let Some(problem) = problem else { continue };
            found.push(Diagnostic { at: self.place(read.at, read.len), ..problem });
            told += 1;
            if told == MOST_TOLD {
                return;
            }
        }
    }

    fn path(&self, path: &str, at: Place) -> Option<Diagnostic> {
        let mut parts = path.split('.');
        let root = parts.next().unwrap_or_default();
        let field = parts.next();
        let deeper = parts.next().is_some();
        if root == "slots" {
            return self.slot(path, field, deeper, at);
        }
        if matches!(self.expr, Expr::Mapping(_)) && ANSWER.contains(&root) {
            // What a service answers has a shape of its own.
            return None;
        }
        if root == "ticket" && self.title {
            return Some(Diagnostic::error("V402", at, "a title is shown where there is no ticket"));
        }
        let names = NAMES.iter().chain(self.flow.system.then_some(&ORIGIN));
        let Some((_, fields)) = names.clone().find(|(name, _)| *name == root) else {
            let answer = matches!(self.expr, Expr::Mapping(_)).then_some(ANSWER);
            let candidates = names.map(|(name, _)| *name).chain(["slots", "known_incidents"]);
            let candidates = candidates.chain(answer.into_iter().flatten());
            return Some(self.unknown_root(path, root, candidates, at));
        };
        let field = field?;
        if fields.contains(&field) && !deeper {
            return None;
        }
        let message = format!("there is no `{path}`");
        let problem = suggest(Diagnostic::error("V402", at, message), field, fields.iter().copied());
        if problem.help.is_some() {
            return Some(problem);
        }
        let help = match fields.is_empty() {
            true => format!("`{root}` is a value itself"),
            false => format!("`{root}` has {}", listed(fields)),
        };
        Some(problem.help(help))
    }

    fn slot(&self, path: &str, field: Option<&str>, deeper: bool, at: Place) -> Option<Diagnostic> {
        let slot = field?;
        if self.title {
            return Some(Diagnostic::error("V402", at, "a title is shown where no slot is filled"));
        }
        if !self.slots_known {
            return None;
        }
        if !self.flow.slots.contains_key(slot) {
            let message = format!("this flow has no slot `{slot}`");
            let problem = Diagnostic::error("V402", at, message);
            let problem = suggest(problem, slot, self.flow.slots.keys().map(String::as_str));
            return Some(if problem.help.is_none() {
                problem.help("declare it under `slots:`")
            } else {
                problem
            });
        }
        let message = format!("there is no `{path}`: a slot holds a text, a number or a truth value");
        deeper.then(|| {
            Diagnostic::error("V402", at, message).help("filters change a value: slots.name | upper")
        })
    }

    fn unknown_root<'c>(
        &self,
        path: &str,
        root: &str,
        candidates: impl Iterator<Item = &'c str>,
        at: Place,
    ) -> Diagnostic {
        let problem = Diagnostic::error("V402", at, format!("there is no name `{path}` here"));
        if self.flow.slots.contains_key(root) {
            return problem.help(format!("a slot is read as `slots.{root}`"));
        }
        let problem = suggest(problem, root, candidates);
        if problem.help.is_some() {
            return problem;
        }
        problem.help(
            "a text reads slots, contact, channel, ticket, now, business.open and known_incidents(area)",
        )
    }

    fn calls(&self, uses: &Uses, found: &mut Vec<Diagnostic>) {
        let mut told = 0;
        for call in &uses.calls {
            if told == MOST_TOLD {
                return;
            }
            let name = call.name.as_str();
            if name == SECRET && matches!(call.callee, Callee::Function) {
                if !matches!(self.expr, Expr::Header(_)) {
                    let message = "a secret may stand in the `headers` of an `http` step, and nowhere else";
                    found.push(Diagnostic::error("V405", self.place(call.at, call.name.len()), message));
                }
                continue;
            }
            let (there, what) = match call.callee {
                Callee::Filter => (FILTERS.contains(&name) || self.set.templates.has_filter(name), "filter"),
                Callee::Test => (TESTS.contains(&name) || self.set.templates.has_test(name), "test"),
                Callee::Function => (FUNCTIONS.contains(&name) || !self.is_outside(name), "function"),
                Callee::Method => (!self.is_outside(name), "function"),
            };
            if there {
                continue;
            }
            told += 1;
            let at = self.place(call.at, call.name.len());
            let problem = Diagnostic::error("V405", at, format!("there is no {what} `{name}`"));
            let problem = match call.callee {
                Callee::Function => suggest(problem, name, FUNCTIONS.into_iter()),
                Callee::Filter => suggest(problem, name, FILTERS.into_iter()),
                Callee::Test => suggest(problem, name, TESTS.into_iter()),
                Callee::Method => problem,
            };
            let help =
                "filters, tests and functions are those of MiniJinja, and `truncate(n)`: slots.name | upper";
            found.push(if problem.help.is_none() { problem.help(help) } else { problem });
        }
    }

    /// Whether a name comes from outside the text (a macro of its own does not).
    fn is_outside(&self, name: &str) -> bool {
        let root = name.split('.').next().unwrap_or_default();
        self.expr.reads().iter().any(|path| path.split('.').next() == Some(root))
    }
}

#[cfg(test)]
mod tests {
    use super::{FILTERS, TESTS};
    use crate::flow::Templates;

    #[test]
    fn what_is_proposed_is_there() {
        let templates = Templates::new();
        for name in FILTERS {
            assert!(templates.has_filter(name), "{name}");
        }
        for name in TESTS {
            assert!(templates.has_test(name), "{name}");
        }
    }
}
