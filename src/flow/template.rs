//! Templates and conditions: one language, MiniJinja, bounded in work and without access to anything outside the
//! names of [`Scope`]. No type of the template engine leaves this file and those under it.

mod scope;

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use super::check::token::{self, Piece};
use super::format::{self, Formats};
use crate::source::{Diagnostic, Place};

pub use scope::{AnswerNames, Names, OriginNames, Scope, TicketNames};

/// Steps of work that one evaluation may do.
const FUEL: u64 = 20_000;
/// Characters that one text may render to.
const MAX_RENDERED: usize = 20_000;

/// What stands before and after a ticket's code in a rendered text, so that a channel can show or say it in its own
/// way. Private-use characters; inbound texts are freed of them.
pub const CODE_OPEN: char = '\u{E000}';
pub const CODE_CLOSE: char = '\u{E001}';

/// What stands before and after the name of a secret in the header of a request, until it is sent. Private-use
/// characters too.
pub const SECRET_OPEN: char = '\u{E002}';
pub const SECRET_CLOSE: char = '\u{E003}';

/// A compiled text.
#[derive(Debug, Clone)]
pub struct Template {
    pub at: Place,
    pub source: String,
    /// The locale that the text is written in, where it is one's: its numbers and dates are that language's.
    pub locale: Option<String>,
    /// The key in the environment; `None` where the text has no markup and is said as it stands.
    id: Option<Arc<str>>,
    reads: BTreeSet<String>,
}

impl Template {
    /// Whether it is said as it stands, each time the same.
    pub fn is_fixed(&self) -> bool {
        self.id.is_none()
    }
}

/// A compiled condition (an expression that is true or not).
#[derive(Debug, Clone)]
pub struct Condition {
    pub at: Place,
    pub source: String,
    id: Arc<str>,
    reads: BTreeSet<String>,
}

/// A compiled expression that yields a value.
#[derive(Debug, Clone)]
pub struct Expression {
    pub at: Place,
    pub source: String,
    id: Arc<str>,
    reads: BTreeSet<String>,
}

impl Expression {
    /// Dotted names that the expression reads.
    pub fn reads(&self) -> &BTreeSet<String> {
        &self.reads
    }
}

impl Template {
    /// Dotted names that the text reads: `slots.topic`, `ticket.code`, `now`.
    pub fn reads(&self) -> &BTreeSet<String> {
        &self.reads
    }

    /// Whether the text is said as it stands.
    pub fn is_plain(&self) -> bool {
        self.id.is_none()
    }
}

impl Condition {
    /// Dotted names that the condition reads.
    pub fn reads(&self) -> &BTreeSet<String> {
        &self.reads
    }
}

/// Why a text could not be rendered at run time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct TemplateFault {
    pub file: String,
    pub line: usize,
    pub message: String,
}

/// All compiled texts of a playbook.
pub struct Templates {
    env: Environment<'static>,
    count: usize,
}

impl std::fmt::Debug for Templates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Templates({})", self.count)
    }
}

impl Default for Templates {
    fn default() -> Self {
        Self::new()
    }
}

impl Templates {
    pub fn new() -> Self {
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        env.set_fuel(Some(FUEL));
        env.set_recursion_limit(50);
        // Nobody is to read or hear the word `none`: what is empty is written as nothing, and takes a default.
        env.set_formatter(|out, state, value| {
            if value.is_none() { Ok(()) } else { minijinja::escape_formatter(out, state, value) }
        });
        env.add_filter("default", or_default);
        env.add_filter("d", or_default);
        env.add_filter("truncate", truncate);
        env.add_filter("__json", as_json);
        env.add_function("known_incidents", known_incidents);
        env.add_function("secret", |name: String| format!("{SECRET_OPEN}{name}{SECRET_CLOSE}"));
        format::install(&mut env, Formats::default());
        Self { env, count: 0 }
    }

    /// Gives numbers and dates the forms that the words of the system have for each locale.
    pub fn set_formats(&mut self, formats: Formats) {
        format::install(&mut self.env, formats);
    }

    /// Compiles `source`. `text` is the whole file and `at` the place of the template in it, for the finding.
    ///
    /// # Errors
    /// A `V401` finding at `at` where the text is not a template.
    pub fn text(&mut self, source: &str, at: &Place) -> Result<Template, Diagnostic> {
        if !source.contains("{{") && !source.contains("{%") && !source.contains("{#") {
            let reads = BTreeSet::new();
            return Ok(Template { at: at.clone(), source: source.to_owned(), locale: None, id: None, reads });
        }
        if too_long(source, token::pieces) {
            return Err(long(at, "text"));
        }
        let (id, reads) = self.add(source.to_owned()).map_err(|error| finding(&error, at, "text"))?;
        Ok(Template { at: at.clone(), source: source.to_owned(), locale: None, id: Some(id), reads })
    }

