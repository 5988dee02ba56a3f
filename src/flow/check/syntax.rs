//! The expressions of templates and conditions as trees, so that types can be told. MiniJinja has refused what is no
//! expression before; what is not understood here is [`What::Unknown`], and nothing is told of it.

use std::ops::Range;

use super::token::{Token, TokenKind};

/// An expression and its bytes in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Ast {
    pub what: What,
    pub range: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A dotted name: `slots.topic`.
    Path(String),
    Text(String),
    Number(f64),
    Bool(bool),
    Nothing,
    List(Vec<Ast>),
    Not(Box<Ast>),
    Minus(Box<Ast>),
    /// `and`, `or`, `==`, `<`, `+`, `~`, `in`, `not in`, …
    Pair(&'static str, Box<Ast>, Box<Ast>),
    Filter(Box<Ast>, String, Vec<Ast>),
    /// `is name`; negated where the flag is set.
    Test(Box<Ast>, String, bool),
    /// `then if test else otherwise`.
    Either {
        then: Box<Ast>,
        test: Box<Ast>,
        otherwise: Option<Box<Ast>>,
    },
    Call(String, Vec<Ast>),
    Unknown,
}

/// More tokens are not typed: the tree's depth is bounded by them.
const MOST_TOKENS: usize = 400;

/// The tree of an expression; `None` where it is too long.
pub fn parse(tokens: &[Token]) -> Option<Ast> {
    if tokens.is_empty() || tokens.len() > MOST_TOKENS {
        return None;
    }
    let mut parser = Parser { tokens, at: 0 };
    let tree = parser.either();
    (parser.at == tokens.len()).then_some(tree)
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
}

