//! How sure a customer's segment is, from the spread of that customer's own gaps and orders.
//!
//! With m the mean of g gaps of standard deviation s, `se_m = s / √g` and P(frequency high) =
//! Φ((τ - m) / `se_m`), τ the frequency threshold in days. With r reordered of t lines in each of n
//! orders with lines and R = Σr / Σt, the linearised ratio gives `se_R` = √(n / (n - 1) · Σ(r - R t)²) / Σt
//! and P(loyalty high) = Φ((R - τ) / `se_R`). Confidence is the product of the two probabilities of
//! the sides on which the customer stands: errors are taken as independent and normal.

use crate::extract::history::OrderHistory;
use crate::features::table::FeatureTable;
use crate::pace::{Cancelled, Pace};
use crate::stats::{normal, quantile};

use super::findings::Segment;
use super::parted::parted;
use super::rule::Segmentation;

/// Customers between two looks at the clock.
const STRIDE: usize = 1_000;

/// A mean and how far it may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error; NaN where one observation cannot tell.
    pub error: f64,
    /// Observations: gaps, or orders with lines.
    pub n: u32,
}

/// Confidence per row, 0.25..=1 (each side has at least one half); `None` if no customer's spread is known.
pub async fn confidence(
    history: &OrderHistory,
    table: &FeatureTable,
    found: &Segmentation,
    pace: &Pace,
) -> Result<Option<Vec<f64>>, Cancelled> {
    let thresholds = &found.thresholds;
    let estimates = Estimates::of(history, table, pace).await?;
    Ok(estimates.map(|estimates| estimates.confidence(thresholds.frequency.used, thresholds.loyalty.used)))
}

/// What confidence is made of, whatever the thresholds: per row the mean gap and the reordered share with their errors.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimates {
    days: Vec<(f64, f64)>,
    loyalty: Vec<(f64, f64)>,
}

impl Estimates {
    /// Of every row; `None` if no customer's spread is known.
    ///
    /// A customer with one gap or one order with lines has no spread of his own: he is given the median
    /// spread of the others, over the root of his count \[judgement\].
    ///
    /// # Errors
    /// [`Cancelled`].
    pub async fn of(history: &OrderHistory, table: &FeatureTable, pace: &Pace) -> Result<Option<Self>, Cancelled> {
        let rows = table.rows();
        let mut days = Vec::with_capacity(rows);
        let mut loyalty = Vec::with_capacity(rows);
        for (r, &c) in table.customers().iter().enumerate() {
            if r % STRIDE == 0 {
                pace.tick(r as u64, rows as u64).await?;
            }
            days.push(mean_gap(history, c as usize));
            loyalty.push(reorder_share(history, c as usize));
        }
        let (Some(typical_days), Some(typical_loyalty)) = (typical_spread(&days), typical_spread(&loyalty)) else {
            return Ok(None);
        };
        let filled = |estimates: Vec<Estimate>, typical: f64| -> Vec<(f64, f64)> {
            estimates.into_iter().map(|estimate| (estimate.value, estimate.error_or(typical))).collect()
        };
        Ok(Some(Self { days: filled(days, typical_days), loyalty: filled(loyalty, typical_loyalty) }))
    }

    /// Confidence per row at these thresholds of the two scores.
    pub fn confidence(&self, frequency: f64, loyalty: f64) -> Vec<f64> {
        let sides = self.frequency_sides(frequency);
        sides.iter().zip(self.loyalty_sides(loyalty)).map(|(frequent, loyal)| frequent * loyal).collect()
    }

    /// Per row, the probability that the frequency lies on the side of this threshold on which it is seen.
    pub fn frequency_sides(&self, threshold: f64) -> Vec<f64> {
        let threshold = days_of(threshold);
        self.days.iter().map(|&(value, error)| side_probability(threshold - value, error)).collect()
    }

    /// The same for loyalty.
    pub fn loyalty_sides(&self, threshold: f64) -> Vec<f64> {
        self.loyalty.iter().map(|&(value, error)| side_probability(value - threshold, error)).collect()
    }
}

