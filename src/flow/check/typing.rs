//! Rule 4, types: what an expression is, by the slots and names in it, and what cannot be compared, counted or
//! filtered. Where a type is not certain nothing is told.

use std::ops::Range;

use super::set::Set;
use super::syntax::{Ast, What, parse};
use super::texts::Expr;
use super::token::{self, Piece};
use crate::flow::parse::reader::{listed, suggest};
use crate::flow::{Flow, SlotKind};
use crate::source::Diagnostic;

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// Not known.
    Any,
    Nothing,
    Bool,
    Number,
    Text,
    /// A text in ISO 8601.
    Date,
    /// One of a few texts; what it is called in findings.
    Choice(Vec<String>),
    List,
}

impl Type {
    pub fn of(kind: &SlotKind) -> Self {
        match kind {
            SlotKind::Number { .. } => Self::Number,
            SlotKind::Date { .. } => Self::Date,
            SlotKind::Choice { options } => Self::Choice(options.clone()),
            SlotKind::Bool => Self::Bool,
            SlotKind::Text { .. }
            | SlotKind::Email
            | SlotKind::Phone
            | SlotKind::Pattern { .. }
            | SlotKind::File => Self::Text,
        }
    }

    /// For findings: with its article.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Nothing => "nothing",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Date => "a date",
            Self::Choice(_) => "a choice",
            Self::List => "a list",
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Date | Self::Choice(_))
    }

    fn known(&self) -> bool {
        !matches!(self, Self::Any | Self::Nothing)
    }

    fn join(self, other: Self) -> Self {
        match (self, other) {
            (left, right) if left == right => left,
            (left, right) if left.is_text() && right.is_text() => Self::Text,
            _ => Self::Any,
        }
    }
}

/// What is wrong with the types in a text; the first of each expression.
pub fn check(set: &Set<'_>, flow: &Flow, expr: Expr<'_>) -> Vec<Diagnostic> {
    let pieces = match expr {
        Expr::Text(text) | Expr::Header(text) => token::pieces(&text.source),
        Expr::Condition(condition) => token::condition(&condition.source),
        Expr::Value(expression) => token::condition(&expression.source),
        // What a service answers has types of its own.
        Expr::Mapping(_) => return Vec::new(),
    };
    let trees = pieces.iter().filter_map(|piece| match piece {
        Piece::Expression(tokens) => parse(tokens),
        Piece::Statement(word, tokens) if word == "if" || word == "elif" => parse(tokens),
        Piece::Statement(..) => None,
    });
    let mut found = Vec::new();
    for tree in trees {
        let mut typing = Typing { set, flow, expr, found: None };
        typing.of(&tree);
        found.extend(typing.found);
    }
    found
}

/// The type of a text that is one expression.
pub fn of_text(set: &Set<'_>, flow: &Flow, text: &crate::flow::Template) -> Type {
    let trimmed = text.source.trim();
    let pieces = token::pieces(&text.source);
    let [Piece::Expression(tokens)] = pieces.as_slice() else { return Type::Any };
    if !trimmed.starts_with("{{") || !trimmed.ends_with("}}") {
        return Type::Any;
    }
    let Some(tree) = parse(tokens) else { return Type::Any };
    let mut typing = Typing { set, flow, expr: Expr::Text(text), found: None };
    let is = typing.of(&tree);
    // What is wrong in itself is told, and nothing of where it goes.
    if typing.found.is_some() { Type::Any } else { is }
}

/// The type of a dotted name.
fn of_name(set: &Set<'_>, flow: &Flow, path: &str) -> Type {
    let words = |words: &[&str]| Type::Choice(words.iter().map(|word| (*word).to_owned()).collect());
    if let Some(slot) = path.strip_prefix("slots.") {
        return flow.slots.get(slot).map_or(Type::Any, |slot| Type::of(&slot.kind));
    }
    match path {
        "contact.verified" | "contact.linked" | "channel.voice" | "business.open" | "ticket.added" => {
            Type::Bool
        }
        "contact.locale" => Type::Choice(set.locales.to_vec()),
        "ticket.type" => words(&["incident", "service_request", "problem", "change"]),
        "contact.name" | "contact.profile" | "channel.kind" | "ticket.code" | "ticket.category" | "now"
        | "origin.flow" | "origin.category" | "origin.question" => Type::Text,
        _ => Type::Any,
    }
}

struct Typing<'a> {
    set: &'a Set<'a>,
    flow: &'a Flow,
    expr: Expr<'a>,
    /// The first problem; what follows from it is not told.
    found: Option<Diagnostic>,
}

