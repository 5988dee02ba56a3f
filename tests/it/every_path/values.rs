//! Values for slots: such as are taken, from how the slot is declared and what is asked of it, and such as are refused.

use std::collections::BTreeSet;

use jiff::civil::Date;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use vestibule::conversation::Said;
use vestibule::faq::{Query, parts};
use vestibule::flow::step::Http;
use vestibule::flow::{Flow, Kind, Playbook, Slot, SlotKind};

use super::moves::{keys, speech};
use super::walk::{Place, Walk};

/// What a caller says in a language.
pub struct Words {
    /// Words that no article and no flow answers.
    pub nonsense: String,
    /// Questions with answers: one with as many as there are, one with an answer that is told in parts.
    pub questions: Vec<String>,
}

impl Words {
    pub fn of(book: &Playbook, locale: &str) -> Self {
        const ODD: [&str; 4] =
            ["zwixoly brutumpf quandrax", "glyptomar hoxwun", "jubroxin wyvupt dromquaz", "xylozint brakk"];
        let rank = |text: &str| book.faq.rank(&Query { text, locale: Some(locale), context: &[] });
        let finds = |text: &str| rank(text).suggested().count();
        let odd = ODD.into_iter().find(|text| finds(text) == 0).expect("words that find nothing");
        let articles = book.faq.articles();
        let all = articles.iter().filter_map(|article| article.questions.get(locale)?.first());
        let (mut most, mut long) = (None::<(usize, String)>, None::<(usize, String)>);
        for text in all {
            let ranking = rank(text);
            let found: Vec<_> =
                ranking.suggested().take(3).map(|hit| book.faq.article(hit.article)).collect();
            let Some(first) = found.first() else { continue };
            let told = first.spoken_in(locale, book.default_locale()).unwrap_or_default();
            let place = if parts(told).len() > 1 { &mut long } else { &mut most };
            let better = place.as_ref().is_none_or(|(count, _)| *count < found.len());
            if better {
                *place = Some((found.len(), text.clone()));
            }
        }
        let questions = [most, long].into_iter().flatten().map(|(_, text)| text).collect();
        Self { nonsense: odd.to_owned(), questions }
    }
}

/// Values that the slot takes, and such that it refuses, as they are keyed or said.
pub fn of(walk: &Walk<'_>, place: &Place, flow: &Flow, slot: &Slot) -> (Vec<Said>, Vec<Said>) {
    let words = walk.words(place);
    let decides = walk.matter.decides(&flow.name, &slot.name);
    match &slot.kind {
        SlotKind::Text { min, max } => {
            let mut good = vec![fitted(&words.nonsense, *min, *max)];
            if asks_faq(flow, &slot.name) {
                good.extend(words.questions.iter().cloned());
            }
            let short = min.filter(|min| *min > 1).map(|_| speech("x"));
            let bad = short.into_iter().chain([keys("55")]).collect();
            (good.iter().map(|text| speech(text)).collect(), bad)
        }
        SlotKind::Number { min, max, .. } => {
            let (low, high) = (min.unwrap_or(1.0).max(1.0), max.unwrap_or(1_000.0));
            let mut numbers: BTreeSet<i64> = [low as i64].into();
            if decides {
                numbers.insert(high as i64);
                let near = bounds(flow, &slot.name).into_iter().flat_map(|at| [at - 1, at, at + 1]);
                numbers.extend(near.filter(|at| (low as i64..=high as i64).contains(at)));
            }
            let above = max.map(|max| keys(&(max as i64 + 1).to_string()));
            let good = numbers.iter().map(|number| keys(&number.to_string())).collect();
            (good, above.into_iter().collect())
        }
        SlotKind::Date { past, future } => {
            let today: Date = walk.today().parse().expect("a day");
            let (before, after) = (today.yesterday(), today.tomorrow());
            let keyed = |date: Date| keys(&date.strftime("%d%m%Y").to_string());
            let (before, after) = (keyed(before.expect("a day")), keyed(after.expect("a day")));
            match (past, future) {
                (true, false) => (vec![before], vec![after, keys("99999999")]),
                (false, true) => (vec![after], vec![before, keys("99999999")]),
                _ => (vec![before, after], vec![keys("99999999")]),
            }
        }
        SlotKind::Email => (vec![speech("ada@example.org")], vec![speech(&words.nonsense)]),
        SlotKind::Phone => (vec![keys("0655501234")], vec![keys("12")]),
        SlotKind::Pattern { pattern } => {
            let fits = |text: &String| pattern.is_match(text);
            let mut all = vec![matching(pattern.as_str())];
            all.extend(cells(walk.book, flow, &slot.name).into_iter().filter(fits));
            all.extend(walk.codes().into_iter().filter(fits));
            let by_keys = |text: &String| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
            let good = all.iter().map(|text| if by_keys(text) { keys(text) } else { speech(text) }).collect();
            (good, vec![keys("7")])
        }
        // Their options have keys.
        SlotKind::Choice { .. } | SlotKind::Bool | SlotKind::File => Default::default(),
    }
}

