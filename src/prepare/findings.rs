//! What preparation found: results.json `prepare`.

use serde::{Deserialize, Serialize};

/// PCA of the category block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PcaFindings {
    /// Number of features in the block.
    pub features: u64,
    /// λ / Σλ of every component.
    pub explained_variance_ratio: Vec<f64>,
    /// The strongest loadings of the first components.
    pub loadings: Vec<ComponentLoadings>,
}

/// Largest loadings of one component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentLoadings {
    /// 1-based component.
    pub component: u32,
    /// (feature, loading), by |loading| descending.
    pub top: Vec<(String, f64)>,
}
