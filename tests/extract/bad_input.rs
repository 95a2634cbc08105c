//! One case for each kind of bad input: an error or a warning with a code and a place, never a panic.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arrow_array::builder::{Int64Builder, ListBuilder};
use arrow_array::{ArrayRef, RecordBatch, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::{ParquetMetaDataReader, ParquetMetaDataWriter};
use quadrant::extract::error::ExtractError;
use quadrant::extract::findings::{ColumnRef, ExtractFindings, Layout};
use quadrant::extract::history::Extract;
use quadrant::extract::inspect;
use quadrant::extract::schema::{Mapping, Role};
use quadrant::extract::source::{BytesSource, Source, SourceError};

use crate::support::{Sources, baskets, floats, ints, maybe_ints, parquet, read_with, source, table, texts, warning};

/// Three customers with two orders each.
fn orders() -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("order_id", ints([10, 11, 20, 21, 30, 31])),
        ("user_id", ints([1, 1, 2, 2, 3, 3])),
        ("order_number", ints([1, 2, 1, 2, 1, 2])),
        ("days_since_prior_order", floats([None, Some(7.0), None, Some(3.0), None, Some(30.0)])),
    ]
}

fn lines() -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("order_id", ints([10, 10, 11, 20, 21, 30, 31])),
        ("product_id", ints([1, 2, 1, 5, 5, 7, 8])),
        ("reordered", ints([0, 0, 1, 0, 1, 0, 0])),
    ]
}

fn with(
    mut columns: Vec<(&'static str, ArrayRef)>,
    name: &'static str,
    array: ArrayRef,
) -> Vec<(&'static str, ArrayRef)> {
    match columns.iter_mut().find(|(n, _)| *n == name) {
        Some(column) => column.1 = array,
        None => columns.push((name, array)),
    }
    columns
}

fn star(orders: Vec<(&'static str, ArrayRef)>, lines: Vec<(&'static str, ArrayRef)>) -> Sources {
    vec![table("orders.parquet", orders), table("lines.parquet", lines)]
}

/// The mapping that fits [`orders`] and [`lines`].
fn mapping() -> Mapping {
    let sources = star(orders(), lines());
    inspect(&sources).unwrap().mapping
}

fn mapped(role: Role, file: &str, column: &str) -> Mapping {
    let mut mapping = mapping();
    mapping.roles.insert(role, vec![ColumnRef { file: file.to_owned(), column: column.to_owned() }]);
    mapping
}

fn error(sources: &Sources, mapping: &Mapping) -> ExtractError {
    read_with(sources, mapping).unwrap_err()
}

/// Looks first, as the page does, and falls back on the mapping that fits.
fn detected_error(sources: &Sources) -> ExtractError {
    match inspect(sources) {
        Err(error) => error,
        Ok(inspection) => error(sources, &inspection.mapping),
    }
}

fn findings(sources: &Sources) -> ExtractFindings {
    read_with(sources, &mapping()).unwrap().1
}

/// As the page reads them.
fn detected(sources: &Sources) -> ExtractFindings {
    read_with(sources, &inspect(sources).unwrap().mapping).unwrap().1
}

fn one(bytes: impl Into<Vec<u8>>) -> Sources {
    vec![source("x.parquet", bytes.into())]
}

fn no_columns() -> Vec<u8> {
    let schema = Arc::new(Schema::empty());
    let mut bytes = Vec::new();
    ArrowWriter::try_new(&mut bytes, schema, None).unwrap().close().unwrap();
    bytes
}

fn no_rows() -> Vec<u8> {
    let schema = Arc::new(Schema::new(vec![
        Field::new("order_id", DataType::Int64, false),
        Field::new("user_id", DataType::Int64, false),
        Field::new("product_id", DataType::Int64, false),
        Field::new("order_date", DataType::Date32, false),
    ]));
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema.clone(), None).unwrap();
    writer.write(&RecordBatch::new_empty(schema)).unwrap();
    writer.close().unwrap();
    bytes
}

/// The bytes of the file with those of a column's first pages overwritten.
fn spoiled(mut bytes: Vec<u8>, column: &str) -> Vec<u8> {
    let n = bytes.len();
    let footer = u32::from_le_bytes(bytes[n - 8..n - 4].try_into().unwrap()) as usize;
    let metadata = ParquetMetaDataReader::decode_metadata(&bytes[n - 8 - footer..n - 8]).unwrap();
    let chunks = metadata.row_group(0).columns();
    let (start, length) = chunks.iter().find(|c| c.column_path().string() == column).unwrap().byte_range();
    bytes[start as usize..(start + length) as usize].fill(0xff);
    bytes
}