/// Signs and words that join two expressions, from the loosest on.
const LEVELS: [&[&str]; 6] = [
    &["or"],
    &["and"],
    &["==", "!=", "<=", ">=", "<", ">"],
    &["+", "-"],
    &["~"],
    &["*", "//", "/", "%", "**"],
];
const COMPARING: usize = 2;

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn here(&self) -> usize {
        self.peek().or(self.tokens.last()).map_or(0, |token| token.at)
    }

    fn word(&mut self, word: &str) -> bool {
        let there = self.peek().is_some_and(|token| token.is_name(word));
        self.at += usize::from(there);
        there
    }

    fn sign(&mut self, sign: &str) -> bool {
        let there = self.peek().is_some_and(|token| token.is_sign(sign));
        self.at += usize::from(there);
        there
    }

    fn end(&self) -> usize {
        self.tokens.get(self.at.saturating_sub(1)).map_or(0, |token| token.at + token.len)
    }

    fn made(&self, start: usize, what: What) -> Ast {
        Ast { what, range: start..self.end().max(start) }
    }

    fn either(&mut self) -> Ast {
        let start = self.here();
        let mut tree = self.level(0);
        while self.word("if") {
            let test = self.level(0);
            let otherwise = if self.word("else") { Some(Box::new(self.either())) } else { None };
            tree = self.made(start, What::Either { then: Box::new(tree), test: Box::new(test), otherwise });
        }
        tree
    }

    fn level(&mut self, level: usize) -> Ast {
        let Some(signs) = LEVELS.get(level) else { return self.single() };
        let start = self.here();
        if level == COMPARING && self.word("not") {
            let inner = self.level(level);
            return self.made(start, What::Not(Box::new(inner)));
        }
        let mut left = self.level(level + 1);
        loop {
            let joined = signs.iter().find(|sign| self.sign(sign) || (level < COMPARING && self.word(sign)));
            let joined = match joined {
                Some(sign) => Some(*sign),
                None if level == COMPARING => self.contained(),
                None => None,
            };
            let Some(sign) = joined else { return left };
            let right = self.level(level + 1);
            left = self.made(start, What::Pair(sign, Box::new(left), Box::new(right)));
        }
    }

    /// `in` and `not in`.
    fn contained(&mut self) -> Option<&'static str> {
        if self.word("in") {
            return Some("in");
        }
        let not = self.peek()?.is_name("not") && self.tokens.get(self.at + 1)?.is_name("in");
        not.then(|| {
            self.at += 2;
            "not in"
        })
    }

    fn single(&mut self) -> Ast {
        let start = self.here();
        let mut tree = if self.sign("-") {
            let inner = self.value();
            self.made(start, What::Minus(Box::new(inner)))
        } else {
            self.value()
        };
        loop {
            if self.sign("|") {
                let Some(name) = self.name() else { return self.made(start, What::Unknown) };
                let arguments = if self.sign("(") { self.arguments(")") } else { Vec::new() };
                tree = self.made(start, What::Filter(Box::new(tree), name, arguments));
            } else if self.word("is") {
                let negated = self.word("not");
                let Some(name) = self.name() else { return self.made(start, What::Unknown) };
                if self.sign("(") {
                    self.arguments(")");
                }
                tree = self.made(start, What::Test(Box::new(tree), name, negated));
            } else {
                return tree;
            }
        }
    }

    fn name(&mut self) -> Option<String> {
        let name = self.peek()?.name()?.to_owned();
        self.at += 1;
        Some(name)
    }

    fn value(&mut self) -> Ast {
        let start = self.here();
        let Some(token) = self.peek().cloned() else { return self.made(start, What::Unknown) };
        self.at += 1;
        let what = match token.kind {
            TokenKind::Text(text) => What::Text(text),
            TokenKind::Number(number) => What::Number(number),
            TokenKind::Sign("(") => {
                let inner = self.either();
                // `(a, b)` is a list.
                if self.sign(",") {
                    let mut items = vec![inner];
                    items.extend(self.arguments(")"));
                    What::List(items)
                } else {
                    self.sign(")");
                    inner.what
                }
            }
            TokenKind::Sign("[") => What::List(self.arguments("]")),
            TokenKind::Name(name) => match name.as_str() {
                "true" | "True" => What::Bool(true),
                "false" | "False" => What::Bool(false),
                "none" | "None" => What::Nothing,
                _ => What::Path(name),
            },
            TokenKind::Sign(_) => What::Unknown,
        };
        let value = self.made(start, what);
        self.followed(value)
    }

    /// `.name`, `[index]` and `(arguments)` behind a value.
    fn followed(&mut self, mut value: Ast) -> Ast {
        let start = value.range.start;
        loop {
            if self.sign(".") {
                let name = self.name();
                let what = match (&value.what, name) {
                    (What::Path(path), Some(name)) => What::Path(format!("{path}.{name}")),
                    _ => What::Unknown,
                };
                value = self.made(start, what);
            } else if self.sign("[") {
                let index = self.arguments("]");
                let what = match (&value.what, index.as_slice()) {
                    (What::Path(path), [Ast { what: What::Text(name), .. }]) => {
                        What::Path(format!("{path}.{name}"))
                    }
                    _ => What::Unknown,
                };
                value = self.made(start, what);
            } else if self.sign("(") {
                let arguments = self.arguments(")");
                let what = match &value.what {
                    What::Path(path) => What::Call(path.clone(), arguments),
                    _ => What::Unknown,
                };
                value = self.made(start, what);
            } else {
                return value;
            }
        }
    }

    /// Expressions up to a closing sign; `name=value` gives the value, and slices are not told apart.
    fn arguments(&mut self, close: &str) -> Vec<Ast> {
        let mut all = Vec::new();
        while self.at < self.tokens.len() && !self.sign(close) {
            let before = self.at;
            if self.tokens.get(self.at + 1).is_some_and(|next| next.is_sign("=")) {
                self.at += 2;
            }
            all.push(self.either());
            self.sign(",");
            if self.at == before || self.sign(":") {
                self.at = self.at.max(before + 1);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::{Piece, condition};
    use super::*;

    fn tree(source: &str) -> Option<Ast> {
        let pieces = condition(source);
        let [Piece::Expression(tokens)] = pieces.as_slice() else { panic!("{source}") };
        parse(tokens)
    }

    #[test]
    fn binds_as_the_engine_does() {
        let what = |source: &str| tree(source).expect("a tree").what;
        let What::Pair("or", left, right) = what("a or b and not c == 1") else { panic!("or") };
        assert_eq!(left.what, What::Path("a".into()));
        let What::Pair("and", _, not) = right.what else { panic!("and") };
        assert!(matches!(not.what, What::Not(inner) if matches!(inner.what, What::Pair("==", ..))));
        assert!(
            matches!(what("a + b | length"), What::Pair("+", _, right) if matches!(right.what, What::Filter(..)))
        );
        assert!(matches!(what("a is not defined"), What::Test(_, name, true) if name == "defined"));
        assert!(
            matches!(what("a not in [1, 'x']"), What::Pair("not in", _, right) if matches!(&right.what, What::List(items) if items.len() == 2))
        );
        assert!(matches!(what("'a' if b else 'c' if d else 'e'"), What::Either { .. }));
        assert!(matches!(what("known_incidents('x')[0].title"), What::Unknown));
        assert!(matches!(what("slots['a b'].c"), What::Path(path) if path == "slots.a b.c"));
        assert_eq!(tree("a == 'bc'").map(|tree| tree.range), Some(0..9));
    }

    #[test]
    fn odd_sources_end() {
        for source in
            ["(", "a[", "a | ", "a.", "f(x=1, y=", "[1:2:3]", "{'a': 1}", "a[1:]", "- - -", "not not not a"]
        {
            tree(source);
        }
        assert_eq!(tree(&"a + ".repeat(500)), None);
    }
}
