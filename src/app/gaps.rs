//! Gaps: what people ask and the FAQ does not answer, clustered, the most worth an article first.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::conversation::{Event, Nearest, masking};
use crate::faq::gaps::{Cluster, Wording, cluster, phrasings};
use crate::faq::{Base, Query};
use crate::store::questions::Unanswered;
use crate::store::{Store, StoreError};

/// Weeks of a trend, the last one being the one that ends now.
pub const WEEKS: usize = 8;
/// Different wordings that are told of a gap.
const PHRASINGS: usize = 30;
/// Entries that are told beside a gap.
const NEAREST: usize = 3;
/// Tickets and conversations that are told of a gap.
const LINKED: usize = 20;
/// Conversations in which an agent's answer is sought.
const READ: usize = 12;
/// Letters of what an agent wrote that may be an answer, at least.
const SUBSTANCE: usize = 25;

/// A cluster of questions without an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gap {
    /// The most central wording, as it was put with personal data masked.
    pub wording: String,
    pub locale: String,
    /// Questions.
    pub count: usize,
    pub conversations: usize,
    /// Conversations that ended in a ticket or with a person.
    pub ticketed: usize,
    /// Questions whose every answer was refused; to the others there was none.
    pub refused: usize,
    #[serde(serialize_with = "shown")]
    pub first: Timestamp,
    #[serde(serialize_with = "shown")]
    pub last: Timestamp,
    /// Questions a week, the oldest first.
    pub weeks: Vec<usize>,
    /// Entries that come nearest today.
    pub nearest: Vec<Nearest>,
    /// The FAQ of today would suggest an answer.
    pub suggested_now: bool,
    /// The different wordings without the marks of what was masked, the frequent ones first.
    pub phrasings: Vec<String>,
    /// Topics that it was asked in, the most frequent first.
    pub topics: Vec<String>,
    pub channels: Vec<String>,
    /// Codes of tickets, the newest first.
    pub tickets: Vec<String>,
    pub in_conversations: Vec<uuid::Uuid>,
    /// The questions' places in the store.
    pub questions: Vec<i64>,
}

fn shown<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

impl Gap {
    /// What an article would be worth: conversations, those that cost a person twice.
    pub fn worth(&self) -> usize {
        self.conversations + self.ticketed
    }
}

/// The gaps of these questions that at least `least` conversations have, by worth. `base` is the FAQ of today.
pub fn gaps(base: &Base, rows: &[Unanswered], least: usize, now: Timestamp) -> Vec<Gap> {
    let plain: Vec<String> = rows.iter().map(|row| masking::bare(&row.wording)).collect();
    let wordings: Vec<Wording<'_>> =
        rows.iter().zip(&plain).map(|(row, text)| Wording { text, locale: &row.locale }).collect();
    let enough = |cluster: &Cluster| {
        let asked: BTreeSet<_> = cluster.members.iter().map(|&at| rows[at].conversation).collect();
        asked.len() >= least.max(1)
    };
    let found = cluster(&wordings).into_iter().filter(enough);
    let mut gaps: Vec<Gap> = found.map(|cluster| gap(base, rows, &wordings, &cluster, now)).collect();
    gaps.sort_by(|a, b| {
        b.worth().cmp(&a.worth()).then(b.last.cmp(&a.last)).then_with(|| a.wording.cmp(&b.wording))
    });
    gaps
}

fn gap(base: &Base, rows: &[Unanswered], wordings: &[Wording<'_>], cluster: &Cluster, now: Timestamp) -> Gap {
    let members: Vec<&Unanswered> = cluster.members.iter().map(|&at| &rows[at]).collect();
    let centre = &rows[cluster.centre];
    let conversations: BTreeSet<_> = members.iter().map(|row| row.conversation).collect();
    let helped = |row: &&&Unanswered| row.ticket.is_some() || row.handed;
    let ticketed: BTreeSet<_> = members.iter().filter(helped).map(|row| row.conversation).collect();
    let ranking =
        base.rank(&Query { text: wordings[cluster.centre].text, locale: Some(&centre.locale), context: &[] });
    let near = |hit: &crate::faq::Hit| Nearest {
        article: base.article(hit.article).id.clone(),
        score: (hit.score * 1e3).round() / 1e3,
    };
    let times = || members.iter().map(|row| row.at);
    Gap {
        wording: centre.wording.clone(),
        locale: centre.locale.clone(),
        count: members.len(),
        conversations: conversations.len(),
        ticketed: ticketed.len(),
        refused: members.iter().filter(|row| row.refused).count(),
        first: times().min().unwrap_or(now),
        last: times().max().unwrap_or(now),
        weeks: weeks(times(), now),
        nearest: ranking.hits.iter().take(NEAREST).map(near).collect(),
        suggested_now: ranking.suggest,
        phrasings: phrasings(wordings, cluster, PHRASINGS)
            .into_iter()
            .map(|at| wordings[at].text.to_owned())
            .collect(),
        topics: frequent(members.iter().map(|row| row.topic.as_str())),
        channels: frequent(members.iter().map(|row| row.channel.as_str())),
        tickets: distinct(members.iter().filter_map(|row| row.ticket.clone())),
        in_conversations: distinct(members.iter().map(|row| row.conversation)),
        questions: members.iter().map(|row| row.num).collect(),
    }
}

fn weeks(times: impl Iterator<Item = Timestamp>, now: Timestamp) -> Vec<usize> {
    let mut weeks = vec![0; WEEKS];
    for at in times {
        let age = now.duration_since(at).as_hours() / (7 * 24);
        if let Some(place) = usize::try_from(age).ok().filter(|age| *age < WEEKS) {
            weeks[WEEKS - 1 - place] += 1;
        }
    }
    weeks
}

/// Each word once, the most frequent first, without the empty one.
pub(super) fn frequent<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    words.filter(|word| !word.is_empty()).for_each(|word| *counts.entry(word).or_default() += 1);
    let mut all: Vec<_> = counts.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    all.into_iter().map(|(word, _)| word.to_owned()).collect()
}

