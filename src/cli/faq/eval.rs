//! `vestibule faq eval`: how well the FAQ answers an operator's own questions, in the figures of the published scorer.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::config::Settings;
use crate::faq::score::{self, Figures, Judged};
use crate::faq::{Base, Query};

/// The figures of the scorer for questions whose right answers are known
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A line of the file: {\"id\": 1, \"text\": \"…\", \"gold\": \"article-id\"}; gold may be a list, or null where no\narticle applies. `locale` and `context` (tags) may stand beside it.\n\nExample:\n  vestibule faq eval --queries questions.jsonl\n  vestibule faq eval --queries questions.jsonl --faq faq --json"
)]
pub struct Options {
    /// A JSON-lines file of questions
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// A folder of FAQ files, or one file; may be given again [default: that of the settings]
    #[arg(long, value_name = "PATH")]
    faq: Vec<PathBuf>,
    /// The share of out-of-scope questions that `isa` and `f1` let through
    #[arg(long, default_value_t = score::FALSE_SHARE, value_name = "SHARE")]
    fs: f64,
    /// How many misses to list
    #[arg(long, default_value_t = 10, value_name = "N")]
    misses: usize,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Line {
    id: Value,
    text: String,
    #[serde(default)]
    gold: Gold,
    #[serde(default)]
    locale: Option<String>,
    #[serde(default)]
    context: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(untagged, expecting = "`gold` must be an article's id, a list of ids, or null")]
enum Gold {
    #[default]
    Nothing,
    One(String),
    Any(Vec<String>),
}

impl Gold {
    fn set(self) -> BTreeSet<String> {
        match self {
            Self::Nothing => BTreeSet::new(),
            Self::One(id) => BTreeSet::from([id]),
            Self::Any(ids) => ids.into_iter().collect(),
        }
    }
}

struct Question {
    id: Value,
    text: String,
    /// As given, else the one that was searched.
    locale: String,
    judged: Judged,
}

/// Prints the figures, over all questions and by locale, and the worst misses.
///
/// # Errors
/// An FAQ with errors, a file that cannot be read or a malformed line.
pub fn run(options: &Options, settings: &Settings, out: &mut impl Write) -> anyhow::Result<()> {
    let own = [PathBuf::from(&settings.faq)];
    let faq: &[PathBuf] = if options.faq.is_empty() { &own } else { &options.faq };
    let base = super::base(faq, super::semantic::named(settings)?.as_ref())?;
    let questions = asked(&base, &options.queries)?;
    if questions.is_empty() {
        bail!("{} holds no question", options.queries.display());
    }
    let of = |chosen: &dyn Fn(&Question) -> bool| {
        score::figures(questions.iter().filter(|one| chosen(one)).map(|one| &one.judged), options.fs)
    };
    let locales: BTreeSet<&str> = questions.iter().map(|one| one.locale.as_str()).collect();
    let by_locale: BTreeMap<&str, Figures> =
        locales.into_iter().map(|locale| (locale, of(&|one| one.locale == locale))).collect();
    let all = of(&|_| true);
    let misses = misses(&questions, options.misses);
    if options.json {
        let mut told = serde_json::to_value(all)?;
        told["by_locale"] = serde_json::to_value(&by_locale)?;
        told["misses"] = misses.iter().map(|miss| miss.json()).collect();
        writeln!(out, "{told}")?;
        return Ok(());
    }
    table(&all, &by_locale, out)?;
    for miss in &misses {
        miss.write(out)?;
    }
    known_ids(&base, &questions, out)
}

fn asked(base: &Base, path: &Path) -> anyhow::Result<Vec<Question>> {
    let file = std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut ids = BTreeSet::new();
    let mut questions = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let place = || format!("{}:{}", path.display(), number + 1);
        let line = line.with_context(place)?;
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(line).with_context(place)?;
        if !ids.insert(line.id.to_string()) {
            bail!("{}: the id {} was there before", place(), line.id);
        }
        let locale = line.locale.as_deref().filter(|locale| !locale.is_empty());
        let ranking = base.rank(&Query { text: &line.text, locale, context: &line.context });
        // As `faq rank` prints scores, so that the figures are those of its output.
        let ranked = ranking
            .hits
            .iter()
            .map(|hit| (base.article(hit.article).id.clone(), super::rounded(hit.score)))
            .collect();
        questions.push(Question {
            id: line.id,
            text: line.text,
            locale: line.locale.filter(|locale| !locale.is_empty()).unwrap_or(ranking.locale),
            judged: Judged { gold: line.gold.set(), ranked, suggest: ranking.suggest },
        });
    }
    Ok(questions)
}

fn table(all: &Figures, by_locale: &BTreeMap<&str, Figures>, out: &mut impl Write) -> anyhow::Result<()> {
    let several = by_locale.len() > 1;
    let columns: Vec<(&str, &Figures)> = std::iter::once(("all", all))
        .chain(by_locale.iter().filter(|_| several).map(|(locale, figures)| (*locale, figures)))
        .collect();
    let names: String = columns.iter().map(|(name, _)| format!("{name:>9}")).collect();
    writeln!(out, "{:<10}{names}", "")?;
    let rows: Vec<Value> =
        columns.iter().map(|(_, figures)| serde_json::to_value(figures)).collect::<Result<_, _>>()?;
    let keys = [
        "n_in",
        "n_oos",
        "hit1",
        "hit3",
        "mrr",
        "auroc",
        "threshold",
        "isa",
        "f1",
        "own_right",
        "own_wrong",
        "own_false",
        "own_f1",
    ];
    for key in keys {
        let cell = |row: &Value| match &row[key] {
            Value::Null => format!("{:>9}", "–"),
            Value::Number(number) if key.starts_with("n_") => format!("{:>9}", number.to_string()),
            number => format!("{:>9.4}", number.as_f64().unwrap_or_default()),
        };
        writeln!(out, "{key:<10}{}", rows.iter().map(cell).collect::<String>())?;
    }
    Ok(())
}

