//! The engine's own parts in a real browser's worker: byte ranges of a `File`, the same bits as natively.
//!
//! `demo_results.json` is the golden of both builds: natively `tests/pipeline.rs` holds the run to it (and writes
//! it with `QUADRANT_UPDATE=1`), here the same bytes must come out of wasm.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on should panic")]
#![cfg(target_arch = "wasm32")]

#[path = "reference/main.rs"]
mod reference;

use std::sync::Arc;

use js_sys::{Array, Uint8Array};
use quadrant::extract::source::Source;
use quadrant::pace::Pace;
use quadrant::pipeline::params::Params;
use quadrant::pipeline::run::run;
use quadrant::worker::blob::BlobSource;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::File;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const GOLDEN: &str = include_str!("goldens/demo_results.json");

fn file(name: &str, bytes: &[u8]) -> File {
    File::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)), name).unwrap()
}

fn demo() -> Vec<Arc<dyn Source>> {
    [
        ("orders.parquet", include_bytes!("../public/demo/orders.parquet").as_slice()),
        ("order_products__prior.parquet", include_bytes!("../public/demo/order_products__prior.parquet")),
        ("products.parquet", include_bytes!("../public/demo/products.parquet")),
        ("aisles.parquet", include_bytes!("../public/demo/aisles.parquet")),
        ("departments.parquet", include_bytes!("../public/demo/departments.parquet")),
    ]
    .map(|(name, bytes)| Arc::new(BlobSource::new(file(name, bytes))) as Arc<dyn Source>)
    .to_vec()
}

#[wasm_bindgen_test]
fn a_file_is_read_by_ranges() {
    let source = BlobSource::new(file("numbers.bin", &[0, 1, 2, 3, 4, 5, 6, 7]));
    let mut bytes = [0; 3];
    source.read(4, &mut bytes).unwrap();
    assert_eq!(bytes, [4, 5, 6]);
    assert_eq!((source.name(), source.len()), ("numbers.bin", 8));
    assert!(source.read(6, &mut bytes).is_err(), "a short read is an error");
}

#[wasm_bindgen_test]
async fn the_demo_gives_the_same_bits_as_natively() {
    let params = Params::default().check().unwrap();
    let finished = run(demo(), None, &params, &Pace::unhurried(), &|_| {}).await.unwrap();
    let json = serde_json::to_string_pretty(&finished.outcome.results).unwrap();
    for (line, (ours, golden)) in json.lines().zip(GOLDEN.lines()).enumerate() {
        assert_eq!(ours, golden, "line {} of demo_results.json", line + 1);
    }
    assert_eq!(json.trim_end(), GOLDEN.trim_end());
}
