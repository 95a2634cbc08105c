//! Fisher's F distribution, central and noncentral.

use super::gamma::{self, Tails};
use super::{beta, roots};

/// Both tails of F at `f` with (`df1`, `df2`) degrees of freedom; `None` unless both are positive and f >= 0.
///
/// Both beta arguments are formed without `1 - x`, so p-values keep their digits down to 1e-300.
pub fn tails(f: f64, df1: f64, df2: f64) -> Option<Tails> {
    if !(df1 > 0.0 && df2 > 0.0 && f >= 0.0) {
        return None;
    }
    if f == f64::INFINITY {
        return Some(Tails { lower: 1.0, upper: 0.0 });
    }
    let under = df2 + df1 * f;
    beta::incomplete(0.5 * df1, 0.5 * df2, df1 * f / under, df2 / under)
}

/// `P(F > f)`.
pub fn sf(f: f64, df1: f64, df2: f64) -> Option<f64> {
    tails(f, df1, df2).map(|tails| tails.upper)
}

/// The f with `P(F > f) = p`, 0 < p < 1.
pub fn upper_quantile(p: f64, df1: f64, df2: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    let excess = |f: f64| match tails(f, df1, df2) {
        Some(tails) if p <= 0.5 => p - tails.upper,
        Some(tails) => tails.lower - (1.0 - p),
        None => f64::NAN,
    };
    roots::expanding(excess, 0.0, 1.0, 1e-15)
}

/// Both tails of the noncentral F with noncentrality `lambda`; `None` outside lambda >= 0.
///
/// `Σ_j Poisson(j; λ/2) · I_y(df1/2 + j, df2/2)`, summed outwards from the Poisson mode; the beta
/// functions follow by recurrence from one continued fraction there. Terms: about 17·√(λ/2).
pub fn noncentral_tails(f: f64, df1: f64, df2: f64, lambda: f64) -> Option<Tails> {
    if lambda == 0.0 {
        return tails(f, df1, df2);
    }
    if !(df1 > 0.0 && df2 > 0.0 && f > 0.0 && f.is_finite() && lambda > 0.0 && lambda.is_finite()) {
        return (f == 0.0 && df1 > 0.0 && df2 > 0.0 && lambda > 0.0).then_some(Tails { lower: 0.0, upper: 1.0 });
    }
    let under = df2 + df1 * f;
    let (y, x) = (df1 * f / under, df2 / under);
    let mean = 0.5 * lambda;
    let b = 0.5 * df2;
    let mode = mean.floor();
    let start = 0.5 * df1 + mode;
    let weight_at_mode = gamma::poisson_density(mode, mean);
    let at_mode = beta::incomplete(start, b, y, x)?;
    // T_a = y^a x^b / (a B(a, b)) = I_y(a, b) - I_y(a + 1, b).
    let step_at_mode = beta::front(start, b, y, x);

    let (mut lower, mut upper) = (weight_at_mode * at_mode.lower, weight_at_mode * at_mode.upper);
    let (mut weight, mut a, mut step) = (weight_at_mode, start, step_at_mode);
    let (mut low, mut high) = (at_mode.lower, at_mode.upper);
    let mut j = mode;
    while weight > NEGLIGIBLE {
        j += 1.0;
        weight *= mean / j;
        low = (low - step).max(0.0);
        high = (high + step).min(1.0);
        step *= y * (a + b) / (a + 1.0);
        a += 1.0;
        lower += weight * low;
        upper += weight * high;
    }
    (weight, a, step) = (weight_at_mode, start, step_at_mode);
    (low, high) = (at_mode.lower, at_mode.upper);
    j = mode;
    while j >= 1.0 && weight > NEGLIGIBLE {
        weight *= j / mean;
        j -= 1.0;
        step *= a / (y * (a + b - 1.0));
        a -= 1.0;
        low = (low + step).min(1.0);
        high = (high - step).max(0.0);
        lower += weight * low;
        upper += weight * high;
    }
    Some(Tails { lower: lower.min(1.0), upper: upper.min(1.0) })
}

/// Poisson weights below this change neither tail by more than rounding.
const NEGLIGIBLE: f64 = 1e-22;

/// The noncentrality at which `P(F <= f) = p`; 0 when even the central F has less than `p` below `f`.
///
/// `None` for an f that is not positive and finite, or p outside 0..1.
pub fn noncentrality(f: f64, df1: f64, df2: f64, p: f64) -> Option<f64> {
    if !(f > 0.0 && f.is_finite() && p > 0.0 && p < 1.0) {
        return None;
    }
    if tails(f, df1, df2)?.lower <= p {
        return Some(0.0);
    }
    let excess = |lambda: f64| match noncentral_tails(f, df1, df2, lambda) {
        Some(tails) if p <= 0.5 => tails.lower - p,
        Some(tails) => (1.0 - p) - tails.upper,
        None => f64::NAN,
    };
    // Normal approximation: mean of d1·F about d1 + λ, variance about 2(d1 + 2λ) + 2(d1 + λ)²/d2.
    let centre = (df1 * f - df1).max(0.0);
    if centre > FAR {
        return Some(far_noncentrality(f, df1, df2, p));
    }
    let spread = (2.0 * (df1 + 2.0 * centre) + 2.0 * (df1 + centre) * (df1 + centre) / df2).sqrt();
    let z = super::normal::quantile(p);
    let guess = (centre - z * spread).max(0.0);
    let width = (0.05 * spread).max(1e-3);
    let (mut low, mut high) = ((guess - width).max(0.0), guess + width);
    let mut reach = width;
    while low > 0.0 && excess(low) < 0.0 {
        high = low;
        reach *= 2.0;
        low = (low - reach).max(0.0);
    }
    reach = width;
    for _ in 0..200 {
        if excess(high) <= 0.0 {
            break;
        }
        low = high;
        reach *= 2.0;
        high += reach;
    }
    roots::brent(excess, low, high, 1e-13)
}

