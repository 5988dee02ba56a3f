//! What a sensitive slot holds is never spoken: whoever stands beside the caller, and every recording, would hear it. A
//! slot that is made of a sensitive one holds what is sensitive, too, over `set`, `call` and its `into`.

use std::collections::BTreeMap;

use super::parts::shown;
use crate::flow::Template;
use crate::flow::check::set::Set;
use crate::flow::parse::draft::Draft;
use crate::flow::step::Kind;
use crate::source::{Diagnostic, Place};

/// Flow and slot, and where the slot was made of a sensitive one; `None` where it is declared so.
#[derive(Debug, Default)]
pub struct Secrets<'a> {
    slots: BTreeMap<(&'a str, &'a str), Option<&'a Place>>,
}

impl<'a> Secrets<'a> {
    pub fn of(set: &Set<'a>) -> Self {
        let mut secrets = Self::default();
        for draft in set.drafts {
            let sensitive = draft.flow.slots.values().filter(|slot| slot.sensitive);
            secrets
                .slots
                .extend(sensitive.map(|slot| ((draft.flow.name.as_str(), slot.name.as_str()), None)));
        }
        if secrets.slots.is_empty() {
            return secrets;
        }
        // What is made of what was made: until nothing is added.
        loop {
            let before = secrets.slots.len();
            set.drafts.iter().for_each(|draft| secrets.made(draft));
            if secrets.slots.len() == before {
                return secrets;
            }
        }
    }

    fn made(&mut self, draft: &'a Draft) {
        let flow = draft.flow.name.as_str();
        for step in &draft.flow.steps {
            match &step.kind {
                Kind::Set(set) => {
                    for (slot, value) in &set.assignments {
                        self.fills(flow, value, (flow, &slot.value), &slot.at);
                    }
                }
                Kind::Call(call) => {
                    let callee = call.flow.value.as_str();
                    for (slot, value) in &call.with {
                        self.fills(flow, value, (callee, &slot.value), &slot.at);
                    }
                    for (mine, theirs) in &call.into {
                        if self.slots.contains_key(&(callee, theirs.value.as_str())) {
                            self.slots.entry((flow, &mine.value)).or_insert(Some(&mine.at));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn fills(&mut self, flow: &str, value: &Template, slot: (&'a str, &'a str), at: &'a Place) {
        let reads = value.reads().iter().any(|path| path.starts_with("slots"));
        if reads && shown(value).iter().any(|shown| self.named(flow, &shown.path).is_some()) {
            self.slots.entry(slot).or_insert(Some(at));
        }
    }

    fn named<'n>(&'n self, flow: &'n str, path: &'n str) -> Option<(&'n str, Option<&'n Place>)> {
        let slot = path.strip_prefix("slots.")?;
        let made = self.slots.get(&(flow, slot))?;
        Some((slot, *made))
    }

    pub fn check(&self, set: &Set<'_>, draft: &Draft, template: &Template, found: &mut Vec<Diagnostic>) {
        if self.slots.is_empty() || !template.reads().iter().any(|path| path.starts_with("slots")) {
            return;
        }
        for shown in shown(template) {
            let Some((slot, made)) = self.named(&draft.flow.name, &shown.path) else { continue };
            let at = set.within(template, shown.at, shown.len);
            let message = match made {
                None => format!("`{slot}` is sensitive, and this speaks it on a call"),
                Some(_) => format!("`{slot}` is made of a sensitive slot, and this speaks it on a call"),
            };
            let help = "leave it out, or say in a `voice:` that it was noted; a text for chat only stands under \
                        `when: not channel.voice`";
            let problem = Diagnostic::error("V612", at, message).help(help);
            found.push(match made {
                None => problem,
                Some(place) => problem.related(place, "filled from a sensitive slot here"),
            });
            // One finding for a text is enough.
            return;
        }
    }
}
