//! Where high begins: the median over qualified customers, unless someone typed another value.

use super::findings::{ScoreThresholds, Thresholds};
use super::scores::Scores;

/// A threshold that someone typed in, per score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TypedThresholds {
    /// For the frequency score.
    pub frequency: Option<f64>,
    /// For the loyalty score.
    pub loyalty: Option<f64>,
}

/// Percentiles of both scores and the thresholds in use; `None` without customers.
pub fn thresholds(scores: &Scores<'_>, typed: TypedThresholds) -> Option<Thresholds> {
    Some(Thresholds {
        frequency: of_score(&scores.freq, typed.frequency)?,
        loyalty: of_score(&scores.loyalty, typed.loyalty)?,
    })
}

fn of_score(values: &[f64], typed: Option<f64>) -> Option<ScoreThresholds> {
    if values.is_empty() {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let [p20, p50, p80] = [0.2, 0.5, 0.8].map(|p| quantile_of_sorted(&sorted, p));
    let used = typed.unwrap_or(p50);
    let ties = tied(&sorted, used);
    Some(ScoreThresholds { p20, p50, p80, used, ties, tie_share: ties as f64 / sorted.len() as f64 })
}

/// How many of the ascending values equal `at`.
fn tied(sorted: &[f64], at: f64) -> u64 {
    (sorted.partition_point(|&v| v <= at) - sorted.partition_point(|&v| v < at)) as u64
}

/// Quantile with linear interpolation (type 7, `numpy.quantile`), of ascending values, at least one.
pub(crate) fn quantile_of_sorted(sorted: &[f64], p: f64) -> f64 {
    let at = p * (sorted.len() - 1) as f64;
    let below = (at.floor() as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    let (a, b, t) = (sorted[below], sorted[above], at - at.floor());
    // numpy's two-sided interpolation: exact at both ends, monotone between.
    if t >= 0.5 { b - (b - a) * (1.0 - t) } else { a + (b - a) * t }
}
