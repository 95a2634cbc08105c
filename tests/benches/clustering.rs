//! The clustering kernels at full scale, part by part; `clustering.py` runs scikit-learn's on the same matrix.
//!
//! `clustering prep FOLDER OF FILES` reads a star extract, prepares the canonical 14 features of all customers and
//! writes `x14.f32` (rows x 14, little endian) and `labels2.u32` (k-means, k = 2). `clustering PART FOLDER` then times
//! one part on them, each in a process of its own so that its peak memory is its own: `kmeans` (k = 2..=10, 10
//! starts), `sil10k`, `sil25k` (rows sampled), `silall` (all rows). Prints one JSON line.
//!
//! As wasm it offers the same parts to a page (`kernels.mjs`).
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool that prints, and stops where it cannot go on")]

use quadrant::pace::{Pace, block_on};
use quadrant::stats::kmeans::{KMeansParams, kmeans};
use quadrant::stats::matrix::Matrix;
use quadrant::stats::rng::Rng;
use quadrant::stats::silhouette::silhouette_tiled;

const COLUMNS: usize = 14;

/// The least inertia for each k, 10 starts.
fn k_grid(x: &Matrix<f32>) -> Vec<f64> {
    let grid = (2..=10).map(|k| {
        let mut rng = Rng::substream(42, "kmeans", k as u64);
        block_on(kmeans(x, KMeansParams::new(k).starts(10), &mut rng, &Pace::unhurried())).unwrap().inertia
    });
    grid.collect()
}

/// So many rows of the matrix, with their labels.
fn sampled(x: Matrix<f32>, labels: Vec<u32>, wanted: usize) -> (Matrix<f32>, Vec<u32>) {
    if wanted >= x.rows() {
        return (x, labels);
    }
    let rows: Vec<u32> = Rng::new(42).sample(x.rows(), wanted).into_iter().map(|row| row as u32).collect();
    (x.select_rows(&rows), rows.iter().map(|&row| labels[row as usize]).collect())
}

/// Rows that a part looks at; `None` if it is no silhouette.
fn rows_of(part: &str) -> Option<usize> {
    match part {
        "sil10k" => Some(10_000),
        "sil25k" => Some(25_000),
        "silall" => Some(usize::MAX),
        _ => None,
    }
}

fn mean_silhouette(x: &Matrix<f32>, labels: &[u32]) -> f64 {
    block_on(silhouette_tiled(x, labels, &Pace::unhurried())).unwrap().value().unwrap().mean
}

/// `n` rows in pairs, each once: what must be computed, however often it is.
fn pairs(n: usize) -> f64 {
    n as f64 * (n as f64 - 1.0) / 2.0
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Instant;

    use quadrant::extract::source::{FileSource, Source};
    use quadrant::extract::{ReadOptions, inspect, read};
    use quadrant::features::build::build;
    use quadrant::prepare::matrix::prepare;
    use quadrant::prepare::sets::FeatureSet;
    use quadrant::stats::measured::Measured;

    use super::{
        COLUMNS, KMeansParams, Matrix, Pace, Rng, block_on, k_grid, kmeans, mean_silhouette, pairs, rows_of, sampled,
    };

    pub(super) fn main() {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let [part, folder, files @ ..] = arguments.as_slice() else { panic!("clustering PART FOLDER [FILE...]") };
        let folder = Path::new(folder);
        if part == "prep" {
            prep(folder, files);
            return;
        }
        let x = matrix(folder);
        let Some(wanted) = rows_of(part) else {
            let start = Instant::now();
            let inertias = k_grid(&x);
            let seconds = start.elapsed().as_secs_f64();
            println!("{{\"part\": \"{part}\", \"seconds\": {seconds:.3}, \"values\": {inertias:?}}}");
            return;
        };
        let labels = words(&folder.join("labels2.u32")).into_iter().map(u32::from_le_bytes).collect();
        let (x, labels) = sampled(x, labels, wanted);
        let start = Instant::now();
        let mean = mean_silhouette(&x, &labels);
        let seconds = start.elapsed().as_secs_f64();
        let pairs = pairs(x.rows()) / seconds;
        println!(
            "{{\"part\": \"{part}\", \"seconds\": {seconds:.3}, \"pairs_per_second\": {pairs:.0}, \"values\": [{mean}]}}"
        );
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
}

#[cfg(target_arch = "wasm32")]
mod page {
    use wasm_bindgen::prelude::*;

    use super::{COLUMNS, Matrix, k_grid, mean_silhouette, pairs, rows_of, sampled};

    /// One part, taken in and not yet done: only doing it is timed.
    #[wasm_bindgen]
    pub struct Part {
        x: Matrix<f32>,
        labels: Vec<u32>,
        silhouette: bool,
    }

    #[wasm_bindgen]
    impl Part {
        /// `values`: rows x 14; `labels`: one per row.
        #[wasm_bindgen(constructor)]
        pub fn new(name: &str, values: Vec<f32>, labels: Vec<u32>) -> Self {
            let rows = values.len() / COLUMNS;
            let x = Matrix::new(values, rows, COLUMNS).unwrap();
            let wanted = rows_of(name);
            let (x, labels) = sampled(x, labels, wanted.unwrap_or(usize::MAX));
            Self { x, labels, silhouette: wanted.is_some() }
        }

        /// Pairs of rows.
        pub fn pairs(&self) -> f64 {
            if self.silhouette { pairs(self.x.rows()) } else { 0.0 }
        }

        /// Does it.
        pub fn values(&self) -> Vec<f64> {
            if self.silhouette { vec![mean_silhouette(&self.x, &self.labels)] } else { k_grid(&self.x) }
        }
    }
}

fn main() {
    #[cfg(not(target_arch = "wasm32"))]
    native::main();
}
