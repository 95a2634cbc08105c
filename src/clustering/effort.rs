//! How much the tribunal computes: data, so that quick and full differ in numbers only.

use crate::prepare::sets::FeatureSet;

/// Width up to which no rows are given up: the canonical case's 149 features.
const COMFORTABLE_COLUMNS: usize = 149;
/// Fewest rows that any part is cut down to.
const FEWEST_ROWS: usize = 1_000;

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
    /// Rows of the null band, which has every k of the grid.
    pub band_rows: usize,
    /// Draws per k of the null band.
    pub band_draws: usize,
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
    /// Enough for a first look: the two behavioural sets on a few thousand rows, a second or two in the browser whatever
    /// the number of customers. The verdict on the data stands on the screen before it.
    pub fn quick() -> Self {
        Self {
            sets: vec![FeatureSet::canonical_behavioural(), FeatureSet::behavioural()],
            grid_rows: 2_500,
            max_k: 10,
            starts: 3,
            silhouette_rows: 1_500,
            null_rows: 600,
            // STATISTICS.md asks for at least 50.
            null_draws: 50,
            // Skewed margins alone beat the Gaussian; the copula has them too.
            copula: true,
            null_starts: 2,
            band_rows: 0,
            band_draws: 0,
            stability_rows: 800,
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

    /// The same effort with further feature sets, which a person added.
    #[must_use]
    pub fn and(mut self, sets: &[FeatureSet]) -> Self {
        self.sets.extend_from_slice(sets);
        self
    }

    /// The same effort on an extract with this many categories: where the widest set is wider than the canonical
    /// one, all sets give up rows in proportion, so that the work stays the same and the sets stay comparable.
    #[must_use]
    pub fn fitted(&self, categories: usize) -> Self {
        let width = |set: &FeatureSet| set.columns.len() + set.categories.width(categories);
        let widest = self.sets.iter().map(width).max().unwrap_or(0);
        if widest <= COMFORTABLE_COLUMNS {
            return self.clone();
        }
        let fewer = |rows: usize| rows.min((rows * COMFORTABLE_COLUMNS / widest).max(FEWEST_ROWS));
        Self {
            grid_rows: fewer(self.grid_rows),
            silhouette_rows: fewer(self.silhouette_rows),
            null_rows: fewer(self.null_rows),
            stability_rows: fewer(self.stability_rows),
            gap_rows: fewer(self.gap_rows),
            ward_rows: fewer(self.ward_rows),
            dbscan_rows: fewer(self.dbscan_rows),
            mixture_rows: fewer(self.mixture_rows),
            ..self.clone()
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
            band_rows: 1_000,
            band_draws: 20,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_extracts_give_up_rows_in_all_parts() {
        let full = Effort::full();
        assert_eq!(full.fitted(134), full);
        let wide = full.fitted(500);
        assert_eq!(wide.grid_rows, 20_000 * 149 / 515);
        assert_eq!(wide.gap_rows, 1_000);
        assert_eq!(Effort::quick().fitted(500), Effort::quick(), "no wide set, no loss");
    }
}
