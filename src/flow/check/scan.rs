//! What a text reads, calls and compares, each with its place, and which reads its own tests make safe.

use std::collections::BTreeSet;

use super::token::{Piece, Token, TokenKind};

/// Everything of one text that a check looks at.
#[derive(Debug, Default)]
pub struct Uses {
    pub reads: Vec<Read>,
    /// Filters, tests and functions.
    pub calls: Vec<CallOf>,
    /// `{% include %}` and the like, which reach for other texts.
    pub reaching: Vec<(usize, String)>,
    /// Texts in the source, for `known_incidents('network')`.
    pub literals: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// `slots.topic`.
    pub path: String,
    pub at: usize,
    pub len: usize,
    /// Tested by `is defined`, given a `default`, or under such a test.
    pub safe: bool,
    /// `slots[…]` with something that is no literal.
    pub computed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callee {
    Filter,
    Test,
    Function,
    Method,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CallOf {
    pub callee: Callee,
    pub name: String,
    pub at: usize,
}

/// Dotted names that are filled wherever the text is rendered.
type Known = BTreeSet<String>;

/// Looks through the pieces of a text.
pub fn uses(pieces: &[Piece]) -> Uses {
    let mut uses = Uses::default();
    let mut open: Vec<Open> = Vec::new();
    for piece in pieces {
        let known = open.last().map(|frame| frame.known.clone()).unwrap_or_default();
        match piece {
            Piece::Expression(tokens) => expression(&mut uses, tokens, &known),
            Piece::Statement(word, tokens) => statement(&mut uses, &mut open, word, tokens, known),
        }
    }
    uses
}

/// A block under way.
struct Open {
    /// Known within the part that is read now.
    known: Known,
    /// Known in the next `elif` or `else`.
    otherwise: Known,
}

fn statement(uses: &mut Uses, open: &mut Vec<Open>, word: &str, tokens: &[Token], known: Known) {
    match word {
        "if" => {
            expression(uses, tokens, &known);
            let otherwise = &known | &filled_if(tokens, false);
            open.push(Open { known: &known | &filled_if(tokens, true), otherwise });
        }
        "elif" | "else" => {
            let Some(frame) = open.last_mut() else { return };
            let base = frame.otherwise.clone();
            expression(uses, tokens, &base);
            frame.known = &base | &filled_if(tokens, true);
            frame.otherwise = &base | &filled_if(tokens, false);
        }
        "endif" | "endfor" | "endwith" | "endfilter" | "endmacro" | "endblock" | "endcall"
        | "endautoescape" => {
            open.pop();
        }
        "include" | "import" | "from" | "extends" | "block" => {
            let at = tokens.first().map_or(0, |token| token.at);
            uses.reaching.push((at, word.to_owned()));
            if word == "block" {
                open.push(Open { known: known.clone(), otherwise: known });
            }
        }
        "for" | "with" | "filter" | "macro" | "call" | "autoescape" => {
            expression(uses, tokens, &known);
            open.push(Open { known: known.clone(), otherwise: known });
        }
        "set" => {
            expression(uses, tokens, &known);
            // `{% set x %}…{% endset %}` holds no block of conditions, so it needs no frame.
        }
        _ => expression(uses, tokens, &known),
    }
}

/// `a if test else b`, `a or b`, `a and b`, and what is within brackets.
fn expression(uses: &mut Uses, tokens: &[Token], known: &Known) {
    if let Some(at) = position(tokens, "if") {
        let rest = &tokens[at + 1..];
        let (test, otherwise) = match position(rest, "else") {
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None => (rest, &rest[rest.len()..]),
        };
        expression(uses, test, known);
        expression(uses, &tokens[..at], &(known | &filled_if(test, true)));
        expression(uses, otherwise, &(known | &filled_if(test, false)));
        return;
    }
    for (word, holds) in [("or", false), ("and", true)] {
        let parts = split(tokens, word);
        if parts.len() > 1 {
            let mut known = known.clone();
            for part in parts {
                expression(uses, part, &known);
                known = &known | &filled_if(part, holds);
            }
            return;
        }
    }
    leaf(uses, tokens, known);
}

/// The names that are filled where a test holds, or where it does not.
pub fn filled_if(test: &[Token], holds: bool) -> Known {
    let test = strip_brackets(test);
    // What all parts of an `and` say holds together; of an `or` that fails likewise.
    let (together, either) = if holds { ("and", "or") } else { ("or", "and") };
    for word in ["or", "and"] {
        let parts = split(test, word);
        if parts.len() > 1 {
            return match word {
                _ if word == together => parts.iter().flat_map(|part| filled_if(part, holds)).collect(),
                _ if word == either => common(parts.iter().map(|part| filled_if(part, holds))),
                _ => Known::new(),
            };
        }
    }
    if let Some((first, rest)) = test.split_first()
        && first.is_name("not")
    {
        return filled_if(rest, !holds);
    }
    defined_test(test).filter(|(_, defined)| *defined == holds).map(|(path, _)| path).into_iter().collect()
}

fn common(sets: impl Iterator<Item = Known>) -> Known {
    sets.reduce(|left, right| &left & &right).unwrap_or_default()
}

/// `slots.x is defined` and its kin: the path, and whether the test says that it is filled.
fn defined_test(test: &[Token]) -> Option<(String, bool)> {
    let (path, used, false) = path(test)? else { return None };
    let rest = &test[used..];
    let (is, rest) = rest.split_first()?;
    let not = rest.first().is_some_and(|token| token.is_name("not"));
    let rest = if not { &rest[1..] } else { rest };
    let [word] = rest else { return None };
    match (is.is_name("is"), word.name()?) {
        (true, "defined") => Some((path, !not)),
        (true, "undefined") => Some((path, not)),
        _ => None,
    }
}

fn strip_brackets(tokens: &[Token]) -> &[Token] {
    let [first, inner @ .., last] = tokens else { return tokens };
    if !first.is_sign("(") || !last.is_sign(")") {
        return tokens;
    }
    let mut depth = 1_i32;
    for token in inner {
        depth += bracket(token);
        if depth == 0 {
            return tokens;
        }
    }
    strip_brackets(inner)
}

fn bracket(token: &Token) -> i32 {
    match token.kind {
        TokenKind::Sign("(" | "[" | "{") => 1,
        TokenKind::Sign(")" | "]" | "}") => -1,
        _ => 0,
    }
}

/// Where a word stands outside brackets.
fn position(tokens: &[Token], word: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, token) in tokens.iter().enumerate() {
        depth += bracket(token);
        if depth == 0 && token.is_name(word) && !after_point(tokens, at) {
            return Some(at);
        }
    }
    None
}

fn split<'t>(tokens: &'t [Token], word: &str) -> Vec<&'t [Token]> {
    let mut parts = Vec::new();
    let mut rest = tokens;
    while let Some(at) = position(rest, word) {
        parts.push(&rest[..at]);
        rest = &rest[at + 1..];
    }
    parts.push(rest);
    parts
}

