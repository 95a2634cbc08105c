//! k-means over k = 2.. on one feature set, every solution measured the same way.

use super::effort::Effort;
use super::findings::{GridCell, SetFindings};
use super::sample;
use crate::crew::each;
use crate::pace::{Cancelled, Pace};
use crate::prepare::matrix::Prepared;
use crate::prepare::sets::FeatureSet;
use crate::stats::indices::{Grouping, calinski_harabasz, davies_bouldin};
use crate::stats::kmeans::{KMeansError, KMeansParams, kmeans};
use crate::stats::matrix::Matrix;
use crate::stats::measured::{Measured, NotMeasured};
use crate::stats::rng::Rng;
use crate::stats::silhouette::silhouette_sampled;

/// A feature set with its solutions.
pub(super) struct SetRun {
    pub(super) prepared: Prepared,
    pub(super) findings: SetFindings,
    /// k and the labels of the prepared rows.
    solutions: Vec<(u32, Vec<u32>)>,
}

impl SetRun {
    /// The labels of the solution with k clusters.
    pub(super) fn labels(&self, k: u32) -> Option<&[u32]> {
        self.solutions.iter().find(|(own, _)| *own == k).map(|(_, labels)| labels.as_slice())
    }

    /// The best k and its labels.
    pub(super) fn best(&self) -> Option<(u32, &[u32])> {
        let k = *self.findings.best_k.value()?;
        Some((k, self.labels(k)?))
    }
}

/// Findings of a set that could not be prepared.
pub(super) fn unprepared(set: &FeatureSet, missing: &NotMeasured) -> SetFindings {
    SetFindings {
        id: set.id.clone(),
        title: set.title.clone(),
        features: 0,
        left_out: Vec::new(),
        rows: 0,
        grid: Vec::new(),
        best_k: Measured::NotMeasured(missing.clone()),
        gap_k: Measured::NotMeasured(missing.clone()),
        prediction_strength_k: Measured::NotMeasured(missing.clone()),
        gap: Vec::new(),
        prediction_strength: Vec::new(),
        note: missing.reason.clone(),
    }
}

/// Runs the grid on the prepared rows. It ends, with a note, before the first k of which the rows do not give distinct
/// clusters.
pub(super) async fn run(
    prepared: Prepared,
    set: &FeatureSet,
    effort: &Effort,
    seed: u64,
    pace: &Pace,
) -> Result<SetRun, Cancelled> {
    let x = &prepared.x;
    let chosen = sample::rows(x.rows(), effort.silhouette_rows, seed, "silhouette");
    let solve = async |index: usize, pace: &Pace| {
        let k = index + 2;
        let mut rng = Rng::substream(seed, "kmeans", k as u64);
        match kmeans(x, KMeansParams::new(k).starts(effort.starts), &mut rng, &pace.part(0, 2, 3)).await {
            Ok(found) => {
                let cell = cell(x, k as u32, found.inertia, &found.labels, &chosen, &pace.part(2, 3, 3)).await?;
                Ok(Ok((cell, (k as u32, found.labels))))
            }
            Err(KMeansError::Cancelled(cancelled)) => Err(cancelled),
            Err(error) => Ok(Err(error.to_string())),
        }
    };
    let mut grid = Vec::new();
    let mut solutions = Vec::new();
    let mut note = String::new();
    for solved in each(effort.max_k.saturating_sub(1), solve, pace).await? {
        match solved {
            Ok((cell, solution)) => {
                grid.push(cell);
                solutions.push(solution);
            }
            Err(error) => {
                note = error;
                break;
            }
        }
    }
    let best_k = best(&grid).map_or_else(
        || {
            Measured::absent(
                if note.is_empty() { "no solution has a silhouette" } else { &note },
                "more distinct customers",
            )
        },
        Measured::Value,
    );
    let deferred = || Measured::absent("not computed at this depth", "full depth");
    let findings = SetFindings {
        id: prepared.id.clone(),
        title: set.title.clone(),
        features: x.columns() as u64,
        left_out: prepared.left_out.clone(),
        rows: x.rows() as u64,
        grid,
        best_k,
        gap_k: deferred(),
        prediction_strength_k: deferred(),
        gap: Vec::new(),
        prediction_strength: Vec::new(),
        note,
    };
    Ok(SetRun { prepared, findings, solutions })
}

/// All measures of one solution; the silhouette on the `chosen` rows.
pub(super) async fn cell(
    x: &Matrix<f32>,
    k: u32,
    inertia: f64,
    labels: &[u32],
    chosen: &[u32],
    pace: &Pace,
) -> Result<GridCell, Cancelled> {
    let silhouette = silhouette_sampled(x, labels, chosen, pace).await?;
    let groups = Grouping::of(labels);
    let smallest = if groups.k() < k as usize { 0 } else { groups.sizes.iter().copied().min().unwrap_or(0) };
    let cluster_silhouettes = silhouette.value().map_or_else(Vec::new, |found| found.cluster_means.clone());
    Ok(GridCell {
        k,
        inertia,
        silhouette_low: silhouette.clone().map(|found| found.low),
        silhouette_high: silhouette.clone().map(|found| found.high),
        silhouette: silhouette.map(|found| found.mean),
        silhouette_rows: chosen.len() as u64,
        calinski_harabasz: calinski_harabasz(x, labels),
        davies_bouldin: davies_bouldin(x, labels),
        smallest_cluster_share: smallest as f64 / x.rows().max(1) as f64,
        cluster_silhouettes,
    })
}

/// The k of the highest silhouette; the lowest among equals.
fn best(grid: &[GridCell]) -> Option<u32> {
    let mut best: Option<(u32, f64)> = None;
    for cell in grid {
        if let Some(&silhouette) = cell.silhouette.value()
            && best.is_none_or(|(_, highest)| silhouette > highest)
        {
            best = Some((cell.k, silhouette));
        }
    }
    best.map(|(k, _)| k)
}
