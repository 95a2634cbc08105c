//! CSV files go through the same roles, mapping and reading as Parquet, and say where they are wrong.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use quadrant::extract::error::ExtractError;
use quadrant::extract::findings::{ExtractFindings, Layout};
use quadrant::extract::history::OrderHistory;
use quadrant::extract::inspect;
use quadrant::extract::schema::{ColumnClass, Mapping, ReadAs, Role};

use crate::support::{Sources, data, files, history, read_detected, read_with, source, warning};

/// How a table is written.
#[derive(Clone, Copy)]
struct Writing {
    delimiter: char,
    end: &'static str,
    quoted: bool,
    mark: bool,
    comma: bool,
    gzip: bool,
}

const PLAIN: Writing = Writing { delimiter: ',', end: "\n", quoted: false, mark: false, comma: false, gzip: false };

impl Writing {
    fn file(self, rows: &[Vec<String>]) -> Vec<u8> {
        let mut text = String::from(if self.mark { "\u{feff}" } else { "" });
        for row in rows {
            let fields: Vec<String> = row.iter().map(|field| self.field(field)).collect();
            text += &fields.join(&self.delimiter.to_string());
            text += self.end;
        }
        if !self.gzip {
            return text.into_bytes();
        }
        let mut out = GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(text.as_bytes()).unwrap();
        out.finish().unwrap()
    }

    fn field(self, field: &str) -> String {
        let field = if self.comma && field.parse::<f64>().is_ok() { field.replace('.', ",") } else { field.to_owned() };
        if self.quoted || field.contains([self.delimiter, '"', '\n', '\r']) {
            return format!("\"{}\"", field.replace('"', "\"\""));
        }
        field
    }
}

fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split('|').map(|f| f.replace("\\n", "\n")).collect()).collect()
}

const ORDERS: &str = "order_id|user_id|order_number|order_dow|order_hour_of_day|days_since_prior_order
10|1|1|0|9|
11|1|2|1|10|7.0
20|2|1|2|11|
21|2|2|3|12|3.0
30|3|1|4|13|
31|3|2|5|14|30.0";

const LINES: &str = "order_id|product_id|reordered|quantity
10|1|0|1.5
10|2|0|2.0
11|1|1|1.0
20|5|0|1.0
21|5|1|0.5
30|7|0|1.0
31|8|0|3.0";

const PRODUCTS: &str = "product_id|product_name|aisle
1|Beans, \"red\"|dry goods
2|Peas|dry goods
5|Crème\\nfraîche|dairy
7|Ice|frozen
8|Tea; green|drinks";

fn star(writing: Writing) -> Sources {
    [("orders.csv", ORDERS), ("lines.csv", LINES), ("products.csv", PRODUCTS)]
        .into_iter()
        .map(|(name, text)| source(name, writing.file(&rows(text))))
        .collect()
}

fn with(name: &str, text: &str) -> Sources {
    let mut sources = star(PLAIN);
    sources.retain(|s| s.name() != name);
    sources.push(source(name, text.as_bytes().to_vec()));
    sources
}

fn comma(text: &str) -> String {
    text.replace('|', ",")
}

fn detected_error(sources: &Sources) -> ExtractError {
    match inspect(sources) {
        Err(error) => error,
        Ok(inspection) => read_with(sources, &inspection.mapping).unwrap_err(),
    }
}

fn same(name: &str, a: &OrderHistory, b: &OrderHistory) {
    let bits = |h: &OrderHistory| h.days_since_prior.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(a), bits(b), "{name}: gaps");
    let (mut a, mut b) = (a.clone(), b.clone());
    a.days_since_prior.clear();
    b.days_since_prior.clear();
    assert_eq!(a, b, "{name}");
}