/// Customers with what is measured of them.
fn customers(name: &'static str, array: ArrayRef) -> Sources {
    let columns = vec![
        ("customer_id", ints(1..=6)),
        ("mean_days_between_orders", floats((1..=6).map(|i| Some(f64::from(i))))),
        ("reorder_ratio", floats((1..=6).map(|i| Some(f64::from(i) / 10.0)))),
    ];
    vec![table("customers.parquet", with(columns, name, array))]
}

fn ends_with(mut bytes: Vec<u8>, magic: &[u8; 4]) -> Vec<u8> {
    let n = bytes.len();
    bytes[n - 4..].copy_from_slice(magic);
    bytes
}

fn footer_longer_than_the_file(mut bytes: Vec<u8>) -> Vec<u8> {
    let n = bytes.len();
    bytes[n - 8..n - 4].copy_from_slice(&u32::MAX.to_le_bytes());
    bytes
}

/// The file with its footer saying another codec.
fn recoded(bytes: &[u8], codec: Compression) -> Vec<u8> {
    let n = bytes.len();
    let footer = u32::from_le_bytes(bytes[n - 8..n - 4].try_into().unwrap()) as usize;
    let start = n - 8 - footer;
    let metadata = ParquetMetaDataReader::decode_metadata(&bytes[start..n - 8]).unwrap();
    let mut builder = metadata.into_builder();
    let groups = builder
        .take_row_groups()
        .into_iter()
        .map(|group| {
            let columns = group
                .columns()
                .iter()
                .map(|c| c.clone().into_builder().set_compression(codec).build().unwrap())
                .collect();
            group.into_builder().set_column_metadata(columns).build().unwrap()
        })
        .collect();
    let metadata = builder.set_row_groups(groups).build();
    let mut out = bytes[..start].to_vec();
    ParquetMetaDataWriter::new(&mut out, &metadata).finish().unwrap();
    out
}

/// Answers a number of reads, then notices a change.
struct Changing {
    inner: BytesSource,
    reads: AtomicU32,
}

impl Source for Changing {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn len(&self) -> u64 {
        self.inner.len()
    }

    fn read(&self, offset: u64, buf: &mut [u8]) -> Result<(), SourceError> {
        if self.reads.fetch_sub(1, Ordering::Relaxed) == 0 {
            self.reads.store(0, Ordering::Relaxed);
            return Err(SourceError::Changed { detail: "it shrank".to_owned() });
        }
        self.inner.read(offset, buf)
    }
}

fn changing(reads: u32) -> Sources {
    let inner = BytesSource::new("lines.parquet", parquet(lines()));
    vec![table("orders.parquet", orders()), Arc::new(Changing { inner, reads: AtomicU32::new(reads) })]
}

fn nested() -> ArrayRef {
    let mut list = ListBuilder::new(Int64Builder::new());
    for i in 0..6 {
        list.values().append_value(i);
        list.append(true);
    }
    Arc::new(list.finish())
}

