//! The chi-squared distribution: tails and quantile.

use super::{gamma, normal, roots};

/// `P(X > x)` with `df` degrees of freedom, exact in the upper tail; `None` unless df > 0 and x >= 0.
pub fn sf(x: f64, df: f64) -> Option<f64> {
    gamma::incomplete(0.5 * df, 0.5 * x).map(|tails| tails.upper)
}

/// `P(X <= x)`; `None` unless df > 0 and x >= 0.
pub fn cdf(x: f64, df: f64) -> Option<f64> {
    gamma::incomplete(0.5 * df, 0.5 * x).map(|tails| tails.lower)
}

/// The x with `P(X <= x) = p`, 0 < p < 1; `None` for other arguments.
///
/// Brent's method around Wilson and Hilferty's cube; the smaller tail is the one solved for.
pub fn quantile(p: f64, df: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && df > 0.0 && df.is_finite()) {
        return None;
    }
    let a = 2.0 / (9.0 * df);
    let root = 1.0 - a + normal::quantile(p) * a.sqrt();
    let guess = (df * root * root * root).max(1e-8 * df);
    let excess = |x: f64| match gamma::incomplete(0.5 * df, 0.5 * x) {
        Some(tails) if p <= 0.5 => tails.lower - p,
        Some(tails) => (1.0 - p) - tails.upper,
        None => f64::NAN,
    };
    let (mut low, mut high) = (guess * 0.9, guess * 1.1);
    for _ in 0..600 {
        if excess(low) <= 0.0 {
            break;
        }
        low *= 0.5;
    }
    for _ in 0..600 {
        if excess(high) >= 0.0 {
            break;
        }
        high *= 2.0;
    }
    roots::brent(excess, low, high, 1e-15)
}

/// Pearson's goodness of fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GoodnessOfFit {
    /// `Σ (observed - expected)² / expected`.
    pub statistic: f64,
    /// Cells - 1.
    pub df: f64,
    /// Its p.
    pub p: f64,
}

/// Observed counts against shares (`weights`, scaled to sum to 1).
///
/// `None` when the lengths differ, below two cells, for a total of 0 or a weight that is not positive.
pub fn goodness_of_fit(observed: &[u64], weights: &[f64]) -> Option<GoodnessOfFit> {
    let total: u64 = observed.iter().sum();
    let weight: f64 = weights.iter().sum();
    if observed.len() != weights.len() || observed.len() < 2 || total == 0 || !weights.iter().all(|&w| w > 0.0) {
        return None;
    }
    let statistic = observed
        .iter()
        .zip(weights)
        .map(|(&o, &w)| {
            let expected = total as f64 * (w / weight);
            (o as f64 - expected) * (o as f64 - expected) / expected
        })
        .sum();
    let df = (observed.len() - 1) as f64;
    Some(GoodnessOfFit { statistic, df, p: sf(statistic, df)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn quantiles_invert_the_tails() {
        for df in [1.0, 3.0, 9.0, 100.0, 5000.0] {
            for p in [1e-6, 0.025, 0.5, 0.95, 0.999, 1.0 - 1e-9] {
                let x = quantile(p, df).unwrap();
                assert_relative_eq!(cdf(x, df).unwrap(), p, max_relative = 1e-12);
            }
        }
        // scipy 1.17.1: chi2.ppf(.999, 9), mpmath for the tail
        assert_relative_eq!(quantile(0.999, 9.0).unwrap(), 27.877164871256568, max_relative = 1e-13);
        assert_relative_eq!(sf(1400.0, 3.0).unwrap(), SF_1400_3, max_relative = 1e-12);
    }
    const SF_1400_3: f64 = 2.945619361016309e-303;

    #[test]
    fn undefined_is_none() {
        assert_eq!(quantile(0.0, 3.0), None);
        assert_eq!(quantile(0.5, 0.0), None);
        assert_eq!(sf(-1.0, 3.0), None);
        assert_eq!(goodness_of_fit(&[1, 2], &[0.5]), None);
        assert_eq!(goodness_of_fit(&[0, 0], &[0.5, 0.5]), None);
        assert_eq!(goodness_of_fit(&[1, 0], &[1.0, 0.0]), None);
    }
}
