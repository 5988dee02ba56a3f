//! How many tickets the hours to come will bring. The counts of the hours before are taken apart into a level, a pattern of the
//! day and one of the week (MSTL), and every forecast is told with how it would have done over the last four weeks beside
//! the plainest one, that the same hour of last week repeats. The model is used only where it would have done better.

mod bands;

use augurs::mstl::{MSTLModel, stlrs};
use augurs::{Fit, Predict};
use serde::Serialize;

use bands::Bands;

const DAY: usize = 24;
const WEEK: usize = 7 * DAY;
/// A forecast needs so many hours of history: eight weeks.
pub const NEEDED: usize = 8 * WEEK;
/// Of a longer history only so many hours, the last, are looked at: a year.
const LOOKED_AT: usize = 52 * WEEK;
/// Weeks that every forecast is tried on.
const TRIED: usize = 4;
/// Weeks before a week from whose errors its interval is taken; two are enough where there are no more.
const LEARNT_FROM: usize = 4;
/// The least that a model learns from, in weeks.
const LEAST: usize = 2;
/// Hours of like level, to either side.
const LIKE: usize = 10;

/// What a forecast was made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The level of the last week with a pattern of the day and of the week, from the square roots of the counts.
    Mstl,
    /// The mean of the same hour over the last four weeks.
    MeanOfFourWeeks,
    /// The baseline: the same hour of last week, holiday or not.
    SameHourLastWeek,
}

impl Method {
    /// The models, the baseline not among them.
    const MODELS: [Self; 2] = [Self::Mstl, Self::MeanOfFourWeeks];

    pub fn word(self) -> &'static str {
        match self {
            Self::Mstl => "mstl",
            Self::MeanOfFourWeeks => "mean_of_four_weeks",
            Self::SameHourLastWeek => "same_hour_last_week",
        }
    }

    /// Whether it is a model, and not the baseline.
    pub fn is_model(self) -> bool {
        self != Self::SameHourLastWeek
    }
}

/// What an hour will bring, in tickets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Hour {
    /// The mean to be expected, not the likeliest count.
    pub expected: f64,
    /// The least and the most that it will bring, in four of five hours. Whole counts, but where what is expected lies beyond
    /// them: an hour of which 0.1 is expected has 0 to 0.1, that is, nothing.
    pub low: f64,
    pub high: f64,
}

impl Hour {
    /// Whether the interval holds `count`.
    pub fn holds(&self, count: u32) -> bool {
        (self.low..=self.high).contains(&f64::from(count))
    }
}

/// How forecasts would have done: each of the last weeks forecast from what was known before it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Backtest {
    pub weeks: usize,
    /// The mean absolute error of the better model, in tickets an hour, even where the baseline was kept.
    pub mae: f64,
    /// That of the baseline.
    pub baseline_mae: f64,
    /// The share of hours whose count lay within the interval of the method that is used.
    pub covered: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    pub method: Method,
    /// The hours after the history, in order.
    pub hours: Vec<Hour>,
    pub backtest: Backtest,
}

/// The `hours` that follow `history`: tickets by the hour, the oldest first, of hours without a gap (0 where none came), as the
/// desk's clock shows them, so that every day has 24. `closed` says hour by hour, over the history and then the hours
/// to come, whether it lies on a holiday; what is missing at its end is no holiday. Intervals are tried on a week ahead: beyond
/// that they are too narrow.
///
/// `None` where the history is shorter than [`NEEDED`].
pub fn forecast(history: &[u32], closed: &[bool], hours: usize) -> Option<Forecast> {
    if history.len() < NEEDED {
        return None;
    }
    let skipped = history.len().saturating_sub(LOOKED_AT);
    let series = Series { counts: &history[skipped..], closed: closed.get(skipped..).unwrap_or_default() };
    let baseline = Tried::on(series, Method::SameHourLastWeek, hours)?;
    let model = Method::MODELS
        .into_iter()
        .filter_map(|method| Tried::on(series, method, hours))
        .min_by(|one, other| one.mae().total_cmp(&other.mae()))?;
    let (mae, baseline_mae) = (model.mae(), baseline.mae());
    let used = if mae < baseline_mae { model } else { baseline };
    let bands = used.bands(used.pairs.len());
    Some(Forecast {
        method: used.method,
        hours: used.ahead.iter().map(|expected| bands.around(*expected)).collect(),
        backtest: Backtest { weeks: TRIED, mae, baseline_mae, covered: used.covered() },
    })
}

