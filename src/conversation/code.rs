//! Ticket codes: eight random-looking digits and a check digit, derived from the turn.

use super::ids::{self, ConversationId};

/// Digits in a code, the check digit among them.
pub const LENGTH: usize = 9;

/// The quasigroup of order 10 of H. M. Damm, "Total anti-symmetrische Quasigruppen" (2004): every single wrong digit
/// and every swap of neighbours is seen.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

fn damm(digits: &str) -> u8 {
    digits.bytes().fold(0, |state, digit| DAMM[usize::from(state)][usize::from((digit - b'0') % 10)])
}

/// The code of the ticket that turn `turn` of a conversation opens. `salt` counts the clashes met so far.
pub fn of_turn(conversation: ConversationId, turn: u64, salt: u32) -> String {
    let derived = ids::of_turn(conversation, turn, "ticket", salt).as_u128();
    // Not all of the first digits: a code never begins with 0, so that nobody drops it in writing.
    let digits = 10_000_000 + u64::try_from(derived % 90_000_000).unwrap_or_default();
    checked(&digits.to_string())
}

/// The code of eight random digits; `random` is to be even over all its values.
pub fn of_random(random: u64) -> String {
    checked(&(10_000_000 + random % 90_000_000).to_string())
}

fn checked(digits: &str) -> String {
    let check = damm(digits);
    format!("{digits}{check}")
}

/// The bare digits of a code as people write and key it, with spaces, hyphens or dots, where the check digit is right.
pub fn parse(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(LENGTH);
    for c in text.trim().trim_start_matches('#').chars() {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '-' | '.' | '\u{a0}' | '\u{2011}' | '\u{2013}' => {}
            _ => return None,
        }
    }
    (digits.len() == LENGTH && damm(&digits) == 0).then_some(digits)
}

/// A code in groups of three, as it is spoken: `123 456 789`.
pub fn grouped(code: &str) -> String {
    let digits: Vec<char> = code.chars().collect();
    digits.chunks(3).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_checks() {
        assert_eq!(damm("572"), 4);
        assert_eq!(damm("5724"), 0);
    }

    #[test]
    fn any_single_error_or_swap_is_refused() {
        let code = of_turn(ids::conversation("web", "a", "b"), 3, 0);
        assert_eq!(parse(&code), Some(code.clone()));
        assert_eq!(parse(&grouped(&code)), Some(code.clone()));
        for at in 0..code.len() {
            let mut wrong: Vec<u8> = code.clone().into_bytes();
            wrong[at] = b'0' + (wrong[at] - b'0' + 1) % 10;
            assert_eq!(parse(std::str::from_utf8(&wrong).unwrap_or_default()), None);
        }
    }
}
