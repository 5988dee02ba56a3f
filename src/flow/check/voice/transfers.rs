//! A call that is put through comes back where that came to nothing: each end must lead somewhere.

use crate::flow::step::Handoff;
use crate::source::Diagnostic;

/// Every result of a transfer has a way of its own, or the one for nobody coming.
pub fn check(handoff: &Handoff, found: &mut Vec<Diagnostic>) {
    let Some(transfer) = &handoff.transfer else { return };
    if handoff.on_unreached.is_some() {
        return;
    }
    let ways = [
        ("on_busy", &transfer.on_busy),
        ("on_no_answer", &transfer.on_no_answer),
        ("on_failed", &transfer.on_failed),
    ];
    let lost: Vec<&str> = ways.iter().filter(|(_, way)| way.is_none()).map(|(name, _)| *name).collect();
    if lost.is_empty() {
        return;
    }
    let message =
        format!("a caller who is not put through is sent on as if they had been: no {}", lost.join(", "));
    let help = "say where it goes: `on_unreached:` of the handoff for all of them, or each in `transfer`";
    found.push(Diagnostic::error("V621", transfer.to.at.clone(), message).help(help));
}
