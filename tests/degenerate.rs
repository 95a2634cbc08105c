//! Extracts that starve the statistics: constant, duplicated, single, empty. Every figure is a value or a reason,
//! never NaN, never a panic, through the whole pipeline at depth full.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use parquet::arrow::ArrowWriter;
use quadrant::clustering::findings::{ClusteringFindings, Structure};
use quadrant::decision::findings::Recommendation;
use quadrant::extract::source::{BytesSource, Source};
use quadrant::pace::{Pace, block_on};
use quadrant::pipeline::outcome::Results;
use quadrant::pipeline::params::{Depth, Params};
use quadrant::pipeline::run::run;
use quadrant::prepare::own::OwnSet;
use quadrant::prepare::sets::CategoryBlock;
use quadrant::stats::measured::Measured;
use serde_json::Value;

/// An order: days since the one before, hour, products as (product, reordered).
#[derive(Clone)]
struct Order {
    gap: Option<f64>,
    hour: i64,
    lines: Vec<(i64, i64)>,
}

/// `count` orders of one rhythm: gap, hour, the same `again` products in each order and one new product in each.
fn rhythm(count: usize, gap: f64, hour: i64, again: i64, first: i64) -> Vec<Order> {
    let order = |i: usize| {
        let kept = (0..again).map(|p| (first + p, i64::from(i > 0)));
        let lines = kept.chain([(first + 100 + i as i64, 0)]).collect();
        Order { gap: (i > 0).then_some(gap), hour, lines }
    };
    (0..count).map(order).collect()
}

fn file(name: &str, columns: Vec<(&str, ArrayRef)>) -> Arc<dyn Source> {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true))).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    Arc::new(BytesSource::new(name, bytes))
}

fn ints(values: Vec<i64>) -> ArrayRef {
    Arc::new(Int64Array::from(values))
}

/// A star extract of these customers; product p stands in aisle `p % aisles`. Without `hours` there is no hour column.
fn star(customers: &[Vec<Order>], aisles: i64, hours: bool) -> Vec<Arc<dyn Source>> {
    let (mut order_id, mut user, mut number, mut gap, mut hour) = (vec![], vec![], vec![], vec![], vec![]);
    let (mut line_order, mut product, mut reordered) = (vec![], vec![], vec![]);
    for (c, orders) in customers.iter().enumerate() {
        for (i, order) in orders.iter().enumerate() {
            let id = order_id.len() as i64;
            order_id.push(id);
            user.push(c as i64 + 1);
            number.push(i as i64 + 1);
            gap.push(order.gap);
            hour.push(order.hour);
            for &(p, again) in &order.lines {
                line_order.push(id);
                product.push(p);
                reordered.push(again);
            }
        }
    }
    let mut orders = vec![
        ("order_id", ints(order_id)),
        ("user_id", ints(user)),
        ("order_number", ints(number)),
        ("days_since_prior_order", Arc::new(Float64Array::from(gap)) as ArrayRef),
    ];
    if hours {
        orders.push(("order_hour_of_day", ints(hour)));
    }
    let products: Vec<i64> = (0..2_000).collect();
    let aisle = ints(products.iter().map(|p| p % aisles).collect());
    vec![
        file("orders.parquet", orders),
        file(
            "order_products.parquet",
            vec![("order_id", ints(line_order)), ("product_id", ints(product)), ("reordered", ints(reordered))],
        ),
        file("products.parquet", vec![("product_id", ints(products)), ("aisle_id", aisle)]),
    ]
}

fn analysed(sources: Vec<Arc<dyn Source>>, params: Params) -> Results {
    let params = params.check().unwrap();
    let results = block_on(run(sources, None, &params, &Pace::unhurried(), &|_| {})).unwrap().outcome.results;
    sound(&serde_json::to_value(&results).unwrap(), "results");
    results
}

/// No null but where a field is optional (serde writes NaN as null), and no absence without a reason.
fn sound(value: &Value, path: &str) {
    const OPTIONAL: [&str; 8] = [
        "as_of",
        "frequency_threshold",
        "loyalty_threshold",
        "winsorise",
        "coupled",
        "coupling",
        "eta_squared_bootstrap",
        "pool_with",
    ];
    match value {
        Value::Null => {
            let key = path.rsplit('.').next().unwrap();
            assert!(OPTIONAL.contains(&key), "null at {path}");
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| sound(item, &format!("{path}[{i}]"))),
        Value::Object(fields) => {
            if fields.get("status").and_then(Value::as_str) == Some("not_measured") && fields.contains_key("reason") {
                assert!(!fields["reason"].as_str().unwrap().is_empty(), "no reason at {path}");
            }
            fields.iter().for_each(|(key, field)| sound(field, &format!("{path}.{key}")));
        }
        _ => {}
    }
}

