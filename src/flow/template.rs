//! Templates and conditions: one language, MiniJinja, bounded in work and without access to anything outside the
//! names of [`Scope`]. No type of the template engine leaves this file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use super::format::{self, Formats};
use super::slot::SlotValue;
use crate::source::{Diagnostic, Place};

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
        let (id, reads) = self.add(source.to_owned()).map_err(|error| finding(&error, at, "text"))?;
        Ok(Template { at: at.clone(), source: source.to_owned(), locale: None, id: Some(id), reads })
    }

    /// Compiles a condition, written with or without `{{ }}`.
    ///
    /// # Errors
    /// A `V401` finding at `at` where it is not an expression.
    pub fn condition(&mut self, source: &str, at: &Place) -> Result<Condition, Diagnostic> {
        let bare = bare(source);
        if let Err(error) = self.env.compile_expression_owned(bare.to_owned()) {
            return Err(finding(&error, at, "condition"));
        }
        let wrapped = format!("{{% if ({bare}) %}}1{{% endif %}}");
        let (id, reads) = self.add(wrapped).map_err(|error| finding(&error, at, "condition"))?;
        Ok(Condition { at: at.clone(), source: source.to_owned(), id, reads })
    }

    /// Compiles an expression that yields a value, written with or without `{{ }}`.
    ///
    /// # Errors
    /// A `V401` finding at `at` where it is none.
    pub fn expression(&mut self, source: &str, at: &Place) -> Result<Expression, Diagnostic> {
        let bare = bare(source);
        if let Err(error) = self.env.compile_expression_owned(bare.to_owned()) {
            return Err(finding(&error, at, "expression"));
        }
        let wrapped = format!("{{{{ ({bare}) | __json }}}}");
        let (id, reads) = self.add(wrapped).map_err(|error| finding(&error, at, "expression"))?;
        Ok(Expression { at: at.clone(), source: source.to_owned(), id, reads })
    }

    /// The bytes of `source` where it does not compile, where that can be told.
    pub fn error_range(&self, source: &str, condition: bool) -> Option<std::ops::Range<usize>> {
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

/// What a text may read, built once for a step and thrown away.
#[derive(Debug, Clone)]
pub struct Scope {
    value: Value,
}

/// The contents of a [`Scope`].
#[derive(Debug, Default)]
pub struct Names<'a> {
    pub slots: Option<&'a BTreeMap<String, SlotValue>>,
    /// name, profile, locale; `verified`.
    pub contact_name: Option<&'a str>,
    pub contact_profile: Option<&'a str>,
    pub contact_verified: bool,
    pub locale: &'a str,
    /// discord, telegram, web, twilio, terminal…
    pub channel: &'a str,
    pub voice: bool,
    pub ticket: Option<TicketNames<'a>>,
    /// ISO 8601 with offset.
    pub now: &'a str,
    pub business_open: bool,
    /// When the desk opens and closes next; empty where it never does.
    pub opens_at: &'a str,
    pub closes_at: &'a str,
    /// area, title, since.
    pub incidents: &'a [BTreeMap<String, String>],
    /// Only for flows of the system: what the conversation was about when they were called.
    pub origin: Option<OriginNames<'a>>,
    /// Only for the mappings of an `http` step.
    pub answer: Option<AnswerNames<'a>>,
    /// Names for one built-in text: `label`, `key`, `answer`, …
    pub extra: &'a [(&'a str, String)],
}

/// What a flow of the system may read of the flow that it interrupts.
#[derive(Debug, Clone, Copy, Default)]
pub struct OriginNames<'a> {
    pub flow: &'a str,
    /// The first choice made there; empty where none was.
    pub category: &'a str,
    /// What the contact asked or described; empty where nothing was.
    pub question: &'a str,
}

/// What a service answered.
#[derive(Debug, Clone, Copy)]
pub struct AnswerNames<'a> {
    pub status: u16,
    /// Names in lower case.
    pub headers: &'a BTreeMap<String, String>,
    pub body: &'a serde_json::Value,
}

#[derive(Debug, Clone, Copy)]
pub struct TicketNames<'a> {
    /// Bare digits.
    pub code: &'a str,
    pub category: &'a str,
    pub r#type: &'a str,
    /// Whether the text was added to a ticket that was open already.
    pub added: bool,
}

