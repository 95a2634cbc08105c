//! Lloyd's iteration with Hamerly's bounds (2010): rows whose nearest center cannot have changed are skipped.
//!
//! Every row keeps an upper bound on the distance to its center and a lower bound on the distance to any
//! other; centers that move loosen them. Sums of the clusters are kept in `f64` and changed by the rows that
//! move. `f32` rounding of the bounds can at most keep a row with a center that is as near within 1e-6; the
//! caller assigns all rows anew in `f64` at the end.

use super::center_lanes::CenterLanes;
use super::matrix::{Matrix, squared_distance};
use crate::pace::{Cancelled, Pace};

/// Coordinate differences between two turns of the host (about 10 ms).
const WORK_PER_TICK: usize = 1 << 23;

/// A finished iteration.
pub(super) struct Lloyd {
    pub(super) centers: Matrix<f64>,
    /// Sum of squared distances with the kernel's `f32` distances: good to choose among starts.
    pub(super) inertia: f64,
    pub(super) iterations: usize,
    pub(super) converged: bool,
}

/// Clusters while they move.
struct State {
    labels: Vec<u32>,
    upper: Vec<f32>,
    lower: Vec<f32>,
    sums: Matrix<f64>,
    sizes: Vec<usize>,
}

const UNASSIGNED: u32 = u32::MAX;

/// Iterates from `centers` until no label changes, the squared shift is at most `tolerance`, or
/// `max_iterations` have passed. `x` must be finite and as wide as `centers`.
pub(super) async fn iterate(
    x: &Matrix<f32>,
    mut centers: Matrix<f64>,
    max_iterations: usize,
    tolerance: f64,
    pace: &Pace,
) -> Result<Lloyd, Cancelled> {
    let (n, k, d) = (x.rows(), centers.rows(), x.columns());
    let mut state = State {
        labels: vec![UNASSIGNED; n],
        upper: vec![f32::INFINITY; n],
        lower: vec![0.0; n],
        sums: Matrix::zeros(k, d),
        sizes: vec![0; k],
    };
    let mut active: Vec<u32> = Vec::with_capacity(n);
    let (mut iterations, mut converged) = (0, false);
    while iterations < max_iterations && !converged {
        iterations += 1;
        let half_gap = half_distance_to_next(&centers);
        active.clear();
        for (i, ((&label, &upper), &lower)) in state.labels.iter().zip(&state.upper).zip(&state.lower).enumerate() {
            let safe = half_gap.get(label as usize).copied().unwrap_or(0.0);
            let bound = if safe > lower { safe } else { lower };
            if upper > bound || label == UNASSIGNED {
                active.push(i as u32);
            }
        }
        let changed = reassign(x, &centers, &active, &mut state, iterations, pace).await?;
        let emptied = fill_empty(x, &centers, &mut state);
        let (moved, shifts) = move_centers(&mut centers, &state);
        converged = (changed == 0 && !emptied) || moved <= tolerance;
        loosen(&mut state, &shifts);
        tick(pace, iterations).await?;
    }
    let rows: Vec<u32> = (0..n as u32).collect();
    let mut inertia = 0.0;
    let lanes = CenterLanes::new(&centers);
    for some in rows.chunks(WORK_PER_TICK / (k * d).max(1) + 1) {
        lanes.nearest(x, some, |_, nearest| inertia += f64::from(nearest.first));
        tick(pace, iterations).await?;
    }
    Ok(Lloyd { centers, inertia, iterations, converged })
}

/// Nobody knows how many iterations there will be: progress approaches 1.
async fn tick(pace: &Pace, iterations: usize) -> Result<(), Cancelled> {
    const HALF_WAY: u64 = 20;
    pace.tick(iterations as u64, iterations as u64 + HALF_WAY).await
}

/// Half the distance of every center to the nearest other one.
fn half_distance_to_next(centers: &Matrix<f64>) -> Vec<f32> {
    let k = centers.rows();
    (0..k)
        .map(|a| {
            let mut least = f64::INFINITY;
            for b in 0..k {
                if b != a {
                    least = least.min(squared_distance(centers.row(a), centers.row(b)));
                }
            }
            0.5 * least.sqrt() as f32
        })
        .collect()
}

