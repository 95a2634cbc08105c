//! The distance kernel behind the silhouette: sums of distances of every row to every cluster.
//!
//! Rows are sorted by cluster and stored in octets (eight rows, feature by feature), so that one inner
//! loop handles 4 x 8 distances in registers and every pair is computed once for both of its rows.
//! Differences are squared directly (not through dot products): equal rows are exactly 0 apart.
//! Distances are `f32`, summed in `f32` over at most 256 rows and in `f64` from there.

use super::indices::Grouping;
use super::matrix::Matrix;
use crate::pace::{Cancelled, Pace};

/// Rows per octet: two registers of four `f32`.
const LANES: usize = 8;
/// Rows of one octet that are handled together.
const HALF: usize = 4;
/// Octets per block: a block of 14 features stays in the first-level cache.
const BLOCK: usize = 32;

type Lanes = [f32; LANES];

/// Rows sorted by cluster, in octets; every cluster begins a new octet.
struct Octets {
    /// `values[o * d + f][lane]`: feature f of the rows of octet o.
    values: Vec<Lanes>,
    /// 1 for a row, 0 for padding at a cluster's end.
    weights: Vec<Lanes>,
    /// Row of every slot (octet * 8 + lane); `None` for padding.
    origin: Vec<Option<u32>>,
    /// Runs of octets of one cluster, at most [`BLOCK`] long.
    blocks: Vec<Block>,
}

#[derive(Clone, Copy)]
struct Block {
    start: usize,
    end: usize,
    cluster: usize,
}

impl Octets {
    fn new(x: &Matrix<f32>, groups: &Grouping) -> Self {
        let d = x.columns();
        let mut members: Vec<Vec<u32>> = groups.sizes.iter().map(|&size| Vec::with_capacity(size)).collect();
        for (row, &code) in groups.codes.iter().enumerate() {
            members[code as usize].push(row as u32);
        }
        let octets: usize = groups.sizes.iter().map(|size| size.div_ceil(LANES)).sum();
        let mut values = vec![[0.0; LANES]; octets * d];
        let mut weights = vec![[0.0; LANES]; octets];
        let mut origin = vec![None; octets * LANES];
        let mut blocks = Vec::new();
        let mut octet = 0;
        for (cluster, rows) in members.iter().enumerate() {
            let first = octet;
            for eight in rows.chunks(LANES) {
                for (lane, &row) in eight.iter().enumerate() {
                    for (slot, &value) in values[octet * d..(octet + 1) * d].iter_mut().zip(x.row(row as usize)) {
                        slot[lane] = value;
                    }
                    weights[octet][lane] = 1.0;
                    origin[octet * LANES + lane] = Some(row);
                }
                octet += 1;
            }
            let mut start = first;
            while start < octet {
                let end = (start + BLOCK).min(octet);
                blocks.push(Block { start, end, cluster });
                start = end;
            }
        }
        Self { values, weights, origin, blocks }
    }

    fn is_full(&self, octet: usize) -> bool {
        self.weights[octet][LANES - 1] > 0.0
    }
}

/// `result[i * k + c]` = sum of the distances of row i to all rows of cluster c.
///
/// The groups must cover all rows of `x`.
pub(super) async fn cluster_distance_sums(
    x: &Matrix<f32>,
    groups: &Grouping,
    pace: &Pace,
) -> Result<Vec<f64>, Cancelled> {
    let k = groups.k();
    let octets = Octets::new(x, groups);
    let mut slots = vec![0.0_f64; octets.origin.len() * k];
    let count = octets.blocks.len() as u64;
    let total = count * (count + 1) / 2;
    let mut done = 0;
    for (index, &rows) in octets.blocks.iter().enumerate() {
        for (step, &columns) in octets.blocks[index..].iter().enumerate() {
            add_block_pair(&octets, x.columns(), k, rows, columns, &mut slots);
            if step % 8 == 7 {
                pace.tick(done + step as u64, total).await?;
            }
        }
        done += count - index as u64;
        pace.tick(done, total).await?;
    }
    let mut sums = vec![0.0; x.rows() * k];
    for (origin, from) in octets.origin.iter().zip(slots.chunks_exact(k)) {
        if let Some(row) = *origin {
            sums[row as usize * k..(row as usize + 1) * k].copy_from_slice(from);
        }
    }
    Ok(sums)
}

/// Adds the distances between two blocks (or within one) to both sides.
fn add_block_pair(octets: &Octets, d: usize, k: usize, rows: Block, columns: Block, slots: &mut [f64]) {
    let within = rows.start == columns.start;
    let mut column_sums = [[0.0_f32; LANES]; BLOCK];
    for i in rows.start..rows.end {
        let xi = &octets.values[i * d..(i + 1) * d];
        let full = octets.is_full(i);
        for half in [0, HALF] {
            let mut row_sums = [[0.0_f32; LANES]; HALF];
            let first = if within { i } else { columns.start };
            for j in first..columns.end {
                let xj = &octets.values[j * d..(j + 1) * d];
                let mut distances = if half == 0 { four_by_eight::<0>(xi, xj) } else { four_by_eight::<HALF>(xi, xj) };
                if !(full && octets.is_full(j)) {
                    for (r, lanes) in distances.iter_mut().enumerate() {
                        for (value, weight) in lanes.iter_mut().zip(&octets.weights[j]) {
                            *value *= weight * octets.weights[i][half + r];
                        }
                    }
                }
                for (sums, lanes) in row_sums.iter_mut().zip(&distances) {
                    for (sum, value) in sums.iter_mut().zip(lanes) {
                        *sum += value;
                    }
                }
                // An octet with itself already meets every pair from both sides.
                if !(within && i == j) {
                    let [a, b, c, e] = distances;
                    for (lane, sum) in column_sums[j - columns.start].iter_mut().enumerate() {
                        *sum += (a[lane] + b[lane]) + (c[lane] + e[lane]);
                    }
                }
            }
            for (r, lanes) in row_sums.iter().enumerate() {
                let slot = &mut slots[(i * LANES + half + r) * k + columns.cluster];
                for &value in lanes {
                    *slot += f64::from(value);
                }
            }
        }
    }
    for (j, lanes) in (columns.start..columns.end).zip(&column_sums) {
        for (lane, &value) in lanes.iter().enumerate() {
            slots[(j * LANES + lane) * k + rows.cluster] += f64::from(value);
        }
    }
}

/// Distances of rows `H..H + 4` of one octet to the eight rows of another.
#[inline(always)]
#[expect(clippy::inline_always, reason = "its sums must stay in the caller's registers")]
fn four_by_eight<const H: usize>(xi: &[Lanes], xj: &[Lanes]) -> [Lanes; HALF] {
    let mut sums = [[0.0_f32; LANES]; HALF];
    for (a, b) in xi.iter().zip(xj) {
        for r in 0..HALF {
            let value = a[H + r];
            for lane in 0..LANES {
                let difference = b[lane] - value;
                sums[r][lane] += difference * difference;
            }
        }
    }
    for lanes in &mut sums {
        for value in lanes {
            *value = value.sqrt();
        }
    }
    sums
}
