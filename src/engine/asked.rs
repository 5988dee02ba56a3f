//! A question that was put to the FAQ, written down for those who write its articles.

use crate::conversation::{Event, Nearest, masking};
use crate::faq::Query;
use crate::flow::slot::SlotKind;

use super::context;
use super::working::Working;

/// Characters of a question that are kept.
const LONGEST: usize = 400;
/// Entries that are written down beside a question.
const NEAREST: usize = 3;

/// Notes that `query` was put in this context, and that `found` answers were good enough.
pub(super) fn put(w: &mut Working<'_>, query: &str, context: &[String], found: usize, aside: bool) {
    if query.trim().is_empty() {
        return;
    }
    let place = context::of(w, context);
    let ranking = w.playbook.faq.rank(&Query { text: query, locale: Some(&w.c.locale), context: &place });
    let near = ranking.hits.iter().take(NEAREST).map(|hit| Nearest {
        article: w.playbook.faq.article(hit.article).id.clone(),
        score: (hit.score * 1e3).round() / 1e3,
    });
    let nearest = near.collect();
    let short: String = query.trim().chars().take(LONGEST).collect();
    let event = Event::QuestionPut {
        flow: w.frame().map(|frame| frame.flow.clone()).unwrap_or_default(),
        wording: masking::mask(&short, &personal(w)),
        tags: context.to_vec(),
        nearest,
        found: u32::try_from(found).unwrap_or(u32::MAX),
        aside,
    };
    w.event(event);
}

/// Values of this conversation that are personal whatever they look like: those of sensitive slots, of slots for an
/// address of mail or a telephone, and the contact's name.
fn personal(w: &Working<'_>) -> Vec<String> {
    let mut values: Vec<String> = w.facts.contact.name.iter().cloned().collect();
    for frame in &w.c.frames {
        let Some(flow) = w.playbook.flow(&frame.flow) else { continue };
        for (name, value) in &frame.slots {
            let is_personal = flow
                .slots
                .get(name)
                .is_some_and(|slot| slot.sensitive || matches!(slot.kind, SlotKind::Email | SlotKind::Phone));
            if is_personal {
                values.push(value.to_string());
            }
        }
    }
    // A name in two words is also met as one.
    let parts: Vec<String> = values
        .iter()
        .filter(|value| !value.contains(|c: char| c.is_ascii_digit()))
        .flat_map(|value| value.split_whitespace().filter(|part| part.chars().count() > 2))
        .map(str::to_owned)
        .collect();
    values.extend(parts);
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values
}
