//! Logistic regression with L2, by Newton's method: for a dozen numbers and some ten thousand examples that is a few
//! milliseconds, and the same each time.

/// Newton's steps; it mostly needs fewer than ten.
const STEPS: usize = 50;

/// The probability of log odds.
pub fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Log odds of a row; the last weight is the constant.
pub fn linear(weights: &[f64], row: &[f64]) -> f64 {
    let constant = weights.last().copied().unwrap_or(0.0);
    row.iter().zip(weights).map(|(value, weight)| value * weight).sum::<f64>() + constant
}

/// The logistic regression of outcomes, 0 to 1, on rows by Newton's method with L2; the constant is free. `None` where it comes
/// to no end.
pub fn regression(rows: &[Vec<f64>], outcomes: &[f64], ridge: f64) -> Option<Vec<f64>> {
    let width = rows.first()?.len() + 1;
    let mut weights = vec![0.0; width];
    let mut loss = f64::INFINITY;
    let mut step = vec![0.0; width];
    for _ in 0..STEPS {
        let (now, gradient, curvature) = slope(rows, outcomes, ridge, &weights);
        if now > loss {
            // Too far: half way back.
            step.iter_mut().for_each(|part| *part /= 2.0);
            weights.iter_mut().zip(&step).for_each(|(weight, part)| *weight += part);
        } else {
            loss = now;
            step = solve(curvature, gradient)?;
            weights.iter_mut().zip(&step).for_each(|(weight, part)| *weight -= part);
        }
        if step.iter().all(|part| part.abs() < 1e-9) {
            break;
        }
    }
    weights.iter().all(|weight| weight.is_finite()).then_some(weights)
}

type Matrix = Vec<Vec<f64>>;

/// The loss, its gradient and its curvature at `weights`.
fn slope(rows: &[Vec<f64>], outcomes: &[f64], ridge: f64, weights: &[f64]) -> (f64, Vec<f64>, Matrix) {
    let width = weights.len();
    let held = |at: usize| if at + 1 < width { ridge } else { 1e-9 };
    let mut loss: f64 = (0..width).map(|at| held(at) * weights[at].powi(2) / 2.0).sum();
    let mut gradient: Vec<f64> = (0..width).map(|at| held(at) * weights[at]).collect();
    let mut curvature = vec![vec![0.0; width]; width];
    (0..width).for_each(|at| curvature[at][at] = held(at));
    for (row, outcome) in rows.iter().zip(outcomes) {
        let odds = linear(weights, row);
        let risk = logistic(odds);
        // −ln of what was said of what came, without overflow.
        loss += odds.max(0.0) - odds * outcome + (-odds.abs()).exp().ln_1p();
        let value = |at: usize| row.get(at).copied().unwrap_or(1.0);
        for one in 0..width {
            gradient[one] += (risk - outcome) * value(one);
            let weighed = risk * (1.0 - risk) * value(one);
            curvature[one].iter_mut().enumerate().for_each(|(other, sum)| *sum += weighed * value(other));
        }
    }
    (loss, gradient, curvature)
}

/// x of `matrix` · x = `right`, for a matrix that is positive definite.
fn solve(mut matrix: Matrix, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for pivot in 0..n {
        if matrix[pivot][pivot].is_nan() || matrix[pivot][pivot] <= 0.0 {
            return None;
        }
        for below in pivot + 1..n {
            let share = matrix[below][pivot] / matrix[pivot][pivot];
            (pivot..n).for_each(|at| matrix[below][at] -= share * matrix[pivot][at]);
            right[below] -= share * right[pivot];
        }
    }
    for at in (0..n).rev() {
        let known: f64 = (at + 1..n).map(|other| matrix[at][other] * right[other]).sum();
        right[at] = (right[at] - known) / matrix[at][at];
    }
    Some(right)
}
