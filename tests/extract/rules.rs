//! The derivation rules of CANONICAL.md, one by one, on extracts small enough to count by hand.

use std::sync::Arc;

use arrow_array::{ArrayRef, TimestampMicrosecondArray};
use proptest::prelude::*;
use quadrant::extract::error::ExtractError;
use quadrant::extract::findings::{ExtractFindings, Layout};
use quadrant::extract::history::{NO_DAY, OrderHistory};
use quadrant::extract::source::Source;
use quadrant::extract::{ReadOptions, inspect, read};
use quadrant::pace::{Pace, block_on};

use crate::support::{
    Sources, basket, baskets, floats, history, ints, maybe_ints, read_detected, table, texts, warning,
};

const DAY: i64 = 86_400_000_000;
const HOUR: i64 = 3_600_000_000;
/// 2024-01-01, a Monday.
const START: i64 = 19_723 * DAY;

fn stamps(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(values.into_iter().map(|v| START + v)))
}

fn maybe_texts<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(arrow_array::StringArray::from_iter(values))
}

fn wide(columns: Vec<(&str, ArrayRef)>) -> (OrderHistory, ExtractFindings) {
    let (inspection, extract, findings) = read_detected(&vec![table("wide.parquet", columns)]);
    assert_eq!(inspection.mapping.layout, Layout::Wide);
    (history(extract), findings)
}

fn products(history: &OrderHistory, order: usize) -> Vec<(u32, bool)> {
    basket(history, order).iter().map(|l| (l.product(), l.reordered())).collect()
}

#[test]
fn rule_1_an_order_is_a_customer_and_an_order_id_at_its_earliest_time() {
    // Customer 7 has orders b (later line first) and a (same instant as b: order id decides) and c before both.
    let (history, findings) = wide(vec![
        ("client_id", ints([7, 7, 7, 7, 8])),
        ("receipt", texts(["b", "b", "a", "c", "b"])),
        ("created_at", stamps([9 * HOUR, 8 * HOUR, 8 * HOUR, 7 * HOUR, 10 * HOUR])),
        ("sku", texts(["p1", "p2", "p3", "p4", "p5"])),
    ]);
    assert_eq!((findings.customers, findings.orders), (2, 4));
    assert_eq!(warning(&findings, "order_of_two_customers"), 1);
    assert_eq!(history.order_start, [0, 3, 4]);
    assert_eq!(history.hour.as_ref().unwrap(), &[7, 8, 8, 10]);
    assert_eq!(products(&history, 0), [(3, false)]);
    assert_eq!(products(&history, 1), [(2, false)]);
    assert_eq!(products(&history, 2), [(0, false), (1, false)]);
    assert_eq!(products(&history, 3), [(4, false)]);
}

#[test]
fn a_time_that_no_order_can_have_is_quoted_as_a_time() {
    // 9999-12-31, as some systems write "never".
    let never = 253_402_214_400_000_000 - START;
    let (_, findings) = wide(vec![
        ("client_id", ints([7, 7, 7, 8])),
        ("receipt", texts(["a", "b", "c", "d"])),
        ("created_at", stamps([DAY, 8 * DAY, never, 9 * DAY])),
        ("sku", texts(["p1", "p2", "p3", "p4"])),
    ]);
    let warning = findings.warnings.iter().find(|warning| warning.code == "timestamp_invalid").unwrap();
    assert_eq!(warning.count, 1);
    assert!(warning.message.contains("9999-12-31 00:00:00"), "{}", warning.message);
}

#[test]
fn a_zone_is_named_and_its_clock_is_shown() {
    // 2024-01-01 20:00 UTC and a week later.
    let at = |zone: &str| -> ArrayRef {
        let stamps = TimestampMicrosecondArray::from_iter_values([0, 7, 0].map(|day| START + day * DAY + 20 * HOUR));
        Arc::new(stamps.with_timezone(zone))
    };
    let read = |zone: &str| {
        let columns = vec![
            ("client_id", ints([7, 7, 8])),
            ("receipt", texts(["a", "b", "c"])),
            ("created_at", at(zone)),
            ("sku", texts(["p1", "p2", "p3"])),
        ];
        read_detected(&vec![table("wide.parquet", columns)])
    };
    for (zone, shown, hour, code) in [
        ("Asia/Tokyo", "2024-01-02 05:00:00", 5, "timestamps_in_zone"),
        ("Mars/Olympus", "2024-01-01 20:00:00", 20, "timestamps_in_utc"),
    ] {
        let (inspection, extract, findings) = read(zone);
        let column = inspection.files[0].columns.iter().find(|column| column.name == "created_at").unwrap();
        assert_eq!((column.kind.as_str(), column.preview[0].as_str()), (&*format!("timestamp[us, {zone}]"), shown));
        assert_eq!(history(extract).hour.unwrap()[0], hour);
        assert_eq!(warning(&findings, code), 3);
        let said = findings.warnings.iter().find(|warning| warning.code == code).unwrap();
        assert!(said.message.contains(zone), "{}", said.message);
    }
}

