//! The regularised incomplete beta function on libm.

use std::f64::consts::TAU;

use super::gamma::{Tails, ln_gamma, log1p_minus, nonzero, stirling_remainder};

const MAX_TERMS: u32 = 1_000_000;

/// `ln B(a, b)` for a, b > 0, without the cancellation of `ln Γ(a) - ln Γ(a + b)` at large arguments.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (p, q) = if a < b { (a, b) } else { (b, a) };
    if p >= 10.0 {
        let remainder = stirling_remainder(p) + stirling_remainder(q) - stirling_remainder(p + q);
        let h = p / q;
        return -0.5 * libm::log(q) + 0.5 * libm::log(TAU) + remainder + (p - 0.5) * libm::log(h / (1.0 + h))
            - q * libm::log1p(h);
    }
    if q >= 10.0 {
        let remainder = stirling_remainder(q) - stirling_remainder(p + q);
        return ln_gamma(p) + remainder + p - p * libm::log(p + q) - (q - 0.5) * libm::log1p(p / q);
    }
    ln_gamma(p) + ln_gamma(q) - ln_gamma(p + q)
}

/// `x^a y^b / (a B(a, b))`, y = 1 - x given so that neither loses digits.
pub(crate) fn front(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if a >= 10.0 && b >= 10.0 {
        // Around the mode x0 = a/(a+b) the large logarithms cancel: expand about it.
        let n = a + b;
        let (u, v) = ((x * b - y * a) / a, (y * a - x * b) / b);
        let remainder = stirling_remainder(a) + stirling_remainder(b) - stirling_remainder(n);
        // a·u + b·v = 0, so the linear parts of both logarithms cancel exactly.
        let exponent = a * log1p_minus(u) + b * log1p_minus(v) - remainder;
        return libm::exp(exponent) * (b / (TAU * a * n)).sqrt();
    }
    let ln_x = if x > 0.5 { libm::log1p(-y) } else { libm::log(x) };
    let ln_y = if y > 0.5 { libm::log1p(-x) } else { libm::log(y) };
    libm::exp(a * ln_x + b * ln_y - ln_beta(a, b)) / a
}

/// `I_x(a, b)` and its complement for a, b > 0 and x, y >= 0 with x + y = 1; `None` for other arguments.
///
/// Lentz's continued fraction (DLMF 8.17.22) on the side where it converges, so that the smaller tail
/// keeps its digits down to the smallest numbers.
pub fn incomplete(a: f64, b: f64, x: f64, y: f64) -> Option<Tails> {
    if !(a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite() && x >= 0.0 && y >= 0.0) {
        return None;
    }
    if x == 0.0 {
        return Some(Tails { lower: 0.0, upper: 1.0 });
    }
    if y == 0.0 {
        return Some(Tails { lower: 1.0, upper: 0.0 });
    }
    if x * (a + b + 2.0) < a + 1.0 {
        Some(Tails::from_lower(front(a, b, x, y) * fraction(a, b, x, y)))
    } else {
        Some(Tails::from_upper(front(b, a, y, x) * fraction(b, a, y, x)))
    }
}

/// The even part of DLMF 8.17.22, its denominators written in y: with x near 1 (a large, b small: every
/// F test of a large extract) `1 + d` of the plain fraction cancels to 1/a, here nothing does.
fn fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let tiny = 1e-300;
    let even = |m: f64| m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    let odd = |m: f64| -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    // 1 + odd(m), using x = 1 - y.
    let one_plus_odd = |m: f64| {
        let am = a + m;
        (am * (2.0 * m + 1.0 - b) + m * (m + 1.0) + am * (am + b) * y) / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
    };
    let mut f = nonzero(one_plus_odd(0.0), tiny);
    let (mut c, mut d) = (f, 0.0);
    for m in 1..MAX_TERMS {
        let m = f64::from(m);
        let numerator = -odd(m - 1.0) * even(m);
        let denominator = even(m) + one_plus_odd(m);
        d = 1.0 / nonzero(denominator + numerator * d, tiny);
        c = nonzero(denominator + numerator / c, tiny);
        let delta = c * d;
        f *= delta;
        if (delta - 1.0).abs() < 1e-16 {
            break;
        }
    }
    1.0 / f
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn same_as_arbitrary_precision() {
        for (a, b, x, lower, upper) in ORACLE {
            let found = incomplete(a, b, x, 1.0 - x).unwrap();
            assert_relative_eq!(found.lower, lower, max_relative = 2e-13);
            assert_relative_eq!(found.upper, upper, max_relative = 2e-13);
        }
    }

    #[test]
    fn edges() {
        assert_eq!(incomplete(2.0, 3.0, 0.0, 1.0).unwrap().lower, 0.0);
        assert_eq!(incomplete(2.0, 3.0, 1.0, 0.0).unwrap().upper, 0.0);
        assert_eq!(incomplete(0.0, 3.0, 0.5, 0.5), None);
        assert_eq!(incomplete(1.0, 3.0, f64::NAN, 0.5), None);
        assert_eq!(incomplete(1.0, 3.0, 1.5, -0.5), None);
    }

    const ORACLE: [(f64, f64, f64, f64, f64); 16] = [
        (0.5, 0.5, 0.25, 0.3333333333333333, 0.6666666666666666),
        (1.5, 10.0, 0.125, 0.565737447265516, 0.43426255273448394),
        (1.5, 10.0, 0.75, 0.9999968983502592, 3.101649740793808e-06),
        (10.0, 1.5, 0.125, 3.244267502900979e-09, 0.9999999967557325),
        (2.5, 3.5, 0.5, 0.669765272631355, 0.33023472736864495),
        (20.0, 30.0, 0.375, 0.36599630383627557, 0.6340036961637244),
        (20.0, 30.0, 0.03125, 9.296063128342672e-18, 1.0),
        (500.0, 300.0, 0.625, 0.49757165567198697, 0.5024283443280131),
        (500.0, 300.0, 0.75, 0.9999999999999969, 3.120689555772863e-15),
        (91109.5, 1.5, 0.99996948, 0.13501059278336602, 0.864989407216634),
        (91109.5, 1.5, 0.875, 0.0, 1.0),
        (91109.5, 1.5, 0.9946, 1.415061243615191e-213, 1.0),
        (91109.5, 1.5, 0.99993, 0.005195567682630789, 0.9948044323173693),
        (3000.0, 40000.0, 0.0703125, 0.6729322933402234, 0.3270677066597766),
        (3000.0, 40000.0, 0.05, 4.241453345920184e-71, 1.0),
        (1.0, 2.0, 1e-12, 1.999999999999e-12, 0.999999999998),
    ];
}
