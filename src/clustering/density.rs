//! DBSCAN on a sample: at the knee of the k-distance curve, and at the canonical case's fixed list.

use super::effort::Effort;
use super::findings::{DbscanCell, DbscanFindings};
use super::sample;
use crate::pace::{Cancelled, Pace};
use crate::prepare::matrix::Prepared;
use crate::stats::dbscan::{dbscan, k_distances, knee};
use crate::stats::measured::Measured;

/// Radii of the canonical case: in 61 dimensions far below the typical distance.
pub const CANONICAL_EPS: [f64; 5] = [1.0, 1.5, 2.0, 2.5, 3.0];
/// Neighbours (the row itself included) of a core row, in the canonical case and here.
pub const MIN_SAMPLES: usize = 50;
/// Rows whose k-distance is computed, against all rows of the sample.
const CURVE_ROWS: usize = 2_000;
/// Points of the curve that are kept for drawing.
const DRAWN: usize = 101;

/// DBSCAN on a sample of the prepared rows; absent with fewer rows than make a core row.
pub(super) async fn density(
    prepared: &Prepared,
    effort: &Effort,
    seed: u64,
    pace: &Pace,
) -> Result<Measured<DbscanFindings>, Cancelled> {
    if effort.dbscan_rows == 0 {
        return Ok(Measured::absent("not computed at this depth", "full depth"));
    }
    let x = sample::of(&prepared.x, effort.dbscan_rows, seed, "dbscan");
    if x.rows() < MIN_SAMPLES {
        return Ok(Measured::absent("fewer customers than make one dense region", "50 or more customers"));
    }
    let queries = sample::rows(x.rows(), CURVE_ROWS, seed, "k-distance");
    let curve = k_distances(&x, &queries, MIN_SAMPLES, &pace.part(0, 1, 4)).await?;
    let mut radii: Vec<(f64, &str)> = knee(&curve).into_iter().map(|eps| (eps, "knee")).collect();
    radii.extend(CANONICAL_EPS.map(|eps| (eps, "canonical")));
    let eps: Vec<f64> = radii.iter().map(|(eps, _)| *eps).collect();
    let found = dbscan(&x, &eps, MIN_SAMPLES, &pace.part(1, 4, 4)).await?;
    let cells = radii
        .iter()
        .zip(&found)
        .map(|(&(eps, choice), found)| DbscanCell {
            eps,
            choice: choice.to_owned(),
            min_samples: MIN_SAMPLES as u32,
            clusters: found.clusters,
            noise_share: found.noise_share(),
        })
        .collect();
    Ok(Measured::Value(DbscanFindings {
        set: prepared.id.clone(),
        rows: x.rows() as u64,
        cells,
        k_distances: thin(&curve),
    }))
}

/// At most [`DRAWN`] points at equal steps, both ends among them.
fn thin(curve: &[f64]) -> Vec<f64> {
    if curve.len() <= DRAWN {
        return curve.to_vec();
    }
    (0..DRAWN).map(|i| curve[i * (curve.len() - 1) / (DRAWN - 1)]).collect()
}