fn fitted(text: &str, min: Option<usize>, max: Option<usize>) -> String {
    let long = text.chars().chain(" ".chars()).cycle();
    let count = text.chars().count().max(min.unwrap_or(0)).min(max.unwrap_or(usize::MAX));
    long.take(count).collect::<String>().trim().to_owned()
}

/// Whether the slot is what a step of the flow asks the FAQ.
fn asks_faq(flow: &Flow, slot: &str) -> bool {
    let name = format!("slots.{slot}");
    flow.steps.iter().any(|step| match &step.kind {
        Kind::Faq(faq) => faq.query.reads().contains(&name),
        _ => false,
    })
}

/// Numbers in the conditions that read the slot.
fn bounds(flow: &Flow, slot: &str) -> Vec<i64> {
    let name = format!("slots.{slot}");
    let conditions = flow.steps.iter().flat_map(|step| {
        let arms = match &step.kind {
            Kind::Branch(branch) => branch.arms.as_slice(),
            _ => &[],
        };
        step.when.iter().chain(arms.iter().flat_map(|arm| &arm.when))
    });
    let reading = conditions.filter(|when| when.reads().contains(&name));
    let words = reading.flat_map(|when| when.source.split(|c: char| !c.is_ascii_digit()));
    words.filter_map(|word| word.parse().ok()).collect()
}

/// A text that the pattern matches, of digits where it can be one.
fn matching(pattern: &str) -> String {
    let bare = pattern.trim_start_matches('^').trim_end_matches('$');
    let strategy = proptest::string::string_regex(bare).expect("a pattern that can be made");
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let mut texts = (0..200).map(|_| strategy.new_tree(&mut runner).expect("a text").current());
    let digits = |text: &String| text.chars().all(|c| c.is_ascii_digit());
    let first = texts.next().expect("a text");
    if digits(&first) { first } else { texts.find(digits).unwrap_or(first) }
}

/// Of a table that the slot is looked up in: a cell for each kind of row, as what else stands in it differs.
fn cells(book: &Playbook, flow: &Flow, slot: &str) -> Vec<String> {
    let name = format!("slots.{slot}");
    let mut found = Vec::new();
    for step in &flow.steps {
        let Kind::Lookup(lookup) = &step.kind else { continue };
        let Some(table) = book.tables.get(&lookup.table.value) else { continue };
        let by = lookup.r#where.iter().find(|(_, text)| text.reads().contains(&name));
        let Some(column) = by.and_then(|(column, _)| table.column(&column.value)) else { continue };
        // Columns of a few words each decide; names and numbers tell.
        let choices: Vec<usize> = lookup
            .into
            .iter()
            .filter(|(slot, _)| {
                let kind = flow.slots.get(&slot.value).map(|slot| &slot.kind);
                matches!(kind, Some(SlotKind::Choice { .. } | SlotKind::Bool))
            })
            .filter_map(|(_, column)| table.column(&column.value))
            .collect();
        let mut kinds = BTreeSet::new();
        for row in 0..table.rows() {
            let kind: Vec<&str> = choices.iter().map(|column| table.cell(row, *column)).collect();
            if kinds.insert(kind) {
                found.push(table.cell(row, column).to_owned());
            }
        }
    }
    found
}

/// Answers of a service that fill what the step takes from them: one, or one for each choice.
pub fn bodies(walk: &Walk<'_>, place: &Place, flow: &Flow, http: &Http) -> Vec<Value> {
    let words = walk.words(place);
    let mut bodies = vec![json!({})];
    for (slot, expression) in &http.into {
        let Some(slot) = flow.slots.get(&slot.value) else { continue };
        let values: Vec<Value> = match &slot.kind {
            SlotKind::Choice { options } => options.iter().map(|option| json!(option)).collect(),
            SlotKind::Bool => vec![json!(true), json!(false)],
            SlotKind::Number { min, .. } => vec![json!(min.unwrap_or(1.0))],
            SlotKind::Date { .. } => vec![json!(walk.today())],
            SlotKind::Email => vec![json!("ada@example.org")],
            SlotKind::Phone => vec![json!("0655501234")],
            SlotKind::Pattern { pattern } => vec![json!(matching(pattern.as_str()))],
            SlotKind::Text { min, max } => vec![json!(fitted(&words.nonsense, *min, *max))],
            SlotKind::File => Vec::new(),
        };
        let paths = expression.reads().iter().filter_map(|path| path.strip_prefix("body."));
        for path in paths {
            bodies = bodies
                .iter()
                .flat_map(|body| values.iter().map(|value| with(body.clone(), path, value.clone())))
                .collect();
        }
    }
    bodies
}

/// A body with a value at a dotted path.
fn with(mut body: Value, path: &str, value: Value) -> Value {
    let mut at = &mut body;
    for name in path.split('.') {
        at = &mut at[name];
    }
    *at = value;
    body
}
