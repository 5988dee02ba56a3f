//! Answers from the FAQ: found, offered one by one, and whether they solved it.

use crate::conversation::{Event, Offered, PromptKind, PromptOption, Wait, WaitKind};
use crate::faq::{Hit, Query};
use crate::flow::step::Faq;
use crate::flow::{Kind, SlotValue};

use super::prompts;
use super::step::Then;
use super::working::Working;
use super::{context, reason, step, telling};

/// An answer that may be offered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub article: String,
    pub score: f64,
}

/// What the base has for a question, at a `faq` step.
pub(super) enum Found {
    /// Best first; never empty.
    Some(Vec<Candidate>),
    /// What is good enough was shown in this conversation already: no answer is offered twice.
    ShownBefore,
    Nothing,
}

/// The answers over the base's threshold that were not shown in this conversation.
pub(super) fn candidates(w: &Working<'_>, query: &str, tags: &[String], max: usize) -> Found {
    if query.trim().is_empty() {
        return Found::Nothing;
    }
    let context = context::of(w, tags);
    let ranking = w.playbook.faq.rank(&Query { text: query, locale: Some(&w.c.locale), context: &context });
    let all: Vec<Candidate> = ranking.suggested().map(|hit| candidate(w, hit)).collect();
    let some = !all.is_empty();
    let fresh: Vec<Candidate> =
        all.into_iter().filter(|found| shown(w, &found.article).is_none()).take(max).collect();
    match (some, fresh.is_empty()) {
        (_, false) => Found::Some(fresh),
        (true, true) => Found::ShownBefore,
        (false, true) => Found::Nothing,
    }
}

fn candidate(w: &Working<'_>, hit: &Hit) -> Candidate {
    Candidate { article: w.playbook.faq.article(hit.article).id.clone(), score: hit.score }
}

/// How an answer fared that was shown in this conversation.
fn shown<'w>(w: &'w Working<'_>, article: &str) -> Option<&'w Offered> {
    w.c.offered.iter().rev().find(|shown| shown.article == article)
}

/// The answer to a question asked instead of an answer, where the ranker is surer than it need be for a `faq` step.
/// One that the contact refused is not given again; one that they saw is, for they ask for it in their own words.
pub(super) fn sure(w: &Working<'_>, query: &str) -> Option<Candidate> {
    if query.split_whitespace().count() < 2 {
        return None;
    }
    let context = context::of(w, &[]);
    let ranking = w.playbook.faq.rank(&Query { text: query, locale: Some(&w.c.locale), context: &context });
    let best = ranking.hits.first().filter(|_| ranking.sure()).map(|hit| candidate(w, hit))?;
    let refused = shown(w, &best.article).is_some_and(|shown| shown.solved == Some(false));
    (!refused).then_some(best)
}

/// Answers a question that was asked amid a form.
pub(super) fn answer_amid(w: &mut Working<'_>, query: &str, found: Candidate) {
    let Candidate { article, .. } = found;
    if shown(w, &article).is_some() {
        w.say_words("once_more", &[]);
    } else {
        w.c.offered.push(Offered { amid: true, ..Offered::new(&article, query) });
    }
    w.event(Event::QuestionAnswered { article: article.clone(), query: query.to_owned() });
    telling::say(w, &article);
}

/// Offers what was found for a `faq` step.
pub(super) fn begin(w: &mut Working<'_>, faq: &Faq, query: String, found: Vec<Candidate>) -> Then {
    if faq.lists(w.voice()) && found.len() > 1 {
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
    w.c.offered.push(Offered::new(&article, &query));
    w.wait(Wait { kind: WaitKind::Solved { query, article, left, part: 0 }, failures: 0 });
    Then::Wait
}

pub(super) fn title(w: &Working<'_>, article: &str) -> String {
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
            let refused = Offered { solved: Some(false), listed: true, ..Offered::new(&article, &query) };
            w.c.offered.push(refused);
        }
        return settle(w, false);
    }
    let left = articles.into_iter().filter(|article| article != value).collect();
    offer(w, query, &Candidate { article: value.to_owned(), score: 0.0 }, left)
}

/// "Did that solve it?" was answered.
pub(super) fn solved(w: &mut Working<'_>, yes: bool) -> Then {
    let Some(WaitKind::Solved { query, article, left, .. }) = w.current_wait().map(|wait| wait.kind.clone())
    else {
        return Then::Wait;
    };
    w.answered_with((!yes).then(|| SlotValue::Text(query.clone())));
    let known = shown(w, &article).is_some_and(|shown| shown.reason.is_some());
    mark(w, &article, yes, None);
    if yes {
        w.event(Event::AnswerConfirmed { article });
        return settle(w, true);
    }
    // What was too long, and did not do in short either, was refused once.
    if !known {
        w.event(Event::AnswerRefused { article: article.clone(), reason: None });
    }
    let mut left = left.into_iter().filter(|next| shown(w, next).is_none()).collect::<Vec<_>>().into_iter();
    if let Some(next) = left.next() {
        w.say_words("another", &[]);
        return offer(w, query, &Candidate { article: next, score: 0.0 }, left.collect());
    }
    if reason::asked(w, &article) {
        w.wait(Wait { kind: WaitKind::Reason { query, article }, failures: 0 });
        return Then::Wait;
    }
    settle(w, false)
}

pub(super) fn mark(w: &mut Working<'_>, article: &str, yes: bool, reason: Option<String>) {
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
