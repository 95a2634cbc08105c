//! Every type, codec and page layout of tests/fixtures/parquet gives the same history.

use std::collections::BTreeSet;
use std::path::Path;

use quadrant::extract::history::OrderHistory;

use crate::support::{basket, files, history, read_detected, warning};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/parquet");

/// Files whose history is that of `plain`, customers' ids included.
const SAME: [&str; 40] = [
    "plain",
    "codec_none",
    "codec_gzip",
    "codec_zstd",
    "codec_lz4",
    "codec_brotli",
    "id_int8",
    "id_int16",
    "id_int32",
    "id_uint8",
    "id_uint16",
    "id_uint32",
    "id_decimal_narrow",
    "id_decimal256",
    "id_double",
    "id_float",
    "order_string",
    "product_string",
    "time_s",
    "time_ms",
    "time_ns",
    "time_utc",
    "time_plus_two",
    "time_new_york",
    "time_auckland",
    "time_int96",
    "time_text",
    "time_epoch_s",
    "time_epoch_ms",
    "quantity_decimal",
    "quantity_text",
    "page_v2",
    "page_small",
    "page_v2_small_zstd",
    "row_groups",
    "no_dictionary",
    "encoding_byte_stream_split",
    "all_null_beside",
    "nested_beside",
    "null_rows",
];

/// Files with other ids of customers: the first and the last as text.
const IDS: [(&str, &str, &str); 10] = [
    ("id_uint64", "9223372036854775809", "9223372036854775813"),
    ("id_int64_negative", "-4611686018427387903", "-4611686018427387899"),
    ("id_string", "customer-1", "customer-5"),
    ("id_large_string", "customer-1", "customer-5"),
    ("id_string_view", "customer-1", "customer-5"),
    ("id_dictionary", "customer-1", "customer-5"),
    ("id_decimal", "1000000000000000000000000000001", "1000000000000000000000000000005"),
    ("id_binary", "01ff", "05ff"),
    ("id_fixed_binary", "01010101010101010101010101010101", "05050505050505050505050505050505"),
    ("encoding_delta", "customer-1", "customer-5"),
];

/// Dates without a time of day.
const DATES: [&str; 4] = ["time_date32", "time_date64", "time_text_date", "time_calendar_number"];

/// With a reordered flag of their own.
const FLAGS: [&str; 4] = ["reordered_bool", "reordered_int8", "reordered_text", "encoding_rle_bool"];

fn read(name: &str) -> (OrderHistory, quadrant::extract::findings::ExtractFindings) {
    let (_, extract, findings) = read_detected(&files(Path::new(FOLDER), &[&format!("{name}.parquet")]));
    (history(extract), findings)
}

fn without_ids(mut history: OrderHistory) -> OrderHistory {
    history.customers = quadrant::extract::ids::Ids::default();
    history
}

/// NaN equals NaN here: bits are compared.
fn assert_same(name: &str, a: &OrderHistory, b: &OrderHistory) {
    let bits = |h: &OrderHistory| h.days_since_prior.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(a), bits(b), "{name}: gaps");
    let (mut a, mut b) = (a.clone(), b.clone());
    a.days_since_prior.clear();
    b.days_since_prior.clear();
    assert_eq!(a, b, "{name}");
}

#[test]
fn the_plain_file_is_what_its_formula_says() {
    let (history, findings) = read("plain");
    assert_eq!((findings.customers, findings.orders, findings.order_lines), (5, 15, 60));
    assert_eq!(history.order_start, [0, 3, 6, 9, 12, 15]);
    for customer in 0..5 {
        assert_eq!(history.customers.text(customer), (customer + 1).to_string());
        for (k, order) in history.orders_of(customer).enumerate() {
            let gap = history.days_since_prior[order];
            assert!(if k == 0 { gap.is_nan() } else { gap == 7.0 });
            // 2024-01-01 is day 19,723, a Monday.
            let days = customer + 1 + 7 * k;
            assert_eq!(history.day.as_ref().unwrap()[order], 19_723 + days as i32);
            assert_eq!(usize::from(history.weekday.as_ref().unwrap()[order]), (1 + days) % 7);
            assert_eq!(usize::from(history.hour.as_ref().unwrap()[order]), 9 + k);
            assert_eq!(history.amount.as_ref().unwrap()[order], 0.5 * (1 + 2 + 3 + 4) as f64);
            let product = |c: usize, k: usize, j: usize| (3 * c + k + 2 * j) % 11;
            let mut expected: Vec<(usize, bool)> = (0..4)
                .map(|j| {
                    let p = product(customer + 1, k, j);
                    (p, (0..k).any(|before| (0..4).any(|i| product(customer + 1, before, i) == p)))
                })
                .collect();
            expected.sort_unstable();
            let lines: Vec<_> = basket(&history, order).iter().map(|l| (l.product() as usize, l.reordered())).collect();
            assert_eq!(lines, expected);
        }
    }
    let names: Vec<_> = history.categories.iter().map(quadrant::extract::history::Category::feature_name).collect();
    assert_eq!(names, ["category_cat 0", "category_cat 1", "category_cat 2", "category_cat 3"]);
    assert_eq!(history.product_category, (1..=11).map(|p| p % 4).collect::<Vec<u16>>());
}

