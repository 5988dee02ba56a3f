//! How an answer is told: whole in chat; on a call in parts where it is long, with what a caller may want between and
//! after them; and in short where it was too long.

use crate::conversation::{CallEvent, Event, Offered, PromptKind, PromptOption, Wait, WaitKind, ids};
use crate::faq::{self, Article};
use crate::flow::Kind;

use super::prompts::{self, Asking};
use super::reason::TOO_LONG;
use super::recognize::text::plain;
use super::recognize::yes_no;
use super::step::Then;
use super::working::Working;
use super::{globals, question, queue, speak};

/// A short form saves at least a third, or it is none.
const SHORTER: usize = 3;

/// What a contact may want after an answer, or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Solved(bool),
    /// The next part.
    GoOn,
    /// No more parts.
    Enough,
    /// This part once more.
    Again,
    /// Another answer.
    Next,
    /// A copy where it can be read.
    Send,
}

/// The options' values. Those of the last two are words that a contact can say, too.
const GO_ON: &str = "go_on";
const AGAIN: &str = "again";
const NEXT: &str = "next_answer";
const SEND: &str = "send_it";

/// The answer as it is told here.
fn parts(w: &Working<'_>, article: &str) -> Vec<String> {
    let Some(found) = w.playbook.faq.by_id(article) else { return Vec::new() };
    let (locale, fallback) = (w.c.locale.as_str(), w.playbook.default_locale());
    if w.voice() {
        return faq::parts(found.spoken_in(locale, fallback).unwrap_or_default());
    }
    let was_too_long = last(w, article).is_some_and(|shown| shown.reason.as_deref() == Some(TOO_LONG));
    let short = short_form(w, found).filter(|_| was_too_long);
    vec![short.or_else(|| found.answer_in(locale, fallback)).unwrap_or_default().to_owned()]
}

/// The spoken form stands in for the written one that was too long, where it is shorter.
fn short_form<'a>(w: &Working<'a>, article: &'a Article) -> Option<&'a str> {
    let (locale, fallback) = (w.c.locale.as_str(), w.playbook.default_locale());
    let written = article.answer_in(locale, fallback)?;
    let spoken = article.spoken_in(locale, fallback).filter(|_| !w.voice())?;
    let size = |text: &str| text.chars().count();
    (size(spoken) * SHORTER <= size(written) * (SHORTER - 1)).then_some(spoken)
}

/// Whether something shorter can be shown in its place.
pub(super) fn has_short_form(w: &Working<'_>, article: &str) -> bool {
    w.playbook.faq.by_id(article).is_some_and(|found| short_form(w, found).is_some())
}

/// Whether nothing of the answer is left to tell.
pub(super) fn is_whole(w: &Working<'_>, article: &str, part: usize) -> bool {
    part + 1 >= parts(w, article).len()
}

fn last<'w>(w: &'w Working<'_>, article: &str) -> Option<&'w Offered> {
    w.c.offered.iter().rev().find(|shown| shown.article == article)
}

