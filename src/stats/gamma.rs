//! The gamma function's family on libm: ln Γ, its Stirling remainder, the regularised incomplete gamma.

use std::f64::consts::TAU;

/// Terms of a series or fraction after which it is given up; large parameters need about √a of them.
const MAX_TERMS: u32 = 1_000_000;

/// `ln |Γ(x)|`.
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// Bernoulli numbers `B_2k / (2k (2k - 1))`; the next term is below 1e-17 from x = 10 on.
const STIRLING: [f64; 8] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3617.0 / 122_400.0,
];

/// What Stirling's formula leaves: `ln Γ(x) - [(x - ½) ln x - x + ½ ln 2π]`, for x > 0.
///
/// Differences of ln Γ at large arguments lose digits (ln Γ(1e5) is 1e6); differences of this do not.
pub(crate) fn stirling_remainder(x: f64) -> f64 {
    if x < 10.0 {
        return ln_gamma(x) - ((x - 0.5) * libm::log(x) - x + 0.5 * libm::log(TAU));
    }
    let r = 1.0 / (x * x);
    STIRLING.iter().rev().fold(0.0, |sum, c| sum * r + c) / x
}

/// `x^a e^-x / Γ(a + 1)` for a >= 0, x > 0: the Poisson probability of `a` at mean `x`, a real.
pub(crate) fn poisson_density(a: f64, x: f64) -> f64 {
    if a < 10.0 {
        return libm::exp(a * libm::log(x) - x - ln_gamma(a + 1.0));
    }
    let u = (x - a) / a;
    let log1p_minus = if u.abs() < 0.5 { log1p_minus(u) } else { libm::log(x / a) - u };
    libm::exp(a * log1p_minus - stirling_remainder(a)) / (TAU * a).sqrt()
}

/// `ln(1 + u) - u` without the cancellation near 0.
pub(crate) fn log1p_minus(u: f64) -> f64 {
    if u.abs() > 0.1 {
        return libm::log1p(u) - u;
    }
    // ln(1+u) = 2 artanh(s), s = u/(2+u); u = 2s/(1-s): ln(1+u) - u = 2s³(1/3 + s²/5 + ...) - u·s.
    let s = u / (2.0 + u);
    let r = s * s;
    let mut sum = 0.0;
    for k in (1..=12_u32).rev() {
        sum = sum * r + 1.0 / f64::from(2 * k + 1);
    }
    2.0 * s * r * sum - u * s
}

/// The two tails of a distribution: of the regularised incomplete gamma or beta function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tails {
    /// The lower one: `P(a, x)`, or `I_x(a, b)`.
    pub lower: f64,
    /// The upper one, 1 - lower; the smaller of the two is computed and the other derived.
    pub upper: f64,
}

impl Tails {
    pub(crate) fn from_lower(lower: f64) -> Self {
        let lower = lower.clamp(0.0, 1.0);
        Self { lower, upper: 1.0 - lower }
    }

    pub(crate) fn from_upper(upper: f64) -> Self {
        let upper = upper.clamp(0.0, 1.0);
        Self { lower: 1.0 - upper, upper }
    }
}

/// `P(a, x)` and `Q(a, x)` for a > 0, x >= 0; `None` for other arguments.
///
/// The series below x = a + 1, Lentz's continued fraction above (DLMF 8.7.1, 8.9.2).
pub fn incomplete(a: f64, x: f64) -> Option<Tails> {
    if !(a > 0.0 && a.is_finite() && x >= 0.0) {
        return None;
    }
    if x == 0.0 {
        return Some(Tails { lower: 0.0, upper: 1.0 });
    }
    if x == f64::INFINITY {
        return Some(Tails { lower: 1.0, upper: 0.0 });
    }
    let front = poisson_density(a, x);
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0, 1.0, a);
        for _ in 0..MAX_TERMS {
            n += 1.0;
            term *= x / n;
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        return Some(Tails::from_lower(front * sum));
    }
    let tiny = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / tiny;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..MAX_TERMS {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = nonzero(an * d + b, tiny);
        c = nonzero(b + an / c, tiny);
        d = 1.0 / d;
        let delta = d * c;
        h *= delta;
        if (delta - 1.0).abs() < 1e-16 {
            break;
        }
    }
    Some(Tails::from_upper(front * a * h))
}

pub(crate) fn nonzero(v: f64, tiny: f64) -> f64 {
    if v.abs() < tiny { tiny } else { v }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn same_as_arbitrary_precision() {
        for (a, x, lower, upper) in ORACLE {
            let found = incomplete(a, x).unwrap();
            assert_relative_eq!(found.lower, lower, max_relative = 1e-13);
            assert_relative_eq!(found.upper, upper, max_relative = 1e-13);
        }
    }

    #[test]
    fn remainders_agree_where_they_meet() {
        for x in [10.0, 10.5, 12.0, 40.0] {
            let direct = ln_gamma(x) - ((x - 0.5) * libm::log(x) - x + 0.5 * libm::log(TAU));
            assert_relative_eq!(stirling_remainder(x), direct, epsilon = 1e-13);
        }
        for u in [-0.1, -0.01, 1e-5, 0.09, 0.1] {
            assert_relative_eq!(log1p_minus(u), libm::log1p(u) - u, epsilon = 1e-16);
        }
    }

    #[test]
    fn edges() {
        assert_eq!(incomplete(1.5, 0.0).unwrap().upper, 1.0);
        assert_eq!(incomplete(1.5, f64::INFINITY).unwrap().upper, 0.0);
        assert_eq!(incomplete(0.0, 1.0), None);
        assert_eq!(incomplete(1.0, -1.0), None);
        assert_eq!(incomplete(1.0, f64::NAN), None);
    }

    const ORACLE: [(f64, f64, f64, f64); 13] = [
        (0.5, 0.2, 0.4729107431344619, 0.5270892568655381),
        (1.5, 0.1, 0.0224107022383506, 0.9775892977616494),
        (1.5, 3.9, 0.9496689021401467, 0.05033109785985335),
        (1.5, 40.0, 1.0, 3.069277486172417e-17),
        (1.5, 600.0, 1.0, 7.331671591550678e-260),
        (4.5, 2.25, 0.12446097470166216, 0.8755390252983378),
        (9.99, 12.0, 0.7585787277121048, 0.2414212722878952),
        (10.5, 3.0, 0.0005738205283435889, 0.9994261794716565),
        (50.0, 50.0, 0.5188083154720433, 0.48119168452795674),
        (50.0, 20.0, 1.245892607971938e-08, 0.9999999875410739),
        (1000.0, 1040.0, 0.8959730884568929, 0.10402691154310705),
        (91109.5, 90000.0, 0.00011227347540628266, 0.9998877265245937),
        (91109.5, 92000.0, 0.9983681858971375, 0.001631814102862504),
    ];
}
