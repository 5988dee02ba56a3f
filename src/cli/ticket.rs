//! `vestibule ticket`: tickets as the database has them.

use std::io::Write;

use serde_json::{Value, json};

use crate::conversation::{Event, code};
use crate::store::{JournalRow, Store, TicketRow};

/// All tickets, newest first: with `json` an object a line, else a table.
///
/// # Errors
/// The store's, or an output that takes nothing.
pub async fn list(store: &Store, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let tickets = store.tickets(None).await?;
    if json {
        for ticket in &tickets {
            writeln!(out, "{}", summary(ticket))?;
        }
        return Ok(());
    }
    if tickets.is_empty() {
        writeln!(out, "no tickets")?;
        return Ok(());
    }
    writeln!(
        out,
        "{:<12} {:<9} {:<8} {:<14} {:<10} {:<20} subject",
        "code", "state", "priority", "category", "channel", "created"
    )?;
    for ticket in &tickets {
        writeln!(
            out,
            "{:<12} {:<9} {:<8} {:<14} {:<10} {:<20} {}",
            code::grouped(&ticket.code),
            ticket.state,
            ticket.priority,
            printable(&ticket.category),
            ticket.channel,
            ticket.created.strftime("%Y-%m-%d %H:%M UTC"),
            printable(&ticket.subject),
        )?;
    }
    Ok(())
}

/// One ticket, whole. False where there is none with that code.
///
/// # Errors
/// The store's, or an output that takes nothing.
pub async fn show(
    store: &Store,
    written: &str,
    json: bool,
    colour: bool,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let found = match code::parse(written) {
        Some(code) => store.ticket(&code).await?,
        None => None,
    };
    let Some(ticket) = found else {
        let why = if code::parse(written).is_some() { "no ticket has" } else { "no ticket can have" };
        eprintln!("vestibule: {why} the code {}", printable(written));
        return Ok(false);
    };
    let journal = store.journal(ticket.conversation).await?;
    let history = store.ticket_history(&ticket.code).await?;
    let transcript = transcript(&journal);
    if json {
        let mut whole = summary(&ticket);
        let more = json!({
            "transcript": transcript,
            "slots": ticket.slots,
            "answers": ticket.answers,
            "history": history,
            "body": ticket.body,
            "fields": ticket.fields,
            "without_faq": ticket.without_faq,
        });
        if let (Value::Object(whole), Value::Object(more)) = (&mut whole, more) {
            whole.extend(more);
        }
        writeln!(out, "{whole}")?;
        return Ok(true);
    }
    people(&ticket, &transcript, colour, out)?;
    for change in history {
        let text = change.text.map(|text| format!(": {}", printable(&text))).unwrap_or_default();
        writeln!(
            out,
            "  {} {} {}{text}",
            change.at.strftime("%Y-%m-%d %H:%M"),
            printable(&change.by),
            change.what
        )?;
    }
    Ok(true)
}

fn summary(ticket: &TicketRow) -> Value {
    json!({
        "code": ticket.code,
        "channel": ticket.channel,
        "external_id": ticket.external_id,
        "category": ticket.category,
        "type": ticket.r#type,
        "priority": ticket.priority,
        "state": ticket.state,
        "flow": ticket.flow,
        "created": ticket.created,
        "updated": ticket.updated,
        "urgency": ticket.urgency,
        "impact": ticket.impact,
        "queue": ticket.queue,
        "agent": ticket.agent,
        "locale": ticket.locale,
        "subject": ticket.subject,
        "unreached": ticket.unreached,
        "conversation": ticket.conversation,
    })
}

/// Who said what, in order: `{seq, from: contact|bot|agent|system, text, at}`.
fn transcript(journal: &[JournalRow]) -> Vec<Value> {
    let line = |row: &JournalRow, event: &Event| {
        let (seq, from, text) = match event {
            Event::Heard { seq, text, .. } => (*seq, "contact", text.clone()),
            Event::Prompted { seq, prompt } => (*seq, "bot", prompt.plain()),
            Event::AgentWrote { seq, text, .. } => (*seq, "agent", text.clone()),
            Event::FileReceived { seq, name, .. } => (*seq, "contact", name.clone()),
            _ => return None,
        };
        Some(json!({ "seq": seq, "from": from, "text": text, "at": row.at }))
    };
    journal.iter().flat_map(|row| row.events.iter().filter_map(move |event| line(row, event))).collect()
}

fn people(
    ticket: &TicketRow,
    transcript: &[Value],
    colour: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let (bold, plain) = if colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    writeln!(out, "{bold}{} {}{plain}", code::grouped(&ticket.code), printable(&ticket.subject))?;
    writeln!(
        out,
        "{} {} · {} priority ({} × {}) · {} · {} · {}",
        ticket.state,
        ticket.r#type,
        ticket.priority,
        ticket.urgency,
        ticket.impact,
        printable(&ticket.category),
        ticket.channel,
        ticket.locale
    )?;
    if !ticket.body.is_empty() {
        writeln!(out, "\n{}", printable(&ticket.body))?;
    }
    writeln!(out, "\n{bold}slots{plain}")?;
    for (name, value) in &ticket.slots {
        writeln!(out, "  {name}: {}", printable(&value.to_string()))?;
    }
    writeln!(out, "{bold}answers offered{plain}")?;
    for answer in &ticket.answers {
        let how = match (answer.solved, &answer.reason) {
            (Some(true), _) => "solved it",
            (_, Some(reason)) => reason.as_str(),
            (Some(false), None) => "refused",
            (None, None) => "left open",
        };
        writeln!(out, "  {} ({how})", answer.article)?;
    }
    writeln!(out, "{bold}transcript{plain}")?;
    for line in transcript {
        let text = |key: &str| line.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        writeln!(out, "  {}: {}", text("from"), printable(&text("text")))?;
    }
    writeln!(out, "{bold}history{plain}")?;
    Ok(())
}

/// Without control characters, so that nothing that people wrote can steer the terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