fn distinct<T: Ord + Clone>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    all.filter(|one| seen.insert(one.clone())).take(LINKED).collect()
}

/// What an agent wrote that may be the answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Resolution {
    pub text: String,
    pub agent: String,
    /// Where it was written.
    pub conversation: uuid::Uuid,
    /// The conversation was closed as solved.
    pub solved: bool,
}

/// What agents wrote in these conversations, each with personal data masked: what solved the matter first, then the
/// newest. Notes to colleagues count where nothing was written to the contact.
///
/// # Errors
/// The database's.
pub async fn resolutions(store: &Store, conversations: &[uuid::Uuid]) -> Result<Vec<Resolution>, StoreError> {
    let mut found = Vec::new();
    for &id in conversations.iter().take(READ) {
        let journal = store.journal(id).await?;
        let events: Vec<&Event> = journal.iter().flat_map(|row| &row.events).collect();
        let solved = events.iter().any(|event| {
            matches!(event, Event::Closed { outcome } if matches!(outcome.as_str(), "resolved" | "solved"))
        });
        let written = |notes: bool| {
            events.iter().rev().find_map(|event| match event {
                Event::AgentWrote { agent, text, .. } if !notes => substance(agent, text),
                Event::Noted { agent, text } if notes => substance(agent, text),
                _ => None,
            })
        };
        let answer = written(false).or_else(|| written(true));
        found.extend(answer.map(|(agent, text)| Resolution { text, agent, conversation: id, solved }));
    }
    found.sort_by_key(|one| !one.solved);
    Ok(found)
}

fn substance(agent: &str, text: &str) -> Option<(String, String)> {
    let masked = masking::mask(text.trim(), &[]);
    (masking::bare(&masked).chars().count() >= SUBSTANCE).then(|| (agent.to_owned(), masked))
}

/// From when on gaps are looked for where nobody says: ninety days.
pub fn usual_since(now: Timestamp) -> Timestamp {
    now - SignedDuration::from_hours(90 * 24)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faq::{Article, Dial};

    fn row(num: i64, conversation: u128, wording: &str, days_ago: i64) -> Unanswered {
        Unanswered {
            num,
            conversation: uuid::Uuid::from_u128(conversation),
            at: now() - SignedDuration::from_hours(24 * days_ago),
            channel: "web".into(),
            locale: "en".into(),
            flow: "support".into(),
            topic: "billing".into(),
            wording: wording.into(),
            nearest: vec![],
            refused: false,
            ticket: (conversation == 1).then(|| "123".to_owned()),
            handed: false,
        }
    }

    fn now() -> Timestamp {
        "2026-11-24T12:00:00Z".parse().expect("a time")
    }

    #[test]
    fn what_costs_people_comes_first() {
        let questions = [("en".to_owned(), vec!["pay by card".to_owned(), "card payment".to_owned()])];
        let article = Article { id: "card".into(), questions: questions.into(), ..Article::default() };
        let base = Base::build(vec![article], Dial::default());
        let rows = [
            row(1, 1, "can I pay with bitcoin, [name] here", 1),
            row(2, 2, "pay with bitcoin", 9),
            row(3, 2, "pay with bitcoin!", 9),
            row(4, 3, "student discount", 0),
            row(5, 4, "any student discount?", 100),
        ];
        let found = gaps(&base, &rows, 1, now());
        assert_eq!(found.len(), 2, "{found:?}");
        let bitcoin = &found[0];
        assert_eq!((bitcoin.count, bitcoin.conversations, bitcoin.ticketed, bitcoin.worth()), (3, 2, 1, 3));
        assert_eq!(bitcoin.phrasings, ["pay with bitcoin", "can I pay with bitcoin, here"]);
        assert_eq!(bitcoin.weeks, [0, 0, 0, 0, 0, 0, 2, 1]);
        assert_eq!(
            (bitcoin.tickets.as_slice(), bitcoin.nearest[0].article.as_str()),
            (["123".to_owned()].as_slice(), "card")
        );
        assert_eq!(gaps(&base, &rows, 3, now()).len(), 0);
    }
}
