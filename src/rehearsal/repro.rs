//! Writes a conversation that was had as a test that passes.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::update::scalar;
use crate::conversation::{Event, Facts, Owner, Said, Segment, TicketDraft};
use crate::desk::{self, Level};

/// The record of a conversation, turn by turn.
#[derive(Debug, Clone, Default)]
pub struct Record {
    lines: String,
    /// What each slot was filled with, masked where it is sensitive.
    slots: BTreeMap<String, String>,
    ticket: Option<TicketDraft>,
    /// An agent was there.
    agents: bool,
    outcome: Option<String>,
}

/// What there was when the conversation began.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// The flow that it was begun with by name.
    pub flow: Option<String>,
    pub locale: Option<String>,
    pub voice: bool,
    /// ISO 8601.
    pub now: String,
    pub facts: Facts,
}

impl Record {
    /// Notes one turn: what was said to the engine, and what came of it.
    pub fn turn(&mut self, said: &Said, events: &[Event]) {
        self.input(said);
        events.iter().for_each(|event| self.event(event));
    }

    /// Notes a turn of which only the journal tells: an agent's.
    pub fn journal(&mut self, events: &[Event]) {
        for event in events {
            match event {
                Event::OwnerChanged { owner: Owner::Agent(agent), .. } => {
                    self.input(&Said::Claimed { agent: agent.clone() });
                }
                Event::OwnerChanged { owner: Owner::Bot, .. } if self.agents => self.input(&Said::HandedBack),
                Event::AgentWrote { agent, text, .. } => {
                    self.input(&Said::AgentWrote { agent: agent.clone(), text: text.clone() });
                }
                _ => {}
            }
        }
        events.iter().for_each(|event| self.event(event));
    }

    fn line(&mut self, key: &str, text: &str) {
        let _ = writeln!(self.lines, "    - {key}: {}", quoted(text));
    }

    fn input(&mut self, said: &Said) {
        match said {
            Said::Text { text } | Said::Speech { text, .. } => self.line("user", text),
            Said::Choice { value } => self.line("button", value),
            Said::Keys { keys } => self.line("key", keys),
            Said::Silence => self.lines.push_str("    - silence: 1\n"),
            Said::Left { .. } => self.lines.push_str("    - leaves:\n"),
            Said::Claimed { agent } => {
                self.agents = true;
                let _ = writeln!(self.lines, "    - agent: {{ claims: {} }}", quoted(agent));
            }
            Said::AgentWrote { text, .. } => self.line("agent", text),
            Said::HandedBack => self.line("agent", "hands back"),
            Said::ClosedByAgent { disposition, .. } => {
                let _ = writeln!(self.lines, "    - agent: {{ closes: {} }}", quoted(disposition));
            }
            _ => {}
        }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Prompted { prompt, .. } => {
                let part = |segment: &Segment| match segment {
                    Segment::Text(text) => text.clone(),
                    Segment::Code(_) => "{code}".to_owned(),
                };
                let text: String = prompt.text.iter().map(part).collect();
                if !text.trim().is_empty() {
                    self.line("bot", text.trim());
                }
            }
            Event::SlotFilled { slot, value } => {
                self.slots.insert(slot.clone(), value.to_string());
            }
            Event::SlotCleared { slot } => {
                self.slots.remove(slot);
            }
            Event::TicketOpened { draft } => self.ticket = Some((**draft).clone()),
            Event::OwnerChanged { owner: Owner::Queue(_), .. } => self.agents = true,
            Event::Closed { outcome } => self.outcome = Some(outcome.clone()),
            _ => {}
        }
    }

    /// The conversation as a test, for a file of tests.
    pub fn test(&self, name: &str, setting: &Setting) -> String {
        let mut out = format!("- test: {}\n", quoted(name));
        if let Some(flow) = &setting.flow {
            let _ = writeln!(out, "  flow: {}", quoted(flow));
        }
        let _ = writeln!(out, "  channels: [{}]", if setting.voice { "voice" } else { "chat" });
        if let Some(locale) = &setting.locale {
            let _ = writeln!(out, "  locale: {}", quoted(locale));
        }
        let _ = writeln!(out, "  now: {}", setting.now);
        let agents = self.agents || setting.facts.agent_free;
        out.push_str(&world(&setting.facts, agents));
        let _ = write!(out, "  talk:\n{}  expect:\n", self.lines);
        self.expected(&mut out);
        out
    }

    fn expected(&self, out: &mut String) {
        let shown: Vec<(&String, &String)> =
            self.slots.iter().filter(|(_, value)| !value.contains('•')).collect();
        if !shown.is_empty() {
            let _ = writeln!(out, "    slots:");
            for (slot, value) in shown {
                let _ = writeln!(out, "      {slot}: {}", quoted(value));
            }
        }
        match &self.ticket {
            None => out.push_str("    ticket: none\n"),
            Some(draft) => {
                let level = |word: &str| Level::from_word(word).unwrap_or(Level::Medium);
                let priority = desk::priority(level(&draft.urgency), level(&draft.impact)).word();
                let _ = writeln!(
                    out,
                    "    ticket:\n      category: {}\n      type: {}\n      priority: {priority}\n      subject: {}",
                    quoted(&draft.category),
                    draft.r#type,
                    quoted(&draft.subject)
                );
            }
        }
        let _ = writeln!(out, "    outcome: {}", quoted(self.outcome.as_deref().unwrap_or("none")));
    }
}

/// What the world was like, where it was otherwise than in a test that says nothing.
fn world(facts: &Facts, agents: bool) -> String {
    let mut out = String::new();
    let contact = &facts.contact;
    let mut parts = Vec::new();
    parts.extend(contact.name.as_ref().map(|name| format!("name: {}", quoted(name))));
    parts.extend(contact.profile.as_ref().map(|profile| format!("profile: {}", quoted(profile))));
    if contact.verified {
        parts.push("verified: true".to_owned());
    }
    if !parts.is_empty() {
        let _ = writeln!(out, "  contact: {{ {} }}", parts.join(", "));
    }
    if agents {
        out.push_str("  agents: 1\n");
    }
    let _ = writeln!(out, "  open: {}", facts.business_open);
    for (nth, incident) in facts.incidents.iter().enumerate() {
        let lead = if nth == 0 { "  incidents:\n" } else { "" };
        let (area, title) = (quoted(&incident.area), quoted(&incident.title));
        let _ = writeln!(
            out,
            "{lead}    - {{ area: {area}, title: {title}, since: {} }}",
            quoted(&incident.since)
        );
    }
    for (nth, ticket) in facts.open_tickets.iter().enumerate() {
        let lead = if nth == 0 { "  tickets:\n" } else { "" };
        let _ = writeln!(
            out,
            "{lead}    - {{ code: {}, category: {}, flow: {}, state: {}, subject: {}, type: {} }}",
            quoted(&ticket.code),
            quoted(&ticket.category),
            quoted(&ticket.flow),
            ticket.state,
            quoted(&ticket.subject),
            ticket.r#type
        );
    }
    out
}

fn quoted(text: &str) -> String {
    scalar(text, "")
}
