//! Features and rule on the 2,000-user extract against results of pandas.

#![allow(clippy::float_cmp, clippy::unwrap_used, reason = "thresholds are exact; a test may unwrap")]

#[path = "support/u2000.rs"]
mod u2000;

use quadrant::features::build::build;
use quadrant::features::quality::review;
use quadrant::pace::{Pace, block_on};
use quadrant::segments::bootstrap::bootstrap;
use quadrant::segments::confidence::{confidence, share_at_least};
use quadrant::segments::profile::profiles;
use quadrant::segments::rule::{counts, segment};
use quadrant::segments::thresholds::TypedThresholds;
use quadrant::stats::measured::Measured;

#[test]
fn every_feature_equals_the_reference() {
    let (Some(folder), Some(reference)) = (u2000::data("u2000"), u2000::shared("reference/u2000_features.parquet"))
    else {
        return;
    };
    let history = u2000::history(&folder);
    let table = block_on(build(&history, 5, &Pace::unhurried())).unwrap();
    assert_eq!(table.rows(), 1_767);
    assert_eq!(table.excluded().too_few_orders, 233);
    let expected: Vec<String> = u2000::column_names(&reference).into_iter().filter(|name| name != "user_id").collect();
    assert_eq!(table.names(), expected);
    for (i, name) in expected.iter().enumerate() {
        let (found, column) = (table.column(i), u2000::column(&reference, name));
        assert_eq!(found.len(), column.len());
        for (r, (&f, &e)) in found.iter().zip(&column).enumerate() {
            u2000::assert_near(&format!("{name}, row {r}"), f, e, 1e-9);
        }
    }
}

#[test]
fn thresholds_and_counts_are_exact() {
    let (Some(folder), Some(reference)) = (u2000::data("u2000"), u2000::shared("reference/u2000.json")) else {
        return;
    };
    let history = u2000::history(&folder);
    let table = block_on(build(&history, 5, &Pace::unhurried())).unwrap();
    let found = block_on(segment(&table, TypedThresholds::default(), &Pace::unhurried())).unwrap().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(reference).unwrap()).unwrap();
    let expected = &json["segmentation"]["thresholds"];
    let (f, l) = (&found.thresholds.frequency, &found.thresholds.loyalty);
    let pairs = [
        ("freq_p20", f.p20),
        ("freq_p50", f.p50),
        ("freq_p80", f.p80),
        ("loyalty_p20", l.p20),
        ("loyalty_p50", l.p50),
        ("loyalty_p80", l.p80),
    ];
    for (name, value) in pairs {
        assert_eq!(value.to_bits(), expected[name].as_f64().unwrap().to_bits(), "{name}");
    }
    for (i, count) in counts(&found.labels).into_iter().enumerate() {
        assert_eq!(count, json["segmentation"]["segments"][i]["count"].as_u64().unwrap());
    }
}

#[test]
fn segments_are_profiled_as_the_reference_does() {
    let (Some(folder), Some(reference)) = (u2000::data("u2000"), u2000::shared("reference/u2000.json")) else {
        return;
    };
    let history = u2000::history(&folder);
    let pace = Pace::unhurried();
    let table = block_on(build(&history, 5, &pace)).unwrap();
    let mut found = block_on(segment(&table, TypedThresholds::default(), &pace)).unwrap().unwrap();
    found.confidence = block_on(confidence(&history, &table, &found, &pace)).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(reference).unwrap()).unwrap();
    for (i, ours) in profiles(&table, &found).into_iter().enumerate() {
        let theirs = &json["segmentation"]["segments"][i];
        assert_eq!(ours.name.name(), theirs["segment"].as_str().unwrap());
        u2000::assert_near("share", ours.share, theirs["percentage"].as_f64().unwrap() / 100.0, 1e-9);
        for (name, mean) in theirs["means"].as_object().unwrap() {
            let found = match name.as_str() {
                "freq_score" => &ours.mean_freq_score,
                "loyalty_score" => &ours.mean_loyalty_score,
                feature => &ours.profile[feature],
            };
            u2000::assert_near(name, *found.value().unwrap(), mean.as_f64().unwrap(), 1e-9);
        }
        assert!((0.5..1.0).contains(ours.median_confidence.value().unwrap()));
    }
    // The analytic confidence is the chance that the resampled history keeps the label: they must agree in the mean.
    let kept = block_on(bootstrap(&history, &table, &found, 42, &pace)).unwrap();
    let analytic = found.confidence.unwrap();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    assert!((mean(&kept) - mean(&analytic)).abs() < 0.02, "{} {}", mean(&kept), mean(&analytic));
    // The same formulas in numpy on pandas' groups.
    u2000::assert_near("mean confidence", mean(&analytic), 0.7691112675362731, 1e-9);
    u2000::assert_near("confident", share_at_least(&analytic, 0.8).unwrap(), 0.4946236559139785, 1e-12);
}

