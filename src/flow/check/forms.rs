//! The forms of `plural` against the plural rules of each text's language.

use super::scan::closing;
use super::set::Set;
use super::texts::Expr;
use super::token::{self, Piece, Token};
use crate::flow::format;
use crate::flow::parse::reader::{listed, suggest};
use crate::source::Diagnostic;

/// `V411`: a form that `plural` does not have, or that the language never uses. `V412`: one that it needs.
pub fn check(set: &Set<'_>, expr: Expr<'_>, found: &mut Vec<Diagnostic>) {
    let Expr::Text(text) = expr else { return };
    let locale = text.locale.as_deref().or(set.locales.first().map(String::as_str)).unwrap_or("en");
    for piece in token::pieces(&text.source) {
        let (Piece::Expression(tokens) | Piece::Statement(_, tokens)) = piece;
        for at in 0..tokens.len() {
            let piped = at > 0 && tokens[at - 1].is_sign("|") && tokens[at].is_name("plural");
            if piped && tokens.get(at + 1).is_some_and(|next| next.is_sign("(")) {
                let end = closing(&tokens, at + 1);
                one(set, expr, locale, &tokens[at], forms(&tokens[at + 2..end]), found);
            }
        }
    }
}

/// The names before an `=` that are not within inner brackets.
fn forms(tokens: &[Token]) -> Vec<&Token> {
    let mut depth = 0_i32;
    let mut names = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        depth += i32::from(token.is_sign("(")) - i32::from(token.is_sign(")"));
        let named = depth == 0 && token.name().is_some();
        if named && tokens.get(at + 1).is_some_and(|next| next.is_sign("=")) {
            names.push(token);
        }
    }
    names
}

fn one(
    set: &Set<'_>,
    expr: Expr<'_>,
    locale: &str,
    call: &Token,
    forms: Vec<&Token>,
    found: &mut Vec<Diagnostic>,
) {
    let place = |token: &Token| set.inside(expr.at(), expr.source(), token.at..token.at + token.len);
    let used = format::categories(locale);
    let all: Vec<&str> = format::CATEGORIES.iter().map(|(_, name)| *name).collect();
    for form in &forms {
        let name = form.name().unwrap_or_default();
        if !all.contains(&name) {
            let problem = Diagnostic::error("V411", place(form), format!("`plural` has no form `{name}`"));
            found.push(suggest(problem, name, all.iter().copied()));
        } else if !used.contains(&name) {
            let message = format!("`{locale}` has no plural form `{name}`, so this is never said");
            let help = format!("its forms are {}", listed(&used));
            found.push(Diagnostic::warning("V411", place(form), message).help(help));
        }
    }
    let given = |name: &&str| forms.iter().any(|form| form.is_name(name));
    let missing: Vec<&str> = format::needed(locale).into_iter().filter(|name| !given(name)).collect();
    if !missing.is_empty() && !forms.is_empty() {
        let message =
            format!("`{locale}` needs the plural form {} as well", listed(&missing).replace(" or ", " and "));
        let problem = Diagnostic::warning("V412", place(call), message);
        found.push(problem.help("without it the form `other` is said"));
    }
}
