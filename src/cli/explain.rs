//! `vestibule ticket explain`: how the targets of a ticket stand, span by span.

use std::io::Write;

use jiff::{SignedDuration, Timestamp};

use super::ticket::printable;
use crate::app::tickets::{Known, TicketError, policies};
use crate::config::Desk;
use crate::conversation::code;
use crate::desk::targets::{Count, counts};
use crate::http::desk::targets::Targets;
use crate::store::Store;

/// False where no ticket has the code.
///
/// # Errors
/// The store's, or an output that takes nothing.
pub async fn run(
    store: &Store,
    desk: &Desk,
    written: &str,
    json: bool,
    colour: bool,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let known = match code::parse(written) {
        Some(code) => Known::read(store, &code).await,
        None => Err(TicketError::Unknown(written.to_owned())),
    };
    let known = match known {
        Ok(known) => known,
        Err(TicketError::Unknown(_)) => {
            eprintln!("vestibule: no ticket has the code {}", printable(written));
            return Ok(false);
        }
        Err(error) => return Err(error.into()),
    };
    let now = Timestamp::now();
    let counts = counts(&policies(desk), &known.history, now);
    if json {
        let told = Targets::new(&known.row.code, counts, now);
        writeln!(out, "{}", serde_json::to_string(&told)?)?;
        return Ok(true);
    }
    let (bold, plain) = if colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    let ticket = &known.ticket;
    writeln!(out, "{bold}{}{plain}", code::grouped(&known.row.code))?;
    writeln!(
        out,
        "{} {}, {} priority, queue {}, tier {}",
        ticket.state.word(),
        ticket.kind.word(),
        ticket.priority.word(),
        ticket.queue,
        ticket.tier
    )?;
    if desk.targets.is_empty() {
        writeln!(out, "the settings promise nothing: desk.targets is empty")?;
    }
    for count in &counts {
        writeln!(out, "\n{bold}{}{plain} {}", count.target.word(), summary(count, desk))?;
        for span in &count.spans {
            let lasted = span.to.duration_since(span.from);
            let (local, until) = (desk.hours.local(span.from), desk.hours.local(span.to));
            writeln!(
                out,
                "  {} – {}  {:>8}  {:<15} {}",
                local.strftime("%a %Y-%m-%d %H:%M"),
                until.strftime("%a %Y-%m-%d %H:%M"),
                long(lasted),
                span.why.word(),
                span.policy.as_deref().unwrap_or("–")
            )?;
        }
    }
    Ok(true)
}

fn summary(count: &Count, desk: &Desk) -> String {
    let at = |moment: Timestamp| desk.hours.local(moment).strftime("%a %Y-%m-%d %H:%M").to_string();
    let mut told = format!("{}, {}", count.word(), long(count.used));
    if let Some(allowed) = count.allowed {
        told += &format!(" of {}", long(allowed));
    }
    for (word, moment) in [
        ("due", count.due),
        ("near since", count.warned),
        ("missed at", count.breached),
        ("ended", count.ended),
    ] {
        if let Some(moment) = moment {
            told += &format!(", {word} {}", at(moment));
        }
    }
    told
}

/// `3:05`, hours and minutes.
fn long(time: SignedDuration) -> String {
    format!("{}:{:02}", time.as_hours(), time.as_mins() % 60)
}
