//! What texts may read, and how they are rendered.

use std::collections::BTreeMap;

use crate::conversation::{Frame, Prompt, PromptKind, Recorded};
use crate::flow::template::{AnswerNames, Names, OriginNames, TicketNames};
use crate::flow::{Condition, Expression, Scope, SlotKind, SlotValue, Template, Text};

use super::speak;
use super::working::Working;

impl Working<'_> {
    fn scope(&self, extra: &[(&str, String)]) -> Scope {
        self.scope_with(extra, None)
    }

    fn scope_with(&self, extra: &[(&str, String)], answer: Option<AnswerNames<'_>>) -> Scope {
        let frame = self.frame();
        let ticket = self.c.tickets.last().map(|ticket| TicketNames {
            code: &ticket.code,
            category: &ticket.category,
            r#type: &ticket.r#type,
            added: ticket.added,
        });
        let incidents: Vec<BTreeMap<String, String>> = self
            .facts
            .incidents
            .iter()
            .map(|incident| {
                [("area", &incident.area), ("title", &incident.title), ("since", &incident.since)]
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value.clone()))
                    .collect()
            })
            .collect();
        // Only flows of the system may read what they interrupted.
        let system = self.here().is_some_and(|(flow, _)| flow.system);
        let (category, question) =
            if system { (self.origin_category(), self.origin_question()) } else { Default::default() };
        let origin_flow = self.c.frames.first().map_or("", |frame| frame.flow.as_str());
        Scope::new(&Names {
            slots: Some(frame.map_or(&EMPTY, |frame| &frame.slots)),
            contact_name: self.facts.contact.name.as_deref(),
            contact_profile: self.facts.contact.profile.as_deref(),
            contact_verified: self.facts.contact.verified,
            contact_linked: self.c.proven.is_some() || !self.facts.link.linked.is_empty(),
            locale: &self.c.locale,
            channel: self.c.channel.word(),
            voice: self.voice(),
            ticket,
            now: &self.facts.now_text,
            business_open: self.facts.business_open,
            opens_at: self.facts.opens_at.as_deref().unwrap_or_default(),
            closes_at: self.facts.closes_at.as_deref().unwrap_or_default(),
            incidents: &incidents,
            origin: system.then_some(OriginNames {
                flow: origin_flow,
                category: &category,
                question: &question,
            }),
            answer,
            extra,
        })
    }

    /// Renders a template; a fault is an event and an empty text.
    pub fn render(&mut self, template: &Template) -> String {
        if template.is_plain() {
            return template.source.clone();
        }
        let scope = self.scope(&[]);
        match self.playbook.templates.render(template, &scope) {
            Ok(text) => text,
            Err(fault) => {
                self.fault(&format!("{}:{}", fault.file, fault.line), &fault.message);
                String::new()
            }
        }
    }

    /// Renders without the marks around codes, for what is stored and not said.
    pub fn render_plain(&mut self, template: &Template) -> String {
        let text = self.render(template);
        text.replace([crate::flow::template::CODE_OPEN, crate::flow::template::CODE_CLOSE], "")
    }

    /// What an expression yields, freed of the marks around codes; `None` where it fails, which is a fault.
    pub fn value(
        &mut self,
        expression: &Expression,
        answer: Option<AnswerNames<'_>>,
    ) -> Option<serde_json::Value> {
        let scope = self.scope_with(&[], answer);
        match self.playbook.templates.value(expression, &scope) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(&format!("{}:{}", fault.file, fault.line), &fault.message);
                None
            }
        }
    }

    pub fn holds(&mut self, condition: &Condition) -> bool {
        let scope = self.scope(&[]);
        match self.playbook.templates.holds(condition, &scope) {
            Ok(holds) => holds,
            Err(fault) => {
                self.fault(&format!("{}:{}", fault.file, fault.line), &fault.message);
                false
            }
        }
    }

    /// A text of a flow in the conversation's language and for its kind of channel.
    pub fn text(&mut self, text: &Text) -> String {
        let locale = self.c.locale.clone();
        self.text_in(text, &locale, &[])
    }

    pub fn text_in(&mut self, text: &Text, locale: &str, extra: &[(&str, String)]) -> String {
        let Some(template) = text.pick(locale, self.playbook.default_locale(), self.voice()) else {
            return String::new();
        };
        if template.is_plain() {
            return template.source.clone();
        }
        let scope = self.scope(extra);
        match self.playbook.templates.render(template, &scope) {
            Ok(text) => text,
            Err(fault) => {
                self.fault(&format!("{}:{}", fault.file, fault.line), &fault.message);
                String::new()
            }
        }
    }

    /// A built-in text. A missing key is a fault and an empty text.
    pub fn words(&mut self, key: &str, extra: &[(&str, String)]) -> String {
        let locale = self.c.locale.clone();
        self.words_in(key, &locale, extra)
    }

    pub fn words_in(&mut self, key: &str, locale: &str, extra: &[(&str, String)]) -> String {
        let Some(text) = self.playbook.words.text(key) else {
            self.fault("words", &format!("no built-in text `{key}`"));
            return String::new();
        };
        self.text_in(text, locale, extra)
    }

    /// A built-in text as it is written, whatever the channel: for who reads.
    pub fn words_in_writing(&mut self, key: &str) -> String {
        let text = self.playbook.words.text(key);
        let written = text.and_then(|text| text.pick(&self.c.locale, self.playbook.default_locale(), false));
        written.map(|template| template.source.clone()).unwrap_or_default()
    }

    /// Says a built-in text.
    pub fn say_words(&mut self, key: &str, extra: &[(&str, String)]) {
        let text = self.words(key, extra);
        if text.trim().is_empty() {
            return;
        }
        let recorded =
            self.playbook.words.text(key).and_then(|words| self.recorded(words, key.to_owned(), &text));
        let prompt = speak::prompt(self, PromptKind::System, &text, Vec::new());
        self.send(Prompt { recorded, ..prompt });
    }

    /// What a recording may stand in for on a call: a text that is each time the same.
    fn recorded(&self, text: &Text, name: String, said: &str) -> Option<Recorded> {
        let fixed = text.pick(&self.c.locale, self.playbook.default_locale(), true)?.is_fixed();
        (self.voice() && fixed).then(|| Recorded { name, text: speak::speakable(said) })
    }

    /// The same for a text of the step on top, named by flow and step.
    pub fn recorded_step(&self, text: &Text, said: &str) -> Option<Recorded> {
        let (flow, step) = self.here()?;
        self.recorded(text, format!("{}/{}", flow.name, step.id.trim_start_matches('#')), said)
    }

    /// Says a text, unless nothing is left of it.
    pub fn say(&mut self, kind: PromptKind, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let prompt = speak::prompt(self, kind, text, Vec::new());
        self.send(prompt);
    }

    /// The first choice that the contact made in the flows under way.
    pub fn origin_category(&self) -> String {
        let chosen = |frame: &Frame| {
            let flow = self.playbook.flow(&frame.flow)?;
            let is_choice = |name: &str| {
                flow.slots.get(name).is_some_and(|slot| matches!(slot.kind, SlotKind::Choice { .. }))
            };
            let preferred = ["category", "topic"].into_iter().find(|name| frame.slots.contains_key(*name));
            let name =
                preferred.or_else(|| frame.slots.keys().map(String::as_str).find(|name| is_choice(name)))?;
            frame.slots.get(name).map(ToString::to_string)
        };
        self.c.frames.iter().find_map(chosen).unwrap_or_default()
    }

    /// What the contact asked last, else the longest free text that was given.
    pub fn origin_question(&self) -> String {
        if let Some(offered) = self.c.offered.iter().rev().find(|offered| !offered.amid) {
            return offered.query.clone();
        }
        let texts = self.c.frames.iter().flat_map(|frame| {
            let flow = self.playbook.flow(&frame.flow);
            frame.slots.iter().filter_map(move |(name, value)| {
                let slot = flow?.slots.get(name)?;
                let free = matches!(slot.kind, SlotKind::Text { .. }) && !slot.sensitive;
                match value {
                    SlotValue::Text(text) if free => Some(text.clone()),
                    SlotValue::Text(_) | SlotValue::Bool(_) | SlotValue::Number(_) => None,
                }
            })
        });
        texts.max_by_key(String::len).unwrap_or_default()
    }
}

static EMPTY: BTreeMap<String, SlotValue> = BTreeMap::new();