#[test]
fn every_bad_input_is_an_error_with_code_and_place() {
    let good = parquet(orders());
    let n = good.len();
    let mut without_product = mapping();
    without_product.roles.remove(&Role::Product);
    let mut twice = mapping();
    let column = ColumnRef { file: "orders.parquet".to_owned(), column: "order_number".to_owned() };
    twice.roles.insert(Role::Hour, vec![column.clone(), column]);
    let mut scattered = mapping();
    scattered
        .roles
        .insert(Role::Quantity, vec![ColumnRef { file: "orders.parquet".into(), column: "order_number".into() }]);
    let fine = || star(orders(), lines());
    let bad_gaps = || floats([None, Some(-1.0), None, Some(f64::INFINITY), None, Some(-3.0)]);
    let text_gaps = || texts(["", "a week", "", "soon", "", "never"]);
    let fraction = || floats([Some(1.0), Some(1.0), Some(2.5), Some(2.0), Some(3.0), Some(3.0)]);

    // (case, error, code, file, column)
    let cases: Vec<(&str, ExtractError, &str, Option<&str>, Option<&str>)> = vec![
        ("no file", detected_error(&vec![]), "no_files", None, None),
        ("empty file", detected_error(&one([])), "not_parquet", Some("x.parquet"), None),
        ("text", detected_error(&one("a postcard\nand no table\n")), "not_parquet", Some("x.parquet"), None),
        (
            "zip",
            detected_error(&one([b"PK\x03\x04".as_slice(), &[0; 40]].concat())),
            "not_parquet",
            Some("x.parquet"),
            None,
        ),
        (
            "no rows, as pyarrow writes them",
            detected_error(&one(*include_bytes!("../fixtures/odd/no_rows.parquet"))),
            "zero_rows",
            Some("x.parquet"),
            None,
        ),
        (
            "an encrypted column under a footer that is not",
            detected_error(&one(*include_bytes!("../fixtures/odd/encrypted_column.parquet"))),
            "encrypted",
            Some("x.parquet"),
            Some("order_number"),
        ),
        (
            "a needed column that cannot be read from its first row on",
            detected_error(&vec![
                source("orders.parquet", spoiled(parquet(orders()), "order_number")),
                table("lines.parquet", lines()),
            ]),
            "damaged",
            Some("orders.parquet"),
            Some("order_number"),
        ),
        (
            "a column that could be derived, but cannot be read",
            detected_error(&vec![
                table("orders.parquet", orders()),
                source("lines.parquet", spoiled(parquet(lines()), "reordered")),
            ]),
            "damaged",
            Some("lines.parquet"),
            Some("reordered"),
        ),
        (
            "a share in percent",
            detected_error(&customers("reorder_ratio", floats((1..=6).map(|i| Some(f64::from(i) * 10.0))))),
            "missing_role",
            Some("customers.parquet"),
            Some("reorder_ratio"),
        ),
        (
            "customers in lists, detected",
            detected_error(&star(with(orders(), "user_id", nested()), lines())),
            "missing_role",
            Some("orders.parquet"),
            Some("user_id"),
        ),
        (
            "dates that nobody writes so",
            detected_error(&star(
                with(
                    orders().into_iter().filter(|(name, _)| *name != "order_number").collect(),
                    "order_date",
                    texts(["01 Jan 2024"; 6]),
                ),
                lines(),
            )),
            "missing_role",
            Some("orders.parquet"),
            Some("order_date"),
        ),
        (
            "gaps in nanoseconds",
            error(
                &star(
                    with(
                        orders(),
                        "days_since_prior_order",
                        ints([604_800_000_000_000, 1 << 50, 1 << 51, 1 << 52, 1 << 53, 0]),
                    ),
                    lines(),
                ),
                &mapping(),
            ),
            "bad_values",
            Some("orders.parquet"),
            Some("days_since_prior_order"),
        ),
        ("cut short", detected_error(&one(&good[..n / 2])), "truncated", Some("x.parquet"), None),
        (
            "footer cut",
            detected_error(&one(footer_longer_than_the_file(good.clone()))),
            "truncated",
            Some("x.parquet"),
            None,
        ),
        ("encrypted", detected_error(&one(ends_with(good.clone(), b"PARE"))), "encrypted", Some("x.parquet"), None),
        ("no rows", detected_error(&one(no_rows())), "zero_rows", Some("x.parquet"), None),
        ("no columns", detected_error(&one(no_columns())), "zero_columns", Some("x.parquet"), None),
        (
            "codec lzo",
            error(
                &vec![
                    table("orders.parquet", orders()),
                    source("lines.parquet", recoded(&parquet(lines()), Compression::LZO)),
                ],
                &mapping(),
            ),
            "unknown_codec",
            Some("lines.parquet"),
            Some("order_id"),
        ),
        (
            "same name",
            detected_error(&vec![source("a", good.clone()), source("a", good.clone())]),
            "same_name",
            Some("a"),
            None,
        ),
        ("missing role", error(&fine(), &without_product), "missing_role", None, None),
        ("orders alone", detected_error(&one(good.clone())), "missing_role", None, None),
        (
            "file not there",
            error(&fine(), &mapped(Role::Product, "elsewhere.parquet", "product_id")),
            "unknown_file",
            Some("elsewhere.parquet"),
            None,
        ),
        (
            "column not there",
            error(&fine(), &mapped(Role::Product, "lines.parquet", "sku")),
            "unknown_column",
            Some("lines.parquet"),
            Some("sku"),
        ),
        ("two columns for a role", error(&fine(), &twice), "role_twice", Some("orders.parquet"), None),
        ("roles scattered", error(&fine(), &scattered), "scattered_roles", Some("orders.parquet"), None),
        (
            "text as days",
            error(&star(with(orders(), "days_since_prior_order", text_gaps()), lines()), &mapping()),
            "bad_values",
            Some("orders.parquet"),
            Some("days_since_prior_order"),
        ),
        (
            "flags as a timestamp",
            error(
                &star(with(orders(), "open", Arc::new(arrow_array::BooleanArray::from(vec![true; 6]))), lines()),
                &mapped(Role::OrderTimestamp, "orders.parquet", "open"),
            ),
            "wrong_type",
            Some("orders.parquet"),
            Some("open"),
        ),
        (
            "counters as timestamps",
            error(&fine(), &mapped(Role::OrderTimestamp, "orders.parquet", "order_number")),
            "bad_values",
            Some("orders.parquet"),
            Some("order_number"),
        ),
        (
            "nested column",
            error(&star(with(orders(), "tags", nested()), lines()), &mapped(Role::Hour, "orders.parquet", "tags")),
            "nested_column",
            Some("orders.parquet"),
            Some("tags"),
        ),
        (
            "gaps mostly impossible",
            error(&star(with(orders(), "days_since_prior_order", bad_gaps()), lines()), &mapping()),
            "bad_values",
            Some("orders.parquet"),
            Some("days_since_prior_order"),
        ),
        (
            "ids of two kinds",
            error(
                &star(orders(), with(lines(), "order_id", texts(["10", "10", "11", "20", "21", "30", "31"]))),
                &mapping(),
            ),
            "key_types_differ",
            Some("lines.parquet"),
            Some("order_id"),
        ),
        (
            "fraction as id",
            error(&star(with(orders(), "user_id", fraction()), lines()), &mapping()),
            "inexact_id",
            Some("orders.parquet"),
            Some("user_id"),
        ),
        (
            "all ids null",
            error(&star(with(orders(), "user_id", maybe_ints([None; 6])), lines()), &mapping()),
            "all_keys_null",
            Some("orders.parquet"),
            None,
        ),
        (
            "order ids under two customers",
            error(&star(with(orders(), "order_id", ints([1, 2, 1, 2, 1, 2])), lines()), &mapping()),
            "order_of_two_customers",
            Some("orders.parquet"),
            None,
        ),
        (
            "lines of other orders",
            error(&star(orders(), with(lines(), "order_id", ints(101..108))), &mapping()),
            "nothing_joins",
            Some("lines.parquet"),
            Some("order_id"),
        ),
        ("changed at once", error(&changing(0), &mapping()), "file_changed", Some("lines.parquet"), None),
        ("changed at the footer", error(&changing(2), &mapping()), "file_changed", Some("lines.parquet"), None),
        ("changed between passes", error(&changing(4), &mapping()), "file_changed", Some("lines.parquet"), None),
    ];
    for (case, error, code, file, column) in cases {
        assert_eq!(error.code(), code, "{case}: {error}");
        assert_eq!(error.file(), file, "{case}: {error}");
        assert_eq!(error.column(), column, "{case}: {error}");
        assert!(!error.hint().is_empty() && !error.to_string().contains("  "), "{case}: {error}");
        if let Some(file) = file {
            assert!(error.to_string().contains(file), "{case}: {error}");
        }
        println!("{case}: {error} {}", error.hint());
    }
}