/// The part of the answer, then what comes next: another part, or whether it solved the matter.
pub(super) fn ask(w: &mut Working<'_>, article: &str, part: usize, asking: Asking) {
    let parts = parts(w, article);
    if parts.is_empty() {
        w.fault("faq", &format!("no article `{article}`"));
    }
    if asking == Asking::First {
        let told = parts.get(part).or(parts.last());
        told.into_iter().for_each(|text| say_part(w, text));
    }
    if part + 1 < parts.len() {
        let text = w.words("answer_more", &[]);
        return prompts::put(w, PromptKind::Choose, &text);
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

fn say_part(w: &mut Working<'_>, text: &str) {
    let prompt = speak::prompt(w, PromptKind::Answer, text, Vec::new());
    w.send(prompt);
}

/// The whole answer, with no question after it.
pub(super) fn say(w: &mut Working<'_>, article: &str) {
    let parts = parts(w, article);
    if parts.is_empty() {
        w.fault("faq", &format!("no article `{article}`"));
    }
    parts.iter().for_each(|text| say_part(w, text));
}

pub(super) fn options(w: &mut Working<'_>, article: &str, part: usize, left: bool) -> Vec<PromptOption> {
    let mut options = if is_whole(w, article, part) {
        prompts::yes_no(w)
    } else {
        let other = if left { "answer_next" } else { "answer_other" };
        [(GO_ON, "answer_go_on"), (AGAIN, "answer_again"), (NEXT, other)]
            .map(|(value, words)| option(w, value, words))
            .into()
    };
    if can_send(w, article) {
        options.push(option(w, SEND, "answer_send"));
    }
    for (place, option) in options.iter_mut().enumerate() {
        option.key = (place + 1).to_string();
    }
    options
}

fn option(w: &mut Working<'_>, value: &str, words: &str) -> PromptOption {
    PromptOption { value: value.to_owned(), label: w.words(words, &[]), key: String::new() }
}

/// A caller who has a chat, too, gets each answer there once.
fn can_send(w: &Working<'_>, article: &str) -> bool {
    let reached = w.facts.contact.chat || can_text(w);
    w.voice() && reached && last(w, article).is_some_and(|shown| !shown.sent)
}

/// Whether a text message can go to the number that the call shows.
fn can_text(w: &Working<'_>) -> bool {
    w.c.number.as_ref().is_some_and(|number| queue::callable(number, &w.facts.callable))
}

/// The number is a hint, so its end is read back before anything goes there.
pub(super) fn ask_number(w: &mut Working<'_>) {
    let end = w.c.number.as_deref().map(queue::end_of).unwrap_or_default();
    let text = w.words("answer_text_to", &[("end", end)]);
    prompts::put(w, PromptKind::Confirm, &text);
}

/// The text message leaves, or it does not.
pub(super) fn send_to(w: &mut Working<'_>, yes: bool) -> Then {
    let Some(WaitKind::SendTo { article, .. }) = w.current_wait().map(|wait| wait.kind.clone()) else {
        return Then::Wait;
    };
    globals::leave_overlay(w);
    match w.c.number.clone().filter(|_| yes) {
        Some(number) => {
            let title = question::title(w, &article);
            let fallback = w.playbook.default_locale();
            let answer =
                w.playbook.faq.by_id(&article).and_then(|found| found.answer_in(&w.c.locale, fallback));
            let text = format!("{title}\n\n{}", answer.unwrap_or_default());
            let id = ids::of_turn(w.c.id, w.c.turn, "text", 0);
            w.call_event(CallEvent::MessageWanted { id, number, text });
            if let Some(shown) = w.c.offered.iter_mut().rev().find(|shown| shown.article == article) {
                shown.sent = true;
            }
            w.say_words("answer_texted", &[]);
        }
        None => w.say_words("answer_not_texted", &[]),
    }
    prompts::ask_as(w, Asking::Again(1));
    Then::Wait
}

/// What an option's value stands for.
pub(super) fn of_value(value: &str) -> Option<Wish> {
    Some(match value {
        "yes" => Wish::Solved(true),
        "no" => Wish::Solved(false),
        GO_ON => Wish::GoOn,
        AGAIN => Wish::Again,
        NEXT => Wish::Next,
        SEND => Wish::Send,
        _ => return None,
    })
}

/// What is meant by words after an answer.
pub(super) fn of_words(w: &Working<'_>, text: &str) -> Option<Wish> {
    let Some(WaitKind::Solved { article, part, .. }) = w.current_wait().map(|wait| &wait.kind) else {
        return None;
    };
    let whole = is_whole(w, article, *part);
    let list = |key: &str| w.playbook.words.list(key, &w.c.locale);
    let said = plain(text);
    let among = |key: &str| list(key).iter().any(|word| plain(word) == said);
    if among("send_answer") {
        return Some(Wish::Send);
    }
    if among("next_answer") {
        return Some(Wish::Next);
    }
    if !whole {
        if among("go_on") {
            return Some(Wish::GoOn);
        }
        if let Some(more) = yes_no::said(text, list("yes"), list("no")) {
            return Some(if more { Wish::GoOn } else { Wish::Enough });
        }
    }
    let both = |plain: &str, solved: &str| [list(plain), list(solved)].concat();
    yes_no::said(text, &both("yes", "solved_yes"), &both("no", "solved_no")).map(Wish::Solved)
}

/// Does what the contact wants after an answer.
pub(super) fn wished(w: &mut Working<'_>, wish: Wish) -> Then {
    let Some(WaitKind::Solved { article, part, .. }) = w.current_wait().map(|wait| wait.kind.clone()) else {
        return Then::Wait;
    };
    match wish {
        Wish::Solved(yes) => return question::solved(w, yes),
        Wish::Next => return question::solved(w, false),
        Wish::GoOn => {
            stand_at(w, part + 1);
            prompts::ask(w);
        }
        Wish::Enough => {
            let last = parts(w, &article).len().saturating_sub(1);
            stand_at(w, last);
            prompts::ask_as(w, Asking::Again(1));
        }
        Wish::Again => prompts::ask(w),
        Wish::Send => send(w, &article),
    }
    Then::Wait
}

fn stand_at(w: &mut Working<'_>, to: usize) {
    if let Some(wait) = w.frame_mut().and_then(|frame| frame.wait.as_mut())
        && let WaitKind::Solved { part, .. } = &mut wait.kind
    {
        *part = to;
        wait.failures = 0;
    }
}

fn send(w: &mut Working<'_>, article: &str) {
    if can_send(w, article) && !w.facts.contact.chat {
        let under = w.frame_mut().and_then(|frame| frame.wait.take()).map(Box::new);
        return w.wait(Wait { kind: WaitKind::SendTo { article: article.to_owned(), under }, failures: 0 });
    }
    if can_send(w, article) {
        w.event(Event::AnswerSent { article: article.to_owned() });
        if let Some(shown) = w.c.offered.iter_mut().rev().find(|shown| shown.article == article) {
            shown.sent = true;
        }
        w.say_words("answer_sent", &[]);
    } else {
        let sent = last(w, article).is_some_and(|shown| shown.sent);
        w.say_words(if sent { "answer_sent" } else { "answer_not_sent" }, &[]);
    }
    prompts::ask_as(w, Asking::Again(1));
}

/// The answer that was shown last, once more: asked for in so many words.
pub(super) fn once_more(w: &mut Working<'_>) {
    if let Some(WaitKind::Solved { .. }) = w.current_wait().map(|wait| &wait.kind) {
        stand_at(w, 0);
        return prompts::ask(w);
    }
    let told = w.c.offered.iter().rev().find(|shown| !shown.listed);
    match told.map(|shown| shown.article.clone()) {
        Some(article) => say(w, &article),
        None => w.say_words("no_answer_yet", &[]),
    }
    prompts::ask(w);
}
