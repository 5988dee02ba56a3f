//! Answers from the FAQ: found, offered one by one, and whether they solved it.

use crate::conversation::{Event, Offered, PromptKind, PromptOption, Wait, WaitKind};
use crate::faq::Query;
use crate::flow::step::Faq;
use crate::flow::{Kind, SlotValue};

use super::prompts::{self, Asking};
use super::step::Then;
use super::working::Working;
use super::{speak, step};

/// An answer that may be offered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub article: String,
    pub score: f64,
}

/// The answers over the base's threshold, best first, that were not offered in this conversation; empty where
/// nothing is good enough.
pub(super) fn candidates(w: &Working<'_>, query: &str, context: &[String], max: usize) -> Vec<Candidate> {
    if query.trim().is_empty() {
        return Vec::new();
    }
    let ranking = w.playbook.faq.rank(&Query { text: query, locale: Some(&w.c.locale), context });
    if !ranking.suggest {
        return Vec::new();
    }
    ranking
        .hits
        .iter()
        .filter(|hit| hit.score >= ranking.threshold)
        .map(|hit| Candidate { article: w.playbook.faq.article(hit.article).id.clone(), score: hit.score })
        .filter(|found| !w.c.offered.iter().any(|offered| offered.article == found.article))
        .take(max)
        .collect()
}

/// The answer to a question asked instead of an answer, where the ranker is surer than it need be for a `faq` step.
pub(super) fn sure(w: &Working<'_>, query: &str) -> Option<Candidate> {
    if query.split_whitespace().count() < 2 {
        return None;
    }
    let context: Vec<String> =
        Some(w.origin_category()).filter(|topic| !topic.is_empty()).into_iter().collect();
    let ranking = w.playbook.faq.rank(&Query { text: query, locale: Some(&w.c.locale), context: &context });
    let best = ranking.hits.first()?;
    ranking
        .sure()
        .then(|| Candidate { article: w.playbook.faq.article(best.article).id.clone(), score: best.score })
}

/// Offers what was found for a `faq` step.
pub(super) fn begin(w: &mut Working<'_>, faq: &Faq, query: String, found: Vec<Candidate>) -> Then {
    if faq.list && found.len() > 1 {
        let articles: Vec<String> = found.iter().map(|candidate| candidate.article.clone()).collect();
        w.wait(Wait { kind: WaitKind::Pick { query, articles }, failures: 0 });
        return Then::Wait;
    }
    let mut found = found.into_iter();
    let Some(first) = found.next() else { return step::faq::unresolved(faq) };
    let left = found.map(|candidate| candidate.article).collect();
    offer(w, query, &first, left)
}

/// Shows one answer and asks whether it solved the matter.
pub(super) fn offer(w: &mut Working<'_>, query: String, answer: &Candidate, left: Vec<String>) -> Then {
    let article = answer.article.clone();
    w.event(Event::AnswerOffered { article: article.clone(), query: query.clone(), score: answer.score });
    w.c.offered.push(Offered { article: article.clone(), query: query.clone(), solved: None, reason: None });
    w.wait(Wait { kind: WaitKind::Solved { query, article, left }, failures: 0 });
    Then::Wait
}

/// The answer, then the solved question.
pub(super) fn ask_solved(w: &mut Working<'_>, article: &str, asking: Asking) {
    if asking == Asking::First {
        say_answer(w, article);
    }
    let own = match w.here().map(|(_, step)| &step.kind) {
        Some(Kind::Faq(faq)) => faq.ask.as_ref(),
        _ => None,
    };
    let text = match own {
        Some(text) => w.text(text),
        None => w.words("solved", &[]),
    };
    prompts::put(w, PromptKind::Solved, &text);
}

pub(super) fn say_answer(w: &mut Working<'_>, article: &str) {
    let Some(article) = w.playbook.faq.by_id(article) else {
        w.fault("faq", &format!("no article `{article}`"));
        return;
    };
    let (locale, fallback) = (w.c.locale.as_str(), w.playbook.default_locale());
    let text =
        if w.voice() { article.spoken_in(locale, fallback) } else { article.answer_in(locale, fallback) };
    let prompt = speak::prompt(w, PromptKind::Answer, text.unwrap_or_default(), Vec::new());
    w.send(prompt);
}

fn title(w: &Working<'_>, article: &str) -> String {
    let found = w.playbook.faq.by_id(article);
    let title = found.and_then(|found| found.title(&w.c.locale, w.playbook.default_locale()));
    title.unwrap_or(article).to_owned()
}

