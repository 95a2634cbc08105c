//! The clustering kernels at full scale, part by part; `clustering.py` runs scikit-learn's on the same matrix.
//!
//! `clustering prep FOLDER OF FILES` reads a star extract, prepares the canonical 14 features of all customers and
//! writes `x14.f32` (rows x 14, little endian) and `labels2.u32` (k-means, k = 2). `clustering PART FOLDER` then times
//! one part on them, each in a process of its own so that its peak memory is its own: `kmeans` (k = 2..=10, 10
//! starts), `sil10k`, `sil25k` (rows sampled), `silall` (all rows). Prints one JSON line.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool that prints, and stops where it cannot go on")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use quadrant::extract::source::{FileSource, Source};
use quadrant::extract::{ReadOptions, inspect, read};
use quadrant::features::build::build;
use quadrant::pace::{Pace, block_on};
use quadrant::prepare::matrix::prepare;
use quadrant::prepare::sets::FeatureSet;
use quadrant::stats::kmeans::{KMeansParams, kmeans};
use quadrant::stats::matrix::Matrix;
use quadrant::stats::measured::Measured;
use quadrant::stats::rng::Rng;
use quadrant::stats::silhouette::silhouette_tiled;

const COLUMNS: usize = 14;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [part, folder, files @ ..] = arguments.as_slice() else { panic!("clustering PART FOLDER [FILE...]") };
    let folder = Path::new(folder);
    let pace = Pace::unhurried();
    match part.as_str() {
        "prep" => prep(folder, files),
        "kmeans" => {
            let x = matrix(folder);
            let start = Instant::now();
            let mut inertias = Vec::new();
            for k in 2..=10 {
                let mut rng = Rng::substream(42, "kmeans", k as u64);
                let found = block_on(kmeans(&x, KMeansParams::new(k).starts(10), &mut rng, &pace)).unwrap();
                inertias.push(found.inertia);
            }
            let seconds = start.elapsed().as_secs_f64();
            println!("{{\"part\": \"{part}\", \"seconds\": {seconds:.3}, \"values\": {inertias:?}}}");
        }
        "sil10k" => silhouette(part, folder, 10_000),
        "sil25k" => silhouette(part, folder, 25_000),
        "silall" => silhouette(part, folder, usize::MAX),
        other => panic!("no part {other}"),
    }
}

fn prep(folder: &Path, files: &[String]) {
    let sources: Vec<Arc<dyn Source>> =
        files.iter().map(|path| Arc::new(FileSource::open(path.as_ref()).unwrap()) as Arc<dyn Source>).collect();
    let pace = Pace::unhurried();
    let mapping = inspect(&sources).unwrap().mapping;
    let (extract, _) = block_on(read(&sources, &mapping, &ReadOptions::default(), &pace)).unwrap();
    let table = block_on(build(extract.history().unwrap(), 5, &pace)).unwrap();
    let rows: Vec<u32> = (0..table.rows() as u32).collect();
    let none = Measured::absent("not needed", "");
    let prepared = block_on(prepare(&table, &FeatureSet::canonical_behavioural(), &none, &rows, &pace)).unwrap();
    let x = &prepared.value().unwrap().x;
    assert_eq!(x.columns(), COLUMNS);
    let bytes: Vec<u8> = x.values().iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(folder.join("x14.f32"), bytes).unwrap();
    let mut rng = Rng::substream(42, "kmeans", 2);
    let labels = block_on(kmeans(x, KMeansParams::new(2), &mut rng, &pace)).unwrap().labels;
    std::fs::write(folder.join("labels2.u32"), labels.iter().flat_map(|l| l.to_le_bytes()).collect::<Vec<u8>>())
        .unwrap();
    println!("{{\"part\": \"prep\", \"rows\": {}}}", x.rows());
}

fn words(path: &Path) -> Vec<[u8; 4]> {
    std::fs::read(path).unwrap().chunks_exact(4).map(|four| four.try_into().unwrap()).collect()
}

fn matrix(folder: &Path) -> Matrix<f32> {
    let values: Vec<f32> = words(&folder.join("x14.f32")).into_iter().map(f32::from_le_bytes).collect();
    let rows = values.len() / COLUMNS;
    Matrix::new(values, rows, COLUMNS).unwrap()
}

fn silhouette(part: &str, folder: &Path, wanted: usize) {
    let (mut x, mut labels) = (matrix(folder), Vec::new());
    labels.extend(words(&folder.join("labels2.u32")).into_iter().map(u32::from_le_bytes));
    if wanted < x.rows() {
        let rows: Vec<u32> = Rng::new(42).sample(x.rows(), wanted).into_iter().map(|row| row as u32).collect();
        labels = rows.iter().map(|&row| labels[row as usize]).collect();
        x = x.select_rows(&rows);
    }
    let n = x.rows() as f64;
    let start = Instant::now();
    let found = block_on(silhouette_tiled(&x, &labels, &Pace::unhurried())).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    // Each pair of rows once: what must be computed, however often it is.
    let pairs = n * (n - 1.0) / 2.0 / seconds;
    let mean = found.value().unwrap().mean;
    println!(
        "{{\"part\": \"{part}\", \"seconds\": {seconds:.3}, \"pairs_per_second\": {pairs:.0}, \"values\": [{mean}]}}"
    );
}