#[test]
fn rule_2_gaps_are_whole_calendar_days_and_same_day_is_0() {
    let (history, _) = wide(vec![
        ("user_id", ints([1; 5])),
        ("order_id", ints([1, 2, 3, 4, 5])),
        // 23:00, 01:00 the next day, 22:00 the same day, five days later, and one on the 1st of the week after.
        ("order_date", stamps([23 * HOUR, DAY + HOUR, DAY + 22 * HOUR, 6 * DAY + 2 * HOUR, 7 * DAY + 3 * HOUR])),
        ("product_id", ints([1; 5])),
    ]);
    assert!(history.days_since_prior[0].is_nan());
    assert_eq!(history.days_since_prior[1..], [1.0, 0.0, 5.0, 1.0]);
    assert_eq!(history.weekday.as_ref().unwrap(), &[1, 2, 2, 0, 1]);
    assert_eq!(history.hour.as_ref().unwrap(), &[23, 1, 22, 2, 3]);
    assert_eq!(history.day.as_ref().unwrap(), &[19_723, 19_724, 19_724, 19_729, 19_730]);
}

#[test]
fn a_given_sequence_wins_over_time() {
    let (history, findings) = wide(vec![
        ("user_id", ints([1; 3])),
        ("order_id", ints([10, 11, 12])),
        ("order_number", ints([3, 1, 2])),
        ("order_date", stamps([DAY, 2 * DAY, 6 * DAY])),
        ("product_id", ints([5, 6, 7])),
    ]);
    assert_eq!(history.day.as_ref().unwrap(), &[19_725, 19_729, 19_724]);
    assert!(history.days_since_prior[2].is_nan());
    assert_eq!(history.days_since_prior[1], 4.0);
    assert_eq!(warning(&findings, "sequence_against_time"), 1);
    assert_eq!(findings.integrity.missing_gaps, 1);
}

#[test]
fn rule_3_lines_merge_and_returns_are_left_out() {
    let (history, findings) = wide(vec![
        ("user_id", ints([1; 9])),
        ("order_id", ints([1, 1, 1, 1, 1, 2, 2, 3, 3])),
        ("order_date", stamps([0, 0, 0, 0, 0, DAY, DAY, 2 * DAY, 2 * DAY])),
        ("product_id", ints([4, 4, 5, 5, 6, 4, 4, 7, 7])),
        // Product 4: 1 + 2. Product 5: 1 - 1, a return. Product 6: 0. Order 2 loses its only product.
        ("quantity", ints([1, 2, 1, -1, 0, 3, -4, 1, 1])),
        ("amount", floats([1.0, 2.0, 8.0, -8.0, 16.0, 5.0, -6.0, 0.25, 0.5].map(Some))),
    ]);
    assert_eq!((findings.orders, findings.order_lines), (3, 2));
    assert_eq!(history.line_start, [0, 1, 1, 2]);
    assert_eq!(history.amount.as_ref().unwrap(), &[3.0, 0.0, 0.75]);
    assert_eq!(history.days_since_prior[1..], [1.0, 1.0]);
    assert_eq!(warning(&findings, "lines_merged"), 4);
    assert_eq!(warning(&findings, "returns_left_out"), 3);
    assert_eq!(history.products, 4);
}

#[test]
fn rule_4_a_reorder_is_a_product_of_an_earlier_order_of_the_same_customer() {
    let (history, findings) = wide(vec![
        ("user_id", ints([2, 2, 2, 2, 1, 1])),
        // The file is not in order of time.
        ("order_id", ints([9, 8, 8, 9, 5, 6])),
        ("order_date", stamps([5 * DAY, DAY, DAY, 5 * DAY, 0, DAY])),
        ("product_id", ints([1, 1, 3, 2, 2, 2])),
    ]);
    assert_eq!(history.order_start, [0, 2, 4]);
    assert_eq!(products(&history, 0), [(1, false)]);
    assert_eq!(products(&history, 1), [(1, true)]);
    assert_eq!(products(&history, 2), [(0, false), (2, false)]);
    assert_eq!(products(&history, 3), [(0, true), (1, false)]);
    assert_eq!(warning(&findings, "reordered_derived"), 6);
}

