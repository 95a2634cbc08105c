//! Where high begins: the median over qualified customers, unless someone typed another value.

use crate::stats::quantile;

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
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let p20 = quantile::of_sorted(&sorted, 0.2)?;
    let p50 = quantile::of_sorted(&sorted, 0.5)?;
    let p80 = quantile::of_sorted(&sorted, 0.8)?;
    let used = typed.unwrap_or(p50);
    let ties = tied(&sorted, used);
    Some(ScoreThresholds { p20, p50, p80, used, ties, tie_share: ties as f64 / sorted.len() as f64 })
}

/// How many of the ascending values equal `at`.
fn tied(sorted: &[f64], at: f64) -> u64 {
    (sorted.partition_point(|&v| v <= at) - sorted.partition_point(|&v| v < at)) as u64
}
