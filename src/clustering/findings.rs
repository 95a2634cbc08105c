//! What the clustering tribunal found: results.json `clustering`.

use serde::{Deserialize, Serialize};

use crate::stats::measured::Measured;

/// One cell of the k grid of one feature set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridCell {
    /// Number of clusters.
    pub k: u32,
    /// Within-cluster sum of squares of the best start.
    pub inertia: f64,
    /// Mean silhouette.
    pub silhouette: Measured<f64>,
    /// Lower end of its sampling interval.
    pub silhouette_low: Measured<f64>,
    /// Upper end.
    pub silhouette_high: Measured<f64>,
    /// Rows the silhouette was computed on.
    pub silhouette_rows: u64,
    /// Calinski-Harabasz index.
    pub calinski_harabasz: Measured<f64>,
    /// Davies-Bouldin index.
    pub davies_bouldin: Measured<f64>,
    /// Share of customers in the smallest cluster.
    pub smallest_cluster_share: f64,
    /// Mean silhouette of every cluster, on the same rows; empty where the silhouette is absent.
    pub cluster_silhouettes: Vec<f64>,
}

/// A figure that belongs to a number of clusters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PerK {
    /// Number of clusters.
    pub k: u32,
    /// The figure.
    pub value: f64,
    /// Its standard error, where there is one.
    pub error: Measured<f64>,
}

/// k-means over the grid on one feature set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetFindings {
    /// `canonical_behavioural`, `canonical_all`, `canonical_pruned`, `canonical_full`, `behavioural`, `clr_shares`, ...
    pub id: String,
    /// What the set is, in words.
    pub title: String,
    /// Number of columns.
    pub features: u64,
    /// Features of the set that this extract does not have.
    pub left_out: Vec<String>,
    /// Number of rows.
    pub rows: u64,
    /// One cell per k.
    pub grid: Vec<GridCell>,
    /// k with the highest silhouette.
    pub best_k: Measured<u32>,
    /// Gap statistic: Tibshirani's k, if computed.
    pub gap_k: Measured<u32>,
    /// Largest k with prediction strength >= 0.8; 1 if none reaches it.
    pub prediction_strength_k: Measured<u32>,
    /// The gap statistic for k = 1, 2, ... with its s; empty if not computed.
    pub gap: Vec<PerK>,
    /// Prediction strength for k = 2, 3, ...; empty if not computed.
    pub prediction_strength: Vec<PerK>,
    /// Why the grid is shorter than asked for, or empty.
    pub note: String,
}

/// Stability of one solution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stability {
    /// Feature set.
    pub set: String,
    /// k.
    pub k: u32,
    /// Mean pairwise ARI over seeds.
    pub seed_ari: Measured<f64>,
    /// Mean ARI of refits on resamples.
    pub bootstrap_ari: Measured<f64>,
    /// Mean bootstrap Jaccard per cluster; empty if not measured.
    pub jaccard: Vec<f64>,
    /// Rows the refits were made on.
    pub rows: u64,
    /// Seeds compared.
    pub seeds: u32,
    /// Refits on 90% of the rows.
    pub resamples: u32,
    /// Bootstrap resamples behind the Jaccard similarities.
    pub jaccard_draws: u32,
}

/// What structureless data of the same covariance would score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NullBenchmark {
    /// Feature set.
    pub set: String,
    /// `gaussian` or `copula`.
    pub reference: String,
    /// k.
    pub k: u32,
    /// Silhouette observed on the same number of rows.
    pub observed: f64,
    /// Mean over draws.
    pub null_mean: f64,
    /// Standard deviation over draws.
    pub null_sd: f64,
    /// (1 + #{null >= observed}) / (draws + 1).
    pub p: f64,
    /// Number of draws.
    pub draws: u32,
    /// Rows of the observed sample and of every draw.
    pub rows: u64,
    /// (observed - mean) / sd of the draws; absent if the draws do not vary.
    pub z: Measured<f64>,
}

/// Strength of cluster structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Structure {
    /// Nothing beyond what structureless data would show.
    None,
    /// Weak.
    Weak,
    /// Reasonable.
    Reasonable,
    /// Strong.
    Strong,
}

/// Ward's hierarchical clustering on a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WardFindings {
    /// Feature set.
    pub set: String,
    /// Rows sampled.
    pub rows: u64,
    /// One cell per k.
    pub grid: Vec<GridCell>,
    /// Heights of the last merges, highest first.
    pub last_merges: Vec<f64>,
    /// The top of the tree: the merges of its last clusters, lowest first.
    pub dendrogram: Vec<DendrogramMerge>,
}