pub(super) fn ask_pick(w: &mut Working<'_>, articles: &[String]) {
    let count = articles.len().to_string();
    let text = w.words("pick", &[("count", count)]);
    prompts::put(w, PromptKind::Choose, &text);
}

pub(super) fn pick_options(w: &mut Working<'_>, articles: &[String]) -> Vec<PromptOption> {
    let mut options: Vec<PromptOption> = articles
        .iter()
        .enumerate()
        .map(|(place, article)| PromptOption {
            value: article.clone(),
            label: title(w, article),
            key: (place + 1).to_string(),
        })
        .collect();
    let label = w.words("none_of_these", &[]);
    let key = (options.len() + 1).to_string();
    options.push(PromptOption { value: NONE.into(), label, key });
    options
}

/// The option that says that no title fits.
const NONE: &str = "none_of_these";

/// A title was picked, or none.
pub(super) fn picked(w: &mut Working<'_>, value: &str) -> Then {
    let Some(WaitKind::Pick { query, articles }) = w.current_wait().map(|wait| wait.kind.clone()) else {
        return Then::Wait;
    };
    w.answered_with((value == NONE).then(|| SlotValue::Text(query.clone())));
    if value == NONE {
        for article in articles {
            w.event(Event::AnswerRefused { article: article.clone(), reason: None });
            w.c.offered.push(Offered { article, query: query.clone(), solved: Some(false), reason: None });
        }
        return settle(w, false);
    }
    let left = articles.into_iter().filter(|article| article != value).collect();
    offer(w, query, &Candidate { article: value.to_owned(), score: 0.0 }, left)
}

/// "Did that solve it?" was answered.
pub(super) fn solved(w: &mut Working<'_>, yes: bool) -> Then {
    let Some(WaitKind::Solved { query, article, left }) = w.current_wait().map(|wait| wait.kind.clone())
    else {
        return Then::Wait;
    };
    w.answered_with((!yes).then(|| SlotValue::Text(query.clone())));
    mark(w, &article, yes, None);
    if yes {
        w.event(Event::AnswerConfirmed { article });
        return settle(w, true);
    }
    w.event(Event::AnswerRefused { article: article.clone(), reason: None });
    let mut left = left.into_iter();
    if let Some(next) = left.next() {
        w.say_words("another", &[]);
        return offer(w, query, &Candidate { article: next, score: 0.0 }, left.collect());
    }
    if reasons(w) {
        w.wait(Wait { kind: WaitKind::Reason { query, article }, failures: 0 });
        return Then::Wait;
    }
    settle(w, false)
}

fn reasons(w: &Working<'_>) -> bool {
    matches!(w.here().map(|(_, step)| &step.kind), Some(Kind::Faq(faq)) if faq.reasons)
}

pub(super) fn ask_reason(w: &mut Working<'_>) {
    let text = w.words("reason", &[]);
    prompts::put(w, PromptKind::Choose, &text);
}

pub(super) const REASONS: [&str; 4] = ["wrong_question", "too_long", "did_not_work", "something_else"];

pub(super) fn reason_options(w: &mut Working<'_>) -> Vec<PromptOption> {
    let mut options = Vec::new();
    for (place, reason) in REASONS.iter().enumerate() {
        let label = w.words(&format!("reason_{reason}"), &[]);
        options.push(PromptOption { value: (*reason).to_owned(), label, key: (place + 1).to_string() });
    }
    options
}

/// Why the last answer did not do; silence or another text skips it.
pub(super) fn reasoned(w: &mut Working<'_>, reason: Option<String>) -> Then {
    let Some(WaitKind::Reason { article, query }) = w.current_wait().map(|wait| wait.kind.clone()) else {
        return Then::Wait;
    };
    w.answered_with(Some(SlotValue::Text(query)));
    if let Some(reason) = reason {
        mark(w, &article, false, Some(reason.clone()));
        w.event(Event::AnswerRefused { article, reason: Some(reason) });
    }
    settle(w, false)
}

fn mark(w: &mut Working<'_>, article: &str, yes: bool, reason: Option<String>) {
    if let Some(offered) = w.c.offered.iter_mut().rev().find(|offered| offered.article == article) {
        offered.solved = Some(yes);
        if reason.is_some() {
            offered.reason = reason;
        }
    }
}

/// The `faq` step is done.
pub(super) fn settle(w: &mut Working<'_>, resolved: bool) -> Then {
    if let Some(frame) = w.frame_mut() {
        frame.wait = None;
    }
    let Some((_, at)) = w.here() else { return Then::next() };
    match &at.kind {
        Kind::Faq(faq) if resolved => step::faq::resolved(w, faq),
        Kind::Faq(faq) => step::faq::unresolved(faq),
        _ => Then::next(),
    }
}
