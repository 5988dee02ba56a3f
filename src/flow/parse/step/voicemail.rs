//! `voicemail:` or the long form.

use crate::flow::parse::fields::Fields;
use crate::flow::parse::node::Data;
use crate::flow::parse::reader::{Entry, Reader};
use crate::flow::step::Voicemail;
use crate::source::Diagnostic;

/// Seconds that a message may be set to take at most.
const LONGEST: std::ops::RangeInclusive<usize> = 5..=600;

pub fn read(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Voicemail> {
    let mut voicemail = Voicemail { consent: None, prompt: None, longest: None, on_unrecorded: None };
    if matches!(entry.value.data, Data::Null) {
        return Some(voicemail);
    }
    let mut fields = Fields::open(reader, entry.value, "a `voicemail` step", &entry.key.at)?;
    let consent = fields.take("consent");
    voicemail.consent = consent.map(|entry| reader.text(Some(entry), None));
    let prompt = fields.take("prompt");
    voicemail.prompt = prompt.map(|entry| reader.text(Some(entry), None));
    voicemail.longest = fields.take("longest").and_then(|entry| longest(reader, entry));
    voicemail.on_unrecorded = fields.take("on_unrecorded").and_then(|entry| reader.target(entry));
    fields.close(reader);
    Some(voicemail)
}

fn longest(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<u32> {
    let seconds = reader.count(entry)?;
    if !LONGEST.contains(&seconds) {
        let message = format!("a message takes {} to {} seconds", LONGEST.start(), LONGEST.end());
        reader.report(Diagnostic::error("V015", entry.value.at.clone(), message));
        return None;
    }
    u32::try_from(seconds).ok()
}