/// Finds the nearest center of the active rows anew; returns how many changed.
async fn reassign(
    x: &Matrix<f32>,
    centers: &Matrix<f64>,
    active: &[u32],
    state: &mut State,
    iteration: usize,
    pace: &Pace,
) -> Result<usize, Cancelled> {
    let lanes = CenterLanes::new(centers);
    let mut changed = 0;
    for rows in active.chunks(WORK_PER_TICK / (centers.rows() * x.columns()).max(1) + 1) {
        lanes.nearest(x, rows, |position, nearest| {
            let i = rows[position] as usize;
            state.upper[i] = nearest.first.sqrt();
            state.lower[i] = nearest.second.sqrt();
            let old = state.labels[i];
            if old != nearest.label {
                changed += 1;
                move_row(x.row(i), old, nearest.label, &mut state.sums, &mut state.sizes);
                state.labels[i] = nearest.label;
            }
        });
        tick(pace, iteration).await?;
    }
    Ok(changed)
}

fn move_row(row: &[f32], from: u32, to: u32, sums: &mut Matrix<f64>, sizes: &mut [usize]) {
    if from != UNASSIGNED {
        sizes[from as usize] -= 1;
        for (sum, &value) in sums.row_mut(from as usize).iter_mut().zip(row) {
            *sum -= f64::from(value);
        }
    }
    sizes[to as usize] += 1;
    for (sum, &value) in sums.row_mut(to as usize).iter_mut().zip(row) {
        *sum += f64::from(value);
    }
}

/// Gives every empty cluster the row farthest from its center (sklearn); true if one was filled.
fn fill_empty(x: &Matrix<f32>, centers: &Matrix<f64>, state: &mut State) -> bool {
    let mut filled = false;
    for empty in 0..state.sizes.len() {
        if state.sizes[empty] > 0 {
            continue;
        }
        let (mut farthest, mut distance) = (None, 0.0);
        for (i, &label) in state.labels.iter().enumerate() {
            let label = label as usize;
            if state.sizes[label] > 1 && !(filled && state.upper[i].is_infinite()) {
                let own = squared_distance(x.row(i), centers.row(label));
                if own > distance {
                    (farthest, distance) = (Some(i), own);
                }
            }
        }
        let Some(i) = farthest else { continue };
        move_row(x.row(i), state.labels[i], empty as u32, &mut state.sums, &mut state.sizes);
        state.labels[i] = empty as u32;
        state.upper[i] = f32::INFINITY;
        filled = true;
    }
    filled
}

/// Moves every center to its cluster's mean; the total squared shift and each center's shift.
fn move_centers(centers: &mut Matrix<f64>, state: &State) -> (f64, Vec<f32>) {
    let mut total = 0.0;
    let mut shifts = Vec::with_capacity(state.sizes.len());
    for (c, &size) in state.sizes.iter().enumerate() {
        let mut shift = 0.0;
        if size > 0 {
            for (value, sum) in centers.row_mut(c).iter_mut().zip(state.sums.row(c)) {
                let mean = sum / size as f64;
                shift += (mean - *value) * (mean - *value);
                *value = mean;
            }
        }
        total += shift;
        shifts.push(shift.sqrt() as f32);
    }
    (total, shifts)
}

/// Widens the bounds by how far the centers moved.
fn loosen(state: &mut State, shifts: &[f32]) {
    let (mut most, mut runner_up, mut fastest) = (0.0_f32, 0.0_f32, 0);
    for (c, &shift) in shifts.iter().enumerate() {
        if shift > most {
            (runner_up, most, fastest) = (most, shift, c as u32);
        } else if shift > runner_up {
            runner_up = shift;
        }
    }
    let bounds = state.upper.iter_mut().zip(&mut state.lower);
    for ((upper, lower), &label) in bounds.zip(&state.labels) {
        *upper += shifts.get(label as usize).copied().unwrap_or(0.0);
        *lower -= if label == fastest { runner_up } else { most };
    }
}
