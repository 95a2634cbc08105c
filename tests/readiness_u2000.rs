//! Readiness on the 2,000-user extract against results of pandas and scipy.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "support/u2000.rs"]
mod u2000;

use std::collections::BTreeMap;

use quadrant::extract::findings::{ExtractFindings, Integrity, Layout};
use quadrant::extract::history::OrderHistory;
use quadrant::pace::{Pace, block_on};
use quadrant::readiness::assess::assess;
use quadrant::readiness::findings::{Band, CanonicalDecision, ReadinessFindings, Status};
use quadrant::stats::measured::Measured;
use serde_json::Value;

/// What the extract room would say of a clean extract.
fn clean(history: &OrderHistory) -> ExtractFindings {
    ExtractFindings {
        layout: Layout::Star,
        files: Vec::new(),
        mapping: BTreeMap::new(),
        customers: history.customer_count() as u64,
        orders: history.order_count() as u64,
        order_lines: history.lines.len() as u64,
        products: u64::from(history.products),
        categories: history.categories.len() as u64,
        warnings: Vec::new(),
        integrity: Integrity { rows: 343_102, ..Integrity::default() },
    }
}

fn found() -> Option<(OrderHistory, ReadinessFindings, Value)> {
    let (folder, reference) = (u2000::data("u2000")?, u2000::shared("reference/u2000.json")?);
    let history = u2000::history(&folder);
    let found = block_on(assess(&history, &clean(&history), 5, 42, &Pace::unhurried())).unwrap();
    let json: Value = serde_json::from_slice(&std::fs::read(reference).unwrap()).unwrap();
    Some((history, found, json["readiness"].clone()))
}

fn near(name: &str, found: &Measured<f64>, expected: &Value, unit: f64) {
    let found = found.value().unwrap_or_else(|| panic!("{name} is not measured"));
    u2000::assert_near(name, *found, expected.as_f64().unwrap() * unit, 1e-9);
}

#[test]
fn order_counts() {
    let Some((_, found, json)) = found() else { return };
    assert_eq!(found.order_count_thresholds.len(), 4);
    for row in &found.order_count_thresholds {
        let expected = &json["thresholds"][row.min_orders.to_string()];
        assert_eq!(row.customers, expected["users_retained"].as_u64().unwrap());
        near("customers", &Measured::Value(row.customers_share), &expected["users_retained_pct"], 0.01);
        near("orders", &Measured::Value(row.orders_share), &expected["orders_retained_pct"], 0.01);
    }
}

#[test]
fn every_spread() {
    let Some((_, found, json)) = found() else { return };
    for (ours, theirs, unit) in [
        ("mean_days_between", "mean_days_between", 1.0),
        ("std_days_between", "std_days_between", 1.0),
        ("cv_days_between", "cv_days_between", 1.0),
        ("median_days_between", "median_days_between", 1.0),
        ("min_days_between", "min_days_between", 1.0),
        ("max_days_between", "max_days_between", 1.0),
        ("mean_hour_circular", "mean_hour_circular", 1.0),
        ("std_hour_circular", "std_hour_circular", 1.0),
        ("mean_dow_circular", "mean_dow_circular", 1.0),
        ("std_dow_circular", "std_dow_circular", 1.0),
        ("total_items_purchased", "total_items_purchased", 1.0),
        ("unique_products", "unique_products", 1.0),
        ("catalog_coverage", "catalog_coverage_pct", 0.01),
    ] {
        let spread = found.summary.spreads.iter().find(|spread| spread.name == ours).unwrap();
        let expected = &json[theirs];
        assert_eq!(spread.customers, 1_767, "{ours}");
        for (part, value) in [
            ("mean", spread.mean),
            ("std", *spread.std.value().unwrap()),
            ("min", spread.min),
            ("25%", spread.q25),
            ("50%", spread.median),
            ("75%", spread.q75),
            ("max", spread.max),
        ] {
            near(&format!("{ours} {part}"), &Measured::Value(value), &expected[part], unit);
        }
    }
}