/// Depth full: everything that can starve is asked to speak.
fn full() -> Params {
    Params { depth: Depth::Full, ..Params::default() }
}

fn clustering(results: &Results) -> &ClusteringFindings {
    results.clustering.value().unwrap()
}

#[test]
fn identical_customers() {
    // Constant features, duplicate rows, one distinct point: k = 2 is already too many.
    let results = analysed(star(&vec![rhythm(8, 7.0, 10, 3, 0); 40], 5, true), full());
    let found = clustering(&results);
    for set in &found.sets {
        assert!(set.best_k.missing().is_some() && set.grid.is_empty() && !set.note.is_empty(), "{set:?}");
    }
    assert!(found.verdict.missing().is_some() && found.sentence.contains("could not be tested"), "{}", found.sentence);
    assert!(found.null_benchmark.is_empty() && found.stability.is_empty());
    let features = results.features.value().unwrap();
    let gaps = features.summary.iter().find(|row| row.name == "mean_days_between_orders").unwrap();
    assert_eq!((gaps.variance.value(), gaps.skewness.value()), (Some(&0.0), None));
    assert!(features.low_variance.contains(&"mean_days_between_orders".to_owned()));
    assert!(features.dip.iter().all(|dip| dip.p.missing().is_some()), "{:?}", features.dip);
    assert!(features.high_correlations.is_empty());
    let validation = results.validation.value().unwrap();
    assert!(validation.reliability.frequency.missing().unwrap().reason.contains("do not vary"));
    assert_eq!(results.segments.iter().map(|segment| segment.count).max(), Some(40), "all high: ties are high");
    assert_eq!(results.thresholds.value().unwrap().frequency.tie_share, 1.0);
}

#[test]
fn three_distinct_customers_many_times_over() {
    // k above the number of distinct points: the grid ends at 3 and says why.
    let kinds = [rhythm(6, 3.0, 8, 1, 0), rhythm(9, 10.0, 12, 4, 200), rhythm(7, 25.0, 20, 9, 400)];
    let customers: Vec<Vec<Order>> = (0..60).map(|i| kinds[i % 3].clone()).collect();
    let results = analysed(star(&customers, 7, true), full());
    for set in &clustering(&results).sets {
        let ks: Vec<u32> = set.grid.iter().map(|cell| cell.k).collect();
        assert_eq!(ks, [2, 3], "{}: {}", set.id, set.note);
        assert!(set.note.contains('3'), "{}", set.note);
        assert_eq!(set.best_k, Measured::Value(3));
        assert!((set.grid[1].silhouette.value().unwrap() - 1.0).abs() < 1e-6);
        assert!(set.grid[1].inertia.abs() < 1e-6);
    }
}

#[test]
fn one_category() {
    let customers: Vec<Vec<Order>> = (0..60)
        .map(|i| rhythm(5 + i % 7, 2.0 + i as f64 / 3.0, (i % 24) as i64, (i % 5) as i64, 7 * i as i64))
        .collect();
    let results = analysed(star(&customers, 1, true), full());
    let pca = results.prepare.pca.value();
    assert!(pca.is_none_or(|pca| pca.explained_variance_ratio.iter().all(|ratio| ratio.is_finite())), "{pca:?}");
    let features = results.features.value().unwrap();
    assert_eq!(features.count, 16);
    let entropy = features.summary.iter().find(|row| row.name == "aisle_entropy").unwrap();
    assert_eq!((entropy.mean.value(), entropy.variance.value()), (Some(&0.0), Some(&0.0)));
    let found = clustering(&results);
    let behavioural = found.sets.iter().find(|set| set.id == "behavioural").unwrap();
    assert!(behavioural.best_k.value().is_some());
    for set in found.sets.iter().filter(|set| set.best_k.missing().is_some()) {
        assert!(!set.note.is_empty(), "{}", set.id);
    }
}

