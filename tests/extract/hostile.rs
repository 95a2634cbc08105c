//! Broken files never panic and never make us allocate much more than they weigh.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use quadrant::extract::inspect;
use quadrant::extract::source::{BytesSource, Source};

use crate::support::read_with;

/// Counts what this thread holds and its highest mark.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(change: isize) {
    // Threads that are ending have no counters any more; they are not measured.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + change);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
    });
}

#[allow(unsafe_code, reason = "an allocator can only be written so; it forwards to the system's")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Marsaglia's xorshift: enough to choose bytes to break.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

fn column(n: i64, f: impl Fn(i64) -> i64) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values((0..n).map(f)))
}

/// A wide extract of `n` lines with a column of every kind.
fn wide(n: i64) -> RecordBatch {
    RecordBatch::try_from_iter([
        ("customer_id", column(n, |i| i / 20)),
        ("order_id", Arc::new(StringArray::from_iter_values((0..n).map(|i| format!("o-{}", i / 4)))) as ArrayRef),
        ("order_number", Arc::new(Int32Array::from_iter_values((0..n).map(|i| (i / 4 % 5) as i32))) as ArrayRef),
        (
            "days_since_prior_order",
            Arc::new(Float64Array::from_iter((0..n).map(|i| (i / 4 % 5 > 0).then_some((i % 7) as f64)))) as ArrayRef,
        ),
        ("product_id", column(n, |i| i * 7919 % 61)),
        ("reordered", Arc::new(BooleanArray::from_iter((0..n).map(|i| Some(i % 3 == 0)))) as ArrayRef),
        (
            "category",
            Arc::new(StringArray::from_iter_values((0..n).map(|i| format!("c{}", i * 7919 % 61 % 9)))) as ArrayRef,
        ),
    ])
    .unwrap()
}

fn written(batch: &RecordBatch, properties: WriterProperties) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn variants() -> Vec<(&'static str, Vec<u8>)> {
    let batch = wide(400);
    let plain = || WriterProperties::builder().set_data_page_row_count_limit(150).set_write_batch_size(50);
    vec![
        ("plain", written(&batch, plain().set_dictionary_enabled(false).build())),
        ("dictionary", written(&batch, plain().build())),
        ("snappy", written(&batch, plain().set_compression(Compression::SNAPPY).build())),
        ("gzip", written(&batch, plain().set_compression(Compression::GZIP(GzipLevel::default())).build())),
        ("zstd", written(&batch, plain().set_compression(Compression::ZSTD(ZstdLevel::default())).build())),
        ("lz4", written(&batch, plain().set_compression(Compression::LZ4).build())),
        ("lz4_raw", written(&batch, plain().set_compression(Compression::LZ4_RAW).build())),
        // We link no encoder of Brotli (see vendor/README.md): another writer's file.
        ("brotli", include_bytes!("../fixtures/parquet/codec_brotli.parquet").to_vec()),
        (
            "delta",
            written(
                &batch,
                plain()
                    .set_writer_version(WriterVersion::PARQUET_2_0)
                    .set_dictionary_enabled(false)
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .build(),
            ),
        ),
        (
            "delta_uncompressed",
            written(
                &batch,
                plain().set_writer_version(WriterVersion::PARQUET_2_0).set_dictionary_enabled(false).build(),
            ),
        ),
        ("dictionary_v2", written(&batch, plain().set_writer_version(WriterVersion::PARQUET_2_0).build())),
        (
            "byte_stream_split",
            written(
                &batch,
                plain()
                    .set_dictionary_enabled(false)
                    .set_column_encoding("days_since_prior_order".into(), Encoding::BYTE_STREAM_SPLIT)
                    .set_column_encoding("category".into(), Encoding::DELTA_LENGTH_BYTE_ARRAY)
                    .set_column_encoding("order_id".into(), Encoding::DELTA_BYTE_ARRAY)
                    .build(),
            ),
        ),
    ]
}

/// Inspects and reads `bytes`; what the outcome is does not matter, that there is one does.
fn survive(bytes: Vec<u8>) {
    let sources: Vec<Arc<dyn Source>> = vec![Arc::new(BytesSource::new("broken.parquet", bytes))];
    if let Ok(inspection) = inspect(&sources) {
        let _ = read_with(&sources, &inspection.mapping);
    }
}

/// Changes a few bytes; most often near the end, where the footer lies.
fn broken(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let n = bytes.len();
    let changes = 1 + dice.below(3);
    for _ in 0..changes {
        let at = match dice.below(3) {
            0 => n - 1 - dice.below(n.min(1500)),
            _ => dice.below(n),
        };
        bytes[at] = match dice.below(4) {
            0 => bytes[at] ^ (1 << dice.below(8)),
            1 => 0xff,
            2 => dice.below(256) as u8,
            _ => bytes[at].wrapping_add(1),
        };
    }
    if dice.below(20) == 0 {
        bytes.truncate(dice.below(n));
    }
    bytes
}

#[test]
fn broken_files_never_panic_and_never_swell() {
    let rounds: usize = std::env::var("QUADRANT_MUTATIONS").ok().and_then(|v| v.parse().ok()).unwrap_or(300);
    let mut failures: std::collections::BTreeMap<String, (usize, String)> = std::collections::BTreeMap::new();
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|info| {
        LAST.with(|last| {
            *last.borrow_mut() = format!("{:?}", info.location().map(|l| format!("{}:{}", l.file(), l.line())));
        });
    }));
    for (name, base) in variants() {
        survive(base.clone());
        for seed in 0..rounds {
            let mut dice = Dice(0x9e37_79b9 + seed as u64 * 7_777_777 + 1);
            let bytes = broken(&base, &mut dice);
            let weight = bytes.len() as isize;
            let before = HELD.get();
            PEAK.set(before);
            let outcome = catch_unwind(AssertUnwindSafe(|| survive(bytes)));
            let peak = PEAK.get() - before;
            if outcome.is_err() {
                let at = LAST.with(|l| l.borrow().clone());
                failures.entry(at).or_insert((0, format!("{name} seed {seed}"))).0 += 1;
            }
            if peak > 64 * weight + (24 << 20) {
                failures
                    .entry(format!("allocation {} MiB", peak >> 20))
                    .or_insert((0, format!("{name} seed {seed}")))
                    .0 += 1;
            }
        }
    }
    std::panic::set_hook(hook);
    assert!(failures.is_empty(), "{failures:#?}");
}

thread_local! {
    static LAST: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}
