//! Writes a conversation that was had as a test that passes.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::SignedDuration;

use super::update::scalar;
use crate::conversation::{
    Event, Facts, HttpAnswer, Incident, Owner, Said, Segment, TicketDraft, TransferEnd,
};
use crate::desk::{self, Level};

/// The record of a conversation, turn by turn.
#[derive(Debug, Clone, Default)]
pub struct Record {
    lines: String,
    /// What HTTP services answered, as the test's answers.
    stubs: String,
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
    /// Whether the desk was open; `None`: as its hours say.
    pub open: Option<bool>,
    pub facts: Facts,
}

impl Record {
    /// Notes one turn: what was said to the engine, and what came of it.
    pub fn turn(&mut self, said: &Said, events: &[Event]) {
        self.input(said);
        if let Said::HttpAnswered { answer, .. } = said {
            self.answered(answer, events);
        }
        events.iter().for_each(|event| self.event(event));
    }

    /// Notes that time passed, and what happened meanwhile.
    pub fn passed(&mut self, time: SignedDuration, events: &[Event]) {
        if time.is_positive() {
            let _ = writeln!(self.lines, "    - silence: {time:#}");
        }
        events.iter().for_each(|event| self.event(event));
    }

    /// Notes that the world is another from here on; `open` where it does not go by the desk's hours.
    pub fn changed(&mut self, facts: &Facts, open: Option<bool>) {
        let agents = usize::from(facts.agent_free);
        let contact = contact(facts, true);
        let _ =
            write!(self.lines, "    - given:\n        contact: {{ {contact} }}\n        agents: {agents}\n");
        if let Some(open) = open {
            let _ = writeln!(self.lines, "        open: {open}");
        }
        if facts.incidents.is_empty() {
            self.lines.push_str("        incidents: []\n");
        } else {
            let _ = write!(self.lines, "        incidents:\n{}", incidents(facts, "          "));
        }
    }

    fn answered(&mut self, answer: &HttpAnswer, events: &[Event]) {
        let of = events.iter().find_map(|event| match event {
            Event::HttpAnswered { step, .. } => Some(step),
            _ => None,
        });
        let Some(step) = of else { return };
        let answer = match answer {
            HttpAnswer::Failed { reason } => format!("fail: {}", quoted(reason)),
            HttpAnswer::Reply { status, headers, body } => {
                let mut reply = format!("status: {status}");
                if !headers.is_empty() {
                    let _ = write!(reply, ", headers: {}", serde_json::json!(headers));
                }
                if !body.is_null() {
                    // JSON is YAML's flow style.
                    let _ = write!(reply, ", body: {body}");
                }
                reply
            }
        };
        let _ = writeln!(self.stubs, "    - {{ step: {}, {answer} }}", quoted(step));
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
                // The journal does not keep what a service said.
                Event::HttpAnswered { step, status: Some(status), .. } => {
                    let step = quoted(step);
                    let _ =
                        writeln!(self.stubs, "    - {{ step: {step}, status: {status} }} # and its `body`");
                }
                Event::HttpAnswered { step, status: None, reason, .. } => {
                    let (step, reason) = (quoted(step), quoted(reason.as_deref().unwrap_or("no answer")));
                    let _ = writeln!(self.stubs, "    - {{ step: {step}, fail: {reason} }}");
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
            // In a test the timer of the queue runs out.
            Said::Silence | Said::NobodyCame => self.lines.push_str("    - silence: 1\n"),
            Said::Left { .. } => self.lines.push_str("    - leaves:\n"),
            Said::Claimed { agent } => {
                self.agents = true;
                let _ = writeln!(self.lines, "    - agent: {{ claims: {} }}", quoted(agent));
            }
            Said::Recorded { .. } => self.line("call", "recorded"),
            Said::Transferred { how: TransferEnd::Completed } => self.line("call", "put_through"),
            Said::Transferred { how } => self.line("call", how.word()),
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
        out.push_str(&world(&setting.facts, setting.open, agents));
        if !self.stubs.is_empty() {
            let _ = write!(out, "  http:\n{}", self.stubs);
        }
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
fn world(facts: &Facts, open: Option<bool>, agents: bool) -> String {
    let mut out = String::new();
    let contact = contact(facts, false);
    if !contact.is_empty() {
        let _ = writeln!(out, "  contact: {{ {contact} }}");
    }
    if agents {
        out.push_str("  agents: 1\n");
    }
    if let Some(open) = open {
        let _ = writeln!(out, "  open: {open}");
    }
    if !facts.incidents.is_empty() {
        let _ = write!(out, "  incidents:\n{}", incidents(facts, "    "));
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

/// Who is there, as parts of a map; `whole` says what is not so, too.
fn contact(facts: &Facts, whole: bool) -> String {
    let contact = &facts.contact;
    let mut parts = Vec::new();
    parts.extend(contact.name.as_ref().map(|name| format!("name: {}", quoted(name))));
    parts.extend(contact.profile.as_ref().map(|profile| format!("profile: {}", quoted(profile))));
    if whole || contact.verified {
        parts.push(format!("verified: {}", contact.verified));
    }
    parts.join(", ")
}

fn incidents(facts: &Facts, indent: &str) -> String {
    let incident = |one: &Incident| {
        let (area, title, since) = (quoted(&one.area), quoted(&one.title), quoted(&one.since));
        format!("{indent}- {{ area: {area}, title: {title}, since: {since} }}\n")
    };
    facts.incidents.iter().map(incident).collect()
}

fn quoted(text: &str) -> String {
    scalar(text, "")
}
