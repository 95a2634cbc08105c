//! The rule on the real user scores, which come as a customer-level file.
#![allow(clippy::float_cmp, clippy::unwrap_used, reason = "thresholds are exact; a test may unwrap")]

#[path = "support/u2000.rs"]
mod u2000;

use std::path::Path;

use quadrant::extract::history::CustomerTable;
use quadrant::extract::ids::Ids;
use quadrant::features::catalogue::Behavioural;
use quadrant::features::customers::from_customers;
use quadrant::features::quality::review;
use quadrant::features::table::FeatureTable;
use quadrant::pace::{Pace, block_on};
use quadrant::segments::agreement::agreement;
use quadrant::segments::rule::{Segmentation, counts, segment};
use quadrant::segments::sensitivity::sensitivity;
use quadrant::segments::thresholds::TypedThresholds;
use quadrant::stats::dip::dip_test;

fn scores(path: &Path) -> CustomerTable {
    let (mut ids, mut freq, mut loyalty, mut given) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    u2000::batches(path, &["user_id", "freq_score", "loyalty_score", "segment"], |batch| {
        ids.extend(u2000::ints(batch, "user_id"));
        freq.extend(u2000::floats(batch, "freq_score"));
        loyalty.extend(u2000::floats(batch, "loyalty_score"));
        given.extend(u2000::texts(batch, "segment").into_iter().map(Some));
    });
    CustomerTable {
        customers: Ids::from_i64(ids),
        behavioural: vec![("freq_score".into(), freq), ("loyalty_score".into(), loyalty)],
        shares: Vec::new(),
        orders: None,
        segment: Some(given),
    }
}

fn found() -> Option<(CustomerTable, FeatureTable, Segmentation)> {
    let given = scores(&u2000::shared("data/instacart_user_scores.parquet")?);
    let table = from_customers(&given, 5);
    let found = block_on(segment(&table, TypedThresholds::default(), &Pace::unhurried())).unwrap().unwrap();
    Some((given, table, found))
}

#[test]
fn thresholds_counts_and_labels_are_the_published_ones() {
    let Some((given, table, found)) = found() else { return };
    assert_eq!(table.rows(), 182_223);
    assert_eq!(found.thresholds.frequency.p50, 0.06521739130434782);
    assert_eq!(found.thresholds.loyalty.p50, 0.4634146341463415);
    // Tie mass as the statistical review counted it.
    assert_eq!((found.thresholds.frequency.ties, found.thresholds.loyalty.ties), (276, 77));
    assert_eq!(counts(&found.labels), [61_317, 30_055, 29_851, 61_000]);
    let same = agreement(given.segment.as_deref().unwrap(), table.customers(), &found.labels);
    assert_eq!((same.customers, same.agree), (182_223, 182_223));
    assert!(same.unknown.is_empty());
}

#[test]
fn threshold_sensitivity_is_as_the_review_found_it() {
    let Some((_, _, found)) = found() else { return };
    let points = block_on(sensitivity(&found, 42, &Pace::unhurried())).unwrap();
    let at = |kind: &str, at: f64| points.iter().find(|point| point.kind == kind && point.at == at).unwrap();
    let p40 = at("percentile", 0.4);
    assert!((p40.moved_share - 0.187).abs() < 0.0005, "{p40:?}");
    assert!((p40.ari - 0.592).abs() < 0.0005, "{p40:?}");
    // Mean and 95th percentile over resamples; the review's own draws differ from ours.
    for (size, mean, p95) in [(200.0, 0.054, 0.112), (1_000.0, 0.025, 0.051), (5_000.0, 0.012, 0.025)] {
        let point = at("re_estimated", size);
        assert!((point.moved_share - mean).abs() < 0.1 * mean, "{point:?}");
        assert!((point.moved_share_p95 - p95).abs() < 0.15 * p95, "{point:?}");
    }
}

#[test]
fn both_scores_have_one_mode_once_their_ties_are_broken() {
    let Some((_, table, _)) = found() else { return };
    let findings = block_on(review(&table, &[], 42, &Pace::unhurried())).unwrap();
    for name in ["mean_days_between_orders", "reorder_ratio"] {
        let column = table.behavioural(Behavioural::named(name).unwrap()).unwrap();
        // As they are, the ties of small fractions alone reject one mode.
        assert!(dip_test(&column[..72_000]).unwrap().p < 0.001, "{name}");
        let dip = findings.dip.iter().find(|dip| dip.name == name).unwrap();
        assert_eq!(dip.rows, 72_000);
        assert!(*dip.p.value().unwrap() > 0.5, "{dip:?}");
    }
}
