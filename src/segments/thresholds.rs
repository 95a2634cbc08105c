//! Where high begins: the median over qualified customers, unless someone typed another value.

use serde::{Deserialize, Serialize};

use crate::stats::{quantile, radix};

use super::findings::{Departure, ScoreThresholds, Segment, Thresholds};
use super::rule::label;
use super::scores::Scores;

/// A threshold that someone typed in, per score; `None` takes the recommended one, the median.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TypedThresholds {
    /// For the frequency score.
    pub frequency: Option<f64>,
    /// For the loyalty score.
    pub loyalty: Option<f64>,
}

/// Percentiles of both scores and the thresholds in use; `None` without customers.
pub fn thresholds(scores: &Scores<'_>, typed: TypedThresholds) -> Option<Thresholds> {
    let frequency = Ascending::of(&scores.freq).thresholds(typed.frequency)?;
    let loyalty = Ascending::of(&scores.loyalty).thresholds(typed.loyalty)?;
    let departure = departure(scores, &frequency, &loyalty);
    Some(Thresholds { frequency, loyalty, departure })
}

/// The values of one score in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub struct Ascending(Vec<f64>);

impl Ascending {
    /// Of these values.
    pub fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        radix::sort(&mut sorted);
        Self(sorted)
    }

    /// Percentiles, and the threshold in use with its ties; `None` without values.
    pub fn thresholds(&self, typed: Option<f64>) -> Option<ScoreThresholds> {
        let sorted = &self.0;
        let p20 = quantile::of_sorted(sorted, 0.2)?;
        let p50 = quantile::of_sorted(sorted, 0.5)?;
        let p80 = quantile::of_sorted(sorted, 0.8)?;
        let used = typed.unwrap_or(p50);
        let ties = tied(sorted, used);
        Some(ScoreThresholds { p20, p50, p80, used, ties, tie_share: ties as f64 / sorted.len() as f64 })
    }
}

/// What the thresholds in use change against the medians; `None` if nothing was typed in, or just the medians.
fn departure(scores: &Scores<'_>, frequency: &ScoreThresholds, loyalty: &ScoreThresholds) -> Option<Departure> {
    if frequency.used == frequency.p50 && loyalty.used == loyalty.p50 {
        return None;
    }
    let (mut moved, mut recommended) = (0, [0; 4]);
    for (&f, &l) in scores.freq.iter().zip(scores.loyalty.iter()) {
        let at_medians: Segment = label(f, l, frequency.p50, loyalty.p50);
        recommended[at_medians as usize] += 1;
        moved += u64::from(label(f, l, frequency.used, loyalty.used) != at_medians);
    }
    Some(Departure { moved, moved_share: moved as f64 / scores.freq.len() as f64, recommended })
}

/// How many of the ascending values equal `at`.
fn tied(sorted: &[f64], at: f64) -> u64 {
    (sorted.partition_point(|&v| v <= at) - sorted.partition_point(|&v| v < at)) as u64
}