#[test]
fn every_writing_of_a_table_is_the_same_table() {
    let (inspection, plain, findings) = read_detected(&star(PLAIN));
    assert_eq!(inspection.mapping.layout, Layout::Star);
    assert_eq!((findings.customers, findings.orders, findings.order_lines, findings.categories), (3, 6, 7, 4));
    let plain = history(plain);
    let variants = [
        ("semicolon", Writing { delimiter: ';', ..PLAIN }),
        ("semicolon and decimal comma", Writing { delimiter: ';', comma: true, ..PLAIN }),
        ("tab", Writing { delimiter: '\t', ..PLAIN }),
        ("bar", Writing { delimiter: '|', ..PLAIN }),
        ("quoted", Writing { quoted: true, ..PLAIN }),
        ("quoted semicolons", Writing { quoted: true, delimiter: ';', comma: true, ..PLAIN }),
        ("CRLF", Writing { end: "\r\n", ..PLAIN }),
        ("CR", Writing { end: "\r", ..PLAIN }),
        ("byte order mark", Writing { mark: true, ..PLAIN }),
        ("blank lines", Writing { end: "\n\n", ..PLAIN }),
        ("gzip", Writing { gzip: true, ..PLAIN }),
        ("everything", Writing { delimiter: ';', end: "\r\n", quoted: true, mark: true, comma: true, gzip: true }),
    ];
    for (name, writing) in variants {
        let (inspection, found, findings) = read_detected(&star(writing));
        same(name, &history(found), &plain);
        let orders = &findings.files[0];
        assert_eq!((orders.rows, orders.row_groups), (6, 0), "{name}");
        let gap = inspection.files[0].columns.last().unwrap();
        assert_eq!(gap.class, ColumnClass::Float, "{name}");
        assert_eq!(gap.read_as == Some(ReadAs::DecimalComma), writing.comma, "{name}: {}", gap.kind);
        assert_eq!(inspection.files[0].format.contains("decimal comma"), writing.comma, "{name}");
        assert_eq!(inspection.files[0].format.contains("gzip"), writing.gzip, "{name}");
    }
}

#[test]
fn parquet_and_csv_can_be_mixed_and_names_say_nothing() {
    let mut sources = star(PLAIN);
    sources[1] = crate::support::table(
        "lines.csv",
        vec![
            ("order_id", crate::support::ints([10, 10, 11, 20, 21, 30, 31])),
            ("product_id", crate::support::ints([1, 2, 1, 5, 5, 7, 8])),
            ("reordered", crate::support::ints([0, 0, 1, 0, 1, 0, 0])),
            ("quantity", crate::support::floats([1.5, 2.0, 1.0, 1.0, 0.5, 1.0, 3.0].map(Some))),
        ],
    );
    let (inspection, mixed, _) = read_detected(&sources);
    assert_eq!(inspection.files[1].format, "Parquet, 1 row group");
    same("mixed", &history(mixed), &history(read_detected(&star(PLAIN)).1));
}

#[test]
fn ids_come_out_as_they_went_in() {
    let orders = |ids: [&str; 3]| {
        let [a, b, c] = ids;
        format!(
            "order_id,user_id,order_number,days_since_prior_order\n1,{a},1,\n2,{b},1,\n3,{c},1,\n4,{a},2,3\n5,{b},2,3\n6,{c},2,3\n"
        )
    };
    let lines = "order_id,product_id\n1,1\n2,1\n3,1\n4,1\n5,2\n6,1\n";
    for (ids, data_type) in [
        (["1", "20", "300"], DataType::Int64),
        (["-5", "0", "9223372036854775807"], DataType::Int64),
        (["007", "08", "1"], DataType::Utf8),
        (["18446744073709551615", "18446744073709551616", "9"], DataType::Utf8),
        (["1E5", "2E5", "3E5"], DataType::Utf8),
        (["A-1", "B-2", "É"], DataType::Utf8),
        (["+1", "2", "3"], DataType::Utf8),
    ] {
        let sources =
            vec![source("orders.csv", orders(ids).into_bytes()), source("lines.csv", lines.as_bytes().to_vec())];
        let (_, extract, _) = read_detected(&sources);
        let history = history(extract);
        assert_eq!(history.customers.array().data_type(), &data_type, "{ids:?}");
        let mut found: Vec<String> = (0..3).map(|i| history.customers.text(i)).collect();
        let mut expected = ids.map(str::to_owned).to_vec();
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }
}