/// Counts up to a moment, and the holidays up to it and after.
#[derive(Debug, Clone, Copy)]
struct Series<'s> {
    counts: &'s [u32],
    closed: &'s [bool],
}

impl Series<'_> {
    fn is_closed(&self, at: usize) -> bool {
        self.closed.get(at).copied().unwrap_or(false)
    }

    /// What `method` expects of the hours after the counts; `None` where it cannot say.
    fn ahead(&self, method: Method, hours: usize) -> Option<Vec<f64>> {
        let n = self.counts.len();
        let usual = self.without_holidays();
        let week = match method {
            Method::Mstl => by_mstl(&usual)?,
            Method::MeanOfFourWeeks => same_hours(&usual, 4).map(|same| mean(&same)).collect(),
            Method::SameHourLastWeek => {
                self.counts[n - WEEK..].iter().map(|count| f64::from(*count)).collect()
            }
        };
        let share = if method.is_model() { self.holiday_share(&usual) } else { 1.0 };
        let at_hour = |ahead: usize| week[ahead % WEEK] * if self.is_closed(n + ahead) { share } else { 1.0 };
        Some((0..hours).map(at_hour).collect())
    }

    /// The counts with every hour of a holiday as the same hour of the nearest usual weeks before and after, so that holidays
    /// do not pass for a pattern.
    fn without_holidays(&self) -> Vec<f64> {
        let n = self.counts.len();
        let usual = |at: &usize| !self.is_closed(*at);
        let at_hour = |at: usize| {
            let count = |at: usize| f64::from(self.counts[at]);
            if usual(&at) {
                return count(at);
            }
            let before = (1..=at / WEEK).map(|back| at - back * WEEK).find(usual);
            let after = (at + WEEK..n).step_by(WEEK).find(usual);
            match (before, after) {
                (Some(before), Some(after)) => f64::midpoint(count(before), count(after)),
                (one, other) => one.or(other).map_or(count(at), count),
            }
        };
        (0..n).map(at_hour).collect()
    }

    /// How much of a usual day holidays brought so far; 1 where there were none to learn from.
    fn holiday_share(&self, usual: &[f64]) -> f64 {
        let holidays = || (0..self.counts.len()).filter(|at| self.is_closed(*at));
        let came: f64 = holidays().map(|at| f64::from(self.counts[at])).sum();
        let would_have: f64 = holidays().map(|at| usual[at]).sum();
        if would_have > 0.0 { came / would_have } else { 1.0 }
    }
}

/// A week ahead by MSTL on square roots, in which counts of every level scatter alike. The level is the mean of the last week:
/// of one hour, which the trend of the crate goes by, it would be chance. Patterns hardly change over a year. `None` where
/// the crate fails.
fn by_mstl(usual: &[f64]) -> Option<Vec<f64>> {
    let roots: Vec<f64> = usual.iter().map(|count| count.sqrt()).collect();
    let mut stl = stlrs::params();
    stl.seasonal_degree(0);
    let mut parameters = stlrs::MstlParams::new();
    parameters.stl_params(stl).seasonal_lengths(&[365, 99]);
    let fitted = MSTLModel::naive(vec![DAY, WEEK]).mstl_params(parameters).fit(&roots).ok()?;
    let ahead = fitted.predict(WEEK, None).ok()?;
    let (trend, rest) = (fitted.fit().trend(), fitted.fit().remainder());
    let level: Vec<f64> = trend.iter().zip(rest).map(|(trend, rest)| f64::from(trend + rest)).collect();
    let shift = mean(&level[level.len() - WEEK..]) - level.last()?;
    let ahead: Vec<f64> = ahead.point.iter().map(|root| (root + shift).max(0.0)).collect();
    if ahead.len() != WEEK || ahead.iter().any(|root| !root.is_finite()) {
        return None;
    }
    // The mean of a count is the square of its root's mean and the root's variance.
    let scatter = scatter(&roots, &ahead);
    Some(ahead.iter().zip(scatter).map(|(root, variance)| root.powi(2) + variance).collect())
}

