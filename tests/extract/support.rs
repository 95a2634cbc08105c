//! Where data lie, and short ways to read them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use quadrant::extract::error::ExtractError;
use quadrant::extract::findings::ExtractFindings;
use quadrant::extract::history::{Extract, Line, OrderHistory};
use quadrant::extract::schema::{Inspection, Mapping};
use quadrant::extract::source::{BytesSource, FileSource, Source};
use quadrant::extract::{ReadOptions, inspect, read};
use quadrant::pace::{Pace, block_on};

pub(crate) type Sources = Vec<Arc<dyn Source>>;

/// Generated extracts, if they are there; says so where they are not.
pub(crate) fn data(name: &str) -> Option<PathBuf> {
    let base = std::env::var_os("QUADRANT_DATA")
        .map_or_else(|| Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../data")).to_owned(), PathBuf::from);
    present(base.join(name))
}

/// Shared reference data, if they are there.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let base = std::env::var_os("QUADRANT_SHARED")
        .map_or_else(|| Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).to_owned(), PathBuf::from);
    present(base.join(name))
}

fn present(path: PathBuf) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    println!("SKIPPED: {} absent", path.display());
    None
}

pub(crate) fn files(folder: &Path, names: &[&str]) -> Sources {
    names.iter().map(|name| Arc::new(FileSource::open(&folder.join(name)).unwrap()) as Arc<dyn Source>).collect()
}

pub(crate) fn read_with(sources: &Sources, mapping: &Mapping) -> Result<(Extract, ExtractFindings), ExtractError> {
    block_on(read(sources, mapping, &ReadOptions::default(), &Pace::unhurried()))
}

pub(crate) fn read_detected(sources: &Sources) -> (Inspection, Extract, ExtractFindings) {
    let inspection = inspect(sources).unwrap();
    assert!(inspection.missing.is_empty(), "{:?}", inspection.missing);
    inspection.mapping.check(&inspection).unwrap();
    let (extract, findings) = read_with(sources, &inspection.mapping).unwrap();
    (inspection, extract, findings)
}

pub(crate) fn history(extract: Extract) -> OrderHistory {
    match extract {
        Extract::History(history) => history,
        Extract::Customers(_) => panic!("a customer table, not a history"),
    }
}

/// The lines of an order, products ascending: the order in which they stand counts for nothing.
pub(crate) fn basket(history: &OrderHistory, order: usize) -> Vec<Line> {
    let mut lines = history.lines_of(order).to_vec();
    lines.sort_unstable_by_key(|line| (line.product(), line.reordered()));
    lines
}

/// The lines of all orders, each order's products ascending.
pub(crate) fn baskets(history: &OrderHistory) -> Vec<Line> {
    (0..history.order_count()).flat_map(|order| basket(history, order)).collect()
}

pub(crate) fn warning(findings: &ExtractFindings, code: &str) -> u64 {
    findings.warnings.iter().find(|w| w.code == code).map_or(0, |w| w.count)
}

/// A Parquet file in memory.
pub(crate) fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true))).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

pub(crate) fn source(name: &str, bytes: Vec<u8>) -> Arc<dyn Source> {
    Arc::new(BytesSource::new(name, bytes))
}

pub(crate) fn table(name: &str, columns: Vec<(&str, ArrayRef)>) -> Arc<dyn Source> {
    source(name, parquet(columns))
}

pub(crate) fn ints(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

pub(crate) fn maybe_ints(values: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(Int64Array::from_iter(values))
}

pub(crate) fn floats(values: impl IntoIterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(Float64Array::from_iter(values))
}

pub(crate) fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}