#[test]
fn keys_are_text_in_all_files_when_they_are_in_one() {
    // Product ids with leading zeros in the product file only: both sides are read as text, visibly.
    let lines = "order_id,product_id,reordered\n10,1001,0\n11,1001,1\n20,1002,0\n21,1002,1\n30,1001,0\n31,1003,0\n";
    let products = "product_id,product_name,aisle\n1001,Beans,dry\n1002,Peas,dry\n0007,Ice,frozen\n1003,Tea,drinks\n";
    let mut sources = with("lines.csv", lines);
    sources.retain(|s| s.name() != "products.csv");
    sources.push(source("products.csv", products.as_bytes().to_vec()));
    let (inspection, _, findings) = read_detected(&sources);
    assert_eq!(inspection.mapping.reading_of("lines.csv", "product_id"), Some(ReadAs::Text));
    let lines = inspection.files.iter().find(|f| f.name == "lines.csv").unwrap();
    assert_eq!((lines.columns[1].kind.as_str(), lines.columns[1].read_as), ("string", Some(ReadAs::Text)));
    assert_eq!(warning(&findings, "unknown_products"), 0);
    assert_eq!((findings.order_lines, findings.products), (6, 4));
}

/// Six orders with a date each, written in the way that `date` says.
fn dated(dates: [&str; 6]) -> Sources {
    let mut text = String::from("invoice,customer_id,invoice_date,product\n");
    for (i, date) in dates.iter().enumerate() {
        writeln!(text, "{},{},{date},{}", 100 + i, i / 2, i % 2).unwrap();
    }
    vec![source("sales.csv", text.into_bytes())]
}

#[test]
fn dates_in_every_common_writing_are_the_same_days() {
    let iso = ["2024-01-05", "2024-01-15", "2024-02-03", "2024-02-29", "2024-03-01", "2024-03-31"];
    let (inspection, plain, _) = read_detected(&dated(iso));
    assert_eq!(inspection.files[0].columns[2].class, ColumnClass::Date);
    let plain = history(plain);
    let rewritten = |form: &dyn Fn(&str, &str, &str) -> String| -> Vec<String> {
        iso.iter().map(|d| form(&d[..4], &d[5..7], &d[8..])).collect()
    };
    let forms: Vec<(&str, Vec<String>)> = vec![
        ("timestamp", rewritten(&|y, m, d| format!("{y}-{m}-{d} 00:00:00"))),
        ("T", rewritten(&|y, m, d| format!("{y}-{m}-{d}T00:00:00.000"))),
        ("UTC", rewritten(&|y, m, d| format!("{y}-{m}-{d}T00:00:00Z"))),
        ("slashes", rewritten(&|y, m, d| format!("{y}/{m}/{d}"))),
        ("digits", rewritten(&|y, m, d| format!("{y}{m}{d}"))),
        ("dots", rewritten(&|y, m, d| format!("{d}.{m}.{y}"))),
        ("day first", rewritten(&|y, m, d| format!("{d}/{m}/{y}"))),
        ("month first", rewritten(&|y, m, d| format!("{m}/{d}/{y} 0:00"))),
        (
            "without zeros",
            rewritten(&|y, m, d| format!("{}/{}/{y}", m.trim_start_matches('0'), d.trim_start_matches('0'))),
        ),
    ];
    for (name, dates) in forms {
        let dates: Vec<&str> = dates.iter().map(String::as_str).collect();
        let (_, found, _) = read_detected(&dated(dates.try_into().unwrap()));
        let found = history(found);
        assert_eq!(found.day, plain.day, "{name}");
        assert_eq!(found.weekday, plain.weekday, "{name}");
    }
}

