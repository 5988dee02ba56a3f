//! What the place of a question is worth: the questions of `tests/faq/context-queries.jsonl` over the demo FAQ, with
//! their context and without. Half of them served to set the weight; the floors here hold on the other half.
//! `cargo test --test it faq_context -- --nocapture` prints the table of `docs/faq-ranking.md`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use vestibule::cli::faq::load;
use vestibule::faq::{Base, Dial, Query};

#[derive(Deserialize)]
struct Asked {
    text: String,
    locale: String,
    context: Vec<String>,
    kind: String,
    half: String,
    gold: Option<String>,
}

/// Of how many questions: right in first place, among the first three, suggested and right, suggested and not.
#[derive(Debug, Default, Clone, Copy)]
struct Figures {
    asked: f64,
    first: f64,
    three: f64,
    right: f64,
    wrong: f64,
}

fn figures(base: &Base, asked: &[Asked], half: &str, with: bool) -> BTreeMap<String, Figures> {
    let mut all: BTreeMap<String, Figures> = BTreeMap::new();
    for one in asked.iter().filter(|one| one.half == half) {
        let context = if with { one.context.as_slice() } else { &[] };
        let ranking = base.rank(&Query { text: &one.text, locale: Some(&one.locale), context });
        let ids: Vec<&str> = ranking.hits.iter().map(|hit| base.article(hit.article).id.as_str()).collect();
        let gold = one.gold.as_deref();
        let first = gold.is_some() && ids.first().copied() == gold;
        let count = |yes: bool| f64::from(u8::from(yes));
        let figures = all.entry(one.kind.clone()).or_default();
        figures.asked += 1.0;
        figures.first += count(first);
        figures.three += count(gold.is_some_and(|gold| ids.iter().take(3).any(|id| *id == gold)));
        figures.right += count(ranking.suggest && first);
        figures.wrong += count(ranking.suggest && !first);
    }
    all
}

#[test]
fn context_raises_and_does_not_mislead() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (articles, _, found) = load(&[root.join("faq")], "en");
    assert!(found.iter().all(|finding| !finding.is_error()), "{found:?}");
    let base = Base::build(articles, Dial::default());
    let text = std::fs::read_to_string(root.join("tests/faq/context-queries.jsonl")).expect("the questions");
    let asked: Vec<Asked> =
        text.lines().map(|line| serde_json::from_str(line).expect("a question")).collect();
    assert!(asked.len() >= 300, "{}", asked.len());
    for half in ["set", "held"] {
        let (without, with) = (figures(&base, &asked, half, false), figures(&base, &asked, half, true));
        for (kind, plain) in &without {
            let raised = with[kind];
            println!(
                "| {half} | {kind} | {} | {} | {} | {} | {} |",
                plain.asked,
                told(plain.first, raised.first, plain.asked),
                told(plain.three, raised.three, plain.asked),
                told(plain.right, raised.right, plain.asked),
                told(plain.wrong, raised.wrong, plain.asked)
            );
        }
    }
    let (without, with) = (figures(&base, &asked, "held", false), figures(&base, &asked, "held", true));
    let share = |all: &BTreeMap<String, Figures>, kind: &str, of: fn(&Figures) -> f64| {
        of(&all[kind]) / all[kind].asked
    };
    let gain = |kind: &str, of: fn(&Figures) -> f64| share(&with, kind, of) - share(&without, kind, of);
    assert!(gain("ambiguous", |f| f.first) >= 0.08, "where only the place decides");
    assert!(gain("ambiguous", |f| f.right) >= 0.10, "where only the place decides");
    assert!(gain("clear", |f| f.first) >= 0.0 && gain("clear", |f| f.right) >= 0.05);
    assert!(gain("misleading", |f| f.first) >= -0.02, "a question in the wrong place is still found");
    assert!(gain("misleading", |f| f.wrong) <= 0.02);
    assert!(share(&with, "none", |f| f.wrong) <= 0.12, "what no article answers");
}

fn told(without: f64, with: f64, of: f64) -> String {
    format!("{:.3} → {:.3}", without / of, with / of)
}
