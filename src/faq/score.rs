//! The figures of a ranker on questions whose right answers are known. Definitions are those of the published scorer, so
//! that figures can be compared: ranking over questions in scope (`hit1`, `hit3`, `mrr`), telling in scope from out of
//! scope by the top score (`auroc`, and `isa`, `f1` at the threshold that lets a share of out-of-scope questions
//! through), and the system's own decision (`own_…`).

use std::collections::BTreeSet;

use serde::Serialize;

/// The share of out-of-scope questions that `isa` lets through.
pub const FALSE_SHARE: f64 = 0.05;
/// Places of a ranking that count for `mrr`.
const TEN: usize = 10;

/// One question with its right answers and what the system said.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Right answers; none where no article applies.
    pub gold: BTreeSet<String>,
    /// Best first.
    pub ranked: Vec<(String, f64)>,
    /// The system's own decision to show the first.
    pub suggest: bool,
}

impl Judged {
    fn top(&self) -> f64 {
        self.ranked.first().map_or(f64::NEG_INFINITY, |(_, score)| *score)
    }

    fn says(&self) -> bool {
        self.suggest && !self.ranked.is_empty()
    }

    /// The place of the first right answer, from 1, among the first ten.
    pub fn rank(&self) -> Option<usize> {
        self.ranked.iter().take(TEN).position(|(id, _)| self.gold.contains(id)).map(|at| at + 1)
    }

    pub fn in_scope(&self) -> bool {
        !self.gold.is_empty()
    }
}

/// A figure over nothing is left out.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Figures {
    pub n_in: usize,
    pub n_oos: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hit1: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hit3: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mrr: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auroc: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isa: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub f1: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_right: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_wrong: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_false: Option<f64>,
    pub own_f1: f64,
}

/// The figures of these questions. `false_share` is [`FALSE_SHARE`] unless said otherwise.
pub fn figures<'a>(judged: impl IntoIterator<Item = &'a Judged>, false_share: f64) -> Figures {
    let (inside, outside): (Vec<&Judged>, Vec<&Judged>) = judged.into_iter().partition(|one| one.in_scope());
    let (n_in, n_oos) = (inside.len(), outside.len());
    let mut figures = Figures { n_in, n_oos, ..Figures::default() };
    let right = |one: &Judged| one.rank() == Some(1);
    let mean = |total: f64, of: usize| (of > 0).then(|| total / of as f64);
    let count = |holds: &dyn Fn(&Judged) -> bool| inside.iter().filter(|one| holds(one)).count();
    let (own_right, own_wrong) =
        (count(&|one| right(one) && one.says()), count(&|one| !right(one) && one.says()));
    let own_false = outside.iter().filter(|one| one.says()).count();
    figures.hit1 = mean(count(&right) as f64, n_in);
    figures.hit3 = mean(count(&|one| one.rank().is_some_and(|rank| rank <= 3)) as f64, n_in);
    figures.mrr = mean(inside.iter().filter_map(|one| one.rank()).map(|rank| 1.0 / rank as f64).sum(), n_in);
    figures.own_right = mean(own_right as f64, n_in);
    figures.own_wrong = mean(own_wrong as f64, n_in);
    figures.own_false = mean(own_false as f64, n_oos);
    figures.own_f1 = f1(own_right, own_right + own_wrong + own_false, n_in);
    if n_in > 0 && n_oos > 0 {
        let mut without: Vec<f64> = outside.iter().map(|one| one.top()).collect();
        without.sort_by(f64::total_cmp);
        figures.auroc = Some(auroc(&inside, &without));
        let threshold = threshold(&without, false_share);
        let above = |score: f64| score > threshold;
        let good = count(&|one| right(one) && above(one.top()));
        let made = count(&|one| above(one.top())) + without.iter().filter(|score| above(**score)).count();
        figures.threshold = threshold.is_finite().then_some(threshold);
        figures.isa = Some(good as f64 / n_in as f64);
        figures.f1 = Some(f1(good, made, n_in));
    }
    figures
}

