//! Population stability index: how far a distribution has moved, and what chance alone would give.

use super::{chi_squared, quantile};

/// Share put in place of an empty bin, by convention.
pub const EMPTY_SHARE: f64 = 1e-4;

/// `Σ (q - p) ln(q / p)` over the bins' shares; a share of 0 counts as `empty`, without renormalising.
///
/// `None` when the lengths differ, there are no bins, or a share is negative or not a number.
pub fn from_shares(reference: &[f64], current: &[f64], empty: f64) -> Option<f64> {
    let valid = |x: &[f64]| x.iter().all(|&v| v >= 0.0 && v.is_finite());
    if reference.len() != current.len() || reference.is_empty() || !valid(reference) || !valid(current) {
        return None;
    }
    let fill = |v: f64| if v == 0.0 { empty } else { v };
    Some(
        reference
            .iter()
            .zip(current)
            .map(|(&p, &q)| {
                let (p, q) = (fill(p), fill(q));
                (q - p) * libm::log(q / p)
            })
            .sum(),
    )
}

/// A PSI next to its null distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Psi {
    /// The index.
    pub psi: f64,
    /// Probability of at least this much without any change.
    pub p: f64,
    /// What chance exceeds once in a thousand: below it the index is noise.
    pub critical_001: f64,
    /// Bins compared.
    pub bins: usize,
}

/// PSI of two histograms over the same bins, with its null distribution.
///
/// `None` when the lengths differ, below two bins, or when one side is empty.
pub fn from_counts(reference: &[u64], current: &[u64]) -> Option<Psi> {
    let (n, m) = (reference.iter().sum::<u64>() as f64, current.iter().sum::<u64>() as f64);
    if n == 0.0 || m == 0.0 {
        return None;
    }
    let shares = |counts: &[u64], total: f64| counts.iter().map(|&c| c as f64 / total).collect::<Vec<_>>();
    let psi = from_shares(&shares(reference, n), &shares(current, m), EMPTY_SHARE)?;
    let null = Null::new(n, m, reference.len())?;
    Some(Psi { psi, p: null.p(psi)?, critical_001: null.quantile(0.999)?, bins: reference.len() })
}

/// Null distribution of the PSI: about `χ²(bins - 1) · (1/n + 1/m)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Null {
    scale: f64,
    df: f64,
}

impl Null {
    /// For `n` reference and `m` current rows over `bins` bins; `None` below two bins or one row.
    pub fn new(n: f64, m: f64, bins: usize) -> Option<Self> {
        (n >= 1.0 && m >= 1.0 && bins >= 2).then(|| Self { scale: 1.0 / n + 1.0 / m, df: bins as f64 - 1.0 })
    }

    /// Expected PSI without any change.
    pub fn mean(&self) -> f64 {
        self.df * self.scale
    }

    /// Quantile, 0 < q < 1.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        chi_squared::quantile(q, self.df).map(|x| x * self.scale)
    }

    /// Probability of at least `psi`.
    pub fn p(&self, psi: f64) -> Option<f64> {
        chi_squared::sf(psi / self.scale, self.df)
    }
}

/// Inner edges of `bins` quantile bins (linear quantiles) of values in ascending order: ascending, repeats merged.
///
/// The outer bins are open, so `k` edges make `k + 1` bins; a column of one value has none. `None` for
/// an empty column, a NaN, or fewer than two bins.
pub fn quantile_edges(sorted: &[f64], bins: usize) -> Option<Vec<f64>> {
    if bins < 2 {
        return None;
    }
    let at = |i: usize| quantile::of_sorted(sorted, i as f64 / bins as f64);
    let mut edges: Vec<f64> = (1..bins).map(at).collect::<Option<_>>()?;
    edges.dedup();
    Some(edges)
}

/// As [`histogram`], for values in ascending order without NaN.
pub fn histogram_of_sorted(sorted: &[f64], edges: &[f64]) -> Vec<u64> {
    let ends = edges.iter().map(|edge| sorted.partition_point(|v| v < edge)).chain([sorted.len()]);
    let mut from = 0;
    ends.map(|end| (end - std::mem::replace(&mut from, end)) as u64).collect()
}

/// Counts per bin, bins `[edge, next edge)` with open ends; NaN is left out.
pub fn histogram(x: &[f64], edges: &[f64]) -> Vec<u64> {
    let mut counts = vec![0; edges.len() + 1];
    for &v in x {
        if let Some(count) = counts.get_mut(edges.partition_point(|&e| e <= v)).filter(|_| !v.is_nan()) {
            *count += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degenerate_inputs() {
        assert_eq!(from_shares(&[], &[], 1e-4), None);
        assert_eq!(from_shares(&[1.0], &[0.5, 0.5], 1e-4), None);
        assert_eq!(from_shares(&[f64::NAN], &[1.0], 1e-4), None);
        assert_eq!(from_counts(&[1, 2], &[0, 0]), None);
        assert_eq!(from_counts(&[1], &[1]), None);
        assert_eq!(quantile_edges(&[], 10), None);
        assert_eq!(quantile_edges(&[1.0], 1), None);
        assert_eq!(quantile_edges(&[2.0; 50], 10), Some(vec![2.0]));
    }

    #[test]
    fn bins_are_closed_below() {
        assert_eq!(histogram(&[-1.0, 0.0, 0.5, 1.0, 9.0, f64::NAN], &[0.0, 1.0]), [1, 2, 2]);
        assert_eq!(histogram(&[1.0, 2.0], &[]), [2]);
    }

    #[test]
    fn same_distribution_is_zero() {
        let found = from_counts(&[10, 20, 30], &[100, 200, 300]).unwrap();
        assert_eq!((found.psi, found.p), (0.0, 1.0));
    }
}
