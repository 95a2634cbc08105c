//! The whole run on real input, natively.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on should panic")]
#![cfg(not(target_arch = "wasm32"))]

use std::cell::RefCell;
use std::path::PathBuf;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use quadrant::extract::source::{BytesSource, FileSource, Source};
use quadrant::generate::folder::MemoryFolder;
use quadrant::generate::rehearsal::DEMO;
use quadrant::generate::{Spec, generate};
use quadrant::pace::{Pace, Pacer, block_on};
use quadrant::pipeline::params::{Depth, Params};
use quadrant::pipeline::run::{Finished, run};

fn folder(variable: &str, default: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(default), PathBuf::from)
}

/// The files, or `None` with a visible line when one is absent.
fn sources(paths: &[PathBuf]) -> Option<Vec<Arc<dyn Source>>> {
    let mut sources: Vec<Arc<dyn Source>> = Vec::new();
    for path in paths {
        if !path.exists() {
            println!("SKIPPED: {} is absent", path.display());
            return None;
        }
        sources.push(Arc::new(FileSource::open(path).unwrap()));
    }
    Some(sources)
}

/// The files of the bundled demo.
fn demo() -> Vec<Arc<dyn Source>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let names = ["orders", "order_products__prior", "products", "aisles", "departments"];
    let paths: Vec<PathBuf> = names.iter().map(|name| root.join(format!("public/demo/{name}.parquet"))).collect();
    sources(&paths).expect("the demo is part of the project")
}

fn analyse(sources: Vec<Arc<dyn Source>>) -> Finished {
    let params = Params::default().check().unwrap();
    block_on(run(sources, None, &params, &Pace::unhurried(), &|_| {})).unwrap()
}

fn counts(finished: &Finished) -> Vec<u64> {
    finished.outcome.results.segments.iter().map(|segment| segment.count).collect()
}

#[test]
fn the_real_user_scores_give_the_canonical_case() {
    let path = folder("QUADRANT_SHARED", "../shared").join("data/instacart_user_scores.parquet");
    let Some(sources) = sources(&[path]) else { return };
    let finished = analyse(sources);
    let thresholds = finished.outcome.results.thresholds.value().unwrap();
    assert_eq!(thresholds.frequency.p50.to_bits(), 0.06521739130434782_f64.to_bits());
    assert_eq!(thresholds.loyalty.p50.to_bits(), 0.4634146341463415_f64.to_bits());
    assert_eq!(counts(&finished), [61_317, 30_055, 29_851, 61_000]);
}

#[test]
fn the_2000_user_star_extract_gives_its_reference() {
    let data = folder("QUADRANT_DATA", "../data").join("u2000");
    let names = ["aisles", "orders", "products", "order_products__prior", "departments"];
    let paths: Vec<PathBuf> = names.iter().map(|name| data.join(format!("{name}.parquet"))).collect();
    let Some(sources) = sources(&paths) else { return };
    let finished = analyse(sources);
    assert_eq!(counts(&finished), [595, 291, 289, 592]);
}

/// A stage and its way.
type Stretch = (&'static str, Vec<f64>);

/// Hears every report: it is always due.
#[derive(Clone, Default)]
struct Recorder {
    /// The stages in the order of their beginning, each with its way.
    said: Rc<RefCell<Vec<Stretch>>>,
}

impl Pacer for Recorder {
    fn stage(&self, name: &'static str) {
        self.said.borrow_mut().push((name, Vec::new()));
    }
    fn report(&self, done: u64, total: u64) {
        if let Some((_, way)) = self.said.borrow_mut().last_mut().filter(|_| total > 0) {
            way.push(done as f64 / total as f64);
        }
    }
    fn due(&self) -> bool {
        true
    }
    fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(std::future::ready(()))
    }
    fn cancelled(&self) -> bool {
        false
    }
}

/// Runs, and holds that no stage goes back on its way; the stages that told of one, in their order.
fn never_back(sources: Vec<Arc<dyn Source>>, params: Params) -> Vec<&'static str> {
    let recorder = Recorder::default();
    block_on(run(sources, None, &params.check().unwrap(), &Pace::new(recorder.clone()), &|_| {})).unwrap();
    let said = recorder.said.borrow();
    for (stage, way) in said.iter() {
        for pair in way.windows(2) {
            assert!(pair[1] >= pair[0] - 1e-9, "{stage}: {pair:?}");
        }
    }
    said.iter().filter(|(_, way)| way.len() > 1).map(|(stage, _)| *stage).collect()
}

#[test]
fn no_stage_goes_back_on_its_way() {
    assert!(never_back(demo(), Params::default()).contains(&"validation"));
}

/// A text file tells how many rows it has only by being read.
#[test]
fn nor_where_a_file_that_plays_no_role_is_counted() {
    let notes = format!("remark,about\n{}", "none,nothing\n".repeat(400_000));
    let notes = Arc::new(BytesSource::new("notes.csv", notes.into_bytes())) as Arc<dyn Source>;
    assert!(never_back([demo(), vec![notes]].concat(), Params::default()).contains(&"extract"));
}

/// Few customers: their effects are bootstrapped, too.
#[test]
fn nor_at_full_depth() {
    let mut folder = MemoryFolder::default();
    generate(&Spec { customers: 150, ..DEMO }.check().unwrap(), &mut folder, &Pace::unhurried()).unwrap();
    let files = folder.files.into_iter().filter(|(name, _)| name.ends_with(".parquet"));
    let sources = files.map(|(name, bytes)| Arc::new(BytesSource::new(&name, bytes)) as Arc<dyn Source>).collect();
    let stages = never_back(sources, Params { depth: Depth::Full, ..Params::default() });
    assert_eq!(stages.iter().filter(|stage| **stage == "validation").count(), 2, "{stages:?}");
    assert!(stages.contains(&"clustering"));
}

/// The bundled demo's results, in full: a golden one can read. `tests/web.rs` holds wasm to the same bytes.
#[test]
fn the_demo_gives_its_golden() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let finished = analyse(demo());
    let json = serde_json::to_string_pretty(&finished.outcome.results).unwrap() + "\n";
    let golden = root.join("tests/goldens/demo_results.json");
    if std::env::var_os("QUADRANT_UPDATE").is_some() {
        std::fs::create_dir_all(golden.parent().unwrap()).unwrap();
        std::fs::write(&golden, &json).unwrap();
    }
    let expected = std::fs::read_to_string(&golden).expect("the golden exists; write it with QUADRANT_UPDATE=1");
    for (line, (ours, golden)) in json.lines().zip(expected.lines()).enumerate() {
        assert_eq!(ours, golden, "line {} of demo_results.json; QUADRANT_UPDATE=1 accepts it", line + 1);
    }
    assert_eq!(json.len(), expected.len());
}
