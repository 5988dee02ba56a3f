//! What a sensitive slot holds is never spoken: whoever stands beside the caller, and every recording, would hear it. A
//! slot that is made of a sensitive one holds what is sensitive, too, over `set`, `call` and its `into`.

use std::collections::BTreeMap;

use super::parts::shown;
use crate::flow::Template;
use crate::flow::check::set::Set;
use crate::flow::parse::draft::Draft;
use crate::flow::step::Kind;
use crate::source::{Diagnostic, Place};

/// A slot by its flow and its name.
type Key<'a> = (&'a str, &'a str);

/// For each sensitive slot where it was made of another one; `None` where it is declared so.
#[derive(Debug, Default)]
pub struct Secrets<'a> {
    slots: BTreeMap<Key<'a>, Option<&'a Place>>,
}

/// What is filled from a slot, and where.
type Made<'a> = BTreeMap<Key<'a>, Vec<(Key<'a>, &'a Place)>>;

impl<'a> Secrets<'a> {
    pub fn of(set: &Set<'a>) -> Self {
        let mut left: Vec<(Key<'a>, Option<&'a Place>)> = Vec::new();
        for draft in set.drafts {
            let sensitive = draft.flow.slots.values().filter(|slot| slot.sensitive);
            left.extend(sensitive.map(|slot| ((draft.flow.name.as_str(), slot.name.as_str()), None)));
        }
        let mut secrets = Self::default();
        if left.is_empty() {
            return secrets;
        }
        let mut made = Made::new();
        set.drafts.iter().for_each(|draft| all_made(draft, &mut made));
        while let Some((slot, at)) = left.pop() {
            // A slot that is declared so stays so.
            if let std::collections::btree_map::Entry::Vacant(new) = secrets.slots.entry(slot) {
                new.insert(at);
                left.extend(made.get(&slot).into_iter().flatten().map(|(slot, at)| (*slot, Some(*at))));
            } else if at.is_none() {
                secrets.slots.insert(slot, None);
            }
        }
        secrets
    }

    fn named<'n>(&'n self, flow: &'n str, path: &'n str) -> Option<(&'n str, Option<&'n Place>)> {
        let slot = path.strip_prefix("slots.")?;
        let made = self.slots.get(&(flow, slot))?;
        Some((slot, *made))
    }

    pub fn check(&self, set: &Set<'_>, draft: &Draft, template: &Template, found: &mut Vec<Diagnostic>) {
        if self.slots.is_empty() || !template.source.contains("slots") {
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

fn all_made<'a>(draft: &'a Draft, made: &mut Made<'a>) {
    let flow = draft.flow.name.as_str();
    for step in &draft.flow.steps {
        match &step.kind {
            Kind::Set(set) => {
                for (slot, value) in &set.assignments {
                    from_text(draft, value, (flow, &slot.value), &slot.at, made);
                }
            }
            Kind::Call(call) => {
                let callee = call.flow.value.as_str();
                for (slot, value) in &call.with {
                    from_text(draft, value, (callee, &slot.value), &slot.at, made);
                }
                for (mine, theirs) in &call.into {
                    let targets = made.entry((callee, &theirs.value)).or_default();
                    targets.push(((flow, &mine.value), &mine.at));
                }
            }
            _ => {}
        }
    }
}

fn from_text<'a>(draft: &'a Draft, value: &Template, to: Key<'a>, at: &'a Place, made: &mut Made<'a>) {
    if !value.source.contains("slots") {
        return;
    }
    for shown in shown(value) {
        let name = shown.path.strip_prefix("slots.");
        if let Some((slot, _)) = name.and_then(|name| draft.flow.slots.get_key_value(name)) {
            made.entry((&draft.flow.name, slot)).or_default().push((to, at));
        }
    }
}