/// A merge near the top of Ward's tree.
///
/// The `m + 1` clusters that are left when `m` merges remain are numbered `0..=m`; merge `i` makes cluster `m + 1 + i`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DendrogramMerge {
    /// First cluster.
    pub a: u32,
    /// Second cluster.
    pub b: u32,
    /// Ward distance.
    pub height: f64,
    /// Rows in the merged cluster.
    pub rows: u64,
}

/// DBSCAN at one eps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DbscanCell {
    /// Radius.
    pub eps: f64,
    /// `knee` (from the k-distance curve) or `canonical`.
    pub choice: String,
    /// Neighbours that make a core point.
    pub min_samples: u32,
    /// Clusters found.
    pub clusters: u32,
    /// Share of noise.
    pub noise_share: f64,
}

/// DBSCAN on a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DbscanFindings {
    /// Feature set.
    pub set: String,
    /// Rows sampled.
    pub rows: u64,
    /// One cell per eps.
    pub cells: Vec<DbscanCell>,
    /// Distances to the `min_samples`-th neighbour, ascending, thinned for drawing.
    pub k_distances: Vec<f64>,
}

/// Gaussian mixture with BIC at one k.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MixtureCell {
    /// Components.
    pub k: u32,
    /// Bayesian information criterion (lower is better).
    pub bic: f64,
}

/// Agreement between the labels of two feature sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// First set.
    pub a: String,
    /// Second set.
    pub b: String,
    /// k.
    pub k: u32,
    /// Adjusted Rand index.
    pub ari: f64,
}

/// A canonical figure beside ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CanonicalComparison {
    /// What is compared.
    pub claim: String,
    /// The published figure.
    pub published: f64,
    /// Ours on this extract.
    pub found: Measured<f64>,
    /// Why they differ.
    pub reason: String,
}

/// One k-means solution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Headline {
    /// Feature set.
    pub set: String,
    /// k.
    pub k: u32,
    /// Its silhouette.
    pub silhouette: f64,
}

/// A solution measured on all customers, on demand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExactFindings {
    /// Feature set.
    pub set: String,
    /// k asked for.
    pub k: u32,
    /// The solution, every measure exact; or why there is none.
    pub found: Measured<GridCell>,
}

/// Silhouette widths of the headline solution on a sample, for drawing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SilhouettePlot {
    /// Feature set.
    pub set: String,
    /// k.
    pub k: u32,
    /// Mean width of the sample.
    pub mean: f64,
    /// The clusters, in ascending order of their labels.
    pub clusters: Vec<SilhouetteCluster>,
}

/// One cluster of the silhouette plot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SilhouetteCluster {
    /// Its rows in the sample.
    pub rows: u64,
    /// Their mean width.
    pub mean: f64,
    /// Share of them with a negative width.
    pub misplaced_share: f64,
    /// Their widths, descending, thinned to at most 40.
    pub widths: Vec<f64>,
}

/// results.json `clustering`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClusteringFindings {
    /// k-means per feature set, on the same rows, seed, grid and optimiser.
    pub sets: Vec<SetFindings>,
    /// Ward.
    pub ward: Measured<WardFindings>,
    /// DBSCAN.
    pub dbscan: Measured<DbscanFindings>,
    /// Gaussian mixture on the corrected behavioural set.
    pub mixture: Measured<Vec<MixtureCell>>,
    /// Stability per set at its best k.
    pub stability: Vec<Stability>,
    /// Null benchmark per set at its best k.
    pub null_benchmark: Vec<NullBenchmark>,
    /// The same on the headline's set at every k of the grid, on fewer rows and draws: for the eye, not for the verdict.
    /// Full depth only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub null_band: Vec<NullBenchmark>,
    /// ARI between feature sets.
    pub agreement: Vec<Agreement>,
    /// Canonical figures beside ours.
    pub canonical: Vec<CanonicalComparison>,
    /// Solutions measured on all customers; only where asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exact: Vec<ExactFindings>,
    /// The solution that the verdict is about: the one whose evidence is strongest.
    pub headline: Measured<Headline>,
    /// Its silhouette widths on a sample.
    pub silhouette_plot: Measured<SilhouettePlot>,
    /// The tribunal's verdict.
    pub verdict: Measured<Structure>,
    /// The evidence behind the verdict, one sentence each, heaviest first.
    pub reasons: Vec<String>,
    /// Why, in one sentence.
    pub sentence: String,
}