/// From this noncentrality on the numerator's own noise, √(2/λ) of it, is too small to matter, and the series too
/// long to sum: nearly constant groups make an F beyond all bounds.
const FAR: f64 = 1e8;

/// The limit for a large λ: F is then λ over a chi-square of the df2 (Wilson and Hilferty's quantile), so that
/// λ = f df1 χ²(1 - p) / df2.
fn far_noncentrality(f: f64, df1: f64, df2: f64, p: f64) -> f64 {
    let ninth = 2.0 / (9.0 * df2);
    let root = (1.0 - ninth - super::normal::quantile(p) * ninth.sqrt()).max(0.0);
    f * df1 * root * root * root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_away_the_limit_takes_over_without_a_step() {
        // Just below the border, summed; the limit's formula must say the same to a thousandth.
        for (df2, p) in [(20.0, 0.025), (20.0, 0.975), (2_000.0, 0.025), (2_000.0, 0.975)] {
            let f = 0.9 * FAR / 3.0;
            let (summed, limit) = (noncentrality(f, 3.0, df2, p).unwrap(), far_noncentrality(f, 3.0, df2, p));
            assert!((summed / limit - 1.0).abs() < 2e-3, "{df2} {p}: {summed} {limit}");
        }
        // Beyond it, at once: an F of nearly constant groups.
        for f in [1e9, 1e20, 1e300] {
            let found = noncentrality(f, 3.0, 196.0, 0.975).unwrap();
            assert!(found.is_finite() && found > 0.0 && found < 3.0 * f, "{f}: {found}");
        }
    }
    use approx::assert_relative_eq;

    #[test]
    fn same_as_arbitrary_precision() {
        // mpmath, 40 digits
        for (f, df1, df2, lambda, lower, upper) in ORACLE {
            let found = noncentral_tails(f, df1, df2, lambda).unwrap();
            assert_relative_eq!(found.lower, lower, max_relative = 1e-11);
            assert_relative_eq!(found.upper, upper, max_relative = 1e-11);
        }
    }

    #[test]
    fn quantiles_and_noncentralities_invert() {
        for (df1, df2) in [(3.0, 20.0), (1.0, 5.0), (3.0, 182_219.0)] {
            for p in [0.9, 0.05, 1e-6] {
                let f = upper_quantile(p, df1, df2).unwrap();
                assert_relative_eq!(sf(f, df1, df2).unwrap(), p, max_relative = 1e-12);
            }
        }
        for (f, df2) in [(3.0, 50.0), (15.0, 1763.0), (2491.9, 182_219.0), (147_106.0, 182_219.0)] {
            for p in [0.025, 0.975] {
                let lambda = noncentrality(f, 3.0, df2, p).unwrap();
                let lower = noncentral_tails(f, 3.0, df2, lambda).unwrap().lower;
                if lambda > 0.0 {
                    assert_relative_eq!(lower, p, max_relative = 1e-9);
                }
            }
        }
    }

    #[test]
    fn undefined_is_none() {
        assert_eq!(sf(-1.0, 3.0, 3.0), None);
        assert_eq!(sf(f64::NAN, 3.0, 3.0), None);
        assert_eq!(sf(1.0, 0.0, 3.0), None);
        assert_eq!(sf(f64::INFINITY, 3.0, 3.0), Some(0.0));
        assert_eq!(noncentrality(0.0, 3.0, 3.0, 0.5), None);
        assert_eq!(noncentral_tails(1.0, 3.0, 3.0, -1.0), None);
        assert_eq!(noncentrality(1.0, 3.0, 100.0, 0.975), Some(0.0));
    }

    const ORACLE: [(f64, f64, f64, f64, f64, f64); 5] = [
        (13.35, 3.0, 20.0, 10.7, 0.9751326030383577, 0.02486739696164233),
        (13.35, 3.0, 20.0, 79.7, 0.02510796152949961, 0.9748920384705004),
        (2.0, 3.0, 136.0, 0.001, 0.882961320641239, 0.11703867935876096),
        (0.5, 2.0, 7.0, 30.0, 3.0654742768665185e-06, 0.9999969345257231),
        (344.67, 3.0, 182219.0, 900.0, 0.9830297075018852, 0.016970292498114763),
    ];
}
