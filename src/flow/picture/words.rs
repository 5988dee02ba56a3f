//! What a step is about, in a few words.

use crate::flow::graph::Exit;
use crate::flow::step::{ChooseOption, Connect, Kind, Until};
use crate::flow::{Flow, Step, Text};

/// Picks texts in one language.
#[derive(Debug, Clone, Copy)]
pub struct Tongue<'a> {
    pub locale: &'a str,
    pub fallback: &'a str,
}

impl Tongue<'_> {
    pub fn text(&self, text: &Text) -> String {
        text.pick(self.locale, self.fallback, false)
            .map(|template| bare(&template.source))
            .unwrap_or_default()
    }
}

/// A template as a person reads it: `{{ slots.name }}` as `{name}`, tags and comments dropped, on one line.
pub fn bare(source: &str) -> String {
    let mut out = String::new();
    let mut rest = source;
    while let Some(open) = rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min() {
        out.push_str(&rest[..open]);
        let (inner, after) = match rest.get(open + 1..open + 2) {
            Some("{") => split(&rest[open + 2..], "}}"),
            Some("%") => split(&rest[open + 2..], "%}"),
            _ => split(&rest[open + 2..], "#}"),
        };
        if rest[open..].starts_with("{{") {
            let name = inner.split('|').next().unwrap_or_default().trim().trim_matches('-').trim();
            out.push_str(&format!("{{{}}}", name.strip_prefix("slots.").unwrap_or(name)));
        }
        rest = after;
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn split<'t>(text: &'t str, end: &str) -> (&'t str, &'t str) {
    text.split_once(end).unwrap_or((text, ""))
}

/// What stands in the box of a step.
pub fn of(step: &Step, tongue: Tongue<'_>) -> String {
    match &step.kind {
        Kind::Say(say) => tongue.text(&say.text),
        Kind::Choose(choose) => tongue.text(&choose.prompt),
        Kind::Ask(ask) => tongue.text(&ask.prompt),
        Kind::Confirm(confirm) => tongue.text(&confirm.prompt),
        Kind::Faq(faq) => format!("offers answers to {}", bare(&faq.query.source)),
        Kind::Set(set) => {
            let one = |(slot, value): &(crate::source::Placed<String>, crate::flow::Template)| {
                format!("{} = {}", slot.value, bare(&value.source))
            };
            set.assignments.iter().map(one).collect::<Vec<_>>().join(", ")
        }
        Kind::Branch(branch) => format!("{} ways", branch.arms.len()),
        Kind::Call(call) => format!("runs the flow {}", call.flow.value),
        Kind::Ticket(ticket) => {
            format!("{} · {}", bare(&ticket.category.source), bare(&ticket.subject.source))
        }
        Kind::Status(status) => match &status.code {
            Some(code) => format!("tells the state of ticket {}", bare(&code.source)),
            None => "tells the state of all tickets".to_owned(),
        },
        Kind::Handoff(handoff) => {
            let queue = handoff.queue.as_ref().map_or("default", |queue| queue.value.as_str());
            match &handoff.transfer {
                Some(transfer) => {
                    format!(
                        "a person of the queue {queue}; a call is put through to {}",
                        bare(&transfer.to.source)
                    )
                }
                None => format!("waits for a person of the queue {queue}"),
            }
        }
        Kind::Voicemail(voicemail) => match &voicemail.prompt {
            Some(prompt) => tongue.text(prompt),
            None => "records a message on a call".to_owned(),
        },
        Kind::Survey(survey) => match &survey.prompt {
            Some(prompt) => tongue.text(prompt),
            None => format!("asks for a score ({})", survey.ask.word()),
        },
        Kind::Http(http) => format!("{} {}", http.method.value, bare(&http.url.source)),
        Kind::Lookup(lookup) => {
            let columns: Vec<&str> = lookup.r#where.iter().map(|(column, _)| column.value.as_str()).collect();
            format!("looks up {} in the table {}", columns.join(", "), lookup.table.value)
        }
        Kind::Wait(wait) => match wait.until.value {
            Until::After(seconds) if seconds % 60 == 0 => format!("waits {} min", seconds / 60),
            Until::After(seconds) => format!("waits {seconds} s"),
            Until::Open => "waits until the desk is open".to_owned(),
        },
        Kind::Watch(_) => "tells the contact of what changes".to_owned(),
        Kind::Connect(Connect::Show) => "shows a code for another channel".to_owned(),
        Kind::Connect(Connect::Enter(enter)) => {
            format!("links with another channel by the code {}", bare(&enter.code.source))
        }
        Kind::Connect(Connect::End) => "parts this channel from the others".to_owned(),
        Kind::End(end) => end.outcome.value.clone(),
    }
}

/// The slot that a step fills.
pub fn slot(step: &Step) -> Option<&str> {
    match &step.kind {
        Kind::Choose(choose) => choose.slot.as_ref(),
        Kind::Ask(ask) => Some(&ask.slot),
        Kind::Confirm(confirm) => confirm.slot.as_ref(),
        Kind::Say(_)
        | Kind::Faq(_)
        | Kind::Set(_)
        | Kind::Branch(_)
        | Kind::Call(_)
        | Kind::Ticket(_)
        | Kind::Status(_)
        | Kind::Handoff(_)
        | Kind::Survey(_)
        | Kind::Http(_)
        | Kind::Lookup(_)
        | Kind::Wait(_)
        | Kind::Watch(_)
        | Kind::Connect(_)
        | Kind::Voicemail(_)
        | Kind::End(_) => None,
    }
    .map(|slot| slot.value.as_str())
}

/// What stands on a way out.
pub fn exit(flow: &Flow, step: &Step, exit: &Exit, tongue: Tongue<'_>) -> String {
    match exit {
        Exit::Next => String::new(),
        Exit::Skipped => "or skipped".to_owned(),
        Exit::Option(value) => option(step, value).map_or_else(
            || value.clone(),
            |option| {
                let label = tongue.text(&option.label);
                if label.is_empty() { value.clone() } else { label }
            },
        ),
        Exit::Yes => "yes".to_owned(),
        Exit::No => "no".to_owned(),
        Exit::Resolved => "solved".to_owned(),
        Exit::Unresolved => "not solved".to_owned(),
        Exit::Failure => "3 failures".to_owned(),
        Exit::Arm(place) => arm(flow, step, *place),
        Exit::Otherwise => "otherwise".to_owned(),
        Exit::Unreached => "nobody came".to_owned(),
        Exit::Busy => "busy".to_owned(),
        Exit::NoAnswer => "no answer".to_owned(),
        Exit::TransferFailed => "not put through".to_owned(),
        Exit::Unrecorded => "no message".to_owned(),
        Exit::Miss(miss, place) => format!("{} {place}", miss.word().replace('_', " ")),
        Exit::Error => "error".to_owned(),
        Exit::Missing => "no such row".to_owned(),
        Exit::Refused => "code refused".to_owned(),
        Exit::Barred => "cannot link".to_owned(),
        Exit::End => String::new(),
    }
}

fn option<'s>(step: &'s Step, value: &str) -> Option<&'s ChooseOption> {
    let Kind::Choose(choose) = &step.kind else { return None };
    choose.options.iter().find(|option| option.value == value)
}

fn arm(flow: &Flow, step: &Step, place: usize) -> String {
    let Kind::Branch(branch) = &step.kind else { return format!("{} {place}", flow.name) };
    let when = branch.arms.get(place.wrapping_sub(1)).and_then(|arm| arm.when.as_ref());
    when.map_or_else(|| "otherwise".to_owned(), |when| condition(&when.source))
}

/// A condition without the braces that may stand around it, on one line.
pub fn condition(source: &str) -> String {
    let trimmed = source.trim();
    let inner = trimmed.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(trimmed);
    inner.split_whitespace().collect::<Vec<_>>().join(" ").replace("slots.", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_read_like_sentences() {
        assert_eq!(
            bare("Hi{% if a %} {{ contact.name }}{% endif %}, {{ slots.x | truncate(3) }}\n!"),
            "Hi {contact.name}, {x} !"
        );
        assert_eq!(bare("{{ open"), "{open}");
        assert_eq!(bare("{# note #}so"), "so");
        assert_eq!(bare("{%"), "");
    }
}