/// Share of values at or above `limit`; `None` for an empty slice.
pub fn share_at_least(confidence: &[f64], limit: f64) -> Option<f64> {
    let above = confidence.iter().filter(|&&value| value >= limit).count();
    (!confidence.is_empty()).then(|| above as f64 / confidence.len() as f64)
}

/// Median confidence of each segment's customers; `None` where a segment has none.
pub fn medians(confidence: &[f64], labels: &[Segment]) -> [Option<f64>; 4] {
    parted(confidence.iter().copied(), labels).map(|mut own| quantile::select(&mut own, 0.5))
}

/// The mean gap in days whose score is `freq_score`.
pub(super) fn days_of(freq_score: f64) -> f64 {
    1.0 / freq_score - 1.0
}

/// Probability that the true value lies on the side of the threshold on which `distance` is seen.
///
/// Distance 0 is on the high side (`>=`) with probability one half; without error the side is certain.
pub fn side_probability(distance: f64, error: f64) -> f64 {
    if error > 0.0 { normal::cdf(distance.abs() / error) } else { 1.0 }
}

impl Estimate {
    fn error_or(&self, typical_spread: f64) -> f64 {
        if self.error.is_nan() { typical_spread / f64::from(self.n).sqrt() } else { self.error }
    }
}

/// Median over the customers of error x √n: the spread of one observation.
fn typical_spread(estimates: &[Estimate]) -> Option<f64> {
    let mut spreads: Vec<f64> =
        estimates.iter().filter(|e| !e.error.is_nan()).map(|e| e.error * f64::from(e.n).sqrt()).collect();
    quantile::select(&mut spreads, 0.5)
}

/// Mean of the known gaps of customer `c`.
pub fn mean_gap(history: &OrderHistory, c: usize) -> Estimate {
    let gaps = history.days_since_prior[history.orders_of(c)].iter().filter(|gap| gap.is_finite());
    let (mut n, mut sum) = (0_u32, 0.0);
    for &gap in gaps.clone() {
        n += 1;
        sum += gap;
    }
    let mean = sum / f64::from(n);
    let squares: f64 = gaps.map(|gap| (gap - mean) * (gap - mean)).sum();
    let error = if n < 2 { f64::NAN } else { (squares / f64::from(n - 1) / f64::from(n)).sqrt() };
    Estimate { value: mean, error, n }
}

/// Reordered share of the lines of customer `c`.
pub fn reorder_share(history: &OrderHistory, c: usize) -> Estimate {
    let baskets =
        || history.baskets(history.orders_of(c)).map(|(reordered, lines)| (f64::from(reordered), f64::from(lines)));
    let (mut n, mut reordered, mut total) = (0_u32, 0.0, 0.0);
    for (r, t) in baskets() {
        n += 1;
        reordered += r;
        total += t;
    }
    let ratio = reordered / total;
    let squares: f64 = baskets().map(|(r, t)| (r - ratio * t) * (r - ratio * t)).sum();
    let error = if n < 2 { f64::NAN } else { (f64::from(n) / f64::from(n - 1) * squares).sqrt() / total };
    Estimate { value: ratio, error, n }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_customer() {
        // Case S087 of the statistical reference.
        let frequent = side_probability(14.333333333333334 - 12.0, 2.3365564361);
        let loyal = side_probability(0.5 - 0.4634146341, 0.0501126166);
        assert!((frequent - 0.8410107355548109).abs() < 1e-9);
        assert!((loyal - 0.7673241537767396).abs() < 1e-9);
        assert!((frequent * loyal - 0.6453278509767486).abs() < 1e-9);
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "these values are exact")]
    fn edges() {
        assert_eq!(side_probability(0.0, 1.0), 0.5);
        assert_eq!(side_probability(0.0, 0.0), 1.0);
        assert_eq!(side_probability(-3.0, 0.0), 1.0);
        assert_eq!(share_at_least(&[0.8, 0.5], 0.8), Some(0.5));
        assert_eq!(share_at_least(&[], 0.8), None);
    }
}