#[test]
fn nobody_guesses_whether_the_day_or_the_month_comes_first() {
    let sources = dated(["01/05/2024", "02/05/2024", "03/06/2024", "04/06/2024", "05/07/2024", "06/07/2024"]);
    let inspection = inspect(&sources).unwrap();
    assert_eq!(inspection.mapping.columns(Role::OrderTimestamp)[0].column, "invoice_date");
    assert_eq!(inspection.files[0].columns[2].read_as, Some(ReadAs::TimeUndecided));
    assert_eq!(inspection.files[0].columns[2].preview[0], "01/05/2024");
    let error = read_with(&sources, &inspection.mapping).unwrap_err();
    assert_eq!((error.code(), error.column()), ("day_or_month", Some("invoice_date")));
    for (reading, first) in [(ReadAs::TimeDayFirst, 19_844), (ReadAs::TimeMonthFirst, 19_727)] {
        let mut mapping = inspection.mapping.clone();
        mapping.read_column("sales.csv", "invoice_date", reading);
        let (extract, _) = read_with(&sources, &mapping).unwrap();
        assert_eq!(history(extract).day.unwrap()[0], first, "{reading:?}");
    }
}

#[test]
fn every_fault_of_a_csv_file_is_an_error_with_its_place() {
    let many = |value: &str| {
        let mut text = String::from("order_id,product_id,reordered\n");
        for i in 0..20_000 {
            writeln!(text, "{},{},0", [10, 11, 20, 21, 30, 31][i % 6], i % 8).unwrap();
        }
        text + value
    };
    let latin = |at_head: bool| {
        let mut bytes = if at_head { b"order_id,product_id\n".to_vec() } else { many("").into_bytes() };
        if !at_head {
            // Far beyond the beginning that is looked at.
            bytes.extend("10,1,0\n".repeat(200_000).bytes());
        }
        bytes.extend(b"10,Caf\xe9,0\n".iter().filter(|_| true));
        bytes
    };
    let bytes = |name: &str, bytes: Vec<u8>| {
        let mut sources = star(PLAIN);
        sources.retain(|s| s.name() != name);
        sources.push(source(name, bytes));
        sources
    };
    let packed = Writing { gzip: true, ..PLAIN }.file(&rows(LINES));
    let orders = comma(ORDERS);
    let ragged: String = orders
        .lines()
        .enumerate()
        .map(|(at, row)| if at == 2 { format!("{row},x\n") } else { format!("{row}\n") })
        .collect();
    // (case, error, code, column, words)
    let cases: Vec<(&str, ExtractError, &str, Option<&str>, &[&str])> = vec![
        (
            "header only",
            detected_error(&with("lines.csv", "order_id,product_id,reordered\n")),
            "zero_rows",
            None,
            &["lines.csv"],
        ),
        ("no header", detected_error(&with("lines.csv", "10,1,0\n11,1,1\n")), "no_header", None, &["lines.csv"]),
        ("one column", detected_error(&with("lines.csv", "order_id\n1\n2\n")), "not_parquet", None, &["comma"]),
        (
            "prose",
            detected_error(&with("lines.csv", "a postcard, not a table\nsecond, line, with, more\nthird\n")),
            "not_parquet",
            None,
            &["columns"],
        ),
        (
            "a field too few",
            detected_error(&with("lines.csv", &many("10,1\n10,2,0\n"))),
            "ragged_row",
            None,
            &["row 20001", "line 20002", "2 fields", "3"],
        ),
        (
            "a field too many",
            detected_error(&with("lines.csv", &many("10,1,0,\n"))),
            "ragged_row",
            None,
            &["row 20001", "4 fields"],
        ),
        (
            "a field too many among the first rows",
            detected_error(&with("orders.csv", &ragged)),
            "ragged_row",
            None,
            &["orders.csv", "row 2 (line 3)"],
        ),
        ("cut in a row", detected_error(&with("lines.csv", &many("10,"))), "ragged_row", None, &["row 20001"]),
        (
            "an open quote",
            detected_error(&with("lines.csv", &many("10,\"1,0\n10,2,0\n"))),
            "unclosed_quote",
            None,
            &["line 20002"],
        ),
        (
            "text among ids",
            detected_error(&with("lines.csv", &many("10,A17,0\n"))),
            "value_misfit",
            Some("product_id"),
            &["row 20001", "line 20002", "A17", "int64"],
        ),
        (
            "a leading zero",
            detected_error(&with("lines.csv", &many("10,017,0\n"))),
            "value_misfit",
            Some("product_id"),
            &["017"],
        ),
        (
            "a fraction of an id",
            detected_error(&with("lines.csv", &many("10,1.5,0\n"))),
            "inexact_id",
            Some("product_id"),
            &["1.5"],
        ),
        (
            "a NUL",
            detected_error(&with("lines.csv", &many("10,1\0,0\n"))),
            "value_misfit",
            Some("product_id"),
            &["row 20001"],
        ),
        (
            "UTF-16",
            detected_error(&bytes("orders.csv", orders.encode_utf16().flat_map(u16::to_le_bytes).collect())),
            "not_utf8",
            None,
            &["UTF-16"],
        ),
        ("Latin-1", detected_error(&bytes("lines.csv", latin(true))), "not_utf8", None, &["line 2", "Latin-1", "0xe9"]),
        (
            "Latin-1 far down",
            detected_error(&bytes("lines.csv", latin(false))),
            "value_misfit",
            Some("product_id"),
            &["row 220001"],
        ),
        (
            "gzip cut short",
            detected_error(&bytes("lines.csv", packed[..packed.len() - 9].to_vec())),
            "truncated",
            None,
            &["gzip"],
        ),
        (
            "gzip with other bytes behind",
            detected_error(&bytes("lines.csv", [&packed[..], &[b'?'; 40]].concat())),
            "damaged",
            None,
            &["unpacked"],
        ),
        ("JSON", detected_error(&with("lines.csv", "{\"order_id\": 1}\n")), "not_parquet", None, &["JSON"]),
        (
            "HTML",
            detected_error(&with("lines.csv", "<html><body>Sign in</body></html>")),
            "not_parquet",
            None,
            &["HTML"],
        ),
    ];
    for (case, error, code, column, words) in cases {
        assert_eq!((error.code(), error.column()), (code, column), "{case}: {error}");
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{case}: {text}");
        assert!(text.contains(".csv") && error.hint().len() > 20, "{case}: {text}");
    }
}