    /// Compiles a condition, written with or without `{{ }}`.
    ///
    /// # Errors
    /// A `V401` finding at `at` where it is not an expression.
    pub fn condition(&mut self, source: &str, at: &Place) -> Result<Condition, Diagnostic> {
        if too_long(source, token::condition) {
            return Err(long(at, "condition"));
        }
        let bare = bare(source);
        let wrapped = format!("{{% if ({bare}) %}}1{{% endif %}}");
        let (id, reads) =
            self.add_expression(bare, wrapped).map_err(|error| finding(&error, at, "condition"))?;
        Ok(Condition { at: at.clone(), source: source.to_owned(), id, reads })
    }

    /// Compiles an expression that yields a value, written with or without `{{ }}`.
    ///
    /// # Errors
    /// A `V401` finding at `at` where it is none.
    pub fn expression(&mut self, source: &str, at: &Place) -> Result<Expression, Diagnostic> {
        if too_long(source, token::condition) {
            return Err(long(at, "expression"));
        }
        let bare = bare(source);
        let wrapped = format!("{{{{ ({bare}) | __json }}}}");
        let (id, reads) =
            self.add_expression(bare, wrapped).map_err(|error| finding(&error, at, "expression"))?;
        Ok(Expression { at: at.clone(), source: source.to_owned(), id, reads })
    }

    /// The bytes of `source` where it does not compile, where that can be told.
    pub fn error_range(&self, source: &str, condition: bool) -> Option<std::ops::Range<usize>> {
        if too_long(source, if condition { token::condition } else { token::pieces }) {
            return None;
        }
        if !condition {
            return self.env.template_from_str(source).err()?.range();
        }
        let bare = bare(source);
        let range = self.env.compile_expression(bare).err()?.range()?;
        let start = source.find(bare)?;
        Some(start + range.start..start + range.end)
    }

    /// Whether there is a filter of that name.
    pub fn has_filter(&self, name: &str) -> bool {
        self.runs_with(&format!("{{{{ 1|{name} }}}}"), ErrorKind::UnknownFilter)
    }

    /// Whether there is a test (`is name`) of that name.
    pub fn has_test(&self, name: &str) -> bool {
        self.runs_with(&format!("{{{{ 1 is {name} }}}}"), ErrorKind::UnknownTest)
    }

    /// The engine lists neither filters nor tests, but says so when one is unknown.
    fn runs_with(&self, probe: &str, unknown: ErrorKind) -> bool {
        !self.env.render_str(probe, ()).is_err_and(|error| error.kind() == unknown)
    }

    /// Compiles an expression within the text that evaluates it. One that could end the text's parenthesis is compiled alone
    /// first: `a) %}{% if (b` is no expression, though it would make a text.
    fn add_expression(&mut self, bare: &str, wrapped: String) -> Result<(Arc<str>, BTreeSet<String>), Error> {
        if bare.is_empty() || bare.contains([')', ',', '}', '%', '#']) {
            self.env.compile_expression_owned(bare.to_owned())?;
        }
        // What is wrong is told of what was written, not of what stands around it.
        self.add(wrapped).map_err(|error| self.env.compile_expression(bare).err().unwrap_or(error))
    }

    fn add(&mut self, source: String) -> Result<(Arc<str>, BTreeSet<String>), Error> {
        let id: Arc<str> = self.count.to_string().into();
        self.env.add_template_owned(id.to_string(), source)?;
        self.count += 1;
        let reads = self.env.get_template(&id)?.undeclared_variables(true).into_iter().collect();
        Ok((id, reads))
    }

    /// Renders a text in a scope.
    ///
    /// # Errors
    /// An undefined name, too much work, a filter's refusal: with the file and line of the text.
    pub fn render(&self, template: &Template, scope: &Scope) -> Result<String, TemplateFault> {
        let Some(id) = &template.id else { return Ok(template.source.clone()) };
        let locale = template.locale.as_deref();
        let mut text = self.evaluate(id, scope, locale).map_err(|error| fault(&error, &template.at))?;
        if let Some((cut, _)) = text.char_indices().nth(MAX_RENDERED) {
            text.truncate(cut);
        }
        Ok(text)
    }

    /// Whether a condition holds in a scope.
    ///
    /// # Errors
    /// As [`Templates::render`].
    pub fn holds(&self, condition: &Condition, scope: &Scope) -> Result<bool, TemplateFault> {
        let text = self.evaluate(&condition.id, scope, None).map_err(|error| fault(&error, &condition.at))?;
        Ok(text == "1")
    }

