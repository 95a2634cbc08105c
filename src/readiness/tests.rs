//! Readiness where there is little or nothing to look at.
#![allow(clippy::float_cmp, clippy::unwrap_used, reason = "floats are compared for the same bits; a test may unwrap")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::assess::{assess, assess_customers};
use super::findings::{Gate, ReadinessFindings, Status};
use super::testing::{customers, history, order};
use crate::extract::findings::{ExtractFindings, Integrity, Layout};
use crate::extract::history::{CustomerTable, OrderHistory};
use crate::extract::ids::Ids;
use crate::pace::{Pace, block_on};
use crate::stats::measured::Measured;

fn extract(integrity: Integrity) -> ExtractFindings {
    ExtractFindings {
        layout: Layout::Star,
        files: Vec::new(),
        mapping: BTreeMap::new(),
        customers: 0,
        orders: 0,
        order_lines: 0,
        products: 0,
        categories: 0,
        warnings: Vec::new(),
        integrity,
    }
}

fn run(history: &OrderHistory, min_orders: u32) -> ReadinessFindings {
    let rows = Integrity { rows: 100, ..Integrity::default() };
    block_on(assess(history, &extract(rows), min_orders, 42, &Pace::unhurried())).unwrap()
}

fn gate<'a>(found: &'a ReadinessFindings, id: &str) -> &'a Gate {
    found.gates.iter().find(|gate| gate.id == id).unwrap()
}

/// `NaN` and infinities become null in JSON; nothing here may be null.
fn no_null(found: &ReadinessFindings) -> bool {
    !serde_json::to_string(found).unwrap().contains("null")
}

#[test]
fn nothing_at_all() {
    let found = run(&OrderHistory::default(), 5);
    assert!(no_null(&found));
    assert_eq!(gate(&found, "volume").status, Status::Fail);
    for id in ["depth", "stability_a", "stability_b", "stability_b_prime", "cap_mass", "sparsity"] {
        let gate = gate(&found, id);
        assert_eq!(gate.status, Status::NotMeasured, "{id}");
        let why = gate.value.missing().unwrap();
        assert!(!why.reason.is_empty() && !why.needs.is_empty(), "{id}");
    }
    assert!(found.canonical.decision.missing().is_some());
    assert!(found.order_count_thresholds.is_empty());
}

#[test]
fn gaps_that_never_change_are_steady_but_have_no_drift_to_compare() {
    let steady: Vec<_> = (0..3).map(|_| (0..8).map(|_| order(7.0, &[(0, true)])).collect::<Vec<_>>()).collect();
    let found = run(&history(&steady, 1, 0), 5);
    assert!(no_null(&found));
    assert_eq!(gate(&found, "stability_b").value, Measured::Value(1.0));
    assert_eq!(gate(&found, "stability_b_prime").status, Status::NotMeasured);
    assert_eq!(gate(&found, "cap_mass").value, Measured::Value(1.0));
    assert_eq!(found.summary.cv_bands[0].customers, 3);
    // The minimum in use is among those shown, once.
    let minima: Vec<u32> = found.order_count_thresholds.iter().map(|row| row.min_orders).collect();
    assert_eq!(minima, [3, 5, 7, 10]);
    let other: Vec<u32> =
        run(&history(&steady, 1, 0), 4).order_count_thresholds.iter().map(|row| row.min_orders).collect();
    assert_eq!(other, [3, 4, 5, 7, 10]);
}

#[test]
fn a_real_slowdown_stands_out_against_permuted_gaps() {
    // 40 customers whose gaps jump from about 5 to about 15 days halfway.
    let slower: Vec<_> = (0..40_u32)
        .map(|c| {
            (0..21_u32)
                .map(|i| order(f64::from(if i <= 10 { 4 + (c + i) % 3 } else { 14 + (c * i) % 4 }), &[]))
                .collect::<Vec<_>>()
        })
        .collect();
    let found = run(&history(&slower, 1, 0), 5);
    assert_eq!(gate(&found, "stability_b_prime").status, Status::Fail);
    assert_eq!(gate(&found, "stability_b").status, Status::Caveat);
}

#[test]
fn broken_rows_fail_integrity() {
    let status = |null_keys, orphan_lines| {
        let integrity = Integrity { rows: 1_000, null_keys, orphan_lines, ..Integrity::default() };
        let found = block_on(assess(&OrderHistory::default(), &extract(integrity), 5, 1, &Pace::unhurried())).unwrap();
        gate(&found, "integrity").status
    };
    assert_eq!(
        [status(5, 5), status(5, 6), status(25, 25), status(25, 26)],
        [Status::Pass, Status::Caveat, Status::Caveat, Status::Fail]
    );
}

#[test]
fn a_customer_level_file_answers_what_it_can() {
    let given = |orders: Option<Vec<f64>>, cv: Option<Vec<f64>>| CustomerTable {
        customers: Ids::from_i64(vec![1, 2, 3, 4]),
        behavioural: cv.map(|cv| ("cv_days_between_orders".to_owned(), cv)).into_iter().collect(),
        shares: Vec::new(),
        orders,
        segment: None,
    };
    let rows = extract(Integrity { rows: 4, ..Integrity::default() });
    let bare = assess_customers(&given(None, None), &rows, 5);
    assert!(no_null(&bare));
    assert_eq!(gate(&bare, "volume").value, Measured::Value(4.0));
    for id in ["depth", "stability_a", "stability_b", "stability_b_prime", "cap_mass", "sparsity"] {
        assert_eq!(gate(&bare, id).status, Status::NotMeasured, "{id}");
        assert!(!gate(&bare, id).value.missing().unwrap().needs.is_empty(), "{id}");
    }
    assert!(bare.canonical.decision.missing().is_some());

    let rich = assess_customers(&given(Some(vec![4.0, 5.0, 6.0, f64::NAN]), Some(vec![0.1, 0.5, 1.5, 0.2])), &rows, 5);
    assert!(no_null(&rich));
    assert_eq!(gate(&rich, "depth").value, Measured::Value(0.5));
    assert_eq!(gate(&rich, "stability_a").value, Measured::Value(0.5));
    assert_eq!(rich.summary.median_orders, Measured::Value(5.5));
    assert_eq!(rich.order_count_thresholds[1].customers, 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn always_finite_and_in_range(customers in customers(12)) {
        let mut sparse = history(&customers, 20, 3);
        for hideous in [false, true] {
            if hideous {
                sparse.hour = None;
                sparse.weekday = None;
                sparse.days_since_prior.fill(f64::NAN);
            }
            let found = run(&sparse, 2);
            prop_assert!(no_null(&found));
            prop_assert_eq!(found.gates.len(), 8);
            for bands in [&found.summary.cv_bands, &found.summary.hour_bands, &found.summary.weekday_bands] {
                let share: f64 = bands.iter().map(|band| band.share).sum();
                prop_assert!(bands.is_empty() || (share - 1.0).abs() < 1e-12);
            }
        }
    }
}
