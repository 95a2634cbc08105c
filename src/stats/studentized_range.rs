//! The studentised range distribution: upper tail, by quadrature with positive terms only.

use super::anova::GroupsError;
use super::normal;

/// Half a quadrature's width in units of the integrand's own scale; exp(-40) is the relative remainder.
const DROP: f64 = 40.0;

/// `P(Q > q)` for the range of `groups` normals over an independent estimate with `df` degrees of freedom.
///
/// `P(Q > q) = ∫ f_df(s) · tail(q s) ds`, `f_df` the density of s = √(χ²/df), and
/// `tail(w) = k ∫ φ(z) [Φ(z)^(k-1) - (Φ(z) - Φ(z - w))^(k-1)] dz` for a known standard deviation; the
/// bracket is factored as Φ(z - w) times a sum of positive terms, so the tail keeps its digits. Both
/// integrals by Gauss and Legendre. Relative error about 1e-10. Errors below 2 groups or for df < 1.
pub fn sf(q: f64, groups: usize, df: f64) -> Result<f64, GroupsError> {
    if groups < 2 {
        return Err(GroupsError::TooFewGroups);
    }
    if df.is_nan() || df < 1.0 {
        return Err(GroupsError::TooFewValues);
    }
    if q <= 0.0 {
        return Ok(1.0);
    }
    if !q.is_finite() {
        return if q.is_nan() { Err(GroupsError::Overflow) } else { Ok(0.0) };
    }
    if df > 1e8 {
        return Ok(range_tail(q, groups).min(1.0));
    }
    // In u = ln s the integrand is smooth and falls off exponentially on both sides for every df.
    let half = 0.5 * df;
    let constant = half * libm::log(half) - libm::lgamma(half) + libm::log(2.0);
    let log_density = |u: f64| constant + df * u - half * libm::exp(2.0 * u);
    // Rough log of the tail, only to find where the mass lies.
    let rough = |u: f64| {
        let w = q * libm::exp(u);
        log_density(u) - 0.25 * w * w - libm::log(1.0 + w)
    };
    let mode = maximise(&rough, -0.5 * libm::log(1.0 + 0.5 * q * q / df), df);
    let peak = rough(mode);
    if peak < -760.0 {
        return Ok(0.0);
    }
    let left = drop_point(&rough, mode, -1.0, peak - DROP, df);
    let right = drop_point(&rough, mode, 1.0, peak - DROP, df);
    let integrand = |u: f64| libm::exp(log_density(u)) * range_tail(q * libm::exp(u), groups);
    // Panels grow away from the mode: with few degrees of freedom the left flank is long and smooth.
    let breaks: &[f64] = if df < 100.0 { &[0.0, 0.125, 0.25, 0.5, 1.0] } else { &[0.0, 0.4, 1.0] };
    let mut total = 0.0;
    for end in [left, right] {
        for pair in breaks.windows(2) {
            if let [a, b] = *pair {
                total += panel(mode + a * (end - mode), mode + b * (end - mode), &integrand).abs();
            }
        }
    }
    Ok(total.min(1.0))
}

/// `P(range of k standard normals > w)`.
fn range_tail(w: f64, groups: usize) -> f64 {
    let middle = 0.5 * w;
    let integrand = |z: f64| {
        let (whole, part) = (normal::cdf(z), normal::cdf(z - w));
        let rest = whole - part;
        // whole^m - rest^m = part · Σ whole^i rest^(m-1-i), m = k - 1.
        let (mut sum, mut power) = (0.0, 1.0);
        for _ in 0..groups - 1 {
            sum = sum * rest + power;
            power *= whole;
        }
        normal::density(z) * part * sum
    };
    let mut total = 0.0;
    for i in 0..4 {
        let a = middle - 8.5 + 4.25 * f64::from(i);
        total += panel(a, a + 4.25, &integrand);
    }
    (groups as f64 * total).min(1.0)
}