#[test]
fn text_that_is_wrong_far_down_is_told_with_row_and_column() {
    let mut bytes = b"order_id,product_id,reordered\n".to_vec();
    bytes.extend((0..200_000).flat_map(|i| format!("{},p{},0\n", [10, 11, 20, 21, 30, 31][i % 6], i % 8).into_bytes()));
    let good = bytes.clone();
    for (value, word) in [(&b"10,Caf\xe9,0\n"[..], "0xe9"), (b"10,a\0b,0\n", "NUL")] {
        bytes.clone_from(&good);
        bytes.extend_from_slice(value);
        let mut sources = star(PLAIN);
        sources.retain(|s| s.name() == "orders.csv");
        sources.push(source("lines.csv", bytes.clone()));
        let error = detected_error(&sources);
        assert_eq!((error.code(), error.column()), ("not_utf8", Some("product_id")), "{error}");
        assert!(error.to_string().contains("row 200001") && error.to_string().contains(word), "{error}");
    }
}

#[test]
fn a_reading_that_is_chosen_mends_what_was_inferred() {
    let mut text = String::from("order_id,product_id,reordered\n");
    for i in 0..12_000 {
        writeln!(text, "{},{},{}", [10, 11, 20, 21, 30, 31][i % 6], i % 8, i % 2).unwrap();
    }
    text += "10,A17,0\n";
    let sources: Sources =
        vec![source("orders.csv", PLAIN.file(&rows(ORDERS))), source("lines.csv", text.into_bytes())];
    let mut mapping = inspect(&sources).unwrap().mapping;
    let error = read_with(&sources, &mapping).unwrap_err();
    assert!(error.hint().contains("mapping"), "{}", error.hint());
    mapping.read_column("lines.csv", "product_id", ReadAs::Text);
    let (_, findings) = read_with(&sources, &mapping).unwrap();
    assert_eq!(findings.products, 9);
    // A mapping is kept as JSON, with its readings; one that is older has none.
    let json = serde_json::to_string(&mapping).unwrap();
    assert!(json.contains(r#""read_as":[{"file":"lines.csv","column":"product_id","read_as":"text"}]"#), "{json}");
    assert_eq!(serde_json::from_str::<Mapping>(&json).unwrap(), mapping);
    assert_eq!(serde_json::from_str::<Mapping>(r#"{"layout":"star","roles":{}}"#).unwrap().read_as, []);
}

#[test]
fn fractions_that_come_late_lose_nothing() {
    let mut text = String::from("order_id,product_id,quantity\n");
    for i in 0..12_000 {
        writeln!(text, "{},{},1", [10, 11, 20, 21, 30, 31][i % 6], i).unwrap();
    }
    let whole = with("lines.csv", &text);
    let (_, _, findings) = read_detected(&whole);
    assert_eq!(findings.order_lines, 12_000);
    // A return of half a kilo nets a purchase of a whole one; of one and a half, it leaves it out.
    text += "10,0,-0.5\n11,1,-1.5\n";
    let (inspection, _, findings) = read_detected(&with("lines.csv", &text));
    let lines = inspection.files.iter().find(|f| f.name == "lines.csv").unwrap();
    assert_eq!(lines.columns[2].kind, "int64");
    assert_eq!((findings.order_lines, warning(&findings, "returns_left_out")), (11_999, 1));
}

#[test]
fn rows_are_estimated_before_and_exact_after() {
    let mut text = String::from("order_id,product_id,reordered\n");
    for i in 0..200_000 {
        writeln!(text, "{},{},0", [10, 11, 20, 21, 30, 31][i % 6], i).unwrap();
    }
    let lines = rows(&text.replace(',', "|"));
    for gzip in [false, true] {
        let sources: Sources = vec![
            source("orders.csv", PLAIN.file(&rows(ORDERS))),
            source("lines.csv", Writing { gzip, ..PLAIN }.file(&lines)),
            source("spare.csv", Writing { gzip, ..PLAIN }.file(&lines)[..].to_vec()),
        ];
        let inspection = inspect(&sources).unwrap();
        assert!(!inspection.files[0].rows_estimated && inspection.files[1].rows_estimated);
        let about = inspection.files[1].rows;
        assert!((150_000..300_000).contains(&about), "{about}");
        let mut mapping = inspection.mapping;
        mapping.leave_out("spare.csv");
        let (_, findings) = read_with(&sources, &mapping).unwrap();
        // The file that plays no role is counted as well.
        assert_eq!(findings.files.iter().map(|f| f.rows).collect::<Vec<_>>(), [6, 200_000, 200_000]);
        assert_eq!(warning(&findings, "file_not_used"), 1);
    }
}

#[test]
fn columns_without_a_name_of_their_own_get_one() {
    let text =
        ",user_id,order_id,order_id,order_number,days_since_prior_order\n0,1,10,x,1,\n1,1,11,y,2,3\n2,2,20,z,1,\n";
    let inspection = inspect(&[source("orders.csv", text.as_bytes().to_vec())]).unwrap();
    let names: Vec<&str> = inspection.files[0].columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["column 1", "user_id", "order_id", "order_id (4)", "order_number", "days_since_prior_order"]);
}

const SETS: &str = "order_id,user_id,eval_set,order_number,days_since_prior_order
1,1,prior,1,
2,1,prior,2,4.0
3,1,train,3,7.0
4,2,prior,1,
5,2,prior,2,9.0
6,2,test,3,2.0
";

#[test]
fn lines_that_the_extract_keeps_apart_are_left_out_visibly_and_can_be_counted() {
    let lines = |name: &str, text: &str| source(name, format!("order_id,product_id,reordered\n{text}").into_bytes());
    let sources: Sources = vec![
        source("orders.csv", SETS.as_bytes().to_vec()),
        lines("order_products__prior.csv", "1,1,0\n2,1,1\n4,2,0\n5,3,0\n"),
        lines("order_products__train.csv", "3,1,1\n3,9,0\n"),
    ];
    let (inspection, _, findings) = read_detected(&sources);
    let train = &inspection.files[2];
    assert_eq!((train.part.as_str(), train.held_out), ("held-out lines", true));
    assert!(!inspection.mapping.uses("order_products__train.csv"));
    assert_eq!((findings.orders, findings.order_lines), (6, 4));
    assert_eq!(warning(&findings, "held_out_lines"), 2);
    assert_eq!(warning(&findings, "file_not_used"), 0);
    let told = findings.warnings.iter().find(|w| w.code == "held_out_lines").unwrap();
    assert!(told.message.contains("order_products__train.csv"), "{}", told.message);

    let mut mapping = inspection.mapping.clone();
    let columns: Vec<String> = train.columns.iter().map(|c| c.name.clone()).collect();
    mapping.count_lines_of("order_products__train.csv", &columns);
    let (_, findings) = read_with(&sources, &mapping).unwrap();
    assert_eq!((findings.order_lines, warning(&findings, "held_out_lines")), (6, 0));

    // Lines in two files of an extract that keeps nothing apart are all counted.
    let orders = SETS.replace("eval_set", "channel");
    let sources: Sources = [vec![source("orders.csv", orders.into_bytes())], sources[1..].to_vec()].concat();
    assert_eq!(read_detected(&sources).2.order_lines, 6);
}

/// The values of a column as CSV writes them.
fn written(array: &ArrayRef) -> Vec<String> {
    macro_rules! numbers {
        ($type:ty) => {
            array.as_primitive::<$type>().iter().map(|v| v.map_or_else(String::new, |v| v.to_string())).collect()
        };
    }
    match array.data_type() {
        DataType::Int8 => numbers!(Int8Type),
        DataType::Int16 => numbers!(Int16Type),
        DataType::Int32 => numbers!(Int32Type),
        DataType::Int64 => numbers!(Int64Type),
        DataType::UInt8 => numbers!(UInt8Type),
        DataType::UInt16 => numbers!(UInt16Type),
        DataType::UInt32 => numbers!(UInt32Type),
        DataType::Float64 => array
            .as_primitive::<Float64Type>()
            .iter()
            .map(|v| v.map_or_else(String::new, |v| format!("{v:?}")))
            .collect(),
        DataType::Utf8 => array.as_string::<i32>().iter().map(|v| v.unwrap_or_default().to_owned()).collect(),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().map(|v| v.unwrap_or_default().to_owned()).collect(),
        DataType::Utf8View => array.as_string_view().iter().map(|v| v.unwrap_or_default().to_owned()).collect(),
        other => panic!("{other} is not written here"),
    }
}

fn table_of(path: &Path) -> Vec<Vec<String>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    let mut rows = vec![batches[0].schema().fields().iter().map(|f| f.name().clone()).collect::<Vec<_>>()];
    for batch in &batches {
        let columns: Vec<Vec<String>> = batch.columns().iter().map(written).collect();
        rows.extend((0..batch.num_rows()).map(|i| columns.iter().map(|c| c[i].clone()).collect()));
    }
    rows
}

#[test]
fn the_six_files_of_the_public_download_are_the_parquet_extract() {
    let Some(folder) = data("u2000") else { return };
    let names = ["orders", "order_products__prior", "products", "aisles", "departments"];
    let parquet: Vec<String> = names.iter().map(|n| format!("{n}.parquet")).collect();
    let parquet: Vec<&str> = parquet.iter().map(String::as_str).collect();
    let (_, from_parquet, expected) = read_detected(&files(&folder, &parquet));
    let from_parquet = history(from_parquet);
    let tables: Vec<_> = names.iter().map(|name| table_of(&folder.join(format!("{name}.parquet")))).collect();
    // Lines of the last orders, as the download has them; what is in them must play no part.
    let set = tables[0][0].iter().position(|name| name == "eval_set").unwrap();
    let train = tables[0].iter().filter(|row| row[set] == "train").flat_map(|row| {
        [1, 2, 3].map(|product| vec![row[0].clone(), product.to_string(), product.to_string(), "1".to_owned()])
    });
    let header = ["order_id", "product_id", "add_to_cart_order", "reordered"].map(str::to_owned).to_vec();
    let train: Vec<Vec<String>> = std::iter::once(header).chain(train).collect();

    for (variant, writing) in [
        ("plain", PLAIN),
        ("semicolon, decimal comma, quoted", Writing { delimiter: ';', comma: true, quoted: true, ..PLAIN }),
        ("tab, gzip, CRLF", Writing { delimiter: '\t', gzip: true, end: "\r\n", ..PLAIN }),
    ] {
        let mut sources: Sources =
            tables.iter().zip(names).map(|(table, name)| source(&format!("{name}.csv"), writing.file(table))).collect();
        sources.push(source("order_products__train.csv", writing.file(&train)));
        sources.reverse();
        let (_, from_csv, found) = read_detected(&sources);
        let mut from_csv = history(from_csv);
        // The width of an integer is all that CSV does not say.
        assert_eq!(from_csv.customers.len(), from_parquet.customers.len());
        for i in 0..from_csv.customers.len() {
            assert_eq!(from_csv.customers.text(i), from_parquet.customers.text(i));
        }
        from_csv.customers = from_parquet.customers.clone();
        same(variant, &from_csv, &from_parquet);
        assert_eq!(warning(&found, "held_out_lines"), train.len() as u64 - 1, "{variant}");
        let without_sets = |findings: &ExtractFindings| {
            let told = findings.warnings.iter().filter(|w| w.code != "held_out_lines" && w.code != "file_not_used");
            told.map(|w| (w.code.clone(), w.count)).collect::<Vec<_>>()
        };
        assert_eq!(without_sets(&found), without_sets(&expected), "{variant}");
        assert_eq!(found.integrity, expected.integrity, "{variant}");
        for (name, table) in names.iter().zip(&tables) {
            let file = found.files.iter().find(|f| f.name == format!("{name}.csv")).unwrap();
            assert_eq!(file.rows, table.len() as u64 - 1, "{variant}: {name}");
        }
    }
}

/// Inspects and reads `bytes` as lines beside good orders, and alone; what comes of it does not matter.
fn survive(bytes: &[u8]) {
    for sources in [vec![source("x.csv", bytes.to_vec())], {
        let mut sources = star(PLAIN);
        sources[1] = source("lines.csv", bytes.to_vec());
        sources
    }] {
        if let Ok(inspection) = inspect(&sources) {
            let _ = read_with(&sources, &inspection.mapping);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survive(&bytes);
    }

    #[test]
    fn no_text_makes_it_panic(text in "(order_id|product_id|reordered|[,;\t|\"\n\r\\\\0-9a-zé. -]){0,80}") {
        survive(text.as_bytes());
    }

    #[test]
    fn no_broken_table_makes_it_panic(
        at in prop::collection::vec((0usize..200, any::<u8>()), 1..4),
        gzip: bool,
        cut in 0usize..40,
    ) {
        let mut bytes = Writing { gzip, ..PLAIN }.file(&rows(LINES));
        let n = bytes.len();
        for (place, byte) in at {
            bytes[place % n] = byte;
        }
        bytes.truncate(n - cut.min(n));
        survive(&bytes);
    }
}

#[test]
fn files_on_disk_are_read_in_ranges() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("orders.csv", ORDERS), ("lines.csv", LINES), ("products.csv", PRODUCTS)] {
        std::fs::write(folder.path().join(name), PLAIN.file(&rows(text))).unwrap();
    }
    let sources = files(folder.path(), &["orders.csv", "lines.csv", "products.csv"]);
    let inspection = inspect(&sources).unwrap();
    std::fs::write(folder.path().join("lines.csv"), "order_id,product_id\n10,1\n").unwrap();
    let error = read_with(&sources, &inspection.mapping).unwrap_err();
    assert_eq!((error.code(), error.file()), ("file_changed", Some("lines.csv")));
    let _: Arc<dyn quadrant::extract::source::Source> = sources[0].clone();
}
