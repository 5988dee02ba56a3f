//! Why an answer did not do, where the flow asks.

use crate::conversation::{Event, PromptKind, PromptOption, Wait, WaitKind};
use crate::flow::{Kind, SlotValue};

use super::step::Then;
use super::working::Working;
use super::{prompts, question, telling};

pub(super) const TOO_LONG: &str = "too_long";
pub(super) const REASONS: [&str; 4] = ["wrong_question", TOO_LONG, "did_not_work", "something_else"];

/// Whether the contact is to be asked why: the flow wants it, and they did not say so already.
pub(super) fn asked(w: &Working<'_>, article: &str) -> bool {
    let known = w.c.offered.iter().any(|shown| shown.article == article && shown.reason.is_some());
    let wanted = matches!(w.here().map(|(_, step)| &step.kind), Some(Kind::Faq(faq)) if faq.reasons);
    wanted && !known
}

pub(super) fn ask(w: &mut Working<'_>) {
    let text = w.words("reason", &[]);
    prompts::put(w, PromptKind::Choose, &text);
}

pub(super) fn options(w: &mut Working<'_>) -> Vec<PromptOption> {
    let mut options = Vec::new();
    for (place, reason) in REASONS.iter().enumerate() {
        let label = w.words(&format!("reason_{reason}"), &[]);
        options.push(PromptOption { value: (*reason).to_owned(), label, key: (place + 1).to_string() });
    }
    options
}

/// The contact said why, or passed it over. What was too long is shown in short, where it can be.
pub(super) fn said(w: &mut Working<'_>, reason: Option<String>) -> Then {
    let Some(WaitKind::Reason { article, query }) = w.current_wait().map(|wait| wait.kind.clone()) else {
        return Then::Wait;
    };
    w.answered_with(Some(SlotValue::Text(query.clone())));
    if let Some(reason) = reason {
        question::mark(w, &article, false, Some(reason.clone()));
        w.event(Event::AnswerRefused { article: article.clone(), reason: Some(reason.clone()) });
        if reason == TOO_LONG && telling::has_short_form(w, &article) {
            w.say_words("in_short", &[]);
            w.wait(Wait {
                kind: WaitKind::Solved { query, article, left: Vec::new(), part: 0 },
                failures: 0,
            });
            return Then::Wait;
        }
    }
    question::settle(w, false)
}

/// What was tried in vain, for who reads the ticket: titles with the reasons that were given. Empty where nothing was.
pub(super) fn tried(w: &mut Working<'_>) -> String {
    let refused = w.c.offered.iter().filter(|shown| shown.solved == Some(false));
    let refused: Vec<_> = refused.map(|shown| (shown.article.clone(), shown.reason.clone())).collect();
    let mut items = Vec::new();
    for (article, reason) in refused {
        let title = question::title(w, &article);
        items.push(match reason.filter(|reason| REASONS.contains(&reason.as_str())) {
            Some(reason) => format!("{title} ({})", w.words_in_writing(&format!("reason_{reason}"))),
            None => title,
        });
    }
    if items.is_empty() { String::new() } else { w.words("tried", &[("items", items.join("; "))]) }
}
