//! Rule 1, the names: every step, slot, flow, queue, category and tag that is named exists and fits.

use super::set::Set;
use super::{scan, targets, token};
use crate::flow::parse::draft::Draft;
use crate::flow::parse::reader::{listed, suggest};
use crate::flow::step::{Call, Choose, Handlers, Kind, Step, Target};
use crate::flow::{Flow, Slot, SlotKind, Template};
use crate::source::{Diagnostic, Place, Placed};

pub fn check(set: &Set<'_>, draft: &Draft, found: &mut Vec<Diagnostic>) {
    let flow = &draft.flow;
    let names = Names { set, draft, flow };
    let ways = flow.on_failure.iter().chain(&flow.on_error).chain(jumps(&flow.handlers));
    found.extend(ways.filter_map(|target| names.target(target)));
    found.extend(flow.tags.iter().filter_map(|tag| names.tag_named(&tag.value, &tag.at)));
    super::moved::check(set, draft, &|target| names.target(target), found);
    for step in &flow.steps {
        found.extend(targets::of(step).into_iter().filter_map(|target| names.target(target)));
        names.step(step, found);
    }
}

struct Names<'a> {
    set: &'a Set<'a>,
    draft: &'a Draft,
    flow: &'a Flow,
}

impl Names<'_> {
    fn target(&self, target: &Target) -> Option<Diagnostic> {
        if target.step.is_some() {
            return None;
        }
        let message = format!("no step of this flow has the id `{}`", target.name);
        let ids = self.flow.steps.iter().map(|step| step.id.as_str()).filter(|id| !id.starts_with('#'));
        let found = suggest(Diagnostic::error("V101", target.at.clone(), message), &target.name, ids);
        Some(match (found.help.is_some(), self.set.draft(&target.name)) {
            (false, Some(_)) => found.help("that is a flow: reach it with a `call` step"),
            _ => found,
        })
    }

    fn step(&self, step: &Step, found: &mut Vec<Diagnostic>) {
        match &step.kind {
            Kind::Ask(ask) => {
                self.slot(self.draft, &ask.slot, found);
            }
            Kind::Choose(choose) => self.choose(choose, found),
            Kind::Confirm(confirm) => {
                let Some(named) = &confirm.slot else { return };
                if let Some(slot) = self.slot(self.draft, named, found)
                    && !matches!(slot.kind, SlotKind::Bool)
                {
                    found.push(unfit(named, slot, "`confirm` fills a `bool` slot"));
                }
            }
            Kind::Set(set) => {
                for (slot, _) in &set.assignments {
                    self.slot(self.draft, slot, found);
                }
            }
            Kind::Call(call) => self.call(call, found),
            Kind::Faq(faq) => found.extend(faq.context.iter().filter_map(|tag| self.tag(tag))),
            Kind::Ticket(ticket) => {
                self.category(&ticket.category, found);
                self.level(&ticket.urgency, found);
                self.level(&ticket.impact, found);
                found.extend(ticket.queue.as_ref().and_then(|queue| self.queue(queue)));
            }
            Kind::Handoff(handoff) => {
                found.extend(handoff.queue.as_ref().and_then(|queue| self.queue(queue)))
            }
            Kind::Http(http) => {
                for (slot, _) in &http.into {
                    self.slot(self.draft, slot, found);
                }
            }
            Kind::Lookup(lookup) => {
                for (slot, _) in &lookup.into {
                    self.slot(self.draft, slot, found);
                }
            }
            Kind::Say(_)
            | Kind::Branch(_)
            | Kind::Status(_)
            | Kind::Survey(_)
            | Kind::Wait(_)
            | Kind::Watch(_)
            | Kind::Connect(_)
            | Kind::Voicemail(_)
            | Kind::End(_) => {}
        }
    }

    /// The slot of that name, or a finding.
    fn slot<'f>(
        &self,
        owner: &'f Draft,
        named: &Placed<String>,
        found: &mut Vec<Diagnostic>,
    ) -> Option<&'f Slot> {
        let flow = &owner.flow;
        let slot = flow.slots.get(&named.value);
        if slot.is_none() && owner.slots_known {
            let of = if std::ptr::eq(flow, self.flow) {
                "this flow".to_owned()
            } else {
                format!("`{}`", flow.name)
            };
            let message = format!("{of} has no slot `{}`", named.value);
            let problem = Diagnostic::error("V102", named.at.clone(), message);
            let problem = suggest(problem, &named.value, flow.slots.keys().map(String::as_str));
            found.push(if problem.help.is_none() {
                problem.help("declare it under `slots:`")
            } else {
                problem
            });
        }
        // Of a slot whose type is not known nothing more is told.
        slot.filter(|slot| !owner.untyped.contains(&slot.name))
    }

    fn choose(&self, choose: &Choose, found: &mut Vec<Diagnostic>) {
        let Some(named) = &choose.slot else { return };
        let Some(slot) = self.slot(self.draft, named, found) else { return };
        let SlotKind::Choice { options } = &slot.kind else {
            found.push(unfit(named, slot, "`choose` fills a `choice` slot"));
            return;
        };
        for option in &choose.options {
            if !options.contains(&option.value) {
                let message = format!("`{}` is no option of the slot `{}`", option.value, slot.name);
                let problem = Diagnostic::error("V111", option.at.clone(), message);
                let problem = suggest(problem, &option.value, options.iter().map(String::as_str));
                let options: Vec<&str> = options.iter().map(String::as_str).collect();
                let help = format!("its options are {}", listed(&options));
                found.push(if problem.help.is_none() { problem.help(help) } else { problem });
            }
        }
    }

    fn call(&self, call: &Call, found: &mut Vec<Diagnostic>) {
        for (mine, _) in &call.into {
            self.slot(self.draft, mine, found);
        }
        let Some(callee) = self.set.draft(&call.flow.value) else {
            let message = format!("there is no flow `{}`", call.flow.value);
            let names = self.set.by_name.keys().copied();
            found.push(suggest(
                Diagnostic::error("V105", call.flow.at.clone(), message),
                &call.flow.value,
                names,
            ));
            return;
        };
        for theirs in
            call.with.iter().map(|(theirs, _)| theirs).chain(call.into.iter().map(|(_, theirs)| theirs))
        {
            self.slot(callee, theirs, found);
        }
    }

    /// Tags raise entries and hide none, so only one that is written out can be wrong.
    fn tag(&self, tag: &Template) -> Option<Diagnostic> {
        if tag.is_plain() { self.tag_named(tag.source.trim(), &tag.at) } else { None }
    }

    fn tag_named(&self, tag: &str, at: &Place) -> Option<Diagnostic> {
        let tags = self.set.known.faq_tags.as_ref()?;
        if tags.contains(tag) {
            return None;
        }
        let problem = Diagnostic::error("V108", at.clone(), format!("no FAQ article has the tag `{tag}`"));
        Some(suggest(problem, tag, tags.iter().map(String::as_str)))
    }

    fn queue(&self, queue: &Placed<String>) -> Option<Diagnostic> {
        let queues = self.set.known.queues.as_ref()?;
        if queues.contains(&queue.value) {
            return None;
        }
        let message = format!("the settings list no queue `{}`", queue.value);
        let problem = Diagnostic::error("V107", queue.at.clone(), message);
        Some(suggest(problem, &queue.value, queues.iter().map(String::as_str)))
    }

    fn category(&self, category: &Template, found: &mut Vec<Diagnostic>) {
        let Some(categories) = &self.set.known.categories else { return };
        for (value, at) in yields(self.set, self.flow, category) {
            if !categories.contains(&value) {
                let message = format!("the settings list no category `{value}`");
                let problem = Diagnostic::error("V106", at, message);
                found.push(suggest(problem, &value, categories.iter().map(String::as_str)));
            }
        }
    }

    /// `urgency` and `impact`: plain words are told while reading, those within a template here.
    fn level(&self, level: &Template, found: &mut Vec<Diagnostic>) {
        if level.is_plain() {
            return;
        }
        const LEVELS: [&str; 3] = ["low", "medium", "high"];
        for (value, at) in yields(self.set, self.flow, level) {
            if !LEVELS.contains(&value.as_str()) {
                let message = format!("`{value}` is not {}", listed(&LEVELS));
                found.push(suggest(Diagnostic::error("V009", at, message), &value, LEVELS.into_iter()));
            }
        }
    }
}