impl Scope {
    pub fn new(names: &Names<'_>) -> Self {
        let mut all: BTreeMap<&str, Value> = BTreeMap::new();
        if let Some(slots) = names.slots {
            all.insert("slots", map(slots.iter().map(|(name, value)| (name.as_str(), slot_value(value)))));
        }
        all.insert(
            "contact",
            object([
                ("name", Value::from(names.contact_name)),
                ("profile", Value::from(names.contact_profile)),
                ("verified", Value::from(names.contact_verified)),
                ("locale", Value::from(names.locale)),
            ]),
        );
        all.insert(
            "channel",
            object([("kind", Value::from(names.channel)), ("voice", Value::from(names.voice))]),
        );
        if let Some(ticket) = &names.ticket {
            let code = format!("{CODE_OPEN}{}{CODE_CLOSE}", ticket.code);
            all.insert(
                "ticket",
                object([
                    ("code", Value::from(code)),
                    ("category", Value::from(ticket.category)),
                    ("type", Value::from(ticket.r#type)),
                    ("added", Value::from(ticket.added)),
                ]),
            );
        }
        if let Some(origin) = &names.origin {
            all.insert(
                "origin",
                object([
                    ("flow", Value::from(origin.flow)),
                    ("category", Value::from(origin.category)),
                    ("question", Value::from(origin.question)),
                ]),
            );
        }
        all.insert("now", Value::from(names.now));
        all.insert(
            "business",
            object([
                ("open", Value::from(names.business_open)),
                ("opens_at", Value::from(names.opens_at)),
                ("closes_at", Value::from(names.closes_at)),
            ]),
        );
        if let Some(answer) = &names.answer {
            all.insert("status", Value::from(answer.status));
            all.insert("headers", Value::from(Serde(answer.headers)));
            all.insert("body", Value::from(Serde(answer.body)));
        }
        let incident = |one: &BTreeMap<String, String>| -> Value {
            map(one.iter().map(|(name, value)| (name.as_str(), Value::from(value.as_str()))))
        };
        all.insert("__incidents", names.incidents.iter().map(incident).collect::<Vec<Value>>().into());
        for (name, value) in names.extra {
            all.insert(name, Value::from(value.as_str()));
        }
        Self { value: map(all) }
    }
}

fn object<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    map(pairs)
}

/// A map; collecting pairs into a `Value` would make a list of pairs.
fn map<'a>(pairs: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::from(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>())
}

fn slot_value(value: &SlotValue) -> Value {
    match value {
        SlotValue::Bool(value) => Value::from(*value),
        SlotValue::Number(value) if value.fract() == 0.0 && value.abs() < 9e15 => {
            #[expect(clippy::cast_possible_truncation, reason = "whole and in range, checked in the guard")]
            let whole = *value as i64;
            Value::from(whole)
        }
        SlotValue::Number(value) => Value::from(*value),
        SlotValue::Text(value) => Value::from(value.as_str()),
    }
}

/// The names that a template of a flow may begin with.
pub const ROOTS: [&str; 7] = ["slots", "contact", "channel", "ticket", "now", "business", "known_incidents"];

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(source: &str, names: &Names<'_>) -> Result<String, TemplateFault> {
        let mut templates = Templates::new();
        let text = templates.text(source, &Place::start_of("t.yaml")).expect("it compiles");
        templates.render(&text, &Scope::new(names))
    }

    #[test]
    fn reads_each_name_by_its_path() {
        let slots = BTreeMap::from([
            ("topic".to_owned(), SlotValue::Text("vpn".to_owned())),
            ("count".to_owned(), SlotValue::Number(3.0)),
        ]);
        let incident = [("area", "network"), ("title", "down")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        let incidents = [BTreeMap::from(incident)];
        let names = Names {
            slots: Some(&slots),
            contact_name: Some("Ada"),
            locale: "it",
            channel: "web",
            incidents: &incidents,
            business_open: true,
            extra: &[("label", "Rete".to_owned())],
            ..Names::default()
        };
        let source = "{{ slots.topic }} {{ slots.count }} {{ contact.name }} {{ contact.locale }} {{ channel.kind }} \
                      {{ business.open }} {{ known_incidents('network')[0].title }} \
                      {{ known_incidents('power') | length }} {{ label }}";
        assert_eq!(rendered(source, &names), Ok("vpn 3 Ada it web True down 0 Rete".to_owned()));
    }

    #[test]
    fn refuses_what_is_not_there_and_work_without_end() {
        let slots = BTreeMap::new();
        let names = Names { slots: Some(&slots), ..Names::default() };
        assert!(rendered("{{ slots.none }}", &names).is_err());
        assert!(rendered("{{ ticket.code }}", &names).is_err());
        assert!(
            rendered(
                "{% for i in range(10000) %}{% for j in range(10000) %}x{% endfor %}{% endfor %}",
                &names
            )
            .is_err()
        );
    }

    #[test]
    fn tells_filters_and_tests_that_exist() {
        let templates = Templates::new();
        assert!(
            templates.has_filter("upper")
                && templates.has_filter("truncate")
                && !templates.has_filter("uper")
        );
        assert!(templates.has_test("defined") && !templates.has_test("full"));
    }
}