struct Miss<'a> {
    question: &'a Question,
    what: &'static str,
    /// The worse the higher.
    weight: f64,
}

/// The worst first: what would have been shown and is wrong, the surer the worse; then what was not found, the farther
/// down the worse.
fn misses<'a>(questions: &'a [Question], most: usize) -> Vec<Miss<'a>> {
    let miss = |question: &'a Question| {
        let judged = &question.judged;
        let top = judged.ranked.first().map_or(0.0, |(_, score)| *score);
        let shown = judged.suggest && !judged.ranked.is_empty();
        let (what, weight) = match (judged.in_scope(), judged.rank(), shown) {
            (true, Some(1), true) | (false, _, false) => return None,
            (false, _, true) => ("shown where nothing applies", 2.0 + top),
            (true, _, true) => ("wrong answer shown", 2.0 + top),
            (true, Some(1), false) => ("right, but not sure enough", 0.0),
            (true, Some(rank), false) => ("not first", rank as f64 / 100.0),
            (true, None, false) => ("not found", 1.0),
        };
        Some(Miss { question, what, weight })
    };
    let mut all: Vec<Miss<'_>> = questions.iter().filter_map(miss).collect();
    all.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    all.truncate(most);
    all
}

impl Miss<'_> {
    fn json(&self) -> Value {
        let judged = &self.question.judged;
        json!({
            "id": self.question.id, "text": self.question.text, "locale": self.question.locale, "what": self.what,
            "gold": judged.gold, "rank": judged.rank(), "ranked": judged.ranked.iter().take(3).collect::<Vec<_>>(),
            "suggest": judged.suggest,
        })
    }

    fn write(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let judged = &self.question.judged;
        let gold: Vec<&str> = judged.gold.iter().map(String::as_str).collect();
        let gold = if gold.is_empty() { "nothing".to_owned() } else { gold.join(" or ") };
        writeln!(out, "\n{}: {} [{}]", self.what, self.question.text.trim(), self.question.locale)?;
        let ranked: Vec<String> =
            judged.ranked.iter().take(3).map(|(id, score)| format!("{id} {score:.2}")).collect();
        let ranked = if ranked.is_empty() { "nothing".to_owned() } else { ranked.join(", ") };
        writeln!(out, "  should be {gold}; ranked {ranked}")?;
        Ok(())
    }
}

/// A right answer that the FAQ does not have is most likely a typing error of the file.
fn known_ids(base: &Base, questions: &[Question], out: &mut impl Write) -> anyhow::Result<()> {
    let unknown: BTreeSet<&String> =
        questions.iter().flat_map(|one| &one.judged.gold).filter(|id| base.by_id(id).is_none()).collect();
    if let Some(first) = unknown.first() {
        let count = unknown.len();
        writeln!(out, "\n{count} right answers are no articles of the FAQ, such as `{first}`")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &str) -> anyhow::Result<String> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        std::fs::write(
            at("faq.yaml"),
            "- { id: pw, questions: { en: [reset my password, forgot my password], it: [ho dimenticato la password] }, answer: Portal. }\n- { id: vpn, questions: { en: [how do I connect to the vpn, vpn is slow], it: [come mi collego alla vpn] }, answer: Client. }\n",
        )?;
        std::fs::write(at("q.jsonl"), lines)?;
        let options =
            Options { queries: at("q.jsonl"), faq: vec![at("faq.yaml")], fs: 0.05, misses: 5, json: true };
        let settings = crate::config::load(None, std::iter::empty())?;
        let mut out = Vec::new();
        run(&options, &settings, &mut out)?;
        Ok(String::from_utf8(out)?)
    }

    #[test]
    fn figures_over_all_and_by_locale() {
        let lines = "{\"id\":1,\"text\":\"I forgot my password\",\"gold\":\"pw\",\"locale\":\"en\"}\n{\"id\":2,\"text\":\"la vpn è lenta, come mi collego\",\"gold\":[\"vpn\"],\"locale\":\"it\"}\n{\"id\":3,\"text\":\"the weather on mars\",\"gold\":null,\"locale\":\"en\"}\n";
        let told: Value = serde_json::from_str(&of(lines).expect("figures")).expect("JSON");
        assert_eq!(
            (told["n_in"].as_u64(), told["n_oos"].as_u64(), told["hit1"].as_f64()),
            (Some(2), Some(1), Some(1.0))
        );
        assert_eq!(told["by_locale"]["it"]["n_in"], 1);
        assert_eq!(told["by_locale"]["it"]["auroc"], Value::Null);
    }

    #[test]
    fn bad_files_are_told_with_their_line() {
        let twice = "{\"id\":1,\"text\":\"a\"}\n\n{\"id\":1,\"text\":\"b\"}\n";
        assert!(of(twice).expect_err("twice").to_string().contains("q.jsonl:3: the id 1"));
        let error = format!("{:#}", of("{\"id\":1,\"text\":\"a\",\"gold\":7}\n").expect_err("gold"));
        assert!(error.contains("q.jsonl:1") && error.contains("`gold` must be"), "{error}");
        assert!(of("\n").is_err());
    }
}
