//! One and two proportions: intervals and the pooled z test.

use super::normal;

/// Two-proportion z test with pooled variance; differences are second less first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShareShift {
    /// x2/n2 - x1/n1.
    pub difference: f64,
    /// The statistic.
    pub z: f64,
    /// Two-sided p.
    pub p: f64,
}

/// Has a share moved between `x1` of `n1` and `x2` of `n2`?
///
/// `None` for an empty side, x > n, or a pooled share of 0 or 1 (no variance).
pub fn share_shift(x1: u64, n1: u64, x2: u64, n2: u64) -> Option<ShareShift> {
    if n1 == 0 || n2 == 0 || x1 > n1 || x2 > n2 {
        return None;
    }
    let (n1f, n2f) = (n1 as f64, n2 as f64);
    let difference = x2 as f64 / n2f - x1 as f64 / n1f;
    let pooled = (x1 + x2) as f64 / (n1f + n2f);
    let variance = pooled * (1.0 - pooled) * (1.0 / n1f + 1.0 / n2f);
    if variance <= 0.0 {
        return None;
    }
    let z = difference / variance.sqrt();
    Some(ShareShift { difference, z, p: normal::two_sided_p(z) })
}

/// Wilson's score interval of x of n at `level` (0.95); `None` for n = 0, x > n or a level outside 0..1.
pub fn wilson(x: u64, n: u64, level: f64) -> Option<(f64, f64)> {
    if n == 0 || x > n || !(level > 0.0 && level < 1.0) {
        return None;
    }
    let z = normal::upper_quantile(0.5 * (1.0 - level));
    let (x, n) = (x as f64, n as f64);
    let p = x / n;
    let under = 1.0 + z * z / n;
    let centre = (p + z * z / (2.0 * n)) / under;
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt() / under;
    // At the ends the bound is exact, not rounding noise around it.
    let low = if x == 0.0 { 0.0 } else { centre - half };
    let high = if x == n { 1.0 } else { centre + half };
    Some((low, high))
}

/// Newcombe's hybrid score interval of x1/n1 - x2/n2 at `level`; `None` as for [`wilson`].
pub fn newcombe(x1: u64, n1: u64, x2: u64, n2: u64, level: f64) -> Option<(f64, f64)> {
    let (low1, high1) = wilson(x1, n1, level)?;
    let (low2, high2) = wilson(x2, n2, level)?;
    let (p1, p2) = (x1 as f64 / n1 as f64, x2 as f64 / n2 as f64);
    let reach = |a: f64, b: f64| (a * a + b * b).sqrt();
    let difference = p1 - p2;
    Some((difference - reach(p1 - low1, high2 - p2), difference + reach(high1 - p1, p2 - low2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undefined_is_none() {
        assert_eq!(share_shift(0, 10, 0, 10), None);
        assert_eq!(share_shift(1, 0, 0, 10), None);
        assert_eq!(share_shift(11, 10, 0, 10), None);
        assert_eq!(wilson(1, 0, 0.95), None);
        assert_eq!(wilson(1, 2, 1.0), None);
        assert_eq!(newcombe(1, 2, 3, 2, 0.95), None);
    }

    #[test]
    fn intervals_stay_within_bounds() {
        let (low, high) = wilson(0, 20, 0.95).unwrap();
        assert!(low == 0.0 && high > 0.0 && high < 0.2);
        let (low, high) = wilson(20, 20, 0.95).unwrap();
        assert!(high == 1.0 && low > 0.8);
    }
}
