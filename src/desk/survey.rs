//! Whom a survey asks: a share of the tickets that are closed, always the same for the same ticket.

use super::history::{Change, Entry, Relation, Ticket};
use super::ticket::{State, TicketType};

/// Whether a ticket is among the `percent` of 100 that are asked `about`.
pub fn sampled(code: &str, about: &str, percent: u8) -> bool {
    spread(code, about, 100) < u64::from(percent)
}

/// A number from 0 to below `parts` that belongs to a ticket and what it is `about`: spread evenly over tickets.
pub fn spread(code: &str, about: &str, parts: u64) -> u64 {
    // FNV-1a: spread evenly, and the same on every machine.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in about.bytes().chain([b' ']).chain(code.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    // The high bits are the well mixed ones.
    (hash >> 32) % parts.max(1)
}

/// Whether there is somebody to ask about a ticket that is closed now: a contact, who was not asked since it was resolved,
/// about a ticket that was a matter of its own.
pub fn fits(ticket: &Ticket, history: &[Entry]) -> bool {
    let resolved =
        history.iter().rposition(|entry| matches!(entry.change, Change::Moved { to: State::Resolved, .. }));
    let Some(resolved) = resolved else { return false };
    let answered = history[resolved..].iter().any(|entry| matches!(entry.change, Change::Surveyed { .. }));
    matches!(ticket.kind, TicketType::Incident | TicketType::ServiceRequest)
        && !answered
        && !ticket.links.iter().any(|(how, _)| *how == Relation::DuplicateOf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_asked_and_it_is_always_the_same() {
        let codes: Vec<String> = (0..10_000).map(|n| format!("{:09}", n * 7_919)).collect();
        for percent in [0, 20, 50, 100] {
            let asked = codes.iter().filter(|code| sampled(code, "csat", percent)).count();
            assert!(asked.abs_diff(usize::from(percent) * 100) < 150, "{asked} of {percent} %");
        }
        let both = codes.iter().filter(|code| sampled(code, "csat", 50) && sampled(code, "nps", 50)).count();
        assert!(both.abs_diff(2_500) < 200, "independent of each other: {both}");
        assert!(sampled("123456782", "csat", 40) == sampled("123456782", "csat", 40));
    }
}