    /// What an expression yields in a scope.
    ///
    /// # Errors
    /// As [`Templates::render`]; a name that is not there is one too, and so is a value that JSON has no form for.
    pub fn value(&self, expression: &Expression, scope: &Scope) -> Result<serde_json::Value, TemplateFault> {
        let text =
            self.evaluate(&expression.id, scope, None).map_err(|error| fault(&error, &expression.at))?;
        serde_json::from_str(&text).map_err(|error| TemplateFault {
            file: expression.at.file.to_string(),
            line: expression.at.line,
            message: error.to_string(),
        })
    }

    fn evaluate(&self, id: &str, scope: &Scope, locale: Option<&str>) -> Result<String, Error> {
        let names = scope.value.clone();
        let names = match locale {
            Some(locale) => minijinja::context! { __locale => locale, ..names },
            None => names,
        };
        self.env.get_template(id)?.render(names)
    }
}

/// Names, signs and values of one expression. The engine walks a long one by recursion, and would run out of stack.
const MOST_TOKENS: usize = 600;
/// Places and statements of one text.
const MOST_PIECES: usize = 1_000;

/// `cut` makes the pieces of a source. One of fewer bytes than there may be words is not cut.
fn too_long(source: &str, cut: fn(&str) -> Vec<Piece>) -> bool {
    if source.len() <= MOST_TOKENS {
        return false;
    }
    let pieces = cut(source);
    pieces.len() > MOST_PIECES
        || pieces.iter().any(|piece| match piece {
            Piece::Expression(tokens) | Piece::Statement(_, tokens) => tokens.len() > MOST_TOKENS,
        })
}

fn long(at: &Place, what: &str) -> Diagnostic {
    let message = format!(
        "this {what} is too long to compile: {MOST_PIECES} places, each of {MOST_TOKENS} words and signs, are the most"
    );
    Diagnostic::error("V401", at.clone(), message).help("compute parts of it in `set` steps before")
}

/// A condition without the `{{ }}` that may stand around it.
fn bare(source: &str) -> &str {
    let trimmed = source.trim();
    trimmed.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(trimmed).trim()
}

fn finding(error: &Error, at: &Place, what: &str) -> Diagnostic {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let mut at = at.clone();
    if let Some(line) = error.line().filter(|line| *line > 1) {
        at.line += line - 1;
        at.column = 1;
    }
    Diagnostic::error("V401", at, format!("this {what} does not compile: {detail}"))
        .help("texts and conditions are MiniJinja: {{ slots.name }}, {% if slots.name %}…{% endif %}")
}

fn fault(error: &Error, at: &Place) -> TemplateFault {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    TemplateFault { file: at.file.to_string(), line: at.line, message: detail }
}

/// `truncate(n)`: at most `n` characters, the last an ellipsis where something was cut; at a word where one is near.
fn truncate(text: String, length: usize, _options: Kwargs) -> String {
    if text.chars().count() <= length {
        return text;
    }
    let kept: String = text.chars().take(length.saturating_sub(1)).collect();
    let at_word = kept.rfind(char::is_whitespace).filter(|at| kept[*at..].chars().count() < 16);
    format!("{}…", kept[..at_word.unwrap_or(kept.len())].trim_end())
}

/// `default(other, also_where_false)`: for what is undefined as in Jinja, and for what is none.
fn or_default(value: Value, other: Option<Value>, falsy: Option<bool>) -> Value {
    let empty = value.is_undefined() || value.is_none() || (falsy == Some(true) && !value.is_true());
    if empty { other.unwrap_or_else(|| Value::from("")) } else { value }
}

/// A value as JSON. What is not there is no value.
fn as_json(value: Value) -> Result<String, Error> {
    if value.is_undefined() {
        return Err(Error::new(ErrorKind::UndefinedError, "there is no such value"));
    }
    serde_json::to_string(&value).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
}

/// `known_incidents(area)`: the open known incidents of an area, from the names in scope.
fn known_incidents(state: &minijinja::State<'_, '_>, area: String) -> Result<Vec<Value>, Error> {
    let Some(all) = state.lookup("__incidents") else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for incident in all.try_iter()? {
        if incident.get_attr("area")?.as_str() == Some(area.as_str()) {
            found.push(incident);
        }
    }
    Ok(found)
}

/// The names that a template of a flow may begin with.
pub const ROOTS: [&str; 7] = ["slots", "contact", "channel", "ticket", "now", "business", "known_incidents"];

#[cfg(test)]
mod tests;
