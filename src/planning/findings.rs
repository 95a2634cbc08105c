//! What planning found: results.json `planning`.

use serde::{Deserialize, Serialize};

use crate::stats::measured::Measured;

/// One segment's experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// Segment name.
    pub segment: String,
    /// Primary KPI.
    pub kpi: String,
    /// Its baseline measured on the extract.
    pub baseline: Measured<f64>,
    /// Unit of the KPI.
    pub unit: String,
    /// Customers per arm.
    pub per_arm: Measured<f64>,
    /// Minimum detectable effect in the KPI's unit.
    pub mde: Measured<f64>,
    /// Whole weeks.
    pub weeks: Measured<f64>,
    /// `powered`, `pool_or_wait`, `not_measured`.
    pub status: String,
}

/// results.json `planning`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlanningFindings {
    /// One per segment.
    pub experiments: Vec<Experiment>,
}
