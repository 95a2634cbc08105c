//! The distance kernel behind k-means: a few rows against all centers, centers across the lanes.
//!
//! `f32`, differences squared directly, features in order: lanes never mix, so that the compiler may use
//! registers of any width and the bits stay the same.

use super::matrix::{Coordinate, Matrix};

/// Lanes of one group of centers.
const LANES: usize = 4;
/// Groups of one tile: 16 centers at a time.
const TILE: usize = 4;
/// Coordinate of the centers that pad the last group: far from everything, its square still finite.
const FAR: f32 = 1e17;

/// The nearest and second nearest center of a row, as squared distances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Nearest {
    /// Index of the nearest center; the lowest among equals.
    pub(super) label: u32,
    /// Squared distance to it.
    pub(super) first: f32,
    /// Squared distance to the next one.
    pub(super) second: f32,
}

const NOWHERE: Nearest = Nearest { label: 0, first: f32::INFINITY, second: f32::INFINITY };

/// Up to 16 centers, feature by feature.
struct Tile {
    /// Index of its first center.
    offset: u32,
    groups: usize,
    /// `values[f * groups + g][lane]`.
    values: Vec<[f32; LANES]>,
}

/// k centers laid out for the kernel.
pub(super) struct CenterLanes {
    tiles: Vec<Tile>,
}

impl CenterLanes {
    /// Lays out the rows of `centers`.
    pub(super) fn new<T: Coordinate>(centers: &Matrix<T>) -> Self {
        let (k, d) = (centers.rows(), centers.columns());
        let mut tiles = Vec::new();
        for offset in (0..k).step_by(TILE * LANES) {
            let width = (k - offset).min(TILE * LANES);
            let groups = width.div_ceil(LANES);
            let mut values = vec![[FAR; LANES]; groups * d];
            for c in 0..width {
                for (f, &value) in centers.row(offset + c).iter().enumerate() {
                    let wide: f64 = value.into();
                    values[f * groups + c / LANES][c % LANES] = wide as f32;
                }
            }
            tiles.push(Tile { offset: offset as u32, groups, values });
        }
        Self { tiles }
    }

    /// Calls `each(position, nearest)` for every row named by `rows`, in order.
    pub(super) fn nearest(&self, x: &Matrix<f32>, rows: &[u32], each: impl FnMut(usize, Nearest)) {
        match self.tiles.as_slice() {
            [tile] if tile.groups == 1 => self.sweep::<1, 4>(x, rows, each),
            [tile] if tile.groups == 2 => self.sweep::<2, 4>(x, rows, each),
            [tile] if tile.groups == 3 => self.sweep::<3, 2>(x, rows, each),
            _ => self.sweep::<4, 2>(x, rows, each),
        }
    }

