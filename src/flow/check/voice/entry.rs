//! Whether a slot can be filled on a call at all: by keys, or by speech.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::flow::SlotKind;
use crate::flow::parse::draft::Draft;
use crate::flow::step::Ask;
use crate::source::Diagnostic;

pub fn check(draft: &Draft, ask: &Ask, found: &mut Vec<Diagnostic>) {
    let Some(slot) = draft.flow.slots.get(&ask.slot.value) else { return };
    if draft.untyped.contains(&slot.name) {
        return;
    }
    let way_out = ask.on_failure.is_some() || draft.flow.on_failure.is_some();
    let problem = |message: String, severe: bool| match severe {
        true => Diagnostic::error("V605", ask.slot.at.clone(), message),
        false => Diagnostic::warning("V605", ask.slot.at.clone(), message),
    };
    match &slot.kind {
        SlotKind::File => {
            let message = format!("a caller cannot give `{}`: a file cannot be keyed or spoken", slot.name);
            let help = "ask in chat only, `when: not channel.voice`, or lead callers on with `on_failure`";
            found.push(problem(message, !way_out).help(help));
        }
        SlotKind::Pattern { pattern } => {
            let written = pattern.as_str();
            if slot.digits && !some_digits_fit(written) {
                let message =
                    format!("a caller cannot key `{}`: no row of digits fits its pattern", slot.name);
                let help = "change the `pattern`, or leave `voice: digits` out so that it is spoken";
                found.push(problem(message, !way_out).help(help));
            } else if !some_digits_fit(written) {
                let message =
                    format!("a caller has to spell `{}`: its pattern takes more than digits", slot.name);
                let help = "ask callers for something with digits only, or ask in chat only: `when: not channel.voice`";
                found.push(problem(message, false).help(help));
            }
        }
        SlotKind::Email if slot.digits => {
            let message =
                format!("a caller cannot key `{}`: an e-mail address holds more than digits", slot.name);
            found.push(problem(message, !way_out).help("leave `voice: digits` out, so that it is spoken"));
        }
        SlotKind::Text { .. }
        | SlotKind::Number { .. }
        | SlotKind::Date { .. }
        | SlotKind::Email
        | SlotKind::Phone
        | SlotKind::Choice { .. }
        | SlotKind::Bool => {}
    }
}

/// Whether some text of digits alone fits a pattern. What cannot be told counts as fitting.
fn some_digits_fit(pattern: &str) -> bool {
    regex_syntax::parse(pattern).map_or(true, |hir| digits_fit(&hir))
}

fn digits_fit(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(u8::is_ascii_digit),
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().iter().any(|range| range.start() <= '9' && range.end() >= '0')
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().any(|range| range.start() <= b'9' && range.end() >= b'0')
        }
        HirKind::Repetition(repetition) => repetition.min == 0 || digits_fit(&repetition.sub),
        HirKind::Capture(capture) => digits_fit(&capture.sub),
        HirKind::Concat(parts) => parts.iter().all(digits_fit),
        HirKind::Alternation(parts) => parts.iter().any(digits_fit),
    }
}

#[cfg(test)]
mod tests {
    use super::some_digits_fit;

    #[test]
    fn which_patterns_take_digits() {
        for pattern in
            ["[0-9]{6}", "^(?:[0-9]{8}|K-[A-Z]+)$", ".+", r"\w{3}", "(?:IT)?[0-9]+", "(((a|1)*)+)$"]
        {
            assert!(some_digits_fit(pattern), "{pattern}");
        }
        for pattern in ["[A-Z]{2}[0-9]{4}", "INV-[0-9]+", "[a-z]+", "[A-F]x|[G-Z]"] {
            assert!(!some_digits_fit(pattern), "{pattern}");
        }
    }
}