/// How probably a question in scope scores above one out of scope; ties count half.
fn auroc(inside: &[&Judged], without: &[f64]) -> f64 {
    let below = |score: f64| without.partition_point(|other| *other < score);
    let to = |score: f64| without.partition_point(|other| *other <= score);
    let sum: f64 = inside.iter().map(|one| (below(one.top()) + to(one.top())) as f64 / 2.0).sum();
    sum / (without.len() * inside.len()) as f64
}

/// The lowest score such that at most the share of those out of scope lie above it. `without` ascends.
fn threshold(without: &[f64], share: f64) -> f64 {
    let allowed = (share * without.len() as f64 + 1e-9) as usize;
    if allowed < without.len() { without[without.len() - 1 - allowed] } else { f64::NEG_INFINITY }
}

fn f1(right: usize, made: usize, total: usize) -> f64 {
    let part = |whole: usize| if whole > 0 { right as f64 / whole as f64 } else { 0.0 };
    let (precision, recall) = (part(made), part(total));
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(gold: &[&str], ranked: &[(&str, f64)], suggest: bool) -> Judged {
        Judged {
            gold: gold.iter().map(|&id| id.to_owned()).collect(),
            ranked: ranked.iter().map(|&(id, score)| (id.to_owned(), score)).collect(),
            suggest,
        }
    }

    fn some() -> Vec<Judged> {
        vec![
            judged(&["a"], &[("a", 0.9), ("b", 0.2)], true),
            judged(&["b"], &[("a", 0.8), ("c", 0.7), ("b", 0.6)], true),
            judged(&["c", "d"], &[("d", 0.4)], false),
            judged(&["e"], &[], false),
            judged(&["f"], &[("a", 0.5), ("b", 0.4), ("c", 0.3), ("f", 0.3)], true),
            judged(&[], &[("a", 0.5)], true),
            judged(&[], &[("b", 0.1)], false),
            judged(&[], &[], false),
        ]
    }

    /// The right-hand sides are what the published scorer prints for the same lines, at 5 % and at 40 %.
    #[test]
    fn as_the_published_scorer_has_them() {
        let close = |found: Option<f64>, expected: f64| {
            assert!((found.expect("a figure") - expected).abs() < 1e-12, "{found:?} {expected}");
        };
        let found = figures(&some(), FALSE_SHARE);
        assert_eq!((found.n_in, found.n_oos), (5, 3));
        close(found.hit1, SCORER.0[0]);
        close(found.hit3, SCORER.0[1]);
        close(found.mrr, SCORER.0[2]);
        close(found.auroc, SCORER.0[3]);
        close(found.threshold, SCORER.0[4]);
        close(found.isa, SCORER.0[5]);
        close(found.f1, SCORER.0[6]);
        close(found.own_right, SCORER.0[7]);
        close(found.own_wrong, SCORER.0[8]);
        close(found.own_false, SCORER.0[9]);
        close(Some(found.own_f1), SCORER.0[10]);
        let found = figures(&some(), 0.4);
        close(found.threshold, SCORER.1[0]);
        close(found.isa, SCORER.1[1]);
        close(found.f1, SCORER.1[2]);
    }

    const SCORER: ([f64; 11], [f64; 3]) = (
        [
            0.4,
            0.6,
            0.5166666666666666,
            0.7333333333333333,
            0.5,
            0.2,
            0.28571428571428575,
            0.2,
            0.4,
            0.3333333333333333,
            0.22222222222222224,
        ],
        [0.1, 0.4, 0.4000000000000001],
    );

    #[test]
    fn figures_over_nothing_are_left_out() {
        let none = figures(&[], FALSE_SHARE);
        assert_eq!((none.hit1, none.auroc, none.own_false, none.own_f1), (None, None, None, 0.0));
        let all = figures(&some()[..2], FALSE_SHARE);
        assert_eq!((all.isa, all.own_false, all.hit1), (None, None, Some(0.5)));
    }
}
