//! Would the clusters come back? Other seeds, other customers, cluster by cluster.

use super::effort::Effort;
use super::findings::Stability;
use super::grid::SetRun;
use super::sample;
use crate::crew::each;
use crate::pace::{Cancelled, Pace};
use crate::stats::ari::adjusted_rand_index;
use crate::stats::jaccard::bootstrap_jaccards;
use crate::stats::kmeans::{KMeans, KMeansError, KMeansParams, assign, kmeans};
use crate::stats::matrix::Matrix;
use crate::stats::measured::Measured;
use crate::stats::rng::Rng;

/// Share of the rows in a resample, as in the canonical case.
const RESAMPLED: f64 = 0.9;

/// Stability of a set's best solution; `None` without one.
pub(super) async fn of(run: &SetRun, effort: &Effort, seed: u64, pace: &Pace) -> Result<Option<Stability>, Cancelled> {
    let Some((k, labels)) = run.best() else { return Ok(None) };
    let rows = sample::rows(run.prepared.x.rows(), effort.stability_rows, seed, "stability");
    let x = run.prepared.x.select_rows(&rows);
    let labels: Vec<u32> = rows.iter().map(|&row| labels[row as usize]).collect();
    let params = KMeansParams::new(k as usize).starts(effort.stability_starts);
    let seed_ari = seeds(&x, params, effort.seeds, seed, &pace.part(0, 1, 4)).await?;
    let bootstrap_ari = resamples(&x, &labels, params, effort.resamples, seed, &pace.part(1, 2, 4)).await?;
    let jaccard =
        bootstrap_jaccards(&x, &labels, effort.jaccard_draws, params.starts, seed, &pace.part(2, 4, 4)).await?;
    Ok(Some(Stability {
        set: run.findings.id.clone(),
        k,
        seed_ari,
        bootstrap_ari,
        jaccard_draws: if jaccard.value().is_some() { effort.jaccard_draws as u32 } else { 0 },
        jaccard: jaccard.value().cloned().unwrap_or_default(),
        rows: rows.len() as u64,
        seeds: effort.seeds as u32,
        resamples: effort.resamples as u32,
    }))
}

/// What cannot be clustered says why.
fn measured(found: Result<KMeans, KMeansError>) -> Result<Measured<KMeans>, Cancelled> {
    match found {
        Ok(found) => Ok(Measured::Value(found)),
        Err(KMeansError::Cancelled(cancelled)) => Err(cancelled),
        Err(other) => Ok(Measured::absent(other.to_string(), "more distinct customers")),
    }
}

/// Mean ARI over all pairs of solutions from different seeds.
async fn seeds(
    x: &Matrix<f32>,
    params: KMeansParams,
    count: usize,
    seed: u64,
    pace: &Pace,
) -> Result<Measured<f64>, Cancelled> {
    let fit = async |index: usize, pace: &Pace| {
        let mut rng = Rng::substream(seed, "seed stability", index as u64);
        measured(kmeans(x, params, &mut rng, pace).await)
    };
    let mut solutions: Vec<Vec<u32>> = Vec::with_capacity(count);
    for found in each(count, fit, pace).await? {
        match found {
            Measured::Value(found) => solutions.push(found.labels),
            Measured::NotMeasured(missing) => return Ok(Measured::NotMeasured(missing)),
        }
    }
    let mut sum = 0.0;
    let mut pairs = 0_u32;
    for (index, a) in solutions.iter().enumerate() {
        for b in &solutions[..index] {
            if let Some(ari) = adjusted_rand_index(a, b) {
                sum += ari;
                pairs += 1;
            }
        }
    }
    Ok(mean(sum, pairs))
}

/// Mean ARI between `labels` and refits on 90% of the rows, predicted on all of them.
async fn resamples(
    x: &Matrix<f32>,
    labels: &[u32],
    params: KMeansParams,
    count: usize,
    seed: u64,
    pace: &Pace,
) -> Result<Measured<f64>, Cancelled> {
    let kept = (x.rows() as f64 * RESAMPLED) as usize;
    let refit = async |index: usize, pace: &Pace| {
        let mut rng = Rng::substream(seed, "resample stability", index as u64);
        let mut rows: Vec<u32> = rng.sample(x.rows(), kept).into_iter().map(|row| row as u32).collect();
        rows.sort_unstable();
        let found = measured(kmeans(&x.select_rows(&rows), params, &mut rng, pace).await)?;
        Ok(found.map(|found| adjusted_rand_index(labels, &assign(x, &found.centers))))
    };
    let mut sum = 0.0;
    let mut refits = 0_u32;
    for found in each(count, refit, pace).await? {
        match found {
            Measured::Value(Some(ari)) => {
                sum += ari;
                refits += 1;
            }
            Measured::Value(None) => {}
            Measured::NotMeasured(missing) => return Ok(Measured::NotMeasured(missing)),
        }
    }
    Ok(mean(sum, refits))
}

fn mean(sum: f64, count: u32) -> Measured<f64> {
    if count == 0 {
        Measured::absent("not computed at this depth", "full depth")
    } else {
        Measured::Value(sum / f64::from(count))
    }
}
