//! Advice on a set of articles that does not belong in every check: what makes them hard to find, contradict each other
//! or grow old. It takes the ranker itself as witness.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::article::Article;
use super::base::Base;
use super::check::FEWEST_PHRASINGS;
use super::gaps::{self, Wording};
use super::normalize;
use super::ranking::Query;
use crate::source::Diagnostic;

const FEW_PHRASINGS: &str = "V806";
const NEAR_PHRASINGS: &str = "V809";
const CONFLICT: &str = "V810";
const NEVER_FIRST: &str = "V811";
const NEVER_SUGGESTED: &str = "V812";
const STALE: &str = "V813";

/// Phrasings of two articles that are more alike than this (a cosine) are told.
const NEAR: f32 = 0.8;
/// Near phrasings that are told of one article.
const MOST_NEAR: usize = 3;

/// What is known beside the articles themselves.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The day on which it is asked.
    pub today: Date,
    /// Articles that were given to somebody lately, and in how many days.
    pub suggested: Option<(&'a BTreeSet<String>, u32)>,
    /// Articles that some question of a file leads to.
    pub reached: Option<&'a BTreeSet<String>>,
}

/// Few phrasings (`V806`), phrasings nearly the same across articles (`V809`), one phrasing with different answers
/// (`V810`), articles that their own phrasings do not lead to (`V811`) or that nobody is given (`V812`), and those to be
/// read again (`V813`): all warnings. `base` is built of `articles`.
pub fn lint(articles: &[Article], base: &Base, known: &Known<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for article in articles {
        few_phrasings(article, &mut found);
        never_first(article, base, &mut found);
        stale(article, known.today, &mut found);
        never_suggested(article, known, &mut found);
    }
    alike(articles, &mut found);
    found
}

fn few_phrasings(article: &Article, found: &mut Vec<Diagnostic>) {
    for (locale, questions) in &article.questions {
        if questions.len() < FEWEST_PHRASINGS {
            let message = format!("`{}` has {} in `{locale}`", article.id, phrasings(questions.len()));
            let help = "add the ways in which people ask for it; from five on it is found far better";
            found.push(Diagnostic::warning(FEW_PHRASINGS, article.at.clone(), message).help(help));
        }
    }
}

fn phrasings(count: usize) -> String {
    if count == 1 { "1 phrasing".to_owned() } else { format!("{count} phrasings") }
}

/// The ranker is asked each phrasing: another article must not come before its own.
fn never_first(article: &Article, base: &Base, found: &mut Vec<Diagnostic>) {
    for (locale, questions) in &article.questions {
        let mut lost: Vec<(usize, &str)> = Vec::new();
        for (index, text) in questions.iter().enumerate() {
            let ranking = base.rank(&Query { text, locale: Some(locale), context: &[] });
            let score = |id: &str| {
                ranking
                    .hits
                    .iter()
                    .find(|hit| base.article(hit.article).id == id)
                    .map_or(0.0, |hit| hit.score)
            };
            let first = ranking.hits.first().map(|hit| base.article(hit.article).id.as_str());
            if let Some(first) = first.filter(|first| score(first) > score(&article.id) + 1e-9) {
                lost.push((index, first));
            }
        }
        if lost.len() == questions.len() && !lost.is_empty() {
            let message = format!("no phrasing of `{}` in `{locale}` leads to it", article.id);
            let help = format!("`{}` comes first; tell the two apart, or join them", lost[0].1);
            found.push(Diagnostic::warning(NEVER_FIRST, article.at.clone(), message).help(help));
            continue;
        }
        for (index, first) in lost {
            let at = article.question_at(locale, index).clone();
            let message = format!("“{}” leads to `{first}`, not to `{}`", questions[index], article.id);
            let help = format!("move it to `{first}`, or give `{}` more phrasings like it", article.id);
            found.push(Diagnostic::warning(NEVER_FIRST, at, message).help(help));
        }
    }
}

fn stale(article: &Article, today: Date, found: &mut Vec<Diagnostic>) {
    if let Some(review) = article.review.filter(|review| *review < today) {
        let message = format!("`{}` was to be read again by {review}", article.id);
        let help = "read it, mend it, and set `review:` to a later day";
        found.push(Diagnostic::warning(STALE, article.at.clone(), message).help(help));
    }
}

fn never_suggested(article: &Article, known: &Known<'_>, found: &mut Vec<Diagnostic>) {
    if let Some((suggested, days)) = known.suggested
        && !suggested.contains(&article.id)
    {
        let message = format!("`{}` was not given to anybody in the last {days} days", article.id);
        let help = "see in the desk's gaps how people ask for it, and add that as phrasings, or take it out";
        found.push(Diagnostic::warning(NEVER_SUGGESTED, article.at.clone(), message).help(help));
    }
    if known.reached.is_some_and(|reached| !reached.contains(&article.id)) {
        let message = format!("none of the questions leads to `{}`", article.id);
        found.push(Diagnostic::warning(NEVER_SUGGESTED, article.at.clone(), message));
    }
}

