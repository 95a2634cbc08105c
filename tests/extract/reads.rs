//! How a file is read: few ranges, and only what is needed of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use quadrant::extract::source::{BytesSource, Source, SourceError};
use quadrant::extract::{inspect, schema::Mapping};

use super::support::{Sources, ints, read_with, table};

/// Counts what it is asked for.
struct Asked {
    inner: BytesSource,
    reads: AtomicU64,
    bytes: AtomicU64,
}

impl Source for Asked {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn len(&self) -> u64 {
        self.inner.len()
    }

    fn read(&self, offset: u64, buf: &mut [u8]) -> Result<(), SourceError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(buf.len() as u64, Ordering::Relaxed);
        self.inner.read(offset, buf)
    }
}

const ROWS: usize = 400_000;
const GROUPS: usize = 8;

/// Lines in row groups of half a megabyte and more, with a column of remarks that nobody needs and that weighs most.
fn lines() -> Vec<u8> {
    let mut order = 0;
    let mut seed = 1_u64;
    let mut dice = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as i64
    };
    let orders: Vec<i64> = (0..ROWS)
        .map(|row| {
            order += i64::from(row % 8 == 0);
            order
        })
        .collect();
    let products: Vec<i64> = (0..ROWS).map(|_| dice()).map(|product| product % 40_000).collect();
    let remarks: Vec<String> = (0..ROWS).map(|_| format!("{:x}{:x}{:x}", dice(), dice(), dice())).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("order_id", Arc::new(Int64Array::from(orders))),
        ("remark", Arc::new(StringArray::from(remarks))),
        ("product_id", Arc::new(Int64Array::from(products))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(ROWS / GROUPS)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn a_chunk_is_one_read_and_what_nobody_needs_is_left() {
    let bytes = lines();
    let weight = bytes.len() as u64;
    let orders = ROWS / 8;
    let columns = vec![
        ("order_id", ints(1..=orders as i64)),
        ("user_id", ints((0..orders as i64).map(|order| order / 10))),
        ("order_number", ints((0..orders as i64).map(|order| order % 10 + 1))),
        ("days_since_prior_order", ints(vec![7; orders])),
    ];
    let asked = Arc::new(Asked { inner: BytesSource::new("lines.parquet", bytes), reads: 0.into(), bytes: 0.into() });
    let sources: Sources = vec![table("orders.parquet", columns), Arc::clone(&asked) as Arc<dyn Source>];
    let mapping: Mapping = inspect(&sources).unwrap().mapping;
    let before = (asked.reads.load(Ordering::Relaxed), asked.bytes.load(Ordering::Relaxed));
    read_with(&sources, &mapping).unwrap();
    let reads = asked.reads.load(Ordering::Relaxed) - before.0;
    let read = asked.bytes.load(Ordering::Relaxed) - before.1;
    // Orders once, products once, a chunk each; the footer, and one to be sure of its length.
    assert!(reads <= 2 * GROUPS as u64 + 4, "{reads} reads");
    assert!(read < weight / 2, "{read} of {weight} bytes");
}
