//! Do customers' gaps change between the early and the late half of their history?
//!
//! The canonical reading counts customers whose mean gap shifts by at most 25%. Perfectly stable
//! customers fail it when their history is short, so our reading compares with the same gaps in
//! random order, which have the same length and irregularity and no trend.

use crate::extract::history::OrderHistory;
use crate::pace::{Cancelled, Pace};
use crate::stats::measured::Measured;
use crate::stats::quantile;
use crate::stats::rng::Rng;

use super::findings::EarlyLate;

/// Gaps below which a history has no halves worth comparing.
pub(super) const MIN_GAPS: usize = 6;
/// The canonical limit of the relative shift.
const LIMIT: f64 = 0.25;
/// Permuted values wanted at least, so that their median is steady in small extracts too: its relative
/// standard error is then about 1%.
const PERMUTED_VALUES: usize = 20_000;
/// More draws than this teach nothing.
const MAX_DRAWS: usize = 200;
/// Customers between two looks at the clock.
const STRIDE: usize = 1_000;

/// Compares the halves of every listed customer's gaps, as they were and permuted.
pub(super) async fn early_late(
    history: &OrderHistory,
    customers: &[u32],
    seed: u64,
    pace: &Pace,
) -> Result<EarlyLate, Cancelled> {
    let gaps_of = |c: u32, into: &mut Vec<f64>| {
        into.clear();
        into.extend(history.days_since_prior[history.orders_of(c as usize)].iter().filter(|gap| gap.is_finite()));
        into.len() >= MIN_GAPS
    };
    let mut gaps = Vec::new();
    let (mut shifts, mut log_ratios, mut long) = (Vec::new(), Vec::new(), Vec::new());
    for &c in customers {
        if !gaps_of(c, &mut gaps) {
            continue;
        }
        long.push(c);
        let (early, late) = halves(&gaps);
        if early > 0.0 {
            shifts.push((late - early).abs() / early);
        }
        log_ratios.extend(log_ratio(early, late));
    }
    let draws = PERMUTED_VALUES.div_ceil(long.len().max(1)).clamp(1, MAX_DRAWS);
    let mut permuted = Vec::with_capacity(long.len() * draws);
    let mut rng = Rng::stream(seed, "stability_b_prime");
    for (i, &c) in long.iter().enumerate() {
        if i % STRIDE == 0 {
            pace.tick(i as u64, long.len() as u64).await?;
        }
        gaps_of(c, &mut gaps);
        for _ in 0..draws {
            rng.shuffle(&mut gaps);
            let (early, late) = halves(&gaps);
            permuted.extend(log_ratio(early, late));
        }
    }
    let within = shifts.iter().filter(|&&shift| shift <= LIMIT).count() as f64 / shifts.len() as f64;
    Ok(EarlyLate {
        customers: shifts.len() as u64,
        share_within_25pct: finite(Some(within)),
        q75_absolute_shift: finite(quantile::quantile(&shifts, 0.75)),
        median_absolute_shift: finite(quantile::select(&mut shifts, 0.5)),
        median_log_ratio: finite(quantile::select(&mut log_ratios, 0.5)),
        median_log_ratio_permuted: finite(quantile::select(&mut permuted, 0.5)),
    })
}

/// No customer to compare.
pub(super) fn nobody(reason: &str, needs: &str) -> EarlyLate {
    let absent = || Measured::absent(reason, needs);
    EarlyLate {
        customers: 0,
        median_absolute_shift: absent(),
        q75_absolute_shift: absent(),
        share_within_25pct: absent(),
        median_log_ratio: absent(),
        median_log_ratio_permuted: absent(),
    }
}

/// Observed over permuted median of |ln(late / early)|.
pub(super) fn b_prime(found: &EarlyLate) -> Measured<f64> {
    match (&found.median_log_ratio, &found.median_log_ratio_permuted) {
        (Measured::Value(observed), Measured::Value(permuted)) if *permuted > 0.0 => {
            Measured::finite(observed / permuted, "the ratio is not finite")
        }
        (Measured::Value(_), Measured::Value(_)) => {
            Measured::absent("the median customer's gaps never change", "customers with varying gaps")
        }
        (Measured::NotMeasured(missing), _) | (_, Measured::NotMeasured(missing)) => {
            Measured::NotMeasured(missing.clone())
        }
    }
}

/// Means of the early and the late half, split at floor(n / 2).
fn halves(gaps: &[f64]) -> (f64, f64) {
    let (early, late) = gaps.split_at(gaps.len() / 2);
    (early.iter().sum::<f64>() / early.len() as f64, late.iter().sum::<f64>() / late.len() as f64)
}

/// |ln(late / early)|; infinite where one half is all zeros, `None` where both are.
fn log_ratio(early: f64, late: f64) -> Option<f64> {
    (early > 0.0 || late > 0.0).then(|| libm::log(late / early).abs())
}

fn finite(value: Option<f64>) -> Measured<f64> {
    match value {
        Some(value) if value.is_finite() => Measured::Value(value),
        _ => Measured::absent(
            format!("no customer has {MIN_GAPS} gaps to compare"),
            "customers with at least 7 orders and known days between them",
        ),
    }
}
