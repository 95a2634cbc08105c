//! The rule: two cuts, `>=` is high, every customer in exactly one segment.

use crate::features::table::FeatureTable;
use crate::pace::{Cancelled, Pace};

use super::findings::{Segment, Thresholds};
use super::scores::{percentile_ranks, scores};
use super::thresholds::{TypedThresholds, thresholds};

/// Every row of a feature table in its segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Segmentation {
    /// Frequency score per row.
    pub freq: Vec<f64>,
    /// Loyalty score per row.
    pub loyalty: Vec<f64>,
    /// Segment per row.
    pub labels: Vec<Segment>,
    /// The thresholds.
    pub thresholds: Thresholds,
    /// Mid-rank of the frequency score among all rows, 0..=1.
    pub freq_percentile: Vec<f64>,
    /// Mid-rank of the loyalty score among all rows, 0..=1.
    pub loyalty_percentile: Vec<f64>,
    /// Per row, the probability that the label is the customer's true one; `None` without order history.
    pub confidence: Option<Vec<f64>>,
}

/// The segment of one pair of scores.
pub fn label(freq: f64, loyalty: f64, frequency_threshold: f64, loyalty_threshold: f64) -> Segment {
    Segment::of(freq >= frequency_threshold, loyalty >= loyalty_threshold)
}

/// Scores, thresholds and labels of all rows; `None` when nobody qualifies. Confidence is added by
/// [`super::confidence`].
pub async fn segment(
    table: &FeatureTable,
    typed: TypedThresholds,
    pace: &Pace,
) -> Result<Option<Segmentation>, Cancelled> {
    const STEPS: u64 = 3;
    let scores = scores(table);
    pace.tick(0, STEPS).await?;
    let Some(thresholds) = thresholds(&scores, typed) else { return Ok(None) };
    pace.tick(1, STEPS).await?;
    let labels = labels(&scores.freq, &scores.loyalty, thresholds.frequency.used, thresholds.loyalty.used);
    let freq_percentile = percentile_ranks(&scores.freq);
    pace.tick(2, STEPS).await?;
    let loyalty_percentile = percentile_ranks(&scores.loyalty);
    Ok(Some(Segmentation {
        labels,
        thresholds,
        freq_percentile,
        loyalty_percentile,
        confidence: None,
        freq: scores.freq.into_owned(),
        loyalty: scores.loyalty.into_owned(),
    }))
}

/// The rule applied to every row.
pub fn labels(freq: &[f64], loyalty: &[f64], frequency_threshold: f64, loyalty_threshold: f64) -> Vec<Segment> {
    freq.iter().zip(loyalty).map(|(&f, &l)| label(f, l, frequency_threshold, loyalty_threshold)).collect()
}

/// Customers per segment, in the order of [`Segment::ALL`].
pub fn counts(labels: &[Segment]) -> [u64; 4] {
    let mut counts = [0; 4];
    for &label in labels {
        counts[label as usize] += 1;
    }
    counts
}
