//! `say: TEXT`, or `say: { text, voice, image, link }`; `voice`, `image` and `link` may stand beside `say` too.

use crate::flow::parse::fields::Fields;
use crate::flow::parse::reader::{Entry, Reader};
use crate::flow::step::Say;

pub fn read(reader: &mut Reader<'_>, step: &mut Fields<'_>, entry: Entry<'_>) -> Say {
    let beside = (step.take("voice"), step.take("image"), step.take("link"));
    let mut inside = (None, None, None);
    let text = match long_form(reader, entry) {
        Some(mut fields) => {
            let text = fields.need(reader, "text");
            inside = (fields.take("voice"), fields.take("image"), fields.take("link"));
            fields.close(reader);
            text
        }
        None => Some(entry),
    };
    let text = reader.text(text, inside.0.or(beside.0));
    let image = inside.1.or(beside.1).and_then(|entry| reader.template(entry.value));
    let link = inside.2.or(beside.2).and_then(|entry| reader.template(entry.value));
    Say { text, image, link }
}

/// A map with `text`, `image` or `link` in it is the long form; another map is a text by locale.
fn long_form<'n>(reader: &mut Reader<'_>, entry: Entry<'n>) -> Option<Fields<'n>> {
    let long = ["text", "image", "link"].iter().any(|key| entry.value.get(key).is_some());
    if !long {
        return None;
    }
    Fields::open(reader, entry.value, "a `say` step", &entry.key.at)
}
