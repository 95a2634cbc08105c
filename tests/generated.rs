//! Generated extracts: read back by the extract room, held against what was planted, and exported again.
#![allow(clippy::float_cmp, clippy::unwrap_used, reason = "figures that must be the same are compared as they are")]

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use quadrant::export::artifact::{self, Artifact};
use quadrant::export::{ExportError, assignments, features, results};
use quadrant::extract::findings::{ExtractFindings, Layout};
use quadrant::extract::history::{CustomerTable, Extract, OrderHistory};
use quadrant::extract::ids::Ids;
use quadrant::extract::source::{BytesSource, Source};
use quadrant::extract::{ReadOptions, inspect, read};
use quadrant::features::build::build;
use quadrant::features::table::FeatureTable;
use quadrant::generate::folder::MemoryFolder;
use quadrant::generate::truth::Truth;
use quadrant::generate::{Scenario, Spec, generate};
use quadrant::pace::{Pace, block_on};
use quadrant::pipeline::outcome::Results;
use quadrant::pipeline::params::Params;
use quadrant::pipeline::run::run;
use quadrant::segments::rule::{Segmentation, segment};
use quadrant::segments::thresholds::TypedThresholds;

fn made(customers: u32, layout: Layout, scenario: Scenario) -> (MemoryFolder, Truth) {
    let mut folder = MemoryFolder::default();
    let spec = Spec { customers, layout, scenario, seed: 7 }.check().unwrap();
    let truth = generate(&spec, &mut folder, &Pace::unhurried()).unwrap();
    (folder, truth)
}

fn read_back(folder: &MemoryFolder) -> (Extract, ExtractFindings) {
    let sources: Vec<Arc<dyn Source>> = folder
        .files
        .iter()
        .filter(|(name, _)| name.ends_with(".parquet"))
        .map(|(name, bytes)| Arc::new(BytesSource::new(name.clone(), bytes.clone())) as Arc<dyn Source>)
        .collect();
    let inspection = inspect(&sources).unwrap();
    assert_eq!(inspection.missing, []);
    block_on(read(&sources, &inspection.mapping, &ReadOptions::default(), &Pace::unhurried())).unwrap()
}

fn history(folder: &MemoryFolder) -> (OrderHistory, ExtractFindings) {
    match read_back(folder) {
        (Extract::History(history), findings) => (history, findings),
        (Extract::Customers(_), _) => panic!("not an order history"),
    }
}

fn customer_table(folder: &MemoryFolder) -> CustomerTable {
    match read_back(folder) {
        (Extract::Customers(table), _) => table,
        (Extract::History(_), _) => panic!("not a customer table"),
    }
}

fn batches(bytes: &[u8]) -> Vec<RecordBatch> {
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().with_batch_size(1 << 20).build().unwrap();
    reader.map(Result::unwrap).collect()
}

fn floats(column: &ArrayRef) -> Vec<Option<f64>> {
    column.as_primitive::<Float64Type>().iter().collect()
}

#[test]
fn the_same_spec_gives_the_same_bytes_and_another_seed_does_not() {
    for layout in [Layout::Star, Layout::Wide, Layout::Customers] {
        let (a, _) = made(700, layout, Scenario::Typical);
        let (b, _) = made(700, layout, Scenario::Typical);
        assert!(a == b, "{layout:?}");
        let mut other = MemoryFolder::default();
        let spec = Spec { customers: 700, layout, scenario: Scenario::Typical, seed: 8 }.check().unwrap();
        generate(&spec, &mut other, &Pace::unhurried()).unwrap();
        assert!(a != other, "{layout:?}");
    }
}

#[test]
fn more_customers_leave_the_first_ones_as_they_were() {
    // 700 and 900 customers share a catalogue size, so customer 600 must not notice the difference.
    let rows = |customers| {
        let (folder, _) = made(customers, Layout::Customers, Scenario::Typical);
        batches(&folder.files["customers.parquet"])[0].slice(0, 700)
    };
    assert!(rows(700) == rows(900));
}