#[test]
fn types_codecs_and_pages_change_nothing() {
    let (plain, _) = read("plain");
    let plain = without_ids(plain);
    for name in SAME {
        let (history, findings) = read(name);
        let ids: Vec<_> = (0..5).map(|i| history.customers.text(i)).collect();
        assert_eq!(ids, ["1", "2", "3", "4", "5"], "{name}");
        assert_same(name, &without_ids(history), &plain);
        assert_eq!(warning(&findings, "null_keys"), if name == "null_rows" { 2 } else { 0 }, "{name}");
    }
    for (name, first, last) in IDS {
        let (history, _) = read(name);
        assert_eq!(history.customers.text(0), first, "{name}");
        assert_eq!(history.customers.text(4), last, "{name}");
        assert_same(name, &without_ids(history), &plain);
    }
    for name in DATES {
        let (mut history, findings) = read(name);
        assert_eq!(history.hour, None, "{name}");
        assert_eq!(warning(&findings, "no_time_of_day"), 15, "{name}");
        history.hour.clone_from(&plain.hour);
        assert_same(name, &without_ids(history), &plain);
    }
    for name in FLAGS {
        let (history, findings) = read(name);
        assert_same(name, &without_ids(history), &plain);
        assert_eq!(warning(&findings, "reordered_derived"), 0, "{name}");
        assert_eq!(warning(&findings, "reordered_disagrees"), 0, "{name}");
    }
}

#[test]
fn ids_keep_their_type() {
    use arrow_schema::DataType as D;
    for (name, kind) in [
        ("plain", D::Int64),
        ("id_int8", D::Int8),
        ("id_int16", D::Int16),
        ("id_int32", D::Int32),
        ("id_uint8", D::UInt8),
        ("id_uint16", D::UInt16),
        ("id_uint32", D::UInt32),
        ("id_uint64", D::UInt64),
        ("id_string", D::Utf8),
        ("id_dictionary", D::Utf8),
        ("id_decimal", D::Decimal128(38, 0)),
        ("id_binary", D::Binary),
        ("id_fixed_binary", D::FixedSizeBinary(16)),
        ("id_double", D::Float64),
        ("id_float", D::Float32),
    ] {
        assert_eq!(read(name).0.customers.array().data_type(), &kind, "{name}");
    }
}

#[test]
fn zones_are_told() {
    assert_eq!(warning(&read("time_utc").1, "timestamps_in_utc"), 60);
    assert_eq!(warning(&read("time_new_york").1, "timestamps_in_utc"), 0);
    assert_eq!(warning(&read("time_new_york").1, "timestamps_in_zone"), 60);
    assert_eq!(warning(&read("time_plus_two").1, "timestamps_in_zone"), 60);
    assert_eq!(warning(&read("time_ms").1, "timestamps_in_utc"), 0);
}

#[test]
fn no_fixture_is_an_orphan() {
    let read: BTreeSet<String> = SAME
        .iter()
        .chain(&DATES)
        .chain(&FLAGS)
        .copied()
        .chain(IDS.iter().map(|(name, ..)| *name))
        .map(|name| format!("{name}.parquet"))
        .chain(["make.py".to_owned()])
        .collect();
    let there: BTreeSet<String> =
        std::fs::read_dir(FOLDER).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(read, there);
}
