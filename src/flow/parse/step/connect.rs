//! `connect: show`, `connect: end` or `connect: { code, on_refused, on_closed }`.

use crate::flow::parse::fields::Fields;
use crate::flow::parse::reader::{Entry, Reader};
use crate::flow::step::{Connect, Enter};

pub const WORDS: [&str; 2] = ["show", "end"];

pub fn read(reader: &mut Reader<'_>, entry: Entry<'_>) -> Option<Connect> {
    if entry.value.text().is_some() {
        let word = reader.word(entry, &WORDS)?;
        return Some(if word.value == "end" { Connect::End } else { Connect::Show });
    }
    let mut fields = Fields::open(reader, entry.value, "a `connect` step", &entry.key.at)?;
    let code = fields.need(reader, "code").and_then(|entry| reader.template(entry.value));
    let on_refused = fields.take("on_refused").and_then(|entry| reader.target(entry));
    let on_closed = fields.take("on_closed").and_then(|entry| reader.target(entry));
    fields.close(reader);
    Some(Connect::Enter(Box::new(Enter { code: code?, on_refused, on_closed })))
}