#[test]
fn features_built_from_the_star_equal_those_that_the_generator_counted() {
    let (star, truth) = made(400, Layout::Star, Scenario::Typical);
    let (history, findings) = history(&star);
    let given = customer_table(&made(400, Layout::Customers, Scenario::Typical).0);
    assert_eq!(findings.layout, Layout::Star);
    assert_eq!((findings.customers, findings.orders), (truth.customers, truth.orders));
    let table = block_on(build(&history, 2, &Pace::unhurried())).unwrap();
    assert_eq!(table.rows(), 400);
    let mut compared = 0;
    for feature in table.present() {
        let ours = table.behavioural(feature).unwrap();
        let (_, theirs) = given.behavioural.iter().find(|(name, _)| name == feature.name()).unwrap();
        for (row, (&ours, &theirs)) in ours.iter().zip(theirs).enumerate() {
            // Undefined in the file (0 / 0), imputed in the table.
            if theirs.is_finite() {
                let name = feature.name();
                assert!((ours - theirs).abs() <= 1e-12 * theirs.abs().max(1.0), "{name}, row {row}: {ours} {theirs}");
                compared += 1;
            }
        }
    }
    assert!(compared > 15 * 390, "{compared}");
    let orders: Vec<f64> = table.orders().unwrap().iter().map(|&n| f64::from(n)).collect();
    assert_eq!(given.orders.unwrap(), orders);
}

#[test]
fn star_and_wide_tell_of_the_same_orders() {
    let (star, _) = history(&made(300, Layout::Star, Scenario::Typical).0);
    let (wide, findings) = history(&made(300, Layout::Wide, Scenario::Typical).0);
    assert_eq!(findings.layout, Layout::Wide);
    assert!(star.customers == wide.customers && star.order_start == wide.order_start);
    assert!(star.hour == wide.hour && star.weekday == wide.weekday);
    for (order, (s, w)) in star.days_since_prior.iter().zip(&wide.days_since_prior).enumerate() {
        assert!(s.is_nan() == w.is_nan() && (s.is_nan() || *s == w.min(30.0)), "order {order}: {s} {w}");
    }
    // The star leaves out the lines of each customer's last order, and nothing else.
    for customer in 0..star.customer_count() {
        let orders = star.orders_of(customer);
        for order in orders.start..orders.end - 1 {
            assert_eq!(star.lines_of(order).len(), wide.lines_of(order).len());
            // The wide files carry no flag: the extract room derived it.
            let again = |h: &OrderHistory| h.lines_of(order).iter().filter(|line| line.reordered()).count();
            assert_eq!(again(&star), again(&wide));
        }
        assert!(star.lines_of(orders.end - 1).is_empty() && !wide.lines_of(orders.end - 1).is_empty());
    }
    assert!(wide.amount.unwrap().iter().all(|&money| money > 0.0));
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0)).sqrt())
}

/// Qualified customers' columns of a customer-level extract, by name.
fn qualified(customers: u32, scenario: Scenario) -> BTreeMap<String, Vec<f64>> {
    let table = customer_table(&made(customers, Layout::Customers, scenario).0);
    let orders = table.orders.unwrap();
    let keep = |values: &[f64]| -> Vec<f64> {
        values.iter().zip(&orders).filter(|(_, n)| **n >= 5.0).map(|(v, _)| *v).collect()
    };
    let mut columns: BTreeMap<String, Vec<f64>> =
        table.behavioural.iter().map(|(name, values)| (name.clone(), keep(values))).collect();
    columns.insert("num_orders".into(), keep(&orders));
    columns
}