    fn sweep<const G: usize, const P: usize>(
        &self,
        x: &Matrix<f32>,
        rows: &[u32],
        mut each: impl FnMut(usize, Nearest),
    ) {
        let (chunks, rest) = rows.as_chunks::<P>();
        for (chunk, rows) in chunks.iter().enumerate() {
            let found = self.several::<G, P>(rows.map(|row| x.row(row as usize)));
            for (p, nearest) in found.into_iter().enumerate() {
                each(chunk * P + p, nearest);
            }
        }
        for (p, &row) in rest.iter().enumerate() {
            let [nearest] = self.several::<G, 1>([x.row(row as usize)]);
            each(chunks.len() * P + p, nearest);
        }
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the sums must stay in registers")]
    fn several<const G: usize, const P: usize>(&self, rows: [&[f32]; P]) -> [Nearest; P] {
        let mut found = [NOWHERE; P];
        for tile in &self.tiles {
            if tile.groups == G {
                select(tile.offset, squared_distances::<G, P>(&tile.values, rows), &mut found);
            } else {
                // The last, narrower tile of more than 16 centers.
                for (row, nearest) in rows.into_iter().zip(&mut found) {
                    let one = std::slice::from_mut(nearest);
                    match tile.groups {
                        1 => select(tile.offset, squared_distances::<1, 1>(&tile.values, [row]), one),
                        2 => select(tile.offset, squared_distances::<2, 1>(&tile.values, [row]), one),
                        _ => select(tile.offset, squared_distances::<3, 1>(&tile.values, [row]), one),
                    }
                }
            }
        }
        found
    }
}

/// Squared distances of P rows to one group of four centers: `each(row position, four distances)`.
pub(super) fn to_four(x: &Matrix<f32>, centers: [&[f32]; LANES], mut each: impl FnMut(usize, [f32; LANES])) {
    const P: usize = 4;
    let d = x.columns();
    let values: Vec<[f32; LANES]> = (0..d).map(|f| centers.map(|center| center[f])).collect();
    let mut i = 0;
    while i + P <= x.rows() {
        let rows = [x.row(i), x.row(i + 1), x.row(i + 2), x.row(i + 3)];
        for (p, [four]) in squared_distances::<1, P>(&values, rows).into_iter().enumerate() {
            each(i + p, four);
        }
        i += P;
    }
    while i < x.rows() {
        let [[four]] = squared_distances::<1, 1>(&values, [x.row(i)]);
        each(i, four);
        i += 1;
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "the sums must stay in registers")]
fn squared_distances<const G: usize, const P: usize>(
    values: &[[f32; LANES]],
    rows: [&[f32]; P],
) -> [[[f32; LANES]; G]; P] {
    let mut sums = [[[0.0_f32; LANES]; G]; P];
    let (features, _) = values.as_chunks::<G>();
    for (f, centers) in features.iter().enumerate() {
        for (row, sums) in rows.iter().zip(&mut sums) {
            let value = row[f];
            for (lanes, center) in sums.iter_mut().zip(centers) {
                for lane in 0..LANES {
                    let difference = center[lane] - value;
                    lanes[lane] += difference * difference;
                }
            }
        }
    }
    sums
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "follows the kernel directly")]
fn select<const G: usize, const P: usize>(offset: u32, distances: [[[f32; LANES]; G]; P], found: &mut [Nearest]) {
    for (groups, nearest) in distances.iter().zip(found) {
        for (g, lanes) in groups.iter().enumerate() {
            for (lane, &distance) in lanes.iter().enumerate() {
                let nearer = distance < nearest.first;
                let runner_up = if nearer { nearest.first } else { distance };
                nearest.second = if runner_up < nearest.second { runner_up } else { nearest.second };
                nearest.label = if nearer { offset + (g * LANES + lane) as u32 } else { nearest.label };
                nearest.first = if nearer { distance } else { nearest.first };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::matrix::squared_distance;

    #[test]
    fn every_width_finds_the_two_nearest() {
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 1e6
        };
        for k in 1..40 {
            for d in [1, 3, 14] {
                let x = Matrix::new((0..11 * d).map(|_| next()).collect(), 11, d).unwrap();
                let centers = Matrix::new((0..k * d).map(|_| next()).collect(), k, d).unwrap();
                let rows: Vec<u32> = (0..11).rev().collect();
                let mut seen = 0;
                CenterLanes::new(&centers).nearest(&x, &rows, |position, nearest| {
                    let row = x.row(rows[position] as usize);
                    let mut all: Vec<f64> = (0..k).map(|c| squared_distance(row, centers.row(c))).collect();
                    let own = all[nearest.label as usize];
                    all.sort_by(f64::total_cmp);
                    let relative = |a: f64, b: f64| (a - b).abs() <= 1e-5 * b.max(1e-3);
                    assert!(relative(own, all[0]) && relative(f64::from(nearest.first), all[0]));
                    if k > 1 {
                        assert!(relative(f64::from(nearest.second), all[1]), "k {k} d {d}");
                    }
                    seen += 1;
                });
                assert_eq!(seen, 11);
            }
        }
    }
}
