//! How long a text takes to speak: its fixed words, and a bound for what is filled in.

use crate::flow::check::token::{Piece, Segment, Token, TokenKind};
use crate::flow::check::voice::Role;
use crate::flow::check::voice::parts::heard;
use crate::flow::limits::voice;
use crate::flow::{Flow, SlotKind, Template};
use crate::source::Diagnostic;

pub fn check(flow: &Flow, role: Role, template: &Template, found: &mut Vec<Diagnostic>) {
    let (most, what) = match role {
        Role::Prompt => (voice::PROMPT_WORDS, "a prompt"),
        // The first option follows it.
        Role::Menu => (voice::WORDS_A_MINUTE * voice::FIRST_OPTION_SECONDS / 60, "what stands before a menu"),
        Role::Say => (voice::ANSWER / CHARACTERS_A_WORD, "a text"),
        Role::Label => return,
    };
    // A text of so few bytes holds no more words.
    if template.is_plain() && template.source.len() < 2 * most {
        return;
    }
    let words = words(flow, template);
    if words <= most {
        return;
    }
    let seconds = |words: usize| words * 60 / voice::WORDS_A_MINUTE;
    let message = format!(
        "this takes {} seconds to speak, and {what} takes at most {}",
        seconds(words).max(seconds(most) + 1),
        seconds(most)
    );
    let help = format!("give a shorter `voice:`, of at most {most} words");
    found.push(Diagnostic::warning("V604", template.at.clone(), message).help(help));
}

/// With the space behind it.
const CHARACTERS_A_WORD: usize = 6;

/// The words of a text at most: of `if` and `else` the longer counts, a loop's body once.
fn words(flow: &Flow, template: &Template) -> usize {
    if template.is_plain() {
        return spoken_words(&template.source);
    }
    // For each open block the longest of the parts that were read, and the part that is read now.
    let mut open: Vec<(usize, usize)> = vec![(0, 0)];
    for segment in heard(template) {
        let more = match &segment {
            Segment::Words(range) => spoken_words(&template.source[range.clone()]),
            Segment::Piece(Piece::Expression(tokens)) => filled(flow, tokens),
            Segment::Piece(Piece::Statement(word, _)) => {
                block(&mut open, word);
                0
            }
        };
        if let Some((_, now)) = open.last_mut() {
            *now += more;
        }
    }
    open.into_iter().map(|(longest, now)| longest.max(now)).sum()
}

fn block(open: &mut Vec<(usize, usize)>, word: &str) {
    match word {
        "if" | "for" => open.push((0, 0)),
        "elif" | "else" => {
            if let Some((longest, now)) = open.last_mut() {
                *longest = (*longest).max(std::mem::take(now));
            }
        }
        "endif" | "endfor" if open.len() > 1 => {
            let (longest, now) = open.pop().unwrap_or_default();
            if let Some((_, outer)) = open.last_mut() {
                *outer += longest.max(now);
            }
        }
        _ => {}
    }
}

/// Words as a voice speaks them: of a long run of digits each is one.
pub fn spoken_words(text: &str) -> usize {
    text.split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(|word| {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            if digits > 4 { digits } else { 1 }
        })
        .sum()
}

/// What an expression yields at most, in words: by the slot that it shows, or the texts in it.
fn filled(flow: &Flow, tokens: &[Token]) -> usize {
    if let Some(outcomes) = crate::flow::check::scan::outcomes(tokens) {
        return outcomes.iter().map(|(text, ..)| spoken_words(text)).max().unwrap_or_default();
    }
    let read = tokens.windows(3).find_map(|three| match three {
        [root, point, name] if point.is_sign(".") => Some((root.name()?, name.name()?)),
        _ => None,
    });
    match read {
        Some(("slots", slot)) => flow.slots.get(slot).map_or(UNKNOWN, |slot| of_slot(&slot.kind)),
        // Digit by digit, and once more.
        Some(("ticket", "code")) => 20,
        Some(("contact", _)) => 2,
        _ => match tokens {
            [Token { kind: TokenKind::Text(text), .. }] => spoken_words(text),
            _ => UNKNOWN,
        },
    }
}

const UNKNOWN: usize = 3;

fn of_slot(kind: &SlotKind) -> usize {
    match kind {
        SlotKind::Text { max, .. } => max.map_or(10, |max| (max / CHARACTERS_A_WORD).clamp(1, 10)),
        SlotKind::Number { .. } => 3,
        SlotKind::Date { .. } => 4,
        SlotKind::Email => 8,
        SlotKind::Phone => 12,
        SlotKind::Choice { options } => {
            options.iter().map(|option| option.split(['_', '-', ' ']).count()).max().unwrap_or(1)
        }
        SlotKind::Bool => 1,
        SlotKind::Pattern { .. } => 8,
        SlotKind::File => UNKNOWN,
    }
}
