//! What is known of the place a question is asked at, as tags that raise the articles which carry them.

use crate::conversation::Frame;
use crate::flow::SlotKind;

use super::working::Working;

/// The tags of the place, those that the step names first: names and tags of the flows under way, choices that were
/// made in them, the contact's profile, the kind of channel, and the tags of answers that this conversation was about.
pub(super) fn of(w: &Working<'_>, named: &[String]) -> Vec<String> {
    let mut tags: Vec<String> = named.to_vec();
    for frame in &w.c.frames {
        tags.push(frame.flow.clone());
        tags.extend(of_flow(w, frame));
    }
    if let Some(profile) = &w.facts.contact.profile {
        tags.extend([profile.clone(), format!("profile:{profile}")]);
    }
    tags.push(if w.voice() { "channel:voice" } else { "channel:chat" }.to_owned());
    let about = w.c.offered.iter().filter(|shown| shown.amid || shown.solved == Some(true));
    let articles = about.filter_map(|shown| w.playbook.faq.by_id(&shown.article));
    tags.extend(articles.flat_map(|article| article.tags.iter().cloned()));
    let mut seen = std::collections::BTreeSet::new();
    tags.retain(|tag| seen.insert(tag.to_lowercase()));
    tags
}

/// The flow's own tags, and the choices that were made in it.
fn of_flow<'a>(w: &'a Working<'_>, frame: &'a Frame) -> impl Iterator<Item = String> + 'a {
    let flow = w.playbook.flow(&frame.flow);
    let own = flow.into_iter().flat_map(|flow| flow.tags.iter().map(|tag| tag.value.clone()));
    let chosen = frame.slots.iter().filter_map(move |(name, value)| {
        let slot = flow?.slots.get(name)?;
        let choice = matches!(slot.kind, SlotKind::Choice { .. }) && !slot.sensitive;
        choice.then(|| value.to_string())
    });
    own.chain(chosen)
}
