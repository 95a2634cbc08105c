//! The binomial distribution: distribution function and quantile.

use super::beta;

/// `P(X <= k)` of `n` trials with probability `p`; `None` unless 0 <= p <= 1.
pub fn cdf(k: u64, n: u64, p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    if k >= n {
        return Some(1.0);
    }
    beta::incomplete(k as f64 + 1.0, (n - k) as f64, p, 1.0 - p).map(|tails| tails.upper)
}

/// Smallest k with `P(X <= k) >= q` (scipy's `binom.ppf`); `None` unless q and p lie in 0..=1.
pub fn quantile(q: f64, n: u64, p: f64) -> Option<u64> {
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if cdf(middle, n, p)? >= q {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn small_cases_by_hand() {
        assert_relative_eq!(cdf(1, 3, 0.5).unwrap(), 0.5, max_relative = 1e-14);
        assert_relative_eq!(cdf(0, 4, 0.25).unwrap(), 81.0 / 256.0, max_relative = 1e-14);
        assert_eq!(cdf(5, 5, 0.3), Some(1.0));
        assert_eq!(quantile(0.5, 3, 0.5), Some(1));
        assert_eq!(quantile(0.0, 10, 0.5), Some(0));
        assert_eq!(quantile(1.0, 10, 0.5), Some(10));
        assert_eq!(quantile(2.0, 10, 0.5), None);
        assert_eq!(cdf(1, 3, 1.5), None);
        assert_eq!(quantile(0.975, 0, 0.5), Some(0));
    }
}
