//! Every template and condition of a step, in the order in which it is evaluated.

use crate::flow::step::{Body, Connect, Handlers, Json, Kind, Step, Watch};
use crate::flow::{Condition, Expression, Template, Text};

/// A template or a condition.
#[derive(Debug, Clone, Copy)]
pub enum Expr<'a> {
    Text(&'a Template),
    Condition(&'a Condition),
    /// A header of a request, the only text that names secrets.
    Header(&'a Template),
    /// What yields a value of a request's body.
    Value(&'a Expression),
    /// What yields a slot's value of an answer's status, headers and body.
    Mapping(&'a Expression),
}

impl Expr<'_> {
    pub fn source(&self) -> &str {
        match self {
            Self::Text(text) | Self::Header(text) => &text.source,
            Self::Condition(condition) => &condition.source,
            Self::Value(expression) | Self::Mapping(expression) => &expression.source,
        }
    }

    /// Whether this is words without markup.
    pub fn is_plain(&self) -> bool {
        matches!(self, Self::Text(text) | Self::Header(text) if text.is_plain())
    }

    pub fn at(&self) -> &crate::source::Place {
        match self {
            Self::Text(text) | Self::Header(text) => &text.at,
            Self::Condition(condition) => &condition.at,
            Self::Value(expression) | Self::Mapping(expression) => &expression.at,
        }
    }

    pub fn reads(&self) -> &std::collections::BTreeSet<String> {
        match self {
            Self::Text(text) | Self::Header(text) => text.reads(),
            Self::Condition(condition) => condition.reads(),
            Self::Value(expression) | Self::Mapping(expression) => expression.reads(),
        }
    }
}

/// What a step evaluates beside its guard. For `set` each comes with the slots that the ones before it fill.
pub fn of(step: &Step) -> Vec<Expr<'_>> {
    let mut all = Vec::new();
    match &step.kind {
        Kind::Say(say) => {
            text(&mut all, &say.text);
            all.extend(say.image.iter().chain(&say.link).map(Expr::Text));
        }
        Kind::Choose(choose) => {
            text(&mut all, &choose.prompt);
            choose.options.iter().for_each(|option| text(&mut all, &option.label));
            choose.reprompts.iter().for_each(|reprompt| text(&mut all, reprompt));
            handled(&mut all, &choose.handlers);
        }
        Kind::Ask(ask) => {
            text(&mut all, &ask.prompt);
            ask.reprompts.iter().for_each(|reprompt| text(&mut all, reprompt));
            handled(&mut all, &ask.handlers);
        }
        Kind::Confirm(confirm) => {
            text(&mut all, &confirm.prompt);
            confirm.reprompts.iter().for_each(|reprompt| text(&mut all, reprompt));
            handled(&mut all, &confirm.handlers);
        }
        Kind::Faq(faq) => {
            all.push(Expr::Text(&faq.query));
            all.extend(faq.context.iter().map(Expr::Text));
            faq.ask.iter().for_each(|ask| text(&mut all, ask));
            handled(&mut all, &faq.handlers);
        }
        Kind::Set(set) => all.extend(set.assignments.iter().map(|(_, value)| Expr::Text(value))),
        Kind::Branch(branch) => {
            all.extend(branch.arms.iter().filter_map(|arm| arm.when.as_ref()).map(Expr::Condition));
        }
        Kind::Call(call) => all.extend(call.with.iter().map(|(_, value)| Expr::Text(value))),
        Kind::Ticket(ticket) => {
            let texts = [&ticket.category, &ticket.urgency, &ticket.impact, &ticket.subject, &ticket.body];
            all.extend(texts.into_iter().chain(ticket.fields.iter().map(|(_, value)| value)).map(Expr::Text));
        }
        Kind::Status(status) => all.extend(status.code.iter().map(Expr::Text)),
        Kind::Handoff(handoff) => {
            handoff.say.iter().for_each(|say| text(&mut all, say));
            if let Some(transfer) = &handoff.transfer {
                all.push(Expr::Text(&transfer.to));
                transfer.whisper.iter().for_each(|whisper| text(&mut all, whisper));
            }
        }
        Kind::Voicemail(voicemail) => {
            let texts = voicemail.consent.iter().chain(&voicemail.prompt);
            texts.for_each(|said| text(&mut all, said));
        }
        Kind::Survey(survey) => survey.prompt.iter().for_each(|prompt| text(&mut all, prompt)),
        Kind::Http(http) => {
            all.push(Expr::Text(&http.url));
            all.extend(http.headers.iter().map(|(_, value)| Expr::Header(value)));
            all.extend(http.query.iter().map(|(_, value)| Expr::Text(value)));
            match &http.body {
                Some(Body::Text(body)) => all.push(Expr::Text(body)),
                Some(Body::Json(body)) => json(&mut all, body),
                None => {}
            }
            http.say.iter().for_each(|say| text(&mut all, say));
            all.extend(http.into.iter().map(|(_, value)| Expr::Mapping(value)));
        }
        Kind::Lookup(lookup) => all.extend(lookup.r#where.iter().map(|(_, value)| Expr::Text(value))),
        Kind::Wait(wait) => wait.say.iter().for_each(|say| text(&mut all, say)),
        Kind::Watch(Watch::Incident(of) | Watch::Ticket(of)) => all.push(Expr::Text(of)),
        Kind::Connect(Connect::Enter(enter)) => all.push(Expr::Text(&enter.code)),
        Kind::Connect(Connect::Show | Connect::End) => {}
        Kind::End(_) => {}
    }
    all
}

pub fn handled<'a>(all: &mut Vec<Expr<'a>>, handlers: &'a Handlers) {
    handlers.all().filter_map(|handler| handler.say.as_ref()).for_each(|say| text(all, say));
}

fn json<'a>(all: &mut Vec<Expr<'a>>, body: &'a Json) {
    match body {
        Json::Literal(_) => {}
        Json::Text(text) => all.push(Expr::Text(text)),
        Json::Value(value) => all.push(Expr::Value(value)),
        Json::List(items) => items.iter().for_each(|item| json(all, item)),
        Json::Map(pairs) => pairs.iter().for_each(|(_, value)| json(all, value)),
    }
}

pub fn text<'a>(all: &mut Vec<Expr<'a>>, text: &'a Text) {
    all.extend(text.written.values().chain(text.spoken.values()).map(Expr::Text));
}
