//! Mid-ranks: ties share the mean of the ranks they span.

use super::{normal, radix};

/// Ranks of a column and what its ties take away.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranks {
    /// Mid-rank of each value, 1-based, in the order of the values.
    pub ranks: Vec<f64>,
    /// `Σ (t³ - t)` over the groups of equal values.
    pub ties: f64,
}

/// Mid-ranks of values without NaN (scipy's `rankdata(method="average")`).
pub fn mid_ranks(x: &[f64]) -> Ranks {
    // Both zeros are one value, and neighbours.
    let order = radix::sorted(x);
    let mut ranks = vec![0.0; x.len()];
    let mut ties = 0.0;
    let mut start = 0;
    for run in order.chunk_by(|a, b| a.0 == b.0) {
        let length = run.len();
        let rank = mid_rank(start, length);
        for &(_, i) in run {
            if let Some(slot) = ranks.get_mut(i as usize) {
                *slot = rank;
            }
        }
        ties += tie_term(length);
        start += length;
    }
    Ranks { ranks, ties }
}

/// Van der Waerden's normal scores: the normal quantile of (mid-rank - 1/2) / n, for values without NaN.
pub fn normal_scores(x: &[f64]) -> Vec<f64> {
    let n = x.len() as f64;
    let mut scores = mid_ranks(x).ranks;
    for rank in &mut scores {
        *rank = normal::quantile((*rank - 0.5) / n);
    }
    scores
}

/// Mean rank of `length` equal values after `before` smaller ones.
pub(crate) fn mid_rank(before: usize, length: usize) -> f64 {
    before as f64 + 0.5 * (length as f64 + 1.0)
}

/// `t³ - t`.
pub(crate) fn tie_term(length: usize) -> f64 {
    let t = length as f64;
    t * t * t - t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_scores_of_ranks() {
        // scipy.stats.norm.ppf((rankdata(x) - .5) / len(x))
        let scores = normal_scores(&[10.0, 3.0, 3.0, 700.0]);
        for (found, expected) in scores.iter().zip([
            0.318_639_363_964_375,
            -0.674_489_750_196_082,
            -0.674_489_750_196_082,
            1.150_349_380_376_008,
        ]) {
            assert!((found - expected).abs() < 1e-12, "{scores:?}");
        }
    }

    #[test]
    fn ties_share_their_rank() {
        let found = mid_ranks(&[3.0, 1.0, 3.0, -0.0, 0.0, 3.0]);
        assert_eq!(found.ranks, [5.0, 3.0, 5.0, 1.5, 1.5, 5.0]);
        assert_eq!(found.ties, 24.0 + 6.0);
        assert!(mid_ranks(&[]).ranks.is_empty());
    }
}
