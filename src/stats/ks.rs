//! Two-sample Kolmogorov-Smirnov test.

use super::{kolmogorov, radix};

/// Up to this many cells of the path lattice the exact p is computed.
pub const EXACT_CELLS: usize = 4_000_000;

/// The two-sample test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ks {
    /// Largest distance of the two empirical distribution functions.
    pub d: f64,
    /// Exact p by counting lattice paths; `None` above [`EXACT_CELLS`].
    pub p_exact: Option<f64>,
    /// p of Kolmogorov's one-sample distribution at n = round(n·m / (n + m)) (scipy's `method="asymp"`).
    pub p_asymptotic: f64,
}

impl Ks {
    /// The exact p where there is one, else the asymptotic.
    pub fn p(&self) -> f64 {
        self.p_exact.unwrap_or(self.p_asymptotic)
    }
}

/// Kolmogorov-Smirnov test of two samples in any order; `None` for an empty sample or a NaN.
pub fn two_sample(a: &[f64], b: &[f64]) -> Option<Ks> {
    if a.is_empty() || b.is_empty() || a.iter().chain(b).any(|v| v.is_nan()) {
        return None;
    }
    let sorted = |x: &[f64]| {
        let mut x = x.to_vec();
        radix::sort(&mut x);
        x
    };
    let (a, b) = (sorted(a), sorted(b));
    let steps = distance(&a, &b);
    let (n, m) = (a.len(), b.len());
    let d = steps as f64 / (n as f64 * m as f64);
    let effective = n as f64 * m as f64 / (n as f64 + m as f64);
    // Half to even, as numpy rounds.
    let p_asymptotic = kolmogorov::sf((libm::rint(effective) as u64).max(1), d)?;
    let p_exact = n.checked_mul(m).is_some_and(|cells| cells <= EXACT_CELLS).then(|| exact_p(steps, n, m));
    Some(Ks { d, p_exact, p_asymptotic })
}

/// `max |i·m - j·n|` over the distinct values, i and j the counts at or below each: D in units of 1/(n m).
fn distance(a: &[f64], b: &[f64]) -> u64 {
    let (n, m) = (a.len() as u64, b.len() as u64);
    let (mut i, mut j, mut largest) = (0_usize, 0_usize, 0_u64);
    while let (Some(&x), Some(&y)) = (a.get(i), b.get(j)) {
        let value = x.min(y);
        i += a.iter().skip(i).take_while(|&&v| v <= value).count();
        j += b.iter().skip(j).take_while(|&&v| v <= value).count();
        largest = largest.max((i as u64 * m).abs_diff(j as u64 * n));
    }
    largest
}

/// Probability that a random path from (0, 0) to (n, m) leaves the band `|i·m - j·n| < steps`.
///
/// Recursion on the probability of having left, conditional on passing (i, j): terms are positive, so a
/// small p keeps its digits.
fn exact_p(steps: u64, n: usize, m: usize) -> f64 {
    if steps == 0 {
        return 1.0;
    }
    let outside = |i: usize, j: usize| (i as u64 * m as u64).abs_diff(j as u64 * n as u64) >= steps;
    let mut row = vec![0.0_f64; m + 1];
    for i in 0..=n {
        let mut left = 0.0;
        for (j, above) in row.iter_mut().enumerate() {
            let p = if outside(i, j) {
                1.0
            } else if i + j == 0 {
                0.0
            } else {
                // The last step came from (i - 1, j) with probability i/(i + j), else from (i, j - 1).
                (*above * i as f64 + left * j as f64) / (i + j) as f64
            };
            *above = p;
            left = p;
        }
    }
    row.last().copied().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn degenerate_samples() {
        assert_eq!(two_sample(&[], &[1.0]), None);
        assert_eq!(two_sample(&[f64::NAN], &[1.0]), None);
        let same = two_sample(&[1.0, 2.0], &[1.0, 2.0]).unwrap();
        assert_eq!((same.d, same.p_exact, same.p_asymptotic), (0.0, Some(1.0), 1.0));
        let one = two_sample(&[1.0], &[2.0]).unwrap();
        assert_eq!((one.d, one.p()), (1.0, 1.0));
    }

    #[test]
    fn full_separation_by_counting() {
        // Two of C(6, 3) = 20 orders separate three from three.
        let found = two_sample(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]).unwrap();
        assert_relative_eq!(found.p(), 0.1, max_relative = 1e-14);
    }

    #[test]
    fn order_and_sides_do_not_matter() {
        let (a, b) = ([3.0, 1.0, 2.0, 2.0], [2.0, 5.0, 4.0]);
        let (one, other) = (two_sample(&a, &b).unwrap(), two_sample(&b, &a).unwrap());
        assert_eq!(one.d, other.d);
        assert_relative_eq!(one.p(), other.p(), max_relative = 1e-14);
    }
}