impl Typing<'_> {
    fn tell(&mut self, range: Range<usize>, message: String) {
        if self.found.is_none() {
            let at = self.set.inside(self.expr.at(), self.expr.source(), range);
            self.found = Some(Diagnostic::error("V406", at, message));
        }
    }

    /// In the words of the text: a name with its type.
    fn shown(&self, tree: &Ast, is: &Type) -> String {
        match &tree.what {
            What::Path(path) => {
                match path.strip_prefix("slots.").and_then(|slot| self.flow.slots.get(slot)) {
                    Some(slot) => format!("`{path}` is of type `{}`", slot.kind.word()),
                    None => format!("`{path}` is {}", is.word()),
                }
            }
            _ => {
                let written = self.expr.source().get(tree.range.clone()).unwrap_or_default();
                format!("`{written}` is {}", is.word())
            }
        }
    }

    fn of(&mut self, tree: &Ast) -> Type {
        match &tree.what {
            What::Path(path) => of_name(self.set, self.flow, path),
            What::Text(_) => Type::Text,
            What::Number(_) => Type::Number,
            What::Bool(_) => Type::Bool,
            What::Nothing => Type::Nothing,
            What::List(items) => {
                items.iter().for_each(|item| {
                    self.of(item);
                });
                Type::List
            }
            What::Not(inner) => {
                self.of(inner);
                Type::Bool
            }
            What::Minus(inner) => self.counted(inner, "-"),
            What::Pair(sign, left, right) => self.pair(sign, left, right),
            What::Filter(inner, name, arguments) => self.filter(inner, name, arguments),
            What::Test(inner, name, _) => {
                let is = self.of(inner);
                if matches!(name.as_str(), "odd" | "even" | "divisibleby")
                    && (is.is_text() || is == Type::Bool)
                {
                    let message = format!("`{name}` asks about a number, but {}", self.shown(inner, &is));
                    self.tell(inner.range.clone(), message);
                }
                Type::Bool
            }
            What::Either { then, test, otherwise } => {
                self.of(test);
                let then = self.of(then);
                match otherwise {
                    Some(otherwise) => then.join(self.of(otherwise)),
                    None => then,
                }
            }
            What::Call(name, arguments) => {
                arguments.iter().for_each(|argument| {
                    self.of(argument);
                });
                if matches!(name.as_str(), "known_incidents" | "range") { Type::List } else { Type::Any }
            }
            What::Unknown => Type::Any,
        }
    }

    fn pair(&mut self, sign: &str, left: &Ast, right: &Ast) -> Type {
        let (is, other) = (self.of(left), self.of(right));
        match sign {
            "and" | "or" => return is.join(other),
            "~" => return Type::Text,
            "==" | "!=" => self.compared(left, &is, right, &other),
            "<" | ">" | "<=" | ">=" => self.ordered(sign, left, &is, right, &other),
            "in" | "not in" => self.contained(left, &is, right, &other),
            "+" => return self.added(left, &is, right, &other),
            "*" if is.is_text() || other.is_text() => return Type::Any,
            _ => {
                self.counted(left, sign);
                self.counted(right, sign);
                return Type::Number;
            }
        }
        Type::Bool
    }

    /// What is reckoned with must be a number.
    fn counted(&mut self, tree: &Ast, sign: &str) -> Type {
        let is = self.of(tree);
        if is.known() && is != Type::Number {
            let message = format!("`{sign}` reckons with numbers, but {}", self.shown(tree, &is));
            self.tell(tree.range.clone(), message);
        }
        Type::Number
    }

    fn added(&mut self, left: &Ast, is: &Type, right: &Ast, other: &Type) -> Type {
        let unlike = |is: &Type, other: &Type| {
            is.known()
                && other.known()
                && !(is == other && *is != Type::Bool)
                && !(is.is_text() && other.is_text())
        };
        if unlike(is, other) {
            let (wrong, its) = if *is == Type::Number { (right, other) } else { (left, is) };
            let message = format!("`+` adds numbers or joins texts, but {}", self.shown(wrong, its));
            self.tell(wrong.range.clone(), format!("{message}; `~` joins anything to a text"));
        }
        is.clone().join(other.clone())
    }

    fn ordered(&mut self, sign: &str, left: &Ast, is: &Type, right: &Ast, other: &Type) {
        for (tree, is) in [(left, is), (right, other)] {
            if matches!(is, Type::Bool | Type::List | Type::Choice(_)) {
                let message = format!("`{sign}` compares what has an order, but {}", self.shown(tree, is));
                return self.tell(tree.range.clone(), message);
            }
        }
        self.compared(left, is, right, other);
    }

    fn contained(&mut self, left: &Ast, is: &Type, right: &Ast, other: &Type) {
        match &right.what {
            What::List(items) => {
                for item in items {
                    let item_is = self.of(item);
                    self.compared(left, is, item, &item_is);
                }
            }
            _ if matches!(other, Type::Number | Type::Bool) => {
                let message = format!("`in` looks into a list or a text, but {}", self.shown(right, other));
                self.tell(right.range.clone(), message);
            }
            _ if other.is_text() && matches!(is, Type::Number | Type::Bool | Type::List) => {
                let message = format!("a text holds texts, but {}", self.shown(left, is));
                self.tell(left.range.clone(), message);
            }
            _ => {}
        }
    }

    /// Two sides that can never be the same.
    fn compared(&mut self, left: &Ast, is: &Type, right: &Ast, other: &Type) {
        // The literal is the one to mend; else the right side.
        let literal =
            |tree: &Ast| matches!(tree.what, What::Text(_) | What::Number(_) | What::Bool(_) | What::List(_));
        let (fixed, fixed_is, told, told_is) = if literal(left) && !literal(right) {
            (right, other, left, is)
        } else {
            (left, is, right, other)
        };
        if !fixed_is.known() || !told_is.known() || self.found.is_some() {
            return;
        }
        let text = match &told.what {
            What::Text(text) => Some(text.as_str()),
            _ => None,
        };
        let why = match (fixed_is, text) {
            (Type::Choice(options), Some(text)) if !options.iter().any(|option| option == text) => {
                let options: Vec<&str> = options.iter().map(String::as_str).collect();
                format!("its options are {}", listed(&options))
            }
            (Type::Choice(_), Some(_)) => return,
            (Type::Date, Some(text)) if !is_date(text) => "a date is written '2026-11-24'".to_owned(),
            (Type::Choice(options), None) => match told_is {
                Type::Choice(others) if !others.iter().any(|one| options.contains(one)) => {
                    format!("no option of {} is one of its own", self.shown(told, told_is))
                }
                Type::Choice(_) | Type::Text => return,
                _ => "it is a text, and stands in quotes".to_owned(),
            },
            _ if fixed_is.is_text() && told_is.is_text() || fixed_is == told_is => return,
            (Type::Number, Some(_)) => "it is a number, and stands without quotes".to_owned(),
            (Type::Bool, _) => "it is true or false".to_owned(),
            (Type::Text | Type::Date, _) if literal(told) => "it is a text, and stands in quotes".to_owned(),
            (Type::List, _) => "it is a list: `| length` counts it".to_owned(),
            _ => self.shown(told, told_is),
        };
        let message = format!("{} and never fits this: {why}", self.shown(fixed, fixed_is));
        self.tell(told.range.clone(), message);
        if let (Type::Choice(options), Some(text)) = (fixed_is, text) {
            let problem = self.found.take();
            self.found = problem.map(|problem| suggest(problem, text, options.iter().map(String::as_str)));
        }
    }

    fn filter(&mut self, inner: &Ast, name: &str, arguments: &[Ast]) -> Type {
        let is = self.of(inner);
        let given: Vec<Type> = arguments.iter().map(|argument| self.of(argument)).collect();
        let wants = match name {
            "length" | "count" | "first" | "last" | "list" | "join" | "sort" | "sum" | "min" | "max"
            | "unique" | "map" | "select" | "reject"
                if matches!(is, Type::Number | Type::Bool) =>
            {
                "a list or a text"
            }
            "abs" | "round" if is.known() && is != Type::Number => "a number",
            "sum" if is.is_text() => "a list of numbers",
            _ => "",
        };
        if !wants.is_empty() {
            let message = format!("the filter `{name}` takes {wants}, but {}", self.shown(inner, &is));
            self.tell(inner.range.clone(), message);
        }
        match name {
            "length" | "count" | "abs" | "round" | "int" | "float" | "sum" => Type::Number,
            "upper" | "lower" | "title" | "capitalize" | "trim" | "replace" | "truncate" | "join"
            | "string" | "indent" | "urlencode" | "escape" | "e" | "format" => Type::Text,
            "list" | "sort" | "unique" | "split" | "lines" | "map" | "select" | "reject" => Type::List,
            "default" | "d" => match given.first() {
                Some(other) => is.join(other.clone()),
                None => Type::Any,
            },
            "bool" => Type::Bool,
            _ => Type::Any,
        }
    }
}

/// A day, or a day and an hour.
fn is_date(text: &str) -> bool {
    let day = text.get(..10).unwrap_or_default();
    day.parse::<jiff::civil::Date>().is_ok()
}
