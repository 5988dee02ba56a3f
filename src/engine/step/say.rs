//! `say`

use crate::conversation::PromptKind;
use crate::engine::speak;
use crate::engine::working::Working;
use crate::flow::step::Say;

use super::Then;

pub fn enter(w: &mut Working<'_>, say: &Say) -> Then {
    let text = w.text(&say.text);
    let mut prompt = speak::prompt(w, PromptKind::Say, &text, Vec::new());
    prompt.legal = say.legal && w.voice();
    prompt.recorded = w.recorded_step(&say.text, &text);
    if !w.voice() {
        prompt.image = say.image.as_ref().map(|image| w.render(image)).filter(|image| !image.is_empty());
        prompt.link = say.link.as_ref().map(|link| w.render(link)).filter(|link| !link.is_empty());
    }
    if !w.says_anew(&text) {
        return Then::next();
    }
    if !prompt.text.is_empty() || prompt.image.is_some() || prompt.link.is_some() {
        w.send(prompt);
    }
    Then::next()
}
