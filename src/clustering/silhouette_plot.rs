//! How the silhouette of the headline solution is made up: widths of a sample, cluster by cluster, thinned.

use super::findings::{SilhouetteCluster, SilhouettePlot};
use super::grid::SetRun;
use super::sample;
use crate::pace::{Cancelled, Pace};
use crate::stats::measured::Measured;
use crate::stats::silhouette::silhouette_samples_tiled;

/// Rows whose widths are drawn: enough for the shape of ten clusters.
const ROWS: usize = 1_000;
/// Widths kept of each cluster.
const KEPT: usize = 40;

/// Widths of a sample in the solution with `k` clusters; absent where the sample holds fewer than two of them.
pub(super) async fn of(run: &SetRun, k: u32, seed: u64, pace: &Pace) -> Result<Measured<SilhouettePlot>, Cancelled> {
    let Some(labels) = run.labels(k) else {
        return Ok(Measured::absent("the solution is not at hand", ""));
    };
    let chosen = sample::rows(run.prepared.x.rows(), ROWS, seed, "silhouette plot");
    let labels: Vec<u32> = chosen.iter().filter_map(|&row| labels.get(row as usize).copied()).collect();
    let x = sample::of(&run.prepared.x, ROWS, seed, "silhouette plot");
    let widths = silhouette_samples_tiled(&x, &labels, pace).await?;
    Ok(widths.map(|widths| SilhouettePlot {
        set: run.findings.id.clone(),
        k,
        mean: mean(&widths),
        clusters: (0..k)
            .map(|cluster| {
                let own = widths.iter().zip(&labels).filter(|(_, label)| **label == cluster).map(|(width, _)| *width);
                summary(own.collect())
            })
            .collect(),
    }))
}

fn mean(widths: &[f64]) -> f64 {
    if widths.is_empty() { 0.0 } else { widths.iter().sum::<f64>() / widths.len() as f64 }
}

fn summary(mut widths: Vec<f64>) -> SilhouetteCluster {
    widths.sort_by(|a, b| b.total_cmp(a));
    let misplaced = widths.iter().filter(|width| **width < 0.0).count();
    SilhouetteCluster {
        rows: widths.len() as u64,
        mean: mean(&widths),
        misplaced_share: misplaced as f64 / widths.len().max(1) as f64,
        widths: thinned(&widths),
    }
}

/// At most [`KEPT`] of them, evenly spread, the first and the last among them.
fn thinned(widths: &[f64]) -> Vec<f64> {
    if widths.len() <= KEPT {
        return widths.to_vec();
    }
    (0..KEPT).filter_map(|index| widths.get(index * (widths.len() - 1) / (KEPT - 1)).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_thinned_from_end_to_end() {
        let many: Vec<f64> = (0..1_001).map(|index| 1.0 - f64::from(index) / 1_000.0).collect();
        let found = summary(many);
        assert_eq!((found.rows, found.widths.len()), (1_001, KEPT));
        assert_eq!((found.widths.first(), found.widths.last()), (Some(&1.0), Some(&0.0)));
        assert!(found.widths.windows(2).all(|pair| pair[0] >= pair[1]));
        let few = summary(vec![-0.5, 0.5]);
        assert_eq!((few.widths, few.misplaced_share), (vec![0.5, -0.5], 0.5));
        assert_eq!(summary(Vec::new()).mean, 0.0);
    }
}
