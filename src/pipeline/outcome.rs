//! The one outcome of a run: what results.json says, and what the charts draw.

use serde::{Deserialize, Serialize};

use super::params::Params;
use crate::clustering::findings::ClusteringFindings;
use crate::decision::findings::{DecisionFindings, Verdict};
use crate::extract::findings::ExtractFindings;
use crate::features::findings::FeatureFindings;
use crate::planning::findings::PlanningFindings;
use crate::prepare::findings::PcaFindings;
use crate::readiness::findings::{CanonicalGates, Gate, OrderCountThreshold, Summary};
use crate::segments::findings::{SegmentFindings, Thresholds};
use crate::stats::measured::Measured;
use crate::validation::findings::ValidationFindings;

/// Version of the names in results.json.
pub const SCHEMA_VERSION: u32 = 1;

/// Which build made a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// Crate version.
    pub version: String,
}

impl Build {
    /// This build.
    pub fn current() -> Self {
        Self { version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// results.json `readiness`: all gates of all rooms, and the one verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadinessReport {
    /// The one verdict.
    pub verdict: Verdict,
    /// Why, heaviest first: the gates that did not pass, in words.
    pub reasons: Vec<String>,
    /// All gates.
    pub gates: Vec<Gate>,
    /// The canonical project's own logic.
    pub canonical: Measured<CanonicalGates>,
    /// What other minimum order counts would keep.
    pub order_count_thresholds: Measured<Vec<OrderCountThreshold>>,
    /// Diagnostics.
    pub summary: Measured<Summary>,
}

/// results.json `prepare`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrepareReport {
    /// PCA of the category block.
    pub pca: Measured<PcaFindings>,
}

/// results.json, field for field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Which build.
    pub build: Build,
    /// The seed.
    pub seed: u64,
    /// All parameters.
    pub params: Params,
    /// The extract.
    pub extract: ExtractFindings,
    /// Readiness and the verdict.
    pub readiness: ReadinessReport,
    /// Features; not measured when no customer qualifies.
    pub features: Measured<FeatureFindings>,
    /// Preparation.
    pub prepare: PrepareReport,
    /// The clustering tribunal.
    pub clustering: Measured<ClusteringFindings>,
    /// Thresholds of the rule.
    pub thresholds: Measured<Thresholds>,
    /// The four segments; empty when no customer qualifies.
    pub segments: Vec<SegmentFindings>,
    /// Validation.
    pub validation: Measured<ValidationFindings>,
    /// The decision.
    pub decision: DecisionFindings,
    /// Experiments.
    pub planning: PlanningFindings,
}

impl Results {
    /// Customers in a segment.
    pub fn segmented(&self) -> u64 {
        self.segments.iter().map(|segment| segment.count).sum()
    }
}

/// A histogram: `counts[i]` values in `[edges[i], edges[i + 1])`, the last bin closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// What is counted.
    pub name: String,
    /// Bin edges, ascending.
    pub edges: Vec<f64>,
    /// Counts per bin.
    pub counts: Vec<u64>,
}

/// Density of customers over the two scores, for the segment map.
///
/// Cell (i, j) covers frequency bin i and loyalty bin j; `counts[j * columns + i]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreDensity {
    /// Edges of the frequency bins, as *mean days between orders* is monotone in it: in `freq_score`.
    pub frequency_edges: Vec<f64>,
    /// Edges of the loyalty bins.
    pub loyalty_edges: Vec<f64>,
    /// Customers per cell, row by row from the lowest loyalty.
    pub counts: Vec<u32>,
}

/// Quantiles of a metric within a group of customers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FiveNumbers {
    /// Customers with a value.
    pub customers: u64,
    /// 5% point.
    pub p05: f64,
    /// Lower quartile.
    pub q25: f64,
    /// Median.
    pub median: f64,
    /// Upper quartile.
    pub q75: f64,
    /// 95% point.
    pub p95: f64,
}

impl FiveNumbers {
    /// The five, ascending.
    pub fn quantiles(&self) -> [f64; 5] {
        [self.p05, self.q25, self.median, self.q75, self.p95]
    }
}

/// One metric's quantiles in the four segments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricBoxes {
    /// The metric.
    pub name: String,
    /// In contract order; `None` for a segment without customers.
    pub boxes: [Option<FiveNumbers>; 4],
}

/// When the orders of the qualified customers were placed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderClock {
    /// Orders by hour of the day; not measured without a clock.
    pub hours: Measured<[u64; 24]>,
    /// Circular mean hour of these orders; not measured where they have no direction.
    pub mean_hour: Measured<f64>,
    /// Orders by day of the week, 0 = Sunday; not measured without weekdays.
    pub weekdays: Measured<[u64; 7]>,
    /// Circular mean weekday of these orders; not measured where they have no direction.
    pub mean_weekday: Measured<f64>,
}

/// What the charts draw beyond the results: binned, never per customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawings {
    /// The segment map.
    pub score_density: Measured<ScoreDensity>,
    /// One histogram per behavioural and corrected feature.
    pub feature_histograms: Vec<Histogram>,
    /// Orders per customer.
    pub order_counts: Measured<Histogram>,
    /// Quantiles of every behavioural feature in the four segments; empty until they are computed.
    pub boxes: Vec<MetricBoxes>,
    /// Hours and weekdays of the orders.
    pub clock: OrderClock,
    /// Confidence of the labels, in steps of a twentieth.
    pub confidence: Measured<Histogram>,
}

/// Why something is absent from the outcome of a run that goes on: its turn has not come.
pub(super) const PENDING: &str = "not computed yet";

/// Is the tribunal still out? Its verdict may then change the recommendation.
pub fn tribunal_is_out(results: &Results) -> bool {
    results.clustering.missing().is_some_and(|missing| missing.reason == PENDING)
}

/// Everything a finished run hands to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// results.json.
    pub results: Results,
    /// Binned data for the charts.
    pub drawings: Drawings,
    /// The day of the run (`YYYY-MM-DD`), as the host says it: for the head of a page, never part of the results.
    #[serde(default)]
    pub date: Option<String>,
}
