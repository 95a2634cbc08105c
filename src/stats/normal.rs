//! The normal distribution on libm: density, both tails, quantile.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// Density of the standard normal.
pub fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / TAU.sqrt()
}

/// `P(Z <= x)`; exact in the lower tail.
pub fn cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// `P(Z > x)`; exact in the upper tail.
pub fn sf(x: f64) -> f64 {
    0.5 * libm::erfc(x * FRAC_1_SQRT_2)
}

/// p of a two-sided z test, `2·P(Z > |z|)`.
pub fn two_sided_p(z: f64) -> f64 {
    libm::erfc(z.abs() * FRAC_1_SQRT_2)
}

/// The x with `P(Z <= x) = p`: -∞ at 0, ∞ at 1, NaN outside 0..=1.
///
/// Wichura's algorithm AS 241 (PPND16), relative error about 1e-16: three rational approximations,
/// of which the central one (|p - ½| <= 0.425) needs no transcendental function.
pub fn quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * polynomial(&CENTRE_OVER, r) / polynomial(&CENTRE_UNDER, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 || tail.is_nan() {
        return match tail {
            0.0 if q < 0.0 => f64::NEG_INFINITY,
            0.0 => f64::INFINITY,
            _ => f64::NAN,
        };
    }
    let x = upper_tail(tail);
    if q < 0.0 { -x } else { x }
}

/// The x with `P(Z > x) = p`: [`quantile`] without the loss of `1 - p` in the far tail.
pub fn upper_quantile(p: f64) -> f64 {
    -quantile(p)
}

fn upper_tail(p: f64) -> f64 {
    let r = (-libm::log(p)).sqrt();
    if r <= 5.0 {
        let r = r - 1.6;
        polynomial(&TAIL_OVER, r) / polynomial(&TAIL_UNDER, r)
    } else {
        let r = r - 5.0;
        polynomial(&FAR_OVER, r) / polynomial(&FAR_UNDER, r)
    }
}

/// Horner's rule, constant term first.
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    let [a, b, c, d, e, f, g, h] = *coefficients;
    ((((((h * x + g) * x + f) * x + e) * x + d) * x + c) * x + b) * x + a
}

const CENTRE_OVER: [f64; 8] = [
    3.3871328727963666080e0,
    1.3314166789178437745e2,
    1.9715909503065514427e3,
    1.3731693765509461125e4,
    4.5921953931549871457e4,
    6.7265770927008700853e4,
    3.3430575583588128105e4,
    2.5090809287301226727e3,
];
const CENTRE_UNDER: [f64; 8] = [
    1.0,
    4.2313330701600911252e1,
    6.8718700749205790830e2,
    5.3941960214247511077e3,
    2.1213794301586595867e4,
    3.9307895800092710610e4,
    2.8729085735721942674e4,
    5.2264952788528545610e3,
];
const TAIL_OVER: [f64; 8] = [
    1.42343711074968357734e0,
    4.63033784615654529590e0,
    5.76949722146069140550e0,
    3.64784832476320460504e0,
    1.27045825245236838258e0,
    2.41780725177450611770e-1,
    2.27238449892691845833e-2,
    7.74545014278341407640e-4,
];
const TAIL_UNDER: [f64; 8] = [
    1.0,
    2.05319162663775882187e0,
    1.67638483018380384940e0,
    6.89767334985100004550e-1,
    1.48103976427480074590e-1,
    1.51986665636164571966e-2,
    5.47593808499534494600e-4,
    1.05075007164441684324e-9,
];
const FAR_OVER: [f64; 8] = [
    6.65790464350110377720e0,
    5.46378491116411436990e0,
    1.78482653991729133580e0,
    2.96560571828504891230e-1,
    2.65321895265761230930e-2,
    1.24266094738807843860e-3,
    2.71155556874348757815e-5,
    2.01033439929228813265e-7,
];
const FAR_UNDER: [f64; 8] = [
    1.0,
    5.99832206555887937690e-1,
    1.36929880922735805310e-1,
    1.48753612908506148525e-2,
    7.86869131145613259100e-4,
    1.84631831751005468180e-5,
    1.42151175831644588870e-7,
    2.04426310338993978564e-15,
];

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn same_as_arbitrary_precision() {
        // mpmath, 40 digits, rounded to f64; the argument is the f64 that is written.
        for (p, x) in QUANTILES {
            assert_relative_eq!(quantile(p), x, max_relative = 4e-16);
        }
        for (x, cdf_x, sf_x) in TAILS {
            assert_relative_eq!(cdf(x), cdf_x, max_relative = 1e-14);
            assert_relative_eq!(sf(x), sf_x, max_relative = 1e-14);
        }
    }

    #[test]
    fn edges() {
        assert_eq!(quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(quantile(1.0), f64::INFINITY);
        assert_eq!(quantile(0.5), 0.0);
        assert!(quantile(-0.1).is_nan() && quantile(1.1).is_nan() && quantile(f64::NAN).is_nan());
        assert_eq!(two_sided_p(0.0), 1.0);
    }

    const QUANTILES: [(f64, f64); 15] = [
        (0.975, 1.9599639845400538),
        (0.99375, 2.497705474412374),
        (0.8, 0.8416212335729144),
        (0.9, 1.2815515655446006),
        (0.6, 0.2533471031357997),
        (0.55, 0.12566134685507416),
        (0.3, -0.5244005127080408),
        (0.075, -1.439531470938456),
        (0.0749, -1.4402382675279637),
        (0.001, -3.0902323061678136),
        (1e-08, -5.612001244174789),
        (1e-16, -8.222082216130435),
        (1e-100, -21.273453560965326),
        (1e-300, -37.0470962993612),
        (0.9999999, 5.199337582290661),
    ];
    const TAILS: [(f64, f64, f64); 9] = [
        (-30.0, 4.906713927148187e-198, 1.0),
        (-8.0, 6.220960574271784e-16, 0.9999999999999993),
        (-3.5, 0.00023262907903552504, 0.9997673709209645),
        (-1.0, 0.15865525393145705, 0.8413447460685429),
        (-0.1, 0.460172162722971, 0.539827837277029),
        (0.3, 0.6179114221889527, 0.3820885778110474),
        (1.96, 0.9750021048517795, 0.024997895148220435),
        (6.0, 0.9999999990134123, 9.86587645037698e-10),
        (20.0, 1.0, 2.7536241186062337e-89),
    ];
}
