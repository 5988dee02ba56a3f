//! What agents read in a room: the card, and the journal as lines. Plain text: nothing that a person wrote is markup.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::channels::{ConversationRow, JournalRow};
use crate::channel::render::cut;
use crate::conversation::{ConversationId, Event, Owner, Undelivered, code};

/// The last words on a card.
const WORDS: usize = 300;

/// A line, and for one that an agent wrote its number.
pub struct Line {
    pub text: String,
    pub agents_seq: Option<u64>,
}

/// A room's name, of at most `most` characters.
pub fn title(row: &ConversationRow, most: usize) -> String {
    let who = row.contact_name.clone().unwrap_or_else(|| row.address.clone());
    let flat = format!("{who} · {}", row.channel).replace('\n', " ");
    cut(&flat, most)
}

/// Who, where, what, slots, answers offered, tickets, and by when; at most `most` characters.
pub fn text(
    most: usize,
    row: &ConversationRow,
    journal: &[JournalRow],
    sensitive: &BTreeSet<String>,
    target: Option<&str>,
) -> String {
    let who = row.contact_name.as_deref().unwrap_or("somebody");
    let mut lines = vec![format!("{who} · {} {} · {}", row.channel, row.address, row.locale)];
    lines.push(match (row.owner.as_str(), &row.owner_name) {
        _ if row.life == "closed" => format!("Closed: {}", row.outcome.as_deref().unwrap_or("over")),
        ("queue", Some(queue)) => format!("Waits in the queue {queue}"),
        ("agent", Some(agent)) => format!("{agent} has it"),
        _ => "The bot has it".to_owned(),
    });
    let events = || journal.iter().flat_map(|row| &row.events);
    let mut heard = events().filter_map(|event| match event {
        Event::Heard { text, .. } => Some(text.as_str()),
        _ => None,
    });
    lines.extend(heard.next_back().map(|said| format!("Said: {}", cut(said, WORDS))));
    let mut slots: BTreeMap<&str, String> = BTreeMap::new();
    for event in events() {
        if let Event::SlotFilled { slot, value } = event {
            let shown = if sensitive.contains(slot) { "•••".to_owned() } else { value.to_string() };
            slots.insert(slot, cut(&shown, 120));
        }
    }
    lines.extend(slots.into_iter().map(|(slot, value)| format!("{slot}: {value}")));
    let offered: Vec<&str> = events()
        .filter_map(|event| match event {
            Event::AnswerOffered { article, .. } => Some(article.as_str()),
            _ => None,
        })
        .collect();
    if !offered.is_empty() {
        lines.push(format!("Answers offered: {}", offered.join(", ")));
    }
    if !row.tickets.is_empty() {
        let codes: Vec<String> = row.tickets.iter().map(|ticket| code::grouped(ticket)).collect();
        lines.push(format!("Tickets: {}", codes.join(", ")));
    }
    lines.extend(target.map(str::to_owned));
    lines.push("Write here to answer; begin with note: for colleagues only.".to_owned());
    cut(&lines.join("\n"), most)
}

/// What a button of a card brings back.
pub fn data(id: ConversationId, act: &str) -> String {
    format!("desk:{id}:{act}")
}

pub fn read(data: &str) -> Option<(ConversationId, &str)> {
    let (id, act) = data.strip_prefix("desk:")?.split_once(':')?;
    Some((id.parse().ok()?, act))
}

/// What may be done now: rows of labels, each with what it brings back.
pub fn buttons(row: &ConversationRow, notes: bool) -> Vec<Vec<(&'static str, String)>> {
    let button = |label: &'static str, act: &str| (label, data(row.id, act));
    let mut rows = match row.owner.as_str() {
        _ if row.life == "closed" => return Vec::new(),
        "agent" => vec![
            vec![button("Hand back", "back")],
            vec![button("Close: solved", "solved"), button("Close: not solved", "unsolved")],
        ],
        _ => vec![vec![button("Claim", "claim")]],
    };
    if let Some(first) = rows.first_mut().filter(|_| notes) {
        first.push(button("Note", "note"));
    }
    rows
}

pub fn lines(row: &JournalRow) -> Vec<Line> {
    row.events.iter().filter_map(line).collect()
}

fn line(event: &Event) -> Option<Line> {
    let plain = |text: String| Some(Line { text, agents_seq: None });
    match event {
        Event::Heard { text, .. } => plain(format!("👤 {text}")),
        Event::FileReceived { name, .. } => plain(format!("👤 📎 {name}")),
        Event::Edited { text } => plain(format!("👤 ✏️ {text}")),
        Event::Deleted { text } => plain(format!("👤 took back: {text}")),
        Event::Reacted { sign } => plain(format!("👤 {sign}")),
        Event::Prompted { prompt, .. } => plain(format!("🤖 {}", prompt.plain())),
        Event::AgentWrote { seq, agent, text } => {
            Some(Line { text: format!("🎧 {agent}: {text}"), agents_seq: Some(*seq) })
        }
        Event::Noted { agent, text } => plain(format!("📝 {agent}: {text}")),
        Event::TicketOpened { draft } => plain(format!("🎫 Ticket {} opened", code::grouped(&draft.code))),
        Event::OwnerChanged { owner, by, .. } => plain(match owner {
            Owner::Bot => format!("▫️ {by} handed back to the bot"),
            Owner::Queue(queue) => format!("▫️ Waits in the queue {queue}"),
            Owner::Agent(agent) => format!("▫️ {agent} took over"),
        }),
        Event::Undelivered { why, .. } => plain(match why {
            Undelivered::Maybe => "⚠️ The last message may not have arrived.".to_owned(),
            Undelivered::Superseded => {
                "▫️ A message of the bot was not sent, since a person had taken over.".to_owned()
            }
            Undelivered::Refused { reason } => format!("⚠️ Not delivered: {reason}"),
            Undelivered::Unreachable { reason } => format!("⚠️ Cannot be reached any more: {reason}"),
        }),
        Event::Unreachable { reason } => plain(format!("⚠️ Cannot be reached any more: {reason}")),
        Event::Reachable => plain("▫️ Can be reached again.".to_owned()),
        Event::Left { .. } => plain("▫️ The contact left.".to_owned()),
        Event::Closed { outcome } => plain(format!("▫️ Closed: {outcome}")),
        _ => None,
    }
}

/// References of files that were sent.
pub fn files(row: &JournalRow) -> impl Iterator<Item = String> + '_ {
    row.events.iter().filter_map(|event| match event {
        Event::FileReceived { file, .. } => Some(file.clone()),
        _ => None,
    })
}
