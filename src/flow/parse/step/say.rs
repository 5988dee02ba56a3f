//! `say: TEXT`, or `say: { text, voice, image, link, legal }`; all but the text may stand beside `say` too.

use crate::flow::parse::fields::Fields;
use crate::flow::parse::reader::{Entry, Reader};
use crate::flow::step::Say;

pub fn read(reader: &mut Reader<'_>, step: &mut Fields<'_>, entry: Entry<'_>) -> Say {
    let beside = (step.take("voice"), step.take("image"), step.take("link"), step.take("legal"));
    let mut inside = (None, None, None, None);
    let text = match long_form(reader, entry) {
        Some(mut fields) => {
            let text = fields.need(reader, "text");
            inside = (fields.take("voice"), fields.take("image"), fields.take("link"), fields.take("legal"));
            fields.close(reader);
            text
        }
        None => Some(entry),
    };
    let text = reader.text(text, inside.0.or(beside.0));
    let image = inside.1.or(beside.1).and_then(|entry| reader.template(entry.value));
    let link = inside.2.or(beside.2).and_then(|entry| reader.template(entry.value));
    let legal = inside.3.or(beside.3).and_then(|entry| reader.flag(entry)).unwrap_or(false);
    Say { text, image, link, legal }
}

/// A map with `text`, `image` or `link` in it is the long form; another map is a text by locale.
fn long_form<'n>(reader: &mut Reader<'_>, entry: Entry<'n>) -> Option<Fields<'n>> {
    let long = ["text", "image", "link", "legal"].iter().any(|key| entry.value.get(key).is_some());
    if !long {
        return None;
    }
    Fields::open(reader, entry.value, "a `say` step", &entry.key.at)
}
