//! Quantiles by linear interpolation (Hyndman and Fan's type 7), with numpy's arithmetic.
//!
//! The published thresholds are numpy/pandas quantiles; these functions repeat numpy's operations one
//! by one (`virtual = (n - 1)·q`, its two-sided lerp), so the results are the same to the last bit.

use super::radix;

/// Quantile `q` in 0..=1 of values in ascending order.
///
/// `None` for an empty slice, a NaN (which would sort last) or a `q` outside 0..=1.
pub fn of_sorted(sorted: &[f64], q: f64) -> Option<f64> {
    let last = *sorted.last()?;
    if last.is_nan() || !(0.0..=1.0).contains(&q) {
        return None;
    }
    let (low, high, gamma) = position(sorted.len(), q);
    Some(lerp(*sorted.get(low)?, *sorted.get(high)?, gamma))
}

/// Several quantiles of values in any order, which are sorted once in a copy.
///
/// `None` as for [`of_sorted`].
pub fn quantiles(x: &[f64], qs: &[f64]) -> Option<Vec<f64>> {
    let mut sorted = x.to_vec();
    radix::sort(&mut sorted);
    qs.iter().map(|&q| of_sorted(&sorted, q)).collect()
}

/// One quantile of values in any order, by selection: `scratch` is reordered.
///
/// `None` for an empty slice, any NaN or a `q` outside 0..=1. O(n).
pub fn select(scratch: &mut [f64], q: f64) -> Option<f64> {
    if scratch.is_empty() || !(0.0..=1.0).contains(&q) || scratch.iter().any(|v| v.is_nan()) {
        return None;
    }
    let (low, high, gamma) = position(scratch.len(), q);
    let (_, &mut a, above) = scratch.select_nth_unstable_by(low, f64::total_cmp);
    let b = if high == low { a } else { above.iter().copied().min_by(f64::total_cmp)? };
    Some(lerp(a, b, gamma))
}

/// Quantile `q` of values in any order; copies them.
pub fn quantile(x: &[f64], q: f64) -> Option<f64> {
    select(&mut x.to_vec(), q)
}

/// Median of values in any order; copies them.
pub fn median(x: &[f64]) -> Option<f64> {
    quantile(x, 0.5)
}

/// Interquartile range, `q75 - q25`.
pub fn iqr(x: &[f64]) -> Option<f64> {
    match quantiles(x, &[0.25, 0.75])?.as_slice() {
        [q25, q75] => Some(q75 - q25),
        _ => None,
    }
}

/// Share of values strictly below `v` plus half of those equal to it: the mid-rank percentile, 0..1.
///
/// `sorted` ascending; `None` for an empty slice.
pub fn percentile_of(sorted: &[f64], v: f64) -> Option<f64> {
    if sorted.is_empty() {
        return None;
    }
    let below = sorted.partition_point(|&s| s < v);
    let not_above = sorted.partition_point(|&s| s <= v);
    Some((below + not_above) as f64 / (2.0 * sorted.len() as f64))
}

/// Neighbouring indices and weight of quantile `q` among `n >= 1` values.
fn position(n: usize, q: f64) -> (usize, usize, f64) {
    let top = n - 1;
    let at = top as f64 * q;
    if at >= top as f64 {
        return (top, top, 0.0);
    }
    let below = at.floor();
    (below as usize, below as usize + 1, at - below)
}

/// numpy's `_lerp`: from the nearer end.
fn lerp(a: f64, b: f64, t: f64) -> f64 {
    let difference = b - a;
    if t >= 0.5 { b - difference * (1.0 - t) } else { a + difference * t }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_bits_as_numpy() {
        // numpy 2.4.6: np.quantile(x, q)
        let x = [0.1, 0.7, 0.3, 1.1, 2.9, 0.2];
        let expected = [0.1, 0.17500000000000002, 0.25, 0.5, 1.1, 1.55, 2.9];
        for (q, want) in [0.0, 0.15, 0.3, 0.5, 0.8, 0.85, 1.0].into_iter().zip(expected) {
            assert_eq!(quantile(&x, q), Some(want), "q = {q}");
        }
    }

    #[test]
    fn selection_and_sorting_agree() {
        let x: Vec<f64> = (0..101_u32).map(|i| f64::from((i * 37) % 101) * 0.1).collect();
        let mut sorted = x.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        for i in 0..=40 {
            let q = f64::from(i) / 40.0;
            assert_eq!(quantile(&x, q), of_sorted(&sorted, q));
        }
    }

    #[test]
    fn undefined_is_none() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[1.0, f64::NAN], 0.5), None);
        assert_eq!(quantile(&[1.0], 1.5), None);
        assert_eq!(quantile(&[1.0], f64::NAN), None);
        assert_eq!(quantile(&[7.0], 0.3), Some(7.0));
        assert_eq!(iqr(&[]), None);
        assert_eq!(percentile_of(&[], 1.0), None);
    }

    #[test]
    fn percentiles_are_mid_ranks() {
        let sorted = [1.0, 2.0, 2.0, 3.0];
        assert_eq!(percentile_of(&sorted, 2.0), Some(0.5));
        assert_eq!(percentile_of(&sorted, 0.0), Some(0.0));
        assert_eq!(percentile_of(&sorted, 3.0), Some(0.875));
    }
}