#[test]
fn typical_customers_resemble_the_canonical_ones() {
    let columns = qualified(4_000, Scenario::Typical);
    let share = columns["num_orders"].len() as f64 / 4_000.0;
    assert!((0.85..0.95).contains(&share), "qualified {share}");
    // Published mean and standard deviation, and how near we mean to be (share of the published value).
    for (name, mean, deviation, near) in [
        ("reorder_ratio", 0.4628, 0.2010, 0.06),
        ("pct_reordered_products", 0.3891, 0.1711, 0.18),
        ("reorder_consistency", 0.2891, 0.0852, 0.18),
        ("mean_days_between_orders", 14.81, 6.585, 0.06),
        ("mean_order_hour", 13.57, 1.950, 0.06),
        ("std_order_hour", 3.662, 1.400, 0.06),
        ("avg_basket_size", 9.07, 5.30, 0.08),
        ("unique_products", 70.03, 57.76, 0.16),
        ("unique_aisles", 29.57, 16.08, 0.18),
        ("aisle_entropy", 3.968, 0.858, 0.20),
    ] {
        let (m, d) = mean_and_deviation(&columns[name]);
        assert!((m / mean - 1.0).abs() < near, "{name}: mean {m}, published {mean}");
        assert!((d / deviation - 1.0).abs() < near, "{name}: deviation {d}, published {deviation}");
    }
    let mut orders = columns["num_orders"].clone();
    orders.sort_by(f64::total_cmp);
    let median = orders[orders.len() / 2];
    assert!((11.0..=14.0).contains(&median), "median orders {median}, published 12");
    assert!(*orders.last().unwrap() == 100.0 && orders[orders.len() * 19 / 20] > 40.0, "no heavy tail");
}

#[test]
fn later_extracts_differ_in_what_the_scenario_says_and_in_nothing_else() {
    let mean = |columns: &BTreeMap<String, Vec<f64>>, name: &str| mean_and_deviation(&columns[name]).0;
    let typical = qualified(2_000, Scenario::Typical);
    let slower = qualified(2_000, Scenario::Slower);
    // 20% longer gaps before the cap at 30 days: less after it.
    let ratio = mean(&slower, "mean_days_between_orders") / mean(&typical, "mean_days_between_orders");
    assert!((1.08..1.20).contains(&ratio), "slower: {ratio}");
    let ratio = mean(&slower, "mean_order_hour") / mean(&typical, "mean_order_hour");
    assert!((0.99..1.01).contains(&ratio), "slower, hour: {ratio}");
    let disloyal = qualified(2_000, Scenario::LoyaltyDrop);
    let drop = mean(&typical, "reorder_ratio") - mean(&disloyal, "reorder_ratio");
    assert!((0.05..0.20).contains(&drop), "loyalty-drop: {drop}");
    assert_eq!(typical["mean_days_between_orders"], disloyal["mean_days_between_orders"]);
    let shares = |scenario| -> Vec<f64> {
        made(2_000, Layout::Customers, scenario).1.drawn.iter().map(|drawn| drawn.share).collect()
    };
    let (before, after) = (shares(Scenario::Typical), shares(Scenario::MixShift));
    assert!(after[0] < before[0] - 0.05 && after[3] > before[3] + 0.05, "{before:?} {after:?}");
}

#[test]
fn thin_keeps_few_and_broken_breaks_the_timing() {
    let thin = qualified(1_000, Scenario::Thin);
    assert!(thin["num_orders"].len() < 500, "{}", thin["num_orders"].len());
    let (_, findings) = history(&made(500, Layout::Star, Scenario::BrokenColumn).0);
    let share = findings.integrity.missing_gaps as f64 / findings.orders as f64;
    assert!(share > 0.05, "{share}");
}

#[test]
fn clusters_are_cut_in_half_by_the_medians() {
    let (folder, truth) = made(1_200, Layout::Customers, Scenario::Clusters);
    assert_eq!(truth.drawn.len(), 4);
    assert!(truth.drawn.iter().all(|drawn| drawn.share > 0.2));
    let batch = &batches(&folder.files["customers.parquet"])[0];
    let column = |name: &str| floats(batch.column_by_name(name).unwrap());
    let kind: Vec<String> =
        batch.column_by_name("latent_type").unwrap().as_string::<i32>().iter().map(|v| v.unwrap().into()).collect();
    let high = |name: &str| {
        let values: Vec<f64> = column(name).into_iter().map(Option::unwrap).collect();
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let median = sorted[sorted.len() / 2];
        values.into_iter().map(move |v| v >= median).collect::<Vec<_>>()
    };
    for (axis, halved) in [
        ("mean_days_between_orders", ["evening curious", "noon regulars"]),
        ("reorder_ratio", ["daily bread", "bulk afternoon"]),
    ] {
        let high = high(axis);
        for name in truth.drawn.iter().map(|drawn| &drawn.name) {
            let of_kind: Vec<bool> = kind.iter().zip(&high).filter(|(k, _)| *k == name).map(|(_, h)| *h).collect();
            let share = of_kind.iter().filter(|h| **h).count() as f64 / of_kind.len() as f64;
            if halved.contains(&name.as_str()) {
                assert!((0.15..0.85).contains(&share), "{axis} {name}: {share}");
            } else {
                assert!(!(0.02..0.98).contains(&share), "{axis} {name}: {share}");
            }
        }
    }
}

