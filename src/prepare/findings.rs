//! What preparation found: results.json `prepare`.

use serde::{Deserialize, Serialize};

/// PCA of the category block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PcaFindings {
    /// Number of features in the block.
    pub features: u64,
    /// λ / Σλ of every component.
    pub explained_variance_ratio: Vec<f64>,
    /// λ of every component: the variance (ddof 1) along it, in standardised features.
    pub explained_variance: Vec<f64>,
    /// The strongest loadings of the first components.
    pub loadings: Vec<ComponentLoadings>,
    /// The features that the canonical 50 components are mostly made of: (feature, share of their variance), largest
    /// first. The share is Σ λ loading² over those components, divided by Σ λ; over all features it sums to 1.
    pub importance: Vec<(String, f64)>,
}

/// Largest loadings of one component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentLoadings {
    /// 1-based component.
    pub component: u32,
    /// (feature, loading), by |loading| descending.
    pub top: Vec<(String, f64)>,
}