/// Phrasings of different articles that say nearly, or wholly, the same.
fn alike(articles: &[Article], found: &mut Vec<Diagnostic>) {
    let mut owners = Vec::new();
    let mut wordings = Vec::new();
    for (owner, article) in articles.iter().enumerate() {
        for (locale, questions) in &article.questions {
            for (index, text) in questions.iter().enumerate() {
                owners.push((owner, index));
                wordings.push(Wording { text, locale });
            }
        }
    }
    let mut told: BTreeMap<usize, usize> = BTreeMap::new();
    for (first, second) in gaps::near_pairs(&wordings, NEAR) {
        let ((one, at), (other, near)) = (owners[first], owners[second]);
        if articles[one].id == articles[other].id {
            continue;
        }
        let (old, new) = ((&articles[one], at), (&articles[other], near));
        let locale = wordings[first].locale;
        let same = normalize::words(wordings[first].text) == normalize::words(wordings[second].text);
        if same && !differ(old.0, new.0, locale) {
            continue; // V804 tells of it.
        }
        let count = told.entry(other).or_default();
        *count += 1;
        if *count <= MOST_NEAR {
            found.push(twins(locale, old, new, same));
        }
    }
}

/// Whether two articles say different things.
fn differ(left: &Article, right: &Article, locale: &str) -> bool {
    let words = |article: &Article| article.answer.get(locale).map(|answer| normalize::words(answer));
    words(left) != words(right)
}

fn twins(locale: &str, old: (&Article, usize), new: (&Article, usize), same: bool) -> Diagnostic {
    let phrasing = |(article, index): (&Article, usize)| article.questions[locale][index].clone();
    let at = new.0.question_at(locale, new.1).clone();
    let other = old.0.question_at(locale, old.1);
    if same {
        let message =
            format!("“{}” has two different answers: `{}` and `{}`", phrasing(new), old.0.id, new.0.id);
        let problem = Diagnostic::warning(CONFLICT, at, message);
        return problem.help("leave it to one of them").related(other, "also asked here");
    }
    let message =
        format!("“{}” of `{}` is nearly “{}” of `{}`", phrasing(new), new.0.id, phrasing(old), old.0.id);
    let problem = Diagnostic::warning(NEAR_PHRASINGS, at, message);
    problem
        .help("say in each what the other does not, or join the two")
        .related(other, "the other stands here")
}

#[cfg(test)]
mod tests {
    use super::super::{Dial, parse_yaml};
    use super::*;

    fn codes(text: &str, known: &Known<'_>) -> Vec<(&'static str, usize)> {
        let (articles, found) = parse_yaml("f", text, "en");
        assert_eq!(found, []);
        let base = Base::build(articles.clone(), Dial::default());
        lint(&articles, &base, known).iter().map(|one| (one.code, one.at.line)).collect()
    }

    fn on(today: &str) -> Known<'static> {
        Known { today: today.parse().expect("a day"), suggested: None, reached: None }
    }

    #[test]
    fn few_phrasings_and_days_to_read_again() {
        let text = "- id: a\n  questions: [how do I reset my password]\n  answer: x\n  review: 2026-05-01\n";
        assert_eq!(codes(text, &on("2026-05-01")), [("V806", 1)]);
        assert_eq!(codes(text, &on("2026-05-02")), [("V806", 1), ("V813", 1)]);
    }

    #[test]
    fn phrasings_that_two_articles_share() {
        let text = "- id: a\n  questions:\n    - how do I reset my portal password\n    - password forgotten\n    - lost my password\n  answer: x\n- id: b\n  questions:\n    - how can I reset my portal password\n    - Password forgotten!\n    - change the code of the alarm\n  answer: y\n";
        let found = codes(text, &on("2026-01-01"));
        assert!(found.contains(&("V809", 9)) && found.contains(&("V810", 10)), "{found:?}");
    }

    #[test]
    fn articles_that_lose_to_others_or_reach_nobody() {
        let text = "- id: a\n  questions:\n    - cancel my order\n    - I want to cancel an order\n    - stop the order I made\n  answer: x\n- id: b\n  questions:\n    - cancel my order\n    - delivery times\n    - when does it come\n  answer: y\n";
        let given = BTreeSet::from(["a".to_owned()]);
        let known = Known { suggested: Some((&given, 90)), reached: Some(&given), ..on("2026-01-01") };
        let found = codes(text, &known);
        assert!(found.contains(&("V811", 9)), "{found:?}");
        assert_eq!(found.iter().filter(|one| **one == ("V812", 7)).count(), 2);
    }
}
