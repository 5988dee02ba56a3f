//! `survey`: a score, then a comment where one is asked for. It never holds anybody up: what is no score skips it.

use crate::conversation::{Event, PromptKind, PromptOption, Wait, WaitKind};
use crate::engine::working::Working;
use crate::engine::{notice, prompts};
use crate::flow::step::{Survey, SurveyKind};

use super::Then;

pub fn enter(w: &mut Working<'_>) -> Then {
    w.wait(Wait { kind: WaitKind::Step, failures: 0 });
    Then::Wait
}

pub fn ask(w: &mut Working<'_>, survey: &Survey) {
    let text = match &survey.prompt {
        Some(text) => w.text(text),
        None => w.words(survey.ask.word(), &[]),
    };
    // The words name the range; spelling out every key would take half a minute.
    if w.voice() {
        w.say(PromptKind::Survey, &text);
    } else {
        prompts::put(w, PromptKind::Survey, &text);
    }
}

pub fn options(survey: &Survey) -> Vec<PromptOption> {
    let (low, high) = survey.ask.range();
    (low..=high)
        .map(|score| {
            let score = score.to_string();
            PromptOption { value: score.clone(), label: score.clone(), key: score }
        })
        .collect()
}

/// A score where the text is one.
pub fn score(ask: SurveyKind, text: &str) -> Option<i64> {
    let (low, high) = ask.range();
    text.trim().parse::<i64>().ok().filter(|score| (low..=high).contains(score))
}

pub fn scored(w: &mut Working<'_>, survey: &Survey, score: Option<i64>) -> Then {
    w.answered();
    let word = survey.ask.word().to_owned();
    let ticket = notice::surveyed(w);
    w.event(Event::SurveyAnswered { survey: word, score, comment: None, ticket });
    if score.is_none() {
        return Then::next();
    }
    if survey.comment {
        w.wait(Wait { kind: WaitKind::Comment, failures: 0 });
        return Then::Wait;
    }
    w.say_words("survey_thanks", &[]);
    Then::next()
}

pub fn commented(w: &mut Working<'_>, survey: &Survey, comment: Option<String>) -> Then {
    if let Some(frame) = w.frame_mut() {
        frame.wait = None;
    }
    if comment.is_some() {
        let word = survey.ask.word().to_owned();
        let ticket = notice::surveyed(w);
        w.event(Event::SurveyAnswered { survey: word, score: None, comment, ticket });
    }
    w.say_words("survey_thanks", &[]);
    Then::next()
}
