//! Student's t distribution.

use super::{beta, roots};

/// `P(|T| > |t|)` with `df` degrees of freedom; `None` unless df > 0 and t is a number.
pub fn two_sided_p(t: f64, df: f64) -> Option<f64> {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return None;
    }
    if t.is_infinite() {
        return Some(0.0);
    }
    let under = df + t * t;
    beta::incomplete(0.5 * df, 0.5, df / under, t * t / under).map(|tails| tails.lower)
}

/// The t with `P(|T| > t) = p`, 0 < p < 1: the critical value of a two-sided test at level `p`.
pub fn two_sided_quantile(p: f64, df: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    roots::expanding(|t| two_sided_p(t, df).map_or(f64::NAN, |tail| p - tail), 0.0, 2.0, 1e-15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn known_values() {
        // Cauchy (df 1): P(|T| > 1) = 1/2; df 2: P(|T| > t) = 1 - t/√(2 + t²).
        assert_relative_eq!(two_sided_p(1.0, 1.0).unwrap(), 0.5, max_relative = 1e-14);
        assert_relative_eq!(two_sided_p(3.0, 2.0).unwrap(), 1.0 - 3.0 / 11.0_f64.sqrt(), max_relative = 1e-13);
        assert_relative_eq!(two_sided_p(-3.0, 2.0).unwrap(), 1.0 - 3.0 / 11.0_f64.sqrt(), max_relative = 1e-13);
        // scipy 1.17.1: t.isf(.025, 12558)
        assert_relative_eq!(two_sided_quantile(0.05, 12_558.0).unwrap(), T_12558, max_relative = 1e-13);
        assert_eq!(two_sided_p(0.0, 3.0), Some(1.0));
        assert_eq!(two_sided_p(1.0, 0.0), None);
        assert_eq!(two_sided_quantile(1.0, 3.0), None);
    }
    const T_12558: f64 = 1.9601529076172577;
}