#[test]
fn quality_is_as_the_reference_reviewed_it() {
    let (Some(folder), Some(reference)) = (u2000::data("u2000"), u2000::shared("reference/u2000.json")) else {
        return;
    };
    let table = block_on(build(&u2000::history(&folder), 5, &Pace::unhurried())).unwrap();
    let found = block_on(review(&table, &[], 42, &Pace::unhurried())).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(reference).unwrap()).unwrap();
    let json = &json["features"];
    assert_eq!((found.customers, found.count, found.summary.len()), (1_767, 149, 149));
    for row in &found.summary {
        let expected = &json["quality"][&row.name];
        let near = |part: &str, value: &Measured<f64>| {
            let found = *value.value().unwrap_or_else(|| panic!("{part} of {}", row.name));
            u2000::assert_near(&format!("{part} of {}", row.name), found, expected[part].as_f64().unwrap(), 1e-9);
        };
        near("mean", &row.mean);
        near("std", &row.std);
        near("variance", &row.variance);
        near("min", &row.min);
        near("max", &row.max);
        near("skewness", &row.skewness);
        assert_eq!(row.missing, expected["missing_original"].as_u64().unwrap());
    }
    assert_eq!(found.low_variance.len() as u64, json["low_variance_features_lt_0_001"].as_u64().unwrap());
    for (name, count) in json["iqr_outliers"].as_object().unwrap() {
        let ours = found.outliers.iter().find(|row| row.name == *name).unwrap();
        assert_eq!(ours.count, count.as_u64().unwrap(), "{name}");
    }
    // The reference looked at 14 features, without the entropy.
    let pairs: Vec<_> =
        found.high_correlations.iter().filter(|pair| pair.a != "aisle_entropy" && pair.b != "aisle_entropy").collect();
    let expected = json["high_correlation_pairs_gt_0_85"].as_array().unwrap();
    assert_eq!(pairs.len(), expected.len());
    for (pair, expected) in pairs.iter().zip(expected) {
        assert_eq!((pair.a.as_str(), pair.b.as_str()), (expected[0].as_str().unwrap(), expected[1].as_str().unwrap()));
        u2000::assert_near("r", pair.r, expected[2].as_f64().unwrap(), 1e-9);
    }
    assert_eq!(found.dip.len(), 15);
    assert_eq!(found.dictionary.len(), 149 + 6);
}

/// Full scale, for `cargo test --release -- --ignored --nocapture full_scale`.
#[test]
#[ignore = "needs the full extract and a release build"]
fn full_scale() {
    let Some(folder) = u2000::data("full") else { return };
    let history = u2000::history(&folder);
    for _ in 0..3 {
        let start = std::time::Instant::now();
        let table = block_on(build(&history, 5, &Pace::unhurried())).unwrap();
        let built = start.elapsed();
        let found = block_on(segment(&table, TypedThresholds::default(), &Pace::unhurried())).unwrap().unwrap();
        eprintln!("build {built:?}, with rule {:?}", start.elapsed());
        let start = std::time::Instant::now();
        let findings = block_on(review(&table, &[], 42, &Pace::unhurried())).unwrap();
        eprintln!("quality {:?}", start.elapsed());
        for dip in findings.dip {
            eprintln!("  {} {:?} {:?} {}", dip.name, dip.d.value(), dip.p.value(), dip.jitter_sd);
        }
        let start = std::time::Instant::now();
        let sure = block_on(confidence(&history, &table, &found, &Pace::unhurried())).unwrap().unwrap();
        eprintln!("confidence {:?}, {:?} at 0.8", start.elapsed(), share_at_least(&sure, 0.8));
        assert_eq!(table.rows(), 182_223);
        assert_eq!(found.thresholds.frequency.p50, 0.06521739130434782);
        assert_eq!(found.thresholds.loyalty.p50, 0.4634146341463415);
        assert_eq!(counts(&found.labels), [61_317, 30_055, 29_851, 61_000]);
    }
}