fn jumps(handlers: &Handlers) -> impl Iterator<Item = &Target> {
    handlers.all().filter_map(|handler| handler.goto.as_ref())
}

fn unfit(named: &Placed<String>, slot: &Slot, why: &str) -> Diagnostic {
    let message = format!("{why}, but `{}` is of type `{}`", slot.name, slot.kind.word());
    Diagnostic::error("V111", named.at.clone(), message)
}

/// The texts that a template can be seen to yield, with their places: plain words, the options of a choice slot, or
/// the ends of `'a' if … else 'b'`. Empty where it cannot be seen.
pub fn yields(set: &Set<'_>, flow: &Flow, template: &Template) -> Vec<(String, Place)> {
    if template.is_plain() {
        return vec![(template.source.trim().to_owned(), template.at.clone())];
    }
    let trimmed = template.source.trim();
    let pieces = token::pieces(&template.source);
    let [token::Piece::Expression(tokens)] = pieces.as_slice() else { return Vec::new() };
    if !trimmed.starts_with("{{") || !trimmed.ends_with("}}") {
        return Vec::new();
    }
    if let Some(outcomes) = scan::outcomes(tokens) {
        return outcomes.into_iter().map(|(value, at, len)| (value, set.within(template, at, len))).collect();
    }
    let only_slot = match tokens.as_slice() {
        [slots, point, name] if slots.is_name("slots") && point.is_sign(".") => name.name(),
        _ => None,
    };
    match only_slot.and_then(|name| flow.slots.get(name)).map(|slot| &slot.kind) {
        Some(SlotKind::Choice { options }) => {
            options.iter().map(|option| (option.clone(), template.at.clone())).collect()
        }
        _ => Vec::new(),
    }
}
