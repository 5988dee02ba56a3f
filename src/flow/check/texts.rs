//! Every template and condition of a step, in the order in which it is evaluated.

use crate::flow::step::{Kind, Step};
use crate::flow::{Condition, Template, Text};

/// A template or a condition.
#[derive(Debug, Clone, Copy)]
pub enum Expr<'a> {
    Text(&'a Template),
    Condition(&'a Condition),
}

impl Expr<'_> {
    pub fn source(&self) -> &str {
        match self {
            Self::Text(text) => &text.source,
            Self::Condition(condition) => &condition.source,
        }
    }

    /// Whether this is words without markup.
    pub fn is_plain(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_plain())
    }

    pub fn at(&self) -> &crate::source::Place {
        match self {
            Self::Text(text) => &text.at,
            Self::Condition(condition) => &condition.at,
        }
    }

    pub fn reads(&self) -> &std::collections::BTreeSet<String> {
        match self {
            Self::Text(text) => text.reads(),
            Self::Condition(condition) => condition.reads(),
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
        }
        Kind::Ask(ask) => {
            text(&mut all, &ask.prompt);
            ask.reprompts.iter().for_each(|reprompt| text(&mut all, reprompt));
        }
        Kind::Confirm(confirm) => {
            text(&mut all, &confirm.prompt);
            confirm.reprompts.iter().for_each(|reprompt| text(&mut all, reprompt));
        }
        Kind::Faq(faq) => {
            all.push(Expr::Text(&faq.query));
            all.extend(faq.context.iter().map(Expr::Text));
            faq.ask.iter().for_each(|ask| text(&mut all, ask));
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
        Kind::Handoff(handoff) => handoff.say.iter().for_each(|say| text(&mut all, say)),
        Kind::Survey(survey) => survey.prompt.iter().for_each(|prompt| text(&mut all, prompt)),
        Kind::End(_) => {}
    }
    all
}

pub fn text<'a>(all: &mut Vec<Expr<'a>>, text: &'a Text) {
    all.extend(text.written.values().chain(text.spoken.values()).map(Expr::Text));
}
