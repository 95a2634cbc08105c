//! Gaussian mixtures with 1 to k components, by BIC.

use super::effort::Effort;
use super::findings::MixtureCell;
use super::sample;
use crate::pace::{Cancelled, Pace};
use crate::prepare::matrix::Prepared;
use crate::stats::gmm::mixture;
use crate::stats::kmeans::{KMeansError, KMeansParams, kmeans};
use crate::stats::measured::Measured;
use crate::stats::rng::Rng;

/// BIC for k = 1..=`max_k` on a sample of the prepared rows, as far as the components stay regular.
pub(super) async fn mixtures(
    prepared: &Prepared,
    effort: &Effort,
    seed: u64,
    pace: &Pace,
) -> Result<Measured<Vec<MixtureCell>>, Cancelled> {
    if effort.mixture_rows == 0 {
        return Ok(Measured::absent("not computed at this depth", "full depth"));
    }
    let x = sample::of(&prepared.x, effort.mixture_rows, seed, "mixture");
    let mut cells = Vec::new();
    let mut refusal = Measured::absent("no mixture could be fitted", "more customers");
    for k in 1..=effort.max_k {
        let pace = pace.part(k as u64 - 1, k as u64, effort.max_k as u64);
        let mut rng = Rng::substream(seed, "mixture", k as u64);
        let start =
            match kmeans(&x, KMeansParams::new(k).starts(effort.stability_starts), &mut rng, &pace.part(0, 1, 4)).await
            {
                Ok(start) => start,
                Err(KMeansError::Cancelled(cancelled)) => return Err(cancelled),
                Err(error) => {
                    refusal = Measured::absent(error.to_string(), "more distinct customers");
                    break;
                }
            };
        match mixture(&x, &start.labels, k, &pace.part(1, 4, 4)).await? {
            Measured::Value(found) => cells.push(MixtureCell { k: k as u32, bic: found.bic }),
            Measured::NotMeasured(missing) => {
                refusal = Measured::NotMeasured(missing);
                break;
            }
        }
    }
    Ok(if cells.is_empty() { refusal } else { Measured::Value(cells) })
}
