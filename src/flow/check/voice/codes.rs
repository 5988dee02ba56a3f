//! Codes are spoken digit by digit, in groups. A ticket's code is marked for that, so it must reach the channel as it
//! is; another row of digits is read as one number unless the text parts its digits.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::parts::{Shown, shown};
use crate::flow::check::set::Set;
use crate::flow::{Flow, SlotKind, Template};
use crate::source::Diagnostic;

/// Digits from which on a row is a code, and no number that one would say.
const LONG: usize = 5;

pub fn check(set: &Set<'_>, flow: &Flow, template: &Template, found: &mut Vec<Diagnostic>) {
    if template.is_plain() || !(template.source.contains("slots") || template.source.contains("ticket")) {
        return;
    }
    for shown in shown(template) {
        let problem = match shown.path.split_once('.') {
            Some(("ticket", "code")) => of_ticket(&shown),
            Some(("slots", slot)) => of_slot(flow, slot, &shown),
            _ => None,
        };
        if let Some((message, help)) = problem {
            let at = set.within(template, shown.at, shown.len);
            found.push(Diagnostic::warning("V611", at, message).help(help));
        }
    }
}

fn of_ticket(shown: &Shown) -> Option<(String, String)> {
    let change = shown.through.first()?;
    let message = format!("`{change}` changes the code, which is then not spoken in groups and not repeated");
    Some((message, "write `{{ ticket.code }}` as it is".to_owned()))
}

fn of_slot(flow: &Flow, name: &str, shown: &Shown) -> Option<(String, String)> {
    let slot = flow.slots.get(name).filter(|slot| !slot.sensitive)?;
    let digits = match &slot.kind {
        SlotKind::Pattern { pattern } => is_code(pattern.as_str()),
        SlotKind::Phone => true,
        SlotKind::Text { .. }
        | SlotKind::Number { .. }
        | SlotKind::Date { .. }
        | SlotKind::Email
        | SlotKind::Choice { .. }
        | SlotKind::Bool
        | SlotKind::File => false,
    };
    if !digits || !shown.through.is_empty() {
        return None;
    }
    let message = format!("a caller hears `{name}` as one large number");
    let help = format!("say its digits one by one, in a `voice:`: {{{{ slots.{name} | list | join(' ') }}}}");
    Some((message, help))
}

/// Whether a pattern takes nothing but digits and what parts them, and may take a long row.
fn is_code(pattern: &str) -> bool {
    regex_syntax::parse(pattern)
        .is_ok_and(|hir| only_digits(&hir) && hir.properties().maximum_len().is_none_or(|most| most >= LONG))
}

fn only_digits(hir: &Hir) -> bool {
    let fits = |c: char| c.is_numeric() || matches!(c, ' ' | '-' | '.' | '/');
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).is_ok_and(|text| text.chars().all(fits)),
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().iter().all(|range| fits(range.start()) && fits(range.end()))
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().all(|range| fits(range.start().into()) && fits(range.end().into()))
        }
        HirKind::Repetition(repetition) => only_digits(&repetition.sub),
        HirKind::Capture(capture) => only_digits(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(only_digits),
    }
}

#[cfg(test)]
mod tests {
    use super::is_code;

    #[test]
    fn which_patterns_are_codes() {
        for pattern in ["[0-9]{6}", r"^(?:\d{5})$", "[0-9]{3}[ -]?[0-9]{3}", "[0-9]+", "(00|39)[0-9]{4,8}"] {
            assert!(is_code(pattern), "{pattern}");
        }
        for pattern in ["[0-9]{4}", "[A-Z]{2}[0-9]{6}", ".+", "[ -~]{8}", "K[0-9]{6}"] {
            assert!(!is_code(pattern), "{pattern}");
        }
    }
}
