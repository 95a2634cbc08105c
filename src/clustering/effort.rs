//! How much the tribunal computes: data, so that quick and full differ in numbers only.

use crate::prepare::sets::FeatureSet;

/// Rows, starts and draws of every part of the tribunal. 0 rows or draws leave a part out.
#[derive(Clone, Debug, PartialEq)]
pub struct Effort {
    /// Feature sets, each on the same rows with the same seed, grid and optimiser.
    pub sets: Vec<FeatureSet>,
    /// Rows of the k grid; all customers if there are no more.
    pub grid_rows: usize,
    /// The grid is k = 2..=`max_k`.
    pub max_k: usize,
    /// k-means++ starts per k.
    pub starts: usize,
    /// Rows of a silhouette; exact on the grid's rows if there are no more.
    pub silhouette_rows: usize,
    /// Rows of the observed sample and of every draw of the null benchmark.
    pub null_rows: usize,
    /// Draws per reference.
    pub null_draws: usize,
    /// Draw from the rank-matched copula too, not only from the Gaussian?
    pub copula: bool,
    /// Starts per draw, for the observed sample and the draws alike.
    pub null_starts: usize,
    /// Rows of the stability refits.
    pub stability_rows: usize,
    /// Starts per refit.
    pub stability_starts: usize,
    /// Seeds whose solutions are compared pair by pair.
    pub seeds: usize,
    /// Refits on 90% of the rows.
    pub resamples: usize,
    /// Bootstrap resamples for the cluster-wise Jaccard similarity.
    pub jaccard_draws: usize,
    /// Rows of the gap statistic and of prediction strength.
    pub gap_rows: usize,
    /// Reference sets of the gap statistic.
    pub gap_draws: usize,
    /// Random halves of prediction strength.
    pub strength_splits: usize,
    /// Rows of Ward's tree.
    pub ward_rows: usize,
    /// Rows of DBSCAN.
    pub dbscan_rows: usize,
    /// Rows of the Gaussian mixture.
    pub mixture_rows: usize,
}

impl Effort {
    /// Enough for a first screen: the two behavioural sets on a few thousand rows, about a second in the browser
    /// whatever the number of customers.
    pub fn quick() -> Self {
        Self {
            sets: vec![FeatureSet::canonical_behavioural(), FeatureSet::behavioural()],
            grid_rows: 4_000,
            max_k: 10,
            starts: 4,
            silhouette_rows: 2_000,
            null_rows: 1_000,
            // 1 / 21 is the largest p that still counts as beating the null.
            null_draws: 20,
            copula: false,
            null_starts: 2,
            stability_rows: 1_000,
            stability_starts: 2,
            seeds: 5,
            resamples: 5,
            jaccard_draws: 20,
            gap_rows: 0,
            gap_draws: 0,
            strength_splits: 0,
            ward_rows: 0,
            dbscan_rows: 0,
            mixture_rows: 0,
        }
    }

    /// Everything, on every feature set.
    pub fn full() -> Self {
        Self {
            sets: FeatureSet::all(),
            grid_rows: 20_000,
            max_k: 10,
            starts: 10,
            silhouette_rows: 10_000,
            null_rows: 3_000,
            null_draws: 50,
            copula: true,
            null_starts: 3,
            stability_rows: 5_000,
            stability_starts: 3,
            seeds: 10,
            resamples: 5,
            jaccard_draws: 100,
            gap_rows: 2_000,
            gap_draws: 20,
            strength_splits: 10,
            ward_rows: 10_000,
            dbscan_rows: 10_000,
            mixture_rows: 5_000,
        }
    }
}