#[test]
fn summary_figures() {
    let Some((_, found, json)) = found() else { return };
    let s = &found.summary;
    assert_eq!(s.customers, 1_767);
    near("orders", &s.orders, &json["orders_qualified"], 1.0);
    near("median orders", &s.median_orders, &json["qualified_orders_median"], 1.0);
    near("span", &s.mean_span_days, &json["mean_temporal_span_days"], 1.0);
    near("median cv", &s.median_cv_days, &json["median_cv"], 1.0);
    near("cv < 1", &s.share_cv_below_1, &json["pct_cv_lt_1"], 0.01);
    near("hour", &s.mean_hour_circular, &json["mean_hour_circular"]["mean"], 1.0);
    near("hour sd", &s.std_hour_circular, &json["mean_hour_circular"]["std"], 1.0);
    near("sd of hour", &s.mean_std_hour_circular, &json["std_hour_circular"]["mean"], 1.0);
    near("sd of weekday", &s.mean_std_weekday_circular, &json["std_dow_circular"]["mean"], 1.0);
    near("catalogue", &s.catalog_size, &json["catalog_size"], 1.0);
    near("unique", &s.median_unique_products, &json["unique_products"]["50%"], 1.0);
    near("coverage", &s.median_catalog_coverage, &json["catalog_coverage_pct"]["50%"], 0.01);
    near("basket", &s.median_avg_basket_size, &json["avg_basket_size_median"], 1.0);
    let halves = &json["early_late"];
    assert_eq!(s.early_late.customers, halves["users_evaluated"].as_u64().unwrap());
    near("shift", &s.early_late.median_absolute_shift, &halves["median_shift_pct"], 0.01);
    near("shift q75", &s.early_late.q75_absolute_shift, &halves["p75_shift_pct"], 0.01);
    near("steady", &s.early_late.share_within_25pct, &halves["pct_users_shift_le_25"], 0.01);
}

#[test]
fn bands_and_correlations() {
    let Some((history, found, json)) = found() else { return };
    let s = &found.summary;
    // The original's binning is open at 0 and loses the customers whose spread is exactly 0.
    let constant = |column: &dyn Fn(std::ops::Range<usize>) -> Vec<f64>| {
        (0..history.customer_count())
            .map(|c| history.orders_of(c))
            .filter(|orders| orders.len() >= 5)
            .map(column)
            .filter(|values| values.windows(2).all(|pair| pair[0].to_bits() == pair[1].to_bits()))
            .count() as u64
    };
    let same_gap = constant(&|orders| history.days_since_prior[orders].iter().copied().skip(1).collect());
    let same_day =
        constant(&|orders| history.weekday.as_ref().unwrap()[orders].iter().map(|&day| f64::from(day)).collect());
    let check = |bands: &[Band], expected: &Value, zeros: u64| {
        let object = expected.as_object().unwrap();
        assert_eq!(bands.len(), object.len());
        assert_eq!(bands.iter().map(|band| band.customers).sum::<u64>(), 1_767);
        for (i, band) in bands.iter().enumerate() {
            let users = expected[&band.name]["users"].as_u64().unwrap();
            assert_eq!(band.customers, users + if i == 0 { zeros } else { 0 }, "{}", band.name);
        }
    };
    check(&s.cv_bands, &json["cv_categories"], same_gap);
    check(&s.weekday_bands, &json["dow_categories"], same_day);
    check(&s.hour_bands, &json["hour_categories"], 0);
    let table = s.correlations.value().unwrap();
    for (i, row) in table.matrix.iter().enumerate() {
        for (j, r) in row.iter().enumerate() {
            near(&format!("r {i} {j}"), r, &json["correlation"]["matrix"][i][j], 1.0);
        }
    }
}

#[test]
fn gates() {
    let Some((_, found, _)) = found() else { return };
    let gate = |id: &str| found.gates.iter().find(|gate| gate.id == id).unwrap();
    for id in ["integrity", "volume", "depth", "stability_a", "stability_b", "cap_mass", "sparsity"] {
        assert_eq!(gate(id).status, Status::Pass, "{id}");
    }
    let cap = gate("cap_mass").value.value().unwrap();
    assert!((cap - 2_020.0 / 30_480.0).abs() < 1e-15, "{cap}");
    let ratio = gate("stability_b_prime").value.value().unwrap();
    assert!((0.8..2.0).contains(ratio), "{ratio}");
    let canonical = &found.canonical;
    assert_eq!(canonical.decision, Measured::Value(CanonicalDecision::Go));
}

/// Full scale, for `cargo test --release -- --ignored --nocapture full_scale`. Figures of the reconstruction's report.
#[test]
#[ignore = "needs the full extract and an optimised build"]
fn full_scale() {
    let Some(folder) = u2000::data("full") else { return };
    let history = u2000::history(&folder);
    let start = std::time::Instant::now();
    let found = block_on(assess(&history, &clean(&history), 5, 42, &Pace::unhurried())).unwrap();
    eprintln!("assessed in {:?}", start.elapsed());
    let halves = &found.summary.early_late;
    assert_eq!(halves.customers, 146_466);
    assert!((halves.share_within_25pct.value().unwrap() - 0.485).abs() < 0.0005);
    assert!((halves.median_absolute_shift.value().unwrap() - 0.260).abs() < 0.0005);
    assert_eq!(found.summary.catalog_size, Measured::Value(49_671.0));
    assert_eq!(found.canonical.decision, Measured::Value(CanonicalDecision::NoGo));
    for gate in &found.gates {
        eprintln!("{} {:?} {:?}", gate.id, gate.value.value(), gate.status);
    }
}
