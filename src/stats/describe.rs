//! Mean, spread and shape of one column.
//!
//! All functions take finite values (callers leave NaN out) and answer `None` where the figure is
//! undefined. Sums run in one fixed order (eight interleaved partial sums, then those eight from left
//! to right), so that the same column gives the same bits natively and in WebAssembly.

/// Sum of `x` in the fixed order of this module; 0 for an empty slice.
pub fn sum(x: &[f64]) -> f64 {
    sum_by(x, |v| v)
}

/// Sum of `f(x)` in the fixed order of this module.
#[inline]
pub fn sum_by(x: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0_f64; 8];
    let chunks = x.chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane += f(v);
        }
    }
    for (lane, &v) in lanes.iter_mut().zip(rest) {
        *lane += f(v);
    }
    lanes.iter().fold(0.0, |total, lane| total + lane)
}

/// Arithmetic mean; `None` for an empty slice.
pub fn mean(x: &[f64]) -> Option<f64> {
    (!x.is_empty()).then(|| sum(x) / x.len() as f64)
}

/// Variance with `ddof` degrees of freedom taken off: `Σ(x - mean)² / (n - ddof)`.
///
/// `None` unless n > `ddof` and n > 0. Two passes.
pub fn variance(x: &[f64], ddof: usize) -> Option<f64> {
    let mean = mean(x)?;
    if x.len() <= ddof {
        return None;
    }
    Some(sum_by(x, |v| (v - mean) * (v - mean)) / (x.len() - ddof) as f64)
}

/// Standard deviation, the root of [`variance`].
pub fn std(x: &[f64], ddof: usize) -> Option<f64> {
    variance(x, ddof).map(f64::sqrt)
}

/// Coefficient of variation: std (ddof 1) / mean; `None` below two values or for a mean of 0.
pub fn cv(x: &[f64]) -> Option<f64> {
    let std = std(x, 1)?;
    let mean = mean(x)?;
    (mean != 0.0).then(|| std / mean)
}

/// Largest [`cv`] that `n` values in `0..=cap` with this `mean` can have: `√((cap - mean)/mean) · √(n/(n - 1))`.
///
/// Bhatia and Davis (2000): a cap alone bounds the spread. `None` unless 0 < mean <= cap and n >= 2.
pub fn cv_bound(cap: f64, mean: f64, n: usize) -> Option<f64> {
    let n = n as f64;
    (mean > 0.0 && mean <= cap && n >= 2.0).then(|| ((cap - mean) / mean).sqrt() * (n / (n - 1.0)).sqrt())
}

/// Smallest and largest value; `None` for an empty slice.
pub fn range(x: &[f64]) -> Option<(f64, f64)> {
    let (&first, rest) = x.split_first()?;
    Some(rest.iter().fold((first, first), |(low, high), &v| (low.min(v), high.max(v))))
}

/// Skewness in both usual forms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Skewness {
    /// `g1 = m3 / m2^1.5` with population moments (scipy's `bias=True`).
    pub g1: f64,
    /// Adjusted Fisher-Pearson `G1 = √(n(n-1))/(n-2) · g1` (pandas, scipy's `bias=False`).
    pub adjusted: f64,
}

/// Skewness; `None` below three values and for a constant column.
///
/// (scipy answers 0 for n = 2; pandas, and we, call it undefined.)
pub fn skewness(x: &[f64]) -> Option<Skewness> {
    let n = x.len() as f64;
    if x.len() < 3 {
        return None;
    }
    let mean = mean(x)?;
    let m2 = sum_by(x, |v| (v - mean) * (v - mean)) / n;
    let m3 = sum_by(x, |v| (v - mean) * (v - mean) * (v - mean)) / n;
    if is_rounding_noise(m2, mean) {
        return None;
    }
    let g1 = m3 / (m2 * m2.sqrt());
    Some(Skewness { g1, adjusted: g1 * (n * (n - 1.0)).sqrt() / (n - 2.0) })
}

/// Is a second moment `m2` about `mean` nothing but the rounding of a constant column?
///
/// scipy's rule for degenerate moments: `m2 <= (eps · mean)²`.
pub(crate) fn is_rounding_noise(m2: f64, mean: f64) -> bool {
    let limit = f64::EPSILON * mean;
    m2 <= limit * limit
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn undefined_is_none() {
        assert_eq!(mean(&[]), None);
        assert_eq!(variance(&[], 0), None);
        assert_eq!(variance(&[1.0], 1), None);
        assert_eq!(variance(&[1.0], 0), Some(0.0));
        assert_eq!(cv(&[0.0, 0.0]), None);
        assert_eq!(cv(&[1.0]), None);
        assert_eq!(range(&[]), None);
        assert_eq!(cv_bound(30.0, 0.0, 4), None);
        assert_eq!(cv_bound(30.0, 31.0, 4), None);
        assert_eq!(cv_bound(30.0, 15.0, 1), None);
        assert_eq!(skewness(&[1.0, 2.0]), None);
        assert_eq!(skewness(&[0.1; 9]), None);
    }

    #[test]
    fn every_lane_counts() {
        for n in 0..40_usize {
            let x: Vec<f64> = (1..=n).map(|i| i as f64).collect();
            assert_relative_eq!(sum(&x), (n * (n + 1) / 2) as f64);
            if n > 0 {
                assert_eq!(range(&x), Some((1.0, n as f64)));
            }
        }
    }
}