#[test]
fn rule_5_and_6_unknown_categories_and_null_keys() {
    let (history, findings) = wide(vec![
        ("user_id", maybe_ints([Some(1), Some(1), None, Some(1), Some(1)])),
        ("order_id", maybe_ints([Some(1), Some(1), Some(1), None, Some(2)])),
        ("order_date", stamps([0, 0, 0, 0, DAY])),
        ("product_id", ints([3, 4, 4, 5, 6])),
        ("category", maybe_texts([Some("tea"), None, Some("jam"), Some("rice"), Some("")])),
    ]);
    assert_eq!((findings.orders, findings.order_lines), (2, 3));
    assert_eq!(findings.integrity.null_keys, 2);
    assert_eq!(findings.integrity.rows, 5);
    assert_eq!(warning(&findings, "null_keys"), 2);
    let names: Vec<_> = history.categories.iter().map(|c| c.name.as_str()).collect();
    // Rows that are dropped still tell what their product is.
    assert_eq!(names, ["jam", "rice", "tea", "(unknown)"]);
    assert_eq!(history.product_category, [2, 0, 1, 3]);
}

#[test]
fn rule_7_the_500_most_frequent_categories_and_other() {
    // Category i has i + 1 lines' worth of products' weight: 520 categories, the 20 with fewest lines gathered.
    let rows: Vec<(i64, i64)> = (0..520).flat_map(|i| (0..=i % 7).map(move |j| (i, j))).collect();
    let names: Vec<String> = rows.iter().map(|(i, _)| format!("c{i:03}")).collect();
    let n = rows.len() as i64;
    let (history, findings) = wide(vec![
        ("user_id", ints(0..n)),
        ("order_id", ints(0..n)),
        ("order_date", stamps((0..n).map(|i| i * HOUR))),
        ("product_id", ints(rows.iter().map(|(i, j)| i * 10 + j))),
        ("category", texts(names.iter().map(String::as_str))),
    ]);
    assert_eq!(findings.categories, 501);
    assert_eq!(warning(&findings, "categories_gathered"), 20);
    assert_eq!(history.categories[500].name, "(other)");
    // Of the categories with a single line (i % 7 == 0: 75 of them) the last 20 by name are gathered.
    let gathered: Vec<_> = (0..520).filter(|i| i % 7 == 0).skip(55).collect();
    for (product, category) in history.product_category.iter().enumerate() {
        let i = rows.iter().map(|(i, j)| (i * 10 + j, *i)).collect::<std::collections::BTreeMap<_, _>>();
        let i = *i.values().nth(product).unwrap();
        assert_eq!(*category == 500, gathered.contains(&i));
    }
}

fn star_parts() -> Sources {
    let orders = |name: &str, ids: [i64; 3], user: i64| {
        table(
            name,
            vec![
                ("order_id", ints(ids)),
                ("user_id", ints([user; 3])),
                ("order_number", ints([1, 2, 3])),
                ("days_since_prior_order", floats([None, Some(2.0), Some(3.0)])),
            ],
        )
    };
    let lines = |name: &str, order: [i64; 2]| {
        table(name, vec![("order_id", ints(order)), ("product_id", ints([1, 2])), ("reordered", ints([0, 0]))])
    };
    vec![
        lines("order_products__prior.parquet", [1, 2]),
        orders("orders_b.parquet", [4, 5, 6], 20),
        lines("order_products__train.parquet", [3, 6]),
        orders("orders_a.parquet", [1, 2, 3], 10),
    ]
}

#[test]
fn tables_in_several_files_are_one_table() {
    let (_, extract, findings) = read_detected(&star_parts());
    assert_eq!((findings.customers, findings.orders, findings.order_lines), (2, 6, 4));
    let history = history(extract);
    // Orders without lines count for timing.
    assert_eq!(history.line_start, [0, 1, 2, 3, 3, 3, 4]);
    assert_eq!(history.customers.text(1), "20");
}

#[test]
fn orders_after_the_as_of_date_are_left_out() {
    let sources = vec![table(
        "wide.parquet",
        vec![
            ("user_id", ints([1, 1, 1, 2])),
            ("order_id", ints([1, 2, 3, 4])),
            ("order_date", stamps([0, DAY, 2 * DAY, 9 * DAY])),
            ("product_id", ints([1, 2, 1, 1])),
        ],
    )];
    let mapping = inspect(&sources).unwrap().mapping;
    let until = |day| {
        let options = ReadOptions { as_of_day: Some(day) };
        block_on(read(&sources, &mapping, &options, &Pace::unhurried()))
    };
    let (extract, findings) = until(19_724).unwrap();
    assert_eq!((findings.customers, findings.orders, findings.order_lines), (1, 2, 2));
    assert_eq!(warning(&findings, "after_as_of"), 2);
    assert_eq!(warning(&findings, "orphan_lines"), 0);
    assert_eq!(history(extract).customers.len(), 1);
    assert!(matches!(until(1), Err(ExtractError::NothingBeforeAsOf { count: 4 })));
    let star = star_parts();
    let mapping = inspect(&star).unwrap().mapping;
    let options = ReadOptions { as_of_day: Some(19_724) };
    let error = block_on(read(&star, &mapping, &options, &Pace::unhurried())).unwrap_err();
    assert_eq!(error, ExtractError::AsOfNeedsDates);
}

