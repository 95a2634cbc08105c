//! The two scores of a customer, and where they stand among all.

use std::borrow::Cow;

use crate::features::catalogue::Behavioural;
use crate::features::table::FeatureTable;
use crate::stats::radix;

/// `1 / (max(mean_days, 0) + 1)`: 1 for daily or same-day orders, towards 0 for rare ones.
pub fn freq_score(mean_days_between_orders: f64) -> f64 {
    1.0 / (mean_days_between_orders.max(0.0) + 1.0)
}

/// The two scores of every row of a feature table.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores<'a> {
    /// Frequency, in (0, 1].
    pub freq: Cow<'a, [f64]>,
    /// Loyalty, 0..=1.
    pub loyalty: Cow<'a, [f64]>,
}

/// The scores of all rows; a score that came with the file is used bit for bit.
pub fn scores(table: &FeatureTable) -> Scores<'_> {
    let freq = match table.given_freq_score() {
        Some(given) => Cow::Borrowed(given),
        None => Cow::Owned(
            table
                .behavioural(Behavioural::MeanDaysBetweenOrders)
                .unwrap_or(&[])
                .iter()
                .map(|&days| freq_score(days))
                .collect(),
        ),
    };
    let loyalty = match table.given_loyalty_score() {
        Some(given) => Cow::Borrowed(given),
        None => Cow::Borrowed(table.behavioural(Behavioural::ReorderRatio).unwrap_or(&[])),
    };
    Scores { freq, loyalty }
}

/// Percentile rank of every value, 0..=1: (values below + half of the values equal) / n.
///
/// The mid-rank of `scipy.stats.percentileofscore(kind="mean")`; ties share one rank.
pub fn percentile_ranks(values: &[f64]) -> Vec<f64> {
    let order = radix::sorted(values);
    let n = values.len() as f64;
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for ties in order.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let rank = (from as f64 + 0.5 * ties.len() as f64) / n;
        for &(_, i) in ties {
            ranks[i as usize] = rank;
        }
        from += ties.len();
    }
    ranks
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::*;

    #[test]
    fn the_score_falls_with_the_gap() {
        assert_eq!(freq_score(0.0), 1.0);
        assert_eq!(freq_score(-3.0), 1.0);
        assert_eq!(freq_score(3.0), 0.25);
    }

    #[test]
    fn ties_share_their_rank() {
        // scipy.stats.percentileofscore(x, v, kind="mean") / 100
        assert_eq!(percentile_ranks(&[3.0, 1.0, 2.0, 2.0]), [0.875, 0.125, 0.5, 0.5]);
        assert_eq!(percentile_ranks(&[]), [0.0; 0]);
        assert_eq!(percentile_ranks(&[7.0]), [0.5]);
    }
}
