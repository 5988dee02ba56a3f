//! `ask` and `confirm`.

use super::handler;
use crate::flow::parse::fields::Fields;
use crate::flow::parse::reader::{Entry, Reader};
use crate::flow::step::{Ask, Confirm};
use crate::source::{Diagnostic, Placed};

pub fn ask(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Ask> {
    let mut fields = Fields::open(reader, entry.value, "an `ask` step", &entry.key.at)?;
    let slot = fields.need(reader, "slot").and_then(|entry| reader.name(entry));
    let prompt = fields.need(reader, "prompt");
    let voice = fields.take("voice");
    let prompt = reader.text(prompt, voice);
    let reprompts = reader.texts(fields.take("reprompts"));
    let on_failure = fields.take("on_failure").and_then(|entry| reader.target(entry));
    let gather = fields.take("gather").and_then(|entry| reader.pause(entry));
    let handlers = handler::read(reader, &mut fields);
    fields.close(reader);
    Some(Ask { slot: slot?, prompt, reprompts, on_failure, gather, handlers })
}

pub fn confirm(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Confirm> {
    let mut fields = Fields::open(reader, entry.value, "a `confirm` step", &entry.key.at)?;
    let slot = fields.take("slot").and_then(|entry| reader.name(entry));
    let prompt = fields.need(reader, "prompt");
    let voice = fields.take("voice");
    let prompt = reader.text(prompt, voice);
    let yes = fields.take("yes").and_then(|entry| reader.target(entry));
    let no = fields.take("no").and_then(|entry| reader.target(entry));
    let reprompts = reader.texts(fields.take("reprompts"));
    let on_failure = fields.take("on_failure").and_then(|entry| reader.target(entry));
    let handlers = handler::read(reader, &mut fields);
    let idle = !["slot", "yes", "no"].iter().any(|key| entry.value.get(key).is_some());
    fields.close(reader);
    if idle {
        let message = "the answer to this `confirm` changes nothing";
        let found = Diagnostic::error("V017", entry.key.at.clone(), message);
        reader.report(found.help("give it `yes:` and `no:`, or a bool `slot:`"));
    }
    let slot = slot.map(|slot: Placed<String>| slot);
    Some(Confirm { slot, prompt, yes, no, reprompts, on_failure, handlers })
}