#[test]
fn what_can_be_mended_is_a_warning_with_a_count() {
    let gaps = floats([None, Some(7.0), Some(f64::NAN), Some(-3.0), None, Some(30.0)]);
    let two_to_the_63 = || -> ArrayRef { Arc::new(UInt64Array::from_iter_values((1..=6).map(|i| (1 << 63) + i / 2))) };
    // 21 orders of 21 customers, of which one id stands under two.
    let many_orders = || {
        vec![
            ("order_id", ints((0..42).map(|i| if i == 41 { 0 } else { i }))),
            ("user_id", ints((0..42).map(|i| i / 2))),
            ("order_number", ints((0..42).map(|i| i % 2 + 1))),
            ("days_since_prior_order", floats((0..42).map(|i| (i % 2 > 0).then_some(4.0)))),
        ]
    };
    let many_lines = || {
        vec![
            ("order_id", ints(0..41)),
            ("product_id", ints((0..41).map(|i| i % 3))),
            ("reordered", ints((0..41).map(|_| 0))),
        ]
    };

    // (case, findings, code, count, customers)
    let cases: Vec<(&str, ExtractFindings, &str, u64, u64)> = vec![
        (
            "a negative gap",
            findings(&star(with(orders(), "days_since_prior_order", gaps), lines())),
            "gap_invalid",
            1,
            3,
        ),
        (
            "a gap of ages",
            findings(&star(
                with(
                    orders(),
                    "days_since_prior_order",
                    floats([None, Some(7.0), None, Some(1e300), None, Some(30.0)]),
                ),
                lines(),
            )),
            "gap_invalid",
            1,
            3,
        ),
        (
            "orders without a number",
            findings(&star(
                with(orders(), "order_number", maybe_ints([Some(1), None, Some(1), Some(2), None, Some(2)])),
                lines(),
            )),
            "sequence_missing",
            2,
            3,
        ),
        (
            "hours in words",
            detected(&star(with(orders(), "order_hour_of_day", texts(["noon"; 6])), lines())),
            "column_not_used",
            1,
            3,
        ),
        (
            "two columns of one name",
            detected(&star([orders(), vec![("order_number", ints([9; 6]))]].concat(), lines())),
            "column_twice",
            1,
            3,
        ),
        (
            "flags in words",
            detected(&star(
                orders(),
                with(lines(), "reordered", texts(["new", "new", "old", "new", "old", "new", "new"])),
            )),
            "column_not_used",
            1,
            3,
        ),
        (
            "null customers",
            findings(&star(
                with(orders(), "user_id", maybe_ints([Some(1), Some(1), None, None, Some(3), Some(3)])),
                lines(),
            )),
            "null_keys",
            2,
            2,
        ),
        (
            "customers of empty text",
            findings(&star(with(orders(), "user_id", texts(["a", "a", "", "", "c", "c"])), lines())),
            "null_keys",
            2,
            2,
        ),
        (
            "order ids of empty text",
            findings(&star(
                with(orders(), "order_id", texts(["j", "k", "l", "m", "n", "o"])),
                with(lines(), "order_id", texts(["j", "j", "", "l", "m", "n", "o"])),
            )),
            "null_keys",
            1,
            3,
        ),
        (
            "products of empty text",
            findings(&star(orders(), with(lines(), "product_id", texts(["a", "", "b", "", "c", "d", "e"])))),
            "rows_without_product",
            2,
            3,
        ),
        (
            "null order ids of lines",
            findings(&star(
                orders(),
                with(
                    lines(),
                    "order_id",
                    maybe_ints([None, Some(10), Some(11), Some(20), Some(21), Some(30), Some(31)]),
                ),
            )),
            "null_keys",
            1,
            3,
        ),
        (
            "an order twice",
            findings(&star(with(orders(), "order_id", ints([10, 10, 20, 21, 30, 31])), lines())),
            "duplicate_orders",
            1,
            3,
        ),
        ("an order of two customers", findings(&star(many_orders(), many_lines())), "order_of_two_customers", 1, 21),
        ("and its lines", findings(&star(many_orders(), many_lines())), "lines_of_shared_orders", 1, 21),
        (
            "a line twice",
            findings(&star(orders(), with(lines(), "product_id", ints([1, 1, 1, 5, 5, 7, 8])))),
            "lines_merged",
            1,
            3,
        ),
        (
            "a line without order",
            findings(&star(orders(), with(lines(), "order_id", ints([10, 99, 11, 20, 21, 30, 31])))),
            "orphan_lines",
            1,
            3,
        ),
        ("one customer", findings(&star(with(orders(), "user_id", ints([1; 6])), lines())), "one_customer", 1, 1),
        (
            "a flag that lies",
            findings(&star(orders(), with(lines(), "reordered", ints([1, 0, 1, 0, 1, 0, 0])))),
            "reordered_disagrees",
            1,
            3,
        ),
        (
            "a flag of 2 after one that is not known",
            findings(&star(
                orders(),
                with(lines(), "reordered", maybe_ints([Some(0), None, Some(1), Some(2), Some(1), Some(0), Some(0)])),
            )),
            "reordered_invalid",
            1,
            3,
        ),
        (
            "a hole in the gaps",
            findings(&star(
                with(orders(), "days_since_prior_order", floats([None, None, None, Some(3.0), None, Some(2.0)])),
                lines(),
            )),
            "gap_missing",
            1,
            3,
        ),
        (
            "a gap before the first order",
            findings(&star(
                with(
                    orders(),
                    "days_since_prior_order",
                    floats([Some(9.0), Some(1.0), None, Some(3.0), None, Some(2.0)]),
                ),
                lines(),
            )),
            "gap_at_first_order",
            1,
            3,
        ),
    ];
    for (case, findings, code, count, customers) in cases {
        assert_eq!(warning(&findings, code), count, "{case}: {:#?}", findings.warnings);
        assert_eq!(findings.customers, customers, "{case}");
        let found = findings.warnings.iter().find(|w| w.code == code).unwrap();
        assert!(found.message.ends_with('.') && found.message.len() > 30, "{}", found.message);
        for warning in &findings.warnings {
            assert!(warning.action.ends_with('.'), "{case}: what to do about {}?", warning.code);
        }
        println!("{case}: {} {}", found.message, found.action);
    }

    // 2^63 and beyond: exact, and in numeric order.
    let sources = star(with(orders(), "user_id", two_to_the_63()), lines());
    let (extract, _) = read_with(&sources, &mapping()).unwrap();
    let history = crate::support::history(extract);
    let ids: Vec<_> = (0..history.customer_count()).map(|i| history.customers.text(i)).collect();
    assert_eq!(ids, ["9223372036854775808", "9223372036854775809", "9223372036854775810", "9223372036854775811"]);
    assert_eq!(history.customers.array().data_type(), &DataType::UInt64);
}

