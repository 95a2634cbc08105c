//! Greedy k-means++ (Arthur and Vassilvitskii 2007): every new center is the best of 2 + ln k candidates
//! drawn with probability proportional to the squared distance to the centers so far, as in sklearn.

use super::center_lanes::to_four;
use super::matrix::{Matrix, squared_distance};
use super::rng::Rng;
use crate::pace::{Cancelled, Pace};

/// What seeding gives.
pub(super) enum Seeding {
    /// k centers, each a row.
    Centers(Matrix<f64>),
    /// All rows coincide with the centers found before there were k.
    Exhausted {
        /// Distinct rows found.
        distinct: usize,
    },
}

/// Draws k rows as initial centers.
pub(super) async fn plus_plus(x: &Matrix<f32>, k: usize, rng: &mut Rng, pace: &Pace) -> Result<Seeding, Cancelled> {
    let n = x.rows();
    if n == 0 {
        return Ok(Seeding::Exhausted { distinct: 0 });
    }
    let trials = 2 + libm::log(k as f64) as usize;
    let mut chosen = vec![rng.index(n)];
    let mut closest: Vec<f32> = (0..n).map(|i| squared_distance(x.row(i), x.row(chosen[0])) as f32).collect();
    let mut cumulative = vec![0.0_f64; n];
    let mut candidate_distances = vec![[0.0_f32; 4]; n];
    while chosen.len() < k {
        let mut potential = 0.0;
        for (sum, &distance) in cumulative.iter_mut().zip(&closest) {
            potential += f64::from(distance);
            *sum = potential;
        }
        if potential <= 0.0 {
            return Ok(Seeding::Exhausted { distinct: chosen.len() });
        }
        let candidates: Vec<usize> =
            (0..trials).map(|_| draw(&cumulative, &closest, rng.uniform() * potential)).collect();
        let (mut winner, mut lowest) = (candidates[0], f64::INFINITY);
        let mut next = Vec::new();
        for four in candidates.chunks(4) {
            let at = |lane: usize| four[lane.min(four.len() - 1)];
            let mut sums = [0.0_f64; 4];
            to_four(x, [0, 1, 2, 3].map(|lane| x.row(at(lane))), |i, distances| {
                let so_far = closest[i];
                for lane in 0..4 {
                    let distance = if distances[lane] < so_far { distances[lane] } else { so_far };
                    candidate_distances[i][lane] = distance;
                    sums[lane] += f64::from(distance);
                }
            });
            let before = lowest;
            let mut best_lane = 0;
            for (lane, &sum) in sums.iter().enumerate().take(four.len()) {
                if sum < lowest {
                    (winner, lowest, best_lane) = (at(lane), sum, lane);
                }
            }
            if lowest < before {
                next = candidate_distances.iter().map(|lanes| lanes[best_lane]).collect();
            }
        }
        closest = next;
        chosen.push(winner);
        pace.tick(0, 1).await?;
    }
    let mut centers = Matrix::zeros(k, x.columns());
    for (c, &row) in chosen.iter().enumerate() {
        for (to, &from) in centers.row_mut(c).iter_mut().zip(x.row(row)) {
            *to = f64::from(from);
        }
    }
    Ok(Seeding::Centers(centers))
}

/// The row whose share of the cumulative potential holds `at`; never one of distance 0.
fn draw(cumulative: &[f64], closest: &[f32], at: f64) -> usize {
    let mut i = cumulative.partition_point(|&sum| sum <= at).min(cumulative.len() - 1);
    while i > 0 && closest[i] <= 0.0 {
        i -= 1;
    }
    i
}