#[test]
fn an_order_without_a_date_comes_last_and_has_no_gap() {
    let dates: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![None, Some(START), Some(START + DAY)]));
    let (history, findings) = wide(vec![
        ("user_id", ints([1; 3])),
        ("order_id", ints([1, 2, 3])),
        ("order_date", dates),
        ("product_id", ints([1, 2, 1])),
    ]);
    assert_eq!(history.day.as_ref().unwrap(), &[19_723, 19_724, NO_DAY]);
    assert_eq!(history.days_since_prior[1], 1.0);
    assert!(history.days_since_prior[2].is_nan());
    assert_eq!(findings.integrity.missing_gaps, 1);
}

#[test]
fn a_cancelled_reading_stops() {
    struct Stop;
    impl quadrant::pace::Pacer for Stop {
        fn stage(&self, _: &'static str) {}
        fn report(&self, _: u64, _: u64) {}
        fn due(&self) -> bool {
            true
        }
        fn rest(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + '_>> {
            Box::pin(std::future::ready(()))
        }
        fn cancelled(&self) -> bool {
            true
        }
    }
    let sources = star_parts();
    let mapping = inspect(&sources).unwrap().mapping;
    let outcome = block_on(read(&sources, &mapping, &ReadOptions::default(), &Pace::new(Stop)));
    assert_eq!(outcome.unwrap_err(), ExtractError::Cancelled);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The order of rows plays no part, nor does the type of the ids.
    #[test]
    fn shuffled_rows_give_the_same_history(
        rows in prop::collection::vec((0i64..6, 0i64..5, 0i64..8, -1i64..4), 1..60),
        keys in prop::collection::vec(any::<u64>(), 60),
    ) {
        let columns = |order: &[usize], as_text: bool| {
            let pick = |f: &dyn Fn(&(i64, i64, i64, i64)) -> i64| ints(order.iter().map(|&i| f(&rows[i])));
            // Zero-padded text sorts as the numbers do.
            let words: Vec<String> = order.iter().map(|&i| format!("u{:04}", rows[i].0)).collect();
            let customer = if as_text { texts(words.iter().map(String::as_str)) } else { pick(&|r| r.0) };
            vec![
                ("user_id", customer),
                ("order_id", pick(&|r| r.0 * 10 + r.1)),
                ("order_date", stamps(order.iter().map(|&i| (rows[i].0 * 3 + rows[i].1 * 5 % 7) * DAY + HOUR))),
                ("product_id", pick(&|r| r.2)),
                ("quantity", pick(&|r| r.3)),
            ]
        };
        let straight: Vec<usize> = (0..rows.len()).collect();
        let mut shuffled = straight.clone();
        shuffled.sort_by_key(|&i| keys[i]);
        let bits = |h: &OrderHistory| h.days_since_prior.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        let (a, found) = wide(columns(&straight, false));
        let (b, _) = wide(columns(&shuffled, false));
        let (c, _) = wide(columns(&shuffled, true));
        prop_assert_eq!(&a.customers, &b.customers);
        for other in [&b, &c] {
            prop_assert_eq!(&a.order_start, &other.order_start);
            prop_assert_eq!(&a.line_start, &other.line_start);
            prop_assert_eq!(baskets(&a), baskets(other));
            prop_assert_eq!(&a.day, &other.day);
            prop_assert_eq!(bits(&a), bits(other));
        }
        // Against a plain restatement of rule 3: net quantity per (order, product).
        let mut net = std::collections::BTreeMap::new();
        for (c, o, p, q) in &rows {
            *net.entry((c * 10 + o, *p)).or_insert(0) += q;
        }
        prop_assert_eq!(found.order_lines, net.values().filter(|q| **q > 0).count() as u64);
    }
}

#[test]
fn sources_are_shared_between_readings() {
    let sources: Vec<Arc<dyn Source>> = star_parts();
    let mapping = inspect(&sources).unwrap().mapping;
    let read = || block_on(read(&sources, &mapping, &ReadOptions::default(), &Pace::unhurried())).unwrap().1;
    assert_eq!(read(), read());
}