#[test]
fn a_set_that_is_empty_once_absent_features_are_left_out() {
    let customers: Vec<Vec<Order>> =
        (0..40).map(|i| rhythm(5 + i % 4, 2.0 + i as f64, 0, (i % 5) as i64, 7 * i as i64)).collect();
    let own = OwnSet {
        id: "hours".to_owned(),
        title: String::new(),
        columns: vec!["mean_order_hour".to_owned(), "std_order_hour_circular".to_owned()],
        categories: CategoryBlock::Without,
        winsorise: None,
    };
    let results = analysed(star(&customers, 5, false), Params { sets: vec![own], ..full() });
    let found = clustering(&results);
    let set = found.sets.iter().find(|set| set.id == "hours").unwrap();
    let missing = set.best_k.missing().unwrap();
    assert!(missing.reason.contains("none of the set's features"), "{missing:?}");
    assert!(missing.needs.contains("mean_order_hour"), "{missing:?}");
    let behavioural = found.sets.iter().find(|set| set.id == "behavioural").unwrap();
    assert!(behavioural.best_k.value().is_some() && behavioural.left_out.len() == 2, "{:?}", behavioural.left_out);
}

#[test]
fn segments_of_one_customer_and_fewer() {
    let kinds =
        [rhythm(6, 3.0, 8, 9, 0), rhythm(9, 4.0, 12, 1, 200), rhythm(7, 25.0, 20, 9, 400), rhythm(6, 26.0, 9, 1, 600)];
    for customers in 0..=4 {
        let results = analysed(
            star(&kinds[..customers.max(1)], 5, true),
            Params { min_orders: if customers == 0 { 50 } else { 5 }, ..full() },
        );
        let counted: u64 = results.segments.iter().map(|segment| segment.count).sum();
        assert_eq!(counted, customers as u64);
        assert_eq!(results.decision.recommendation, Recommendation::Refuse, "{customers}");
        assert!(results.decision.reasons.iter().any(|reason| reason.code == "volume_failed"), "{customers}");
        if customers == 4 {
            assert_eq!(results.segments.iter().map(|segment| segment.count).collect::<Vec<_>>(), [1, 1, 1, 1]);
            for effect in &results.validation.value().unwrap().effects {
                assert!(effect.p_value.missing().is_some() && effect.welch_f.missing().is_some(), "{effect:?}");
            }
        }
    }
}

#[test]
fn nobody_with_enough_history_for_a_split() {
    // Two orders each: one gap, no halves, nothing before a cut.
    let customers: Vec<Vec<Order>> =
        (0..60).map(|i| rhythm(2, 1.0 + i as f64, (i % 24) as i64, (i % 5) as i64, 7 * i as i64)).collect();
    let results = analysed(star(&customers, 5, true), Params { min_orders: 2, ..full() });
    let validation = results.validation.value().unwrap();
    for missing in [
        validation.reliability.frequency.missing(),
        validation.migration.missing(),
        validation.bake_off.missing(),
        validation.out_of_time.missing(),
    ] {
        let missing = missing.unwrap();
        assert!(!missing.needs.is_empty() && missing.reason.chars().any(|c| c.is_ascii_digit()), "{missing:?}");
    }
    let early_late = &results.readiness.summary.value().unwrap().early_late;
    assert_eq!(early_late.customers, 0);
    assert!(early_late.share_within_25pct.missing().is_some());
    let canonical = results.readiness.canonical.value().unwrap();
    assert!(canonical.stability_b.missing().is_some() && canonical.decision.missing().is_some());
    assert!(results.decision.recommendation != Recommendation::Clusters);
}

#[test]
fn orders_without_a_line() {
    // No loyalty axis for anybody: nobody has both scores.
    let mut customers: Vec<Vec<Order>> = (0..30).map(|i| rhythm(6, 2.0 + i as f64, 9, 2, 7 * i as i64)).collect();
    for order in customers.iter_mut().skip(1).flatten() {
        order.lines.clear();
    }
    let results = analysed(star(&customers, 5, true), full());
    assert_eq!(results.segments.iter().map(|segment| segment.count).sum::<u64>(), 1);
    assert_eq!(results.decision.recommendation, Recommendation::Refuse);
}

#[test]
fn two_tight_groups_are_no_accident_of_the_table() {
    // The same machinery on sound data: the table above tests starvation, not deafness.
    let customers: Vec<Vec<Order>> = (0..200)
        .map(|i| {
            let wobble = f64::from(i as u32 % 10) / 10.0;
            if i % 2 == 0 {
                rhythm(12, 3.0 + wobble, 8, 9, i as i64)
            } else {
                rhythm(7, 22.0 + wobble, 20, 1, 500 + i as i64)
            }
        })
        .collect();
    let results = analysed(star(&customers, 5, true), Params::default());
    let found = clustering(&results);
    assert!(matches!(found.verdict.value(), Some(Structure::Reasonable | Structure::Strong)), "{}", found.sentence);
}