#[test]
fn a_mapping_from_outside_is_read_or_refused() {
    let good = serde_json::to_string(&mapping()).unwrap();
    assert_eq!(serde_json::from_str::<Mapping>(&good).unwrap(), mapping());
    for bad in [
        "",
        "{}",
        r#"{"layout": "circle", "roles": {}}"#,
        r#"{"layout": "star", "roles": {"wizard": []}}"#,
        r#"{"layout": "star", "roles": {"order": [{"file": 3}]}}"#,
    ] {
        assert!(serde_json::from_str::<Mapping>(bad).is_err(), "{bad}");
    }
    let empty = Mapping { layout: Layout::Star, roles: Default::default(), read_as: vec![] };
    assert_eq!(error(&star(orders(), lines()), &empty).code(), "missing_role");
}

#[test]
fn row_groups_without_rows_are_nothing() {
    let (extract, findings) = read_detected_pair(&one(*include_bytes!("../fixtures/odd/empty_groups.parquet")));
    let history = crate::support::history(extract);
    assert_eq!((findings.customers, findings.orders, history.lines.len()), (2, 6, 6));
    assert_eq!(findings.files[0].row_groups, 5);
    // A table whose first part is empty is the table of the others.
    let parts = vec![
        source("a.parquet", include_bytes!("../fixtures/odd/no_rows.parquet").to_vec()),
        source("b.parquet", include_bytes!("../fixtures/odd/empty_groups.parquet").to_vec()),
    ];
    let both = crate::support::history(read_detected_pair(&parts).0);
    assert_eq!(baskets(&both), baskets(&history));
    assert_eq!((both.order_start, both.bought), (history.order_start, history.bought));
}

fn read_detected_pair(sources: &Sources) -> (Extract, ExtractFindings) {
    read_with(sources, &inspect(sources).unwrap().mapping).unwrap()
}

#[test]
fn the_first_product_that_is_null_is_told_by_its_row() {
    let products = vec![("product_id", maybe_ints([Some(1), Some(2), None, Some(5), Some(7), Some(8)]))];
    let sources = vec![
        table("orders.parquet", orders()),
        table("lines.parquet", lines()),
        table("products.parquet", with(products, "aisle", texts(["a"; 6]))),
    ];
    let findings = detected(&sources);
    let found = findings.warnings.iter().find(|w| w.code == "null_products").unwrap();
    assert!(found.message.contains("row 3 of column \"product_id\" in \"products.parquet\""), "{}", found.message);
}
