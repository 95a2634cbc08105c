//! Solving `f(x) = 0` for a continuous function of one unknown.

const MAX_STEPS: u32 = 200;

/// Root of `f` between `a` and `b`, where `f` must change sign (Brent 1973, chapter 4).
///
/// `tolerance` is relative to the root. `None` without a change of sign or where `f` is not finite.
pub fn brent(f: impl Fn(f64) -> f64, a: f64, b: f64, tolerance: f64) -> Option<f64> {
    let (mut a, mut b) = (a, b);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa == 0.0 {
        return Some(a);
    }
    if !(fa.is_finite() && fb.is_finite()) || fa.signum() == fb.signum() && fb != 0.0 {
        return None;
    }
    let (mut c, mut fc) = (a, fa);
    let mut step = b - a;
    let mut before = step;
    for _ in 0..MAX_STEPS {
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let limit = 2.0 * f64::EPSILON * b.abs() + 0.5 * tolerance * b.abs();
        let half = 0.5 * (c - b);
        if half.abs() <= limit || fb == 0.0 {
            return Some(b);
        }
        if before.abs() >= limit && fa.abs() > fb.abs() {
            let s = fb / fa;
            let (mut p, mut q) = if a == c {
                (2.0 * half * s, 1.0 - s)
            } else {
                let (q, r) = (fa / fc, fb / fc);
                (s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
            };
            if p > 0.0 {
                q = -q;
            }
            p = p.abs();
            if 2.0 * p < (3.0 * half * q - (limit * q).abs()).min((before * q).abs()) {
                before = step;
                step = p / q;
            } else {
                step = half;
                before = half;
            }
        } else {
            step = half;
            before = half;
        }
        (a, fa) = (b, fb);
        b += if step.abs() > limit { step } else { limit.copysign(half) };
        fb = f(b);
        if !fb.is_finite() {
            return None;
        }
        if fb.signum() == fc.signum() {
            (c, fc) = (a, fa);
            step = b - a;
            before = step;
        }
    }
    Some(b)
}

/// Root of a monotone `f` on `low..∞`: the bracket starts at `low..low + width` and doubles.
pub fn expanding(f: impl Fn(f64) -> f64, low: f64, width: f64, tolerance: f64) -> Option<f64> {
    let start = f(low);
    if start == 0.0 {
        return Some(low);
    }
    let (mut a, mut width) = (low, width);
    for _ in 0..1100 {
        let b = low + width;
        let fb = f(b);
        if !fb.is_finite() {
            return None;
        }
        if fb == 0.0 || fb.signum() != start.signum() {
            return brent(f, a, b, tolerance);
        }
        a = b;
        width *= 2.0;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn finds_roots() {
        assert_relative_eq!(brent(|x| x * x - 2.0, 0.0, 2.0, 1e-15).unwrap(), 2.0_f64.sqrt(), max_relative = 1e-15);
        let pi = brent(libm::sin, 3.0, 4.0, 1e-15).unwrap();
        assert_relative_eq!(pi, std::f64::consts::PI, max_relative = 1e-15);
        assert_relative_eq!(expanding(|x| x - 1e6, 0.0, 1.0, 1e-14).unwrap(), 1e6, max_relative = 1e-13);
        assert_eq!(brent(|x| x, 0.0, 1.0, 1e-15), Some(0.0));
    }

    #[test]
    fn refuses_what_has_no_root() {
        assert_eq!(brent(|x| x * x + 1.0, -1.0, 1.0, 1e-12), None);
        assert_eq!(brent(|_| f64::NAN, -1.0, 1.0, 1e-12), None);
        assert_eq!(expanding(|x| x + 1.0, 0.0, 1.0, 1e-12), None);
    }
}
