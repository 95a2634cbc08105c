//! Simulates the critical values of the dip under uniformity and prints `src/stats/dip_table.rs`.
//!
//! `cargo run --release --example dip_table > src/stats/dip_table.rs`: a quarter of an hour on two cores. The draws
//! are seeded per block, so the table does not depend on the number of threads.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool that prints, and stops where it cannot go on")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use quadrant::stats::dip::statistic;
use quadrant::stats::rng::Rng;

/// Sample sizes; the last one serves as the asymptotic row.
const SIZES: [u32; 20] =
    [4, 5, 6, 7, 8, 9, 10, 15, 20, 30, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 72_000];
/// Lower probabilities of the columns.
const PROBABILITIES: [&str; 20] = [
    "0.0", "0.01", "0.02", "0.05", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "0.95", "0.98",
    "0.99", "0.995", "0.998", "0.999", "1.0",
];
/// Values drawn per size, about; the number of samples is held between the two limits.
const VALUES: u64 = 200_000_000;
const FEWEST: u64 = 20_000;
const MOST: u64 = 2_000_000;
/// Samples per seed.
const BLOCK: u64 = 2_000;
const SEED: u64 = 217;

/// Dips of `draws` uniform samples of size `n`, ascending.
fn dips(n: u32, draws: u64) -> Vec<f64> {
    let next = AtomicU64::new(0);
    let worker = || {
        let mut found = Vec::new();
        let mut sample = vec![0.0; n as usize];
        loop {
            let block = next.fetch_add(1, Ordering::Relaxed);
            if block * BLOCK >= draws {
                return found;
            }
            let mut rng = Rng::substream(SEED, &format!("dip {n}"), block);
            for _ in 0..BLOCK {
                // Order statistics of a uniform sample are proportional to sums of exponentials.
                let mut sum = 0.0;
                for value in &mut sample {
                    sum -= libm::log(1.0 - rng.uniform());
                    *value = sum;
                }
                found.push(statistic(&sample).unwrap());
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut all: Vec<f64> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    all.sort_unstable_by(f64::total_cmp);
    all
}

fn main() {
    let mut rows = Vec::new();
    for n in SIZES {
        let draws = (VALUES / u64::from(n)).clamp(FEWEST, MOST).next_multiple_of(BLOCK);
        let sorted = dips(n, draws);
        let at = |p: &str| {
            let p: f64 = p.parse().unwrap();
            sorted[(p * (sorted.len() - 1) as f64).round() as usize]
        };
        let row = PROBABILITIES.map(|p| format!("{:.0}", at(p) * 1e9));
        eprintln!("{n}: {draws} samples, median {}", at("0.5"));
        rows.push(row);
    }
    print(&rows);
}

fn print(rows: &[[String; 20]]) {
    println!("//! Critical values of the dip statistic under uniformity, simulated by `tests/tools/dip_table.rs`.");
    println!("//!");
    println!(
        "//! Each row comes from {FEWEST} to {MOST} uniform samples (seed {SEED}), fewer the larger they are, so that a"
    );
    println!("//! probability is off by .0004 (small samples) to .0035 (large ones) at most, as a standard error.");
    println!();
    let grouped = |n: u32| if n < 1_000 { n.to_string() } else { format!("{}_{:03}", n / 1_000, n % 1_000) };
    println!("/// Sample sizes of the rows; the last one serves as the asymptotic row.");
    println!("pub(super) const SIZES: [u32; {}] = [{}];\n", SIZES.len(), SIZES.map(grouped).join(", "));
    println!("/// Probabilities of the columns.");
    println!("pub(super) const PROBABILITIES: [f64; {}] = [{}];\n", PROBABILITIES.len(), PROBABILITIES.join(", "));
    println!("/// Unit of [`QUANTILES`].");
    println!("pub(super) const UNIT: f64 = 1e-9;\n");
    println!("/// Quantiles of the dip, one row per sample size, one column per probability, in units of [`UNIT`].");
    println!("#[rustfmt::skip]");
    println!("pub(super) const QUANTILES: [[u32; {}]; {}] = [", PROBABILITIES.len(), rows.len());
    for row in rows {
        println!("    [");
        for part in row.chunks(10) {
            println!("        {},", part.join(", "));
        }
        println!("    ],");
    }
    println!("];");
}
