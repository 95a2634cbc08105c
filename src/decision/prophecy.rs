//! How much more data a failed gate would need.

/// Factor by which a history must grow to raise reliability `rho` to `target`: the Spearman-Brown
/// prophecy turned round, `target (1 - rho) / (rho (1 - target))`.
///
/// `None` where no length would do (`rho <= 0`) or the question is void (`target` not in (0, 1)).
/// Source: Spearman 1910, Brown 1910; Lord & Novick 1968, section 5.10.
pub fn lengthening(rho: f64, target: f64) -> Option<f64> {
    if !(rho > 0.0 && rho <= 1.0 && target > 0.0 && target < 1.0) {
        return None;
    }
    Some((target * (1.0 - rho) / (rho * (1.0 - target))).max(0.0))
}

/// Orders per customer needed for reliability `target`, when customers with `orders` orders reach `rho`.
///
/// The unit that lengthens is the gap, so `(orders - 1)` grows by [`lengthening`]. Rounded up.
pub fn orders_needed(orders: f64, rho: f64, target: f64) -> Option<u64> {
    let factor = lengthening(rho, target)?;
    let gaps = (orders - 1.0).max(1.0) * factor;
    // Beyond this many orders per customer the answer is "never" rather than a number.
    (gaps.is_finite() && gaps < 10_000.0).then(|| whole(gaps) + 1)
}

/// Customers needed so that an effect's lower limit rises from `low` to `target` while the estimate stays.
///
/// The half-width of the interval shrinks with the square root of n: `n ((estimate - low) / (estimate - target))²`.
/// `None` where the estimate itself does not exceed the target.
pub fn customers_needed(n: u64, estimate: f64, low: f64, target: f64) -> Option<u64> {
    if !(estimate.is_finite() && low.is_finite()) || estimate <= target {
        return None;
    }
    let ratio = (estimate - low).max(0.0) / (estimate - target);
    let needed = n as f64 * ratio * ratio;
    (needed < 1e9).then(|| whole(needed))
}

/// Rounded up, save for what rounding errors added.
fn whole(value: f64) -> u64 {
    (value - 1e-6).ceil().max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prophecy_inverts_spearman_brown() {
        // Halves that correlate at .5 make .667; doubling once more makes .8 = 2(.667)/(1+.667).
        let factor = lengthening(2.0 / 3.0, 0.8).unwrap();
        assert!((factor - 2.0).abs() < 1e-12);
        assert_eq!(orders_needed(6.0, 2.0 / 3.0, 0.8), Some(11));
        assert_eq!(lengthening(0.9, 0.9), Some(1.0));
    }

    #[test]
    fn no_signal_means_no_length_helps() {
        assert_eq!(lengthening(0.0, 0.8), None);
        assert_eq!(lengthening(-0.2, 0.8), None);
        assert_eq!(lengthening(f64::NAN, 0.8), None);
        assert_eq!(orders_needed(6.0, 1e-9, 0.8), None);
    }

    #[test]
    fn a_limit_rises_with_the_root_of_n() {
        // Half-width .04 must become .02: four times the customers.
        assert_eq!(customers_needed(300, 0.05, 0.01, 0.03), Some(1_200));
        assert_eq!(customers_needed(300, 0.005, 0.0, 0.01), None);
        assert_eq!(customers_needed(300, f64::NAN, 0.0, 0.01), None);
    }
}