fn rule(history: &OrderHistory) -> (FeatureTable, Segmentation) {
    let table = block_on(build(history, 2, &Pace::unhurried())).unwrap();
    let found = block_on(segment(&table, TypedThresholds::default(), &Pace::unhurried())).unwrap().unwrap();
    (table, found)
}

#[test]
fn exports_hand_back_ids_scores_and_features_bit_for_bit() {
    for scenario in [Scenario::Typical, Scenario::StringIds] {
        let (history, findings) = history(&made(250, Layout::Star, scenario).0);
        let (table, mut found) = rule(&history);
        found.confidence = Some((0..table.rows()).map(|i| i as f64 / 500.0).collect());
        let (ids, name) = (&history.customers, findings.mapping["customer"].column.as_str());
        assert_eq!(name, "user_id");

        let mut bytes = Vec::new();
        assignments::parquet(name, ids, Some(&found), &mut bytes).unwrap();
        let batch = &batches(&bytes)[0];
        let names: Vec<&str> = batch.schema_ref().fields().iter().map(|f| f.name().as_str()).collect();
        assert_eq!(
            names,
            [
                "user_id",
                "segment",
                "freq_score",
                "loyalty_score",
                "freq_percentile",
                "loyalty_percentile",
                "confidence"
            ]
        );
        assert_eq!(&**batch.column(0), &**ids.array());
        let text_ids = scenario == Scenario::StringIds;
        assert_eq!(*batch.column(0).data_type(), if text_ids { DataType::Utf8 } else { DataType::Int32 });
        let back: Vec<f64> = floats(batch.column(2)).into_iter().map(Option::unwrap).collect();
        assert_eq!(back, found.freq);

        let mut text = Vec::new();
        assignments::csv(name, ids, Some(&found), &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let mut lines = text.split("\r\n");
        assert_eq!(lines.next().unwrap(), names.join(","));
        for row in 0..table.rows() {
            let cells: Vec<&str> = lines.next().unwrap().split(',').collect();
            let id = if text_ids {
                batch.column(0).as_string::<i32>().value(row).to_owned()
            } else {
                batch.column(0).as_primitive::<Int32Type>().value(row).to_string()
            };
            assert_eq!(cells[0], id);
            assert_eq!(cells[1], found.labels[row].name());
            let parsed: Vec<f64> = cells[2..].iter().map(|cell| cell.parse().unwrap()).collect();
            let confidence = found.confidence.as_ref().unwrap()[row];
            let wanted = [
                found.freq[row],
                found.loyalty[row],
                found.freq_percentile[row],
                found.loyalty_percentile[row],
                confidence,
            ];
            assert_eq!(parsed, wanted);
        }
        assert_eq!((lines.next(), lines.next()), (Some(""), None));

        let mut bytes = Vec::new();
        features::parquet(name, ids, &table, &mut bytes).unwrap();
        let batch = &batches(&bytes)[0];
        assert_eq!(batch.num_columns(), 150);
        for (i, feature) in table.names().iter().enumerate() {
            assert_eq!(batch.schema_ref().field(i + 1).name(), feature);
            let back: Vec<f64> = floats(batch.column(i + 1)).into_iter().map(Option::unwrap).collect();
            assert_eq!(back, *table.column(i), "{feature}");
        }
    }
}

#[test]
fn ids_of_another_length_are_refused() {
    let (history, _) = history(&made(50, Layout::Star, Scenario::Typical).0);
    let (table, found) = rule(&history);
    let few = Ids::from_i64(vec![1, 2]);
    assert!(matches!(
        assignments::csv("id", &few, Some(&found), Vec::new()),
        Err(ExportError::Rows { ids: 2, rows: 50, .. })
    ));
    assert!(matches!(assignments::parquet("id", &few, Some(&found), Vec::new()), Err(ExportError::Rows { .. })));
    assert!(assignments::csv("id", &few, None, Vec::new()).is_err());
    assert!(matches!(features::parquet("id", &few, &table, Vec::new()), Err(ExportError::Rows { .. })));
}

#[test]
fn nobody_qualified_gives_files_with_columns_and_no_rows() {
    let mut bytes = Vec::new();
    assignments::parquet("household", &Ids::default(), None, &mut bytes).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
    assert_eq!(reader.schema().fields().len(), 7);
    let mut text = Vec::new();
    assignments::csv("household", &Ids::default(), None, &mut text).unwrap();
    let header = "household,segment,freq_score,loyalty_score,freq_percentile,loyalty_percentile,confidence\r\n";
    assert_eq!(text, header.as_bytes());
}

#[test]
fn text_ids_that_look_like_formulas_leave_the_sheet_unarmed() {
    let (history, _) = history(&made(3, Layout::Star, Scenario::Typical).0);
    let (_, found) = rule(&history);
    let names: ArrayRef = Arc::new(arrow_array::StringArray::from(vec!["=cmd|' /C calc'!A0", "a,b", "plain"]));
    let mut text = Vec::new();
    assignments::csv("@id", &Ids::new(names), Some(&found), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let starts: Vec<&str> = text.split("\r\n").collect();
    assert!(starts[0].starts_with("'@id,segment,"));
    assert!(starts[1].starts_with("'=cmd|' /C calc'!A0,"));
    assert!(starts[2].starts_with("\"a,b\","));
    assert!(starts[3].starts_with("plain,"));
    // Without order history there is no confidence: the cell is empty.
    assert!(text.trim_end().ends_with(','));
    let negative = Ids::from_i64(vec![-3, -2, -1]);
    let mut text = Vec::new();
    assignments::csv("id", &negative, Some(&found), &mut text).unwrap();
    assert!(String::from_utf8(text).unwrap().contains("\r\n-3,"), "numbers are left alone");
}

#[test]
fn the_page_is_offered_the_files_that_the_command_line_writes() {
    let (folder, _) = made(200, Layout::Star, Scenario::Typical);
    let sources = folder
        .files
        .iter()
        .filter(|(name, _)| name.ends_with(".parquet"))
        .map(|(name, bytes)| Arc::new(BytesSource::new(name.clone(), bytes.clone())) as Arc<dyn Source>)
        .collect();
    let params = Params::default().check().unwrap();
    let finished = block_on(run(sources, None, &params, &Pace::unhurried(), &|_| {})).unwrap();
    let tables = &finished.tables;
    let (name, ids, found) = (tables.id_name.as_str(), &tables.ids, tables.segmentation.as_ref());
    let mut wanted: [Vec<u8>; 4] = Default::default();
    assignments::parquet(name, ids, found, &mut wanted[0]).unwrap();
    assignments::csv(name, ids, found, &mut wanted[1]).unwrap();
    features::parquet(name, ids, &tables.features, &mut wanted[2]).unwrap();
    results::json(&finished.outcome.results, &mut wanted[3]).unwrap();
    let artifacts =
        [Artifact::AssignmentsParquet, Artifact::AssignmentsCsv, Artifact::FeaturesParquet, Artifact::ResultsJson];
    let names = ["assignments.parquet", "assignments.csv", "features.parquet", "results.json"];
    for ((artifact, name), wanted) in artifacts.iter().zip(names).zip(wanted) {
        let file = artifact::make(&finished, artifact).unwrap();
        assert_eq!(file.name, name);
        assert!(file.bytes == wanted, "{name}");
    }
    let back: Results =
        serde_json::from_slice(&artifact::make(&finished, &Artifact::ResultsJson).unwrap().bytes).unwrap();
    assert!(back == finished.outcome.results, "results.json reads back as it was");
}
