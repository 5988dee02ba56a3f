//! Rule 4, the names within texts: each is one that a text may read, and filters and tests exist.

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
    ("contact", &["name", "profile", "locale", "verified"]),
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
        for read in &uses.reads {
            // Names that the text sets itself (`{% for %}`, `{% set %}`) are not read from outside.
            let root = read.path.split('.').next().unwrap_or_default();
            let outside = self.expr.reads().iter().any(|path| path.split('.').next() == Some(root));
            if !outside {
                continue;
            }
            let at = self.place(read.at, read.len);
            if read.computed && root == "slots" && read.path == "slots" {
                let message = "slots are read by their names: slots.name";
                found.push(Diagnostic::error("V402", at, message));
                continue;
            }
            found.extend(self.path(&read.path, at));
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
        for call in &uses.calls {
            let name = call.name.as_str();
            if name == SECRET && matches!(call.callee, Callee::Function) {
                if !matches!(self.expr, Expr::Header(_)) {
                    let message = "a secret may stand in the `headers` of an `http` step, and nowhere else";
                    found.push(Diagnostic::error("V405", self.place(call.at, call.name.len()), message));
                }
                continue;
            }
            let (there, what) = match call.callee {
                Callee::Filter => (self.set.templates.has_filter(name), "filter"),
                Callee::Test => (self.set.templates.has_test(name), "test"),
                Callee::Function => (FUNCTIONS.contains(&name) || !self.is_outside(name), "function"),
                Callee::Method => (!self.is_outside(name), "function"),
            };
            if there {
                continue;
            }
            let at = self.place(call.at, call.name.len());
            let problem = Diagnostic::error("V405", at, format!("there is no {what} `{name}`"));
            let problem = match call.callee {
                Callee::Function => suggest(problem, name, FUNCTIONS.into_iter()),
                Callee::Filter | Callee::Test | Callee::Method => problem,
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