/// Maximum of a concave function near `start`, by Newton on differences with a scale set by `df`.
fn maximise(f: &impl Fn(f64) -> f64, start: f64, df: f64) -> f64 {
    let h = 1e-3 / df.sqrt().max(1.0);
    let mut u = start;
    for _ in 0..50 {
        let (below, at, above) = (f(u - h), f(u), f(u + h));
        let slope = (above - below) / (2.0 * h);
        let curve = (above - 2.0 * at + below) / (h * h);
        let step = if curve < 0.0 { (-slope / curve).clamp(-1.0, 1.0) } else { slope.signum() };
        u += step;
        if step.abs() < h {
            break;
        }
    }
    u
}

/// Where `f` has fallen to `level` on one side of `mode`.
fn drop_point(f: &impl Fn(f64) -> f64, mode: f64, side: f64, level: f64, df: f64) -> f64 {
    let mut inside = 0.0;
    let mut reach = 1.0 / df.sqrt().max(1.0);
    while f(mode + side * reach) > level && reach < 1e3 {
        inside = reach;
        reach *= 2.0;
    }
    for _ in 0..20 {
        let middle = 0.5 * (inside + reach);
        if f(mode + side * middle) > level {
            inside = middle;
        } else {
            reach = middle;
        }
    }
    mode + side * reach
}

/// 20-point Gauss-Legendre on `a..b`.
fn panel(a: f64, b: f64, f: &impl Fn(f64) -> f64) -> f64 {
    let (centre, half) = (0.5 * (a + b), 0.5 * (b - a));
    let sum: f64 = NODES.iter().map(|&(x, w)| w * (f(centre - half * x) + f(centre + half * x))).sum();
    half * sum
}

/// Positive nodes and weights of the 20-point Gauss-Legendre rule.
const NODES: [(f64, f64); 10] = [
    (0.07652652113349734, 0.15275338713072584),
    (0.22778585114164507, 0.14917298647260374),
    (0.37370608871541955, 0.14209610931838204),
    (0.5108670019508271, 0.13168863844917664),
    (0.636053680726515, 0.11819453196151841),
    (0.7463319064601508, 0.10193011981724044),
    (0.8391169718222188, 0.08327674157670475),
    (0.912234428251326, 0.06267204833410907),
    (0.9639719272779138, 0.04060142980038694),
    (0.9931285991850949, 0.017614007139152118),
];

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn two_groups_are_a_t_test() {
        // Q = √2 |T| for two groups.
        for df in [1.0, 2.5, 4.97, 30.0, 400.0, 90_000.0] {
            for t in [0.1, 1.0, 2.0, 6.0, 12.0, 30.0] {
                let exact = super::super::student::two_sided_p(t, df).unwrap();
                let found = sf(std::f64::consts::SQRT_2 * t, 2, df).unwrap();
                assert_relative_eq!(found, exact, max_relative = 1e-9, epsilon = 1e-300);
            }
        }
    }

    #[test]
    fn same_as_scipy() {
        // scipy 1.17.1: studentized_range.sf(q, k, df)
        for (q, k, df, p) in ORACLE {
            assert_relative_eq!(sf(q, k, df).unwrap(), p, max_relative = 1e-7);
        }
    }

    #[test]
    fn edges() {
        assert_eq!(sf(0.0, 4, 10.0), Ok(1.0));
        assert_eq!(sf(f64::INFINITY, 4, 10.0), Ok(0.0));
        assert_eq!(sf(500.0, 4, 60_000.0), Ok(0.0));
        assert_eq!(sf(1.0, 1, 10.0), Err(GroupsError::TooFewGroups));
        assert_eq!(sf(1.0, 4, 0.5), Err(GroupsError::TooFewValues));
        assert!(sf(f64::NAN, 4, 10.0).is_err());
    }

    const ORACLE: [(f64, usize, f64, f64); 8] = [
        (3.5, 4, 5.7, 0.16660395200067835),
        (1.0, 4, 20.0, 0.8930898511217038),
        (6.2, 4, 5.5, 0.02153496458166626),
        (4.0, 3, 12.0, 0.03764476217101431),
        (5.0, 4, 3000.0, 0.0023334964388724844),
        (3.63, 4, 60000.0, 0.05030686100953474),
        (2.0, 10, 8.0, 0.8925660431610227),
        (8.0, 4, 60.0, 2.691998348680613e-06),
    ];
}
