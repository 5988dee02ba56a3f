//! Cuts a template into its expressions and statements, and those into tokens with their places.

/// A piece of a template between its delimiters.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// `{{ … }}`, or a condition.
    Expression(Vec<Token>),
    /// `{% word … %}`.
    Statement(String, Vec<Token>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Bytes from the beginning of the text.
    pub at: usize,
    pub len: usize,
    pub kind: TokenKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TokenKind {
    Name(String),
    Text(String),
    Number(f64),
    /// One or two characters: `(`, `==`, `|`.
    Sign(&'static str),
}

impl Token {
    pub fn name(&self) -> Option<&str> {
        match &self.kind {
            TokenKind::Name(name) => Some(name),
            TokenKind::Text(_) | TokenKind::Number(_) | TokenKind::Sign(_) => None,
        }
    }

    pub fn is_name(&self, name: &str) -> bool {
        self.name() == Some(name)
    }

    pub fn is_sign(&self, sign: &str) -> bool {
        matches!(&self.kind, TokenKind::Sign(this) if *this == sign)
    }
}

/// A template as it is written: words that are said as they stand, and what is evaluated between them.
#[derive(Debug, Clone, PartialEq)]
pub enum Segment {
    /// Bytes of the source.
    Words(std::ops::Range<usize>),
    Piece(Piece),
}

/// The pieces of a text.
pub fn pieces(source: &str) -> Vec<Piece> {
    let piece = |segment| match segment {
        Segment::Piece(piece) => Some(piece),
        Segment::Words(_) => None,
    };
    segments(source).into_iter().filter_map(piece).collect()
}

/// A text with the words between its pieces.
pub fn segments(source: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut at = 0;
    while let Some((open, close, start)) = next_delimiter(source, at) {
        segments.push(Segment::Words(at..start));
        let inner = start + 2;
        if open == "{#" {
            at = source[inner..].find(close).map_or(source.len(), |end| inner + end + 2);
            continue;
        }
        let (tokens, end) = tokens_until(source, inner, Some(close));
        at = end;
        if open == "{{" {
            segments.push(Segment::Piece(Piece::Expression(tokens)));
            continue;
        }
        let Some(word) = tokens.first().and_then(Token::name).map(str::to_owned) else { continue };
        if word == "raw" {
            at = end_of_raw(source, end);
            segments.push(Segment::Words(end..at));
        }
        segments.push(Segment::Piece(Piece::Statement(word, tokens[1..].to_vec())));
    }
    segments.push(Segment::Words(at..source.len()));
    segments
}

/// A condition as one expression, with or without `{{ }}` around it.
pub fn condition(source: &str) -> Vec<Piece> {
    if source.trim_start().starts_with("{{") {
        return pieces(source);
    }
    vec![Piece::Expression(tokens_until(source, 0, None).0)]
}

fn next_delimiter(source: &str, from: usize) -> Option<(&'static str, &'static str, usize)> {
    source[from..].match_indices('{').find_map(|(at, _)| {
        let start = from + at;
        match source.as_bytes().get(start + 1)? {
            b'{' => Some(("{{", "}}", start)),
            b'%' => Some(("{%", "%}", start)),
            b'#' => Some(("{#", "#}", start)),
            _ => None,
        }
    })
}

fn end_of_raw(source: &str, from: usize) -> usize {
    let Some(word) = source[from..].find("endraw") else { return source.len() };
    source[from + word..].find("%}").map_or(source.len(), |end| from + word + end + 2)
}

/// The tokens up to a closing delimiter, and the byte after it.
fn tokens_until(source: &str, from: usize, close: Option<&str>) -> (Vec<Token>, usize) {
    let mut tokens = Vec::new();
    let mut at = from;
    let mut braces = 0_usize;
    while let Some(c) = source[at..].chars().next() {
        let rest = &source[at..];
        // `}}` closes a map within an expression first.
        if braces == 0
            && let Some(close) = close
        {
            let trimmed = rest.strip_prefix(['-', '+']).unwrap_or(rest);
            if trimmed.starts_with(close) {
                return (tokens, at + rest.len() - trimmed.len() + close.len());
            }
        }
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (kind, len) = token(rest, c);
        match kind {
            Some(TokenKind::Sign("{")) => braces += 1,
            Some(TokenKind::Sign("}")) => braces = braces.saturating_sub(1),
            _ => {}
        }
        if let Some(kind) = kind {
            tokens.push(Token { at, len, kind });
        }
        at += len;
    }
    (tokens, source.len())
}

const SIGNS: [&str; 27] = [
    "==", "!=", "<=", ">=", "//", "**", "(", ")", "[", "]", "{", "}", "|", ".", ",", ":", "=", "<", ">", "+",
    "-", "*", "/", "%", "~", "?", "!",
];

fn token(rest: &str, c: char) -> (Option<TokenKind>, usize) {
    if c == '"' || c == '\'' {
        return quoted(rest, c);
    }
    if c.is_alphabetic() || c == '_' {
        let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        return (Some(TokenKind::Name(rest[..len].to_owned())), len);
    }
    if c.is_ascii_digit() {
        let mut len = rest.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(rest.len());
        // A point belongs to a number where a digit follows it.
        if let Some(fraction) = rest[len..].strip_prefix('.')
            && fraction.starts_with(|c: char| c.is_ascii_digit())
        {
            len += 1 + fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
        }
        let number = rest[..len].replace('_', "").parse().unwrap_or(0.0);
        return (Some(TokenKind::Number(number)), len);
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => (Some(TokenKind::Sign(sign)), sign.len()),
        None => (None, c.len_utf8()),
    }
}

fn quoted(rest: &str, quote: char) -> (Option<TokenKind>, usize) {
    let mut text = String::new();
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => {
                text.push(if c == 'n' { '\n' } else { c });
                escaped = false;
            }
            '\\' => escaped = true,
            _ if c == quote => return (Some(TokenKind::Text(text)), at + 1),
            _ => text.push(c),
        }
    }
    (Some(TokenKind::Text(text)), rest.len())
}