/// The same hour of each of the last weeks, at most `weeks`, the latest first, for every hour of the week ahead.
fn same_hours(values: &[f64], weeks: usize) -> impl Iterator<Item = Vec<f64>> {
    let weeks = weeks.min(values.len() / WEEK);
    (0..WEEK).map(move |hour| (1..=weeks).map(|back| values[values.len() - back * WEEK + hour]).collect())
}

/// The variance of each hour of the week over the last eight, as the mean of the hours of like level: that of one hour would be
/// chance.
fn scatter(roots: &[f64], level: &[f64]) -> Vec<f64> {
    let variance = |same: Vec<f64>| {
        let middle = mean(&same);
        same.iter().map(|root| (root - middle).powi(2)).sum::<f64>() / (same.len().max(2) - 1) as f64
    };
    let own: Vec<f64> = same_hours(roots, 8).map(variance).collect();
    let mut order: Vec<usize> = (0..level.len()).collect();
    order.sort_by(|one, other| level[*one].total_cmp(&level[*other]));
    let sorted: Vec<f64> = order.iter().map(|hour| own[*hour]).collect();
    let mut like = vec![0.0; level.len()];
    for (place, hour) in order.into_iter().enumerate() {
        like[hour] = mean(&sorted[place.saturating_sub(LIKE)..(place + LIKE + 1).min(sorted.len())]);
    }
    like
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// A method tried on the last weeks.
#[derive(Debug)]
struct Tried {
    method: Method,
    /// What was expected and what came, hour by hour: the weeks of the backtest, and before them those that its first weeks
    /// have their intervals from.
    pairs: Vec<(f64, u32)>,
    /// What is expected of the hours to come.
    ahead: Vec<f64>,
}

impl Tried {
    fn on(series: Series<'_>, method: Method, hours: usize) -> Option<Self> {
        let n = series.counts.len();
        let weeks = (n / WEEK - LEAST).min(TRIED + LEARNT_FROM);
        let mut pairs = Vec::with_capacity(weeks * WEEK);
        for back in (1..=weeks).rev() {
            let (known, came) = series.counts.split_at(n - back * WEEK);
            let expected = Series { counts: known, ..series }.ahead(method, WEEK)?;
            pairs.extend(expected.into_iter().zip(came.iter().copied()));
        }
        Some(Self { method, pairs, ahead: series.ahead(method, hours)? })
    }

    /// The mean absolute error over the weeks of the backtest.
    fn mae(&self) -> f64 {
        let tried = &self.pairs[self.pairs.len() - TRIED * WEEK..];
        tried.iter().map(|(expected, came)| (expected - f64::from(*came)).abs()).sum::<f64>()
            / tried.len() as f64
    }

    /// The intervals as known before the pair at `before`.
    fn bands(&self, before: usize) -> Bands {
        Bands::of(&self.pairs[before.saturating_sub(LEARNT_FROM * WEEK)..before])
    }

    fn covered(&self) -> f64 {
        let n = self.pairs.len();
        let mut held = 0;
        for at in (n - TRIED * WEEK..n).step_by(WEEK) {
            let bands = self.bands(at);
            let week = &self.pairs[at..at + WEEK];
            held += week.iter().filter(|(expected, came)| bands.around(*expected).holds(*came)).count();
        }
        held as f64 / (TRIED * WEEK) as f64
    }
}

#[cfg(test)]
mod tests;