fn after_point(tokens: &[Token], at: usize) -> bool {
    at > 0 && tokens[at - 1].is_sign(".")
}

/// A dotted name at the beginning of `tokens`: the path, how many tokens it takes, and whether it is indexed by
/// something computed.
fn path(tokens: &[Token]) -> Option<(String, usize, bool)> {
    let mut path = tokens.first()?.name()?.to_owned();
    let mut used = 1;
    loop {
        match &tokens[used..] {
            [point, name, ..] if point.is_sign(".") && name.name().is_some() => {
                path = format!("{path}.{}", name.name().unwrap_or_default());
                used += 2;
            }
            [open, Token { kind: TokenKind::Text(name), .. }, close, ..]
                if open.is_sign("[") && close.is_sign("]") =>
            {
                path = format!("{path}.{name}");
                used += 3;
            }
            [open, ..] if open.is_sign("[") => return Some((path, used, true)),
            _ => return Some((path, used, false)),
        }
    }
}

const WORDS: [&str; 15] = [
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "else",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "recursive",
    "as",
];

fn leaf(uses: &mut Uses, tokens: &[Token], known: &Known) {
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        if let TokenKind::Text(text) = &token.kind {
            uses.literals.insert(text.clone());
        }
        if bracket(token) > 0 {
            let end = closing(tokens, at);
            expression(uses, &tokens[at + 1..end], known);
            at = end + 1;
            continue;
        }
        let Some(name) = token.name() else {
            at += 1;
            continue;
        };
        at += named(uses, tokens, at, name, known);
    }
}

/// The index of the bracket that closes the one at `at`, or the end.
pub fn closing(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_i32;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        depth += bracket(token);
        if depth == 0 {
            return index;
        }
    }
    tokens.len()
}

/// A name within an expression; tells how many tokens it took.
fn named(uses: &mut Uses, tokens: &[Token], at: usize, name: &str, known: &Known) -> usize {
    let here = tokens[at].at;
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    let after = tokens.get(at + 1);
    if before.is_some_and(|before| before.is_sign("|")) {
        uses.calls.push(CallOf { callee: Callee::Filter, name: name.to_owned(), at: here });
        return 1;
    }
    let tested = before.is_some_and(|before| before.is_name("is"))
        || (before.is_some_and(|before| before.is_name("not")) && at >= 2 && tokens[at - 2].is_name("is"));
    if tested && name != "not" {
        uses.calls.push(CallOf { callee: Callee::Test, name: name.to_owned(), at: here });
        return 1;
    }
    // `truncate(length=5)`.
    if WORDS.contains(&name) || after.is_some_and(|after| after.is_sign("=")) {
        return 1;
    }
    let Some((path, used, computed)) = path(&tokens[at..]) else { return 1 };
    let next = &tokens[at + used..];
    if next.first().is_some_and(|next| next.is_sign("(")) {
        let callee = if path.contains('.') { Callee::Method } else { Callee::Function };
        uses.calls.push(CallOf { callee, name: path, at: here });
        return used;
    }
    let last = &tokens[at + used - 1];
    let safe = known.contains(&path) || has_default(next) || defined_test_follows(next);
    uses.reads.push(Read { path, at: here, len: last.at + last.len - here, safe, computed });
    used
}

fn has_default(next: &[Token]) -> bool {
    let [pipe, filter, ..] = next else { return false };
    pipe.is_sign("|") && matches!(filter.name(), Some("default" | "d"))
}

fn defined_test_follows(next: &[Token]) -> bool {
    let [is, rest @ ..] = next else { return false };
    let rest = if rest.first().is_some_and(|token| token.is_name("not")) { &rest[1..] } else { rest };
    is.is_name("is") && matches!(rest.first().and_then(Token::name), Some("defined" | "undefined"))
}

/// The texts that an expression of the form `'a' if … else 'b'` can yield; `None` where it can yield others.
pub fn outcomes(tokens: &[Token]) -> Option<Vec<(String, usize, usize)>> {
    let tokens = strip_brackets(tokens);
    if let Some(at) = position(tokens, "if") {
        let rest = &tokens[at + 1..];
        let otherwise = position(rest, "else")?;
        let mut all = outcomes(&tokens[..at])?;
        all.extend(outcomes(&rest[otherwise + 1..])?);
        return Some(all);
    }
    match tokens {
        [Token { kind: TokenKind::Text(text), at, len }] => Some(vec![(text.clone(), *at, *len)]),
        _ => None,
    }
}
